"""Suppressions in Terraform: comments in HCL, properties ``//`` in JSON."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from ecsnet.findings import Rule
from ecsnet.suppressions.directives import MAX_DIRECTIVES, Directive, Scope, Words, of_comment, own_words
from ecsnet.suppressions.regions import Extent, Regions, region_of
from ecsnet.terraform.ast import Attribute, Body, ObjectCons, TupleCons
from ecsnet.terraform.json_text import Array, Json, Object, read
from ecsnet.terraform.json_text import Scalar as JsonScalar
from ecsnet.terraform.parser import SyntaxProblem
from ecsnet.terraform.source import Source, decoded
from ecsnet.terraform.syntax import parse, tree

_MARK = re.compile(rb"ecsnet:ignore|(?:checkov|bridgecrew|cortex):skip=")
_JSON_MARK = re.compile(r"\s*ecsnet:ignore(-file)?(?![\w-])([^\n]*)")


def in_hcl(source: Source, catalogue: Sequence[Rule]) -> Iterator[Directive]:
    """Those in comments: not in strings, nor in heredocs."""
    root = tree(source.text) if _MARK.search(source.text) else None
    comments = sorted(_comments(root, source.text))[: MAX_DIRECTIVES + 1] if root is not None else []
    if not comments:
        return
    blocks = list(_blocks(parse(source).body, comments))
    regions, tops = Regions(extent for extent, _ in blocks), Regions(extent for extent, top in blocks if top)
    for comment in comments:
        position = comment[0]
        for line in source.latin[slice(*comment)].splitlines(keepends=True):
            for words in of_comment(decoded(line), catalogue):
                if words.by == "checkov":
                    # As in Checkov: of the block of its own that the comment is in.
                    region = next(iter(tops.around(position, position)), None)
                else:
                    region = region_of(source.latin, comment, regions, "hcl")
                yield _directive(source, words, (position, position + len(line.rstrip())), region)
            position += len(line)


def in_json(source: Source, catalogue: Sequence[Rule]) -> Iterator[Directive]:
    """``"//": "ecsnet:ignore ECSNET201 reason"``: about the block, or the object, that the property is in."""
    if b"ecsnet:ignore" not in source.text:
        return
    try:
        value = read(source)
    except SyntaxProblem:
        return
    pending: list[tuple[Json, int]] = [(value, value.start)]
    while pending:
        found, start = pending.pop()
        if isinstance(found, Array):
            pending += ((item, item.start) for item in found.items)
        elif isinstance(found, Object):
            for key, inner in found.items:
                pending.append((inner, key.start))
                text = inner.value if isinstance(inner, JsonScalar) else None
                mark = _JSON_MARK.match(text) if key.value == "//" and isinstance(text, str) else None
                if mark is not None:
                    words = own_words(mark[2], catalogue, file=bool(mark[1]))
                    yield _directive(source, words, (key.start, inner.end), (start, found.end))


def _directive(source: Source, words: Words, span: Extent, region: Extent | None) -> Directive:
    scope: Scope | None = None
    if words.file:
        scope = Scope.whole(os.path.realpath(source.path))
    elif region is not None:
        scope = Scope(os.path.realpath(source.path), *map(source.position, region))
    return Directive(words.by, source.span(*span), scope, words.choices, words.reason, words.wrong)


def _comments(root: Any, text: bytes) -> Iterator[Extent]:
    """Those with a mark in them: only what holds one is looked into."""
    marks = [mark.start() for mark in _MARK.finditer(text)]
    pending: list[tuple[Any, int, int]] = [(root, 0, len(marks))]
    while pending:
        node, low, high = pending.pop()
        for child in node.children:
            low = bisect_left(marks, child.start_byte, low, high)
            end = bisect_left(marks, child.end_byte, low, high)
            if low < end and child.type == "comment":
                yield child.start_byte, child.end_byte
            elif low < end:
                pending.append((child, low, end))
            low = end


def _blocks(body: Body, comments: Sequence[Extent]) -> Iterator[tuple[Extent, bool]]:
    """Blocks, those in them, and the objects in a list that is an argument, which are blocks in another notation.

    What is in a block without a comment is nobody's.
    """
    starts = [start for start, _ in comments]
    pending: list[tuple[Body, bool]] = [(body, True)]
    while pending:
        inner, top = pending.pop()
        for block in inner.blocks:
            # What is in the content of a dynamic block is about all that the block makes.
            if block.type != "content":
                yield (block.start, block.end), top
            if bisect_left(starts, block.start) < bisect_left(starts, block.end):
                pending.append((block.body, False))
        for name in () if top else inner.attributes:
            yield from ((extent, False) for extent in _objects(inner.attributes[name]))


def _objects(attribute: Attribute) -> Iterator[Extent]:
    value = attribute.expression
    objects = [item for item in value.items if isinstance(item, ObjectCons)] if isinstance(value, TupleCons) else []
    if objects:
        yield attribute.start, attribute.end
    for item in objects:
        yield item.start, item.end
