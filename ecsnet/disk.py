"""What evaluation asks the file system: through here, so that what was kept of an earlier scan can be asked again.

Everything that a root is evaluated from is read with these functions. While somebody watches, each question is noted
with its answer, or the digest of it; the result holds for as long as the answers are the same.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TypeVar

OUTSIDE = "leads to outside of what is scanned: --allow-outside reads it"

_T = TypeVar("_T")

Question = tuple[str, str, int]
"""What is asked, of which path, and a limit where there is one."""

Answers = dict[Question, str]

_watching: list[Answers] = []


@contextmanager
def watched() -> Iterator[Answers]:
    """What is asked within, with the answers. Not for several threads at once."""
    seen: Answers = {}
    _watching.append(seen)
    try:
        yield seen
    finally:
        # The same list may be watched twice, and compares equal to another that is as empty.
        del _watching[next(number for number, one in enumerate(_watching) if one is seen)]


@contextmanager
def noted() -> Iterator[Answers | None]:
    """What is asked within, with the answers, for ``saw``; ``None`` where nobody watches."""
    if not _watching:
        yield None
        return
    with watched() as seen:
        yield seen


def saw(answers: Answers | None) -> bool:
    """What was asked earlier counts as asked now; false where somebody watches and the answers were not noted."""
    if not _watching:
        return True
    if answers is None:
        return False
    for seen in _watching:
        seen.update(answers)
    return True


def exists(path: str) -> bool:
    return _note("exists", path, os.path.exists(path))


def is_file(path: str) -> bool:
    return _note("file", path, os.path.isfile(path))


def is_folder(path: str) -> bool:
    return _note("folder", path, os.path.isdir(path))


def is_link(path: str) -> bool:
    return _note("link", path, os.path.islink(path))


def size(path: str) -> int:
    """Raises ``OSError``."""
    return int(_noted("size", path, 0, lambda: os.path.getsize(path)))


def real(path: str) -> str:
    """The absolute path, with its symbolic links followed."""
    found = os.path.realpath(path)
    for seen in _watching:
        seen["real", path, 0] = found
    return found


def names(folder: str) -> list[str]:
    """Of all that is in a folder. Raises ``OSError``."""
    return _noted("names", folder, 0, lambda: os.listdir(folder))


def content(path: str, most: int) -> bytes:
    """The first bytes of a file. Raises ``OSError``."""
    return _noted("content", path, most, lambda: regular(path, most))


def regular(path: str, most: int) -> bytes:
    """The first bytes of a regular file, noted by nobody. Never waits for a pipe, nor reads a device.

    Raises ``OSError``.
    """
    with open(path, "rb", opener=_at_once) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError("not a regular file")
        return stream.read(most)


def within(path: str, folder: str) -> bool:
    """Whether a path, with its symbolic links followed, is ``folder`` or below it."""
    try:
        limit = real(folder)
        return os.path.commonpath([limit, real(path)]) == limit
    except (OSError, ValueError):
        return False


def saw_content(path: str, most: int, found: bytes) -> None:
    """A file that was read earlier, and is not read again."""
    if _watching:
        _noted("content", path, most, lambda: found)


def digest(path: str, most: int) -> None:
    """A file that somebody has read, or will: read for whoever watches, and for nobody else."""
    if any(("content", path, most) not in seen for seen in _watching):
        with suppress(OSError, ValueError):
            content(path, most)


def walk(top: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """As ``os.walk``."""
    for at, folders, files in os.walk(top):
        if _watching:
            answer = _digest(_listing(folders, files))
            for seen in _watching:
                seen["walk", at, 0] = answer
        yield at, folders, files


def answer(question: Question) -> str:
    """What is answered now."""
    kind, path, most = question
    asked: Mapping[str, Callable[[], object]] = {
        "exists": lambda: os.path.exists(path),
        "file": lambda: os.path.isfile(path),
        "folder": lambda: os.path.isdir(path),
        "link": lambda: os.path.islink(path),
        "size": lambda: os.path.getsize(path),
        "real": lambda: os.path.realpath(path),
        "names": lambda: os.listdir(path),
        "content": lambda: regular(path, most),
        "walk": lambda: _listing(*next(os.walk(path), ("", [], []))[1:]),
    }
    try:
        return _shown(asked[kind]())
    except (OSError, ValueError) as error:
        return _failed(error)


def _note(kind: str, path: str, found: bool) -> bool:
    for seen in _watching:
        seen[kind, path, 0] = _shown(found)
    return found


def _noted(kind: str, path: str, most: int, ask: Callable[[], _T]) -> _T:
    if not _watching:
        return ask()
    try:
        found = ask()
    except (OSError, ValueError) as error:
        for seen in _watching:
            seen[kind, path, most] = _failed(error)
        raise
    if any((kind, path, most) not in seen for seen in _watching):
        shown = _shown(found)
        for seen in _watching:
            seen[kind, path, most] = shown
    return found


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _listing(folders: list[str], files: list[str]) -> bytes:
    return _joined(folders) + b"\0\0" + _joined(files)


def _joined(found: list[str]) -> bytes:
    return b"\0".join(sorted(map(os.fsencode, found)))


def _shown(found: object) -> str:
    if isinstance(found, list):
        return _digest(_joined(found))
    return _digest(found) if isinstance(found, bytes) else str(found)


def _failed(error: Exception) -> str:
    return f"{type(error).__name__} {getattr(error, 'errno', None)}"


def _digest(data: bytes) -> str:
    import hashlib  # 3 ms, and only who watches needs it

    return hashlib.sha256(data).hexdigest()
