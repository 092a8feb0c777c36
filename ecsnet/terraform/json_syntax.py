"""Files of Terraform's JSON syntax, ``.tf.json``, in the form that native ones have.

Which properties are arguments and which are nested blocks depends on the provider's schema in JSON. At the top of a
file and in Terraform's own blocks that is known. In the bodies of resources and data sources an object, or a list of
objects, is taken for nested blocks, which gives the same value, a tuple of mappings, where it is an argument that holds
a list of objects. Arguments that hold a map have to be told from a single block: they are those in ``_MAPS``, and
``for_each``. In bodies of modules, local values, variables and outputs every property is an argument.

Strings are templates. A property ``//`` is a comment.

https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecsnet.records import names, replace
from ecsnet.resources import Problem
from ecsnet.terraform.ast import Attribute, Block, Body, Expression, Invalid, Literal, ObjectCons, TupleCons
from ecsnet.terraform.json_text import Array, Json, Object, Scalar, read
from ecsnet.terraform.parser import SyntaxProblem, whole_expression, whole_template
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import NativeBlock, NativeBody, ParsedFile, problem, unreadable

_LABELS = {
    "resource": 2, "data": 2, "ephemeral": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "check": 1,
    "locals": 0, "terraform": 0, "moved": 0, "removed": 0, "import": 0,
}  # fmt: skip
_NESTED: dict[str, dict[str, int]] = {
    "module": {},
    "variable": {"validation": 0},
    "output": {"precondition": 0},
    "check": {"data": 2, "assert": 0},
    "terraform": {"backend": 1, "cloud": 0, "required_providers": 0, "provider_meta": 1},
    "removed": {"lifecycle": 0, "provisioner": 1},
    "locals": {},
    "moved": {},
    "import": {},
}  # fmt: skip
_LABELLED = {"dynamic": 1, "provisioner": 1}
_MAPS = frozenset({
    "annotations", "attributes", "environment_variables", "input", "inputs", "labels", "metadata", "options",
    "parameters", "query", "static_parameters", "substitutions", "triggers", "triggers_replace", "values", "variables",
    "vars",
})  # fmt: skip


def parse_json(source: Source) -> ParsedFile:
    """Read a whole ``.tf.json`` file. Never raises; what cannot be read is in ``problems``."""
    fault = unreadable(source)
    if fault:
        return ParsedFile(source, NativeBody({}, tuple), (fault,))
    try:
        value = read(source)
    except SyntaxProblem as error:
        return ParsedFile(source, NativeBody({}, tuple), (problem(source, error.offset, error.message),))
    reader = _Reader(source)
    blocks: list[Block] = []
    for key, inner in _properties(value, reader.complain):
        name = str(key.value)
        if name not in _LABELS:
            reader.complain(key.start, f"{name!r} is no block that Terraform has")
            continue
        blocks.extend(reader.blocks(name, key, inner, _LABELS[name], name))
    return ParsedFile(source, NativeBody({}, lambda: tuple(blocks)), tuple(reader.problems))


def expression_of(value: Json, source: Source) -> Expression:
    """A value of a JSON file as an expression: its strings are templates."""
    if isinstance(value, Array):
        return TupleCons(value.start, value.end, tuple(expression_of(item, source) for item in value.items))
    if isinstance(value, Object):
        items = [
            (expression_of(key, source), expression_of(item, source)) for key, item in value.items if key.value != "//"
        ]
        return ObjectCons(value.start, value.end, tuple(items))
    if isinstance(value.value, str) and ("${" in value.value or "%{" in value.value):
        return _in_string(value, source, whole_template)
    return Literal(value.start, value.end, value.value)


def _in_string(value: Scalar, source: Source, parse: Callable[[Source, int, int], Expression]) -> Expression:
    """What a string holds, at its place in the file; all at the string itself where escapes have moved it."""
    escaped = "\\" in source.latin[value.start : value.end]
    try:
        if not escaped:
            return parse(source, value.start + 1, value.end - 1)
        inner = str(value.value).encode("utf-8", "replace")
        placed: Expression = _placed(parse(Source(source.path, inner), 0, len(inner)), value.start, value.end)
        return placed
    except SyntaxProblem as error:
        return Invalid(value.start, value.end, error.message)


def _placed(node: Any, start: int, end: int) -> Any:
    """The same tree with every node at one place."""
    if isinstance(node, tuple):
        return tuple(_placed(item, start, end) for item in node)
    if not names(node):
        return node
    changes = {name: _placed(getattr(node, name), start, end) for name in names(node)}
    return replace(node, **{**changes, "start": start, "end": end})


def _properties(value: Json, complain: Callable[[int, str], None]) -> list[tuple[Scalar, Json]]:
    """The properties of an object, or of all objects in a list, without comments."""
    if isinstance(value, Array):
        return [pair for item in value.items for pair in _properties(item, complain)]
    if isinstance(value, Object):
        return [pair for pair in value.items if pair[0].value != "//"]
    if value.value is not None:
        complain(value.start, "an object, or a list of objects, expected")
    return []


def _is_blocks(value: Json) -> bool:
    if isinstance(value, Array):
        return bool(value.items) and all(isinstance(item, Object) for item in value.items)
    return isinstance(value, Object)


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def complain(self, offset: int, message: str) -> None:
        self.problems.append(problem(self.source, offset, message))

    def blocks(
        self, name: str, key: Scalar, value: Json, levels: int, kind: str, labels: tuple[str, ...] = ()
    ) -> list[Block]:
        """The blocks ``name`` under ``key``, with ``levels`` more labels to come. ``kind``: the top block it is in."""
        if levels:
            found: list[Block] = []
            for label, inner in _properties(value, self.complain):
                found.extend(self.blocks(name, label, inner, levels - 1, kind, (*labels, str(label.value))))
            return found
        bodies = value.items if isinstance(value, Array) else (value,)
        result: list[Block] = []
        for body in bodies:
            if not isinstance(body, Object):
                if not (isinstance(body, Scalar) and body.value is None):
                    self.complain(body.start, f"the body of {' '.join((name, *labels))} is no object")
                continue
            # Each of several bodies begins where it is written, the first with its key.
            start, header_end = (key.start, key.end) if body is bodies[0] else (body.start, body.start + 1)
            self._no_duplicates(body, kind)
            result.append(NativeBlock(name, labels, (start, header_end, body.end), self._builder(body, kind)))
        return result

    def _no_duplicates(self, body: Object, kind: str) -> None:
        seen: dict[object, Scalar] = {}
        for key, value in body.items:
            first = seen.setdefault(key.value, key)
            if first is not key and key.value != "//" and self._nested(str(key.value), value, kind) is None:
                line, _ = self.source.position(first.start)
                self.complain(key.start, f"argument {key.value!r} is already set on line {line}")

    def _nested(self, name: str, value: Json, kind: str) -> int | None:
        """How many labels a property has if it is taken for blocks; ``None`` where it is an argument."""
        if kind in _NESTED:
            return _NESTED[kind].get(name)
        if name in _LABELLED:
            return _LABELLED[name]
        is_map = name in _MAPS or name == "for_each" or name.endswith("tags")
        return None if is_map or not _is_blocks(value) else 0

    def _builder(self, body: Object, kind: str) -> Callable[[], Body]:
        return lambda: self._body(body, kind)

    def _body(self, body: Object, kind: str) -> Body:
        attributes: dict[str, Callable[[], Attribute]] = {}
        nested: list[tuple[str, Scalar, Json, int]] = []
        for key, value in body.items:
            name = str(key.value)
            labels = self._nested(name, value, kind)
            if name == "//":
                continue
            if labels is not None:
                nested.append((name, key, value, labels))
            elif name not in attributes:
                attributes[name] = self._attribute(key, value, kind)

        def blocks() -> tuple[Block, ...]:
            inner = "resource" if kind in _NESTED else kind
            return tuple(
                block for n, key, value, labels in nested for block in self.blocks(n, key, value, labels, inner)
            )

        return NativeBody(attributes, blocks)

    def _attribute(self, key: Scalar, value: Json, kind: str) -> Callable[[], Attribute]:
        name = str(key.value)

        def read() -> Attribute:
            if kind == "variable" and name == "type" and isinstance(value, Scalar) and isinstance(value.value, str):
                expression = _in_string(value, self.source, whole_expression)
            else:
                expression = expression_of(value, self.source)
            return Attribute(key.start, value.end, name, expression)

        return read
