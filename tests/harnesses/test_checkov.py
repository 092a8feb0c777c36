"""The rules in Checkov: its records, comments, options and outputs, with its real command."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ecsnet.findings import Report
from ecsnet.resources import Problem
from ecsnet.settings import Flags
from tests.expectations import FIXTURES
from tests.harnesses.tools import CHECKOUT, POLICIES, checkov, checkov_reports

pytest.importorskip("checkov")

TERRAFORM = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "public" {
  count                   = 2
  vpc_id                  = aws_vpc.main.id
  cidr_block              = cidrsubnet("10.0.0.0/16", 8, count.index)
  map_public_ip_on_launch = true
}

resource "aws_subnet" "keyed" {
  for_each                = toset(["10.0.5.0/24"])
  vpc_id                  = aws_vpc.main.id
  cidr_block              = each.value
  map_public_ip_on_launch = true
}

variable "given" {
  default = false
}

resource "aws_subnet" "varied" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.6.0/24"
  map_public_ip_on_launch = var.given
}

resource "aws_subnet" "known" {
  # checkov:skip=ECSNET101:the route is made by another team
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.9.0/24"
  map_public_ip_on_launch = true
}
"""
TEMPLATE = """\
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
  Public:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: 10.0.0.0/24
      MapPublicIpOnLaunch: true
  Known:
    Type: AWS::EC2::Subnet
    Metadata:
      checkov:
        skip:
          - id: ECSNET101
            comment: the route is made by another team
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: 10.0.1.0/24
      MapPublicIpOnLaunch: true
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("checkov").resolve()
    (top / "main.tf").write_text(TERRAFORM)
    (top / "template.yaml").write_text(TEMPLATE)
    return top


def scan(folder: Path, *arguments: str, check: str = "ECSNET101", **environment: str) -> dict[str, dict[str, Any]]:
    frameworks = ("--framework", "terraform", "cloudformation")
    run = checkov("-d", ".", *frameworks, "--check", check, "-o", "json", *arguments, cwd=folder, **environment)
    assert "Traceback" not in run.stderr, run.stderr
    return checkov_reports(run.stdout)


def resources(reports: dict[str, dict[str, Any]], kind: str) -> set[str]:
    return {record["resource"] for report in reports.values() for record in report["results"][kind]}


FAILED = {
    "aws_subnet.public[0]",
    "aws_subnet.public[1]",
    'aws_subnet.keyed["10.0.5.0/24"]',
    "AWS::EC2::Subnet.Public",
}
SKIPPED = {"aws_subnet.known", "AWS::EC2::Subnet.Known"}


@pytest.mark.parametrize("backend", ["RUSTWORKX", "NETWORKX"])
def test_records_and_skip_comments(folder: Path, backend: str) -> None:
    reports = scan(folder, CHECKOV_GRAPH_FRAMEWORK=backend)
    assert resources(reports, "failed_checks") == FAILED
    assert resources(reports, "skipped_checks") == SKIPPED
    (record,) = reports["cloudformation"]["results"]["failed_checks"]
    assert record["file_path"] == "/template.yaml"
    assert record["file_line_range"] == [6, 11]
    assert record["check_name"].startswith("public-subnet-without-igw-route: ")
    assert "template.yaml:11 " in record["check_name"]
    assert record["guideline"].endswith("/ECSNET101.md")
    reasons = {record["check_result"]["suppress_comment"] for record in _of(reports, "skipped_checks")}
    assert reasons == {"the route is made by another team"}


def _of(reports: dict[str, dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [record for report in reports.values() for record in report["results"][kind]]


def test_variables_take_the_values_of_the_files_given(folder: Path) -> None:
    (folder / "given.tfvars").write_text("given = true\n")
    assert resources(scan(folder, "--var-file", "given.tfvars"), "failed_checks") == {*FAILED, "aws_subnet.varied"}


def test_what_checkov_does_not_see_is_recorded_on_the_module_that_declares_it(tmp_path: Path) -> None:
    """A module that Terraform has downloaded is no part of what Checkov scans."""
    (tmp_path / "main.tf").write_text('module "net" {\n  source = "example.com/made-up/net"\n}\n')
    modules = tmp_path / ".terraform" / "modules"
    (modules / "net").mkdir(parents=True)
    (modules / "net" / "main.tf").write_text(TERRAFORM)
    entries = [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "net", "Source": "example.com/made-up/net", "Dir": ".terraform/modules/net"},
    ]
    (modules / "modules.json").write_text(json.dumps({"Modules": entries}))
    (record,) = scan(tmp_path)["terraform"]["results"]["failed_checks"]
    assert (record["resource"], record["file_line_range"]) == ("net", [1, 3])
    assert ".terraform/modules/net/main.tf:" in record["check_name"]


def test_modules_beside_the_roots_are_read_outside_a_checkout(tmp_path: Path) -> None:
    """Roots in one folder, modules in another: what Checkov was given is the bound, where no checkout is."""
    (tmp_path / "live" / "prod").mkdir(parents=True)
    (tmp_path / "live" / "prod" / "main.tf").write_text('module "net" {\n  source = "../../modules/net"\n}\n')
    (tmp_path / "modules" / "net").mkdir(parents=True)
    (tmp_path / "modules" / "net" / "main.tf").write_text(TERRAFORM)
    assert "module.net.aws_subnet.public[0]" in resources(scan(tmp_path), "failed_checks")


def test_a_skipped_check_is_not_run(folder: Path) -> None:
    run = checkov("-d", ".", "--framework", "terraform", "--skip-check", "ECSNET101", "-o", "json", cwd=folder)
    ids = {record["check_id"] for record in _of(checkov_reports(run.stdout), "failed_checks")}
    assert "ECSNET101" not in ids
    assert any(name.startswith("CKV") for name in ids)


def test_a_baseline_holds_them(folder: Path, tmp_path: Path) -> None:
    for name in ("main.tf", "template.yaml"):
        (tmp_path / name).write_text((folder / name).read_text())
    scan(tmp_path, "--create-baseline")
    assert resources(scan(tmp_path, "--baseline", ".checkov.baseline"), "failed_checks") == set()


def test_outputs_carry_the_message(folder: Path, tmp_path: Path) -> None:
    formats = [word for name in ("sarif", "junitxml", "github_failed_only") for word in ("-o", name)]
    checkov(
        "-d", ".", "--framework", "cloudformation", "--check", "ECSNET101", *formats, "--output-file-path", tmp_path,
        cwd=folder,
    )  # fmt: skip
    sarif = json.loads((tmp_path / "results_sarif.sarif").read_text())
    found = {
        result["message"]["text"]: result for result in sarif["runs"][0]["results"] if not result.get("suppressions")
    }
    ((message, result),) = found.items()
    assert message.startswith("public-subnet-without-igw-route: ")
    assert result["level"] == "error"
    cases = ET.parse(tmp_path / "results_junitxml.xml").getroot().iter("testcase")
    assert any(message in str(case.get("name")) for case in cases)
    assert "ECSNET101" in (tmp_path / "results_github_failed_only.md").read_text()


def test_a_plan_is_scanned_as_before(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(_plan()))
    arguments = ("-f", "plan.json", "--framework", "terraform_plan", "-o", "json")
    run = checkov(*arguments, cwd=tmp_path)
    assert run.stderr == ""
    records = _of(checkov_reports(run.stdout), "failed_checks")
    assert {record["resource"] for record in records} == {"aws_subnet.public"}
    assert not any(record["check_id"].startswith("ECSNET") for record in records)


def _plan() -> dict[str, Any]:
    values = {"map_public_ip_on_launch": True, "cidr_block": "10.0.0.0/24"}
    resource = {"address": "aws_subnet.public", "mode": "managed", "type": "aws_subnet", "name": "public"}
    provider = "registry.terraform.io/hashicorp/aws"
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {"id": True}}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {
            "root_module": {
                "resources": [{**resource, "provider_name": provider, "schema_version": 1, "values": values}]
            }
        },
        "resource_changes": [{**resource, "provider_name": provider, "change": change}],
        "configuration": {"root_module": {"resources": [{**resource, "expressions": {}, "schema_version": 1}]}},
    }


PLANNED = (
    "ECSNET101/tf-fail-plan-modules",
    ("--framework", "terraform_plan", "--check", "ECSNET101", "-o", "json"),
    {f'module.network["eu-west-1{zone}"].aws_subnet.public["web"]' for zone in "ab"},
)


@pytest.mark.parametrize("backend", ["RUSTWORKX", "NETWORKX"])
@pytest.mark.parametrize("where", [("-f", "plan.json"), ("-d", ".")])
def test_plans_are_recorded_by_address(where: tuple[str, str], backend: str) -> None:
    case, arguments, expected = PLANNED
    run = checkov(*where, *arguments, cwd=FIXTURES / case, CHECKOV_GRAPH_FRAMEWORK=backend)
    assert run.stderr == ""
    records = _of(checkov_reports(run.stdout), "failed_checks")
    assert {record["resource"] for record in records} == expected
    assert {record["file_path"] for record in records} == {"/plan.json"}


def test_the_same_address_in_two_plans_is_recorded_in_each(tmp_path: Path) -> None:
    case, arguments, expected = PLANNED
    for name in ("a.json", "b.json"):
        shutil.copy(FIXTURES / case / "plan.json", tmp_path / name)
    records = _of(checkov_reports(checkov("-d", ".", *arguments, cwd=tmp_path).stdout), "failed_checks")
    found = {(record["file_path"], record["resource"]) for record in records}
    assert found == {(file, address) for file in ("/a.json", "/b.json") for address in expected}
    assert len(records) == len(found)


@pytest.mark.parametrize("deep", [(), ("--deep-analysis",)], ids=["enriched", "deep-analysis"])
def test_plans_are_recorded_with_their_source(tmp_path: Path, deep: tuple[str, ...]) -> None:
    """A comment in source skips what is planned from it."""
    case, arguments, expected = PLANNED
    shutil.copytree(FIXTURES / case, tmp_path / "root")
    source = tmp_path / "root" / "network" / "main.tf"
    header = 'resource "aws_subnet" "public" {\n'
    source.write_text(source.read_text().replace(header, header + "  # checkov:skip=ECSNET101:made elsewhere\n"))
    run = checkov(
        "-f", "plan.json", *arguments, "--repo-root-for-plan-enrichment", ".", *deep, cwd=tmp_path / "root"
    )  # fmt: skip
    assert "Traceback" not in run.stderr
    assert resources(checkov_reports(run.stdout), "skipped_checks") == expected


def test_a_plan_that_ecsnet_can_not_read_fails_closed(tmp_path: Path) -> None:
    """Checkov does not look at the version of the format."""
    (tmp_path / "plan.json").write_text(json.dumps({**_plan(), "format_version": "2.0"}))
    run = checkov(
        "-f", "plan.json", "--framework", "terraform_plan", "--check", "ECSNET101,ECSNET201", "-o", "json", cwd=tmp_path
    )
    records = _of(checkov_reports(run.stdout), "failed_checks")
    assert sorted(record["check_id"] for record in records) == ["ECSNET101", "ECSNET201"]
    assert all("format version '2.0'" in record["check_name"] for record in records)


@pytest.mark.parametrize("module", ["tree_sitter", "tree_sitter_hcl"])
def test_without_its_parser_terraform_fails_closed_and_cloudformation_works(
    folder: Path, tmp_path: Path, module: str
) -> None:
    (tmp_path / f"{module}.py").write_text(f"raise ImportError('No module named {module}')\n")
    reports = scan(folder, check="ECSNET101,ECSNET201", PYTHONPATH=str(tmp_path))
    assert resources({"": reports["cloudformation"]}, "failed_checks") == {"AWS::EC2::Subnet.Public"}
    failed = reports["terraform"]["results"]["failed_checks"]
    assert sorted(record["check_id"] for record in failed) == ["ECSNET101", "ECSNET201"]
    for record in failed:
        assert record["check_name"].endswith("pip install tree-sitter tree-sitter-hcl")


def test_ecsnet_is_found_beside_the_policies() -> None:
    """With Checkov alone installed there is nothing but the checkout; its other folders must not become modules."""
    entry = POLICIES / "ecsnet_policies.py"
    code = (
        "import sys, importlib.util as u\n"
        f"spec = u.spec_from_file_location('ecsnet_policies', {str(entry)!r})\n"
        "module = u.module_from_spec(spec); sys.modules[spec.name] = module; spec.loader.exec_module(module)\n"
        "import ecsnet; print(ecsnet.__file__); print(*sys.path, sep='\\n')"
    )
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, cwd="/")
    file, *path = run.stdout.splitlines()
    assert file == str(CHECKOUT / "ecsnet" / "__init__.py")
    assert path.count(str(CHECKOUT)) <= 1


@pytest.fixture(scope="module")
def policies() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ecsnet_policies", POLICIES / "ecsnet_policies.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("aws_subnet.a", "aws_subnet.a"),
        ("aws_subnet.a[0]", "aws_subnet.a"),
        ('module.m["x.y"].aws_subnet.a["b]c"]', "module.m.aws_subnet.a"),
        ('aws_subnet.a["q\\"]x"]', "aws_subnet.a"),
        ("aws_subnet.a[data.aws_availability_zones.all.names[0]]", "aws_subnet.a"),
    ],
)
def test_addresses_without_instance_keys(policies: ModuleType, address: str, plain: str) -> None:
    assert policies.plain_address(address) == plain


def test_a_crash_of_a_rule_is_recorded_as_failed(
    policies: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from rustworkx import PyDiGraph

    graph: PyDiGraph[Any, Any] = PyDiGraph()
    vertex = {"block_type_": "resource", "block_name_": "aws_vpc.main", "file_path_": str(folder / "main.tf")}
    graph.add_node((0, vertex))
    problem = Problem("main.tf", 1, 1, "internal error in ECSNET101: KeyError: 'x'")
    monkeypatch.setattr(policies, "scan", lambda files, config, base: Report((), (), (), (problem,), (), 0, 0.0))
    rules = [rule for rule in policies.CATALOGUE if rule.id in ("ECSNET101", "ECSNET201")]
    outcomes = policies.outcomes(graph, "terraform", rules, Flags())
    assert outcomes.keys() == {"ECSNET101"}
    ((failed, text, _),) = outcomes["ECSNET101"].failed
    assert failed["block_name_"] == "aws_vpc.main"
    assert "internal error in ECSNET101" in text
    assert "internal error in ECSNET101" in caplog.text


def test_the_catalogue_is_registered_once(policies: ModuleType) -> None:
    for framework in ("terraform", "cloudformation"):
        policies.register(framework)
        policies.register(framework)
        ids = [check.id for check in policies.get_graph_checks_registry(framework).checks]
        assert [name for name in ids if name.startswith("ECSNET")] == [rule.id for rule in policies.CATALOGUE]


LOOPED = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::LanguageExtensions
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
  Fn::ForEach::Subnets:
    - Zone
    - [A, B]
    - Public${Zone}:
        Type: AWS::EC2::Subnet
        Properties:
          VpcId: !Ref Vpc
          CidrBlock: 10.0.1.0/24
          MapPublicIpOnLaunch: true
  Last:
    Type: AWS::EC2::InternetGateway
"""


def test_what_a_loop_makes_is_recorded_on_the_resource_before_it(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(LOOPED)
    (record,) = scan(tmp_path)["cloudformation"]["results"]["failed_checks"]
    assert record["resource"] == "AWS::EC2::VPC.Vpc"
    assert record["check_name"].startswith("public-subnet-without-igw-route: PublicA (template.yaml:11): PublicA is ")
    assert record["check_name"].endswith(" (and 1 more: PublicB (template.yaml:11))")


def test_what_is_included_is_recorded_in_the_file_that_includes_it(tmp_path: Path) -> None:
    head = LOOPED.partition("Transform: ")[0] + "Resources:" + LOOPED.partition("Resources:")[2].partition("  Fn::")[0]
    include = "  Fn::Transform: {Name: AWS::Include, Parameters: {Location: subnets.yaml}}\n"
    (tmp_path / "template.yaml").write_text(head + include)
    subnet = TEMPLATE.partition("  Public:")[2].partition("  Known:")[0].replace("\n  ", "\n")
    (tmp_path / "subnets.yaml").write_text("Public:" + subnet)
    (record,) = scan(tmp_path)["cloudformation"]["results"]["failed_checks"]
    assert (record["file_path"], record["resource"]) == ("/template.yaml", "UnTyped.Fn::Transform")
    assert "Public (subnets.yaml:1): Public is meant to be public" in record["check_name"]


def test_a_data_block_has_its_own_record(tmp_path: Path) -> None:
    case = FIXTURES / "ECSNET301" / "tf-fail-launch-type-ec2"
    text = "".join(path.read_text() for path in sorted(case.glob("*.tf")))
    (tmp_path / "main.tf").write_text(text.replace('resource "aws_ecs_service"', 'data "aws_ecs_task_execution"'))
    found = scan(tmp_path, check="ECSNET301")["terraform"]["results"]["failed_checks"]
    assert found
    assert {record["resource"].partition(".")[0] for record in found} == {"aws_ecs_task_execution"}
