"""``ecsnet paths``: the ways of workloads and container instances, as people and programs read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecsnet import cli

NETWORK = """\
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.0.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "private" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-west-1b"
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
"""
SERVICE = """
resource "aws_ecs_cluster" "main" {
  name = "main"
}

resource "aws_security_group" "tasks" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8081
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_ecs_task_definition" "shop" {
  family       = "shop"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name             = "shop"
    image            = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:1"
    logConfiguration = { logDriver = "awslogs" }
  }])
}

resource "aws_ecs_service" "shop" {
  name            = "shop"
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.shop.arn
  launch_type     = "FARGATE"

  network_configuration {
    subnets          = [aws_subnet.public.id, aws_subnet.private.id]
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = true
  }
}
"""
ENDPOINT = """
resource "aws_vpc_endpoint" "logs" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.eu-west-1.logs"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.private.id]
  security_group_ids  = [aws_security_group.tasks.id, aws_security_group.logs.id]
  private_dns_enabled = true
}

resource "aws_security_group" "logs" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "main.tf").write_text(NETWORK + SERVICE + ENDPOINT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["paths", *arguments]) == 0
    return capsys.readouterr().out


def test_a_table_of_subnets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys).splitlines()
    assert lines[0].startswith("workload shop (aws_ecs_service.shop): fargate, awsvpc  main.tf:")
    rows = [" ".join(line.split()) for line in lines]
    assert "aws_subnet.public eu-west-1a public out by aws_internet_gateway.main" in rows
    assert "in TCP 8080-8081 from 0.0.0.0/0 by aws_security_group.tasks" in rows
    [private] = [row for row in rows if row.startswith("aws_subnet.private eu-west-1b isolated out blocked: ")]
    assert "aws_vpc.main" in private
    assert "needs logs at start-up: by aws_vpc_endpoint.logs" in rows
    assert "needs ecr.api, ecr.dkr, s3 at start-up: by the internet in 1 of 2 subnets" in rows
    assert any(row.startswith("needs ecr.api, ecr.dkr, s3 at start-up: blocked: ") for row in rows)


def test_one_workload_in_full(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("shop", "aws_ecs_service.shop"):
        lines = run(capsys, "--workload", name).splitlines()
        assert "  aws_subnet.public, out: reached" in lines
        assert "  aws_subnet.public, in: TCP 8080-8081 from 0.0.0.0/0 by aws_security_group.tasks: reached" in lines
        assert any(line.startswith("    blocked aws_vpc.main: ") for line in lines)


def test_a_name_that_is_not_there_is_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["paths", "--workload", "shp"]) == 2
    assert "no workload or container instances of the name 'shp'; did you mean shop?" in capsys.readouterr().err


def test_json_has_every_hop(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(run(capsys, "--format", "json"))
    [subject] = document["roots"][0]["subjects"]
    assert (subject["name"], subject["capacity"], subject["network_mode"]) == ("shop", "fargate", "awsvpc")
    public, private = subject["places"]
    assert (public["subnet"], public["zone"], public["class"]) == ("aws_subnet.public", "eu-west-1a", "public")
    assert public["public_ipv4"] is True
    assert public["egress"]["reach"] == "reached"
    assert public["egress"]["hops"][0]["location"]["file"] == "main.tf"
    assert public["egress_ipv6"] is None
    [opening] = public["ingress"]
    assert (opening["protocol"], opening["ports"], opening["sources"]) == ("tcp", [[8080, 8081]], ["0.0.0.0/0"])
    assert private["egress"]["reach"] == "blocked"
    assert private["egress"]["obstacles"]
    assert {need["service"]: need["by"] for need in private["needs"]} == {
        "ecr.api": None,
        "ecr.dkr": None,
        "s3": None,
        "logs": "aws_vpc_endpoint.logs",
    }
    assert document["errors"] == []


def test_what_cannot_be_read_is_said_and_the_rest_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "broken").mkdir()
    (folder / "broken" / "main.tf").write_text('resource "aws_vpc" {')
    assert cli.main(["paths", "."]) == 3
    output = capsys.readouterr()
    assert "workload shop" in output.out
    assert "broken/main.tf:1:" in output.err


def test_nothing_to_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "main.tf").write_text(NETWORK)
    monkeypatch.chdir(tmp_path)
    assert run(capsys) == "no workloads or container instances\n"
