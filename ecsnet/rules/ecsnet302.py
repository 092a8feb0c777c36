"""ECSNET302: a public IP is asked for where tasks run on capacity that has none."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Change, Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.capacity import capacity_of
from ecsnet.network.model import Capacity, Workload
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.mending import setting
from ecsnet.rules.proof import calls, distinct, settled
from ecsnet.values import Tri


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from settled(_judge(network, workload) for workload in network.all(Workload))


def _judge(network: Network, workload: Workload) -> Verdict:
    span = workload.span("public_ip")
    if workload.express or workload.public_ip is Tri.FALSE:
        return Passed(RULE, workload.resource)
    capacity = capacity_of(network, workload)
    if capacity.capacity is Capacity.FARGATE:
        return Passed(RULE, workload.resource)
    if workload.public_ip is Tri.UNKNOWN:
        reason = "whether its tasks are assigned a public IP is not in the configuration"
        return Undecided(RULE, workload.resource, reason, span)
    if capacity.capacity is Capacity.UNKNOWN:
        reason = f"it assigns a public IP, and what runs its tasks is unknown: {capacity.reason}"
        return Undecided(RULE, workload.resource, reason, capacity.span or workload.span())
    message = (
        f"{workload.address} assigns its tasks a public IP but runs on {_CAPACITY[capacity.capacity]}: ECS refuses to "
        "start them, since only Fargate takes that setting"
    )
    hops = [*calls(workload), *capacity.hops, Hop(workload.address, "assigns its tasks a public IP", span)]
    fix = RULE.fix[workload.resource.language]
    return Finding(
        RULE, RULE.level, workload.resource, message, span, distinct(hops), fix, changes=_changes(workload)
    )  # fmt: skip


def _changes(workload: Workload) -> tuple[Change, ...]:
    """Where it names its capacity itself: where it names none, Fargate may have been meant."""
    named = workload.launch_type is not None or workload.providers.items
    return setting(workload, "public_ip", False) if named else ()


_CAPACITY = {
    Capacity.EC2: "EC2 container instances",
    Capacity.MANAGED_INSTANCES: "ECS Managed Instances",
    Capacity.EXTERNAL: "external instances",
}


RULE = Rule(
    id="ECSNET302",
    name="public-ip-on-ec2-task",
    level=Level.ERROR,
    summary="A task that does not run on Fargate is assigned a public IP, which ECS refuses",
    why=(
        "Only on Fargate can the network interface of a task be assigned a public IP. With any other capacity ECS "
        'refuses the call: "Assign public IP is not supported for this launch type". Neither a plan nor a check of '
        "the template notices; the deployment fails, and a schedule or a state machine fails each time that it runs. "
        "Often Fargate was meant, and the launch type was left out: without launch type and capacity provider "
        "strategy a service of a cluster without a default strategy runs on EC2."
    ),
    fix={
        "terraform": (
            'If Fargate is meant, say so: launch_type = "FARGATE", or a capacity provider strategy of FARGATE or '
            "FARGATE_SPOT. Else leave the public IP off, and put the tasks into subnets whose internet route is a NAT "
            "gateway:\n\n"
            "    network_configuration {\n"
            "      subnets          = aws_subnet.private[*].id\n"
            "      assign_public_ip = false\n"
            "    }"
        ),
        "cloudformation": (
            "If Fargate is meant, say so: LaunchType: FARGATE, or a capacity provider strategy of FARGATE or "
            "FARGATE_SPOT. Else leave the public IP off, and put the tasks into subnets whose internet route is a NAT "
            "gateway:\n\n"
            "    NetworkConfiguration:\n"
            "      AwsvpcConfiguration:\n"
            "        Subnets: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]\n"
            "        AssignPublicIp: DISABLED"
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-awsvpc-mode.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html",
        "Security Hub ECS.2",
        "Security Hub ECS.16",
        "AWS Config ecs-service-assign-public-ip-disabled",
        "AWS Config ecs-taskset-assign-public-ip-disabled",
    ),
    check=check,
)
