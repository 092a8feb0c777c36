"""The command, Checkov and cfn-lint give the same findings on the same resources, in every fixture."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ecsnet.cloudformation import called_templates, load
from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Finding, Passed, Report
from ecsnet.rules import CATALOGUE
from tests.expectations import FIXTURES, case_id, cases
from tests.harnesses.tools import cfn_lint_matches, checkov, checkov_reports

pytest.importorskip("checkov")
pytest.importorskip("cfnlint")

FRAMEWORKS = ("terraform", "cloudformation", "terraform_plan")
CASES = [case_id(case) for case in cases()]
PLANS = [case for case in CASES if (FIXTURES / case / "plan.json").is_file()]
IDS = {rule.id for rule in CATALOGUE}


@dataclass(frozen=True)
class Runs:
    """One run of each tool over a copy of all cases. ``failed`` and ``passed`` are Checkov's records, by case."""

    failed: dict[str, set[tuple[str, str, str]]]
    passed: dict[str, set[tuple[str, str, str]]]
    contradictions: set[tuple[str, str, str]]
    parsing_errors: list[str]
    logged: str
    matches: dict[str, set[tuple[str, str, int]]]
    crashes: list[str]
    reports: dict[str, Report]
    plans: dict[str, dict[str, set[tuple[str, str]]]]
    nested: set[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    top = tmp_path_factory.mktemp("fixtures").resolve()
    for case in CASES:
        shutil.copytree(FIXTURES / case, top / case)
    # The command line of cfn-lint cannot select what is opt-in.
    (top / ".ecsnet.toml").write_text('extend-select = ["ECSNET"]\n', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(top)
        yield _run_all(top)


def _run_all(top: Path) -> Runs:
    run = checkov("-d", ".", "--framework", *FRAMEWORKS, "--check", "ECSNET*", "-o", "json", cwd=top)
    reports = checkov_reports(run.stdout)
    assert reports.keys() == set(FRAMEWORKS), run.stderr
    plans = reports.pop("terraform_plan")
    templates = [path for case in CASES for path in sorted((top / case).rglob("*")) if _is_template(path)]
    nested = {
        str(Path(called).resolve().relative_to(top))
        for path in templates
        if (configuration := load(str(path))) is not None
        for called in called_templates(configuration)
    }
    matches: dict[str, set[tuple[str, str, int]]] = {case: set() for case in CASES}
    crashes = []
    for match in cfn_lint_matches(*templates, "--include-checks", "I", cwd=top):
        file = str(Path(match["Filename"]).relative_to(top))
        if match["Rule"]["Id"] == "E0002":
            crashes.append(f"{file}: {match['Message']}")
        else:
            place = match["Location"]["Start"]["LineNumber"]
            matches[_case(file)].add((match["Rule"]["Id"], file, place))
    config = Config(select=tuple(IDS))
    return Runs(
        failed=_records(reports, "failed_checks"),
        passed=_records(reports, "passed_checks"),
        contradictions=_resources(reports, "failed_checks") & _resources(reports, "passed_checks"),
        parsing_errors=[file for report in reports.values() for file in report["results"]["parsing_errors"]],
        logged=run.stderr,
        matches=matches,
        crashes=crashes,
        reports={case: scan([case], config) for case in CASES},
        plans={kind: _addresses(plans["results"][kind]) for kind in ("failed_checks", "passed_checks")},
        nested=nested,
    )


def _is_template(path: Path) -> bool:
    return path.suffix in {".yaml", ".yml", ".json", ".template"} and not path.name.endswith(".tf.json")


def _case(file: str) -> str:
    return "/".join(file.lstrip("/").split("/")[:2])


def _records(reports: dict[str, dict[str, Any]], kind: str) -> dict[str, set[tuple[str, str, str]]]:
    found: dict[str, set[tuple[str, str, str]]] = {case: set() for case in CASES}
    for report in reports.values():
        for record in report["results"][kind]:
            file = record["file_path"].lstrip("/")
            found[_case(file)].add((record["check_id"], file, _block(record["resource"])))
    return found


def _addresses(records: Sequence[dict[str, Any]]) -> dict[str, set[tuple[str, str]]]:
    """What is recorded for plans, by case."""
    found: dict[str, set[tuple[str, str]]] = {case: set() for case in CASES}
    for record in records:
        found[_case(record["file_path"])].add((record["check_id"], record["resource"]))
    return found


def _resources(reports: dict[str, dict[str, Any]], kind: str) -> set[tuple[str, str, str]]:
    records = [record for report in reports.values() for record in report["results"][kind]]
    return {(record["check_id"], record["file_path"], record["resource"]) for record in records}


def _block(resource: str) -> str:
    """``module.a.aws_subnet.b[0]`` is ``aws_subnet.b``; ``AWS::EC2::Subnet.Public`` and ``Network.Public`` are one."""
    if "aws_" not in resource:
        return resource.rpartition(".")[2]
    kind, name = resource[resource.index("aws_") :].split(".")[:2]
    return f"{kind}.{name.partition('[')[0]}"


def _record(verdict: Finding | Passed) -> tuple[str, str, str]:
    resource = verdict.resource
    block = _block(resource.address)
    if _is_in_stub(verdict):
        block = resource.calls[-1].address.rpartition("module.")[2].partition("[")[0]
    return verdict.rule.id, resource.header.file, block


def _is_in_stub(verdict: Finding | Passed) -> bool:
    """Of a module that is not there Checkov knows the call only: what fails in it is recorded there, no pass is."""
    calls, header = verdict.resource.calls, verdict.resource.header
    return bool(calls) and calls[-1].span.file == header.file


def _is_seen(verdict: Finding | Passed) -> bool:
    """Checkov does not read Terraform in JSON syntax, nor OpenTofu's files; plans are another framework of its."""
    return not verdict.resource.header.file.endswith((".tf.json", ".tofu", "plan.json"))


def test_every_terraform_file_is_one_that_checkov_can_read(runs: Runs) -> None:
    """It parses with a grammar of its own, and gives up after some seconds: what it cannot read it does not see."""
    assert runs.parsing_errors == []


def test_nothing_crashes_and_every_finding_has_its_resource(runs: Runs) -> None:
    assert runs.crashes == []
    assert runs.logged == ""


@pytest.mark.parametrize("case", CASES)
def test_checkov_fails_what_the_command_finds(case: str, runs: Runs) -> None:
    assert runs.failed[case] == {_record(verdict) for verdict in runs.reports[case].findings if _is_seen(verdict)}


@pytest.mark.parametrize("case", CASES)
def test_checkov_passes_what_the_command_passes(case: str, runs: Runs) -> None:
    """Of a block that fails in one instance, Checkov may know another one, which passes."""
    seen = [verdict for verdict in runs.reports[case].passed if _is_seen(verdict) and not _is_in_stub(verdict)]
    passed = {_record(verdict) for verdict in seen}
    assert runs.passed[case] - runs.failed[case] == passed - runs.failed[case]


def test_no_resource_of_checkov_both_fails_and_passes(runs: Runs) -> None:
    assert runs.contradictions == set()


@pytest.mark.parametrize("case", PLANS)
def test_checkov_records_of_a_plan_what_the_command_says_of_it(case: str, runs: Runs) -> None:
    """Instance by instance, wherever the source of the plan is."""
    report = scan([str(FIXTURES / case / "plan.json")], Config(select=tuple(IDS)))
    failed = {(finding.rule.id, finding.resource.address) for finding in report.findings}
    assert runs.plans["failed_checks"][case] == failed
    passed = {(verdict.rule.id, verdict.resource.address) for verdict in report.passed}
    assert runs.plans["passed_checks"][case] == passed - failed


@pytest.mark.parametrize("case", [case for case in CASES if "/cfn-" in case])
def test_cfn_lint_matches_what_the_command_finds(case: str, runs: Runs) -> None:
    """What is in another file is matched on what nests or includes it, since cfn-lint looks at one file a time."""
    expected = {_match(finding) for finding in runs.reports[case].findings}
    assert {match for match in runs.matches[case] if match[1] not in runs.nested} == expected


def _match(finding: Finding) -> tuple[str, str, int]:
    span, header = finding.span, finding.resource.header
    if finding.resource.calls:
        span = finding.resource.calls[0].span
    elif span.file != header.file:
        span = header
    return finding.rule.cfn_lint_id, span.file, span.start_line
