"""Interfaces with or without a public IPv4 address in subnets of given classes: what several rules look for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ecsnet.network import Network
from ecsnet.network.interfaces import Placement
from ecsnet.network.passage import Doubt
from ecsnet.network.routing import SubnetClass, WayOut
from ecsnet.resources import Hop
from ecsnet.values import Tri


@dataclass(frozen=True, slots=True)
class Found:
    """A placement that is certainly as it was looked for, and its subnet's way out."""

    placement: Placement
    subnet: str
    way: WayOut

    @property
    def hops(self) -> tuple[Hop, ...]:
        return (self.placement.hop, self.placement.ipv4.hop, *self.way.hops)


def find(
    network: Network, placements: Iterable[Placement], kinds: Collection[SubnetClass], given: Tri
) -> tuple[tuple[Found, ...], tuple[Doubt, ...]]:
    """Those in a subnet of one of ``kinds`` whose public IPv4 address is ``given``; and why there may be others."""
    found: list[Found] = []
    doubts: list[Doubt] = []
    for placement in placements:
        subnet = placement.subnet
        if placement.ipv4.given is ~given:
            continue
        if subnet is None:
            doubts.append(Doubt(placement.reason, placement.span))
            continue
        way = network.routing.classify(subnet)
        if way.kind is SubnetClass.UNKNOWN:
            doubts.append(Doubt(f"{subnet.address}: {way.reason}", way.span or subnet.span()))
        elif way.kind in kinds and placement.ipv4.given is given:
            found.append(Found(placement, subnet.address, way))
        elif way.kind in kinds:
            doubts.append(Doubt(placement.ipv4.reason, placement.ipv4.hop.span))
    return tuple(found), tuple(doubts)


def path(found: Iterable[Found]) -> Iterator[Hop]:
    return (hop for one in found for hop in one.hops)
