"""ECSNET101: a subnet that is meant to be public has no route to an internet gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.findings import Change, Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network, exists, guards
from ecsnet.network.model import LoadBalancer, Subnet
from ecsnet.network.names import PRIVATE, PUBLIC, named
from ecsnet.network.routing import SubnetClass, WayOut
from ecsnet.options import Options
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.rules.mending import setting
from ecsnet.rules.proof import calls
from ecsnet.values import Span, Tri

_ANYWHERE = ""
"""In the place of an address: any subnet."""


@dataclass(frozen=True, slots=True)
class _Intent:
    """What shows that a subnet is meant to be public, and where."""

    hop: Hop
    span: Span
    level: Level


def check(network: Network, options: Options) -> Iterator[Verdict]:
    for subnet in network.all(Subnet):
        way = network.routing.classify(subnet)
        intent = _intent(network, subnet)
        broken = way.kind in (SubnetClass.ISOLATED, SubnetClass.NAT)
        doubt = _doubt(network, subnet) if broken and intent is None else None
        if doubt:
            yield Undecided(RULE, subnet.resource, *doubt)
        elif intent is None:
            yield Passed(RULE, subnet.resource)
        elif broken:
            path = (*calls(subnet), intent.hop, *way.hops)
            message = _message(subnet, intent, way)
            fix = RULE.fix[subnet.resource.language]
            changes = _changes(network, subnet)
            yield Finding(RULE, intent.level, subnet.resource, message, intent.span, path, fix, changes=changes)
        elif way.kind is SubnetClass.UNKNOWN:
            yield Undecided(RULE, subnet.resource, way.reason, way.span or subnet.span())
        else:
            yield Passed(RULE, subnet.resource)


def _changes(network: Network, subnet: Subnet) -> tuple[Change, ...]:
    """A subnet that is called private, and in which no load balancer faces the internet, maps public IPs by mistake."""
    called_private = named(subnet, PRIVATE, contrary=PUBLIC) is not None
    fronted = any(
        balancer.internet_facing is not Tri.FALSE for balancer in _balancers(network, subnet.address, _ANYWHERE)
    )
    return setting(subnet, "maps_public_ip", False) if called_private and not fronted else ()


def _message(subnet: Subnet, intent: _Intent, way: WayOut) -> str:
    if way.kind is SubnetClass.NAT:
        lacks = f"its route to the internet leads to {way.target or 'a NAT gateway'}, not to an internet gateway"
    else:
        lacks = "its route table has no route to an internet gateway"
    return f"{subnet.address} is meant to be public ({intent.hop.message}), but {lacks}"


def _intent(network: Network, subnet: Subnet) -> _Intent | None:
    if subnet.maps_public_ip is Tri.TRUE:
        span = subnet.span("maps_public_ip")
        return _Intent(Hop(subnet.address, "it maps public IPs on launch", span), span, Level.ERROR)
    for balancer in _balancers(network, subnet.address):
        faces = balancer.internet_facing & exists(balancer, guards(subnet))
        if faces is Tri.TRUE and any(link.only == subnet.address for link in balancer.subnets.items):
            message = f"the internet-facing load balancer {balancer.address} sits in it"
            return _Intent(Hop(balancer.address, message, balancer.span("subnets")), subnet.span(), Level.ERROR)
    hop = named(subnet, PUBLIC, contrary=PRIVATE)
    return _Intent(hop, hop.span, Level.WARNING) if hop else None


def _doubt(network: Network, subnet: Subnet) -> tuple[str, Span] | None:
    """What may show that a subnet is meant to be public, were it known: the reason and its place."""
    if subnet.maps_public_ip is Tri.UNKNOWN:
        reason = "whether it maps public IPs on launch is not in the configuration"
        return reason, subnet.span("maps_public_ip")
    for balancer in _balancers(network, subnet.address, _ANYWHERE):
        faces = balancer.internet_facing & exists(balancer, guards(subnet))
        if faces is not Tri.FALSE:
            reason = f"whether the load balancer {balancer.address} sits in it, facing the internet, is not certain"
            return reason, balancer.span("subnets")
    return None


def _balancers(network: Network, *addresses: str) -> Iterator[LoadBalancer]:
    """Those that may sit in one of these subnets, in order of declaration."""
    balancers, places = network.all(LoadBalancer), network.derived(_places)
    for number in sorted({number for address in addresses for number in places.get(address, ())}):
        yield balancers[number]


def _places(network: Network) -> Mapping[str, list[int]]:
    """The numbers of load balancers by the addresses of subnets that they may sit in."""
    found: dict[str, list[int]] = {}
    for number, balancer in enumerate(network.all(LoadBalancer)):
        for link in balancer.subnets.items:
            for target in (_ANYWHERE,) if link.anything else link.targets:
                found.setdefault(target, []).append(number)
    return found


RULE = Rule(
    id="ECSNET101",
    name="public-subnet-without-igw-route",
    level=Level.ERROR,
    summary="A subnet meant to be public has no route to an internet gateway",
    why=(
        "A subnet is public because its route table sends internet traffic to an internet gateway, not because of its "
        "name or because it hands out public IPs. Without that route, hosts and load balancers in it have public "
        "addresses that nothing reaches and that reach nothing: container instances do not register, image pulls "
        "time out, and an internet-facing load balancer does not answer."
    ),
    fix={
        "terraform": (
            "Give the subnet's route table a route to the VPC's internet gateway, and associate the subnet with it:\n\n"
            '    resource "aws_route" "internet" {\n'
            "      route_table_id         = aws_route_table.public.id\n"
            '      destination_cidr_block = "0.0.0.0/0"\n'
            "      gateway_id             = aws_internet_gateway.main.id\n"
            "    }\n\n"
            "or, if it is meant to be private, set map_public_ip_on_launch = false and name it so."
        ),
        "cloudformation": (
            "Give the subnet's route table a route to the VPC's internet gateway, and associate the subnet with it:\n\n"
            "    InternetRoute:\n"
            "      Type: AWS::EC2::Route\n"
            "      DependsOn: GatewayAttachment\n"
            "      Properties:\n"
            "        RouteTableId: !Ref PublicRouteTable\n"
            "        DestinationCidrBlock: 0.0.0.0/0\n"
            "        GatewayId: !Ref InternetGateway\n\n"
            "or, if it is meant to be private, set MapPublicIpOnLaunch: false and name it so."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        "Security Hub EC2.15",
        "Trusted Advisor: NLB - Internet-facing resource in private subnet",
    ),
    check=check,
)
