variable "create" {
  type    = bool
  default = true
}

variable "cluster" {
  type    = string
  default = null
}

variable "name" {
  type    = string
  default = ""
}

variable "vpc_id" {
  type    = string
  default = null
}

variable "network_configuration" {
  default = null
}

variable "create_security_group" {
  type    = bool
  default = true
}

variable "security_group_ingress_rules" {
  default = {}
}

variable "security_group_egress_rules" {
  default = {}
}

variable "primary_container" {
  default = null
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  create_security_group = var.create && var.create_security_group
  ingress               = local.create_security_group && var.security_group_ingress_rules != null ? var.security_group_ingress_rules : {}
  egress                = local.create_security_group && var.security_group_egress_rules != null ? var.security_group_egress_rules : {}
}

# at: network_configuration, create
resource "aws_ecs_express_gateway_service" "this" {
  count = var.create ? 1 : 0

  cluster      = var.cluster
  service_name = var.name
  tags         = var.tags

  # at: primary_container
  dynamic "primary_container" {
    for_each = var.primary_container[*]

    content {
      image          = primary_container.value.image
      container_port = lookup(primary_container.value, "container_port", null)

      dynamic "secret" {
        for_each = try(length(primary_container.value.secret), 0) > 0 ? primary_container.value.secret : []

        content {
          name       = secret.value.name
          value_from = secret.value.value_from
        }
      }
    }
  }

  dynamic "network_configuration" {
    for_each = var.network_configuration == null ? [] : [var.network_configuration]

    content {
      security_groups = concat(aws_security_group.this[*].id, try(network_configuration.value.security_groups, null) == null ? [] : network_configuration.value.security_groups) # at: network_configuration
      subnets         = network_configuration.value.subnets                                                                                                                      # at: network_configuration
    }
  }
}

# at: create_security_group, vpc_id
resource "aws_security_group" "this" {
  count = local.create_security_group ? 1 : 0

  vpc_id = var.vpc_id
}

# at: security_group_ingress_rules
resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = local.ingress

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = try(each.value.ip_protocol, null) == null ? "tcp" : each.value.ip_protocol
  from_port                    = try(each.value.from_port, null)
  to_port                      = try(coalesce(each.value.to_port, each.value.from_port), each.value.from_port, null)
  cidr_ipv4                    = try(each.value.cidr_ipv4, null)
  cidr_ipv6                    = try(each.value.cidr_ipv6, null)
  prefix_list_id               = try(each.value.prefix_list_id, null)
  referenced_security_group_id = try(each.value.referenced_security_group_id, null) == "self" ? aws_security_group.this[0].id : try(each.value.referenced_security_group_id, null)
}

# at: security_group_egress_rules
resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = local.egress

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = try(each.value.ip_protocol, null) == null ? "tcp" : each.value.ip_protocol
  from_port                    = try(coalesce(each.value.from_port, each.value.to_port), each.value.to_port, null)
  to_port                      = try(each.value.to_port, null)
  cidr_ipv4                    = try(each.value.cidr_ipv4, null)
  cidr_ipv6                    = try(each.value.cidr_ipv6, null)
  prefix_list_id               = try(each.value.prefix_list_id, null)
  referenced_security_group_id = try(each.value.referenced_security_group_id, null) == "self" ? aws_security_group.this[0].id : try(each.value.referenced_security_group_id, null)
}

output "service_arn" {
  value = try(aws_ecs_express_gateway_service.this[0].service_arn, null)
}

output "service_revision_arn" {
  value = try(aws_ecs_express_gateway_service.this[0].service_revision_arn, null)
}

output "ingress_paths" {
  value = try(aws_ecs_express_gateway_service.this[0].ingress_paths, null)
}

output "security_group_arn" {
  value = try(aws_security_group.this[0].arn, null)
}

output "security_group_id" {
  value = try(aws_security_group.this[0].id, null)
}
