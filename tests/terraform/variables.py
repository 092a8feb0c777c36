"""Variables of random types with random values, from wherever values come from, compared with ``terraform plan``.

``python -m tests.terraform.variables SEED COUNT`` prints those that differ.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecsnet.inputs import Assignment, Given
from ecsnet.terraform import load
from tests.terraform.console import ERROR, rounded

OPEN = "OPEN"
BATCH = 50
PLACES = ("hcl", "json", "flag", "default", "module", "default of a module")
NAMES = ("a", "b", "c")
SCALARS: tuple[Any, ...] = (None, True, False, 0, 1, -2, 2.5, "", "x", "true", "1", "07", "é", "null")


@dataclass(frozen=True, slots=True)
class Case:
    """A variable ``name``: its declaration, and the value that it is given in ``place``."""

    name: str
    declared: str
    place: str
    value: Any


class Writer:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def type_(self, depth: int) -> Any:
        kinds = ["string", "number", "bool", "any"]
        if depth:
            kinds += ["list", "set", "map", "tuple", "object", "object", "object"]
        kind = self.random.choice(kinds)
        if kind in ("list", "set", "map"):
            return (kind, self.type_(depth - 1))
        if kind == "tuple":
            return (kind, [self.type_(depth - 1) for _ in range(self.random.randrange(3))])
        if kind == "object":
            return (kind, {name: self.attribute(depth - 1) for name in NAMES[: self.random.randrange(1, 4)]})
        return kind

    def attribute(self, depth: int) -> Any:
        type_ = self.type_(depth)
        shape = self.random.randrange(4)
        if shape < 2:
            return ("required", type_, None) if shape else ("optional", type_, None)
        return ("default", type_, self.value(type_, 0.03))

    def value(self, type_: Any, wrong: float = 0.08) -> Any:
        """A value that fits ``type_``, but for one part in ``1 / wrong``, and where scalars convert."""
        pick = self.random.choice
        if self.random.random() < wrong:
            return pick([*SCALARS, [], {}, ["x"], [1, "x"], {"a": 1}, {"z": None}, [[]], [None], [{}, {"a": 1}]])
        if self.random.random() < 0.06:
            return None
        if type_ == "any":
            return pick([*SCALARS, [], {}, ["x", 1], {"a": 1, "b": "x"}, [[1], ["x"]], [{"a": 1}, {"a": "x"}]])
        if isinstance(type_, str):
            return pick(
                {"string": SCALARS[1:], "number": (0, 1, -2, 2.5, "07", "1"), "bool": (True, False, "true")}[type_]
            )
        kind, inner = type_
        if kind in ("list", "set"):
            return [self.value(inner, wrong) for _ in range(self.random.randrange(4))]
        if kind == "map":
            return {name: self.value(inner, wrong) for name in NAMES[: self.random.randrange(4)]}
        if kind == "tuple":
            return [self.value(item, wrong) for item in inner]
        given = {
            name: self.value(item, wrong)
            for name, (shape, item, _) in inner.items()
            if shape == "required" or self.random.random() < 0.5
        }
        return {**given, "z": 1} if self.random.random() < 0.1 else given

    def case(self, name: str) -> Case:
        type_ = self.type_(3)
        place = self.random.choice(PLACES)
        value = self.value(type_)
        lines = [f"  type = {spelt(type_)}"] if self.random.random() < 0.95 else []
        if self.random.random() < 0.25:
            lines.append("  nullable = false")
        if place.startswith("default"):
            lines.append(f"  default = {written(value)}")
        elif self.random.random() < 0.5:
            lines.append(f"  default = {written(self.value(type_, 0.02))}")
        return Case(name, "\n".join(lines), place, value)


def spelt(type_: Any) -> str:
    if isinstance(type_, str):
        return type_
    kind, inner = type_
    if kind == "tuple":
        return f"tuple([{', '.join(map(spelt, inner))}])"
    if kind != "object":
        return f"{kind}({spelt(inner)})"
    attributes = []
    for name, (shape, item, default) in inner.items():
        text = spelt(item)
        if shape != "required":
            text = f"optional({text})" if shape == "optional" else f"optional({text}, {written(default)})"
        attributes.append(f"{name} = {text}")
    return f"object({{ {', '.join(attributes)} }})"


def written(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {written(item)}' for name, item in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def write(root: Path, cases: Sequence[Case]) -> list[str]:
    """A root module with all of them; the texts of flags."""
    flags: list[str] = []
    for case in cases:
        name, shown = case.name, f"  input = jsonencode([var.{case.name}])\n"
        declared = f'variable "{name}" {{\n{case.declared}\n}}\nresource "terraform_data" "{name}" {{\n{shown}}}\n'
        if "module" in case.place:
            child = root / f"child_{name}"
            child.mkdir()
            (child / f"{name}.tf").write_text(declared)
            given = f"  {name} = {written(case.value)}\n" if case.place == "module" else ""
            declared = f'module "{name}" {{\n  source = "./child_{name}"\n{given}}}\n'
        elif case.place == "flag":
            text = case.value if isinstance(case.value, str) else written(case.value)
            flags.append(f"{name}={text}")
        elif case.place == "hcl":
            (root / f"{name}.auto.tfvars").write_text(f"{name} = {written(case.value)}\n")
        elif case.place == "json":
            (root / f"{name}.auto.tfvars.json").write_text(json.dumps({name: case.value}))
        (root / f"{name}.tf").write_text(declared)
    return flags


def address(case: Case) -> str:
    inner = f"terraform_data.{case.name}"
    return f"module.{case.name}.{inner}" if "module" in case.place else inner


def theirs(cases: Sequence[Case]) -> dict[str, Any]:
    """The value of each variable; ``ERROR`` where Terraform refuses it. Those are taken out until it plans the rest."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("TF_")}
    settings = {**clean, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    result: dict[str, Any] = {}
    left = list(cases)
    while left:
        with tempfile.TemporaryDirectory() as folder:
            flags = [f"-var={flag}" for flag in write(Path(folder), left)]

            def run(*words: str, root: str = folder) -> subprocess.CompletedProcess[str]:
                return subprocess.run(
                    ["terraform", *words], cwd=root, env=settings, capture_output=True, text=True, check=False
                )

            first = run("init", "-input=false", "-no-color")
            done = run("plan", "-input=false", "-no-color", "-out=p", *flags) if not first.returncode else first
            if not done.returncode:
                plan = json.loads(run("show", "-json", "p").stdout)["planned_values"]["root_module"]
                modules = [plan, *plan.get("child_modules", [])]
                found = [one for module in modules for one in module.get("resources", [])]
                result.update({one["name"]: rounded(json.loads(one["values"]["input"])[0]) for one in found})
                return result
        bad = set(re.findall(r"\bv\d+\b", done.stderr))
        assert bad & {case.name for case in left}, done.stderr
        result.update(dict.fromkeys(bad, ERROR))
        left = [case for case in left if case.name not in bad]
    return result


def ours(cases: Sequence[Case]) -> dict[str, Any]:
    """The same of each; ``ERROR`` where a problem in one of its files says what is wrong, ``OPEN`` if unknown."""
    with tempfile.TemporaryDirectory() as folder:
        flags = [flag.partition("=") for flag in write(Path(folder), cases)]
        given = Given(tuple(Assignment(name, text) for name, _, text in flags))
        found = load(folder, boundary=folder, given=given)
        values = {case.name: found.resources[address(case)].get("input") for case in cases}
        problems = {*found.problems, *found.problems_met()}
        refused = {name for problem in problems for name in re.findall(r"\bv\d+\b", problem.file) if problem.line}
    return {case.name: _ours(case, values[case.name], refused) for case in cases}


def _ours(case: Case, value: Any, refused: set[str]) -> Any:
    if case.name in refused:
        return ERROR
    return rounded(json.loads(value)[0]) if isinstance(value, str) else OPEN


def differences(seed: int, count: int) -> list[tuple[Case, Any, Any]]:
    writer = Writer(seed)
    cases = [writer.case(f"v{number}") for number in range(count)]
    found: list[tuple[Case, Any, Any]] = []
    for start in range(0, count, BATCH):
        batch = cases[start : start + BATCH]
        here, there = ours(batch), theirs(batch)
        found += [(case, here[case.name], there[case.name]) for case in batch if here[case.name] != there[case.name]]
    return found


def main(arguments: Mapping[str, int]) -> None:
    rows = differences(**arguments)
    for case, here, there in rows:
        print(f"{case.place}: {written(case.value)}\n{case.declared}\n  here  {here}\n  there {there}")
    left_open = sum(here == OPEN for _, here, _ in rows)
    print(f"{arguments['count']} variables: {len(rows) - left_open} differ, {left_open} are unknown here alone")


if __name__ == "__main__":
    main({"seed": int(sys.argv[1]), "count": int(sys.argv[2])})
