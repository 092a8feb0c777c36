"""Conversion of strings, numbers and bools to one another.

https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.numbers import format_number, parse_number
from ecsnet.values import Encoded, Reference, Several, Text, Unknown, Value

_BOOLS = {"true": True, "1": True, "false": False, "0": False}


def to_string(value: Value) -> Value:
    """``value`` as a string. Null stays null, and what is opaque stays what it is: its text is as unknown as it was."""
    if value is None or isinstance(value, (str, Text, Encoded, Reference)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return format_number(value)
    return _convert_opaque(value, "string", to_string)


def to_number(value: Value) -> Value:
    """``value`` as a number. Null and what is opaque stay what they are."""
    if value is None or isinstance(value, Reference):
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        number = parse_number(value)
        if number is None:
            raise EvaluationError("a number is required")
        return number
    return _convert_opaque(value, "number", to_number)


def to_bool(value: Value) -> Value:
    """``value`` as a bool. Null and what is opaque stay what they are."""
    if value is None or isinstance(value, (bool, Reference)):
        return value
    if isinstance(value, str):
        if value not in _BOOLS:
            raise EvaluationError("a bool is required")
        return _BOOLS[value]
    return _convert_opaque(value, "bool", to_bool)


def _convert_opaque(value: Value, name: str, convert: Callable[[Value], Value]) -> Value:
    if isinstance(value, Unknown):
        return each_candidate(value, convert)
    if isinstance(value, (Text, Encoded)):
        return Unknown(f"a {name} made from text that is only partly known")
    if isinstance(value, Several):
        return Unknown("the number of elements is unknown")
    raise EvaluationError(f"{name} required")


def each_candidate(value: Unknown, convert: Callable[[Value], Value]) -> Value:
    """``value`` with its candidates converted; without them where one of them cannot be."""
    if value.candidates is None:
        return value
    try:
        candidates = tuple(convert(candidate) for candidate in value.candidates)
    except EvaluationError:
        return Unknown(value.reason, value.origin, value.symbol, value.series)
    return Unknown(value.reason, value.origin, value.symbol, value.series, candidates)
