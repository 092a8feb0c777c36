"""How many verdicts stay open with module stubs and without: ``python -m benchmarks.stubs FOLDER…``.

Each folder is scanned as a whole, as it was checked out. Without stubs means without those that ecsnet has. A subject
is a rule and a resource that either scan speaks of; one that a scan does not speak of is not seen by it, and is open as
an unknown one is.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Verdict
from ecsnet.terraform import stub_library

Subject = tuple[str, str, str]


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
    unknown = _subjects(report.undecided)
    return Verdicts(_subjects((*report.findings, *report.passed)) - unknown, unknown)


def _subjects(found: Iterable[Verdict]) -> frozenset[Subject]:
    return frozenset((one.rule.id, one.resource.address, one.resource.header.file) for one in found)


def without_stubs(folder: str) -> Verdicts:
    with tempfile.TemporaryDirectory() as empty, patch.object(stub_library, "SHIPPED", empty):
        return verdicts(folder)


def main(folders: Sequence[str]) -> None:
    print("| | | without stubs | | | | with stubs | | | |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    print("| folder | subjects" + " | decided | unknown | not seen | open" * 2 + " |")
    before = after = Verdicts()
    for folder in folders:
        one, other = without_stubs(folder), verdicts(folder)
        before, after = before.with_(one), after.with_(other)
        _row(Path(folder).resolve().name, one, other)
    _row("all", before, after)


def _row(name: str, before: Verdicts, after: Verdicts) -> None:
    subjects = before.subjects | after.subjects
    print(f"| {name} | {len(subjects)} | {before.shown(subjects)} | {after.shown(subjects)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
