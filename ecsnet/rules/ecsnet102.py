"""ECSNET102: an internet route leads to an internet gateway that is not attached to its VPC."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network, guards
from ecsnet.network.destinations import to_internet
from ecsnet.network.links import MAIN
from ecsnet.network.model import InternetGateway, Link, Route, RouteTable, TargetKind
from ecsnet.network.routing import target_name
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, listing, settled
from ecsnet.values import Tri, Unknown


def check(network: Network, options: Options) -> Iterator[Verdict]:
    routes = (route for route in network.all(Route) if route.kind in (TargetKind.INTERNET_GATEWAY, TargetKind.UNKNOWN))
    yield from settled(_judge(network, route) for route in routes if to_internet(route) is not Tri.FALSE)


def _judge(network: Network, route: Route) -> Verdict:
    table = network.get(RouteTable, route.table.only)
    vpc = _vpc(route.table, table)
    gateways = [found for found in (network.get(InternetGateway, name) for name in route.target.targets) if found]
    if route.kind is TargetKind.UNKNOWN or (route.target.anything and isinstance(route.target.value, Unknown)):
        reason = "the route's target is not in the configuration"
        return Undecided(RULE, route.resource, reason, route.span("target"))
    given = guards(route, *([table] if table else ()))
    attached = {network.routing.attached(gateway, vpc, given) for gateway in gateways}
    if not gateways or attached == {Tri.TRUE}:
        return Passed(RULE, route.resource)  # one that is there already, looked up or written out by id, is attached
    names = listing(gateway.address for gateway in gateways)
    if attached != {Tri.FALSE} or route.target.elsewhere:
        reason = f"whether {names} is attached to the VPC of its route table is not certain"
        return Undecided(RULE, route.resource, reason, route.span("target"))
    if not route.certain or to_internet(route) is Tri.UNKNOWN:
        reason = "whether it has a route to the internet is not in the configuration"
        return Undecided(RULE, route.resource, reason, route.span("destination"))
    return _finding(network, route, table, vpc, gateways)


def _vpc(link: Link, table: RouteTable | None) -> Link:
    """The VPC of the route's table, which may be the main one."""
    if table is not None:
        return table.vpc
    if link.only and link.only.endswith(MAIN):
        return Link(None, (link.only.removesuffix(MAIN),))
    return Link(elsewhere=True, anything=True)


def _finding(
    network: Network, route: Route, table: RouteTable | None, vpc: Link, gateways: list[InternetGateway]
) -> Finding:
    cidr = listing(cidr for cidr in route.cidrs if isinstance(cidr, str))
    hops = [*calls(route), Hop(route.address, f"sends {cidr} to {target_name(route)}", route.span("target"))]
    if table is not None and table.resource is not route.resource:
        message = f"is the route table, of {vpc.only}" if vpc.only else "is the route table"
        hops.append(Hop(table.address, message, table.span()))
    others: list[str] = []
    for gateway in gateways:
        found = network.routing.attachments(gateway)
        hops += [Hop(one.address, f"attaches {gateway.address} to {_named(one.vpc)}", one.span("vpc")) for one in found]
        hops += [] if found else [Hop(gateway.address, "is attached to no VPC", gateway.span())]
        others += [_named(one.vpc) for one in found]
    names = listing(gateway.address for gateway in gateways)
    where = f"to {listing(dict.fromkeys(others))}, not to {_named(vpc)}" if others else "to no VPC"
    message = (
        f"{route.address} sends {cidr} to {names}, which is attached {where}: AWS refuses such a route, and nothing "
        "behind it reaches the internet"
    )
    fix = RULE.fix[route.resource.language]
    cause = gateways[0].address
    return Finding(
        RULE, RULE.level, route.resource, message, route.span("target"), distinct(hops), fix, cause=cause
    )  # fmt: skip


def _named(vpc: Link) -> str:
    return vpc.only or (vpc.value if isinstance(vpc.value, str) else "another VPC")


RULE = Rule(
    id="ECSNET102",
    name="igw-not-attached",
    level=Level.ERROR,
    summary="A route to the internet leads to an internet gateway that is not attached to its VPC",
    why=(
        "An internet gateway serves the one VPC that it is attached to. A route to a gateway of no VPC, or of another "
        "one, is refused by AWS (InvalidParameterValue: they belong to different networks), and the deployment stops "
        "half-way; where the gateway is detached later, the route turns into a blackhole. The subnets behind it have "
        "no way to the internet: container instances do not register, image pulls time out, load balancers do not "
        "answer."
    ),
    fix={
        "terraform": (
            "Attach the gateway to the VPC of the route table:\n\n"
            '    resource "aws_internet_gateway" "main" {\n'
            "      vpc_id = aws_vpc.main.id\n"
            "    }\n\n"
            "or let the route name the gateway of its own VPC:\n\n"
            '    resource "aws_route" "internet" {\n'
            "      route_table_id         = aws_route_table.public.id\n"
            '      destination_cidr_block = "0.0.0.0/0"\n'
            "      gateway_id             = aws_internet_gateway.main.id\n"
            "    }"
        ),
        "cloudformation": (
            "Attach the gateway to the VPC of the route table, and let the route wait for it:\n\n"
            "    GatewayAttachment:\n"
            "      Type: AWS::EC2::VPCGatewayAttachment\n"
            "      Properties:\n"
            "        VpcId: !Ref Vpc\n"
            "        InternetGatewayId: !Ref InternetGateway\n\n"
            "    InternetRoute:\n"
            "      Type: AWS::EC2::Route\n"
            "      DependsOn: GatewayAttachment\n"
            "      Properties:\n"
            "        RouteTableId: !Ref PublicRouteTable\n"
            "        DestinationCidrBlock: 0.0.0.0/0\n"
            "        GatewayId: !Ref InternetGateway"
        ),
    },
    references=(
        "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/working-with-igw.html",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html",
    ),
    check=check,
)
