"""Values of a partly evaluated configuration.

A value is plain Python data (``None``, ``bool``, ``int``, ``Decimal``, ``str``, ``tuple``, :class:`Set`, mappings)
or one of the forms that stand for what the configuration alone cannot tell:

- :class:`Reference`: an attribute of a declared resource that only exists after deployment;
- :class:`Unknown`: anything else that is not in the configuration, with the reason and the place it came from;
- :class:`Text`: a string with known and unknown parts, ``"${var.region}a"``;
- :class:`Encoded`: a string that is JSON or Base64 of a value with unknown parts;
- :class:`Several`: an element of a tuple that stands for zero or more elements, all like it.

``None`` is null, or an attribute that is not set; both languages treat the two alike. Values are never mutated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Literal, NoReturn, Union

from ecsnet.records import dataclass, field


class Tri(Enum):
    """Three-valued logic (Kleene). It has no truth value, so that *unknown* cannot slip through an ``if``."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    @staticmethod
    def of(value: bool) -> Tri:
        return Tri.TRUE if value else Tri.FALSE

    def __and__(self, other: Tri) -> Tri:
        if self is Tri.FALSE or other is Tri.FALSE:
            return Tri.FALSE
        return Tri.TRUE if self is other is Tri.TRUE else Tri.UNKNOWN

    def __or__(self, other: Tri) -> Tri:
        return ~(~self & ~other)

    def __invert__(self) -> Tri:
        if self is Tri.UNKNOWN:
            return Tri.UNKNOWN
        return Tri.FALSE if self is Tri.TRUE else Tri.TRUE

    def __bool__(self) -> NoReturn:
        raise TypeError("a Tri has no truth value: compare it with 'is'")

    @staticmethod
    def all(values: Iterable[Tri]) -> Tri:
        """True for no values at all."""
        result = Tri.TRUE
        for value in values:
            result &= value
            if result is Tri.FALSE:
                break
        return result

    @staticmethod
    def any(values: Iterable[Tri]) -> Tri:
        """False for no values at all."""
        result = Tri.FALSE
        for value in values:
            result |= value
            if result is Tri.TRUE:
                break
        return result


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a file. Lines and columns count from 1, columns in characters; ``end_column`` is one past the last.

    ``path`` is the place in a JSON or YAML document: its keys and indexes, from the top; empty in HCL.
    """

    file: str
    start_line: int
    start_column: int
    end_line: int
    end_column: int
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """Attribute ``attribute`` of the declared resource instance ``target``, known only after deployment.

    ``target`` is a key of ``Configuration.resources``. Where it names a resource of unknown multiplicity, ``index``
    says which instance is meant: its value, or an unknown with its symbol; one without a symbol is any of them. Else
    it is ``None``.
    In CloudFormation ``!Ref X`` is ``Reference("X", "Ref")``.
    """

    target: str
    attribute: str = "id"
    index: Value = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that the configuration does not give.

    Two with the same ``symbol`` are the same value ("" is like no other). Symbols read as the source does: a step into
    an unknown adds to its symbol, ``var.azs`` -> ``var.azs[0]``, ``module.a.b`` -> ``module.a.b.c``; they begin with
    the address of the module instance they stand in. Two of the same ``series`` with different symbols are different
    values: the zones of one region. With ``candidates`` it is one of those, and nothing else.
    """

    reason: str
    origin: Span | None = field(default=None, compare=False)
    symbol: str = ""
    series: str = ""
    candidates: tuple[Value, ...] | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A string of which parts are unknown: at least one part is not a ``str``, no two neighbours are both ``str``."""

    parts: tuple[str | Unknown | Reference, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """The string that encodes ``value``, which is not wholly known: decoding gives ``value`` back."""

    encoding: Literal["json", "base64"]
    value: Value


@dataclass(frozen=True, slots=True)
class Several:
    """In a tuple: zero or more elements, each of them ``element``. ``symbol`` names the number of them ("": none)."""

    element: Value
    symbol: str = ""


class Set(tuple["Value", ...]):
    """A set: distinct elements in Terraform's order."""

    __slots__ = ()


Key = Union[str, Unknown, Text]
Value = Union[
    None, bool, int, Decimal, str, tuple["Value", ...], Set, Mapping[Key, "Value"],
    Reference, Unknown, Text, Encoded, Several,
]  # fmt: skip
Part = Union[str, Unknown, Reference]

_OPAQUE = (Unknown, Reference, Text, Encoded)
MAX_COMPARED = 10_000
_IDENTITIES = frozenset({"id", "arn", "Ref", "Arn"})
_ZONES = (".names", ".zone_ids")
"""How the series of availability zones end."""


def text(parts: Iterable[Value]) -> str | Unknown | Reference | Text:
    """Join strings and opaque values into one string value; a single opaque part stays what it is."""
    merged: list[Part] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Text) else (part,):
            if isinstance(piece, str):
                if merged and isinstance(merged[-1], str):
                    merged[-1] += piece
                elif piece:
                    merged.append(piece)
            elif isinstance(piece, (Unknown, Reference)):
                merged.append(piece)
            elif isinstance(piece, Encoded):
                merged.append(Unknown(f"{piece.encoding} text with values known only after deployment"))
            else:
                raise TypeError(f"not a part of a string: {piece!r}")
    if not merged:
        return ""
    if len(merged) == 1:
        return merged[0]
    return Text(tuple(merged))


def is_known(value: Value) -> bool:
    """Whether every part of the value is plain data."""
    if value is None or isinstance(value, (str, bool, int, Decimal)):
        return True
    if isinstance(value, tuple):
        return all(map(is_known, value))
    if isinstance(value, Mapping):
        return all(isinstance(key, str) for key in value) and all(map(is_known, value.values()))
    return False


def leaves(value: Value) -> Iterator[Value]:
    """Every scalar and opaque value in ``value``, depth first; inside texts, encodings and candidates too."""
    if isinstance(value, tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                yield from leaves(key)
            yield from leaves(item)
    elif isinstance(value, Several):
        yield from leaves(value.element)
    elif isinstance(value, Encoded):
        yield from leaves(value.value)
    elif isinstance(value, Text):
        yield from value.parts
    else:
        yield value
        if isinstance(value, Unknown) and value.candidates:
            for candidate in value.candidates:
                yield from leaves(candidate)


def references(value: Value) -> Iterator[Reference]:
    """Every reference in ``value``, at any depth."""
    return (leaf for leaf in leaves(value) if isinstance(leaf, Reference))


def unknowns(value: Value) -> Iterator[Unknown]:
    """Every unknown in ``value``, at any depth."""
    return (leaf for leaf in leaves(value) if isinstance(leaf, Unknown))


def equal(a: Value, b: Value, left: list[int] | None = None) -> Tri:
    """Whether two values are provably the same, provably different, or neither.

    ``left``: how many candidates may yet be compared; what it takes more for is not told.
    """
    if isinstance(a, Several) or isinstance(b, Several):
        return Tri.UNKNOWN
    if isinstance(a, _OPAQUE) or isinstance(b, _OPAQUE):
        return _equal_opaque(a, b, left)
    if isinstance(a, tuple) and isinstance(b, tuple):
        if any(isinstance(item, Several) for item in (*a, *b)):
            return Tri.UNKNOWN
        if len(a) != len(b):
            return Tri.FALSE
        left = left or [MAX_COMPARED]
        return Tri.all(equal(x, y, left) for x, y in zip(a, b))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        if all(isinstance(key, str) for key in (*a, *b)) and a.keys() != b.keys():
            return Tri.FALSE
        if a.keys() != b.keys():
            return Tri.UNKNOWN
        left = left or [MAX_COMPARED]
        return Tri.all(equal(item, b[key], left) for key, item in a.items())
    if isinstance(a, bool) is not isinstance(b, bool):
        return Tri.FALSE
    return Tri.of(a == b)


def _equal_opaque(a: Value, b: Value, left: list[int] | None) -> Tri:
    left = left or [MAX_COMPARED]
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Unknown) and one.candidates is not None:
            left[0] -= len(one.candidates)
            if left[0] < 0:
                return Tri.UNKNOWN
            results = {equal(candidate, other, left) for candidate in one.candidates}
            if results == {Tri.FALSE}:
                return Tri.FALSE
    if isinstance(a, Unknown) and isinstance(b, Unknown):
        if a.symbol and a.symbol == b.symbol:
            return Tri.TRUE
        return Tri.of(False) if a.series and a.series == b.series and a.symbol and b.symbol else Tri.UNKNOWN
    if isinstance(a, Reference) and isinstance(b, Reference):
        return _equal_references(a, b, left)
    if isinstance(a, Encoded) and isinstance(b, Encoded) and a.encoding == b.encoding:
        return equal(a.value, b.value, left)
    for one, other in ((a, b), (b, a)):
        # What AWS makes up, an id, an ARN or the name of a zone, is never null and never empty.
        if _is_made_up(one) and (other is None or other == ""):
            return Tri.FALSE
        if isinstance(one, (Text, Encoded)) and (other is None or isinstance(other, (bool, tuple, Mapping))):
            return Tri.FALSE
    if isinstance(a, (Text, str)) and isinstance(b, (Text, str)):
        return _equal_texts(a, b)
    if isinstance(a, Text) or isinstance(b, Text):
        one, other = (a, b) if isinstance(a, Text) else (b, a)
        if isinstance(one, Text) and isinstance(other, (Unknown, Reference)) and other in one.parts:
            if any(isinstance(part, str) for part in one.parts):
                return Tri.FALSE
    return Tri.UNKNOWN


def _is_made_up(value: Value) -> bool:
    if isinstance(value, Unknown):
        return value.series.endswith(_ZONES)
    return isinstance(value, Reference) and value.attribute in _IDENTITIES


def _equal_references(a: Reference, b: Reference, left: list[int]) -> Tri:
    if a.attribute != b.attribute or a.attribute.endswith("[*]"):
        # Of what is one element of a list, without saying which, two may be two.
        return Tri.UNKNOWN
    if a.target == b.target:
        return Tri.TRUE if a.index is None and b.index is None else equal(a.index, b.index, left)
    return Tri.FALSE if a.attribute in _IDENTITIES else Tri.UNKNOWN


def _equal_texts(a: Text | str, b: Text | str) -> Tri:
    left: list[Part] = list(a.parts) if isinstance(a, Text) else [a]
    right: list[Part] = list(b.parts) if isinstance(b, Text) else [b]
    for step in (0, -1):
        # Strip what both share at this end, then compare the literals that follow there.
        while left and right:
            first, second = left[step], right[step]
            if isinstance(first, str) and isinstance(second, str):
                size = min(len(first), len(second))
                heads = (first[:size], second[:size]) if step == 0 else (first[-size:], second[-size:])
                if size and heads[0] != heads[1]:
                    return Tri.FALSE
                for side, literal in ((left, first), (right, second)):
                    rest = literal[size:] if step == 0 else literal[: len(literal) - size]
                    if rest:
                        side[step] = rest
                    else:
                        del side[step]
            elif not isinstance(first, str) and not isinstance(second, str) and equal(first, second) is Tri.TRUE:
                del left[step], right[step]
            else:
                break
    if not left and not right:
        return Tri.TRUE
    if not left or not right:
        return Tri.FALSE if any(isinstance(part, str) for part in left or right) else Tri.UNKNOWN
    if len(left) == len(right) == 1 and not isinstance(left[0], str) and not isinstance(right[0], str):
        return equal(left[0], right[0])
    return Tri.UNKNOWN
