variable "task_role_arn" {
  default = []
}

variable "task_exec_role_arn" {
  default = []
}

variable "task_policy_arns" {
  type    = list(string)
  default = []
}

variable "task_policy_arns_map" {
  type    = map(string)
  default = {}
}

variable "task_exec_policy_arns" {
  type    = list(string)
  default = []
}

variable "task_exec_policy_arns_map" {
  type    = map(string)
  default = {}
}

variable "service_connect_configurations" {
  default = []
}

# Not an input: true before version 0.68, in which a list of policies stands for those of the map and is numbered alone.
variable "list_before_map" {
  type    = bool
  default = false
}

locals {
  create_task_role = local.enabled && length(var.task_role_arn) == 0
  create_exec_role = local.enabled && length(var.task_exec_role_arn) == 0

  # Policies of a list are named by their place in it.
  task_policies = merge({ for place, arn in var.task_policy_arns : var.list_before_map ? tostring(place) : "_#${place}_" => arn }, var.list_before_map && length(var.task_policy_arns) > 0 ? {} : var.task_policy_arns_map)
  exec_policies = merge({ for place, arn in var.task_exec_policy_arns : var.list_before_map ? tostring(place) : "_#${place}_" => arn }, var.list_before_map && length(var.task_exec_policy_arns) > 0 ? {} : var.task_exec_policy_arns_map)

  tls             = flatten(flatten(var.service_connect_configurations[*].service[*].tls[*]))
  create_tls_role = local.enabled && length(local.tls) > 0 && length(compact(local.tls[*].role_arn)) == 0
}

# at: task_role_arn
resource "aws_iam_role" "ecs_task" {
  count = local.create_task_role ? 1 : 0
}

# at: task_policy_arns, task_policy_arns_map
resource "aws_iam_role_policy_attachment" "ecs_task" {
  for_each = local.create_task_role ? local.task_policies : {}

  role       = one(aws_iam_role.ecs_task[*].id)
  policy_arn = each.value
}

# at: task_exec_role_arn
resource "aws_iam_role" "ecs_exec" {
  count = local.create_exec_role ? 1 : 0
}

# at: task_exec_policy_arns, task_exec_policy_arns_map
resource "aws_iam_role_policy_attachment" "ecs_exec" {
  for_each = local.create_exec_role ? local.exec_policies : {}

  role       = one(aws_iam_role.ecs_exec[*].id)
  policy_arn = each.value
}

# at: service_connect_configurations
resource "aws_iam_role" "ecs_service_connect_tls" {
  count = local.create_tls_role ? 1 : 0
}

# at: service_connect_configurations
resource "aws_iam_role_policy_attachment" "ecs_service_connect_tls" {
  count = local.create_tls_role ? 1 : 0

  role       = one(aws_iam_role.ecs_service_connect_tls[*].id)
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity"
}
