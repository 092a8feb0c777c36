"""JSON text to values that know where they stand. RFC 8259, with the place and the reason of what is wrong."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NoReturn, Union

from ecsnet.records import dataclass
from ecsnet.terraform.parser import SyntaxProblem, number_of
from ecsnet.terraform.source import Source, decoded

MAX_DEPTH = 100

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*)"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ESCAPE = re.compile(r"((?:\\u[0-9A-Fa-f]{4})+)|\\(.)")
_WORDS = {"true": True, "false": False, "null": None}
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Scalar:
    start: int
    end: int
    value: bool | int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class Array:
    start: int
    end: int
    items: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Object:
    """``items`` are in the order of the text; a key may be there twice."""

    start: int
    end: int
    items: tuple[tuple[Scalar, Json], ...]


Json = Union[Scalar, Array, Object]


def read(source: Source) -> Json:
    """The one value that the text is; raises ``SyntaxProblem``."""
    reader = _Reader(source)
    value = reader.value(0)
    if reader.position < reader.end:
        reader.fail("the end of the file")
    return value


class _Reader:
    def __init__(self, source: Source) -> None:
        self.text = source.latin
        self.end = len(self.text)
        self.position = source.begin
        self._space()

    def _space(self) -> None:
        space = _SPACE.match(self.text, self.position)
        self.position = space.end() if space else self.position

    def fail(self, expected: str) -> NoReturn:
        if self.position >= self.end:
            raise SyntaxProblem(self.position, f"{expected} expected before the end of the file")
        near = decoded(self.text[self.position : self.position + 12].split("\n")[0])
        raise SyntaxProblem(self.position, f"{expected} expected, not {near!r}")

    def _take(self, mark: str) -> bool:
        if not self.text.startswith(mark, self.position):
            return False
        self.position += 1
        self._space()
        return True

    def value(self, depth: int) -> Json:
        if depth > MAX_DEPTH:
            raise SyntaxProblem(self.position, f"nested more than {MAX_DEPTH} levels deep")
        start = self.position
        if self._take("{"):
            return self._object(start, depth)
        if self._take("["):
            return self._array(start, depth)
        if self.text.startswith('"', start):
            return self.string("a string")
        number = _NUMBER.match(self.text, start)
        if number:
            self._past(number.end())
            return Scalar(start, number.end(), number_of(number.group(), start))
        word = next((word for word in _WORDS if self.text.startswith(word, start)), None)
        if word is None:
            self.fail("a value")
        self._past(start + len(word))
        return Scalar(start, start + len(word), _WORDS[word])

    def _past(self, position: int) -> None:
        self.position = position
        self._space()

    def string(self, expected: str) -> Scalar:
        found = _STRING.match(self.text, self.position)
        if found is None:
            self.fail(expected)
        self._past(found.end())
        return Scalar(found.start(), found.end(), _unescape(found.group(1)))

    def _object(self, start: int, depth: int) -> Json:
        items: list[tuple[Scalar, Json]] = []
        while not self.text.startswith("}", self.position):
            if items and not self._take(","):
                self.fail("',' or '}'")
            key = self.string("a key in double quotes")
            if not self._take(":"):
                self.fail("':' after the key")
            items.append((key, self.value(depth + 1)))
        end = self.position + 1
        self._past(end)
        return Object(start, end, tuple(items))

    def _array(self, start: int, depth: int) -> Json:
        items: list[Json] = []
        while not self.text.startswith("]", self.position):
            if items and not self._take(","):
                self.fail("',' or ']'")
            items.append(self.value(depth + 1))
        end = self.position + 1
        self._past(end)
        return Array(start, end, tuple(items))


def _unescape(text: str) -> str:
    if "\\" not in text:
        return decoded(text)

    def replaced(match: re.Match[str]) -> str:
        units, short = match.groups()
        if units is None:
            return _SHORT.get(short, short)
        raw = b"".join(int(unit, 16).to_bytes(2, "big") for unit in units.split("\\u")[1:])
        return raw.decode("utf-16-be", "replace").encode().decode("latin-1")

    return decoded(_ESCAPE.sub(replaced, text))
