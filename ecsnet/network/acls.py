"""The network ACL of a subnet, and what it lets through.

Entries are tried in the order of their numbers, and the first that matches decides; what none matches is denied. ACLs
keep no state: answers have to pass too.

https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from ecsnet.network import Network, exists, guards
from ecsnet.network import flows as f
from ecsnet.network.addresses import port_number
from ecsnet.network.links import reason_of, unseen
from ecsnet.network.model import AclAssociation, AclEntry, Element, Link, NetworkAcl, Subnet, Vpc
from ecsnet.network.passage import Doubt, Steps
from ecsnet.network.routing import each_to_each, index_by
from ecsnet.records import dataclass, replace
from ecsnet.resources import Hop
from ecsnet.values import Tri

_MAX_ENTRIES = 200
"""AWS allows 40 entries each way. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry for one direction. ``sure``: it is certainly there, in this place."""

    flows: f.Flows
    allows: Tri
    sure: bool
    hop: Hop


@dataclass(frozen=True, slots=True)
class Passing:
    """What of some traffic an ACL lets through; the entries that decide; those that deny; why it is not certain."""

    flows: f.Flows
    hops: tuple[Hop, ...] = ()
    denials: tuple[Hop, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def evaluate(lines: Sequence[Line], wanted: f.Traffic) -> Passing:
    """What of ``wanted`` entries in their order let through, certainly and possibly."""
    left = wanted
    certain: list[f.Box] = []
    possible: list[f.Box] = []
    maybe_denied: list[f.Box] = []
    hops: list[Hop] = []
    denials: list[Hop] = []
    for line in lines:
        may = f.meet(left, line.flows.possible)
        if not may:
            continue
        hit = f.meet(left, line.flows.certain) if line.sure else ()
        if line.allows is not Tri.FALSE:
            possible += may
        if line.allows is Tri.TRUE:
            certain += f.without(hit, maybe_denied)
        else:
            maybe_denied += may
        if hit:
            (denials if line.allows is Tri.FALSE else hops).append(line.hop)
            left = f.without(left, line.flows.certain)
    return Passing(f.Flows(tuple(certain), tuple(possible)), tuple(hops), tuple(denials))


class Acls:
    """The network ACLs of a network, by subnet."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._associations = index_by(network.all(AclAssociation), lambda association: association.subnet)
        self._entries = index_by(network.all(AclEntry), lambda entry: entry.acl)
        self._in_force: dict[str, tuple[NetworkAcl | Doubt | None, ...]] = {}
        self._lines: dict[tuple[str, bool], tuple[Line, ...] | Doubt] = {}

    def passes(self, subnet: Subnet, egress: bool, wanted: f.Traffic, what: str) -> Steps:
        """Whether all of ``wanted`` leaves (``egress``) or enters a subnet.

        ``what``: its words, ``TCP 443 out to the internet``. None of it is an obstacle, a part of it a doubt.
        """
        passing = self.through(subnet, egress, wanted)
        if not f.without(wanted, passing.flows.certain):
            return Steps(passing.hops)
        if passing.doubts:
            return Steps(passing.hops, doubts=passing.doubts)
        known = [acl for acl in self.in_force(subnet) if isinstance(acl, NetworkAcl)]
        names = ", ".join(acl.address for acl in known)
        if passing.flows.possible:
            doubt = Doubt(f"the network ACL {names} may let {what}, or only some of it", known[0].span())
            return Steps(passing.hops, doubts=(doubt,))
        denials = [replace(hop, message=f"denies {what}") for hop in passing.denials]
        denials = denials or [Hop(acl.address, f"no entry of the network ACL lets {what}", acl.span()) for acl in known]
        return Steps(obstacles=tuple(denials))

    def through(self, subnet: Subnet, egress: bool, wanted: f.Traffic) -> Passing:
        """What of ``wanted`` leaves or enters a subnet: certainly what every ACL that may be in force lets through."""
        certain, possible = wanted, list[f.Box]()
        hops, denials, doubts = list[Hop](), list[Hop](), list[Doubt]()
        for acl in self.in_force(subnet):
            if acl is None:
                possible += wanted
                continue
            lines = self._lines_of(acl, egress) if isinstance(acl, NetworkAcl) else acl
            if isinstance(acl, Doubt) or isinstance(lines, Doubt):
                certain = ()
                possible += wanted
                doubts += [one for one in dict.fromkeys((acl, lines)) if isinstance(one, Doubt)]
                continue
            found = evaluate(lines, wanted)
            certain = f.meet(certain, found.flows.certain)
            possible += found.flows.possible
            hops += [Hop(acl.address, f"is the network ACL of {subnet.address}", acl.span()), *found.hops]
            denials += found.denials
        return Passing(f.Flows(certain, tuple(possible)), tuple(hops), tuple(denials), tuple(doubts))

    # --- which ACL ---

    def in_force(self, subnet: Subnet) -> tuple[NetworkAcl | Doubt | None, ...]:
        """Every ACL that may be the subnet's; ``None``: the one that AWS makes with a VPC, which allows everything."""
        if subnet.address not in self._in_force:
            self._in_force[subnet.address] = tuple(dict.fromkeys(self._candidates(subnet)))
        return self._in_force[subnet.address]

    @cached_property
    def _inline(self) -> tuple[Mapping[str, list[tuple[NetworkAcl, Link]]], list[NetworkAcl]]:
        """ACLs by the subnets they name themselves, and those that may name any."""
        named: defaultdict[str, list[tuple[NetworkAcl, Link]]] = defaultdict(list)
        loose: list[NetworkAcl] = []
        for acl in self.network.all(NetworkAcl):
            for link in acl.subnets.items:
                for target in link.targets:
                    named[target].append((acl, link))
            if not acl.subnets.complete or any(link.anything for link in acl.subnets.items):
                loose.append(acl)
        return named, loose

    @cached_property
    def _defaults(self) -> tuple[Mapping[str, list[NetworkAcl]], list[NetworkAcl]]:
        adopted = [acl for acl in self.network.all(NetworkAcl) if acl.default_of.is_set]
        return index_by(adopted, lambda acl: acl.default_of)

    def _candidates(self, subnet: Subnet) -> Iterator[NetworkAcl | Doubt | None]:
        given = guards(subnet)
        named, loose = self._associations
        inline, loose_inline = self._inline
        settled = False
        for association in (*named.get(subnet.address, ()), *loose):
            sure = association.subnet.only == subnet.address and exists(association, given) is Tri.TRUE
            settled |= sure and _every_one(association.subnet, association, subnet)
            acl = self.network.get(NetworkAcl, association.acl.only)
            yield acl or Doubt(
                f"the network ACL of {subnet.address} is not in the configuration: {reason_of(association.acl.value)}",
                association.span(),
            )
        for acl, link in inline.get(subnet.address, ()):
            sure = link.only == subnet.address and exists(acl, given) is Tri.TRUE
            settled |= sure and _every_one(link, acl, subnet)
            yield acl
        if settled:
            return
        yield from loose_inline
        yield from self._default(subnet, given)

    def _default(self, subnet: Subnet, given: frozenset[str]) -> Iterator[NetworkAcl | Doubt | None]:
        vpc = self.network.get(Vpc, subnet.vpc.only)
        if vpc is None or vpc.default:
            yield Doubt(f"the network ACL of {subnet.address} is not in the configuration", subnet.span())
            return
        hole = self.network.hole(subnet.address) or self.network.hole(vpc.address)
        if hole:
            reason = f"{unseen(hole)} may give {subnet.address} a network ACL: {hole.reason}"
            yield Doubt(reason, hole.span)
        adopted, loose = self._defaults
        settled = False
        for acl in (*adopted.get(vpc.address, ()), *loose):
            sure = acl.default_of.only == vpc.address and exists(acl, given | guards(vpc)) is Tri.TRUE
            settled |= sure and _every_one(acl.default_of, acl, vpc)
            yield acl
        if not settled:
            yield None

    # --- its entries ---

    def _lines_of(self, acl: NetworkAcl, egress: bool) -> tuple[Line, ...] | Doubt:
        key = (acl.address, egress)
        if key not in self._lines:
            self._lines[key] = self._read(acl, egress)
        return self._lines[key]

    def _read(self, acl: NetworkAcl, egress: bool) -> tuple[Line, ...] | Doubt:
        named, loose = self._entries
        if loose:
            return Doubt(f"{loose[0].address} may be one of the entries of {acl.address}", loose[0].span())
        hole = self.network.hole(acl.address)
        if hole:
            return Doubt(f"{unseen(hole)} may add entries to {acl.address}: {hole.reason}", hole.span)
        entries = [entry for entry in named.get(acl.address, ()) if entry.egress is not Tri.of(not egress)]
        if len(entries) > _MAX_ENTRIES:
            return Doubt(f"{acl.address} has more entries than AWS allows", acl.span())
        # One whose number is unknown may come before all others.
        entries.sort(key=lambda entry: -1 if (number := port_number(entry.number)) is None else number)
        return tuple(_line(entry, acl) for entry in entries)


def _every_one(link: Link, one: Element, other: Element) -> bool:
    return not other.resource.many or one.resource is other.resource or each_to_each(link, one, other)


def _line(entry: AclEntry, acl: NetworkAcl) -> Line:
    sure = (
        entry.acl.only == acl.address
        and exists(entry, guards(acl)) is Tri.TRUE
        and port_number(entry.number) is not None
        and entry.egress is not Tri.UNKNOWN
        and _every_one(entry.acl, entry, acl)
    )
    services = f.services(entry.protocol, entry.from_port, entry.to_port)
    four, six = f.addresses(entry.cidr4, 4), f.addresses(entry.cidr6, 6)
    places = f.Ranges((*four.certain, *six.certain), (*four.possible, *six.possible))
    number = port_number(entry.number)
    verb = "denies" if entry.allows is Tri.FALSE else "allows"
    hop = Hop(entry.address, f"entry {number} of {acl.address} {verb} it", entry.span(""))
    return Line(f.at(services, places), entry.allows, sure, hop)
