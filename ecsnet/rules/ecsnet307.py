"""ECSNET307: the security groups of a Fargate workload keep its tasks from what they need to start."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network import needs as needed
from ecsnet.network.capacity import CapacityOf, capacity_of
from ecsnet.network.departure import Held, held_back
from ecsnet.network.interfaces import of_workload
from ecsnet.network.model import Capacity, SecurityGroup, Workload
from ecsnet.network.needs import INTERNET
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, listing, settled


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from settled(verdict for workload in network.all(Workload) for verdict in _judge(network, workload))


def _judge(network: Network, workload: Workload) -> Iterator[Verdict]:
    capacity = capacity_of(network, workload)
    if capacity.capacity not in (Capacity.FARGATE, Capacity.UNKNOWN):
        return
    needs = needed.of_workload(network, workload)
    placements = of_workload(network, workload)
    if not placements:
        return
    # An Express gateway service that names no groups makes its own.
    given = workload.groups.items or not workload.groups.complete or not workload.express
    held = [held_back(network, placement, needs) for placement in placements if given]
    shut = [one for one in held if one.everything or one.needs]
    doubts = [doubt for one in held for doubt in one.doubts]
    if shut and capacity.capacity is Capacity.UNKNOWN:
        yield Undecided(RULE, workload.resource, capacity.reason, capacity.span or workload.span())
    elif shut:
        yield _finding(network, workload, capacity, shut)
    elif doubts:
        yield Undecided(RULE, workload.resource, doubts[0].reason, doubts[0].span)
    else:
        yield Passed(RULE, workload.resource)


def _finding(network: Network, workload: Workload, capacity: CapacityOf, shut: list[Held]) -> Finding:
    names = tuple(dict.fromkeys(name for held in shut for name in held.groups))
    needs = tuple(dict.fromkeys(pair for held in shut for pair in held.needs))
    if any(held.everything for held in shut):
        lets = "let no TCP 443 out" if len(names) > 1 else "lets no TCP 443 out"
        effect = "they cannot pull their image, nor write logs or read secrets"
        verb = "lets no TCP 443 out"
    else:
        places = listing(dict.fromkeys(to for _, to in needs))
        lets = f"{'let' if len(names) > 1 else 'lets'} no TCP 443 out to {places}"
        effect = f"there they need {listing(dict.fromkeys(_said(need) for need, _ in needs))} to start"
        verb = f"lets no TCP 443 out to {places}"
    message = f"{workload.address} runs Fargate tasks behind {listing(names)}, which {lets}: {effect}"
    span = workload.span("groups")
    hops = [*calls(workload), *capacity.hops]
    for name in names:
        group = network.get(SecurityGroup, name)
        hops.append(Hop(workload.address, f"puts its tasks behind {name}", span))
        if group is not None:
            hops.append(Hop(name, verb, group.span("open_egress")))
    hops += [need.hop for need, _ in needs]
    cause = names[0] if len(names) == 1 else ""
    fix = RULE.fix[workload.resource.language]
    return Finding(RULE, RULE.level, workload.resource, message, span, distinct(hops), fix, cause=cause)


def _said(need: needed.Need) -> str:
    return f"image {need.image}" if need.service == INTERNET else need.service


RULE = Rule(
    id="ECSNET307",
    name="task-egress-blocked",
    level=Level.ERROR,
    summary="The security groups of a Fargate workload let no TCP 443 out, so its tasks cannot start",
    why=(
        "A Fargate task pulls its image, opens its log stream and reads its secrets over TCP 443 from its own network "
        "interface, behind its own security groups. Where none of them lets that out, to the internet or to the VPC "
        "endpoints that serve instead, the task stops with CannotPullContainerError or ResourceInitializationError. In "
        "Terraform a security group without egress rules lets nothing out: the provider takes away the rule that AWS "
        "makes. S3, where private ECR keeps image layers, has public addresses even behind a gateway endpoint: a rule "
        "to the VPC's own addresses alone does not reach it, its prefix list does."
    ),
    fix={
        "terraform": (
            "Let the tasks out:\n\n"
            '    resource "aws_vpc_security_group_egress_rule" "https" {\n'
            "      security_group_id = aws_security_group.tasks.id\n"
            '      cidr_ipv4         = "0.0.0.0/0"\n'
            '      ip_protocol       = "tcp"\n'
            "      from_port         = 443\n"
            "      to_port           = 443\n"
            "    }\n\n"
            "or, where VPC endpoints serve everything, let them out to the endpoints' security group "
            "(referenced_security_group_id) and to S3 (prefix_list_id = aws_vpc_endpoint.s3.prefix_list_id)."
        ),
        "cloudformation": (
            "Let the tasks out:\n\n"
            "    TaskGroup:\n"
            "      Type: AWS::EC2::SecurityGroup\n"
            "      Properties:\n"
            "        SecurityGroupEgress:\n"
            "          - IpProtocol: tcp\n"
            "            FromPort: 443\n"
            "            ToPort: 443\n"
            "            CidrIp: 0.0.0.0/0\n\n"
            "or, where VPC endpoints serve everything, let them out to the endpoints' security group "
            "(DestinationSecurityGroupId) and to S3 (DestinationPrefixListId)."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html",
    ),
    check=check,
)
