"""Security groups, their rules, and what they are attached to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.links import Linker, Reader, field
from ecsnet.network.reading import RuleForm, blocks, group_rule
from ecsnet.network.terraform.types import GROUP, VPC, itself
from ecsnet.records import replace
from ecsnet.resources import Path, Resource
from ecsnet.values import Reference, Text, Tri, Value

_INLINE = RuleForm(
    "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", ("security_groups",), "self", "protocol", "from_port",
    "to_port", GROUP,
)  # fmt: skip
_SEPARATE = replace(_INLINE, peers=("source_security_group_id",))
_ONE_PEER = RuleForm(
    "cidr_ipv4", "cidr_ipv6", "prefix_list_id", ("referenced_security_group_id",), None, "ip_protocol", "from_port",
    "to_port", GROUP,
)  # fmt: skip

GROUPS: Mapping[str, tuple[m.AttachmentKind, Path]] = {
    "aws_alb": (m.AttachmentKind.NO_SSH, ("security_groups",)),
    "aws_elb": (m.AttachmentKind.NO_SSH, ("security_groups",)),
    "aws_lb": (m.AttachmentKind.NO_SSH, ("security_groups",)),
    "aws_vpc_endpoint": (m.AttachmentKind.NO_SSH, ("security_group_ids",)),
    "aws_vpc_endpoint_security_group_association": (m.AttachmentKind.NO_SSH, ("security_group_id",)),
    "aws_network_interface": (m.AttachmentKind.HOST, ("security_groups",)),
    "aws_network_interface_sg_attachment": (m.AttachmentKind.HOST, ("security_group_id",)),
    "aws_apprunner_vpc_connector": (m.AttachmentKind.OTHER, ("security_groups",)),
    "aws_batch_compute_environment": (m.AttachmentKind.HOST, ("compute_resources", 0, "security_group_ids")),
    "aws_codebuild_project": (m.AttachmentKind.OTHER, ("vpc_config", 0, "security_group_ids")),
    "aws_db_instance": (m.AttachmentKind.OTHER, ("vpc_security_group_ids",)),
    "aws_db_proxy": (m.AttachmentKind.OTHER, ("vpc_security_group_ids",)),
    "aws_dms_replication_instance": (m.AttachmentKind.OTHER, ("vpc_security_group_ids",)),
    "aws_docdb_cluster": (m.AttachmentKind.OTHER, ("vpc_security_group_ids",)),
    "aws_ec2_client_vpn_endpoint": (m.AttachmentKind.OTHER, ("security_group_ids",)),
    "aws_ecs_capacity_provider": (
        m.AttachmentKind.HOST,
        ("managed_instances_provider", 0, "instance_launch_template", 0, "network_configuration", 0, "security_groups"),
    ),
    "aws_ecs_express_gateway_service": (m.AttachmentKind.WORKLOAD, ("network_configuration", 0, "security_groups")),
    "aws_efs_mount_target": (m.AttachmentKind.OTHER, ("security_groups",)),
    "aws_eks_cluster": (m.AttachmentKind.OTHER, ("vpc_config", 0, "security_group_ids")),
    "aws_eks_node_group": (m.AttachmentKind.HOST, ("remote_access", 0, "source_security_group_ids")),
    "aws_elasticache_cluster": (m.AttachmentKind.OTHER, ("security_group_ids",)),
    "aws_elasticache_replication_group": (m.AttachmentKind.OTHER, ("security_group_ids",)),
    "aws_elasticsearch_domain": (m.AttachmentKind.OTHER, ("vpc_options", 0, "security_group_ids")),
    "aws_fsx_lustre_file_system": (m.AttachmentKind.OTHER, ("security_group_ids",)),
    "aws_lambda_function": (m.AttachmentKind.OTHER, ("vpc_config", 0, "security_group_ids")),
    "aws_memorydb_cluster": (m.AttachmentKind.OTHER, ("security_group_ids",)),
    "aws_mq_broker": (m.AttachmentKind.OTHER, ("security_groups",)),
    "aws_msk_cluster": (m.AttachmentKind.OTHER, ("broker_node_group_info", 0, "security_groups")),
    "aws_neptune_cluster": (m.AttachmentKind.OTHER, ("vpc_security_group_ids",)),
    "aws_opensearch_domain": (m.AttachmentKind.OTHER, ("vpc_options", 0, "security_group_ids")),
    "aws_rds_cluster": (m.AttachmentKind.OTHER, ("vpc_security_group_ids",)),
    "aws_redshift_cluster": (m.AttachmentKind.OTHER, ("vpc_security_group_ids",)),
    "aws_sagemaker_notebook_instance": (m.AttachmentKind.HOST, ("security_groups",)),
}
"""What security groups are attached to, and where it says so. Launch settings and workloads have their own readers,
and so have resources that name them in several places."""


def guarded(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    kind, path = GROUPS[resource.type]
    yield m.Guarded(resource, {"groups": path}, kind=kind, groups=linker.links(resource.get(*path), GROUP))


def by_name(value: Value, linker: Linker) -> Value:
    """A list of groups that may go by their names, as in the default VPC, with references to those declared here."""
    if isinstance(value, tuple):
        return tuple(by_name(element, linker) for element in value)
    if not isinstance(value, (str, Text)):
        return value
    group = linker.named(value, GROUP, "name").only
    return value if group is None else Reference(group)


def _spot_fleet(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    for block, path, certain in blocks(resource, "launch_specification"):
        groups = linker.links(field(block, "vpc_security_group_ids"), GROUP)
        places = {"groups": (*path, "vpc_security_group_ids")}
        yield m.Guarded(resource, places, kind=m.AttachmentKind.HOST, groups=groups, certain=certain)


_EMR = (
    "emr_managed_master_security_group", "emr_managed_slave_security_group", "additional_master_security_groups",
    "additional_slave_security_groups", "service_access_security_group",
)  # fmt: skip


def _emr_cluster(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    for block, path, certain in blocks(resource, "ec2_attributes"):
        for name in _EMR:
            value = field(block, name)
            if value is not None:
                groups = linker.links(_separated(value), GROUP)
                places = {"groups": (*path, name)}
                yield m.Guarded(resource, places, kind=m.AttachmentKind.HOST, groups=groups, certain=certain)


def _separated(value: Value) -> Value:
    """The elements of a list that is a string with commas."""
    if isinstance(value, str):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    if isinstance(value, Text) and all(part.strip() == "," for part in value.parts if isinstance(part, str)):
        return tuple(part for part in value.parts if not isinstance(part, str))
    return value


def _security_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """The provider takes AWS's own egress rule away, whether it makes a group or adopts a VPC's default one."""
    vpc = linker.link(resource.get("vpc_id"), VPC)
    default = resource.type == "aws_default_security_group"
    if default and not vpc.is_set:
        vpc = m.Link(elsewhere=True, anything=bool(linker.of_types({"aws_default_vpc"})))
    yield m.SecurityGroup(
        resource,
        {"vpc": ("vpc_id",), "open_egress": ("egress",)},
        vpc=vpc,
        open_egress=Tri.FALSE,
        default_of=vpc if default else m.Link(),
    )
    for block, path, certain in blocks(resource, "ingress"):
        yield group_rule(m.IngressRule, _INLINE, resource, linker, itself(resource), block, path, certain)
    for block, path, certain in blocks(resource, "egress"):
        yield group_rule(m.EgressRule, _INLINE, resource, linker, itself(resource), block, path, certain)


def _security_group_rule(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    kind = resource.get("type")
    group = linker.link(resource.get("security_group_id"), GROUP)
    if kind != "egress":
        certain = kind == "ingress"
        yield group_rule(m.IngressRule, _SEPARATE, resource, linker, group, resource.get(), certain=certain)
    if kind != "ingress":
        certain = kind == "egress"
        yield group_rule(m.EgressRule, _SEPARATE, resource, linker, group, resource.get(), certain=certain)


def _vpc_ingress_rule(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    group = linker.link(resource.get("security_group_id"), GROUP)
    yield group_rule(m.IngressRule, _ONE_PEER, resource, linker, group, resource.get())


def _vpc_egress_rule(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    group = linker.link(resource.get("security_group_id"), GROUP)
    yield group_rule(m.EgressRule, _ONE_PEER, resource, linker, group, resource.get())


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(GROUPS, guarded),
    **dict.fromkeys(GROUP, _security_group),
    "aws_security_group_rule": _security_group_rule,
    "aws_vpc_security_group_ingress_rule": _vpc_ingress_rule,
    "aws_vpc_security_group_egress_rule": _vpc_egress_rule,
    "aws_spot_fleet_request": _spot_fleet,
    "aws_emr_cluster": _emr_cluster,
}
