"""Strings with unknown parts: how values are written as text, named, joined and split."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from decimal import Decimal

from ecsnet.values import Encoded, Reference, Several, Text, Unknown, Value, text

MAX_LENGTH = 1_000_000
"""Characters of a string that evaluation makes: as long as the longest template."""
_MAX_PARTS = 10_000
_LONGEST_SYMBOL = 500

_DYNAMIC = re.compile(r"\{\{resolve:([a-z-]+):([^{}]*)\}\}")
_IDENTITIES = frozenset({"Ref", "Arn", "GroupId", "SubnetId", "VpcId", "RouteTableId", "Id"})


def as_text(value: Value) -> Value:
    """A scalar as CloudFormation writes it into a string; lists, mappings and null are no part of a string."""
    if isinstance(value, (str, Unknown, Reference, Text)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Encoded):
        return Unknown(f"{value.encoding} text with values known only after deployment")
    return Unknown("a string cannot be made of a list, a mapping or null")


def concatenate(parts: Iterable[Value]) -> Value:
    pieces = [as_text(part) for part in parts]
    length = sum(_length(piece) for piece in pieces)
    if length > MAX_LENGTH or sum(len(p.parts) if isinstance(p, Text) else 1 for p in pieces) > _MAX_PARTS:
        return Unknown(f"a string of more than {MAX_LENGTH} characters")
    return text(pieces)


def _length(value: Value) -> int:
    if isinstance(value, Text):
        return sum(len(part) for part in value.parts if isinstance(part, str))
    return len(value) if isinstance(value, str) else 0


def symbol_of(value: Value) -> str:
    """A name that only equal values share; "" where there is none."""
    symbol = _symbol(value)
    return symbol if len(symbol) <= _LONGEST_SYMBOL else ""


def _symbol(value: Value) -> str:
    if isinstance(value, Unknown):
        return value.symbol
    if isinstance(value, Reference):
        return f"{value.target}.{value.attribute}" if value.index is None else ""
    if isinstance(value, Text):
        names = [part if isinstance(part, str) else _symbol(part) for part in value.parts]
        if not all(names):
            return ""
        return "".join(p if isinstance(p, str) else f"${{{name}}}" for p, name in zip(value.parts, names))
    if isinstance(value, (str, int, Decimal)):
        written = as_text(value)
        return written if isinstance(written, str) else ""
    if isinstance(value, tuple) and len(value) <= 20:
        names = [_symbol(item) if item != "" else "''" for item in value]
        return f"[{','.join(names)}]" if all(names) else ""
    return ""


def dynamic(value: str) -> Value:
    """A string with its ``{{resolve:…}}`` references, which CloudFormation looks up at deployment. The name of an SSM
    parameter stays visible in the symbol: ``ssm:/path``.
    """
    parts: list[Value] = []
    end = 0
    for match in _DYNAMIC.finditer(value):
        service = "ssm" if match[1].startswith("ssm") else match[1]
        symbol = f"{service}:{match[2]}"
        parts += [value[end : match.start()], Unknown("resolved at deployment", symbol=symbol[:_LONGEST_SYMBOL])]
        end = match.end()
    return concatenate([*parts, value[end:]]) if parts else value


def split(value: Value, delimiter: str, single: Collection[str]) -> Value:
    """``Fn::Split``, and how a list parameter takes a string. ``single``: symbols of unknowns that are one word."""
    if isinstance(value, str):
        return tuple(value.split(delimiter)) if delimiter else (value,)
    if isinstance(value, Text) and delimiter:
        elements: list[list[Value]] = [[]]
        for part in value.parts:
            if isinstance(part, str):
                first, *rest = part.split(delimiter)
                elements[-1].append(first)
                elements += [[piece] for piece in rest]
            else:
                elements[-1].append(part)
        return tuple(_element(element, delimiter, single) for element in elements)
    if isinstance(value, Reference):
        return (value,) if _is_single(value, delimiter, single) else _pieces(value, delimiter)
    if isinstance(value, Unknown):
        if value.symbol and value.symbol in single and delimiter == ",":
            return (value,)
        return _pieces(value, delimiter)
    return Unknown("only a string can be split")


def _element(parts: list[Value], delimiter: str, single: Collection[str]) -> Value:
    loose = [part for part in parts if not isinstance(part, str) and not _is_single(part, delimiter, single)]
    if loose:
        return Several(Unknown("part of a value known only after deployment"), symbol_of(loose[0]))
    return text(parts)


def _is_single(value: Value, delimiter: str, single: Collection[str]) -> bool:
    """Whether a value is known not to have the delimiter in it: ids have neither commas nor bars."""
    if not set(delimiter) <= set(",|;"):
        return False
    if isinstance(value, Reference):
        return value.attribute in _IDENTITIES or value.attribute.endswith("Id")
    return isinstance(value, Unknown) and (value.series != "" or value.symbol in single) and value.symbol != ""


def _pieces(value: Unknown | Reference, delimiter: str) -> Value:
    name = symbol_of(value)
    reason = value.reason if isinstance(value, Unknown) else f"{name} is known only after deployment"
    origin = value.origin if isinstance(value, Unknown) else None
    return Unknown(reason, origin, f"Fn::Split('{delimiter}', {name})" if name else "")
