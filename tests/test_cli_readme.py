"""What the README shows is what the tool says and does."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from ecsnet import cli
from ecsnet.rules import CATALOGUE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SHOWN = re.findall(r"```console\n\$ ecsnet (.*?)\n(.*?)```", README, re.S)
SHELL = [line for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines()]


def without_seconds(text: str) -> str:
    return re.sub(r"\d+\.\d\d s$", "… s", text, flags=re.M)


def test_a_finding_is_shown() -> None:
    assert SHOWN


@pytest.mark.parametrize(("arguments", "output"), SHOWN)
def test_output_is_what_the_tool_says(
    arguments: str, output: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    cli.main(shlex.split(arguments))
    assert without_seconds(capsys.readouterr().out) == without_seconds(output)


@pytest.mark.parametrize("command", [line for line in SHELL if line.startswith("ecsnet scan")])
def test_commands_are_understood(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "infra").mkdir()
    (tmp_path / "prod.tfvars").touch()
    empty = {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {"root_module": {}}}
    plan = {**empty, "resource_changes": [], "configuration": {"root_module": {}}}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (tmp_path / "service.yaml").write_text("Resources: {Vpc: {Type: AWS::EC2::VPC}}\n")
    assert cli.main(["baseline", "--output", "known.json", "infra/"]) == 0
    assert cli.main(shlex.split(command, comments=True)[1:]) == 0, capsys.readouterr().err


def test_every_rule_is_listed() -> None:
    for rule in CATALOGUE:
        level = f"{rule.level.value}, opt-in" if rule.opt_in else rule.level.value
        assert f"| {rule.id} `{rule.name}` | {level} |" in README


def test_the_command_for_tests_is_the_one_that_is_run() -> None:
    (command,) = [line for line in SHELL if "-m pytest" in line]
    script = (ROOT / ".ci/run").read_text("utf-8")
    plain = (
        script.replace('"$python"', "python3").replace('"', "").replace(" --quiet", "").replace("$work/dev", ".venv")
    )
    for step in command.split(" && "):
        assert f"\n{step}" in plain


def test_examples_have_findings_and_no_errors(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.main(["scan", "--format", "json", "examples/"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [(finding["rule"], finding["resource"]) for finding in report["findings"]] == [
        ("ECSNET101", "PublicSubnetB"),
        ("ECSNET201", "aws_security_group.instances"),
        ("ECSNET401", "module.network.aws_nat_gateway.this"),
        ("ECSNET301", "aws_ecs_service.api"),
    ]
    assert not report["errors"]
