"""Where a subnet's traffic to the internet goes: its class, with the path that proves it.

Everything that may be there counts: an association, a route or a module that cannot be seen makes several outcomes
possible, and a subnet has a class only where all of them agree.

https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from enum import Enum
from functools import cached_property

from ecsnet.network import E, Network, exists, guards
from ecsnet.network.destinations import (
    IPV6_INTERNET,
    NAT64,
    internet_routes,
    is_partial,
    is_wide,
    leads_to,
    leaves_by_ipv6,
    longest,
    may_be_partial,
)
from ecsnet.network.links import MAIN, reason_of, unseen
from ecsnet.network.model import (
    Association,
    Attachment,
    Element,
    InternetGateway,
    Link,
    MainAssociation,
    Propagation,
    Route,
    RouteTable,
    Subnet,
    TargetKind,
    Vpc,
)
from ecsnet.records import dataclass, replace
from ecsnet.resources import Hop
from ecsnet.values import Reference, Span, Tri, Unknown, equal


class SubnetClass(Enum):
    """``EGRESS_ONLY``, by an egress-only internet gateway, is of IPv6 alone."""

    PUBLIC = "public"
    NAT = "nat"
    OTHER = "other"
    DETACHED = "detached"
    ISOLATED = "isolated"
    EGRESS_ONLY = "egress-only"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WayOut:
    """One possible class of a subnet, and the hops that lead to it.

    ``routes``: the one it takes, none, or all that it may take where only their kind is certain. ``reason`` and
    ``span``, of an unknown one: what decides and is not in the configuration.
    """

    kind: SubnetClass
    hops: tuple[Hop, ...] = ()
    routes: tuple[Route, ...] = ()
    reason: str = ""
    span: Span | None = None

    @property
    def target(self) -> str | None:
        """The declared resource that the internet route certainly leads to."""
        targets = {route.target.only for route in self.routes}
        return targets.pop() if len(targets) == 1 else None


@dataclass(frozen=True, slots=True)
class _Trail:
    """How far the way from a subnet has been followed: its hops, and the conditions under which those are there.

    ``to``: the IPv6 destination, where it is not the IPv4 internet.
    """

    subnet: Subnet
    hops: tuple[Hop, ...]
    given: frozenset[str]
    to: str = ""

    def then(self, hop: Hop | None, *elements: Element) -> _Trail:
        hops = (*self.hops, hop) if hop else self.hops
        return _Trail(self.subnet, hops, self.given | guards(*elements), self.to)

    def unknown(self, reason: str, span: Span) -> WayOut:
        return WayOut(SubnetClass.UNKNOWN, self.hops, reason=reason, span=span)

    def ends(self, reason: str, span: Span) -> _Table:
        """Where no table is known to follow."""
        return _Table(frozenset(), None, self, reason, span)


@dataclass(frozen=True, slots=True)
class _Table:
    """A route table that the subnet may use; ``table`` is ``None`` for the main one where nothing declares that.

    With ``reason`` and ``span`` it is one that is not known.
    """

    addresses: frozenset[str]
    table: RouteTable | None
    trail: _Trail
    reason: str = ""
    span: Span | None = None

    @property
    def key(self) -> Hashable:
        """What the ways out of it hang on, but for the hops that lead here."""
        trail = self.trail
        return self.addresses, trail.given, trail.subnet.ipv6_only, trail.to, self.reason, self.span

    def split(self) -> tuple[tuple[Hop, ...], _Table]:
        """The hops that lead to the table, and the table as if it stood at the beginning.

        The hop to a VPC whose main table is meant stays: it stands for the table.
        """
        hops = self.trail.hops
        end = len(hops) - (self.table is None and not self.reason)
        return hops[:end], replace(self, trail=replace(self.trail, hops=hops[end:]))


MAX_LOOSE = 100
"""Routes that may be of any table, and associations of any subnet, that are looked at for each of them.

Of more, as where a bound of evaluation left thousands unknown, nothing is said: it would take the square of the time.
"""


class Routing:
    """Answers about one network; each is worked out once."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._classes: dict[str, WayOut] = {}
        self._ways: dict[Hashable, tuple[WayOut, ...]] = {}
        self._settled: dict[Hashable, tuple[int, WayOut]] = {}

    def classify(self, subnet: Subnet) -> WayOut:
        """The subnet's class, or why it has none for certain."""
        found = self._classes.get(subnet.address)
        if found is None:
            found = self._classes[subnet.address] = self._outcome(subnet)
        return found

    def classify6(self, subnet: Subnet) -> WayOut:
        """The same for the IPv6 internet; never NAT, which IPv6 has not."""
        key = f"{subnet.address}#6"
        found = self._classes.get(key)
        if found is None:
            found = self._classes[key] = self._outcome(subnet, IPV6_INTERNET)
        return found

    def translates(self, subnet: Subnet) -> WayOut:
        """Where the subnet sends what DNS64 makes of IPv4 addresses: class NAT where a NAT gateway translates it."""
        return self._outcome(subnet, NAT64)

    def tables(self, subnet: Subnet) -> tuple[frozenset[str], ...]:
        """The addresses of each route table that may be the subnet's; none of one that is not in the configuration."""
        return tuple(dict.fromkeys(table.addresses for table in self._tables_of(subnet)))

    def _outcome(self, subnet: Subnet, to: str = "") -> WayOut:
        """What all ways share. Subnets that may use the same tables share it too, but for the hops to the table."""
        tables = list(self._tables_of(subnet, to))
        key = tuple(table.key for table in tables)
        if key not in self._settled:
            self._settled[key] = _settle([(i, way) for i, table in enumerate(tables) for way in self._leaving(table)])
        number, way = self._settled[key]
        hops = (*tables[number].split()[0], *way.hops)
        unsure = way.kind is SubnetClass.UNKNOWN and way.span is None and hops
        return replace(way, hops=hops, span=hops[-1].span if unsure else way.span)

    # --- which table -----------------------------------------------------------------------------------------------

    @cached_property
    def _associations(self) -> tuple[Mapping[str, list[Association]], list[Association]]:
        return index_by(self.network.all(Association), lambda association: association.subnet)

    @cached_property
    def _loose(self) -> tuple[Association, ...]:
        """Associations of any subnet, one for all that lead alike: a plan may have one for each subnet."""
        alike = {
            (found.table.targets, found.table.elsewhere, found.table.anything, found.resource.guard): found
            for found in reversed(self._associations[1])
        }
        return tuple(reversed(alike.values()))

    @cached_property
    def _crowd(self) -> Association | None:
        """The first association beyond those that are looked at."""
        return self._loose[MAX_LOOSE] if len(self._loose) > MAX_LOOSE else None

    def _tables_of(self, subnet: Subnet, to: str = "") -> Iterator[_Table]:
        """Each route table that the subnet may use, and the place where that is left open."""
        trail = _Trail(subnet, (), guards(subnet), to)
        possible = (*self._associations[0].get(subnet.address, ()), *(() if self._crowd else self._loose))
        certain = [association for association in possible if self._is_certain(association, trail)]
        seen: set[Hashable] = set()
        for association in certain or possible:
            for table in self._through(association, trail):
                if table.key not in seen:
                    seen.add(table.key)
                    yield table
        if not certain:
            if self._crowd is not None:
                reason = f"more than {MAX_LOOSE} associations are of subnets that are not known"
                yield trail.ends(reason, self._crowd.span())
            yield from self._through_main_table(trail)

    def _is_certain(self, association: Association, trail: _Trail) -> bool:
        subnet = trail.subnet
        if association.subnet.only != subnet.address or exists(association, trail.given) is not Tri.TRUE:
            return False
        return not subnet.resource.many or each_to_each(association.subnet, association, subnet)

    def _through(self, association: Association, trail: _Trail) -> Iterator[_Table]:
        hop = Hop(association.address, f"associates {trail.subnet.address} with a route table", association.span())
        trail = trail.then(hop, association)
        link = association.table
        for target in link.targets:
            vpc, table = self.network.get(Vpc, target.removesuffix(MAIN)), self.network.get(RouteTable, target)
            if vpc is not None:
                yield from self._main_of(vpc, trail)
            elif table is not None:
                alias = {table.main_of.only + MAIN} if table.main_of.only else set[str]()
                yield _Table(frozenset({target} | alias), table, trail.then(None, table))
        if link.elsewhere or link.anything or not link.is_set:
            reason = f"the route table is not in the configuration: {reason_of(link.value)}"
            yield trail.ends(reason, association.span("table"))

    def _through_main_table(self, trail: _Trail) -> Iterator[_Table]:
        subnet = trail.subnet
        hole = self.network.hole(subnet.address)
        if hole:
            yield trail.ends(f"{unseen(hole)} may associate it with a route table: {hole.reason}", hole.span)
        vpc = self.network.get(Vpc, subnet.vpc.only)
        if vpc is not None:
            yield from self._main_of(vpc, trail)
            return
        value = subnet.vpc.value
        name = value if isinstance(value, str) else reason_of(value)
        reason = f"its VPC is not in the configuration ({name}), and no route table is associated with it here"
        yield trail.ends(reason, subnet.span())

    @cached_property
    def _main_tables(self) -> tuple[Mapping[str, list[MainAssociation]], list[MainAssociation]]:
        return index_by(self.network.all(MainAssociation), lambda main: main.vpc)

    @cached_property
    def _default_tables(self) -> tuple[Mapping[str, list[RouteTable]], list[RouteTable]]:
        adopted = [table for table in self.network.all(RouteTable) if table.main_of.is_set]
        return index_by(adopted, lambda table: table.main_of)

    def _main_of(self, vpc: Vpc, trail: _Trail) -> Iterator[_Table]:
        trail = trail.then(Hop(vpc.address, "its main route table applies to subnets without one", vpc.span()), vpc)
        if vpc.default:
            yield trail.ends("the main route table of the default VPC is not in the configuration", vpc.span())
            return
        hole = self.network.hole(vpc.address)
        if hole:
            yield trail.ends(f"{unseen(hole)} may change the main route table: {hole.reason}", hole.span)
        main = vpc.address + MAIN
        named, loose = self._main_tables
        settled = False
        for association in (*named.get(vpc.address, ()), *loose):
            settled |= association.vpc.only == vpc.address and exists(association, trail.given) is Tri.TRUE
            step = trail.then(
                Hop(association.address, "makes another table the main one", association.span()), association
            )
            for table in filter(None, (self.network.get(RouteTable, target) for target in association.table.targets)):
                yield _Table(frozenset({table.address, main}), table, step.then(None, table))
            if association.table.only is None:
                yield step.ends("the main route table is not in the configuration", association.span())
        if settled:
            return
        adopted, loose_tables = self._default_tables
        for table in (*adopted.get(vpc.address, ()), *loose_tables):
            settled |= table.main_of.only == vpc.address and exists(table, trail.given) is Tri.TRUE
            yield _Table(frozenset({table.address, main}), table, trail.then(None, table))
        if not settled:
            yield _Table(frozenset({main}), None, trail)

    # --- which route -----------------------------------------------------------------------------------------------

    @cached_property
    def _routes(self) -> tuple[Mapping[str, list[Route]], list[Route]]:
        return index_by(self.network.all(Route), lambda route: route.table)

    @cached_property
    def _propagations(self) -> tuple[Mapping[str, list[Propagation]], list[Propagation]]:
        return index_by(self.network.all(Propagation), lambda propagation: propagation.table)

    def _leaving(self, at: _Table) -> tuple[WayOut, ...]:
        """The ways out from a table on; their hops begin there."""
        found = self._ways.get(at.key)
        if found is None:
            found = self._ways[at.key] = tuple(self._by_table(at.split()[1]))
        return found

    def _by_table(self, at: _Table) -> Iterator[WayOut]:
        """The ways out to the IPv4 internet by longest-prefix match."""
        if at.reason:
            yield WayOut(SubnetClass.UNKNOWN, reason=at.reason, span=at.span)
            return
        named, loose = self._routes
        if len(loose) > MAX_LOOSE:
            reason = f"more than {MAX_LOOSE} routes are of tables that are not known"
            yield at.trail.unknown(reason, loose[MAX_LOOSE].span())
            return
        routes = [route for address in sorted(at.addresses) for route in named.get(address, ())]
        certain: list[Route] = []
        possible: list[Route] = []
        for route in (*routes, *loose):
            sure = (
                route.table.only in at.addresses
                and exists(route, at.trail.given) is Tri.TRUE
                and (at.table is None or not at.table.resource.many or each_to_each(route.table, route, at.table))
            )
            (certain if sure else possible).append(route)
        if at.trail.to:
            yield from self._leaving6(at, certain, possible)
            return
        if at.trail.subnet.ipv6_only is not Tri.FALSE and leaves_by_ipv6(certain):
            yield WayOut(SubnetClass.OTHER, at.trail.hops, reason="an IPv6-only subnet leaves by its IPv6 route")
            if at.trail.subnet.ipv6_only is Tri.TRUE:
                return
        taken = internet_routes(certain)
        if taken is not None:
            for route in taken:
                yield self._by(route, at)
            return
        partial = next((route for route in certain if is_partial(route)), None)
        if partial:
            # A route to a part of the internet only is somebody's own arrangement.
            yield WayOut(SubnetClass.OTHER, (*at.trail.hops, _route_hop(partial)), (partial,))
            return
        for route in (*possible, *certain):
            if any(not isinstance(cidr, str) or is_wide(cidr) for cidr in route.cidrs) or may_be_partial(route):
                reason = f"{route.address} may hold the route to the internet: {_doubt(route, at)}"
                yield replace(self._by(route, at), reason=reason, span=route.span())
        for address in sorted(at.addresses):
            hole = self.network.hole(address.removesuffix(MAIN))
            if hole:
                yield at.trail.unknown(f"{unseen(hole)} may add routes: {hole.reason}", hole.span)
        if self._propagated(at):
            yield WayOut(
                SubnetClass.OTHER, at.trail.hops, reason="a virtual private gateway may propagate a default route"
            )
        else:
            yield WayOut(SubnetClass.ISOLATED, self._no_route_hops(at))

    def _leaving6(self, at: _Table, certain: list[Route], possible: list[Route]) -> Iterator[WayOut]:
        """The ways to an IPv6 destination by longest-prefix match."""
        taken = longest([route for route in certain if leads_to(route, at.trail.to) is not None], at.trail.to)
        best = leads_to(taken[0], at.trail.to) if taken else None
        for route in taken:
            yield self._by(route, at)
        for route in (*possible, *certain):
            unknown = any(not isinstance(cidr, str) for cidr in route.cidrs)
            length = leads_to(route, at.trail.to)
            nearer = length is not None and (best is None or length > best)
            if unknown or (nearer and route not in taken) or (not taken and leaves_by_ipv6([route])):
                reason = f"{route.address} may hold the route to {at.trail.to}: {_doubt(route, at)}"
                yield replace(self._by(route, at), reason=reason, span=route.span())
        if taken:
            return
        for address in sorted(at.addresses):
            hole = self.network.hole(address.removesuffix(MAIN))
            if hole:
                yield at.trail.unknown(f"{unseen(hole)} may add routes: {hole.reason}", hole.span)
        if self._propagated(at):
            reason = "a virtual private gateway may propagate a default route"
            yield WayOut(SubnetClass.OTHER, at.trail.hops, reason=reason)
        else:
            yield WayOut(SubnetClass.ISOLATED, self._no_route_hops(at))

    def _propagated(self, at: _Table) -> bool:
        named, loose = self._propagations
        return (at.table is not None and at.table.propagates) or bool(
            loose or any(address in named for address in at.addresses)
        )

    def _no_route_hops(self, at: _Table) -> tuple[Hop, ...]:
        if at.table is not None:
            to = {"": "the internet (0.0.0.0/0)", IPV6_INTERNET: "the IPv6 internet (::/0)"}
            message = f"has no route to {to.get(at.trail.to, at.trail.to)}"
            return (*at.trail.hops, Hop(at.table.address, message, at.table.span()))
        *before, vpc = at.trail.hops
        return (*before, replace(vpc, message="its main route table applies, which has only the local route"))

    def _by(self, route: Route, at: _Table) -> WayOut:
        trail = at.trail.then(_route_hop(route, at.trail.to), route)
        kind = SubnetClass.UNKNOWN
        reason = "the route's target is not in the configuration"
        if route.kind in (TargetKind.NAT_GATEWAY, TargetKind.NAT_INSTANCE):
            kind = SubnetClass.NAT
        elif route.kind is TargetKind.EGRESS_ONLY_GATEWAY and at.trail.to:
            kind = SubnetClass.EGRESS_ONLY
        elif route.kind in (TargetKind.OTHER, TargetKind.EGRESS_ONLY_GATEWAY):
            kind = SubnetClass.OTHER
        elif route.kind is TargetKind.INTERNET_GATEWAY:
            gateway = self.network.get(InternetGateway, route.target.only)
            if gateway is not None:
                attached = self._attached(gateway, at)
                reason = f"whether {gateway.address} is attached to the VPC is not certain"
                if attached is not Tri.UNKNOWN:
                    kind = SubnetClass.PUBLIC if attached is Tri.TRUE else SubnetClass.DETACHED
            elif isinstance(route.target.value, Unknown):
                reason = "the route's internet gateway is one of several"
            else:
                kind = SubnetClass.PUBLIC  # an existing gateway, looked up or written out by id
        if kind is SubnetClass.UNKNOWN:
            return replace(trail.unknown(reason, route.span("target")), routes=(route,))
        return WayOut(kind, trail.hops, (route,))

    @cached_property
    def _attachments(self) -> tuple[Mapping[str, list[Attachment]], list[Attachment]]:
        return index_by(self.network.all(Attachment), lambda attachment: attachment.gateway)

    def _attached(self, gateway: InternetGateway, at: _Table) -> Tri:
        vpc = at.table.vpc if at.table else Link(None, tuple(a.removesuffix(MAIN) for a in at.addresses))
        return self.attached(gateway, vpc, at.trail.given)

    def attached(self, gateway: InternetGateway, vpc: Link, given: frozenset[str]) -> Tri:
        """Whether a gateway is attached to the VPC, where everything guarded by one of ``given`` is there."""
        named, loose = self._attachments
        verdict = Tri.FALSE
        for attachment in (*named.get(gateway.address, ()), *loose):
            same = same_vpc(attachment.vpc, vpc)
            there = exists(attachment, given | guards(gateway))
            verdict |= same & there & (Tri.TRUE if attachment.gateway.only == gateway.address else Tri.UNKNOWN)
        if verdict is Tri.FALSE and self.network.hole(gateway.address):
            return Tri.UNKNOWN
        return verdict

    def attachments(self, gateway: InternetGateway) -> list[Attachment]:
        """Those that certainly name the gateway."""
        named, _ = self._attachments
        return [attachment for attachment in named.get(gateway.address, ()) if attachment.gateway.only]


def same_vpc(a: Link, b: Link) -> Tri:
    """Whether two links to a VPC mean the same one. What is looked up may be any, one that is declared here too."""
    if a.only and b.only:
        return Tri.of(a.only == b.only)
    if a.value is None or b.value is None:
        return Tri.UNKNOWN
    verdict = equal(a.value, b.value)
    looked_up = any(link.only is None and isinstance(link.value, Reference) for link in (a, b))
    return Tri.UNKNOWN if verdict is Tri.FALSE and looked_up else verdict


def index_by(elements: Iterable[E], key: Callable[[E], Link]) -> tuple[Mapping[str, list[E]], list[E]]:
    """Elements by what they may name, and those that may name anything."""
    named: defaultdict[str, list[E]] = defaultdict(list)
    loose: list[E] = []
    for element in elements:
        link = key(element)
        if link.anything:
            loose.append(element)
        for target in link.targets:
            named[target].append(element)
    return named, loose


def each_to_each(link: Link, one: Element, other: Element) -> bool:
    """Whether instance i of a resource of unknown multiplicity names instance i of another, which has as many."""
    if one.resource.guard != other.resource.guard:
        return one.resource is other.resource
    index = link.value.index if isinstance(link.value, Reference) else None
    own = [f"{name} in {one.resource.guard}" for name in ("count.index", "each.key")]
    return isinstance(index, Unknown) and index.symbol in own


def _doubt(route: Route, at: _Table) -> str:
    """Why a route is not certainly one of the table, or not certainly to the internet."""
    if route.table.only not in at.addresses:
        return f"its route table is not certain ({reason_of(route.table.value)})"
    if exists(route, at.trail.given) is not Tri.TRUE:
        guard = route.resource.guard
        return f"whether it exists hangs on {guard}" if guard else "whether it exists is not in the configuration"
    if any(not isinstance(cidr, str) for cidr in route.cidrs):
        return "its destination is not in the configuration"
    return "which of the route tables has it is not certain"


def _route_hop(route: Route, to: str = "") -> Hop:
    cidr = to or next((cidr for cidr in route.cidrs if isinstance(cidr, str) and is_wide(cidr)), "the internet")
    return Hop(route.address, f"sends {cidr} to {target_name(route)}", route.span("target"))


def target_name(route: Route) -> str:
    """The route's target, for messages."""
    value = route.target.value
    if route.target.only:
        return f"{route.kind.value} {route.target.only}"
    return f"{route.kind.value} {value}" if isinstance(value, str) else route.kind.value


def _settle(ways: list[tuple[int, WayOut]]) -> tuple[int, WayOut]:
    """The class that all possible outcomes share; else unknown, with the reason of the first that is not certain.

    Each way comes with the number of its table; so does the answer. A route that several ways take is listed once.
    """
    kinds = {way.kind for _, way in ways}
    routes = tuple(dict.fromkeys(route for _, way in ways for route in way.routes))
    if len(kinds) == 1 and SubnetClass.UNKNOWN not in kinds:
        number, first = ways[0]
        return number, replace(first, routes=routes, reason="", span=None)
    unsure = next((pair for pair in ways if pair[1].kind is SubnetClass.UNKNOWN), None)
    number, way = unsure or next((pair for pair in ways if pair[1].reason), ways[0])
    reason = way.reason or "whether " + " or ".join(sorted(kind.value for kind in kinds)) + " is not to be told"
    return number, WayOut(SubnetClass.UNKNOWN, way.hops, routes, reason, way.span)
