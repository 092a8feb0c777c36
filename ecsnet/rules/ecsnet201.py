"""ECSNET201: a security group lets the internet reach SSH."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.findings import Finding, Level, Rule, Verdict
from ecsnet.network import Network
from ecsnet.network.addresses import port_number
from ecsnet.network.exposure import Ports, Source, guarded_by, opens, reachable_hosts, together
from ecsnet.network.model import AttachmentKind, Element, IngressRule, SecurityGroup
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules import openings
from ecsnet.rules.mending import narrowed
from ecsnet.rules.proof import distinct, listing
from ecsnet.values import Tri

_SSH = 22
_PORTS: tuple[Ports, ...] = ((_SSH, _SSH),)


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from openings.judged(network, RULE, _verdicts(network, options))


def offenders(network: Network, options: Options) -> Mapping[IngressRule, Source]:
    """The ingress rules that this rule reports, with the source of each."""
    found = {**together(network, _PORTS, options.allowed_sources)}
    for ingress in network.all(IngressRule):
        source, verdict = opens(ingress, _PORTS, options.allowed_sources)
        if verdict is Tri.TRUE and source is not None:
            found[ingress] = source
    return found


def _verdicts(network: Network, options: Options) -> Iterator[Verdict]:
    found = offenders(network, options)
    for ingress in network.all(IngressRule):
        source, verdict = opens(ingress, _PORTS, options.allowed_sources)
        if ingress in found:
            yield _finding(network, options, ingress, found[ingress], alone=verdict is Tri.TRUE)
        elif verdict is Tri.UNKNOWN:
            yield openings.undecided(RULE, ingress, source)


def _finding(network: Network, options: Options, ingress: IngressRule, source: Source, alone: bool) -> Finding:
    group, address = openings.group_of(network, ingress)
    admits = openings.admitted(source, alone)
    ports = openings.ports_of(ingress, f"TCP {_SSH}")
    hops = openings.declared(ingress, group, source, admits, ports)
    reached = list(reachable_hosts(network, group.address, _SSH)) if group else []
    attached = guarded_by(network, group.address) if group else ()
    for element, _ in attached:
        hops.append(Hop(element.address, f"is guarded by {address}", element.span("groups")))
    level = Level.ERROR
    if reached:
        hops += [hop for _, path in reached for hop in path]
        names = listing(dict.fromkeys(hosts.address for hosts, _ in reached))
        effect = f", and it is reachable on the container instances of {names}"
    elif _cannot_run_ssh(network, group, attached):
        level = Level.WARNING
        names = listing(dict.fromkeys(element.address for element, _ in attached))
        effect = f", though it is attached only to {names}, where nothing answers SSH"
    else:
        effect = "; no container instance here is proven reachable through it"
    others = openings.admin_services(ingress, options)
    also = f"; the same rule opens {listing(others)}" if others else ""
    message = f"{address} lets {admits} reach SSH (TCP {_SSH}){effect}{also}"
    fix = RULE.fix[ingress.resource.language]
    only_ssh = port_number(ingress.from_port) == port_number(ingress.to_port) == _SSH
    changes = narrowed(ingress, _PORTS, options) if only_ssh else ()
    span = ingress.span(source.field)
    return Finding(RULE, level, ingress.resource, message, span, distinct(hops), fix, changes=changes)


def _cannot_run_ssh(
    network: Network, group: SecurityGroup | None, attached: tuple[tuple[Element, AttachmentKind], ...]
) -> bool:
    """Whether a group is attached to something, and to nothing that can run SSH."""
    if group is None or not attached or network.hole(group.address):
        return False
    return all(kind is AttachmentKind.NO_SSH for _, kind in attached)


RULE = Rule(
    id="ECSNET201",
    name="ssh-open-to-internet",
    level=Level.ERROR,
    summary="A security group lets the internet reach SSH (TCP 22)",
    why=(
        "Whoever can reach port 22 can try keys and passwords, and every flaw of the SSH server. Container instances "
        "run the credentials of all their tasks, so one shell is the whole cluster. ECS needs no inbound SSH: "
        "Session Manager and ECS Exec open a shell without any open port."
    ),
    fix={
        "terraform": (
            "Remove the rule and use Session Manager (aws ssm start-session) or ECS Exec. Where SSH must stay, admit "
            'only the addresses it comes from: cidr_blocks = ["203.0.113.0/24"], or the security group of a bastion.'
        ),
        "cloudformation": (
            "Remove the rule and use Session Manager (aws ssm start-session) or ECS Exec. Where SSH must stay, admit "
            "only the addresses it comes from: CidrIp: 203.0.113.0/24, or the security group of a bastion."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html",
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager.html",
        "Security Hub EC2.13",
        "AWS Config restricted-ssh",
        "CIS AWS Foundations 5.2",
    ),
    check=check,
)
