"""What runs a workload's tasks, and in which network mode.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html
"""

from __future__ import annotations

from ecsnet.network import Network, exists, guards
from ecsnet.network.links import listed, reason_of, unseen
from ecsnet.network.model import (
    Capacity,
    CapacityProvider,
    Cluster,
    DefaultStrategy,
    Link,
    Links,
    TaskDefinition,
    Workload,
)
from ecsnet.records import dataclass, field, replace
from ecsnet.resources import Hop
from ecsnet.values import Span, Tri, Unknown, Value


@dataclass(frozen=True, slots=True)
class CapacityOf:
    """The capacity with the hops that decide it, or why and where it is unknown.

    ``providers``: those of the strategy in force, if it is one that decides.
    """

    capacity: Capacity
    hops: tuple[Hop, ...] = ()
    reason: str = ""
    span: Span | None = None
    providers: Links = field(default_factory=Links)


@dataclass(frozen=True, slots=True)
class ModeOf:
    """The network mode in lower case (``None``: not to be told) with the hop that decides it."""

    mode: str | None
    hops: tuple[Hop, ...] = ()
    reason: str = ""
    span: Span | None = None


_LAUNCH_TYPES = {
    "fargate": Capacity.FARGATE,
    "ec2": Capacity.EC2,
    "external": Capacity.EXTERNAL,
    "managed_instances": Capacity.MANAGED_INSTANCES,
}
_WORDS = {
    Capacity.FARGATE: "on Fargate",
    Capacity.EC2: "on EC2 container instances",
    Capacity.MANAGED_INSTANCES: "on ECS Managed Instances",
    Capacity.EXTERNAL: "on external instances",
}


def capacity_of(network: Network, workload: Workload) -> CapacityOf:
    """From the launch type, else the workload's own strategy, else the cluster's default one, else EC2."""
    given = guards(workload)
    if workload.launch_type is not None:
        return _by_launch_type(workload)
    if workload.providers.items or not workload.providers.complete:
        return _by_strategy(network, workload.providers, workload.address, workload.span("providers"))
    cluster = network.get(Cluster, workload.cluster.only)
    if cluster is None:
        return _by_compatibilities(network, workload)
    hole = network.hole(cluster.address)
    if hole:
        reason = f"{unseen(hole)} may give {cluster.address} a default capacity provider strategy: {hole.reason}"
        return CapacityOf(Capacity.UNKNOWN, reason=reason, span=hole.span)
    for strategy in network.all(DefaultStrategy):
        if not strategy.cluster.may_be(cluster.address) or not (strategy.providers.items or strategy.providers.reason):
            continue
        if strategy.cluster.only is None or exists(strategy, given | guards(cluster)) is not Tri.TRUE:
            reason = f"whether {strategy.address} gives the cluster's default strategy is not certain"
            return CapacityOf(Capacity.UNKNOWN, reason=reason, span=strategy.span())
        return _by_strategy(network, strategy.providers, strategy.address, strategy.span("providers"))
    message = "names no launch type or capacity provider, nor does its cluster: it runs on EC2 container instances"
    return CapacityOf(Capacity.EC2, (Hop(workload.address, message, workload.span()),))


def _by_launch_type(workload: Workload) -> CapacityOf:
    span = workload.span("launch_type")
    value = workload.launch_type
    capacity = _LAUNCH_TYPES.get(value.lower()) if isinstance(value, str) else None
    if capacity is None:
        reason = f"the launch type is {value}" if isinstance(value, str) else f"the launch type: {reason_of(value)}"
        return CapacityOf(Capacity.UNKNOWN, reason=reason, span=span)
    hop = Hop(workload.address, f"runs {_WORDS[capacity]} (launch type {value})", span)
    return CapacityOf(capacity, (hop,))


def _by_strategy(network: Network, providers: Links, owner: str, span: Span) -> CapacityOf:
    missing = [link.value for link in providers.items if _of_provider(network, link) is Capacity.UNKNOWN]
    named = next((f"capacity provider {value}" for value in missing if isinstance(value, str)), "a capacity provider")
    why = next((f": {value.reason}" for value in missing if isinstance(value, Unknown)), "")
    reason = providers.reason or f"{named} is not in the configuration{why}"
    unknown = CapacityOf(Capacity.UNKNOWN, reason=reason, span=span)
    if not providers.complete:
        return unknown
    found = {_of_provider(network, link) for link in providers.items}
    if Capacity.UNKNOWN in found:
        return unknown
    if len(found) > 1:
        return replace(unknown, reason="its capacity provider strategy mixes capacity of several kinds")
    capacity = found.pop()
    names = ", ".join(dict.fromkeys(_provider_name(link) for link in providers.items))
    message = f"its capacity provider strategy ({names}) runs tasks {_WORDS[capacity]}"
    hops = [Hop(owner, message, span)]
    for link in providers.items:
        provider = network.get(CapacityProvider, link.only)
        if provider is not None:
            hops.append(Hop(provider.address, f"provides capacity {_WORDS[capacity]}", provider.span()))
    return CapacityOf(capacity, tuple(hops), providers=providers)


def _of_provider(network: Network, link: Link) -> Capacity:
    if isinstance(link.value, str) and link.value.upper() in ("FARGATE", "FARGATE_SPOT"):
        return Capacity.FARGATE
    provider = network.get(CapacityProvider, link.only)
    return provider.capacity if provider else Capacity.UNKNOWN


def _provider_name(link: Link) -> str:
    return link.value if isinstance(link.value, str) else link.only or "unknown"


def _by_compatibilities(network: Network, workload: Workload) -> CapacityOf:
    """Where the cluster is somebody else's: what the task definition requires, if that is one thing."""
    task = network.get(TaskDefinition, workload.task_definition.only)
    required = listed(task.compatibilities) if task else ()
    capacity = _LAUNCH_TYPES.get(str(required[0]).lower()) if len(required) == 1 else None
    if task is None or capacity is None:
        reason = "it names no launch type or capacity provider, and its cluster is not in the configuration"
        return CapacityOf(Capacity.UNKNOWN, reason=reason, span=workload.span())
    message = f"requires {required[0]} compatibility only: its tasks run {_WORDS[capacity]}"
    return CapacityOf(capacity, (Hop(task.address, message, task.span("compatibilities")),))


def network_mode_of(network: Network, workload: Workload, capacity: Capacity) -> ModeOf:
    """Of the task definition, else what the workload's network configuration proves: only awsvpc tasks may have one."""
    task = network.get(TaskDefinition, workload.task_definition.only)
    if task is not None:
        value: Value = task.network_mode
        if value is None:
            default = "none" if capacity is Capacity.MANAGED_INSTANCES else "bridge"
            hop = Hop(task.address, f"names no network mode: {default}", task.span())
            return ModeOf(None if capacity is Capacity.MANAGED_INSTANCES else default, (hop,))
        if isinstance(value, str):
            return ModeOf(value.lower(), (Hop(task.address, f"has network mode {value}", task.span("network_mode")),))
        return _proven_by_configuration(workload, f"the network mode: {reason_of(value)}", task.span("network_mode"))
    value = workload.task_definition.value
    why = reason_of(value) if isinstance(value, Unknown) else "the task definition is not in the configuration"
    return _proven_by_configuration(workload, why, workload.span("task_definition"))


def _proven_by_configuration(workload: Workload, reason: str, span: Span) -> ModeOf:
    if workload.network is Tri.TRUE:
        hop = Hop(workload.address, "has a network configuration: its tasks use awsvpc mode", workload.span("network"))
        return ModeOf("awsvpc", (hop,))
    return ModeOf(None, reason=reason, span=span)
