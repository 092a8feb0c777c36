variable "name" {
  description = "Name of the cluster"
  type        = string
}

variable "vpc_id" {
  description = "VPC of the load balancer"
  type        = string
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer"
  type        = list(string)
}

variable "certificate_arn" {
  description = "Certificate of the load balancer"
  type        = string
}

variable "weights" {
  description = "Share of each capacity provider"
  type        = map(number)
  default     = { FARGATE = 1, FARGATE_SPOT = 3 }
}

variable "tags" {
  description = "Tags of everything"
  type        = map(string)
  default     = {}
}
