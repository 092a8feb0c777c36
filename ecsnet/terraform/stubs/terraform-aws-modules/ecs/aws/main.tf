variable "create" {
  type    = bool
  default = true
}

variable "cluster_name" {
  type    = string
  default = null
}

variable "services" {
  default = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}

# Not an input: see modules/service.
variable "empty_strategy_counts" {
  type    = bool
  default = true
}

variable "newest_revision" {
  type    = bool
  default = false
}

variable "fargate_capacity_providers" {
  default = {}
}

variable "default_capacity_provider_use_fargate" {
  default = true
}

variable "autoscaling_capacity_providers" {
  default = null
}

variable "default_capacity_provider_strategy" {
  default = null
}

variable "capacity_providers" {
  default = null
}

variable "create_security_group" {
  default = true
}

variable "vpc_id" {
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

variable "create_task_exec_iam_role" {
  default = false
}

variable "create_task_exec_policy" {
  default = true
}

variable "task_exec_iam_role_policies" {
  default = {}
}

variable "create_infrastructure_iam_role" {
  default = true
}

variable "create_node_iam_instance_profile" {
  default = true
}

variable "node_iam_role_additional_policies" {
  default = {}
}

variable "cloudwatch_switch" {
  type    = string
  default = "create_cloudwatch_log_group"
}

variable "version_7" {
  type    = bool
  default = true
}

variable "task_policy_attached" {
  type    = bool
  default = true
}

module "cluster" {
  source = "./modules/cluster"

  create                                = var.create
  name                                  = var.cluster_name
  fargate_capacity_providers            = var.fargate_capacity_providers
  default_capacity_provider_use_fargate = var.default_capacity_provider_use_fargate
  autoscaling_capacity_providers        = var.autoscaling_capacity_providers
  default_capacity_provider_strategy    = var.default_capacity_provider_strategy
  capacity_providers                    = var.capacity_providers
  create_security_group                 = var.create_security_group
  vpc_id                                = var.vpc_id
  security_group_ingress_rules          = var.security_group_ingress_rules
  security_group_egress_rules           = var.security_group_egress_rules
  version_7                             = var.version_7
  create_task_exec_iam_role             = var.create_task_exec_iam_role
  create_task_exec_policy               = var.create_task_exec_policy
  task_exec_iam_role_policies           = var.task_exec_iam_role_policies
  create_infrastructure_iam_role        = var.create_infrastructure_iam_role
  create_node_iam_instance_profile      = var.create_node_iam_instance_profile
  node_iam_role_additional_policies     = var.node_iam_role_additional_policies
}

# at: services
module "service" {
  source = "./modules/service"

  for_each = { for name, service in merge(var.services, {}) : name => service if var.create }

  cluster_arn                    = module.cluster.arn
  empty_strategy_counts          = var.empty_strategy_counts
  newest_revision                = var.newest_revision
  name                           = try(coalesce(each.value.name, each.key), each.key)
  create                         = try(each.value.create, null)                         # at: services
  create_service                 = try(each.value.create_service, null)                 # at: services
  ignore_task_definition_changes = try(each.value.ignore_task_definition_changes, null) # at: services
  family                         = try(each.value.family, null)                         # at: services
  launch_type                    = try(each.value.launch_type, null)                    # at: services
  capacity_provider_strategy     = try(each.value.capacity_provider_strategy, null)     # at: services
  deployment_controller          = try(each.value.deployment_controller, null)          # at: services
  network_mode                   = try(each.value.network_mode, null)                   # at: services
  requires_compatibilities       = try(each.value.requires_compatibilities, null)       # at: services
  subnet_ids                     = try(each.value.subnet_ids, null)                     # at: services
  assign_public_ip               = try(each.value.assign_public_ip, null)               # at: services
  security_group_ids             = try(each.value.security_group_ids, null)             # at: services
  vpc_id                         = try(each.value.vpc_id, null)                         # at: services
  create_security_group          = try(each.value.create_security_group, null)          # at: services
  security_group_rules           = try(each.value.security_group_rules, null)           # at: services
  security_group_ingress_rules   = try(each.value.security_group_ingress_rules, null)   # at: services
  security_group_egress_rules    = try(each.value.security_group_egress_rules, null)    # at: services
  cloudwatch_switch              = var.cloudwatch_switch
  version_7                      = var.version_7
  task_policy_attached           = var.task_policy_attached
  tags                           = merge(var.tags, try(each.value.tags, null))
  service_tags                   = try(each.value.service_tags, null)                   # at: services
  load_balancer                  = try(each.value.load_balancer, null)                  # at: services
  enable_execute_command         = try(each.value.enable_execute_command, null)         # at: services
  container_definitions          = try(each.value.container_definitions, null)          # at: services
  container_definition_defaults  = try(each.value.container_definition_defaults, null)  # at: services
  create_iam_role                = try(each.value.create_iam_role, null)                # at: services
  create_task_exec_iam_role      = try(each.value.create_task_exec_iam_role, null)      # at: services
  create_task_exec_policy        = try(each.value.create_task_exec_policy, null)        # at: services
  task_exec_iam_role_policies    = try(each.value.task_exec_iam_role_policies, null)    # at: services
  create_tasks_iam_role          = try(each.value.create_tasks_iam_role, null)          # at: services
  tasks_iam_role_policies        = try(each.value.tasks_iam_role_policies, null)        # at: services
  tasks_iam_role_statements      = try(each.value.tasks_iam_role_statements, null)      # at: services
  create_infrastructure_iam_role = try(each.value.create_infrastructure_iam_role, null) # at: services
  volume_configuration           = try(each.value.volume_configuration, null)           # at: services
  vpc_lattice_configurations     = try(each.value.vpc_lattice_configurations, null)     # at: services
  deployment_configuration       = try(each.value.deployment_configuration, null)       # at: services
  create_task_definition         = try(each.value.create_task_definition, null)         # at: services
  task_definition_arn            = try(each.value.task_definition_arn, null)            # at: services
}

output "cluster_arn" {
  value = module.cluster.arn
}

output "cluster_id" {
  value = module.cluster.id
}

output "cluster_name" {
  value = module.cluster.name
}

output "autoscaling_capacity_providers" {
  value = module.cluster.autoscaling_capacity_providers
}

output "capacity_providers" {
  value = module.cluster.capacity_providers
}

output "services" {
  value = module.service
}
