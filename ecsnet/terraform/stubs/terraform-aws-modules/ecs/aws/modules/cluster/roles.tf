variable "create_task_exec_iam_role" {
  type     = bool
  default  = false
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

variable "create_infrastructure_iam_role" {
  type     = bool
  default  = true
  nullable = false
}

variable "create_node_iam_instance_profile" {
  type     = bool
  default  = true
  nullable = false
}

variable "node_iam_role_additional_policies" {
  default = {}
}

locals {
  create_exec_role      = var.create && var.create_task_exec_iam_role
  create_exec_policy    = local.create_exec_role && var.create_task_exec_policy
  create_infrastructure = var.create && var.create_infrastructure_iam_role && local.managed
  create_node           = var.create && var.create_node_iam_instance_profile && local.managed
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

# at: create_infrastructure_iam_role, capacity_providers
resource "aws_iam_role" "infrastructure" {
  count = local.create_infrastructure ? 1 : 0
}

# at: create_infrastructure_iam_role, capacity_providers
resource "aws_iam_policy" "infrastructure" {
  count = local.create_infrastructure ? 1 : 0
}

# at: create_infrastructure_iam_role, capacity_providers
resource "aws_iam_role_policy_attachment" "infrastructure" {
  count = local.create_infrastructure ? 1 : 0

  role       = aws_iam_role.infrastructure[0].name
  policy_arn = aws_iam_policy.infrastructure[0].arn
}

# at: create_node_iam_instance_profile, capacity_providers
resource "aws_iam_role" "node" {
  count = local.create_node ? 1 : 0
}

# at: create_node_iam_instance_profile, capacity_providers
resource "aws_iam_policy" "node" {
  count = local.create_node ? 1 : 0
}

# at: create_node_iam_instance_profile, capacity_providers
resource "aws_iam_role_policy_attachment" "node" {
  count = local.create_node ? 1 : 0

  role       = aws_iam_role.node[0].name
  policy_arn = aws_iam_policy.node[0].arn
}

# at: node_iam_role_additional_policies
resource "aws_iam_role_policy_attachment" "node_additional" {
  for_each = { for name, policy in merge(var.node_iam_role_additional_policies, {}) : name => policy if local.create_node }

  role       = aws_iam_role.node[0].name
  policy_arn = each.value
}

# at: create_node_iam_instance_profile, capacity_providers
resource "aws_iam_instance_profile" "this" {
  count = local.create_node ? 1 : 0

  name = module.undescribed.instance_profile_name
  role = aws_iam_role.node[0].name
}

module "undescribed" {
  source = "undescribed: names of roles"
}
