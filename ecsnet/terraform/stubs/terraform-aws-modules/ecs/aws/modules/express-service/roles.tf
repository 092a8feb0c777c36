variable "create_execution_iam_role" {
  type     = bool
  default  = true
  nullable = false
}

variable "create_execution_policy" {
  type     = bool
  default  = true
  nullable = false
}

variable "execution_iam_role_policies" {
  default = {}
}

variable "create_infrastructure_iam_role" {
  type     = bool
  default  = true
  nullable = false
}

variable "create_task_iam_role" {
  type     = bool
  default  = true
  nullable = false
}

variable "task_iam_role_policies" {
  default = {}
}

variable "task_iam_role_statements" {
  default = null
}

data "aws_partition" "current" {}

locals {
  create_execution_role      = var.create && var.create_execution_iam_role
  create_execution_policy    = local.create_execution_role && var.create_execution_policy
  create_infrastructure_role = var.create && var.create_infrastructure_iam_role
  create_task_role           = var.create && var.create_task_iam_role
  create_task_policy         = local.create_task_role && var.task_iam_role_statements != null
}

# at: create_execution_iam_role
resource "aws_iam_role" "execution" {
  count = local.create_execution_role ? 1 : 0
}

# at: create_execution_policy
resource "aws_iam_policy" "execution" {
  count = local.create_execution_policy ? 1 : 0
}

# at: create_execution_policy
resource "aws_iam_role_policy_attachment" "execution" {
  count = local.create_execution_policy ? 1 : 0

  role       = aws_iam_role.execution[0].name
  policy_arn = aws_iam_policy.execution[0].arn
}

# at: execution_iam_role_policies
resource "aws_iam_role_policy_attachment" "execution_additional" {
  for_each = { for name, policy in merge(var.execution_iam_role_policies, {}) : name => policy if local.create_execution_role }

  role       = aws_iam_role.execution[0].name
  policy_arn = each.value
}

# at: create_infrastructure_iam_role
resource "aws_iam_role" "infrastructure" {
  count = local.create_infrastructure_role ? 1 : 0
}

# at: create_infrastructure_iam_role
resource "aws_iam_role_policy_attachment" "infrastructure" {
  count = local.create_infrastructure_role ? 1 : 0

  role       = aws_iam_role.infrastructure[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonECSInfrastructureRoleforExpressGatewayServices"
}

# at: create_task_iam_role
resource "aws_iam_role" "task" {
  count = local.create_task_role ? 1 : 0
}

# at: task_iam_role_statements
resource "aws_iam_policy" "task" {
  count = local.create_task_policy ? 1 : 0
}

# at: task_iam_role_statements
resource "aws_iam_role_policy_attachment" "task" {
  count = local.create_task_policy ? 1 : 0

  role       = aws_iam_role.task[0].name
  policy_arn = aws_iam_policy.task[0].arn
}

# at: task_iam_role_policies
resource "aws_iam_role_policy_attachment" "task_additional" {
  for_each = { for name, policy in merge(var.task_iam_role_policies, {}) : name => policy if local.create_task_role }

  role       = aws_iam_role.task[0].name
  policy_arn = each.value
}
