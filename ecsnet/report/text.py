"""``--format text``: for people, and for editors that read ``file:line:column``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ecsnet.findings import Finding, Level, Report, Rule, Undecided, Unused
from ecsnet.report.source import Excerpt, Sources, printable
from ecsnet.resources import Hop, Problem
from ecsnet.values import Span

_STYLES = {"error": "1;31", "warning": "1;33", "info": "1;36", "unknown": "1;35", "bold": "1", "dim": "2", "good": "32"}


class Paint:
    """Colours, or none."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._colour and text else text


def render(report: Report, *, colour: bool = False, show_unknown: bool = False) -> Iterator[str]:
    """Lines: findings with their source and path, unknowns when asked for, errors, and a summary."""
    paint, sources = Paint(colour), Sources()
    explained: set[tuple[str, str]] = set()
    for finding, *others in _by_cause(report.findings):
        yield from _finding(finding, sources, paint)
        yield from _also(others, paint)
        advice = (finding.rule.id, finding.fix)
        # The same advice many times over hides what differs.
        again = f"as for the first {finding.rule.id} above"
        yield from _labelled("help:", again if advice in explained else finding.fix, paint)
        explained.add(advice)
        if finding.edits:
            safe = all(edit.safe for edit in finding.edits)
            yield f"  {paint('good', 'fix available with --fix' + ' --unsafe' * (not safe))}"
        yield f"  {paint('dim', 'more: ecsnet rule ' + finding.rule.id)}"
        yield ""
    if show_unknown:
        for undecided in report.undecided:
            yield from _undecided(undecided, paint)
            yield ""
        for hole in report.unseen:
            yield f"{paint('bold', _place(hole.span))} {paint('unknown', 'not seen')}"
            yield f"  {_statement(hole.address, hole.reason, paint) if hole.address else printable(hole.reason)}"
            yield ""
    for problem in report.problems:
        yield from _problem(problem, sources, paint)
        yield ""
    yield from _unused(report.unused, paint)
    yield summary(report, show_unknown, paint)


def render_quiet(report: Report, *, colour: bool = False) -> Iterator[str]:
    """One line a finding, and nothing else."""
    paint = Paint(colour)
    for finding in report.findings:
        yield f"{_header(finding, paint)}: {_statement(finding.resource.address, finding.message, Paint(False))}"


def render_problems(problems: Iterable[Problem], *, colour: bool = False) -> Iterator[str]:
    """One line an error of the input."""
    return (_problem_line(problem, Paint(colour)) for problem in problems)


def render_rules(rules: Sequence[Rule]) -> Iterator[str]:
    """The catalogue as a table."""
    rows = [("ID", "CFN-LINT", "LEVEL", "NAME", "SUMMARY")]
    rows += [
        (rule.id, rule.cfn_lint_id, rule.level.value + " (opt-in)" * rule.opt_in, rule.name, rule.summary)
        for rule in rules
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[-1]])


def _finding(finding: Finding, sources: Sources, paint: Paint) -> Iterator[str]:
    yield _header(finding, paint)
    yield f"  {_statement(finding.resource.address, finding.message, paint)}"
    yield from _snippet(finding, sources, paint)
    if finding.resource.construct:
        yield f"  {paint('bold', 'construct:')} {printable(finding.resource.construct)}"
    if finding.scenario:
        assumed = ", ".join(f"{printable(name)} = {printable(value)}" for name, value in finding.scenario.items())
        yield f"  {paint('bold', 'when:')} {assumed}"
    if finding.path:
        yield f"  {paint('bold', 'path:')}"
        yield from _path(finding.path, paint)


def _by_cause(findings: Iterable[Finding]) -> Iterable[list[Finding]]:
    """Findings of one rule that one resource causes together, where the first of them stands."""
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(findings):
        groups.setdefault((finding.rule.id, finding.cause) if finding.cause else number, []).append(finding)
    return groups.values()


def _also(others: Sequence[Finding], paint: Paint) -> Iterator[str]:
    """The rest of a group, a line each: their paths differ little from the first."""
    if others:
        more = count(len(others), "more finding")
        yield f"  {paint('bold', 'also:')} {more} with the same cause, {printable(others[0].cause)}"
    for finding in others:
        level, place = paint(finding.level.value, finding.level.value), paint("dim", f"({_place(finding.span)})")
        yield f"    {level} {_statement(finding.resource.address, finding.message, paint)} {place}"


def _statement(address: str, message: str, paint: Paint) -> str:
    """``address: message``, or the message alone where the address is a word of it."""
    shown, name = f" {printable(message)} ", printable(address)
    before, found, after = shown.partition(f" {name} ")
    if found:
        return f"{before} {paint('bold', name)} {after}".strip()
    return f"{paint('bold', name)}: {shown.strip()}"


def _header(finding: Finding, paint: Paint) -> str:
    place, level = paint("bold", _place(finding.span)), paint(finding.level.value, finding.level.value)
    return f"{place} {level} {paint('bold', finding.rule.id)} {finding.rule.name}"


def _snippet(finding: Finding, sources: Sources, paint: Paint) -> Iterator[str]:
    """The deciding line, under the first line of the resource it belongs to."""
    marked = sources.excerpt(finding.span)
    if marked is None:
        return
    gutter = len(str(marked.number))
    bar = paint("dim", "|")
    yield f"  {' ' * gutter} {bar}"
    header, block, span = finding.resource.header, finding.resource.span, finding.span
    if header.file == span.file and header.start_line < span.start_line <= block.end_line:
        opening = sources.excerpt(header)
        if opening is not None:
            yield _source_line(opening, gutter, paint)
            if header.start_line + 1 < span.start_line:
                yield f"  {' ' * gutter} {bar} {paint('dim', '...')}"
    yield _source_line(marked, gutter, paint)
    yield f"  {' ' * gutter} {bar} {' ' * marked.offset}{paint(finding.level.value, '^' * marked.length)}"


def _source_line(excerpt: Excerpt, gutter: int, paint: Paint) -> str:
    return f"  {paint('dim', str(excerpt.number).rjust(gutter))} {paint('dim', '|')} {excerpt.text}".rstrip()


def _path(path: Iterable[Hop], paint: Paint) -> Iterator[str]:
    for number, hop in enumerate(path, start=1):
        where = f"{printable(hop.resource)}: " if hop.resource else ""
        yield f"    {number}. {where}{printable(hop.message)} {paint('dim', f'({_place(hop.span)})')}"


def _labelled(label: str, text: str, paint: Paint) -> Iterator[str]:
    """A text of several lines, each after the first under the label's own text."""
    for number, line in enumerate(text.strip().split("\n") if text.strip() else ()):
        lead = paint("bold", label) if number == 0 else " " * len(label)
        yield f"  {lead} {printable(line.rstrip())}".rstrip()


def _undecided(undecided: Undecided, paint: Paint) -> Iterator[str]:
    rule, place = undecided.rule, paint("bold", _place(undecided.resource.header))
    yield f"{place} {paint('unknown', 'unknown')} {paint('bold', rule.id)} {rule.name}"
    yield f"  {_statement(undecided.resource.address, undecided.reason, paint)}"
    if undecided.resource.construct:
        yield f"    {paint('dim', 'construct: ' + printable(undecided.resource.construct))}"
    if undecided.span != undecided.resource.header:
        yield f"    {paint('dim', 'decided at ' + _place(undecided.span))}"


def _unused(unused: Sequence[Unused], paint: Paint) -> Iterator[str]:
    for one in unused:
        yield f"{paint('bold', _place(one.span))} {paint('warning', 'suppresses nothing')}: {printable(one.message)}"
    if unused:
        yield ""


def _problem_line(problem: Problem, paint: Paint) -> str:
    place = f"{printable(problem.file)}:{problem.line}:{problem.column}"
    return f"{paint('bold', place)} {paint('error', 'cannot read')}: {printable(problem.message)}"


def _problem(problem: Problem, sources: Sources, paint: Paint) -> Iterator[str]:
    yield _problem_line(problem, paint)
    start = Span(problem.file, problem.line, problem.column, problem.line, problem.column + 1)
    shown = (problem.line, problem.column) != (1, 1) and not problem.secret
    excerpt = sources.excerpt(start) if shown else None
    if excerpt is not None:
        gutter = " " * len(str(excerpt.number))
        yield _source_line(excerpt, len(gutter), paint)
        yield f"  {gutter} {paint('dim', '|')} {' ' * excerpt.offset}{paint('error', '^')}"


def summary(report: Report, show_unknown: bool, paint: Paint) -> str:
    """One line. ``show_unknown``: whether what is unknown is listed."""
    counts = {level: sum(finding.level is level for finding in report.findings) for level in Level}
    parts = [
        paint(level.value, count(number, level.value)) if level is not Level.INFO else paint("info", f"{number} info")
        for level, number in counts.items()
        if number
    ]
    text = f"{count(len(report.findings), 'finding')} ({', '.join(parts)})" if parts else paint("good", "0 findings")
    fixable = sum(bool(one.edits) and all(edit.safe for edit in one.edits) for one in report.findings)
    text += f", {fixable} fixable (--fix)" if fixable else ""
    known = sum(one.by == "baseline" for one in report.suppressed)
    suppressed = f", {len(report.suppressed) - known} suppressed" if len(report.suppressed) > known else ""
    suppressed += f", {known} in the baseline" if known else ""
    suppressed += f", {len(report.fixed)} of the baseline fixed" if report.fixed else ""
    suppressed += f", {report.elsewhere} not on the changes" if report.elsewhere else ""
    unknown = f", {len(report.undecided)} unknown" if report.undecided else ""
    if report.unseen:
        unknown += f", {count(len(report.unseen), 'module or stack', 'modules or stacks')} not seen"
    if unknown and not show_unknown:
        unknown += " (--show-unknown lists them)"
    problems = ", " + paint("error", count(len(report.problems), "unreadable place")) if report.problems else ""
    looked = f"{count(report.resources, 'resource')} in {count(len(report.files), 'file')}, {report.seconds:.2f} s"
    return f"{text}{suppressed}{unknown}{problems}; {looked}"


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 finding``, ``2 findings``."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def _place(span: Span) -> str:
    return f"{printable(span.file)}:{span.start_line}:{span.start_column}"
