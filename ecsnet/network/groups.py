"""What the security groups of an interface let in and out.

https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from ecsnet.network import Network, exists, guards
from ecsnet.network import flows as f
from ecsnet.network.addresses import Range
from ecsnet.network.links import reason_of, unseen
from ecsnet.network.model import EgressRule, GroupRule, IngressRule, Link, Links, SecurityGroup
from ecsnet.network.passage import Doubt, Steps
from ecsnet.network.routing import each_to_each, index_by
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.values import Span, Tri

R = TypeVar("R", bound=GroupRule)


@dataclass(frozen=True, slots=True)
class Permit:
    """What one rule admits. ``rule``: ``None`` for AWS's own rule that lets everything out.

    ``services``: its protocols and ports, with all addresses; ``flows``: with those of its own. A rule that is not
    certainly one of the group's admits nothing for certain.
    """

    group: SecurityGroup
    rule: GroupRule | None
    services: f.Flows
    flows: f.Flows
    peers: Links

    def hop(self, verb: str) -> Hop:
        if self.rule is None:
            return Hop(self.group.address, "keeps the rule that lets everything out", self.group.span())
        own = self.rule.resource is self.group.resource
        message = f"a rule of it {verb}" if own else f"is a rule of {self.group.address} that {verb}"
        return Hop(self.rule.address, message, self.rule.span(""))


@dataclass(frozen=True, slots=True)
class Filter:
    """One direction of an interface's groups: what they admit, and what may admit more unseen."""

    permits: tuple[Permit, ...]
    doubts: tuple[Doubt, ...]
    groups: tuple[str, ...]
    span: Span
    verb: str

    def admits(self, wanted: f.Traffic, what: str, peer: Peer | None = None) -> Steps:
        """Whether all of ``wanted``, or all that comes from ``peer``, passes.

        ``what``: its words, ``TCP 443 to the internet``. None of it is an obstacle, a part of it a doubt.
        """
        left, hops, maybe = wanted, [], False
        for permit in self.permits:
            certain = permit.flows.certain
            possible = permit.flows.possible
            if peer is not None:
                named = peer.named_by(permit.peers)
                certain = (*certain, *(permit.services.certain if named is Tri.TRUE else ()))
                possible = (*possible, *(permit.services.possible if named is not Tri.FALSE else ()))
            maybe = maybe or bool(f.meet(wanted, possible))
            rest = f.without(left, certain)
            if rest != left:
                hops.append(permit.hop(self.verb))
                left = rest
            if not left:
                return Steps(tuple(hops))
        if self.doubts:
            return Steps(tuple(hops), doubts=self.doubts[:1])
        if maybe:
            doubt = Doubt(f"{_names(self.groups)} may let {what}, or only some of it", self.span)
            return Steps(tuple(hops), doubts=(doubt,))
        return Steps(obstacles=(Hop(self.groups[0], f"no rule of {_names(self.groups)} lets {what}", self.span),))


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of traffic within a VPC, by its security groups."""

    groups: Links

    def named_by(self, peers: Links) -> Tri:
        """Whether a rule's peers are one of its groups."""
        mine = [link.only for link in self.groups.items if link.only]
        if any(link.only in mine for link in peers.items if link.only):
            return Tri.TRUE
        sure = peers.complete and self.groups.complete and bool(self.groups.items)
        loose = [link for link in (*peers.items, *self.groups.items) if link.only is None]
        if not sure or (loose and peers.items):
            return Tri.UNKNOWN if peers.items or not peers.complete else Tri.FALSE
        return Tri.FALSE


def _names(groups: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(groups))


class GroupRules:
    """The rules of every security group of a network, by group."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._ingress = index_by(network.all(IngressRule), lambda rule: rule.group)
        self._egress = index_by(network.all(EgressRule), lambda rule: rule.group)
        self._known: dict[tuple[str, bool], tuple[tuple[Permit, ...], tuple[Doubt, ...]]] = {}

    @cached_property
    def _defaults(self) -> tuple[Mapping[str, list[SecurityGroup]], list[SecurityGroup]]:
        adopted = [group for group in self.network.all(SecurityGroup) if group.default_of.is_set]
        return index_by(adopted, lambda group: group.default_of)

    def inbound(self, groups: Links, vpc: Link, span: Span) -> Filter:
        """``vpc``: the interface's, whose default group it has where ``groups`` are none; ``span``: where they are."""
        return self._filter(groups, vpc, span, outward=False)

    def outbound(self, groups: Links, vpc: Link, span: Span) -> Filter:
        return self._filter(groups, vpc, span, outward=True)

    def _filter(self, groups: Links, vpc: Link, span: Span, outward: bool) -> Filter:
        permits: list[Permit] = []
        doubts: list[Doubt] = []
        names: list[str] = []
        for group in self._attached(groups, vpc, span):
            if isinstance(group, Doubt):
                doubts.append(group)
                continue
            own, unseen_rules = self._permits(group, outward)
            permits += own
            doubts += unseen_rules
            names.append(group.address)
        if len(permits) > f.MAX_RULES:
            permits, doubts = [], [Doubt(f"{_names(names)} have more rules than an interface may have", span)]
        return Filter(tuple(permits), tuple(doubts), tuple(names), span, "lets this out" if outward else "lets this in")

    def _attached(self, groups: Links, vpc: Link, span: Span) -> Iterator[SecurityGroup | Doubt]:
        for link in groups.items:
            group = self.network.get(SecurityGroup, link.only)
            if group is None:
                name = link.value if isinstance(link.value, str) else reason_of(link.value)
                yield Doubt(f"a security group is not in the configuration: {name}", span)
            else:
                yield group
        if not groups.complete:
            yield Doubt(f"its security groups: {groups.reason}", span)
        elif not groups.items:
            yield from self._default(vpc, span)

    def _default(self, vpc: Link, span: Span) -> Iterator[SecurityGroup | Doubt]:
        """The default group of a VPC: known only where the configuration adopts it, and with that sets its rules."""
        named, loose = self._defaults
        for group in named.get(vpc.only or "", ()):
            if not loose and group.default_of.only and group.resource.exists is Tri.TRUE:
                yield group
                return
        yield Doubt("the VPC's default security group, which it has, is not in the configuration", span)

    def _permits(self, group: SecurityGroup, outward: bool) -> tuple[tuple[Permit, ...], tuple[Doubt, ...]]:
        key = (group.address, outward)
        if key not in self._known:
            self._known[key] = self._read(group, outward)
        return self._known[key]

    def _read(self, group: SecurityGroup, outward: bool) -> tuple[tuple[Permit, ...], tuple[Doubt, ...]]:
        named, loose = self._egress if outward else self._ingress
        found: list[Permit] = []
        doubts: list[Doubt] = []
        if outward and group.open_egress is not Tri.FALSE:
            everything = (f.Box(f.ALL_PROTOCOLS, f.ALL_PORTS, f.ALL_ADDRESSES),)
            flows = f.Flows(everything if group.open_egress is Tri.TRUE else (), everything)
            found.append(Permit(group, None, flows, flows, Links()))
        given = guards(group)
        for rule in named.get(group.address, ()):
            sure = rule.group.only == group.address and exists(rule, given) is Tri.TRUE
            if sure and group.resource.many:
                sure = rule.resource is group.resource or each_to_each(rule.group, rule, group)
            found.append(_permit(group, rule, sure))
        if loose:
            reason = f"{loose[0].address} may be one of the rules of {group.address}"
            doubts.append(Doubt(reason, loose[0].span("")))
        hole = self.network.hole(group.address)
        if hole:
            doubts.append(Doubt(f"{unseen(hole)} may add rules to {group.address}: {hole.reason}", hole.span))
        return tuple(found), tuple(doubts)


def _permit(group: SecurityGroup, rule: GroupRule, sure: bool) -> Permit:
    services = f.services(rule.protocol, rule.from_port, rule.to_port)
    four, six = f.addresses(rule.cidrs4, 4), f.addresses(rule.cidrs6, 6)
    lists = f.addresses(rule.cidrs_listed)
    places = f.Ranges(
        (*four.certain, *six.certain, *lists.certain), (*four.possible, *six.possible, *lists.possible)
    )  # fmt: skip
    flows = f.at(services, places)
    if not sure:
        services, flows = f.Flows((), services.possible), f.Flows((), flows.possible)
    return Permit(group, rule, services, flows, rule.peers)


def wanted(protocol: str, ports: Range, places: Sequence[Range]) -> f.Traffic:
    """A protocol and ports at some addresses."""
    return tuple(f.Box(f.protocol(protocol), ports, place) for place in places)
