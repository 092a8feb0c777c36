"""What security groups admit from the internet, what they guard, and which container instances it reaches."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ecsnet.network import Network
from ecsnet.network.links import listed, setting
from ecsnet.network.model import (
    AclAssociation,
    AttachmentKind,
    CapacityProvider,
    Element,
    Guarded,
    Hosts,
    IngressRule,
    LaunchSettings,
    Links,
    NetworkAcl,
    PublicAccessBlock,
    Subnet,
    Vpc,
)
from ecsnet.network.routing import SubnetClass
from ecsnet.resources import Hop
from ecsnet.values import Encoded, Several, Text, Tri, Value


@dataclass(frozen=True, slots=True)
class Source:
    """One source of an ingress rule: a CIDR or an unknown, and the field that holds it."""

    value: Value
    field: str
    certain: bool


def sources(rule: IngressRule) -> Iterator[Source]:
    """Every source that is an address, IPv4 first."""
    for name, values in (
        ("cidrs4", rule.cidrs4),
        ("cidrs6", rule.cidrs6),
        ("cidrs_listed", rule.cidrs_listed),
    ):
        for value in listed(values):
            inner = value.element if isinstance(value, Several) else value
            if inner is not None and inner != "":
                yield Source(inner, name, certain=inner is value)


def guarded_by(network: Network, group: str) -> tuple[tuple[Element, AttachmentKind], ...]:
    """What a declared security group is certainly attached to."""
    holders: list[tuple[Element, AttachmentKind, Links]] = [
        *((element, element.kind, element.groups) for element in network.all(Guarded)),
        *((settings, AttachmentKind.HOST, settings.groups) for settings in network.all(LaunchSettings)),
    ]
    return tuple(
        (element, kind) for element, kind, groups in holders if any(link.only == group for link in groups.items)
    )


@dataclass(frozen=True, slots=True)
class ContainerHosts:
    """EC2 instances that join an ECS cluster, with the hop that shows it."""

    hosts: Hosts
    settings: LaunchSettings
    evidence: Hop


_JOINS_CLUSTER = re.compile(r"ECS_CLUSTER|Initialize-ECSAgent|\[settings\.ecs\]|settings\.ecs\.cluster")


def container_hosts(network: Network) -> Iterator[ContainerHosts]:
    """Auto Scaling groups and instances that a capacity provider names, or whose user data joins a cluster."""
    providers = {provider.hosts.only: provider for provider in network.all(CapacityProvider) if provider.hosts.only}
    for hosts in network.all(Hosts):
        settings = network.get(LaunchSettings, hosts.settings.only)
        if settings is None:
            continue
        provider = providers.get(hosts.address)
        if provider:
            message = f"is an ECS capacity provider for {hosts.address}"
            yield ContainerHosts(hosts, settings, Hop(provider.address, message, provider.span("hosts")))
        elif _JOINS_CLUSTER.search(_readable(settings.user_data)):
            hop = Hop(settings.address, "user data joins an ECS cluster", settings.span("user_data"))
            yield ContainerHosts(hosts, settings, hop)


def _readable(user_data: Value) -> str:
    """The known text of user data, decoded."""
    if isinstance(user_data, Encoded):
        return _readable(user_data.value)
    if isinstance(user_data, Text):
        return " ".join(part for part in user_data.parts if isinstance(part, str))
    if not isinstance(user_data, str):
        return ""
    try:
        return base64.b64decode(user_data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return user_data


def reachable_hosts(network: Network, group: str) -> Iterator[tuple[Hosts, tuple[Hop, ...]]]:
    """Container instances that the internet certainly reaches as far as ``group`` admits it.

    The whole path is proven: internet gateway, network ACL (the VPC's default one, which admits everything), public
    address, group. Where an ACL or Block Public Access of the account is declared, nothing is.
    """
    if network.all(PublicAccessBlock):
        return
    for found in container_hosts(network):
        if not any(link.only == group for link in found.settings.groups.items):
            continue
        for link in found.hosts.subnets.items:
            subnet = network.get(Subnet, link.only)
            if subnet is None or not _has_default_acl(network, subnet):
                continue
            way = network.routing.classify(subnet)
            address = setting(found.settings.public_ip, subnet.maps_public_ip)
            if way.kind is SubnetClass.PUBLIC and address is Tri.TRUE:
                given = found.settings.public_ip is not None
                where = found.settings.span("public_ip") if given else subnet.span("maps_public_ip")
                public = Hop(found.settings.address if given else subnet.address, "gives a public IPv4 address", where)
                launched = Hop(found.hosts.address, f"launches in {subnet.address}", found.hosts.span("subnets"))
                yield found.hosts, (found.evidence, launched, public, *way.hops)
                break


def _has_default_acl(network: Network, subnet: Subnet) -> bool:
    """Whether the network ACL in force is certainly the one that AWS made with the VPC."""
    vpc = network.get(Vpc, subnet.vpc.only)
    if vpc is None or vpc.default or network.hole(subnet.address) or network.hole(vpc.address):
        return False
    declared = any(
        acl.default_of.may_be(vpc.address)
        or not acl.subnets.complete
        or any(link.may_be(subnet.address) for link in acl.subnets.items)
        for acl in network.all(NetworkAcl)
    )
    return not declared and not any(one.subnet.may_be(subnet.address) for one in network.all(AclAssociation))
