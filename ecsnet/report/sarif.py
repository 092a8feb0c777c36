"""``--format sarif``: SARIF 2.1.0, which GitHub's code scanning, Azure DevOps and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html and, for what GitHub
takes of it, https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support.

Plain dictionaries, not a library's object model: sarif-om, the only one in wide use, has not been released since 2019,
takes attrs, and checks nothing; the schema of the standard, which the tests hold this to, checks all of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from ecsnet import __version__
from ecsnet.findings import PROJECT, Edit, Finding, Level, Report, Rule, Undecided
from ecsnet.fingerprints import VERSION, relative
from ecsnet.report.common import clipped, first_paragraph, gravest_first, statement, words
from ecsnet.report.json import Json, dump
from ecsnet.report.source import printable
from ecsnet.resources import Hole, Hop, Problem, Resource
from ecsnet.values import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

# What GitHub keeps of more.
MAX_RESULTS = 5_000
MAX_RELATED = 99  # with the location of the result itself, 100
MAX_STEPS = 1_000
MAX_BYTES = 10_000_000  # compressed by gzip
_MAX_DESCRIPTION = 1_024
MAX_ALL_STEPS = 50_000
"""Of all results together: each takes some 3 KB of text, and what is compressed well takes no less memory."""

_ROOT = "%SRCROOT%"
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
_GRAVITY = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "recommendation"}

EXPOSURE: Mapping[str, str] = {
    "ECSNET105": "5.0",
    "ECSNET201": "8.0",
    "ECSNET202": "8.0",
    "ECSNET203": "6.0",
    "ECSNET204": "5.0",
    "ECSNET205": "6.0",
    "ECSNET501": "5.0",
    "ECSNET502": "2.0",
}
"""How grave it is, from 0 to 10 as in CVSS, that something is exposed; the other rules are of what does not work."""

_NOTIFICATIONS = {
    "unreadable-input": "Part of the input could not be read, so that there may be more results.",
    "not-seen": "A module, a stack or the like is not there: nobody knows what it makes.",
    "results-cut": "There is more than GitHub takes.",
}


def render(report: Report, *, show_unknown: bool = False) -> str:
    """One run, ASCII only, ending in a new line. ``show_unknown``: with what could not be decided, of kind ``open``."""
    from ecsnet.rules import CATALOGUE

    known = {rule.id: rule for rule in (*CATALOGUE, *(one.rule for one in report.findings))}
    if show_unknown:
        known.update((one.rule.id, one.rule) for one in report.undecided)
    writer = _Writer(report, list(known.values()))
    return writer.document(show_unknown)


class _Writer:
    def __init__(self, report: Report, rules: Sequence[Rule]) -> None:
        self._report = report
        self._rules = rules
        self._indexes = {rule.id: number for number, rule in enumerate(rules)}
        self._cut: list[str] = []

    def document(self, show_unknown: bool) -> str:
        findings = gravest_first(self._report.findings)
        unknown = self._report.undecided if show_unknown else ()
        most = min(MAX_RESULTS, _within_all_steps(findings))
        while True:
            self._cut = []
            kept = findings[:most]
            left = unknown[: most - len(kept)]
            text = dump(self._log(kept, left, show_unknown))
            if (not kept and not left) or len(text) <= MAX_BYTES or _compressed(text) <= MAX_BYTES:
                return text
            most = (len(kept) + len(left)) // 2

    def _log(self, findings: Sequence[Finding], unknown: Sequence[Undecided], show_unknown: bool) -> Json:
        results = [*map(self._result, findings), *map(self._open, unknown)]
        missing = len(self._report.findings) - len(findings)
        if missing:
            self._cut.append(f"{missing} of {len(self._report.findings)} findings are left out, the least grave ones")
        if show_unknown and len(unknown) < len(self._report.undecided):
            left_out = len(self._report.undecided) - len(unknown)
            self._cut.append(f"{left_out} of {len(self._report.undecided)} unknowns are left out")
        run: Json = {
            "tool": {
                "driver": {
                    "name": "ecsnet",
                    "version": __version__,
                    "semanticVersion": __version__,
                    "informationUri": PROJECT,
                    "rules": [_rule(rule) for rule in self._rules],
                    "notifications": [_descriptor(name, text) for name, text in _NOTIFICATIONS.items()],
                }
            },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {_ROOT: {"uri": _absolute(os.path.join(os.path.abspath(self._report.base), ""))}},
            "invocations": [
                {
                    "executionSuccessful": not self._report.problems,
                    "toolExecutionNotifications": self._notifications(show_unknown),
                }
            ],
            "results": results,
        }
        return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}

    def _result(self, finding: Finding) -> Json:
        where = f"{finding.rule.id} {printable(finding.resource.address)}"
        hops = finding.path[:MAX_STEPS]
        if len(hops) < len(finding.path):
            self._cut.append(f"{where}: {len(finding.path) - len(hops)} of {len(finding.path)} steps are left out")
        related = _first_of_each(hops)
        if len(related) > MAX_RELATED:
            self._cut.append(f"{where}: {len(related) - MAX_RELATED} of {len(related)} related places are left out")
            related = related[:MAX_RELATED]
        result: Json = {
            **self._of(finding.rule),
            "kind": "fail",
            "level": _LEVELS[finding.level],
            "message": {"text": _linked(finding, related)},
            "locations": [self._primary(finding.span, finding.resource)],
            "properties": {"fix": finding.fix, **({"when": dict(finding.scenario)} if finding.scenario else {})},
        }
        if finding.fingerprint:
            result["partialFingerprints"] = {VERSION: finding.fingerprint}
        if related:
            result["relatedLocations"] = [
                {"id": number, **self._step(hop)} for number, hop in enumerate(related, start=1)
            ]
        if hops:
            steps = [{"location": self._step(hop), "executionOrder": n} for n, hop in enumerate(hops, start=1)]
            result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
        if finding.edits:
            result["fixes"] = [self._fix(finding)]
        return result

    def _open(self, undecided: Undecided) -> Json:
        """What could not be decided. Its level has to be ``none``."""
        text = f"{printable(undecided.resource.address)} is undecided: {printable(undecided.reason)}"
        return {
            **self._of(undecided.rule),
            "kind": "open",
            "level": "none",
            "message": {"text": _plain(text)},
            "locations": [self._primary(undecided.span, undecided.resource)],
        }

    def _of(self, rule: Rule) -> Json:
        return {"ruleId": rule.id, "ruleIndex": self._indexes[rule.id]}

    def _primary(self, span: Span, resource: Resource) -> Json:
        """GitHub shows a result with a change where all of its lines are changed, so that one line has to do."""
        place = self._physical(span)
        if span.end_line > span.start_line:
            place["region"] = {"startLine": max(span.start_line, 1), "startColumn": max(span.start_column, 1)}
            place["contextRegion"] = _region(span)
        names = [{"fullyQualifiedName": printable(resource.address), "kind": "resource"}]
        if resource.construct:
            names.append({"fullyQualifiedName": printable(resource.construct), "kind": "construct"})
        return {"physicalLocation": place, "logicalLocations": names}

    def _step(self, hop: Hop) -> Json:
        named = f"{printable(hop.resource)}: " if hop.resource else ""
        step: Json = {
            "physicalLocation": self._physical(hop.span),
            "message": {"text": _plain(named + printable(hop.message))},
        }
        if hop.resource:
            step["logicalLocations"] = [{"fullyQualifiedName": printable(hop.resource), "kind": "resource"}]
        return step

    def _physical(self, span: Span) -> Json:
        return {"artifactLocation": self._artifact(span.file), "region": _region(span)}

    def _artifact(self, file: str) -> Json:
        name = relative(file, self._report.base)
        if name == ".." or name.startswith("../") or os.path.isabs(name):
            return {"uri": _absolute(os.path.abspath(file))}
        return {"uri": _quoted(name), "uriBaseId": _ROOT}

    def _fix(self, finding: Finding) -> Json:
        """All edits of a finding mend it together."""
        safe = all(edit.safe for edit in finding.edits)
        decide = "" if safe else " Only you can decide whether this is right."
        edits = sorted(finding.edits, key=lambda edit: (edit.span.file, edit.start))
        return {
            "description": {"text": _plain(printable(first_paragraph(finding.fix))) + decide},
            "artifactChanges": [
                {"artifactLocation": self._artifact(file), "replacements": [_replacement(edit) for edit in group]}
                for file, group in groupby(edits, key=lambda edit: edit.span.file)
            ],
        }

    def _notifications(self, show_unknown: bool) -> list[Json]:
        problems = [self._problem(problem) for problem in self._report.problems]
        holes = [self._hole(hole) for hole in self._report.unseen] if show_unknown else []
        cut = [_notification("results-cut", "warning", text) for text in [*self._cut[:20], *_more(len(self._cut) - 20)]]
        return [*cut, *problems, *holes]

    def _problem(self, problem: Problem) -> Json:
        column = max(problem.column, 1)
        span = Span(problem.file, max(problem.line, 1), column, max(problem.line, 1), column)
        where = [{"physicalLocation": self._physical(span)}]
        return {**_notification("unreadable-input", "error", problem.message), "locations": where}

    def _hole(self, hole: Hole) -> Json:
        text = f"{hole.address}: {hole.reason}" if hole.address else hole.reason
        where = [{"physicalLocation": self._physical(hole.span)}]
        return {**_notification("not-seen", "note", text), "locations": where}


def _descriptor(name: str, text: str) -> Json:
    shown = {"text": text}
    return {"id": name, "shortDescription": shown, "fullDescription": shown, "help": shown}


def _rule(rule: Rule) -> Json:
    advice = [
        (language.replace("terraform", "Terraform").replace("cloudformation", "CloudFormation"), text)
        for language, text in rule.fix.items()
    ]
    sections = "\n\n".join(f"### Fix in {language}\n\n{text.strip()}" for language, text in advice)
    references = "\n".join(f"- {reference}" for reference in rule.references)
    markdown = f"{rule.summary}.\n\n{rule.why.strip()}\n\n{sections}"
    if references:
        markdown += f"\n\n### References\n\n{references}"
    properties: Json = {
        "tags": ["security" if rule.id in EXPOSURE else "reliability", "aws", "ecs", "network"],
        "precision": "very-high",
        "problem.severity": _GRAVITY[rule.level],
    }
    if rule.id in EXPOSURE:
        properties["security-severity"] = EXPOSURE[rule.id]
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": clipped(rule.summary, _MAX_DESCRIPTION)},
        "fullDescription": {"text": clipped(" ".join(rule.why.split()) or rule.summary, _MAX_DESCRIPTION)},
        "help": {"text": markdown.replace("### ", ""), "markdown": markdown},
        "helpUri": rule.help,
        "defaultConfiguration": {"level": _LEVELS[rule.level], "enabled": not rule.opt_in},
        "properties": properties,
    }


def _linked(finding: Finding, related: Sequence[Hop]) -> str:
    """The message with a link to each related place: GitHub shows only those that are linked."""
    ids = {printable(hop.resource): number for number, hop in enumerate(related, start=1)}
    text, linked = "", set()
    for piece, is_name in words(statement(finding), list(ids)):
        text += _link(piece, ids[piece]) if is_name else _plain(piece)
        linked.update([piece] if is_name else [])
    rest = [
        _link(name, number) if name else f"[step {number}]({number})"
        for name, number in ids.items()
        if name not in linked
    ]
    return f"{text} (see also {', '.join(rest)})" if rest else text


def _link(text: str, number: int) -> str:
    escaped = "".join("\\" + character if character in "\\[]" else character for character in text)
    return f"[{_braces(escaped)}]({number})"


def _plain(text: str) -> str:
    """What is text to the reader of a message too: neither a link nor a place for an argument."""
    return _braces(text.replace("](", "] ("))


def _braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _first_of_each(hops: Iterable[Hop]) -> list[Hop]:
    """The first step of each resource."""
    found: dict[str, Hop] = {}
    for hop in hops:
        found.setdefault(printable(hop.resource), hop)
    return list(found.values())


def _region(span: Span) -> Json:
    start = max(span.start_line, 1)
    end = max(span.end_line, start)
    first = max(span.start_column, 1)
    return {
        "startLine": start,
        "startColumn": first,
        "endLine": end,
        "endColumn": max(span.end_column, first if end == start else 1),
    }


def _replacement(edit: Edit) -> Json:
    return {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}


def _notification(name: str, level: str, text: str) -> Json:
    index = list(_NOTIFICATIONS).index(name)
    return {"descriptor": {"id": name, "index": index}, "level": level, "message": {"text": _plain(printable(text))}}


def _more(number: int) -> list[str]:
    return [f"{number} more such cuts"] if number > 0 else []


def _absolute(path: str) -> str:
    """A ``file:`` URI. RFC 8089."""
    name = path.replace(os.sep, "/")
    return "file://" + ("" if name.startswith("/") else "/") + _quoted(name, drive=True)


def _quoted(name: str, *, drive: bool = False) -> str:
    """A path as part of a URI; the bytes of a name that is no text are kept."""
    from urllib.parse import quote

    try:
        raw = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = name.encode("utf-8", "replace")
    return quote(raw, safe="/:" if drive and os.name == "nt" else "/")


def _compressed(text: str) -> int:
    import zlib

    return len(zlib.compress(text.encode("ascii"), 6))


def _within_all_steps(findings: Sequence[Finding]) -> int:
    """How many results there may be; the first finding is one whatever it takes."""
    total = 0
    for number, finding in enumerate(findings):
        total += min(len(finding.path), MAX_STEPS)
        if total > MAX_ALL_STEPS:
            return max(number, 1)
    return MAX_RESULTS
