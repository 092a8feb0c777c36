"""Container definitions in every way they may be written."""

from __future__ import annotations

import json

import pytest

from ecsnet.network.containers import containers
from ecsnet.network.json_values import decoded
from ecsnet.network.model import PortMapping
from ecsnet.values import Encoded, Reference, Several, Text, Unknown, Value

FULL = {
    "name": "app",
    "image": "nginx",
    "portMappings": [{"containerPort": 80, "hostPort": 8080, "protocol": "tcp"}, {"containerPortRange": "90-99"}],
    "logConfiguration": {"logDriver": "awslogs", "secretOptions": [{"name": "k", "valueFrom": "arn:b"}]},
    "secrets": [{"name": "s", "valueFrom": "arn:a"}],
    "repositoryCredentials": {"credentialsParameter": "arn:c"},
}
UNKNOWN = Unknown("variable x has no default", symbol="var.x")


def pascal(value: object) -> Value:
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: pascal(item) for key, item in value.items()}
    return tuple(map(pascal, value)) if isinstance(value, list) else value  # type: ignore[return-value]


@pytest.mark.parametrize(
    "value",
    [
        json.dumps([FULL]),
        json.dumps(pascal([FULL])),
        pascal([FULL]),
        Encoded("json", pascal([FULL])),
    ],
    ids=["text", "text in the other case", "data", "encoded"],
)
def test_everything_of_a_container(value: Value) -> None:
    found, reason = containers(value, ("here",))
    assert reason == ""
    assert found is not None
    (container,) = found
    assert (container.name, container.image, container.log_driver) == ("app", "nginx", "awslogs")
    assert container.ports == (PortMapping(80, 8080, "tcp"), PortMapping("90-99", None, None, single=False))
    assert container.secrets == ("arn:a", "arn:b", "arn:c")
    assert container.place == ("here", 0)


def test_unknown_parts_of_text_stay_where_they_are() -> None:
    image = Reference("aws_ecr_repository.r", "repository_url")
    before, between = '[{"image": "', ':1", "portMappings": [{"containerPort": '
    value = Text((before, image, between, UNKNOWN, '}], "secrets": [', UNKNOWN, "]}]"))
    found, _ = containers(value, ())
    assert found is not None
    (container,) = found
    assert container.image == Text((image, ":1"))
    assert container.ports == (PortMapping(UNKNOWN, None, None),)
    (secret,) = container.secrets
    assert isinstance(secret, Unknown)


def test_port_mappings_of_unknown_number_are_unknown() -> None:
    found, _ = containers(({"Name": "a", "PortMappings": UNKNOWN}, {"Name": "b"}), ())
    assert found is not None
    (port,) = found[0].ports
    assert isinstance(port.container_port, Unknown)
    assert isinstance(port.host_port, Unknown)
    assert found[1].ports == ()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (UNKNOWN, "variable x has no default"),
        ("{", "it is not JSON"),
        ("{}", "they are not a list"),
        ((Several({"Name": "a"}),), "the number of containers is unknown"),
        (({"Name": "a"}, UNKNOWN), "variable x has no default"),
        (Text(("[", UNKNOWN, "]")), "the number of containers is unknown"),
        ("[" * 100_000, "it is nested too deeply"),
    ],
)
def test_why_containers_cannot_be_told(value: Value, reason: str) -> None:
    found, why = containers(value, ())
    assert found is None
    assert why.startswith(reason)


def test_no_containers() -> None:
    assert containers(None, ()) == ((), "")


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ('{"a": [1, true, null, "x"]}', {"a": (1, True, None, "x")}),
        (Text(('{"', Reference("aws_vpc.v"), '": 1}')), None),
        ("9" * 1000, None),
        ("1e99999999999999999999", None),
        ("NaN", None),
        ('"\ufdd07\ufdd1"', None),
    ],
)
def test_json_that_no_tool_writes(document: Value, value: Value) -> None:
    found = decoded(document)
    if value is None:
        keys = list(found) if isinstance(found, dict) else [found]
        assert isinstance(keys[0], Unknown)
    else:
        assert found == value
