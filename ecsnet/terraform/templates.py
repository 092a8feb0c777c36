"""Templates: quoted strings, heredocs and template files.

A template is first cut into pieces, literal text, interpolations and directives, to which strip markers and the
indentation of ``<<-`` apply, then built into a tree. As in Terraform's own scanner a piece of literal text ends with
its line in heredocs and files, so that a strip marker reaches no further than the line it is on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn
from typing import Literal as Choice

from ecsnet.records import dataclass
from ecsnet.terraform.ast import Expression, Literal, Template, TemplateFor, TemplateIf
from ecsnet.terraform.source import decoded

if TYPE_CHECKING:
    from ecsnet.terraform.parser import Parser

_QUOTED = re.compile(r'[^"\\$%\n\r]+|\$\$\{|%%\{|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\[nrt"\\]|[$%](?!\{)|\r(?!\n)')
_PLAIN = re.compile(r"[^$%\n]+|\$\$\{|%%\{|[$%](?!\{)")
_HEREDOC = re.compile(r"([A-Za-z_\x80-\xff][\w\x80-\xff-]*)[ \t]*\r?\n", re.ASCII)
_SIMPLE = re.compile(r'"([^"\\$%\n\r]*)"')
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_INDENT = re.compile(r"\s*")


@dataclass(slots=True)
class _Piece:
    """``kind`` is ``text``, ``value`` or the word of a directive. ``names`` are those of a ``for``."""

    kind: str
    start: int
    end: int
    text: str = ""
    value: Expression | None = None
    names: tuple[str | None, str] = (None, "")


def quoted(parser: Parser) -> Expression:
    """The template whose opening quote is the current token."""
    start = parser.start
    simple = _SIMPLE.match(parser.text, start, parser.end)
    if simple:
        parser.resume(simple.end())
        return Literal(start, simple.end(), decoded(simple.group(1)))
    lines = parser.lines
    pieces, position = _cut(parser, parser.stop, "quoted", "")
    parser.lines = lines
    parser.resume(position)
    return _template(start, position, pieces, parser)


def heredoc(parser: Parser) -> Expression:
    """The heredoc whose ``<<`` is the current token."""
    start, flush, lines = parser.start, parser.kind == "<<-", parser.lines
    opening = _HEREDOC.match(parser.text, parser.stop, parser.end)
    if opening is None:
        parser.advance()
        parser.fail("the marker of a heredoc and a new line")
    pieces, position = _cut(parser, opening.end(), "heredoc", opening.group(1))
    if flush:
        _flush(pieces)
    parser.lines = lines
    parser.resume(position)
    return _template(start, position, pieces, parser)


def bare(parser: Parser, start: int) -> Template:
    """The template that a file is."""
    end = parser.end
    pieces, _ = _cut(parser, start, "bare", "")
    return Template(start, end, _Builder(parser, pieces).parts(()))


def _template(start: int, end: int, pieces: list[_Piece], parser: Parser) -> Expression:
    if all(piece.kind == "text" for piece in pieces):
        return Literal(start, end, "".join(piece.text for piece in pieces))
    return Template(start, end, _Builder(parser, pieces).parts(()))


def _cut(
    parser: Parser, position: int, form: Choice["quoted", "heredoc", "bare"], marker: str
) -> tuple[list[_Piece], int]:
    """The pieces of the template that begins at ``position``, and where it ends, past the closing quote or marker."""
    text, end = parser.text, parser.end
    pattern = _QUOTED if form == "quoted" else _PLAIN
    begin = position
    pieces: list[_Piece] = []
    strip = False
    line_start = True
    while True:
        if form == "heredoc" and line_start:
            # An expression cut out of its file may end with the marker: the new line that must follow it is beyond.
            stop = text.find("\n", position)
            if stop < 0 or (text[position:stop].strip() != marker and stop >= end):
                _fail(begin, f"heredoc without its end, a line with {decoded(marker)}")
            if text[position:stop].strip() == marker:
                return pieces, position + len(text[position:stop].rstrip())
        line_start = False
        start = position
        chunks: list[str] = []
        while chunk := pattern.match(text, position, end):
            chunks.append(chunk.group())
            position = chunk.end()
        newline = form != "quoted" and text.startswith("\n", position) and position < end
        if newline:
            chunks.append("\n")
            position += 1
            line_start = True
        if chunks:
            literal = _unescape(chunks, form == "quoted")
            pieces.append(_Piece("text", start, position, literal.lstrip() if strip else literal))
            strip = False
        if newline:
            continue
        if position >= end:
            if form == "bare":
                return pieces, position
            _fail(begin, "string without its closing quote" if form == "quoted" else "heredoc without its end")
        if text[position] == '"':
            return pieces, position + 1
        if text[position] == "\\":
            _fail(position, "invalid escape sequence in a string")
        if text[position] in "\r\n":
            _fail(position, "a quoted string ends on its own line: close the quote or use a heredoc")
        strip_before = text.startswith("~", position + 2)
        if strip_before and pieces and pieces[-1].kind == "text":
            pieces[-1].text = pieces[-1].text.rstrip()
        piece, strip = _sequence(parser, position, position + (3 if strip_before else 2))
        pieces.append(piece)
        position = piece.end


def _fail(offset: int, message: str) -> NoReturn:
    from ecsnet.terraform.parser import SyntaxProblem

    raise SyntaxProblem(offset, message)


def _unescape(chunks: list[str], escapes: bool) -> str:
    parts: list[str] = []
    for chunk in chunks:
        if chunk in ("$${", "%%{"):
            parts.append(chunk[1:])
        elif escapes and chunk[0] == "\\":
            if chunk[1] in "uU":
                code = int(chunk[2:], 16)
                valid = code < 0x110000 and not 0xD800 <= code < 0xE000
                parts.append((chr(code) if valid else "\ufffd").encode().decode("latin-1"))
            else:
                parts.append(_ESCAPES[chunk[1]])
        else:
            parts.append(chunk)
    return decoded("".join(parts))


def _sequence(parser: Parser, opening: int, position: int) -> tuple[_Piece, bool]:
    """The interpolation or directive that opens at ``opening``; whether it strips the space that follows."""
    parser.lines = False
    parser.resume(position)
    piece = _Piece("value", opening, 0)
    if parser.text[opening] == "$":
        piece.value = parser.expression()
    else:
        piece.kind = parser.name("'if', 'else', 'endif', 'for' or 'endfor'")
        if piece.kind == "if":
            piece.value = parser.expression()
        elif piece.kind == "for":
            piece.names = parser.for_names()
            piece.value = parser.expression()
        elif piece.kind not in ("else", "endif", "endfor"):
            _fail(opening, f"{piece.kind!r} is not a template directive")
    strip = parser.kind == "~"
    if strip:
        parser.advance()
    if parser.kind != "}":
        parser.fail("'}' of the template")
    piece.end = parser.stop
    return piece, strip


def _flush(pieces: list[_Piece]) -> None:
    """Take the indentation that all lines share away. Lines of white space only do not count and stay."""
    smallest: int | None = None
    indented: list[_Piece] = []
    at_start = True
    for piece in pieces:
        if at_start:
            spaces = 0
            counts = True
            if piece.kind == "text":
                trimmed = piece.text.lstrip()
                if not trimmed and piece.text.endswith("\n"):
                    counts = False
                else:
                    spaces = len(piece.text) - len(trimmed)
                    indented.append(piece)
            if counts:
                smallest = spaces if smallest is None else min(smallest, spaces)
        at_start = piece.kind == "text" and piece.text.endswith("\n")
    for piece in indented:
        piece.text = piece.text[smallest or 0 :]


class _Builder:
    """Nests the pieces between ``if``, ``for`` and their ends."""

    def __init__(self, parser: Parser, pieces: list[_Piece]) -> None:
        self.parser = parser
        self.pieces = pieces
        self.next = 0
        self.depth = 0

    def parts(self, ends: tuple[str, ...]) -> tuple[Expression, ...]:
        """The parts up to a directive in ``ends``, which is left to the caller, or up to the end."""
        parts: list[Expression] = []
        while self.next < len(self.pieces):
            piece = self.pieces[self.next]
            if piece.kind in ends:
                return tuple(parts)
            self.next += 1
            if piece.kind == "text":
                parts.append(Literal(piece.start, piece.end, piece.text))
            elif piece.value is None:
                _fail(piece.start, f"unexpected %{{ {piece.kind} }}")
            elif piece.kind == "value":
                parts.append(piece.value)
            else:
                parts.append(self._directive(piece, piece.value))
        if ends:
            _fail(self.parser.after, f"template without its %{{ {ends[-1]} }}")
        return tuple(parts)

    def _directive(self, opening: _Piece, value: Expression) -> Expression:
        self.depth += 1
        if self.depth > 30:
            _fail(opening.start, "template directives nested more than 30 levels deep")
        start = opening.end
        if opening.kind == "for":
            body, end = self._template(start, ("endfor",))
            result: Expression = TemplateFor(opening.start, end, *opening.names, value, body)
        else:
            true, end = self._template(start, ("else", "endif"))
            false = Template(end, end, ())
            if self.pieces[self.next - 1].kind == "else":
                false, end = self._template(end, ("endif",))
            result = TemplateIf(opening.start, end, value, true, false)
        self.depth -= 1
        return result

    def _template(self, start: int, ends: tuple[str, ...]) -> tuple[Template, int]:
        """What stands before the closing directive, and where that one ends."""
        parts = self.parts(ends)
        closing = self.pieces[self.next]
        self.next += 1
        return Template(start, closing.start, parts), closing.end
