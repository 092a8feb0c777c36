"""What a worker does: find the roots of a repository, and judge one of them. Plain data in, plain data out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Union

from ecsnet.config import ConfigError
from ecsnet.engine import judge
from ecsnet.files import find
from ecsnet.findings import Report
from ecsnet.fingerprints import base_of
from ecsnet.fleet.sources import SourceError, checked_out, shown
from ecsnet.judging import folder_of, judges_of
from ecsnet.records import dataclass, replace
from ecsnet.resources import Configuration, Problem
from ecsnet.roots import Roots, Unit
from ecsnet.settings import Flags, Settings

Row = Mapping[str, Union[str, int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The roots of a repository: root modules by folder and number of values; "" for templates and plans."""

    repository: str
    commit: str = ""
    units: tuple[tuple[str, int], ...] = ()
    problems: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What was found in one root."""

    findings: tuple[Row, ...] = ()
    problems: tuple[Row, ...] = ()
    resources: int = 0


def plan(source: str, flags: Flags) -> Plan:
    """Never raises for what a repository is like."""
    name = shown(source)
    try:
        folder, commit = checked_out(source)
    except SourceError as error:
        return Plan(name, problems=(_row(name, "", Problem("", 1, 1, str(error))),))
    problems: list[Problem] = []
    units: list[Unit] = []
    try:
        units = _roots(folder, flags).units(problems)
    except ConfigError as error:
        problems.append(Problem(folder, 1, 1, str(error)))
    named = tuple((_relative(unit.root, folder) if unit.root else "", unit.given) for unit in units)
    return Plan(name, commit, named, tuple(_row(name, folder, one) for one in problems))


def judged(source: str, commit: str, unit: tuple[str, int], flags: Flags) -> Result:
    """:raises SourceError: the repository cannot be had here, or is no longer what it was"""
    folder, _ = checked_out(source, commit)
    name = shown(source)
    root, given = unit
    try:
        roots = _roots(folder, flags)
        found = roots.evaluate(Unit(_absolute(root, folder) if root else "", given))
        made = [_judged(one, roots) for one in found]
    except ConfigError as error:
        return Result(problems=(_row(name, folder, Problem(folder, 1, 1, str(error))),))
    problems = [one for one in made if isinstance(one, Problem)]
    reports = [one for one in made if not isinstance(one, Problem)]
    problems += (one for report in reports for one in report.problems)
    return Result(
        tuple(row for report in reports for row in _rows(name, commit, folder, root, report)),
        tuple(_row(name, folder, one) for one in dict.fromkeys(problems)),
        sum(report.resources for report in reports),
    )


def _roots(folder: str, flags: Flags) -> Roots:
    found = find([folder], outside=flags.allow_outside)
    return Roots(found, Settings(flags, [folder], {}))


def _judged(root: Configuration | Problem, roots: Roots) -> Report | Problem:
    if isinstance(root, Problem):
        return root
    judges = judges_of(roots.config.of(folder_of(root)))
    return roots.within(root, lambda: judge([root], judges, base_of(roots.found.base)))


def _rows(name: str, commit: str, folder: str, root: str, report: Report) -> Iterable[Row]:
    for finding in report.findings:
        yield {
            "repository": name,
            "commit": commit,
            "root": root or _relative(os.path.dirname(finding.resource.header.file), folder),
            "rule": finding.rule.id,
            "level": finding.level.value,
            "resource": finding.resource.address,
            "path": _relative(finding.span.file, folder),
            "line": finding.span.start_line,
            "message": _own(finding.message, folder),
            "fingerprint": finding.fingerprint,
        }


def _row(name: str, folder: str, problem: Problem) -> Row:
    at = replace(problem, file=_relative(problem.file, folder)) if problem.file and folder else problem
    return {"repository": name, "path": at.file, "line": at.line, "message": _own(at.message, folder)}


def _own(message: str, folder: str) -> str:
    """Where a repository lay while it was scanned is nobody's concern."""
    return message.replace(os.path.join(folder, ""), "") if folder else message


def _relative(file: str, folder: str) -> str:
    return os.path.relpath(file, folder).replace(os.sep, "/")


def _absolute(root: str, folder: str) -> str:
    return os.path.normpath(os.path.join(folder, root))
