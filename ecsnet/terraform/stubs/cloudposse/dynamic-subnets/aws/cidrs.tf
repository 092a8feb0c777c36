variable "ipv4_cidr_block" {
  type    = list(string)
  default = []
}

variable "ipv6_cidr_block" {
  type    = list(string)
  default = []
}

variable "ipv4_cidrs" {
  type    = list(object({ private = list(string), public = list(string) }))
  default = []
}

variable "ipv6_cidrs" {
  type    = list(object({ private = list(string), public = list(string) }))
  default = []
}

variable "private_assign_ipv6_address_on_creation" {
  type    = bool
  default = true
}

variable "public_assign_ipv6_address_on_creation" {
  type    = bool
  default = true
}

data "aws_vpc" "default" {
  id = var.vpc_id
}

locals {
  given4 = flatten([for cidrs in var.ipv4_cidrs : [cidrs.private, cidrs.public]])
  given6 = flatten([for cidrs in var.ipv6_cidrs : [cidrs.private, cidrs.public]])

  # A block is divided for as many zones as there may be, not as there are; private subnets come first. IPv6 subnets are /64 of a /56.
  reserved_zones   = var.max_subnet_count > 0 ? var.max_subnet_count : length(data.aws_availability_zones.default[0].names)
  reserved_private = local.private ? local.reserved_zones * local.private_per_zone : 0
  reserved_public  = local.public ? local.reserved_zones * local.public_per_zone : 0
  reserved         = local.reserved_private + local.reserved_public

  base4 = length(var.ipv4_cidr_block) > 0 ? var.ipv4_cidr_block[0] : data.aws_vpc.default.cidr_block
  base6 = length(var.ipv6_cidr_block) > 0 ? var.ipv6_cidr_block[0] : data.aws_vpc.default.ipv6_cidr_block

  cidrs4 = length(local.given4) > 0 ? var.ipv4_cidrs[0] : {
    private = [for i in range(local.reserved_private) : cidrsubnet(local.base4, ceil(log(local.reserved, 2)), i)]
    public  = [for i in range(local.reserved_private, local.reserved) : cidrsubnet(local.base4, ceil(log(local.reserved, 2)), i)]
  }
  cidrs6 = length(local.given6) > 0 ? var.ipv6_cidrs[0] : {
    private = [for i in range(local.reserved_private) : cidrsubnet(local.base6, 8, i)]
    public  = [for i in range(local.reserved_private, local.reserved) : cidrsubnet(local.base6, 8, i)]
  }
}
