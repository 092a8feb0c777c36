"""How each workload and each set of container instances reaches the internet, and what of the internet reaches it."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.network import Network, interfaces, needs
from ecsnet.network.balancers import Admission, through
from ecsnet.network.capacity import capacity_of, network_mode_of
from ecsnet.network.endpoints import serving
from ecsnet.network.hosts import container_hosts
from ecsnet.network.interfaces import Placement
from ecsnet.network.model import Capacity, CapacityProvider, Element, Workload
from ecsnet.network.passage import Doubt, Passage, Reach
from ecsnet.network.reachability import Opening, egress, ingress
from ecsnet.network.routing import SubnetClass, WayOut
from ecsnet.network.zones import zone_name
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.values import Tri, Value


@dataclass(frozen=True, slots=True)
class Met:
    """Something that is needed at start-up, and how it is reached: by the internet, an endpoint (its address), or not.

    ``by``: an endpoint's address, or what carries it to the internet; "" where nothing does. ``reason``: why not, or
    why that is unknown.
    """

    service: str
    hop: Hop
    reach: Reach
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """A subject in one subnet. ``via``: what its internet route leads to, where that is declared; "" where it is not.

    ``egress6``: ``None`` where it has certainly no IPv6 address.
    """

    placement: Placement
    kind: SubnetClass
    via: str
    zone: str
    egress: Passage
    egress6: Passage | None
    openings: tuple[Opening, ...]
    needs: tuple[Met, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A workload, or instances that run tasks. ``kind``: ``workload`` or ``container instances``.

    ``mode``: the network mode of a workload's tasks; "" where there is none to tell. ``places`` are empty where tasks
    have no interface of their own: they use that of their container instance. ``doubts``: why more may be needed at
    start-up than is known.
    """

    element: Element
    kind: str
    name: str
    capacity: Capacity
    mode: str
    evidence: tuple[Hop, ...]
    places: tuple[Place, ...]
    admissions: tuple[Admission, ...]
    doubts: tuple[Doubt, ...]


def subjects(network: Network) -> Iterator[Subject]:
    """Workloads first, then container instances, in order of declaration."""
    for workload in network.all(Workload):
        yield _workload(network, workload)
    for found in container_hosts(network):
        needed = needs.of_instances(network, found)
        places = _places(network, interfaces.of_hosts(network, found), needed)
        name = found.hosts.address
        yield Subject(
            found.hosts, "container instances", name, Capacity.EC2, "", found.evidence, places, (), needed.doubts
        )
    for provider in network.all(CapacityProvider):
        if provider.capacity is Capacity.MANAGED_INSTANCES:
            needed = needs.of_instances(network, provider)
            places = _places(network, interfaces.of_provider(network, provider), needed)
            name = provider.address
            yield Subject(provider, "container instances", name, provider.capacity, "", (), places, (), needed.doubts)


def _workload(network: Network, workload: Workload) -> Subject:
    capacity = capacity_of(network, workload)
    mode = network_mode_of(network, workload, capacity.capacity)
    # On instances it is the instance that pulls images, ships logs and fetches secrets.
    own = capacity.capacity in (Capacity.FARGATE, Capacity.UNKNOWN)
    needed = needs.of_workload(network, workload) if own else needs.Needs()
    places = _places(network, interfaces.of_workload(network, workload), needed)
    return Subject(
        workload, "workload", _name(workload), capacity.capacity, mode.mode or "", capacity.hops + mode.hops, places,
        through(network, workload), needed.doubts,
    )  # fmt: skip


def _name(workload: Workload) -> str:
    return workload.name if isinstance(workload.name, str) else workload.address


def _places(network: Network, placements: tuple[Placement, ...], needed: needs.Needs) -> tuple[Place, ...]:
    return tuple(_place(network, placement, needed) for placement in placements)


def _place(network: Network, placement: Placement, needed: needs.Needs) -> Place:
    subnet = placement.subnet
    zone: Value = subnet.zone if subnet else None
    way = network.routing.classify(subnet) if subnet else WayOut(SubnetClass.UNKNOWN)
    out = egress(network, placement)
    return Place(
        placement,
        way.kind,
        way.target or "",
        zone_name(zone) if zone is not None else "",
        out,
        None if placement.ipv6.given is Tri.FALSE else egress(network, placement, family=6),
        ingress(network, placement),
        tuple(_met(network, placement, need, out) for need in needed.certain),
    )


def _met(network: Network, placement: Placement, need: needs.Need, out: Passage) -> Met:
    """By an endpoint, which takes the traffic where there is one; else by the way to the internet."""
    if need.service != needs.INTERNET:
        service = serving(network, placement, need.service)
        if service.served is Tri.TRUE and service.endpoint is not None:
            return Met(need.service, need.hop, Reach.REACHED, service.endpoint.address, "")
        if out.reach is not Reach.REACHED and service.served is Tri.UNKNOWN:
            return Met(need.service, need.hop, Reach.UNKNOWN, "", service.reason)
    if out.reach is Reach.REACHED:
        return Met(need.service, need.hop, Reach.REACHED, needs.INTERNET, "")
    if out.reach is Reach.BLOCKED:
        return Met(need.service, need.hop, Reach.BLOCKED, "", out.obstacles[0].message)
    return Met(need.service, need.hop, Reach.UNKNOWN, "", out.reason)
