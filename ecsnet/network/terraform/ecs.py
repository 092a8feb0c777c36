"""ECS clusters, capacity providers, task definitions, and everything that places tasks in subnets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.containers import containers
from ecsnet.network.links import Linker, Reader, field, listed, setting
from ecsnet.network.reading import blocks, within
from ecsnet.network.state_machines import Names, workloads
from ecsnet.network.terraform.groups import guarded
from ecsnet.network.terraform.types import (
    CAPACITY_PROVIDER,
    CLASSIC_BALANCER,
    CLUSTER,
    GROUP,
    SERVICE,
    SUBNET,
    TARGET_GROUP,
    TASK_DEFINITION,
    has_block,
    itself,
)
from ecsnet.records import replace
from ecsnet.resources import Path, Resource
from ecsnet.values import Several, Tri, Value


def _strategy(value: Value, linker: Linker) -> m.Links:
    return linker.strategy(value, "capacity_provider", CAPACITY_PROVIDER, "name")


def _cluster_link(value: Value, linker: Linker) -> m.Link:
    return linker.named(value, CLUSTER, "name")


def _cluster(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Cluster(resource, {}, name=resource.get("name"))
    if resource.get("default_capacity_provider_strategy"):
        yield m.DefaultStrategy(
            resource,
            {"providers": ("default_capacity_provider_strategy", 0)},
            cluster=itself(resource),
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
    managed = has_block(resource.get(), "managed_instances_provider")
    hosts = within(resource.get("auto_scaling_group_provider"), 0, "auto_scaling_group_arn")
    network: Path = (
        "managed_instances_provider", 0, "instance_launch_template", 0, "network_configuration", 0
    )  # fmt: skip
    capacity = m.Capacity.EC2 if managed is Tri.FALSE else m.Capacity.MANAGED_INSTANCES
    yield m.CapacityProvider(
        resource,
        {
            "hosts": ("auto_scaling_group_provider", 0, "auto_scaling_group_arn"),
            "subnets": (*network, "subnets"),
            "groups": (*network, "security_groups"),
        },
        name=resource.get("name"),
        capacity=m.Capacity.UNKNOWN if managed is Tri.UNKNOWN else capacity,
        hosts=linker.link(hosts, {"aws_autoscaling_group"}),
        subnets=linker.links(within(resource.get(), *network, "subnets"), SUBNET),
        groups=linker.links(within(resource.get(), *network, "security_groups"), GROUP),
    )
    yield from guarded(resource, linker)


def _task_definition(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    place: Path = ("container_definitions",)
    found, reason = containers(resource.get(*place), place)
    yield m.TaskDefinition(
        resource,
        {
            "network_mode": ("network_mode",),
            "compatibilities": ("requires_compatibilities",),
            "containers": place,
        },
        family=resource.get("family"),
        network_mode=resource.get("network_mode"),
        compatibilities=resource.get("requires_compatibilities"),
        containers=found,
        reason=reason,
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
        present = has_block(inside, "network_configuration")
        network: Path = ("network_configuration", 0)
        if resource.type == "aws_pipes_pipe":
            network = (*network, "aws_vpc_configuration", 0)
        groups = linker.links(within(inside, *network, "security_groups"), GROUP)
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
                "registrations": (*base, "load_balancer"),
                "executes_commands": (*base, "enable_execute_command"),
                "name": ("name",),
                "tags": (*base, "tags"),
            },
            name=resource.get("name") if resource.type == "aws_ecs_service" else None,
            tags=_tags(resource, inside),
            express=False,
            cluster=_cluster_link(within(resource.get(), *cluster), linker),
            launch_type=field(inside, "launch_type"),
            providers=_strategy(field(inside, "capacity_provider_strategy"), linker),
            task_definition=linker.task_definition(within(resource.get(), *task), TASK_DEFINITION, "family"),
            network=present,
            subnets=linker.links(within(inside, *network, "subnets"), SUBNET),
            groups=groups,
            public_ip=setting(within(inside, *network, "assign_public_ip")),
            registrations=tuple(_registrations(resource, linker)) if not base else (),
            executes_commands=_executes_commands(resource, inside, linker),
        )
        yield m.Guarded(
            resource, {"groups": (*base, *network, "security_groups")}, kind=m.AttachmentKind.WORKLOAD, groups=groups
        )

    return read


def _tags(resource: Resource, inside: Value) -> Value:
    """All of them, where a plan tells the provider's default ones too."""
    every = resource.get("tags_all")
    return every if isinstance(every, Mapping) else field(inside, "tags")


def _registrations(resource: Resource, linker: Linker) -> Iterator[m.Registration]:
    """Those of each ``load_balancer`` block; one that may be left out names what may also be something else.

    A blue/green deployment swaps a target group with its alternate one.
    """
    for block, _, certain in blocks(resource, "load_balancer"):
        swapped = field(within(field(block, "advanced_configuration"), 0), "alternate_target_group_arn")
        balancer = linker.named(field(block, "elb_name"), CLASSIC_BALANCER, "name")
        for arn in (field(block, "target_group_arn"), *((swapped,) if swapped is not None else ())):
            group = linker.link(arn, TARGET_GROUP)
            yield m.Registration(
                target_group=group if certain or not group.is_set else replace(group, elsewhere=True),
                balancer=balancer if certain or not balancer.is_set else replace(balancer, elsewhere=True),
                container=field(block, "container_name"),
                port=field(block, "container_port"),
            )


def _executes_commands(resource: Resource, inside: Value, linker: Linker) -> Tri:
    """Of a task set, its service says so."""
    if resource.type != "aws_ecs_task_set":
        return setting(field(inside, "enable_execute_command"))
    service = linker.configuration.resources.get(linker.named(resource.get("service"), SERVICE, "name").only or "")
    return setting(service.get("enable_execute_command")) if service else Tri.UNKNOWN


_MAIN_CONTAINER = "Main"
_EXPRESS_PORT = 80


def _express_service(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """Runs on Fargate, in the public subnets of the default VPC where it names none; its public IPs follow from them.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/express-service-work.html
    """
    network: Path = ("network_configuration", 0)
    subnets = linker.links(within(resource.get(), *network, "subnets"), SUBNET)
    yield m.Workload(
        resource,
        {
            "name": ("service_name",),
            "network": network,
            "subnets": (*network, "subnets"),
            "groups": (*network, "security_groups"),
            "tags": ("tags",),
        },
        name=resource.get("service_name"),
        tags=_tags(resource, resource.get()),
        express=True,
        cluster=_cluster_link(resource.get("cluster"), linker),
        launch_type="FARGATE",
        providers=m.Links(),
        task_definition=itself(resource, "task_definition_arn"),
        network=Tri.TRUE,
        subnets=subnets,
        groups=linker.links(within(resource.get(), *network, "security_groups"), GROUP),
        public_ip=Tri.UNKNOWN,
        registrations=(),
        executes_commands=Tri.FALSE,
    )
    yield from guarded(resource, linker)
    yield _express_task(resource)


def _express_task(resource: Resource) -> m.TaskDefinition:
    """The task definition that AWS makes of the primary container; it logs to CloudWatch Logs."""
    place: Path = ("primary_container",)
    primary = within(resource.get(*place), 0)
    port = field(primary, "container_port")
    secrets: list[Value] = []
    for block in listed(field(primary, "secret")):
        secret: Value = {"valueFrom": field(block, "value_from")}
        secrets.append(Several(secret) if isinstance(block, Several) else secret)
    credentials = field(within(field(primary, "repository_credentials"), 0), "credentials_parameter")
    definition: Value = {
        "name": _MAIN_CONTAINER,
        "image": field(primary, "image"),
        "portMappings": ({"containerPort": _EXPRESS_PORT if port is None else port},),
        "logConfiguration": {"logDriver": "awslogs"},
        "secrets": tuple(secrets),
        "repositoryCredentials": {"credentialsParameter": credentials},
    }
    found, reason = containers((definition,), place)
    return m.TaskDefinition(
        resource, {"containers": place}, family=None, network_mode="awsvpc", compatibilities=("FARGATE",),
        containers=found, reason=reason,
    )  # fmt: skip


_STATE_MACHINE = Names(
    SUBNET, GROUP, CLUSTER, "name", TASK_DEFINITION, "family",
    CAPACITY_PROVIDER, "name",
)  # fmt: skip


def _state_machine(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from workloads(_STATE_MACHINE, resource, linker, ("definition",))


READERS: Mapping[str, Reader] = {
    "aws_ecs_cluster": _cluster,
    "aws_ecs_cluster_capacity_providers": _cluster_capacity_providers,
    "aws_ecs_capacity_provider": _capacity_provider,
    "aws_ecs_task_definition": _task_definition,
    "aws_ecs_service": _workload_reader(("cluster",), ("task_definition",)),
    "aws_ecs_task_set": _workload_reader(("cluster",), ("task_definition",)),
    "data.aws_ecs_task_execution": _workload_reader(("cluster",), ("task_definition",)),
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
    "aws_ecs_express_gateway_service": _express_service,
}  # fmt: skip
