"""Generated expressions: what they are to Terraform's console and what they are here."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ecsnet.terraform.functions import FunctionContext
from tests.terraform.console import ERROR, TERRAFORM, EmptyScope, ours, theirs

pytestmark = pytest.mark.skipif(TERRAFORM is None, reason="needs terraform")

SCOPE = EmptyScope(FunctionContext(".", ".", lambda template, names: ERROR))

numbers = st.one_of(st.integers(-20, 20).map(str), st.sampled_from(["1.5", "0.25", "1e3"]))
strings = st.text(st.sampled_from("ab$%{~ }\u00e9"), max_size=4).map(
    lambda s: '"' + s.replace("${", "$${").replace("%{", "%%{") + '"'
)
bools = st.sampled_from(["true", "false"])


def _number(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    condition = st.tuples(inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner).map(" ".join)
    logic = st.tuples(condition, st.sampled_from(["&&", "||"]), condition).map(" ".join)
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "%"]), inner).map(" ".join),
        inner.map("-{}".format),
        inner.map("({})".format),
        st.tuples(st.one_of(bools, condition, logic), inner, inner).map(lambda x: f"{x[0]} ? {x[1]} : {x[2]}"),
        st.tuples(st.lists(inner, max_size=3), st.integers(0, 3)).map(lambda x: f"[{', '.join(x[0])}][{x[1]}]"),
        st.tuples(inner, inner).map(lambda x: f"{{a = {x[0]}, b = ({x[1]})}}.a"),
        inner.map('"${{{}}}"'.format),
        st.tuples(inner, inner).map(lambda x: f"try([{x[0]}][1], {x[1]})"),
    )


arithmetic = st.recursive(numbers, _number, max_leaves=8)
texts = st.one_of(
    strings,
    st.lists(
        st.one_of(
            strings.map(lambda s: s[1:-1]), arithmetic.map("${{{}}}".format), arithmetic.map("${{~ {} ~}}".format)
        )
    )
    .map("".join)
    .map('"{}"'.format),
    st.tuples(bools, strings, strings).map(
        lambda x: f'"%{{ if {x[0]} ~}} {x[1][1:-1]} %{{~ else }} {x[2][1:-1]} %{{ endif }}"'
    ),
)
scalars = st.one_of(arithmetic, texts, bools, st.just("null"))
lists = st.lists(scalars, max_size=4).map(lambda items: f"[{', '.join(items)}]")
maps = st.lists(st.tuples(st.sampled_from("abc"), scalars), max_size=3).map(
    lambda items: "{" + ", ".join(f"{key} = {item}" for key, item in items) + "}"
)
expressions = st.one_of(
    scalars,
    lists,
    maps,
    lists.map("[for v in {} : [v]]".format),
    lists.map('[for i, v in {} : "${{i}}" if v != null]'.format),
    lists.map("{{for v in {} : v => 1}}".format),
    lists.map("{{for i, v in {} : v => i...}}".format),
    maps.map("[for k, v in {} : k]".format),
    maps.map("{{for k, v in {} : k => [v] if v == 1}}".format),
    st.lists(maps, max_size=3).map(lambda items: f"[{', '.join(items)}][*].a"),
    st.lists(lists, max_size=3).map(lambda items: f"[{', '.join(items)}].*.0"),
    scalars.map("({})[*]".format),
    st.tuples(scalars, scalars).map(" == ".join),
)


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(expressions, min_size=150, max_size=200))
def test_generated_expressions(batch: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        expected = theirs(batch, Path(folder))
    different = [(text, here, there) for text, there in zip(batch, expected) if (here := ours(text, SCOPE)) != there]
    assert different == []
