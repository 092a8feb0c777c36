"""The patterns of ``.gitignore`` files, as gitignore(5) defines them.

Matched without regular expressions, in time bounded by the product of the lengths, because a pattern is input like any
other. The package pathspec does the same and takes 28 ms to import, a seventh of what a whole scan may take.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Union

from ecsnet.records import dataclass

_MAX_PATTERN = 4_096


@dataclass(frozen=True, slots=True)
class _Class:
    """``[a-z]``: ranges of characters; ``negated``: any but those."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool

    def holds(self, character: str) -> bool:
        return any(low <= character <= high for low, high in self.ranges) is not self.negated


class _Star:
    """``*`` among characters, ``**`` among segments."""


class _Any:
    """``?``"""


_STAR = _Star()
_ANY = _Any()
_Token = Union[str, _Class, _Star, _Any]
_Segment = Union[tuple[_Token, ...], _Star]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line. ``negated`` takes back; ``folders``: of folders only. ``segments``: from the file's own folder."""

    segments: tuple[_Segment, ...]
    negated: bool
    folders: bool


@dataclass(frozen=True, slots=True)
class Ignores:
    """The patterns of one ``.gitignore``. ``folder``: the segments of its folder, from the top of the checkout."""

    folder: tuple[str, ...]
    patterns: tuple[Pattern, ...]


def parse(text: str, folder: tuple[str, ...] = ()) -> Ignores:
    """The patterns of a file's text, in order."""
    found = (_parse_line(line.rstrip("\r")) for line in text.split("\n"))
    return Ignores(folder, tuple(pattern for pattern in found if pattern is not None))


def ignored(path: tuple[str, ...], is_folder: bool, stack: Sequence[Ignores]) -> bool:
    """Whether the last pattern that matches ``path`` (from the top of the checkout) leaves it out.

    ``stack`` goes from the top of the checkout down. The folders above ``path`` are taken not to be ignored.
    """
    for ignores in reversed(stack):
        inside = path[len(ignores.folder) :]
        for pattern in reversed(ignores.patterns):
            if (is_folder or not pattern.folders) and _match_segments(pattern.segments, inside):
                return not pattern.negated
    return False


def _parse_line(line: str) -> Pattern | None:
    if not line or line.startswith("#") or len(line) > _MAX_PATTERN:
        return None
    stripped = line.rstrip(" ")
    if stripped.endswith("\\") and not stripped.endswith("\\\\") and stripped != line:
        stripped += " "
    negated = stripped.startswith("!")
    body = stripped[1:] if negated else stripped
    folders = body.endswith("/")
    body = body[:-1] if folders else body
    if not body.strip("/"):
        return None
    anchored = "/" in body
    parts = body.removeprefix("/").split("/")
    segments: list[_Segment] = [] if anchored else [_STAR]
    for position, part in enumerate(parts):
        if part != "**":
            tokens = _tokens(part)
            if tokens is None:
                return None
            segments.append(tokens)
        else:
            if not segments or segments[-1] is not _STAR:
                segments.append(_STAR)
            # "a/**" is all that is in a, not a itself.
            if position == len(parts) - 1:
                segments.append((_STAR,))
    return Pattern(tuple(segments), negated, folders)


@lru_cache(maxsize=4_096)
def _tokens(part: str) -> tuple[_Token, ...] | None:
    """The tokens of one segment; ``None`` where git takes the pattern to match nothing."""
    tokens: list[_Token] = []
    position = 0
    while position < len(part):
        character = part[position]
        position += 1
        if character == "*":
            if not tokens or tokens[-1] is not _STAR:
                tokens.append(_STAR)
        elif character == "?":
            tokens.append(_ANY)
        elif character == "[":
            parsed = _class(part, position)
            if parsed is None:
                return None
            token, position = parsed
            tokens.append(token)
        elif character == "\\":
            if position == len(part):
                return None
            tokens.append(part[position])
            position += 1
        else:
            tokens.append(character)
    return tuple(tokens)


_NAMED = {
    "alpha": (("a", "z"), ("A", "Z")),
    "digit": (("0", "9"),),
    "alnum": (("a", "z"), ("A", "Z"), ("0", "9")),
    "lower": (("a", "z"),),
    "upper": (("A", "Z"),),
    "xdigit": (("0", "9"), ("a", "f"), ("A", "F")),
    "space": ((" ", " "), ("\t", "\r")),
    "blank": ((" ", " "), ("\t", "\t")),
    "punct": (("!", "/"), (":", "@"), ("[", "`"), ("{", "~")),
}


def _class(part: str, position: int) -> tuple[_Class, int] | None:
    """The class that begins after the ``[`` at ``position``, and where it ends."""
    ranges: list[tuple[str, str]] = []
    negated = part[position : position + 1] in ("!", "^")
    position += negated
    first = True
    while position < len(part):
        character = part[position]
        if character == "]" and not first:
            return _Class(tuple(ranges), negated), position + 1
        first = False
        if part.startswith("[:", position) and (end := part.find(":]", position)) > 0:
            named = _NAMED.get(part[position + 2 : end])
            if named is None:
                return None
            ranges += named
            position = end + 2
            continue
        if character == "\\":
            position += 1
            character = part[position : position + 1]
        position += 1
        high = character
        if part[position : position + 1] == "-" and part[position + 1 : position + 2] not in ("", "]"):
            position += 1
            if part[position] == "\\":
                position += 1
            high = part[position : position + 1]
            position += 1
        ranges.append((character, high))
    return None


def _match_segments(segments: tuple[_Segment, ...], path: tuple[str, ...]) -> bool:
    """Greedy, with one point to go back to: the last star that was passed."""
    at = place = 0
    star, resume = -1, 0
    while place < len(path):
        segment = segments[at] if at < len(segments) else None
        if isinstance(segment, _Star):
            star, resume = at, place
            at += 1
        elif segment is not None and _match_name(segment, path[place]):
            at += 1
            place += 1
        elif star >= 0:
            resume += 1
            at, place = star + 1, resume
        else:
            return False
    return all(isinstance(segment, _Star) for segment in segments[at:])


def _match_name(tokens: tuple[_Token, ...], name: str) -> bool:
    at = place = 0
    star, resume = -1, 0
    while place < len(name):
        token = tokens[at] if at < len(tokens) else None
        if isinstance(token, _Star):
            star, resume = at, place
            at += 1
        elif token is not None and _match_character(token, name[place]):
            at += 1
            place += 1
        elif star >= 0:
            resume += 1
            at, place = star + 1, resume
        else:
            return False
    return all(isinstance(token, _Star) for token in tokens[at:])


def _match_character(token: _Token, character: str) -> bool:
    if isinstance(token, str):
        return token == character
    return isinstance(token, _Any) or (isinstance(token, _Class) and token.holds(character))
