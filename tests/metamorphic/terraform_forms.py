"""Terraform in its other forms: JSON, and the same text laid out in another way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ecsnet.terraform.ast import Attribute, Block, Body, Expression, Literal, ObjectCons, TupleCons
from tests.metamorphic.hcl import File, attributes, files, walk
from tests.metamorphic.relation import Left, Relation, Rewritten

_BARE = frozenset({"depends_on", "ignore_changes", "replace_triggered_by", "provider", "providers", "alias"})
"""Arguments that have names, not expressions, in JSON."""


def into_json(tree: Path) -> Rewritten:
    """Every file becomes a ``.tf.json``: arguments as they are where JSON has them, else ``"${…}"``."""
    for file in files(tree):
        content: dict[str, Any] = {}
        for block in file.body.blocks:
            _add(content, (block.type, *block.labels), _body(file, block.body, block))
        file.path.with_suffix(".tf.json").write_text(json.dumps(content, indent=2), "utf-8")
        file.path.unlink()
    return Rewritten()


def _add(content: dict[str, Any], labels: tuple[str, ...], body: dict[str, Any]) -> None:
    """Blocks of the same labels are a list; one is an object, as people write it."""
    *outer, last = labels
    for label in outer:
        content = content.setdefault(label, {})
    if last not in content:
        content[last] = body
    elif isinstance(content[last], list):
        content[last].append(body)
    else:
        content[last] = [content[last], body]


def _body(file: File, body: Body, top: Block) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, attribute in body.attributes.items():
        if name in _BARE or top.type in ("moved", "removed", "import") or (top.type, name) == ("variable", "type"):
            result[name] = _names(file, attribute)
        else:
            result[name] = _value(file, attribute.expression, file.value(attribute))
    for block in body.blocks:
        _add(result, (block.type, *block.labels), _body(file, block.body, top))
    return result


def _names(file: File, attribute: Attribute) -> Any:
    """What a static argument names, without quotes."""
    node = attribute.expression
    if isinstance(node, TupleCons):
        return [file.text(item) for item in node.items]
    if isinstance(node, ObjectCons):
        return {file.text(key): file.text(item) for key, item in node.items}
    if isinstance(node, Literal) and isinstance(node.value, str):
        return node.value
    return file.value(attribute)


def _value(file: File, node: Expression, text: str | None) -> Any:
    """``text``: all of the expression, where that is not cut by parentheses."""
    if isinstance(node, Literal):
        if isinstance(node.value, str):
            return node.value.replace("${", "$${").replace("%{", "%%{")
        return node.value if node.value is None or isinstance(node.value, (bool, int)) else float(node.value)
    if isinstance(node, TupleCons):
        items = [(item, file.exact(item)) for item in node.items]
        if all(cut is not None for _, cut in items):
            return [_value(file, item, cut) for item, cut in items]
    if isinstance(node, ObjectCons):
        pairs = [(key, item, file.exact(item)) for key, item in node.items]
        if all(cut is not None and isinstance(key, Literal) for key, _, cut in pairs):
            return {str(key.value): _value(file, item, cut) for key, item, cut in pairs if isinstance(key, Literal)}
    if text is None:
        raise Left("parentheses cut the text")
    return f"${{{text}\n}}" if "<<" in text else f"${{{text}}}"


def flat(tree: Path) -> Rewritten:
    """No line is indented, and blank lines and comments are everywhere; Windows ends the lines."""
    for file in files(tree):
        held = [
            (node.start, node.end)
            for attribute in attributes(file)
            for node in walk(attribute.expression)
            if file.source.text[node.start : node.start + 2] == b"<<"
        ]
        lines: list[bytes] = []
        offset = 0
        for line in file.source.text.splitlines(keepends=True):
            if any(start < offset < end for start, end in held):
                lines.append(line)
            else:
                lines += [b'\r\n# { ${ "\r\n', re.sub(rb"[ \t]+", b" ", line.strip(), count=0) + b"\r\n"]
            offset += len(line)
        file.path.write_bytes(b"".join(lines))
    return Rewritten()


def parenthesised(tree: Path) -> Rewritten:
    """Each value is in parentheses, with a comment."""
    for file in files(tree):
        for block in file.body.blocks:
            if block.type in ("resource", "data", "locals", "output"):
                for attribute in block.body.attributes.values():
                    text = file.value(attribute)
                    if attribute.name not in _BARE and "<<" not in text:
                        file.replace(attribute, f"{attribute.name} = ( /* ) */\n({text}) // )\n)")
        file.write()
    return Rewritten()


RELATIONS = (
    Relation("HCL into JSON", "tf", into_json, 300),
    Relation("another layout", "tf", flat, 300),
    Relation("parentheses around values", "tf", parenthesised, 300),
)
