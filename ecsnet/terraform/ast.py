"""The syntax tree of HCL native syntax and of its JSON form. Offsets are bytes into the file.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal as Choice
from typing import Protocol, Union

from ecsnet.records import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """``start`` and ``end`` are byte offsets, ``end`` exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: bool | int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class Template(Node):
    """A quoted template or heredoc: its parts joined. Indentation and strip markers are already applied.

    One without interpolation is a ``Literal``; one that is an interpolation and nothing else has that as its only part
    and is its value, of whatever type.
    """

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class TemplateIf(Node):
    """``%{ if condition }…%{ else }…%{ endif }``"""

    condition: Expression
    true: Template
    false: Template


@dataclass(frozen=True, slots=True)
class TemplateFor(Node):
    """``%{ for key, value in collection }…%{ endfor }``"""

    key: str | None
    value: str
    collection: Expression
    body: Template


@dataclass(frozen=True, slots=True)
class TupleCons(Node):
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectCons(Node):
    """A key that is a bare identifier is a ``Literal`` string; in parentheses it is the expression."""

    items: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """The first name of a traversal: ``var``, ``aws_subnet``, ``each``, or a variable of ``for``."""

    name: str


@dataclass(frozen=True, slots=True)
class GetAttr(Node):
    source: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``source[key]``, and the legacy ``source.0``."""

    source: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class Splat(Node):
    """``source[*].each`` and ``source.*.each``; ``each`` is built on a :class:`SplatItem`."""

    source: Expression
    each: Expression


@dataclass(frozen=True, slots=True)
class SplatItem(Node):
    """The element that the innermost splat around it is at."""


@dataclass(frozen=True, slots=True)
class Call(Node):
    name: str
    args: tuple[Expression, ...]
    expand: bool = False


@dataclass(frozen=True, slots=True)
class Unary(Node):
    op: Choice["-", "!"]
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    condition: Expression
    true: Expression
    false: Expression


@dataclass(frozen=True, slots=True)
class For(Node):
    """``key_result`` is ``None`` in a tuple; ``group`` is the ``...`` of an object."""

    key: str | None
    value: str
    collection: Expression
    key_result: Expression | None
    result: Expression
    condition: Expression | None
    group: bool


@dataclass(frozen=True, slots=True)
class Invalid(Node):
    """Text that is no expression: evaluating it is an error, which ``message`` words."""

    message: str


Expression = Union[
    Invalid, Literal, Template, TemplateIf, TemplateFor, TupleCons, ObjectCons, Variable, GetAttr, Index, Splat,
    SplatItem, Call, Unary, Binary, Conditional, For,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    name: str
    expression: Expression


class Body(Protocol):
    """Built on demand: a block that nobody asks for costs nothing."""

    @property
    def attributes(self) -> Mapping[str, Attribute]: ...
    @property
    def blocks(self) -> tuple[Block, ...]: ...


class Block(Protocol):
    """``start`` to ``header_end`` is the type and labels; ``end`` is past the closing brace."""

    type: str
    labels: tuple[str, ...]
    start: int
    header_end: int
    end: int

    @property
    def body(self) -> Body: ...
