"""Sets and Terraform's order of their elements, over values that may be opaque."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import cmp_to_key

from ecsnet.terraform.budget import meter
from ecsnet.terraform.typed import stated_type
from ecsnet.terraform.types import Collection
from ecsnet.values import Reference, Set, Several, Text, Tri, Unknown, Value, equal, is_known

MAX_OPAQUE = 1000
"""Opaque elements are compared pair by pair: more than so many are not."""


def make_set(elements: Iterable[Value]) -> Set | Unknown:
    """The set of ``elements``, without what is provably there twice; unknown where that cannot be told.

    An element of unknown number stays one: in a set, too, it stands for zero or more like it.
    """
    items = list(elements)
    known = all(is_known(item) for item in items)
    unique = distinct(items) if known or len(items) <= MAX_OPAQUE else None
    if unique is None:
        return Unknown("cannot tell which elements of the set are the same")
    return Set(sort_values(unique) or unique)


def distinct(items: Sequence[Value]) -> list[Value] | None:
    """``items`` without repetitions, in order; ``None`` where it cannot be told whether two are the same."""
    unique: list[Value] = []
    seen: set[str] = set()
    opaque = False
    for item in items:
        if is_known(item):
            key = identity(item)
            if key in seen:
                continue
            if opaque and (found := member(item, [other for other in unique if not is_known(other)])) is not Tri.FALSE:
                if found is Tri.UNKNOWN:
                    return None
                continue
            seen.add(key)
        elif not isinstance(item, Several):
            found = member(item, unique)
            if found is Tri.UNKNOWN:
                return None
            if found is Tri.TRUE:
                continue
            opaque = True
        unique.append(item)
    return unique


def member(item: Value, items: Iterable[Value]) -> Tri:
    """Whether ``item`` is among ``items``; elements of unknown number are left out of account."""
    result = Tri.FALSE
    for other in items:
        meter.charge()
        if not isinstance(other, Several):
            result |= equal(item, other)
            if result is Tri.TRUE:
                break
    return result


def sort_values(items: Sequence[Value]) -> list[Value] | None:
    """In Terraform's order of a set; ``None`` where the order of two of them cannot be told."""
    if len(items) < 2 and not any(isinstance(item, Several) for item in items):
        return list(items)
    if all(is_known(item) for item in items):
        present = [item for item in items if item is not None]
        nulls = [item for item in items if item is None]
        return sorted(present, key=_key) + nulls
    unordered = False

    def compare(a: Value, b: Value) -> int:
        nonlocal unordered
        result = _compare(a, b)
        unordered = unordered or result is None
        return result or 0

    result = sorted(items, key=cmp_to_key(compare))
    return None if unordered else result


def _key(value: Value) -> tuple[int, Decimal | int | str]:
    if isinstance(value, bool):
        return (0, int(value))
    if isinstance(value, (int, Decimal)):
        return (1, value)
    return (2, value if isinstance(value, str) else identity(value, typed=True))


def identity(value: Value, typed: bool = False) -> str:
    """A text for a known value, the same for equal ones. Collections sort by theirs, as in Terraform, ``typed``: with
    other brackets where they know to be lists or maps.
    """
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, (int, Decimal)):
        return _number_identity(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Set):
        return "[" + "".join(identity(item, typed) + ";" for item in value) + "]"
    is_collection = typed and isinstance(stated_type(value), Collection)
    if isinstance(value, tuple):
        inner = "".join(identity(item, typed) + ";" for item in value)
        return f"[{inner}]" if is_collection else f"<{inner}>"
    if isinstance(value, Mapping):
        names = sorted(key for key in value if isinstance(key, str))
        inner = "".join(f"{json.dumps(name)}:{identity(value[name], typed)};" for name in names)
        return f"{{{inner}}}" if is_collection else f"<{inner}>"
    raise TypeError(f"not a known value: {value!r}")


def _number_identity(number: int | Decimal) -> str:
    if isinstance(number, int):
        return str(number) if number.bit_length() < 4000 else hex(number)
    with localcontext() as context:
        context.prec = 400
        return format(number.normalize(), "f")


def _compare(a: Value, b: Value) -> int | None:
    """The order of two distinct elements of which one may be opaque."""
    if isinstance(a, Unknown) and isinstance(b, Unknown):
        if a.series and a.series == b.series and a.symbol and b.symbol:
            first, second = _natural(a.symbol), _natural(b.symbol)
            return None if first[0::2] != second[0::2] else (first > second) - (first < second)
        return None
    left = a.parts if isinstance(a, Text) else (a,)
    right = b.parts if isinstance(b, Text) else (b,)
    for first_part, second_part in zip(left, right):
        if isinstance(first_part, str) and isinstance(second_part, str):
            size = min(len(first_part), len(second_part))
            if first_part[:size] != second_part[:size]:
                return -1 if first_part[:size] < second_part[:size] else 1
            if len(first_part) != len(second_part):
                return None
        elif isinstance(first_part, (Unknown, Reference)) and isinstance(second_part, (Unknown, Reference)):
            if equal(first_part, second_part) is not Tri.TRUE:
                return None
        else:
            return None
    return None


def _natural(symbol: str) -> list[str | int]:
    """Text and numbers by turns, so that ``names[10]`` comes after ``names[9]``; texts at even places."""
    return [int(piece) if piece.isdecimal() and len(piece) < 10 else piece for piece in re.split(r"([0-9]+)", symbol)]
