"""ECSNET301: an awsvpc task on EC2 capacity relies on an internet gateway that does not serve it."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.capacity import capacity_of, network_mode_of
from ecsnet.network.links import reason_of
from ecsnet.network.model import Capacity, Subnet, Workload
from ecsnet.network.routing import SubnetClass, WayOut
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Span

_RELIES = (Capacity.EC2, Capacity.MANAGED_INSTANCES)


def check(network: Network, options: Options) -> Iterator[Verdict]:
    for workload in network.all(Workload):
        verdict = _judge(network, workload)
        if verdict:
            yield verdict


def _judge(network: Network, workload: Workload) -> Verdict | None:
    ways: list[tuple[Subnet, WayOut]] = []
    doubts: list[tuple[str, Span]] = []
    for link in workload.subnets.items:
        subnet = network.get(Subnet, link.only)
        if subnet is None:
            doubts.append((f"a subnet is not in the configuration: {reason_of(link.value)}", workload.span("subnets")))
            continue
        way = network.routing.classify(subnet)
        if way.kind is SubnetClass.PUBLIC:
            ways.append((subnet, way))
        elif way.kind is SubnetClass.UNKNOWN:
            doubts.append((f"{subnet.address}: {way.reason}", way.span or subnet.span()))
    if not workload.subnets.complete and not doubts:
        doubts.append((f"its subnets: {workload.subnets.reason}", workload.span("subnets")))

    capacity = capacity_of(network, workload)
    if capacity.capacity not in (*_RELIES, Capacity.UNKNOWN):
        return None
    mode = network_mode_of(network, workload, capacity.capacity)
    if mode.mode not in ("awsvpc", None):
        return None
    if not ways and not doubts:
        return Passed(RULE, workload.resource) if workload.subnets.items else None
    if capacity.capacity is Capacity.UNKNOWN:
        return Undecided(RULE, workload.resource, capacity.reason, capacity.span or workload.span())
    if mode.mode is None:
        return Undecided(RULE, workload.resource, mode.reason or "the network mode", mode.span or workload.span())
    if not ways:
        reason, span = doubts[0]
        return Undecided(RULE, workload.resource, reason, span)
    names = listing(dict.fromkeys(subnet.address for subnet, _ in ways))
    gateways = listing(dict.fromkeys(way.target or "an internet gateway" for _, way in ways))
    where = "a public subnet" if len(ways) == 1 else "public subnets"
    message = (
        f"{workload.address} runs awsvpc tasks on {_CAPACITY[capacity.capacity]} in {where} ({names}): "
        f"their network interfaces get no public IPv4 address, so {gateways} drops the "
        "application's traffic to the internet"
    )
    hops = [*calls(workload), *capacity.hops, *mode.hops]
    for subnet, way in ways:
        hops += [_subnet_hop(subnet), *way.hops]
    fix = RULE.fix[workload.resource.language]
    return Finding(RULE, RULE.level, workload.resource, message, workload.span("subnets"), distinct(hops), fix)


def _subnet_hop(subnet: Subnet) -> Hop:
    return Hop(subnet.address, "is where the task interfaces are put", subnet.span())


_CAPACITY = {Capacity.EC2: "EC2 instances", Capacity.MANAGED_INSTANCES: "ECS Managed Instances"}


RULE = Rule(
    id="ECSNET301",
    name="awsvpc-task-relies-on-igw",
    level=Level.ERROR,
    summary="An awsvpc task on EC2 is in a public subnet, where it has no way to the internet",
    why=(
        "On EC2 and Managed Instances the network interface of an awsvpc task never gets a public IPv4 address, and an "
        "internet gateway serves only interfaces that have one. The instance still pulls images and ships logs through "
        "its own interface, so the task starts and looks healthy; but every connection that the application itself "
        "opens to the internet hangs until it times out."
    ),
    fix={
        "terraform": (
            "Put the tasks into subnets whose internet route is a NAT gateway:\n\n"
            "    network_configuration {\n"
            "      subnets = aws_subnet.private[*].id\n"
            "    }\n\n"
            'or use network_mode = "bridge" or "host" (the instance\'s own public address serves those), or Fargate.'
        ),
        "cloudformation": (
            "Put the tasks into subnets whose internet route is a NAT gateway:\n\n"
            "    NetworkConfiguration:\n"
            "      AwsvpcConfiguration:\n"
            "        Subnets: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]\n\n"
            "or use NetworkMode bridge or host (the instance's own public address serves those), or Fargate."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-awsvpc-mode.html",
    ),
    check=check,
)
