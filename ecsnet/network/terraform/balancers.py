"""Load balancers, their listeners and target groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.links import Linker, Reader, field, listed, one_of, setting
from ecsnet.network.reading import blocks
from ecsnet.network.terraform.groups import guarded
from ecsnet.network.terraform.types import (
    BALANCER,
    CLASSIC_BALANCER,
    GROUP,
    LISTENER,
    SUBNET,
    TARGET_GROUP,
    itself,
)
from ecsnet.resources import Resource
from ecsnet.values import Several, Value


def _load_balancer(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    mapped = tuple(field(block, "subnet_id") for block in listed(resource.get("subnet_mapping")))
    subnets = resource.get("subnets")
    given = resource.get("load_balancer_type")
    kind = "classic" if resource.type in CLASSIC_BALANCER else "application" if given is None else given
    yield m.LoadBalancer(
        resource,
        {
            "kind": ("load_balancer_type",),
            "internet_facing": ("internal",),
            "subnets": ("subnets",) if subnets is not None else ("subnet_mapping",),
            "groups": ("security_groups",),
        },
        kind=kind,
        internet_facing=~setting(resource.get("internal")) & ~one_of(kind, "gateway"),
        subnets=linker.links(mapped or subnets, SUBNET),
        groups=linker.links(resource.get("security_groups"), GROUP),
    )
    for block, path, certain in blocks(resource, "listener") if resource.type in CLASSIC_BALANCER else ():
        yield m.Listener(
            resource,
            {"port": (*path, "lb_port"), "protocol": (*path, "lb_protocol")},
            balancer=itself(resource),
            port=field(block, "lb_port"),
            protocol=field(block, "lb_protocol"),
            forwards=m.Links(),
            certain=certain,
        )
    yield from guarded(resource, linker)


def _target_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    by = resource.get("target_type")
    yield m.TargetGroup(
        resource,
        {"port": ("port",), "by": ("target_type",)},
        port=resource.get("port"),
        by="instance" if by is None else by,
    )


def _listener(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Listener(
        resource,
        {"balancer": ("load_balancer_arn",), "port": ("port",), "protocol": ("protocol",),
         "forwards": ("default_action",)},
        balancer=linker.link(resource.get("load_balancer_arn"), BALANCER),
        port=resource.get("port"),
        protocol=resource.get("protocol"),
        forwards=_forwards(resource, "default_action", linker),
    )  # fmt: skip


def _listener_rule(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.ListenerRule(
        resource,
        {"listener": ("listener_arn",), "forwards": ("action",)},
        listener=linker.link(resource.get("listener_arn"), LISTENER),
        forwards=_forwards(resource, "action", linker),
    )


def _forwards(resource: Resource, actions: str, linker: Linker) -> m.Links:
    """The target groups of the actions, named by themselves or in a ``forward`` block."""
    found: list[Value] = []
    for action, _, certain in blocks(resource, actions):
        named = [field(action, "target_group_arn")]
        for forward in listed(field(action, "forward")):
            for target in listed(field(forward, "target_group")):
                arn = field(target, "arn")
                named.append(Several(arn) if isinstance(target, Several) or isinstance(forward, Several) else arn)
        found += (value if certain or isinstance(value, Several) else Several(value) for value in named)
    return linker.links(tuple(found), TARGET_GROUP)


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(BALANCER | CLASSIC_BALANCER, _load_balancer),
    **dict.fromkeys(TARGET_GROUP, _target_group),
    **dict.fromkeys(LISTENER, _listener),
    "aws_lb_listener_rule": _listener_rule,
    "aws_alb_listener_rule": _listener_rule,
}
