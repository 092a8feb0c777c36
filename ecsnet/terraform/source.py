"""The text of one file and the way from byte offsets to lines and columns."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from ecsnet.values import Span

_BOM = b"\xef\xbb\xbf"


class Source:
    """``path`` is what spans show; ``text`` is the file as it is on disk.

    ``latin`` is the text with one character a byte, so that what is found at an index of it is at that byte of the
    file; :func:`decoded` turns a piece of it into what it says.
    """

    def __init__(self, path: str, text: bytes) -> None:
        self.path = path
        self.text = text

    @cached_property
    def latin(self) -> str:
        return self.text.decode("latin-1")

    @property
    def begin(self) -> int:
        """The offset of the first character that is not a byte order mark."""
        return len(_BOM) if self.text.startswith(_BOM) else 0

    @cached_property
    def _lines(self) -> list[int]:
        starts = [self.begin]
        position = self.text.find(b"\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find(b"\n", position + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, columns in characters, of a byte offset."""
        line = max(bisect_right(self._lines, offset), 1)
        return line, len(decoded_bytes(self.text[self._lines[line - 1] : offset])) + 1

    def offset(self, line: int, column: int) -> int:
        """The byte offset of a line and column: the reverse of :meth:`position`."""
        start = self._lines[line - 1]
        return start + len(decoded_bytes(self.text[start : start + 4 * column])[: column - 1].encode())

    def span(self, start: int, end: int) -> Span:
        """From byte ``start`` up to byte ``end``, exclusive."""
        return Span(self.path, *self.position(start), *self.position(end))


def decoded_bytes(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def composed(text: str) -> str:
    """Unicode's composed form, in which Terraform holds strings."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFC", text)


def decoded(latin: str) -> str:
    """What a piece of :attr:`Source.latin` says, as Terraform holds it."""
    return latin if latin.isascii() else composed(decoded_bytes(latin.encode("latin-1")))
