"""Compare what we make of a configuration with what Terraform makes of it: ``python -m tests.oracle.compare DIR…``.

Compared are the addresses of all instances, and every argument that is set: plain values, references, which must lead
to the value that Terraform found there, and availability zones, of which stand-in number i is the i-th letter. From
the arguments of both sides follow the links from subnets over route tables to targets, and these are compared as well.
"""

from __future__ import annotations

import argparse
import base64
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ecsnet.inputs import Assignment, Datum, Given, Input, VarFile
from ecsnet.resources import Configuration, Resource
from ecsnet.terraform import find_roots
from ecsnet.terraform.configuration import load
from ecsnet.values import Encoded, Reference, Several, Text, Tri, Unknown, Value
from tests.oracle.links import LINKING, OPEN, Instance, differences, ways

REGION = "eu-west-1"
_ZONE = re.compile(
    r"(?:module\.[\w-]+(?:\[[^\]]*\])?\.)*data\.aws_availability_zones\.[\w-]+(?:\[[^\]]*\])?\.names\[(\d+)\]"
)

State = Mapping[str, Mapping[str, Any]]


@dataclass
class Comparison:
    """``instances`` are Terraform's; ``unnumbered``: those that we have as one of unknown number.

    ``checked`` and ``skipped`` count argument values; what is skipped can't be told before deployment. ``zones``: of
    subnets; ``ways``: the links from subnets to route tables to targets; ``open``: of both, those that can't be told.
    """

    instances: int = 0
    unnumbered: int = 0
    checked: int = 0
    skipped: int = 0
    zones: int = 0
    ways: int = 0
    open: int = 0
    differences: list[str] = field(default_factory=list)

    def add(self, other: Comparison) -> None:
        for name in ("instances", "unnumbered", "checked", "skipped", "zones", "ways", "open", "differences"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def compare(configuration: Configuration, state: State) -> Comparison:
    result = Comparison()
    region = _region(state)
    expected = {address for address, instance in state.items() if instance["mode"] == "managed"}
    ours = {_address(a, region): r for a, r in configuration.resources.items() if not r.type.startswith("data.")}
    certain = {address for address, resource in ours.items() if resource.exists is Tri.TRUE and not resource.many}
    result.instances = len(expected)
    result.differences += [f"Terraform does not have {address}" for address in sorted(certain - expected)]
    for address in sorted(expected - ours.keys()):
        family = any(resource.many and _belongs(address, other) for other, resource in ours.items())
        if family:
            result.unnumbered += 1
        elif not any(address.startswith(hole.address + ".") for hole in configuration.holes):
            result.differences.append(f"we do not have {address}")
    for address in sorted(expected & ours.keys()):
        values = state[address]["values"]
        for name, value in ours[address].attributes.items():
            if not isinstance(name, str) or name not in values:
                continue
            verdict = agrees(value, values[name], state, region)
            if verdict is None:
                result.skipped += 1
            else:
                result.checked += 1
                if not verdict:
                    result.differences.append(f"{address}.{name}: {_shown(value)} is not {values[name]!r}")
        if ours[address].type == "aws_subnet":
            zone = ours[address].attributes.get("availability_zone")
            result.zones += 1
            # Where none is given AWS chooses one, the mock provider zone x.
            chosen = zone is None and str(values["availability_zone"]).endswith("x")
            if not chosen and agrees(zone, values["availability_zone"], state, region) is None:
                result.open += 1
    _compare_ways(result, ours, expected, state, region)
    return result


def _compare_ways(
    result: Comparison, ours: Mapping[str, Resource], expected: set[str], state: State, region: str
) -> None:
    theirs = ways(Instance(state[address]["type"], state[address]["values"]) for address in expected)
    settled = []
    for address, resource in ours.items():
        if resource.exists is Tri.FALSE or (address not in state and not resource.many):
            continue
        if resource.type in LINKING:
            names = (name for name in resource.attributes if isinstance(name, str))
            values = {name: _settled(resource.attributes[name], state, region) for name in names}
            values["id"] = state[address]["values"]["id"] if address in state else OPEN
            settled.append(Instance(resource.type, values))
    found, unsure = differences(ways(settled), theirs)
    result.ways += len(theirs)
    result.open += unsure
    result.differences += found


def _settled(value: Value, state: State, region: str) -> object:
    """A value as Terraform's state has it."""
    if isinstance(value, Reference):
        target = state.get(_address(value.target, region))
        return OPEN if target is None else target["values"].get(value.attribute, OPEN)
    if isinstance(value, tuple):
        return OPEN if any(isinstance(one, Several) for one in value) else [_settled(v, state, region) for v in value]
    if isinstance(value, Mapping):
        return {key: _settled(one, state, region) for key, one in value.items()}
    return OPEN if isinstance(value, (Unknown, Text, Encoded)) else value


def _shown(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    return f"[{', '.join(map(_shown, value))}]" if isinstance(value, tuple) else repr(value)


def _region(state: State) -> str:
    """Of the zones that Terraform was given."""
    for address, instance in state.items():
        if re.search(r"(^|\.)data\.aws_availability_zones\.", address):
            return str(instance["values"]["names"][0])[:-1]
    return REGION


def _address(address: str, region: str) -> str:
    """With the zones' names in place of the stand-ins."""
    return re.sub(r"\[" + _ZONE.pattern + r"\]", lambda m: f'["{_zone(m[1], region)}"]', address)


def _belongs(address: str, family: str) -> bool:
    """Whether an instance, whatever its keys and those of its modules, is one of a family."""
    return re.sub(r"\[[^\]]*\]", "", address) == re.sub(r"\[[^\]]*\]", "", family)


def _zone(index: str, region: str) -> str:
    return region + "abcdefghijklmnopqrstuvwxyz"[int(index)]


def agrees(ours: Value, theirs: Any, state: State, region: str) -> bool | None:
    """``None``: nothing can be said."""
    if isinstance(ours, Reference):
        return _reference(ours, theirs, state, region)
    if isinstance(ours, Unknown):
        zone = _ZONE.fullmatch(ours.symbol)
        if zone:
            return bool(theirs == _zone(zone[1], region))
        if ours.candidates is None:
            return None
        verdicts = [agrees(candidate, theirs, state, region) for candidate in ours.candidates]
        return True if True in verdicts else None if None in verdicts else False
    if isinstance(ours, Text):
        return _text(ours, theirs, region)
    if isinstance(ours, (Encoded, Several)):
        return None
    if isinstance(ours, tuple):
        return _sequence(ours, theirs, state, region)
    if isinstance(ours, Mapping):
        if isinstance(theirs, list) and len(theirs) == 1:
            theirs = theirs[0]
        if not isinstance(theirs, dict) or not all(isinstance(key, str) for key in ours):
            return None
        return _all(agrees(item, theirs[str(key)], state, region) for key, item in ours.items() if key in theirs)
    if ours is None:
        return None
    return _scalar(ours) == _scalar(theirs) or _same_script(ours, theirs)


def _same_script(ours: object, theirs: object) -> bool:
    """User data, which is the text itself with us, whatever it is packed in."""
    if not isinstance(ours, str) or not isinstance(theirs, str) or "\n" not in ours:
        return False
    try:
        unpacked = base64.b64decode(theirs, validate=True).decode()
    except ValueError:
        unpacked = theirs
    return ours.strip() == unpacked.strip()


def _scalar(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float, Decimal)):
        return f"{float(value):g}"
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"{float(value):g}"
    return value


def _reference(ours: Reference, theirs: Any, state: State, region: str) -> bool | None:
    target = state.get(_address(ours.target, region))
    if target is None or ours.attribute not in target["values"]:
        return None
    return bool(_scalar(target["values"][ours.attribute]) == _scalar(theirs))


def _text(ours: Text, theirs: Any, region: str) -> bool | None:
    pattern = ""
    for part in ours.parts:
        zone = _ZONE.fullmatch(part.symbol) if isinstance(part, Unknown) else None
        if isinstance(part, str):
            pattern += re.escape(part)
        else:
            pattern += re.escape(_zone(zone[1], region)) if zone else ".*"
    return isinstance(theirs, str) and re.fullmatch(pattern, theirs, re.DOTALL) is not None


def _sequence(ours: tuple[Value, ...], theirs: Any, state: State, region: str) -> bool | None:
    if not isinstance(theirs, list) or any(isinstance(item, Several) for item in ours):
        return None
    if len(ours) != len(theirs):
        # A set drops what is there twice.
        return None if len(ours) > len(theirs) > 0 else False
    ordered = _all(agrees(a, b, state, region) for a, b in zip(ours, theirs))
    if ordered is not False:
        return ordered
    verdicts = [[agrees(a, b, state, region) for b in theirs] for a in ours]
    return _all(True if True in row else None if None in row else False for row in verdicts)


def _all(verdicts: Iterator[bool | None]) -> bool | None:
    seen = list(verdicts)
    return False if False in seen else None if None in seen and True not in seen else True


@dataclass
class Row:
    """One root. ``refused``: why Terraform does not apply it."""

    name: str
    refused: str = ""
    comparison: Comparison = field(default_factory=Comparison)

    def shown(self) -> str:
        c = self.comparison
        cells = (c.instances, c.unnumbered, c.zones, c.ways, c.open, c.checked, len(c.differences))
        return f"| {self.name} | {' | '.join(map(str, cells))} |"


HEAD = """| root | instances | of unknown number | zones | links | open | values | differ |
|---|--:|--:|--:|--:|--:|--:|--:|"""


def examine(root: Path, tree: Path, checkouts: Path | None, inputs: Sequence[Input]) -> Row:
    """What we read is a copy of ``tree`` with what ``terraform init`` would add."""
    from tests.oracle.terraform import TerraformError, apply

    row = Row(f"{tree.name}/{root.relative_to(tree).as_posix()}".removesuffix("/."))
    flags = [
        f"-var-file={Path(one.path).resolve()}" if isinstance(one, VarFile) else f"-var={one.name}={one.text}"
        for one in inputs
        if not isinstance(one, Datum)
    ]
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder)
        try:
            state, made_up = apply(root, tree, arguments=flags, checkouts=checkouts, plain=plain)
        except (TerraformError, ValueError) as error:
            row.refused = " ".join(str(error).replace("│", " ").replace("╷", " ").split())[:300]
            return row
        given = Given((*inputs, *(Assignment(*pair) for pair in made_up.items())))
        copy = plain / "tree"
        row.comparison = compare(load(str(copy / root.relative_to(tree)), given=given, boundary=str(copy)), state)
    return row


def roots_of(tree: Path) -> list[Path]:
    """The folders that no other calls, and that declare something."""
    files = [str(path) for path in sorted(tree.rglob("*.tf")) if path.is_file() and ".terraform" not in path.parts]
    return [Path(root) for root in find_roots(files)]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path, nargs="+", help="a root module, or with --all a repository")
    parser.add_argument("--tree", type=Path, help="the folder that holds all modules, where DIR calls some above it")
    parser.add_argument("--all", action="store_true", help="every root module below each DIR, which is its own tree")
    parser.add_argument("--checkouts", type=Path, help="repositories of modules that are called from a registry")
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--var-file", action="append", default=[])
    options = parser.parse_args(arguments)
    inputs: list[Input] = [VarFile(path) for path in options.var_file]
    inputs += [Assignment(name, text) for name, _, text in (var.partition("=") for var in options.var)]
    rows = []
    print(HEAD)
    for given in options.dir:
        tree = (given if options.all else options.tree or given).resolve()
        for root in roots_of(tree) if options.all else [given.resolve()]:
            row = examine(root.resolve(), tree, options.checkouts, inputs)
            rows.append(row)
            if not row.refused:
                print(row.shown(), flush=True)
    total = Row("all")
    for row in rows:
        total.comparison.add(row.comparison)
    print(total.shown())
    for row in rows:
        for difference in row.comparison.differences:
            print(f"{row.name}: {difference}")
        if row.refused:
            print(f"{row.name}: not applied: {row.refused}")
    return 1 if total.comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
