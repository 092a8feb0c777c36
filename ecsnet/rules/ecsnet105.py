"""ECSNET105: a subnet that is named private has a route to an internet gateway."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.model import Subnet
from ecsnet.network.names import PRIVATE, PUBLIC, named
from ecsnet.network.routing import SubnetClass, WayOut
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct

_KEPT_OFF = PRIVATE | {"database"}


def check(network: Network, options: Options) -> Iterator[Verdict]:
    for subnet in network.all(Subnet):
        name = named(subnet, _KEPT_OFF, contrary=PUBLIC)
        way = network.routing.classify(subnet)
        if name is None or way.kind not in (SubnetClass.PUBLIC, SubnetClass.UNKNOWN):
            yield Passed(RULE, subnet.resource)
        elif way.kind is SubnetClass.UNKNOWN:
            yield Undecided(RULE, subnet.resource, way.reason, way.span or subnet.span())
        else:
            yield _finding(subnet, name, way)


def _finding(subnet: Subnet, name: Hop, way: WayOut) -> Finding:
    gateway = way.target or "an internet gateway"
    message = (
        f"{subnet.address} is meant to be private ({name.message}), but its route to the internet leads to {gateway}: "
        "whatever gets a public address in it is on the internet, and whatever gets none has no way out"
    )
    fix = RULE.fix[subnet.resource.language]
    path = distinct((*calls(subnet), name, *way.hops))
    cause = way.routes[0].address
    return Finding(RULE, RULE.level, subnet.resource, message, name.span, path, fix, cause=cause)


RULE = Rule(
    id="ECSNET105",
    name="private-subnet-with-igw-route",
    level=Level.WARNING,
    summary="A subnet named private has a route to an internet gateway",
    why=(
        "Whoever reads that a subnet is private, internal, isolated or for databases takes it that the internet does "
        "not reach into it. A route to an internet gateway makes it public whatever it is called: one public IP, by "
        "mistake or by default, puts a task, an instance or a database on the internet. And what has no public IP, as "
        "befits a private subnet, has no way out, since the gateway serves public addresses only: image pulls of "
        "Fargate tasks and the agents of container instances time out."
    ),
    fix={
        "terraform": (
            "Associate the subnet with a route table of its own, whose internet route is a NAT gateway:\n\n"
            '    resource "aws_route" "nat" {\n'
            "      route_table_id         = aws_route_table.private.id\n"
            '      destination_cidr_block = "0.0.0.0/0"\n'
            "      nat_gateway_id         = aws_nat_gateway.main.id\n"
            "    }\n\n"
            '    resource "aws_route_table_association" "private" {\n'
            "      subnet_id      = aws_subnet.private.id\n"
            "      route_table_id = aws_route_table.private.id\n"
            "    }\n\n"
            "or use a table without an internet route, with VPC endpoints; or, if it is meant to be public, name it so."
        ),
        "cloudformation": (
            "Associate the subnet with a route table of its own, whose internet route is a NAT gateway:\n\n"
            "    NatRoute:\n"
            "      Type: AWS::EC2::Route\n"
            "      Properties:\n"
            "        RouteTableId: !Ref PrivateRouteTable\n"
            "        DestinationCidrBlock: 0.0.0.0/0\n"
            "        NatGatewayId: !Ref NatGateway\n\n"
            "    PrivateAssociation:\n"
            "      Type: AWS::EC2::SubnetRouteTableAssociation\n"
            "      Properties:\n"
            "        SubnetId: !Ref PrivateSubnet\n"
            "        RouteTableId: !Ref PrivateRouteTable\n\n"
            "or use a table without an internet route, with VPC endpoints; or, if it is meant to be public, name it so."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
    ),
    check=check,
)
