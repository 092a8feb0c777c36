"""How many verdicts stay open with module stubs and without: ``python -m benchmarks.stubs [--checkouts DIR] FOLDER…``.

Each folder is scanned as a whole, as it was checked out. Without stubs means without those that ecsnet has. A subject
is a rule and a resource that one of the scans speaks of; one that a scan does not speak of is not seen by it, and is
open as an unknown one is. With ``--checkouts``, folders as those of ``tests.oracle.compare``, each is scanned once more
with the modules in place that can be had there, as ``terraform init`` would put them.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Verdict
from ecsnet.terraform import stub_library
from tests.oracle.compare import roots_of
from tests.oracle.downloads import Downloads

Subject = tuple[str, str, str]
WAYS = ("without stubs", "with stubs", "downloaded")


@dataclass(frozen=True)
class Verdicts:
    """A subject is in one of both."""

    decided: frozenset[Subject] = frozenset()
    unknown: frozenset[Subject] = frozenset()

    @property
    def subjects(self) -> frozenset[Subject]:
        return self.decided | self.unknown

    def with_(self, other: Verdicts) -> Verdicts:
        return Verdicts(self.decided | other.decided, self.unknown | other.unknown)

    def shown(self, subjects: frozenset[Subject]) -> str:
        missing = len(subjects - self.subjects)
        share = f"{(len(self.unknown) + missing) / len(subjects):.1%}" if subjects else ""
        return f"{len(self.decided)} | {len(self.unknown)} | {missing} | {share}"


def verdicts(folder: str) -> Verdicts:
    report = scan([folder], Config())
    unknown = _subjects(report.undecided, folder)
    return Verdicts(_subjects((*report.findings, *report.passed), folder) - unknown, unknown)


def _subjects(found: Iterable[Verdict], folder: str) -> frozenset[Subject]:
    """A resource of a module goes by the root's own block, wherever the module is."""
    return frozenset((one.rule.id, one.resource.address, _file(one, folder)) for one in found)


def _file(verdict: Verdict, folder: str) -> str:
    calls = verdict.resource.calls
    file = (calls[0].span if calls else verdict.resource.header).file
    return f"{_name(folder)}/{os.path.relpath(file, folder)}"


def _name(folder: str) -> str:
    return os.path.basename(os.path.abspath(folder))


def without_stubs(folder: str) -> Verdicts:
    with tempfile.TemporaryDirectory() as empty, patch.object(stub_library, "SHIPPED", empty):
        return verdicts(folder)


@contextlib.contextmanager
def downloaded(folder: str, checkouts: Path) -> Iterator[str]:
    """A copy of ``folder`` in which the modules that roots call are in ``.terraform/modules``."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch).resolve() / _name(folder)
        shutil.copytree(folder, copy, symlinks=True)
        downloads = Downloads(checkouts, Path(scratch) / "plain", Path(scratch) / "changed")
        for root in roots_of(copy):
            downloads.install_all(root)
        yield str(copy)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="+")
    parser.add_argument("--checkouts", type=Path)
    options = parser.parse_args(arguments)
    ways = WAYS if options.checkouts else WAYS[:2]
    print("| | |" + "".join(f" {way} | | | |" for way in ways))
    print("|---" + "|--:" * (1 + 4 * len(ways)) + "|")
    print("| folder | subjects" + " | decided | unknown | not seen | open" * len(ways) + " |")
    total = [Verdicts() for _ in ways]
    for folder in options.folder:
        found = [without_stubs(folder), verdicts(folder)]
        if options.checkouts:
            with downloaded(folder, options.checkouts) as copy:
                found.append(verdicts(copy))
        total = [before.with_(one) for before, one in zip(total, found)]
        _row(_name(folder), found)
    _row("all", total)


def _row(name: str, found: Sequence[Verdicts]) -> None:
    subjects = frozenset().union(*(one.subjects for one in found))
    print(f"| {name} | {len(subjects)} | {' | '.join(one.shown(subjects) for one in found)} |", flush=True)


if __name__ == "__main__":
    main()
