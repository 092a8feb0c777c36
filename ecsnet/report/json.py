"""``--format json``, version 1. Stable: keys are added, never renamed, never removed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable

from ecsnet import __version__
from ecsnet.findings import Finding, Level, Report, Rule, Suppressed
from ecsnet.values import Span

Json = dict[str, object]


def render(report: Report) -> str:
    """The report as one JSON object, ASCII only, ending in a new line."""
    return dump(
        {
            "version": "1",
            "tool": {"name": "ecsnet", "version": __version__},
            "findings": [_finding(finding) for finding in report.findings],
            "suppressed": [_suppressed(one) for one in report.suppressed],
            "unused_suppressions": [{"message": one.message, "location": location(one.span)} for one in report.unused],
            "fixed": [
                {"root": one.root, "rule": one.rule, "resource": one.resource, "fingerprint": one.fingerprint}
                for one in report.fixed
            ],
            "unknown": [
                {
                    "rule": undecided.rule.id,
                    "resource": undecided.resource.address,
                    "construct": undecided.resource.construct or None,
                    "reason": undecided.reason,
                    "location": location(undecided.span),
                }
                for undecided in report.undecided
            ],
            "unseen": [
                {"address": hole.address, "reason": hole.reason, "location": location(hole.span)}
                for hole in report.unseen
            ],
            "errors": [
                {"file": problem.file, "line": problem.line, "message": problem.message} for problem in report.problems
            ],
            "summary": {
                "files": len(report.files),
                "resources": report.resources,
                "findings": {
                    level.value: sum(finding.level is level for finding in report.findings) for level in Level
                },
                "suppressed": sum(one.by != "baseline" for one in report.suppressed),
                "baseline": sum(one.by == "baseline" for one in report.suppressed),
                "fixed": len(report.fixed),
                "elsewhere": report.elsewhere,
                "seconds": round(report.seconds, 3),
            },
        }
    )


def render_rules(rules: Iterable[Rule]) -> str:
    """The catalogue, as a list of objects."""
    return dump([_rule(rule) for rule in rules])


def render_rule(rule: Rule) -> str:
    return dump(_rule(rule))


def _finding(finding: Finding) -> Json:
    return {
        "rule": finding.rule.id,
        "name": finding.rule.name,
        "level": finding.level.value,
        "resource": finding.resource.address,
        "construct": finding.resource.construct or None,
        "message": finding.message,
        "fix": finding.fix,
        "help": finding.rule.help,
        "location": location(finding.span),
        "path": [
            {"resource": hop.resource, "message": hop.message, "location": location(hop.span)} for hop in finding.path
        ],
        "scenario": dict(finding.scenario),
        "fingerprint": finding.fingerprint or None,
        "edits": [
            {
                "location": location(edit.span),
                "start": edit.start,
                "end": edit.end,
                "text": edit.text,
                "safe": edit.safe,
            }
            for edit in finding.edits
        ],
    }


def _suppressed(one: Suppressed) -> Json:
    """A finding with what accepts it, and where."""
    return {
        **_finding(one.finding),
        "justification": one.reason or None,
        "suppressed_by": one.by,
        "suppressed_at": location(one.span),
    }


def location(span: Span) -> Json:
    return {
        "file": span.file,
        "start_line": span.start_line,
        "start_column": span.start_column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.id,
        "name": rule.name,
        "cfn_lint_id": rule.cfn_lint_id,
        "level": rule.level.value,
        "opt_in": rule.opt_in,
        "summary": rule.summary,
        "why": rule.why,
        "fix": dict(rule.fix),
        "references": list(rule.references),
        "help": rule.help,
    }


_COMMAND = re.compile(r"#(?=#[\w.]*\[)")


def dump(document: object) -> str:
    stream = io.StringIO()
    # What json.dumps does holds each of the pieces, which are small and many, until the end.
    json.dump(_portable(document), stream, indent=2)
    text = stream.getvalue() + "\n"
    # Azure Pipelines, TeamCity and GitHub take ##vso[...], ##teamcity[...] and ##[...] in a log for commands.
    return _COMMAND.sub(r"\\u0023", text) if "##" in text else text


def _portable(value: object) -> object:
    """Without lone surrogates, which file names may hold and JSON may not."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_portable(key): _portable(item) for key, item in value.items()}
    return [_portable(item) for item in value] if isinstance(value, list) else value
