"""VPC endpoints, and what else decides on the way to a service: private zones, ECR's caches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.links import Linker, Reader, field, listed, setting
from ecsnet.network.terraform.groups import guarded
from ecsnet.network.terraform.types import ENDPOINT, GROUP, SUBNET, TABLE, VPC
from ecsnet.resources import Resource
from ecsnet.values import Tri, Value

_PRIVATE_DNS = frozenset({"aws_vpc_endpoint_private_dns"})
_KINDS = {"gateway": m.EndpointKind.GATEWAY, "interface": m.EndpointKind.INTERFACE}


def _endpoint(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    subnets = resource.get("subnet_ids")
    configured = tuple(field(block, "subnet_id") for block in listed(resource.get("subnet_configuration")))
    yield m.Endpoint(
        resource,
        {
            "vpc": ("vpc_id",),
            "service": ("service_name",),
            "subnets": ("subnet_ids",),
            "groups": ("security_group_ids",),
            "tables": ("route_table_ids",),
            "private_dns": ("private_dns_enabled",),
        },
        vpc=linker.link(resource.get("vpc_id"), VPC),
        service=resource.get("service_name"),
        kind=_kind(resource.get("vpc_endpoint_type")),
        subnets=linker.links(configured if subnets is None else subnets, SUBNET),
        groups=linker.links(resource.get("security_group_ids"), GROUP),
        tables=linker.links(resource.get("route_table_ids"), TABLE),
        private_dns=_private_dns(resource, linker),
    )
    yield from guarded(resource, linker)


def _kind(value: Value) -> m.EndpointKind:
    if value is None:
        return m.EndpointKind.GATEWAY
    return _KINDS.get(value.lower(), m.EndpointKind.OTHER) if isinstance(value, str) else m.EndpointKind.UNKNOWN


def _private_dns(resource: Resource, linker: Linker) -> Tri:
    """As the endpoint says; off where it says nothing, unless another resource turns it on."""
    found = setting(resource.get("private_dns_enabled"))
    for separate in linker.of_types(_PRIVATE_DNS):
        endpoint = linker.link(separate.get("vpc_endpoint_id"), ENDPOINT)
        if endpoint.may_be(resource.address):
            turned = setting(separate.get("private_dns_enabled"))
            if endpoint.only is None or separate.exists is not Tri.TRUE:
                turned = turned if turned is found else Tri.UNKNOWN
            found = turned
    return found


def _association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.EndpointAssociation(
        resource,
        {
            "endpoint": ("vpc_endpoint_id",),
            "table": ("route_table_id",),
            "subnet": ("subnet_id",),
            "group": ("security_group_id",),
        },
        endpoint=linker.link(resource.get("vpc_endpoint_id"), ENDPOINT),
        table=linker.link(resource.get("route_table_id"), TABLE),
        subnet=linker.link(resource.get("subnet_id"), SUBNET),
        group=linker.link(resource.get("security_group_id"), GROUP),
    )


def _zone(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """A zone is private where it names a VPC."""
    if listed(resource.get("vpc")):
        yield m.PrivateZone(resource, {"name": ("name",)}, name=resource.get("name"))


def _cache(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.PullThroughCache(resource, {}, prefix=resource.get("ecr_repository_prefix"))


def _group_association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from _association(resource, linker)
    yield from guarded(resource, linker)


READERS: Mapping[str, Reader] = {
    "aws_vpc_endpoint": _endpoint,
    "aws_vpc_endpoint_route_table_association": _association,
    "aws_vpc_endpoint_subnet_association": _association,
    "aws_vpc_endpoint_security_group_association": _group_association,
    "aws_route53_zone": _zone,
    "aws_ecr_pull_through_cache_rule": _cache,
    **dict.fromkeys(_PRIVATE_DNS, lambda resource, linker: iter(())),
}
"""By resource type. What turns private DNS on is read with the endpoint."""
