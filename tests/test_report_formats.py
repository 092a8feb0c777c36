"""GitHub's workflow commands, GitLab's Code Quality and JUnit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Level, Passed, Report, Suppressed, Undecided
from ecsnet.report import github, gitlab, junit, text
from ecsnet.report import json as json_report
from ecsnet.resources import Problem
from ecsnet.values import Span
from tests.reports import HOSTILE, NAT, SSH, finding, hostile, names, report, resource

HERE = Path(__file__).parent
GITLAB = jsonschema.Draft7Validator(json.loads((HERE / "schemas" / "gitlab-code-quality.json").read_text("utf-8")))
# As the runner of GitHub Actions reads a line: ActionCommand.TryParseV2, then TryParse.
COMMAND = re.compile(r"^\s*::([a-z-]+)(?: (.*?))?::(.*)$", re.DOTALL)
OLD_COMMAND = re.compile(r"##\[[^\]]*\]")
SERVICE_MESSAGE = re.compile(r"##(?:vso|teamcity)\[")


def unescaped(value: str) -> str:
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        value = value.replace(code, character)
    return value


def commands(lines: list[str]) -> list[tuple[str, dict[str, str], str]]:
    found = []
    for line in lines:
        match = COMMAND.match(line)
        if match:
            pairs = (pair.partition("=") for pair in (match[2] or "").split(",") if pair)
            found.append((match[1], {key: unescaped(value) for key, _, value in pairs}, unescaped(match[3])))
    return found


def annotated(made: Report) -> list[tuple[str, dict[str, str], str]]:
    return [one for one in commands(list(github.render(made))) if one[0] not in ("group", "endgroup")]


def test_an_annotation() -> None:
    ((name, place, message),) = annotated(report(finding(file="infra/a,b:c.tf", line=3)))
    assert name == "warning"
    assert place == {
        "file": "infra/a,b:c.tf",
        "line": "3",
        "endLine": "3",
        "title": "ECSNET401 nat-shared-across-azs",
    }
    lines = message.split("\n")
    assert lines[:3] == [
        "aws_nat_gateway.this is the only way to the internet for aws_subnet.b",
        "1. aws_subnet.b: is in zone b (infra/a,b:c.tf:13)",
        "2. aws_route_table.b: leads there (infra/a,b:c.tf:14)",
    ]
    assert lines[3].startswith("help: Make one NAT gateway for each zone")
    assert lines[-1] == NAT.help


def test_columns_are_told_of_one_line_alone() -> None:
    one = replace(finding(), span=Span("main.tf", 3, 5, 3, 9))
    _, place, _ = annotated(report(one))[0]
    assert (place["col"], place["endColumn"]) == ("5", "9")


def test_annotations_go_to_the_gravest_and_the_log_has_the_rest() -> None:
    made = [finding(f"aws_x.w{n}", level=Level.WARNING) for n in range(12)]
    made += [finding(f"aws_x.e{n}", level=Level.ERROR) for n in range(9)]
    made += [finding(f"aws_x.i{n}", level=Level.INFO) for n in range(3)]
    problems = tuple(Problem("main.tf", n, 1, "unreadable") for n in range(1, 6))
    lines = list(github.render(report(*made, problems=problems)))
    shown = [name for name, _, _ in commands(lines)]
    assert shown == ["error"] * 7 + ["warning"] * 10 + ["notice"] * 3 + ["error"] * 3 + ["group", "endgroup"]
    group = lines[lines.index("::endgroup::") - 6 : -2]
    assert sum("aws_x.e" in line for line in group) == 2
    assert sum("aws_x.w" in line for line in group) == 2
    assert sum("cannot read: unreadable" in line for line in group) == 2
    assert lines[-1].startswith("ecsnet: 24 findings (9 errors, 12 warnings, 3 info)")


def test_problems_take_the_room_that_errors_leave() -> None:
    problems = tuple(Problem("main.tf", n, 1, "unreadable") for n in range(1, 30))
    assert [name for name, _, _ in annotated(report(problems=problems))] == ["error"] * 10


def test_an_annotation_has_a_hundred_steps_at_most() -> None:
    made = finding(hops=tuple((f"aws_x.{n}", "leads on") for n in range(300)))
    _, _, message = annotated(report(made))[0]
    assert message.split("\n")[100:102] == ["100. aws_x.99: leads on (main.tf:112)", "and 200 more"]


@settings(max_examples=80, deadline=None)
@given(names, names)
def test_no_name_is_a_command(name: str, other: str) -> None:
    made = hostile(name, other)
    more = replace(made, findings=made.findings * 15, problems=made.problems * 15)
    for each in (made, more):
        lines = list(github.render(each))
        assert not any(character in line for line in lines for character in "\r\n\x1b\x00")
        known = {"error": 10, "warning": 10, "notice": 10, "group": 1, "endgroup": 1}
        found = [one for one, _, _ in commands(lines)]
        assert all(found.count(one) <= most for one, most in known.items())
        assert set(found) <= set(known)
        for line in lines:
            if not COMMAND.match(line):
                assert not OLD_COMMAND.search(line)
                assert not SERVICE_MESSAGE.search(line)
        for _, place, _ in commands(lines):
            assert set(place) <= {"file", "line", "endLine", "col", "endColumn", "title"}


@pytest.mark.parametrize("name", HOSTILE)
def test_text_steers_neither_a_terminal_nor_a_runner(name: str) -> None:
    made = hostile(name, name)
    for line in (*text.render(made, show_unknown=True), *text.render_quiet(made), *text.render_problems(made.problems)):
        assert line == "" or all(character.isprintable() for character in line)
        inert = github.inert(line)
        assert not COMMAND.match(inert)
        assert not OLD_COMMAND.search(inert)
        assert not SERVICE_MESSAGE.search(inert)


@pytest.mark.parametrize("name", HOSTILE)
def test_json_steers_neither_a_terminal_nor_a_runner(name: str) -> None:
    written = json_report.render(hostile(name, name))
    assert all(line == "" or (line.isascii() and line.isprintable()) for line in written.split("\n"))
    assert not OLD_COMMAND.search(written)
    assert not SERVICE_MESSAGE.search(written)
    read = json.loads(written)["findings"][0]["resource"]
    assert read == name.encode("utf-8", "replace").decode("utf-8")


def issues(made: Report) -> Any:
    found = json.loads(gitlab.render(made))
    GITLAB.validate(found)
    return found


def test_code_quality_of_a_scan_is_valid_and_its_fingerprints_are_those_of_the_findings() -> None:
    made = scan([str(HERE / ".." / "examples")], Config())
    found = issues(made)
    assert len({one["fingerprint"] for one in found}) == len(found) == len(made.findings)
    assert {one["fingerprint"] for one in found} == {one.fingerprint for one in made.findings}
    assert all((HERE.parent / one["location"]["path"]).is_file() for one in found)


def test_code_quality_has_the_gravest_first_and_what_could_not_be_read() -> None:
    made = report(
        finding("aws_x.i", level=Level.INFO),
        finding("aws_x.w", level=Level.WARNING),
        finding("aws_x.e", level=Level.ERROR),
        problems=(Problem("b.tf", 4, 1, "a brace is missing"), Problem("b.tf", 9, 1, "a brace is missing")),
    )
    found = issues(made)
    assert [one["severity"] for one in found] == ["blocker", "blocker", "critical", "major", "info"]
    assert len({one["fingerprint"] for one in found}) == 5
    assert found[0]["description"] == "cannot read: a brace is missing"
    assert found[0]["location"] == {"path": "b.tf", "lines": {"begin": 4}}


@settings(max_examples=60, deadline=None)
@given(names, names)
def test_code_quality_with_hostile_names(name: str, other: str) -> None:
    written = gitlab.render(hostile(name, other))
    assert written.isascii()
    found = json.loads(written)
    assert len({one["fingerprint"] for one in found}) == len(found)
    assert all(one["description"].isprintable() or "\u3000" in one["description"] for one in found)


def cases(made: Report, fail_on: Level | None = Level.INFO) -> dict[str, Any]:
    top = ElementTree.fromstring(junit.render(made, fail_on))
    for element in (top, *top):
        inner = list(element.iter("testcase"))
        assert element.get("tests") == str(len(inner))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert element.get(attribute) == str(sum(case.find(tag) is not None for case in inner))
    return {str(case.get("name")): case for case in top.iter("testcase")}


def test_a_case_for_each_rule_and_resource() -> None:
    place = Span("main.tf", 4, 1, 4, 9)
    made = report(
        finding("aws_x.a"),
        finding("aws_x.a", message="aws_x.a is so in another way"),
        passed=(Passed(NAT, resource("aws_x.b")), Passed(SSH, resource("aws_x.a"))),
        undecided=(Undecided(SSH, resource("aws_x.b"), "var.a is unknown", place),),
        suppressed=(Suppressed(finding("aws_x.c"), "ecsnet", "the office", place),),
        problems=(Problem("b.tf", 4, 1, "a brace is missing"),),
    )
    found = cases(made)
    assert {name: [child.tag for child in case] for name, case in found.items()} == {
        "ECSNET201 ssh-open-to-internet: aws_x.a": [],
        "ECSNET201 ssh-open-to-internet: aws_x.b": ["skipped"],
        "ECSNET401 nat-shared-across-azs: aws_x.a": ["failure"],
        "ECSNET401 nat-shared-across-azs: aws_x.b": [],
        "ECSNET401 nat-shared-across-azs: aws_x.c": ["skipped"],
        "b.tf:4": ["error"],
    }
    failure = found["ECSNET401 nat-shared-across-azs: aws_x.a"].find("failure")
    assert failure.get("message") == "aws_x.a is the only way to the internet for aws_subnet.b"
    assert "aws_x.a is so in another way" in failure.text
    assert "1. aws_subnet.b: is in zone b (main.tf:13)" in failure.text
    skipped = found["ECSNET401 nat-shared-across-azs: aws_x.c"].find("skipped")
    assert skipped.get("message") == "suppressed at main.tf:4: the office"
    unknown = found["ECSNET201 ssh-open-to-internet: aws_x.b"].find("skipped")
    assert unknown.get("message") == "unknown: var.a is unknown"
    assert found["b.tf:4"].find("error").get("message") == "a brace is missing"
    assert found["b.tf:4"].get("file") == "b.tf"


@pytest.mark.parametrize(
    ("fail_on", "tags"), [(Level.WARNING, ["failure"]), (Level.ERROR, ["system-out"]), (None, ["system-out"])]
)
def test_what_does_not_fail_the_scan_fails_no_case(fail_on: Level | None, tags: list[str]) -> None:
    (case,) = cases(report(finding(level=Level.WARNING)), fail_on).values()
    assert [child.tag for child in case] == tags


def test_suites_are_roots() -> None:
    top = ElementTree.fromstring(junit.render(report(finding(file="a/main.tf"), finding(file="main.tf"))))
    assert [suite.get("name") for suite in top] == [".", "a"]


@settings(max_examples=60, deadline=None)
@given(names, names)
def test_junit_with_hostile_names_is_xml(name: str, other: str) -> None:
    written = junit.render(hostile(name, other))
    assert not any(COMMAND.match(line) or OLD_COMMAND.search(line) for line in written.split("\n"))
    top = ElementTree.fromstring(written)
    assert [child.tag for child in top] == ["testsuite"] * len(top)
    known = {"testsuites", "testsuite", "testcase", "failure", "skipped", "error", "system-out"}
    assert {element.tag for element in top.iter()} <= known
    for element in top.iter():
        for value in (*element.attrib.values(), *((element.text or "").split("\n"))):
            assert all(character.isprintable() or character == "\u3000" for character in value)
