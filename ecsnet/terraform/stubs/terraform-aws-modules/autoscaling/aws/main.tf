variable "create" {
  type    = bool
  default = true
}

variable "name" {
  type    = string
  default = null
}

variable "launch_template_name" {
  type    = string
  default = ""
}

variable "create_launch_template" {
  type    = bool
  default = true
}

variable "launch_template_id" {
  type    = string
  default = null
}

variable "use_mixed_instances_policy" {
  type    = bool
  default = false
}

variable "ignore_desired_capacity_changes" {
  type    = bool
  default = false
}

variable "vpc_zone_identifier" {
  type    = list(string)
  default = null
}

variable "security_groups" {
  type    = list(string)
  default = []
}

variable "network_interfaces" {
  default = null
}

variable "user_data" {
  type    = string
  default = null
}

variable "image_id" {
  type    = string
  default = null
}

variable "create_iam_instance_profile" {
  type    = bool
  default = false
}

variable "iam_instance_profile_arn" {
  type    = string
  default = null
}

variable "iam_instance_profile_name" {
  type    = string
  default = null
}

variable "iam_role_policies" {
  type    = map(string)
  default = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  interfaces      = var.network_interfaces[*]
  launch_template = var.create_launch_template ? aws_launch_template.this[0].id : var.launch_template_id
}

# at: network_interfaces, security_groups
resource "aws_launch_template" "this" {
  count = var.create_launch_template ? 1 : 0

  name                   = try(coalesce(var.launch_template_name, var.name), null)
  image_id               = var.image_id
  user_data              = var.user_data
  vpc_security_group_ids = length(local.interfaces) > 0 ? [] : var.security_groups # at: security_groups

  dynamic "iam_instance_profile" {
    for_each = var.create_iam_instance_profile || var.iam_instance_profile_name != null || var.iam_instance_profile_arn != null ? [1] : []
    content {
      name = var.create_iam_instance_profile ? null : var.iam_instance_profile_name
      arn  = var.create_iam_instance_profile ? aws_iam_instance_profile.this[0].arn : var.iam_instance_profile_arn
    }
  }

  # at: network_interfaces
  dynamic "network_interfaces" {
    for_each = local.interfaces
    content {
      associate_public_ip_address = try(network_interfaces.value.associate_public_ip_address, null)                                       # at: network_interfaces
      security_groups             = compact(concat(try(coalesce(network_interfaces.value.security_groups, []), []), var.security_groups)) # at: network_interfaces, security_groups
      subnet_id                   = try(network_interfaces.value.subnet_id, null)
    }
  }
}

# at: vpc_zone_identifier
resource "aws_autoscaling_group" "this" {
  count = var.create && !var.ignore_desired_capacity_changes ? 1 : 0

  vpc_zone_identifier = var.vpc_zone_identifier

  dynamic "launch_template" {
    for_each = var.use_mixed_instances_policy ? [] : [1]
    content {
      id = local.launch_template
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.use_mixed_instances_policy ? [1] : []
    content {
      launch_template {
        launch_template_specification {
          launch_template_id = local.launch_template
        }
      }
    }
  }
}

# at: vpc_zone_identifier
resource "aws_autoscaling_group" "idc" {
  count = var.create && var.ignore_desired_capacity_changes ? 1 : 0

  vpc_zone_identifier = var.vpc_zone_identifier

  dynamic "launch_template" {
    for_each = var.use_mixed_instances_policy ? [] : [1]
    content {
      id = local.launch_template
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.use_mixed_instances_policy ? [1] : []
    content {
      launch_template {
        launch_template_specification {
          launch_template_id = local.launch_template
        }
      }
    }
  }
}

resource "aws_iam_role" "this" {
  count = var.create && var.create_iam_instance_profile ? 1 : 0
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = { for name, policy in var.iam_role_policies : name => policy if var.create && var.create_iam_instance_profile }

  role       = aws_iam_role.this[0].name
  policy_arn = each.value
}

resource "aws_iam_instance_profile" "this" {
  count = var.create && var.create_iam_instance_profile ? 1 : 0

  role = aws_iam_role.this[0].name
}

output "autoscaling_group_id" {
  value = try(aws_autoscaling_group.this[0].id, aws_autoscaling_group.idc[0].id, null)
}

output "launch_template_id" {
  value = try(aws_launch_template.this[0].id, null)
}

output "autoscaling_group_name" {
  value = try(aws_autoscaling_group.this[0].name, aws_autoscaling_group.idc[0].name, null)
}

output "launch_template_name" {
  value = try(aws_launch_template.this[0].name, null)
}

output "autoscaling_group_arn" {
  value = try(aws_autoscaling_group.this[0].arn, aws_autoscaling_group.idc[0].arn, null)
}

output "launch_template_arn" {
  value = try(aws_launch_template.this[0].arn, null)
}

output "iam_role_name" {
  value = try(aws_iam_role.this[0].name, null)
}

output "iam_role_arn" {
  value = try(aws_iam_role.this[0].arn, null)
}

output "iam_instance_profile_arn" {
  value = try(aws_iam_instance_profile.this[0].arn, var.iam_instance_profile_arn)
}
