variable "enabled" {
  type    = bool
  default = null
}

variable "context" {
  default = {}
}

variable "vpc_id" {
  type = string
}

variable "gateway_vpc_endpoints" {
  default = {}
}

variable "interface_vpc_endpoints" {
  default = {}
}

# Not an input: in some versions an endpoint has none of its groups itself, but each by an association.
variable "associates_first_group" {
  type    = bool
  default = false
}

locals {
  enabled   = var.enabled == null ? try(var.context.enabled == null ? true : var.context.enabled, true) : var.enabled
  gateway   = local.enabled ? var.gateway_vpc_endpoints : {}
  interface = local.enabled ? var.interface_vpc_endpoints : {}

  routes = merge([
    for name, endpoint in local.gateway : {
      for i, table in endpoint.route_table_ids : "${name}[${i}]" => { endpoint = name, table = table }
    }
  ]...)
  subnets = merge([
    for name, endpoint in local.interface : {
      for i, subnet in endpoint.subnet_ids : "${name}[${i}]" => { endpoint = name, subnet = subnet }
    }
  ]...)
  groups = merge([
    for name, endpoint in local.interface : {
      for i, group in endpoint.security_group_ids : "${name}[${i}]" => { endpoint = name, group = group } if i > 0 || var.associates_first_group
    }
  ]...)
}

data "aws_region" "current" {}

# at: gateway_vpc_endpoints
resource "aws_vpc_endpoint" "gateway_endpoint" {
  for_each = local.gateway

  vpc_id            = var.vpc_id
  service_name      = "com.amazonaws.${data.aws_region.current.name}.${each.value.name}"
  vpc_endpoint_type = "Gateway"
  policy            = each.value.policy
}

# at: gateway_vpc_endpoints
resource "aws_vpc_endpoint_route_table_association" "gateway" {
  for_each = local.routes

  route_table_id  = each.value.table
  vpc_endpoint_id = aws_vpc_endpoint.gateway_endpoint[each.value.endpoint].id
}

# at: interface_vpc_endpoints
resource "aws_vpc_endpoint" "interface_endpoint" {
  for_each = local.interface

  vpc_id              = var.vpc_id
  service_name        = "com.amazonaws.${data.aws_region.current.name}.${each.value.name}"
  vpc_endpoint_type   = "Interface"
  policy              = each.value.policy
  private_dns_enabled = each.value.private_dns_enabled
  security_group_ids  = slice(each.value.security_group_ids, 0, var.associates_first_group ? 0 : min(1, length(each.value.security_group_ids)))
}

# at: interface_vpc_endpoints
resource "aws_vpc_endpoint_subnet_association" "interface" {
  for_each = local.subnets

  subnet_id       = each.value.subnet
  vpc_endpoint_id = aws_vpc_endpoint.interface_endpoint[each.value.endpoint].id
}

# at: interface_vpc_endpoints
resource "aws_vpc_endpoint_security_group_association" "interface" {
  for_each = local.groups

  security_group_id = each.value.group
  vpc_endpoint_id   = aws_vpc_endpoint.interface_endpoint[each.value.endpoint].id
}
