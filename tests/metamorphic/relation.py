"""Relations: ways of writing a configuration anew that change no verdict, and how they are held to that."""

from __future__ import annotations

import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Finding, Report, Verdict
from tests.expectations import case_id, cases

Language = Literal["tf", "cfn"]
Address = Callable[[str], str]
Verdicts = Counter[tuple[str, str, str, str]]


class Left(Exception):  # noqa: N818 - no error: a case that a relation says nothing about
    """The configuration cannot be written in that way; the message says why."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """``address``: how a resource of the new configuration was called in the old one; ``config``: to scan it with."""

    address: Address = str
    config: Config = field(default_factory=Config)


@dataclass(frozen=True, slots=True)
class Relation:
    """``rewrite`` changes the files in a folder, or raises :class:`Left`.

    ``floor``: how many of all fixtures it rewrites at least. ``differs``: fixtures whose verdicts differ, and by what
    right: the two ways of writing do not mean the same there.
    """

    name: str
    language: Language
    rewrite: Callable[[Path], Rewritten]
    floor: int
    differs: Mapping[str, str] = field(default_factory=dict)
    compare: Callable[[Verdicts], Verdicts] = Counter


@dataclass(frozen=True, slots=True)
class Result:
    """``left``: why the case was not rewritten; ``lines``: where verdicts differ, "-" for what is no longer there."""

    case: str
    left: str = ""
    lines: tuple[str, ...] = ()


def verdicts(report: Report, address: Address = str) -> Verdicts:
    """How many there are of each kind, rule, resource and level; names in messages are not compared."""
    found: tuple[Verdict, ...] = (*report.findings, *report.passed, *report.undecided)
    return Counter(
        (
            type(item).__name__,
            item.rule.id,
            address(item.resource.address),
            item.level.value if isinstance(item, Finding) else "",
        )
        for item in found
    )


def fixtures(language: Language) -> list[Path]:
    return [case for case in cases() if case.name.startswith(f"{language}-")]


def sample(relation: Relation, share: int) -> list[Path]:
    """One in ``share`` of the fixtures, always the same, and another set for another relation."""
    return [
        case
        for case in fixtures(relation.language)
        if zlib.crc32(f"{relation.name} {case_id(case)}".encode()) % share == 0
    ]


def held(relation: Relation, chosen: Iterable[Path]) -> Iterator[Result]:
    """What becomes of each case."""
    for case in chosen:
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "tree"
            shutil.copytree(case, tree)
            (tree / ".git").mkdir()
            try:
                rewritten = relation.rewrite(tree)
            except Left as why:
                yield Result(case_id(case), left=str(why))
                continue
            before, faults = _before(case)
            report = scan([str(tree)], rewritten.config)
            after = verdicts(report, rewritten.address)
            lines = list(differences(relation.compare(before), relation.compare(after)))
            if len(report.problems) != faults:
                lines += [f"! {problem.line}: {problem.message}" for problem in report.problems]
            yield Result(case_id(case), lines=tuple(lines))


@cache
def _before(case: Path) -> tuple[Verdicts, int]:
    report = scan([str(case)], Config())
    return verdicts(report), len(report.problems)


def differences(before: Verdicts, after: Verdicts) -> Iterator[str]:
    for sign, found in (("-", before - after), ("+", after - before)):
        for verdict, number in sorted(found.items()):
            yield f"{sign} {' '.join(verdict).rstrip()}" + (f" ({number})" if number > 1 else "")
