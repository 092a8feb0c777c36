"""ECS clusters, capacity providers and task definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.cloudformation.groups import guarded
from ecsnet.network.cloudformation.types import CAPACITY_PROVIDER, CLUSTER, GROUP, SCALING_GROUP, SUBNET, itself
from ecsnet.network.containers import containers
from ecsnet.network.links import Linker, Reader, field
from ecsnet.network.reading import within
from ecsnet.resources import Path, Resource
from ecsnet.values import Unknown, Value

_MANAGED_NETWORK: Path = ("ManagedInstancesProvider", "InstanceLaunchTemplate", "NetworkConfiguration")


def strategy(value: Value, linker: Linker) -> m.Links:
    return linker.strategy(value, "CapacityProvider", CAPACITY_PROVIDER, "Name")


def cluster_link(value: Value, linker: Linker) -> m.Link:
    return linker.named(value, CLUSTER, "ClusterName")


def _cluster(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Cluster(resource, {}, name=resource.get("ClusterName"))
    yield from _default_strategy(resource, linker, itself(resource))


def _cluster_capacity_providers(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from _default_strategy(resource, linker, cluster_link(resource.get("Cluster"), linker))


def _default_strategy(resource: Resource, linker: Linker, cluster: m.Link) -> Iterator[m.Element]:
    default = resource.get("DefaultCapacityProviderStrategy")
    if default:
        places: Mapping[str, Path] = {"providers": ("DefaultCapacityProviderStrategy",)}
        yield m.DefaultStrategy(resource, places, cluster=cluster, providers=strategy(default, linker))


def _capacity_provider(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    managed = resource.get("ManagedInstancesProvider")
    capacity = m.Capacity.EC2 if managed is None else m.Capacity.MANAGED_INSTANCES
    hosts = within(resource.get(), "AutoScalingGroupProvider", "AutoScalingGroupArn")
    network = within(resource.get(), *_MANAGED_NETWORK)
    yield m.CapacityProvider(
        resource,
        {
            "hosts": ("AutoScalingGroupProvider", "AutoScalingGroupArn"),
            "subnets": (*_MANAGED_NETWORK, "Subnets"),
            "groups": (*_MANAGED_NETWORK, "SecurityGroups"),
        },
        name=resource.get("Name"),
        capacity=m.Capacity.UNKNOWN if isinstance(managed, Unknown) else capacity,
        hosts=linker.link(hosts, SCALING_GROUP),
        subnets=linker.links(field(network, "Subnets"), SUBNET),
        groups=linker.links(field(network, "SecurityGroups"), GROUP),
    )
    yield from guarded(resource, linker)


def _task_definition(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    found, reason = containers(resource.get("ContainerDefinitions"), ("ContainerDefinitions",))
    yield m.TaskDefinition(
        resource,
        {
            "network_mode": ("NetworkMode",),
            "compatibilities": ("RequiresCompatibilities",),
            "containers": ("ContainerDefinitions",),
        },
        family=resource.get("Family"),
        network_mode=resource.get("NetworkMode"),
        compatibilities=resource.get("RequiresCompatibilities"),
        containers=found,
        reason=reason,
    )


READERS: Mapping[str, Reader] = {
    "AWS::ECS::Cluster": _cluster,
    "AWS::ECS::ClusterCapacityProviderAssociations": _cluster_capacity_providers,
    "AWS::ECS::CapacityProvider": _capacity_provider,
    "AWS::ECS::TaskDefinition": _task_definition,
}
