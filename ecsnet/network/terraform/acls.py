"""Network ACLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.links import Linker, Reader, field, one_of, setting
from ecsnet.network.reading import blocks
from ecsnet.network.terraform.types import ACL, SUBNET, VPC, itself, vpc_of_default
from ecsnet.resources import Path, Resource
from ecsnet.values import Tri, Value


def _network_acl(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    default_of = m.Link()
    if resource.type == "aws_default_network_acl":
        default_of = vpc_of_default(resource.get("default_network_acl_id"), linker)
    yield m.NetworkAcl(
        resource,
        {"subnets": ("subnet_ids",), "vpc": ("vpc_id",)},
        vpc=default_of if default_of.is_set else linker.link(resource.get("vpc_id"), VPC),
        default_of=default_of,
        subnets=linker.links(resource.get("subnet_ids"), SUBNET),
    )
    for name in ("ingress", "egress"):
        for block, path, certain in blocks(resource, name):
            names = ("rule_no", "action")
            yield _entry(resource, itself(resource), block, path, names, Tri.of(name == "egress"), certain)


def _rule(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    acl = linker.link(resource.get("network_acl_id"), ACL)
    names = ("rule_number", "rule_action")
    yield _entry(resource, acl, resource.get(), (), names, setting(resource.get("egress")), True)


def _entry(
    resource: Resource, acl: m.Link, value: Value, path: Path, names: tuple[str, str], egress: Tri, certain: bool
) -> m.AclEntry:
    """``names``: those of the arguments for its number and its action."""
    number, action = names
    return m.AclEntry(
        resource,
        {"": path, "number": (*path, number), "allows": (*path, action), "ports": (*path, "from_port"),
         "cidr4": (*path, "cidr_block"), "cidr6": (*path, "ipv6_cidr_block")},
        acl=acl,
        number=field(value, number),
        egress=egress,
        allows=one_of(field(value, action), "allow"),
        protocol=field(value, "protocol"),
        from_port=field(value, "from_port"),
        to_port=field(value, "to_port"),
        cidr4=field(value, "cidr_block"),
        cidr6=field(value, "ipv6_cidr_block"),
        certain=certain,
    )  # fmt: skip


def _association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.AclAssociation(
        resource,
        {"acl": ("network_acl_id",), "subnet": ("subnet_id",)},
        acl=linker.link(resource.get("network_acl_id"), ACL),
        subnet=linker.link(resource.get("subnet_id"), SUBNET),
    )


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(ACL, _network_acl),
    "aws_network_acl_rule": _rule,
    "aws_network_acl_association": _association,
}
