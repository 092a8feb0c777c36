module "cluster" {
  source = "../../modules/cluster"

  name              = local.name
  vpc_id            = module.network.vpc_id
  public_subnet_ids = module.network.public_subnet_ids
  certificate_arn   = aws_acm_certificate.this.arn
  tags              = local.tags
}

resource "aws_acm_certificate" "this" {
  domain_name       = "${local.environment}.example.com"
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}
