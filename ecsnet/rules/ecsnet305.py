"""ECSNET305: a workload and its task definition do not agree on the network mode."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Change, Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.capacity import CapacityOf, capacity_of
from ecsnet.network.links import one_of, reason_of
from ecsnet.network.model import Capacity, TaskDefinition, Workload
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.mending import setting
from ecsnet.rules.proof import calls, distinct, settled
from ecsnet.values import Span, Tri, equal


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from settled(_judge(network, workload) for workload in network.all(Workload))


def _judge(network: Network, workload: Workload) -> Verdict:
    resource = workload.resource
    if not workload.task_definition.is_set:
        return Passed(RULE, resource)  # AWS makes it, or task sets name theirs
    task = network.get(TaskDefinition, workload.task_definition.only)
    if task is None:
        value = workload.task_definition.value
        name = value if isinstance(value, str) else reason_of(value)
        reason = f"the task definition is not in the configuration: {name}"
        return Undecided(RULE, resource, reason, workload.span("task_definition"))
    awsvpc = one_of(task.network_mode, "awsvpc")
    if awsvpc is Tri.UNKNOWN:
        reason = f"the network mode of {task.address}: {reason_of(task.network_mode)}"
        return Undecided(RULE, resource, reason, task.span("network_mode"))
    if awsvpc is Tri.TRUE:
        return _with_awsvpc(workload, task)
    return _without_awsvpc(network, workload, task, capacity_of(network, workload))


def _with_awsvpc(workload: Workload, task: TaskDefinition) -> Verdict:
    if workload.network is Tri.TRUE:
        return Passed(RULE, workload.resource)
    if workload.network is Tri.UNKNOWN:
        return _undecided(workload, "whether it has a network configuration is not in the configuration", "network")
    message = (
        f"{workload.address} has no network configuration, but the tasks of {task.address} use awsvpc mode: AWS does "
        "not know which subnets to put them into, and refuses to start them"
    )
    return _finding(workload, (_mode(task),), message, workload.span("task_definition"))


def _without_awsvpc(network: Network, workload: Workload, task: TaskDefinition, capacity: CapacityOf) -> Verdict:
    """With a mode of ``bridge``, ``host`` or ``none``, or without any, for which ``bridge`` is the default."""
    mode = task.network_mode if isinstance(task.network_mode, str) else ""
    shown = f"{mode} mode" if mode else "no network mode, which means bridge"
    if capacity.capacity is Capacity.FARGATE:
        message = (
            f"{workload.address} runs on Fargate, which knows awsvpc mode only, but {task.address} has {shown}: AWS "
            "refuses to start its tasks"
        )
        hops = (*capacity.hops, _mode(task))
        changes = setting(task, "network_mode", "awsvpc") if _fits_awsvpc(network, task) else ()
        return _finding(workload, hops, message, workload.span("task_definition"), task.address, changes)
    if workload.network is Tri.TRUE:
        message = (
            f"{workload.address} has a network configuration, which goes with awsvpc mode only, but {task.address} has "
            f"{shown if capacity.capacity is not Capacity.MANAGED_INSTANCES or mode else 'no network mode'}: AWS "
            "refuses to start its tasks"
        )
        given = Hop(workload.address, "has a network configuration", workload.span("network"))
        return _finding(workload, (given, _mode(task)), message, workload.span("network"), task.address)
    if workload.network is Tri.UNKNOWN:
        return _undecided(workload, "whether it has a network configuration is not in the configuration", "network")
    if capacity.capacity is Capacity.UNKNOWN:
        reason = f"{task.address} has {shown}, and whether its tasks run on Fargate is unknown: {capacity.reason}"
        return Undecided(RULE, workload.resource, reason, capacity.span or workload.span())
    if capacity.capacity is Capacity.MANAGED_INSTANCES and not mode:
        reason = f"{task.address} names no network mode, and there is no default on ECS Managed Instances"
        return Undecided(RULE, workload.resource, reason, task.span())
    return Passed(RULE, workload.resource)


def _fits_awsvpc(network: Network, task: TaskDefinition) -> bool:
    """Whether all that run a task definition do so on Fargate with a network configuration, and its ports allow it.

    A host port is the container's own there:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
    """
    users = [one for one in network.all(Workload) if one.task_definition.may_be(task.address)]
    ports = [mapping for container in task.containers or () for mapping in container.ports]
    return (
        task.containers is not None
        and all(one.network is Tri.TRUE and one.task_definition.only == task.address for one in users)
        and all(capacity_of(network, one).capacity is Capacity.FARGATE for one in users)
        and all(port.host_port is None or equal(port.host_port, port.container_port) is Tri.TRUE for port in ports)
    )


def _mode(task: TaskDefinition) -> Hop:
    if isinstance(task.network_mode, str):
        return Hop(task.address, f"has network mode {task.network_mode}", task.span("network_mode"))
    shown = "names no network mode" if task.network_mode is None else "has network mode awsvpc"
    return Hop(task.address, shown, task.span("network_mode"))


def _undecided(workload: Workload, reason: str, field: str) -> Undecided:
    return Undecided(RULE, workload.resource, reason, workload.span(field))


def _finding(
    workload: Workload,
    hops: tuple[Hop, ...],
    message: str,
    span: Span,
    cause: str = "",
    changes: tuple[Change, ...] = (),
) -> Finding:
    fix = RULE.fix[workload.resource.language]
    path = distinct((*calls(workload), *hops))
    return Finding(RULE, RULE.level, workload.resource, message, span, path, fix, cause=cause, changes=changes)


RULE = Rule(
    id="ECSNET305",
    name="network-mode-mismatch",
    level=Level.ERROR,
    summary="A workload's network configuration or launch type does not go with its network mode",
    why=(
        "The network mode is in the task definition, the subnets are with whatever runs it, and the two have to agree: "
        "awsvpc mode needs a network configuration, every other mode refuses one, and Fargate knows awsvpc only. A "
        "task definition without a network mode has bridge. Nothing notices before deployment, where AWS refuses the "
        "service; a schedule or a state machine deploys, and fails each time that it runs."
    ),
    fix={
        "terraform": (
            "Use awsvpc mode, and name the subnets where the task is run:\n\n"
            '    resource "aws_ecs_task_definition" "app" {\n'
            '      network_mode = "awsvpc"\n'
            "    }\n\n"
            '    resource "aws_ecs_service" "app" {\n'
            "      network_configuration {\n"
            "        subnets = aws_subnet.private[*].id\n"
            "      }\n"
            "    }\n\n"
            "or, on EC2, keep bridge or host mode and remove network_configuration."
        ),
        "cloudformation": (
            "Use awsvpc mode, and name the subnets where the task is run:\n\n"
            "    TaskDefinition:\n"
            "      Type: AWS::ECS::TaskDefinition\n"
            "      Properties:\n"
            "        NetworkMode: awsvpc\n"
            "    Service:\n"
            "      Type: AWS::ECS::Service\n"
            "      Properties:\n"
            "        NetworkConfiguration:\n"
            "          AwsvpcConfiguration:\n"
            "            Subnets: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]\n\n"
            "or, on EC2, keep bridge or host mode and remove NetworkConfiguration."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
        "Security Hub ECS.17",
        "AWS Config ecs-awsvpc-networking-enabled",
    ),
    check=check,
)
