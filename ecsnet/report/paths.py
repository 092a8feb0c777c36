"""``ecsnet paths``: how each workload leaves for the internet, what of the internet reaches it, and what it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ecsnet.network.balancers import Admission
from ecsnet.network.links import listed
from ecsnet.network.passage import Passage, Reach
from ecsnet.network.reachability import Opening
from ecsnet.network.subjects import Place, Subject
from ecsnet.records import dataclass
from ecsnet.report.json import Json, dump, location
from ecsnet.report.source import printable
from ecsnet.report.text import Paint
from ecsnet.resources import Hop, Problem
from ecsnet.values import Span, Tri

_STYLES = {Reach.REACHED: "good", Reach.BLOCKED: "error", Reach.UNKNOWN: "unknown"}
_ALL_PORTS = (0, 65536)


@dataclass(frozen=True, slots=True)
class Root:
    """The subjects of one configuration. ``name``: its folder or template."""

    name: str
    subjects: tuple[Subject, ...]


def render(roots: Sequence[Root], *, colour: bool = False, full: bool = False) -> Iterator[str]:
    """A table a subject; with ``full`` every hop of every way."""
    paint = Paint(colour)
    for root in roots:
        if len(roots) > 1:
            yield paint("bold", printable(root.name))
            yield ""
        for subject in root.subjects:
            yield from _subject(subject, paint, full)
            yield ""
    if not any(root.subjects for root in roots):
        yield "no workloads or container instances"


def _subject(subject: Subject, paint: Paint, full: bool) -> Iterator[str]:
    runs = ", ".join(word for word in (subject.capacity.value, subject.mode) if word)
    own = f" ({printable(subject.element.address)})" if subject.name != subject.element.address else ""
    title = f"{subject.kind} {paint('bold', printable(subject.name))}{own}: {runs}"
    yield f"{title}  {paint('dim', _place(subject.element.span()))}"
    if full:
        yield from (f"  {_hop(hop, paint)}" for hop in subject.evidence)
    if subject.places:
        known = [place for place in subject.places if place.placement.subnet]
        yield from _table([_row(subject, place) for place in (subject.places if full else known)], paint)
        for reason in dict.fromkeys(place.placement.reason for place in subject.places if not place.placement.subnet):
            yield f"  {paint('unknown', 'unknown:')} {printable(reason)}"
    else:
        yield "  its tasks use the interface of the container instance that they run on"
    for place in subject.places if full else ():
        yield from _ways(place, paint)
    yield from _through(subject.admissions, paint, full)
    yield from _needs(subject, paint)
    for doubt in subject.doubts:
        where = paint("dim", f"({_place(doubt.span)})")
        yield f"  {paint('unknown', 'may need more:')} {printable(doubt.reason)} {where}"


_Row = tuple[str, str, str, tuple[str, Reach], list[tuple[str, Reach]]]
"""Subnet, zone, class, the way out, and the ways in."""


def _row(subject: Subject, place: Place) -> _Row:
    subnet = place.placement.subnet
    name = subnet.address if subnet else "not in the configuration"
    entries = [(_opening(opening, place), opening.passage.reach) for opening in place.openings if opening.rule]
    if unseen := next((one for one in place.openings if one.rule is None), None):
        entries.append((f"unknown: {printable(unseen.passage.reason)}", Reach.UNKNOWN))
    # An index into the zones of a data source says enough without the data source's address.
    zone = place.zone.rpartition(".")[2] if place.zone.startswith("data.") else place.zone
    out = (_out(subject, place), place.egress.reach)
    return printable(name), printable(zone) or "-", place.kind.value, out, entries


def _out(subject: Subject, place: Place) -> str:
    own = subject.element.address
    words = _outcome(place.egress, f"by {place.via}" if place.via else "reached", own)
    if place.egress6 is not None and place.egress6.reason != place.egress.reason:
        words += f"; IPv6: {_outcome(place.egress6, 'reached', own)}"
    return printable(words)


def _outcome(passage: Passage, reached: str, own: str) -> str:
    """``own``: the address that need not be said again."""
    if passage.reach is Reach.REACHED:
        return reached
    if passage.reach is Reach.UNKNOWN:
        return f"unknown: {passage.reason}"
    count = f" (and {len(passage.obstacles) - 1} more)" if len(passage.obstacles) > 1 else ""
    first = passage.obstacles[0]
    where = "" if first.resource == own else f"{first.resource}: "
    return f"blocked: {where}{first.message}{count}"


def _opening(opening: Opening, place: Place | None = None) -> str:
    """``place``: the row that it stands in, whose reason need not be said again."""
    ports = ranges(opening.ports) if opening.protocol in ("tcp", "udp", "all") else ""
    what = " ".join(word for word in (opening.protocol.upper() if opening.protocol != "all" else "all", ports) if word)
    by = f" by {opening.rule.address}" if opening.rule else ""
    doubt = ""
    if opening.passage.reach is Reach.UNKNOWN:
        said = place is not None and opening.passage.reason in (place.placement.reason, place.egress.reason)
        doubt = " (unknown, too)" if said else f" (unknown: {opening.passage.reason})"
    return printable(f"{what} from {', '.join(sources(opening)) or 'anywhere'}{by}{doubt}")


def ranges(ports: Iterable[tuple[int, int]]) -> str:
    """Half-open ranges as people write them: ``80, 8000-8999``."""
    shown = [
        str(first) if end == first + 1 else f"{first}-{end - 1}" for first, end in ports if (first, end) != _ALL_PORTS
    ]
    return ", ".join(shown)


def sources(opening: Opening) -> list[str]:
    """The CIDRs that the rule names for the family of addresses."""
    rule = opening.rule
    values = () if rule is None else (*listed(rule.cidrs4), *listed(rule.cidrs6), *listed(rule.cidrs_listed))
    return [value for value in values if isinstance(value, str) and (":" in value) == (opening.family == 6)]


def _table(rows: Sequence[_Row], paint: Paint) -> Iterator[str]:
    if not rows:
        return
    heads = ("SUBNET", "ZONE", "CLASS")
    widths = [max(len(head), *(len(str(row[column])) for row in rows)) for column, head in enumerate(heads)]
    yield "  " + paint("dim", "  ".join([*(head.ljust(width) for head, width in zip(heads, widths)), "OUT AND IN"]))
    for row in rows:
        lead = "  ".join(str(row[column]).ljust(width) for column, width in enumerate(widths))
        words, reach = row[3]
        yield f"  {lead}  out {paint(_STYLES[reach], words)}"
        for words, reach in row[4]:
            # What the internet certainly reaches is what to look at.
            yield f"  {' ' * len(lead)}  in  {paint('warning' if reach is Reach.REACHED else 'unknown', words)}"


def _ways(place: Place, paint: Paint) -> Iterator[str]:
    subnet = place.placement.subnet
    name = printable(subnet.address if subnet else place.placement.reason)
    ways = [("out", place.egress)]
    if place.egress6 is not None:
        ways.append(("out by IPv6", place.egress6))
    ways += [(f"in: {_opening(opening)}", opening.passage) for opening in place.openings]
    for title, passage in ways:
        yield f"  {paint('bold', f'{name}, {title}:')} {paint(_STYLES[passage.reach], passage.reach.value)}"
        yield from _passage(passage, paint)


def _passage(passage: Passage, paint: Paint) -> Iterator[str]:
    for number, hop in enumerate(passage.hops, 1):
        yield f"    {number}. {_hop(hop, paint)}"
    for hop in passage.obstacles:
        yield f"    {paint('error', 'blocked')} {_hop(hop, paint)}"
    if passage.reach is Reach.UNKNOWN:
        where = f" {paint('dim', f'({_place(passage.span)})')}" if passage.span else ""
        yield f"    {paint('unknown', 'unknown')} {printable(passage.reason)}{where}"


def _through(admissions: Iterable[Admission], paint: Paint, full: bool) -> Iterator[str]:
    for admission in admissions:
        port = admission.listener_port if admission.listener_port is not None else "an unknown port"
        to = admission.container_port if admission.container_port is not None else "an unknown port"
        words = f"through {admission.balancer.address}: {port} to container port {to}, "
        words += _outcome(admission.passage, "reached from the internet", admission.balancer.address)
        yield f"  {paint(_STYLES[admission.passage.reach], printable(words))}"
        if full:
            yield from _passage(admission.passage, paint)


def _needs(subject: Subject, paint: Paint) -> Iterator[str]:
    """A line for the services that fare alike, and the number of subnets where they do."""
    fares: dict[tuple[str, Reach, str], int] = {}
    for place in subject.places:
        for met in place.needs:
            if met.reason and met.reason == place.placement.reason:
                continue  # said above, of the subnet
            how = f"by {met.by}" if met.reach is Reach.REACHED else f"{met.reach.value}: {met.reason}"
            fares[met.service, met.reach, how] = fares.get((met.service, met.reach, how), 0) + 1
    alike: dict[tuple[Reach, str, int], list[str]] = {}
    for (service, reach, how), count in fares.items():
        alike.setdefault((reach, how, count), []).append(service)
    for (reach, how, count), services in alike.items():
        part = f" in {count} of {len(subject.places)} subnets" if count < len(subject.places) else ""
        yield f"  needs {', '.join(services)} at start-up: {paint(_STYLES[reach], printable(how))}{part}"


def _hop(hop: Hop, paint: Paint) -> str:
    return f"{printable(hop.resource)}: {printable(hop.message)} {paint('dim', f'({_place(hop.span)})')}"


def _place(span: Span) -> str:
    return f"{printable(span.file)}:{span.start_line}"


def render_json(roots: Iterable[Root], problems: Iterable[Problem]) -> str:
    """One object: ``roots`` with ``subjects``; every way has its hops, and its obstacles where it is blocked."""
    return dump(
        {
            "version": "1",
            "roots": [{"root": root.name, "subjects": [_subject_json(one) for one in root.subjects]} for root in roots],
            "errors": [{"file": one.file, "line": one.line, "message": one.message} for one in problems],
        }
    )


def _subject_json(subject: Subject) -> Json:
    return {
        "kind": subject.kind,
        "name": subject.name,
        "resource": subject.element.address,
        "capacity": subject.capacity.value,
        "network_mode": subject.mode or None,
        "location": location(subject.element.span()),
        "places": [_place_json(place) for place in subject.places],
        "through": [
            {
                "load_balancer": one.balancer.address,
                "listener": one.listener.address if one.listener else None,
                "listener_port": one.listener_port,
                "container_port": one.container_port,
                **_passage_json(one.passage),
            }
            for one in subject.admissions
        ],
        "may_need_more": [{"reason": doubt.reason, "location": location(doubt.span)} for doubt in subject.doubts],
    }


def _place_json(place: Place) -> Json:
    subnet, public = place.placement.subnet, place.placement.ipv4
    return {
        "subnet": subnet.address if subnet else None,
        "zone": place.zone or None,
        "class": place.kind.value,
        "public_ipv4": None if public.given is Tri.UNKNOWN else public.given is Tri.TRUE,
        "via": place.via or None,
        "egress": _passage_json(place.egress),
        "egress_ipv6": _passage_json(place.egress6) if place.egress6 else None,
        "ingress": [
            {
                "protocol": opening.protocol,
                "ports": [[first, end - 1] for first, end in opening.ports],
                "family": opening.family,
                "sources": sources(opening),
                "rule": opening.rule.address if opening.rule else None,
                **_passage_json(opening.passage),
            }
            for opening in place.openings
        ],
        "needs": [
            {"service": met.service, "reach": met.reach.value, "by": met.by or None, "reason": met.reason or None}
            for met in place.needs
        ],
    }


def _passage_json(passage: Passage) -> Json:
    return {
        "reach": passage.reach.value,
        "reason": passage.reason or None,
        "hops": [_hop_json(hop) for hop in passage.hops],
        "obstacles": [_hop_json(hop) for hop in passage.obstacles],
    }


def _hop_json(hop: Hop) -> Json:
    return {"resource": hop.resource, "message": hop.message, "location": location(hop.span)}
