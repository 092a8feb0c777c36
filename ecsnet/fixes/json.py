"""New pairs in the objects of JSON, and in the mappings of YAML's flow style."""

from __future__ import annotations

import re

from ecsnet.fixes.pieces import Piece, fresh

_FIRST = re.compile(r"""\{\s*(?P<key>(["']?)[^"'\s:,{}]+\2)(?P<colon>\s*:\s*)""")


def added(text: str, brace: int, kind: str, name: str, value: bool | str) -> tuple[Piece, ...] | None:
    """A new first pair of the object, of a resource of type ``kind``, whose brace is at ``brace``, written as the pair
    behind it is.

    ``None`` for an empty object, or for one that begins with something else than a pair.
    """
    found = _FIRST.match(text, brace)
    if found is None:
        return None
    start = found.start("key")
    quote = text[start] if text[start] in "\"'" else ""
    space = text[brace + 1 : start]
    colon = found["colon"] if "\n" not in found["colon"] else ": "
    pair = f"{quote}{name}{quote}{colon}{fresh(kind, name, value, quote)}"
    return (Piece(start, start, f"{pair},{space if space.strip(' ') else ' '}"),)
