"""VPCs, subnets, gateways and what blocks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.cloudformation.types import ACL, GATEWAY, GROUP, SUBNET, VPC, is_set, itself
from ecsnet.network.links import Linker, Reader, field, listed, one_of, setting
from ecsnet.resources import Path, Resource
from ecsnet.values import Tri, Unknown, Value


def _vpc(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Vpc(
        resource,
        {"cidrs4": ("CidrBlock",), "dns": ("EnableDnsHostnames",)},
        default=False,
        cidrs4=tuple(_cidrs4(resource, linker)),
        dns=setting(resource.get("EnableDnsSupport"), Tri.TRUE) & setting(resource.get("EnableDnsHostnames")),
    )
    yield from _default_group(resource, linker)
    if _is_named(linker, resource, "AWS::EC2::NetworkAclEntry", "NetworkAclId", ACL) or _is_named(
        linker, resource, "AWS::EC2::SubnetNetworkAclAssociation", "NetworkAclId", ACL
    ):
        yield from _default_acl(resource)


def _cidrs4(resource: Resource, linker: Linker) -> Iterator[Value]:
    own = _block(resource, "CidrBlock", "Ipv4IpamPoolId")
    if own is not None:
        yield own
    yield from _blocks_of(resource, linker, "AWS::EC2::VPCCidrBlock", "VpcId", VPC, "CidrBlock", "Ipv4IpamPoolId")


def _block(resource: Resource, name: str, pool: str) -> Value:
    """A CIDR block; unknown where it is to be taken from a pool of addresses."""
    block = resource.get(name)
    return Unknown(f"{name} is taken from a pool") if block is None and resource.get(pool) is not None else block


def _blocks_of(
    resource: Resource, linker: Linker, kind: str, argument: str, types: frozenset[str], name: str, pool: str
) -> Iterator[Value]:
    """Blocks that resources of their own add."""
    for added in linker.of_types((kind,)):
        link = linker.link(added.get(argument), types)
        block = _block(added, name, pool)
        if block is not None and link.may_be(resource.address):
            certain = link.only == resource.address and added.exists is Tri.TRUE
            yield block if certain else Unknown(f"whether {added.address} adds a block is unknown")


def _default_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """The group that AWS makes with every VPC: it admits itself, and lets everything out.

    https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
    """
    vpc, group = itself(resource), itself(resource, "DefaultSecurityGroup")
    yield m.SecurityGroup(resource, {}, vpc=vpc, open_egress=Tri.TRUE, default_of=vpc)
    yield m.IngressRule(
        resource, {}, group=group, protocol="-1", from_port=None, to_port=None, cidrs4=None, cidrs6=None,
        cidrs_listed=None, of_aws=False, peers=linker.links(group.value, GROUP),
    )  # fmt: skip


def _is_named(linker: Linker, resource: Resource, kind: str, argument: str, types: frozenset[str]) -> bool:
    return any(linker.link(it.get(argument), types).may_be(resource.address) for it in linker.of_types((kind,)))


def _default_acl(resource: Resource) -> Iterator[m.Element]:
    """The network ACL that AWS makes with every VPC, where the template adds to it: it admits everything.

    https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html
    """
    vpc, acl = itself(resource), itself(resource, "DefaultNetworkAcl")
    yield m.NetworkAcl(resource, {}, vpc=vpc, default_of=vpc, subnets=m.Links())
    for egress in (Tri.FALSE, Tri.TRUE):
        for number, cidr4, cidr6 in ((100, "0.0.0.0/0", None), (101, None, "::/0")):
            yield m.AclEntry(
                resource, {}, acl=acl, number=number, egress=egress, allows=Tri.TRUE, protocol="-1", from_port=None,
                to_port=None, cidr4=cidr4, cidr6=cidr6,
            )  # fmt: skip


def _subnet(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    zone = resource.get("AvailabilityZone")
    tags = listed(resource.get("Tags"))
    index = next((i for i, tag in enumerate(tags) if field(tag, "Key") == "Name"), None)
    places: dict[str, Path] = {
        "zone": ("AvailabilityZone",), "maps_public_ip": ("MapPublicIpOnLaunch",), "cidr4": ("CidrBlock",),
        "cidr6": ("Ipv6CidrBlock",), "assigns_ipv6": ("AssignIpv6AddressOnCreation",), "dns64": ("EnableDns64",),
        "ipv6_only": ("Ipv6Native",), "vpc": ("VpcId",),
    }  # fmt: skip
    if index is not None:
        places["name"] = ("Tags", index, "Value")
    yield m.Subnet(
        resource,
        places,
        vpc=linker.link(resource.get("VpcId"), VPC),
        zone=resource.get("AvailabilityZoneId") if zone is None else zone,
        name=_name(resource.get("Tags")),
        cidr4=_block(resource, "CidrBlock", "Ipv4IpamPoolId"),
        cidr6=_cidr6(resource, linker),
        maps_public_ip=setting(resource.get("MapPublicIpOnLaunch")),
        ipv6_only=setting(resource.get("Ipv6Native")),
        assigns_ipv6=setting(resource.get("AssignIpv6AddressOnCreation")),
        dns64=setting(resource.get("EnableDns64")),
    )


def _cidr6(resource: Resource, linker: Linker) -> Value:
    own = _block(resource, "Ipv6CidrBlock", "Ipv6IpamPoolId")
    added = ("AWS::EC2::SubnetCidrBlock", "SubnetId", SUBNET, "Ipv6CidrBlock", "Ipv6IpamPoolId")
    return own if own is not None else next(_blocks_of(resource, linker, *added), None)


def _name(tags: Value) -> Value:
    """The tag ``Name`` of a list of tags."""
    if isinstance(tags, Unknown):
        return tags
    for tag in listed(tags):
        if field(tag, "Key") == "Name":
            return field(tag, "Value")
    return None


def _internet_gateway(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.InternetGateway(resource, {})


def _gateway_attachment(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    gateway = resource.get("InternetGatewayId")
    if gateway is not None:
        yield m.Attachment(
            resource,
            {"gateway": ("InternetGatewayId",), "vpc": ("VpcId",)},
            gateway=linker.link(gateway, GATEWAY),
            vpc=linker.link(resource.get("VpcId"), VPC),
        )


def _nat_gateway(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    zones = listed(resource.get("AvailabilityZoneAddresses"))
    yield m.NatGateway(
        resource,
        {"subnet": ("SubnetId",), "addressed": ("AllocationId",), "private": ("ConnectivityType",), "vpc": ("VpcId",)},
        subnet=linker.link(resource.get("SubnetId"), SUBNET),
        private=one_of(resource.get("ConnectivityType"), "private"),
        regional=one_of(resource.get("AvailabilityMode"), "regional"),
        addressed=Tri.any(
            is_set(value)
            for value in (
                resource.get("AllocationId"),
                resource.get("SecondaryAllocationIds"),
                *(field(zone, "AllocationIds") for zone in zones),
            )
        ),
        vpc=linker.link(resource.get("VpcId"), VPC),
    )


def _block_options(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    places: Mapping[str, Path] = {"mode": ("InternetGatewayBlockMode",)}
    yield m.PublicAccessBlock(resource, places, mode=resource.get("InternetGatewayBlockMode"))


def _block_exclusion(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.PublicAccessExclusion(
        resource,
        {"mode": ("InternetGatewayExclusionMode",)},
        vpc=linker.link(resource.get("VpcId"), VPC),
        subnet=linker.link(resource.get("SubnetId"), SUBNET),
        mode=resource.get("InternetGatewayExclusionMode"),
    )


READERS: Mapping[str, Reader] = {
    "AWS::EC2::VPC": _vpc,
    "AWS::EC2::Subnet": _subnet,
    "AWS::EC2::InternetGateway": _internet_gateway,
    "AWS::EC2::VPCGatewayAttachment": _gateway_attachment,
    "AWS::EC2::NatGateway": _nat_gateway,
    "AWS::EC2::VPCBlockPublicAccessOptions": _block_options,
    "AWS::EC2::VPCBlockPublicAccessExclusion": _block_exclusion,
    "AWS::EC2::VPCCidrBlock": lambda resource, linker: iter(()),
    "AWS::EC2::SubnetCidrBlock": lambda resource, linker: iter(()),
}
"""Blocks of addresses that are added are read with their VPC or subnet."""
