"""Expectations written in fixtures, and how they are matched with a report: see the README beside the cases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ecsnet.findings import Level, Report, Rule
from ecsnet.values import Span

FIXTURES = Path(__file__).parent / "fixtures"
CASE_NAME = re.compile(r"(tf|cfn)-(fail|pass|unknown|near)-[a-z0-9-]+")

_COMMENTED = {".tf", ".yaml", ".yml", ".template"}
_JSON_NOTES = "expectations.txt"
_COMMENT = re.compile(r"(?:#|//)\s*(?=(?:expect|hop)\b)")
_NOTE = re.compile(
    r"(?:(?P<word>expect|hop)\s*:)?\s*(?:(?P<kind>unknown|pass)\s+)?(?P<rule>ECSNET\d{3})\s+"
    r"(?:(?P<level>error|warning|info)\s+)?(?P<resource>\S.*)"
)
_JSON_NOTE = re.compile(r"(?P<file>[^:]+):(?P<line>\d+):\s*(?P<notes>(?:expect|hop)\s*:.*)")

Kind = Literal["finding", "unknown", "pass", "hop"]


@dataclass(frozen=True, slots=True, order=True)
class Expectation:
    """``file`` is relative to the case, with slashes; ``level`` is ``None`` for the rule's own."""

    file: str
    line: int
    kind: Kind
    rule: str
    resource: str
    level: Level | None = None


def parse_notes(notes: str, file: str, line: int) -> Iterator[Expectation]:
    """``expect: ECSNET101 aws_subnet.a; hop: ECSNET101 aws_subnet.b``; ValueError where it is not in the format."""
    word = ""
    for note in notes.split(";"):
        match = _NOTE.fullmatch(note.strip())
        if match is None:
            raise ValueError(f"{file}:{line}: not an expectation: {note.strip()!r}")
        word = match["word"] or word
        if word == "hop" and (match["kind"] or match["level"]):
            raise ValueError(f"{file}:{line}: a hop has a rule and a resource only: {note.strip()!r}")
        kind: Kind = "hop" if word == "hop" else match["kind"] or "finding"  # type: ignore[assignment]
        level = Level(match["level"]) if match["level"] else None
        yield Expectation(file, line, kind, match["rule"], match["resource"].strip(), level)


def parse_file(text: str, file: str) -> Iterator[Expectation]:
    """The expectations in the comments of a Terraform or YAML file."""
    pending: list[str] = []
    number = 0
    for number, line in enumerate(text.splitlines(), start=1):
        code, *notes = _COMMENT.split(line)
        if not notes:
            about, pending = pending, []
        elif code.strip():
            about, pending = [*pending, *notes], []
        else:
            pending += notes
            continue
        for note in about:
            yield from parse_notes(note.strip(), file, number)
    if pending:
        raise ValueError(f"{file}:{number}: an expectation about no line: {pending[-1].strip()!r}")


def parse_json_notes(text: str, folder: Path) -> Iterator[Expectation]:
    """The lines of an ``expectations.txt``: ``template.json:12: expect: …``."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = _JSON_NOTE.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"{_JSON_NOTES}:{number}: not an expectation: {line.strip()!r}")
        target = folder / match["file"]
        if not target.is_file() or int(match["line"]) > len(target.read_text("utf-8").splitlines()):
            raise ValueError(f"{_JSON_NOTES}:{number}: no such line: {match['file']}:{match['line']}")
        yield from parse_notes(match["notes"], match["file"], int(match["line"]))


def expectations(case: Path) -> tuple[Expectation, ...]:
    """All expectations of a case, in order."""
    found: list[Expectation] = []
    for path in sorted(case.rglob("*")):
        file = path.relative_to(case).as_posix()
        if path.name == _JSON_NOTES:
            found += parse_json_notes(path.read_text("utf-8"), path.parent)
        elif path.suffix in _COMMENTED:
            found += parse_file(path.read_text("utf-8"), file)
    return tuple(sorted(found, key=lambda note: (note.file, note.line, note.kind, note.rule, note.resource)))


def cases() -> list[Path]:
    """The folder of every case."""
    return sorted(path for path in FIXTURES.glob("ECSNET*/*") if path.is_dir())


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def differences(case: Path, report: Report, catalogue: Sequence[Rule]) -> list[str]:
    """Where the report of a scan of ``case`` and its expectations disagree, a line each; empty where they agree."""
    notes = expectations(case)
    result = [f"problem        {problem.file}:{problem.line}  {problem.message}" for problem in report.problems]
    result += _finding_differences(case, report, notes, {rule.id: rule.level for rule in catalogue})
    result += _hop_differences(case, report, notes)

    own = case.parent.name
    undecided = {(item.rule.id, item.resource.address): item for item in report.undecided if item.rule.id == own}
    wanted = {(note.rule, note.resource): note for note in notes if note.kind == "unknown"}
    for key, note in wanted.items():
        # Unknowns of other rules are matched only where they are written.
        if key not in undecided and not any((u.rule.id, u.resource.address) == key for u in report.undecided):
            result.append(f"not found      {note.file}:{note.line}  unknown {note.rule} {note.resource}")
    for key, item in undecided.items():
        if key not in wanted:
            place = _place(case, item.resource.header)
            result.append(f"not expected   {place}  unknown {item.rule.id} {item.resource.address}: {item.reason}")

    passed = {(item.rule.id, item.resource.address) for item in report.passed}
    for note in notes:
        if note.kind == "pass" and (note.rule, note.resource) not in passed:
            result.append(f"not found      {note.file}:{note.line}  pass {note.rule} {note.resource}")
    return result


def _finding_differences(
    case: Path, report: Report, notes: Sequence[Expectation], levels: dict[str, Level]
) -> Iterator[str]:
    wanted: Counter[str] = Counter()
    for note in notes:
        if note.kind == "finding":
            level = note.level or levels.get(note.rule)
            if level is None:
                yield f"no such rule   {note.file}:{note.line}  {note.rule}"
                continue
            wanted[f"{note.file}:{note.line}  {level.value} {note.rule} {note.resource}"] += 1
    found: Counter[str] = Counter()
    messages: dict[str, str] = {}
    for finding in report.findings:
        key = f"{_place(case, finding.span)}  {finding.level.value} {finding.rule.id} {finding.resource.address}"
        found[key] += 1
        messages[key] = finding.message
    yield from (f"not found      {key}" for key in (wanted - found).elements())
    yield from (f"not expected   {key}: {messages[key]}" for key in (found - wanted).elements())


def _hop_differences(case: Path, report: Report, notes: Sequence[Expectation]) -> Iterator[str]:
    """Hops are matched, both ways, for the findings that have any."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for note in notes:
        if note.kind == "hop":
            wanted.setdefault((note.rule, note.resource), set()).add(f"{note.file}:{note.line}")
    for (rule, resource), lines in wanted.items():
        found = {
            _place(case, hop.span): hop.message
            for finding in report.findings
            if (finding.rule.id, finding.resource.address) == (rule, resource)
            for hop in finding.path
        }
        yield from (f"not found      {place}  hop {rule} {resource}" for place in sorted(lines - found.keys()))
        yield from (
            f"not expected   {place}  hop {rule} {resource}: {found[place]}" for place in sorted(found.keys() - lines)
        )


def _place(case: Path, span: Span) -> str:
    """``main.tf:3``, relative to the case; as it is where it lies outside."""
    path = Path(span.file).resolve()
    inside = path.relative_to(case.resolve()) if path.is_relative_to(case.resolve()) else path
    return f"{inside.as_posix()}:{span.start_line}"
