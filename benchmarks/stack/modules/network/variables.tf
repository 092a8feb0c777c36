variable "name" {
  description = "Name of the VPC, and the beginning of all other names"
  type        = string
}

variable "cidr_block" {
  description = "Addresses of the VPC"
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr_block))
    error_message = "A CIDR block is needed."
  }
}

variable "zones" {
  description = "Number of Availability Zones"
  type        = number
  default     = 3
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones"
  type        = bool
  default     = false
}

variable "interface_endpoints" {
  description = "Services with an interface endpoint"
  type        = list(string)
  default     = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"]
}

variable "tags" {
  description = "Tags of everything"
  type        = map(string)
  default     = {}
}
