"""ECSNET202: a security group lets the internet reach ports that administer hosts and containers."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network import flows as f
from ecsnet.network.addresses import subtract
from ecsnet.network.exposure import Source, guarded_by, guards_tasks, opens, reachable_hosts, together
from ecsnet.network.model import Element, IngressRule
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules import ecsnet201, ecsnet205, openings
from ecsnet.rules.mending import narrowed
from ecsnet.rules.proof import distinct, listing
from ecsnet.values import Tri


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from openings.judged(network, RULE, _verdicts(network, options))


def _verdicts(network: Network, options: Options) -> Iterator[Verdict]:
    said = {**ecsnet201.offenders(network, options), **ecsnet205.offenders(network, options)}
    jointly = together(network, options.admin_ports)
    for ingress in network.all(IngressRule):
        if ingress in said:
            continue
        source, verdict = opens(ingress, options.admin_ports)
        alone = verdict is Tri.TRUE or ingress not in jointly
        if not alone:
            source, verdict = jointly[ingress], Tri.TRUE
        if verdict is Tri.FALSE:
            continue
        group, _ = openings.group_of(network, ingress)
        only = _only_these(ingress, options)
        tasks, holder = guards_tasks(network, group) if group else (Tri.UNKNOWN, None)
        if verdict is Tri.TRUE and source is not None and (only | tasks) is Tri.TRUE:
            yield _finding(network, options, ingress, source, alone, holder if tasks is Tri.TRUE else None)
        elif (only | tasks) is not Tri.FALSE:
            doubtful = verdict is Tri.UNKNOWN
            yield openings.undecided(RULE, ingress, source) if doubtful else _unattached(ingress, holder)


def _only_these(ingress: IngressRule, options: Options) -> Tri:
    """Whether all ports of an ingress rule are administration ports."""
    services = f.services(ingress.protocol, ingress.from_port, ingress.to_port)
    wanted = [(first, last + 1) for first, last in options.admin_ports]
    if not subtract((box.ports for box in services.possible), wanted):
        return Tri.TRUE
    return Tri.FALSE if subtract((box.ports for box in services.certain), wanted) else Tri.UNKNOWN


def _unattached(ingress: IngressRule, holder: Element | None) -> Undecided:
    what = f", such as {holder.address}," if holder else ""
    reason = f"whether its group guards container instances or a workload{what} is not in the configuration"
    return Undecided(RULE, ingress.resource, reason, ingress.span(""))


def _finding(
    network: Network, options: Options, ingress: IngressRule, source: Source, alone: bool, holder: Element | None
) -> Finding:
    group, address = openings.group_of(network, ingress)
    admits = openings.admitted(source, alone)
    services = listing(openings.admin_services(ingress, options))
    hops = openings.declared(ingress, group, source, admits, openings.ports_of(ingress, services))
    for element, _ in guarded_by(network, group.address) if group else ():
        hops.append(Hop(element.address, _guarded(element, ingress, address), element.span("groups")))
    effect = f", on {holder.address} among others" if holder else ""
    if holder and _of_another_template(holder, ingress):
        effect = f", and {holder.address} imports a group that is exported as this one is"
    port = _port(ingress, options)
    reached = list(reachable_hosts(network, group.address, port)) if group else []
    if reached:
        hops += [hop for _, path in reached for hop in path]
        names = listing(dict.fromkeys(hosts.address for hosts, _ in reached))
        effect = f", and the container instances of {names} are reachable on them"
    message = f"{address} lets {admits} reach {services}{effect}"
    fix = RULE.fix[ingress.resource.language]
    changes = narrowed(ingress, options.admin_ports, options) if _only_these(ingress, options) is Tri.TRUE else ()
    span = ingress.span(source.field)
    return Finding(RULE, Level.ERROR, ingress.resource, message, span, distinct(hops), fix, changes=changes)


def _guarded(element: Element, ingress: IngressRule, group: str) -> str:
    if _of_another_template(element, ingress):
        return f"is guarded by {group}, the only group here that is exported by a name of the form it imports"
    return f"is guarded by {group}"


def _of_another_template(one: Element, other: Element) -> bool:
    """Whether two are of templates that only imports link, which are met by the form of their names."""
    if one.resource.language != "cloudformation":
        return False
    owners = (one.address.partition(":"), other.resource.address.partition(":"))
    return bool(owners[0][1] and owners[1][1]) and owners[0][0] != owners[1][0]


def _port(ingress: IngressRule, options: Options) -> int:
    """The first administration port that an ingress rule is certainly about."""
    services = f.services(ingress.protocol, ingress.from_port, ingress.to_port)
    certain = [box.ports for box in services.certain]
    shared = (
        max(low, first) for low, end in certain for first, last in options.admin_ports if first < end and low <= last
    )
    return next(shared, options.admin_ports[0][0])


RULE = Rule(
    id="ECSNET202",
    name="admin-port-open-to-internet",
    level=Level.ERROR,
    summary="A security group lets the internet reach ports that administer hosts: RDP, Docker, the ECS agent",
    why=(
        "Docker's API (2375, 2376) starts any container as root, without a password on 2375. The ECS agent's ports "
        "(51678 to 51680) tell which tasks run and hand out their credentials. RDP (3389) is tried by every scanner. "
        "None of them is for the internet. Where a wide range holds one of them, it counts on groups of container "
        "instances and tasks; a range that is nothing but such ports counts on any group. `admin_ports` in the "
        "configuration file says which ports are meant."
    ),
    fix={
        "terraform": (
            "Remove the rule, or narrow its range to the port that is served. Use Session Manager's port forwarding "
            "for RDP. Where a port must stay, admit only the addresses it is used from: "
            'cidr_blocks = ["203.0.113.0/24"].'
        ),
        "cloudformation": (
            "Remove the rule, or narrow its range to the port that is served. Use Session Manager's port forwarding "
            "for RDP. Where a port must stay, admit only the addresses it is used from: CidrIp: 203.0.113.0/24."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-introspection.html",
        "Security Hub EC2.14",
        "Security Hub EC2.18",
        "Security Hub EC2.19",
    ),
    check=check,
    yields_to=("ECSNET201", "ECSNET205"),
)
