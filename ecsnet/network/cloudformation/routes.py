"""Route tables, their routes and associations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.cloudformation.types import GATEWAY, INTERFACE, NAT, SUBNET, TABLE, VPC
from ecsnet.network.links import Linker, Reader, listed
from ecsnet.network.reading import RouteForm, route
from ecsnet.resources import Resource
from ecsnet.values import Several

ROUTE_TARGETS: Mapping[str, m.TargetKind] = {
    "NatGatewayId": m.TargetKind.NAT_GATEWAY,
    "InstanceId": m.TargetKind.NAT_INSTANCE,
    "NetworkInterfaceId": m.TargetKind.NAT_INSTANCE,
    "CarrierGatewayId": m.TargetKind.OTHER,
    "CoreNetworkArn": m.TargetKind.OTHER,
    "EgressOnlyInternetGatewayId": m.TargetKind.EGRESS_ONLY_GATEWAY,
    "LocalGatewayId": m.TargetKind.OTHER,
    "OdbNetworkArn": m.TargetKind.OTHER,
    "TransitGatewayId": m.TargetKind.OTHER,
    "VpcEndpointId": m.TargetKind.OTHER,
    "VpcPeeringConnectionId": m.TargetKind.OTHER,
}
"""Every property of ``AWS::EC2::Route`` that names a target, but ``GatewayId``: that names several kinds of gateway."""

_ROUTE = RouteForm(
    "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId", "GatewayId", ROUTE_TARGETS,
    GATEWAY, NAT, INTERFACE,
)  # fmt: skip


def _route_table(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    vpc = linker.link(resource.get("VpcId"), VPC)
    yield m.RouteTable(resource, {}, vpc=vpc, main_of=m.Link(), propagates=False)


def _route(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield route(_ROUTE, resource, linker, linker.link(resource.get("RouteTableId"), TABLE), resource.get())


def _association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Association(
        resource,
        {"subnet": ("SubnetId",), "table": ("RouteTableId",)},
        subnet=linker.link(resource.get("SubnetId"), SUBNET),
        table=linker.link(resource.get("RouteTableId"), TABLE),
    )


def _propagation(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    for table in listed(resource.get("RouteTableIds")):
        inner = table.element if isinstance(table, Several) else table
        yield m.Propagation(resource, {}, table=linker.link(inner, TABLE))


READERS: Mapping[str, Reader] = {
    "AWS::EC2::RouteTable": _route_table,
    "AWS::EC2::Route": _route,
    "AWS::EC2::SubnetRouteTableAssociation": _association,
    "AWS::EC2::VPNGatewayRoutePropagation": _propagation,
    "AWS::EC2::PrefixList": lambda resource, linker: iter(()),
}
"""Prefix lists are read where they are used."""
