"""Security groups, their rules, and what they are attached to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.cloudformation.types import GROUP, VPC, is_set, itself
from ecsnet.network.links import Linker, Reader
from ecsnet.network.reading import RuleForm, blocks, group_rule
from ecsnet.resources import Path, Resource

_INGRESS = RuleForm(
    "CidrIp", "CidrIpv6", "SourcePrefixListId", ("SourceSecurityGroupId", "SourceSecurityGroupName"), None,
    "IpProtocol", "FromPort", "ToPort", GROUP,
)  # fmt: skip
_EGRESS = RuleForm(
    "CidrIp", "CidrIpv6", "DestinationPrefixListId", ("DestinationSecurityGroupId",), None,
    "IpProtocol", "FromPort", "ToPort", GROUP,
)  # fmt: skip

GROUPS: Mapping[str, tuple[m.AttachmentKind, Path]] = {
    "AWS::ElasticLoadBalancing::LoadBalancer": (m.AttachmentKind.NO_SSH, ("SecurityGroups",)),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (m.AttachmentKind.NO_SSH, ("SecurityGroups",)),
    "AWS::EC2::VPCEndpoint": (m.AttachmentKind.NO_SSH, ("SecurityGroupIds",)),
    "AWS::EC2::NetworkInterface": (m.AttachmentKind.HOST, ("GroupSet",)),
    "AWS::ApiGatewayV2::VpcLink": (m.AttachmentKind.OTHER, ("SecurityGroupIds",)),
    "AWS::AppRunner::VpcConnector": (m.AttachmentKind.OTHER, ("SecurityGroups",)),
    "AWS::Batch::ComputeEnvironment": (m.AttachmentKind.HOST, ("ComputeResources", "SecurityGroupIds")),
    "AWS::CodeBuild::Project": (m.AttachmentKind.OTHER, ("VpcConfig", "SecurityGroupIds")),
    "AWS::DocDB::DBCluster": (m.AttachmentKind.OTHER, ("VpcSecurityGroupIds",)),
    "AWS::ECS::CapacityProvider": (
        m.AttachmentKind.HOST,
        ("ManagedInstancesProvider", "InstanceLaunchTemplate", "NetworkConfiguration", "SecurityGroups"),
    ),
    "AWS::EFS::MountTarget": (m.AttachmentKind.OTHER, ("SecurityGroups",)),
    "AWS::EKS::Cluster": (m.AttachmentKind.OTHER, ("ResourcesVpcConfig", "SecurityGroupIds")),
    "AWS::ElastiCache::CacheCluster": (m.AttachmentKind.OTHER, ("VpcSecurityGroupIds",)),
    "AWS::ElastiCache::ReplicationGroup": (m.AttachmentKind.OTHER, ("SecurityGroupIds",)),
    "AWS::FSx::FileSystem": (m.AttachmentKind.OTHER, ("SecurityGroupIds",)),
    "AWS::Lambda::Function": (m.AttachmentKind.OTHER, ("VpcConfig", "SecurityGroupIds")),
    "AWS::Serverless::Function": (m.AttachmentKind.OTHER, ("VpcConfig", "SecurityGroupIds")),
    "AWS::MSK::Cluster": (m.AttachmentKind.OTHER, ("BrokerNodeGroupInfo", "SecurityGroups")),
    "AWS::Neptune::DBCluster": (m.AttachmentKind.OTHER, ("VpcSecurityGroupIds",)),
    "AWS::OpenSearchService::Domain": (m.AttachmentKind.OTHER, ("VPCOptions", "SecurityGroupIds")),
    "AWS::RDS::DBCluster": (m.AttachmentKind.OTHER, ("VpcSecurityGroupIds",)),
    "AWS::RDS::DBInstance": (m.AttachmentKind.OTHER, ("VPCSecurityGroups",)),
    "AWS::RDS::DBProxy": (m.AttachmentKind.OTHER, ("VpcSecurityGroupIds",)),
    "AWS::Redshift::Cluster": (m.AttachmentKind.OTHER, ("VpcSecurityGroupIds",)),
    "AWS::SageMaker::NotebookInstance": (m.AttachmentKind.HOST, ("SecurityGroupIds",)),
}
"""What security groups are attached to, and where it says so. Launch settings and workloads have their own readers."""


def _security_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    group = itself(resource)
    yield m.SecurityGroup(
        resource,
        {"egress": ("SecurityGroupEgress",), "vpc": ("VpcId",)},
        vpc=linker.link(resource.get("VpcId"), VPC),
        open_egress=~is_set(resource.get("SecurityGroupEgress")),
        default_of=m.Link(),
    )
    for block, path, certain in blocks(resource, "SecurityGroupIngress"):
        yield group_rule(m.IngressRule, _INGRESS, resource, linker, group, block, path, certain)
    for block, path, certain in blocks(resource, "SecurityGroupEgress"):
        yield group_rule(m.EgressRule, _EGRESS, resource, linker, group, block, path, certain)


def _separate_ingress(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    group = linker.link(resource.get("GroupId"), GROUP)
    if not group.is_set:
        group = linker.named(resource.get("GroupName"), GROUP, "GroupName")
    yield group_rule(m.IngressRule, _INGRESS, resource, linker, group, resource.get())


def _separate_egress(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """AWS's own rule stays beside it: only what a group lists itself takes its place."""
    group = linker.link(resource.get("GroupId"), GROUP)
    yield group_rule(m.EgressRule, _EGRESS, resource, linker, group, resource.get())


def guarded(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    kind, path = GROUPS[resource.type]
    yield m.Guarded(resource, {"groups": path}, kind=kind, groups=linker.links(resource.get(*path), GROUP))


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(GROUPS, guarded),
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::EC2::SecurityGroupIngress": _separate_ingress,
    "AWS::EC2::SecurityGroupEgress": _separate_egress,
}
"""For what is more than a holder of security groups, its own module has the reader."""
