"""Blocks, labels and arguments as python-hcl2 reads them.

It cannot be installed beside Checkov, whose fork of it takes the same name: give it an environment of its own, with
``python-hcl2``, ``pytest`` and this project, and run ``pytest tests/hcl_oracle`` there.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from ecsnet.terraform.ast import Body
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse

ROOT = Path(__file__).parents[2]
FILES = sorted(file for folder in ("tests/fixtures", "examples") for file in (ROOT / folder).rglob("*.tf"))


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


pytestmark = pytest.mark.skipif(
    not _installed("python-hcl2") or _installed("bc-python-hcl2"),
    reason="needs python-hcl2, and not Checkov's fork of it",
)


def _ours(body: Body) -> list[Any]:
    blocks = [(block.type, *block.labels, *_ours(block.body)) for block in body.blocks]
    return [tuple(sorted(body.attributes)), *sorted(blocks, key=repr)]


def _theirs(tree: Any) -> list[Any]:
    """The same of python-hcl2's tree of tokens: ``attribute`` and ``block`` nodes in a ``body``."""
    attributes: list[str] = []
    blocks: list[Any] = []
    for node in tree.children:
        kind = getattr(node, "data", None)
        if kind == "attribute":
            attributes.append(_words(node.children[0]))
        elif kind == "block":
            *words, inner = [child for child in node.children if getattr(child, "data", None) is not None]
            blocks.append((*map(_words, words), *_theirs(inner)))
    return [tuple(sorted(attributes)), *sorted(blocks, key=repr)]


def _words(node: Any) -> str:
    return "".join(str(token) for token in node.scan_values(lambda token: True)).strip().strip('"')


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_same_structure(file: Path) -> None:
    import hcl2

    parsed = parse(Source(str(file), file.read_bytes()))
    assert parsed.problems == ()
    tree = hcl2.parses_to_tree(file.read_text() + "\n")
    (body,) = [child for child in tree.children if getattr(child, "data", None) == "body"]
    assert _ours(parsed.body) == _theirs(body)
