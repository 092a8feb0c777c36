"""ECSNET404: a NAT gateway has no public address to send traffic to the internet from."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.links import reason_of
from ecsnet.network.model import NatGateway, Subnet
from ecsnet.network.nats import Nats
from ecsnet.network.routing import SubnetClass, WayOut
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Tri


def check(network: Network, options: Options) -> Iterator[Verdict]:
    for gateway in network.all(NatGateway):
        yield _judge(network, gateway)


def has_no_address(network: Network, gateway: NatGateway) -> Tri:
    """Whether what a zonal NAT gateway sends to the internet has no public address.

    A public one without Elastic IP; a private one that is the internet route of a subnet.
    """
    if gateway.regional is Tri.TRUE:
        return Tri.FALSE
    public, private = ~gateway.addressed, _carries_internet(network, gateway)
    if gateway.private is not Tri.UNKNOWN:
        verdict = private if gateway.private is Tri.TRUE else public
    else:
        verdict = public if public is private else Tri.UNKNOWN
    return verdict & ~gateway.regional


def _carries_internet(network: Network, gateway: NatGateway) -> Tri:
    """Whether a private NAT gateway is an internet route that leads nowhere."""
    used = network.derived(Nats).users(gateway).used
    return Tri.FALSE if used is Tri.FALSE else used & _ends_here(network, gateway)


def _ends_here(network: Network, gateway: NatGateway) -> Tri:
    """Whether nothing behind a private NAT gateway gives its traffic a public address.

    A transit gateway or a public NAT gateway may be behind it; an internet gateway drops what has none.
    """
    way = _way_out(network, gateway)
    if way is None or way.kind is SubnetClass.UNKNOWN:
        return Tri.UNKNOWN
    return Tri.of(way.kind in (SubnetClass.PUBLIC, SubnetClass.ISOLATED) or way.target == gateway.address)


def _way_out(network: Network, gateway: NatGateway) -> WayOut | None:
    home = network.get(Subnet, gateway.subnet.only)
    return network.routing.classify(home) if home else None


def _judge(network: Network, gateway: NatGateway) -> Verdict:
    verdict = has_no_address(network, gateway)
    if verdict is Tri.FALSE:
        return Passed(RULE, gateway.resource)
    if verdict is Tri.UNKNOWN:
        return Undecided(RULE, gateway.resource, _doubt(network, gateway), gateway.span())
    return _private(network, gateway) if gateway.private is Tri.TRUE else _unaddressed(network, gateway)


def _doubt(network: Network, gateway: NatGateway) -> str:
    if gateway.regional is Tri.UNKNOWN:
        return "its availability mode is not in the configuration"
    if gateway.private is Tri.UNKNOWN:
        return "whether it is public or private is not in the configuration"
    if gateway.private is Tri.FALSE:
        return "whether it is given an Elastic IP is not in the configuration"
    users = network.derived(Nats).users(gateway)
    if users.used is Tri.UNKNOWN:
        return f"it is private, and {users.doubt}"
    way = _way_out(network, gateway)
    why = way.reason if way else f"its subnet is not in the configuration: {reason_of(gateway.subnet.value)}"
    return f"it is private, and where its own subnet sends traffic is not certain: {why}"


def _unaddressed(network: Network, gateway: NatGateway) -> Finding:
    served = _served(network, gateway)
    behind = f", and there is no way to the internet for {listing(served)}" if served else ""
    message = f"{gateway.address} is a public NAT gateway without an Elastic IP: AWS does not make it{behind}"
    hops = (*calls(gateway), Hop(gateway.address, "is given no Elastic IP", gateway.span()))
    return _finding(gateway, message, hops)


def _private(network: Network, gateway: NatGateway) -> Finding:
    way = _way_out(network, gateway)
    subnets = listing(_served(network, gateway))
    message = (
        f"{gateway.address} is a private NAT gateway, with no public address, and the only way to the internet for "
        f"{subnets}: nothing comes back from there"
    )
    hops = [*calls(gateway), Hop(gateway.address, "is private", gateway.span("private"))]
    for _, used in network.derived(Nats).users(gateway).certain:
        hops += used.hops
    hops += way.hops if way else ()
    return _finding(gateway, message, tuple(hops))


def _served(network: Network, gateway: NatGateway) -> list[str]:
    return [subnet.address for subnet, _ in network.derived(Nats).users(gateway).certain]


def _finding(gateway: NatGateway, message: str, hops: tuple[Hop, ...]) -> Finding:
    field = "private" if gateway.private is Tri.TRUE else ""
    fix = RULE.fix[gateway.resource.language]
    return Finding(RULE, RULE.level, gateway.resource, message, gateway.span(field), distinct(hops), fix)


RULE = Rule(
    id="ECSNET404",
    name="nat-without-public-address",
    level=Level.ERROR,
    summary="A NAT gateway has no public address to send traffic to the internet from",
    why=(
        "A NAT gateway sends what comes through it from its own address. A public one needs an Elastic IP from the "
        "start: without one AWS does not make it. A private one has a private address only: it is for other VPCs and "
        "for networks on premises, and an internet gateway drops what it sends. Tasks behind it cannot pull images, "
        "fetch secrets or call anything outside."
    ),
    fix={
        "terraform": (
            "Give it an Elastic IP:\n\n"
            '    resource "aws_eip" "nat" {\n'
            '      domain = "vpc"\n'
            "    }\n\n"
            '    resource "aws_nat_gateway" "main" {\n'
            "      allocation_id = aws_eip.nat.id\n"
            "      subnet_id     = aws_subnet.public.id\n"
            "    }\n\n"
            'and leave connectivity_type out, or set it to "public". Where it has to be private, route 0.0.0.0/0 to '
            "another NAT gateway, and only the private networks to this one."
        ),
        "cloudformation": (
            "Give it an Elastic IP:\n\n"
            "    NatAddress:\n"
            "      Type: AWS::EC2::EIP\n"
            "    NatGateway:\n"
            "      Type: AWS::EC2::NatGateway\n"
            "      Properties:\n"
            "        AllocationId: !GetAtt NatAddress.AllocationId\n"
            "        SubnetId: !Ref PublicSubnet\n\n"
            "and leave ConnectivityType out, or set it to public. Where it has to be private, route 0.0.0.0/0 to "
            "another NAT gateway, and only the private networks to this one."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html",
    ),
    check=check,
)
