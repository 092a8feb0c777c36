variable "create" {
  type    = bool
  default = true
}

variable "create_security_group" {
  type    = bool
  default = false
}

variable "vpc_id" {
  type    = string
  default = null
}

variable "subnet_ids" {
  type    = list(string)
  default = []
}

variable "security_group_ids" {
  type    = list(string)
  default = []
}

variable "endpoints" {
  type    = any
  default = {}
}

variable "security_group_rules" {
  type    = any
  default = {}
}

locals {
  security_group_ids = concat(var.security_group_ids, aws_security_group.this[*].id)
}

data "aws_vpc_endpoint_service" "this" {
  for_each = { for name, endpoint in var.endpoints : name => endpoint if var.create && try(endpoint.create, true) }

  service      = try(each.value.service, null)
  service_name = try(each.value.service_name, null)
}

# at: endpoints
resource "aws_vpc_endpoint" "this" {
  for_each = { for name, endpoint in var.endpoints : name => endpoint if var.create && try(endpoint.create, true) }

  vpc_id              = var.vpc_id
  service_name        = try(each.value.service_endpoint, data.aws_vpc_endpoint_service.this[each.key].service_name)
  vpc_endpoint_type   = try(each.value.service_type, "Interface")
  security_group_ids  = try(each.value.service_type, "Interface") == "Interface" ? distinct(concat(local.security_group_ids, lookup(each.value, "security_group_ids", []))) : null
  subnet_ids          = try(each.value.service_type, "Interface") == "Interface" ? distinct(concat(var.subnet_ids, lookup(each.value, "subnet_ids", []))) : null
  route_table_ids     = try(each.value.service_type, "Interface") == "Gateway" ? lookup(each.value, "route_table_ids", null) : null
  private_dns_enabled = try(each.value.service_type, "Interface") == "Interface" ? try(each.value.private_dns_enabled, null) : null
  policy              = try(each.value.policy, null)
}

# at: create_security_group
resource "aws_security_group" "this" {
  count = var.create && var.create_security_group ? 1 : 0

  vpc_id = var.vpc_id
}

# at: security_group_rules
resource "aws_security_group_rule" "this" {
  for_each = { for name, rule in var.security_group_rules : name => rule if var.create && var.create_security_group }

  security_group_id        = aws_security_group.this[0].id
  type                     = try(each.value.type, "ingress")
  protocol                 = try(each.value.protocol, "tcp")
  from_port                = try(each.value.from_port, 443)
  to_port                  = try(each.value.to_port, 443)
  cidr_blocks              = lookup(each.value, "cidr_blocks", null)
  ipv6_cidr_blocks         = lookup(each.value, "ipv6_cidr_blocks", null)
  prefix_list_ids          = lookup(each.value, "prefix_list_ids", null)
  self                     = try(each.value.self, null)
  source_security_group_id = lookup(each.value, "source_security_group_id", null)
}

output "endpoints" {
  value = aws_vpc_endpoint.this
}

output "security_group_id" {
  value = try(aws_security_group.this[0].id, null)
}

output "security_group_arn" {
  value = try(aws_security_group.this[0].arn, null)
}
