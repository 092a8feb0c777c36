"""JSON to nodes with exact places. YAML's reader takes most JSON too, but not tabs, and it is ten times slower."""

from __future__ import annotations

import json
import re

from ecsnet.cloudformation.nodes import MAX_DEPTH, Items, Node, Pair, Plain, Scalar, Table, UnreadableError, number

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_NAME = re.compile(r"true|false|null")
_NAMES: dict[str, Plain] = {"true": True, "false": False, "null": None}


def read_json(text: str) -> tuple[Node, list[tuple[int, str]]]:
    """The document and the duplicate keys found. Raises :class:`UnreadableError`."""
    reader = _Reader(text)
    node, offset = reader.value(reader.skip(0), 0)
    offset = reader.skip(offset)
    if offset != len(text):
        raise reader.error("expected the end of the document", offset)
    return node, reader.problems


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[tuple[int, str]] = []
        self.space = _SPACE.match

    def skip(self, offset: int) -> int:
        if self.text[offset : offset + 1] > " ":
            return offset
        match = self.space(self.text, offset)
        return match.end() if match else offset

    def error(self, message: str, offset: int) -> UnreadableError:
        if self.text.startswith(("//", "/*", "#"), offset):
            return UnreadableError("JSON has no comments, and CloudFormation refuses them", offset)
        found = repr(self.text[offset]) if offset < len(self.text) else "the end of the file"
        return UnreadableError(f"{message}, found {found}", offset)

    def value(self, offset: int, depth: int) -> tuple[Node, int]:
        """The value that starts at ``offset``, and where it ends."""
        if depth > MAX_DEPTH:
            raise UnreadableError(f"nested more than {MAX_DEPTH} levels deep", offset)
        first = self.text[offset : offset + 1]
        if first == '"':
            scalar = self.string(offset)
            return scalar, scalar.end
        if first == "{":
            return self.table(offset, depth)
        if first == "[":
            return self.items(offset, depth)
        match = _NUMBER.match(self.text, offset)
        if match:
            literal = match.group()
            value: Plain = number(literal)
            return Scalar(literal if value is None else value, literal, offset, match.end()), match.end()
        match = _NAME.match(self.text, offset)
        if match:
            return Scalar(_NAMES[match.group()], match.group(), offset, match.end()), match.end()
        raise self.error("expected a value", offset)

    def string(self, offset: int) -> Scalar:
        match = _STRING.match(self.text, offset)
        if not match:
            raise self.error("expected a string in double quotes, on one line", offset)
        literal = match.group()
        text = literal[1:-1]
        if "\\" in literal:
            try:
                text = json.loads(literal)
            except ValueError:
                raise UnreadableError("a string with a wrong escape", offset) from None
        return Scalar(text, text, offset, match.end())

    def table(self, start: int, depth: int) -> tuple[Table, int]:
        pairs: dict[str, Pair] = {}
        offset = self.skip(start + 1)
        if self.text[offset : offset + 1] == "}":
            return Table(pairs, start, offset + 1), offset + 1
        while True:
            key = self.string(offset)
            offset = self.skip(key.end)
            if self.text[offset : offset + 1] != ":":
                raise self.error("expected ':'", offset)
            value, offset = self.value(self.skip(offset + 1), depth + 1)
            self.problems += duplicates(self.text, pairs.get(key.text), Pair(key, value))
            pairs[key.text] = Pair(key, value)
            offset = self.skip(offset)
            mark = self.text[offset : offset + 1]
            if mark == "}":
                return Table(pairs, start, offset + 1), offset + 1
            if mark != ",":
                raise self.error("expected ',' or '}'", offset)
            offset = self.skip(offset + 1)

    def items(self, start: int, depth: int) -> tuple[Items, int]:
        items: list[Node] = []
        offset = self.skip(start + 1)
        if self.text[offset : offset + 1] == "]":
            return Items((), start, offset + 1), offset + 1
        while True:
            item, offset = self.value(offset, depth + 1)
            items.append(item)
            offset = self.skip(offset)
            mark = self.text[offset : offset + 1]
            if mark == "]":
                return Items(tuple(items), start, offset + 1), offset + 1
            if mark != ",":
                raise self.error("expected ',' or ']'", offset)
            offset = self.skip(offset + 1)


def duplicates(text: str, first: Pair | None, second: Pair) -> list[tuple[int, str]]:
    """What a key that is given twice hides. CloudFormation takes the last one, and templates that it takes are not
    refused for saying the same thing twice, or for two descriptions.
    """
    if first is None or second.key.text == "Description" or _same(first.value, second.value):
        return []
    line = text.count("\n", 0, first.key.start) + 1
    message = f"the key {second.key.text} is given twice, first on line {line}; only the last is read"
    return [(second.key.start, message)]


def _same(a: Node, b: Node) -> bool:
    return isinstance(a, Scalar) and isinstance(b, Scalar) and (type(a.value), a.value) == (type(b.value), b.value)
