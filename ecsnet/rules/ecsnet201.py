"""ECSNET201: a security group lets the internet reach SSH."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.addresses import ALL_PROTOCOLS, admits_tcp, is_internet, may_be_internet, port_number
from ecsnet.network.exposure import Source, guarded_by, reachable_hosts, sources
from ecsnet.network.links import reason_of
from ecsnet.network.model import AttachmentKind, Element, IngressRule, SecurityGroup, Vpc
from ecsnet.options import Options
from ecsnet.resources import Hop, Resource
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Tri, Unknown, Value

_SSH = 22
_OTHER_PORTS = {3389: "RDP 3389", 2375: "Docker 2375", 2376: "Docker 2376", 51678: "the ECS agent's 51678"}


def check(network: Network, options: Options) -> Iterator[Verdict]:
    together = _together(network)
    # The default group that AWS makes with a VPC, which the VPC's resource stands for, is nobody's to judge.
    decided = {vpc.resource for vpc in network.all(Vpc)}
    doubtful: dict[Resource, Undecided] = {}
    for rule in network.all(IngressRule):
        source, verdict = _opens_ssh(rule)
        if verdict is not Tri.TRUE and rule in together:
            source, verdict = together[rule], Tri.TRUE
        if verdict is Tri.TRUE and source is not None:
            decided.add(rule.resource)
            yield _finding(network, rule, source, alone=rule not in together)
        elif verdict is Tri.UNKNOWN:
            doubtful.setdefault(rule.resource, _undecided(rule, source))
    for element in (*network.all(IngressRule), *network.all(SecurityGroup)):
        if element.resource not in decided:
            decided.add(element.resource)
            yield doubtful.get(element.resource) or Passed(RULE, element.resource)


def _opens_ssh(rule: IngressRule) -> tuple[Source | None, Tri]:
    """Whether the rule on its own lets the internet reach SSH, and the source that does or may."""
    port = admits_tcp(rule.protocol, rule.from_port, rule.to_port, _SSH)
    if port is Tri.FALSE:
        return None, Tri.FALSE
    found = list(sources(rule))
    known = [source for source in found if isinstance(source.value, str) and source.certain]
    doubtful: Source | None = None
    for source in found:
        internet = may_be_internet(source.value)
        if internet is Tri.TRUE and source.certain and rule.certain:
            return source, port
        if internet is not Tri.FALSE and doubtful is None:
            doubtful = source
    if known and is_internet(str(source.value) for source in known):
        return known[0], port if rule.certain else Tri.UNKNOWN
    return doubtful, Tri.UNKNOWN if doubtful else Tri.FALSE


def _together(network: Network) -> dict[IngressRule, Source]:
    """Rules of one group that only together admit the internet: the first of them, with its source."""
    groups: dict[str, list[tuple[IngressRule, Source]]] = {}
    for rule in network.all(IngressRule):
        group = rule.group.only
        if group is None or not rule.certain or _opens_ssh(rule)[1] is Tri.TRUE:
            continue
        if admits_tcp(rule.protocol, rule.from_port, rule.to_port, _SSH) is Tri.TRUE:
            known = [source for source in sources(rule) if isinstance(source.value, str) and source.certain]
            groups.setdefault(group, []).extend((rule, source) for source in known)
    return {
        parts[0][0]: parts[0][1]
        for parts in groups.values()
        if is_internet(str(source.value) for _, source in parts)
    }  # fmt: skip


def _undecided(rule: IngressRule, source: Source | None) -> Undecided:
    if source is not None and not isinstance(source.value, str):
        return Undecided(RULE, rule.resource, f"the source: {reason_of(source.value)}", rule.span(source.field))
    if not rule.certain:
        return Undecided(RULE, rule.resource, "whether the rule is there is not in the configuration", rule.span(""))
    return Undecided(RULE, rule.resource, "its protocol or ports are not in the configuration", rule.span("ports"))


def _finding(network: Network, rule: IngressRule, source: Source, alone: bool) -> Finding:
    group = network.get(SecurityGroup, rule.group.only)
    address = group.address if group else str(rule.group.value) if isinstance(rule.group.value, str) else rule.address
    admits = _shown(source.value) if alone else f"{_shown(source.value)}, with the group's other rules,"
    hops = [*calls(rule), Hop(rule.address, f"admits {admits} to {_ports(rule)}", rule.span(source.field))]
    if group is not None and group.resource is not rule.resource:
        hops.append(Hop(group.address, "is the group that the rule belongs to", group.span()))
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
    others = [name for port, name in _OTHER_PORTS.items() if _admits(rule, port)]
    also = f"; the same rule opens {listing(others)}" if others else ""
    message = f"{address} lets {admits} reach SSH (TCP 22){effect}{also}"
    return Finding(
        RULE, level, rule.resource, message, rule.span(source.field), distinct(hops), RULE.fix[rule.resource.language]
    )


def _cannot_run_ssh(
    network: Network, group: SecurityGroup | None, attached: tuple[tuple[Element, AttachmentKind], ...]
) -> bool:
    """Whether a group is attached to something, and to nothing that can run SSH."""
    if group is None or not attached or network.hole(group.address):
        return False
    return all(kind is AttachmentKind.NO_SSH for _, kind in attached)


def _shown(value: Value) -> str:
    """A source that is known, or each of those it may be."""
    if isinstance(value, Unknown):
        return " or ".join(dict.fromkeys(map(_shown, value.candidates or ()))) or value.reason
    return str(value)


def _admits(rule: IngressRule, port: int) -> bool:
    return admits_tcp(rule.protocol, rule.from_port, rule.to_port, port) is Tri.TRUE


def _ports(rule: IngressRule) -> str:
    if str(rule.protocol).lower() in ALL_PROTOCOLS:
        return "all ports"
    first, last = port_number(rule.from_port), port_number(rule.to_port)
    return f"TCP {first}-{last}" if first != last and None not in (first, last) else f"TCP {_SSH}"


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
