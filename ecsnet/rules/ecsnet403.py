"""ECSNET403: a NAT gateway sits in a subnet that has no way to the internet itself."""

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
from ecsnet.rules.ecsnet404 import has_no_address
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Span, Tri


def check(network: Network, options: Options) -> Iterator[Verdict]:
    for gateway in network.all(NatGateway):
        if has_no_address(network, gateway) is not Tri.TRUE:
            yield _judge(network, gateway)


def _judge(network: Network, gateway: NatGateway) -> Verdict:
    ways: list[tuple[Subnet, WayOut]] = []
    verdicts: list[Tri] = []
    doubt = f"its subnet is not in the configuration: {reason_of(gateway.subnet.value)}"
    span: Span = gateway.span("subnet")
    for target in gateway.subnet.targets:
        subnet = network.get(Subnet, target)
        if subnet is not None:
            way = network.routing.classify(subnet)
            ways.append((subnet, way))
            verdicts.append(_is_cut_off(way))
            if verdicts[-1] is Tri.UNKNOWN:
                doubt, span = f"{subnet.address}: {way.reason}", way.span or span
    if gateway.subnet.elsewhere or gateway.subnet.anything or not gateway.subnet.is_set or not ways:
        verdicts.append(Tri.UNKNOWN)
    cut_off = verdicts[0] if len(set(verdicts)) == 1 else Tri.UNKNOWN
    verdict = ~gateway.regional & ~gateway.private & cut_off
    if verdict is Tri.FALSE:
        return Passed(RULE, gateway.resource)
    if verdict is Tri.TRUE:
        return _finding(network, gateway, ways)
    if cut_off is Tri.TRUE:
        doubt = "whether it is public and of one zone is not in the configuration"
    elif len(set(verdicts)) > 1 and Tri.UNKNOWN not in verdicts:
        doubt = f"which subnet it is in: {reason_of(gateway.subnet.value)}"
    return Undecided(RULE, gateway.resource, doubt, span)


def _is_cut_off(way: WayOut) -> Tri:
    if way.kind is SubnetClass.UNKNOWN:
        return Tri.UNKNOWN
    return Tri.of(way.kind in (SubnetClass.NAT, SubnetClass.ISOLATED))


def _finding(network: Network, gateway: NatGateway, ways: list[tuple[Subnet, WayOut]]) -> Finding:
    subnet, way = ways[0]
    names = " or ".join(subnet.address for subnet, _ in ways)
    if any(way.target == gateway.address for _, way in ways):
        why = "which sends the internet's traffic back to it"
    elif way.kind is SubnetClass.NAT:
        why = "which itself goes out through a NAT and not through an internet gateway"
    else:
        why = "which has no route to the internet"
    users = [user.address for user, _ in network.derived(Nats).users(gateway).certain]
    behind = f", and neither does {listing(users)} behind it" if users else ""
    message = f"{gateway.address} sits in {names}, {why}: it does not reach the internet{behind}"
    hops = [*calls(gateway), Hop(gateway.address, f"sits in {names}", gateway.span("subnet"))]
    for _, used in ways:
        hops += used.hops
    fix = RULE.fix[gateway.resource.language]
    cause = way.hops[-1].resource if way.hops else subnet.address
    return Finding(
        RULE, RULE.level, gateway.resource, message, gateway.span("subnet"), distinct(hops), fix, cause=cause
    )  # fmt: skip


RULE = Rule(
    id="ECSNET403",
    name="nat-in-non-public-subnet",
    level=Level.ERROR,
    summary="A NAT gateway sits in a subnet that has no route to an internet gateway",
    why=(
        "A public NAT gateway takes its own way out from the route table of the subnet it sits in: that has to lead to "
        "an internet gateway. In a private subnet it is made without an error and looks available, but everything "
        "that is routed through it is dropped, so tasks fail to pull images and time out."
    ),
    fix={
        "terraform": (
            "Put it into a public subnet:\n\n"
            '    resource "aws_nat_gateway" "main" {\n'
            "      allocation_id = aws_eip.nat.id\n"
            "      subnet_id     = aws_subnet.public.id\n"
            "    }\n\n"
            "one whose route table sends 0.0.0.0/0 to the internet gateway."
        ),
        "cloudformation": (
            "Put it into a public subnet:\n\n"
            "    NatGateway:\n"
            "      Type: AWS::EC2::NatGateway\n"
            "      Properties:\n"
            "        AllocationId: !GetAtt NatAddress.AllocationId\n"
            "        SubnetId: !Ref PublicSubnet\n\n"
            "one whose route table sends 0.0.0.0/0 to the internet gateway."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html",
    ),
    check=check,
)
