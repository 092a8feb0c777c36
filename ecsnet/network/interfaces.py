"""Where network interfaces are put: those of tasks, of EC2 instances and of ECS Managed Instances.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html
"""

from __future__ import annotations

from dataclasses import dataclass

from ecsnet.network import Network
from ecsnet.network.hosts import ContainerHosts
from ecsnet.network.model import CapacityProvider, Element, Link, Links, Subnet, Workload
from ecsnet.resources import Hop
from ecsnet.values import Span, Tri


@dataclass(frozen=True, slots=True)
class Given:
    """Whether an interface is given an address. ``hop``: what decides; ``reason``: why it is unknown."""

    given: Tri
    hop: Hop
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """One network interface of ``owner`` in one subnet.

    ``hop``: what puts it there. ``certain``: it is certainly put there; else it only may be. ``subnet``: ``None``
    where that is not in the configuration, with ``reason`` and ``span``. ``groups``: its security groups; none at all:
    the VPC's default one. ``ipv4``: a public IPv4 address; ``ipv6``: an IPv6 address.
    """

    owner: Element
    subnet: Subnet | None
    groups: Links
    ipv4: Given
    ipv6: Given
    hop: Hop
    certain: bool = True
    reason: str = ""
    span: Span | None = None

    @property
    def vpc(self) -> Link:
        return self.subnet.vpc if self.subnet else Link(elsewhere=True, anything=True)


def of_workload(network: Network, workload: Workload) -> tuple[Placement, ...]:
    """The task interfaces of an ``awsvpc`` workload, one for each of its subnets, in order; none in another mode.

    A public IPv4 address: on Fargate by the workload's own setting, for an Express gateway service where the subnet is
    public, never on EC2, Managed Instances and external ones; unknown where the capacity is.
    """
    raise NotImplementedError


def of_hosts(network: Network, found: ContainerHosts) -> tuple[Placement, ...]:
    """The first interface of container instances, one placement for each subnet they may start in.

    A public IPv4 address: by the launch settings, else by the subnet; an Elastic IP on the instance or on its interface
    is one too.
    """
    raise NotImplementedError


def of_provider(network: Network, provider: CapacityProvider) -> tuple[Placement, ...]:
    """The interfaces of the instances of a Managed Instances capacity provider; none for one of another kind.

    Only the subnet's setting gives them a public IPv4 address.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-awsvpc-mode.html
    """
    raise NotImplementedError
