"""ECSNET308: an interface endpoint that tasks depend on does not serve them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.isolation import Cut, Isolation, isolated
from ecsnet.network.model import Endpoint, EndpointKind, Vpc
from ecsnet.network.passage import Doubt
from ecsnet.network.supply import Lack
from ecsnet.options import Options
from ecsnet.records import dataclass, field
from ecsnet.resources import Hop
from ecsnet.rules.mending import setting
from ecsnet.rules.proof import calls, distinct, listing


@dataclass(frozen=True, slots=True)
class _Users:
    """Whom an endpoint certainly fails, and why it may fail others."""

    failed: list[tuple[Isolation, Cut, Lack]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def check(network: Network, options: Options) -> Iterator[Verdict]:
    users = _users(network)
    for endpoint in network.all(Endpoint):
        if endpoint.kind is EndpointKind.INTERFACE:
            yield _judge(network, endpoint, users.get(endpoint.address) or _Users())


def _users(network: Network) -> dict[str, _Users]:
    users: defaultdict[str, _Users] = defaultdict(_Users)
    for found in isolated(network):
        starter = found.starter
        for cut in found.cuts:
            for lack in cut.unusable:
                if lack.service is None or lack.service.endpoint is None:
                    continue
                of = users[lack.service.endpoint.address]
                if starter.doubt is None:
                    of.failed.append((found, cut, lack))
                else:
                    of.doubts.append(starter.doubt)
        for lack in found.doubtful:
            if lack.service is None or lack.service.endpoint is None:
                continue
            reason, span = lack.service.reason, lack.service.span
            if not reason and found.doubts:
                reason, span = found.doubts[0].reason, found.doubts[0].span
            said = f"whether it serves {starter.owner.address}: {reason}"
            users[lack.service.endpoint.address].doubts.append(Doubt(said, span or starter.owner.span()))
    return dict(users)


def _judge(network: Network, endpoint: Endpoint, users: _Users) -> Verdict:
    if users.failed:
        return _finding(network, endpoint, users.failed)
    if users.doubts:
        return Undecided(RULE, endpoint.resource, users.doubts[0].reason, users.doubts[0].span)
    return Passed(RULE, endpoint.resource)


def _finding(network: Network, endpoint: Endpoint, failed: list[tuple[Isolation, Cut, Lack]]) -> Finding:
    obstacles = distinct(hop for _, _, lack in failed if lack.service for hop in lack.service.obstacles)
    names = listing(dict.fromkeys(found.starter.owner.address for found, _, _ in failed))
    places = listing(dict.fromkeys(cut.placement.subnet.address for _, cut, _ in failed if cut.placement.subnet))
    services = listing(dict.fromkeys(lack.need.service for _, _, lack in failed))
    whys, span = _whys(network, endpoint, obstacles)
    message = (
        f"{endpoint.address} does not serve {names} in {places}, which without a route to the internet "
        f"{'depends' if len({found.starter.owner.address for found, _, _ in failed}) == 1 else 'depend'} "
        f"on it for {services}: {listing(whys)}"
    )
    hops = [*calls(endpoint)]
    for found, cut, lack in failed:
        hops += [*found.starter.hops, cut.placement.hop, *cut.way.hops, lack.need.hop]
    hops += obstacles
    elsewhere = {hop.resource for hop in obstacles}
    cause = elsewhere.pop() if len(elsewhere) == 1 else ""
    # Not safe: all of the VPC then asks this endpoint, whose groups have to let it.
    own = span == "private_dns" and all(hop.resource == endpoint.address for hop in obstacles)
    changes = setting(endpoint, "private_dns", True, safe=False) if own else ()
    return Finding(
        RULE, RULE.level, endpoint.resource, message, endpoint.span(span), distinct(hops),
        RULE.fix[endpoint.resource.language], cause="" if cause == endpoint.address else cause, changes=changes,
    )  # fmt: skip


def _whys(network: Network, endpoint: Endpoint, obstacles: tuple[Hop, ...]) -> tuple[list[str], str]:
    """What stands in the way, each once; and the endpoint's field that decides."""
    whys: dict[str, None] = {}
    span = "groups"
    for hop in obstacles:
        if hop.resource == endpoint.address:
            whys["it has private DNS off"] = None
            span = "private_dns"
            continue
        vpc = network.get(Vpc, hop.resource)
        if vpc is not None and hop.span == vpc.span("dns"):
            whys[f"{vpc.address} {hop.message}"] = None
            span = "private_dns"
        else:
            group = f"the default security group of {vpc.address}" if vpc else f"its security group {hop.resource}"
            whys[f"{group} lets no TCP 443 in from there"] = None
    return list(whys), span


RULE = Rule(
    id="ECSNET308",
    name="endpoint-unusable",
    level=Level.ERROR,
    summary="An interface endpoint that tasks in an isolated subnet depend on does not serve them",
    why=(
        "ECS, ECR and the log driver call a service by its ordinary name. That leads to an interface endpoint only "
        "where the endpoint has private DNS on, which asks for DNS support and DNS host names of the VPC; and the "
        "endpoint answers only what its security groups admit on TCP 443. In a subnet without a route to the internet "
        "there is no other way, so tasks stop before they start although the endpoint is there and available."
    ),
    fix={
        "terraform": (
            "Switch private DNS on, and admit TCP 443 from the tasks:\n\n"
            '    resource "aws_vpc" "main" {\n'
            "      enable_dns_support   = true\n"
            "      enable_dns_hostnames = true\n"
            "    }\n\n"
            '    resource "aws_vpc_endpoint" "ecr_dkr" {\n'
            "      private_dns_enabled = true\n"
            "      security_group_ids  = [aws_security_group.endpoints.id]\n"
            "    }\n\n"
            '    resource "aws_vpc_security_group_ingress_rule" "endpoints" {\n'
            "      security_group_id            = aws_security_group.endpoints.id\n"
            "      referenced_security_group_id = aws_security_group.tasks.id\n"
            '      ip_protocol                  = "tcp"\n'
            "      from_port                    = 443\n"
            "      to_port                      = 443\n"
            "    }"
        ),
        "cloudformation": (
            "Switch private DNS on, and admit TCP 443 from the tasks:\n\n"
            "    Vpc:\n"
            "      Type: AWS::EC2::VPC\n"
            "      Properties:\n"
            "        EnableDnsSupport: true\n"
            "        EnableDnsHostnames: true\n"
            "    EcrDkrEndpoint:\n"
            "      Type: AWS::EC2::VPCEndpoint\n"
            "      Properties:\n"
            "        PrivateDnsEnabled: true\n"
            "        SecurityGroupIds: [!Ref EndpointGroup]\n"
            "    EndpointGroup:\n"
            "      Type: AWS::EC2::SecurityGroup\n"
            "      Properties:\n"
            "        SecurityGroupIngress:\n"
            "          - IpProtocol: tcp\n"
            "            FromPort: 443\n"
            "            ToPort: 443\n"
            "            SourceSecurityGroupId: !Ref TaskGroup"
        ),
    },
    references=(
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html",
    ),
    check=check,
)
