"""ECS tasks that Step Functions runs: the ``ecs:runTask`` states of a definition, however it is written.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network.json_values import decoded
from ecsnet.network.links import Linker, field, reason_of, setting
from ecsnet.network.model import AttachmentKind, Element, Guarded, Link, Links, Workload
from ecsnet.network.reading import tag_mapping
from ecsnet.records import dataclass
from ecsnet.resources import Path, Resource
from ecsnet.values import Text, Tri, Unknown, Value, equal

_MOST_STATES = 1000


@dataclass(frozen=True, slots=True)
class Names:
    """The resource types that a language's state machines may refer to, and the arguments that name those."""

    subnets: frozenset[str]
    groups: frozenset[str]
    clusters: frozenset[str]
    cluster_name: str
    task_definitions: frozenset[str]
    family: str
    providers: frozenset[str]
    provider_name: str


def workloads(
    names: Names, resource: Resource, linker: Linker, place: Path, substitutions: Value = None
) -> Iterator[Element]:
    """A workload for every task state of the definition at ``place``, named as the state is; one of which nothing is
    known where that is not to be read.
    """
    definition = decoded(resource.get(*place), substitutions)
    if isinstance(definition, Unknown):
        yield unseen_task(resource, place, definition)
        return
    for state, parameters, path in _task_states(definition):
        base = (*place, *path)
        if isinstance(state, Unknown):
            yield unseen_task(resource, base, state)
            continue
        network_place: Path = (*base, "NetworkConfiguration", "AwsvpcConfiguration")
        network = _given(_given(parameters, "NetworkConfiguration"), "AwsvpcConfiguration")
        groups = linker.links(_given(network, "SecurityGroups"), names.groups)
        yield Workload(
            resource,
            {
                "name": base[:-1],
                "tags": (*base, "Tags"),
                "executes_commands": (*base, "EnableExecuteCommand"),
                "launch_type": (*base, "LaunchType"),
                "providers": (*base, "CapacityProviderStrategy"),
                "task_definition": (*base, "TaskDefinition"),
                "network": network_place,
                "subnets": (*network_place, "Subnets"),
                "groups": (*network_place, "SecurityGroups"),
                "public_ip": (*network_place, "AssignPublicIp"),
            },
            name=state,
            tags=tag_mapping(_given(parameters, "Tags")),
            express=False,
            cluster=linker.named(_given(parameters, "Cluster"), names.clusters, names.cluster_name),
            launch_type=_given(parameters, "LaunchType"),
            providers=linker.strategy(
                _given(parameters, "CapacityProviderStrategy"), "CapacityProvider", names.providers, names.provider_name
            ),
            task_definition=linker.task_definition(
                _given(parameters, "TaskDefinition"), names.task_definitions, names.family
            ),
            network=Tri.FALSE if network is None else Tri.UNKNOWN if isinstance(network, Unknown) else Tri.TRUE,
            subnets=linker.links(_given(network, "Subnets"), names.subnets),
            groups=groups,
            public_ip=setting(_given(network, "AssignPublicIp")),
            registrations=(),
            executes_commands=setting(_given(parameters, "EnableExecuteCommand")),
        )
        places = {"groups": (*network_place, "SecurityGroups")}
        yield Guarded(resource, places, kind=AttachmentKind.WORKLOAD, groups=groups)


def unseen_task(resource: Resource, place: Path, why: Unknown) -> Workload:
    """What a state machine may run whose definition, named at ``place``, is not there."""
    unseen = Links(complete=False, reason=why.reason)
    link = Link(why, elsewhere=True, anything=True)
    names = ("launch_type", "providers", "task_definition", "network", "subnets", "groups", "public_ip")
    return Workload(
        resource, dict.fromkeys(names, place), name=why, tags=why, express=False, cluster=link, launch_type=why,
        providers=unseen, task_definition=link, network=Tri.UNKNOWN, subnets=unseen, groups=unseen,
        public_ip=Tri.UNKNOWN, registrations=(), executes_commands=Tri.UNKNOWN,
    )  # fmt: skip


def _given(parameters: Value, name: str) -> Value:
    """A parameter; unknown where the state takes it from its input, by JSONPath (``Name.$``) or JSONata (``{% %}``)."""
    if field(parameters, f"{name}.$") is not None and isinstance(parameters, Mapping):
        return Unknown(f"{name} is taken from the state's input")
    value = field(parameters, name)
    if isinstance(value, str) and value.startswith("{%"):
        return Unknown(f"{name} is computed from the state's input")
    return value


def _task_states(definition: Value) -> Iterator[tuple[str | Unknown, Value, Path]]:
    """The name of every state that runs an ECS task, its ``Parameters`` (``Arguments`` in JSONata), and their path.

    In place of the name of what may do so, and is not to be told: why.
    """
    pending: list[tuple[Value, Path]] = [(definition, ())]
    for _ in range(_MOST_STATES):
        if not pending:
            return
        scope, path = pending.pop(0)
        states = field(scope, "States")
        if isinstance(states, Unknown):
            yield Unknown(f"what states it has is not known: {states.reason}"), None, path
        for name, state in states.items() if isinstance(states, Mapping) else ():
            if not isinstance(name, str) or not isinstance(state, (Mapping, Unknown)):
                continue
            at: Path = (*path, "States", name)
            given = "Parameters" if field(state, "Arguments") is None else "Arguments"
            runs = _runs_task(state, field(state, given))
            if runs is Tri.TRUE:
                yield name, field(state, given), (*at, given)
            elif runs is Tri.UNKNOWN:
                reason = f"whether the state {name} runs a task is not known: {reason_of(field(state, 'Resource'))}"
                yield Unknown(reason), None, (*at, "Resource")
            branches = field(state, "Branches")
            if isinstance(branches, tuple):
                pending += [(branch, (*at, "Branches", index)) for index, branch in enumerate(branches)]
            for inner in ("ItemProcessor", "Iterator"):
                if isinstance(state, Mapping) and field(state, inner) is not None:
                    pending.append((field(state, inner), (*at, inner)))


_PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
_CALLS = tuple(
    f"arn:{partition}:states:::ecs:runTask{ending}"
    for partition in _PARTITIONS
    for ending in ("", ".sync", ".waitForTaskToken")
)


def _runs_task(state: Value, parameters: Value) -> Tri:
    """Whether a state's resource is ``arn:aws:states:::ecs:runTask``, waiting or not, in whatever partition.

    One that is not known may be, unless the state does not say what task to run.
    """
    resource, kind = field(state, "Resource"), field(state, "Type")
    calls = _is_call(resource)
    if calls is Tri.UNKNOWN:
        if isinstance(kind, str) and kind != "Task":
            return Tri.FALSE
        if parameters is None or isinstance(parameters, Mapping):
            names = [name for name in parameters or () if isinstance(name, str)]
            if len(names) == len(parameters or ()) and not {"TaskDefinition", "TaskDefinition.$"}.intersection(names):
                return Tri.FALSE
    return calls


def _is_call(resource: Value) -> Tri:
    if isinstance(resource, Unknown) and resource.candidates:
        verdicts = {_is_call(candidate) for candidate in resource.candidates}
        return verdicts.pop() if len(verdicts) == 1 else Tri.UNKNOWN
    written = resource
    if isinstance(resource, Text):
        written = "".join(part if isinstance(part, str) else "aws" for part in resource.parts)
    if isinstance(written, str) and ":states:::ecs:runTask" in written:
        return Tri.TRUE
    if not isinstance(resource, (Text, Unknown)) or all(equal(resource, call) is Tri.FALSE for call in _CALLS):
        return Tri.FALSE
    return Tri.UNKNOWN
