"""Suppressions in CloudFormation: comments in YAML, ``Metadata`` of a resource and of a template."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from ecsnet.cloudformation.document import decode, snippet
from ecsnet.cloudformation.nodes import LOOP, Document, Items, Node, Pair, Scalar, Table, is_function
from ecsnet.cloudformation.yaml_syntax import scalars
from ecsnet.findings import Rule
from ecsnet.suppressions.directives import (
    Directive,
    Scope,
    Words,
    of_cfn_lint,
    of_checkov,
    of_comment,
    own_words,
)
from ecsnet.suppressions.regions import Extent, Regions, region_of
from ecsnet.values import Span

_MARK = re.compile(r"ecsnet:ignore|(?:checkov|bridgecrew|cortex):skip=")
_START = re.compile(r"(?:^|(?<=[ \t]))#", re.MULTILINE)


def in_template(path: str, content: bytes, catalogue: Sequence[Rule]) -> Iterator[Directive]:
    """Of a template, or of a file that one includes. Nothing where it cannot be read."""
    document = snippet(path, content)
    if not isinstance(document, Document):
        return
    text, _ = decode(content)
    file = _File(document, text)
    yield from file.comments(catalogue)
    yield from file.metadata(catalogue)


class _File:
    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.text = text
        self.real = os.path.realpath(document.file)
        self.whole = Scope.whole(self.real)
        self.resources = list(_declarations(document.root))

    def comments(self, catalogue: Sequence[Rule]) -> Iterator[Directive]:
        json = self.text.lstrip().startswith("{") and self.document.file.endswith(".json")
        found = {} if json or not _MARK.search(self.text) else dict.fromkeys(_comments(self.text))
        if not found:
            return
        tops = Regions((pair.key.start, pair.value.end) for pair in self.resources)
        regions = Regions(_regions(self.document.root, self.resources))
        for comment in found:
            for words in of_comment(self.text[slice(*comment)], catalogue):
                scope: Scope | None = self.whole
                if words.by == "checkov":
                    row = self.document.lines[bisect_right(self.document.lines, comment[0]) - 1]
                    code = row + len(self.text[row : comment[0]]) - len(self.text[row : comment[0]].lstrip())
                    around = tops.around(code, min(code + 1, comment[0])) or tops.around(comment[0], comment[0])
                    scope = self.scope(around[-1]) if around else None
                elif not words.file:
                    region = region_of(self.text, comment, regions, "yaml")
                    scope = self.scope(region) if region is not None else None
                span = self.document.span(*comment)
                yield Directive(words.by, span, scope, words.choices, words.reason, words.wrong)

    def metadata(self, catalogue: Sequence[Rule]) -> Iterator[Directive]:
        root = self.document.root
        if isinstance(root, Table):
            for words, node in _of_metadata(root.get("Metadata"), catalogue, template=True):
                yield self.entry(words, node, self.whole)
        for pair in self.resources:
            body = pair.value
            metadata = body.get("Metadata") if isinstance(body, Table) else None
            for words, node in _of_metadata(metadata, catalogue):
                yield self.entry(words, node, self.scope((pair.key.start, body.end)))

    def entry(self, words: Words, node: Node, scope: Scope) -> Directive:
        span: Span = self.document.span(node.start, node.end)
        return Directive(words.by, span, scope, words.choices, words.reason, words.wrong)

    def scope(self, extent: Extent) -> Scope:
        span = self.document.span(*extent)
        return Scope(self.real, (span.start_line, span.start_column), (span.end_line, span.end_column))


def _comments(text: str) -> Iterator[Extent]:
    """The comments that hold a mark: what is in a scalar is none."""
    spans = scalars(text)
    starts = [start for start, _ in spans]

    def in_scalar(offset: int) -> bool:
        number = bisect_right(starts, offset) - 1
        return number >= 0 and offset < spans[number][1]

    for mark in _MARK.finditer(text):
        row = text.rfind("\n", 0, mark.start()) + 1
        for start in _START.finditer(text, row, mark.start()):
            if not in_scalar(start.start()):
                end = text.find("\n", row)
                yield start.start(), len(text[: end if end >= 0 else len(text)].rstrip())
                break


def _declarations(root: Node) -> Iterator[Pair]:
    """Resources, those in loops too; of a file that is no template, all that is declared in it."""
    section = root.get("Resources") if isinstance(root, Table) else None
    pending = [section if isinstance(section, Table) else root]
    while pending:
        table = pending.pop()
        for name, pair in table.pairs.items() if isinstance(table, Table) else ():
            yield pair
            if name.startswith(LOOP) and isinstance(pair.value, Items):
                pending += pair.value.items[2:3]


def _regions(root: Node, resources: Sequence[Pair]) -> Iterator[Extent]:
    """Resources, what else a template declares, and the mappings in lists."""
    for pair in resources:
        yield pair.key.start, pair.value.end
    pending: list[tuple[Node, int]] = [(root, 0)]
    seen: set[int] = set()
    while pending:
        node, depth = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Table):
            for pair in node.pairs.values():
                listed = isinstance(pair.value, Items) and any(map(_is_entry, pair.value.items))
                if listed or (depth == 1 and isinstance(pair.value, Table)):
                    yield pair.key.start, max(pair.key.end, pair.value.end)
                pending.append((pair.value, depth + 1))
        elif isinstance(node, Items):
            yield from ((item.start, item.end) for item in node.items if _is_entry(item))
            pending += ((item, depth + 1) for item in node.items)


def _is_entry(node: Node) -> bool:
    return isinstance(node, Table) and not is_function(node)


def _of_metadata(
    metadata: Node | None, catalogue: Sequence[Rule], *, template: bool = False
) -> Iterator[tuple[Words, Node]]:
    """What it says, and where. Checkov has none for a template."""
    for entry in _entries(_get(metadata, "ecsnet", "ignore")):
        yield _own_entry(entry, catalogue), entry
    for entry in _entries(_get(metadata, "cfn-lint", "config", "ignore_checks")):
        for words in of_cfn_lint([_text(entry)], catalogue):
            yield words, entry
    for tool in () if template else ("checkov", "bridgecrew"):
        for entry in _entries(_get(metadata, tool, "skip")):
            for words in of_checkov([_text(_get(entry, "id"))], _text(_get(entry, "comment")), catalogue):
                yield words, entry


def _own_entry(entry: Node, catalogue: Sequence[Rule]) -> Words:
    """``{rule: ECSNET201, reason: …}``, of one rule or of a list; or the text of a comment."""
    if not isinstance(entry, Table):
        return own_words(_text(entry), catalogue)
    rules, reason = entry.get("rule"), entry.get("reason")
    unknown = [key for key in entry.pairs if key not in ("rule", "reason")]
    if rules is None or unknown:
        return Words("ecsnet", (), wrong="write: {rule: RULE, reason: TEXT}")
    words = own_words(", ".join(map(_text, _entries(rules))), catalogue)
    return Words("ecsnet", words.choices, _text(reason).strip(), wrong=words.wrong)


def _get(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = node.get(key) if isinstance(node, Table) else None
    return node


def _entries(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Items) else (node,) if node is not None else ()


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
