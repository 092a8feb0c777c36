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
        ('format("%e|%.0f|%g", 0, -0, -0)', "0.000000e+00|-0|-0"),
        ('format("%05.1f", -0)', "-00.0"),
        ('yamlencode("a\\tb\\nc")', '"a\\tb\\nc"\n'),
        ('yamlencode("a\\r\\nb")', '"a\\r\\nb"\n'),
        ('yamlencode("a \\nb")', '"a \\nb"\n'),
        ('yamlencode(" a\\nb")', "|2-\n   a\n  b\n"),
        ('yamlencode("\\n")', "|2+\n\n"),
        ('yamlencode({ "a\\nb" = [1] })', "? |-\n  a\n  b\n: - 1\n"),
        ('yamlencode({ "a\\nb " = { c = 1 } })', '? "a\\nb "\n: "c": 1\n'),
        ('csvdecode("a,b\\"\\n1,2")', ERROR),
        ('csvdecode("ab\\"c\\n1")', ERROR),
        ('csvdecode("a\\r\\n\\"x\\r\\ny\\"\\r\\n")', [{"a": "x\ny"}]),
        ('tolist([]) == csvdecode("a")', False),
        ('csvdecode("a").*.b', ERROR),
        ("range(0).*.a", ERROR),
        ("pow(-2.5, 601) == -145192843905437780 * pow(10, 222)", False),
        ('substr("${pow(-2.5, 600)}", 0, 17)', "58077137562175110"),
        ("-1e300 * 7.1", -71 * 10**299),
        ('contains([toset(["a"])], ["a"])', False),
        ('contains(tolist([["a"]]), tolist(["a"]))', False),
        ('index([toset(["a"]), ["a"]], ["a"])', 1),
        ("tolist([{ a = 1 }, null])", ERROR),
        ('toset(tolist(setproduct(tolist([null, "a"]), [1])[0]))', ["1", None]),
        ('true ? ["a"] : toset([1])', ERROR),
        ('(true ? chunklist(["a", null], 2)[0] : toset(["b"]))[1]', None),
        ("false ? tolist(null) : 1", ERROR),
        ("false ? tomap(null) : { a = 1, b = \"x\" }", {"a": "1", "b": "x"}),
        ('can([true][0]) ? tomap(null) : merge(tomap({ a = ["b"] }), tomap({ a = "x" }))', None),
        ("merge(null, tolist([]))", {}),
        ('zipmap(["a"], toset(["b"]))', ERROR),
        ('[for s in [] : s if s != 1 ? "x" : parseint("zz", 16)]', []),
    ],
)  # fmt: skip
def test_values_as_terraform_has_them(expression: str, value: object) -> None:
    assert ours(expression, SCOPE) == value


@pytest.mark.parametrize(
    "expression",
    [
        "1 / 0", "can(1 / 0)", "log(0, 2)", "tolist([tolist(null), []])",
        'yamlencode("a\\u2028\\n")', 'yamldecode("a: 1\\t# b")', 'yamldecode("2024-02-29T13:30:00Z")',
    ],
)  # fmt: skip
def test_what_is_not_tracked_is_unknown(expression: str) -> None:
    assert "Unknown(" in str(ours(expression, SCOPE))
