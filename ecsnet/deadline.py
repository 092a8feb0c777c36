"""The time that one root may take: ``--timeout``.

Evaluation, the network and the rules ask :func:`check` every so often, some milliseconds apart. No signal and no thread
is needed for that, so it holds wherever they run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic
from typing import TypeVar

from ecsnet.records import dataclass

_T = TypeVar("_T")

_end: ContextVar[float | None] = ContextVar("end", default=None)


class TimeUp(BaseException):
    """No ``Exception``: what makes a crash of one, or an unknown value, leaves it alone. Half a root has no verdict."""


def check() -> None:
    """Raises ``TimeUp`` where a clock runs, and has run out."""
    end = _end.get()
    if end is not None and monotonic() > end:
        raise TimeUp


@dataclass(slots=True)
class Clock:
    """``seconds``: what is left; ``None``: there is no end. It runs only during ``run``."""

    seconds: float | None

    def run(self, work: Callable[[], _T]) -> _T:
        """What ``work`` makes.

        :raises TimeUp: not within what is left, or within a clock that runs around it
        """
        if self.seconds is None:
            return work()
        start, around = monotonic(), _end.get()
        end = start + self.seconds
        token = _end.set(end if around is None else min(end, around))
        try:
            check()
            return work()
        finally:
            _end.reset(token)
            self.seconds -= monotonic() - start
