"""Damage to texts and to data, by chance alone."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.expectations import FIXTURES
from tests.fuzz.inputs import LARGEST

_STRAY = [b"}\n", b"{\n", b"<<E\n", b'"${\n', b"*/\n", b"/*\n", b"\xef\xbb\xbf"]
_BYTES = b"{}[]()\"'$%#:,-*&!\\\0\t\xff\xe9 x9|>?<=~`@\r\n"
_TOKEN = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[A-Za-z_][\w-]*|\d+(?:\.\d+)?|\S')
_BRACKETS = [(b"[", b"]"), (b"(", b")"), (b"{a=", b"}"), (b"{a: ", b"}"), (b'"${', b'}"'), (b"!", b""), (b"-", b"")]
_NUMBERS = [
    b"0", b"-1", b"1e308", b"1e-400", b"9" * 400, b"-0", b"18446744073709551616", b"0x10", b"1e999999999", b"00",
    b"0.1e-2", b"4294967296", b"65536", b".5", b"1_000", b"1" + b"0" * 5000,
]  # fmt: skip
WORDS = [
    b"null", b"true", b"false", b'""', b"[]", b"{}", b'"*"', b'"0.0.0.0/0"', b'"::/0"', b"\xff\xfe", b"\0",
    b"\xed\xa0\x80",
    b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"\r", b"\r\n", b"\xef\xbb\xbf", b"# ecsnet:ignore ECSNET201 x\n",
    b"# checkov:skip=CKV2_ECSNET_201:x\n", b"\x1b[31m", b"<<EOT\n", b"<<-EOT\n  ${a}\n  EOT\n", b"%{ for a in b }",
    b"%{ endfor }", b"%{ if a }", b"%{ else }", b"%{ endif }", b"${", b"}", b"$${", b"...", b"*/", b"/*", b"\\u0000",
    b"\\ud800", b"each.key", b"count.index", b"self", b"path.module", b"~", b"---\n", b"...\n", b"&a ", b"*a ",
    b"<<: *a\n",
    b"!!binary ", b"!!python/object:x ", b"!Ref ", b"!Sub ", b"!GetAtt ", b"!If ", b"%YAML 1.1\n", b"? ",
    b"| \n", b">-\n",
    b"2024-02-29", b"1:30", b".inf", b".nan", b"0o17", b"yes",
]  # fmt: skip

Operation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def _cut(chance: random.Random, size: int, most: int) -> tuple[int, int]:
    """A place in ``size`` things, and one up to ``most`` after it."""
    start = chance.randrange(size + 1)
    return start, min(size, start + chance.randint(1, most))


def _bytes(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    changed = bytearray(data or b" ")
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.choice(_BYTES)
    return bytes(changed)


def _without(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _cut(chance, len(data), 60)
    return data[:start] + data[end:]


def _end(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _word(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + chance.choice(WORDS) + data[start:]


def _token(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """One token becomes another, of the same file, another one, or a word."""
    here = list(_TOKEN.finditer(data))
    if not here:
        return data
    source = data if chance.random() < 0.6 else chance.choice(others)
    there = [match[0] for match in _TOKEN.finditer(source)] or [b"x"]
    at = chance.choice(here)
    new = chance.choice(there) if chance.random() < 0.8 else chance.choice(WORDS)
    return data[: at.start()] + new + data[at.end() :]


def _number(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    here = list(re.finditer(rb"-?\d+(?:\.\d+)?", data))
    if not here:
        return data
    at = chance.choice(here)
    return data[: at.start()] + chance.choice(_NUMBERS) + data[at.end() :]


def _nested(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """A token within brackets within brackets."""
    here = list(_TOKEN.finditer(data))
    if not here:
        return data
    at = chance.choice(here)
    opened, closed = chance.choice(_BRACKETS)
    depth = chance.choice((1, 2, 10, 70, 150, 1000, 5000))
    return data[: at.start()] + opened * depth + at[0] + closed * chance.choice((depth, depth, 0)) + data[at.end() :]


def _lines(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Lines are left out, doubled, exchanged, or taken from another file."""
    lines = data.splitlines(keepends=True)
    start, end = _cut(chance, len(lines), 6)
    some = lines[start:end]
    match chance.randrange(4):
        case 0:
            lines[start:end] = []
        case 1:
            lines[start:start] = some * chance.choice((1, 1, 2, 30))
        case 2:
            there = chance.choice(others).splitlines(keepends=True)
            first, last = _cut(chance, len(there), 8)
            lines[start:start] = there[first:last]
        case _:
            at = chance.randrange(len(lines) + 1)
            lines[start:end] = []
            lines[at:at] = some
    return b"".join(lines)


def _blocks(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """What stands between empty lines is left out, doubled, or taken from another file."""
    blocks = re.split(rb"\n\s*\n", data)
    place = chance.randrange(len(blocks))
    there = re.split(rb"\n\s*\n", chance.choice(others))
    match chance.randrange(3):
        case 0:
            del blocks[place]
        case 1:
            blocks.insert(place, chance.choice(blocks))
        case _:
            blocks.insert(place, chance.choice(there))
    return b"\n\n".join(blocks)


def _indent(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    lines = data.splitlines(keepends=True)
    start, end = _cut(chance, len(lines), 8)
    space = chance.choice((b" ", b"  ", b"\t", b"    ", b"- ", b"# "))
    lines[start:end] = [
        space + line if chance.random() < 0.7 else line.removeprefix(b"  ") for line in lines[start:end]
    ]
    return b"".join(lines)


def _many(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """A piece a great many times."""
    start, end = _cut(chance, len(data), 40)
    return data[:start] + data[start:end] * chance.choice((10, 100, 1000)) + data[end:]


def _ends(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    return data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b"\n\t")))


OPERATIONS: list[Operation] = [
    _bytes, _bytes, _without, _word, _word, _token, _token, _token, _token, _number, _nested, _lines, _lines, _lines,
    _blocks, _blocks, _blocks, _indent, _many, _end, _ends,
]  # fmt: skip


def mutated(chance: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """A text with up to eight injuries."""
    for _ in range(chance.choice((1, 1, 2, 2, 3, 5, 8))):
        data = chance.choice(OPERATIONS)(chance, data, others)[:LARGEST]
    return data


def _deep(chance: random.Random) -> Any:
    made: Any = "x"
    for _ in range(chance.choice((5, 60, 120, 300))):
        made = [made] if chance.random() < 0.5 else {chance.choice("ab"): made}
    return made


def odd(chance: random.Random) -> Any:
    """A value of a type that is not expected."""
    values: list[Any] = [
        None, True, False, 0, -1, 1.5, 10**400, 1e300, "", "x", "*", "0.0.0.0/0", "\ud800", "\0", "\x1b[31m", [], {},
        [[]], [None], {"": None}, ["a", 1, None, {}], "a" * 10_000, "${a.b}", "10.0.0.0/8", "true", "0",
        {"a": {"a": {}}},
    ]  # fmt: skip
    return _deep(chance) if chance.random() < 0.05 else chance.choice(values)


_DEEPEST = 200
_MOST = 5_000


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in lists and objects that holds something, but for the deepest."""
    pending = [(data, 0)]
    while pending:
        one, depth = pending.pop()
        keys: Sequence[Any] = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            yield one, key
            if depth < _DEEPEST:
                pending.append((one[key], depth + 1))


def rearranged(chance: random.Random, data: Any, others: Sequence[Any]) -> Any:
    """JSON data, changed in place: parts left out, of another type, exchanged, renamed, or taken from others."""
    for _ in range(chance.choice((1, 2, 4, 10, 40))):
        places = list(_places(data))
        if not places:
            return odd(chance)
        if len(places) > _MOST:
            break  # parts of it in one another double it each time
        holder, key = chance.choice(places)
        match chance.randrange(7):
            case 0:
                del holder[key]
            case 1 | 2:
                holder[key] = odd(chance)
            case 3:
                other, there = chance.choice(places)
                _put(holder, key, other[there])
            case 4 if isinstance(holder, dict):
                named = [one for _, one in places if isinstance(one, str)]
                holder[chance.choice(named)] = holder.pop(key)
            case 5 if isinstance(holder, list):
                holder[key:key] = [copied(holder[key])] * chance.choice((1, 2, 50))
            case _:
                other, there = chance.choice(list(_places(chance.choice(others))) or [(holder, key)])
                _put(holder, key, other[there])
    return data


def _put(holder: Any, key: Any, part: Any) -> None:
    """Where the part is so deep that Python has enough of it, all stays as it is."""
    with suppress(RecursionError):
        copy = copied(part)
        json.dumps(copy)
        holder[key] = copy


def copied(data: Any) -> Any:
    """Deep, so that what is put in two places is not its own part."""
    if isinstance(data, dict):
        return {key: copied(value) for key, value in data.items()}
    return [copied(value) for value in data] if isinstance(data, list) else data


def damaged(number: int) -> Iterator[tuple[Path, bytes]]:
    """Files of fixtures with lines left out, doubled or taken from another, and bytes changed."""
    chance = random.Random(number)
    files = sorted(
        path for path in FIXTURES.rglob("*") if path.suffix in {".tf", ".yaml", ".json"} and path.name != "plan.json"
    )
    for path in chance.sample(files, 40):
        lines = path.read_bytes().splitlines(keepends=True)
        other = chance.choice(files).read_bytes().splitlines(keepends=True)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(lines)) if lines else 0
            match chance.randrange(5):
                case 0:
                    del lines[at : at + chance.randint(1, 3)]
                case 1:
                    lines[at:at] = lines[at : at + chance.randint(1, 5)]
                case 2:
                    lines[at:at] = other[(start := chance.randrange(len(other))) : start + 4]
                case 3 if lines:
                    line = bytearray(lines[at])
                    line[chance.randrange(len(line))] = chance.choice(b"{}[]()\"'$%#:,-*&!\\\0\t\xff\xe9 x9")
                    lines[at] = bytes(line)
                case _:
                    lines[at:at] = [chance.choice(_STRAY)]
        yield path, b"".join(lines)
