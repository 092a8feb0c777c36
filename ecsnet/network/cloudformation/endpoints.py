"""VPC endpoints, and what else decides on the way to a service: private zones, ECR's caches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.cloudformation.groups import guarded
from ecsnet.network.cloudformation.types import GROUP, SUBNET, TABLE, VPC
from ecsnet.network.links import Linker, Reader, listed, one_of, setting
from ecsnet.resources import Resource
from ecsnet.values import Tri, Value


def _endpoint(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Endpoint(
        resource,
        {
            "vpc": ("VpcId",),
            "service": ("ServiceName",),
            "kind": ("VpcEndpointType",),
            "subnets": ("SubnetIds",),
            "groups": ("SecurityGroupIds",),
            "tables": ("RouteTableIds",),
            "private_dns": ("PrivateDnsEnabled",),
        },
        vpc=linker.link(resource.get("VpcId"), VPC),
        service=resource.get("ServiceName"),
        kind=_kind(resource.get("VpcEndpointType")),
        subnets=linker.links(resource.get("SubnetIds"), SUBNET),
        groups=linker.links(resource.get("SecurityGroupIds"), GROUP),
        tables=linker.links(resource.get("RouteTableIds"), TABLE),
        private_dns=setting(resource.get("PrivateDnsEnabled")),
    )
    yield from guarded(resource, linker)


def _kind(value: Value) -> m.EndpointKind:
    if value is None or one_of(value, "gateway") is Tri.TRUE:
        return m.EndpointKind.GATEWAY
    if one_of(value, "interface") is Tri.TRUE:
        return m.EndpointKind.INTERFACE
    return m.EndpointKind.OTHER if one_of(value, "gateway", "interface") is Tri.FALSE else m.EndpointKind.UNKNOWN


def _zone(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """A zone is private where it names a VPC."""
    if listed(resource.get("VPCs")):
        yield m.PrivateZone(resource, {"name": ("Name",)}, name=resource.get("Name"))


def _cache(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.PullThroughCache(resource, {}, prefix=resource.get("EcrRepositoryPrefix"))


READERS: Mapping[str, Reader] = {
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::Route53::HostedZone": _zone,
    "AWS::ECR::PullThroughCacheRule": _cache,
}
