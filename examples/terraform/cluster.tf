locals {
  cluster_name = "shop"
}

resource "aws_ecs_cluster" "shop" {
  name = local.cluster_name
}

data "aws_ssm_parameter" "ecs_ami" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}

resource "aws_security_group" "instances" {
  name_prefix = "shop-instances-"
  vpc_id      = module.network.vpc_id

  ingress {
    description = "SSH"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_launch_template" "instances" {
  name_prefix   = "shop-"
  image_id      = data.aws_ssm_parameter.ecs_ami.value
  instance_type = "m7g.large"

  iam_instance_profile {
    name = "ecsInstanceRole"
  }

  network_interfaces {
    associate_public_ip_address = true
    security_groups             = [aws_security_group.instances.id]
  }

  user_data = base64encode(<<-EOT
    #!/bin/bash
    echo ECS_CLUSTER=${local.cluster_name} >> /etc/ecs/ecs.config
  EOT
  )
}

resource "aws_autoscaling_group" "instances" {
  name_prefix         = "shop-"
  min_size            = 2
  max_size            = 6
  vpc_zone_identifier = module.network.public_subnet_ids

  launch_template {
    id      = aws_launch_template.instances.id
    version = "$Latest"
  }

  tag {
    key                 = "AmazonECSManaged"
    value               = ""
    propagate_at_launch = true
  }
}

resource "aws_ecs_capacity_provider" "instances" {
  name = "shop-instances"

  auto_scaling_group_provider {
    auto_scaling_group_arn = aws_autoscaling_group.instances.arn
  }
}

resource "aws_ecs_cluster_capacity_providers" "shop" {
  cluster_name       = aws_ecs_cluster.shop.name
  capacity_providers = [aws_ecs_capacity_provider.instances.name]

  default_capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.instances.name
    weight            = 1
  }
}
