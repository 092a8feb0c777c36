"""Compare what we make of a configuration with what Terraform makes of it: ``python -m tests.oracle.compare DIR``.

Compared are the addresses of all instances, and every argument that is set: plain values, references, which must lead
to the value that Terraform found there, and availability zones, of which stand-in number i is the i-th letter.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ecsnet.resources import Configuration
from ecsnet.terraform.configuration import load
from ecsnet.values import Encoded, Reference, Several, Text, Tri, Unknown, Value

REGION = "eu-west-1"
_ZONE = re.compile(r"data\.aws_availability_zones\.[\w-]+(?:\[[^\]]*\])?\.names\[(\d+)\]")

State = Mapping[str, Mapping[str, Any]]


@dataclass
class Comparison:
    """``checked`` and ``skipped`` count argument values; what is skipped can't be told before deployment."""

    instances: int = 0
    checked: int = 0
    skipped: int = 0
    differences: list[str] = field(default_factory=list)


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
        if not family and not any(address.startswith(hole.address + ".") for hole in configuration.holes):
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
                    result.differences.append(f"{address}.{name}: {value!r} is not {values[name]!r}")
    return result


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
    return _scalar(ours) == _scalar(theirs)


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
    return bool(target["values"][ours.attribute] == theirs)


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


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--tree", type=Path, help="the folder that holds all modules, where DIR calls some above it")
    options = parser.parse_args(arguments)
    from tests.oracle.terraform import apply

    tree = options.tree or options.dir
    state, made_up = apply(options.dir, tree)
    result = compare(load(str(options.dir), variables=made_up, boundary=str(tree)), state)
    print("\n".join(result.differences))
    print(f"{result.instances} instances, {result.checked} values agree or not, {result.skipped} can't be told")
    print(f"{len(result.differences)} differences")
    return 1 if result.differences else 0


if __name__ == "__main__":
    sys.exit(main())
