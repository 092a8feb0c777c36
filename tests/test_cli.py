from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ecsnet.rules
from ecsnet import __version__, cli
from ecsnet.cli.scan import exit_status
from ecsnet.config import Config
from ecsnet.findings import Finding, Level, Report, Rule, Undecided, Verdict
from ecsnet.resources import Problem

if TYPE_CHECKING:
    from ecsnet.network import Network
    from ecsnet.options import Options

ROOT = Path(__file__).parent.parent
TEMPLATE = "Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n"
UNDEFINED = "  Other:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: !Ref Nowhere\n"


def _find_all(network: Network, options: Options) -> Iterator[Verdict]:
    for one in network.configuration.resources.values():
        yield Finding(RULE, RULE.level, one, "is a VPC", one.header, (), "Have none.")


def _cannot_tell(network: Network, options: Options) -> Iterator[Verdict]:
    for one in network.configuration.resources.values():
        yield Undecided(UNSURE, one, "nobody knows", one.header)


def _crash(network: Network, options: Options) -> Iterator[Verdict]:
    raise ZeroDivisionError


FIX = {"terraform": "Have none.", "cloudformation": "Have none."}
RULE = Rule("ECSNET101", "any-vpc", Level.WARNING, "A VPC.", "Why.", FIX, ("https://aws.example",), _find_all)  # type: ignore[arg-type]
UNSURE = replace(RULE, id="ECSNET102", name="unsure", check=_cannot_tell)
CRASHING = replace(RULE, id="ECSNET501", name="crashing", check=_crash, opt_in=True)


def main(*arguments: str) -> int | str | None:
    """The exit status, also where the parser of arguments exits by itself."""
    try:
        return cli.main(arguments)
    except SystemExit as stop:
        return stop.code


@pytest.fixture(autouse=True)
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One template with one VPC in the current folder, and three rules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ecsnet.rules, "CATALOGUE", (RULE, UNSURE, CRASHING), raising=False)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Path("template.yaml").write_text(TEMPLATE)


def test_findings_make_the_command_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scan"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "template.yaml:2:3 warning ECSNET101 any-vpc"
    assert lines[-1].startswith("1 finding (1 warning), 1 unknown (--show-unknown lists them); 1 resource in 1 file")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--fail-on", "error"], 0),
        (["--fail-on", "warning"], 1),
        (["--fail-on", "info"], 1),
        (["--fail-on", "never"], 0),
        (["--ignore", "ECSNET101"], 0),
        (["--ignore", "any-vpc,ECSNET102"], 0),
        (["--select", "W9102"], 0),
        (["--select", "ECSNET102", "--select", "ECSNET101"], 1),
        (["--extend-select", "crashing"], 3),
        (["--extend-select", "crashing", "--fail-on", "never"], 3),
        (["--select", "ECSNET9"], 2),
        (["--ignore", "nonsense"], 2),
        (["missing"], 2),
        (["--var-file", "missing.tfvars"], 2),
        (["--fail-on", "maybe"], 2),
        (["--zones", "0"], 2),
        (["--zones", "1e3"], 2),
        (["--sel", "ECSNET101"], 2),
    ],
)
def test_exit_status(arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("scan", *arguments) == status
    captured = capsys.readouterr()
    assert bool(captured.err) is (status == 2)


def test_unreadable_input_goes_before_findings(capsys: pytest.CaptureFixture[str]) -> None:
    Path("template.yaml").write_text(TEMPLATE + UNDEFINED)
    assert cli.main(["scan", "--format", "json"]) == 3
    output = json.loads(capsys.readouterr().out)
    assert output["errors"]
    assert {finding["resource"] for finding in output["findings"]} == {"Vpc", "Other"}


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("lowest", [*Level, None])
def test_fail_on_compares_the_level_of_findings(level: Level, lowest: Level | None) -> None:
    from tests.test_report import FINDING

    report = Report((replace(FINDING, level=level),), (), (), (), (), 0, 0.0)
    fails = lowest is not None and level.rank >= lowest.rank
    assert exit_status(report, Config(fail_on=lowest)) == (1 if fails else 0)
    problem = Problem("a.tf", 1, 1, "unreadable")
    assert exit_status(replace(report, problems=(problem,)), Config(fail_on=lowest)) == 3


def test_unknowns_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["scan", "--show-unknown"])
    assert "template.yaml:2:3 unknown ECSNET102 unsure\n  Vpc: nobody knows\n" in capsys.readouterr().out


def test_quiet_has_findings_on_one_stream_and_errors_on_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scan", "-q", "--extend-select", "crashing"]) == 3
    captured = capsys.readouterr()
    assert captured.out == "template.yaml:2:3 warning ECSNET101 any-vpc: Vpc: is a VPC\n"
    assert captured.err.startswith("template.yaml:1:1 cannot read: internal error in ECSNET501: ZeroDivisionError")


def test_an_unknown_rule_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scan", "--select", "any-vcp"]) == 2
    assert "did you mean any-vpc?" in capsys.readouterr().err
    assert cli.main(["rule", "ECSNET107"]) == 2
    assert "did you mean ECSNET10" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["ECSNET101", "ecsnet101", "any-vpc", "W9101"])
def test_a_rule_goes_by_three_names(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rule", name]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# ECSNET101 any-vpc\n")
    assert printed.endswith(f"\n\nWith examples: {RULE.help}\n")
    assert cli.main(["rule", name, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["cfn_lint_id"] == "W9101"


def test_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert cli.main(["rules", "--format", "json"]) == 0
    assert [rule["opt_in"] for rule in json.loads(capsys.readouterr().out)] == [False, False, True]


@pytest.mark.parametrize(("command", "name"), [("policies-dir", "policies"), ("cfn-rules-dir", "cfn_rules")])
def test_folders_of_the_harnesses(command: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command]) == 0
    assert Path(capsys.readouterr().out.strip()).samefile(ROOT / name)


@pytest.mark.parametrize(
    ("environment", "terminal", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour_is_for_terminals(
    environment: dict[str, str], terminal: bool, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Stream()
    monkeypatch.setattr(sys, "stdout", stream)
    cli.main(["scan"])
    assert ("\x1b[" in stream.getvalue()) is colour


def test_a_failure_of_the_command_itself_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ecsnet.report.text.render", lambda *_, **__: 1 / 0)
    assert cli.main(["scan"]) == 3
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_ctrl_c(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object, **__: object) -> Report:
        raise KeyboardInterrupt

    monkeypatch.setattr("ecsnet.engine.scan", interrupt)
    assert cli.main(["scan"]) == 130
    assert capsys.readouterr().err == "ecsnet: interrupted\n"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "ecsnet", *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, capture_output=True, env=env, check=False, timeout=60)


def test_version() -> None:
    assert run("--version").stdout.decode().split() == ["ecsnet", __version__]
    assert run().returncode == 2


def test_text_that_the_terminal_has_no_letters_for() -> None:
    Path("ö日.yaml").write_text("Resources: {A: {Type: AWS::EC2::VPC", "utf-8")
    result = run("scan", PYTHONIOENCODING="ascii")
    assert b"\\xf6\\u65e5.yaml" in result.stdout
    assert b"Traceback" not in result.stderr


def test_a_reader_that_has_seen_enough() -> None:
    for number in range(300):
        Path(f"t{number}.yaml").write_text(
            "Resources: {A: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref No}}}\n"
        )
    command = [sys.executable, "-m", "ecsnet", "scan"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 3


HEAVY = {
    "asyncio", "checkov", "cfnlint", "click", "concurrent", "difflib", "email", "hcl2", "http", "importlib.metadata",
    "logging", "lzma", "multiprocessing", "networkx", "pathspec", "shutil", "socket", "ssl", "subprocess", "sympy",
    "tempfile", "traceback", "typing_extensions", "unittest", "urllib.request", "xml",
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "files", "absent"),
    [
        (["--version"], {}, {"yaml", "tree_sitter", "json", "dataclasses", "ecsnet.engine", "ecsnet.findings"}),
        (["scan"], {"a.yaml": TEMPLATE}, {"tree_sitter", "tree_sitter_hcl", "ecsnet.terraform"}),
        (["scan"], {"a.tf": 'resource "aws_vpc" "a" {}\n'}, {"yaml", "ecsnet.cloudformation.yaml_syntax"}),
        (["scan"], {"a.yaml": "services: {}\n", "p.json": "{}"}, {"yaml", "tree_sitter", "ecsnet.terraform"}),
    ],
)
def test_nothing_is_imported_that_is_not_needed(arguments: list[str], files: dict[str, str], absent: set[str]) -> None:
    Path("template.yaml").unlink()
    for name, text in files.items():
        Path(name).write_text(text)
    code = "import sys; from ecsnet.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
    code += "print(*sorted(sys.modules), sep='\\n', file=sys.stderr)"
    # Without the site module: what an environment's .pth files import is not ours.
    paths = os.pathsep.join([str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))])
    command = [sys.executable, "-S", "-c", code, *arguments]
    result = subprocess.run(
        command, capture_output=True, env={**os.environ, "PYTHONPATH": paths}, check=True, text=True
    )
    imported = set(result.stderr.split())
    assert "ecsnet.cli" in imported
    assert not imported & (HEAVY | absent)
