"""Collections of which parts are known only after deployment: what is read of them is what Terraform plans."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ecsnet.terraform import load
from ecsnet.values import Value
from tests.terraform.configurations import plain

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")

OPEN = "OPEN"
"""What a plan does not know."""

LISTS = [
    '["a", ID]', "[ID, ID]", '["b", "a", ID]', '["a", "b"]', "[]", "concat(LIST, LIST)", "reverse(LIST)", "LIST[*]",
    "[for s in LIST : s]", '[for s in LIST : "x-${s}"]', "slice(concat(LIST, LIST), 0, 1)", "values(MAP)", "keys(MAP)",
    "flatten([LIST, [LIST]])", "compact(LIST)", "distinct(LIST)", 'coalescelist([], LIST, ["z"])',
    "chunklist(LIST, 2)[0]",
    "[for k, v in MAP : v]", "tolist(LIST)", "sort(keys(MAP))", "[LIST, LIST][1]", "try(LIST, [])",
    "setproduct(LIST, [1])[*][0]", 'formatlist("%s!", LIST)', "[{ a = LIST }][*].a[0]",
]  # fmt: skip
MAPS = [
    '{ a = "1", b = ID }', "{ a = ID }", "{}", '{ x = "y" }', "merge(MAP, MAP)", "{ for k, v in MAP : upper(k) => v }",
    "{ for i, s in LIST : i => s }", "zipmap(keys(MAP), values(MAP))", "tomap(MAP)", "{ l = length(LIST) }",
    '{ for k, v in MAP : k => v if k != "a" }', "jsondecode(jsonencode(MAP))", "{ for k, v in MAP : k => { v = v } }",
]  # fmt: skip
SCALARS = [
    "ID", "length(LIST)", "length(MAP)", "one([ID])", "LIST[0]", "element(LIST, 1)", 'lookup(MAP, "a", "none")',
    'try(MAP["b"], "absent")', "contains(keys(MAP), \"a\")", '"${ID}-x"', 'can(MAP["a"])', "ID == ID", 'ID != "a"',
    "ID == null", "length(ID) > 0", "coalesce(ID, \"c\")", "true ? LIST : []", "false ? ID : 1", "ID == \"a\" ? 1 : 1",
    "contains(LIST, \"a\")", "length(toset(LIST))", "length(compact(LIST))", 'index(LIST, "a")', "join(\",\", LIST)",
    "alltrue([for s in LIST : s != \"q\"])", "anytrue([ID == \"a\", true])", "LIST == []", "MAP == {}",
    "max(length(LIST), 1)",
]  # fmt: skip


def expressions(seed: int, count: int) -> list[str]:
    pick = random.Random(seed).choice

    def filled(form: str, depth: int) -> str:
        for name, forms in (("LIST", LISTS), ("MAP", MAPS)):
            while name in form:
                form = form.replace(name, filled(pick(forms if depth else forms[:4]), max(depth - 1, 0)), 1)
        return form

    found = []
    for _ in range(count):
        written = filled(pick([*LISTS, *MAPS, *SCALARS]), 2)
        found.append(written.replace("ID", "terraform_data.u.id"))
    return found


def known(after: Any, unknown: Any) -> Any:
    """What is planned, with :data:`OPEN` for what the plan says is not known."""
    if unknown is True:
        return OPEN
    if isinstance(unknown, Mapping):
        after = after or {}
        return {key: known(after.get(key), unknown.get(key)) for key in {*after, *unknown}}
    if isinstance(unknown, list):
        after = [*(after or []), *[None] * len(unknown)][: max(len(unknown), len(after or []))]
        return [known(*pair) for pair in zip(after, [*unknown, *[None] * len(after)])]
    return after


def planned(root: Path, texts: list[str]) -> list[Any]:
    """The value of each, where none has an error."""
    block = 'resource "terraform_data" "r{}" {{\n  input = {{ v = {} }}\n}}'
    blocks = "\n".join(block.format(i, text) for i, text in enumerate(texts))
    (root / "main.tf").write_text(f'resource "terraform_data" "u" {{}}\n{blocks}')

    def run(*arguments: str) -> str:
        done = subprocess.run(["terraform", *arguments], cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("init", "-no-color", "-input=false")
    run("plan", "-no-color", "-input=false", "-out=p")
    changes = {one["address"]: one["change"] for one in json.loads(run("show", "-json", "p"))["resource_changes"]}
    found = [changes[f"terraform_data.r{i}"] for i in range(len(texts))]
    return [known(one["after"].get("input"), one["after_unknown"].get("input")) for one in found]


def disagreements(ours: Value, theirs: Any) -> bool:
    """Whether a part that both know differs, or one knows how many parts there are and the other another number.

    Where Terraform has an error, nothing that is known is read here.
    """
    found = plain(ours)
    if theirs == {"v": None} and found != theirs:
        return not any(name in repr(found) for name in ("Unknown(", "Reference(", "Several("))

    def differ(one: Any, other: Any) -> bool:
        if other == OPEN or not isinstance(one, (dict, list, str, int, float, bool, type(None))):
            return False
        if isinstance(one, dict) and isinstance(other, dict):
            return one.keys() != other.keys() or any(differ(one[key], other[key]) for key in one)
        if isinstance(one, list) and isinstance(other, list):
            return len(one) != len(other) or any(map(differ, one, other))
        return bool(one != other)

    return differ(found, theirs)


@pytest.mark.parametrize("seed", range(2))
def test_what_is_known_of_partly_unknown_values_is_what_the_plan_knows(tmp_path: Path, seed: int) -> None:
    texts = [f"try([{text}], null)" for text in expressions(seed, 150)]
    expected = planned(tmp_path, texts)
    found = load(str(tmp_path), boundary=str(tmp_path)).resources
    rows = [(text, found[f"terraform_data.r{i}"].get("input"), expected[i]) for i, text in enumerate(texts)]
    assert [row for row in rows if disagreements(row[1], row[2])] == []
