resource "aws_security_group" "tasks" {
  name_prefix = "shop-tasks-"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "tasks" {
  security_group_id = aws_security_group.tasks.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_ecs_task_definition" "api" {
  family       = "shop-api"
  network_mode = "awsvpc"

  container_definitions = jsonencode([
    {
      name         = "api"
      image        = var.image
      memory       = 512
      essential    = true
      portMappings = [{ containerPort = 8080 }]
    }
  ])
}

# Calls the payment provider, on the internet.
resource "aws_ecs_service" "api" {
  name            = "api"
  cluster         = aws_ecs_cluster.shop.id
  task_definition = aws_ecs_task_definition.api.arn
  desired_count   = 2

  network_configuration {
    subnets         = module.network.public_subnet_ids
    security_groups = [aws_security_group.tasks.id]
  }
}

resource "aws_ecs_task_definition" "mailer" {
  family                   = "shop-mailer"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512

  container_definitions = jsonencode([
    {
      name      = "mailer"
      image     = var.image
      command   = ["mailer"]
      essential = true
    }
  ])
}

resource "aws_ecs_service" "mailer" {
  name            = "mailer"
  cluster         = aws_ecs_cluster.shop.id
  task_definition = aws_ecs_task_definition.mailer.arn
  desired_count   = 1
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = module.network.private_subnet_ids
    security_groups = [aws_security_group.tasks.id]
  }
}
