"""Whole commands, each in a new process: wall time, CPU time and memory, in turns so that all see the same machine."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

# Looks for new versions would be measured as well, and fail where there is no network.
_ADDED = {"CKV_SKIP_PACKAGE_UPDATE_CHECK": "true", "NO_COLOR": "1"}
# Installation leaves byte code, in a checkout the first run does.
_REMOVED = ("PYTHONDONTWRITEBYTECODE",)
_EXCERPT = 300


class CommandError(Exception):
    """A command did not do what is to be measured; the message has its exit status and what it said."""


@dataclass(frozen=True, slots=True)
class Run:
    """``wall`` and ``cpu`` (user and system) in seconds, ``memory`` in bytes: the peak of the largest process.

    On Linux a child starts with the peak of its parent, so ``memory`` is never below that of the benchmark, 15 MB.
    """

    wall: float
    cpu: float
    memory: int
    output: str


@dataclass(frozen=True, slots=True)
class Command:
    """``accepted``: exit statuses of a scan that took place, with findings or without."""

    words: tuple[str, ...]
    folder: str | None = None
    accepted: frozenset[int] = frozenset({0, 1})

    def run(self) -> Run:
        """Run it once; raises :class:`CommandError` on any other exit status."""
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            start = time.perf_counter()
            try:
                process = subprocess.Popen(
                    self.words,
                    cwd=self.folder,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=stdout,
                    stderr=stderr,
                )
            except OSError as error:
                raise CommandError(str(error)) from None
            # wait4, and not wait: it alone tells what this one process used, with the children it waited for.
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            stdout.seek(0)
            output = stdout.read().decode("utf-8", "replace")
            if process.returncode not in self.accepted:
                stderr.seek(0)
                said = (stderr.read().decode("utf-8", "replace") or output).strip()[-_EXCERPT:]
                raise CommandError(f"exit status {process.returncode}: {said}")
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _REMOVED} | _ADDED


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of one command, in order; the n-th of each command of a comparison took place in the same round."""

    all: tuple[Run, ...]

    def median(self, quantity: Callable[[Run], float]) -> float:
        return statistics.median(map(quantity, self.all))

    def ratio(self, other: Runs, quantity: Callable[[Run], float]) -> float:
        """The median of the ratios to the ``other`` run of the same round: a slow moment slows both down."""
        return statistics.median(quantity(mine) / quantity(theirs) for mine, theirs in zip(self.all, other.all))


def in_turns(commands: Mapping[str, Command], rounds: int) -> tuple[dict[str, Runs], dict[str, str]]:
    """A B C A B C …, after a round that is not counted. The runs, and why some commands have none, by name."""
    notes: dict[str, str] = {}
    runs: dict[str, list[Run]] = {}
    for number in range(rounds + 1):
        for name, command in commands.items():
            if name in notes:
                continue
            try:
                run = command.run()
            except CommandError as error:
                notes[name] = str(error)
                continue
            if number:
                runs.setdefault(name, []).append(run)
    return {name: Runs(tuple(found)) for name, found in runs.items() if name not in notes}, notes


def wall(run: Run) -> float:
    """Seconds."""
    return run.wall


def cpu(run: Run) -> float:
    """Seconds."""
    return run.cpu


def memory(run: Run) -> float:
    """Megabytes."""
    return run.memory / 1_000_000


def first_line(words: Sequence[str]) -> str:
    """What ``tool --version`` says; "" where there is no such tool."""
    try:
        output = Command((*words, "--version"), accepted=frozenset({0})).run().output
    except CommandError:
        return ""
    return output.strip().split("\n")[0]
