"""What has to be reached for tasks to start: image registries, logs, secrets, and ECS itself from its instances.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""

from __future__ import annotations

from dataclasses import dataclass

from ecsnet.network import Network
from ecsnet.network.hosts import ContainerHosts
from ecsnet.network.model import CapacityProvider, Workload
from ecsnet.network.passage import Doubt
from ecsnet.resources import Hop

INTERNET = "the internet"
"""A need that no endpoint meets: an image of a registry outside private ECR."""


@dataclass(frozen=True, slots=True)
class Need:
    """``service``: as endpoints name it (``ecr.api``, ``ecr.dkr``, ``s3``, ``logs``, ``secretsmanager``, ``ssm``,
    ``ecs``, ``ecs-agent``, ``ecs-telemetry``), or ``INTERNET``. ``hop``: what needs it.
    """

    service: str
    hop: Hop


@dataclass(frozen=True, slots=True)
class Needs:
    """What is certainly needed, each service once; ``doubts``: why there may be more."""

    certain: tuple[Need, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def of_workload(network: Network, workload: Workload) -> Needs:
    """What the workload's tasks need to start, whatever interface carries it (on Fargate the task's own)."""
    raise NotImplementedError


def of_instances(network: Network, found: ContainerHosts | CapacityProvider) -> Needs:
    """What container instances need: ECS, and what the tasks need that certainly run on them.

    Managed Instances are the same, by their capacity provider.
    """
    raise NotImplementedError
