# A web shop on ECS, in two Availability Zones. It deploys, and it has three mistakes that only show under load, in an
# outage or in a port scan.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "image" {
  description = "Repository and tag of the shop."
  type        = string
}

provider "aws" {
  region = var.region
}

data "aws_availability_zones" "available" {
  state = "available"
}

module "network" {
  source = "./modules/network"

  name  = "shop"
  cidr  = "10.20.0.0/16"
  zones = slice(data.aws_availability_zones.available.names, 0, 2)
}
