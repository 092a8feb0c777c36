resource "aws_db_subnet_group" "this" {
  name       = local.name
  subnet_ids = module.network.data_subnet_ids
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "Database"
  vpc_id      = module.network.vpc_id
}

resource "aws_security_group_rule" "database" {
  for_each = module.service

  type                     = "ingress"
  description              = each.key
  security_group_id        = aws_security_group.database.id
  source_security_group_id = each.value.security_group_id
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
}

resource "aws_db_instance" "this" {
  identifier                  = local.name
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 50
  username                    = "shop"
  manage_master_user_password = true
  storage_encrypted           = true
  multi_az                    = true
  db_subnet_group_name        = aws_db_subnet_group.this.name
  vpc_security_group_ids      = [aws_security_group.database.id]
}

resource "aws_secretsmanager_secret" "database" {
  name = "${local.name}-database"
}
