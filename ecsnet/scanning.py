"""The roots of a scan, judged: one after the other or several at once, or known from an earlier scan."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Union

from ecsnet import disk
from ecsnet.config import Configured
from ecsnet.files import Found
from ecsnet.judging import Outcome, crash, folder_of, judged, judges_of
from ecsnet.plain import MalformedError, packed, plain, unpacked
from ecsnet.records import dataclass
from ecsnet.resources import Configuration, Problem
from ecsnet.roots import Roots, Unit

if TYPE_CHECKING:
    from ecsnet.cache import Cache

MIN_UNITS = 8
"""With fewer, starting processes takes longer than they save."""

MIN_FILES = 10
_LARGE = 200_000
"""With fewer files than these, none of them as large, looking for earlier results takes longer than it saves."""

Judged = Union[Outcome, Problem]


def outcomes(found: Found, config: Configured, jobs: int = 1, folder: str = "") -> Iterator[Judged]:
    """Of every root of the files found, and what kept some from being judged.

    Neither ``jobs`` nor what is kept in ``folder`` changes what they are, or their order.

    :raises ConfigError: a variable or a parameter is given that nothing declares
    """
    yield from found.problems
    cache = _cache(folder) if folder and _is_worth_it(found) else None
    problems: list[Problem] = []
    roots = Roots(found, config)
    units = roots.units(problems, cache)
    yield from problems
    task = Task(roots, cache is not None)
    keys = {unit: roots.key(unit, cache) for unit in units} if cache is not None else {}
    known = {unit: made for unit, key in keys.items() if cache and (made := cache.get(key)) is not None}
    answers = _answers(task, [unit for unit in units if unit not in known], jobs)
    for unit in units:
        if unit in known:
            yield from _known(task, unit, known.pop(unit))
            continue
        answer = next(answers)
        yield from answer.judged
        if cache is not None and answer.text:
            cache.put(keys[unit], answer.seen, answer.text)
    if cache is not None:
        cache.trim()


def place() -> str:
    """Where results are kept: ``$XDG_CACHE_HOME/ecsnet``, or what stands for it; "" where there is nothing."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(given):
        home = os.path.expanduser("~")
        given = os.path.join(home, ".cache") if os.path.isabs(home) else ""
    return os.path.join(given, "ecsnet") if given else ""


def _cache(folder: str) -> Cache | None:
    from ecsnet.cache import opened

    return opened(folder)


def _is_worth_it(found: Found) -> bool:
    if len(found.terraform) + len(found.templates) >= MIN_FILES:
        return True
    try:
        return any(os.path.getsize(path) >= _LARGE for path in (*found.terraform, *found.templates))
    except OSError:
        return False


def available() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Answer:
    """``seen``: all that it was made from; ``text``: the same, to be kept ("": it is not to be)."""

    judged: Iterable[Judged]
    seen: disk.Answers
    text: bytes = b""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is given, and does for one unit. ``watches``: the answer is to be kept."""

    roots: Roots
    watches: bool = False

    def judge(self, unit: Unit) -> Iterator[Judged]:
        for root in self.roots.evaluate(unit):
            if isinstance(root, Problem):
                yield root
                continue

            def work(root: Configuration = root) -> Outcome:
                return plain(judged(root, judges_of(self.roots.config.of(folder_of(root)))))

            try:
                yield self.roots.within(root, work)
            except Exception as error:
                yield crash(root.root, "the rules", error)

    def here(self, unit: Unit) -> Answer:
        """In this process."""
        if not self.watches:
            return Answer(self.judge(unit), {})
        self.roots.late = False
        with disk.watched() as seen:
            found = tuple(self.judge(unit))
        return Answer(found, seen, b"" if self.roots.late else text_of(found))

    def __call__(self, unit: Unit) -> tuple[bytes, disk.Answers | None]:
        """In another process: the answer, and what it was made from, where it may be kept."""
        if not self.watches:
            return text_of(self.judge(unit)), None
        self.roots.late = False
        with disk.watched() as seen:
            text = text_of(self.judge(unit))
        return text, None if self.roots.late else seen


def text_of(found: Iterable[Judged]) -> bytes:
    """As JSON."""
    listed = [packed(_only(one) if isinstance(one, Problem) else one) for one in found]
    return json.dumps(listed, separators=(",", ":")).encode()


def _only(problem: Problem) -> Outcome:
    """What has no folder and no files is the problem alone."""
    return Outcome("", "terraform", problems=(problem,))


def of_text(text: bytes) -> Iterator[Judged]:
    """:raises MalformedError: it is not what ``text_of`` makes"""
    try:
        listed = [unpacked(one) for one in json.loads(text)]
    except (ValueError, TypeError, RecursionError) as error:
        raise MalformedError(str(error)) from None
    for outcome in listed:
        if outcome.folder or outcome.files:
            yield outcome
        else:
            yield from outcome.problems


def _known(task: Task, unit: Unit, text: bytes) -> Iterator[Judged]:
    try:
        found = tuple(of_text(text))
    except MalformedError:
        yield from task.judge(unit)
        return
    yield from found


def _answers(task: Task, units: Sequence[Unit], jobs: int) -> Iterator[Answer]:
    if jobs < 2 or len(units) < MIN_UNITS:
        yield from map(task.here, units)
        return
    from ecsnet.workers import Lost, in_order

    for unit, answer in zip(units, in_order(task, units, min(jobs, len(units) // 2))):
        if isinstance(answer, Lost):
            place = unit.root or task.roots.found.base
            yield Answer((Problem(place, 1, 1, f"not evaluated: its process {answer.reason}"),), {})
        else:
            text, seen = answer
            yield Answer(of_text(text), {}) if seen is None else Answer(of_text(text), seen, text)
