"""YAML as Terraform reads and writes it.

https://github.com/zclconf/go-cty-yaml
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions.encoding import MAX_LENGTH, json_text
from ecsnet.terraform.numbers import parse_number
from ecsnet.terraform.sets import sort_values
from ecsnet.terraform.source import composed
from ecsnet.values import Set, Unknown, Value

MAX_NODES = 100_000
MAX_DEPTH = 100
_TRUE = "y Y yes Yes YES true True TRUE on On ON"
_FALSE = "n N no No NO false False FALSE off Off OFF"
_BOOLS = {**dict.fromkeys(_TRUE.split(), True), **dict.fromkeys(_FALSE.split(), False)}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_TIMESTAMP = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt\s].*)?")

_SPECIAL = re.compile('[\x00-\x1f"\\\\\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\U00010000-\U0010ffff]')
"""What the encoder of Terraform does not print as it is."""
_ESCAPES = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e", '"': '"',
    "\\": "\\", "\x85": "N", "\u2028": "L", "\u2029": "P",
}  # fmt: skip
_BREAK = re.compile("[\r\n\x85\u2028\u2029]")
_NO_BLOCK = re.compile(" \n| $|[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\U00010000-\U0010ffff]")
"""Text of several lines with one of these is written in quotes."""
_MAX_SIMPLE_KEY = 128


class _SeparatorError(Exception):
    """Lines end in something other than a line feed."""


def encode(value: Value) -> Value:
    try:
        lines = _lines(value)
    except _SeparatorError:
        return Unknown("YAML of text with Unicode's line separators")
    if value is None or isinstance(value, (bool, int, Decimal)):
        lines.append("...")
    return "\n".join(lines) + "\n"


def _scalar(value: Value) -> list[str] | None:
    """The lines of a value that needs no block of its own."""
    if isinstance(value, str) and "\n" in value and not _NO_BLOCK.search(value):
        if "\u2028" in value or "\u2029" in value:
            raise _SeparatorError
        return None
    if isinstance(value, tuple):
        return None if value else ["[]"]
    if isinstance(value, Mapping):
        return None if value else ["{}"]
    return [_plain_text(value)]


def _plain_text(value: Value) -> str:
    return f'"{_SPECIAL.sub(_escaped, value)}"' if isinstance(value, str) else json_text(value)


def _escaped(match: re.Match[str]) -> str:
    character, code = match[0], ord(match[0])
    if character in _ESCAPES:
        return f"\\{_ESCAPES[character]}"
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _lines(value: Value) -> list[str]:
    scalar = _scalar(value)
    if scalar is not None:
        return scalar
    result: list[str] = []
    if isinstance(value, str):
        body = value.split("\n")
        chomping = "-" if body[-1] else "" if body[-2] else "+"
        indent = "2" if value[0] in " \n" else ""
        if not body[-1]:
            body.pop()
        return [f"|{indent}{chomping}", *(f"  {line}" if line else "" for line in body)]
    if isinstance(value, tuple):
        items = (sort_values(value) or value) if isinstance(value, Set) else value
        for item in items:
            first, *rest = _lines(item)
            result.append(f"- {first}")
            shift = "" if isinstance(item, str) else "  "
            result.extend(f"{shift}{line}" if line else "" for line in rest)
    elif isinstance(value, Mapping):
        for name in sorted(key for key in value if isinstance(key, str)):
            item = value[name]
            lines = _lines(item)
            key = _plain_text(name)
            if _scalar(name) is None or _BREAK.search(name) or len(key.encode()) - 2 > _MAX_SIMPLE_KEY:
                result += _long_entry(_lines(name), lines, isinstance(item, str))
            elif isinstance(item, str) or _scalar(item) is not None:
                result += [f"{key}: {lines[0]}", *lines[1:]]
            else:
                shift = "  " if isinstance(item, Mapping) else ""
                result.append(f"{key}:")
                result.extend(f"{shift}{line}" if line else "" for line in lines)
    return result


def _long_entry(key: list[str], item: list[str], is_text: bool) -> list[str]:
    """An entry whose key has several lines, or more characters than one before a colon may have."""
    shift = "" if is_text else "  "
    return [f"? {key[0]}", *key[1:], f": {item[0]}", *(f"{shift}{line}" if line else "" for line in item[1:])]


def decode(value: str) -> Value:
    if len(value) > MAX_LENGTH:
        raise OverflowError
    try:
        import yaml
    except ImportError:
        return Unknown("PyYAML, which reads YAML, is not installed")
    try:
        nodes = list(yaml.compose_all(value, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, ValueError) as error:
        if "\t" in value:
            # YAML separates by tabs too, as Terraform's parser does; PyYAML by spaces alone.
            return Unknown("YAML with tabs in it")
        raise EvaluationError(f"invalid YAML: {str(error).splitlines()[0]}") from None
    if len(nodes) > 1:
        raise EvaluationError("unexpected extra content after value")
    if not nodes or nodes[0] is None:
        raise EvaluationError("missing start of document")
    return _Reader(yaml).value(nodes[0], 0)


class _Reader:
    """Nodes into values. The number of nodes is bounded, so that aliases of aliases cannot make it grow."""

    def __init__(self, yaml: Any) -> None:
        self.yaml = yaml
        self.count = 0

    def value(self, node: Any, depth: int) -> Value:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            raise OverflowError
        if isinstance(node, self.yaml.SequenceNode):
            return tuple(self.value(item, depth + 1) for item in node.value)
        if isinstance(node, self.yaml.MappingNode):
            return self._mapping(node, depth)
        return _read_scalar(node.value, node.tag, node.style)

    def _mapping(self, node: Any, depth: int) -> Value:
        result: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged = self.value(value_node, depth + 1)
                for one in merged if isinstance(merged, tuple) else (merged,):
                    if not isinstance(one, Mapping):
                        raise EvaluationError("the value of a merge key must be a mapping")
                    for name, item in one.items():
                        result.setdefault(str(name), item)
                continue
            key = self.value(key_node, depth + 1)
            if isinstance(key, (tuple, Mapping)) or key is None:
                raise EvaluationError("mapping keys must be strings")
            result[key if isinstance(key, str) else json_text(key)] = self.value(value_node, depth + 1)
        return {name: result[name] for name in sorted(result)}


def _read_scalar(value: str, tag: str, style: str | None) -> Value:
    if not value.isascii():
        if _SURROGATE.search(value):
            raise EvaluationError("found invalid Unicode character escape code")
        value = composed(value)
    if style:
        return value
    if tag.startswith("!"):
        raise EvaluationError(f"unsupported tag {tag}")
    if value in _NULLS:
        return None
    if value in _BOOLS:
        return _BOOLS[value]
    if _DATE.fullmatch(value):
        return value + "T00:00:00Z"
    if _TIMESTAMP.fullmatch(value):
        return Unknown("a YAML timestamp")
    number = _read_number(value)
    return value if number is None else number


def _read_number(value: str) -> int | Decimal | None:
    match = re.fullmatch(r"([+-]?)0([xob])([0-9a-fA-F]+)", value)
    if match and len(value) < 200:
        try:
            number = int(match[3], {"x": 16, "o": 8, "b": 2}[match[2]])
        except ValueError:
            return None
        return -number if match[1] == "-" else number
    return parse_number(value)
