"""On which container instances the tasks of a workload run, and which of their ports these take.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ecsnet.network import Network, exists, guards
from ecsnet.network.addresses import port_number
from ecsnet.network.capacity import capacity_of, network_mode_of
from ecsnet.network.hosts import ContainerHosts, cluster_name, container_hosts
from ecsnet.network.links import unseen
from ecsnet.network.model import Capacity, CapacityProvider, Cluster, Link, TaskDefinition, Workload
from ecsnet.network.passage import Doubt
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.values import Reference, Span, Tri, Value, equal


@dataclass(frozen=True, slots=True)
class DynamicPorts:
    """Whether a workload's tasks are given dynamic ports of the instances they run on.

    ``protocols``: ``tcp``, ``udp``; ``hops``: what decides; ``doubt``: why it is unknown.
    """

    given: Tri
    protocols: frozenset[str] = frozenset()
    hops: tuple[Hop, ...] = ()
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Tenancy:
    """The container instances that tasks run on: all of ``hosts``, or (not ``each``) any one of them.

    ``hops``: what puts tasks there; ``doubt``: why they may run elsewhere, or not there.
    """

    hosts: tuple[ContainerHosts, ...] = ()
    each: bool = True
    hops: tuple[Hop, ...] = ()
    doubt: Doubt | None = None


def dynamic_ports(network: Network, workload: Workload) -> DynamicPorts:
    """Of a task in bridge mode, for each port that it maps to none of the host, or to 0.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
    """
    if workload.network is Tri.TRUE:
        return DynamicPorts(Tri.FALSE)
    capacity = capacity_of(network, workload)
    if capacity.capacity not in (Capacity.EC2, Capacity.UNKNOWN):
        return DynamicPorts(Tri.FALSE)
    mode = network_mode_of(network, workload, capacity.capacity)
    if mode.mode not in ("bridge", None):
        return DynamicPorts(Tri.FALSE)
    task = network.get(TaskDefinition, workload.task_definition.only)
    if task is None or task.containers is None:
        reason = task.reason if task else "its task definition is not in the configuration"
        span = task.span("containers") if task else workload.span("task_definition")
        return DynamicPorts(Tri.UNKNOWN, doubt=Doubt(f"the ports of {workload.address}: {reason}", span))
    protocols, maybe = set[str](), False
    for mapping in (mapping for container in task.containers for mapping in container.ports):
        dynamic = _is_dynamic(mapping.host_port)
        spoken = "tcp" if mapping.protocol is None else mapping.protocol
        if dynamic is Tri.TRUE and isinstance(spoken, str) and mapping.container_port is not None:
            protocols.add(spoken.lower())
        maybe = maybe or dynamic is not Tri.FALSE
    if not maybe:
        return DynamicPorts(Tri.FALSE)
    span = task.span("containers")
    if not protocols or mode.mode is None or capacity.capacity is Capacity.UNKNOWN:
        reason = mode.reason or capacity.reason or "the host ports of its containers are not in the configuration"
        return DynamicPorts(Tri.UNKNOWN, doubt=Doubt(f"{workload.address}: {reason}", span))
    hop = Hop(task.address, "its bridge tasks take dynamic ports of the instance", span)
    return DynamicPorts(Tri.TRUE, frozenset(protocols), (*capacity.hops, *mode.hops, hop))


def _is_dynamic(host_port: Value) -> Tri:
    if host_port is None:
        return Tri.TRUE
    number = port_number(host_port)
    return Tri.UNKNOWN if number is None else Tri.of(number == 0)


def tenancy(network: Network, workload: Workload) -> Tenancy:
    """By the providers of the strategy in force, else every instance of the cluster may run its tasks."""
    capacity = capacity_of(network, workload)
    if capacity.capacity is Capacity.UNKNOWN:
        return Tenancy(doubt=Doubt(capacity.reason, capacity.span or workload.span()))
    if capacity.capacity is not Capacity.EC2:
        return Tenancy()
    if not capacity.providers.items:
        return _in_cluster(network, workload)
    known = network.derived(_by_address)
    found: list[ContainerHosts] = []
    doubt: Doubt | None = None
    for link in capacity.providers.items:
        provider = network.get(CapacityProvider, link.only)
        hosts = known.get(provider.hosts.only or "") if provider else None
        if provider is None or hosts is None:
            reason = f"the instances of {provider.address if provider else 'a provider'} are not in the configuration"
            span = provider.span("hosts") if provider else workload.span("providers")
            doubt = doubt or Doubt(reason, span)
        elif exists(hosts.hosts, guards(workload, provider)) is Tri.TRUE:
            found.append(hosts)
    return Tenancy(tuple(found), doubt=doubt)


def _by_address(network: Network) -> Mapping[str, ContainerHosts]:
    return {found.hosts.address: found for found in container_hosts(network)}


def _in_cluster(network: Network, workload: Workload) -> Tenancy:
    cluster = network.get(Cluster, workload.cluster.only)
    found: list[ContainerHosts] = []
    doubt: Doubt | None = None
    hole = network.hole(cluster.address) if cluster else None
    if hole:
        doubt = Doubt(f"{unseen(hole)} may add instances to its cluster: {hole.reason}", hole.span)
    for hosts, joins in network.derived(_Joined).to(workload.cluster, cluster):
        if joins is Tri.TRUE and exists(hosts.hosts, guards(workload)) is Tri.TRUE:
            found.append(hosts)
        else:
            reason = f"which cluster the instances of {hosts.hosts.address} join is not certain"
            doubt = doubt or Doubt(reason, _joining(hosts))
    name = cluster.address if cluster else "its cluster"
    hops = tuple(Hop(hosts.settings.address, f"joins {name}", _joining(hosts)) for hosts in found)
    return Tenancy(tuple(found), each=len(found) == 1 and doubt is None, hops=hops, doubt=doubt)


def _joining(hosts: ContainerHosts) -> Span:
    return hosts.settings.span("user_data")


class _Joined:
    """Container instances by the cluster that they join."""

    def __init__(self, network: Network) -> None:
        self._by_name: defaultdict[str, list[ContainerHosts]] = defaultdict(list)
        self._by_target: defaultdict[str, list[ContainerHosts]] = defaultdict(list)
        self._others: list[tuple[ContainerHosts, Value]] = []
        for hosts in container_hosts(network):
            value = cluster_name(hosts.settings)
            if isinstance(value, str):
                self._by_name[value].append(hosts)
            elif isinstance(value, Reference) and network.get(Cluster, value.target):
                self._by_target[value.target].append(hosts)
            else:
                self._others.append((hosts, value))

    def to(self, link: Link, cluster: Cluster | None) -> list[tuple[ContainerHosts, Tri]]:
        """Those that join a cluster, or may."""
        name: Value = cluster.name if cluster else link.value if link.is_set else "default"
        if cluster is None and isinstance(name, str):
            name = name.rpartition("/")[2]
        found = [(hosts, Tri.TRUE) for hosts in self._by_target[cluster.address]] if cluster else []
        if isinstance(name, str):
            found += ((hosts, Tri.TRUE) for hosts in self._by_name[name])
        elif name is not None:
            found += ((hosts, Tri.UNKNOWN) for several in self._by_name.values() for hosts in several)
        if cluster is None and not isinstance(name, str):
            found += ((hosts, Tri.UNKNOWN) for several in self._by_target.values() for hosts in several)
        for hosts, value in self._others:
            same = _same(value, name)
            if same is not Tri.FALSE:
                found.append((hosts, same))
        return found


def _same(one: Value, other: Value) -> Tri:
    """Whether two clusters are the same, by name or by reference; ``None`` is a name that AWS makes up."""
    if isinstance(one, Reference) and isinstance(other, Reference) and one.target == other.target:
        return Tri.TRUE
    if other is None or isinstance(one, Reference) or isinstance(other, Reference):
        return Tri.UNKNOWN
    return equal(one, other)
