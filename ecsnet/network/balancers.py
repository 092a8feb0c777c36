"""What internet-facing load balancers let through to the tasks behind them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ecsnet.network import Network, exists, guards
from ecsnet.network import flows as f
from ecsnet.network.addresses import port_number
from ecsnet.network.groups import GroupRules, Peer, wanted
from ecsnet.network.interfaces import Given, Placement, of_workload
from ecsnet.network.links import one_of, reason_of
from ecsnet.network.model import (
    Link,
    Links,
    Listener,
    ListenerRule,
    LoadBalancer,
    Registration,
    Subnet,
    TargetGroup,
    Workload,
)
from ecsnet.network.passage import Doubt, Passage, Reach, Steps, doubtful
from ecsnet.network.reachability import entrance, inbound, reaches
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.values import Tri


@dataclass(frozen=True, slots=True, eq=False)
class Admission:
    """One way through an internet-facing load balancer to a container port of a workload.

    ``listener`` and ``target_group``: ``None`` for a classic load balancer. ``listener_port`` and ``container_port``:
    ``None`` where they are not in the configuration. ``passage``: internet, balancer, its subnets, the tasks' groups.
    """

    balancer: LoadBalancer
    listener: Listener | None
    target_group: TargetGroup | None
    registration: Registration
    listener_port: int | None
    container_port: int | None
    passage: Passage


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """A load balancer that forwards to what a workload registers.

    ``by``: the listener or the rule that says so; of a classic one, any of its listeners. ``listener``, ``balancer``,
    ``target_group``: ``None`` where they are not in the configuration. ``sure``: whether it certainly forwards there.
    """

    by: Listener | ListenerRule
    listener: Listener | None
    balancer: LoadBalancer | None
    target_group: TargetGroup | None
    registration: Registration
    sure: Tri

    @property
    def guarded(self) -> Tri:
        """Whether security groups can keep everybody but the load balancer away from the tasks.

        An application load balancer has groups, a network load balancer may. Rules are an application load balancer's.
        https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
        """
        spoken = one_of(self.listener.protocol, "http", "https") if self.listener else Tri.FALSE
        if self.balancer is None:
            return Tri.TRUE if isinstance(self.by, ListenerRule) or spoken is Tri.TRUE else Tri.UNKNOWN
        application = one_of(self.balancer.kind, "application")
        network = one_of(self.balancer.kind, "network")
        groups = self.balancer.groups
        given = Tri.UNKNOWN if not groups.complete else Tri.of(bool(groups.items))
        return application | (network & given)


def fronts(network: Network, workload: Workload) -> tuple[Front, ...]:
    """Every load balancer that forwards, or may forward, to the workload."""
    return tuple(front for registration in workload.registrations for front in _fronts(network, workload, registration))


def _fronts(network: Network, workload: Workload, registration: Registration) -> Iterator[Front]:
    group = network.get(TargetGroup, registration.target_group.only)
    classic = network.get(LoadBalancer, registration.balancer.only)
    for by, sure in network.derived(_Listeners).to(group, classic):
        listener = by if isinstance(by, Listener) else network.get(Listener, by.listener.only)
        balancer = network.get(LoadBalancer, listener.balancer.only) if listener else None
        given = guards(workload, *(element for element in (listener, balancer, group) if element))
        yield Front(by, listener, balancer, group, registration, sure & exists(by, given))


def through(network: Network, workload: Workload) -> tuple[Admission, ...]:
    """Every way through a declared load balancer that is, or may be, internet-facing and forwards to the workload."""
    found: list[Admission] = []
    for registration in workload.registrations:
        ways: dict[Listener, list[Front]] = {}
        for front in _fronts(network, workload, registration):
            if front.listener is not None:
                ways.setdefault(front.listener, []).append(front)
        for listener, several in ways.items():
            balancer, sure = several[0].balancer, Tri.any(front.sure for front in several)
            if balancer is not None and balancer.internet_facing is not Tri.FALSE:
                group = several[0].target_group
                found.append(_admission(network, workload, registration, balancer, listener, group, sure))
    return tuple(found)


class _Listeners:
    """Listeners and rules by the target groups they forward to; listeners by their load balancer."""

    def __init__(self, network: Network) -> None:
        self._by_group: defaultdict[str, list[tuple[Listener | ListenerRule, Tri]]] = defaultdict(list)
        self._by_balancer: defaultdict[str, list[Listener]] = defaultdict(list)
        for listener in network.all(Listener):
            self._add(listener, listener.forwards)
            if listener.balancer.only:
                self._by_balancer[listener.balancer.only].append(listener)
        for rule in network.all(ListenerRule):
            self._add(rule, rule.forwards)

    def _add(self, by: Listener | ListenerRule, forwards: Links) -> None:
        for link in forwards.items:
            for target in link.targets:
                self._by_group[target].append((by, Tri.TRUE if link.only else Tri.UNKNOWN))

    def to(
        self, group: TargetGroup | None, classic: LoadBalancer | None
    ) -> list[tuple[Listener | ListenerRule, Tri]]:  # fmt: skip
        """Each once for each way; and whether it certainly forwards there."""
        found: dict[Listener | ListenerRule, Tri] = {}
        for by, sure in self._by_group[group.address] if group else ():
            found[by] = found.get(by, Tri.FALSE) | sure
        for listener in self._by_balancer[classic.address] if classic else ():
            found[listener] = Tri.TRUE
        return list(found.items())


def _admission(
    network: Network,
    workload: Workload,
    registration: Registration,
    balancer: LoadBalancer,
    listener: Listener,
    group: TargetGroup | None,
    sure: Tri,
) -> Admission:
    port, container_port = port_number(listener.port), port_number(registration.port)
    steps = _from_internet(network, balancer, listener, port)
    name = group.address if group else workload.address
    forwards = Hop(listener.address, f"forwards port {port or 'unknown'} to {name}", listener.span("forwards"))
    steps += Steps((forwards,))
    if balancer.internet_facing is Tri.UNKNOWN:
        reason = f"whether {balancer.address} is internet-facing is not in the configuration"
        steps += doubtful((), reason, balancer.span("internet_facing"))
    if sure is not Tri.TRUE or exists(listener, guards(workload) | guards(balancer)) is not Tri.TRUE:
        steps += doubtful((), f"whether {listener.address} forwards to {name} is not certain", listener.span())
    steps += _to_tasks(network, workload, balancer, container_port)
    own = None if group is None else listener
    return Admission(balancer, own, group, registration, port, container_port, steps.passage())


def _from_internet(network: Network, balancer: LoadBalancer, listener: Listener, port: int | None) -> Steps:
    """Into the balancer: by whichever of its subnets lets the internet in."""
    span = balancer.span("subnets")
    if port is None:
        reason = f"the port of {listener.address} is not in the configuration"
        return doubtful((), reason, listener.span("port"))
    protocol = "udp" if one_of(listener.protocol, "udp", "quic") is Tri.TRUE else "tcp"
    found: list[Passage] = []
    for link in balancer.subnets.items:
        placement = _placement(network, balancer, link)
        if _unguarded(balancer):
            found.append(entrance(network, placement, 4).passage())
        else:
            found.append(reaches(network, placement, port, protocol))
    if not balancer.subnets.complete or not found:
        reason = f"the subnets of {balancer.address}: {balancer.subnets.reason or 'it names none'}"
        found.append(Passage(Reach.UNKNOWN, reason=reason, span=span))
    for reach in (Reach.REACHED, Reach.UNKNOWN):
        for passage in found:
            if passage.reach is reach:
                doubts = (Doubt(passage.reason, passage.span or span),) if reach is Reach.UNKNOWN else ()
                return Steps(passage.hops, doubts=doubts)
    return Steps(obstacles=tuple(hop for passage in found for hop in passage.obstacles))


def _placement(network: Network, balancer: LoadBalancer, link: Link) -> Placement:
    """The balancer's interface in one subnet: an internet-facing one has a public address there."""
    subnet = network.get(Subnet, link.only)
    span = balancer.span("subnets")
    hop = Hop(balancer.address, f"sits in {subnet.address if subnet else 'a subnet'}", span)
    public = Hop(balancer.address, "is internet-facing", balancer.span("internet_facing"))
    reason = "" if subnet else f"a subnet is not in the configuration: {reason_of(link.value)}"
    address = Given(Tri.TRUE, public)
    return Placement(balancer, balancer, subnet, balancer.groups, address, address, hop, reason, span)


def _unguarded(balancer: LoadBalancer) -> bool:
    """Whether it has no security groups at all: a network load balancer may be made without."""
    none = balancer.groups.complete and not balancer.groups.items
    return none and one_of(balancer.kind, "network", "gateway") is Tri.TRUE


def _to_tasks(network: Network, workload: Workload, balancer: LoadBalancer, port: int | None) -> Steps:
    """From the balancer to the tasks: what their groups let in from its groups, or from its subnets."""
    if port is None:
        reason = "the container port that it registers is not in the configuration"
        return doubtful((), reason, workload.span("registrations"))
    placements = of_workload(network, workload)
    if not placements:
        reason = "its tasks are reached through the container instances they run on"
        return doubtful((), reason, workload.span())
    into = inbound(network, placements[0])
    subnets = [network.get(Subnet, link.only) for link in balancer.subnets.items]
    places = [place for subnet in subnets if subnet for place in f.addresses(subnet.cidr4, 4).certain]
    known = bool(places) and all(subnet and subnet.cidr4 is not None for subnet in subnets)
    wide = tuple(places) if known else (f.FAMILIES[4],)
    what = f"TCP {port} in from {balancer.address}"
    steps = into.admits(wanted("tcp", (port, port + 1), wide), what, Peer(balancer.groups))
    if _unguarded(balancer):
        return steps
    own = [place for one in placements if one.subnet for place in f.addresses(one.subnet.cidr4, 4).certain]
    targets = tuple(own) if len(own) == len(placements) else (f.FAMILIES[4],)
    rules = network.derived(GroupRules)
    vpc = placements[0].vpc
    out = rules.outbound(balancer.groups, vpc, balancer.span("groups"))
    what = f"TCP {port} out to {workload.address}"
    return out.admits(wanted("tcp", (port, port + 1), targets), what, Peer(workload.groups)) + steps
