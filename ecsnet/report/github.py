"""``--format github``: workflow commands, which GitHub Actions shows as annotations beside the changed lines.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. Of a step, ten annotations of each
level are shown: the gravest findings get them, and what could not be read, and the log lists the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ecsnet.findings import Finding, Level, Report
from ecsnet.fingerprints import relative
from ecsnet.report.common import first_paragraph, gravest_first, statement, steps
from ecsnet.report.source import printable
from ecsnet.report.text import Paint, count, summary
from ecsnet.resources import Problem

MAX_SHOWN = 10
"""Annotations of each level in a step."""
_FOR_PROBLEMS = 3
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}
_COMMAND = re.compile(r"#(?=#[\w.]*\[)")


def render(report: Report) -> Iterator[str]:
    """Lines: the annotations, a group with what they leave out, and the summary."""
    problems = list(report.problems)
    grave = sum(finding.level is Level.ERROR for finding in report.findings)
    room = dict.fromkeys(Level, MAX_SHOWN)
    kept = problems[: max(MAX_SHOWN - grave, _FOR_PROBLEMS)]
    room[Level.ERROR] -= len(kept)
    rest: list[str] = []
    for finding in gravest_first(report.findings):
        if room[finding.level] > 0:
            room[finding.level] -= 1
            yield _annotation(finding, report.base)
        else:
            rest.append(_line(finding, report.base))
    for problem in kept:
        yield _unread(problem, report.base)
    rest += (_unread_line(problem, report.base) for problem in problems[len(kept) :])
    if rest:
        yield f"::group::ecsnet: {count(len(rest), 'place')} without an annotation: a step has ten of each level"
        yield from map(inert, rest)
        yield "::endgroup::"
    yield inert(f"ecsnet: {summary(report, False, Paint(False))}")


def inert(line: str) -> str:
    """A line that no runner takes for a command: GitHub's begin with ``::`` or have ``##[`` in them, those of Azure
    Pipelines and TeamCity ``##vso[`` and ``##teamcity[``.
    """
    line = _COMMAND.sub("# ", line)
    start = line.lstrip()
    return line[: len(line) - len(start)] + ": " + start[1:] if start.startswith("::") else line


def _annotation(finding: Finding, base: str) -> str:
    span = finding.span
    place = {"file": _file(span.file, base), "line": str(span.start_line), "endLine": str(span.start_line)}
    if span.end_line == span.start_line:
        place.update(col=str(span.start_column), endColumn=str(span.end_column))
    text = [statement(finding), *(f"construct: {printable(one)}" for one in [finding.resource.construct] if one)]
    text += steps(finding, base)
    text += [f"help: {printable(first_paragraph(finding.fix))}", finding.rule.help]
    title = f"{finding.rule.id} {finding.rule.name}"
    return _command(_COMMANDS[finding.level], {**place, "title": title}, text)


def _unread(problem: Problem, base: str) -> str:
    place = {"file": _file(problem.file, base), "line": str(problem.line), "title": "ecsnet cannot read this"}
    return _command("error", place, [printable(problem.message)])


def _line(finding: Finding, base: str) -> str:
    place = f"{_file(finding.span.file, base)}:{finding.span.start_line}"
    return f"{place} {finding.level.value} {finding.rule.id} {statement(finding)}"


def _unread_line(problem: Problem, base: str) -> str:
    return f"{_file(problem.file, base)}:{problem.line} cannot read: {printable(problem.message)}"


def _file(file: str, base: str) -> str:
    return printable(relative(file, base))


def _command(name: str, properties: dict[str, str], lines: Iterable[str]) -> str:
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    text = "\n".join(lines)
    return f"::{name} {shown}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
