"""Files of HCL native syntax: blocks, attributes and what is wrong with them.

tree-sitter-hcl reads the file as a whole, in C. Where it finds an error, or where the file's lines are not what the
specification wants, the parser written here reads it again: it says what is wrong where, and goes on with the next
block. Expressions are parsed when an attribute is first asked for; one that turns out to be no expression is
:class:`~ecsnet.terraform.ast.Invalid`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, partial
from typing import Any

from ecsnet.records import dataclass
from ecsnet.resources import Problem
from ecsnet.terraform.ast import Attribute, Block, Body, Expression, Invalid, Template
from ecsnet.terraform.parser import MAX_DEPTH, Parser, SyntaxProblem, guarded, whole_expression, whole_template
from ecsnet.terraform.source import Source, decoded_bytes

MAX_BYTES = 8_000_000
MAX_PROBLEMS = 20

_TOP_BLOCK = re.compile(r'^[A-Za-z_][\w-]*(?:[ \t]+(?:"[^"\n]*"|[A-Za-z_][\w-]*))*[ \t]*\{', re.MULTILINE | re.ASCII)
_LABEL = re.compile(rb'"[^"\\$%\n]*"')


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What could be read of a file is in ``body`` whether or not there are ``problems``."""

    source: Source
    body: Body
    problems: tuple[Problem, ...]


class NativeBody:
    """A body whose attributes are parsed, and whose blocks are built, when they are asked for."""

    def __init__(
        self, attributes: Mapping[str, Callable[[], Attribute]], blocks: Callable[[], tuple[Block, ...]]
    ) -> None:
        self.attributes: Mapping[str, Attribute] = _Attributes(attributes)
        self._blocks = blocks

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return self._blocks()


class _Attributes(Mapping[str, Attribute]):
    def __init__(self, readers: Mapping[str, Callable[[], Attribute]]) -> None:
        self._readers = readers
        self._read: dict[str, Attribute] = {}

    def __getitem__(self, name: str) -> Attribute:
        if name not in self._read:
            self._read[name] = self._readers[name]()
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)

    def __contains__(self, name: object) -> bool:
        return name in self._readers


class NativeBlock:
    """``build`` makes the body, once."""

    def __init__(
        self, name: str, labels: tuple[str, ...], extent: tuple[int, int, int], build: Callable[[], Body]
    ) -> None:
        self.type = name
        self.labels = labels
        self.start, self.header_end, self.end = extent
        self._build = build

    @cached_property
    def body(self) -> Body:
        return self._build()


def parse(source: Source) -> ParsedFile:
    """Read a whole ``.tf`` file. Never raises; what cannot be read is in ``problems``."""
    fault = unreadable(source)
    if fault:
        return ParsedFile(source, NativeBody({}, tuple), (fault,))
    root = tree(source.text)
    if root is None or root.has_error or not _is_proper(root, source):
        return _StrictReader(source).file()
    bodies = [child for child in root.children if child.type == "body"]
    if not bodies:
        return ParsedFile(source, NativeBody({}, tuple), ())
    return ParsedFile(source, _body(bodies[0], source), ())


def parse_expression(source: Source) -> Expression:
    """The expression that is the whole text; raises :class:`~ecsnet.terraform.parser.SyntaxProblem`."""
    return whole_expression(source, source.begin, len(source.text), lines=False)


def parse_template(source: Source) -> Template:
    """The template that is the whole text, as ``templatefile`` reads it; raises ``SyntaxProblem``."""
    return whole_template(source, source.begin, len(source.text))


def problem(source: Source, offset: int, message: str) -> Problem:
    line, column = source.position(min(offset, len(source.text)))
    return Problem(source.path, line, column, message)


def unreadable(source: Source) -> Problem | None:
    if len(source.text) > MAX_BYTES:
        return Problem(source.path, 1, 1, f"file of more than {MAX_BYTES // 1_000_000} MB")
    try:
        source.text.decode("utf-8")
    except UnicodeDecodeError as error:
        return problem(source, error.start, "not UTF-8 text")
    return None


# -- through tree-sitter


def tree(text: bytes) -> Any:
    """The root node, or ``None`` where tree-sitter gives the file up."""
    try:
        return _tree_parser().parse(text).root_node
    except ValueError:
        return None


@cache
def _tree_parser() -> Any:
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def _is_proper(root: Any, source: Source) -> bool:
    """Whether lines, names and labels are as the specification has it, which tree-sitter's grammar leaves open."""
    if any(child.type not in ("body", "comment") for child in root.children):
        return False
    pending: list[tuple[Any, bool]] = [(child, True) for child in root.children if child.type == "body"]
    while pending:
        body, top = pending.pop()
        names: set[bytes] = set()
        last_row = -1 if top else body.parent.start_point.row
        one_line = not top and body.parent.start_point.row == body.parent.end_point.row
        if one_line and (body.named_child_count != 1 or body.named_children[0].type != "attribute"):
            return False
        for child in body.children:
            kind = child.type
            if kind == "comment":
                continue
            if child.start_point.row == last_row and not one_line:
                return False
            last_row = child.end_point.row
            if kind == "attribute":
                parts = [part for part in child.children if part.type != "comment"]
                name = source.text[parts[0].start_byte : parts[0].end_byte]
                if name in names or parts[0].start_point.row != parts[-1].start_point.row:
                    return False
                names.add(name)
            elif kind == "block":
                header_row = child.start_point.row
                for part in child.children:
                    if part.type == "string_lit" and not _LABEL.fullmatch(source.text, part.start_byte, part.end_byte):
                        return False
                    if part.type == "block_start" and part.start_point.row != header_row:
                        return False
                    if part.type == "body":
                        pending.append((part, False))
        if not top and not one_line and last_row == body.parent.end_point.row:
            return False
    return True


def _body(node: Any, source: Source) -> Body:
    attributes: dict[str, Callable[[], Attribute]] = {}
    blocks: list[Any] = []
    for child in node.children:
        if child.type == "attribute":
            parts = [part for part in child.children if part.type != "comment"]
            name = decoded_bytes(source.text[parts[0].start_byte : parts[0].end_byte])
            attributes[name] = _reader(source, name, child, parts[-1])
        elif child.type == "block":
            blocks.append(child)
    return NativeBody(attributes, lambda: tuple(_block(block, source) for block in blocks))


def _reader(source: Source, name: str, node: Any, value: Any) -> Callable[[], Attribute]:
    def read() -> Attribute:
        expression: Expression
        try:
            expression = whole_expression(source, value.start_byte, value.end_byte)
        except SyntaxProblem as fault:
            line, _ = source.position(fault.offset)
            expression = Invalid(value.start_byte, value.end_byte, f"line {line}: {fault.message}")
        return Attribute(node.start_byte, node.end_byte, name, expression)

    return read


def _block(node: Any, source: Source) -> Block:
    words: list[str] = []
    header_end = node.start_byte
    inner: Any = None
    for part in node.children:
        if part.type == "identifier":
            words.append(decoded_bytes(source.text[part.start_byte : part.end_byte]))
        elif part.type == "string_lit":
            words.append(decoded_bytes(source.text[part.start_byte + 1 : part.end_byte - 1]))
        elif part.type == "body":
            inner = part
            continue
        else:
            continue
        header_end = part.end_byte
    extent = (node.start_byte, header_end, node.end_byte)
    return NativeBlock(
        words[0], tuple(words[1:]), extent, lambda: NativeBody({}, tuple) if inner is None else _body(inner, source)
    )


# -- by the specification, for files that are not as they should be


class _StrictReader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.attributes: dict[str, Attribute] = {}
        self.blocks: list[Block] = []

    def file(self) -> ParsedFile:
        """Every block that can be read; after an error, on with the next line that looks like a top-level block."""
        end = len(self.source.text)
        position = self.source.begin
        while position < end:
            parser = Parser(self.source, position, end)
            try:
                guarded(partial(self.body, parser, self.attributes, self.blocks, "end", 0), position)
                break
            except SyntaxProblem as fault:
                self.problems.append(problem(self.source, fault.offset, fault.message))
                if len(self.problems) >= MAX_PROBLEMS:
                    break
                following = _TOP_BLOCK.search(self.source.latin, min(max(fault.offset, position) + 1, end))
                position = following.start() if following else end
        body = _finished(self.attributes, self.blocks)
        return ParsedFile(self.source, body, tuple(self.problems))

    def body(
        self, parser: Parser, attributes: dict[str, Attribute], blocks: list[Block], closing: str, depth: int
    ) -> None:
        """Read definitions up to the token ``closing``, which stays the current one."""
        if depth > MAX_DEPTH:
            raise SyntaxProblem(parser.start, f"blocks nested more than {MAX_DEPTH} levels deep")
        while True:
            while parser.kind == "newline":
                parser.advance()
            if parser.kind == closing:
                return
            start = parser.start
            name = parser.name("an argument or a block")
            if parser.kind == "=":
                self.attribute(parser, attributes, start, name)
            else:
                blocks.append(self.block(parser, start, name, depth))
            if parser.kind not in ("newline", "end"):
                parser.fail("a new line")

    def attribute(self, parser: Parser, attributes: dict[str, Attribute], start: int, name: str) -> None:
        parser.advance()
        expression = guarded(parser.expression, start)
        if name in attributes:
            line, _ = self.source.position(attributes[name].start)
            message = f"argument {name!r} is already set on line {line}"
            self.problems.append(problem(self.source, start, message))
        else:
            attributes[name] = Attribute(start, expression.end, name, expression)

    def block(self, parser: Parser, start: int, name: str, depth: int) -> Block:
        labels: list[str] = []
        header_end = parser.after
        while parser.kind in ("name", '"'):
            if parser.kind == "name":
                labels.append(parser.name("label"))
            else:
                labels.append(parser.label())
            header_end = parser.after
        parser.expect("{", f"'=' or '{{' after {name!r}" if not labels else "'{' after the block's labels")
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        if parser.kind == "name":
            inner = parser.start
            argument = parser.name("argument")
            if parser.kind != "=":
                parser.fail("'=' (a block on one line holds one argument)")
            self.attribute(parser, attributes, inner, argument)
            if parser.kind != "}":
                parser.fail("'}' (a block on one line holds one argument)")
        elif parser.kind == "newline":
            self.body(parser, attributes, blocks, "}", depth + 1)
        end = parser.stop
        parser.expect("}")
        return NativeBlock(name, tuple(labels), (start, header_end, end), lambda: _finished(attributes, blocks))


def _finished(attributes: Mapping[str, Attribute], blocks: list[Block]) -> Body:
    def reader(attribute: Attribute) -> Callable[[], Attribute]:
        return lambda: attribute

    return NativeBody({name: reader(attribute) for name, attribute in attributes.items()}, lambda: tuple(blocks))
