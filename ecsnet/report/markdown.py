"""``--format markdown``: a summary for ``$GITHUB_STEP_SUMMARY`` and for merge requests.

A table of the findings, then each with its path, as steps and as a picture, and how to mend it. At most 1 MiB, which is
what GitHub takes of a step: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. What
is left out is counted. Names from the configuration are text here, never Markdown, HTML, a mention or a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ecsnet.findings import Finding, Level, Report
from ecsnet.fingerprints import relative
from ecsnet.report.common import clipped, gravest_first, statement, words
from ecsnet.report.pictures import picture
from ecsnet.report.source import printable
from ecsnet.report.text import Paint, count, summary
from ecsnet.resources import Problem
from ecsnet.values import Span

MAX_BYTES = 1_048_576
MAX_PICTURES = 30
"""Each is a frame of its own in the browser."""
_RESERVED = 1_000
_MAX_TEXT = 2_000
_MAX_LISTED = 200
_MARKS = {Level.ERROR: "\U0001f534", Level.WARNING: "\U0001f7e0", Level.INFO: "\U0001f535"}
# An underscore inside of a word and a colon before a space mean nothing; "www." makes a link.
_SYNTAX = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?!\s|$)|[!#$%&*@<>\[\\\]^`{|}~]|[Ww]{3}(?=\.)")


def render(report: Report) -> str:
    """The document, ending in a new line."""
    page = _Page()
    findings = gravest_first(report.findings)
    title = count(len(findings), "finding") if findings else "no findings"
    page.add(f"## ecsnet: {title}\n\n{prose(summary(report, False, Paint(False)))}\n")
    _problems(report, page)
    _table(findings, report.base, page)
    _details(findings, report.base, page)
    _unknown(report, page)
    return page.text()


class _Page:
    """Pieces of Markdown, as many as there is room for."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._room = MAX_BYTES - _RESERVED
        self._left_out: dict[str, int] = {}

    def add(self, piece: str, what: str = "") -> bool:
        """Whether there was room. ``what``: of which one is left out, else."""
        size = len(piece.encode("utf-8"))
        if size > self._room:
            self.leave_out(what)
            return False
        self._room -= size
        self._pieces.append(piece)
        return True

    def leave_out(self, what: str, number: int = 1) -> None:
        if what and number > 0:
            self._left_out[what] = self._left_out.get(what, 0) + number

    def text(self) -> str:
        left_out = ", ".join(f"{number} {what}" for what, number in self._left_out.items())
        end = [f"\nLeft out here for want of room: {left_out}.\n"] if left_out else []
        return "".join([*self._pieces, *end])


def prose(text: str) -> str:
    """Text that stays text: neither Markdown nor HTML, no mention, no link, no formula, on one line."""
    return _SYNTAX.sub(lambda match: match[0][:-1] + _entity(match[0][-1]), printable(text))


def code(text: str) -> str:
    """The same in the type of code. Not between backquotes, which a table cuts at a bar."""
    return f"<code>{prose(text)}</code>"


def _entity(character: str) -> str:
    # Who is mentioned is looked for in what the entities have become: a space of no width keeps names from being found.
    return f"&#{ord(character)};" + ("&#8203;" if character == "@" else "")


def _problems(report: Report, page: _Page) -> None:
    if not report.problems:
        return
    page.add("\n### Could not be read\n\nThere may be more findings than these.\n\n")
    for problem in report.problems[:_MAX_LISTED]:
        page.add(f"- {_problem(problem, report.base)}\n", "places that could not be read")
    page.leave_out("places that could not be read", len(report.problems) - _MAX_LISTED)


def _problem(problem: Problem, base: str) -> str:
    place = f"{relative(problem.file, base)}:{problem.line}"
    return f"{code(place)} {prose(clipped(problem.message, _MAX_TEXT))}"


def _table(findings: Sequence[Finding], base: str, page: _Page) -> None:
    if not findings:
        return
    page.add("\n| | Rule | Where | What |\n|---|---|---|---|\n")
    for number, finding in enumerate(findings):
        mark = f"{_MARKS[finding.level]} {finding.level.value}"
        cells = (mark, _rule(finding), _place(finding.span, base), _marked(finding))
        if not page.add("| " + " | ".join(cells) + " |\n"):
            page.leave_out("rows of the table", len(findings) - number)
            return


def _rule(finding: Finding) -> str:
    return f"[{finding.rule.id}]({finding.rule.help}) {prose(finding.rule.name)}"


def _place(span: Span, base: str) -> str:
    return code(f"{relative(span.file, base)}:{span.start_line}")


def _marked(finding: Finding) -> str:
    """The message, with the names of resources in the type of code."""
    names = [printable(finding.resource.address), *(printable(hop.resource) for hop in finding.path)]
    text = clipped(statement(finding), _MAX_TEXT)
    return "".join(code(piece) if is_name else prose(piece) for piece, is_name in words(text, names))


def _details(findings: Sequence[Finding], base: str, page: _Page) -> None:
    pictures = 0
    for number, finding in enumerate(findings):
        drawn = list(picture(finding))
        if drawn and pictures >= MAX_PICTURES:
            page.leave_out("pictures")
            drawn = []
        if not page.add("".join(_detail(finding, base, drawn))):
            page.leave_out("findings in full", len(findings) - number)
            return
        pictures += bool(drawn)


def _detail(finding: Finding, base: str, drawn: Sequence[str]) -> Iterator[str]:
    title = f"{_MARKS[finding.level]} {finding.rule.id} {code(clipped(finding.resource.address, _MAX_TEXT))}"
    yield f"\n<details><summary>{title}</summary>\n\n{_marked(finding)}\n"
    if finding.resource.construct:
        yield f"\nConstruct: {code(finding.resource.construct)}\n"
    if finding.scenario:
        assumed = (f"{code(name)} = {code(clipped(value, 200))}" for name, value in finding.scenario.items())
        yield f"\nWhen: {', '.join(assumed)}\n"
    if finding.path:
        yield "\n"
    for number, hop in enumerate(finding.path[:_MAX_LISTED], start=1):
        named = f"{code(hop.resource)} " if hop.resource else ""
        yield f"{number}. {named}{prose(clipped(hop.message, _MAX_TEXT))} ({_place(hop.span, base)})\n"
    if len(finding.path) > _MAX_LISTED:
        yield f"\n{len(finding.path) - _MAX_LISTED} more steps.\n"
    if drawn:
        yield "\n```mermaid\n" + "\n".join(drawn) + "\n```\n"
    # A rule's own advice is Markdown.
    advice = finding.fix.strip() if finding.fix in finding.rule.fix.values() else prose(finding.fix)
    yield f"\n**Fix.** {advice}\n\n[More about {finding.rule.id}]({finding.rule.help})\n\n</details>\n"


def _unknown(report: Report, page: _Page) -> None:
    if not (report.undecided or report.unseen):
        return
    parts = [f"{count(len(report.undecided), 'question')} could not be decided"] if report.undecided else []
    parts += [f"{count(len(report.unseen), 'module or stack', 'modules or stacks')} not seen"] if report.unseen else []
    page.add(f"\n<details><summary>Unknown: {', '.join(parts)}</summary>\n\n")
    for undecided in report.undecided[:_MAX_LISTED]:
        text = f"{code(undecided.resource.address)} {prose(clipped(undecided.reason, _MAX_TEXT))}"
        page.add(f"- {undecided.rule.id} {text} ({_place(undecided.span, report.base)})\n", "unknowns")
    for hole in report.unseen[:_MAX_LISTED]:
        named = f"{code(hole.address)} " if hole.address else ""
        page.add(f"- {named}{prose(clipped(hole.reason, _MAX_TEXT))} ({_place(hole.span, report.base)})\n", "unknowns")
    rest = max(len(report.undecided) - _MAX_LISTED, 0) + max(len(report.unseen) - _MAX_LISTED, 0)
    page.leave_out("unknowns", rest)
    page.add("\n</details>\n")
