variable "create" {
  type    = bool
  default = true
}

variable "name" {
  type    = string
  default = null
}

variable "internal" {
  type    = bool
  default = null
}

variable "load_balancer_type" {
  type    = string
  default = "application"
}

variable "subnets" {
  type    = list(string)
  default = null
}

variable "subnet_mapping" {
  default = null
}

variable "security_groups" {
  type    = list(string)
  default = []
}

variable "vpc_id" {
  type    = string
  default = null
}

variable "create_security_group" {
  type    = bool
  default = true
}

variable "security_group_ingress_rules" {
  default = null
}

variable "security_group_egress_rules" {
  default = null
}

variable "target_groups" {
  default = null
}

variable "listeners" {
  default = null
}

variable "default_port" {
  type    = number
  default = 80
}

variable "default_protocol" {
  type    = string
  default = "HTTP"
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  create_security_group = var.create && var.create_security_group
}

# at: internal
resource "aws_lb" "this" {
  count = var.create ? 1 : 0

  name               = var.name
  internal           = var.internal
  load_balancer_type = var.load_balancer_type
  security_groups    = var.create_security_group ? concat([aws_security_group.this[0].id], var.security_groups) : var.security_groups
  subnets            = var.subnets
  tags               = var.tags

  dynamic "subnet_mapping" {
    for_each = var.subnet_mapping[*]
    content {
      subnet_id     = subnet_mapping.value.subnet_id # at: subnet_mapping
      allocation_id = try(subnet_mapping.value.allocation_id, null)
    }
  }
}

# at: target_groups
resource "aws_lb_target_group" "this" {
  for_each = { for name, group in merge(var.target_groups, {}) : name => group if var.create }

  port        = try(each.value.port, null)
  protocol    = try(each.value.protocol, null)
  target_type = try(each.value.target_type, null)
  vpc_id      = try(coalesce(each.value.vpc_id, var.vpc_id), var.vpc_id)
}

locals {
  listeners = { for name, listener in merge(var.listeners, {}) : name => listener if var.create }

  listener_rules = merge(concat([{}], [
    for name, listener in local.listeners : {
      for key, rule in merge(try(listener.rules, {}), {}) : "${name}/${key}" => { listener = name, rule = rule }
    }
  ])...)
}

# at: listeners
resource "aws_lb_listener" "this" {
  for_each = local.listeners

  load_balancer_arn = aws_lb.this[0].arn
  port              = try(coalesce(each.value.port, var.default_port), var.default_port)
  protocol          = try(coalesce(each.value.protocol, var.default_protocol), var.default_protocol)

  # Of one target group, or of several with weights. What else a listener does by default sends nothing to targets.
  dynamic "default_action" {
    for_each = [for key in ["forward", "weighted_forward"] : each.value[key] if try(each.value[key], null) != null]

    content {
      type             = "forward"
      target_group_arn = try(aws_lb_target_group.this[default_action.value.target_group_key].arn, default_action.value.target_group_arn, default_action.value.arn, null)

      dynamic "forward" {
        for_each = try(length(default_action.value.target_groups), 0) > 0 ? [default_action.value.target_groups] : []

        content {
          dynamic "target_group" {
            for_each = forward.value

            content {
              arn = try(aws_lb_target_group.this[target_group.value.target_group_key].arn, target_group.value.target_group_arn, target_group.value.arn, null)
            }
          }
        }
      }
    }
  }
}

# at: listeners
resource "aws_lb_listener_rule" "this" {
  for_each = local.listener_rules

  listener_arn = aws_lb_listener.this[each.value.listener].arn

  # Up to version 9 an action names its type, from 10 on it is an attribute of that name.
  dynamic "action" {
    for_each = flatten([
      for action in each.value.rule.actions : try(action.type, null) != null ? [for given in [action] : given if endswith(given.type, "forward")] : [
        for key in ["forward", "weighted_forward"] : action[key] if try(action[key], null) != null
      ]
    ])

    content {
      type             = "forward"
      target_group_arn = try(aws_lb_target_group.this[action.value.target_group_key].arn, action.value.target_group_arn, null)

      dynamic "forward" {
        for_each = try(length(action.value.target_groups), 0) > 0 ? [action.value.target_groups] : []

        content {
          dynamic "target_group" {
            for_each = forward.value

            content {
              arn = try(aws_lb_target_group.this[target_group.value.target_group_key].arn, target_group.value.target_group_arn, target_group.value.arn, null)
            }
          }
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
  referenced_security_group_id = try(each.value.referenced_security_group_id, null)
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
  referenced_security_group_id = try(each.value.referenced_security_group_id, null)
}

output "id" {
  value = try(aws_lb.this[0].id, null)
}

output "arn" {
  value = try(aws_lb.this[0].arn, null)
}

output "arn_suffix" {
  value = try(aws_lb.this[0].arn_suffix, null)
}

output "dns_name" {
  value = try(aws_lb.this[0].dns_name, null)
}

output "zone_id" {
  value = try(aws_lb.this[0].zone_id, null)
}

output "security_group_id" {
  value = try(aws_security_group.this[0].id, null)
}

output "security_group_arn" {
  value = try(aws_security_group.this[0].arn, null)
}

output "target_groups" {
  value = aws_lb_target_group.this
}

output "listeners" {
  value = aws_lb_listener.this
}

output "listener_rules" {
  value = aws_lb_listener_rule.this
}
