variable "create_iam_role" {
  type     = bool
  default  = true
  nullable = false
}

variable "create_task_exec_iam_role" {
  type     = bool
  default  = true
  nullable = false
}

variable "create_task_exec_policy" {
  type     = bool
  default  = true
  nullable = false
}

variable "task_exec_iam_role_policies" {
  default = {}
}

variable "create_tasks_iam_role" {
  type     = bool
  default  = true
  nullable = false
}

variable "tasks_iam_role_policies" {
  default = {}
}

variable "tasks_iam_role_statements" {
  default = null
}

variable "create_infrastructure_iam_role" {
  type     = bool
  default  = true
  nullable = false
}

variable "volume_configuration" {
  default = null
}

variable "vpc_lattice_configurations" {
  default = null
}

variable "deployment_configuration" {
  default = null
}

# Not an input: false before version 6, in which the policy of tasks is one of their role alone.
variable "task_policy_attached" {
  type     = bool
  default  = true
  nullable = false
}

data "aws_partition" "current" {}

locals {
  create_service_role        = var.create && var.create_iam_role && var.network_mode != "awsvpc" && try(length(var.load_balancer), var.load_balancer == null ? 0 : 1) > 0
  create_exec_role           = local.create_task_definition && var.create_task_exec_iam_role
  create_exec_policy         = local.create_exec_role && var.create_task_exec_policy
  create_task_role           = local.create_task_definition && var.create_tasks_iam_role
  create_task_policy         = local.create_task_role && var.task_policy_attached && (var.tasks_iam_role_statements != null || var.enable_execute_command)
  needs_infrastructure       = var.volume_configuration != null || var.vpc_lattice_configurations != null || var.version_7 && var.deployment_configuration != null
  create_infrastructure_role = var.create && var.create_infrastructure_iam_role && local.needs_infrastructure
}

# at: create_iam_role, load_balancer
resource "aws_iam_role" "service" {
  count = local.create_service_role ? 1 : 0
}

# at: create_iam_role, load_balancer
resource "aws_iam_policy" "service" {
  count = local.create_service_role ? 1 : 0
}

# at: create_iam_role, load_balancer
resource "aws_iam_role_policy_attachment" "service" {
  count = local.create_service_role ? 1 : 0

  role       = aws_iam_role.service[0].name
  policy_arn = aws_iam_policy.service[0].arn
}

# at: create_task_exec_iam_role
resource "aws_iam_role" "task_exec" {
  count = local.create_exec_role ? 1 : 0
}

# at: create_task_exec_policy
resource "aws_iam_policy" "task_exec" {
  count = local.create_exec_policy ? 1 : 0
}

# at: create_task_exec_policy
resource "aws_iam_role_policy_attachment" "task_exec" {
  count = local.create_exec_policy ? 1 : 0

  role       = aws_iam_role.task_exec[0].name
  policy_arn = aws_iam_policy.task_exec[0].arn
}

# at: task_exec_iam_role_policies
resource "aws_iam_role_policy_attachment" "task_exec_additional" {
  for_each = { for name, policy in merge(var.task_exec_iam_role_policies, {}) : name => policy if local.create_exec_role }

  role       = aws_iam_role.task_exec[0].name
  policy_arn = each.value
}

# at: create_tasks_iam_role
resource "aws_iam_role" "tasks" {
  count = local.create_task_role ? 1 : 0
}

# at: tasks_iam_role_statements, enable_execute_command
resource "aws_iam_policy" "tasks" {
  count = local.create_task_policy ? 1 : 0
}

# at: tasks_iam_role_statements, enable_execute_command
resource "aws_iam_role_policy_attachment" "tasks_internal" {
  count = local.create_task_policy ? 1 : 0

  role       = aws_iam_role.tasks[0].name
  policy_arn = aws_iam_policy.tasks[0].arn
}

# at: tasks_iam_role_policies
resource "aws_iam_role_policy_attachment" "tasks" {
  for_each = { for name, policy in merge(var.tasks_iam_role_policies, {}) : name => policy if local.create_task_role }

  role       = aws_iam_role.tasks[0].name
  policy_arn = each.value
}

# at: create_infrastructure_iam_role
resource "aws_iam_role" "infrastructure_iam_role" {
  count = local.create_infrastructure_role ? 1 : 0
}

# at: volume_configuration
resource "aws_iam_role_policy_attachment" "infrastructure_iam_role_ebs_policy" {
  count = local.create_infrastructure_role && var.volume_configuration != null ? 1 : 0

  role       = aws_iam_role.infrastructure_iam_role[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes"
}

# at: vpc_lattice_configurations
resource "aws_iam_role_policy_attachment" "infrastructure_iam_role_vpc_lattice_policy" {
  count = local.create_infrastructure_role && var.vpc_lattice_configurations != null ? 1 : 0

  role       = aws_iam_role.infrastructure_iam_role[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForVpcLattice"
}

# at: deployment_configuration
resource "aws_iam_role_policy_attachment" "infrastructure_iam_role_load_balancer_policy" {
  count = local.create_infrastructure_role && var.version_7 && var.deployment_configuration != null ? 1 : 0

  role       = aws_iam_role.infrastructure_iam_role[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
}
