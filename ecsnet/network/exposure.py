"""What security groups admit from the internet, what they guard, and which container instances it reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ecsnet.network import Network, exists, guards
from ecsnet.network.addresses import Network as Cidr
from ecsnet.network.addresses import admits_tcp, is_internet, may_be_internet, parse, port_number, span_of
from ecsnet.network.hosts import ContainerHosts, container_hosts, may_join
from ecsnet.network.interfaces import of_hosts
from ecsnet.network.links import listed
from ecsnet.network.model import (
    AttachmentKind,
    CapacityProvider,
    Element,
    Guarded,
    Hosts,
    IngressRule,
    LaunchSettings,
    Links,
    SecurityGroup,
)
from ecsnet.network.passage import Reach
from ecsnet.network.reachability import reaches
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.values import Several, Tri, Value

Ports = tuple[int, int]
"""The first and the last of a range."""

_MAX_PORTS = 200
"""At which it is asked whether rules of one group together admit the internet."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source of an ingress rule: a CIDR or an unknown, and the field that holds it."""

    value: Value
    field: str
    certain: bool


def sources(rule: IngressRule) -> Iterator[Source]:
    """Every source that is an address, IPv4 first."""
    for name, values in (
        ("cidrs4", rule.cidrs4),
        ("cidrs6", rule.cidrs6),
        ("cidrs_listed", rule.cidrs_listed),
    ):
        for value in listed(values):
            inner = value.element if isinstance(value, Several) else value
            if inner is not None and inner != "":
                yield Source(inner, name, certain=inner is value)


def opens(rule: IngressRule, ports: Sequence[Ports], allowed: Sequence[str] = ()) -> tuple[Source | None, Tri]:
    """Whether the rule on its own lets the internet reach one of some TCP ports, and the source that does or may.

    A source within one of the ``allowed`` CIDRs does not count.
    """
    port = Tri.any(admits_tcp(rule.protocol, rule.from_port, rule.to_port, first, last) for first, last in ports)
    if port is Tri.FALSE:
        return None, Tri.FALSE
    found = list(_judged(rule, allowed))
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


def deciding(rule: IngressRule) -> tuple[Source, bool]:
    """The source of a rule that lets the internet in, else its first one; and whether the rule does so by itself."""
    found = list(sources(rule))
    for one in found:
        if may_be_internet(one.value) is not Tri.FALSE:
            return one, True
    known = [str(one.value) for one in found if isinstance(one.value, str) and one.certain]
    return found[0] if found else Source(None, "", certain=False), is_internet(known)


def _judged(rule: IngressRule, allowed: Sequence[str]) -> Iterator[Source]:
    """The sources of a rule, but for those within one of the ``allowed`` CIDRs."""
    own = [network for network in map(parse, allowed) if network is not None]
    for source in sources(rule):
        cidr = parse(source.value) if isinstance(source.value, str) else None
        if cidr is None or not any(_within(cidr, network) for network in own):
            yield source


def _within(cidr: Cidr, outer: Cidr) -> bool:
    (first, end), (low, high) = span_of(cidr), span_of(outer)
    return cidr.version == outer.version and low <= first and end <= high


def together(
    network: Network, ports: Sequence[Ports], allowed: Sequence[str] = ()
) -> Mapping[IngressRule, Source]:  # fmt: skip
    """Rules that only together with others of their group admit the internet to one of some TCP ports.

    The first rule of each group and port, with its source.
    """
    groups: defaultdict[str, list[tuple[IngressRule, Source]]] = defaultdict(list)
    for rule in network.all(IngressRule):
        group = rule.group.only
        if group is None or not rule.certain or opens(rule, ports, allowed)[1] is Tri.TRUE:
            continue
        if any(_admits(rule, first, last) for first, last in ports):
            known = [source for source in _judged(rule, allowed) if isinstance(source.value, str) and source.certain]
            groups[group].extend((rule, source) for source in known)
    found: dict[IngressRule, Source] = {}
    for parts in groups.values():
        if not is_internet(str(source.value) for _, source in parts):
            continue
        for port in _first_ports((rule for rule, _ in parts), ports)[:_MAX_PORTS]:
            there = [(rule, source) for rule, source in parts if _admits(rule, port, port)]
            if is_internet(str(source.value) for _, source in there):
                found.setdefault(*there[0])
    return found


def _admits(rule: IngressRule, first: int, last: int) -> bool:
    return admits_tcp(rule.protocol, rule.from_port, rule.to_port, first, last) is Tri.TRUE


def _first_ports(rules: Iterable[IngressRule], ports: Sequence[Ports]) -> tuple[int, ...]:
    """Where ranges begin: if rules share any port of some, they share one of these."""
    starts = [port_number(rule.from_port) or 0 for rule in rules]
    return tuple(
        dict.fromkeys(max(start, first) for first, last in ports for start in (first, *starts) if start <= last)
    )


def guarded_by(network: Network, group: str) -> tuple[tuple[Element, AttachmentKind], ...]:
    """What a declared security group is certainly attached to."""
    return tuple(network.derived(_attachments).get(group, ()))


def _attachments(network: Network) -> Mapping[str, list[tuple[Element, AttachmentKind]]]:
    """By group; each thing once."""
    holders: list[tuple[Element, AttachmentKind, Links]] = [
        *((element, element.kind, element.groups) for element in network.all(Guarded)),
        *((settings, AttachmentKind.HOST, settings.groups) for settings in network.all(LaunchSettings)),
    ]
    found: defaultdict[str, list[tuple[Element, AttachmentKind]]] = defaultdict(list)
    for element, kind, groups in holders:
        for name in dict.fromkeys(link.only for link in groups.items if link.only):
            found[name].append((element, kind))
    return found


def guards_tasks(network: Network, group: SecurityGroup) -> tuple[Tri, Element | None]:
    """Whether a group is attached to container instances or to a workload; to which, or why that is not certain."""
    named, loose = network.derived(_task_holders)
    doubtful = loose
    for element, sure in named.get(group.address, ()):
        if sure and exists(element, guards(group)) is Tri.TRUE:
            return Tri.TRUE, element
        doubtful = doubtful or element
    if doubtful is not None or network.hole(group.address):
        return Tri.UNKNOWN, doubtful
    return Tri.FALSE, None


def _task_holders(network: Network) -> tuple[Mapping[str, list[tuple[Element, bool]]], Element | None]:
    """Container instances and workloads by the groups they certainly or possibly have; one that may have any group."""
    launched = {found.settings.address for found in container_hosts(network)}
    holders: list[tuple[Element, Links, bool]] = [
        *((one, one.groups, True) for one in network.all(Guarded) if one.kind is AttachmentKind.WORKLOAD),
        *((one, one.groups, True) for one in network.all(CapacityProvider)),
        *((one, one.groups, True) for one in network.all(LaunchSettings) if one.address in launched),
        *((one, one.groups, False) for one in network.all(LaunchSettings) if may_join(network, one)),
    ]
    found: defaultdict[str, list[tuple[Element, bool]]] = defaultdict(list)
    loose: Element | None = None
    for element, groups, sure in holders:
        for link in groups.items:
            for name in link.targets:
                found[name].append((element, sure and link.only == name))
            loose = loose or (element if link.anything and sure else None)
        loose = loose or (element if sure and not groups.complete and not groups.items else None)
    return found, loose


def reachable_hosts(network: Network, group: str, port: int) -> Iterator[tuple[Hosts, tuple[Hop, ...]]]:
    """Container instances that ``group`` guards and on which the internet certainly reaches a TCP port.

    The whole path is proven: internet gateway, public address, network ACL, groups.
    """
    for found in network.derived(_hosts_by_group).get(group, ()):
        for placement in of_hosts(network, found):
            passages = [reaches(network, placement, port, family=family) for family in (4, 6)]
            passage = next((one for one in passages if one.reach is Reach.REACHED), None)
            if passage:
                yield found.hosts, (*found.evidence, *passage.hops)
                break


def _hosts_by_group(network: Network) -> Mapping[str, list[ContainerHosts]]:
    """Container instances by the groups they certainly have."""
    by_group: defaultdict[str, list[ContainerHosts]] = defaultdict(list)
    for found in container_hosts(network):
        for name in dict.fromkeys(link.only for link in found.settings.groups.items if link.only):
            by_group[name].append(found)
    return by_group
