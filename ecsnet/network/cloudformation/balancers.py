"""Load balancers, their listeners and target groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.cloudformation.groups import guarded
from ecsnet.network.cloudformation.types import BALANCER, GROUP, LISTENER, SUBNET, TARGET_GROUP, itself
from ecsnet.network.links import Linker, Reader, field, listed, one_of
from ecsnet.network.reading import blocks, within
from ecsnet.resources import Resource
from ecsnet.values import Several, Value


def _load_balancer(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    kind = resource.get("Type")
    yield _balancer(resource, linker, "application" if kind is None else kind)
    yield from guarded(resource, linker)


def _classic(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield _balancer(resource, linker, "classic")
    for block, path, certain in blocks(resource, "Listeners"):
        yield m.Listener(
            resource,
            {"port": (*path, "LoadBalancerPort"), "protocol": (*path, "Protocol")},
            balancer=itself(resource),
            port=field(block, "LoadBalancerPort"),
            protocol=field(block, "Protocol"),
            forwards=m.Links(),
            certain=certain,
        )
    yield from guarded(resource, linker)


def _balancer(resource: Resource, linker: Linker, kind: Value) -> m.LoadBalancer:
    mapped = tuple(field(block, "SubnetId") for block in listed(resource.get("SubnetMappings")))
    subnets = resource.get("Subnets")
    return m.LoadBalancer(
        resource,
        {
            "subnets": ("Subnets",) if subnets is not None else ("SubnetMappings",),
            "groups": ("SecurityGroups",),
            "internet_facing": ("Scheme",),
            "kind": ("Type",),
        },
        kind=kind,
        internet_facing=~one_of(resource.get("Scheme"), "internal") & ~one_of(kind, "gateway"),
        subnets=linker.links(mapped or subnets, SUBNET),
        groups=linker.links(resource.get("SecurityGroups"), GROUP),
    )


def _target_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    by = resource.get("TargetType")
    yield m.TargetGroup(
        resource,
        {"port": ("Port",), "by": ("TargetType",)},
        port=resource.get("Port"),
        by="instance" if by is None else by,
    )


def _listener(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Listener(
        resource,
        {
            "balancer": ("LoadBalancerArn",),
            "port": ("Port",),
            "protocol": ("Protocol",),
            "forwards": ("DefaultActions",),
        },
        balancer=linker.link(resource.get("LoadBalancerArn"), BALANCER),
        port=resource.get("Port"),
        protocol=resource.get("Protocol"),
        forwards=_forwards(resource.get("DefaultActions"), linker),
    )


def _listener_rule(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.ListenerRule(
        resource,
        {"listener": ("ListenerArn",), "forwards": ("Actions",)},
        listener=linker.link(resource.get("ListenerArn"), LISTENER),
        forwards=_forwards(resource.get("Actions"), linker),
    )


def _forwards(actions: Value, linker: Linker) -> m.Links:
    """The target groups of actions; both ways of naming them may be used at once."""
    named: list[Value] = []
    for action in listed(actions):
        groups = listed(within(action, "ForwardConfig", "TargetGroups"))
        targets = [field(action, "TargetGroupArn"), *(_like(group, field(group, "TargetGroupArn")) for group in groups)]
        named += [_like(action, target) for target in targets if target is not None]
    return linker.links(tuple(named), TARGET_GROUP)


def _like(whole: Value, part: Value) -> Value:
    """What stands in something of unknown number is of unknown number itself."""
    return Several(part) if isinstance(whole, Several) and not isinstance(part, Several) else part


READERS: Mapping[str, Reader] = {
    "AWS::ElasticLoadBalancing::LoadBalancer": _classic,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _load_balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _target_group,
    "AWS::ElasticLoadBalancingV2::Listener": _listener,
    "AWS::ElasticLoadBalancingV2::ListenerRule": _listener_rule,
}
