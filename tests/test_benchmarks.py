from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as everything
from benchmarks import compare, generated, plan, scale, templates
from benchmarks.checkov_overhead import FILES, generate
from benchmarks.measure import Command, Run, Runs, in_turns, wall
from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Verdict


def _runs(*seconds: float) -> Runs:
    return Runs(tuple(Run(one, one, 1, "") for one in seconds))


def _python(code: str) -> Command:
    return Command((sys.executable, "-S", "-c", code))


def test_table_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    fake = tmp_path / "fake"
    fake.write_text("#!/bin/sh\necho fake 1.0\n")
    fake.chmod(0o755)
    tools = ["--ecsnet", str(fake), "--trivy", str(fake), "--checkov", "no-such-tool"]
    assert compare.main(["--rounds", "1", *tools]) == 0
    printed = capsys.readouterr().out
    assert "- trivy: fake 1.0" in printed
    assert "- checkov: not there, left out" in printed
    assert printed.count("\n| trivy | ") == 2
    assert "| checkov |" not in printed


def test_failure_is_no_measurement(capsys: pytest.CaptureFixture[str]) -> None:
    words = f"{sys.executable} -S -c 'import sys; sys.exit(3)'"
    assert compare.main(["--rounds", "1", "--ecsnet", words, "--trivy", "", "--checkov", ""]) == 1
    assert "ecsnet left out: exit status 3" in capsys.readouterr().out


def test_commands_take_turns_and_the_first_round_does_not_count(tmp_path: Path) -> None:
    log = tmp_path / "log"
    commands = {name: _python(f"open({str(log)!r}, 'a').write({name!r})") for name in "ab"}
    runs, notes = in_turns(commands, 2)
    assert log.read_text() == "ababab"
    assert [len(found.all) for found in runs.values()] == [2, 2]
    assert not notes


def test_ratio_is_of_the_same_round() -> None:
    assert _runs(1, 10, 3).ratio(_runs(2, 40, 4), wall) == 0.5


def test_run_says_what_it_used() -> None:
    run = _python("x = bytearray(80_000_000); print(len(x))").run()
    assert run.output == "80000000\n"
    assert run.memory > 80_000_000
    assert run.cpu > 0
    assert run.wall > 0


def test_generated_stack_is_read_and_has_its_mistake(tmp_path: Path) -> None:
    assert generate(tmp_path) == FILES
    report = scan([str(tmp_path)], Config())
    assert not report.problems
    assert {finding.rule.id for finding in report.findings} == {"ECSNET401"}
    assert len(report.files) == FILES


def test_plans_are_generated_of_the_size_asked_for(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(plan.generate(2))
    report = scan([str(path)], Config())
    # Of several subnets that a list names, a plan of what is not yet deployed does not say which are in it.
    verdicts: tuple[Verdict, ...] = (*report.findings, *report.undecided)
    rules = {(verdict.rule.id, verdict.resource.type) for verdict in verdicts}
    assert {("ECSNET201", "aws_security_group"), ("ECSNET301", "aws_ecs_service")} <= rules
    assert plan.main(["--megabytes", "0.05"]) == 0
    rows = [line.split("|") for line in capsys.readouterr().out.splitlines()[2:]]
    assert [round(float(row[1]), 1) for row in rows] == pytest.approx([0.05, 0.1, 0.2], abs=0.06)


def test_large_templates_are_what_they_are_called(capsys: pytest.CaptureFixture[str]) -> None:
    small, large, larger, open_ends = (make() for make in templates.CASES.values())
    assert len(small) < 51_200 < 500_000 < len(large) < 1_000_000 < len(larger)
    assert open_ends.count('"Fn::Equals"') == 6
    templates.main(["in a request: below 51,200 bytes"])
    [*_, row] = capsys.readouterr().out.splitlines()
    # One NAT gateway for two zones, and a group that is open for each of 25 services.
    assert row.split(" | ")[2:5] == ["97", "26", "0"]


@pytest.mark.parametrize("shape", scale.SHAPES)
def test_networks_of_any_size_have_their_mistakes(shape: str, tmp_path: Path) -> None:
    for name, text in scale.SHAPES[shape](20).items():
        (tmp_path / name).write_text(text)
    report = scan([str(tmp_path)], Config())
    assert not report.problems
    ours = {(finding.rule.id, finding.resource.type.rpartition("::")[2].lower()) for finding in report.findings}
    assert {rule for rule, _ in ours} >= {"ECSNET201"}
    # A NAT gateway of another zone, and awsvpc tasks behind an internet gateway; a plan does not say which instance.
    assert ({"ECSNET301", "ECSNET401"} <= {rule for rule, _ in ours}) == (shape != "plan")
    assert bool(report.undecided) == (shape == "plan")


def test_growth_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert scale.main(["--largest", "20", "--shape", "cloudformation", "--rounds", "1"]) == 0
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()[2:]]
    assert [row[1:3] for row in rows] == [["10", "77"], ["20", "147"]]
    assert [bool(row[5]) for row in rows] == [False, True]


def test_generated_trees_have_the_sizes_that_they_are_called_by(tmp_path: Path) -> None:
    assert generated.platform(tmp_path / "platform") == 58
    assert generated.monorepo(tmp_path / "monorepo", 20) == 200
    assert generated.assembly(tmp_path / "assembly", 3) == 5
    report = scan([str(tmp_path / "monorepo")], Config())
    assert (len(report.files), len(report.findings), report.problems) == (200, 20, ())
    report = scan([str(tmp_path / "assembly")], Config())
    assert (len(report.files), report.problems) == (3, ())
    assert {finding.resource.stack for finding in report.findings} == {""}
    one = next(case for case in everything.cases(None) if case.name == "plan of 20 MB").make(tmp_path / "plan")
    assert one.stat().st_size == pytest.approx(20_000_000, rel=0.01)


def test_one_command_measures_all(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # put back afterwards
    monkeypatch.setattr(everything, "SIZES", (1,))
    fake = tmp_path / "fake"
    fake.write_text("#!/bin/sh\necho fake 1.0\n")
    fake.chmod(0o755)
    others = [f"--{name}={fake if name != 'checkov' else 'no-such-tool'}" for name in everything.OTHERS]
    assert everything.main(["--only", "small,growth", "--rounds", "1", *others]) == 0
    printed = capsys.readouterr().out
    assert "- trivy: fake 1.0" in printed
    assert "- checkov: not there, left out" in printed
    rows = [line.split(" | ")[0].strip("| ") for line in printed.splitlines() if line.startswith("| ")]
    own = ["tool", "ecsnet", "ecsnet, warm", "trivy"]
    assert rows == [*own, "c7n-left", *own, "cfn-lint", "root modules", "10"]
