"""Network ACLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.cloudformation.types import ACL, SUBNET, VPC
from ecsnet.network.links import Linker, Reader, one_of, setting
from ecsnet.resources import Resource


def _network_acl(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    vpc = linker.link(resource.get("VpcId"), VPC)
    yield m.NetworkAcl(resource, {"vpc": ("VpcId",)}, vpc=vpc, default_of=m.Link(), subnets=m.Links())


def _association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.AclAssociation(
        resource,
        {"acl": ("NetworkAclId",), "subnet": ("SubnetId",)},
        acl=linker.link(resource.get("NetworkAclId"), ACL),
        subnet=linker.link(resource.get("SubnetId"), SUBNET),
    )


def _entry(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.AclEntry(
        resource,
        {
            "acl": ("NetworkAclId",),
            "number": ("RuleNumber",),
            "allows": ("RuleAction",),
            "ports": ("PortRange",),
            "cidr4": ("CidrBlock",),
            "cidr6": ("Ipv6CidrBlock",),
        },
        acl=linker.link(resource.get("NetworkAclId"), ACL),
        number=resource.get("RuleNumber"),
        egress=setting(resource.get("Egress")),
        allows=one_of(resource.get("RuleAction"), "allow"),
        protocol=resource.get("Protocol"),
        from_port=resource.get("PortRange", "From"),
        to_port=resource.get("PortRange", "To"),
        cidr4=resource.get("CidrBlock"),
        cidr6=resource.get("Ipv6CidrBlock"),
    )


READERS: Mapping[str, Reader] = {
    "AWS::EC2::NetworkAcl": _network_acl,
    "AWS::EC2::SubnetNetworkAclAssociation": _association,
    "AWS::EC2::NetworkAclEntry": _entry,
}
