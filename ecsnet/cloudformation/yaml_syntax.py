"""YAML to nodes, from the events of PyYAML's parser.

Events, not PyYAML's own composer: that one recurses in C, so deep nesting would end the process, and it
resolves scalars in ways that CloudFormation does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Union

from ecsnet.cloudformation.json_syntax import duplicates
from ecsnet.cloudformation.nodes import MAX_DEPTH, Items, Node, Pair, Scalar, Table, UnreadableError, plain
from ecsnet.records import dataclass, field, replace

MAX_NODES = 1_000_000
"""Nodes of a document with all its aliases written out."""

_TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"
_NOT_PREFIXED = frozenset({"Ref", "Condition", "Transform"})
_STANDARD = "tag:yaml.org,2002:"


@dataclass(slots=True)
class _Frame:
    """A collection that has begun and not ended. ``nodes``: how many had been read before it."""

    start: int
    flow: bool
    table: bool
    tag: str | None
    anchor: str | None
    nodes: int
    children: list[Node] = field(default_factory=list)
    height: int = 0


@dataclass(frozen=True, slots=True)
class _Anchored:
    node: Node
    nodes: int
    height: int


def read_yaml(text: str) -> tuple[Node, list[tuple[int, str]]]:
    """The first document, and duplicate keys or further documents found. Raises :class:`UnreadableError`."""
    import yaml

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        parser = loader(text)
        try:
            return _Builder(text).build(_events(parser), yaml)
        finally:
            parser.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(part for part in (error.context, error.problem) if part)
        # Some builds of libyaml have a bound of their own, and read that far ahead before there is an event.
        message = _TOO_DEEP if "maximum nesting depth" in message else f"not YAML: {message}"
        raise UnreadableError(message, mark.index if mark else 0) from None
    except yaml.YAMLError as error:
        raise UnreadableError(f"not YAML: {str(error).splitlines()[0]}", _reader_offset(error)) from None
    except (UnicodeError, ValueError, RecursionError):
        raise UnreadableError("not YAML: characters that cannot be read", 0) from None


def scalars(text: str) -> list[tuple[int, int]]:
    """Where scalars are, in order, up to the first error; of a block scalar, what is after the line that opens it."""
    import yaml

    found: list[tuple[int, int]] = []
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    scalar: Any = yaml.ScalarEvent
    try:
        parser = loader(text)
        try:
            for event in _events(parser):
                if isinstance(event, scalar):
                    start, end = event.start_mark.index, event.end_mark.index
                    opening = text.find("\n", start, end) if event.style in ("|", ">") else start
                    found.append((opening if opening >= 0 else end, end))
        finally:
            parser.dispose()
    except (yaml.YAMLError, UnicodeError, ValueError, RecursionError):
        pass
    return found


def _reader_offset(error: Exception) -> int:
    offset = getattr(error, "position", 0)
    return offset if isinstance(offset, int) else 0


def _events(parser: Any) -> Iterator[Any]:
    while parser.check_event():
        yield parser.get_event()


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[tuple[int, str]] = []
        self.anchors: dict[str, _Anchored] = {}
        self.stack: list[_Frame] = []
        self.nodes = 0
        self.root: Node | None = None

    def build(self, events: Iterator[Any], yaml: Any) -> tuple[Node, list[tuple[int, str]]]:
        scalar, alias = yaml.ScalarEvent, yaml.AliasEvent
        begin, end = (yaml.MappingStartEvent, yaml.SequenceStartEvent), (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        for event in events:
            if isinstance(event, scalar):
                self._scalar(event)
            elif isinstance(event, begin):
                self._begin(event, isinstance(event, yaml.MappingStartEvent))
            elif isinstance(event, end):
                self._end(event)
            elif isinstance(event, alias):
                self._alias(event)
            elif isinstance(event, yaml.DocumentEndEvent):
                break
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.problems.append(
                    (event.start_mark.index, "only the first of several documents in a file is a template")
                )
                break
        return self.root or Scalar(None, "", 0, 0), self.problems

    def _count(self, nodes: int, height: int, offset: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise UnreadableError(f"more than {MAX_NODES} nodes, with aliases written out", offset)
        if len(self.stack) + height > MAX_DEPTH:
            raise UnreadableError(_TOO_DEEP, offset)

    def _add(self, node: Node, height: int, anchor: str | None, nodes: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = _Anchored(node, nodes, height)
        if self.stack:
            frame = self.stack[-1]
            frame.children.append(node)
            frame.height = max(frame.height, height + 1)
        else:
            self.root = node

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        self._count(1, 1, start)
        if event.style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
        text: str = event.value
        tag: str | None = event.tag
        quoted = event.style or tag == _STANDARD + "str" or tag == "!"
        resolved = text if quoted or (tag is not None and not tag.startswith(_STANDARD)) else plain(text)
        node: Node = Scalar(resolved, text, start, end)
        height = 0
        if tag is not None and tag != "!" and not tag.startswith(_STANDARD):
            node, height = self._function(tag, node), 1
        self._add(node, height, event.anchor, 1)

    def _begin(self, event: Any, table: bool) -> None:
        start = event.start_mark.index
        self._count(1, 1, start)
        self.stack.append(_Frame(start, bool(event.flow_style), table, event.tag, event.anchor, self.nodes - 1))
        if event.anchor is not None:
            self.anchors.pop(event.anchor, None)

    def _end(self, event: Any) -> None:
        frame = self.stack.pop()
        # A block collection has no closing mark: the parser puts its end where the next token starts.
        last = frame.children[-1].end if frame.children else frame.start
        end = event.end_mark.index if frame.flow else max(last, frame.start)
        node: Node = self._table(frame, end) if frame.table else Items(tuple(frame.children), frame.start, end)
        height = frame.height
        if frame.tag is not None and frame.tag != "!" and not frame.tag.startswith(_STANDARD):
            node, height = self._function(frame.tag, node), height + 1
        self._add(node, height, frame.anchor, self.nodes - frame.nodes)

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        anchored = self.anchors.get(event.anchor)
        if anchored is None:
            raise UnreadableError(f"the alias *{event.anchor} has no anchor before it that is complete", start)
        self._count(anchored.nodes, max(1, anchored.height), start)
        # The alias itself is where it is written; what is in it is where the anchor is.
        self._add(replace(anchored.node, start=start, end=end), anchored.height, None, anchored.nodes)

    def _function(self, tag: str, argument: Union[Scalar, Items, Table]) -> Table:
        name = tag.lstrip("!")
        if name == "Transform":
            name = "Fn::Transform"
        elif name not in _NOT_PREFIXED:
            name = f"Fn::{name}"
        return Table({name: Pair(Scalar(name, name, argument.start, argument.start), argument)}, argument.start,
                     argument.end)  # fmt: skip

    def _table(self, frame: _Frame, end: int) -> Table:
        pairs: dict[str, Pair] = {}
        merged: list[Node] = []
        for key, value in zip(frame.children[::2], frame.children[1::2]):
            if not isinstance(key, Scalar):
                raise UnreadableError("a key must be a string", key.start)
            if key.text == "<<" and self.text[key.start] == "<":
                merged += value.items if isinstance(value, Items) else (value,)
                continue
            self.problems += duplicates(self.text, pairs.get(key.text), Pair(key, value))
            pairs[key.text] = Pair(key, value)
        for source in merged:
            if isinstance(source, Table):
                self._count(len(source.pairs), 0, source.start)
                for name, pair in source.pairs.items():
                    pairs.setdefault(name, pair)
            else:
                self.problems.append((source.start, "only mappings can be merged with <<"))
        return Table(pairs, frame.start, end)
