"""Reads the network from Terraform: the only place that knows the arguments of ``aws_*`` resources.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ecsnet.network import model as m
from ecsnet.network.links import Linker, Reader, field, listed, one_of, setting
from ecsnet.network.reading import IngressForm, RouteForm, blocks, express_service, ingress, route, within
from ecsnet.network.state_machines import Names, workloads
from ecsnet.resources import Path, Resource
from ecsnet.values import Reference, Tri, Unknown, Value

_VPC = frozenset({"aws_vpc", "aws_default_vpc"})
_SUBNET = frozenset({"aws_subnet", "aws_default_subnet"})
_GATEWAY = frozenset({"aws_internet_gateway"})
_TABLE = frozenset({"aws_route_table", "aws_default_route_table"})
_NAT = frozenset({"aws_nat_gateway"})
_HOST = frozenset({"aws_instance", "aws_spot_instance_request"})
_INTERFACE = frozenset({"aws_network_interface"}) | _HOST
_GROUP = frozenset({"aws_security_group", "aws_default_security_group"})
_SETTINGS = frozenset({"aws_launch_template", "aws_launch_configuration"})

ROUTE_TARGETS: Mapping[str, m.TargetKind] = {
    "nat_gateway_id": m.TargetKind.NAT_GATEWAY,
    "instance_id": m.TargetKind.NAT_INSTANCE,
    "network_interface_id": m.TargetKind.NAT_INSTANCE,
    "carrier_gateway_id": m.TargetKind.OTHER,
    "core_network_arn": m.TargetKind.OTHER,
    "egress_only_gateway_id": m.TargetKind.OTHER,
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
    _GATEWAY,
    _NAT,
    _INTERFACE,
)
_SEPARATE = replace(_INLINE, cidr4="destination_cidr_block", cidr6="destination_ipv6_cidr_block")

_SOURCES = IngressForm("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "protocol", "from_port", "to_port")
_ONE_SOURCE = IngressForm("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "ip_protocol", "from_port", "to_port")

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
"""What security groups are attached to, and where it says so. Launch settings and workloads have their own readers."""


def _has_block(value: Value, name: str) -> Tri:
    blocks = listed(field(value, name))
    if not blocks or blocks[0] is None:
        return Tri.FALSE
    return Tri.TRUE if isinstance(blocks[0], Mapping) else Tri.UNKNOWN


# --- VPCs, subnets, gateways ---


def _vpc(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Vpc(resource, {}, default=resource.type == "aws_default_vpc")


_SUBNET_PLACES: Mapping[str, Path] = {
    "zone": ("availability_zone",), "maps_public_ip": ("map_public_ip_on_launch",), "name": ("tags", "Name"),
}  # fmt: skip


def _subnet(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    default = resource.type == "aws_default_subnet"
    zone = resource.get("availability_zone")
    yield m.Subnet(
        resource,
        _SUBNET_PLACES,
        vpc=m.Link(elsewhere=True) if default else linker.link(resource.get("vpc_id"), _VPC),
        zone=resource.get("availability_zone_id") if zone is None else zone,
        name=field(resource.get("tags"), "Name"),
        maps_public_ip=setting(resource.get("map_public_ip_on_launch"), Tri.of(default)),
        ipv6_only=setting(resource.get("ipv6_native")),
    )


def _internet_gateway(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.InternetGateway(resource, {})
    vpc = resource.get("vpc_id")
    if vpc is not None:
        itself = m.Link(Reference(resource.address), (resource.address,))
        yield m.Attachment(resource, {"vpc": ("vpc_id",)}, gateway=itself, vpc=linker.link(vpc, _VPC))


def _gateway_attachment(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Attachment(
        resource,
        {"gateway": ("internet_gateway_id",), "vpc": ("vpc_id",)},
        gateway=linker.link(resource.get("internet_gateway_id"), _GATEWAY),
        vpc=linker.link(resource.get("vpc_id"), _VPC),
    )


def _nat_gateway(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.NatGateway(
        resource,
        {"subnet": ("subnet_id",)},
        subnet=linker.link(resource.get("subnet_id"), _SUBNET),
        private=one_of(resource.get("connectivity_type"), "private"),
        regional=one_of(resource.get("availability_mode"), "regional"),
    )


def _network_interface(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Interface(resource, {"subnet": ("subnet_id",)}, subnet=linker.link(resource.get("subnet_id"), _SUBNET))
    yield from _guarded(resource, linker)


def _network_acl(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    default = resource.get("default_network_acl_id")
    of = _vpc_of_default(default, linker)
    yield m.AclUse(resource, {}, subnets=linker.links(resource.get("subnet_ids"), _SUBNET), vpc=of)


def _network_acl_association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.AclUse(resource, {}, subnets=linker.links(resource.get("subnet_id"), _SUBNET), vpc=m.Link())


# --- routes ---


def _vpc_of_default(adopted: Value, linker: Linker) -> m.Link:
    """The VPC whose default table or ACL a value names: ``aws_vpc.x.default_route_table_id``."""
    if isinstance(adopted, Unknown) and adopted.candidates is not None:
        adopted = replace(adopted, candidates=tuple(map(_vpc_id, adopted.candidates)))
    return linker.link(_vpc_id(adopted), _VPC)


def _vpc_id(adopted: Value) -> Value:
    return Reference(adopted.target) if isinstance(adopted, Reference) else adopted


def _route_table(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    adopted = resource.get("default_route_table_id") if resource.type == "aws_default_route_table" else None
    main_of = _vpc_of_default(adopted, linker)
    propagating = listed(resource.get("propagating_vgws"))
    yield m.RouteTable(
        resource,
        {},
        vpc=main_of if adopted is not None else linker.link(resource.get("vpc_id"), _VPC),
        main_of=main_of,
        propagates=any(gateway is not None for gateway in propagating),
    )
    table = m.Link(Reference(resource.address), (resource.address,))
    for block, path, certain in blocks(resource, "route"):
        yield route(_INLINE, resource, linker, table, block, path, certain)


def _route(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    table = linker.link(resource.get("route_table_id"), _TABLE)
    yield route(_SEPARATE, resource, linker, table, resource.get())


def _association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    subnet = resource.get("subnet_id")
    if subnet is None or subnet == "":
        return  # a gateway's route table: ingress routing, no subnet's way out
    yield m.Association(
        resource,
        {"subnet": ("subnet_id",), "table": ("route_table_id",)},
        subnet=linker.link(subnet, _SUBNET),
        table=linker.link(resource.get("route_table_id"), _TABLE),
    )


def _main_association(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    vpc = linker.link(resource.get("vpc_id"), _VPC)
    yield m.MainAssociation(resource, {}, vpc=vpc, table=linker.link(resource.get("route_table_id"), _TABLE))


def _propagation(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Propagation(resource, {}, table=linker.link(resource.get("route_table_id"), _TABLE))


# --- security groups ---


def _security_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.SecurityGroup(resource, {}, vpc=linker.link(resource.get("vpc_id"), _VPC))
    itself = m.Link(Reference(resource.address), (resource.address,))
    for block, path, certain in blocks(resource, "ingress"):
        yield ingress(_SOURCES, resource, linker, itself, block, path, certain)


def _security_group_rule(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    kind = resource.get("type")
    if kind != "egress":
        group = linker.link(resource.get("security_group_id"), _GROUP)
        yield ingress(_SOURCES, resource, linker, group, resource.get(), certain=kind == "ingress")


def _vpc_ingress_rule(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    group = linker.link(resource.get("security_group_id"), _GROUP)
    yield ingress(_ONE_SOURCE, resource, linker, group, resource.get())


def _guarded(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    kind, path = GROUPS[resource.type]
    yield m.Guarded(resource, {"groups": path}, kind=kind, groups=linker.links(resource.get(*path), _GROUP))


def _load_balancer(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    mapped = tuple(field(block, "subnet_id") for block in listed(resource.get("subnet_mapping")))
    subnets = resource.get("subnets")
    gateway = one_of(resource.get("load_balancer_type"), "gateway")
    yield m.LoadBalancer(
        resource,
        {"subnets": ("subnets",) if subnets is not None else ("subnet_mapping",)},
        internet_facing=~setting(resource.get("internal")) & ~gateway,
        subnets=linker.links(mapped or subnets, _SUBNET),
    )
    yield from _guarded(resource, linker)


# --- EC2 instances ---


def _launch_template(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    interface = within(resource.get("network_interfaces"), 0)
    attached = [*listed(resource.get("vpc_security_group_ids"))]
    for block in listed(resource.get("network_interfaces")):
        attached += listed(field(block, "security_groups"))
    yield m.LaunchSettings(
        resource,
        {
            "public_ip": ("network_interfaces", 0, "associate_public_ip_address"),
            "groups": ("vpc_security_group_ids",),
            "user_data": ("user_data",),
        },
        public_ip=field(interface, "associate_public_ip_address"),
        groups=linker.links(tuple(attached), _GROUP),
        user_data=resource.get("user_data"),
        image=resource.get("image_id"),
        profile=within(resource.get("iam_instance_profile"), 0),
    )


def _launch_settings(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """A launch configuration or an instance, which has the same arguments."""
    attached = [*listed(resource.get("vpc_security_group_ids")), *listed(resource.get("security_groups"))]
    data = resource.get("user_data")
    given = "user_data" if data is not None else "user_data_base64"
    yield m.LaunchSettings(
        resource,
        {
            "public_ip": ("associate_public_ip_address",),
            "groups": ("vpc_security_group_ids" if resource.get("vpc_security_group_ids") else "security_groups",),
            "user_data": (given,),
        },
        public_ip=resource.get("associate_public_ip_address"),
        groups=linker.links(tuple(attached), _GROUP),
        user_data=resource.get(given),
        image=resource.get("image_id") if resource.type == "aws_launch_configuration" else resource.get("ami"),
        profile=resource.get("iam_instance_profile"),
    )


def _instance(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from _launch_settings(resource, linker)
    template = within(resource.get("launch_template"), 0)
    itself = m.Link(Reference(resource.address), (resource.address,))
    yield m.Hosts(
        resource,
        {"subnets": ("subnet_id",)},
        subnets=linker.links(resource.get("subnet_id"), _SUBNET),
        settings=_settings_link(template, linker, "id", "name") if template is not None else itself,
    )
    yield m.Interface(resource, {"subnet": ("subnet_id",)}, subnet=linker.link(resource.get("subnet_id"), _SUBNET))


def _autoscaling_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    template = within(resource.get("launch_template"), 0)
    mixed = within(resource.get("mixed_instances_policy"), 0, "launch_template", 0, "launch_template_specification", 0)
    if mixed is not None:
        settings = _settings_link(mixed, linker, "launch_template_id", "launch_template_name")
    elif template is not None:
        settings = _settings_link(template, linker, "id", "name")
    else:
        settings = linker.named(resource.get("launch_configuration"), _SETTINGS, "name")
    yield m.Hosts(
        resource,
        {"subnets": ("vpc_zone_identifier",)},
        subnets=linker.links(resource.get("vpc_zone_identifier"), _SUBNET),
        settings=settings,
    )


def _settings_link(value: Value, linker: Linker, by_id: str, by_name: str) -> m.Link:
    link = linker.link(field(value, by_id), _SETTINGS)
    return link if link.is_set else linker.named(field(value, by_name), _SETTINGS, "name")


# --- ECS ---


def _strategy(value: Value, linker: Linker) -> m.Links:
    return linker.strategy(value, "capacity_provider", {"aws_ecs_capacity_provider"}, "name")


def _cluster_link(value: Value, linker: Linker) -> m.Link:
    return linker.named(value, {"aws_ecs_cluster"}, "name")


def _cluster(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Cluster(resource, {}, name=resource.get("name"))
    if resource.get("default_capacity_provider_strategy"):
        yield m.DefaultStrategy(
            resource,
            {"providers": ("default_capacity_provider_strategy", 0)},
            cluster=m.Link(Reference(resource.address), (resource.address,)),
            providers=_strategy(resource.get("default_capacity_provider_strategy"), linker),
        )


def _cluster_capacity_providers(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    if resource.get("default_capacity_provider_strategy"):
        yield m.DefaultStrategy(
            resource,
            {"providers": ("default_capacity_provider_strategy", 0)},
            cluster=_cluster_link(resource.get("cluster_name"), linker),
            providers=_strategy(resource.get("default_capacity_provider_strategy"), linker),
        )


def _capacity_provider(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    managed = _has_block(resource.get(), "managed_instances_provider")
    hosts = within(resource.get("auto_scaling_group_provider"), 0, "auto_scaling_group_arn")
    capacity = m.Capacity.EC2 if managed is Tri.FALSE else m.Capacity.MANAGED_INSTANCES
    yield m.CapacityProvider(
        resource,
        {"hosts": ("auto_scaling_group_provider", 0, "auto_scaling_group_arn")},
        name=resource.get("name"),
        capacity=m.Capacity.UNKNOWN if managed is Tri.UNKNOWN else capacity,
        hosts=linker.link(hosts, {"aws_autoscaling_group"}),
    )
    yield from _guarded(resource, linker)


def _task_definition(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.TaskDefinition(
        resource,
        {"network_mode": ("network_mode",), "compatibilities": ("requires_compatibilities",)},
        family=resource.get("family"),
        network_mode=resource.get("network_mode"),
        compatibilities=resource.get("requires_compatibilities"),
    )


def _workload_reader(cluster: Path, task: Path, *inner: str) -> Reader:
    """``cluster`` and ``task`` are where those are named, ``inner`` the blocks around the network configuration.

    Pipes wraps the configuration once more, in ``aws_vpc_configuration``.
    """
    base: Path = tuple(step for name in inner for step in (name, 0))

    def read(resource: Resource, linker: Linker) -> Iterator[m.Element]:
        inside = within(resource.get(), *base)
        if inside is None:
            return
        present = _has_block(inside, "network_configuration")
        network: Path = ("network_configuration", 0)
        if resource.type == "aws_pipes_pipe":
            network = (*network, "aws_vpc_configuration", 0)
        groups = linker.links(within(inside, *network, "security_groups"), _GROUP)
        yield m.Workload(
            resource,
            {
                "launch_type": (*base, "launch_type"),
                "providers": (*base, "capacity_provider_strategy", 0),
                "task_definition": task,
                "network": (*base, *network),
                "subnets": (*base, *network, "subnets"),
                "groups": (*base, *network, "security_groups"),
                "public_ip": (*base, *network, "assign_public_ip"),
            },
            cluster=_cluster_link(within(resource.get(), *cluster), linker),
            launch_type=field(inside, "launch_type"),
            providers=_strategy(field(inside, "capacity_provider_strategy"), linker),
            task_definition=linker.task_definition(
                within(resource.get(), *task), {"aws_ecs_task_definition"}, "family"
            ),
            network=present,
            subnets=linker.links(within(inside, *network, "subnets"), _SUBNET),
            groups=groups,
            public_ip=setting(within(inside, *network, "assign_public_ip")),
        )
        yield m.Guarded(
            resource, {"groups": (*base, *network, "security_groups")}, kind=m.AttachmentKind.WORKLOAD, groups=groups
        )

    return read


_STATE_MACHINE = Names(
    _SUBNET, _GROUP, frozenset({"aws_ecs_cluster"}), "name", frozenset({"aws_ecs_task_definition"}), "family",
    frozenset({"aws_ecs_capacity_provider"}), "name",
)  # fmt: skip


def _state_machine(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from workloads(_STATE_MACHINE, resource, linker, ("definition",))


def _express_service(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from express_service(
        resource, linker, ("network_configuration", 0), ("subnets", "security_groups"),
        _cluster_link(resource.get("cluster"), linker), (_SUBNET, _GROUP),
    )  # fmt: skip


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(GROUPS, _guarded),
    "aws_vpc": _vpc,
    "aws_default_vpc": _vpc,
    "aws_subnet": _subnet,
    "aws_default_subnet": _subnet,
    "aws_internet_gateway": _internet_gateway,
    "aws_internet_gateway_attachment": _gateway_attachment,
    "aws_nat_gateway": _nat_gateway,
    "aws_network_interface": _network_interface,
    "aws_network_acl": _network_acl,
    "aws_default_network_acl": _network_acl,
    "aws_network_acl_association": _network_acl_association,
    "aws_route_table": _route_table,
    "aws_default_route_table": _route_table,
    "aws_route": _route,
    "aws_route_table_association": _association,
    "aws_main_route_table_association": _main_association,
    "aws_vpn_gateway_route_propagation": _propagation,
    "aws_security_group": _security_group,
    "aws_default_security_group": _security_group,
    "aws_security_group_rule": _security_group_rule,
    "aws_vpc_security_group_ingress_rule": _vpc_ingress_rule,
    "aws_lb": _load_balancer,
    "aws_alb": _load_balancer,
    "aws_elb": _load_balancer,
    "aws_instance": _instance,
    "aws_spot_instance_request": _instance,
    "aws_launch_template": _launch_template,
    "aws_launch_configuration": _launch_settings,
    "aws_autoscaling_group": _autoscaling_group,
    "aws_ecs_cluster": _cluster,
    "aws_ecs_cluster_capacity_providers": _cluster_capacity_providers,
    "aws_ecs_capacity_provider": _capacity_provider,
    "aws_ecs_task_definition": _task_definition,
    "aws_ecs_service": _workload_reader(("cluster",), ("task_definition",)),
    "aws_ecs_task_set": _workload_reader(("cluster",), ("task_definition",)),
    "data.aws_ecs_task_execution": _workload_reader(("cluster",), ("task_definition",)),
    "aws_ecs_express_gateway_service": _express_service,
    "aws_cloudwatch_event_target": _workload_reader(
        ("arn",), ("ecs_target", 0, "task_definition_arn"), "ecs_target"
    ),
    "aws_scheduler_schedule": _workload_reader(
        ("target", 0, "arn"), ("target", 0, "ecs_parameters", 0, "task_definition_arn"), "target", "ecs_parameters"
    ),
    "aws_pipes_pipe": _workload_reader(
        ("target",), ("target_parameters", 0, "ecs_task_parameters", 0, "task_definition_arn"),
        "target_parameters", "ecs_task_parameters",
    ),
    "aws_sfn_state_machine": _state_machine,
    "aws_ec2_managed_prefix_list": lambda resource, linker: iter(()),
    "aws_ec2_managed_prefix_list_entry": lambda resource, linker: iter(()),
    "aws_vpc_block_public_access_options": lambda resource, linker: iter((m.PublicAccessBlock(resource, {}),)),
}  # fmt: skip
"""By resource type. Prefix lists are read where they are used."""
