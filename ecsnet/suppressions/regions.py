"""Which piece of a file a comment is about: the blocks of the file, one in another, and a comment among them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Literal

Extent = tuple[int, int]
"""Offsets; the second is one past the last."""

MAX_LINES = 200
"""Of comments between a comment and the block below it, or above."""

_INDENT = re.compile(r"[ \t]*")
_ENTRY = re.compile(r"[ \t]*((?:-[ \t]+)*)")


class Regions:
    """Extents that are nested or apart."""

    def __init__(self, extents: Iterable[Extent]) -> None:
        self._all = sorted(set(extents), key=lambda extent: (extent[0], -extent[1]))
        self._starts = [start for start, _ in self._all]
        self._around: list[int] = []
        open_: list[int] = []
        for number, (start, _) in enumerate(self._all):
            while open_ and self._all[open_[-1]][1] <= start:
                open_.pop()
            self._around.append(open_[-1] if open_ else -1)
            open_.append(number)

    def around(self, start: int, end: int) -> list[Extent]:
        """Those that hold all from ``start`` up to ``end``, innermost first."""
        found: list[Extent] = []
        number = bisect_right(self._starts, start) - 1
        while number >= 0:
            if end <= self._all[number][1]:
                found.append(self._all[number])
            number = self._around[number]
        return found

    def at(self, start: int) -> Extent | None:
        """The largest that begins there."""
        number = bisect_left(self._starts, start)
        return self._all[number] if number < len(self._all) and self._starts[number] == start else None


def region_of(text: str, comment: Extent, regions: Regions, language: Literal["hcl", "yaml"]) -> Extent | None:
    """At the end of a line: the innermost block that the line is of. On a line of its own: the block right below it,
    else the innermost one around it. Where there is no block, the line; ``None`` where there is none.

    In YAML, where nothing closes a block, a comment after it that is further in than its key is in it too.
    """
    start, end = comment
    row = text.rfind("\n", 0, start) + 1
    code = _code(text, row, start)
    if code is not None:
        return next(iter(regions.around(*code)), (row, _line_end(text, row)))
    below = _below(text, end, language)
    if below is not None and (language == "hcl" or start - row <= _column(text, below[0])):
        block = regions.at(below[1])
        if block is not None:
            return block
    last = _end_above(text, row) if language == "yaml" else start
    for block in regions.around(last, last):
        if start < block[1] or _column(text, block[0]) < start - row:
            return block
    return (below[0], _line_end(text, below[0])) if below is not None else None


def _code(text: str, row: int, end: int) -> Extent | None:
    """What stands before a comment on its line, without marks of entries and commas."""
    last = row + len(text[row:end].rstrip(" \t,"))
    if last <= row or not text[row:last].strip():
        return None
    return min(_first(text, row), last), last


def _first(text: str, row: int) -> int:
    """Where the line that begins at ``row`` says something: after the marks of entries."""
    entry = _ENTRY.match(text, row)
    return entry.end() if entry else row


def _column(text: str, offset: int) -> int:
    """How far in the line of ``offset`` is."""
    indent = _INDENT.match(text, text.rfind("\n", 0, offset) + 1)
    return len(indent[0]) if indent else 0


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _below(text: str, end: int, language: Literal["hcl", "yaml"]) -> tuple[int, int] | None:
    """The first line of code after a comment, with nothing but comments between: where it begins, and its code."""
    marks = ("#", "//") if language == "hcl" else ("#",)
    row = end
    for _ in range(MAX_LINES):
        if row >= len(text):
            return None
        stop = _line_end(text, row)
        line = text[row:stop].strip()
        if language == "hcl" and line.startswith("/*"):
            close = text.find("*/", row)
            if close < 0:
                return None
            row = close + 2
        elif line and not line.startswith(marks):
            return row + len(text[row:stop]) - len(text[row:stop].lstrip()), _first(text, row)
        elif not line and row != end and text[row - 1] == "\n":
            return None
        else:
            row = stop + 1
    return None


def _end_above(text: str, row: int) -> int:
    """The end of the last line above that is neither empty nor a comment."""
    for _ in range(MAX_LINES):
        if row <= 0:
            return 0
        end = row - 1
        row = text.rfind("\n", 0, end) + 1
        line = text[row:end].strip()
        if line and not line.startswith("#"):
            return row + len(text[row:end].rstrip()) - 1
    return 0
