"""ECSNET306: tasks or container instances are put where what they need to start cannot be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.isolation import Cut, Isolation, isolated
from ecsnet.network.model import CapacityProvider
from ecsnet.network.needs import INTERNET
from ecsnet.network.supply import Lack
from ecsnet.options import Options
from ecsnet.rules.proof import calls, distinct, listing, settled

_EFFECTS = {
    "ecs": "join the cluster", "ecs-agent": "join the cluster", "ecs-telemetry": "join the cluster",
    INTERNET: "pull images", "ecr.api": "pull images", "ecr.dkr": "pull images", "s3": "pull images",
    "logs": "write logs", "secretsmanager": "read secrets", "ssm": "read secrets",
}  # fmt: skip
"""What cannot be done without a service."""


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from settled(_judge(found) for found in isolated(network))


def _judge(found: Isolation) -> Verdict:
    starter, resource = found.starter, found.starter.owner.resource
    cuts = [cut for cut in found.cuts if cut.missing]
    if cuts and starter.doubt is None:
        return _finding(found, cuts)
    doubts = ((starter.doubt,) if cuts and starter.doubt else ()) or found.doubts
    if doubts:
        return Undecided(RULE, resource, doubts[0].reason, doubts[0].span)
    return Passed(RULE, resource)


def _finding(found: Isolation, cuts: list[Cut]) -> Finding:
    owner = found.starter.owner
    lacks = [lack for cut in cuts for lack in cut.missing]
    names = listing(dict.fromkeys(cut.placement.subnet.address for cut in cuts if cut.placement.subnet))
    if found.starter.on_fargate:
        start, whose = "starts Fargate tasks", "the task's interface"
    else:
        what = "ECS Managed Instances" if isinstance(owner, CapacityProvider) else "container instances"
        start, whose = f"launches {what}", "the instance's interface"
    effects = listing(dict.fromkeys(_EFFECTS[lack.need.service] for lack in lacks))
    message = f"{owner.address} {start} in {names} without a route to the internet{_missing(lacks)}: from {whose}"
    message += f" they cannot {effects.replace(' and ', ' or ')}"
    hops = [*calls(owner), *found.starter.hops]
    for cut in cuts:
        hops += [cut.placement.hop, *cut.way.hops, *(hop for lack in cut.missing for hop in lack.hops)]
    ends = {cut.way.hops[-1].resource for cut in cuts if cut.way.hops}
    fix = RULE.fix[owner.resource.language]
    cause = ends.pop() if len(ends) == 1 else ""
    return Finding(
        RULE, RULE.level, owner.resource, message, owner.span("subnets"), distinct(hops), fix, cause=cause
    )  # fmt: skip


def _missing(lacks: Iterable[Lack]) -> str:
    services: dict[str, None] = {}
    images: dict[str, None] = {}
    for lack in lacks:
        if lack.need.service == INTERNET:
            images[f"image {lack.need.image}"] = None
        else:
            services[_service(lack)] = None
    said = f" and without a VPC endpoint for {listing(services)}" if services else ""
    if images:
        said += f", where {listing(images)}, outside private ECR, cannot be had at all"
    return said


def _service(lack: Lack) -> str:
    endpoint = lack.service.endpoint if lack.service else None
    if endpoint is not None:
        return f"{lack.need.service} ({endpoint.address} is not on the route table)"
    return "s3 (gateway)" if lack.need.service == "s3" else lack.need.service


RULE = Rule(
    id="ECSNET306",
    name="task-without-egress",
    level=Level.ERROR,
    summary="Tasks or container instances sit in a subnet without egress, and VPC endpoints they need are missing",
    why=(
        "A task starts by calls to AWS: it pulls its image, opens its log stream, reads its secrets. On Fargate they "
        "leave by the task's own interface, on EC2 and Managed Instances by the instance's, which must reach ECS too, "
        "to join the cluster. In a subnet without a route to the internet only VPC endpoints answer them: without them "
        "tasks stop with CannotPullContainerError or ResourceInitializationError, and instances never register. An "
        "image that is not in private ECR (Docker Hub, public.ecr.aws, ghcr.io) has no endpoint at all."
    ),
    fix={
        "terraform": (
            "Give the subnets' route table a NAT gateway as its way out:\n\n"
            '    resource "aws_route" "internet" {\n'
            "      route_table_id         = aws_route_table.private.id\n"
            '      destination_cidr_block = "0.0.0.0/0"\n'
            "      nat_gateway_id         = aws_nat_gateway.main.id\n"
            "    }\n\n"
            "or keep images in private ECR, and make the endpoints that are missing (that of S3 is a gateway, on the "
            "subnets' route table):\n\n"
            '    resource "aws_vpc_endpoint" "interface" {\n'
            '      for_each            = toset(["ecr.api", "ecr.dkr", "logs"])\n'
            "      vpc_id              = aws_vpc.main.id\n"
            '      service_name        = "com.amazonaws.${var.region}.${each.key}"\n'
            '      vpc_endpoint_type   = "Interface"\n'
            "      private_dns_enabled = true\n"
            "      subnet_ids          = aws_subnet.private[*].id\n"
            "      security_group_ids  = [aws_security_group.endpoints.id]\n"
            "    }\n\n"
            '    resource "aws_vpc_endpoint" "s3" {\n'
            "      vpc_id          = aws_vpc.main.id\n"
            '      service_name    = "com.amazonaws.${var.region}.s3"\n'
            "      route_table_ids = [aws_route_table.private.id]\n"
            "    }\n\n"
            "Container instances need ecs, ecs-agent and ecs-telemetry too."
        ),
        "cloudformation": (
            "Give the subnets' route table a NAT gateway as its way out:\n\n"
            "    InternetRoute:\n"
            "      Type: AWS::EC2::Route\n"
            "      Properties:\n"
            "        RouteTableId: !Ref PrivateRouteTable\n"
            "        DestinationCidrBlock: 0.0.0.0/0\n"
            "        NatGatewayId: !Ref NatGateway\n\n"
            "or keep images in private ECR, and make the endpoints that are missing (that of S3 is a gateway, on the "
            "subnets' route table):\n\n"
            "    EcrDkrEndpoint:\n"
            "      Type: AWS::EC2::VPCEndpoint\n"
            "      Properties:\n"
            "        VpcId: !Ref Vpc\n"
            "        ServiceName: !Sub com.amazonaws.${AWS::Region}.ecr.dkr\n"
            "        VpcEndpointType: Interface\n"
            "        PrivateDnsEnabled: true\n"
            "        SubnetIds: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]\n"
            "        SecurityGroupIds: [!Ref EndpointGroup]\n"
            "    S3Endpoint:\n"
            "      Type: AWS::EC2::VPCEndpoint\n"
            "      Properties:\n"
            "        VpcId: !Ref Vpc\n"
            "        ServiceName: !Sub com.amazonaws.${AWS::Region}.s3\n"
            "        RouteTableIds: [!Ref PrivateRouteTable]\n\n"
            "Container instances need ecs, ecs-agent and ecs-telemetry too."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        "Security Hub EC2.55, EC2.56",
    ),
    check=check,
)
