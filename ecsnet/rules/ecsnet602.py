"""ECSNET602: image layers from ECR come through a NAT gateway, which charges for every byte."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network, interfaces, needs
from ecsnet.network.capacity import capacity_of
from ecsnet.network.endpoints import serving
from ecsnet.network.hosts import container_hosts
from ecsnet.network.interfaces import Placement
from ecsnet.network.links import MAIN
from ecsnet.network.model import Capacity, CapacityProvider, Element, RouteTable, TargetKind, Vpc, Workload
from ecsnet.network.needs import Needs
from ecsnet.network.routing import SubnetClass, WayOut
from ecsnet.options import Options
from ecsnet.records import dataclass, field
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Span, Tri


@dataclass(frozen=True, slots=True)
class _Pulls:
    """What pulls images through the NAT of one route table, with the proof of each, and why more may."""

    found: list[tuple[Element, WayOut, tuple[Hop, ...]]] = field(default_factory=list)
    doubts: list[tuple[str, Span]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Puller:
    """Interfaces that images are pulled through. ``doubt``: why they may be pulled through others."""

    needed: Needs
    placements: tuple[Placement, ...]
    doubt: str = ""


def check(network: Network, options: Options) -> Iterator[Verdict]:
    pulls: dict[str, _Pulls] = {}
    for puller in _pullers(network):
        for placement in puller.placements:
            _note(network, puller, placement, pulls)
    for table in network.all(RouteTable):
        yield _judge(table, pulls.get(table.address) or _Pulls())
    for vpc in network.all(Vpc):
        if vpc.address in pulls:
            yield _judge(vpc, pulls[vpc.address])


def _pullers(network: Network) -> Iterator[_Puller]:
    """Whatever pulls images: on Fargate the tasks, else the instances that they run on."""
    for workload in network.all(Workload):
        capacity = capacity_of(network, workload)
        if capacity.capacity in (Capacity.FARGATE, Capacity.UNKNOWN):
            needed, placements = needs.of_workload(network, workload), interfaces.of_workload(network, workload)
            yield _Puller(needed, placements, capacity.reason if capacity.capacity is Capacity.UNKNOWN else "")
    for hosts in container_hosts(network):
        yield _Puller(needs.of_instances(network, hosts), interfaces.of_hosts(network, hosts))
    for provider in network.all(CapacityProvider):
        if provider.capacity is Capacity.MANAGED_INSTANCES:
            yield _Puller(needs.of_instances(network, provider), interfaces.of_provider(network, provider))


def _note(network: Network, puller: _Puller, placement: Placement, pulls: dict[str, _Pulls]) -> None:
    """Notes at its route table what an interface pulls, or may pull, through a NAT gateway."""
    subnet, needed, owner = placement.subnet, puller.needed, placement.owner
    layers = next((need for need in needed.certain if need.service == "s3"), None)
    if subnet is None or not (layers or needed.doubts):
        return
    way = network.routing.classify(subnet)
    # A NAT instance is not charged by the byte.
    if way.kind not in (SubnetClass.NAT, SubnetClass.UNKNOWN) or _by_instance(way):
        return
    service = serving(network, placement, "s3")
    if service.served is Tri.TRUE:
        return
    tables = network.routing.tables(subnet)
    for addresses in filter(None, tables):
        there = pulls.setdefault(_table(network, addresses), _Pulls())
        if way.kind is SubnetClass.UNKNOWN:
            there.doubts.append((f"{subnet.address}: {way.reason}", way.span or subnet.span()))
        elif service.served is Tri.UNKNOWN:
            there.doubts.append((f"{owner.address}: {service.reason}", service.span or owner.span()))
        elif puller.doubt:
            there.doubts.append((f"{owner.address}: {puller.doubt}", owner.span()))
        elif layers is None:
            there.doubts.append((needed.doubts[0].reason, needed.doubts[0].span))
        elif len(tables) > 1:
            there.doubts.append((f"which route table {subnet.address} uses is not certain", subnet.span()))
        else:
            there.found.append((owner, way, (layers.hop, placement.hop, *way.hops)))


def _by_instance(way: WayOut) -> bool:
    return any(route.kind is TargetKind.NAT_INSTANCE for route in way.routes)


def _table(network: Network, addresses: frozenset[str]) -> str:
    """The declared table of those names; the VPC of a main table that is not declared."""
    declared = [address for address in sorted(addresses) if network.get(RouteTable, address)]
    return declared[0] if declared else min(addresses).removesuffix(MAIN)


def _judge(table: Element, pulls: _Pulls) -> Verdict:
    resource = table.resource
    if pulls.found:
        return _finding(table, pulls)
    for reason, span in pulls.doubts:
        return Undecided(RULE, resource, reason, span)
    return Passed(RULE, resource)


def _finding(table: Element, pulls: _Pulls) -> Finding:
    owners = listing(dict.fromkeys(owner.address for owner, _, _ in pulls.found))
    through = listing(dict.fromkeys(way.target or "a NAT gateway" for _, way, _ in pulls.found))
    name = table.address if isinstance(table, RouteTable) else f"the main route table of {table.address}"
    message = (
        f"{name} has no S3 gateway endpoint, so the layers of the images that ECR has for {owners} come from S3 "
        f"through {through}, which charges for every byte"
    )
    hops = [*calls(table)]
    for _, _, path in pulls.found:
        hops += path
    hops.append(Hop(table.address, "has no S3 gateway endpoint", table.span()))
    fix = RULE.fix[table.resource.language]
    return Finding(RULE, RULE.level, table.resource, message, table.span(), distinct(hops), fix)


RULE = Rule(
    id="ECSNET602",
    name="s3-through-nat",
    level=Level.INFO,
    summary="Image layers from ECR come through a NAT gateway, for want of an S3 gateway endpoint",
    why=(
        "ECR keeps the layers of images in S3, and every task that starts pulls them. In a subnet that goes out by "
        "a NAT gateway they are charged by the byte, at each pull. A gateway endpoint for S3 takes them, and all other "
        "traffic to S3 in the Region, past the NAT gateway, and costs nothing."
    ),
    fix={
        "terraform": (
            "Put an S3 gateway endpoint on the route tables of the private subnets:\n\n"
            '    resource "aws_vpc_endpoint" "s3" {\n'
            "      vpc_id            = aws_vpc.main.id\n"
            '      vpc_endpoint_type = "Gateway"\n'
            '      service_name      = "com.amazonaws.${data.aws_region.current.region}.s3"\n'
            "      route_table_ids   = aws_route_table.private[*].id\n"
            "    }"
        ),
        "cloudformation": (
            "Put an S3 gateway endpoint on the route tables of the private subnets:\n\n"
            "    S3Endpoint:\n"
            "      Type: AWS::EC2::VPCEndpoint\n"
            "      Properties:\n"
            "        VpcId: !Ref Vpc\n"
            "        VpcEndpointType: Gateway\n"
            "        ServiceName: !Sub com.amazonaws.${AWS::Region}.s3\n"
            "        RouteTableIds: [!Ref PrivateTableA, !Ref PrivateTableB]"
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html",
    ),
    check=check,
)
