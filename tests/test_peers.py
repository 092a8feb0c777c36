"""The readers of other tools' suites, on suites in miniature: what they take as data, and what they do with it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks.peers.__main__ import main
from benchmarks.peers.cases import SuiteError
from benchmarks.peers.explained import EXPLAINED
from benchmarks.peers.literals import parametrized
from benchmarks.peers.suites import SUITES
from benchmarks.sees_rows import ROWS, Row
from ecsnet.config import Config
from ecsnet.engine import scan
from tests.expectations import FIXTURES

_TEST = """
import pytest, jsonpatch
from collections import deque

_task = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"NetworkMode": "awsvpc", "Tags": ["a"]}}

@pytest.mark.parametrize("template,start_path,expected", [
    (
        {"Resources": {"Task": jsonpatch.apply_patch(dict(_task), [
            {"op": "remove", "path": "/Properties/NetworkMode"},
            {"op": "add", "path": "/Properties/Tags/0", "value": "b"},
            {"op": "replace", "path": "/Properties/Tags/1", "value": "c"},
        ])}},
        deque(["Resources"]),
        [ValidationError("no")],
    ),
    ({"Resources": {"Task": _task}}, deque([]), []),
])
def test(): ...
"""


def test_parameters_of_tests_are_read_as_data() -> None:
    [(_, (patched, path, errors)), (_, (plain, _, none))] = parametrized(ast.parse(_TEST))
    assert patched["Resources"]["Task"]["Properties"] == {"Tags": ["b", "c"]}
    assert plain["Resources"]["Task"]["Properties"] == {"NetworkMode": "awsvpc", "Tags": ["a"]}
    assert (path, len(errors), none) == (["Resources"], 1, [])


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(SuiteError, match="line 1: not data"):
        list(parametrized(ast.parse("f.parametrize('a', [(unknown, 1)])")))


def _checkov(folder: Path, passing: str) -> Path:
    aws = folder / "tests" / "terraform" / "checks" / "resource" / "aws"
    rule = 'resource "aws_security_group_rule" "{}" {{\n  type = "ingress"\n  protocol = "tcp"\n  from_port = {port}\n'
    rule += '  to_port = {port}\n  cidr_blocks = ["0.0.0.0/0"]\n  security_group_id = "sg-1"\n}}\n'
    for check, port in (("22", 22), ("3389", 3389)):
        name = f"SecurityGroupUnrestrictedIngress{check}"
        (aws / f"example_{name}").mkdir(parents=True)
        (aws / f"example_{name}" / "main.tf").write_text(rule.format("bad", port=port) + rule.format("good", port=443))
        expected = f'failing_resources = {{"aws_security_group_rule.bad"}}\npassing_resources = {{"{passing}"}}\n'
        (aws / f"test_{name}.py").write_text(expected)
    return folder


def test_agreement_is_counted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--checkov", str(_checkov(tmp_path, "aws_security_group_rule.good"))]) == 0
    printed = capsys.readouterr().out
    assert "| Checkov CKV_AWS_24, Terraform | 2 | 2 | 0 | 0 | 0 |" in printed
    assert "| Checkov CKV_AWS_25, Terraform | 2 | 2 | 0 | 0 | 0 |" in printed
    assert "| cfn-lint E3052 | left out: no --cfn-lint |" in printed


def test_disagreement_without_a_reason_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--checkov", str(_checkov(tmp_path, "aws_security_group_rule.bad"))]) == 1
    assert "CKV_AWS_24, Terraform, aws_security_group_rule.bad, ours only: not explained" in capsys.readouterr().out


def test_checkout_of_something_else_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--guard", str(tmp_path)]) == 2
    assert "restricted_ssh_tests.yml" in capsys.readouterr().err


def test_every_reason_is_of_a_suite() -> None:
    assert {suite for suite, _ in EXPLAINED} <= {suite.name for suite in SUITES}


@pytest.mark.parametrize("row", [row for row in ROWS if "ecsnet" in row.rules], ids=lambda row: row.what)
def test_ecsnet_sees_what_the_fixtures_show(row: Row) -> None:
    report = scan([str(FIXTURES / row.fixture)], Config())
    [rule] = {name.split()[0] for name in row.rules["ecsnet"]}
    found = {finding.resource.address for finding in report.findings if finding.rule.id == rule}
    if row.truth == "unknown":
        assert not found
        assert rule in {one.rule.id for one in report.undecided}
    else:
        assert len(found) == int(row.truth)


def test_rows_are_about_fixtures() -> None:
    assert all((FIXTURES / row.fixture).is_dir() for row in ROWS)
