"""What security groups let in and out.

https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from __future__ import annotations

from collections.abc import Sequence

from ecsnet.network import Network
from ecsnet.network.interfaces import Placement
from ecsnet.network.passage import Passage


def admits_in(network: Network, placement: Placement, protocol: str, port: int, sources: Sequence[str]) -> Passage:
    """Whether the groups of an interface let all the CIDRs ``sources`` in to ``port``; the hops are the rules that do."""
    raise NotImplementedError


def admits_out(
    network: Network, placement: Placement, protocol: str, port: int, destinations: Sequence[str] = ("0.0.0.0/0",)
) -> Passage:
    """Whether the groups of an interface let it out to ``port`` of all of the CIDRs."""
    raise NotImplementedError
