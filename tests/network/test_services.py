"""What tasks need at start, what VPC endpoints serve, and the way in through load balancers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecsnet import cloudformation
from ecsnet.network import Network, endpoints, needs, wanted
from ecsnet.network import read as network_of
from ecsnet.network.balancers import through
from ecsnet.network.interfaces import of_workload
from ecsnet.network.model import Workload
from ecsnet.network.passage import Reach
from ecsnet.network.reachability import egress, ingress
from ecsnet.values import Reference, Text, Tri, Unknown, Value
from tests.network import reading

Read = Callable[..., Network]

STACK = """
variable "unset" {}
resource "aws_vpc" "v" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}
resource "aws_internet_gateway" "g" {
  vpc_id = aws_vpc.v.id
}
resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_subnet" "task" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "task" {
  vpc_id = aws_vpc.v.id
}
resource "aws_route_table_association" "task" {
  subnet_id      = aws_subnet.task.id
  route_table_id = aws_route_table.task.id
}
resource "aws_security_group" "lb" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "task" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.lb.id]
  }
}
resource "aws_security_group" "endpoint" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_vpc_endpoint" "logs" {
  vpc_id              = aws_vpc.v.id
  service_name        = "com.amazonaws.eu-west-1.logs"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  security_group_ids  = [aws_security_group.endpoint.id]
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.v.id
  service_name    = "com.amazonaws.${var.unset}.s3"
  route_table_ids = [aws_route_table.task.id]
}
resource "aws_lb" "lb" {
  subnets         = [aws_subnet.public.id]
  security_groups = [aws_security_group.lb.id]
}
resource "aws_lb_target_group" "t" {
  port        = 8080
  target_type = "ip"
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.lb.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_ecr_repository" "r" {
  name = "r"
}
resource "aws_ecs_task_definition" "t" {
  family       = "t"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name             = "app"
    image            = "${aws_ecr_repository.r.repository_url}:1"
    logConfiguration = { logDriver = "awslogs" }
    secrets          = [{ name = "S", valueFrom = "arn:aws:secretsmanager:eu-west-1:1:secret:s" }]
  }])
}
resource "aws_ecs_service" "s" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.t.arn
  network_configuration {
    subnets         = [aws_subnet.task.id]
    security_groups = [aws_security_group.task.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.t.arn
    container_name   = "app"
    container_port   = 8080
  }
}
"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(*changes: tuple[str, str]) -> Network:
        text = STACK
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        return reading.terraform(tmp_path, text)

    return of


def served(network: Network, service: str) -> endpoints.Service:
    (placement,) = of_workload(network, reading.only(network, Workload))
    return endpoints.serving(network, placement, service)


@pytest.mark.parametrize(
    ("change", "logs", "s3"),
    [
        (("", ""), Tri.TRUE, Tri.TRUE),
        (("private_dns_enabled = true", "private_dns_enabled = false"), Tri.FALSE, Tri.TRUE),
        (("enable_dns_hostnames = true", ""), Tri.FALSE, Tri.TRUE),
        (('cidr_blocks = ["10.0.0.0/16"]', 'cidr_blocks = ["10.0.0.0/24"]'), Tri.FALSE, Tri.TRUE),
        (('cidr_blocks = ["10.0.0.0/16"]', "cidr_blocks = [var.unset]"), Tri.UNKNOWN, Tri.TRUE),
        (('cidr_blocks = ["10.0.0.0/16"]', "security_groups = [aws_security_group.task.id]"), Tri.TRUE, Tri.TRUE),
        (("[aws_route_table.task.id]", "[aws_route_table.public.id]"), Tri.TRUE, Tri.FALSE),
        (("[aws_route_table.task.id]", "[var.unset]"), Tri.TRUE, Tri.UNKNOWN),
        (("eu-west-1.logs", "eu-west-1.sqs"), Tri.FALSE, Tri.TRUE),
        (("com.amazonaws.eu-west-1.logs", "${var.unset}"), Tri.UNKNOWN, Tri.TRUE),
    ],
)
def test_endpoints(read: Read, change: tuple[str, str], logs: Tri, s3: Tri) -> None:
    network = read(change) if change[0] else read()
    assert (served(network, "logs").served, served(network, "s3").served) == (logs, s3)


def test_an_endpoint_that_does_not_serve_says_why(read: Read) -> None:
    found = served(read(("private_dns_enabled = true", "private_dns_enabled = false")), "logs")
    assert found.endpoint is not None
    assert [hop.resource for hop in found.obstacles] == ["aws_vpc_endpoint.logs"]
    assert served(read(), "ecr.api") == endpoints.Service(Tri.FALSE)


REGION = Unknown("no default", symbol="var.region")


@pytest.mark.parametrize(
    ("name", "service", "verdict"),
    [
        ("com.amazonaws.eu-west-1.ecr.api", "ecr.api", Tri.TRUE),
        ("com.amazonaws.eu-west-1.ecr.api", "api", Tri.FALSE),
        ("cn.com.amazonaws.cn-north-1.ecr.dkr", "ecr.dkr", Tri.TRUE),
        (Text(("com.amazonaws.", REGION, ".ecr.api")), "ecr.api", Tri.TRUE),
        (Text(("com.amazonaws.", REGION, ".ecr.api")), "ecr.dkr", Tri.FALSE),
        (Text(("com.amazonaws.eu-west-1.", REGION)), "ecr.api", Tri.UNKNOWN),
        (REGION, "ecr.api", Tri.UNKNOWN),
        (None, "ecr.api", Tri.FALSE),
    ],
)
def test_service_names(name: Value, service: str, verdict: Tri) -> None:
    assert endpoints.names(name, service) is verdict


def test_needs_of_a_task(read: Read) -> None:
    network = read()
    found = needs.of_workload(network, reading.only(network, Workload))
    assert [need.service for need in found.certain] == ["ecr.api", "ecr.dkr", "s3", "logs", "secretsmanager"]
    assert found.doubts == ()
    network = read(('"${aws_ecr_repository.r.repository_url}:1"', "var.unset"))
    found = needs.of_workload(network, reading.only(network, Workload))
    assert [need.service for need in found.certain] == ["logs", "secretsmanager"]
    assert len(found.doubts) == 1


@pytest.mark.parametrize(
    ("image", "private"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1", Tri.TRUE),
        ("123456789012.dkr-ecr.eu-west-1.on.aws/app:1", Tri.TRUE),
        ("public.ecr.aws/nginx/nginx:1", Tri.FALSE),
        ("nginx", Tri.FALSE),
        ("evil.example/x.dkr.ecr.y", Tri.FALSE),
        (Text((Unknown(""), ".dkr.ecr.", Unknown(""), ".amazonaws.com/app:1")), Tri.TRUE),
        (Text(("nginx:", Unknown(""))), Tri.FALSE),
        (Text(("ghcr.io/org/", Unknown(""))), Tri.FALSE),
        (Text((Unknown(""), ":1")), Tri.UNKNOWN),
        (Text((Reference("aws_ecr_repository.r", "repository_url"), ":1")), Tri.TRUE),
        (Unknown(""), Tri.UNKNOWN),
    ],
)
def test_registries(read: Read, image: Value, private: Tri) -> None:
    assert needs.is_private(read(), image) is private


@pytest.mark.parametrize(
    ("change", "reach"),
    [
        (("", ""), Reach.REACHED),
        (('cidr_blocks = ["0.0.0.0/0"]\n  }\n  egress', 'cidr_blocks = ["10.0.0.0/8"]\n  }\n  egress'), Reach.BLOCKED),
        (("gateway_id = aws_internet_gateway.g.id", "transit_gateway_id = var.unset"), Reach.UNKNOWN),
        (("security_groups = [aws_security_group.lb.id]\n  }", 'cidr_blocks = ["10.0.9.0/24"]\n  }'), Reach.BLOCKED),
        (("from_port       = 8080", "from_port       = var.unset"), Reach.UNKNOWN),
        (("subnets         = [aws_subnet.public.id]", "subnets         = [aws_subnet.task.id]"), Reach.BLOCKED),
    ],
)
def test_through_a_load_balancer(read: Read, change: tuple[str, str], reach: Reach) -> None:
    network = read(change) if change[0] else read()
    (admission,) = through(network, reading.only(network, Workload))
    assert admission.passage.reach is reach
    assert (admission.listener_port, admission.container_port) == (443, 8080)


def test_an_internal_load_balancer_lets_nobody_in(read: Read) -> None:
    network = read(('resource "aws_lb" "lb" {', 'resource "aws_lb" "lb" {\n  internal = true'))
    assert through(network, reading.only(network, Workload)) == ()


def test_cloudformation_is_asked_alike(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE)
    configuration = cloudformation.load(str(template), wanted=wanted("cloudformation"))
    assert configuration is not None
    network = network_of(configuration)
    workload = reading.only(network, Workload)
    (placement,) = of_workload(network, workload)
    assert egress(network, placement).reach is Reach.REACHED
    assert [(found.ports, found.passage.reach) for found in ingress(network, placement)] == [
        (((80, 81),), Reach.REACHED)
    ]
    assert [need.service for need in needs.of_workload(network, workload).certain] == ["ecr.api", "ecr.dkr", "s3"]


TEMPLATE = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Route:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
  Association:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  In:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {NetworkAclId: !Ref Acl, RuleNumber: 100, Protocol: -1, RuleAction: allow, CidrBlock: 0.0.0.0/0}
  Out:
    Type: AWS::EC2::NetworkAclEntry
    Properties:
      {NetworkAclId: !Ref Acl, RuleNumber: 100, Protocol: -1, RuleAction: allow, CidrBlock: 0.0.0.0/0, Egress: true}
  AclAssociation:
    Type: AWS::EC2::SubnetNetworkAclAssociation
    Properties: {SubnetId: !Ref Subnet, NetworkAclId: !Ref Acl}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: tasks
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]
  Repository: {Type: AWS::ECR::Repository}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      ContainerDefinitions:
        - {Name: app, Image: !Sub "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/${Repository}:1"}
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref Subnet], SecurityGroups: [!Ref Group], AssignPublicIp: ENABLED}
"""
