"""ECSNET204: the internet reaches a task past the load balancer in front of it."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.addresses import port_number
from ecsnet.network.balancers import Front, fronts
from ecsnet.network.interfaces import Placement, of_workload
from ecsnet.network.links import reason_of
from ecsnet.network.model import Registration, TargetGroup, Workload
from ecsnet.network.passage import Doubt, Passage, Reach
from ecsnet.network.reachability import ingress, reaches
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, settled
from ecsnet.values import Tri


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from settled(verdict for workload in network.all(Workload) for verdict in _judge(network, workload))


def _judge(network: Network, workload: Workload) -> Iterator[Verdict]:
    placements = of_workload(network, workload)
    doubts: list[Doubt] = []
    said: set[int] = set()
    for front in fronts(network, workload) if placements else ():
        if front.guarded is Tri.FALSE:
            continue
        port, passage = _directly(network, workload, placements, front.registration)
        if passage.reach is Reach.BLOCKED or port in said:
            continue
        if passage.reach is Reach.UNKNOWN:
            doubts.append(Doubt(passage.reason, passage.span or workload.span()))
        elif port is not None and front.guarded is Tri.TRUE and front.sure is Tri.TRUE:
            said.add(port)
            yield _finding(workload, front, port, passage)
        else:
            reason = f"whether a load balancer with security groups forwards to {workload.address} is not certain"
            doubts.append(Doubt(reason, front.by.span("forwards")))
    for registration in workload.registrations if placements else ():
        link = registration.target_group
        if link.is_set and network.get(TargetGroup, link.only) is None:
            _, passage = _directly(network, workload, placements, registration)
            if passage.reach is not Reach.BLOCKED:
                named = link.value if isinstance(link.value, str) else reason_of(link.value)
                doubts.append(
                    Doubt(f"its target group is not in the configuration: {named}", workload.span("registrations"))
                )
    if doubts:
        yield Undecided(RULE, workload.resource, doubts[0].reason, doubts[0].span)
    yield Passed(RULE, workload.resource)


def _directly(
    network: Network, workload: Workload, placements: tuple[Placement, ...], registration: Registration
) -> tuple[int | None, Passage]:
    """The container port that is registered, and whether the internet reaches it without the load balancer."""
    port = port_number(registration.port)
    if port is None:
        open_at_all = any(ingress(network, placement) for placement in placements)
        reason = "the container port that it registers is not in the configuration"
        reach = Reach.UNKNOWN if open_at_all else Reach.BLOCKED
        return None, Passage(reach, reason=reason, span=workload.span("registrations"))
    found = [reaches(network, placement, port, family=family) for placement in placements for family in (4, 6)]
    for reach in (Reach.REACHED, Reach.UNKNOWN):
        for passage in found:
            if passage.reach is reach:
                return port, passage
    return port, found[0]


def _finding(workload: Workload, front: Front, port: int, passage: Passage) -> Finding:
    name = front.balancer.address if front.balancer else f"the load balancer of {front.by.address}"
    target = front.target_group.address if front.target_group else workload.address
    hops = [*calls(workload), *passage.hops]
    hops.append(Hop(front.by.address, f"forwards to {target}", front.by.span("forwards")))
    if front.balancer is not None:
        hops.append(Hop(front.balancer.address, "is the load balancer in front", front.balancer.span()))
    hops.append(Hop(workload.address, f"registers port {port} there", workload.span("registrations")))
    message = f"{workload.address} is reachable from the internet on TCP {port} directly, past {name} in front of it"
    fix = RULE.fix[workload.resource.language]
    span = workload.span("groups")
    return Finding(RULE, RULE.level, workload.resource, message, span, distinct(hops), fix)


RULE = Rule(
    id="ECSNET204",
    name="load-balancer-bypass",
    level=Level.WARNING,
    summary="The internet reaches a task directly, past the load balancer in front of it",
    why=(
        "TLS, authentication, the web application firewall, rate limits and access logs are the load balancer's. "
        "Whoever asks the task's own public address, which scanners find within hours, meets none of them."
    ),
    fix={
        "terraform": (
            "Admit the load balancer's security group in place of addresses:\n\n"
            "    ingress {\n"
            '      protocol        = "tcp"\n'
            "      from_port       = 8080\n"
            "      to_port         = 8080\n"
            "      security_groups = [aws_security_group.lb.id]\n"
            "    }\n\n"
            "Better still, put the tasks into private subnets, without public addresses."
        ),
        "cloudformation": (
            "Admit the load balancer's security group in place of addresses:\n\n"
            "    SecurityGroupIngress:\n"
            "      - IpProtocol: tcp\n"
            "        FromPort: 8080\n"
            "        ToPort: 8080\n"
            "        SourceSecurityGroupId: !Ref LoadBalancerSecurityGroup\n\n"
            "Better still, put the tasks into private subnets, without public addresses."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
        "Security Hub ECS.2",
    ),
    check=check,
)
