"""Work that several processes share. One that ends in the middle of it loses no more than what it was at."""

from __future__ import annotations

import gc
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from ecsnet.config import ConfigError
from ecsnet.records import dataclass, field

METHOD = "fork" if sys.platform == "linux" else "spawn"
"""A fork has all that was read. Where the system runs threads of its own, as on macOS, it is not safe."""

_PER_ROUND = 4
"""How often a worker comes back for more, about: neighbours share modules, and are read together."""


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer, and why: ``was killed by signal 9``."""

    reason: str


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    at: deque[int] = field(default_factory=deque)


def in_order(work: Callable[[Any], Any], tasks: Sequence[Any], jobs: int) -> Iterator[Any]:
    """What ``work`` makes of each task, or ``Lost``, in their order. All of them can be pickled.

    :raises ConfigError: ``work`` did
    """
    pool = _Pool(work, tasks, jobs)
    try:
        yield from pool.answers()
    finally:
        pool.end()


class _Pool:
    def __init__(self, work: Callable[[Any], Any], tasks: Sequence[Any], jobs: int) -> None:
        self.work = work
        self.tasks = tasks
        self.jobs = jobs
        size = max(1, len(tasks) // (jobs * _PER_ROUND))
        self.waiting = deque(deque(range(at, min(at + size, len(tasks)))) for at in range(0, len(tasks), size))
        self.done: dict[int, Any] = {}
        self.workers: list[_Worker] = []
        # What is there already is never collected in a worker: memory stays shared.
        gc.freeze()

    def answers(self) -> Iterator[Any]:
        for number in range(len(self.tasks)):
            while number not in self.done:
                self._turn()
            yield self.done.pop(number)

    def end(self) -> None:
        for worker in self.workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self.workers:
            worker.process.join()
        gc.unfreeze()

    def _turn(self) -> None:
        while self.waiting and len(self.workers) < self.jobs:
            self._start()
        for ready in wait([worker.pipe for worker in self.workers]):
            worker = next(one for one in self.workers if one.pipe is ready)
            try:
                kind, answer = worker.pipe.recv()
            except (EOFError, OSError):
                self._lose(worker)
                continue
            if kind == "refused":
                raise ConfigError(answer)
            self.done[worker.at.popleft()] = answer if kind == "made" else Lost(answer)
            if not worker.at:
                self._give(worker)

    def _start(self) -> None:
        context: Any = get_context(METHOD)
        mine, theirs = context.Pipe()
        inherited = [*(worker.pipe for worker in self.workers), mine] if METHOD == "fork" else []
        process = context.Process(target=_serve, args=(theirs, self.work, inherited), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, mine)
        self.workers.append(worker)
        self._give(worker)

    def _give(self, worker: _Worker) -> None:
        if not self.waiting:
            return
        worker.at = self.waiting.popleft()
        # One that has ended shows it when its answer is waited for.
        with suppress(OSError):
            worker.pipe.send([self.tasks[number] for number in worker.at])

    def _lose(self, worker: _Worker) -> None:
        worker.process.join()
        self.workers.remove(worker)
        worker.pipe.close()
        if not worker.at:
            return
        code = worker.process.exitcode or 0
        reason = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        self.done[worker.at.popleft()] = Lost(reason)
        if worker.at:
            self.waiting.appendleft(worker.at)


def _serve(pipe: Connection, work: Callable[[Any], Any], inherited: Sequence[Connection]) -> None:
    """Answers until nobody asks any more. Ctrl-C is for the process that started this one, which ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in inherited:
        other.close()
    try:
        while True:
            for task in pipe.recv():
                pipe.send(_answer(work, task))
    except (EOFError, OSError):
        return


def _answer(work: Callable[[Any], Any], task: Any) -> tuple[str, Any]:
    try:
        return "made", work(task)
    except ConfigError as error:
        return "refused", str(error)
    except Exception as error:
        return "failed", f"failed: {type(error).__name__}: {str(error)[:300]}"
