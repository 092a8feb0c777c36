"""What internet-facing load balancers let through to the tasks behind them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html
"""

from __future__ import annotations

from dataclasses import dataclass

from ecsnet.network import Network
from ecsnet.network.model import Listener, LoadBalancer, Registration, TargetGroup, Workload
from ecsnet.network.passage import Passage


@dataclass(frozen=True, slots=True, eq=False)
class Admission:
    """One way through an internet-facing load balancer to a container port of a workload.

    ``listener`` and ``target_group``: ``None`` for a classic load balancer. ``listener_port`` and ``container_port``:
    ``None`` where they are not in the configuration. ``passage``: internet, balancer, its subnets, the tasks' groups.
    """

    balancer: LoadBalancer
    listener: Listener | None
    target_group: TargetGroup | None
    registration: Registration
    listener_port: int | None
    container_port: int | None
    passage: Passage


def through(network: Network, workload: Workload) -> tuple[Admission, ...]:
    """Every way through a declared load balancer that is, or may be, internet-facing and forwards to the workload."""
    raise NotImplementedError
