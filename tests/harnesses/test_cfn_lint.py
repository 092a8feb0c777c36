"""The rules in cfn-lint: where they match, how they are ignored, and what happens when they cannot be asked."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest

from ecsnet.resources import Problem
from ecsnet.rules import CATALOGUE
from tests.harnesses.tools import CFN_LINT, CFN_RULES, CHECKOUT, cfn_lint, cfn_lint_matches

cfnlint = pytest.importorskip("cfnlint")

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
      CidrBlock: 10.0.{number}.0/24
      MapPublicIpOnLaunch: true
"""
IGNORED = """\
Metadata:
  cfn-lint:
    config:
      ignore_checks:
        - E9101
"""
IGNORED_THERE = "".join(f"    {line}\n" for line in IGNORED.splitlines())
TEMPLATE = HEAD + SUBNET.format(name="Public", metadata="", number=0)


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("ecsnet_rules", CFN_RULES / "ecsnet_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_match_is_at_the_line_that_decides(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (match,) = cfn_lint_matches("template.yaml", cwd=tmp_path)
    assert match["Rule"]["Id"] == "E9101"
    assert match["Rule"]["Source"].endswith("/ECSNET101.md")
    assert match["Level"] == "Error"
    assert match["Location"]["Path"] == ["Resources", "Public", "Properties", "MapPublicIpOnLaunch"]
    assert match["Location"]["Start"] == {"LineNumber": 11, "ColumnNumber": 7}
    assert "template.yaml:11 " in match["Message"]


def test_json(tmp_path: Path) -> None:
    properties = {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24", "MapPublicIpOnLaunch": True}
    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Public": {"Type": "AWS::EC2::Subnet", "Properties": properties},
    }
    (tmp_path / "template.json").write_text(json.dumps({"Resources": resources}, indent=2))
    (match,) = cfn_lint_matches("template.json", cwd=tmp_path)
    assert match["Location"]["Start"]["LineNumber"] == 16


def test_a_template_may_be_piped_in_or_have_any_name(tmp_path: Path) -> None:
    run = cfn_lint("--format", "parseable", cwd=tmp_path, stdin=TEMPLATE)
    assert [line.split(":")[1:6:4] for line in run.stdout.splitlines()] == [["11", "E9101"]]
    (tmp_path / "network.cfn").write_text(TEMPLATE)
    assert len(cfn_lint_matches("network.cfn", cwd=tmp_path)) == 1


def test_metadata_ignores_them(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(IGNORED + TEMPLATE)
    (tmp_path / "one.yaml").write_text(TEMPLATE + SUBNET.format(name="Known", metadata=IGNORED_THERE, number=1))
    found = cfn_lint_matches("all.yaml", "one.yaml", cwd=tmp_path)
    assert [(match["Filename"], match["Location"]["Path"][1]) for match in found] == [("one.yaml", "Public")]


def test_it_needs_no_terraform_parser(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    code = (
        "import sys; sys.modules['tree_sitter'] = sys.modules['tree_sitter_hcl'] = None\n"
        f"sys.argv = ['cfn-lint', 'template.yaml', '--append-rules', {str(CFN_RULES)!r}]\n"
        f"{CFN_LINT}"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "E9101" in run.stdout
    assert "E0002" not in run.stdout


def test_every_rule_is_there_and_described(rules: ModuleType) -> None:
    for rule in CATALOGUE:
        made = getattr(rules, rule.id)()
        assert isinstance(made, cfnlint.rules.CloudFormationLintRule)
        assert made.id == rule.cfn_lint_id
        assert made.severity == {"error": "error", "warning": "warning", "info": "informational"}[rule.level.value]
        assert made.description == rule.summary


def test_a_template_is_evaluated_once(rules: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    template = cfnlint.template.Template(str(path), cfnlint.decode.decode(str(path))[0])
    seen = []
    judge = rules.judge

    def counted(*arguments: object) -> object:
        seen.append(arguments)
        return judge(*arguments)

    monkeypatch.setattr(rules, "judge", counted)
    found = [match for rule in CATALOGUE for match in getattr(rules, rule.id)().match(template)]
    assert len(found) == 1
    assert len(seen) == 1


def test_a_crash_is_an_error_of_the_run(rules: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    template = cfnlint.template.Template(str(path), cfnlint.decode.decode(str(path))[0])
    problem = Problem(str(path), 1, 1, "internal error in ECSNET201: KeyError: 'x'")
    judge = rules.judge
    monkeypatch.setattr(rules, "judge", lambda *arguments: _with_problem(judge(*arguments), problem))
    assert len(rules.ECSNET101().match(template)) == 1
    with pytest.raises(RuntimeError, match="internal error in ECSNET201"):
        rules.ECSNET201().match(template)


def _with_problem(report: object, problem: Problem) -> object:
    import dataclasses

    return dataclasses.replace(report, problems=(problem,))  # type: ignore[type-var]


def test_ecsnet_is_found_beside_the_rules() -> None:
    """With cfn-lint alone installed there is nothing but the checkout; its other folders must not become modules."""
    code = (
        f"import runpy, sys; runpy.run_path({str(CFN_RULES / 'ecsnet_rules.py')!r})\n"
        "import ecsnet; print(ecsnet.__file__); print(*sys.path, sep='\\n')"
    )
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, cwd="/")
    file, *path = run.stdout.splitlines()
    assert file == str(CHECKOUT / "ecsnet" / "__init__.py")
    assert path.count(str(CHECKOUT)) <= 1


SERVICE = """\
Resources:
  Web:
    Type: AWS::ECS::Service
    Properties:
      Cluster: {Ref: Cluster}
      LaunchType: EC2
      TaskDefinition: web:1
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets:
            - {Ref: Subnet}
Parameters:
  Cluster: {Type: String, Default: main}
  Subnet: {Type: String}
"""
ROUTED = """\
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Route:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Association:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}
"""
TRANSFORM = "Transform: AWS::Serverless-2016-10-31\n"
EXPORT = "Outputs:\n  Id: {Value: !Ref Subnet, Export: {Name: subnet}}\n"
NESTED = """\
  Services:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://s3.amazonaws.com/b/parts/service.yaml
      Parameters: {Subnet: !Ref Subnet}
"""
APPLICATION = """\
  Services:
    Type: AWS::Serverless::Application
    Properties:
      Location: parts/service.yaml
      Parameters: {Subnet: !Ref Subnet}
"""
INCLUDED = """\
  Services:
    Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/include.yaml}}
"""


@pytest.mark.parametrize(("text", "line"), [
    (HEAD + ROUTED + NESTED, 18), (TRANSFORM + HEAD + ROUTED + APPLICATION, 19), (HEAD + ROUTED + INCLUDED, 18),
])  # fmt: skip
def test_what_another_file_holds_is_found_where_the_template_links_it(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "service.yaml").write_text(SERVICE)
    body = SERVICE.partition("  Web:\n")[2].partition("Parameters:")[0]
    (tmp_path / "parts" / "include.yaml").write_text(textwrap.dedent(body).replace("{Ref: Cluster}", "main"))
    (tmp_path / "root.yaml").write_text(text)
    (match,) = cfn_lint_matches("root.yaml", cwd=tmp_path)
    assert match["Rule"]["Id"] == "E9301"
    assert match["Location"]["Start"]["LineNumber"] == line
    assert "parts/" in match["Message"]


def test_siblings_that_import_are_judged_when_they_are_linted_and_each_once(tmp_path: Path) -> None:
    service = SERVICE.replace("{Ref: Subnet}", "!ImportValue subnet").split("  Subnet: {Type")[0]
    (tmp_path / "network.yaml").write_text(HEAD + ROUTED + EXPORT)
    (tmp_path / "service.yaml").write_text(service)
    assert cfn_lint_matches("network.yaml", cwd=tmp_path) == []
    (alone,) = cfn_lint_matches("service.yaml", cwd=tmp_path)
    (together,) = cfn_lint_matches("network.yaml", "service.yaml", cwd=tmp_path)
    assert alone["Location"]["Start"]["LineNumber"] == 10
    assert (alone["Filename"], alone["Location"]) == (together["Filename"], together["Location"])
