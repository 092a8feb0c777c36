"""Arguments that are added to blocks and mappings of any layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.fixes.apply import plan

SERVICE = """
resource "aws_ecs_service" "app" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.app.arn
  network_configuration {
    subnets = ["subnet-0a1b2c3d"]
  }
}
"""
CONTAINERS = 'container_definitions = jsonencode([{ name = "app", image = "nginx" }])'


def mended(folder: Path, name: str, text: str) -> str | None:
    """The file with the network mode that ECSNET305 wants; ``None`` where there is no edit."""
    (folder / name).write_bytes(text.encode())
    report = scan([str(folder)], Config(select=("ECSNET305",)))
    assert not report.problems
    assert len(report.findings) == 1
    rewrites = plan(report.findings, unsafe=False).rewrites
    if not rewrites:
        return None
    [rewrite] = rewrites
    (folder / name).write_bytes(rewrite.after)
    assert not scan([str(folder)], Config()).findings
    return rewrite.after.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Behind the last argument, in its column, and before tags.
        (
            '{\n  family                = "app"\n  C # all\n\n  tags = {}\n}',
            '{\n  family                = "app"\n  C # all\n  network_mode          = "awsvpc"\n\n  tags = {}\n}',
        ),
        # Tabs, and no alignment to keep.
        ('{\n\tfamily="app"\n\tC\n}', '{\n\tfamily="app"\n\tC\n\tnetwork_mode = "awsvpc"\n}'),
        # The names on the lines next to it make room.
        (
            "{\n  C\n\n  cpu    = 256\n  memory = 512\n}",
            '{\n  C\n\n  cpu          = 256\n  memory       = 512\n  network_mode = "awsvpc"\n}',
        ),
        # Behind a value of several lines, and next to a line that goes on being aligned.
        (
            '{\n  C\n  cpu = (\n    256\n  )\n  tags = {}\n}',
            '{\n  C\n  cpu = (\n    256\n  )\n  network_mode = "awsvpc"\n  tags         = {}\n}',
        ),
        # Blocks behind it stay there.
        (
            '{\n  C\n\n  volume {\n    name = "data"\n  }\n}',
            '{\n  C\n  network_mode          = "awsvpc"\n\n  volume {\n    name = "data"\n  }\n}',
        ),
        # On a line with something else.
        ('{ C }', None),
        ("{\n  C /* and\n  more */\n}", None),
        ("{\n  container_definitions = <<-E\n    [{\"name\": \"app\", \"image\": \"nginx\"}]\n  E\n}", None),
    ],
)  # fmt: skip
def test_in_a_block(before: str, after: str | None, tmp_path: Path) -> None:
    def whole(text: str) -> str:
        return f'resource "aws_ecs_task_definition" "app" {text.replace("C", CONTAINERS, 1)}\n{SERVICE}'

    before = before.replace("{\n  C", '{\n  family = "app"\n  C', 1) if "C /*" in before else before
    assert mended(tmp_path, "main.tf", whole(before)) == (after and whole(after))


JSON = """{
  "resource": {
    "aws_ecs_task_definition": {"app": BODY},
    "aws_ecs_service": {"app": {
      "launch_type": "FARGATE",
      "task_definition": "${aws_ecs_task_definition.app.arn}",
      "network_configuration": [{"subnets": ["subnet-0a1b2c3d"]}]
    }}
  }
}
"""
BODY = '"family": "app", "container_definitions": "[{\\"name\\": \\"app\\", \\"image\\": \\"nginx\\"}]"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{C}", '{"network_mode": "awsvpc", C}'),
        ("{\n      C\n    }", '{\n      "network_mode": "awsvpc",\n      C\n    }'),
        ("[{ C }]", '[{ "network_mode": "awsvpc", C }]'),
    ],
)
def test_in_json_syntax(before: str, after: str, tmp_path: Path) -> None:
    def whole(text: str) -> str:
        return JSON.replace("BODY", text.replace("C", BODY))

    assert mended(tmp_path, "main.tf.json", whole(before)) == whole(after)


TEMPLATE = """\
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [subnet-0a1b2c3d]}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Behind the last pair, whatever is in it, and its comment.
        (
            ":\n      Family: app\n      C: [{Name: app}] # one\n      # end\n",
            ":\n      Family: app\n      C: [{Name: app}] # one\n      NetworkMode: awsvpc\n      # end\n",
        ),
        (
            ":\n        C:\n        - Name: app\n          Image: nginx",
            ":\n        C:\n        - Name: app\n          Image: nginx\n        NetworkMode: awsvpc",
        ),
        (": {C: [{Name: app}]}\n", ": {NetworkMode: awsvpc, C: [{Name: app}]}\n"),
        (
            ":\n      {\n      C: [{Name: app}]\n      }\n",
            ":\n      {\n      NetworkMode: awsvpc,\n      C: [{Name: app}]\n      }\n",
        ),
        (
            ':\n      C: [{Name: app}]\n      "Family": "app"\n',
            ':\n      C: [{Name: app}]\n      "Family": "app"\n      NetworkMode: awsvpc\n',
        ),
        # The lines behind a block of text may be part of it.
        (":\n      C: [{Name: app}]\n      Family: |\n        app\n", None),
        # What may be there is not missing.
        (":\n      C: [{Name: app}]\n      NetworkMode: !Ref AWS::NoValue\n", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_in_a_mapping(before: str, after: str | None, line_break: str, tmp_path: Path) -> None:
    def whole(text: str) -> str:
        return (TEMPLATE + text.replace("C:", "ContainerDefinitions:")).replace("\n", line_break)

    assert mended(tmp_path, "template.yaml", whole(before)) == (after and whole(after))
