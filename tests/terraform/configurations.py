"""Configurations over ``terraform_data``, made up at random: instances and values against those of ``terraform plan``.

``python -m tests.terraform.configurations SEED COUNT`` prints what differs.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ecsnet.terraform import load
from ecsnet.values import Value

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
    sizes = optional(list(number), [1, 1 + 1])
    inner = optional(object({ on = optional(bool, !false) }), {})
  })
  default = { name = "default" }
}
variable "services" {
  type = map(object({
    port  = optional(number, 9007199254740993)
    zones = optional(set(string), ["b", "${"a"}"])
    rules = optional(list(object({ from = number, to = optional(number, 2 * 4), by = optional(any) })), [{ from = 1 }])
  }))
  default   = { web = {}, api = { port = "1", rules = [{ from = 2, to = null }, { from = 3, to = "4" }] } }
  sensitive = false
}
variable "rows" {
  type     = list(object({ name = string, on = optional(bool, true) }))
  default  = [{ name = "r1" }, { name = 2, on = false }]
  nullable = false
}
variable "secret" {
  default   = ["s1"]
  sensitive = true
}
variable "pair" {
  type    = tuple([string, object({ n = optional(number, 7) })])
  default = [1, {}]
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
    "[for r in var.rows : r.name if r.on]", "flatten([for k, s in var.services : [for z in s.zones : \"${k}-${z}\"]])",
    "nonsensitive(var.secret)", "[for s in values(var.services) : tostring(s.port)]",
    "[path.root, terraform.workspace]",
]  # fmt: skip
MAPS = [
    "var.map", "merge(var.map, { z = 26 })", "{ for i, s in distinct(var.list) : s => i }", "{ (var.object.name) = 3 }",
    "{ for k, v in var.map : upper(k) => v * 2 }", "zipmap(var.list, range(length(var.list)))",
    "var.flag ? { yes = 1 } : { no = 0 }", "{ for n, o in local.by_name : n => length(o.sizes) }",
    "{ for pair in setproduct(distinct(var.list), [\"p\", \"q\"]) : join(\"-\", pair) => length(pair) }",
    "length(local.by_name) == 0 ? {} : { one = 1 }",
    "length(transpose({ for k, v in var.map : k => var.list })) == 0 ? {} : { t = 9 }",
    "{ for k, s in var.services : k => length(s.rules) }", "{ for r in distinct(var.rows[*].name) : r => 2 }",
]  # fmt: skip
NUMBERS = [
    "var.number", "length(var.list)", "var.flag ? 1 : 0", "max(length(var.map), 1)", "length(local.joined)", "0",
    "length(var.rows)", "try(values(var.services)[0].rules[0].to == null ? 1 : 2, 3)", "try(var.pair[1].n - 6, 3)",
]  # fmt: skip
OBJECTS = [
    "var.object", "{ name = \"n\", sizes = [3] }", "{ name = upper(var.object.name), inner = { on = var.flag } }",
    "merge(var.object, { name = \"merged\" })", "local.objects[length(local.objects) - 1]",
    "var.flag ? var.object : { name = \"other\", sizes = null, inner = null }", "one([var.object])",
    "{ name = var.pair[0], sizes = [var.pair[1].n] }",
]  # fmt: skip
SERVICES = [
    "var.services", "{}", "{ one = {} }", "{ for k, v in var.services : upper(k) => v }",
    "{ for n in distinct(var.list) : n => { port = length(n) } }",
    "merge(var.services, { extra = { zones = var.list } })",
    "{ a = { rules = [{ from = var.number }, { from = 0, by = \"x\" }] } }", "{ a = { zones = null }, b = {} }",
]  # fmt: skip
ROWS = [
    "var.rows", "[]", "[{ name = \"n\" }]", "[for s in var.list : { name = s, on = s != \"d1\" }]", "reverse(var.rows)",
    "concat(var.rows, [{ name = var.object.name, on = var.flag }])", "tolist(var.rows)",
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

OVERRIDE = """
variable "number" { default = 1 }
locals { doubled = { o = length(var.map) } }
resource "terraform_data" "r%d" { input = { a = "over", b = %s } }
"""
OTHERS = [
    """
moved {
  from = terraform_data.former
  to   = terraform_data.rPLACE
}""",
    """
moved {
  from = module.former["a"]
  to   = module.gone["b"]
}""",
    """
removed {
  from = terraform_data.gone
  lifecycle {
    destroy = false
  }
}""",
    """
removed {
  from = module.lost
  lifecycle {
    destroy = true
  }
}""",
    """
check "c" {
  assert {
    condition     = FLAG
    error_message = "no"
  }
}""",
    """
variable "passing" {
  type      = string
  default   = "x"
  ephemeral = true
}
locals { passed = "${var.passing}-y" }""",
    """
output "secret" {
  value     = LIST
  sensitive = true
}""",
    """
resource "terraform_data" "held" {
  input = "h"
  lifecycle {
    create_before_destroy = true
    ignore_changes        = [input]
    precondition {
      condition     = length(var.list) >= 0
      error_message = "no"
    }
  }
}""",
    """
resource "terraform_data" "taken" {
  for_each = toset(KEYS)
  input    = each.key
}
import {
  for_each = toset(KEYS)
  to       = terraform_data.taken[each.key]
  id       = "id-${each.value}"
}""",
    """
resource "terraform_data" "found" { input = { a = var.flag } }
import {
  to = terraform_data.found
  id = "f"
}""",
]


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
        shown = [
            "local.text",
            "var.object",
            "path.module",
            "terraform.workspace",
            "var.services",
            "var.rows",
            "var.pair",
        ]
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
                "services": pick(SERVICES),
                "rows": pick([*ROWS, "null"]),
                "secret": f"sensitive({pick(LISTS)})",
            }
            arguments = "".join(f"  {n} = {text}\n" for n, text in given.items() if self.random.random() < 0.7)
            blocks.append(
                f'module "c{i}" {{\n  source = "{step}{source}"\n{repeat}{arguments}  flag = {pick(FLAGS)}\n}}'
            )
            shown.append(outside)
        blocks += [block for block in self.others(name) if self.random.random() < 0.4]
        shown = [f"try({text}, null)" for text in shown]
        blocks.append(f'resource "terraform_data" "shown" {{\n  input = [{", ".join(shown)}]\n}}')
        blocks.append(f'output "all" {{\n  value = {{ list = {pick(LISTS)}, shown = [{", ".join(shown[:4])}] }}\n}}')
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        self.write(folder, blocks)
        return name

    def write(self, folder: Path, blocks: list[str]) -> None:
        """In two files, at times with overrides, and a resource in JSON."""
        half = self.random.randrange(len(blocks))
        (folder / "main.tf").write_text("\n".join(blocks[:half]))
        (folder / "rest.tf").write_text("\n".join(blocks[half:]))
        if self.random.random() < 0.3:
            place, inner = self.random.randrange(3), self.random.choice(LISTS)
            (folder / "x_override.tf").write_text(OVERRIDE % (place, inner))
        if self.random.random() < 0.3:
            given = {"a": f"${{{self.random.choice(MAPS)}}}", "b": ["x${var.number}", True, 9007199254740993]}
            (folder / "j.tf.json").write_text(json.dumps({"resource": {"terraform_data": {"j": {"input": given}}}}))

    def others(self, name: str) -> list[str]:
        """Blocks that declare no instance, or one that all the others have no part in."""
        pick = self.random.choice
        # Terraform takes import blocks in a root module alone.
        return [
            block.replace("PLACE", str(self.random.randrange(3)))
            .replace("FLAG", pick(FLAGS))
            .replace("LIST", pick(LISTS))
            .replace("KEYS", keys)
            for block, keys in ((block, pick(['["a", "b"]', '["a"]', "[]"])) for block in OTHERS)
            if name == "." or "import" not in block
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
    settings = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}

    def run(*arguments: str) -> str:
        command = ["terraform", *arguments]
        done = subprocess.run(command, cwd=root, env=settings, capture_output=True, text=True, check=False)
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


def differences(root: Path, seed: int) -> list[str]:
    """What differs between the plan and what is read of the configuration of a seed, which is written into ``root``."""
    Generator(root, seed).module(2)
    expected = planned(root)
    found = load(str(root), boundary=str(root))
    ours = {address: plain(resource.get("input")) for address, resource in found.resources.items()}
    rows = [f"problem: {problem}" for problem in (*found.problems, *found.problems_met())]
    rows += [f"{address}: only one has it" for address in sorted(ours.keys() ^ expected.keys())]
    both = sorted(ours.keys() & expected.keys())
    rows += [f"{at}:\n  here  {ours[at]}\n  there {expected[at]}" for at in both if ours[at] != expected[at]]
    return rows


def main(seed: int, count: int) -> None:
    different = 0
    for number in range(seed, seed + count):
        with tempfile.TemporaryDirectory() as folder:
            rows = differences(Path(folder), number)
        different += bool(rows)
        for row in rows:
            print(f"seed {number}: {row}")
    print(f"{count} configurations: {different} differ")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
