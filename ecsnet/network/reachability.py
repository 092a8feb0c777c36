"""Whether interfaces reach the internet, and the internet them: the whole path, every step proven or unknown.

https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
"""

from __future__ import annotations

from dataclasses import dataclass

from ecsnet.network import Network
from ecsnet.network.addresses import Range
from ecsnet.network.interfaces import Placement
from ecsnet.network.model import IngressRule
from ecsnet.network.passage import Passage


def egress(network: Network, placement: Placement, family: int = 4, port: int = 443) -> Passage:
    """Whether an interface reaches TCP ``port`` of any internet host, by IPv4 or by IPv6 (``family`` 4 or 6).

    Interface, security groups, network ACL of its subnet (out, and the answers in), route table, gateway; and for a
    NAT its own subnet, address, ACL and way out. Endpoints of the VPC are not part of this. What somebody else carries
    (a transit gateway, a firewall) is unknown.
    """
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Opening:
    """What one rule of an interface's security groups lets in from the internet.

    ``protocol``: ``tcp``, ``udp``, ``icmp``, ``icmpv6`` or the number of another; ``ports``: half-open, none of
    those another protocol may have. ``family``: 4 or 6. ``passage``: reached (the whole path is proven), or unknown.
    """

    protocol: str
    ports: tuple[Range, ...]
    family: int
    rule: IngressRule
    passage: Passage


def ingress(network: Network, placement: Placement) -> tuple[Opening, ...]:
    """What of the internet reaches the interface directly, or may; what is certainly cut off is left out.

    *The internet* is a quarter of the public addresses of the family or more, by all CIDRs of the rule together.
    """
    raise NotImplementedError
