"""``--format junit``: JUnit XML, which nearly every CI server shows.

A test case for each rule and each resource that it looked at. Failures are the findings at or above ``--fail-on``; what
is unknown or suppressed is skipped, and what could not be read is an error. There is no standard; this is what Jenkins,
GitLab and Azure Pipelines take alike: https://github.com/testmoapp/junitxml describes it. Written by the standard
library: what a library for it adds is names for four elements.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ecsnet.findings import Finding, Level, Report, Rule, Undecided
from ecsnet.fingerprints import relative, root_of
from ecsnet.records import dataclass, field
from ecsnet.report.common import statement, steps
from ecsnet.report.github import inert
from ecsnet.report.source import printable
from ecsnet.resources import Problem, Resource
from ecsnet.values import Span

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@dataclass(slots=True)
class _Case:
    """What is said of one resource by one rule."""

    rule: Rule
    resource: Resource
    findings: list[Finding] = field(default_factory=list)
    unknown: list[Undecided] = field(default_factory=list)
    suppressed: list[str] = field(default_factory=list)


def render(report: Report, fail_on: Level | None = Level.INFO) -> str:
    """An XML document, ending in a new line. ``fail_on``: the lowest level of a failure; ``None`` for none."""
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    top = Element("testsuites")
    suites: dict[str, list[_Case]] = {}
    for case in _cases(report):
        suites.setdefault(_root(case.resource, report.base), []).append(case)
    for name in sorted(suites):
        suite = SubElement(top, "testsuite", name=_text(name))
        for case in suites[name]:
            _case(suite, name, case, fail_on, report.base)
        _counted(suite)
    if report.problems:
        suite = SubElement(top, "testsuite", name="input")
        for problem in report.problems:
            _problem(suite, problem, report.base)
        _counted(suite)
    for name in ("tests", "failures", "errors", "skipped"):
        top.set(name, str(sum(int(suite.get(name, "0")) for suite in top)))
    top.set("name", "ecsnet")
    top.set("time", f"{report.seconds:.3f}")
    indent(top)
    text = '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(top, encoding="unicode") + "\n"
    return text


def _cases(report: Report) -> Iterable[_Case]:
    cases: dict[object, _Case] = {}

    def of(rule: Rule, resource: Resource) -> _Case:
        key = (_root(resource, report.base), rule.id, resource.address)
        return cases.setdefault(key, _Case(rule, resource))

    for finding in report.findings:
        of(finding.rule, finding.resource).findings.append(finding)
    for one in report.suppressed:
        reason = f": {printable(one.reason)}" if one.reason else ""
        place = f"{printable(relative(one.span.file, report.base))}:{one.span.start_line}"
        of(one.finding.rule, one.finding.resource).suppressed.append(f"suppressed at {place}{reason}")
    for undecided in report.undecided:
        of(undecided.rule, undecided.resource).unknown.append(undecided)
    for passed in report.passed:
        of(passed.rule, passed.resource)
    return sorted(cases.values(), key=lambda case: (case.rule.id, case.resource.address))


def _case(suite: Element, root: str, case: _Case, fail_on: Level | None, base: str) -> None:
    from xml.etree.ElementTree import SubElement

    span = case.findings[0].span if case.findings else case.resource.header
    name = f"{case.rule.id} {case.rule.name}: {printable(case.resource.address)}"
    element = SubElement(suite, "testcase", {"name": _text(name), "classname": _text(root), **_place(span, base)})
    failing = [one for one in case.findings if fail_on is not None and one.level.rank >= fail_on.rank]
    if failing:
        failure = SubElement(element, "failure", type=case.rule.id, message=_text(statement(failing[0])))
        failure.text = _text("\n\n".join(_said(one, base) for one in case.findings))
    elif case.findings:
        SubElement(element, "system-out").text = _text("\n\n".join(_said(one, base) for one in case.findings))
    elif case.unknown or case.suppressed:
        reasons = [*case.suppressed, *(f"unknown: {printable(one.reason)}" for one in case.unknown)]
        SubElement(element, "skipped", message=_text("; ".join(dict.fromkeys(reasons))))


def _problem(suite: Element, problem: Problem, base: str) -> None:
    from xml.etree.ElementTree import SubElement

    span = Span(problem.file, problem.line, problem.column, problem.line, problem.column)
    place = _place(span, base)
    name = f"{place['file']}:{problem.line}"
    element = SubElement(suite, "testcase", {"name": name, "classname": "input", **place})
    SubElement(element, "error", type="unreadable-input", message=_text(printable(problem.message)))


def _said(finding: Finding, base: str) -> str:
    span = finding.span
    place = f"{printable(relative(span.file, base))}:{span.start_line}:{span.start_column}"
    lines = [f"{place} {finding.level.value}", statement(finding)]
    lines += (f"  {step}" for step in steps(finding, base))
    lines += ["", *map(printable, finding.fix.strip().split("\n")), "", finding.rule.help]
    return "\n".join(lines)


def _place(span: Span, base: str) -> dict[str, str]:
    return {"file": _text(printable(relative(span.file, base))), "line": str(span.start_line)}


def _root(resource: Resource, base: str) -> str:
    return printable(root_of(resource, base))


def _counted(suite: Element) -> None:
    suite.set("tests", str(len(suite)))
    for name, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(element) is not None for case in suite)))


def _text(text: str) -> str:
    """Lines without characters that XML cannot hold, nor what the log of a runner takes for a command."""
    return "\n".join(inert(printable(line)) for line in text.split("\n"))
