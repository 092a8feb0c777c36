"""The same configuration with its blocks or resources in another order."""

from __future__ import annotations

import json
import random
from typing import Any

import yaml

from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse

_MAX_DEPTH = 60


def reordered(name: str, data: bytes, chance: random.Random) -> bytes:
    """``data`` itself where its order means something, or it is no configuration."""
    if name.endswith((".tf", ".tofu")) and "override" not in name:
        return _blocks(data, chance)
    if name.startswith(("template", "nested")):
        return _resources(data, chance) if name.endswith(".json") else _yaml_resources(data, chance)
    return data


def _blocks(data: bytes, chance: random.Random) -> bytes:
    """Whole blocks with what stands between them and the one before: only where nothing else is at the top."""
    parsed = parse(Source("x.tf", data))
    text = parsed.source.text
    blocks = sorted(parsed.body.blocks, key=lambda block: block.start)
    if parsed.problems or parsed.body.attributes or len(blocks) < 2:
        return data
    ends = [0, *(block.end for block in blocks[:-1])]
    pieces = [text[start : block.end] for start, block in zip(ends, blocks)]
    rest = text[blocks[-1].end :]
    if any(b"\n" not in piece for piece in pieces[1:]):
        return data
    first = b"\n" + pieces[0]
    mixed = [first, *pieces[1:]]
    chance.shuffle(mixed)
    return b"".join(mixed) + rest


def _resources(data: bytes, chance: random.Random) -> bytes:
    try:
        document = json.loads(data, object_pairs_hook=_single)
    except (ValueError, RecursionError):
        return data
    resources = document.get("Resources") if isinstance(document, dict) else None
    if not isinstance(resources, dict):
        return data
    items = list(resources.items())
    chance.shuffle(items)
    return json.dumps({**document, "Resources": dict(items)}).encode()


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two with a name the last wins: that is an order which counts."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def _yaml_resources(data: bytes, chance: random.Random) -> bytes:
    """By whole lines: what is indented below ``Resources``. Not where anchors or long texts may run through it."""
    if any(mark in data for mark in (b"&", b"*", b"|", b">", b"---", b"...", b"\r", b"\t", b"<<", b'"\n', b"'\n")):
        return data
    lines = data.split(b"\n")
    if b"Resources:" not in lines:
        return data
    start = lines.index(b"Resources:") + 1
    end = next((n for n in range(start, len(lines)) if lines[n] and lines[n][:1] not in (b" ", b"#")), len(lines))
    pieces: list[list[bytes]] = []
    for line in lines[start:end]:
        if line.startswith(b"  ") and line[2:3] not in (b" ", b"#", b"-", b""):
            pieces.append([line])
        elif not pieces:
            return data
        else:
            pieces[-1].append(line)
    before = _keys(data)
    chance.shuffle(pieces)
    made = b"\n".join([*lines[:start], *(line for piece in pieces for line in piece), *lines[end:]])
    return made if before is not None and before == _keys(made) else data


def _keys(data: bytes) -> Any:
    """The document as plain data, its mappings without order; ``None`` where there is none."""
    try:
        return _plain(yaml.compose(data.decode("utf-8"), yaml.CBaseLoader), 0)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
        return None


def _plain(node: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise ValueError
    if isinstance(node, yaml.MappingNode):
        pairs = [(_plain(key, depth + 1), _plain(value, depth + 1)) for key, value in node.value]
        return node.tag, sorted(pairs, key=repr)
    if isinstance(node, yaml.SequenceNode):
        return node.tag, [_plain(item, depth + 1) for item in node.value]
    return (node.tag, node.value) if node is not None else None
