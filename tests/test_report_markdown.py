from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Level, Report
from ecsnet.report import markdown, pictures
from ecsnet.resources import Hop, Problem
from ecsnet.values import Span
from tests.reports import HOSTILE, NAT, finding, hostile, names, report

HERE = Path(__file__).parent
# GitHub's dialect: tables, strikethrough, links of bare addresses; and HTML as it stands.
GFM = MarkdownIt("gfm-like", {"linkify": False, "html": True})
OWN_HTML = {"<code>", "</code>", "<details>", "</details>", "<summary>", "</summary>"}
TAG = re.compile(r"<[^>]*>")
NODE = re.compile(r'^  (n\d+|more)\["(?:<b>([^"<>]*)</b>(?:<br/>)?)?([^"<>]*)"\]$')
EDGE = re.compile(r"^  (n\d+|more) (-->|-\.->) (n\d+|more)$")
STYLE = re.compile(r"^  style (n\d+|more) [a-z0-9:#,-]+$")


def tokens(text: str) -> list[Token]:
    found = []
    for token in GFM.parse(text):
        found += [token, *(token.children or [])]
    return found


def rows(text: str) -> list[list[str]]:
    """The text of the cells of the table, without tags."""
    found: list[list[str]] = []
    for token in GFM.parse(text):
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline" and found and token.level >= 3:
            found[-1].append("".join(child.content for child in token.children or () if child.type != "html_inline"))
        elif token.type == "table_close":
            break
    return found[1:]


def test_the_table_has_the_gravest_first() -> None:
    made = report(
        finding("aws_x.i", level=Level.INFO), finding("aws_x.e", level=Level.ERROR), finding(file="infra/a.tf", line=9)
    )
    text = markdown.render(made)
    assert text.startswith("## ecsnet: 3 findings\n\n3 findings (1 error, 1 warning, 1 info)")
    assert [row[0].split()[-1] for row in rows(text)] == ["error", "warning", "info"]
    assert rows(text)[1][1:] == [
        "ECSNET401 nat-shared-across-azs",
        "infra/a.tf:9",
        "aws_nat_gateway.this is the only way to the internet for aws_subnet.b",
    ]


def test_names_of_resources_are_code() -> None:
    text = markdown.render(report(finding()))
    said = "<code>aws_nat_gateway.this</code> is the only way to the internet for <code>aws_subnet.b</code>"
    assert text.count(said) == 2


def test_each_finding_has_its_path_its_picture_and_its_fix() -> None:
    text = markdown.render(report(finding(scenario={"Prod": "true"}, construct="Stack/Nat")))
    assert "1. <code>aws_subnet.b</code> is in zone b (<code>main.tf&#58;13</code>)\n" in text
    assert "\nWhen: <code>Prod</code> = <code>true</code>\n" in text
    assert "\nConstruct: <code>Stack/Nat</code>\n" in text
    assert f"\n**Fix.** {NAT.fix['terraform'].strip()}\n" in text
    (fence,) = [token for token in GFM.parse(text) if token.type == "fence"]
    assert fence.info == "mermaid"
    assert fence.content.splitlines() == list(pictures.picture(finding()))


def test_a_picture() -> None:
    deciding = finding().path[1]
    lines = list(pictures.picture(replace(finding(), span=deciding.span)))
    assert lines == [
        "flowchart TB",
        '  n0["<b>aws_subnet.b</b><br/>is in zone b"]',
        "  style n0 fill:#fafafa,stroke:#78909c,color:#212121",
        '  n1["<b>aws_route_table.b</b><br/>\u26a0 leads there"]',
        "  style n1 fill:#fff3e0,stroke:#e08600,stroke-width:3px,color:#212121",
        "  n0 --> n1",
    ]


def test_a_path_that_ends_elsewhere_leads_to_the_resource() -> None:
    assert '  n2["<b>aws_nat_gateway.this</b><br/>\u26a0 nat-shared-across-azs"]' in list(pictures.picture(finding()))


def test_no_picture_of_a_single_step() -> None:
    made = finding(hops=(("aws_subnet.b", "is in zone b"),))
    assert list(pictures.picture(replace(made, span=made.path[0].span))) == []
    assert list(pictures.picture(finding(hops=()))) == []


def test_long_paths_are_cut_in_pictures() -> None:
    lines = list(pictures.picture(finding(hops=tuple((f"aws_x.{n}", "leads there") for n in range(60)))))
    assert sum(line.startswith("  n") and "-->" in line for line in lines) == pictures.MAX_STEPS - 2
    assert '  more["36 more steps"]' in lines
    assert lines[-2:] == ["  n23 -.-> more", "  more -.-> n24"]
    assert '  n24["<b>aws_nat_gateway.this</b><br/>\u26a0 nat-shared-across-azs"]' in lines


def test_what_could_not_be_read_and_what_is_unknown() -> None:
    text = markdown.render(hostile("aws_x.y", "a.tf"))
    assert (
        "### Could not be read\n\nThere may be more findings than these.\n\n- <code>aws_x.y&#58;2</code> a.tf\n" in text
    )
    assert "<summary>Unknown: 1 question could not be decided, 1 module or stack not seen</summary>" in text
    assert "- ECSNET201 <code>aws_x.y</code> a.tf is unknown (<code>aws_x.y&#58;2</code>)\n" in text
    assert markdown.render(report()).startswith("## ecsnet: no findings\n")


def test_it_fits_into_a_summary_and_says_what_does_not() -> None:
    long = "x" * 1_500
    made = report(
        *(finding(f"aws_x.{long}{n}", message=long) for n in range(500)),
        problems=tuple(Problem("main.tf", n, 1, long) for n in range(1, 400)),
    )
    text = markdown.render(made)
    assert len(text.encode("utf-8")) <= 1024 * 1024
    assert "\nLeft out here for want of room: 199 places that could not be read, " in text
    left_out = re.findall(r"(\d+) (findings in full|rows of the table)", text)
    shown = {"findings in full": text.count("**Fix.**"), "rows of the table": len(rows(text))}
    assert left_out
    for number, what in left_out:
        assert int(number) + shown[what] == 500


def test_pictures_are_not_too_many() -> None:
    text = markdown.render(report(*(finding(f"aws_x.n{n}") for n in range(40))))
    assert text.count("```mermaid") == markdown.MAX_PICTURES
    assert text.endswith("\nLeft out here for want of room: 10 pictures.\n")
    assert text.count("**Fix.**") == 40


def test_advice_that_is_not_the_rules_own_is_text() -> None:
    assert "**Fix.** &#60;b&#62;&#42;x&#42;\n" in markdown.render(report(replace(finding(), fix="<b>*x*")))


def test_of_a_scan() -> None:
    made = scan([str(HERE / ".." / "examples")], Config())
    check(made, markdown.render(made))


def check(made: Report, text: str) -> None:
    """Nothing that the input says is more than text."""
    assert not any(ord(character) < 32 and character != "\n" for character in text)
    links = {one.rule.help for one in made.findings}
    for token in tokens(text):
        assert token.type not in ("image", "hr", "blockquote_open", "s_open", "em_open")
        if token.type == "html_inline":
            assert token.content in OWN_HTML
        elif token.type == "html_block":
            assert set(TAG.findall(token.content)) <= OWN_HTML, token.content
        elif token.type == "link_open":
            assert token.attrs["href"] in links
        elif token.type == "heading_open":
            assert token.tag in ("h2", "h3")
    table = rows(text)
    assert len(table) == len(made.findings)
    assert all(len(row) == 4 for row in table)
    depth = 0
    for token in GFM.parse(text):
        if token.type == "html_block":
            depth += token.content.count("<details>") - token.content.count("</details>")
            assert 0 <= depth <= 1
        if token.type == "fence":
            assert token.info == "mermaid"
            check_picture(token.content.splitlines())
    assert depth == 0


def check_picture(lines: list[str]) -> None:
    assert lines[0] == "flowchart TB"
    for line in lines[1:]:
        node = NODE.match(line)
        assert node or EDGE.match(line) or STYLE.match(line), line
        for label in node.groups()[1:] if node else ():
            assert not re.search(r"[`{}|\\<>;&\"]|%%", re.sub(r"#\d+;", "", label or "")), line


@settings(max_examples=100, deadline=None)
@given(names, names)
def test_hostile_names_stay_text(name: str, other: str) -> None:
    made = hostile(name, other)
    check(made, markdown.render(made))


@pytest.mark.parametrize("name", HOSTILE)
def test_text_is_shown_as_it_is(name: str) -> None:
    """What a reader sees is what was said, but for what is written out and what keeps names from being mentions."""
    from ecsnet.report.source import printable

    for token in GFM.parseInline(markdown.prose(f"x {name} y")):
        assert token.children is not None
        assert {child.type for child in token.children} <= {"text", "text_special"}
        shown = "".join(child.content for child in token.children)
        assert shown.replace("@\u200b", "@") == printable(f"x {name} y")


@pytest.mark.parametrize("text", ["@user", "a@b.example", "(@team/x)"])
def test_nobody_is_mentioned(text: str) -> None:
    assert not re.search(r"@\w", html.unescape(markdown.prose(text)))


@pytest.mark.parametrize("name", HOSTILE)
def test_pictures_of_hostile_names(name: str) -> None:
    hops = (Hop(name, name, Span("main.tf", 1, 1, 1, 2)), Hop("", name, Span("main.tf", 2, 1, 2, 2)))
    check_picture(list(pictures.picture(replace(finding(name), path=hops))))
