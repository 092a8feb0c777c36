variable "create" {
  type     = bool
  default  = true
  nullable = false
}

variable "create_service" {
  type     = bool
  default  = true
  nullable = false
}

variable "ignore_task_definition_changes" {
  type     = bool
  default  = false
  nullable = false
}

variable "name" {
  type    = string
  default = null
}

variable "family" {
  type    = string
  default = null
}

variable "cluster_arn" {
  type     = string
  default  = ""
  nullable = false
}

variable "launch_type" {
  type     = string
  default  = "FARGATE"
  nullable = false
}

variable "capacity_provider_strategy" {
  default = null
}

variable "deployment_controller" {
  default = null
}

variable "network_mode" {
  type     = string
  default  = "awsvpc"
  nullable = false
}

variable "requires_compatibilities" {
  type     = list(string)
  default  = ["FARGATE"]
  nullable = false
}

variable "subnet_ids" {
  type     = list(string)
  default  = []
  nullable = false
}

variable "assign_public_ip" {
  type     = bool
  default  = false
  nullable = false
}

variable "security_group_ids" {
  type     = list(string)
  default  = []
  nullable = false
}

variable "vpc_id" {
  type    = string
  default = null
}

variable "create_security_group" {
  type     = bool
  default  = true
  nullable = false
}

variable "security_group_rules" {
  default = {}
}

variable "security_group_ingress_rules" {
  default = {}
}

variable "security_group_egress_rules" {
  default = {}
}

variable "create_task_definition" {
  type     = bool
  default  = true
  nullable = false
}

variable "task_definition_arn" {
  type    = string
  default = null
}

variable "load_balancer" {
  default = {}
}

variable "enable_execute_command" {
  type     = bool
  default  = false
  nullable = false
}

variable "tags" {
  type     = map(string)
  default  = {}
  nullable = false
}

variable "service_tags" {
  type     = map(string)
  default  = {}
  nullable = false
}

# Not an input: false before version 6, in which an empty strategy is none.
variable "empty_strategy_counts" {
  type    = bool
  default = true
}

# Not an input: false before version 7, in which rules do not name the group itself, and a service's deployment gets no policy.
variable "version_7" {
  type    = bool
  default = true
}

variable "newest_revision" {
  type    = bool
  default = false
}

locals {
  external               = try(var.deployment_controller.type, null) == "EXTERNAL"
  create_service         = var.create && var.create_service
  create_task_definition = var.create && var.create_task_definition
  create_security_group  = var.create && var.create_security_group && var.network_mode == "awsvpc"
  strategy               = merge(var.capacity_provider_strategy, {})
  has_strategy           = var.capacity_provider_strategy == null ? false : var.empty_strategy_counts || length(local.strategy) > 0
  launch_type            = local.has_strategy ? null : var.launch_type
  groups                 = concat(aws_security_group.this[*].id, var.security_group_ids)
  revision               = var.newest_revision ? module.undescribed_revision.revision : try(aws_ecs_task_definition.this[0].revision, null)
  task_definition        = local.create_task_definition ? "${aws_ecs_task_definition.this[0].family}:${local.revision}" : var.task_definition_arn
}

# at: launch_type, capacity_provider_strategy, subnet_ids
resource "aws_ecs_service" "this" {
  count = local.create_service && !var.ignore_task_definition_changes ? 1 : 0

  cluster                = var.cluster_arn
  name                   = var.name
  launch_type            = local.external ? null : local.launch_type # at: launch_type, capacity_provider_strategy
  task_definition        = local.external ? null : local.task_definition
  enable_execute_command = var.enable_execute_command # at: enable_execute_command
  tags                   = merge(var.tags, var.service_tags)

  dynamic "capacity_provider_strategy" {
    for_each = local.external ? {} : local.strategy
    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider # at: capacity_provider_strategy
      weight            = try(capacity_provider_strategy.value.weight, null)
      base              = try(capacity_provider_strategy.value.base, null)
    }
  }

  # at: network_mode, subnet_ids
  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" && !local.external ? [1] : []
    content {
      assign_public_ip = var.assign_public_ip
      subnets          = var.subnet_ids
      security_groups  = local.groups # at: security_group_ids
    }
  }

  # at: load_balancer
  dynamic "load_balancer" {
    for_each = merge(var.load_balancer, {})
    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = lookup(load_balancer.value, "elb_name", null)
      target_group_arn = lookup(load_balancer.value, "target_group_arn", null)

      dynamic "advanced_configuration" {
        for_each = lookup(load_balancer.value, "advanced_configuration", null)[*]
        content {
          alternate_target_group_arn = advanced_configuration.value.alternate_target_group_arn
          production_listener_rule   = advanced_configuration.value.production_listener_rule
          test_listener_rule         = lookup(advanced_configuration.value, "test_listener_rule", null)
        }
      }
    }
  }
}

# at: launch_type, capacity_provider_strategy, subnet_ids
resource "aws_ecs_service" "ignore_task_definition" {
  count = local.create_service && var.ignore_task_definition_changes ? 1 : 0

  cluster                = var.cluster_arn
  name                   = var.name
  launch_type            = local.external ? null : local.launch_type # at: launch_type, capacity_provider_strategy
  task_definition        = local.external ? null : local.task_definition
  enable_execute_command = var.enable_execute_command # at: enable_execute_command
  tags                   = merge(var.tags, var.service_tags)

  dynamic "capacity_provider_strategy" {
    for_each = local.external ? {} : local.strategy
    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider # at: capacity_provider_strategy
      weight            = try(capacity_provider_strategy.value.weight, null)
      base              = try(capacity_provider_strategy.value.base, null)
    }
  }

  # at: network_mode, subnet_ids
  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" && !local.external ? [1] : []
    content {
      assign_public_ip = var.assign_public_ip
      subnets          = var.subnet_ids
      security_groups  = local.groups # at: security_group_ids
    }
  }

  # at: load_balancer
  dynamic "load_balancer" {
    for_each = merge(var.load_balancer, {})
    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = lookup(load_balancer.value, "elb_name", null)
      target_group_arn = lookup(load_balancer.value, "target_group_arn", null)

      dynamic "advanced_configuration" {
        for_each = lookup(load_balancer.value, "advanced_configuration", null)[*]
        content {
          alternate_target_group_arn = advanced_configuration.value.alternate_target_group_arn
          production_listener_rule   = advanced_configuration.value.production_listener_rule
          test_listener_rule         = lookup(advanced_configuration.value, "test_listener_rule", null)
        }
      }
    }
  }
}

# at: launch_type, capacity_provider_strategy, subnet_ids
resource "aws_ecs_task_set" "this" {
  count = local.create_task_definition && local.external && !var.ignore_task_definition_changes ? 1 : 0

  cluster         = var.cluster_arn
  service         = try(aws_ecs_service.this[0].id, aws_ecs_service.ignore_task_definition[0].id)
  launch_type     = local.launch_type # at: launch_type, capacity_provider_strategy
  task_definition = local.task_definition

  dynamic "capacity_provider_strategy" {
    for_each = local.strategy
    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider # at: capacity_provider_strategy
      weight            = try(capacity_provider_strategy.value.weight, null)
      base              = try(capacity_provider_strategy.value.base, null)
    }
  }

  # at: network_mode, subnet_ids
  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" ? [1] : []
    content {
      assign_public_ip = var.assign_public_ip
      subnets          = var.subnet_ids
      security_groups  = local.groups # at: security_group_ids
    }
  }

  # at: load_balancer
  dynamic "load_balancer" {
    for_each = merge(var.load_balancer, {})
    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = lookup(load_balancer.value, "elb_name", null)
      target_group_arn = lookup(load_balancer.value, "target_group_arn", null)
    }
  }
}

# at: launch_type, capacity_provider_strategy, subnet_ids
resource "aws_ecs_task_set" "ignore_task_definition" {
  count = local.create_task_definition && local.external && var.ignore_task_definition_changes ? 1 : 0

  cluster         = var.cluster_arn
  service         = try(aws_ecs_service.this[0].id, aws_ecs_service.ignore_task_definition[0].id)
  launch_type     = local.launch_type # at: launch_type, capacity_provider_strategy
  task_definition = local.task_definition

  dynamic "capacity_provider_strategy" {
    for_each = local.strategy
    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider # at: capacity_provider_strategy
      weight            = try(capacity_provider_strategy.value.weight, null)
      base              = try(capacity_provider_strategy.value.base, null)
    }
  }

  # at: network_mode, subnet_ids
  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" ? [1] : []
    content {
      assign_public_ip = var.assign_public_ip
      subnets          = var.subnet_ids
      security_groups  = local.groups # at: security_group_ids
    }
  }

  # at: load_balancer
  dynamic "load_balancer" {
    for_each = merge(var.load_balancer, {})
    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = lookup(load_balancer.value, "elb_name", null)
      target_group_arn = lookup(load_balancer.value, "target_group_arn", null)
    }
  }
}

# at: network_mode
resource "aws_ecs_task_definition" "this" {
  count = local.create_task_definition ? 1 : 0

  family                   = coalesce(var.family, var.name)
  network_mode             = var.network_mode
  requires_compatibilities = var.requires_compatibilities
  container_definitions    = jsonencode(local.containers) # at: container_definitions
}

data "aws_subnet" "this" {
  count = local.create_security_group ? 1 : 0

  id = element(var.subnet_ids, 0)
}

# at: create_security_group
resource "aws_security_group" "this" {
  count = local.create_security_group ? 1 : 0

  vpc_id = var.vpc_id == null ? data.aws_subnet.this[0].vpc_id : var.vpc_id
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

# at: security_group_rules
resource "aws_security_group_rule" "this" {
  for_each = { for name, rule in merge(var.security_group_rules, {}) : name => rule if local.create_security_group }

  security_group_id        = aws_security_group.this[0].id
  type                     = each.value.type
  protocol                 = each.value.protocol
  from_port                = each.value.from_port
  to_port                  = each.value.to_port
  cidr_blocks              = lookup(each.value, "cidr_blocks", null)
  ipv6_cidr_blocks         = lookup(each.value, "ipv6_cidr_blocks", null)
  prefix_list_ids          = lookup(each.value, "prefix_list_ids", null)
  self                     = lookup(each.value, "self", null)
  source_security_group_id = lookup(each.value, "source_security_group_id", null)
}

output "id" {
  value = try(aws_ecs_service.this[0].id, aws_ecs_service.ignore_task_definition[0].id, null)
}

output "name" {
  value = try(aws_ecs_service.this[0].name, aws_ecs_service.ignore_task_definition[0].name, null)
}

output "security_group_id" {
  value = try(aws_security_group.this[0].id, null)
}

output "security_group_arn" {
  value = try(aws_security_group.this[0].arn, null)
}

output "task_definition_arn" {
  value = try(aws_ecs_task_definition.this[0].arn, var.task_definition_arn)
}

output "task_definition_family" {
  value = try(aws_ecs_task_definition.this[0].family, null)
}

output "task_definition_revision" {
  value = try(aws_ecs_task_definition.this[0].revision, null)
}

module "undescribed_revision" {
  source = "undescribed: which revision of the task definition is the newest"
}
