"""ECSNET401: one NAT gateway carries the internet traffic of other Availability Zones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.model import Association, Element, Interface, Link, NatGateway, Route, Subnet, TargetKind
from ecsnet.network.routing import SubnetClass, WayOut, same_vpc
from ecsnet.network.zones import same_zone, zone_name
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Tri, Unknown, Value


@dataclass(frozen=True, slots=True, eq=False)
class _Nat:
    """A zonal NAT gateway, or the instance or interface of a NAT instance, with the subnet it sits in."""

    element: Element
    home: Subnet | None
    gateway: bool

    @property
    def zone(self) -> Value:
        return self.home.zone if self.home else None


def check(network: Network, options: Options) -> Iterator[Verdict]:
    users = _users(network)
    nats = list(_nats(network))
    for gateway in network.all(NatGateway):
        if gateway.regional is Tri.TRUE:
            yield Passed(RULE, gateway.resource)
    for nat in nats:
        yield _judge(nat, users[nat.element.address], nats)


def _nats(network: Network) -> Iterator[_Nat]:
    for gateway in network.all(NatGateway):
        if gateway.regional is not Tri.TRUE:
            yield _Nat(gateway, _home(network, gateway.subnet), gateway=True)
    named = {route.target.only for route in network.all(Route) if route.kind is TargetKind.NAT_INSTANCE}
    for interface in network.all(Interface):
        if interface.address in named:
            yield _Nat(interface, _home(network, interface.subnet), gateway=False)


def _home(network: Network, link: Link) -> Subnet | None:
    return network.get(Subnet, link.only)


@dataclass(frozen=True, slots=True)
class _Users:
    """The subnets whose internet route a NAT certainly is, those whose it may be, and where more may come from."""

    certain: list[tuple[Subnet, WayOut]] = field(default_factory=list)
    possible: list[tuple[Subnet, WayOut]] = field(default_factory=list)
    undeclared: list[str] = field(default_factory=list)


def _users(network: Network) -> defaultdict[str, _Users]:
    users: defaultdict[str, _Users] = defaultdict(_Users)
    for subnet in network.all(Subnet):
        way = network.routing.classify(subnet)
        if way.kind is SubnetClass.NAT and way.target:
            users[way.target].certain.append((subnet, way))
        elif way.kind in (SubnetClass.NAT, SubnetClass.UNKNOWN):
            for target in dict.fromkeys(target for route in way.routes for target in _may_be(network, route)):
                users[target].possible.append((subnet, way))
    elsewhere = {
        association.table.only: association
        for association in network.all(Association)
        if association.table.only and association.subnet.only is None
    }
    for route in network.all(Route):
        if route.kind not in (TargetKind.NAT_GATEWAY, TargetKind.NAT_INSTANCE):
            continue
        association = elsewhere.get(route.table.only or "")
        if association:
            reason = f"{association.address} puts it in front of subnets that are not in the configuration"
        elif route.table.elsewhere:
            reason = f"which subnets use the route table of {route.address} is not in the configuration"
        else:
            continue
        for target in route.target.targets:
            users[target].undeclared.append(reason)
    return users


def _may_be(network: Network, route: Route) -> Iterator[str]:
    if route.target.anything:
        yield from (gateway.address for gateway in network.all(NatGateway))
    yield from route.target.targets


def _judge(nat: _Nat, users: _Users, nats: list[_Nat]) -> Verdict:
    resource = nat.element.resource
    foreign: list[tuple[Subnet, WayOut]] = []
    doubts: list[str] = []
    if isinstance(nat.element, NatGateway) and nat.element.regional is Tri.UNKNOWN:
        return Undecided(RULE, resource, "its availability mode is not in the configuration", nat.element.span())
    for subnet, way in users.certain:
        verdict = _other_zone(nat, subnet, users.certain) & ~_has_own(subnet, nat, nats)
        if verdict is Tri.TRUE:
            foreign.append((subnet, way))
        elif verdict is Tri.UNKNOWN:
            doubts.append(f"whether {subnet.address} is in another zone than it{_why(nat.zone, subnet.zone)}")
    if foreign and not (resource.many and nat.zone is None):
        return _finding(nat, foreign)
    for subnet, way in users.possible:
        if same_zone(nat.zone, subnet.zone) is not Tri.TRUE:
            why = way.reason or "several NAT gateways may be"
            doubts.append(f"whether it is the internet route of {subnet.address}: {why}")
    doubts += users.undeclared
    return Undecided(RULE, resource, doubts[0], nat.element.span()) if doubts else Passed(RULE, resource)


def _other_zone(nat: _Nat, subnet: Subnet, users: list[tuple[Subnet, WayOut]]) -> Tri:
    """Whether the subnet is in another zone than the NAT; its own zone being unknown, than another of its subnets."""
    if nat.home is not None and nat.home.address == subnet.address:
        return Tri.FALSE
    verdict = ~same_zone(nat.zone, subnet.zone)
    if verdict is Tri.UNKNOWN and _zone_is_unknown(nat, users):
        return Tri.any(~same_zone(subnet.zone, other.zone) for other, _ in users) | Tri.UNKNOWN
    return verdict


def _why(*zones: Value) -> str:
    """What keeps two zones from being compared."""
    reasons = dict.fromkeys(zone.reason for zone in zones if isinstance(zone, Unknown))
    return f": {listing(reasons)}" if reasons else " is not in the configuration"


def _zone_is_unknown(nat: _Nat, users: list[tuple[Subnet, WayOut]]) -> bool:
    return all(same_zone(nat.zone, subnet.zone) is Tri.UNKNOWN for subnet, _ in users)


def _has_own(subnet: Subnet, nat: _Nat, nats: list[_Nat]) -> Tri:
    """Whether the subnet's zone has a public NAT gateway of its own: then the route is at fault, not the number.

    One in another VPC is of no use to it.
    """
    verdict = Tri.FALSE
    for other in nats:
        if other is nat or not other.gateway or not isinstance(other.element, NatGateway):
            continue
        here = same_vpc(other.home.vpc, subnet.vpc) if other.home else Tri.UNKNOWN
        verdict |= here & same_zone(other.zone, subnet.zone) & ~other.element.private & other.element.resource.exists
        if verdict is Tri.TRUE:
            break
    return verdict


def _finding(nat: _Nat, foreign: list[tuple[Subnet, WayOut]]) -> Finding:
    element = nat.element
    zones = listing(dict.fromkeys(zone_name(subnet.zone) for subnet, _ in foreign))
    names = listing(subnet.address for subnet, _ in foreign)
    home = f" in {zone_name(nat.zone)}" if nat.zone is not None else ""
    there = "that zone loses" if zones == zone_name(foreign[0][0].zone) else "those zones lose"
    message = (
        f"{element.address}{home} is the only way to the internet for {names} in {zones}: when its own zone fails, "
        f"{there} the internet too, and until then the traffic pays for crossing zones"
    )
    hops = [*calls(element)]
    if nat.home is not None:
        hops.append(Hop(nat.home.address, f"holds {element.address}{home}", nat.home.span()))
    for subnet, way in foreign:
        hops.append(Hop(subnet.address, f"is in {zone_name(subnet.zone)}", subnet.span()))
        hops.append(way.hops[-1])
    fix = RULE.fix[element.resource.language]
    return Finding(RULE, RULE.level, element.resource, message, element.resource.span, distinct(hops), fix)


RULE = Rule(
    id="ECSNET401",
    name="nat-shared-across-azs",
    level=Level.WARNING,
    summary="One NAT gateway carries the internet traffic of several Availability Zones",
    why=(
        "A zonal NAT gateway lives in one Availability Zone. Where subnets of other zones route through it, the "
        "failure of that one zone takes the internet from tasks in all of them: no image pulls, no calls to AWS or "
        "partners. In normal times every byte from another zone is charged for crossing over."
    ),
    fix={
        "terraform": (
            "Make one NAT gateway for each zone, and route each private subnet to the one of its own zone (with the "
            "vpc module: single_nat_gateway = false and one_nat_gateway_per_az = true), or use one regional NAT "
            "gateway:\n\n"
            '    resource "aws_nat_gateway" "main" {\n'
            "      vpc_id            = aws_vpc.main.id\n"
            '      availability_mode = "regional"\n'
            "    }\n\n"
            "Where the saving is wanted, in development for one, suppress the finding with that reason."
        ),
        "cloudformation": (
            "Make one AWS::EC2::NatGateway for each zone, and route each private subnet to the one of its own zone, or "
            "use one regional NAT gateway:\n\n"
            "    NatGateway:\n"
            "      Type: AWS::EC2::NatGateway\n"
            "      Properties:\n"
            "        VpcId: !Ref Vpc\n"
            "        AvailabilityMode: regional\n\n"
            "Where the saving is wanted, in development for one, suppress the finding with that reason."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html",
        "Trusted Advisor: NAT Gateway AZ Independence",
    ),
    check=check,
)
