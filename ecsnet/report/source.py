"""Pieces of source as a terminal shows them. What the input holds can neither move the cursor nor hide text."""

from __future__ import annotations

import re

from ecsnet import disk
from ecsnet.records import dataclass
from ecsnet.values import Span

_TAB = 4
_WIDTH = 120
_MAX_FILE = 32_000_000
_ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One line: its text, clipped, and what is underlined: ``offset`` and ``length`` in columns of a terminal."""

    number: int
    text: str
    offset: int = 0
    length: int = 0


class Sources:
    """Reads each file once, when it is first asked for."""

    def __init__(self) -> None:
        self._files: dict[str, list[str]] = {}

    def excerpt(self, span: Span) -> Excerpt | None:
        """The first line of ``span``, with what ``span`` covers of it; ``None`` where there is no such line."""
        line = self._line(span.file, span.start_line)
        if line is None:
            return None
        start = min(max(span.start_column - 1, 0), len(line))
        end = span.end_column - 1 if span.end_line == span.start_line else len(line.rstrip())
        end = max(min(end, len(line)), start)
        head, body, tail = _show(line[:start], 0), "", ""
        body = _show(line[start:end], _width(head))
        tail = _show(line[end:], _width(head) + _width(body)).rstrip()
        return _clip(span.start_line, head, body, tail)

    def _line(self, file: str, number: int) -> str | None:
        if file not in self._files:
            self._files[file] = _read(file)
        lines = self._files[file]
        return lines[number - 1] if 0 < number <= len(lines) else None


def printable(text: str) -> str:
    """``text`` on one line, with characters that a terminal obeys, or that hide or reorder text, written out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _is_shown(character) else _escape(character) for character in text)


def _is_shown(character: str) -> bool:
    # False for controls, formats (bidirectional overrides among them), surrogates, separators and what is unassigned.
    return character.isprintable() or character == "\u3000"


def _escape(character: str) -> str:
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": " "}[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _show(text: str, column: int) -> str:
    """``text`` as it is shown from ``column`` on: tabs become spaces up to the next stop."""
    if "\t" not in text:
        return printable(text)
    shown = ""
    for position, piece in enumerate(text.split("\t")):
        if position:
            shown += " " * (_TAB - (column + _width(shown)) % _TAB)
        shown += printable(piece)
    return shown


def _width(text: str) -> int:
    """Columns that ``text`` takes: two for wide characters, none for marks that combine."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _clip(number: int, head: str, body: str, tail: str) -> Excerpt:
    """A line that is too long is cut around what is underlined."""
    if len(head) + len(body) + len(tail) > _WIDTH:
        if len(body) > _WIDTH - 20:
            body, tail = body[: _WIDTH - 20 - len(_ELLIPSIS)] + _ELLIPSIS, ""
        room = _WIDTH - len(body)
        if len(head) > room - min(len(tail), 20):
            head = _ELLIPSIS + head[-(room - min(len(tail), 20) - len(_ELLIPSIS)) :]
        if len(tail) > _WIDTH - len(head) - len(body):
            tail = tail[: max(_WIDTH - len(head) - len(body) - len(_ELLIPSIS), 0)] + _ELLIPSIS
    return Excerpt(number, head + body + tail, _width(head), max(_width(body), 1))


def _read(file: str) -> list[str]:
    """The lines of a file; none where it cannot be read: the finding stands without them."""
    try:
        content = disk.regular(file, _MAX_FILE)
    except (OSError, ValueError):
        return []
    encoding = "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    return re.split(r"\r\n|\n", content.decode(encoding, "replace"))
