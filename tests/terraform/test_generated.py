"""Expressions over all kinds of functions: what they are to Terraform's console and what they are here."""

from __future__ import annotations

import pytest

from tests.terraform.console import ERROR, TERRAFORM, ours
from tests.terraform.generated import SCOPE, differences, expressions

needs_terraform = pytest.mark.skipif(TERRAFORM is None, reason="needs terraform")


@needs_terraform
def test_functions_give_what_terraform_gives() -> None:
    assert differences(expressions(seed=1, count=600)) == []


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("true ? 1 : \"a\"", "1"),
        ("true ? [1, 2] : [\"a\"]", ["1", "2"]),
        ("true ? { a = 1 } : { b = \"x\" }", {"a": "1"}),
        ("true ? 1 : null", 1),
        ("true ? 1 : [][0]", 1),
        ("true ? 1 : [1]", ERROR),
        ('"x${0 * -1}"', "x-0"),
        ('"x${-5 % 5}"', "x0"),
        ("can(0 / 0)", False),
        ("coalescelist([1], \"a\")", ERROR),
        ("matchkeys([\"a\"], [true], [\"true\"])", ["a"]),
        ("matchkeys([\"a\"], [true], [1])", ERROR),
        ('yamldecode("")', ERROR),
        ("yamlencode(1)", "1\n...\n"),
        ("[1] == [1]", True),
        ("tolist([1]) == [\"a\"]", False),
    ],
)  # fmt: skip
def test_values_as_terraform_has_them(expression: str, value: object) -> None:
    assert ours(expression, SCOPE) == value


@pytest.mark.parametrize("expression", ["1 / 0", "can(1 / 0)", "log(0, 2)"])
def test_what_is_not_tracked_is_unknown(expression: str) -> None:
    assert "Unknown(" in str(ours(expression, SCOPE))
