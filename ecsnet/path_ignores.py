"""Rules that are not run for some paths: ``[per-path-ignores]`` of the configuration file."""

from __future__ import annotations

import os

from ecsnet.gitignore import Ignores, ignored, parse
from ecsnet.records import dataclass, field


@dataclass(frozen=True, slots=True)
class PathIgnore:
    """``pattern``: as in a ``.gitignore`` file in ``folder``, an absolute path. ``rules``: ids."""

    pattern: str
    folder: str
    rules: frozenset[str]
    _found: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    def holds(self, file: str) -> bool:
        """Whether ``file``, or a folder that it is in, is what the pattern means."""
        if file not in self._found:
            self._found[file] = self._matches(os.path.relpath(os.path.abspath(file), self.folder))
        return self._found[file]

    def _matches(self, path: str) -> bool:
        segments = tuple(path.split(os.sep))
        stack = patterns(self.pattern)
        lengths = range(1, len(segments) + 1)
        return any(ignored(segments[:length], length < len(segments), [stack]) for length in lengths)


def patterns(pattern: str) -> Ignores:
    """Those of the one line; none where it is not a pattern, or one that takes others back."""
    if pattern.startswith(("!", "#")) or "\n" in pattern:
        return Ignores((), ())
    return parse(pattern)
