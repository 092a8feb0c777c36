"""Address and port sets: exact, as unions of ranges.

Ranges are half-open ``(first, past_last)`` integers. CIDRs are taken with their host bits masked off, as AWS does.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache, lru_cache

from ecsnet.values import Reference, Tri, Unknown, Value

Range = tuple[int, int]

_NOT_PUBLIC = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
)  # fmt: skip
"""IANA's special-purpose IPv4 addresses, and multicast and reserved ones (RFC 6890, RFC 5735)."""

_NUMBER = re.compile(r"-?[0-9]{1,9}")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@cache
def parse(cidr: str) -> Network | None:
    """A CIDR or a single address; ``None`` for what is neither."""
    try:
        return ipaddress.ip_network(cidr.strip(), strict=False)
    except ValueError:
        return None


def union(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Sorted, disjoint ranges that cover the same."""
    merged: list[Range] = []
    for first, end in sorted(ranges):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif first < end:
            merged.append((first, end))
    return tuple(merged)


def subtract(ranges: Iterable[Range], taken: Iterable[Range]) -> tuple[Range, ...]:
    """What of ``ranges`` is in none of ``taken``."""
    left = list(union(ranges))
    for first, end in union(taken):
        left = [
            piece for a, b in left for piece in ((a, min(b, first)), (max(a, end), b)) if piece[0] < piece[1]
        ]  # fmt: skip
    return tuple(left)


def intersect(ranges: Iterable[Range], others: Iterable[Range]) -> tuple[Range, ...]:
    """What is in both."""
    whole = union(ranges)
    return subtract(whole, subtract(whole, others))


def size(ranges: Iterable[Range]) -> int:
    return sum(end - first for first, end in union(ranges))


def span_of(network: Network) -> Range:
    return int(network.network_address), int(network.broadcast_address) + 1


def is_private(network: Network) -> bool:
    """Whether all of it is for private networks (RFC 1918, RFC 6598)."""
    return network.version == 4 and any(network.subnet_of(private) for private in _private4())


@cache
def _private4() -> tuple[ipaddress.IPv4Network, ...]:
    ranges = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
    return tuple(map(ipaddress.IPv4Network, ranges))


@cache
def _public4() -> tuple[Range, ...]:
    taken = [span_of(ipaddress.ip_network(cidr)) for cidr in _NOT_PUBLIC]
    return subtract([(0, 2**32)], taken)


_GLOBAL6 = (0x2000 << 112, 0x4000 << 112)
"""2000::/3, the global unicast addresses (RFC 4291)."""


def internet(family: int) -> tuple[Range, ...]:
    """The public addresses of IPv4, or the global unicast ones of IPv6 (``family`` 6)."""
    return _public4() if family == 4 else (_GLOBAL6,)


def is_internet(cidrs: Iterable[str]) -> bool:
    """Whether addresses together hold a quarter or more of the public IPv4 space, or of 2000::/3."""
    return _is_internet(tuple(cidrs))


@lru_cache(4096)
def _is_internet(cidrs: tuple[str, ...]) -> bool:
    networks = [network for network in map(parse, cidrs) if network is not None]
    four = [span_of(network) for network in networks if network.version == 4]
    six = [span_of(network) for network in networks if network.version == 6]
    if four:
        public = _public4()
        covered = size(public) - size(subtract(public, four))
        if covered * 4 >= size(public):
            return True
    return bool(six) and size([_GLOBAL6]) - size(subtract([_GLOBAL6], six)) >= (_GLOBAL6[1] - _GLOBAL6[0]) // 4


def may_be_internet(cidr: Value) -> Tri:
    """Whether one source is the internet; unknown where its value is."""
    if cidr is None or cidr == "":
        return Tri.FALSE
    if isinstance(cidr, str):
        return Tri.of(is_internet([cidr]))
    if isinstance(cidr, tuple):
        return Tri.any(map(may_be_internet, cidr))
    if isinstance(cidr, Reference) and cidr.attribute in _BLOCKS:
        return Tri.FALSE
    if isinstance(cidr, Unknown) and cidr.candidates is not None:
        results = {may_be_internet(candidate) for candidate in cidr.candidates}
        return results.pop() if len(results) == 1 else Tri.UNKNOWN
    return Tri.UNKNOWN


_BLOCKS = frozenset({"cidr_block", "ipv6_cidr_block", "CidrBlock"})
"""Attributes of VPCs and subnets: no more than a /16, or a /44 of IPv6.
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""

TCP = frozenset({"tcp", "6"})
ALL_PROTOCOLS = frozenset({"-1", "all"})
_NAMED_PROTOCOLS = TCP | ALL_PROTOCOLS | {"udp", "17", "icmp", "1", "icmpv6", "58"}


def admits_tcp(protocol: Value, from_port: Value, to_port: Value, first: int, last: int | None = None) -> Tri:
    """Whether a rule of a security group is about a TCP port, or about any from ``first`` to ``last``.

    All ports where the protocol is all; a protocol other than TCP never.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
    """
    last = first if last is None else last
    for given in (protocol, from_port, to_port):
        if isinstance(given, Unknown) and given.candidates is not None:
            results = set()
            for candidate in given.candidates:
                chosen = [candidate if value is given else value for value in (protocol, from_port, to_port)]
                results.add(admits_tcp(chosen[0], chosen[1], chosen[2], first, last))
            return results.pop() if len(results) == 1 else Tri.UNKNOWN
    word = _protocol(protocol)
    if word is None:
        return Tri.UNKNOWN
    if word in ALL_PROTOCOLS:
        return Tri.TRUE
    return _in_range(from_port, to_port, first, last) if word in TCP else Tri.FALSE


def _protocol(value: Value) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (str, int)):
        return str(value).strip().lower()
    return None


def port_number(value: Value) -> int | None:
    """A port, given as a number or its text."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _in_range(from_port: Value, to_port: Value, low: int, high: int) -> Tri:
    first, last = port_number(from_port), port_number(to_port)
    if first is not None and last is not None:
        # -1 to -1 means every port where it is accepted at all
        return Tri.of(max(first, low) <= min(last, high) or first == last == -1)
    if from_port is None and to_port is None:
        return Tri.FALSE  # AWS refuses TCP without ports
    if (first is not None and first > high) or (last is not None and -1 != last < low):
        return Tri.FALSE
    return Tri.UNKNOWN
