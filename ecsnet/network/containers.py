"""The containers of an ECS task definition: the same in both languages, but for the case of their names.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
"""

from __future__ import annotations

from collections.abc import Mapping

from ecsnet.network.json_values import decoded
from ecsnet.network.links import listed, reason_of
from ecsnet.network.model import Container, PortMapping
from ecsnet.resources import Path
from ecsnet.values import Several, Unknown, Value


def containers(value: Value, place: Path) -> tuple[tuple[Container, ...] | None, str]:
    """Those of a list, or of the JSON text of one, at ``place`` of its resource; or ``None`` and why they are unknown.

    What is not known within a container is an unknown there: a port mapping of unknown ports, or an unknown secret,
    of which there may be any number.
    """
    definitions = decoded(value)
    if definitions is None:
        return (), ""
    if not isinstance(definitions, tuple):
        return None, reason_of(definitions) if isinstance(definitions, Unknown) else "they are not a list"
    found: list[Container] = []
    for index, definition in enumerate(definitions):
        if not isinstance(definition, Mapping):
            several = isinstance(definition, Several)
            return None, "the number of containers is unknown" if several else reason_of(definition)
        found.append(_container(definition, (*place, index)))
    return tuple(found), ""


def _container(definition: Value, place: Path) -> Container:
    logs = _get(definition, "logConfiguration")
    registry = _get(_get(definition, "repositoryCredentials"), "credentialsParameter")
    secrets = [
        _get(secret, "valueFrom")
        for secret in (*_items(_get(definition, "secrets")), *_items(_get(logs, "secretOptions")))
    ]
    return Container(
        name=_get(definition, "name"),
        image=_get(definition, "image"),
        ports=tuple(_port(mapping) for mapping in _items(_get(definition, "portMappings"))),
        log_driver=_get(logs, "logDriver"),
        secrets=tuple(secret for secret in (*secrets, registry) if secret is not None),
        place=place,
    )


def _port(mapping: Value) -> PortMapping:
    single = _get(mapping, "containerPort")
    return PortMapping(
        container_port=_get(mapping, "containerPortRange") if single is None else single,
        host_port=_get(mapping, "hostPort"),
        protocol=_get(mapping, "protocol"),
        single=isinstance(mapping, Mapping) and _get(mapping, "containerPortRange") is None,
    )


def _items(value: Value) -> tuple[Value, ...]:
    """The elements of a list; one that stands for any number of them is unknown."""
    return tuple(
        Unknown("the number of elements is unknown") if isinstance(element, Several) else element
        for element in listed(value)
        if element is not None
    )


def _get(value: Value, name: str) -> Value:
    """A member in whatever case: AWS's own tools and the provider's decoder take both."""
    if not isinstance(value, Mapping):
        return None if value is None else Unknown(reason_of(value))
    for key, member in value.items():
        if isinstance(key, str) and key.lower() == name.lower():
            return member
    unseen = next((key for key in value if not isinstance(key, str)), None)
    return None if unseen is None else Unknown(reason_of(unseen))
