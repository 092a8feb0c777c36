"""JSON, Base64, CSV, URLs and YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ecsnet.terraform import steps
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.numbers import format_number, normal
from ecsnet.terraform.sets import sort_values
from ecsnet.terraform.source import composed
from ecsnet.terraform.typed import typed
from ecsnet.terraform.types import STRING, Attribute, Collection, Object
from ecsnet.values import Encoded, Key, Reference, Set, Several, Text, Unknown, Value, is_known, text

MAX_LENGTH = 4_000_000
_ENCODINGS = {"UTF-8": "utf-8", "UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be", "UTF-16": "utf-16-be"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_HOLE = re.compile("\ue000([0-9]+)\ue001")


def json_string(value: str) -> str:
    """As Go writes it: characters with a meaning in HTML escaped too."""
    quoted = json.dumps(value, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        quoted = quoted.replace(character, f"\\u{ord(character):04x}")
    return quoted


def json_text(value: Value) -> str:
    """The JSON of a known value, as Terraform prints it: keys in order, no spaces."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return json_string(value)
    if isinstance(value, (int, Decimal)):
        return format_number(value)
    if isinstance(value, tuple):
        items = (sort_values(value) or value) if isinstance(value, Set) else value
        return "[" + ",".join(map(json_text, items)) + "]"
    if isinstance(value, Mapping):
        names = sorted(name for name in value if isinstance(name, str))
        return "{" + ",".join(f"{json_string(name)}:{json_text(value[name])}" for name in names) + "}"
    raise TypeError(f"not a known value: {value!r}")


def json_encode(value: Value) -> Value:
    return json_text(value) if is_known(value) else Encoded("json", value)


_STRINGS = ("id", "arn", "_id", "_arn", "name")
"""How the names of attributes end that are strings, whatever they are."""


def in_text(value: Value) -> Value:
    """A JSON document that is not wholly known, as a part of a text: what refers to resources stays in it."""
    if not isinstance(value, Encoded) or value.encoding != "json":
        return value
    return text(_pieces(value.value))


def _pieces(value: Value) -> Iterator[Value]:
    """As :func:`json_text` writes it. What may be other than a string, and is not known, is unknown text."""
    if is_known(value):
        yield json_text(value)
    elif isinstance(value, Text) or (isinstance(value, Reference) and value.attribute.endswith(_STRINGS)):
        yield from ('"', *_escaped(value), '"')
    elif isinstance(value, tuple) and not any(isinstance(item, Several) for item in value) and type(value) is not Set:
        for position, item in enumerate(value):
            yield "," if position else "["
            yield from _pieces(item)
        yield "]"
    elif isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        for position, name in enumerate(sorted(name for name in value if isinstance(name, str))):
            yield f"{',' if position else '{'}{json_string(name)}:"
            yield from _pieces(value[name])
        yield "}"
    else:
        yield Unknown("JSON of a value known only after deployment")


def _escaped(value: Text | Reference) -> Iterator[Value]:
    for part in value.parts if isinstance(value, Text) else (value,):
        yield json_string(part)[1:-1] if isinstance(part, str) else part


def json_decode(value: Value) -> Value:
    """Undoes ``jsonencode``; a text of which parts are unknown is read with those parts as values, or in strings."""
    if isinstance(value, Encoded) and value.encoding == "json":
        return value.value
    if isinstance(value, str):
        return _parse_json(value)
    if isinstance(value, Text):
        return _parse_holes(value)
    return steps.unknown_like(value)


def _reject(name: str) -> Value:
    raise ValueError(name)


def _parse_json(value: str) -> Value:
    if len(value) > MAX_LENGTH:
        raise OverflowError
    try:
        return _plain(_loaded(value))
    except ValueError as error:
        raise EvaluationError(f"invalid JSON: {error}") from None
    except InvalidOperation:  # an exponent that Python does not take
        raise EvaluationError("invalid JSON: number out of range") from None


def _loaded(value: str) -> Any:
    return json.loads(
        value, parse_float=Decimal, parse_int=Decimal, parse_constant=_reject, object_pairs_hook=_properties
    )


def _properties(pairs: list[tuple[str, Any]]) -> Any:
    """An object. Terraform refuses names that are not composed, and those that are there with values of two types."""
    found: dict[str, Any] = {}
    for name, item in pairs:
        name = _SURROGATE.sub("\ufffd", name)
        if composed(name) != name:
            raise EvaluationError(f'unsupported attribute "{name}"')
        if name in found and (type(item) is not type(found[name]) or isinstance(item, (dict, list))):
            return Unknown(f'JSON with two values for "{name}", which may be of different types')
        found[name] = item
    return found


def _plain(value: Any) -> Value:
    if isinstance(value, str):
        # One half of a character stands, as in Go, for one that is not there.
        return value if value.isascii() else composed(_SURROGATE.sub("\ufffd", value))
    if isinstance(value, Decimal):
        return normal(value)
    if isinstance(value, list):
        return tuple(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(value[key]) for key in sorted(value)}
    result: bool | Unknown | None = value
    return result


def _parse_holes(value: Text) -> Value:
    """An unknown part within quotes is taken to be text without quotes of its own."""
    source: list[str] = []
    quoted = escaped = False
    for position, part in enumerate(value.parts):
        if isinstance(part, str):
            if "\ue000" in part:
                return Unknown("JSON of which parts are unknown")
            for character in part:
                if escaped:
                    escaped = False
                elif character == "\\":
                    escaped = quoted
                elif character == '"':
                    quoted = not quoted
            source.append(part)
        else:
            source.append(f"\ue000{position}\ue001" if quoted else f'"\ue000{position}\ue001"')
    try:
        return _fill(_parse_json("".join(source)), value)
    except EvaluationError:
        return Unknown("JSON of which parts are unknown")


def _fill(value: Value, holes: Text) -> Value:
    if isinstance(value, str):
        pieces = _HOLE.split(value)
        return text(holes.parts[int(piece)] if place % 2 else piece for place, piece in enumerate(pieces))
    if isinstance(value, tuple):
        return tuple(_fill(item, holes) for item in value)
    if isinstance(value, Mapping):
        result: dict[Key, Value] = {}
        for key, item in value.items():
            name = _fill(key, holes)
            if isinstance(name, Reference) or not isinstance(name, str):
                return Unknown("a key of the JSON object is unknown")
            result[name] = _fill(item, holes)
        return result
    return value


def base64_encode(value: Value) -> Value:
    if not isinstance(value, str):
        return Encoded("base64", value)
    return encode_bytes(value.encode())


def encode_bytes(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()


def base64_decode(value: Value) -> Value:
    if isinstance(value, Encoded) and value.encoding == "base64":
        return value.value
    if not isinstance(value, str):
        return steps.unknown_like(value)
    try:
        return _decode(value).decode()
    except UnicodeDecodeError:
        raise EvaluationError("the result of decoding the provided string is not valid UTF-8") from None


def _decode(value: str) -> bytes:
    import base64
    import binascii

    try:
        return base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise EvaluationError("failed to decode base64 data") from None


def text_encode_base64(value: str, encoding: str) -> Value:
    return encode_bytes(value.encode(_codec(encoding)))


def text_decode_base64(value: str, encoding: str) -> Value:
    try:
        return _decode(value).decode(_codec(encoding))
    except UnicodeDecodeError:
        raise EvaluationError(f"the given source bytes are not in encoding {encoding}") from None


def _codec(encoding: str) -> str:
    import codecs

    name = _ENCODINGS.get(encoding.upper())
    if name is not None:
        return name
    try:
        found = codecs.lookup(encoding)
        "".encode(found.name)
    except (LookupError, ValueError):
        raise EvaluationError(f'"{encoding[:50]}" is not a supported IANA encoding name or alias') from None
    return found.name


def gzip(value: str) -> Value:
    return Unknown("the bytes that gzip makes depend on its version")


def url_encode(value: str) -> Value:
    from urllib.parse import quote_plus

    return quote_plus(value, safe="~")


_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=[,\n]|\Z)')
_UNQUOTED = re.compile(r'[^,"\n]*')


def csv_decode(value: str) -> Value:
    if len(value) > MAX_LENGTH:
        raise OverflowError
    rows = _records(value)
    if not rows:
        raise EvaluationError("missing header line")
    header = rows[0]
    if len(set(header)) != len(header):
        raise EvaluationError("duplicate column name")
    if any(len(row) != len(header) for row in rows):
        raise EvaluationError("wrong number of fields")
    type_ = Object(tuple(Attribute(name, STRING) for name in sorted(header)))
    return typed(tuple(dict(zip(header, row)) for row in rows[1:]), Collection("list", type_))


def _records(value: str) -> list[list[str]]:
    """RFC 4180 as Go reads it: lines end in LF or CRLF, empty ones are left out, quotes are all of a field or none."""
    text = value.replace("\r\n", "\n").removesuffix("\r")
    rows: list[list[str]] = []
    row: list[str] = []
    position = 0
    while position < len(text) or row:
        if not row and text.startswith("\n", position):
            position += 1
            continue
        if text.startswith('"', position):
            quoted = _QUOTED.match(text, position)
            if quoted is None:
                raise EvaluationError('invalid CSV: extraneous or missing " in quoted field')
            field, position = quoted[1].replace('""', '"'), quoted.end()
        else:
            plain = _UNQUOTED.match(text, position)
            if plain is None or text.startswith('"', plain.end()):
                raise EvaluationError('invalid CSV: bare " in non-quoted field')
            field, position = plain[0], plain.end()
        row.append(field)
        if not text.startswith(",", position):
            rows.append(row)
            row = []
        position += 1
    return rows
