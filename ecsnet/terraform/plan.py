"""From a plan to resource instances: exactly those it has, with references for what is known only after applying.

A plan does not say what refers to what: it gives values, and of each expression the names in it. Where the folder that
the plan was made from is beside it, that is evaluated, with what the plan knows, and says the rest.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import cast

from ecsnet import disk
from ecsnet.resources import Call, Configuration, Hole, Path, Problem, Resource
from ecsnet.terraform.configuration import load
from ecsnet.terraform.data_sources import is_stand_in
from ecsnet.terraform.folders import Files, is_inside, join
from ecsnet.terraform.lazy import Lazy, Stack
from ecsnet.terraform.plan_document import (
    MAX_BYTES,
    Document,
    PlannedResource,
    RefusedError,
    frozen,
    key_of,
    last_call,
    node,
    nodes,
)  # fmt: skip
from ecsnet.terraform.plan_references import Configured
from ecsnet.terraform.plan_values import NO_SOURCE, Identifiers, NoSource, attribute
from ecsnet.terraform.planned import InstanceKey, Planned
from ecsnet.values import Key, Span, Value

_KEPT = frozenset({"arn", "availability_zone", "availability_zone_id", "id", "name"})
"""Attributes of which the value counts, whoever chose it."""
_BEGINNING = re.compile(
    rb'^[^{]{0,9}\{\s*"format_version"\s*:\s*"[\d.]+"\s*,\s*"terraform_version"(?!\s*:\s*"[^"]*"\s*,\s*"values")'
)
_OWN_PARTS = (b'"planned_values"', b'"resource_changes"')


def load_plan(
    path: str,
    *,
    wanted: Collection[str] | None = None,
    zones: int = 3,
    boundary: str | None = None,
    cache: Files | None = None,
    stubs: Sequence[str] = (),
) -> Configuration | Problem | None:
    """Read a plan. ``None`` where the file is none, a problem where it can't be read. Never raises on what is in it.

    ``wanted``: types of managed resources to list, all by default. ``boundary``: how far up from the plan's folder the
    source is looked for. ``zones``, ``cache`` and ``stubs``: for the evaluation of the source.
    """
    document = _read(path)
    if not isinstance(document, Document):
        return document
    source = _source(document, boundary, lambda folder: load(
        folder, wanted=wanted, zones=zones, boundary=boundary, cache=cache, stubs=stubs, planned=_planned(document)
    ), cache or Files())  # fmt: skip

    def is_wanted(kind: str) -> bool:
        return wanted is None or kind in wanted

    builder = _Builder(document, source, is_wanted)
    resources = {
        instance.address: builder.resource(instance)
        for instance in document.instances.values()
        if (not is_stand_in(instance.type) if instance.mode == "data" else is_wanted(instance.type))
    }
    holes: tuple[Hole, ...] = ()
    if not document.complete:
        reason = "the plan leaves out a part of the configuration"
        holes = (Hole("", Span(path, 1, 1, 1, 2), reason, anything=True),)
    read = source.files if source else ()
    folder = os.path.dirname(path) or "."
    return Configuration(
        folder,
        "terraform",
        resources,
        holes,
        (),
        tuple(dict.fromkeys((path, *read))),
        outputs=source.outputs if source else builder.outputs,
    )


def is_surely_plan(head: bytes) -> bool:
    """Whether a file that begins like this is a plan, however damaged, and no other document of Terraform's."""
    plain = head.replace(b"\0", b"")
    return b'"format_version"' in plain and bool(_BEGINNING.search(plain) or any(mark in plain for mark in _OWN_PARTS))


def _read(path: str) -> Document | Problem | None:
    try:
        if disk.size(path) > MAX_BYTES:
            return Problem(path, 1, 1, f"larger than {MAX_BYTES} bytes")
        data = disk.content(path, MAX_BYTES)
    except OSError as error:
        return Problem(path, 1, 1, f"cannot read the plan: {error.strerror or error}")
    try:
        return Document(path, data.decode(json.detect_encoding(data), "surrogatepass"))
    except UnicodeDecodeError as error:
        return Problem(path, 1, 1, f"not text that can be read: {error.reason}")
    except json.JSONDecodeError as error:
        return Problem(path, error.lineno, error.colno, f"not JSON: {error.msg}")
    except RecursionError:
        return Problem(path, 1, 1, "not JSON that can be read")
    except RefusedError as error:
        return Problem(path, 1, 1, str(error))
    except ValueError:
        return None


def _planned(document: Document) -> Planned:
    instances: dict[str, dict[InstanceKey, None]] = {}
    data: dict[str, Mapping[Key, Value]] = {}
    for instance in document.instances.values():
        if instance.mode == "data":
            if not instance.unknown:
                data[instance.address] = {name: frozen(value) for name, value in instance.after.items()}
            continue
        instances.setdefault(instance.block, {})[instance.key] = None
        module = instance.module
        while module:
            parent, name, suffix = last_call(module)
            call = f"{parent}.module.{name}" if parent else f"module.{name}"
            instances.setdefault(call, {})[key_of(suffix) if suffix else None] = None
            module = parent
    found = {block: tuple(keys) for block, keys in instances.items()}
    return Planned(found, data, document.variables, document.complete)


def _source(
    document: Document, boundary: str | None, evaluate: Callable[[str], Configuration], files: Files
) -> Configuration | None:
    """The folder that the plan was made from, evaluated: the plan's own or the nearest above that declares the same."""
    folder = os.path.dirname(document.path)
    limit = disk.real(boundary or folder or ".")
    wanted = _declared(document.root)
    while any(wanted) and is_inside(folder or ".", limit):
        try:
            found = files.folder(join(folder or ".", "."), limit)
        except ImportError:
            return None  # there is no parser here, and a plan can be read without
        resources = {key for key in found.resources if key[0] in ("managed", "data")}
        if (resources, set(found.modules)) == wanted:
            return evaluate(found.path)
        above = join(folder or ".", "..")
        if disk.real(above) == disk.real(folder or "."):
            break
        folder = above
    return None


def _declared(root: Mapping[str, object]) -> tuple[set[tuple[str, str, str]], set[str]]:
    blocks = nodes(root.get("resources"))
    keys = {(str(block.get("mode")), str(block.get("type")), str(block.get("name"))) for block in blocks}
    return {key for key in keys if key[0] in ("managed", "data")}, set(node(root.get("module_calls")))


class _Builder:
    """Makes resources of planned instances."""

    def __init__(self, document: Document, source: Configuration | None, wanted: Callable[[str], bool]) -> None:
        self._document = document
        self._source = source.resources if source else {}
        self._configured = Configured(document)
        self._identifiers = Identifiers(document, wanted)
        self._stack = Stack()

    def outputs(self) -> tuple[Value, ...]:
        return self._configured.outputs()

    def resource(self, instance: PlannedResource) -> Resource:
        written = self._source.get(instance.address)
        kind = f"data.{instance.type}" if instance.mode == "data" else instance.type
        values = Lazy(self._stack, {**instance.after, **instance.unknown}, lambda name: self._attribute(instance, name))
        attributes = cast("Mapping[str, Value]", values)
        if written is not None:
            return Resource(
                kind, instance.address, attributes, written.span, written.header, "terraform", written.locator,
                calls=written.calls,
            )  # fmt: skip
        header = self._document.locate(instance.address)

        def locate(path: Path) -> Span:
            return self._document.locate(instance.address, path)

        calls = self._calls(instance.module)
        return Resource(kind, instance.address, attributes, header, header, "terraform", locate, calls=calls)

    def _attribute(self, instance: PlannedResource, name: str) -> Value:
        written = self._source.get(instance.address)
        if instance.mode == "managed" and name not in _KEPT:
            # What nobody wrote is the provider's copy of what other resources say, or a default.
            if not (name in written.attributes if written else self._configured.is_written(instance, name)):
                return None
        source: Value | NoSource = written.attributes.get(name) if written else NO_SOURCE
        return attribute(instance, name, source, lambda path: self._configured.value(instance, path), self._identifiers)

    def _calls(self, module: str) -> tuple[Call, ...]:
        calls: list[Call] = []
        while module:
            calls.append(Call(module, self._document.locate(module)))
            module, _, _ = last_call(module)
        return tuple(reversed(calls))
