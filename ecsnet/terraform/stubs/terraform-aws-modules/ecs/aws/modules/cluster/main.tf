variable "create" {
  type    = bool
  default = true
}

# "name" since version 6.
variable "name" {
  type    = string
  default = null
}

variable "cluster_name" {
  type    = string
  default = null
}

variable "tags" {
  type    = map(string)
  default = {}
}

# Of version 5.
variable "fargate_capacity_providers" {
  default = {}
}

variable "default_capacity_provider_use_fargate" {
  type    = bool
  default = true
}

# Of versions 5 and 6.
variable "autoscaling_capacity_providers" {
  default = null
}

# Since version 6.
variable "default_capacity_provider_strategy" {
  default = null
}

# Since version 7.
variable "capacity_providers" {
  default = null
}

variable "create_security_group" {
  type    = bool
  default = true
}

variable "vpc_id" {
  type    = string
  default = null
}

variable "security_group_ingress_rules" {
  default = {}
}

variable "security_group_egress_rules" {
  default = {
    all_ipv4 = { cidr_ipv4 = "0.0.0.0/0", ip_protocol = "-1" }
    all_ipv6 = { cidr_ipv6 = "::/0", ip_protocol = "-1" }
  }
}

# Not an input: false before version 7, in which rules do not name the group itself.
variable "version_7" {
  type    = bool
  default = true
}

locals {
  groups                = merge(var.autoscaling_capacity_providers, {})
  providers             = merge(local.groups, var.capacity_providers)
  managed               = anytrue([for provider in local.providers : try(provider.managed_instances_provider, null) != null])
  create_security_group = var.create && var.create_security_group && local.managed

  # Version 5 takes either its Fargate or its other providers as the default.
  implied  = var.default_capacity_provider_use_fargate ? var.fargate_capacity_providers : { for name, provider in local.groups : name => provider if var.default_capacity_provider_strategy == null }
  strategy = var.default_capacity_provider_strategy == null ? local.implied : var.default_capacity_provider_strategy
}

# at: cluster_name, name
resource "aws_ecs_cluster" "this" {
  count = var.create ? 1 : 0

  name = try(coalesce(var.name, var.cluster_name), null)
}

# at: default_capacity_provider_strategy, fargate_capacity_providers, default_capacity_provider_use_fargate
resource "aws_ecs_cluster_capacity_providers" "this" {
  count = var.create ? 1 : 0

  cluster_name = aws_ecs_cluster.this[0].name

  dynamic "default_capacity_provider_strategy" {
    for_each = local.strategy
    content {
      capacity_provider = try(coalesce(default_capacity_provider_strategy.value.name, default_capacity_provider_strategy.key), default_capacity_provider_strategy.key)
    }
  }
}

# at: autoscaling_capacity_providers, capacity_providers
resource "aws_ecs_capacity_provider" "this" {
  for_each = { for name, provider in local.providers : name => provider if var.create }

  name = try(coalesce(each.value.name, each.key), each.key)

  dynamic "auto_scaling_group_provider" {
    for_each = try(each.value.managed_instances_provider, null) == null ? [try(each.value.auto_scaling_group_arn, each.value.auto_scaling_group_provider.auto_scaling_group_arn)] : []
    content {
      auto_scaling_group_arn = auto_scaling_group_provider.value # at: autoscaling_capacity_providers, capacity_providers
    }
  }

  dynamic "managed_instances_provider" {
    for_each = try(each.value.managed_instances_provider, null) == null ? [] : [each.value.managed_instances_provider]
    content {
      instance_launch_template {
        network_configuration {
          subnets         = managed_instances_provider.value.instance_launch_template.network_configuration.subnets                                                                       # at: capacity_providers
          security_groups = concat(aws_security_group.this[*].id, try(coalesce(managed_instances_provider.value.instance_launch_template.network_configuration.security_groups, []), [])) # at: capacity_providers
        }
      }
    }
  }
}

# at: create_security_group
resource "aws_security_group" "this" {
  count = local.create_security_group ? 1 : 0

  vpc_id = var.vpc_id
  tags   = var.tags
}

# at: security_group_ingress_rules
resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = { for name, rule in merge(var.security_group_ingress_rules, {}) : name => rule if local.create_security_group }

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = try(coalesce(each.value.ip_protocol, "tcp"), "tcp")
  from_port                    = try(each.value.from_port, null)
  to_port                      = try(coalesce(each.value.to_port, each.value.from_port), each.value.from_port, null)
  cidr_ipv4                    = try(each.value.cidr_ipv4, null)
  cidr_ipv6                    = try(each.value.cidr_ipv6, null)
  prefix_list_id               = try(each.value.prefix_list_id, null)
  referenced_security_group_id = var.version_7 && lookup(each.value, "referenced_security_group_id", null) == "self" ? aws_security_group.this[0].id : lookup(each.value, "referenced_security_group_id", null)
}

# at: security_group_egress_rules
resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = { for name, rule in merge(var.security_group_egress_rules, {}) : name => rule if local.create_security_group }

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = try(coalesce(each.value.ip_protocol, "tcp"), "tcp")
  to_port                      = try(each.value.to_port, null)
  from_port                    = try(coalesce(each.value.from_port, each.value.to_port), each.value.to_port, null)
  cidr_ipv4                    = try(each.value.cidr_ipv4, null)
  cidr_ipv6                    = try(each.value.cidr_ipv6, null)
  prefix_list_id               = try(each.value.prefix_list_id, null)
  referenced_security_group_id = var.version_7 && lookup(each.value, "referenced_security_group_id", null) == "self" ? aws_security_group.this[0].id : lookup(each.value, "referenced_security_group_id", null)
}

output "arn" {
  value = try(aws_ecs_cluster.this[0].arn, null)
}

output "id" {
  value = try(aws_ecs_cluster.this[0].id, null)
}

output "name" {
  value = try(aws_ecs_cluster.this[0].name, null)
}

output "autoscaling_capacity_providers" {
  value = aws_ecs_capacity_provider.this
}

output "capacity_providers" {
  value = aws_ecs_capacity_provider.this
}
