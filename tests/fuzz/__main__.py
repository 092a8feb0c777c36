"""Looks at made-up inputs, and prints how many there were and what does not hold for which.

``python -m tests.fuzz --minutes 10 --seed 1 --jobs 2 --keep FOLDER``, or ``--again FOLDER --kind hcl``
for an input that was kept.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Lock
from time import monotonic

from tests.fuzz.inputs import Input
from tests.fuzz.kinds import KINDS
from tests.fuzz.process import Job, Looker, Result, looked


class Tally:
    """What became of the inputs so far."""

    def __init__(self, keep: Path | None) -> None:
        self.keep = keep
        self.lock = Lock()
        self.inputs: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self.slowest: dict[str, tuple[float, str]] = {}
        self.memory = 0
        self.failed = 0

    def take(self, job: Job, result: Result) -> None:
        with self.lock:
            self.inputs[job.kind] += 1
            self.seconds[job.kind] += result.seconds  # type: ignore[assignment]
            self.slowest[job.kind] = max(self.slowest.get(job.kind, (0.0, "")), (result.scan, job.name))
            self.memory = max(self.memory, result.memory)
            if result.failures:
                self.failed += 1
                self.tell(job, result)

    def tell(self, job: Job, result: Result) -> None:
        print(f"{job.name}:", *(f"\n  {line}" for line in result.failures), flush=True)
        if self.keep is not None:
            job.input().write(self.keep / job.name)
            (self.keep / f"{job.name}.txt").write_text("\n".join(result.failures) + "\n", "utf-8", "backslashreplace")

    def show(self, started: float) -> None:
        print(f"{'kind':12} {'inputs':>8} {'seconds':>8}  slowest scan")
        for kind in KINDS:
            if self.inputs[kind]:
                seconds, name = self.slowest[kind]
                print(f"{kind:12} {self.inputs[kind]:8} {self.seconds[kind]:8.0f}  {seconds:.2f} s {name}")
        total, took = sum(self.inputs.values()), monotonic() - started
        print(f"{total} inputs in {took:.0f} s, at most {self.memory / 1e6:.0f} MB: {self.failed} failed")


def jobs_of(kinds: list[str], seed: int, first: int, step: int) -> Iterator[Job]:
    """Every ``step``-th input from the ``first``, the kinds in turn."""
    for number in count(first, step):
        yield Job(kinds[number % len(kinds)], seed, number // len(kinds))


def again(folder: Path, kind: str) -> int:
    looker = Looker()
    result = looker.look(Job(kind, 0, 0, Input.read(kind, folder)))
    looker.end()
    print(*result.failures, sep="\n")
    print(f"{result.scan:.2f} s, {result.memory / 1e6:.0f} MB")
    return 1 if result.failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the input to begin with")
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="only these; repeatable")
    parser.add_argument("--keep", type=Path, help="a folder for inputs that fail")
    parser.add_argument("--again", type=Path, help="look at the input in this folder, of the kind given")
    options = parser.parse_args()
    kinds = options.kind or list(KINDS)
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        if options.again is not None:
            return again(options.again, kinds[0])
        if options.keep is not None:
            options.keep.mkdir(parents=True, exist_ok=True)
        started = monotonic()
        until = started + 60 * options.minutes
        tally = Tally(options.keep)

        def run(first: int) -> None:
            for job, result in looked(jobs_of(kinds, options.seed, first, options.jobs), until):
                tally.take(job, result)

        with ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(run, range(options.first, options.first + options.jobs)))
        tally.show(started)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
