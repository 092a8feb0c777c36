"""ECS tasks that Step Functions runs: the ``ecs:runTask`` states of a definition, however it is written.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ecsnet.network.links import Linker, field, reason_of, setting
from ecsnet.network.model import AttachmentKind, Element, Guarded, Link, Links, Workload
from ecsnet.resources import Path, Resource
from ecsnet.values import Encoded, Reference, Several, Text, Tri, Unknown, Value, text

_MARK = "\ufdd0{}\ufdd1"
_MARKED = re.compile("\ufdd0([0-9]+)\ufdd1")
_BARE = re.compile("([:,\\[]\\s*)(\ufdd0[0-9]+\ufdd1)(?=\\s*[,\\]}])")
"""A mark that stands for a number, a list or an object: no quotes around it."""
_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
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
    """A workload for every task state of the definition at ``place``; one of which nothing is known where that is not
    to be read.
    """
    definition = _decode(resource.get(*place), substitutions)
    if isinstance(definition, Unknown):
        yield unseen_task(resource, place, definition)
        return
    for parameters, path in _run_task_parameters(definition):
        base = (*place, *path)
        network_place: Path = (*base, "NetworkConfiguration", "AwsvpcConfiguration")
        network = _given(_given(parameters, "NetworkConfiguration"), "AwsvpcConfiguration")
        groups = linker.links(_given(network, "SecurityGroups"), names.groups)
        yield Workload(
            resource,
            {
                "launch_type": (*base, "LaunchType"),
                "providers": (*base, "CapacityProviderStrategy"),
                "task_definition": (*base, "TaskDefinition"),
                "network": network_place,
                "subnets": (*network_place, "Subnets"),
                "groups": (*network_place, "SecurityGroups"),
                "public_ip": (*network_place, "AssignPublicIp"),
            },
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
        )
        places = {"groups": (*network_place, "SecurityGroups")}
        yield Guarded(resource, places, kind=AttachmentKind.WORKLOAD, groups=groups)


def unseen_task(resource: Resource, place: Path, why: Unknown) -> Workload:
    """What a state machine may run whose definition, named at ``place``, is not there."""
    unseen = Links(complete=False, reason=why.reason)
    link = Link(why, elsewhere=True, anything=True)
    names = ("launch_type", "providers", "task_definition", "network", "subnets", "groups", "public_ip")
    return Workload(
        resource, dict.fromkeys(names, place), cluster=link, launch_type=why, providers=unseen, task_definition=link,
        network=Tri.UNKNOWN, subnets=unseen, groups=unseen, public_ip=Tri.UNKNOWN,
    )  # fmt: skip


def _given(parameters: Value, name: str) -> Value:
    """A parameter; unknown where the state takes it from its input, by JSONPath (``Name.$``) or JSONata (``{% %}``)."""
    if field(parameters, f"{name}.$") is not None and isinstance(parameters, Mapping):
        return Unknown(f"{name} is taken from the state's input")
    value = field(parameters, name)
    if isinstance(value, str) and value.startswith("{%"):
        return Unknown(f"{name} is computed from the state's input")
    return value


def _run_task_parameters(definition: Value) -> Iterator[tuple[Value, Path]]:
    """The ``Parameters`` (``Arguments`` in JSONata) of every state that runs an ECS task, with their path."""
    pending: list[tuple[Value, Path]] = [(definition, ())]
    for _ in range(_MOST_STATES):
        if not pending:
            return
        scope, path = pending.pop(0)
        states = field(scope, "States")
        for name, state in states.items() if isinstance(states, Mapping) else ():
            if not isinstance(name, str):
                continue
            at: Path = (*path, "States", name)
            if _runs_task(field(state, "Resource")):
                given = "Parameters" if field(state, "Arguments") is None else "Arguments"
                yield field(state, given), (*at, given)
            branches = field(state, "Branches")
            if isinstance(branches, tuple):
                pending += [(branch, (*at, "Branches", index)) for index, branch in enumerate(branches)]
            for inner in ("ItemProcessor", "Iterator"):
                if field(state, inner) is not None:
                    pending.append((field(state, inner), (*at, inner)))


def _runs_task(resource: Value) -> bool:
    """Whether a state's resource is ``arn:aws:states:::ecs:runTask``, waiting or not, in whatever partition."""
    if isinstance(resource, Text):
        resource = "".join(part if isinstance(part, str) else "aws" for part in resource.parts)
    return isinstance(resource, str) and ":states:::ecs:runTask" in resource


def _decode(definition: Value, substitutions: Value) -> Value:
    """The definition as a value; unknown where it is not to be read."""
    if isinstance(definition, Encoded) and definition.encoding == "json":
        return definition.value
    if isinstance(definition, Mapping):
        return _put_back(definition, [], substitutions)
    if not isinstance(definition, (str, Text)):
        return None if definition is None else Unknown(reason_of(definition))
    opaque: list[Value] = []
    parts: list[Value] = []
    for part in definition.parts if isinstance(definition, Text) else (definition,):
        parts += _substituted(part, substitutions) if isinstance(part, str) else [part]
    source = "".join(map(_marking(opaque), parts))
    for written in (source, _BARE.sub(r'\1"\2"', source)):
        try:
            document = json.loads(written)
        except (ValueError, RecursionError):
            continue
        return _put_back(document, opaque, None)
    return Unknown("the definition of the state machine is not JSON that can be read")


def _marking(opaque: list[Value]) -> Callable[[Value], str]:
    """Text as it is, and a mark in the place of what is known only after deployment, which is kept in ``opaque``."""

    def mark(part: Value) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, (bool, int)):
            return json.dumps(part)
        opaque.append(part)
        return _MARK.format(len(opaque) - 1)

    return mark


def _substituted(written: str, substitutions: Value) -> list[Value]:
    """The text around ``DefinitionSubstitutions``, and their values; those that are not given stay as written."""
    if substitutions is None:
        return [written]
    pieces: list[Value] = []
    end = 0
    for match in _SUBSTITUTION.finditer(written):
        value = field(substitutions, match[1])
        if value is not None:
            pieces += [written[end : match.start()], *(value.parts if isinstance(value, Text) else (value,))]
            end = match.end()
    return [*pieces, written[end:]]


def _unmarked(written: str, opaque: list[Value]) -> Value:
    """A string with what its marks stand for."""
    words = _MARKED.split(written)
    parts = [opaque[int(word)] if index % 2 else word for index, word in enumerate(words)]
    if len(parts) == 3 and not parts[0] and not parts[2]:
        return parts[1]
    if any(isinstance(part, (tuple, Mapping, Several)) or part is None for part in parts):
        return Unknown("put together from values known only after deployment")
    return text(parts)


def _put_back(value: object, opaque: list[Value], substitutions: Value) -> Value:
    """JSON data as values: lists are tuples, marks and substitutions are what they stand for."""
    if isinstance(value, Mapping):
        return {key: _put_back(item, opaque, substitutions) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_put_back(item, opaque, substitutions) for item in value)
    if isinstance(value, str):
        pieces = _substituted(value, substitutions)
        own = list(opaque)
        written = value if pieces == [value] else "".join(map(_marking(own), pieces))
        return _unmarked(written, own)
    if value is None or isinstance(value, (bool, int, Reference, Unknown, Text, Encoded, Several)):
        return value
    return Unknown("a number with a fraction")
