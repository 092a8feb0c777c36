from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from hypothesis import given, settings

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Edit, Level, Report, Undecided
from ecsnet.report import sarif
from ecsnet.resources import Hole, Problem
from ecsnet.rules import CATALOGUE
from ecsnet.values import Span
from tests.reports import HOSTILE, NAT, SSH, finding, hostile, names, report, resource

HERE = Path(__file__).parent
VALIDATOR = jsonschema.Draft4Validator(json.loads((HERE / "schemas" / "sarif-schema-2.1.0.json").read_text("utf-8")))
# The embedded links of a plain text message: section 3.11.6 of the standard.
LINK = re.compile(r"\[((?:[^\\\[\]]|\\[\\\[\]])*)\]\(([^)]*)\)")


def run_of(made: Report, **options: bool) -> Any:
    document = json.loads(sarif.render(made, **options))
    VALIDATOR.validate(document)
    (run,) = document["runs"]
    return run


def notes(run: Any, name: str) -> list[Any]:
    return [one for one in run["invocations"][0]["toolExecutionNotifications"] if one["descriptor"]["id"] == name]


def test_what_a_scan_finds_is_valid() -> None:
    run = run_of(scan([str(HERE / ".." / "examples")], Config()), show_unknown=True)
    assert {result["ruleId"] for result in run["results"]} >= {"ECSNET101", "ECSNET201", "ECSNET301", "ECSNET401"}
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert place["uriBaseId"] in run["originalUriBaseIds"]
        assert (HERE.parent / place["uri"]).is_file()


def test_a_finding_as_a_result() -> None:
    run = run_of(report(finding(fingerprint="ab" * 32, scenario={"Prod": "true"}), base="/base"))
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "ECSNET401"
    assert (result["kind"], result["level"]) == ("fail", "warning")
    assert result["partialFingerprints"] == {"ecsnet/v1": "ab" * 32}
    assert result["properties"]["when"] == {"Prod": "true"}
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": "file:///base/"}}


def test_a_block_is_shown_by_its_first_line() -> None:
    """A pull request shows what is wholly within its changes."""
    place = run_of(report(finding(line=3)))["results"][0]["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 3, "startColumn": 1}
    assert place["contextRegion"] == {"startLine": 3, "startColumn": 1, "endLine": 7, "endColumn": 2}


def test_the_path_is_a_code_flow_and_its_places_are_linked_from_the_message() -> None:
    hops = (("aws_subnet.b[0]", "is in zone b"), ("aws_route.b", "leads there"), ("aws_subnet.b[0]", "again"))
    (result,) = run_of(report(finding(message="it is the way of aws_subnet.b[0], no other", hops=hops)))["results"]
    (flow,) = result["codeFlows"][0]["threadFlows"]
    assert [step["location"]["message"]["text"] for step in flow["locations"]] == [
        "aws_subnet.b[0]: is in zone b",
        "aws_route.b: leads there",
        "aws_subnet.b[0]: again",
    ]
    assert [step["executionOrder"] for step in flow["locations"]] == [1, 2, 3]
    assert result["message"]["text"] == (
        "aws_nat_gateway.this: it is the way of [aws_subnet.b\\[0\\]](1), no other (see also [aws_route.b](2))"
    )
    assert [(one["id"], one["message"]["text"]) for one in result["relatedLocations"]] == [
        (1, "aws_subnet.b[0]: is in zone b"),
        (2, "aws_route.b: leads there"),
    ]


def test_rules_carry_what_github_shows() -> None:
    rules = run_of(report())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in CATALOGUE]
    for rule, known in zip(rules, CATALOGUE):
        assert rule["helpUri"] == known.help
        assert rule["help"]["text"]
        assert known.fix["terraform"].strip() in rule["help"]["markdown"]
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert len(rule["properties"]["tags"]) <= 10
        assert rule["defaultConfiguration"]["enabled"] is not known.opt_in


def test_rules_of_exposure_are_of_security_and_no_others() -> None:
    assert set(sarif.EXPOSURE) < {rule.id for rule in CATALOGUE}
    for rule in run_of(report())["tool"]["driver"]["rules"]:
        score = rule["properties"].get("security-severity")
        assert (score is not None) == ("security" in rule["properties"]["tags"]) == (rule["id"] in sarif.EXPOSURE)
        assert score is None or 0 < float(score) <= 10


@pytest.mark.parametrize(("level", "shown"), [(Level.ERROR, "error"), (Level.WARNING, "warning"), (Level.INFO, "note")])
def test_levels(level: Level, shown: str) -> None:
    assert run_of(report(finding(level=level)))["results"][0]["level"] == shown


def test_fixes_are_exact() -> None:
    edit = Edit(Span("main.tf", 4, 12, 4, 16), 40, 44, "false", True, b"")
    other = Edit(Span("vars.tf", 1, 1, 1, 1), 0, 0, "\u00e9\n", False, b"")
    (fix,) = run_of(report(finding(edits=(edit, other))))["results"][0]["fixes"]
    first, second = fix["artifactChanges"]
    assert first["artifactLocation"]["uri"] == "main.tf"
    assert first["replacements"] == [
        {
            "deletedRegion": {"startLine": 4, "startColumn": 12, "endLine": 4, "endColumn": 16},
            "insertedContent": {"text": "false"},
        }
    ]
    assert second["replacements"][0]["insertedContent"]["text"] == "\u00e9\n"
    assert fix["description"]["text"].endswith("Only you can decide whether this is right.")


def test_unknowns_are_open_when_asked_for() -> None:
    undecided = Undecided(SSH, resource("aws_x.y"), "var.cidr has no default", Span("main.tf", 9, 1, 9, 4))
    hole = Hole("module.vpc", Span("main.tf", 1, 1, 1, 5), "it is not downloaded")
    made = report(undecided=(undecided,), unseen=(hole,))
    assert run_of(made)["results"] == []
    assert not notes(run_of(made), "not-seen")
    run = run_of(made, show_unknown=True)
    (result,) = run["results"]
    assert (result["kind"], result["level"], result["ruleId"]) == ("open", "none", "ECSNET201")
    assert result["message"]["text"] == "aws_x.y is undecided: var.cidr has no default"
    assert [note["message"]["text"] for note in notes(run, "not-seen")] == ["module.vpc: it is not downloaded"]


def test_what_could_not_be_read_is_a_notification() -> None:
    run = run_of(report(problems=(Problem("a b.tf", 4, 7, "a brace is missing"),)))
    assert run["invocations"][0]["executionSuccessful"] is False
    (note,) = notes(run, "unreadable-input")
    assert (note["level"], note["message"]["text"]) == ("error", "a brace is missing")
    place = note["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("a%20b.tf", 4)
    descriptor = run["tool"]["driver"]["notifications"][note["descriptor"]["index"]]
    assert descriptor["id"] == "unreadable-input"
    assert {"shortDescription", "fullDescription", "help"} < set(descriptor)  # GitHub requires them


@pytest.mark.parametrize(
    ("file", "uri", "relative"),
    [
        ("a b/\u00e9#?.tf", "a%20b/%C3%A9%23%3F.tf", True),
        ("a:b.tf", "a%3Ab.tf", True),
        ("x/../main.tf", "main.tf", True),
        ("\udcff.tf", "%FF.tf", True),
        ("/elsewhere/main.tf", "file:///elsewhere/main.tf", False),
        ("../main.tf", "file:///main.tf", False),
    ],
)
def test_names_of_files_are_uris(file: str, uri: str, relative: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getcwd", lambda: "/base")
    place = run_of(report(finding(file=file), base="/base"))["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri
    assert ("uriBaseId" in place["artifactLocation"]) is relative


def test_the_gravest_results_stay_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    made = [finding(f"aws_x.{n}", level=level) for n, level in enumerate([Level.INFO, Level.WARNING, Level.ERROR] * 2)]
    run = run_of(report(*made))
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning"]
    (note,) = notes(run, "results-cut")
    assert note["message"]["text"] == "3 of 6 findings are left out, the least grave ones"


def test_long_paths_are_cut_and_it_is_said() -> None:
    hops = tuple((f"aws_x.{n}", "leads there") for n in range(1200))
    run = run_of(report(finding(hops=hops)))
    (result,) = run["results"]
    assert len(result["codeFlows"][0]["threadFlows"][0]["locations"]) == 1000
    assert len(result["relatedLocations"]) == 99
    assert [note["message"]["text"] for note in notes(run, "results-cut")] == [
        "ECSNET401 aws_nat_gateway.this: 200 of 1200 steps are left out",
        "ECSNET401 aws_nat_gateway.this: 901 of 1000 related places are left out",
    ]


def test_the_file_is_as_small_as_github_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_BYTES", 20_000)
    made = [finding(f"aws_x.{n:064x}", hops=((f"aws_y.{n * 7919:064x}", f"{n:064b}"),)) for n in range(2_000)]
    run = run_of(report(*made))
    assert 0 < len(run["results"]) < 2_000
    (note,) = notes(run, "results-cut")
    assert note["message"]["text"].startswith(f"{2_000 - len(run['results'])} of 2000 findings are left out")


@pytest.mark.parametrize("name", HOSTILE)
def test_known_hostile_names_stay_text(name: str) -> None:
    check(name, name)


@settings(max_examples=25, deadline=None)
@given(names, names)
def test_hostile_names_stay_text(name: str, other: str) -> None:
    check(name, other)


def check(name: str, other: str) -> None:
    text = sarif.render(hostile(name, other), show_unknown=True)
    assert text.isascii()
    assert "##[" not in text
    assert "##vso[" not in text
    document = json.loads(text)
    VALIDATOR.validate(document)
    for result in document["runs"][0]["results"]:
        ids = {one["id"] for one in result.get("relatedLocations", ())}
        linked = [target for _, target in LINK.findall(result["message"]["text"])]
        assert {int(target) for target in linked} == ids
    for uri in uris(document):
        split = urlsplit(uri)
        assert split.scheme in ("", "file")
        assert not split.query
        assert not split.fragment
        assert ".." not in unquote(split.path).split("/")


def uris(value: Any) -> list[str]:
    if isinstance(value, list):
        return [uri for item in value for uri in uris(item)]
    if not isinstance(value, dict):
        return []
    own = [value["artifactLocation"]["uri"]] if "artifactLocation" in value else []
    return [*own, *(uri for item in value.values() for uri in uris(item))]


def test_the_rule_of_a_finding_that_is_in_no_catalogue_is_there() -> None:
    from dataclasses import replace

    run = run_of(report(finding(rule=replace(NAT, id="ECSNET999"))))
    result = run["results"][0]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "ECSNET999"
