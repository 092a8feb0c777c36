variable "enabled" {
  type    = bool
  default = null
}

variable "context" {
  default = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  enabled = var.enabled == null ? try(var.context.enabled == null ? true : var.context.enabled, true) : var.enabled
}

variable "ipv4_primary_cidr_block" {
  type    = string
  default = null
}

variable "ipv4_additional_cidr_block_associations" {
  default = {}
}

variable "assign_generated_ipv6_cidr_block" {
  type    = bool
  default = true
}

variable "dns_hostnames_enabled" {
  type    = bool
  default = true
}

variable "dns_support_enabled" {
  type    = bool
  default = true
}

variable "internet_gateway_enabled" {
  type    = bool
  default = true
}

variable "default_security_group_deny_all" {
  type    = bool
  default = true
}

variable "default_route_table_no_routes" {
  type    = bool
  default = false
}

variable "default_network_acl_deny_all" {
  type    = bool
  default = false
}

# at: ipv4_primary_cidr_block, enabled
resource "aws_vpc" "default" {
  count = local.enabled ? 1 : 0

  cidr_block                       = var.ipv4_primary_cidr_block
  enable_dns_hostnames             = var.dns_hostnames_enabled
  enable_dns_support               = var.dns_support_enabled
  assign_generated_ipv6_cidr_block = var.assign_generated_ipv6_cidr_block
}

# at: ipv4_additional_cidr_block_associations, enabled
resource "aws_vpc_ipv4_cidr_block_association" "default" {
  for_each = { for name, association in var.ipv4_additional_cidr_block_associations : name => association if local.enabled }

  vpc_id              = aws_vpc.default[0].id
  cidr_block          = each.value.ipv4_cidr_block
  ipv4_ipam_pool_id   = each.value.ipv4_ipam_pool_id
  ipv4_netmask_length = each.value.ipv4_netmask_length
}

# at: internet_gateway_enabled, enabled
resource "aws_internet_gateway" "default" {
  count = local.enabled && var.internet_gateway_enabled ? 1 : 0

  vpc_id = aws_vpc.default[0].id
}

# at: default_security_group_deny_all, enabled
resource "aws_default_security_group" "default" {
  count = local.enabled && var.default_security_group_deny_all ? 1 : 0

  vpc_id = aws_vpc.default[0].id
}

# at: default_route_table_no_routes, enabled
resource "aws_default_route_table" "default" {
  count = local.enabled && var.default_route_table_no_routes ? 1 : 0

  default_route_table_id = aws_vpc.default[0].default_route_table_id
}

# at: default_network_acl_deny_all, enabled
resource "aws_default_network_acl" "default" {
  count = local.enabled && var.default_network_acl_deny_all ? 1 : 0

  default_network_acl_id = aws_vpc.default[0].default_network_acl_id
}

output "vpc_id" {
  value = one(aws_vpc.default[*].id)
}

output "vpc_arn" {
  value = one(aws_vpc.default[*].arn)
}

output "igw_id" {
  value = one(aws_internet_gateway.default[*].id)
}

output "vpc_cidr_block" {
  value = one(aws_vpc.default[*].cidr_block)
}

output "vpc_main_route_table_id" {
  value = one(aws_vpc.default[*].main_route_table_id)
}

output "vpc_default_route_table_id" {
  value = one(aws_vpc.default[*].default_route_table_id)
}

output "vpc_default_security_group_id" {
  value = one(aws_vpc.default[*].default_security_group_id)
}

output "vpc_default_network_acl_id" {
  value = one(aws_vpc.default[*].default_network_acl_id)
}
