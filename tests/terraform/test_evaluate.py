"""Evaluation over values that the configuration does not give."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.evaluate import evaluate, render_template
from ecsnet.terraform.functions import FunctionContext
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse_expression
from ecsnet.values import Reference, Several, Text, Unknown, Value

X = Unknown("x has no default", symbol="var.x")
Y = Unknown("y has no default", symbol="var.y")
ZONES = tuple(Unknown("zone", symbol=f"z[{i}]", series="zones") for i in range(2))
SUBNET = Reference("aws_subnet.a", "id")
MAYBE = Several(SUBNET, "var.n")


class Names:
    def __init__(self, names: Mapping[str, Value]) -> None:
        self.names = names
        self.functions = FunctionContext(
            ".", ".", lambda template, names: render_template(template, {}, self.functions)
        )

    def variable(self, name: str) -> Value:
        if name not in self.names:
            raise EvaluationError(f"{name} is not declared")
        return self.names[name]


NAMES: Mapping[str, Value] = {
    "x": X, "y": Y, "s": SUBNET, "zones": ZONES, "several": ("a", MAYBE, "b"), "e": Unknown("e", candidates=(1, 0)),
    "l": Unknown("l", candidates=((), ("p", "q"))),
}  # fmt: skip


def value(text: str) -> Value:
    return evaluate(parse_expression(Source("e", text.encode())), Names(NAMES))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.a[0][\"k\"]", Unknown(X.reason, symbol="var.x.a[0].k")),
        ("x[*].id", Unknown(X.reason, symbol="var.x[*].id")),
        ("s.a[0]", Reference("aws_subnet.a", "id.a[0]")),
        ('"${x}"', X),
        ('"a${jsonencode([s, 1])}"', Text(('a["', SUBNET, '",1]'))),
        ("jsondecode(\"{\\\"a\\\": ${jsonencode({ b = [s, \"<\"] })}}\")", {"a": {"b": (SUBNET, "<")}}),
        ("jsondecode(\"[${jsonencode({ b = \"\\\"${s}\" })}]\")", ({"b": Text(('"', SUBNET))},)),
        ("jsondecode(\"[${jsonencode([x, s])}]\")[0][1]", SUBNET),
        ('"a${jsonencode([several])}"', Text(("a[", Unknown("JSON of a value known only after deployment"), "]"))),
        ('"${x}a"', Text((X, "a"))),
        ("x ? s : s", SUBNET),
        ("false && x", False),
        ("x && false", False),
        ("true || x", True),
        ("x == x", True),
        ("zones[0] == zones[1]", False),
        ('"${x}a" == "${x}b"', False),
        ("several[0]", "a"),
        ("several[*]", ("a", MAYBE, "b")),
        ("[for v in several : v]", ("a", MAYBE, "b")),
        ("{for z in zones : z => 1}", {ZONES[0]: 1, ZONES[1]: 1}),
        ("{for z in zones : z => 1}[zones[1]]", 1),
        ("try(x.missing[0].y, 1) == 2 || true", True),
        ("s[*]", (SUBNET,)),
        ("can(s)", True),
    ],
)  # fmt: skip
def test_what_is_certain(text: str, expected: Value) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("x ? 1 : 2", (1, 2)),
        ("x ? 1 : y ? 2 : 3", (1, 2, 3)),
        ("[1, 2][x]", (1, 2)),
        ('["p", "q", "r"][e]', ("q", "p")),
        ("e + 1", (2, 1)),
        ("several[1]", (SUBNET, "b")),
        ("length(l)", (0, 2)),
        ("[for v in l : v]", ((), ("p", "q"))),
        ("try(x.a, 5)", (Unknown(X.reason, symbol="var.x.a"), 5)),
    ],
)
def test_what_is_one_of_several(text: str, candidates: tuple[Value, ...]) -> None:
    found = value(text)
    assert isinstance(found, Unknown)
    assert found.candidates == candidates


@pytest.mark.parametrize(
    "text", ["!x", "x == y", "x < 1", "x + 1", "{for v in [x, y] : v => 1}", "{for v in x : v => 1}", "can(x)"]
)
def test_what_is_unknown(text: str) -> None:
    found = value(text)
    assert isinstance(found, Unknown)
    assert found.candidates is None


def test_for_over_an_unknown_collection_gives_any_number_of_elements() -> None:
    assert value('[for v in x : "a"]') == (Several("a", "var.x"),)
    assert value('[for v in ["a", "b"] : v if x]') == (Several("a"), Several("b"))


def test_a_template_cannot_render_another() -> None:
    with pytest.raises(EvaluationError):
        render_template('${templatestring("a", {})}', {}, Names({}).functions)


@pytest.mark.parametrize(
    "text", ["nothing", "null.a", "[1][2]", "{}.a", "null ? 1 : 2", "{for v in [1, 1] : v => v}", "a.b.c"]
)
def test_errors(text: str) -> None:
    with pytest.raises(EvaluationError):
        value(text)
