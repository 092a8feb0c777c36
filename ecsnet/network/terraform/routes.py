"""Route tables and routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.links import Linker, Reader, listed
from ecsnet.network.reading import RouteForm, blocks, route
from ecsnet.network.terraform.types import GATEWAY, HOST, INTERFACE, NAT, SUBNET, TABLE, VPC, itself, vpc_of_default
from ecsnet.records import replace
from ecsnet.resources import Resource

ROUTE_TARGETS: Mapping[str, m.TargetKind] = {
    "nat_gateway_id": m.TargetKind.NAT_GATEWAY,
    "instance_id": m.TargetKind.NAT_INSTANCE,
    "network_interface_id": m.TargetKind.NAT_INSTANCE,
    "egress_only_gateway_id": m.TargetKind.EGRESS_ONLY_GATEWAY,
    "carrier_gateway_id": m.TargetKind.OTHER,
    "core_network_arn": m.TargetKind.OTHER,
    "local_gateway_id": m.TargetKind.OTHER,
    "odb_network_arn": m.TargetKind.OTHER,
    "transit_gateway_id": m.TargetKind.OTHER,
    "vpc_endpoint_id": m.TargetKind.OTHER,
    "vpc_peering_connection_id": m.TargetKind.OTHER,
}
"""Every argument of ``aws_route`` that names a target, but ``gateway_id``, which names several kinds of gateway."""

_INLINE = RouteForm(
    "cidr_block",
    "ipv6_cidr_block",
    "destination_prefix_list_id",
    "gateway_id",
    ROUTE_TARGETS,
    GATEWAY,
    NAT,
    HOST | INTERFACE,
)
_SEPARATE = replace(_INLINE, cidr4="destination_cidr_block", cidr6="destination_ipv6_cidr_block")


def _route_table(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    adopted = resource.get("default_route_table_id") if resource.type == "aws_default_route_table" else None
    main_of = vpc_of_default(adopted, linker)
    propagating = listed(resource.get("propagating_vgws"))
    yield m.RouteTable(
        resource,
        {},
        vpc=main_of if adopted is not None else linker.link(resource.get("vpc_id"), VPC),
        main_of=main_of,
        propagates=any(gateway is not None for gateway in propagating),
    )
    for block, path, certain in blocks(resource, "route"):
        yield route(_INLINE, resource, linker, itself(resource), block, path, certain)


def _route(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    table = linker.link(resource.get("route_table_id"), TABLE)
    yield route(_SEPARATE, resource, linker, table, resource.get())


def _association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    subnet = resource.get("subnet_id")
    if subnet is None or subnet == "":
        return  # a gateway's route table: ingress routing, no subnet's way out
    yield m.Association(
        resource,
        {"subnet": ("subnet_id",), "table": ("route_table_id",)},
        subnet=linker.link(subnet, SUBNET),
        table=linker.link(resource.get("route_table_id"), TABLE),
    )


def _main_association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    vpc = linker.link(resource.get("vpc_id"), VPC)
    yield m.MainAssociation(resource, {}, vpc=vpc, table=linker.link(resource.get("route_table_id"), TABLE))


def _propagation(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Propagation(resource, {}, table=linker.link(resource.get("route_table_id"), TABLE))


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(TABLE, _route_table),
    "aws_route": _route,
    "aws_route_table_association": _association,
    "aws_main_route_table_association": _main_association,
    "aws_vpn_gateway_route_propagation": _propagation,
    "aws_ec2_managed_prefix_list": lambda resource, linker: iter(()),
    "aws_ec2_managed_prefix_list_entry": lambda resource, linker: iter(()),
}
"""By resource type. Prefix lists are read where they are used."""
