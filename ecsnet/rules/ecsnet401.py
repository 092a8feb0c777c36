"""ECSNET401: one NAT gateway carries the internet traffic of other Availability Zones."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, NatPerZone, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.model import NatGateway, Subnet
from ecsnet.network.nats import Nat, Nats, Use, doubt_of, key_of
from ecsnet.network.routing import SubnetClass
from ecsnet.network.zones import same_zone, zone_name
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Tri, Unknown, Value


def check(network: Network, options: Options) -> Iterator[Verdict]:
    nats = network.derived(Nats)
    for gateway in network.all(NatGateway):
        if gateway.regional is Tri.TRUE:
            yield Passed(RULE, gateway.resource)
    for nat in nats.zonal.values():
        yield _judge(network, nat, nats)


def _judge(network: Network, nat: Nat, nats: Nats) -> Verdict:
    resource, users = nat.element.resource, nats.users(nat.element)
    foreign: list[Use] = []
    doubts: list[str] = []
    if isinstance(nat.element, NatGateway) and nat.element.regional is Tri.UNKNOWN:
        return Undecided(RULE, resource, "its availability mode is not in the configuration", nat.element.span())
    zones = _Zones(nat, [subnet.zone for subnet, _ in users.certain])
    for subnet, way in users.certain:
        verdict = zones.is_other(subnet) & ~nats.own(subnet, but=nat.address)[1]
        if verdict is Tri.TRUE:
            foreign.append((subnet, way))
        elif verdict is Tri.UNKNOWN:
            doubts.append(f"whether {subnet.address} is in another zone than it{_why(nat.zone, subnet.zone)}")
    if foreign and not (resource.many and nat.zone is None):
        return _finding(network, nat, foreign)
    for subnet, way in users.possible:
        if same_zone(nat.zone, subnet.zone) is not Tri.TRUE:
            doubts.append(f"whether it is the internet route of {subnet.address}: {doubt_of(way)}")
    doubts += users.undeclared
    return Undecided(RULE, resource, doubts[0], nat.element.span()) if doubts else Passed(RULE, resource)


class _Zones:
    """The zones of the subnets that one NAT serves, each compared with the others once."""

    def __init__(self, nat: Nat, zones: list[Value]) -> None:
        self._nat = nat
        self._zones = {key_of(zone): zone for zone in zones}
        self._other = {key: ~same_zone(nat.zone, zone) for key, zone in self._zones.items()}
        if all(verdict is Tri.UNKNOWN for verdict in self._other.values()):
            for key, zone in self._zones.items():
                differs = Tri.any(~same_zone(zone, other) for other in self._zones.values())
                self._other[key] = differs | Tri.UNKNOWN

    def is_other(self, subnet: Subnet) -> Tri:
        """Whether a subnet is in another zone than the NAT; that being unknown, than another of its subnets."""
        if self._nat.home is not None and self._nat.home.address == subnet.address:
            return Tri.FALSE
        return self._other[key_of(subnet.zone)]


def _why(*zones: Value) -> str:
    """What keeps two zones from being compared."""
    reasons = dict.fromkeys(zone.reason for zone in zones if isinstance(zone, Unknown))
    return f": {listing(reasons)}" if reasons else " is not in the configuration"


def _finding(network: Network, nat: Nat, foreign: list[Use]) -> Finding:
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
    changes = (NatPerZone(element.resource),) if _has_room(network, nat, foreign) else ()
    span = element.resource.span
    return Finding(RULE, RULE.level, element.resource, message, span, distinct(hops), fix, changes=changes)


def _has_room(network: Network, nat: Nat, foreign: list[Use]) -> bool:
    """Whether the module that declares a NAT gateway has a public subnet in each of the other zones for another one."""
    calls = nat.element.resource.calls
    if not calls or not isinstance(nat.element, NatGateway):
        return False
    public = [
        subnet
        for subnet in network.all(Subnet)
        if subnet.resource.calls == calls and network.routing.classify(subnet).kind is SubnetClass.PUBLIC
    ]
    return all(any(same_zone(one.zone, subnet.zone) is Tri.TRUE for one in public) for subnet, _ in foreign)


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
