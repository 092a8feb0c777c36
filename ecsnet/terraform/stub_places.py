"""Where in the user's own files something in a stub is shown: at the argument of the ``module`` block that decides it.

An attribute in a stub is at the first of the inputs that it is made from, in the order written, that the call gives.
Where others decide, a comment names them, in the order in which to look for them::

    # at: single_nat_gateway, one_nat_gateway_per_az
    resource "aws_nat_gateway" "this" {
      subnet_id = local.subnets[count.index] # at: public_subnets
    }

A comment on a line of its own holds to the end of the block at the top of the file. What no given argument decides is
at the beginning of the ``module`` block.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from ecsnet.terraform.folders import Declaration, Folder, Layer
from ecsnet.terraform.source import Source
from ecsnet.values import Span

_DIRECTIVE = re.compile(r"#\s*at:\s*([\w-]+(?:\s*,\s*[\w-]+)*)\s*$")
_INPUT = re.compile(r"\bvar\.([\w-]+)")
_BLOCK = re.compile(r"(?:resource|data|module|output|variable|locals|provider)\b[^=]*\{")


class _StubSource(Source):
    """A file of a stub whose spans lie in the block that calls it."""

    def __init__(self, source: Source, call: Declaration) -> None:
        super().__init__(source.path, source.text)
        self._source = source
        self._call = call

    def span(self, start: int, end: int) -> Span:
        text = self.text[start:end].decode("utf-8", "replace")
        named, around = _decided_by(self._source, start)
        inputs = () if _BLOCK.match(text) else _INPUT.findall(text)
        for name in (*named, *inputs, *around):
            found = self._call.attribute(name)
            if found is not None:
                return found[0].span(found[1].start, found[1].end)
        return self._call.header


def _decided_by(source: Source, offset: int) -> tuple[Sequence[str], Sequence[str]]:
    """The inputs named on the line at an offset, and those named for the block it is in."""
    starts, directives = _directives(source)
    return directives[max(bisect_right(starts, offset) - 1, 0)]


@lru_cache(maxsize=256)
def _directives(source: Source) -> tuple[list[int], list[tuple[Sequence[str], Sequence[str]]]]:
    """Where each line begins, and for each the inputs that comments name: on it, and for its block."""
    starts: list[int] = []
    found: list[tuple[Sequence[str], Sequence[str]]] = []
    offset = 0
    block: Sequence[str] = ()
    for line in source.text.splitlines(keepends=True):
        match = _DIRECTIVE.search(line.decode("utf-8", "replace"))
        names = re.split(r"\s*,\s*", match[1]) if match else ()
        if line.lstrip().startswith(b"#"):
            block, names = (names, ()) if match else (block, ())
        starts.append(offset)
        found.append((names, block))
        offset += len(line)
        if line.startswith(b"}"):
            block = ()
    return (starts, found) if starts else ([0], [((), ())])


def placed(folder: Folder, call: Declaration) -> Folder:
    """The same declarations, with spans in the block that calls them. Problems of the stub itself stay in it."""
    sources: dict[int, Source] = {}

    def moved(source: Source) -> Source:
        return sources.setdefault(id(source), _StubSource(source, call))

    def declared(one: Declaration) -> Declaration:
        return Declaration(
            moved(one.source), one.block, tuple((moved(source), block) for source, block in one.overrides)
        )

    return Folder(
        path=folder.path,
        variables={name: declared(one) for name, one in folder.variables.items()},
        outputs={name: declared(one) for name, one in folder.outputs.items()},
        modules={name: declared(one) for name, one in folder.modules.items()},
        resources={key: declared(one) for key, one in folder.resources.items()},
        providers={name: declared(one) for name, one in folder.providers.items()},
        locals={name: Layer(moved(layer.source), layer.body) for name, layer in folder.locals.items()},
        order=folder.order,
        problems=folder.problems,
        unread=[call.header for _ in folder.unread],
    )
