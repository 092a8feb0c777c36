"""Version constraints, as a range of versions that meet all of them.

https://developer.hashicorp.com/terraform/language/expressions/version-constraints
"""

from __future__ import annotations

import re

from ecsnet.records import dataclass

Version = tuple[int, ...]

_VERSION = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){0,5})(?:[-+][\w.+-]*)?")
_CONSTRAINT = re.compile(r"\s*(=|!=|>=|>|<=|<|~>)?\s*(" + _VERSION.pattern + r")\s*")


@dataclass(frozen=True, slots=True)
class Range:
    """From ``low`` to ``high``; ``with_low`` and ``with_high``: themselves included. Without ``high``: no end."""

    low: Version = ()
    high: Version | None = None
    with_low: bool = True
    with_high: bool = False
    excluded: frozenset[Version] = frozenset()

    def meets(self, other: Range) -> bool:
        """Whether some version may lie in both."""
        low, with_low = _tighter((self.low, self.with_low), (other.low, other.with_low), highest=True)
        ends = [(r.high, r.with_high) for r in (self, other) if r.high is not None]
        if not ends:
            return True
        high, with_high = ends[0] if len(ends) == 1 else _tighter(ends[0], ends[1], highest=False)
        if low != high:
            return low < high
        return with_low and with_high and low not in self.excluded | other.excluded


def _tighter(a: tuple[Version, bool], b: tuple[Version, bool], *, highest: bool) -> tuple[Version, bool]:
    if a[0] == b[0]:
        return a[0], a[1] and b[1]
    return max(a, b) if highest else min(a, b)


def version(text: str) -> Version | None:
    """``1.2.0`` and ``v1.2`` are the same. What follows the numbers does not count; ``None`` for what is no version."""
    match = _VERSION.fullmatch(text.strip())
    return _trimmed(match[1]) if match else None


def constraints(text: str) -> Range | None:
    """The versions that ``">= 1.2, < 2.0"`` admits; ``None`` for what is no list of constraints."""
    result = Range()
    for part in text.split(",")[:100]:
        match = _CONSTRAINT.fullmatch(part)
        if match is None:
            return None
        result = _and(result, match[1] or "=", match[2])
    return result


def _and(so_far: Range, operator: str, written: str) -> Range:
    match = _VERSION.fullmatch(written)
    numbers = [int(number) for number in match[1].split(".")] if match else []
    at = _plain(numbers)
    if operator == "!=":
        return Range(so_far.low, so_far.high, so_far.with_low, so_far.with_high, so_far.excluded | {at})
    low, with_low, high, with_high = so_far.low, so_far.with_low, so_far.high, so_far.with_high
    if operator in ("=", ">", ">=", "~>"):
        low, with_low = _tighter((low, with_low), (at, operator != ">"), highest=True)
    if operator in ("=", "<", "<=", "~>"):
        last, with_last = at, operator != "<"
        if operator == "~>":
            last, with_last = _plain([*numbers[:-2], numbers[-2] + 1] if len(numbers) > 1 else [numbers[0] + 1]), False
        high, with_high = (
            (last, with_last) if high is None else _tighter((high, with_high), (last, with_last), highest=False)
        )
    return Range(low, high, with_low, with_high, so_far.excluded)


def _trimmed(text: str) -> Version:
    return _plain([int(number) for number in text.split(".")])


def _plain(numbers: list[int]) -> Version:
    """Without zeros at the end: tuples then compare as versions do."""
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return tuple(numbers)
