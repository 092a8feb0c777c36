"""What edits change, as a unified diff. Where is known, so no lines are compared: large files take no longer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ecsnet.cloudformation.document import encoding_of
from ecsnet.fixes.apply import Rewrite

_AROUND = 3

Change = tuple[int, int, int, int]
"""Lines of the old text and of the new one: each from the first up to the last, exclusive, from 0."""


def diff(rewrites: Iterable[Rewrite]) -> Iterator[str]:
    """As ``patch -p1`` and ``git apply`` take it; line by line, ends of lines included."""
    for rewrite in rewrites:
        before, after = _lines(rewrite.before), _lines(rewrite.after)
        changes = [change for one in _touched(rewrite) if (change := _trimmed(one, before, after))]
        name = rewrite.file.lstrip("/")
        yield f"--- a/{name}\n"
        yield f"+++ b/{name}\n"
        for hunk in _hunks(changes):
            yield from _shown(hunk, before, after)


def _lines(text: bytes) -> list[str]:
    lines = text.decode(encoding_of(text)[0], "surrogateescape").split("\n")
    return [line + "\n" for line in lines[:-1]] + lines[-1:] * bool(lines[-1])


def _touched(rewrite: Rewrite) -> list[Change]:
    """The lines that edits are on, those of edits on the same lines together."""
    text, encoding = rewrite.before, encoding_of(rewrite.before)[0]
    found: list[Change] = []
    line, more, at = 0, 0, 0
    for start, end, new in rewrite.spots:
        line += text[at:start].decode(encoding, "surrogateescape").count("\n")
        gone = text[start:end].decode(encoding, "surrogateescape").count("\n")
        first, last = line, line + gone + 1
        made = first + more, last + more + new.count("\n") - gone
        if found and first < found[-1][1]:
            first, made = found[-1][0], (found[-1][2], made[1])
            found.pop()
        found.append((first, last, *made))
        line, more, at = line + gone, more + new.count("\n") - gone, end
    return found


def _trimmed(change: Change, before: list[str], after: list[str]) -> Change | None:
    """Without lines at its beginning and end that stay the same; ``None`` where all do."""
    first, last, start, end = change
    last, end = min(last, len(before)), min(end, len(after))
    while first < last and start < end and before[first] == after[start]:
        first, start = first + 1, start + 1
    while first < last and start < end and before[last - 1] == after[end - 1]:
        last, end = last - 1, end - 1
    return (first, last, start, end) if first < last or start < end else None


def _hunks(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes so near to each other that the lines around them meet."""
    hunk: list[Change] = []
    for change in changes:
        if hunk and change[0] - hunk[-1][1] > 2 * _AROUND:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _shown(hunk: list[Change], before: list[str], after: list[str]) -> Iterator[str]:
    first, last = max(hunk[0][0] - _AROUND, 0), min(hunk[-1][1] + _AROUND, len(before))
    start, end = hunk[0][2] - (hunk[0][0] - first), hunk[-1][3] + (last - hunk[-1][1])
    yield f"@@ -{_range(first, last)} +{_range(start, end)} @@\n"
    for old, past, new, beyond in hunk:
        yield from (_marked(" ", line) for line in before[first:old])
        yield from (_marked("-", line) for line in before[old:past])
        yield from (_marked("+", line) for line in after[new:beyond])
        first = past
    yield from (_marked(" ", line) for line in before[first:last])


def _range(first: int, last: int) -> str:
    """An empty one is behind the line it names."""
    return f"{first + 1 if last > first else first},{last - first}"


def _marked(mark: str, line: str) -> str:
    return f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"
