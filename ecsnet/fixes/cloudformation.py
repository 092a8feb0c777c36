"""Changes in CloudFormation's templates, YAML and JSON. Offsets are those of the document: characters of its text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ecsnet.cloudformation.nodes import Document, Items, Node, Scalar, Table, is_function
from ecsnet.findings import Setting
from ecsnet.fixes.json import added as added_to_flow
from ecsnet.fixes.pieces import Piece, fresh, written
from ecsnet.resources import Path

_OVER = re.compile(r"[ \t]*(?:[ \t]#[^\r\n]*)?(?=\r\n|\n|\r|\Z)")


def setting(text: str, document: Document, change: Setting) -> Iterable[Piece] | None:
    """How a resource is given what ``change`` says; ``None`` where that is not to be done in its own properties."""
    resource = change.resource
    top = resource.header.path
    if resource.header.file != document.file or any(str(step).startswith("Fn::") for step in top):
        return None
    above, name = (*top, "Properties", *change.path[:-1]), change.path[-1]
    placed = resource.locate(*change.path).path
    if _same(placed, (*above, name)):
        found = _at(document.root, placed)
        return _replaced(text, found, change) if isinstance(found, Scalar) else None
    if len(change.path) > 1:
        placed = resource.locate(*change.path[:-1]).path
        if not _same(placed, above):
            return None
    else:
        placed = (*top, "Properties")
    table = _at(document.root, placed)
    if change.instead_of or not isinstance(table, Table) or name in table.pairs or is_function(table):
        return None
    return _added(text, table, resource.type, str(name), change.value)


def _same(placed: Path, wanted: Iterable[str | int]) -> bool:
    """Whether a place has these names. Elements that ``AWS::NoValue`` takes out make its indexes others."""
    wanted = tuple(wanted)
    return len(placed) == len(wanted) and all(
        one == other or (isinstance(one, int) and isinstance(other, int)) for one, other in zip(placed, wanted)
    )


def _at(node: Node | None, path: Path) -> Node | None:
    """What a path leads to, if all of it is written where it belongs: what an alias stands for is elsewhere."""
    for step in path:
        inner: Node | None = None
        if isinstance(node, Table):
            inner = node.get(str(step))
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            inner = node.items[step]
        if node is None or inner is None or not node.start <= inner.start <= inner.end <= node.end:
            return None
        node = inner
    return node


def _replaced(text: str, found: Scalar, change: Setting) -> Iterable[Piece] | None:
    if change.instead_of not in ("", found.value):
        return None
    new = written(text[found.start : found.end], change.value)
    return None if new is None else (Piece(found.start, found.end, new),)


def _added(text: str, table: Table, kind: str, name: str, value: bool | str) -> Iterable[Piece] | None:
    """A new pair of a mapping: the last one in YAML's block style, else the first."""
    if text[table.start] == "{":
        return added_to_flow(text, table.start, kind, name, value)
    keys = [pair.key.start for pair in table.pairs.values()]
    if not keys or not all(table.start <= key <= table.end for key in keys):
        return None
    begin = max(text.rfind("\n", 0, keys[0]), text.rfind("\r", 0, keys[0])) + 1
    last = max(table.pairs.values(), key=lambda pair: pair.key.start)
    end = max(last.value.end, last.key.end)
    over = _OVER.match(text, end)
    # The lines behind a block scalar may be part of it.
    if over is None or text[begin : keys[0]].strip(" -") or _is_block(text, _last(last.value)):
        return None
    line_break = next((one for one in ("\r\n", "\n", "\r") if one in text), "\n")
    pair = f"{name}: {fresh(kind, name, value, '')}"
    return (Piece(over.end(), over.end(), f"{line_break}{' ' * (keys[0] - begin)}{pair}"),)


def _last(node: Node) -> Node:
    """The part of a node that is written last."""
    while True:
        parts = [pair.value for pair in node.pairs.values()] if isinstance(node, Table) else []
        parts += node.items if isinstance(node, Items) else ()
        inner = max(parts, key=lambda part: part.end, default=None)
        if inner is None or not node.start <= inner.start <= inner.end <= node.end:
            return node
        node = inner


def _is_block(text: str, node: Node) -> bool:
    return isinstance(node, Scalar) and text[node.start : node.start + 1] in ("|", ">")
