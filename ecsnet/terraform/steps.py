"""Steps into values: attributes, indexes and splats, where parts of the value or the key may be unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from ecsnet.terraform import scalars
from ecsnet.terraform.budget import meter
from ecsnet.terraform.convert import set_to_tuple
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.lazy import Certain, Elements, Entries
from ecsnet.terraform.typed import stated_type
from ecsnet.terraform.types import ANY
from ecsnet.values import Encoded, Key, Reference, Set, Several, Text, Tri, Unknown, Value, equal

MAX_CANDIDATES = 32
MAX_NAME = 1_000
"""Characters of a symbol, and of the attribute of a reference."""

_NAME = re.compile(r"[^\W\d][\w-]*")
_OPAQUE = (Unknown, Reference, Text, Encoded)


def is_opaque(value: Value) -> bool:
    """Whether the value itself, not just a part of it, is beyond the configuration."""
    return isinstance(value, _OPAQUE)


def why(value: Value) -> str:
    """Why a value is not known."""
    if isinstance(value, Unknown):
        return value.reason
    if isinstance(value, Reference):
        return f"{value.target}.{value.attribute} is known only after deployment"
    return "a part of it is known only after deployment"


def unknown_like(value: Value) -> Unknown:
    """Some value that is unknown because ``value`` is."""
    return Unknown(why(value), value.origin if isinstance(value, Unknown) else None)


def one_of(values: Iterable[Value], cause: Value) -> Value:
    """One of these, it is not known which because ``cause`` is not known."""
    distinct: list[Value] = []
    for value in values:
        nested = value.candidates if isinstance(value, Unknown) and value.candidates is not None else (value,)
        for item in nested:
            if not any(_same(item, other) for other in distinct):
                distinct.append(item)
            if len(distinct) > MAX_CANDIDATES:
                return unknown_like(cause)
    if len(distinct) == 1:
        return distinct[0]
    if not distinct:
        return unknown_like(cause)
    origin = cause.origin if isinstance(cause, Unknown) else None
    return Unknown(why(cause), origin, candidates=tuple(distinct))


def _same(a: Value, b: Value) -> bool:
    if a is b:
        return True
    for value in (a, b):
        # Comparing lazy mappings would evaluate whatever they hold.
        if isinstance(value, Mapping) and not isinstance(value, dict):
            return False
    if isinstance(a, tuple) and isinstance(b, tuple) and (isinstance(a, Set) is not isinstance(b, Set)):
        return False
    return equal(a, b) is Tri.TRUE


def over_candidates(value: Unknown, step: Callable[[Value], Value]) -> Value:
    """``step`` on each candidate; what it rejects stays possible as an unknown."""
    results: list[Value] = []
    for candidate in value.candidates or ():
        try:
            results.append(step(candidate))
        except EvaluationError as error:
            results.append(Unknown(str(error), value.origin))
    return one_of(results, value)


def attribute(value: Value, name: str) -> Value:
    """``value.name``"""
    if isinstance(value, Entries):
        return value.at(name)
    if isinstance(value, Mapping):
        return _lookup(value, name, f'This object does not have an attribute named "{name}".')
    if isinstance(value, Unknown):
        if value.candidates is not None:
            return over_candidates(value, lambda item: attribute(item, name))
        return Unknown(value.reason, value.origin, f"{value.symbol}.{name}" if value.symbol else "")
    if isinstance(value, Reference):
        return Reference(value.target, f"{value.attribute}.{name}", value.index)
    if value is None:
        raise EvaluationError("Attempt to get attribute from null value: it does not have any attributes.")
    raise EvaluationError(f'Unsupported attribute: this value does not have an attribute named "{name}".')


def index(value: Value, key: Value) -> Value:
    """``value[key]``"""
    if key is None:
        raise EvaluationError("Invalid index: can't use a null value as an indexing key.")
    if isinstance(key, Unknown) and key.candidates is not None and not is_opaque(value):
        return over_candidates(key, lambda item: index(value, item))
    if isinstance(value, Set) and stated_type(value) == ANY:
        value = set_to_tuple(value)
    if isinstance(value, Set):
        raise EvaluationError("Invalid index: elements of a set are identified only by their value and have no index.")
    if isinstance(value, (tuple, Entries)):
        return _element(value, key)
    if isinstance(value, Mapping):
        message = "Invalid index: the given key does not identify an element in this collection value."
        return _lookup(value, scalars.to_string(key), message)
    if isinstance(value, Unknown):
        if value.candidates is not None:
            return over_candidates(value, lambda item: index(item, key))
        step = _shown(key)
        return Unknown(value.reason, value.origin, f"{value.symbol}{step}" if value.symbol and step else "")
    if isinstance(value, Reference):
        step = "" if is_opaque(key) else _shown(key)
        return Reference(value.target, value.attribute + step, value.index) if step else unknown_like(value)
    if value is None:
        raise EvaluationError("Attempt to index null value: it does not have any indices.")
    raise EvaluationError("Invalid index: this value does not have any indices.")


def _shown(key: Value) -> str:
    """A key as symbols show it: ``[0]``, ``.name``, ``["a b"]``, ``[var.key]``; "" where it has no name."""
    shown = _written(key)
    return shown if len(shown) <= MAX_NAME else ""


def _written(key: Value) -> str:
    if isinstance(key, bool):
        return ".true" if key else ".false"
    if isinstance(key, (int, Decimal)):
        return f"[{key}]"
    if isinstance(key, str):
        if key.isdecimal():
            return f"[{key}]"
        return f".{key}" if _NAME.fullmatch(key) else f'["{key}"]'
    if isinstance(key, Unknown):
        return f"[{key.symbol}]" if key.symbol else ""
    if isinstance(key, Reference) and key.index is None:
        return f"[{key.target}.{key.attribute}]"
    return ""


def _element(value: tuple[Value, ...] | Entries, key: Value) -> Value:
    if isinstance(value, Entries):
        return value.at(scalars.to_string(key))
    if not is_opaque(key):
        number = scalars.to_number(key)
        if not isinstance(number, (int, Decimal)) or number != int(number):
            raise EvaluationError(
                "Invalid index: the given key does not identify an element: a whole number is required."
            )
        key = int(number)
        if key < 0:
            raise EvaluationError("Invalid index: a negative number is not a valid index for a sequence.")
    if isinstance(value, Elements):
        return value.at(key)
    if not value:
        raise EvaluationError("Invalid index: the collection has no elements.")
    uncertain = (
        []
        if isinstance(value, Certain)
        else [position for position, item in enumerate(value) if isinstance(item, Several)]
    )
    if not isinstance(key, int):
        return one_of((_plain(item) for item in value), key)
    if not uncertain or key < uncertain[0]:
        if key >= len(value):
            raise EvaluationError(
                "Invalid index: the given index is greater than or equal to the length of the collection."
            )
        return value[key]
    # Up to here elements are at their places; from the first that may be none or many on, each can have moved. One
    # that may be none moves what follows it one place ahead at most.
    moved = sum(position <= key for position in uncertain)
    cause = Unknown("the number of elements is unknown")
    reachable = value[uncertain[0] : key + 1 + moved + len(uncertain)]
    return one_of((_plain(item) for item in reachable), cause)


def _plain(item: Value) -> Value:
    return item.element if isinstance(item, Several) else item


def _lookup(value: Mapping[Key, Value], key: Value, message: str) -> Value:
    """The entry whose key is provably ``key``; else one of those whose key may be."""
    if isinstance(key, str) and key in value:
        return _plain(value[key])
    possible: list[Key] = []
    for other in value:
        meter.charge()
        if isinstance(key, str) and isinstance(other, str):
            continue
        same = equal(other, key)
        if same is Tri.TRUE:
            return _plain(value[other])
        if same is Tri.UNKNOWN:
            possible.append(other)
    if not possible:
        raise EvaluationError(message)
    cause = key if is_opaque(key) else possible[0]
    if len(possible) > MAX_CANDIDATES or (len(possible) > 1 and not isinstance(value, (dict, Entries))):
        return unknown_like(cause)
    if len(possible) == 1:
        # The entry may be another's, or missing: that is an error, and this is the value of whatever is deployed.
        return _plain(value[possible[0]])
    return one_of((_plain(value[other]) for other in possible), cause)


def splat(value: Value, each: Callable[[Value], Value]) -> Value:
    """``value[*]`` with the steps after it, ``each``, on every element."""
    if value is None:
        return ()
    if isinstance(value, Elements):
        return value.map(each)
    if isinstance(value, tuple):
        return tuple(
            Several(each(item.element), item.symbol) if isinstance(item, Several) else each(item) for item in value
        )
    if isinstance(value, Unknown):
        if value.candidates is not None:
            return over_candidates(value, lambda item: splat(item, each))
        return each(Unknown(value.reason, value.origin, f"{value.symbol}[*]" if value.symbol else ""))
    if isinstance(value, Reference) and value.attribute not in ("id", "arn"):
        return each(Reference(value.target, f"{value.attribute}[*]", value.index))
    return (each(value),)
