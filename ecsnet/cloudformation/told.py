"""What root templates are given, and what gives it: to be shown."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.cloudformation.deployment import Deployment
from ecsnet.cloudformation.nodes import Table
from ecsnet.cloudformation.stack import Stack
from ecsnet.cloudformation.template import roots_of
from ecsnet.records import dataclass
from ecsnet.resources import Configuration


@dataclass(frozen=True, slots=True)
class Inputs:
    """As what a root template is evaluated: ``parameters`` by what gives each its value. The values are not here."""

    deployment: Deployment
    parameters: tuple[tuple[str, str], ...]


def inputs_of(configuration: Configuration) -> tuple[Inputs, ...]:
    """Nothing for a template that could not be read."""
    return tuple(Inputs(root.stack.deployment, tuple(_origins(root.stack))) for root in roots_of(configuration))


def _origins(stack: Stack) -> Iterator[tuple[str, str]]:
    deployment = stack.deployment
    for name, place in sorted(stack.section("Parameters").items()):
        if name in deployment.parameters:
            yield name, deployment.parameters[name].origin
        elif deployment.unread:
            yield name, f"unknown: {deployment.unread}"
        else:
            body = place.pair.value
            default = isinstance(body, Table) and "Default" in body.pairs
            yield name, "default" if default else "unknown: no value is given, and it has no default"
