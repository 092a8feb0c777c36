"""What would mend findings, as edits of the files that were scanned."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from ecsnet.cloudformation.document import decode, encoding_of, snippet
from ecsnet.cloudformation.nodes import Document
from ecsnet.files import SKIPPED, TERRAFORM
from ecsnet.findings import Change, Edit, Finding, NatPerZone
from ecsnet.fixes import cloudformation, terraform
from ecsnet.fixes.pieces import Piece
from ecsnet.fixes.uses import Uses
from ecsnet.records import dataclass, field, replace
from ecsnet.terraform.folders import read_bytes
from ecsnet.terraform.json_syntax import parse_json
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import ParsedFile, parse

_NOT_OWN = SKIPPED | {"cdk.out", "cdktf.out", ".aws-sam"}
"""Folders of what tools fetch, or make anew each time."""


@dataclass(frozen=True, slots=True)
class _Template:
    """A template's text, without byte order mark, and its nodes."""

    content: bytes
    text: str
    document: Document

    def edit(self, piece: Piece, safe: bool) -> Edit:
        encoding, begin = encoding_of(self.content)
        start = begin + len(self.text[: piece.start].encode(encoding))
        end = start + len(self.text[piece.start : piece.end].encode(encoding))
        span = self.document.span(piece.start, piece.end)
        return Edit(span, start, end, piece.text, safe, self.content)


@dataclass(slots=True)
class Resolver:
    """Reads each file once more, when the first edit of it is asked for. ``paths``: what was scanned."""

    uses: Uses
    paths: Sequence[str]
    _modules: dict[str, ParsedFile | None] = field(default_factory=dict)
    _templates: dict[str, _Template | None] = field(default_factory=dict)

    def with_edits(self, finding: Finding) -> Finding:
        """The finding with the edits that make its changes: all of them, or none.

        None where it holds in a scenario only: in others the change may be wrong.
        """
        if not finding.changes or finding.scenario:
            return finding
        edits: list[Edit] = []
        for change in finding.changes:
            found = None if change.resource.construct else self._edits(change)
            if found is None:
                return finding
            edits += found
        return replace(finding, edits=tuple(sorted(edits, key=lambda edit: (edit.span.file, edit.start, edit.end))))

    def _edits(self, change: Change) -> list[Edit] | None:
        resource = change.resource
        if isinstance(change, NatPerZone):
            call = resource.calls[-1] if resource.calls else None
            if resource.language != "terraform" or call is None or not self.uses.called_once(call):
                return None
            module = self._module(call.span.file)
            return _placed(module, terraform.nat_per_zone(module, call.span), change.safe) if module else None
        if not self.uses.alone(resource):
            return None
        if resource.language == "terraform":
            module = self._module(resource.header.file)
            return _placed(module, terraform.setting(module, change), change.safe) if module else None
        template = self._template(resource.header.file)
        pieces = cloudformation.setting(template.text, template.document, change) if template else None
        return [template.edit(piece, change.safe) for piece in pieces] if template and pieces is not None else None

    def _module(self, file: str) -> ParsedFile | None:
        if file not in self._modules:
            found: ParsedFile | None = None
            if file.endswith(TERRAFORM) and is_own(file, self.paths):
                source = Source(file, _content(file))
                found = parse_json(source) if file.endswith(".json") else parse(source)
            self._modules[file] = found if found and not found.problems else None
        return self._modules[file]

    def _template(self, file: str) -> _Template | None:
        if file not in self._templates:
            self._templates[file] = _read_template(file) if is_own(file, self.paths) else None
        return self._templates[file]


def with_edits(findings: Iterable[Finding], uses: Uses, paths: Sequence[str]) -> Iterator[Finding]:
    """The findings, with edits where they have any. ``paths``: what was scanned: nothing else is edited."""
    resolver = Resolver(uses, paths)
    return map(resolver.with_edits, findings)


def is_own(file: str, paths: Sequence[str]) -> bool:
    """Whether a file, links resolved, is in what was scanned and no copy that a tool made."""
    real = os.path.realpath(file)
    for path in paths:
        root = os.path.realpath(path if os.path.isdir(path) else os.path.dirname(path) or ".")
        if real.startswith(os.path.join(root, "")) and os.path.isfile(real):
            return _NOT_OWN.isdisjoint(os.path.relpath(real, root).split(os.sep))
    return False


def _placed(module: ParsedFile, pieces: Iterable[Piece] | None, safe: bool) -> list[Edit] | None:
    source = module.source
    if pieces is None:
        return None
    return [Edit(source.span(one.start, one.end), one.start, one.end, one.text, safe, source.text) for one in pieces]


def _content(file: str) -> bytes:
    """What cannot be read any more has no blocks."""
    try:
        return read_bytes(file)
    except (OSError, ValueError):
        return b""


def _read_template(file: str) -> _Template | None:
    """``None`` for one that has YAML's aliases too: what is written once may then stand in several places."""
    content = _content(file)
    document = snippet(file, content)
    if not isinstance(document, Document):
        return None
    text = decode(content)[0]
    return None if _has_aliases(text) else _Template(content, text, document)


def _has_aliases(text: str) -> bool:
    import yaml

    if text.lstrip().startswith("{"):
        return False
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        return any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=loader))
    except yaml.YAMLError:
        return True
