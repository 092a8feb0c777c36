"""ECSNET601: a NAT gateway that no subnet's traffic goes through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network, exists, guards
from ecsnet.network.links import MAIN, reason_of, unseen
from ecsnet.network.model import (
    Association,
    MainAssociation,
    NatGateway,
    Route,
    RouteTable,
    Subnet,
    TargetKind,
    Vpc,
)
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct
from ecsnet.values import Tri, references

_Use = tuple[Tri, str]
"""Whether something is used, and why that is not certain."""


def check(network: Network, options: Options) -> Iterator[Verdict]:
    tables = _Tables(network)
    routes, loose = _routes(network)
    for gateway in network.all(NatGateway):
        yield _judge(network, gateway, routes[gateway.address], loose, tables)


def _routes(network: Network) -> tuple[defaultdict[str, list[Route]], list[Route]]:
    """Routes by the gateway that they may lead to, and those that may lead to any."""
    named: defaultdict[str, list[Route]] = defaultdict(list)
    loose: list[Route] = []
    for route in network.all(Route):
        for target in route.target.targets:
            named[target].append(route)
        if route.target.anything and route.kind in (TargetKind.NAT_GATEWAY, TargetKind.UNKNOWN):
            loose.append(route)
    return named, loose


class _Tables:
    """Which route tables subnets use."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._used: dict[str, _Use] = {}
        self._any = ""
        for subnet in network.all(Subnet):
            tables = network.routing.tables(subnet)
            for address in (address for addresses in tables for address in addresses):
                sure = len(tables) == 1
                self._note(address, sure, f"whether {subnet.address} uses {address.removesuffix(MAIN)} is not certain")
        for association in network.all(Association):
            self._associated(association)
        for main in network.all(MainAssociation):
            if main.vpc.only is None and main.table.only:
                self._note(main.table.only, False, f"{main.address} makes it the main table of a VPC that is not here")

    def _note(self, address: str, sure: bool, reason: str) -> None:
        if sure:
            self._used[address] = (Tri.TRUE, "")
        else:
            self._used.setdefault(address, (Tri.UNKNOWN, reason))

    def _associated(self, association: Association) -> None:
        """A subnet that is not declared here may use a table; a table that is not certain may be any."""
        if association.subnet.only is None:
            reason = f"which subnet {association.address} means is not certain"
            sure = association.table.only is not None and exists(association, frozenset()) is Tri.TRUE
            for target in association.table.targets:
                self._note(target, sure, reason)
        if association.table.anything:
            self._any = self._any or f"which table {association.address} means is not in the configuration"

    def used(self, address: str) -> _Use:
        """Whether a subnet uses the table at ``address``."""
        found = self._used.get(address)
        if found and found[0] is Tri.TRUE:
            return found
        of = address.removesuffix(MAIN)
        hole = self._network.hole(of)
        if hole:
            return Tri.UNKNOWN, f"{unseen(hole)} may have subnets use {of}: {hole.reason}"
        table = self._network.get(RouteTable, address)
        vpc = self._network.get(Vpc, table.vpc.only if table else of)
        if vpc is None or vpc.default:
            return Tri.UNKNOWN, f"the VPC of {of} is not in the configuration: other subnets may use the table"
        if table is not None and table.main_of.is_set and self._network.hole(vpc.address):
            return Tri.UNKNOWN, f"subnets of {vpc.address} that are not in the configuration may use {of}"
        if self._any:
            return Tri.UNKNOWN, self._any
        return found or (Tri.FALSE, "")


def _judge(network: Network, gateway: NatGateway, routes: list[Route], loose: list[Route], tables: _Tables) -> Verdict:
    doubts: list[str] = []
    for route in routes:
        verdict, reason = _carries(route, gateway, tables)
        if verdict is Tri.TRUE:
            return Passed(RULE, gateway.resource)
        if verdict is Tri.UNKNOWN:
            doubts.append(reason)
    doubts += [f"{route.address} may lead to it: {reason_of(route.target.value)}" for route in loose[:1]]
    doubts += _unseen(network, gateway)
    if doubts:
        return Undecided(RULE, gateway.resource, doubts[0], gateway.span())
    return _finding(gateway, routes)


def _carries(route: Route, gateway: NatGateway, tables: _Tables) -> _Use:
    """Whether a subnet's traffic takes a route to the gateway."""
    there = exists(route, guards(gateway))
    if route.table.only:
        used, reason = tables.used(route.table.only)
        verdict = used & there & (Tri.TRUE if route.target.only else Tri.UNKNOWN)
        return verdict, reason or f"whether {route.address} leads to it is not certain"
    reason = f"which subnets use the route table of {route.address} is not in the configuration"
    return (there & Tri.UNKNOWN if route.table.is_set else Tri.FALSE), reason


def _unseen(network: Network, gateway: NatGateway) -> Iterator[str]:
    """Why there may be routes to the gateway that are not in the configuration."""
    hole = network.hole(gateway.address)
    if hole:
        yield f"{unseen(hole)} may route to it: {hole.reason}"
    if gateway.address in network.derived(_handed_out):
        yield "it is an output: others, whose routes are not in the configuration, may route to it"
    home = network.get(Subnet, gateway.subnet.only)
    link = gateway.vpc if gateway.vpc.is_set else home.vpc if home else gateway.subnet
    vpc = network.get(Vpc, link.only)
    if vpc is None or vpc.default:
        yield f"the route tables of its VPC are not in the configuration: {reason_of(link.value)}"


def _handed_out(network: Network) -> frozenset[str]:
    """What the outputs of the root name."""
    return frozenset(reference.target for reference in references(network.configuration.outputs()))


def _finding(gateway: NatGateway, routes: list[Route]) -> Finding:
    unused = [Hop(route.address, "leads to it from a table that no subnet uses", route.span()) for route in routes]
    why = f"{routes[0].address} is in a table that no subnet uses" if routes else "no route leads to it"
    message = f"{gateway.address} carries the traffic of no subnet ({why}), and costs by the hour all the same"
    hops = (*calls(gateway), Hop(gateway.address, "is the way out of no subnet", gateway.span()), *unused)
    fix = RULE.fix[gateway.resource.language]
    return Finding(RULE, RULE.level, gateway.resource, message, gateway.span(), distinct(hops), fix)


RULE = Rule(
    id="ECSNET601",
    name="unused-nat-gateway",
    level=Level.INFO,
    summary="A NAT gateway is no subnet's route",
    why=(
        "A NAT gateway is charged for every hour that it is there, and its Elastic IP is too, whether traffic goes "
        "through it or not. One that no route table in use leads to is either left over, or a route to it was "
        "forgotten: then the subnets that it was made for go out somewhere else, or not at all."
    ),
    fix={
        "terraform": (
            "Remove the gateway and its Elastic IP, or route the subnets of its zone through it:\n\n"
            '    resource "aws_route" "private_b" {\n'
            "      route_table_id         = aws_route_table.private_b.id\n"
            '      destination_cidr_block = "0.0.0.0/0"\n'
            "      nat_gateway_id         = aws_nat_gateway.b.id\n"
            "    }"
        ),
        "cloudformation": (
            "Remove the gateway and its Elastic IP, or route the subnets of its zone through it:\n\n"
            "    PrivateRouteB:\n"
            "      Type: AWS::EC2::Route\n"
            "      Properties:\n"
            "        RouteTableId: !Ref PrivateTableB\n"
            "        DestinationCidrBlock: 0.0.0.0/0\n"
            "        NatGatewayId: !Ref NatGatewayB"
        ),
    },
    references=(
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
    ),
    check=check,
)
