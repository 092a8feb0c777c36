from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ecsnet import __version__
from ecsnet.findings import Finding, Level, Report, Rule, Undecided
from ecsnet.report import json as json_report
from ecsnet.report import page, text
from ecsnet.report.source import Sources, printable
from ecsnet.resources import Hop, Problem, Resource
from ecsnet.values import Span

RULE = Rule(
    id="ECSNET201",
    name="ssh-open-to-internet",
    level=Level.ERROR,
    summary="SSH is open to the internet.",
    why="Anybody can try passwords.",
    fix={"terraform": "Name a range.", "cloudformation": "Name a range there."},
    references=("https://docs.aws.amazon.com/x", "CIS 5.2"),
    check=lambda network, options: iter(()),
)
SOURCE = """\
resource "aws_security_group_rule" "ssh" {
  type        = "ingress"
  cidr_blocks = ["0.0.0.0/0"]
}
"""
BLOCK, HEADER, DECIDING = Span("main.tf", 1, 1, 4, 2), Span("main.tf", 1, 1, 1, 43), Span("main.tf", 3, 3, 3, 30)
RESOURCE = Resource(
    "aws_security_group_rule", "aws_security_group_rule.ssh", {}, BLOCK, HEADER, "terraform", lambda _: HEADER
)
FINDING = Finding(
    RULE,
    Level.WARNING,
    RESOURCE,
    "lets the internet reach SSH",
    DECIDING,
    (Hop("aws_security_group.lb", "the group", Span("lb.tf", 7, 1, 9, 2)), Hop("", "open", DECIDING)),
    "Name a range.\nOr none.",
    {"Open": "true"},
)
UNDECIDED = Undecided(RULE, RESOURCE, "var.cidr has no default", Span("variables.tf", 2, 1, 4, 2))
PROBLEM = Problem("broken.tf", 2, 5, "a brace is missing")


def report(*findings: Finding, problems: tuple[Problem, ...] = (), undecided: tuple[Undecided, ...] = ()) -> Report:
    return Report(findings, (), undecided, problems, ("main.tf",), 1, 0.1234)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text(SOURCE)
    (tmp_path / "broken.tf").write_text("locals {\n\ta = ?\n")
    return tmp_path


def test_a_finding_in_full(sources: Path) -> None:
    assert (
        "\n".join(text.render(report(FINDING)))
        == """\
main.tf:3:3 warning ECSNET201 ssh-open-to-internet
  aws_security_group_rule.ssh: lets the internet reach SSH
    |
  1 | resource "aws_security_group_rule" "ssh" {
    | ...
  3 |   cidr_blocks = ["0.0.0.0/0"]
    |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  when: Open = true
  path:
    1. aws_security_group.lb: the group (lb.tf:7:1)
    2. open (main.tf:3:3)
  help: Name a range.
        Or none.
  more: ecsnet rule ECSNET201

1 finding (1 warning); 1 resource in 1 file, 0.12 s"""
    )


def test_the_same_advice_is_given_once(sources: Path) -> None:
    lines = list(text.render(report(FINDING, FINDING, replace(FINDING, fix="Something else."))))
    assert [line.strip() for line in lines if "help:" in line] == [
        "help: Name a range.",
        "help: as for the first ECSNET201 above",
        "help: Something else.",
    ]


def test_findings_with_one_cause_are_shown_together(sources: Path) -> None:
    one = replace(FINDING, message="cannot pull its image", cause="aws_route_table.private")
    other = replace(one, message="cannot ship its logs")
    alone = replace(one, cause="aws_route_table.public")
    lines = list(text.render(report(one, alone, other, FINDING, FINDING)))
    assert sum(line.startswith("main.tf:3:3 warning") for line in lines) == 4
    also = next(number for number, line in enumerate(lines) if line.startswith("  also:"))
    assert lines[also] == "  also: 1 more finding with the same cause, aws_route_table.private"
    assert "cannot ship its logs" in lines[also + 1]
    assert [line for line in lines if "cannot pull its image" in line] == [lines[1], lines[lines.index("", also) + 2]]


def test_an_address_is_not_said_twice(sources: Path) -> None:
    finding = replace(FINDING, message="aws_security_group_rule.ssh lets the internet in")
    assert list(text.render(report(finding)))[1] == "  aws_security_group_rule.ssh lets the internet in"
    finding = replace(FINDING, message="the rule aws_security_group_rule.ssh lets the internet in")
    assert list(text.render(report(finding)))[1] == "  the rule aws_security_group_rule.ssh lets the internet in"
    other = replace(FINDING, message="aws_security_group_rule.ssh2 does not")
    assert list(text.render(report(other)))[1] == "  aws_security_group_rule.ssh: aws_security_group_rule.ssh2 does not"


def test_unknowns_are_counted_and_listed_when_asked_for(sources: Path) -> None:
    undecided = report(undecided=(UNDECIDED,))
    assert list(text.render(undecided)) == [
        "0 findings, 1 unknown (--show-unknown lists them); 1 resource in 1 file, 0.12 s"
    ]
    assert (
        "\n".join(text.render(undecided, show_unknown=True))
        == """\
main.tf:1:1 unknown ECSNET201 ssh-open-to-internet
  aws_security_group_rule.ssh: var.cidr has no default
    decided at variables.tf:2:1

0 findings, 1 unknown; 1 resource in 1 file, 0.12 s"""
    )


def test_an_error_of_the_input_shows_its_place(sources: Path) -> None:
    assert (
        "\n".join(text.render(report(problems=(PROBLEM,))))
        == """\
broken.tf:2:5 cannot read: a brace is missing
  2 |     a = ?
    |        ^

0 findings, 1 unreadable place; 1 resource in 1 file, 0.12 s"""
    )


def test_quiet_is_one_line_a_finding(sources: Path) -> None:
    lines = list(text.render_quiet(report(FINDING, problems=(PROBLEM,), undecided=(UNDECIDED,))))
    assert lines == [
        "main.tf:3:3 warning ECSNET201 ssh-open-to-internet: aws_security_group_rule.ssh: lets the internet reach SSH"
    ]


def test_source_that_is_gone_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert not any("|" in line for line in text.render(report(FINDING)))


def test_colour_does_not_change_the_text(sources: Path) -> None:
    import re

    both = report(FINDING, problems=(PROBLEM,), undecided=(UNDECIDED,))
    coloured = "\n".join(text.render(both, colour=True, show_unknown=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == "\n".join(text.render(both, show_unknown=True))


def excerpt(tmp_path: Path, line: str, start: int, end: int) -> tuple[str, str]:
    """What is shown for a line, and what of it is underlined, where each character is one column wide."""
    (tmp_path / "x.tf").write_text(line + "\n", "utf-8", newline="")
    shown = Sources().excerpt(Span(str(tmp_path / "x.tf"), 1, start, 1, end))
    assert shown is not None
    return shown.text, shown.text[shown.offset : shown.offset + shown.length]


def test_tabs_reach_the_next_stop(tmp_path: Path) -> None:
    assert excerpt(tmp_path, "\ta\t= 1", 4, 7) == ("    a   = 1", "= 1")


def test_wide_characters_take_two_columns(tmp_path: Path) -> None:
    (tmp_path / "x.tf").write_text('日本 = "x"\n', "utf-8")
    shown = Sources().excerpt(Span(str(tmp_path / "x.tf"), 1, 6, 1, 9))
    assert shown is not None
    assert (shown.text, shown.offset, shown.length) == ('日本 = "x"', 7, 3)


@pytest.mark.parametrize(("before", "after"), [(0, 500), (500, 0), (500, 500), (90, 20)])
@pytest.mark.parametrize("length", [1, 30, 119, 400])
def test_long_lines_are_cut_around_what_is_underlined(tmp_path: Path, before: int, after: int, length: int) -> None:
    shown, marked = excerpt(tmp_path, "a" * before + "X" * length + "b" * after, before + 1, before + length + 1)
    assert len(shown) <= 120
    assert marked.startswith("X")
    assert marked.removesuffix("...").strip("X") == ""


@pytest.mark.parametrize(
    "span", [Span("x", 9, 1, 9, 2), Span("x", 0, 0, 0, 0), Span("x", 1, 50, 1, 60), Span("x", 1, 3, 1, 1)]
)
def test_spans_beyond_the_file_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, span: Span) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").write_text("short")
    shown = Sources().excerpt(span)
    assert shown is None or shown.text == "short"


def test_several_lines_are_underlined_on_the_first(tmp_path: Path) -> None:
    (tmp_path / "x.tf").write_bytes(b"\xef\xbb\xbflocals {  \r\n}\r\n")
    shown = Sources().excerpt(Span(str(tmp_path / "x.tf"), 1, 1, 2, 2))
    assert shown is not None
    assert (shown.text, shown.offset, shown.length) == ("locals {", 0, 8)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain é 日本", "plain é 日本"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\r\nb", "a\\r\\nb"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202egpj", "\\u202egpj"),
        ("a\u200bb", "a\\u200bb"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
        ("a\u2028b", "a\\u2028b"),
    ],
)
def test_what_a_terminal_obeys_is_written_out(raw: str, shown: str) -> None:
    assert printable(raw) == shown


def test_nothing_of_the_input_reaches_the_terminal_raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bad = "\x1b]0;x\x07\u202e\n"
    file = "a\x1b.tf"
    (tmp_path / file).write_text(f"x{bad}")
    span = Span(file, 1, 1, 1, 5)
    one = Resource("t", f"t.{bad}", {}, span, span, "terraform", lambda _: span)
    finding = Finding(RULE, Level.ERROR, one, bad, span, (Hop(bad, bad, span),), bad, {bad: bad})
    everything = report(finding, problems=(Problem(file, 1, 2, bad),), undecided=(Undecided(RULE, one, bad, span),))
    lines = [*text.render(everything, show_unknown=True), *text.render_quiet(everything)]
    lines += text.render_problems(everything.problems)
    assert all(line.isprintable() for line in lines)


def test_json_has_the_documented_shape() -> None:
    whole = report(FINDING, problems=(PROBLEM,), undecided=(UNDECIDED,))
    location = {"file": "main.tf", "start_line": 3, "start_column": 3, "end_line": 3, "end_column": 30}
    other = {"file": "lb.tf", "start_line": 7, "start_column": 1, "end_line": 9, "end_column": 2}
    assert json.loads(json_report.render(whole)) == {
        "version": "1",
        "tool": {"name": "ecsnet", "version": __version__},
        "findings": [
            {
                "rule": "ECSNET201",
                "name": "ssh-open-to-internet",
                "level": "warning",
                "resource": "aws_security_group_rule.ssh",
                "construct": None,
                "message": "lets the internet reach SSH",
                "fix": "Name a range.\nOr none.",
                "help": RULE.help,
                "location": location,
                "path": [
                    {"resource": "aws_security_group.lb", "message": "the group", "location": other},
                    {"resource": "", "message": "open", "location": location},
                ],
                "scenario": {"Open": "true"},
                "fingerprint": None,
                "edits": [],
            }
        ],
        "suppressed": [],
        "unused_suppressions": [],
        "fixed": [],
        "unknown": [
            {
                "rule": "ECSNET201",
                "resource": "aws_security_group_rule.ssh",
                "construct": None,
                "reason": "var.cidr has no default",
                "location": {
                    "file": "variables.tf",
                    "start_line": 2,
                    "start_column": 1,
                    "end_line": 4,
                    "end_column": 2,
                },
            }
        ],
        "unseen": [],
        "errors": [{"file": "broken.tf", "line": 2, "message": "a brace is missing"}],
        "summary": {
            "files": 1,
            "resources": 1,
            "findings": {"error": 0, "warning": 1, "info": 0},
            "suppressed": 0,
            "baseline": 0,
            "fixed": 0,
            "elsewhere": 0,
            "seconds": 0.123,
        },
    }


def test_json_is_plain_ascii_without_lone_surrogates() -> None:
    rendered = json_report.render(report(problems=(Problem("\udcff\x9b日.tf", 1, 1, "x"),)))
    assert rendered.isascii()
    assert json.loads(rendered)["errors"][0]["file"] == "?\x9b日.tf"


def test_the_page_of_a_rule_has_all_that_the_rule_has() -> None:
    rendered = page.render(RULE)
    assert rendered.startswith("# ECSNET201 ssh-open-to-internet\n")
    for part in (RULE.summary, RULE.why, *RULE.fix.values(), *RULE.references, RULE.cfn_lint_id):
        assert part in rendered


def test_the_table_of_rules_is_aligned() -> None:
    header, row = text.render_rules([RULE])
    assert header.index("SUMMARY") == row.index(RULE.summary)
