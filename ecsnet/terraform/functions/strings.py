"""Strings."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ecsnet.terraform import steps
from ecsnet.terraform.budget import MAX_TEXT
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions import regexes
from ecsnet.terraform.functions.collections import whole
from ecsnet.terraform.functions.texts import graphemes
from ecsnet.terraform.shapes import ZONE_NAMES
from ecsnet.values import Reference, Text, Unknown, Value, text

_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"

_SEPARATORS = frozenset(", ;|\t\n")
_WORDS = frozenset({"arn", "availability_zone", "cidr_block", "id", "ipv6_cidr_block", "vpc_id"})


def bounded(size: int) -> None:
    if size > MAX_TEXT:
        raise OverflowError


def _each(value: str, change: Callable[[str], str]) -> str:
    """Go changes letters one by one: none becomes two."""
    if value.isascii():
        return change(value)
    return "".join(changed if len(changed := change(letter)) == 1 else letter for letter in value)


def lower(value: str) -> Value:
    return _each(value, str.lower)


def upper(value: str) -> Value:
    return _each(value, str.upper)


def title(value: str) -> Value:
    result: list[str] = []
    previous = " "
    for letter in value:
        starts = not (previous.isalnum() or previous == "_") if previous.isascii() else previous in _SPACE
        result.append(_each(letter, str.title) if starts else letter)
        previous = letter
    return "".join(result)


def split(separator: Value, value: Value) -> Value:
    if isinstance(separator, str) and isinstance(value, str):
        return tuple(value.split(separator)) if separator else tuple(value)
    parts = value.parts if isinstance(value, Text) else (value,)
    if not isinstance(separator, str) or not separator or not _SEPARATORS.issuperset(separator):
        return Unknown("split of values that are not in the configuration")
    pieces: list[list[Value]] = [[]]
    for part in parts:
        if isinstance(part, str):
            first, *rest = part.split(separator)
            pieces[-1].append(first)
            pieces += [[piece] for piece in rest]
        elif _is_one_word(part):
            pieces[-1].append(part)
        else:
            return Unknown("split of values that are not in the configuration")
    return tuple(map(text, pieces))


def _is_one_word(value: Value) -> bool:
    """Whether it has none of the separators in it: an id, an ARN, a network, a zone."""
    if isinstance(value, Reference):
        return value.attribute in _WORDS
    return isinstance(value, Unknown) and value.series.endswith(ZONE_NAMES)


def replace(value: str, old: str, new: str) -> Value:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return regexes.replace(old[1:-1], value, new)
    bounded(len(value) + (value.count(old) if old else len(value) + 1) * len(new))
    return value.replace(old, new)


def starts_with(value: Value, prefix: Value) -> Value:
    return _at_end(value, prefix, str.startswith, 0)


def ends_with(value: Value, suffix: Value) -> Value:
    return _at_end(value, suffix, str.endswith, -1)


def _at_end(value: Value, part: Value, test: Callable[[str, str], bool], end: int) -> Value:
    if isinstance(value, str) and isinstance(part, str):
        return test(value, part)
    known = value.parts[end] if isinstance(value, Text) else value
    if isinstance(part, str) and isinstance(known, str):
        if test(known, part):
            return True
        if not test(part, known):
            return False
    return True if part == "" else Unknown("the string is only partly known")


def trim_prefix(value: Value, prefix: Value) -> Value:
    return _trim_end(value, prefix, str.startswith, str.removeprefix, 0)


def trim_suffix(value: Value, suffix: Value) -> Value:
    return _trim_end(value, suffix, str.endswith, str.removesuffix, -1)


def _trim_end(
    value: Value, part: Value, test: Callable[[str, str], bool], remove: Callable[[str, str], str], end: int
) -> Value:
    if isinstance(value, str) and isinstance(part, str):
        return remove(value, part)
    found = _at_end(value, part, test, end)
    if found is False:
        return value
    if found is True and isinstance(value, Text) and isinstance(part, str):
        parts: list[Value] = list(value.parts)
        parts[end] = remove(str(parts[end]), part) if part else parts[end]
        return text(parts)
    return steps.unknown_like(value)


def contains(value: str, part: str) -> Value:
    return part in value


def trim(value: str, cutset: str) -> Value:
    return value.strip(cutset) if cutset else value


def trim_space(value: str) -> Value:
    return value.strip(_SPACE)


def chomp(value: str) -> Value:
    return value.rstrip("\r\n")


def indent(spaces: int | Decimal, value: str) -> Value:
    count = whole(spaces)
    if count < 0:
        raise EvaluationError("the number of spaces must not be negative")
    bounded(len(value) + value.count("\n") * count)
    return value.replace("\n", "\n" + " " * count)


def reverse(value: str) -> Value:
    return "".join(graphemes(value)[::-1])


def substr(value: str, offset: int | Decimal, length: int | Decimal) -> Value:
    characters = graphemes(value)
    start, count = whole(offset), whole(length)
    if start < 0:
        start = max(start + len(characters), 0) if start + len(characters) >= 0 else 0
    if count < 0 or (count == 0 and offset < 0):
        return "".join(characters[start:])
    return "".join(characters[start : start + count])
