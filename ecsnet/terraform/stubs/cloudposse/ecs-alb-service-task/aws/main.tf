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

variable "vpc_id" {
  type = string
}

variable "ecs_cluster_arn" {
  type = string
}

variable "container_definition_json" {
  type = string
}

variable "subnet_ids" {
  type    = list(string)
  default = null
}

variable "security_group_enabled" {
  type    = bool
  default = true
}

variable "security_group_ids" {
  type    = list(string)
  default = []
}

variable "enable_all_egress_rule" {
  type    = bool
  default = true
}

variable "enable_icmp_rule" {
  type    = bool
  default = false
}

variable "use_alb_security_group" {
  type    = bool
  default = false
}

variable "alb_security_group" {
  type    = string
  default = ""
}

variable "container_port" {
  type    = number
  default = 80
}

variable "use_nlb_cidr_blocks" {
  type    = bool
  default = false
}

variable "nlb_container_port" {
  type    = number
  default = 80
}

variable "nlb_cidr_blocks" {
  type    = list(string)
  default = []
}

variable "launch_type" {
  type    = string
  default = "FARGATE"
}

variable "network_mode" {
  type    = string
  default = "awsvpc"
}

variable "assign_public_ip" {
  type    = bool
  default = false
}

variable "capacity_provider_strategies" {
  default = []
}

variable "task_definition" {
  default = []
}

variable "ecs_service_enabled" {
  type    = bool
  default = true
}

variable "ecs_load_balancers" {
  default = []
}

variable "exec_enabled" {
  type    = bool
  default = false
}

variable "use_old_arn" {
  type    = bool
  default = false
}

variable "ignore_changes_task_definition" {
  type    = bool
  default = true
}

variable "ignore_changes_desired_count" {
  type    = bool
  default = false
}

locals {
  create_service         = local.enabled && var.ecs_service_enabled
  create_security_group  = local.enabled && var.network_mode == "awsvpc" && var.security_group_enabled
  create_task_definition = local.enabled && length(var.task_definition) == 0
  groups                 = compact(concat(var.security_group_ids, aws_security_group.ecs_service[*].id))
  task_definition        = local.create_task_definition ? "${aws_ecs_task_definition.default[0].family}:${aws_ecs_task_definition.default[0].revision}" : var.task_definition[0]
}

# at: network_mode, launch_type
resource "aws_ecs_task_definition" "default" {
  count = local.create_task_definition ? 1 : 0

  family                   = module.undescribed.id
  container_definitions    = var.container_definition_json
  requires_compatibilities = [var.launch_type]
  network_mode             = var.network_mode
}

module "undescribed" {
  source = "undescribed: how names are put together"
}

# at: security_group_enabled
resource "aws_security_group" "ecs_service" {
  count = local.create_security_group ? 1 : 0

  vpc_id = var.vpc_id
}

# at: enable_all_egress_rule
resource "aws_security_group_rule" "allow_all_egress" {
  count = local.create_security_group && var.enable_all_egress_rule ? 1 : 0

  security_group_id = one(aws_security_group.ecs_service[*].id)
  type              = "egress"
  from_port         = 0
  to_port           = 0
  protocol          = "-1"
  cidr_blocks       = ["0.0.0.0/0"]
}

# at: enable_icmp_rule
resource "aws_security_group_rule" "allow_icmp_ingress" {
  count = local.create_security_group && var.enable_icmp_rule ? 1 : 0

  security_group_id = one(aws_security_group.ecs_service[*].id)
  type              = "ingress"
  from_port         = 8
  to_port           = 0
  protocol          = "icmp"
  cidr_blocks       = ["0.0.0.0/0"]
}

# at: use_alb_security_group
resource "aws_security_group_rule" "alb" {
  count = local.create_security_group && var.use_alb_security_group ? 1 : 0

  security_group_id        = one(aws_security_group.ecs_service[*].id)
  type                     = "ingress"
  from_port                = var.container_port
  to_port                  = var.container_port
  protocol                 = "tcp"
  source_security_group_id = var.alb_security_group
}

# at: use_nlb_cidr_blocks
resource "aws_security_group_rule" "nlb" {
  count = local.create_security_group && var.use_nlb_cidr_blocks ? 1 : 0

  security_group_id = one(aws_security_group.ecs_service[*].id)
  type              = "ingress"
  from_port         = var.nlb_container_port
  to_port           = var.nlb_container_port
  protocol          = "tcp"
  cidr_blocks       = var.nlb_cidr_blocks
}

# at: launch_type, capacity_provider_strategies, subnet_ids
resource "aws_ecs_service" "default" {
  count = local.create_service && !var.ignore_changes_task_definition && !var.ignore_changes_desired_count ? 1 : 0

  cluster                = var.ecs_cluster_arn
  name                   = module.undescribed.id
  task_definition        = local.task_definition
  enable_execute_command = var.exec_enabled
  tags                   = var.use_old_arn ? null : module.undescribed.tags
  launch_type            = length(var.capacity_provider_strategies) > 0 ? null : var.launch_type # at: launch_type, capacity_provider_strategies

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider_strategies
    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider # at: capacity_provider_strategies
    }
  }

  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" ? [1] : []
    content {
      subnets          = var.subnet_ids
      security_groups  = local.groups # at: security_group_ids, security_group_enabled
      assign_public_ip = var.assign_public_ip
    }
  }

  # at: ecs_load_balancers
  dynamic "load_balancer" {
    for_each = var.ecs_load_balancers
    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = lookup(load_balancer.value, "elb_name", null)
      target_group_arn = lookup(load_balancer.value, "target_group_arn", null)
    }
  }
}

# at: launch_type, capacity_provider_strategies, subnet_ids
resource "aws_ecs_service" "ignore_changes_task_definition" {
  count = local.create_service && var.ignore_changes_task_definition && !var.ignore_changes_desired_count ? 1 : 0

  cluster                = var.ecs_cluster_arn
  name                   = module.undescribed.id
  task_definition        = local.task_definition
  enable_execute_command = var.exec_enabled
  tags                   = var.use_old_arn ? null : module.undescribed.tags
  launch_type            = length(var.capacity_provider_strategies) > 0 ? null : var.launch_type # at: launch_type, capacity_provider_strategies

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider_strategies
    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider # at: capacity_provider_strategies
    }
  }

  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" ? [1] : []
    content {
      subnets          = var.subnet_ids
      security_groups  = local.groups # at: security_group_ids, security_group_enabled
      assign_public_ip = var.assign_public_ip
    }
  }

  # at: ecs_load_balancers
  dynamic "load_balancer" {
    for_each = var.ecs_load_balancers
    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = lookup(load_balancer.value, "elb_name", null)
      target_group_arn = lookup(load_balancer.value, "target_group_arn", null)
    }
  }
}

# at: launch_type, capacity_provider_strategies, subnet_ids
resource "aws_ecs_service" "ignore_changes_task_definition_and_desired_count" {
  count = local.create_service && var.ignore_changes_task_definition && var.ignore_changes_desired_count ? 1 : 0

  cluster                = var.ecs_cluster_arn
  name                   = module.undescribed.id
  task_definition        = local.task_definition
  enable_execute_command = var.exec_enabled
  tags                   = var.use_old_arn ? null : module.undescribed.tags
  launch_type            = length(var.capacity_provider_strategies) > 0 ? null : var.launch_type # at: launch_type, capacity_provider_strategies

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider_strategies
    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider # at: capacity_provider_strategies
    }
  }

  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" ? [1] : []
    content {
      subnets          = var.subnet_ids
      security_groups  = local.groups # at: security_group_ids, security_group_enabled
      assign_public_ip = var.assign_public_ip
    }
  }

  # at: ecs_load_balancers
  dynamic "load_balancer" {
    for_each = var.ecs_load_balancers
    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = lookup(load_balancer.value, "elb_name", null)
      target_group_arn = lookup(load_balancer.value, "target_group_arn", null)
    }
  }
}

# at: launch_type, capacity_provider_strategies, subnet_ids
resource "aws_ecs_service" "ignore_changes_desired_count" {
  count = local.create_service && !var.ignore_changes_task_definition && var.ignore_changes_desired_count ? 1 : 0

  cluster                = var.ecs_cluster_arn
  name                   = module.undescribed.id
  task_definition        = local.task_definition
  enable_execute_command = var.exec_enabled
  tags                   = var.use_old_arn ? null : module.undescribed.tags
  launch_type            = length(var.capacity_provider_strategies) > 0 ? null : var.launch_type # at: launch_type, capacity_provider_strategies

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider_strategies
    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider # at: capacity_provider_strategies
    }
  }

  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" ? [1] : []
    content {
      subnets          = var.subnet_ids
      security_groups  = local.groups # at: security_group_ids, security_group_enabled
      assign_public_ip = var.assign_public_ip
    }
  }

  # at: ecs_load_balancers
  dynamic "load_balancer" {
    for_each = var.ecs_load_balancers
    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = lookup(load_balancer.value, "elb_name", null)
      target_group_arn = lookup(load_balancer.value, "target_group_arn", null)
    }
  }
}

output "service_security_group_id" {
  value = one(aws_security_group.ecs_service[*].id)
}

output "task_definition_arn" {
  value = one(aws_ecs_task_definition.default[*].arn)
}

output "task_definition_family" {
  value = one(aws_ecs_task_definition.default[*].family)
}
