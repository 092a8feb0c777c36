"""Sets of traffic, exact: protocols, ports and addresses.

All three are half-open ranges of integers. IPv6 addresses follow after the IPv4 ones on one axis. Ports are destination
ports of TCP and UDP and types of ICMP; other protocols have all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ecsnet.network.addresses import Range, intersect, parse, port_number, size, span_of, subtract
from ecsnet.network.addresses import internet as public
from ecsnet.network.links import listed
from ecsnet.records import dataclass
from ecsnet.values import Several, Unknown, Value

FAMILIES: dict[int, Range] = {4: (0, 2**32), 6: (2**32, 2**32 + 2**128)}
"""Where the addresses of a family are on the axis."""

ALL_ADDRESSES: Range = (0, 2**32 + 2**128)
ALL_PROTOCOLS: Range = (0, 256)
ALL_PORTS: Range = (0, 65536)
EPHEMERAL: Range = (1024, 65536)
"""The ports that answers go to.

https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
"""

NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
NAMES = {number: name for name, number in NUMBERS.items()}
_WITH_PORTS = frozenset(NUMBERS.values())

MAX_RULES = 2_000
"""AWS allows 1,000 rules on an interface; twice as many are not looked into."""

_MAX_CANDIDATES = 20
"""That a protocol, a port or an address of a rule may have; with more it is unknown."""


class Box(NamedTuple):
    protocols: Range
    ports: Range
    addresses: Range


Traffic = tuple[Box, ...]


def protocol(name: str) -> Range:
    """``tcp``, or a number: ``"6"``."""
    number = NUMBERS.get(name) or int(name)
    return number, number + 1


def meet(one: Traffic, other: Iterable[Box]) -> Traffic:
    """What is in both."""
    return tuple(shared for b in other for a in one if (shared := _shared(a, b)) is not None)


def without(traffic: Traffic, taken: Iterable[Box]) -> Traffic:
    """What of ``traffic`` is in none of ``taken``."""
    left = traffic
    for box in taken:
        if not left:
            break
        left = tuple(piece for a in left for piece in _outside(a, box))
    return left


@cache
def internet(family: int) -> tuple[Range, ...]:
    """Where the public addresses of a family are on the axis."""
    offset = FAMILIES[family][0]
    return tuple((first + offset, end + offset) for first, end in public(family))


def is_internet(traffic: Iterable[Box], family: int) -> bool:
    """Whether traffic has a quarter or more of the public addresses of a family."""
    whole = internet(family)
    left = subtract(whole, [box.addresses for box in traffic])
    return (size(whole) - size(left)) * 4 >= size(whole)


def _shared(a: Box, b: Box) -> Box | None:
    protocols, ports, places = ((max(x[0], y[0]), min(x[1], y[1])) for x, y in zip(a, b))
    shared = Box(protocols, ports, places)
    return shared if all(first < end for first, end in shared) else None


def _outside(box: Box, taken: Box) -> Iterator[Box]:
    """The pieces of a box that another leaves of it: disjoint, at most six."""
    shared = _shared(box, taken)
    if shared is None:
        yield box
        return
    for protocols in _beside(box.protocols, shared.protocols):
        yield box._replace(protocols=protocols)
    for ports in _beside(box.ports, shared.ports):
        yield Box(shared.protocols, ports, box.addresses)
    for places in _beside(box.addresses, shared.addresses):
        yield Box(shared.protocols, shared.ports, places)


def _beside(whole: Range, inner: Range) -> Iterator[Range]:
    """What of a range lies before and after another within it."""
    if whole[0] < inner[0]:
        yield whole[0], inner[0]
    if inner[1] < whole[1]:
        yield inner[1], whole[1]


@dataclass(frozen=True, slots=True)
class Flows:
    """Traffic of which a part is unknown: what it certainly is, and all that it may be."""

    certain: Traffic = ()
    possible: Traffic = ()


@dataclass(frozen=True, slots=True)
class Ranges:
    """The same of one axis."""

    certain: tuple[Range, ...] = ()
    possible: tuple[Range, ...] = ()


def addresses(values: Value, family: int | None = None) -> Ranges:
    """The ranges of a CIDR, or of a list of them. ``family``: what an unknown one may be of; ``None``: of any."""
    anything = FAMILIES[family] if family else ALL_ADDRESSES
    certain: list[Range] = []
    possible: list[Range] = []
    for value in listed(values):
        inner = value.element if isinstance(value, Several) else value
        if inner is None or inner == "":
            continue
        found = _address(inner, anything)
        possible += found.possible
        if inner is value:
            certain += found.certain
    return Ranges(tuple(certain), tuple(possible))


def _address(value: Value, anything: Range) -> Ranges:
    if isinstance(value, str):
        network = parse(value)
        if network is None:
            return Ranges()  # AWS refuses it
        first, end = span_of(network)
        offset = FAMILIES[network.version][0]
        return Ranges(((first + offset, end + offset),), ((first + offset, end + offset),))
    if isinstance(value, Unknown) and value.candidates is not None:
        given = [candidate for candidate in value.candidates if candidate not in (None, "")]
        several = [_address(candidate, anything) for candidate in given]
        possible = tuple(found for one in several for found in one.possible)
        if not several or len(given) < len(value.candidates) or len(given) > _MAX_CANDIDATES:
            return Ranges((), possible)
        # What every one of them has is there whichever it is.
        shared: Sequence[Range] = several[0].certain
        for one in several[1:]:
            shared = intersect(shared, one.certain)
        return Ranges(tuple(shared), possible)
    if isinstance(value, tuple):
        several = [_address(element, anything) for element in value if not isinstance(element, Several)]
        unsure = [_address(element.element, anything) for element in value if isinstance(element, Several)]
        certain = tuple(found for one in several for found in one.certain)
        return Ranges(certain, tuple(found for one in (*several, *unsure) for found in one.possible))
    return Ranges((), (anything,))


def services(protocol: Value, from_port: Value, to_port: Value) -> Flows:
    """The protocols and ports of a rule, with all addresses.

    Any protocol but TCP, UDP and ICMP has all ports.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
    """
    given = (protocol, from_port, to_port)
    for value in given:
        if isinstance(value, Unknown) and value.candidates is not None and len(value.candidates) <= _MAX_CANDIDATES:
            chosen = []
            for candidate in value.candidates:
                one, first, last = (candidate if other is value else other for other in given)
                chosen.append(services(one, first, last))
            if not chosen:
                return Flows()
            certain = chosen[0].certain
            for flows in chosen[1:]:
                certain = meet(certain, flows.certain)
            return Flows(certain, tuple(box for flows in chosen for box in flows.possible))
    number = _protocol_number(protocol)
    if number is None:
        return Flows((), (Box(ALL_PROTOCOLS, ALL_PORTS, ALL_ADDRESSES),))
    protocols = ALL_PROTOCOLS if number < 0 else (number, number + 1)
    ports = _ports(number, from_port, to_port) if number in _WITH_PORTS else Ranges((ALL_PORTS,), (ALL_PORTS,))
    return Flows(
        tuple(Box(protocols, found, ALL_ADDRESSES) for found in ports.certain),
        tuple(Box(protocols, found, ALL_ADDRESSES) for found in ports.possible),
    )


def _protocol_number(value: Value) -> int | None:
    """-1 for all; ``None``: unknown."""
    number = port_number(value)
    if number is not None:
        return number if number < 256 else None
    if not isinstance(value, str):
        return None
    word = value.strip().lower()
    return -1 if word == "all" else NUMBERS.get(word)


def _ports(number: int, from_port: Value, to_port: Value) -> Ranges:
    first, last = port_number(from_port), port_number(to_port)
    low, high = ALL_PORTS
    if NAMES[number].startswith("icmp"):
        if first is None:
            return Ranges((), (ALL_PORTS,))
        found = ALL_PORTS if first < 0 else (first, first + 1)
        return Ranges((found,), (found,))
    if first is not None and last is not None:
        found = ALL_PORTS if first == last == -1 else (max(first, low), min(last + 1, high))
        return Ranges((found,), (found,)) if found[0] < found[1] else Ranges()
    if from_port is None and to_port is None:
        return Ranges()  # AWS refuses TCP and UDP without ports
    return Ranges((), ((low if first is None else max(first, low), high if last in (None, -1) else last + 1),))


def at(flows: Flows, places: Ranges) -> Flows:
    """Services, at the addresses of a rule."""
    return Flows(
        tuple(box._replace(addresses=place) for place in places.certain for box in flows.certain),
        tuple(box._replace(addresses=place) for place in places.possible for box in flows.possible),
    )
