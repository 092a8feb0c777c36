"""New pairs in the objects of JSON, and in the mappings of YAML's flow style."""

from __future__ import annotations

import re

from ecsnet.fixes.pieces import Piece

_FIRST = re.compile(r"""\{\s*(?P<key>(["']?)[^"'\s:,{}]+\2)(?P<colon>\s*:\s*)""")


def added(text: str, brace: int, name: str, value: str) -> tuple[Piece, ...] | None:
    """A new first pair of the object whose brace is at ``brace``, written as the pair behind it is.

    ``None`` for an empty object, or for one that begins with something else than a pair.
    """
    found = _FIRST.match(text, brace)
    if found is None:
        return None
    start = found.start("key")
    quote = text[start] if text[start] in "\"'" else ""
    space = text[brace + 1 : start]
    colon = found["colon"] if "\n" not in found["colon"] else ": "
    return (Piece(start, start, f"{quote}{name}{quote}{colon}{value},{space if space.strip(' ') else ' '}"),)
