"""What places ECS tasks in subnets: services, task sets, schedules, pipes and state machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.cloudformation.ecs import cluster_link, strategy
from ecsnet.network.cloudformation.types import (
    CAPACITY_PROVIDER,
    CLASSIC_BALANCER,
    CLUSTER,
    GROUP,
    SERVICE,
    SUBNET,
    TARGET_GROUP,
    TASK_DEFINITION,
    itself,
)
from ecsnet.network.containers import containers
from ecsnet.network.links import Linker, Reader, field, listed, setting
from ecsnet.network.reading import blocks, tag_mapping, within
from ecsnet.network.state_machines import Names, unseen_task, workloads
from ecsnet.records import replace
from ecsnet.resources import Path, Resource
from ecsnet.values import Tri, Unknown, Value


def _workload(
    resource: Resource, linker: Linker, cluster: Value, base: Path, configuration: str, task: Path
) -> Iterator[m.Workload | m.Guarded]:
    """``base`` leads to the ECS parameters, ``configuration`` is how the awsvpc configuration is spelt there."""
    inside = within(resource.get(), *base)
    if inside is None:
        return
    network: Path = ("NetworkConfiguration", configuration)
    given = within(inside, *network)
    groups = linker.links(field(given, "SecurityGroups"), GROUP)
    named = "ServiceName" if resource.type in SERVICE else "Name"
    own_tags = field(inside, "TagList") if base else None
    yield m.Workload(
        resource,
        {
            "name": (named,),
            "tags": (*base, "TagList") if own_tags is not None else ("Tags",),
            "launch_type": (*base, "LaunchType"),
            "providers": (*base, "CapacityProviderStrategy"),
            "task_definition": task,
            "network": (*base, *network),
            "subnets": (*base, *network, "Subnets"),
            "groups": (*base, *network, "SecurityGroups"),
            "public_ip": (*base, *network, "AssignPublicIp"),
            "registrations": ("LoadBalancers",),
            "executes_commands": (*base, "EnableExecuteCommand"),
        },
        name=resource.get(named),
        tags=tag_mapping(resource.get("Tags") if own_tags is None else own_tags),
        express=False,
        cluster=cluster_link(cluster, linker),
        launch_type=field(inside, "LaunchType"),
        providers=strategy(field(inside, "CapacityProviderStrategy"), linker),
        task_definition=linker.task_definition(within(resource.get(), *task), TASK_DEFINITION, "Family"),
        network=Tri.FALSE if given is None else Tri.UNKNOWN if isinstance(given, Unknown) else Tri.TRUE,
        subnets=linker.links(field(given, "Subnets"), SUBNET),
        groups=groups,
        public_ip=setting(field(given, "AssignPublicIp")),
        registrations=tuple(_registrations(resource, linker)) if not base else (),
        executes_commands=setting(field(inside, "EnableExecuteCommand")),
    )
    places: Mapping[str, Path] = {"groups": (*base, *network, "SecurityGroups")}
    yield m.Guarded(resource, places, kind=m.AttachmentKind.WORKLOAD, groups=groups)


def _registrations(resource: Resource, linker: Linker) -> Iterator[m.Registration]:
    """One that may be left out names what may also be something else."""
    for block, _, certain in blocks(resource, "LoadBalancers"):
        named = (
            linker.link(field(block, "TargetGroupArn"), TARGET_GROUP),
            linker.named(field(block, "LoadBalancerName"), CLASSIC_BALANCER, "LoadBalancerName"),
        )
        target_group, balancer = (
            link if certain or not link.is_set else replace(link, elsewhere=True) for link in named
        )
        yield m.Registration(
            target_group=target_group,
            balancer=balancer,
            container=field(block, "ContainerName"),
            port=field(block, "ContainerPort"),
        )


def _service(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from _workload(resource, linker, resource.get("Cluster"), (), "AwsvpcConfiguration", ("TaskDefinition",))


def _task_set(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """Its service, which may be named by its own name or ARN, says whether commands can be run."""
    service = linker.named(resource.get("Service"), SERVICE, "ServiceName").only
    executes = Tri.UNKNOWN
    if service:
        executes = setting(linker.configuration.resources[service].get("EnableExecuteCommand"))
    found = _workload(resource, linker, resource.get("Cluster"), (), "AwsVpcConfiguration", ("TaskDefinition",))
    for element in found:
        yield replace(element, executes_commands=executes) if isinstance(element, m.Workload) else element


_MAIN_CONTAINER = "Main"
_EXPRESS_PORT = 80


def _express_service(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """On Fargate, with a load balancer and a task definition of its own, or one that it is given.

    AWS turns public addresses on where its subnets are public, and off where they are not; without subnets it takes the
    public ones of the default VPC.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/express-service-work.html
    """
    network: Path = ("NetworkConfiguration",)
    given = resource.get(*network)
    subnets = linker.links(field(given, "Subnets"), SUBNET)
    groups = linker.links(field(given, "SecurityGroups"), GROUP)
    task = linker.task_definition(resource.get("TaskDefinitionArn"), TASK_DEFINITION, "Family")
    yield m.Workload(
        resource,
        {
            "name": ("ServiceName",),
            "tags": ("Tags",),
            "network": network,
            "subnets": (*network, "Subnets"),
            "groups": (*network, "SecurityGroups"),
        },
        name=resource.get("ServiceName"),
        tags=tag_mapping(resource.get("Tags")),
        express=True,
        cluster=cluster_link(resource.get("Cluster"), linker),
        launch_type="FARGATE",
        providers=m.Links(),
        task_definition=task if task.is_set else itself(resource, "TaskDefinitionArn"),
        network=Tri.TRUE,
        subnets=subnets,
        groups=groups,
        public_ip=Tri.UNKNOWN,
        registrations=(),
        executes_commands=Tri.FALSE,
    )
    yield m.Guarded(resource, {"groups": (*network, "SecurityGroups")}, kind=m.AttachmentKind.WORKLOAD, groups=groups)
    if not task.is_set:
        yield _express_task(resource)


def _express_task(resource: Resource) -> m.TaskDefinition:
    """The task definition that AWS makes of the primary container; it logs to CloudWatch Logs."""
    place: Path = ("PrimaryContainer",)
    primary = resource.get(*place)
    port = field(primary, "ContainerPort")
    definition: Value = {
        "Name": _MAIN_CONTAINER,
        "Image": field(primary, "Image"),
        "PortMappings": ({"ContainerPort": _EXPRESS_PORT if port is None else port},),
        "LogConfiguration": {"LogDriver": "awslogs"},
        "Secrets": field(primary, "Secrets"),
        "RepositoryCredentials": field(primary, "RepositoryCredentials"),
    }
    found, reason = containers((definition,), place)
    return m.TaskDefinition(
        resource, {"containers": place}, family=None, network_mode="awsvpc", compatibilities=("FARGATE",),
        containers=found, reason=reason,
    )  # fmt: skip


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
    SUBNET, GROUP, CLUSTER, "ClusterName", TASK_DEFINITION, "Family", CAPACITY_PROVIDER, "Name",
)  # fmt: skip
_FILES = ("DefinitionS3Location", "DefinitionUri")
_DEFINITIONS = ("Definition", "DefinitionString", *_FILES)


def _state_machine(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """Where the definition is named, it is given where it is a file that is here; one in a bucket is not there."""
    name = next((name for name in _DEFINITIONS if resource.get(name) is not None), "Definition")
    given = resource.get(name)
    if name in _FILES and (isinstance(given, str) or within(given, "States") is None):
        where = "a file that is not here" if isinstance(given, str) and "://" not in given else "in a bucket"
        yield unseen_task(resource, (name,), Unknown(f"the definition of the state machine is {where}"))
        return
    yield from workloads(_STATE_MACHINE, resource, linker, (name,), resource.get("DefinitionSubstitutions"))


READERS: Mapping[str, Reader] = {
    "AWS::ECS::Service": _service,
    "AWS::ECS::TaskSet": _task_set,
    "AWS::ECS::ExpressGatewayService": _express_service,
    "AWS::Events::Rule": _events_rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Pipes::Pipe": _pipe,
    "AWS::StepFunctions::StateMachine": _state_machine,
    "AWS::Serverless::StateMachine": _state_machine,
}
