"""HCL's tokens and expressions, by recursive descent.

tree-sitter-hcl finds the blocks and attributes of a file (see ``syntax``) but its trees of expressions are not those
of the specification: it reads ``a ? b : c ? d : e`` from the left, leaves the white space of templates out and takes
new lines for spaces. So expressions are parsed here, each when it is first asked for.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeVar

from ecsnet.terraform import templates
from ecsnet.terraform.ast import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttr,
    Index,
    Invalid,
    Literal,
    ObjectCons,
    Splat,
    SplatItem,
    Template,
    TupleCons,
    Unary,
    Variable,
)
from ecsnet.terraform.source import Source, decoded

_Parsed = TypeVar("_Parsed")

MAX_DEPTH = 60
MAX_STEPS = 200
MAX_DIGITS = 1000

_SPACE = re.compile(r"(?:[ \t]+|\r(?=\n)|/\*.*?\*/)*", re.DOTALL)
_SPACE_AND_LINES = re.compile(r"(?:[ \t\r\n]+|/\*.*?\*/|(?:#|//)[^\n]*)*", re.DOTALL)
_TOKEN = re.compile(
    r"(?P<name>[A-Za-z_\x80-\xff][\w\x80-\xff-]*)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<newline>(?:(?:#|//)[^\n]*)?\n|(?:#|//)[^\n]*)"
    r"|(?P<mark>\.\.\.|=>|==|!=|<=|>=|&&|\|\||::|<<-?|[][{}()\"=:?.,+*/%<>!~-])",
    re.ASCII,
)
_LEVELS = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_KEYWORDS = {"true": True, "false": False, "null": None}


class SyntaxProblem(Exception):  # noqa: N818 - it becomes a Problem
    """The text is not HCL: what is wrong, and the byte offset where."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


class Parser:
    """Reads ``source`` from byte ``start`` up to byte ``end``.

    The current token is ``kind`` (its text; ``name``, ``number``, ``newline``, ``end`` or ``invalid`` for those), from
    ``start`` to ``stop``. ``after`` is the end of the token before it. ``lines``: whether new lines are tokens.
    """

    def __init__(self, source: Source, start: int, end: int, *, lines: bool = True) -> None:
        self.source = source
        self.text = source.latin
        self.end = end
        self.lines = lines
        self.depth = 0
        self.resume(start)

    # -- tokens

    def resume(self, position: int) -> None:
        """Make the token at or after ``position`` the current one."""
        self.after = position
        space = (_SPACE if self.lines else _SPACE_AND_LINES).match(self.text, position, self.end)
        self.start = space.end() if space else position
        token = _TOKEN.match(self.text, self.start, self.end)
        if token is None:
            self.kind = "end" if self.start >= self.end else "invalid"
            self.stop = min(self.start + 1, self.end)
        else:
            group = str(token.lastgroup)
            self.kind = token.group() if group == "mark" else group
            self.stop = token.end()

    def advance(self) -> None:
        self.resume(self.stop)

    def with_lines(self, lines: bool) -> bool:
        """Say whether new lines count from here on, and get what was said before."""
        before = self.lines
        if lines is not before:
            self.lines = lines
            self.resume(self.after)
        return before

    def word(self) -> str:
        """The text of the current token."""
        return decoded(self.text[self.start : self.stop])

    def at_word(self, word: str) -> bool:
        return self.kind == "name" and self.text[self.start : self.stop] == word

    def fail(self, expected: str) -> NoReturn:
        if self.kind == "end":
            raise SyntaxProblem(self.start, f"{expected} expected before the end")
        near = "the end of the line" if self.kind == "newline" else repr(self.word())
        if self.kind == "invalid":
            near = repr(decoded(self.text[self.start : self.start + 8].split("\n")[0]))
        raise SyntaxProblem(self.start, f"{expected} expected, not {near}")

    def expect(self, kind: str, what: str = "") -> int:
        """Pass the token ``kind``; its start."""
        if self.kind != kind:
            self.fail(what or f"'{kind}'")
        start = self.start
        self.advance()
        return start

    def name(self, what: str) -> str:
        if self.kind != "name":
            self.fail(what)
        name = self.word()
        self.advance()
        return name

    def label(self) -> str:
        """A quoted label of a block, in which nothing is interpolated."""
        start = self.start
        label = templates.quoted(self)
        if not isinstance(label, Literal):
            raise SyntaxProblem(start, "a label holds no interpolation")
        return str(label.value)

    # -- expressions

    def expression(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SyntaxProblem(self.start, f"expression nested more than {MAX_DEPTH} levels deep")
        condition = self._operation(1)
        if self.kind == "?":
            self.advance()
            true = self.expression()
            self.expect(":", "':' of the conditional")
            false = self.expression()
            condition = Conditional(condition.start, false.end, condition, true, false)
        self.depth -= 1
        return condition

    def _operation(self, level: int) -> Expression:
        left = self._operand()
        steps = 0
        while _LEVELS.get(self.kind, 0) >= level:
            op = self.kind
            self.advance()
            right = self._operation(_LEVELS[op] + 1)
            left = Binary(left.start, right.end, op, left, right)
            steps += 1
            if steps > MAX_STEPS:
                raise SyntaxProblem(left.start, f"more than {MAX_STEPS} operators in a row")
        return left

    def _operand(self) -> Expression:
        start = self.start
        if self.kind == "-" or self.kind == "!":
            signs: list[tuple[int, str]] = []
            while self.kind in ("-", "!"):
                signs.append((self.start, self.kind))
                self.advance()
            if len(signs) > MAX_DEPTH:
                raise SyntaxProblem(start, f"more than {MAX_DEPTH} signs in a row")
            operand = self._operand()
            for at, sign in reversed(signs):
                operand = Unary(at, operand.end, "-" if sign == "-" else "!", operand)
            return operand
        return self._steps(self._term())

    def _steps(self, source: Expression) -> Expression:
        """Attributes, indexes and splats after ``source``."""
        count = 0
        while self.kind in (".", "["):
            count += 1
            if count > MAX_STEPS:
                raise SyntaxProblem(self.start, f"more than {MAX_STEPS} steps in a row")
            if self.kind == ".":
                self.advance()
                if self.kind == "*":
                    star = self.start
                    self.advance()
                    item: Expression = SplatItem(star, self.after)
                    while self.kind == ".":
                        self.advance()
                        item = self._attribute(item)
                    source = Splat(source.start, self.after, source, item)
                else:
                    source = self._attribute(source)
                continue
            lines = self.with_lines(False)
            bracket = self.start
            self.advance()
            if self.kind == "*":
                self.advance()
                self._close("]", lines)
                self.depth += 1
                if self.depth > MAX_DEPTH:
                    raise SyntaxProblem(bracket, f"expression nested more than {MAX_DEPTH} levels deep")
                each = self._steps(SplatItem(bracket, self.after))
                self.depth -= 1
                source = Splat(source.start, self.after, source, each)
            else:
                key = self.expression()
                self._close("]", lines)
                source = Index(source.start, self.after, source, key)
        return source

    def _attribute(self, source: Expression) -> Expression:
        start, stop = self.start, self.stop
        if self.kind == "number":
            digits = self.word()
            if not digits.isdecimal():
                raise SyntaxProblem(start, "invalid legacy index syntax: write [0][1] instead of .0.1")
            self.advance()
            return Index(source.start, stop, source, Literal(start, stop, number_of(digits, start)))
        return GetAttr(source.start, stop, source, self.name("attribute name"))

    def _close(self, kind: str, lines: bool) -> None:
        """Pass the closing ``kind``; after it new lines count as ``lines`` says."""
        if self.kind != kind:
            self.fail(f"'{kind}'")
        self.lines = lines
        self.advance()

    def _term(self) -> Expression:
        start, stop = self.start, self.stop
        kind = self.kind
        if kind == "name":
            word = self.word()
            self.advance()
            if self.kind in ("(", "::"):
                return self._call(start, word)
            if word in _KEYWORDS:
                return Literal(start, stop, _KEYWORDS[word])
            return Variable(start, stop, word)
        if kind == "number":
            number = number_of(self.word(), start)
            self.advance()
            return Literal(start, stop, number)
        if kind == '"':
            return templates.quoted(self)
        if kind in ("<<", "<<-"):
            return templates.heredoc(self)
        if kind == "(":
            lines = self.with_lines(False)
            self.advance()
            inner = self.expression()
            self._close(")", lines)
            return inner
        if kind == "[":
            return self._tuple()
        if kind != "{":
            self.fail("an expression")
        return self._object()

    def _call(self, start: int, name: str) -> Expression:
        while self.kind == "::":
            self.advance()
            name += "::" + self.name("function name")
        if self.kind != "(":
            self.fail("'(' after the function's name")
        lines = self.with_lines(False)
        self.advance()
        args: list[Expression] = []
        expand = False
        while self.kind != ")":
            args.append(self.expression())
            if self.kind == "...":
                expand = True
                self.advance()
                if self.kind != ")":
                    self.fail("')' after the expanded argument")
            elif self.kind == ",":
                self.advance()
            elif self.kind != ")":
                self.fail("',' or ')'")
        self._close(")", lines)
        return Call(start, self.after, name, tuple(args), expand)

    def _tuple(self) -> Expression:
        start = self.start
        lines = self.with_lines(False)
        self.advance()
        if self.at_word("for"):
            return self._for(start, "]", lines)
        items: list[Expression] = []
        while self.kind != "]":
            items.append(self.expression())
            if self.kind == ",":
                self.advance()
            elif self.kind != "]":
                self.fail("',' or ']'")
        self._close("]", lines)
        return TupleCons(start, self.after, tuple(items))

    def _object(self) -> Expression:
        start = self.start
        lines = self.with_lines(False)
        self.advance()
        if self.at_word("for"):
            return self._for(start, "}", lines)
        self.with_lines(True)
        items: list[tuple[Expression, Expression]] = []
        while True:
            while self.kind == "newline":
                self.advance()
            if self.kind == "}":
                break
            bare = self.kind != "("
            key = self.expression()
            if bare:
                key = self._key(key)
            if self.kind not in ("=", ":"):
                self.fail("'=' or ':' after the key")
            self.advance()
            items.append((key, self.expression()))
            if self.kind in (",", "newline"):
                self.advance()
            elif self.kind != "}":
                self.fail("',', a new line or '}'")
        self._close("}", lines)
        return ObjectCons(start, self.after, tuple(items))

    def _key(self, key: Expression) -> Expression:
        if isinstance(key, Variable):
            return Literal(key.start, key.end, key.name)
        if isinstance(key, Literal) and not isinstance(key.value, str):
            return Literal(key.start, key.end, self.text[key.start : key.end])
        if isinstance(key, (GetAttr, Index)):
            return Invalid(key.start, key.end, "ambiguous attribute key: put it in parentheses or in quotes")
        return key

    def _for(self, start: int, closing: str, lines: bool) -> Expression:
        self.advance()
        key, value = self.for_names()
        collection = self.expression()
        self.expect(":", "':' of the for expression")
        result = self.expression()
        key_result: Expression | None = None
        group = False
        if self.kind == "=>":
            if closing == "]":
                self.fail("']' (a for expression in brackets has no '=>')")
            self.advance()
            key_result, result = result, self.expression()
            if self.kind == "...":
                group = True
                self.advance()
        elif closing == "}":
            self.fail("'=>'")
        condition: Expression | None = None
        if self.at_word("if"):
            self.advance()
            condition = self.expression()
        self._close(closing, lines)
        return For(start, self.after, key, value, collection, key_result, result, condition, group)

    def for_names(self) -> tuple[str | None, str]:
        """``key, value in`` or ``value in``."""
        key, value = None, self.name("name of a variable")
        if self.kind == ",":
            self.advance()
            key, value = value, self.name("name of a variable")
        if not self.at_word("in"):
            self.fail("'in'")
        self.advance()
        return key, value


def number_of(digits: str, offset: int) -> int | Decimal:
    """What a literal of HCL or JSON means; raises :class:`SyntaxProblem`."""
    if digits.isdecimal() and len(digits) <= MAX_DIGITS:
        return int(digits)
    try:
        number = Decimal(digits)
    except InvalidOperation:  # an exponent that Python does not take
        number = None
    if number is None or len(digits) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise SyntaxProblem(offset, f"number of more than {MAX_DIGITS} digits")
    return int(number) if number == number.to_integral_value() else number


def guarded(parse: Callable[[], _Parsed], offset: int) -> _Parsed:
    """Run ``parse``; text nested too deeply for Python's stack is a syntax problem as well."""
    try:
        return parse()
    except RecursionError:
        raise SyntaxProblem(offset, "expression nested too deeply") from None


def whole_expression(source: Source, start: int, end: int, *, lines: bool = True) -> Expression:
    """The one expression from ``start`` to ``end``; raises :class:`SyntaxProblem`."""
    parser = Parser(source, start, end, lines=lines)
    result = guarded(parser.expression, start)
    while parser.kind == "newline":
        parser.advance()
    if parser.kind != "end":
        parser.fail("the end of the expression")
    return result


def whole_template(source: Source, start: int, end: int) -> Template:
    """The template from ``start`` to ``end``, without quotes, as in a file; raises :class:`SyntaxProblem`."""
    parser = Parser(source, end, end, lines=False)
    return guarded(lambda: templates.bare(parser, start), start)
