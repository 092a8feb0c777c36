locals {
  services = {
    catalogue = { paths = ["/catalogue/*"], cpu = 512, memory = 1024 }
    orders    = { paths = ["/orders/*", "/basket/*"], cpu = 512, memory = 1024 }
    payments  = { paths = ["/payments/*"], cpu = 256, memory = 512 }
  }
}

module "service" {
  source   = "../../modules/service"
  for_each = local.services

  name                            = "${local.name}-${each.key}"
  image                           = "${local.registry}/${each.key}:${var.image_tag}"
  cluster_arn                     = module.cluster.cluster_arn
  vpc_id                          = module.network.vpc_id
  subnet_ids                      = module.network.private_subnet_ids
  listener_arn                    = module.cluster.listener_arn
  load_balancer_security_group_id = module.cluster.load_balancer_security_group_id
  paths                           = each.value.paths
  cpu                             = each.value.cpu
  memory                          = each.value.memory
  environment                     = { DATABASE_HOST = aws_db_instance.this.address }
  secret_arns                     = [aws_secretsmanager_secret.database.arn]
  tags                            = local.tags
}
