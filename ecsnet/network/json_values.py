"""JSON inside a configuration, as values: text with parts that are known only after deployment, or what it encodes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal

from ecsnet.network.links import field, reason_of
from ecsnet.values import Encoded, Key, Reference, Several, Text, Unknown, Value, text

_MARK, _BARE = "\ufdd0{}\ufdd1", '"\ufdd2{}\ufdd1"'
_MARKED = re.compile("\ufdd0([0-9]+)\ufdd1")
_BARE_MARKED = re.compile("\ufdd2([0-9]+)\ufdd1")
_QUOTES = re.compile(r'\\.|"', re.DOTALL)
_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_MOST_DIGITS = 400
_LONGEST_DOCUMENT, _LONGEST_STRING = 1_000_000, 10_000
"""Characters that substitutions may add to a whole document, of which AWS takes 1 MB, and to one string of it."""


def decoded(value: Value, substitutions: Value = None) -> Value:
    """The data of a JSON document, however it is written; lists are tuples. Unknown where it cannot be told.

    ``substitutions``: what ``${Name}`` stands for, anywhere in the text: CloudFormation's ``DefinitionSubstitutions``.
    """
    if isinstance(value, Encoded) and value.encoding == "json":
        return value.value
    try:
        if isinstance(value, (Mapping, tuple)):
            return value if substitutions is None else _put_back(value, (), substitutions)
        if isinstance(value, (str, Text)):
            source, opaque = _marked(value, substitutions)
            return _put_back(_parsed(source), opaque, None)
    except (ValueError, ArithmeticError):
        return Unknown("it is not JSON, or is put together from values known only after deployment")
    except RecursionError:
        return Unknown("it is nested too deeply")
    return None if value is None else Unknown(reason_of(value))


def _parsed(source: str) -> object:
    document: object = json.loads(source, parse_float=_number, parse_int=_number, parse_constant=Unknown)
    return document


def _number(digits: str) -> Value:
    """A number of very many digits takes long to read."""
    if len(digits) > _MOST_DIGITS:
        return Unknown("a number of too many digits")
    return int(digits) if digits.lstrip("-").isdecimal() else Decimal(digits)


def _marked(value: str | Text, substitutions: Value) -> tuple[str, tuple[Value, ...]]:
    """The text with a mark for each opaque part: bare ones, outside of strings, are put into quotes."""
    quoted = False
    source: list[str] = []
    opaque: list[Value] = []
    written = value.parts if isinstance(value, Text) else (value,)
    for part in (piece for whole in written for piece in _substituted(whole, substitutions, _LONGEST_DOCUMENT)):
        if isinstance(part, (bool, int)):
            part = json.dumps(part)
        if isinstance(part, str):
            source.append(part)
            quoted ^= sum(match[0] == '"' for match in _QUOTES.finditer(part)) % 2 == 1
        else:
            source.append((_MARK if quoted else _BARE).format(len(opaque)))
            opaque.append(part)
    return "".join(source), tuple(opaque)


def _substituted(value: Value, substitutions: Value, longest: int) -> list[Value]:
    """The text around ``DefinitionSubstitutions``, and their values; those that are not given stay as written.

    Unknown where that would be longer than ``longest`` characters.
    """
    if substitutions is None or not isinstance(value, str):
        return [value]
    pieces: list[Value] = []
    end = length = 0
    for match in _SUBSTITUTION.finditer(value):
        given = field(substitutions, match[1])
        if given is not None:
            pieces += [value[end : match.start()], *(given.parts if isinstance(given, Text) else (given,))]
            end = match.end()
            length += len(given) if isinstance(given, str) else 0
            if length > longest:
                return [Unknown("it is too long with its substitutions")]
    return [*pieces, value[end:]]


def _put_back(value: object, opaque: tuple[Value, ...], substitutions: Value) -> Value:
    """Marks and substitutions become what they stand for."""
    if isinstance(value, Mapping):
        return {_key(key): _put_back(item, opaque, substitutions) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_element(item, opaque, substitutions) for item in value)
    if isinstance(value, str):
        return _string(value, opaque, substitutions)
    if isinstance(value, Several):
        return Several(_put_back(value.element, opaque, substitutions), value.symbol)
    if value is None or isinstance(value, (bool, int, Decimal, Reference, Unknown, Text, Encoded)):
        return value
    return Unknown("it is not JSON")


def _key(key: object) -> Key:
    if isinstance(key, (Unknown, Text)):
        return key
    name = str(key)
    return Unknown("a key known only after deployment") if _MARKED.search(name) or _BARE_MARKED.search(name) else name


def _element(value: object, opaque: tuple[Value, ...], substitutions: Value) -> Value:
    """Text in place of a list's element may hold several of them, or none."""
    if isinstance(value, str) and _BARE_MARKED.fullmatch(value):
        return Several(Unknown(reason_of(_string(value, opaque, substitutions))))
    return _put_back(value, opaque, substitutions)


def _string(value: str, opaque: tuple[Value, ...], substitutions: Value) -> Value:
    whole = _BARE_MARKED.fullmatch(value) or _MARKED.fullmatch(value)
    if whole:
        return _at(opaque, whole[1])
    pieces: list[Value] = []
    for index, piece in enumerate(_MARKED.split(value)):
        pieces += [_at(opaque, piece)] if index % 2 else _substituted(piece, substitutions, _LONGEST_STRING)
    pieces = [piece for piece in pieces if piece != ""]
    return pieces[0] if len(pieces) == 1 else text(map(_written, pieces))


def _written(piece: Value) -> Value:
    """What a value reads as within a string."""
    if isinstance(piece, (str, Unknown, Reference, Text, Encoded)):
        return piece
    return json.dumps(piece) if isinstance(piece, (bool, int)) else Unknown("a list or an object within a string")


def _at(opaque: tuple[Value, ...], index: str) -> Value:
    """Marks that the text has of its own stand for nothing."""
    position = int(index) if len(index) < 10 else len(opaque)
    return opaque[position] if position < len(opaque) else Unknown("it is not JSON")
