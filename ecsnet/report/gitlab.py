"""``--format gitlab``: a Code Quality report, which GitLab shows in merge requests.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. What could not be read is an issue too:
GitLab has no other place for it, and a report without it would say that all is well.
"""

from __future__ import annotations

from ecsnet.findings import Finding, Level, Report
from ecsnet.fingerprints import VERSION, fingerprints, relative
from ecsnet.report.common import gravest_first, statement
from ecsnet.report.json import Json, dump
from ecsnet.report.source import printable
from ecsnet.resources import Problem

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "major", Level.INFO: "info"}
_UNREADABLE = "unreadable-input"


def render(report: Report) -> str:
    """A list of issues, the gravest first, ASCII only, ending in a new line."""
    base = report.base
    names = {id(one): made for one, made in zip(report.findings, fingerprints(report.findings, base))}
    issues = [_unread(problem, base) for problem in report.problems]
    issues += (_issue(one, base, one.fingerprint or names[id(one)]) for one in gravest_first(report.findings))
    return dump(issues)


def _issue(finding: Finding, base: str, fingerprint: str) -> Json:
    lines = {"begin": max(finding.span.start_line, 1), "end": max(finding.span.end_line, finding.span.start_line, 1)}
    return {
        "type": "issue",
        "check_name": f"{finding.rule.id} {finding.rule.name}",
        "description": statement(finding),
        "content": {"body": f"{finding.fix.strip()}\n\n{finding.rule.help}"},
        "categories": ["Bug Risk"],
        "severity": _SEVERITIES[finding.level],
        "fingerprint": fingerprint,
        "location": {"path": relative(finding.span.file, base), "lines": lines},
    }


def _unread(problem: Problem, base: str) -> Json:
    import hashlib

    path = relative(problem.file, base)
    # A line is in it: one file may have the same error in many places, and GitLab shows one of a fingerprint.
    key = dump([VERSION, _UNREADABLE, path, problem.line, problem.column, problem.message])
    return {
        "type": "issue",
        "check_name": _UNREADABLE,
        "description": f"cannot read: {printable(problem.message)}",
        "categories": ["Bug Risk"],
        "severity": "blocker",
        "fingerprint": hashlib.sha256(key.encode("ascii")).hexdigest(),
        "location": {"path": path, "lines": {"begin": max(problem.line, 1)}},
    }
