"""VPC Block Public Access, where the configuration declares it.

https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa-basics.html
"""

from __future__ import annotations

from ecsnet.network import Network, exists, guards
from ecsnet.network.links import one_of
from ecsnet.network.model import PublicAccessBlock, PublicAccessExclusion, Subnet
from ecsnet.network.passage import Steps, doubtful
from ecsnet.resources import Hop
from ecsnet.values import Tri


def unblocked(network: Network, subnet: Subnet, *, inbound: bool = False, one_way: bool = False) -> Steps:
    """Whether internet traffic of a subnet passes: what comes in, or what goes out.

    ``one_way``: out by a NAT gateway, whose subnet this is, or by an egress-only gateway, which ``block-ingress`` and
    the exclusion ``allow-egress`` leave alone. What else goes out goes by an internet gateway, both ways.
    """
    steps = Steps()
    for block in network.all(PublicAccessBlock):
        off = one_of(block.mode, "off")
        both = one_of(block.mode, "block-bidirectional")
        blocks = (~off & exists(block, guards(subnet))) & (both if one_way and not inbound else Tri.TRUE)
        blocks &= ~_excluded(network, subnet, one_way and not inbound)
        if blocks is Tri.TRUE:
            message = f"VPC Block Public Access cuts {subnet.address} off: exclude it, or switch {block.mode} off"
            steps += Steps(obstacles=(Hop(block.address, message, block.span("mode")),))
        elif blocks is Tri.UNKNOWN:
            reason = f"whether VPC Block Public Access ({block.address}) blocks {subnet.address} is not certain"
            steps += doubtful((), reason, block.span("mode"))
    return steps


def _excluded(network: Network, subnet: Subnet, egress: bool) -> Tri:
    """Whether an exclusion lets the subnet's traffic pass; ``egress``: one for egress alone will do."""
    verdict = Tri.FALSE
    for exclusion in network.all(PublicAccessExclusion):
        vpc = subnet.vpc.only
        loose = exclusion.vpc.is_set and (vpc is None or exclusion.vpc.only is None)
        if exclusion.subnet.only == subnet.address or (vpc is not None and exclusion.vpc.only == vpc):
            here = exists(exclusion, guards(subnet))
        elif loose or exclusion.subnet.may_be(subnet.address):
            here = Tri.UNKNOWN
        else:
            continue
        both = one_of(exclusion.mode, "allow-bidirectional")
        verdict |= here & (both | one_of(exclusion.mode, "allow-egress") if egress else both)
    return verdict
