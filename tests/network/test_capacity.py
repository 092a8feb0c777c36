"""What a capacity provider strategy runs tasks on."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.network import read
from ecsnet.network.capacity import capacity_of
from ecsnet.network.model import Capacity, Workload
from ecsnet.terraform import load
from tests.cloudformation.build import template

PROVIDER = 'resource "aws_ecs_capacity_provider" "ec2" {\nname = "ec2"\nauto_scaling_group_provider {}\n}\n'


@pytest.mark.parametrize(("items", "capacity"), [
    ([("FARGATE", "")], Capacity.FARGATE),
    ([("FARGATE", "weight = 0")], Capacity.FARGATE),
    ([("FARGATE", "weight = 1"), ("FARGATE_SPOT", "weight = 4")], Capacity.FARGATE),
    ([("FARGATE", "weight = 1"), ("ec2", "weight = 0")], Capacity.FARGATE),
    ([("FARGATE", "weight = 0\nbase = 0"), ("ec2", "weight = 1")], Capacity.EC2),
    ([("FARGATE", "weight = 1"), ("ec2", "")], Capacity.FARGATE),
    ([("FARGATE", "weight = var.unknown"), ("ec2", "weight = 0")], Capacity.FARGATE),
    ([("FARGATE", "weight = 1"), ("ec2", "weight = var.unknown")], Capacity.UNKNOWN),
    ([("FARGATE", "weight = 1"), ("ec2", "base = 1")], Capacity.UNKNOWN),
    ([("FARGATE", "weight = 1"), ("ec2", "weight = 1")], Capacity.UNKNOWN),
    ([("FARGATE", "weight = 0"), ("ec2", "weight = 0")], Capacity.UNKNOWN),
    ([("FARGATE", "weight = 1"), ("somewhere-else", "weight = 0")], Capacity.FARGATE),
    ([("FARGATE", "weight = 1"), ("somewhere-else", "weight = 1")], Capacity.UNKNOWN),
])  # fmt: skip
def test_a_provider_without_weight_and_base_runs_nothing_beside_others(
    tmp_path: Path, items: list[tuple[str, str]], capacity: Capacity
) -> None:
    blocks = "".join(
        f'capacity_provider_strategy {{\ncapacity_provider = "{name}"\n{more}\n}}\n' for name, more in items
    )
    service = f'resource "aws_ecs_service" "it" {{\n{blocks}}}\n'
    (tmp_path / "main.tf").write_text(f'variable "unknown" {{}}\n{PROVIDER}{service}')
    network = read(load(str(tmp_path)))
    [workload] = network.all(Workload)
    assert capacity_of(network, workload).capacity is capacity


def test_weights_of_templates_may_be_strings() -> None:
    network = read(
        template("""
    Resources:
      Provider: {Type: AWS::ECS::CapacityProvider, Properties: {Name: ec2, AutoScalingGroupProvider: {}}}
      It:
        Type: AWS::ECS::Service
        Properties:
          CapacityProviderStrategy:
            - {CapacityProvider: FARGATE, Weight: "0", Base: "0"}
            - {CapacityProvider: !Ref Provider, Weight: "1"}
    """)
    )
    [workload] = network.all(Workload)
    assert capacity_of(network, workload).capacity is Capacity.EC2
