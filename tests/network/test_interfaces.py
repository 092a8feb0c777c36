"""Where interfaces are put, of what is written strangely."""

from __future__ import annotations

from pathlib import Path

from ecsnet.network.interfaces import of_workload
from ecsnet.network.model import Workload
from tests.network.reading import only, terraform

SERVICE = 'resource "aws_ecs_service" "it" {\nlaunch_type = "FARGATE"\nnetwork_configuration {\nsubnets = %s\n}\n}\n'


def test_a_list_of_nonsense_is_a_list_of_unknown_subnets(tmp_path: Path) -> None:
    network = terraform(tmp_path, SERVICE % "[{ a = 1 }, { a = 2 }]")
    placements = of_workload(network, only(network, Workload))
    assert [placement.subnet for placement in placements] == [None, None]


def test_a_subnet_that_is_named_twice_is_one(tmp_path: Path) -> None:
    network = terraform(tmp_path, SERVICE % '["subnet-1", "subnet-2", "subnet-1"]')
    placements = of_workload(network, only(network, Workload))
    assert [placement.reason.rpartition(" ")[2] for placement in placements] == ["subnet-1", "subnet-2"]
