"""Findings that the user accepts where they are: comments and metadata, in the words of ecsnet, Checkov and cfn-lint.

A suppression is about a piece of a file, its scope. It holds for a finding that has a place there: where the finding
is decided, where its resource is declared, or where a module or nested stack is called that declares it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from ecsnet import disk
from ecsnet.findings import Finding, Passed, Rule, Suppressed, Undecided, Unused, Verdict
from ecsnet.records import dataclass, field
from ecsnet.resources import Language
from ecsnet.suppressions.directives import MARKS, MAX_DIRECTIVES, Choice, Directive
from ecsnet.values import Span

_MAX_BYTES = 16_000_000
_ORDER = ("ecsnet", "checkov", "cfn-lint")


def places(verdict: Verdict) -> Iterator[Span]:
    """All that a verdict is about: where it is decided, its resource, and what calls for that."""
    if not isinstance(verdict, Passed):
        yield verdict.span
    yield verdict.resource.header
    yield from (call.span for call in verdict.resource.calls)


def read(path: str, language: Language, catalogue: Sequence[Rule], content: bytes | None = None) -> list[Directive]:
    """Those of one file, in order, up to one too many. ``content``: where it is not that of the file."""
    data = _read(path) if content is None else content
    plain = data.replace(b"\0", b"") if b"\0" in data[:4] else data
    if not any(mark in plain for mark in MARKS):
        return []
    if language == "cloudformation":
        from ecsnet.suppressions.templates import in_template

        return list(islice(in_template(path, data, catalogue), MAX_DIRECTIVES + 1))
    if path.endswith((".tf", ".tofu", ".tf.json", ".tofu.json")):
        from ecsnet.suppressions.terraform import in_hcl, in_json
        from ecsnet.terraform.source import Source

        found = (in_json if path.endswith(".json") else in_hcl)(Source(path, data), catalogue)
        return list(islice(found, MAX_DIRECTIVES + 1))
    return []


def _read(path: str) -> bytes:
    """Nothing where it cannot be read: the front end says that."""
    try:
        return disk.regular(path, _MAX_BYTES)
    except (OSError, ValueError):
        return b""


@dataclass(slots=True)
class Suppressions:
    """Those of the files of a scan, by real path. ``ran``: the rules that every root with the file was asked."""

    directives: dict[str, list[Directive]] = field(default_factory=dict)
    ran: dict[str, frozenset[str]] = field(default_factory=dict)
    _real: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, language: Language, rules: frozenset[str], content: bytes | None = None) -> None:
        """A file of a root, and the ids of the rules that the root is asked about it."""
        from ecsnet.rules import CATALOGUE

        real = self._realpath(path)
        self.ran[real] = self.ran.get(real, rules) & rules
        if real not in self.directives:
            self.directives[real] = read(path, language, CATALOGUE, content)

    def apply(
        self, findings: Sequence[Finding], undecided: Iterable[Undecided], *, proven: bool
    ) -> tuple[Sequence[Finding], list[Suppressed], list[Unused]]:
        """The findings that stay, those that are suppressed, and what suppresses nothing.

        ``proven``: all was read, so that what was not found is not there.
        """
        index = self._index()
        if not any(self.directives.values()):
            return findings, [], []
        kept: list[Finding] = []
        suppressed: list[Suppressed] = []
        used: set[_Use] = set()
        for finding in findings:
            found = list(self._holding(finding, index))
            used.update(_use(directive, choice) for directive, choice in found)
            if found:
                first, _ = min(found, key=lambda pair: _ORDER.index(pair[0].by))
                suppressed.append(Suppressed(finding, first.by, first.reason, first.span))
            else:
                kept.append(finding)
        for verdict in undecided:
            used.update(_use(directive, choice) for directive, choice in self._holding(verdict, index))
        unused = [
            Unused(directive.span, message)
            for real, directives in self.directives.items()
            for directive, message in self._idle(real, directives, used, proven)
        ]
        return kept, suppressed, sorted(unused, key=lambda one: (one.span.file, one.span.start_line, one.message))

    def _idle(
        self, real: str, directives: Sequence[Directive], used: set[_Use], proven: bool
    ) -> Iterator[tuple[Directive, str]]:
        """Those of ecsnet's own that suppress nothing, and why.

        Nothing is said of rules that were not asked or could not decide, nor of modules that Terraform downloads.
        """
        if f"{os.sep}.terraform{os.sep}" in real:
            return
        for directive in directives[:MAX_DIRECTIVES]:
            if directive.by != "ecsnet":
                continue
            if directive.wrong:
                yield directive, directive.wrong
                continue
            idle = [choice for choice in directive.choices if _use(directive, choice) not in used]
            names = ", ".join(choice.text for choice in idle if _was_asked(choice, self.ran[real]))
            if names and directive.scope is None:
                yield directive, f"{names}: it is in no block, nor above one"
            elif names and proven:
                yield directive, f"{names}: there is no such finding"
        if len(directives) > MAX_DIRECTIVES:
            yield directives[MAX_DIRECTIVES], f"only the first {MAX_DIRECTIVES} suppressions of a file hold"

    def _index(self) -> _Index:
        index: dict[tuple[str, str], list[tuple[Directive, Choice]]] = {}
        for real, directives in self.directives.items():
            for directive in directives[:MAX_DIRECTIVES]:
                for choice in directive.choices if directive.scope else ():
                    for rule in choice.ids:
                        index.setdefault((real, rule), []).append((directive, choice))
        return index

    def _holding(self, verdict: Verdict, index: _Index) -> Iterator[tuple[Directive, Choice]]:
        for span in dict.fromkeys(places(verdict)):
            for directive, choice in index.get((self._realpath(span.file), verdict.rule.id), ()):
                if directive.scope is not None and directive.scope.holds(span.start_line, span.start_column):
                    yield directive, choice

    def _realpath(self, path: str) -> str:
        if path not in self._real:
            self._real[path] = os.path.realpath(path)
        return self._real[path]


_Use = tuple[int, str]
"""A directive, by its identity, and one of the rules that it names."""

_Index = Mapping[tuple[str, str], Sequence[tuple[Directive, Choice]]]
"""What may hold, by file and rule."""


def _use(directive: Directive, choice: Choice) -> _Use:
    return id(directive), choice.text


def _was_asked(choice: Choice, ran: frozenset[str]) -> bool:
    """Whether all rules were asked that it means; those of a family that are opt-in need not be."""
    from ecsnet.rules import CATALOGUE

    opt_in = {rule.id for rule in CATALOGUE if rule.opt_in} if len(choice.ids) > 1 else set()
    return bool(choice.ids & ran) and choice.ids - ran <= opt_in
