"""Templates that are damaged: whatever is wrong with them is told as an error of the input, and in time."""

from __future__ import annotations

import json
import random
import shutil
import time
from pathlib import Path

import pytest
import yaml

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.rules import CATALOGUE
from tests.expectations import FIXTURES

CASES = 600
CHUNK = 30
LONGEST = 10.0
"""Seconds that one damaged template may take, on a machine that is busy."""

RULES = tuple(rule.id for rule in CATALOGUE)
FILES = sorted(path for path in FIXTURES.glob("*/cfn-*/**/*") if path.suffix in (".yaml", ".json"))
SCALARS = ["null", "[]", "{}", "''", "0", "-1", "true", "0.0.0.0/0", "[[]]", "{a: b}", "!Ref AWS::NoValue", "!Ref Vpc",
           "!GetAtt Vpc", "!Sub '${'", "!If [a, b, c]", "!Select [9, []]", "!GetAZs []", "!Cidr [a, b, c]", "&a [*a]",
           "!ImportValue x", "!FindInMap [a, b]", "9" * 400, "1e999999999", "\"\\ud800\"", "x" * 5000, "!Base64 {}",
           "!Join [',', !Ref Vpc]", "!Split [{}, 1]", "{Fn::Transform: {}}",
           "{Fn::ForEach::A: [B, [C], {}]}"]  # fmt: skip


def damaged_lines(text: str, chance: random.Random) -> str:
    """A line less, indented otherwise, with another value; or the beginning alone."""
    lines = text.splitlines(keepends=True)
    index = chance.randrange(len(lines))
    kind = chance.choice(["delete", "indent", "outdent", "value", "value", "truncate", "double", "garble"])
    line = lines[index]
    key, colon, _ = line.partition(": ")
    if kind == "truncate":
        return text[: chance.randrange(len(text))]
    lines[index] = {
        "delete": "",
        "indent": "  " + line,
        "outdent": line.removeprefix("  "),
        "value": f"{key}: {chance.choice(SCALARS)}\n" if colon else line.rstrip().rstrip(":") + ": []\n",
        "double": line * 2,
        "garble": line.replace(chance.choice(line), chance.choice("{}[]:,!&*'\"\\\0\t\u2028#%@"), 1),
    }[kind]
    return "".join(lines)


class Loader(yaml.SafeLoader):
    """Reads tags of functions as what is in them: the shape is all that matters here."""


def _content(loader: Loader, suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        value: object = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    return {name: value.split(".", 1) if suffix == "GetAtt" and isinstance(value, str) else value}


Loader.add_multi_constructor("!", _content)

VALUES: list[object] = [
    None, [], {}, "", 0, -1, True, 1.5, "0.0.0.0/0", [[]], [None], {"a": None}, {"Ref": "AWS::NoValue"}, {"Ref": []},
    {"Fn::If": ["x"]}, {"Fn::GetAtt": {}}, {"Fn::Sub": [{}, []]}, {"Fn::Join": ["", {}]}, {"Fn::Select": ["a", "b"]},
    {"Fn::Transform": {"Name": "AWS::Include"}}, {"Fn::FindInMap": []}, {"Fn::Cidr": ["::/0", 9, 9]}, {"Condition": 1},
    {"Fn::ForEach::X": ["Y", ["Z"], {"${Y}": {}}]}, {"Fn::ImportValue": []}, {"Fn::GetAZs": {}}, {"Fn::Split": 1},
]  # fmt: skip


def damaged_tree(text: str, chance: random.Random) -> str:
    """Another value, somewhere; or what is there, elsewhere too."""
    document = yaml.load(text, Loader)
    places: list[tuple[object, object]] = []
    todo = [document]
    while todo:
        node = todo.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []
        for key in keys:
            places.append((node, key))
            todo.append(node[key])
    if not places:
        return text
    [(node, key), (other, name)] = chance.choices(places, k=2)
    value = chance.choice(VALUES)
    if chance.random() < 0.3:
        value = json.loads(json.dumps(other[name], default=str))  # type: ignore[index]
    elif chance.random() < 0.2:
        value = {"Fn::If": ["Made", value, json.loads(json.dumps(node[key], default=str))]}  # type: ignore[index]
    node[key] = value  # type: ignore[index]
    return json.dumps(document, default=str)


def damaged(case: int) -> tuple[Path, str]:
    """The template of a case, always the same, and its text."""
    chance = random.Random(case)
    path = FILES[case % len(FILES)]
    text = path.read_text()
    return path, (damaged_tree if case % 2 else damaged_lines)(text, chance)


@pytest.mark.parametrize("start", range(0, CASES, CHUNK))
def test_nothing_escapes(start: int, tmp_path: Path) -> None:
    for case in range(start, start + CHUNK):
        path, text = damaged(case)
        top = FIXTURES / path.relative_to(FIXTURES).parts[0] / path.relative_to(FIXTURES).parts[1]
        folder = tmp_path / str(case)
        shutil.copytree(top, folder)
        (folder / path.relative_to(top)).write_text(text, errors="surrogatepass")
        begun = time.perf_counter()
        report = scan([str(folder)], Config(select=RULES))
        assert time.perf_counter() - begun < LONGEST, (case, path)
        crashes = [problem.message for problem in report.problems if "internal error" in problem.message]
        assert not crashes, (case, path, crashes)
