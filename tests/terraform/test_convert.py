from __future__ import annotations

import pytest

from ecsnet.terraform.convert import to_type
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.scalars import to_bool, to_number, to_string
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse_expression
from ecsnet.terraform.types import type_of
from ecsnet.values import Reference, Unknown, Value


def convert(value: Value, type_: str) -> Value:
    return to_type(value, type_of(parse_expression(Source("t", type_.encode()))))


def test_primitives() -> None:
    assert (to_string(True), to_string(10**20), to_string(None)) == ("true", "1" + "0" * 20, None)
    assert (to_number("1e3"), to_bool("1")) == (1000, True)
    with pytest.raises(EvaluationError):
        to_number("x")


def test_elements_share_a_type() -> None:
    assert convert((1, "a"), "list(string)") == ("1", "a")
    assert convert((1, "a", True), "list(any)") == ("1", "a", "true")
    with pytest.raises(EvaluationError):
        convert((1, True), "list(any)")


def test_objects_are_filled_and_trimmed() -> None:
    type_ = "object({ a = string, b = optional(object({ c = optional(number, 3) }), {}), d = optional(bool) })"
    assert convert({"a": 1, "x": 2}, type_) == {"a": "1", "b": {"c": 3}, "d": None}
    with pytest.raises(EvaluationError, match="required"):
        convert({}, type_)


def test_what_is_unknown_stays() -> None:
    opaque = (Reference("aws_vpc.a"), Unknown("?"))
    assert convert(opaque, "list(string)") == opaque


def test_defaults_of_optional_attributes_are_constant_expressions() -> None:
    type_ = 'object({ a = optional(number, 1 + 2), b = optional(list(string), [for i in [1, 2] : "s${i}"]) })'
    assert convert({}, type_) == {"a": 3, "b": ("s1", "s2")}
    for wrong in ("var.x", 'upper("a")'):
        with pytest.raises(EvaluationError):
            convert({}, f"object({{ a = optional(string, {wrong}) }})")
