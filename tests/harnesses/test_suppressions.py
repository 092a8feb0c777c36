"""What suppresses a finding in the command suppresses it in Checkov and cfn-lint, whosever syntax it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecsnet.cli import main
from ecsnet.engine import scan
from ecsnet.findings import Report
from ecsnet.settings import Flags, Settings
from tests.harnesses.tools import cfn_lint, cfn_lint_matches, checkov, checkov_reports

pytest.importorskip("checkov")
pytest.importorskip("cfnlint")

TERRAFORM = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
module "net" {
  # ecsnet:ignore ECSNET101 the module
  source = "./net"
}
# ecsnet:ignore ECSNET101 above
resource "aws_subnet" "above" {
  count                   = 2
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true
}
resource "aws_subnet" "line" {
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true # ecsnet:ignore public-subnet-without-igw-route on the line
}
resource "aws_subnet" "theirs" {
  #checkov:skip=ECSNET101:theirs
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true
}
resource "aws_subnet" "silent" {
  # ecsnet:ignore ECSNET1
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true
}
resource "aws_subnet" "left" {
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true # checkov:skip=CKV_AWS_130:another check
}
resource "aws_security_group" "half" {
  vpc_id = aws_vpc.main.id
  ingress {
    # ecsnet:ignore ECSNET201 one of two
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
MODULE = """\
resource "aws_vpc" "inner" {
  cidr_block = "10.1.0.0/16"
}
resource "aws_subnet" "inner" {
  vpc_id                  = aws_vpc.inner.id
  map_public_ip_on_launch = true
}
"""
FILE = """\
# ecsnet:ignore-file ECSNET101 a sandbox
resource "aws_subnet" "sandbox" {
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true
}
"""
HEAD = """\
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
"""
SUBNET = """\
  {name}:
    Type: AWS::EC2::Subnet
{metadata}    Properties:
      VpcId: !Ref Vpc
      MapPublicIpOnLaunch: true
"""
METADATA = {
    "Ours": "ecsnet: {ignore: [{rule: ECSNET101, reason: in metadata}]}",
    "Theirs": "checkov: {skip: [{id: ECSNET101, comment: in theirs}]}",
    "Lint": "cfn-lint: {config: {ignore_checks: [E9101]}}",
    "Family": "cfn-lint: {config: {ignore_checks: [E9]}}",
    "Left": "cfn-lint: {config: {ignore_checks: [W9101]}}",
}
IN_METADATA = HEAD + "".join(
    SUBNET.format(name=name, metadata=f"    Metadata: {{{text}}}\n") for name, text in METADATA.items()
)
COMMENTED = (
    HEAD
    + "  # ecsnet:ignore ECSNET101 above\n"
    + SUBNET.format(name="Above", metadata="")
    + SUBNET.format(name="Line", metadata="").replace("true", "true # ecsnet:ignore ECSNET101 on the line")
    + SUBNET.format(name="Inside", metadata="    # checkov:skip=ECSNET101:inside\n")
    + SUBNET.format(name="Left", metadata="")
)
WHOLE = "Metadata: {cfn-lint: {config: {ignore_checks: [E9101]}}}\n" + HEAD + SUBNET.format(name="Any", metadata="")
MARKED = "# ecsnet:ignore-file ECSNET101 a sandbox\n" + HEAD + SUBNET.format(name="Any", metadata="")
TEMPLATES = {
    "metadata.yaml": IN_METADATA, "commented.yaml": COMMENTED, "whole.yaml": WHOLE, "marked.yaml": MARKED,
}  # fmt: skip
RULES = ("ECSNET101", "ECSNET201")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    top = tmp_path_factory.mktemp("suppressed").resolve()
    (top / "net").mkdir()
    for name, text in {"main.tf": TERRAFORM, "sandbox.tf": FILE, "net/main.tf": MODULE, **TEMPLATES}.items():
        (top / name).write_text(text)
    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Json": {
            "Type": "AWS::EC2::Subnet",
            "Metadata": {"ecsnet": {"ignore": [{"rule": "ECSNET101", "reason": "in JSON"}]}},
            "Properties": {"VpcId": {"Ref": "Vpc"}, "MapPublicIpOnLaunch": True},
        },
    }
    (top / "template.json").write_text(json.dumps({"Resources": resources}, indent=2))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(top)
        yield top


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    found = scan([str(folder)], Settings(Flags(select=RULES), [str(folder)], {}))
    assert found.problems == ()
    assert found.unused == ()
    return found


def test_the_command(report: Report) -> None:
    assert [(finding.rule.id, finding.resource.address) for finding in report.findings] == [
        ("ECSNET101", "Left"),
        ("ECSNET101", "aws_subnet.left"),
        ("ECSNET201", "aws_security_group.half"),
        ("ECSNET101", "Left"),
    ]
    reasons = {(one.finding.resource.address, one.by): one.reason for one in report.suppressed}
    assert reasons == {
        ("module.net.aws_subnet.inner", "ecsnet"): "the module",
        ("aws_subnet.above[0]", "ecsnet"): "above",
        ("aws_subnet.above[1]", "ecsnet"): "above",
        ("aws_subnet.line", "ecsnet"): "on the line",
        ("aws_subnet.theirs", "checkov"): "theirs",
        ("aws_subnet.silent", "ecsnet"): "",
        ("aws_subnet.sandbox", "ecsnet"): "a sandbox",
        ("aws_security_group.half", "ecsnet"): "one of two",
        ("Ours", "ecsnet"): "in metadata",
        ("Theirs", "checkov"): "in theirs",
        ("Lint", "cfn-lint"): "",
        ("Family", "cfn-lint"): "",
        ("Above", "ecsnet"): "above",
        ("Line", "ecsnet"): "on the line",
        ("Inside", "checkov"): "inside",
        ("Any", "cfn-lint"): "",
        ("Any", "ecsnet"): "a sandbox",
        ("Json", "ecsnet"): "in JSON",
    }


def test_checkov_records_them_as_skipped(folder: Path, report: Report) -> None:
    run = checkov(
        "-d", ".", "--framework", "terraform", "cloudformation", "--check", ",".join(RULES), "-o", "json", cwd=folder
    )
    assert "Traceback" not in run.stderr
    records: dict[str, list[dict[str, Any]]] = {}
    for one in checkov_reports(run.stdout).values():
        for kind, found in one["results"].items():
            records.setdefault(kind, []).extend(found if kind.endswith("_checks") else [])

    def named(kind: str) -> list[tuple[str, str]]:
        return sorted((record["check_id"], _name(record["resource"])) for record in records[kind])

    assert named("failed_checks") == sorted((one.rule.id, one.resource.address) for one in report.findings)
    # A block of which one finding is left has failed.
    left = {(one.rule.id, one.resource.address) for one in report.findings if one.resource.language == "terraform"}
    skipped = [(one.finding.rule.id, one.finding.resource.address) for one in report.suppressed]
    assert named("skipped_checks") == sorted(one for one in skipped if one not in left)
    reasons = {
        _name(record["resource"]): record["check_result"]["suppress_comment"] for record in records["skipped_checks"]
    }
    assert reasons["module.net.aws_subnet.inner"] == "the module"
    assert reasons["aws_subnet.silent"] == "No comment provided"
    assert {_name(record["resource"]) for record in records["passed_checks"]}.isdisjoint(reasons)


def _name(resource: str) -> str:
    return resource if "aws_" in resource else resource.rpartition(".")[2]


def test_cfn_lint_leaves_them_out(folder: Path, report: Report) -> None:
    found = cfn_lint_matches(*TEMPLATES, "template.json", cwd=folder)
    lines = [(match["Filename"], match["Location"]["Start"]["LineNumber"]) for match in found]
    wanted = [one for one in report.findings if one.resource.language == "cloudformation"]
    assert sorted(lines) == sorted((Path(one.span.file).name, one.span.start_line) for one in wanted)


def test_metadata_counts_in_a_template_that_is_piped_in(folder: Path) -> None:
    run = cfn_lint("--format", "parseable", cwd=folder, stdin=IN_METADATA)
    lines = [line.split(":")[1:6:4] for line in run.stdout.splitlines()]
    assert [number for number, rule in lines if rule == "E9101"] == [str(len(IN_METADATA.splitlines()))]


def test_levels_in_checkov_and_cfn_lint(tmp_path: Path) -> None:
    (tmp_path / ".ecsnet.toml").write_text('[levels]\nECSNET101 = "warning"\nECSNET201 = "info"\n')
    (tmp_path / "template.yaml").write_text(HEAD + SUBNET.format(name="Any", metadata=""))
    (match,) = cfn_lint_matches("template.yaml", cwd=tmp_path)
    assert (match["Rule"]["Id"], match["Level"]) == ("E9101", "Warning")
    statuses = [
        cfn_lint("template.yaml", "--ignore-checks", "E3", "W3", "--non-zero-exit-code", code, cwd=tmp_path).returncode
        for code in ("warning", "error")
    ]
    assert statuses == [4, 0]
    checkov(
        "-d", ".", "--framework", "cloudformation", "--check", "ECSNET101", "-o", "sarif", "--output-file-path", ".",
        cwd=tmp_path,
    )  # fmt: skip
    sarif = json.loads((tmp_path / "results_sarif.sarif").read_text())
    assert [result["level"] for result in sarif["runs"][0]["results"]] == ["warning"]


def test_a_baseline_and_paths_in_checkov_and_cfn_lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "legacy").mkdir()
    (tmp_path / "legacy" / "template.yaml").write_text(HEAD + SUBNET.format(name="Legacy", metadata=""))
    old = HEAD + SUBNET.format(name="Old", metadata="")
    (tmp_path / "template.yaml").write_text(old)
    (tmp_path / ".ecsnet.toml").write_text('baseline = "known.json"\n[per-path-ignores]\n"legacy/**" = ["ECSNET101"]\n')
    monkeypatch.chdir(tmp_path)
    assert main(["baseline"]) == 0
    (tmp_path / "template.yaml").write_text(old + SUBNET.format(name="New", metadata=""))
    matches = cfn_lint_matches("template.yaml", "legacy/template.yaml", cwd=tmp_path)
    assert [match["Location"]["Path"][1] for match in matches] == ["New"]
    run = checkov("-d", ".", "--framework", "cloudformation", "--check", "ECSNET101", "-o", "json", cwd=tmp_path)
    results = checkov_reports(run.stdout)["cloudformation"]["results"]
    assert [_name(record["resource"]) for record in results["failed_checks"]] == ["New"]
    skipped = [(_name(one["resource"]), one["check_result"]["suppress_comment"]) for one in results["skipped_checks"]]
    assert skipped == [("Old", "in the baseline")]
