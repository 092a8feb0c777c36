"""A process that looks at inputs, held to memory by itself and to time by the one that started it."""

from __future__ import annotations

import multiprocessing
import random
import resource
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import monotonic

from tests.fuzz.inputs import Input
from tests.fuzz.invariants import bound, failures
from tests.fuzz.kinds import made

MEMORY = 1_500_000_000
"""Bytes of address space, of which libraries take a part without using it."""
PATIENCE = 20
"""How many scans an input is looked at with, on a machine that has other work: wall time until it counts as hanging."""


@dataclass(frozen=True, slots=True)
class Job:
    """An input of that number, or ``given``."""

    kind: str
    seed: int
    number: int
    given: Input | None = None

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.seed}-{self.number}"

    def input(self) -> Input:
        return self.given or made(self.kind, self.seed, self.number)


@dataclass(frozen=True, slots=True)
class Result:
    """``seconds``: wall time of all that was checked; ``scan``: processor time of one scan.

    ``memory``: the most that the process ever had, in bytes.
    """

    failures: tuple[str, ...]
    seconds: float
    scan: float
    memory: int


def looked_at(job: Job) -> Result:
    """In this process."""
    start = monotonic()
    times: list[float] = []
    try:
        found = tuple(failures(job.input(), random.Random(f"checks {job.name}"), times))
    except Exception:
        found = (f"an exception: {traceback.format_exc()[-3000:]}",)
    return Result(found, monotonic() - start, sum(times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def _serve(connection: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (job := connection.recv()) is not None:
        connection.send(looked_at(job))


@dataclass(slots=True)
class Looker:
    """The process, and another where that one has ended or been ended."""

    _process: BaseProcess | None = None
    _connection: Connection | None = field(default=None, repr=False)
    _jobs: int = 0

    def look(self, job: Job) -> Result:
        """What it says of an input; that it hangs or dies is a failure of the input."""
        connection = self._started()
        start = monotonic()
        patience = PATIENCE * bound(job.input())
        try:
            connection.send(job)
            if connection.poll(patience):
                self._jobs += 1
                found = connection.recv()
                assert isinstance(found, Result)
                return found
            failure = f"hangs: no end within {patience:.0f} s"
        except (EOFError, OSError):
            if self._process is not None:
                self._process.join(10)
            failure = f"the process died: status {self._process.exitcode if self._process else None}"
        self.end()
        return Result((failure,), monotonic() - start, 0, 0)

    def _started(self) -> Connection:
        if self._jobs >= 2_000:
            self.end()
        if self._connection is None:
            context = multiprocessing.get_context("spawn")
            self._connection, there = context.Pipe()
            # No daemon: those may have no processes of their own, and some scans are by several.
            self._process = context.Process(target=_serve, args=(there,))
            self._process.start()
            there.close()
            self._jobs = 0
        return self._connection

    def end(self) -> None:
        """Ends the process at once."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None


def looked(jobs: Iterator[Job], until: float) -> Iterator[tuple[Job, Result]]:
    """Each in turn, as long as ``until`` lies ahead, by the clock that never goes back."""
    looker = Looker()
    try:
        for job in jobs:
            if monotonic() >= until:
                return
            yield job, looker.look(job)
    finally:
        looker.end()
