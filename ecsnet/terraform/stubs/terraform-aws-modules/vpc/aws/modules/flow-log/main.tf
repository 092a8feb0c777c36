variable "create" {
  type    = bool
  default = true
}

variable "create_iam_role" {
  type    = bool
  default = true
}

variable "iam_role_arn" {
  type    = string
  default = null
}

variable "log_destination_type" {
  type    = string
  default = "cloud-watch-logs"
}

locals {
  create_iam_role = var.create && var.create_iam_role && var.log_destination_type != "s3"
}

# at: create_iam_role
resource "aws_iam_role" "this" {
  count = local.create_iam_role ? 1 : 0
}

# at: create_iam_role
resource "aws_iam_policy" "this" {
  count = local.create_iam_role ? 1 : 0
}

# at: create_iam_role
resource "aws_iam_role_policy_attachment" "this" {
  count = local.create_iam_role ? 1 : 0

  role       = aws_iam_role.this[0].name
  policy_arn = aws_iam_policy.this[0].arn
}

output "iam_role_name" {
  value = try(aws_iam_role.this[0].name, null)
}

output "iam_role_arn" {
  value = try(aws_iam_role.this[0].arn, null)
}
