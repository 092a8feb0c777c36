"""Where routes lead: which of the internet's addresses each takes, by its destination.

A table's routes are tried longest prefix first: https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
"""

from __future__ import annotations

import ipaddress

from ecsnet.network.addresses import is_internet, is_private, parse, size, span_of
from ecsnet.network.model import Route, TargetKind
from ecsnet.values import Tri, Value

IPV6_INTERNET = "2000::/3"
"""The global unicast addresses (RFC 4291)."""

NAT64 = "64:ff9b::/96"
"""What DNS64 puts IPv4 addresses into, for a NAT gateway to translate (RFC 6052).

https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
"""


def is_wide(cidr: Value) -> bool:
    """Whether an IPv4 destination can be a part of the internet route: a quarter of the address space or more."""
    network = parse(cidr) if isinstance(cidr, str) else None
    return network is not None and network.version == 4 and network.prefixlen <= 2


def is_partial(route: Route) -> bool:
    """Whether a route takes a part of the IPv4 internet: a wide one, or whatever an internet gateway is given."""
    networks = [network for cidr in route.cidrs if isinstance(cidr, str) and (network := parse(cidr)) is not None]
    ours = route.kind is TargetKind.INTERNET_GATEWAY
    return any(network.version == 4 and (ours or network.prefixlen <= 2) for network in networks)


def may_be_partial(route: Route) -> bool:
    """Whether a route to some public address would be one, if its unknown target were an internet gateway."""
    networks = [network for cidr in route.cidrs if isinstance(cidr, str) and (network := parse(cidr)) is not None]
    return route.kind is TargetKind.UNKNOWN and any(net.version == 4 and not is_private(net) for net in networks)


def leads_to(route: Route, to: str) -> int | None:
    """The length of the longest known prefix of a route that holds an IPv6 destination."""
    first, end = span_of(ipaddress.IPv6Network(to))
    lengths = [
        network.prefixlen
        for cidr in route.cidrs
        if isinstance(cidr, str) and (network := parse(cidr)) is not None and network.version == 6
        if span_of(network)[0] <= first and end <= span_of(network)[1]
    ]
    return max(lengths, default=None)


def longest(routes: list[Route], to: str) -> list[Route]:
    """Those of routes to a destination that it takes."""
    lengths = {route: leads_to(route, to) or 0 for route in routes}
    best = max(lengths.values(), default=0)
    return [route for route in routes if lengths[route] == best]


def leaves_by_ipv6(routes: list[Route]) -> bool:
    """Whether routes hold the IPv6 internet: ::/0, its halves, or 2000::/3."""
    cidrs = [cidr for route in routes for cidr in route.cidrs if isinstance(cidr, str)]
    return is_internet(cidr for cidr in cidrs if ":" in cidr)


def internet_routes(routes: list[Route]) -> list[Route] | None:
    """The routes that all of 0.0.0.0/0 takes; ``None`` where some of it has none.

    A table has one route to a destination: of two that are declared AWS takes whichever comes first, so both count.
    """
    wide: dict[str, list[Route]] = {}
    for route in routes:
        for cidr in route.cidrs:
            if isinstance(cidr, str) and is_wide(cidr):
                wide.setdefault(str(parse(cidr)), []).append(route)
    specific = [network for network in map(parse, wide) if network is not None and network.prefixlen > 0]
    if size(map(span_of, specific)) == 2**32:
        return [route for network in specific for route in wide[str(network)]]
    return wide.get("0.0.0.0/0")


def to_internet(route: Route) -> Tri:
    """Whether a route is of the IPv4 internet, all of it or a quarter at least, or of the IPv6 internet."""
    if any(isinstance(cidr, str) and is_wide(cidr) for cidr in route.cidrs) or leaves_by_ipv6([route]):
        return Tri.TRUE
    return Tri.UNKNOWN if any(not isinstance(cidr, str) for cidr in route.cidrs) else Tri.FALSE
