"""A line on the terminal that says that a scan goes on."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

DELAY = 1.0
"""Seconds that a scan takes before anything is shown."""
_INTERVAL = 0.2
_MARKS = "|/-\\"


@contextmanager
def shown() -> Iterator[Callable[[str], None]]:
    """Shows the line while the block runs, and takes it away; gives what to call with each root that is judged.

    Only where standard error is a terminal that can. By an alarm of the operating system, not a thread: a scan forks.
    """
    if not _can_show():
        yield _ignore
        return
    import signal

    line = _Line()
    try:
        before = signal.signal(signal.SIGALRM, lambda number, frame: line.draw())
    except ValueError:  # not the main thread
        yield _ignore
        return
    signal.setitimer(signal.ITIMER_REAL, DELAY, _INTERVAL)
    try:
        yield line.judged
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        line.clear()


def _can_show() -> bool:
    return os.name == "posix" and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _ignore(root: str) -> None:
    """Nothing is shown."""


class _Line:
    def __init__(self) -> None:
        self._start = time.monotonic()
        self._terminal = sys.stderr.fileno()
        self._roots = 0
        self._last = ""
        self._drawn = 0

    def judged(self, root: str) -> None:
        self._roots += 1
        self._last = root

    def draw(self) -> None:
        from ecsnet.report.source import printable
        from ecsnet.report.text import count

        mark = _MARKS[self._drawn % len(_MARKS)]
        self._drawn += 1
        done = f", {count(self._roots, 'root')}, the last {printable(self._last)}" if self._roots else ""
        text = f"{mark} ecsnet: scanning for {time.monotonic() - self._start:.0f} s{done}"
        # Characters that take two columns would break the line, which then could not be taken away.
        self._write("\r\x1b[K" + text[: max(self._columns() - 1, 0)].encode("ascii", "replace").decode("ascii"))

    def clear(self) -> None:
        if self._drawn:
            self._write("\r\x1b[K")

    def _columns(self) -> int:
        try:
            # Some terminals do not know, and say 0.
            return os.get_terminal_size(self._terminal).columns or 80
        except OSError:
            return 80

    def _write(self, text: str) -> None:
        """Not through ``sys.stderr``, which the alarm may find in the middle of another write."""
        try:
            os.write(self._terminal, text.encode("ascii"))
        except OSError:
            self._drawn = 0
