"""Changes in Terraform's files, of both syntaxes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping

from ecsnet.findings import Setting
from ecsnet.fixes.json import added as added_to_json
from ecsnet.fixes.pieces import Piece, fresh, written
from ecsnet.resources import Path
from ecsnet.terraform.ast import Attribute, Block, Body, Expression, Literal, ObjectCons, TupleCons
from ecsnet.terraform.source import Source
from ecsnet.terraform.stub_library import wanted
from ecsnet.terraform.syntax import ParsedFile
from ecsnet.values import Span

_LAST = frozenset({"tags", "tags_all", "depends_on"})
"""Arguments that are written after the others."""

_ONE_NAT, _NAT_PER_ZONE = "single_nat_gateway", "one_nat_gateway_per_az"
_VPC_MODULE = "terraform-aws-modules/vpc/aws"


def setting(parsed: ParsedFile, change: Setting) -> Iterable[Piece] | None:
    """How a resource is given what ``change`` says; ``None`` where that is not to be done in its own block."""
    resource = change.resource
    block = _block(parsed, resource.header, "resource")
    if block is None:
        return None
    found = _find(parsed.source, block, change.path, resource.locate)
    if isinstance(found, Attribute):
        expression = _inner(found.expression, _rest(change.path, found.name))
        place = parsed.source.span(found.start, found.end)
        if expression is None or not _covers(place, resource.locate(*change.path)):
            return None
        return _replaced(parsed.source, expression, change)
    if found is None or change.instead_of or resource.get(*change.path) is not None:
        return None
    name = str(change.path[-1])
    return _added(parsed, found, resource.type, name, change.value)


def nat_per_zone(parsed: ParsedFile, call: Span) -> Iterable[Piece] | None:
    """How the module that a ``module`` block calls is told to make a NAT gateway for each zone."""
    block = _block(parsed, call, "module")
    if block is None:
        return None
    arguments = block.body.attributes
    source, one, each = (arguments.get(name) for name in ("source", _ONE_NAT, _NAT_PER_ZONE))
    if source is None or one is None or not isinstance(source.expression, Literal):
        return None
    meant = wanted(str(source.expression.value), None)
    if meant is None or meant.module != _VPC_MODULE or meant.below or not _has_room(arguments):
        return None
    pieces = _switched(one.expression, False)
    more = _switched(each.expression, True) if each else _added(parsed, block, "", _NAT_PER_ZONE, True, _ONE_NAT)
    return None if pieces is None or more is None else (*pieces, *more)


def _has_room(arguments: Mapping[str, Attribute]) -> bool:
    """Whether the module makes the addresses itself, and has a public subnet for each zone, as far as that is written.

    https://github.com/terraform-aws-modules/terraform-aws-vpc#one-nat-gateway-per-availability-zone
    """
    zones, public = (arguments.get(name) for name in ("azs", "public_subnets"))
    lists = [one.expression for one in (zones, public) if one and isinstance(one.expression, TupleCons)]
    enough = len(lists) < 2 or len(lists[0].items) <= len(lists[1].items)
    return enough and arguments.keys().isdisjoint({"reuse_nat_ips", "external_nat_ip_ids"})


def _switched(expression: Expression, value: bool) -> tuple[Piece, ...] | None:
    """Nothing where it is so already; ``None`` where it is not written out."""
    if not isinstance(expression, Literal) or not isinstance(expression.value, bool):
        return None
    return () if expression.value is value else (Piece(expression.start, expression.end, str(value).lower()),)


def _block(parsed: ParsedFile, header: Span, kind: str) -> Block | None:
    source, blocks = parsed.source, parsed.body.blocks
    start = source.offset(header.start_line, header.start_column)
    for block in blocks[bisect_left(blocks, start, key=lambda block: block.start) :]:
        if block.start > start:
            return None
        if block.type == kind and source.span(block.start, block.header_end) == header:
            return block
    return None


def _find(source: Source, block: Block, path: Path, locate: Callable[..., Span]) -> Attribute | Block | None:
    """The attribute that ``path`` leads into, or the block it is not set in; ``None`` where neither is certain."""
    for position, step in enumerate(path):
        if isinstance(step, int):
            continue
        attribute = block.body.attributes.get(step)
        if attribute is not None:
            return attribute
        if position == len(path) - 1:
            return block
        index = path[position + 1]
        inner = _nested(block.body, step, index if isinstance(index, int) else 0)
        # Another file may override the block.
        if inner is None or locate(*path[: position + 2]) != source.span(inner.start, inner.header_end):
            return None
        block = inner
    return None


def _nested(body: Body, name: str, index: int) -> Block | None:
    if any(block.type == "dynamic" and block.labels == (name,) for block in body.blocks):
        return None
    found = [block for block in body.blocks if block.type == name]
    return found[index] if index < len(found) else None


def _rest(path: Path, name: str) -> Path:
    return path[path.index(name) + 1 :]


def _inner(expression: Expression, path: Path) -> Expression | None:
    """The expression at ``path`` of lists and objects that are written out."""
    for step in path:
        if isinstance(expression, TupleCons) and isinstance(step, int) and step < len(expression.items):
            expression = expression.items[step]
        elif isinstance(expression, ObjectCons):
            found = [value for key, value in expression.items if isinstance(key, Literal) and key.value == step]
            if len(found) != 1:
                return None
            expression = found[0]
        else:
            return None
    return expression


def _covers(outer: Span, inner: Span) -> bool:
    return outer.file == inner.file and (outer.start_line, outer.start_column) <= (
        inner.start_line,
        inner.start_column,
    ) <= (outer.end_line, outer.end_column)


def _replaced(source: Source, expression: Expression, change: Setting) -> Iterable[Piece] | None:
    if change.instead_of and isinstance(expression, TupleCons):
        same = [one for one in expression.items if isinstance(one, Literal) and one.value == change.instead_of]
        if len(same) != 1:
            return None
        expression = same[0]
    if not isinstance(expression, Literal) or change.instead_of not in ("", expression.value):
        return None
    raw = source.text[expression.start : expression.end].decode("utf-8", "replace")
    text = written(raw, change.value)
    return None if text is None else (Piece(expression.start, expression.end, text),)


def _added(
    parsed: ParsedFile, block: Block, kind: str, name: str, value: bool | str, after: str = ""
) -> Iterable[Piece] | None:
    """A new argument of a block, of a resource of type ``kind``, behind ``after`` or its other arguments."""
    source = parsed.source
    if source.path.endswith(".json"):
        return added_to_json(source.latin, source.latin.find("{", block.header_end - 1), kind, name, value)
    text = fresh(kind, name, value, '"')
    attributes = sorted(block.body.attributes.values(), key=lambda found: found.start)
    usual = [found for found in attributes if found.name not in _LAST] or attributes
    anchor = next((found for found in attributes if found.name == after), usual[-1] if usual else None)
    if anchor is None:
        return None
    begin, end = _line(source.text, anchor.start)[0], _line(source.text, anchor.end)[1]
    indent = source.text[begin : anchor.start]
    if indent.strip(b" \t") or not _is_over(source.text, anchor.end, end) or b"<<" in source.text[anchor.start : end]:
        return None
    group = _group(source.text, attributes, anchor)
    width = max((len(found.name) for found in group), default=0)
    aligned = all(_padding(source.text, found) == width - len(found.name) + 1 for found in group)
    wider = max(width, len(name)) if aligned else len(name)
    pieces = []
    if aligned:
        pieces += [Piece(_behind(found), _behind(found), " " * (wider - width)) for found in group if wider > width]
    at, line_break = _end_of_line(source.text, end)
    return (*pieces, Piece(at, at, f"{line_break}{indent.decode('ascii')}{name.ljust(wider)} = {text}"))


def _line(text: bytes, offset: int) -> tuple[int, int]:
    """Where the line of an offset begins, and where its line feed, or the file's end, is."""
    end = text.find(b"\n", offset)
    begin = text.rfind(b"\n", 0, offset) + 1
    return (3 if begin == 0 and text.startswith(b"\xef\xbb\xbf") else begin), len(text) if end < 0 else end


def _is_over(text: bytes, start: int, end: int) -> bool:
    """Whether nothing but a comment follows on a line."""
    return re.fullmatch(rb"[ \t\r]*((#|//).*)?", text[start:end], re.DOTALL) is not None


def _end_of_line(text: bytes, end: int) -> tuple[int, str]:
    """Where a new line goes behind one that ends at ``end``, and the line break to put between."""
    return (end - 1, "\r\n") if text[end - 1 : end] == b"\r" else (end, "\n")


def _group(text: bytes, attributes: Iterable[Attribute], anchor: Attribute) -> list[Attribute]:
    """The arguments of one line each on the lines around the place behind ``anchor``, without any other line between.

    Those are what ``terraform fmt`` aligns.
    """
    by_line = dict(_single(text, attributes))
    line = text.count(b"\n", 0, anchor.end)
    found: list[Attribute] = []
    for step, number in ((-1, line), (1, line + 1)):
        while number in by_line:
            found.append(by_line[number])
            number += step
    return found


def _single(text: bytes, attributes: Iterable[Attribute]) -> Iterator[tuple[int, Attribute]]:
    for found in attributes:
        number = text.count(b"\n", 0, found.start)
        if b"\n" not in text[found.start : found.end]:
            yield number, found


def _behind(attribute: Attribute) -> int:
    """Where the name of an argument ends."""
    return attribute.start + len(attribute.name.encode())


def _padding(text: bytes, attribute: Attribute) -> int:
    """How many spaces lie between the name and the equals sign; -1 where something else does."""
    match = re.compile(rb"( *)=").match(text, _behind(attribute))
    return len(match[1]) if match else -1
