"""Generated configurations over ``terraform_data``: instances and values are those of ``terraform plan``."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecsnet.terraform import load
from ecsnet.values import Value

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")

VARIABLES = """
variable "list" {
  type    = list(string)
  default = ["d1", "d2"]
}
variable "map" {
  type     = map(number)
  default  = { d = 1 }
  nullable = false
}
variable "number" { default = 2 }
variable "flag" {
  type    = bool
  default = true
}
variable "object" {
  type = object({
    name  = string
    sizes = optional(list(number), [1, 2])
    inner = optional(object({ on = optional(bool, true) }), {})
  })
  default = { name = "default" }
}
"""
LISTS = [
    "var.list", "concat(var.list, [\"x\"])", "[for s in var.list : upper(s)]", "keys(var.map)",
    "slice(concat([\"y\"], var.list), 0, 1)",
    "var.flag ? var.list : []", "[for k, v in var.map : \"${k}-${v}\" if v > 1]",
    "local.joined[*]", "reverse(var.list)", "nonsensitive(local.hidden)", "flatten([var.list, [var.list]])",
    "sort(var.list)", "tolist(toset(var.list))", "values({ for k, v in var.map : k => tostring(v) })",
    "try(var.object.sizes[0] > 1 ? [\"big\"] : [], [])", "[for s in split(\" \", local.text) : trimspace(s)]",
    "var.flag ? [for o in local.objects : o.name] : tolist(setsubtract(var.list, [\"d1\"]))",
    "coalescelist(slice(var.list, 0, 0), [\"c\"])", "compact([var.object.name, null, \"\"])",
    "distinct(concat(var.list, var.list))", "[\"${var.object.name}!\"]",
]  # fmt: skip
MAPS = [
    "var.map", "merge(var.map, { z = 26 })", "{ for i, s in distinct(var.list) : s => i }", "{ (var.object.name) = 3 }",
    "{ for k, v in var.map : upper(k) => v * 2 }", "zipmap(var.list, range(length(var.list)))",
    "var.flag ? { yes = 1 } : { no = 0 }", "{ for n, o in local.by_name : n => length(o.sizes) }",
    "{ for pair in setproduct(distinct(var.list), [\"p\", \"q\"]) : join(\"-\", pair) => length(pair) }",
    "length(local.by_name) == 0 ? {} : { one = 1 }",
    "length(transpose({ for k, v in var.map : k => var.list })) == 0 ? {} : { t = 9 }",
]  # fmt: skip
NUMBERS = ["var.number", "length(var.list)", "var.flag ? 1 : 0", "max(length(var.map), 1)", "length(local.joined)", "0"]
OBJECTS = [
    "var.object", "{ name = \"n\", sizes = [3] }", "{ name = upper(var.object.name), inner = { on = var.flag } }",
    "merge(var.object, { name = \"merged\" })", "local.objects[length(local.objects) - 1]",
    "var.flag ? var.object : { name = \"other\", sizes = null, inner = null }", "one([var.object])",
]  # fmt: skip
FLAGS = [
    "var.object.inner.on",
    "try(tobool(var.list[0]), false)",
    "alltrue([for v in values(var.map) : v > 0])",
    "var.flag",
    "!var.flag",
    "length(var.list) > 1",
    'contains(keys(var.map), "d")',
]
LOCALS = """
locals {
  joined = concat(var.list, [for k, v in local.doubled : "${k}${v}"])
  hidden  = sensitive(concat(var.list, ["hidden"]))
  objects = [var.object, { name = "second", sizes = [for v in values(var.map) : v], inner = { on = false } }]
  by_name = { for o in local.objects : upper(o.name) => o if try(o.inner.on, true) }
  doubled = { for k, v in var.map : k => v * 2 }
  text = <<-EOT
    %{for s in var.list~}
    - ${s}
    %{endfor~}
    %{if var.flag}on%{else}off%{endif}
  EOT
}
"""


class Generator:
    """Writes a module and those it calls into folders of ``root``."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)
        self.folders = 0

    def module(self, depth: int) -> str:
        """Write one; its path from ``root``."""
        pick = self.random.choice
        name = "." if self.folders == 0 else f"modules/m{self.folders}"
        self.folders += 1
        blocks = [VARIABLES, LOCALS]
        shown = ["local.text", "var.object", "path.module", "terraform.workspace"]
        for i in range(3):
            repeat, inside, outside = self.repeat(f"terraform_data.r{i}")
            blocks.append(
                f'resource "terraform_data" "r{i}" {{\n{repeat}  input = {{ a = {inside}, b = {pick(LISTS)} }}\n}}'
            )
            shown.append(outside)
        for i in range(2 if depth else 0):
            repeat, inside, outside = self.repeat(f"module.c{i}", "all")
            source = self.module(depth - 1)
            step = "./" if name == "." else "../../"
            given = {
                "list": pick(LISTS),
                "map": pick([*MAPS, "null"]),
                "number": pick(NUMBERS),
                "object": pick(OBJECTS),
            }
            arguments = "".join(f"  {n} = {text}\n" for n, text in given.items() if self.random.random() < 0.7)
            blocks.append(
                f'module "c{i}" {{\n  source = "{step}{source}"\n{repeat}{arguments}  flag = {pick(FLAGS)}\n}}'
            )
            shown.append(outside)
        blocks += [block for block in self.others() if self.random.random() < 0.3]
        shown = [f"try({text}, null)" for text in shown]
        blocks.append(f'resource "terraform_data" "shown" {{\n  input = [{", ".join(shown)}]\n}}')
        blocks.append(f'output "all" {{\n  value = {{ list = {pick(LISTS)}, shown = [{", ".join(shown[:4])}] }}\n}}')
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "main.tf").write_text("\n".join(blocks))
        return name

    def others(self) -> list[str]:
        """Blocks that declare no instance."""
        place, flag = self.random.randrange(3), self.random.choice(FLAGS)
        return [
            f"moved {{\n  from = terraform_data.former\n  to   = terraform_data.r{place}\n}}",
            "removed {\n  from = terraform_data.gone\n  lifecycle {\n    destroy = false\n  }\n}",
            f'check "c" {{\n  assert {{\n    condition     = {flag}\n    error_message = "no"\n  }}\n}}',
            'variable "passing" {\n  type      = string\n  default   = "x"\n  ephemeral = true\n}',
            f'output "secret" {{\n  value     = {self.random.choice(LISTS)}\n  sensitive = true\n}}',
        ]

    def repeat(self, address: str, attribute: str = "input.b") -> tuple[str, str, str]:
        """``count`` or ``for_each`` or none; a value inside the block; an expression over the instances outside."""
        kind = self.random.randrange(6)
        if kind == 0:
            return f"  count = {self.random.choice(NUMBERS)}\n", "count.index", f"{address}[*].{attribute}"
        if kind == 1:
            text = self.random.choice(MAPS)
            return (
                f"  for_each = {text}\n",
                "[each.key, each.value]",
                f"{{ for k, v in {address} : k => v.{attribute} }}",
            )
        if kind == 2:
            text = self.random.choice(LISTS)
            return f"  for_each = toset({text})\n", "each.value", f"values({address})[*].{attribute}"
        if kind == 3:
            text = f"{self.random.choice(FLAGS)} ? 1 : 0"
            return f"  count = {text}\n", self.random.choice(OBJECTS), f"one({address}[*].{attribute})"
        if kind == 4:
            text = "local.by_name"
            return f"  for_each = {text}\n", "each.value.inner", f"keys({address})"
        return "", self.random.choice(MAPS), f"{address}.{attribute}"


def planned(root: Path) -> dict[str, Any]:
    def run(*arguments: str) -> str:
        done = subprocess.run(["terraform", *arguments], cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("init", "-no-color", "-input=false")
    run("plan", "-no-color", "-input=false", "-out=p")

    def walk(module: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for resource in module.get("resources", []):
            yield resource["address"], resource["values"].get("input")
        for child in module.get("child_modules", []):
            yield from walk(child)

    return dict(walk(json.loads(run("show", "-json", "p"))["planned_values"]["root_module"]))


def plain(value: Value) -> object:
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in sorted(value.items(), key=lambda pair: str(pair[0]))}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize("seed", range(4))
def test_generated_configurations_are_what_terraform_plans(tmp_path: Path, seed: int) -> None:
    Generator(tmp_path, seed).module(2)
    expected = planned(tmp_path)
    found = load(str(tmp_path), boundary=str(tmp_path))
    assert not found.problems
    ours = {address: plain(resource.get("input")) for address, resource in found.resources.items()}
    assert sorted(ours) == sorted(expected)
    assert {address: value for address, value in ours.items() if value != expected[address]} == {}
