"""What is done already, a line a root, so that a run that was ended goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from ecsnet.records import dataclass, field

Key = tuple[str, str, str, int]
"""Repository, commit, root, number of its values."""


@dataclass(slots=True)
class Journal:
    """``stamp``: of the program and what it was told; lines of another one do not count."""

    path: str
    stamp: str
    done: set[Key] = field(default_factory=set)

    def read(self) -> None:
        """What earlier runs left. A line that was being written when they ended is cut off."""
        keep = 0
        for entry, end in self._lines():
            keep = end
            # What is in no checkout may have changed since.
            if entry["stamp"] == self.stamp and _key(entry)[1]:
                self.done.add(_key(entry))
        if os.path.exists(self.path):
            os.truncate(self.path, keep)

    def add(self, key: Key, result: dict[str, Any]) -> None:
        line = json.dumps({"stamp": self.stamp, "key": list(key), **result}, separators=(",", ":"))
        with open(self.path, "ab") as stream:
            stream.write(line.encode() + b"\n")
        self.done.add(key)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Of this stamp, the last of each root."""
        last = {_key(entry): end for entry, end in self._lines() if entry["stamp"] == self.stamp}
        for entry, end in self._lines():
            if last.get(_key(entry)) == end:
                yield entry

    def _lines(self) -> Iterator[tuple[dict[str, Any], int]]:
        """Whole lines, and where each ends."""
        if not os.path.exists(self.path):
            return
        with open(self.path, "rb") as stream:
            end = 0
            for line in stream:
                end += len(line)
                try:
                    entry = json.loads(line) if line.endswith(b"\n") else None
                except ValueError:
                    entry = None
                if not isinstance(entry, dict) or "stamp" not in entry:
                    return
                yield entry, end


def _key(entry: dict[str, Any]) -> Key:
    repository, commit, root, given = entry["key"]
    return repository, commit, root, given
