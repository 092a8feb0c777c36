"""The roots of a scan, judged: one after the other, or several at once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import Union

from ecsnet.config import Configured
from ecsnet.files import Found
from ecsnet.judging import Outcome, crash, folder_of, judged, judges_of
from ecsnet.plain import packed, plain, unpacked
from ecsnet.records import dataclass
from ecsnet.resources import Problem
from ecsnet.roots import Roots, Unit

MIN_UNITS = 8
"""With fewer, starting processes takes longer than they save."""

Judged = Union[Outcome, Problem]


def outcomes(found: Found, config: Configured, jobs: int = 1) -> Iterator[Judged]:
    """Of every root of the files found, and what kept some from being judged; ``jobs`` does not change their order.

    :raises ConfigError: a variable or a parameter is given that nothing declares
    """
    yield from found.problems
    problems: list[Problem] = []
    roots = Roots(found, config)
    units = roots.units(problems)
    yield from problems
    task = Task(roots)
    if jobs > 1 and len(units) >= MIN_UNITS:
        yield from _in_processes(task, units, jobs)
    else:
        for unit in units:
            yield from task.judge(unit)


def available() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is given, and does for one unit."""

    roots: Roots

    def judge(self, unit: Unit) -> Iterator[Judged]:
        for root in self.roots.evaluate(unit):
            if isinstance(root, Problem):
                yield root
                continue
            try:
                yield plain(judged(root, judges_of(self.roots.config.of(folder_of(root)))))
            except Exception as error:
                yield crash(root.root, "the rules", error)

    def __call__(self, unit: Unit) -> bytes:
        """The same as text, for another process."""
        return text_of(self.judge(unit))


def text_of(found: Iterator[Judged]) -> bytes:
    """As JSON."""
    listed = [packed(_only(one) if isinstance(one, Problem) else one) for one in found]
    return json.dumps(listed, separators=(",", ":")).encode()


def _only(problem: Problem) -> Outcome:
    """What has no folder and no files is the problem alone."""
    return Outcome("", "terraform", problems=(problem,))


def of_text(text: bytes) -> Iterator[Judged]:
    """:raises MalformedError: it is not what ``text_of`` makes"""
    for one in json.loads(text):
        outcome = unpacked(one)
        if outcome.folder or outcome.files:
            yield outcome
        else:
            yield from outcome.problems


def _in_processes(task: Task, units: Sequence[Unit], jobs: int) -> Iterator[Judged]:
    from ecsnet.workers import Lost, in_order

    for unit, answer in zip(units, in_order(task, units, min(jobs, len(units) // 2))):
        if isinstance(answer, Lost):
            yield Problem(unit.root or task.roots.found.base, 1, 1, f"not evaluated: its process {answer.reason}")
        else:
            yield from of_text(answer)
