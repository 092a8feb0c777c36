"""ECSNET402: a subnet goes out through the NAT gateway of another zone although its own zone has one."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.links import unseen
from ecsnet.network.model import NatGateway, Route, Subnet, TargetKind, Vpc
from ecsnet.network.nats import Nats, doubt_of
from ecsnet.network.routing import SubnetClass, WayOut
from ecsnet.network.zones import same_zone, zone_name
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Tri, Unknown


def check(network: Network, options: Options) -> Iterator[Verdict]:
    for subnet in network.all(Subnet):
        yield _judge(network, subnet)


def _judge(network: Network, subnet: Subnet) -> Verdict:
    way = network.routing.classify(subnet)
    if way.kind is SubnetClass.UNKNOWN:
        verdict, reason = _own(network, subnet, "")
        if verdict is Tri.FALSE:
            return Passed(RULE, subnet.resource)
        return Undecided(RULE, subnet.resource, way.reason or reason, way.span or subnet.span())
    if way.kind is not SubnetClass.NAT:
        return Passed(RULE, subnet.resource)
    crossings = [_crosses(network, subnet, route) for route in way.routes]
    verdicts = {verdict for verdict, _ in crossings}
    if verdicts == {Tri.FALSE}:
        return Passed(RULE, subnet.resource)
    if verdicts == {Tri.TRUE}:
        return _finding(network, subnet, way)
    reason = next((reason for _, reason in crossings if reason), doubt_of(way))
    return Undecided(RULE, subnet.resource, reason, way.routes[0].span("target"))


def _crosses(network: Network, subnet: Subnet, route: Route) -> tuple[Tri, str]:
    """Whether a route leads past the NAT gateway of the subnet's own zone to that of another; why it may."""
    if route.kind is TargetKind.NAT_INSTANCE:
        return Tri.FALSE, ""
    target = route.target.only
    gateway = network.get(NatGateway, target)
    if gateway is None or target is None:
        own, reason = _own(network, subnet, "")
        return own & Tri.UNKNOWN, reason or f"the NAT gateway of {route.address} is not certain"
    home = network.get(Subnet, gateway.subnet.only)
    if home is not None and home.address == subnet.address:
        return Tri.FALSE, ""
    zone = home.zone if home else None
    public = ~gateway.regional & ~gateway.private
    own, reason = _own(network, subnet, target)
    verdict = public & ~same_zone(zone, subnet.zone) & own
    if public is Tri.UNKNOWN:
        return verdict, f"whether {target} is public and of one zone is not in the configuration"
    reasons = [value.reason for value in (zone, subnet.zone) if isinstance(value, Unknown)]
    return verdict, reason or next(iter(reasons), f"whether {target} is in another zone is not in the configuration")


def _own(network: Network, subnet: Subnet, but: str) -> tuple[Tri, str]:
    """Whether the subnet's zone has a public NAT gateway other than the one at ``but``, and why that is not certain."""
    _, verdict = network.derived(Nats).own(subnet, but)
    if verdict is not Tri.FALSE:
        return verdict, "" if verdict is Tri.TRUE else "whether its own zone has a NAT gateway is not certain"
    vpc = network.get(Vpc, subnet.vpc.only)
    hole = network.hole(vpc.address) if vpc else None
    if hole and hole.anything:
        return Tri.UNKNOWN, f"{unseen(hole)} may make a NAT gateway in its zone: {hole.reason}"
    if vpc is None or vpc.default:
        return Tri.UNKNOWN, "its VPC, which may have a NAT gateway in its zone, is not in the configuration"
    return Tri.FALSE, ""


def _finding(network: Network, subnet: Subnet, way: WayOut) -> Finding:
    own, _ = network.derived(Nats).own(subnet, way.target or "")
    taken = listing(dict.fromkeys(route.target.only or "" for route in way.routes))
    homes: list[tuple[str, Subnet]] = []
    for address in (*(route.target.only for route in way.routes), own):
        gateway = network.get(NatGateway, address)
        home = network.get(Subnet, gateway.subnet.only) if gateway else None
        if gateway and home:
            homes.append((gateway.address, home))
    away = listing(dict.fromkeys(zone_name(home.zone) for address, home in homes if address != own))
    zone = zone_name(subnet.zone)
    message = (
        f"{subnet.address} in {zone} goes to the internet through {taken} in {away} although {own} is in its own zone: "
        f"when {away} fails it loses the internet, and until then its traffic pays for crossing zones"
    )
    hops = [*calls(subnet), Hop(subnet.address, f"is in {zone}", subnet.span("zone")), *way.hops]
    hops += [Hop(home.address, f"holds {address} in {zone_name(home.zone)}", home.span()) for address, home in homes]
    fix = RULE.fix[subnet.resource.language]
    cause = way.routes[0].address
    return Finding(RULE, RULE.level, subnet.resource, message, subnet.span(), distinct(hops), fix, cause=cause)


RULE = Rule(
    id="ECSNET402",
    name="cross-az-nat-route",
    level=Level.WARNING,
    summary="A subnet goes out through the NAT gateway of another zone although its own zone has one",
    why=(
        "The NAT gateways are there, one for each zone, but the route of this subnet leads past its own: mostly an "
        "index or a name that was copied. What the second gateway is paid for is not had. When the other zone fails, "
        "tasks in this one lose the internet with it, and until then every byte is charged for crossing zones."
    ),
    fix={
        "terraform": (
            "Route each private subnet to the NAT gateway of its own zone:\n\n"
            '    resource "aws_route" "private" {\n'
            "      count                  = length(local.zones)\n"
            "      route_table_id         = aws_route_table.private[count.index].id\n"
            '      destination_cidr_block = "0.0.0.0/0"\n'
            "      nat_gateway_id         = aws_nat_gateway.main[count.index].id\n"
            "    }\n\n"
            "with one route table for each zone, and the subnet associated with that of its zone."
        ),
        "cloudformation": (
            "Route each private subnet to the NAT gateway of its own zone:\n\n"
            "    PrivateRouteB:\n"
            "      Type: AWS::EC2::Route\n"
            "      Properties:\n"
            "        RouteTableId: !Ref PrivateTableB\n"
            "        DestinationCidrBlock: 0.0.0.0/0\n"
            "        NatGatewayId: !Ref NatGatewayB\n\n"
            "with one route table for each zone, and the subnet associated with that of its zone."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html",
        "Trusted Advisor: NAT Gateway AZ Independence",
    ),
    check=check,
)
