"""Regular expressions that match in bounded time, whatever the pattern: RE2's, as far as Python matches them alike.

https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from ecsnet.values import Unknown


class InvalidPatternError(Exception):
    """The pattern is no regular expression."""


MAX_PATTERN = 1_000
MAX_WORK = 5_000_000
"""Steps that a match may take at most, by the number of ways to divide the input among the quantifiers."""
_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": r"\x00-\x7f", "blank": r"\t ", "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "space": r"\t\n\v\f\r ",
    "upper": "A-Z", "word": r"0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_QUANTIFIER = re.compile(r"[*+?]|\{(\d+)(,?)(\d*)\}")
_ESCAPES = {"z": r"\Z", "s": r"[\t\n\f\r ]", "S": r"[^\t\n\f\r ]"}


class _RefusedError(Exception):
    """Python may match this otherwise than RE2, or take too long."""


class _Translation:
    """RE2 into Python's syntax; ``variable`` counts what may match more than one way."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.position = 0
        self.out: list[str] = []
        self.multiline = False
        self.variable = self._sequence(0)

    def _sequence(self, depth: int) -> int:
        if depth > 50:
            raise _RefusedError
        variable = 0
        while self.position < len(self.pattern):
            character = self.pattern[self.position]
            if character == ")":
                break
            if character == "|":
                self.position += 1
                self.out.append("|")
                variable += 1
                continue
            variable += self._quantified(self._atom(character, depth))
        return variable

    def _quantified(self, inner: int) -> int:
        match = _QUANTIFIER.match(self.pattern, self.position)
        if not match:
            return inner
        self.position = match.end()
        lazy = self.pattern[self.position : self.position + 1] == "?"
        self.position += lazy
        if _QUANTIFIER.match(self.pattern, self.position):
            raise _RefusedError
        self.out.append(match[0] + ("?" if lazy else ""))
        if match[1] and not match[2]:
            if int(match[1]) > 1000:
                raise InvalidPatternError("invalid repeat count")
            return inner * int(match[1])
        if inner and match[0] != "?":
            raise _RefusedError
        return inner + 1

    def _atom(self, character: str, depth: int) -> int:
        self.position += 1
        if character == "(":
            return self._group(depth)
        if character == "[":
            self._bracket()
        elif character == "\\":
            self.out.append(self._escape())
        elif character == "$":
            self.out.append("$" if self.multiline else r"\Z")
        else:
            self.out.append(character)
        return 0

    def _group(self, depth: int) -> int:
        head = re.compile(r"\?(?:P?<([A-Za-z_]\w*)>|:)|\?([ims]+)(\)|:)").match(self.pattern, self.position)
        if head:
            self.position = head.end()
            if head[2]:
                self.multiline = self.multiline or "m" in head[2]
                if head[3] == ")" and head.start() != 1:
                    raise _RefusedError
                self.out.append(f"(?{head[2]}{head[3]}")
                if head[3] == ")":
                    return 0
            else:
                self.out.append(f"(?P<{head[1]}>" if head[1] else "(?:")
        elif self.pattern.startswith("?", self.position):
            raise _RefusedError
        else:
            self.out.append("(")
        variable = self._sequence(depth + 1)
        if not self.pattern.startswith(")", self.position):
            raise InvalidPatternError("invalid regexp pattern: missing closing )")
        self.position += 1
        self.out.append(")")
        return variable

    def _escape(self) -> str:
        character = self.pattern[self.position : self.position + 1]
        self.position += 1
        if character in _ESCAPES:
            return _ESCAPES[character]
        if character and (character in "dDwWbBAnrtfv" or (not character.isalnum() and character.isascii())):
            return "\\" + character
        raise _RefusedError

    def _bracket(self) -> None:
        self.out.append("[")
        if self.pattern.startswith("^", self.position):
            self.position += 1
            self.out.append("^")
        first = True
        while self.position < len(self.pattern):
            character = self.pattern[self.position]
            named = re.compile(r"\[:(\w+):\]").match(self.pattern, self.position)
            self.position += 1
            if character == "]" and not first:
                self.out.append("]")
                return
            first = False
            if named:
                if named[1] not in _CLASSES:
                    raise InvalidPatternError("invalid regexp pattern: invalid character class range")
                self.position = named.end()
                self.out.append(_CLASSES[named[1]])
            elif character == "\\":
                escaped = self._escape()
                if escaped.startswith("[^") or escaped in (r"\Z", r"\b", r"\B", r"\A"):
                    raise _RefusedError
                self.out.append(escaped.strip("[]") if escaped.startswith("[") else escaped)
            else:
                self.out.append("\\" + character if character in "[]&~|" else character)
        raise InvalidPatternError("invalid regexp pattern: missing closing ]")


@lru_cache(maxsize=256)
def _compile(pattern: str) -> tuple[re.Pattern[str], int] | None:
    if len(pattern) > MAX_PATTERN:
        return None
    try:
        translation = _Translation(pattern)
        if translation.position < len(pattern):
            raise InvalidPatternError("invalid regexp pattern: unexpected )")
        return re.compile("".join(translation.out), re.ASCII), translation.variable
    except (_RefusedError, RecursionError, OverflowError):
        return None
    except re.error as error:
        raise InvalidPatternError(f"invalid regexp pattern: {error}") from None


def ready(pattern: str, text: str) -> re.Pattern[str] | Unknown:
    """The expression to match ``text`` with; unknown where Python may match otherwise than RE2, or slowly.

    :raises InvalidPatternError: it is no regular expression
    """
    compiled = _compile(pattern)
    if compiled is None:
        return Unknown("the regular expression is not one that can be evaluated here")
    expression, variable = compiled
    size = len(text) + 1
    if variable and (variable > 50 or math.comb(size + variable, min(variable + 1, size + variable)) > MAX_WORK):
        return Unknown("the regular expression may take too long on this text")
    return expression
