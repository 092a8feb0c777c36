"""Edits in HCL files: what is written where, and what is put in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ecsnet.records import names
from ecsnet.terraform.ast import Attribute, Block, Body, Expression, GetAttr, Literal, Node, Variable
from ecsnet.terraform.parser import SyntaxProblem
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse, parse_expression
from tests.metamorphic.relation import Left

STATIC = frozenset({"depends_on", "ignore_changes", "replace_triggered_by", "provider", "providers"})
"""Arguments that name things and have no value."""


class File:
    """A file, and what is to be changed in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = Source(str(path), path.read_bytes())
        parsed = parse(self.source)
        if parsed.problems:
            raise Left("errors of syntax")
        self.body = parsed.body
        self.edits: list[tuple[int, int, bytes]] = []
        self.added: list[str] = []

    def text(self, node: Any) -> str:
        return self.source.text[node.start : node.end].decode("utf-8")

    def value(self, attribute: Attribute) -> str:
        """The text of an argument's value, with all of its parentheses."""
        return re.sub(r"\A[\w\"-]+\s*=\s*", "", self.text(attribute))

    def exact(self, node: Any) -> str | None:
        """The text of an expression within another; ``None`` where parentheses cut it."""
        text = self.text(node)
        try:
            parsed = parse_expression(Source("", text.encode()))
        except SyntaxProblem:
            return None
        return text if _shape(parsed) == _shape(node) else None

    def put(self, start: int, end: int, text: str) -> None:
        self.edits.append((start, end, text.encode()))

    def replace(self, node: Any, text: str) -> None:
        self.put(node.start, node.end, text)

    def write(self) -> None:
        data = self.source.text
        for start, end, text in sorted(self.edits, reverse=True):
            data = data[:start] + text + data[end:]
        if self.added:
            data = data.rstrip() + b"\n\n" + "\n".join(self.added).encode() + b"\n"
        self.path.write_bytes(data)


def _shape(node: Any) -> Any:
    """A tree without its places."""
    if isinstance(node, tuple):
        return tuple(map(_shape, node))
    if not names(node):
        return node
    return (type(node), *(_shape(getattr(node, name)) for name in names(node) if name not in ("start", "end")))


def files(tree: Path) -> list[File]:
    """Every file, where all are in native syntax."""
    for path in tree.rglob("*"):
        if path.name == "plan.json":
            raise Left("a plan")
        if path.name.endswith((".tf.json", ".tofu")) or path.suffix == ".tfvars":
            raise Left("other files than .tf")
        if path.stem.endswith("override"):
            raise Left("override files")
    return [File(path) for path in sorted(tree.rglob("*.tf"))]


def walk(node: Any) -> Iterator[Node]:
    """An expression and all that it is made of, each after what it stands in."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif isinstance(node, Node):
        yield node
        for name in names(node):
            yield from walk(getattr(node, name))


def bodies(body: Body) -> Iterator[Body]:
    """A body and those of the blocks in it, at any depth."""
    yield body
    for block in body.blocks:
        yield from bodies(block.body)


def attributes(file: File) -> Iterator[Attribute]:
    """Every argument of a file that has a value, at any depth."""
    for block in file.body.blocks:
        if block.type not in ("moved", "removed", "import"):
            for body in bodies(block.body):
                yield from (attribute for attribute in body.attributes.values() if attribute.name not in STATIC)


def expressions(file: File) -> Iterator[Node]:
    """Every expression of a file, those within others too."""
    for attribute in attributes(file):
        yield from walk(attribute.expression)


def named(node: Expression) -> tuple[str, ...]:
    """``("aws_subnet", "a")``, ``("data", "aws_vpc", "b")``, ``("local", "c")``: what a traversal so far names."""
    steps: list[str] = []
    while isinstance(node, GetAttr):
        steps.append(node.name)
        node = node.source
    return (node.name, *reversed(steps)) if isinstance(node, Variable) else ()


def literal(block: Block, name: str) -> object:
    """The value of an argument that is a literal; ``None`` where there is none."""
    attribute = block.body.attributes.get(name)
    return attribute.expression.value if attribute and isinstance(attribute.expression, Literal) else None


def calls(found: list[File]) -> Iterator[tuple[File, Block, Path]]:
    """The calls of modules that are in the tree, with the folder of each."""
    for file in found:
        for block in file.body.blocks:
            if block.type == "module":
                source = literal(block, "source")
                if isinstance(source, str) and source.startswith("."):
                    yield file, block, (file.path.parent / source).resolve()


def roots(found: list[File]) -> set[Path]:
    """The folders that no call names."""
    called = {folder for _, _, folder in calls(found)}
    return {file.path.parent for file in found if file.path.parent.resolve() not in called}
