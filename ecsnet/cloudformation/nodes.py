"""The syntax tree of a template, the same for YAML and JSON."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from decimal import Decimal
from typing import Union

from ecsnet.records import dataclass, field
from ecsnet.values import Span

DocumentPath = tuple[Union[str, int], ...]
Plain = Union[None, bool, int, Decimal, str]

MAX_DEPTH = 100
"""Levels of nesting that are read. What is nested deeper is no template that CloudFormation takes."""

LOOP = "Fn::ForEach::"
_ROOM = 1 << 25
"""Offsets that each file of a document has to itself: more than the longest file has characters."""

_BREAK = re.compile("\r\n|\n|\r")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)\Z", re.ASCII)
_HEXADECIMAL = re.compile(r"[-+]?0x[0-9a-fA-F]+\Z", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?\Z", re.ASCII)
_LONGEST_NUMBER = 40


class UnreadableError(Exception):
    """The text is not YAML or JSON; ``offset`` is where that shows, in characters."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """``text`` is the scalar without quotes and escapes, ``value`` what it means. ``start`` and ``end`` are offsets in
    characters, as in all nodes; ``end`` is one past the last.
    """

    value: Plain
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    items: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A mapping. A short-form function, ``!Ref X``, is a table of one pair with the long name: ``Ref: X``."""

    pairs: Mapping[str, Pair]
    start: int
    end: int

    def get(self, key: str) -> Node | None:
        pair = self.pairs.get(key)
        return None if pair is None else pair.value


Node = Union[Scalar, Items, Table]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Included:
    """A file that a template includes. The offsets of its nodes and problems begin at a multiple of :data:`_ROOM`.
    ``within``: the included files that include it first, by real path, innermost first; ``at``: the offset where.
    """

    file: str
    root: Node
    lines: tuple[int, ...]
    problems: tuple[tuple[int, str], ...]
    within: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A file that was read. ``problems``: offset and message of what is wrong in it and could be read all the same.
    ``included``: by real path, in order, the files that were read since as parts of it. ``spans``: those asked
    for, since every scenario asks again.
    """

    file: str
    root: Node
    lines: tuple[int, ...]
    problems: tuple[tuple[int, str], ...] = ()
    included: dict[str, Included] = field(default_factory=dict)
    spans: dict[tuple[int, int, DocumentPath], Span] = field(default_factory=dict, repr=False)

    def position(self, offset: int) -> tuple[str, int, int]:
        """File, line and column."""
        number, inside = divmod(offset, _ROOM)
        if not number:
            return (self.file, *position(self.lines, inside))
        part = self._parts()[number - 1]
        return (part.file, *position(part.lines, inside))

    def span(self, start: int, end: int, path: DocumentPath = ()) -> Span:
        key = (start, end, path)
        found = self.spans.get(key)
        if found is None:
            last = end if start <= end and start // _ROOM == end // _ROOM else start
            found = self.spans[key] = Span(*self.position(start), *self.position(last)[1:], path)
        return found

    def chain(self, offset: int) -> tuple[str, ...]:
        """The real paths of the included files that an offset is in."""
        number = offset // _ROOM
        return (list(self.included)[number - 1], *self._parts()[number - 1].within) if number else ()

    def include(self, real: str, read: Document, at: int) -> Included:
        """Makes ``read`` a part of this document, included at an offset."""
        base = (len(self.included) + 1) * _ROOM
        problems = tuple((base + offset, message) for offset, message in read.problems)
        root = _moved(read.root, base, {})
        self.included[real] = Included(read.file, root, read.lines, problems, self.chain(at), at)
        return self.included[real]

    def _parts(self) -> list[Included]:
        return list(self.included.values())

    def pair_span(self, pair: Pair, path: DocumentPath) -> Span:
        """From the key through the value."""
        return self.span(pair.key.start, max(pair.key.end, pair.value.end), path)


def _moved(node: Node, by: int, done: dict[int, Node]) -> Node:
    """The node with all its offsets moved. ``done``: by id, since what is aliased is there more than once."""
    if id(node) not in done:
        start, end = node.start + by, node.end + by
        if isinstance(node, Scalar):
            done[id(node)] = Scalar(node.value, node.text, start, end)
        elif isinstance(node, Items):
            done[id(node)] = Items(tuple(_moved(item, by, done) for item in node.items), start, end)
        else:
            pairs = {}
            for name, pair in node.pairs.items():
                key = pair.key
                moved = Scalar(key.value, key.text, key.start + by, key.end + by)
                pairs[name] = Pair(moved, _moved(pair.value, by, done))
            done[id(node)] = Table(pairs, start, end)
    return done[id(node)]


def line_starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in _BREAK.finditer(text)))


def position(lines: tuple[int, ...], offset: int) -> tuple[int, int]:
    """Line and column, from 1."""
    line = bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1


def number(text: str) -> int | Decimal | None:
    """The number that a plain scalar is, as far as CloudFormation's readers agree on it: ``0644`` and ``22:22``, which
    YAML 1.1 calls octal and sexagesimal, stay text, and so does what is too long to be meant as a number.
    """
    if len(text) > _LONGEST_NUMBER or not text or text[-1] == "_":
        return None
    if _INTEGER.match(text):
        return int(text.replace("_", ""))
    if _HEXADECIMAL.match(text):
        return int(text, 16)
    if _DECIMAL.match(text) and not re.match(r"[-+]?0\d", text):
        return Decimal(text)
    return None


_WORDS: Mapping[str, Plain] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    **{spelling: True for word in ("yes", "true", "on") for spelling in (word, word.title(), word.upper())},
    **{spelling: False for word in ("no", "false", "off") for spelling in (word, word.title(), word.upper())},
}  # fmt: skip


def plain(text: str) -> Plain:
    """What an unquoted YAML 1.1 scalar means. Dates stay strings: CloudFormation has no dates."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "0123456789-+." and ("." in text or "x" in text or "e" not in text.lower()):
        found = number(text)
        if found is not None:
            return found
    return text


def function_name(node: Node) -> str | None:
    """The intrinsic function that a mapping is a call of: one pair, ``Ref`` or ``Fn::…``."""
    if isinstance(node, Table) and len(node.pairs) == 1:
        name = next(iter(node.pairs))
        if name == "Ref" or (name.startswith("Fn::") and not name.startswith(LOOP)):
            return name
    return None


def is_no_value(node: Node) -> bool:
    name = node.get("Ref") if isinstance(node, Table) and len(node.pairs) == 1 else None
    return isinstance(name, Scalar) and name.text == "AWS::NoValue"


def is_function(node: Node) -> bool:
    return function_name(node) is not None
