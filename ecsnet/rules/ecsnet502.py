"""ECSNET502: a workload, or container instances, are in a public subnet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.hosts import container_hosts
from ecsnet.network.model import Hosts, Workload
from ecsnet.network.routing import SubnetClass
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, listing, settled, sites


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from settled(_judge(network, workload, "runs tasks", ()) for workload in network.all(Workload))
    found = container_hosts(network)
    yield from settled(_judge(network, one.hosts, "launches container instances", one.evidence) for one in found)


def _judge(network: Network, owner: Workload | Hosts, does: str, evidence: Iterable[Hop]) -> Verdict:
    found, doubts = sites(network, owner)
    public = [site for site in found if site.way.kind is SubnetClass.PUBLIC]
    if not public:
        if doubts:
            return Undecided(RULE, owner.resource, doubts[0].reason, doubts[0].span)
        return Passed(RULE, owner.resource)
    names = listing(site.subnet.address for site in public)
    where = "a public subnet" if len(public) == 1 else "public subnets"
    hops = (*calls(owner), *evidence, *(hop for site in public for hop in site.hops))
    message = f"{owner.address} {does} in {where} ({names})"
    fix = RULE.fix[owner.resource.language]
    return Finding(RULE, RULE.level, owner.resource, message, owner.span("subnets"), distinct(hops), fix)


RULE = Rule(
    id="ECSNET502",
    name="workload-in-public-subnet",
    level=Level.INFO,
    summary="Tasks or container instances are in a public subnet",
    why=(
        "Some organisations allow nothing but load balancers and NAT gateways in public subnets: what is private by "
        "its route cannot be opened by a security group, a public IP or a port mapping that somebody adds later. The "
        "rule is off unless it is selected (extend-select), since a public subnet is a proper place for small set-ups."
    ),
    fix={
        "terraform": (
            "Put tasks and instances into private subnets, behind NAT gateways or VPC endpoints:\n\n"
            "    network_configuration {\n"
            "      subnets = aws_subnet.private[*].id\n"
            "    }\n\n"
            "for instances vpc_zone_identifier = aws_subnet.private[*].id."
        ),
        "cloudformation": (
            "Put tasks and instances into private subnets, behind NAT gateways or VPC endpoints:\n\n"
            "    NetworkConfiguration:\n"
            "      AwsvpcConfiguration:\n"
            "        Subnets: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]\n\n"
            "for instances VPCZoneIdentifier: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html",
        "Security Hub EC2.9",
        "Security Hub ECS.2",
    ),
    check=check,
    opt_in=True,
)
