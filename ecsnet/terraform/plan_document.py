"""A plan as ``terraform show -json`` prints it: its resource instances, its configuration, and where they stand in it.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from ecsnet.records import dataclass
from ecsnet.resources import Path
from ecsnet.terraform.lazy import TOO_DEEP
from ecsnet.terraform.planned import InstanceKey
from ecsnet.values import Span, Unknown, Value

MAX_BYTES = 256_000_000
MAX_DEPTH = 100
"""Of values within a resource, and of modules in one another."""

_STEP = re.compile(r'[^.\[\]]+|\[(?:"(?:[^"\\]|\\.)*"|[^"\]]*)\]')
_ADDRESS = re.compile(r'"address"\s*:\s*"((?:[^"\\]|\\.)*)"')
_GONE = (["delete"], ["forget"])
_FORMAT = "1"
_MOST_DIGITS = 4_000
"""The major version of the format: what is added within one can be left unread, another one can't be read."""

_SENSITIVE = Unknown("the plan marks it as sensitive")

Node = Mapping[str, Any]
"""An object of the document."""


@dataclass(frozen=True, slots=True, eq=False)
class PlannedResource:
    """One instance as it will be. ``after`` lacks what is in ``unknown``, which has ``True`` at unknown places.

    ``module``: the address of the module instance it is in, "" for the root.
    """

    address: str
    module: str
    mode: str
    type: str
    name: str
    key: InstanceKey
    after: Node
    unknown: Node

    @property
    def block(self) -> str:
        """The address without the instance key, ``module.a[0].aws_subnet.b``."""
        own = f"data.{self.type}.{self.name}" if self.mode == "data" else f"{self.type}.{self.name}"
        return f"{self.module}.{own}" if self.module else own


class RefusedError(ValueError):
    """A document of Terraform's that is no plan that can be read; the message says why."""


class Document:
    """A plan file. Raises ``RefusedError``, or another ``ValueError`` where the text is nothing of Terraform's.

    What is marked as sensitive is not kept: nothing can print it.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        data = json.loads(text, parse_float=_number, parse_int=_number)
        if not isinstance(data, dict) or "format_version" not in data:
            raise ValueError("not a Terraform plan")
        if not {"planned_values", "resource_changes"} & set(data):
            if "terraform_version" in data and "values" in data:
                raise RefusedError("a Terraform state, not a plan: give terraform show -json a plan file")
            raise ValueError("not a Terraform plan")
        version = str(data["format_version"])
        if version.partition(".")[0] != _FORMAT:
            raise RefusedError(f"a plan of format version {version[:20]!r}, which is not known: {_FORMAT}.x is")
        self.data: Node = data
        self.root: Node = node(node(data.get("configuration")).get("root_module"))
        self._blocks: dict[str, dict[tuple[str, str, str], Node]] = {}
        self.instances = self._instances()

    def _instances(self) -> Mapping[str, PlannedResource]:
        """Every instance that there will be, and the data sources that were read, by address."""
        changes = {
            str(change.get("address")): change
            for change in nodes(self.data.get("resource_changes"))
            if "deposed" not in change
        }
        found: dict[str, PlannedResource] = {}
        for module, resource in _listed(node(self.data.get("planned_values")).get("root_module")):
            change = changes.get(str(resource.get("address")))
            # Terraform lists what it is to forget here too.
            if not change or node(change.get("change")).get("actions") not in _GONE:
                _add(found, module, resource, change)
        for change in changes.values():
            if node(change.get("change")).get("actions") not in _GONE:
                _add(found, str(change.get("module_address") or ""), change, change)
        state = node(node(self.data.get("prior_state")).get("values")).get("root_module")
        for module, resource in _listed(state):
            if resource.get("mode") == "data":
                _add(found, module, resource, None)
        return found

    @property
    def complete(self) -> bool:
        """False with ``-target``, and where Terraform has put off a part."""
        return self.data.get("complete") is not False and not self.data.get("deferred_changes")

    @cached_property
    def variables(self) -> Mapping[str, Value]:
        given = node(self.data.get("variables"))
        declared = node(self.root.get("variables"))
        return {
            name: _SENSITIVE if node(declared.get(name)).get("sensitive") else frozen(node(item).get("value"))
            for name, item in given.items()
        }

    def module(self, address: str) -> Node:
        """The configuration of the module that an instance of it is of."""
        at = self.root
        for name, _ in module_steps(address):
            at = node(node(node(at.get("module_calls")).get(name)).get("module"))
        return at

    def call(self, address: str) -> Node:
        """The configuration of the call of a module instance."""
        parent, name, _ = last_call(address)
        return node(node(self.module(parent).get("module_calls")).get(name))

    def resource(self, instance: PlannedResource) -> Node:
        """The configuration of an instance's block."""
        module = _without_keys(instance.module)
        if module not in self._blocks:
            self._blocks[module] = {
                (str(block.get("mode")), str(block.get("type")), str(block.get("name"))): block
                for block in nodes(self.module(module).get("resources"))
            }
        return self._blocks[module].get((instance.mode, instance.type, instance.name), {})

    # --- places in the file ---

    @cached_property
    def _places(self) -> tuple[Mapping[str, tuple[int, int]], Sequence[int]]:
        """Where each address first stands and where the next one does, and the offsets at which lines begin."""
        found: dict[str, tuple[int, int]] = {}
        matches = [(match[1], match.start()) for match in _ADDRESS.finditer(self.text)]
        for (escaped, start), (_, end) in zip(matches, [*matches[1:], ("", len(self.text))]):
            address = json.loads(f'"{escaped}"', strict=False) if "\\" in escaped else escaped
            found.setdefault(address, (start, end))
        return found, [0, *(match.end() for match in re.finditer("\n", self.text))]

    def locate(self, address: str, path: Path = ()) -> Span:
        """The address of a resource or module, or what is below it at ``path``, in what is planned."""
        start, end = self._places[0].get(address, (0, 1))
        shown = (start, start + len('"address"'))
        for step in path:
            found = (
                re.compile(rf"{re.escape(json.dumps(step))}\s*:").search(self.text, start, end)
                if isinstance(step, str)
                else None
            )
            if found is None and isinstance(step, str):
                break
            if found is not None:
                shown, start = found.span(), found.end()
        return self._span(*shown)

    def _span(self, start: int, end: int) -> Span:
        lines = self._places[1]
        line = bisect_right(lines, start)
        column = start - lines[line - 1] + 1
        return Span(self.path, line, column, line, column + end - start)


def _listed(root: object) -> Iterator[tuple[str, Node]]:
    """Resources of ``planned_values`` or of a state, with the address of the module instance they are in."""
    pending = [("", node(root))]
    while pending:
        address, module = pending.pop()
        for resource in nodes(module.get("resources")):
            yield address, resource
        children = [(str(child.get("address") or ""), child) for child in nodes(module.get("child_modules"))]
        pending += reversed(children)


def _add(found: dict[str, PlannedResource], module: str, resource: Node, change: Node | None) -> None:
    names = [resource.get(name) for name in ("address", "mode", "type", "name")]
    if not all(isinstance(name, str) for name in names) or names[0] in found or names[1] not in ("managed", "data"):
        return
    if module and _spelled(module_steps(module)) != module:
        raise RefusedError(f"a damaged plan: {module[:200]!r} is no address of a module")
    address, mode, kind, name = map(str, names)
    key = resource.get("index")
    planned = (
        node(change.get("change"))
        if change
        else {"after": resource.get("values"), "after_sensitive": resource.get("sensitive_values")}
    )
    found[address] = PlannedResource(
        address,
        module,
        mode,
        kind,
        name,
        key if isinstance(key, (int, str)) else None,
        node(_without_sensitive(node(planned.get("after")), planned.get("after_sensitive"))),
        node(planned.get("after_unknown")),
    )


def _without_sensitive(value: object, marks: object, depth: int = 0) -> object:
    """A value with unknowns where ``marks``, which mirrors it, has ``True``."""
    if marks is True or depth > MAX_DEPTH:
        return _SENSITIVE
    if not marks:
        return value
    if isinstance(value, dict) and isinstance(marks, dict):
        return {key: _without_sensitive(item, marks.get(key), depth + 1) for key, item in value.items()}
    if isinstance(value, list) and isinstance(marks, list):
        padded = [*marks, *[None] * len(value)]
        return [_without_sensitive(item, mark, depth + 1) for item, mark in zip(value, padded)]
    return value


def _number(digits: str) -> int | Decimal:
    with suppress(InvalidOperation):
        if len(digits) <= _MOST_DIGITS:
            return int(digits) if digits.lstrip("-").isdecimal() else Decimal(digits)
    raise RefusedError(f"a damaged plan: {digits[:20]}… is no number of Terraform's")


def node(value: object) -> Node:
    """An object of the document; nothing where it is none."""
    return value if isinstance(value, dict) else {}


def nodes(value: object) -> list[Node]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def steps_of(address: str) -> list[str]:
    """``module.a["x.y"].b`` in steps: ``module``, ``a``, ``["x.y"]``, ``b``."""
    return _STEP.findall(address)


def key_of(step: str) -> InstanceKey:
    """The instance key that a step in brackets spells; ``None`` where it spells none."""
    try:
        key = json.loads(step[1:-1].replace("$${", "${").replace("%%{", "%{"))
    except ValueError:
        return None
    return key if isinstance(key, (int, str)) else None


def module_steps(address: str) -> list[tuple[str, str]]:
    """The module calls of the address of a module instance, each with its key in brackets, or ""."""
    steps, found = steps_of(address), []
    while len(steps) >= 2 and steps[0] == "module":
        suffix = steps[2] if len(steps) > 2 and steps[2].startswith("[") else ""
        found.append((steps[1], suffix))
        steps = steps[3 if suffix else 2 :]
    return found


def last_call(address: str) -> tuple[str, str, str]:
    """The module instance that calls this one, the name of the call, and the key in brackets, or ""."""
    *above, (name, suffix) = module_steps(address)
    return _spelled(above), name, suffix


def _spelled(steps: Iterable[tuple[str, str]]) -> str:
    return ".".join(f"module.{name}{key}" for name, key in steps)


def _without_keys(address: str) -> str:
    return ".".join(f"module.{name}" for name, _ in module_steps(address))


def frozen(value: object, depth: int = 0) -> Value:
    """A known value of the document."""
    if depth > MAX_DEPTH:
        return Unknown(TOO_DEEP)
    if isinstance(value, dict):
        return {str(key): frozen(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(frozen(item, depth + 1) for item in value)
    if value is None or isinstance(value, (bool, int, str, Decimal, Unknown)):
        return value
    return Unknown("not a value of JSON")
