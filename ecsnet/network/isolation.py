"""What tasks and container instances lack in subnets without a route to the internet.

Each of them starts by calls to AWS: on Fargate from the task's own interface, else from the instance's. In an isolated
subnet only VPC endpoints answer those.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ecsnet.network import Network
from ecsnet.network import needs as needed
from ecsnet.network.addresses import is_private, parse
from ecsnet.network.capacity import capacity_of
from ecsnet.network.endpoints import Service
from ecsnet.network.hosts import ContainerHosts, container_hosts, readable
from ecsnet.network.interfaces import Placement, of_hosts, of_provider, of_workload
from ecsnet.network.model import Capacity, CapacityProvider, Element, EndpointKind, Route, Workload
from ecsnet.network.needs import INTERNET, Needs
from ecsnet.network.passage import Doubt, Reach
from ecsnet.network.reachability import egress
from ecsnet.network.routing import SubnetClass, WayOut, index_by
from ecsnet.network.supply import Lack, Supply, privately
from ecsnet.records import dataclass
from ecsnet.resources import Hop


@dataclass(frozen=True, slots=True, eq=False)
class Starter:
    """What has to reach AWS to start, by the interfaces that carry it.

    ``owner``: a workload on Fargate, an Auto Scaling group or an instance, or a capacity provider of Managed Instances;
    ``hops``: what shows that. ``doubt``: why it may not be one.
    """

    owner: Element
    placements: tuple[Placement, ...]
    needs: Needs
    hops: tuple[Hop, ...] = ()
    doubt: Doubt | None = None

    @property
    def on_fargate(self) -> bool:
        return isinstance(self.owner, Workload)


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """An interface in an isolated subnet, by ``way``, and what is certainly not had there.

    ``missing``: no endpoint for it; ``unusable``: there is an interface endpoint for it that does not serve.
    """

    placement: Placement
    way: WayOut
    missing: tuple[Lack, ...]
    unusable: tuple[Lack, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Isolation:
    """Of one starter. ``doubts``: why more may be missing; ``doubtful``: needs by endpoints that may not serve."""

    starter: Starter
    cuts: tuple[Cut, ...]
    doubts: tuple[Doubt, ...]
    doubtful: tuple[Lack, ...]


def isolated(network: Network) -> tuple[Isolation, ...]:
    """Of everything that starts tasks, in order of declaration."""
    return network.derived(_isolated)


def without_egress(network: Network, workload: Workload) -> frozenset[str]:
    """The addresses of the subnets in which a workload's tasks certainly lack what they need to start."""
    return network.derived(_by_workload).get(workload, frozenset())


def _isolated(network: Network) -> tuple[Isolation, ...]:
    return tuple(_judge(network, starter) for starter in _starters(network))


def _by_workload(network: Network) -> Mapping[Element, frozenset[str]]:
    return {
        found.starter.owner: frozenset(
            cut.placement.subnet.address for cut in found.cuts if cut.missing and cut.placement.subnet
        )
        for found in isolated(network)
        if found.starter.on_fargate and found.starter.doubt is None
    }


def _starters(network: Network) -> Iterator[Starter]:
    for workload in network.all(Workload):
        capacity = capacity_of(network, workload)
        if capacity.capacity not in (Capacity.FARGATE, Capacity.UNKNOWN):
            continue
        doubt = None
        if capacity.capacity is Capacity.UNKNOWN:
            doubt = Doubt(capacity.reason, capacity.span or workload.span())
        placements = of_workload(network, workload)
        if placements:
            yield Starter(workload, placements, needed.of_workload(network, workload), capacity.hops, doubt)
    for hosts in container_hosts(network):
        proxy = _proxy(hosts)
        needs = needed.of_instances(network, hosts)
        yield Starter(hosts.hosts, of_hosts(network, hosts), needs, hosts.evidence, proxy)
    for provider in network.all(CapacityProvider):
        if provider.capacity is Capacity.MANAGED_INSTANCES:
            yield Starter(provider, of_provider(network, provider), needed.of_instances(network, provider))


_PROXY = re.compile(r"https?_proxy", re.IGNORECASE)


def _proxy(hosts: ContainerHosts) -> Doubt | None:
    """Instances may be told of a proxy, which goes out for them.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/http_proxy_config.html
    """
    settings = hosts.settings
    if not _PROXY.search(readable(settings.user_data)):
        return None
    return Doubt("its user data names a proxy, which may go out for it", settings.span("user_data"))


def _judge(network: Network, starter: Starter) -> Isolation:
    cuts: list[Cut] = []
    doubts: list[Doubt] = []
    doubtful: list[Lack] = []
    for placement in starter.placements:
        if placement.subnet is None:
            doubts.append(Doubt(placement.reason, placement.span))
            continue
        way = network.routing.classify(placement.subnet)
        if way.kind not in (SubnetClass.ISOLATED, SubnetClass.UNKNOWN):
            continue
        supply = privately(network, placement, starter.needs)
        doubt = _other_way(network, placement, way, supply)
        lacks = supply.lacks if doubt is None else _past_doubt(network, placement, way, supply)
        if doubt is not None and (supply.lacks or supply.doubts):
            doubts.append(doubt)
        doubts += supply.doubts
        doubtful += supply.doubtful if doubt is None else (*supply.doubtful, *filter(_unusable, supply.lacks))
        if lacks:
            missing = tuple(lack for lack in lacks if not _unusable(lack))
            cuts.append(Cut(placement, way, missing, tuple(filter(_unusable, lacks))))
    return Isolation(starter, tuple(cuts), tuple(dict.fromkeys(doubts)), tuple(doubtful))


def _unusable(lack: Lack) -> bool:
    """Whether it is an interface endpoint that fails it."""
    return lack.service is not None and _by_interface(lack.service)


def _by_interface(service: Service) -> bool:
    return service.endpoint is not None and service.endpoint.kind is EndpointKind.INTERFACE


def _other_way(network: Network, placement: Placement, way: WayOut, supply: Supply) -> Doubt | None:
    """Why what no endpoint serves may be had all the same."""
    subnet = placement.subnet
    if way.kind is SubnetClass.UNKNOWN:
        return Doubt(way.reason, way.span or placement.span)
    if not supply.lacks or subnet is None:
        return None
    by_ipv6 = egress(network, placement, family=6)
    if by_ipv6.reach is not Reach.BLOCKED:
        return Doubt(by_ipv6.reason or f"{subnet.address} has a way out by IPv6", by_ipv6.span or subnet.span())
    for route in _routes_elsewhere(network, placement):
        reason = f"{route.address} leads to another network, which may have endpoints of its own"
        return Doubt(reason, route.span())
    return None


def _past_doubt(network: Network, placement: Placement, way: WayOut, supply: Supply) -> tuple[Lack, ...]:
    """What is lacking all the same: no route to private addresses leads to a registry on the internet."""
    if way.kind is not SubnetClass.ISOLATED or egress(network, placement, family=6).reach is not Reach.BLOCKED:
        return ()
    if not all(_to_private(route) for route in _routes_elsewhere(network, placement)):
        return ()
    return tuple(lack for lack in supply.lacks if lack.need.service == INTERNET)


def _to_private(route: Route) -> bool:
    parsed = [parse(cidr) if isinstance(cidr, str) else None for cidr in route.cidrs]
    return bool(parsed) and all(found is not None and is_private(found) for found in parsed)


def _routes_elsewhere(network: Network, placement: Placement) -> Iterator[Route]:
    """Routes of the subnet's table by IPv4, which are not to the internet as a whole: the subnet is isolated."""
    named, loose = network.derived(_routes)
    tables = network.routing.tables(placement.subnet) if placement.subnet else ()
    own = (route for table in tables for address in sorted(table) for route in named.get(address, ()))
    for route in (*loose, *own):
        by_ipv4 = any(not isinstance(cidr, str) or ":" not in cidr for cidr in route.cidrs)
        if by_ipv4 and route.target.value != "local":
            yield route


def _routes(network: Network) -> tuple[Mapping[str, list[Route]], list[Route]]:
    return index_by(network.all(Route), lambda route: route.table)
