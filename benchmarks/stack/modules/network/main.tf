resource "aws_vpc" "this" {
  cidr_block           = var.cidr_block
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = merge(var.tags, { Name = var.name })
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = var.name })
}

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
}

locals {
  zones = { for index, zone in slice(data.aws_availability_zones.available.names, 0, var.zones) : zone => index }
}

data "aws_availability_zones" "available" {
  state = "available"
}
