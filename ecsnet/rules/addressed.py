"""Interfaces with or without a public IPv4 address in subnets of given classes: what several rules look for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ecsnet.network import Network
from ecsnet.network.interfaces import Placement
from ecsnet.network.links import reason_of
from ecsnet.network.model import CapacityProvider, Hosts, LaunchSettings
from ecsnet.network.passage import Doubt
from ecsnet.network.routing import SubnetClass, WayOut
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.rules.proof import sites
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


def unsettled(network: Network, kinds: Collection[SubnetClass]) -> Iterator[tuple[Hosts, Doubt | None]]:
    """Auto Scaling groups of capacity providers that start with what is not in the configuration.

    With the reason why that matters, where one of their subnets is of one of ``kinds``, or may be.
    """
    groups = {provider.hosts.only: None for provider in network.all(CapacityProvider)}
    for hosts in filter(None, (network.get(Hosts, address) for address in groups)):
        if network.get(LaunchSettings, hosts.settings.only) is None:
            known, doubts = sites(network, hosts)
            matters = bool(doubts) or any(site.way.kind in kinds for site in known)
            reason = f"what its instances start with is not in the configuration: {reason_of(hosts.settings.value)}"
            yield hosts, Doubt(reason, hosts.span("settings")) if matters else None
