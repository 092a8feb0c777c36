locals {
  environment = "production"
  name        = "shop-${local.environment}"
  registry    = "${data.aws_caller_identity.current.account_id}.dkr.ecr.${var.region}.amazonaws.com"

  tags = {
    Application = "shop"
    Environment = local.environment
  }
}

data "aws_caller_identity" "current" {}
