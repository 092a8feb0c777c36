variable "enable_flow_log" {
  type    = bool
  default = false
}

variable "create_flow_log_cloudwatch_iam_role" {
  type    = bool
  default = false
}

variable "flow_log_destination_type" {
  type    = string
  default = "cloud-watch-logs"
}

variable "flow_log_cloudwatch_iam_role_arn" {
  type    = string
  default = ""
}

locals {
  create_flow_log_role = local.create_vpc && var.enable_flow_log && var.create_flow_log_cloudwatch_iam_role && var.flow_log_destination_type != "s3"
}

# at: create_flow_log_cloudwatch_iam_role
resource "aws_iam_role" "vpc_flow_log_cloudwatch" {
  count = local.create_flow_log_role ? 1 : 0
}

# at: create_flow_log_cloudwatch_iam_role
resource "aws_iam_policy" "vpc_flow_log_cloudwatch" {
  count = local.create_flow_log_role ? 1 : 0
}

# at: create_flow_log_cloudwatch_iam_role
resource "aws_iam_role_policy_attachment" "vpc_flow_log_cloudwatch" {
  count = local.create_flow_log_role ? 1 : 0

  role       = aws_iam_role.vpc_flow_log_cloudwatch[0].name
  policy_arn = aws_iam_policy.vpc_flow_log_cloudwatch[0].arn
}

output "vpc_flow_log_cloudwatch_iam_role_arn" {
  value = local.create_flow_log_role ? aws_iam_role.vpc_flow_log_cloudwatch[0].arn : var.flow_log_cloudwatch_iam_role_arn
}
