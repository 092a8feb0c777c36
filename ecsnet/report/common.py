"""What reports for other tools have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ecsnet.findings import Finding
from ecsnet.fingerprints import relative
from ecsnet.report.source import printable

_MAX_NAMES = 200
_MAX_STEPS = 100


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """By level; those of a level stay in the order of the report."""
    return sorted(findings, key=lambda finding: -finding.level.rank)


def statement(finding: Finding) -> str:
    """The message, after the address of the resource where that is no word of it; on one line."""
    message, address = printable(finding.message), printable(finding.resource.address)
    named = any(name for _, name in words(message, [address]))
    return message if named else f"{address}: {message}"


def steps(finding: Finding, base: str) -> Iterator[str]:
    """Lines: the path, numbered, with files named from ``base``; the first hundred of it."""
    for number, hop in enumerate(finding.path[:_MAX_STEPS], start=1):
        named = f"{printable(hop.resource)}: " if hop.resource else ""
        place = f"{printable(relative(hop.span.file, base))}:{hop.span.start_line}"
        yield f"{number}. {named}{printable(hop.message)} ({place})"
    if len(finding.path) > _MAX_STEPS:
        yield f"and {len(finding.path) - _MAX_STEPS} more"


def words(text: str, names: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """``text`` in pieces, and of each whether it is one of ``names``, standing as a word of its own."""
    known = sorted({name for name in names[:_MAX_NAMES] if name}, key=len, reverse=True)
    at = 0
    if known:
        choice = "|".join(map(re.escape, known))
        for match in re.finditer(rf"(?<![^\s(])(?:{choice})(?=[\s),;:]|'s\b|\.?(?:\s|$))", text):
            if match.start() > at:
                yield text[at : match.start()], False
            yield match[0], True
            at = match.end()
    if at < len(text):
        yield text[at:], False


def clipped(text: str, most: int) -> str:
    """At most so many characters."""
    return text if len(text) <= most else text[: max(most - 1, 0)] + "\u2026"


def first_paragraph(text: str) -> str:
    """Of advice in Markdown: without the code that follows."""
    first = " ".join(text.strip().split("\n\n")[0].split())
    return first[:-1] + "." if first.endswith(":") else first
