"""VPCs, subnets, their gateways, and what blocks those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.links import Linker, Reader, field, listed, one_of, setting
from ecsnet.network.terraform.types import GATEWAY, SUBNET, VPC, is_set, itself
from ecsnet.resources import Path, Resource
from ecsnet.values import Several, Tri, Unknown, Value

_CIDRS = frozenset({"aws_vpc_ipv4_cidr_block_association"})
_DEFAULT_VPC_CIDR = "172.31.0.0/16"
"""https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html"""


def _vpc(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """Of DNS host names the provider says that they are off, and of a default VPC's that they are on."""
    default = resource.type == "aws_default_vpc"
    support = setting(resource.get("enable_dns_support"), Tri.TRUE)
    yield m.Vpc(
        resource,
        {"cidrs4": ("cidr_block",), "dns": _first_set(resource, "enable_dns_hostnames", "enable_dns_support")},
        default=default,
        cidrs4=tuple(_cidrs(resource, linker)),
        dns=support & setting(resource.get("enable_dns_hostnames"), Tri.of(default)),
    )


def _first_set(resource: Resource, *names: str) -> Path:
    return next(((name,) for name in names if resource.get(name) is not None), ())


def _cidrs(resource: Resource, linker: Linker) -> Iterator[Value]:
    own = _DEFAULT_VPC_CIDR if resource.type == "aws_default_vpc" else resource.get("cidr_block")
    yield _from_pool("IPv4") if own is None else own
    for other in linker.of_types(_CIDRS):
        vpc = linker.link(other.get("vpc_id"), VPC)
        if not vpc.may_be(resource.address):
            continue
        certain = vpc.only is not None and other.exists is Tri.TRUE and not other.many
        cidr = other.get("cidr_block")
        if not certain:
            yield Unknown(f"whether {other.address} adds a CIDR block is not certain")
        else:
            yield _from_pool("IPv4") if cidr is None else cidr


def _from_pool(version: str) -> Unknown:
    return Unknown(f"the {version} CIDR block is taken from an address pool at deployment")


_SUBNET_PLACES: Mapping[str, Path] = {
    "zone": ("availability_zone",), "maps_public_ip": ("map_public_ip_on_launch",), "name": ("tags", "Name"),
    "cidr4": ("cidr_block",), "cidr6": ("ipv6_cidr_block",), "assigns_ipv6": ("assign_ipv6_address_on_creation",),
    "dns64": ("enable_dns64",), "ipv6_only": ("ipv6_native",), "vpc": ("vpc_id",),
}  # fmt: skip


def _subnet(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    default = resource.type == "aws_default_subnet"
    zone = resource.get("availability_zone")
    cidr4, cidr6 = resource.get("cidr_block"), resource.get("ipv6_cidr_block")
    if default:
        cidr4 = Unknown("the CIDR block of a default subnet is known only to AWS")
    elif cidr4 is None and is_set(resource.get("ipv4_ipam_pool_id")) is not Tri.FALSE:
        cidr4 = _from_pool("IPv4")
    if cidr6 is None and is_set(resource.get("ipv6_ipam_pool_id")) is not Tri.FALSE:
        cidr6 = _from_pool("IPv6")
    yield m.Subnet(
        resource,
        _SUBNET_PLACES,
        vpc=m.Link(elsewhere=True) if default else linker.link(resource.get("vpc_id"), VPC),
        zone=resource.get("availability_zone_id") if zone is None else zone,
        name=field(resource.get("tags"), "Name"),
        cidr4=cidr4,
        cidr6=cidr6,
        maps_public_ip=setting(resource.get("map_public_ip_on_launch"), Tri.of(default)),
        ipv6_only=setting(resource.get("ipv6_native")),
        assigns_ipv6=setting(resource.get("assign_ipv6_address_on_creation")),
        dns64=setting(resource.get("enable_dns64")),
    )


def _internet_gateway(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.InternetGateway(resource, {})
    vpc = resource.get("vpc_id")
    if vpc is not None:
        yield m.Attachment(resource, {"vpc": ("vpc_id",)}, gateway=itself(resource), vpc=linker.link(vpc, VPC))


def _gateway_attachment(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Attachment(
        resource,
        {"gateway": ("internet_gateway_id",), "vpc": ("vpc_id",)},
        gateway=linker.link(resource.get("internet_gateway_id"), GATEWAY),
        vpc=linker.link(resource.get("vpc_id"), VPC),
    )


def _nat_gateway(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    by_zone = (_of_zone(block) for block in listed(resource.get("availability_zone_address")))
    yield m.NatGateway(
        resource,
        {
            "subnet": ("subnet_id",),
            "addressed": ("allocation_id",),
            "private": ("connectivity_type",),
            "vpc": ("vpc_id",),
        },
        subnet=linker.link(resource.get("subnet_id"), SUBNET),
        private=one_of(resource.get("connectivity_type"), "private"),
        regional=one_of(resource.get("availability_mode"), "regional"),
        addressed=Tri.any(
            (is_set(resource.get("allocation_id")), is_set(resource.get("secondary_allocation_ids")), *by_zone)
        ),
        vpc=linker.link(resource.get("vpc_id"), VPC),
    )


def _of_zone(block: Value) -> Tri:
    given = is_set(field(block, "allocation_ids"))
    return given & Tri.UNKNOWN if isinstance(block, Several) else given


def _public_access_block(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    place: Path = ("internet_gateway_block_mode",)
    yield m.PublicAccessBlock(resource, {"mode": place}, mode=resource.get(*place))


def _public_access_exclusion(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    place: Path = ("internet_gateway_exclusion_mode",)
    yield m.PublicAccessExclusion(
        resource,
        {"mode": place, "vpc": ("vpc_id",), "subnet": ("subnet_id",)},
        vpc=linker.link(resource.get("vpc_id"), VPC),
        subnet=linker.link(resource.get("subnet_id"), SUBNET),
        mode=resource.get(*place),
    )


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(VPC, _vpc),
    **dict.fromkeys(SUBNET, _subnet),
    **dict.fromkeys(GATEWAY, _internet_gateway),
    **dict.fromkeys(_CIDRS, lambda resource, linker: iter(())),
    "aws_internet_gateway_attachment": _gateway_attachment,
    "aws_nat_gateway": _nat_gateway,
    "aws_vpc_block_public_access_options": _public_access_block,
    "aws_vpc_block_public_access_exclusion": _public_access_exclusion,
}
"""By resource type. Further CIDR blocks are read with the VPC they belong to."""
