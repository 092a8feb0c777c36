"""An input: the files and links of a folder; and what inputs are made from, the fixtures and examples."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.expectations import FIXTURES

EXAMPLES = Path(__file__).parents[2] / "examples"
LARGEST = 200_000
"""Bytes of a file that is made."""


@dataclass(frozen=True, slots=True)
class Input:
    """``files`` and ``links`` (to what) by path, with slashes."""

    kind: str
    files: dict[str, bytes]
    links: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(map(len, self.files.values()))

    def write(self, folder: Path) -> None:
        """Into a folder that is a git checkout to all that reads it."""
        (folder / ".git").mkdir(parents=True, exist_ok=True)
        for name, data in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        for name, target in self.links.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if not os.path.lexists(folder / name):
                (folder / name).symlink_to(target)

    @staticmethod
    def read(kind: str, folder: Path) -> Input:
        """What ``write`` wrote."""
        files: dict[str, bytes] = {}
        links: dict[str, str] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                links[name] = os.readlink(path)
            elif path.is_file():
                files[name] = path.read_bytes()
        return Input(kind, files, links)


@cache
def sources(*suffixes: str) -> tuple[bytes, ...]:
    """The files of fixtures and examples that end like that, always in the same order."""
    found = (path for top in (FIXTURES, EXAMPLES) for path in sorted(top.rglob("*")) if path.name.endswith(suffixes))
    return tuple(path.read_bytes() for path in found if path.is_file() and path.stat().st_size <= LARGEST)


def terraform() -> tuple[bytes, ...]:
    return sources(".tf")


@cache
def templates() -> tuple[bytes, ...]:
    return tuple(data for data in sources(".yaml", ".yml", ".template", ".json") if b"Resources" in data[:20_000])


@cache
def plans() -> tuple[bytes, ...]:
    return tuple(data for data in sources("plan.json") if b"planned_values" in data)


@cache
def vocabulary() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Arguments and nested blocks by type of Terraform resource, and properties by type of CloudFormation resource."""
    arguments: dict[str, set[str]] = {}
    for data in terraform():
        for part in re.split(r'(?m)^(?=\w+ ")', data.decode("utf-8", "replace")):
            head = re.match(r'resource "(\w+)"', part)
            if head:
                arguments.setdefault(head[1], set()).update(re.findall(r"(?m)^ +(\w+) *(?==|\{)", part))
    properties: dict[str, set[str]] = {}
    for data in templates():
        for part in re.split(r"(?=\bType\"?: *\"?AWS::)", data.decode("utf-8", "replace")):
            head = re.match(r'Type"?: *"?(AWS::\w+::\w+)', part)
            if head:
                properties.setdefault(head[1], set()).update(re.findall(r'\b([A-Z]\w+)"?:(?=\s)', part))
    return _ordered(arguments), _ordered(properties)


def _ordered(found: dict[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(found[name])) or ("tags",) for name in sorted(found)}
