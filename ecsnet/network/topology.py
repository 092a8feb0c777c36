"""The network as a picture: what sits where, what leads where. Data only; :mod:`ecsnet.report.graph` draws it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import Network
from ecsnet.network.balancers import through
from ecsnet.network.capacity import capacity_of
from ecsnet.network.hosts import container_hosts
from ecsnet.network.links import MAIN
from ecsnet.network.model import (
    Capacity,
    CapacityProvider,
    Element,
    Hosts,
    InternetGateway,
    Link,
    Links,
    LoadBalancer,
    NatGateway,
    Route,
    RouteTable,
    Subnet,
    TargetKind,
    Vpc,
    Workload,
)
from ecsnet.network.passage import Reach
from ecsnet.network.zones import zone_name
from ecsnet.records import dataclass
from ecsnet.values import Reference, Tri

_FROM, _TO = "from the internet", "to the internet"
"""Two nodes, since one would draw every way as a circle."""


@dataclass(frozen=True, slots=True)
class Node:
    """``kind``: ``subnet``, ``nat``, ``gateway``, ``table``, ``workloads``, ``instances``, ``balancer``, ``elsewhere``
    or ``internet``. ``within``: the names of the boxes around it, outermost first. ``addresses``: what it stands for.
    ``look``: of a subnet its class, else "".
    """

    key: str
    kind: str
    lines: tuple[str, ...]
    within: tuple[str, ...]
    addresses: tuple[str, ...]
    look: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """``sits``: no traffic, the start is in the end. ``certain``: false where it may lead there."""

    start: str
    end: str
    label: str = ""
    certain: bool = True
    sits: bool = False


@dataclass(frozen=True, slots=True)
class Topology:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def topology(network: Network) -> Topology:
    """Subnets in their zones and VPCs, the tables and gateways their traffic takes, and what runs in them.

    What runs in the same subnets is one node, so that ten services in three zones stay readable.
    """
    drawing = _Drawing(network)
    nodes = [*drawing.places(), *drawing.tables(), *drawing.tenants(), *drawing.balancers(), *drawing.targets.values()]
    edges = dict.fromkeys(drawing.edges)
    ends = {end for edge in edges for end in (edge.start, edge.end)}
    nodes += (Node(name, "internet", (name,), (), ()) for name in (_FROM, _TO) if name in ends)
    return Topology(tuple(nodes), tuple(edges))


class _Drawing:
    """``edges`` and ``targets`` fill up while the nodes are made."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.edges: list[Edge] = []
        self.targets: dict[str, Node] = {}
        self._vpcs = {vpc.address: _vpc_box(vpc) for vpc in network.all(Vpc)}

    def _box(self, vpc: Link) -> tuple[str, ...]:
        if vpc.only in self._vpcs:
            return (self._vpcs[vpc.only],)
        named = f" {vpc.value}" if isinstance(vpc.value, str) else ""
        return (f"VPC{named} (not in the configuration)",)

    def _within(self, subnet: Subnet) -> tuple[str, ...]:
        zone = zone_name(subnet.zone) if subnet.zone is not None else "a zone that AWS chooses"
        short = zone.rpartition(".")[2] if zone.startswith("data.") else zone
        return (*self._box(subnet.vpc), short if " " in short else f"zone {short}")

    def places(self) -> Iterator[Node]:
        for subnet in self.network.all(Subnet):
            kind = self.network.routing.classify(subnet).kind.value
            cidr = subnet.cidr4 if isinstance(subnet.cidr4, str) else ""
            lines = (_short(subnet), " ".join(word for word in (kind, cidr) if word))
            yield Node(subnet.address, "subnet", lines, self._within(subnet), (subnet.address,), kind)
            for addresses in self.network.routing.tables(subnet):
                for address in sorted(addresses):
                    if self.network.get(RouteTable, address):
                        self.edges.append(Edge(subnet.address, address))
        for gateway in self.network.all(InternetGateway):
            attached = [one.vpc for one in self.network.routing.attachments(gateway)]
            yield Node(
                gateway.address, "gateway", (_short(gateway), "internet gateway"),
                self._box(attached[0]) if attached else (), (gateway.address,),
            )  # fmt: skip
            self.edges.append(Edge(gateway.address, _TO))
        for nat in self.network.all(NatGateway):
            home = self.network.get(Subnet, nat.subnet.only)
            within = self._within(home) if home else self._box(nat.vpc) if nat.vpc.is_set else ()
            kind = "private NAT gateway" if nat.private is Tri.TRUE else "NAT gateway"
            yield Node(nat.address, "nat", (_short(nat), kind), within, (nat.address,))
            if home:
                self.edges.append(Edge(nat.address, home.address, sits=True))

    def tables(self) -> Iterator[Node]:
        """Tables that subnets use, with the routes that lead out of the VPC."""
        used = {edge.end for edge in self.edges}
        for table in self.network.all(RouteTable):
            if table.address in used:
                yield Node(
                    table.address, "table", (_short(table), "route table"), self._box(table.vpc), (table.address,)
                )
        for route in self.network.all(Route):
            for address in {target.removesuffix(MAIN) for target in route.table.targets} & used:
                self._lead(route, address)

    def _lead(self, route: Route, table: str) -> None:
        cidrs = ", ".join(cidr for cidr in route.cidrs if isinstance(cidr, str)) or "a prefix"
        target = route.target.only
        if target is None or (target not in self._declared and not self.network.get(Hosts, target)):
            target = self._elsewhere(route)
        elif self.network.get(Hosts, target):
            self.targets.setdefault(target, Node(target, "nat", (target, "NAT instance"), (), (target,)))
        self.edges.append(Edge(table, target, cidrs, route.table.only is not None))

    @property
    def _declared(self) -> Mapping[str, Element]:
        return self.network.derived(_gateways)

    def _elsewhere(self, route: Route) -> str:
        value = route.target.value
        named = value if isinstance(value, str) else ""
        if isinstance(value, Reference):
            named = value.target
        key = f"{route.kind.name}:{named}"
        kind = route.kind.value if route.kind is not TargetKind.OTHER else "another gateway"
        lines = (named, kind) if named else (kind,)
        self.targets.setdefault(key, Node(key, "elsewhere", lines, (), ()))
        return key

    def tenants(self) -> Iterator[Node]:
        """Workloads, and container instances: those in the same subnets, with the same capacity, together."""
        groups: dict[tuple[str, str, tuple[str, ...]], list[tuple[str, Element]]] = {}
        for workload in self.network.all(Workload):
            name = workload.name if isinstance(workload.name, str) else _short(workload)
            words = _CAPACITY[capacity_of(self.network, workload).capacity]
            groups.setdefault(("workloads", words, self._subnets(workload.subnets)), []).append((name, workload))
        for found in container_hosts(self.network):
            where = self._subnets(found.hosts.subnets)
            groups.setdefault(("instances", "container instances", where), []).append(
                (_short(found.hosts), found.hosts)
            )
        for provider in self.network.all(CapacityProvider):
            if provider.capacity is Capacity.MANAGED_INSTANCES:
                where = self._subnets(provider.subnets)
                groups.setdefault(("instances", "ECS Managed Instances", where), []).append(
                    (_short(provider), provider)
                )
        for (kind, words, subnets), members in groups.items():
            addresses = tuple(dict.fromkeys(element.address for _, element in members))
            key = f"{kind}:{addresses[0]}"
            yield Node(key, kind, (*dict.fromkeys(name for name, _ in members), words), (), addresses)
            self.edges += (Edge(key, subnet, sits=True) for subnet in subnets)
            for _, element in members:
                if isinstance(element, Workload):
                    self._let_in(element, key)

    def _subnets(self, subnets: Links) -> tuple[str, ...]:
        found = (self.network.get(Subnet, link.only) for link in subnets.items)
        return tuple(dict.fromkeys(subnet.address for subnet in found if subnet))

    def _let_in(self, workload: Workload, key: str) -> None:
        for admission in through(self.network, workload):
            if admission.passage.reach is not Reach.BLOCKED:
                label = "" if admission.listener_port is None else str(admission.listener_port)
                certain = admission.passage.reach is Reach.REACHED
                self.edges.append(Edge(_FROM, admission.balancer.address, label, certain))
                self.edges.append(Edge(admission.balancer.address, key, str(admission.container_port or ""), certain))

    def balancers(self) -> Iterator[Node]:
        for balancer in self.network.all(LoadBalancer):
            facing = "internet-facing load balancer" if balancer.internet_facing is Tri.TRUE else "load balancer"
            yield Node(balancer.address, "balancer", (_short(balancer), facing), (), (balancer.address,))
            self.edges += (Edge(balancer.address, one, sits=True) for one in self._subnets(balancer.subnets))


_CAPACITY = {
    Capacity.FARGATE: "on Fargate",
    Capacity.EC2: "on EC2",
    Capacity.MANAGED_INSTANCES: "on Managed Instances",
    Capacity.EXTERNAL: "on external instances",
    Capacity.UNKNOWN: "capacity unknown",
}


def _gateways(network: Network) -> Mapping[str, Element]:
    return {one.address: one for one in (*network.all(InternetGateway), *network.all(NatGateway))}


def _vpc_box(vpc: Vpc) -> str:
    cidr = next((cidr for cidr in vpc.cidrs4 if isinstance(cidr, str)), "")
    return f"VPC {vpc.address} {cidr}".rstrip()


def _short(element: Element) -> str:
    """The name a person gave it, with its index: ``public[0]``, ``vpc.this[0]``, ``PublicSubnetA``."""
    resource = element.resource
    if resource.language == "cloudformation" or not resource.calls:
        return resource.address.removeprefix(f"{resource.type}.")
    call = resource.calls[-1].address
    own = resource.address.removeprefix(f"{call}.").removeprefix(f"{resource.type}.")
    return f"{call.removeprefix('module.').replace('.module.', '.')}.{own}"
