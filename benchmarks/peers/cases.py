"""What a suite of another tool holds, and what both say of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ecsnet.config import Config
from ecsnet.engine import scan


class SuiteError(Exception):
    """A checkout does not hold what a suite is read from; the message says what."""


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled input.

    ``name``: the file or test it comes from, and in it the resource that is labelled. ``files``: the configuration, by
    name. ``bad``: what the other tool's own test expects of it. ``resource``: an address; "" where the label is that of
    the whole input.
    """

    name: str
    files: Mapping[str, str]
    bad: bool
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """``rules``: ours that mean what the other's rule means. ``checkout``: the option that names where it is."""

    name: str
    checkout: str
    rules: frozenset[str]
    cases: Callable[[Path], Iterator[Case]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Ours about a case: reported or not, and whether something of it was undecided."""

    case: Case
    reported: bool
    undecided: bool

    @property
    def agrees(self) -> bool:
        return self.reported == self.case.bad


def judge(cases: Iterator[Case], rules: frozenset[str]) -> Iterator[Verdict]:
    """Ours about each; inputs that several cases share are scanned once."""
    known: dict[tuple[tuple[str, str], ...], tuple[set[str], set[str]]] = {}
    for case in cases:
        key = tuple(sorted(case.files.items()))
        if key not in known:
            known[key] = _scan(case.files, rules)
        found, open_ones = known[key]
        if case.resource:
            yield Verdict(case, case.resource in found, case.resource in open_ones)
        else:
            yield Verdict(case, bool(found), bool(open_ones))


def _scan(files: Mapping[str, str], rules: frozenset[str]) -> tuple[set[str], set[str]]:
    """The resources with a finding, and those that are undecided."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        report = scan([folder], Config())
    found = {finding.resource.address for finding in report.findings if finding.rule.id in rules}
    undecided = {one.resource.address for one in report.undecided if one.rule.id in rules}
    return found, undecided


def read(file: Path) -> str:
    """The text of a file of a checkout; raises :class:`SuiteError` where it is not there."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{file}: {error}") from None


def template(document: object) -> dict[str, str]:
    """The files of a CloudFormation template."""
    return {"template.json": json.dumps(document)}
