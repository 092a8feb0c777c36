"""How rules word what they prove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ecsnet.findings import Finding, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.links import reason_of
from ecsnet.network.model import Element, Hosts, Subnet, Workload
from ecsnet.network.passage import Doubt
from ecsnet.network.routing import SubnetClass, WayOut
from ecsnet.records import dataclass
from ecsnet.resources import Hop, Resource


def calls(element: Element) -> tuple[Hop, ...]:
    """The modules or nested stacks that declare an element, outermost first."""
    return tuple(Hop(call.address, "declares it through this call", call.span) for call in element.resource.calls)


def listing(names: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def distinct(hops: Iterable[Hop]) -> tuple[Hop, ...]:
    """Each hop once, where it first stands."""
    return tuple(dict.fromkeys(hops))


@dataclass(frozen=True, slots=True)
class Site:
    """A subnet that something is certainly put into, whose class is known."""

    subnet: Subnet
    way: WayOut

    @property
    def hops(self) -> tuple[Hop, ...]:
        return (Hop(self.subnet.address, "is where it is put", self.subnet.span()), *self.way.hops)


def sites(network: Network, owner: Workload | Hosts) -> tuple[tuple[Site, ...], tuple[Doubt, ...]]:
    """The subnets of a workload or of EC2 instances, and why there may be more or of what class is not known."""
    found: dict[str, Site] = {}
    doubts: list[Doubt] = []
    span = owner.span("subnets")
    for link in owner.subnets.items:
        subnet = network.get(Subnet, link.only)
        if subnet is None:
            name = link.value if isinstance(link.value, str) else reason_of(link.value)
            doubts.append(Doubt(f"a subnet is not in the configuration: {name}", span))
            continue
        way = network.routing.classify(subnet)
        if way.kind is SubnetClass.UNKNOWN:
            doubts.append(Doubt(f"{subnet.address}: {way.reason}", way.span or subnet.span()))
        else:
            found[subnet.address] = Site(subnet, way)
    if not owner.subnets.complete and not doubts:
        doubts.append(Doubt(f"its subnets: {owner.subnets.reason}", span))
    return tuple(found.values()), tuple(doubts)


def settled(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """One kind of outcome for each resource: its findings, else what is undecided about it, else that it passes."""
    by_resource: dict[Resource, list[Verdict]] = {}
    for verdict in verdicts:
        by_resource.setdefault(verdict.resource, []).append(verdict)
    for found in by_resource.values():
        findings: list[Verdict] = [verdict for verdict in found if isinstance(verdict, Finding)]
        yield from findings or [verdict for verdict in found if isinstance(verdict, Undecided)] or found[:1]
