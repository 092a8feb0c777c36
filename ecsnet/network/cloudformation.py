"""Reads the network from CloudFormation: the only place that knows the properties of ``AWS::*`` resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.links import Linker, Reader, field, listed, one_of, setting
from ecsnet.network.reading import IngressForm, RouteForm, blocks, express_service, ingress, route, within
from ecsnet.network.state_machines import Names, unseen_task, workloads
from ecsnet.resources import Path, Resource
from ecsnet.values import Reference, Several, Tri, Unknown, Value

_VPC = frozenset({"AWS::EC2::VPC"})
_SUBNET = frozenset({"AWS::EC2::Subnet"})
_GATEWAY = frozenset({"AWS::EC2::InternetGateway"})
_TABLE = frozenset({"AWS::EC2::RouteTable"})
_NAT = frozenset({"AWS::EC2::NatGateway"})
_INTERFACE = frozenset({"AWS::EC2::NetworkInterface", "AWS::EC2::Instance"})
_GROUP = frozenset({"AWS::EC2::SecurityGroup"})
_SETTINGS = frozenset({"AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration"})

ROUTE_TARGETS: Mapping[str, m.TargetKind] = {
    "NatGatewayId": m.TargetKind.NAT_GATEWAY,
    "InstanceId": m.TargetKind.NAT_INSTANCE,
    "NetworkInterfaceId": m.TargetKind.NAT_INSTANCE,
    "CarrierGatewayId": m.TargetKind.OTHER,
    "CoreNetworkArn": m.TargetKind.OTHER,
    "EgressOnlyInternetGatewayId": m.TargetKind.OTHER,
    "LocalGatewayId": m.TargetKind.OTHER,
    "OdbNetworkArn": m.TargetKind.OTHER,
    "TransitGatewayId": m.TargetKind.OTHER,
    "VpcEndpointId": m.TargetKind.OTHER,
    "VpcPeeringConnectionId": m.TargetKind.OTHER,
}
"""Every property of ``AWS::EC2::Route`` that names a target, but ``GatewayId``: that names several kinds of gateway."""

_ROUTE = RouteForm(
    "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId", "GatewayId", ROUTE_TARGETS,
    _GATEWAY, _NAT, _INTERFACE,
)  # fmt: skip

_SOURCE = IngressForm("CidrIp", "CidrIpv6", "SourcePrefixListId", "IpProtocol", "FromPort", "ToPort")

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


def _name(tags: Value) -> Value:
    """The tag ``Name`` of a list of tags."""
    if isinstance(tags, Unknown):
        return tags
    for tag in listed(tags):
        if field(tag, "Key") == "Name":
            return field(tag, "Value")
    return None


# --- VPCs, subnets, gateways ---


def _vpc(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Vpc(resource, {}, default=False)


def _subnet(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    zone = resource.get("AvailabilityZone")
    tags = listed(resource.get("Tags"))
    index = next((i for i, tag in enumerate(tags) if field(tag, "Key") == "Name"), None)
    places: dict[str, Path] = {"zone": ("AvailabilityZone",), "maps_public_ip": ("MapPublicIpOnLaunch",)}
    if index is not None:
        places["name"] = ("Tags", index, "Value")
    yield m.Subnet(
        resource,
        places,
        vpc=linker.link(resource.get("VpcId"), _VPC),
        zone=resource.get("AvailabilityZoneId") if zone is None else zone,
        name=_name(resource.get("Tags")),
        maps_public_ip=setting(resource.get("MapPublicIpOnLaunch")),
        ipv6_only=setting(resource.get("Ipv6Native")),
    )


def _internet_gateway(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.InternetGateway(resource, {})


def _gateway_attachment(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    gateway = resource.get("InternetGatewayId")
    if gateway is not None:
        yield m.Attachment(
            resource,
            {"gateway": ("InternetGatewayId",), "vpc": ("VpcId",)},
            gateway=linker.link(gateway, _GATEWAY),
            vpc=linker.link(resource.get("VpcId"), _VPC),
        )


def _nat_gateway(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.NatGateway(
        resource,
        {"subnet": ("SubnetId",)},
        subnet=linker.link(resource.get("SubnetId"), _SUBNET),
        private=one_of(resource.get("ConnectivityType"), "private"),
        regional=one_of(resource.get("AvailabilityMode"), "regional"),
    )


def _network_interface(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Interface(resource, {"subnet": ("SubnetId",)}, subnet=linker.link(resource.get("SubnetId"), _SUBNET))
    yield from _guarded(resource, linker)


def _network_acl_association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.AclUse(resource, {}, subnets=linker.links(resource.get("SubnetId"), _SUBNET), vpc=m.Link())


# --- routes ---


def _route_table(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    vpc = linker.link(resource.get("VpcId"), _VPC)
    yield m.RouteTable(resource, {}, vpc=vpc, main_of=m.Link(), propagates=False)


def _route(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield route(_ROUTE, resource, linker, linker.link(resource.get("RouteTableId"), _TABLE), resource.get())


def _association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Association(
        resource,
        {"subnet": ("SubnetId",), "table": ("RouteTableId",)},
        subnet=linker.link(resource.get("SubnetId"), _SUBNET),
        table=linker.link(resource.get("RouteTableId"), _TABLE),
    )


def _propagation(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    for table in listed(resource.get("RouteTableIds")):
        inner = table.element if isinstance(table, Several) else table
        yield m.Propagation(resource, {}, table=linker.link(inner, _TABLE))


# --- security groups ---


def _security_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.SecurityGroup(resource, {}, vpc=linker.link(resource.get("VpcId"), _VPC))
    itself = m.Link(Reference(resource.address, "Ref"), (resource.address,))
    for block, path, certain in blocks(resource, "SecurityGroupIngress"):
        yield ingress(_SOURCE, resource, linker, itself, block, path, certain)


def _separate_ingress(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    group = linker.link(resource.get("GroupId"), _GROUP)
    yield ingress(_SOURCE, resource, linker, group, resource.get())


def _guarded(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    kind, path = GROUPS[resource.type]
    yield m.Guarded(resource, {"groups": path}, kind=kind, groups=linker.links(resource.get(*path), _GROUP))


def _load_balancer(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    mapped = tuple(field(block, "SubnetId") for block in listed(resource.get("SubnetMappings")))
    subnets = resource.get("Subnets")
    gateway = one_of(resource.get("Type"), "gateway")
    yield m.LoadBalancer(
        resource,
        {"subnets": ("Subnets",) if subnets is not None else ("SubnetMappings",)},
        internet_facing=~one_of(resource.get("Scheme"), "internal") & ~gateway,
        subnets=linker.links(mapped or subnets, _SUBNET),
    )
    yield from _guarded(resource, linker)


# --- EC2 instances ---


def _settings(resource: Resource, linker: Linker, base: Path, groups: str, image: str) -> m.LaunchSettings:
    """Launch settings, which a template, a configuration and an instance hold under much the same names."""
    inside = within(resource.get(), *base)
    attached = [*listed(field(inside, groups)), *listed(field(inside, "SecurityGroups"))]
    for interface in listed(field(inside, "NetworkInterfaces")):
        attached += [*listed(field(interface, "Groups")), *listed(field(interface, "GroupSet"))]
    interface = within(field(inside, "NetworkInterfaces"), 0)
    by_interface = interface is not None
    return m.LaunchSettings(
        resource,
        {
            "public_ip": (*base, "NetworkInterfaces", 0, "AssociatePublicIpAddress")
            if by_interface
            else (*base, "AssociatePublicIpAddress"),
            "groups": (*base, groups),
            "user_data": (*base, "UserData"),
        },
        public_ip=field(interface if by_interface else inside, "AssociatePublicIpAddress"),
        groups=linker.links(tuple(attached), _GROUP),
        user_data=field(inside, "UserData"),
        image=field(inside, image),
        profile=field(inside, "IamInstanceProfile"),
    )


def _launch_template(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield _settings(resource, linker, ("LaunchTemplateData",), "SecurityGroupIds", "ImageId")


def _launch_configuration(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield _settings(resource, linker, (), "SecurityGroups", "ImageId")


def _instance(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield _settings(resource, linker, (), "SecurityGroupIds", "ImageId")
    subnet = resource.get("SubnetId")
    place: Path = ("SubnetId",)
    if subnet is None:
        subnet, place = within(resource.get(), "NetworkInterfaces", 0, "SubnetId"), ("NetworkInterfaces", 0, "SubnetId")
    template = resource.get("LaunchTemplate")
    itself = m.Link(Reference(resource.address, "Ref"), (resource.address,))
    yield m.Hosts(
        resource,
        {"subnets": place},
        subnets=linker.links(subnet, _SUBNET),
        settings=_settings_link(template, linker) if template is not None else itself,
    )
    yield m.Interface(resource, {"subnet": place}, subnet=linker.link(subnet, _SUBNET))


def _autoscaling_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    mixed = within(resource.get(), "MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification")
    template = resource.get("LaunchTemplate") if mixed is None else mixed
    if template is not None:
        settings = _settings_link(template, linker)
    else:
        settings = linker.named(resource.get("LaunchConfigurationName"), _SETTINGS, "LaunchConfigurationName")
    yield m.Hosts(
        resource,
        {"subnets": ("VPCZoneIdentifier",)},
        subnets=linker.links(resource.get("VPCZoneIdentifier"), _SUBNET),
        settings=settings,
    )


def _settings_link(value: Value, linker: Linker) -> m.Link:
    link = linker.link(field(value, "LaunchTemplateId"), _SETTINGS)
    return link if link.is_set else linker.named(field(value, "LaunchTemplateName"), _SETTINGS, "LaunchTemplateName")


# --- ECS ---


def _strategy(value: Value, linker: Linker) -> m.Links:
    return linker.strategy(value, "CapacityProvider", {"AWS::ECS::CapacityProvider"}, "Name")


def _cluster_link(value: Value, linker: Linker) -> m.Link:
    return linker.named(value, {"AWS::ECS::Cluster"}, "ClusterName")


def _cluster(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Cluster(resource, {}, name=resource.get("ClusterName"))
    itself = m.Link(Reference(resource.address, "Ref"), (resource.address,))
    yield from _default_strategy(resource, linker, itself)


def _cluster_capacity_providers(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from _default_strategy(resource, linker, _cluster_link(resource.get("Cluster"), linker))


def _default_strategy(resource: Resource, linker: Linker, cluster: m.Link) -> Iterator[m.Element]:
    strategy = resource.get("DefaultCapacityProviderStrategy")
    if strategy:
        places: Mapping[str, Path] = {"providers": ("DefaultCapacityProviderStrategy",)}
        yield m.DefaultStrategy(resource, places, cluster=cluster, providers=_strategy(strategy, linker))


def _capacity_provider(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    managed = resource.get("ManagedInstancesProvider")
    capacity = m.Capacity.EC2 if managed is None else m.Capacity.MANAGED_INSTANCES
    hosts = within(resource.get(), "AutoScalingGroupProvider", "AutoScalingGroupArn")
    yield m.CapacityProvider(
        resource,
        {"hosts": ("AutoScalingGroupProvider", "AutoScalingGroupArn")},
        name=resource.get("Name"),
        capacity=m.Capacity.UNKNOWN if isinstance(managed, Unknown) else capacity,
        hosts=linker.link(hosts, {"AWS::AutoScaling::AutoScalingGroup"}),
    )
    yield from _guarded(resource, linker)


def _task_definition(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.TaskDefinition(
        resource,
        {"network_mode": ("NetworkMode",), "compatibilities": ("RequiresCompatibilities",)},
        family=resource.get("Family"),
        network_mode=resource.get("NetworkMode"),
        compatibilities=resource.get("RequiresCompatibilities"),
    )


def _workload(
    resource: Resource, linker: Linker, cluster: Value, base: Path, configuration: str, task: Path
) -> Iterator[m.Element]:
    """``base`` leads to the ECS parameters, ``configuration`` is how the awsvpc configuration is spelt there."""
    inside = within(resource.get(), *base)
    if inside is None:
        return
    network: Path = ("NetworkConfiguration", configuration)
    given = within(inside, *network)
    groups = linker.links(field(given, "SecurityGroups"), _GROUP)
    yield m.Workload(
        resource,
        {
            "launch_type": (*base, "LaunchType"),
            "providers": (*base, "CapacityProviderStrategy"),
            "task_definition": task,
            "network": (*base, *network),
            "subnets": (*base, *network, "Subnets"),
            "groups": (*base, *network, "SecurityGroups"),
            "public_ip": (*base, *network, "AssignPublicIp"),
        },
        cluster=_cluster_link(cluster, linker),
        launch_type=field(inside, "LaunchType"),
        providers=_strategy(field(inside, "CapacityProviderStrategy"), linker),
        task_definition=linker.task_definition(within(resource.get(), *task), {"AWS::ECS::TaskDefinition"}, "Family"),
        network=Tri.FALSE if given is None else Tri.UNKNOWN if isinstance(given, Unknown) else Tri.TRUE,
        subnets=linker.links(field(given, "Subnets"), _SUBNET),
        groups=groups,
        public_ip=setting(field(given, "AssignPublicIp")),
    )
    places: Mapping[str, Path] = {"groups": (*base, *network, "SecurityGroups")}
    yield m.Guarded(resource, places, kind=m.AttachmentKind.WORKLOAD, groups=groups)


def _service(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from _workload(resource, linker, resource.get("Cluster"), (), "AwsvpcConfiguration", ("TaskDefinition",))


def _task_set(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from _workload(resource, linker, resource.get("Cluster"), (), "AwsVpcConfiguration", ("TaskDefinition",))


def _events_rule(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    for index, target in enumerate(listed(resource.get("Targets"))):
        base: Path = ("Targets", index, "EcsParameters")
        cluster, task = field(target, "Arn"), (*base, "TaskDefinitionArn")
        yield from _workload(resource, linker, cluster, base, "AwsVpcConfiguration", task)


def _schedule(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    base: Path = ("Target", "EcsParameters")
    cluster, task = within(resource.get(), "Target", "Arn"), (*base, "TaskDefinitionArn")
    yield from _workload(resource, linker, cluster, base, "AwsvpcConfiguration", task)


def _pipe(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    base: Path = ("TargetParameters", "EcsTaskParameters")
    cluster, task = resource.get("Target"), (*base, "TaskDefinitionArn")
    yield from _workload(resource, linker, cluster, base, "AwsvpcConfiguration", task)


_STATE_MACHINE = Names(
    _SUBNET, _GROUP, frozenset({"AWS::ECS::Cluster"}), "ClusterName", frozenset({"AWS::ECS::TaskDefinition"}), "Family",
    frozenset({"AWS::ECS::CapacityProvider"}), "Name",
)  # fmt: skip


_DEFINITIONS = ("Definition", "DefinitionString", "DefinitionS3Location", "DefinitionUri")


def _state_machine(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """Where the definition is named, it is given where it is a file that is here; one in a bucket is not there."""
    name = next((name for name in _DEFINITIONS if resource.get(name) is not None), "Definition")
    if name in _DEFINITIONS[2:] and within(resource.get(name), "States") is None:
        yield unseen_task(resource, (name,), Unknown("the definition of the state machine is in a bucket"))
        return
    yield from workloads(_STATE_MACHINE, resource, linker, (name,), resource.get("DefinitionSubstitutions"))


def _express_service(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from express_service(
        resource, linker, ("NetworkConfiguration",), ("Subnets", "SecurityGroups"),
        _cluster_link(resource.get("Cluster"), linker), (_SUBNET, _GROUP),
    )  # fmt: skip


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(GROUPS, _guarded),
    "AWS::EC2::VPC": _vpc,
    "AWS::EC2::Subnet": _subnet,
    "AWS::EC2::InternetGateway": _internet_gateway,
    "AWS::EC2::VPCGatewayAttachment": _gateway_attachment,
    "AWS::EC2::NatGateway": _nat_gateway,
    "AWS::EC2::NetworkInterface": _network_interface,
    "AWS::EC2::SubnetNetworkAclAssociation": _network_acl_association,
    "AWS::EC2::RouteTable": _route_table,
    "AWS::EC2::Route": _route,
    "AWS::EC2::SubnetRouteTableAssociation": _association,
    "AWS::EC2::VPNGatewayRoutePropagation": _propagation,
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::EC2::SecurityGroupIngress": _separate_ingress,
    "AWS::ElasticLoadBalancing::LoadBalancer": _load_balancer,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _load_balancer,
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::LaunchTemplate": _launch_template,
    "AWS::AutoScaling::LaunchConfiguration": _launch_configuration,
    "AWS::AutoScaling::AutoScalingGroup": _autoscaling_group,
    "AWS::ECS::Cluster": _cluster,
    "AWS::ECS::ClusterCapacityProviderAssociations": _cluster_capacity_providers,
    "AWS::ECS::CapacityProvider": _capacity_provider,
    "AWS::ECS::TaskDefinition": _task_definition,
    "AWS::ECS::Service": _service,
    "AWS::ECS::TaskSet": _task_set,
    "AWS::ECS::ExpressGatewayService": _express_service,
    "AWS::Events::Rule": _events_rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Pipes::Pipe": _pipe,
    "AWS::StepFunctions::StateMachine": _state_machine,
    "AWS::Serverless::StateMachine": _state_machine,
    "AWS::EC2::PrefixList": lambda resource, linker: iter(()),
    "AWS::EC2::VPCBlockPublicAccessOptions": lambda resource, linker: iter((m.PublicAccessBlock(resource, {}),)),
}
"""By resource type. Prefix lists are read where they are used."""
