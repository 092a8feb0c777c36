"""Results of earlier scans, by what they were made from.

An entry is a file: the checksum of the rest, what the result was made from, and the result, in JSON. It holds for one
key (the version of ecsnet and of Python, the configuration, the root) and for as long as the file system answers every
question that the evaluation asked as it did then: the content of files, the names in folders, what is not there.

Whoever can write to the folder can have findings left out: it is made for its owner alone, and one that others can
write to is not used. Nothing in it is ever executed, and nothing of it is trusted to be well-formed. That it cannot be
read or written, for whatever reason, only means that a root is evaluated again.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum

from ecsnet import __version__, disk
from ecsnet.records import dataclass, field, names

MAX_BYTES = 256_000_000
"""Of all entries together: what was used longest ago goes."""

_MAX_ENTRY = 16_000_000
_FORMAT = "1"
_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def opened(folder: str) -> Cache | None:
    """The cache in a folder; ``None`` where others than its owner can write to that. It need not exist."""
    try:
        status = os.lstat(folder)
    except FileNotFoundError:
        return Cache(folder)
    except (OSError, ValueError):
        return None
    own = getattr(os, "geteuid", lambda: status.st_uid)()
    safe = stat.S_ISDIR(status.st_mode) and status.st_uid == own and not status.st_mode & 0o022
    return Cache(folder) if safe else None


@dataclass(slots=True)
class Cache:
    """The entries in a folder."""

    folder: str
    _stamp: str = ""
    _answers: dict[disk.Question, str] = field(default_factory=dict)
    _written: int = 0

    def key(self, *parts: object) -> str:
        """Of plain data, records and enumerations."""
        self._stamp = self._stamp or _stamp()
        text = json.dumps([self._stamp, os.getcwd(), *map(_canonical, parts)])
        return hashlib.sha256(text.encode()).hexdigest()

    def get(self, key: str) -> bytes | None:
        """What was put, if all that it was made from is as it was."""
        try:
            path = self._path(key)
            with open(path, "rb") as stream:
                entry = stream.read(_MAX_ENTRY + 1)
            checksum, seen, made = entry.split(b"\n", 2)
            if hashlib.sha256(seen + b"\n" + made).hexdigest().encode() != checksum:
                return None
            if not all(self._answer((kind, file, most)) == was for kind, file, most, was in json.loads(seen)):
                return None
            os.utime(path)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        return made

    def put(self, key: str, seen: Mapping[disk.Question, str], made: bytes) -> None:
        """``made`` is what ``seen`` leads to. Another process may do the same."""
        listed = json.dumps([[*question, answer] for question, answer in seen.items()]).encode()
        rest = listed + b"\n" + made
        if len(rest) > _MAX_ENTRY:
            return
        path = self._path(key)
        new = f"{path}.{os.getpid()}"
        try:
            os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)
            os.replace(new, path)
            self._written += 1
        except (OSError, ValueError):
            _remove(new)
        except BaseException:
            _remove(new)
            raise

    def trim(self) -> None:
        """After a scan that put something: down to three quarters, where there is more than all may take."""
        if self._written:
            entries = sorted(_entries(self.folder))
            total = sum(size for _, size, _ in entries)
            if total > MAX_BYTES:
                for _, size, path in entries:
                    with suppress(OSError):
                        os.unlink(path)
                    total -= size
                    if total <= MAX_BYTES * 3 // 4:
                        break

    def size(self) -> tuple[int, int]:
        """How many entries there are, and their bytes."""
        entries = _entries(self.folder)
        return len(entries), sum(size for _, size, _ in entries)

    def clear(self) -> int:
        """Remove all entries; how many there were."""
        removed = 0
        for _, _, path in _entries(self.folder):
            with suppress(OSError):
                os.unlink(path)
                removed += 1
        return removed

    def _path(self, key: str) -> str:
        return os.path.join(self.folder, key[:2], key[2:])

    def _answer(self, question: disk.Question) -> str:
        if question not in self._answers:
            self._answers[question] = disk.answer(question)
        return self._answers[question]


def _remove(path: str) -> None:
    with suppress(OSError, ValueError):
        os.unlink(path)


def _entries(folder: str) -> list[tuple[float, int, str]]:
    """When each was last used, its size, its path. Of our own names alone."""
    found: list[tuple[float, int, str]] = []
    for name in (f"{number:02x}" for number in range(256)):
        with suppress(OSError), os.scandir(os.path.join(folder, name)) as entries:
            for entry in entries:
                with suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, status.st_size, entry.path))
    return found


def _stamp() -> str:
    """Which program this is: its version, and when its files were written, which tells one checkout from another."""
    found = [__version__, sys.version, _FORMAT]
    for at, folders, files in os.walk(_PACKAGE):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            if name.endswith((".py", ".json")):
                status = os.stat(os.path.join(at, name))
                found.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _canonical(value: object) -> object:
    """As JSON, the same for what is the same, and for nothing else."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Enum):
        return [type(value).__name__, value.name]
    if isinstance(value, Mapping):
        return ["{}", *([_canonical(key), _canonical(item)] for key, item in value.items())]
    if isinstance(value, (set, frozenset)):
        return ["set", *sorted((_canonical(item) for item in value), key=json.dumps)]
    if isinstance(value, (tuple, list)):
        return ["", *map(_canonical, value)]
    if names(value):
        return [type(value).__name__, *(_canonical(getattr(value, name)) for name in names(value))]
    return [type(value).__name__, repr(value)]
