"""ECSNET303: a Fargate task in a public subnet has no public IP, and so no way to its image."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Change, Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network import needs as needed
from ecsnet.network.capacity import capacity_of
from ecsnet.network.interfaces import Placement, of_workload
from ecsnet.network.model import Capacity, Workload
from ecsnet.network.passage import Doubt, Reach
from ecsnet.network.reachability import egress, ingress
from ecsnet.network.routing import SubnetClass
from ecsnet.network.supply import Supply, privately
from ecsnet.options import Options
from ecsnet.records import replace
from ecsnet.resources import Hop
from ecsnet.rules.mending import setting
from ecsnet.rules.proof import Site, calls, distinct, listing, settled, sites
from ecsnet.values import Tri


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from settled(verdict for workload in network.all(Workload) for verdict in _judge(network, workload))


def _judge(network: Network, workload: Workload) -> Iterator[Verdict]:
    """Nothing where the tasks do not run on Fargate."""
    resource = workload.resource
    if workload.express or workload.public_ip is Tri.TRUE:
        yield Passed(RULE, resource)
        return
    capacity = capacity_of(network, workload)
    if capacity.capacity not in (Capacity.FARGATE, Capacity.UNKNOWN):
        return
    found, doubts = sites(network, workload)
    placed = {placement.subnet.address: placement for placement in of_workload(network, workload) if placement.subnet}
    cut: list[tuple[Site, Supply]] = []
    for site in found:
        placement = placed.get(site.subnet.address)
        if placement is None or site.way.kind is not SubnetClass.PUBLIC:
            continue
        supply = privately(network, placement, needed.of_workload(network, workload))
        doubt = _doubt(network, placement, supply)
        if supply.missing and doubt is None:
            cut.append((site, supply))
        elif doubt is not None:
            doubts = (doubt, *doubts)
    if cut and capacity.capacity is Capacity.UNKNOWN:
        yield Undecided(RULE, resource, capacity.reason, capacity.span or workload.span())
    elif cut and workload.public_ip is Tri.UNKNOWN:
        reason = "whether its tasks are assigned a public IP is not in the configuration"
        yield Undecided(RULE, resource, reason, workload.span("public_ip"))
    elif cut:
        yield _finding(workload, (*calls(workload), *capacity.hops), cut, _changes(network, workload))
    elif doubts:
        yield Undecided(RULE, resource, doubts[0].reason, doubts[0].span)
    else:
        yield Passed(RULE, resource)


def _doubt(network: Network, placement: Placement, supply: Supply) -> Doubt | None:
    """What may yet let the tasks start: endpoints that are not certain; IPv6, which an account setting switches on."""
    if not supply.missing:
        return supply.doubts[0] if supply.doubts else None
    by_ipv6 = egress(network, placement, family=6)
    if by_ipv6.reach is Reach.BLOCKED:
        return None
    return Doubt(by_ipv6.reason or "its tasks may leave by IPv6", by_ipv6.span or placement.span)


def _changes(network: Network, workload: Workload) -> tuple[Change, ...]:
    """A public IP, where all its subnets are public. It is safe where its groups then let nothing in from there."""
    found, doubts = sites(network, workload)
    if doubts or any(site.way.kind is not SubnetClass.PUBLIC for site in found):
        return ()
    addressed = [
        replace(placement, ipv4=replace(placement.ipv4, given=Tri.TRUE)) for placement in of_workload(network, workload)
    ]
    shut = not any(ingress(network, placement) for placement in addressed)
    return setting(workload, "public_ip", True, safe=shut)


def _finding(
    workload: Workload, before: tuple[Hop, ...], cut: list[tuple[Site, Supply]], changes: tuple[Change, ...]
) -> Finding:
    span = workload.span("public_ip")
    names = listing(site.subnet.address for site, _ in cut)
    where = "a public subnet" if len(cut) == 1 else "public subnets"
    missing = dict.fromkeys(service for _, supply in cut for service in supply.missing)
    private = [service for service in missing if service != needed.INTERNET]
    if needed.INTERNET in missing:
        effect = "its image, which is outside private ECR, cannot be pulled"
    else:
        effect = f"without VPC endpoints for {listing(private)} they do not start"
    message = (
        f"{workload.address} runs Fargate tasks without a public IP in {where} ({names}), where the internet gateway "
        f"serves none but those that have one: {effect}"
    )
    hops = [*before, Hop(workload.address, "assigns its tasks no public IP", span)]
    for site, supply in cut:
        hops += [*site.hops, *supply.hops]
    fix = RULE.fix[workload.resource.language]
    return Finding(RULE, RULE.level, workload.resource, message, span, distinct(hops), fix, changes=changes)


RULE = Rule(
    id="ECSNET303",
    name="fargate-task-without-public-ip",
    level=Level.ERROR,
    summary="A Fargate task in a public subnet has no public IP, so it cannot pull its image",
    why=(
        "A Fargate task pulls its image, ships its logs and reads its secrets through its own network interface, and "
        "an internet gateway serves only interfaces that have a public IP. The subnet's own setting "
        "(map public IPs on launch) does not count for tasks, and the default is off. So the task never starts: "
        "CannotPullContainerError or ResourceInitializationError after minutes of waiting, and the service tries again "
        "and again. Unless the VPC has endpoints for all that the task needs."
    ),
    fix={
        "terraform": (
            "Put the tasks into private subnets whose internet route is a NAT gateway, or add VPC endpoints (ecr.api, "
            "ecr.dkr, logs, an S3 gateway endpoint):\n\n"
            "    network_configuration {\n"
            "      subnets = aws_subnet.private[*].id\n"
            "    }\n\n"
            "or, where a public address is acceptable, set assign_public_ip = true."
        ),
        "cloudformation": (
            "Put the tasks into private subnets whose internet route is a NAT gateway, or add VPC endpoints (ecr.api, "
            "ecr.dkr, logs, an S3 gateway endpoint):\n\n"
            "    NetworkConfiguration:\n"
            "      AwsvpcConfiguration:\n"
            "        Subnets: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]\n\n"
            "or, where a public address is acceptable, set AssignPublicIp: ENABLED."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html",
        "Security Hub EC2.55",
        "Security Hub EC2.56",
    ),
    check=check,
)
