"""Plans that are unusual, broken or of another kind, and the three traps of their format."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecsnet.cli import main
from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Report
from ecsnet.resources import Configuration, Problem
from ecsnet.terraform.plan import load_plan
from ecsnet.values import Reference, Unknown
from tests.expectations import FIXTURES

SUBNET = {"cidr_block": "10.0.0.0/24", "map_public_ip_on_launch": True}


def resource(address: str, **more: Any) -> dict[str, Any]:
    kind, name = address.split(".")
    return {"address": address, "mode": "managed", "type": kind, "name": name, **more}


def change(address: str, after: Any, *actions: str, **more: Any) -> dict[str, Any]:
    return resource(address, change={"actions": list(actions) or ["create"], "before": None, "after": after, **more})


def plan(*changes: dict[str, Any], blocks: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    found = [{**item, "values": item["change"]["after"]} for item in changes]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": found}},
        "resource_changes": list(changes),
        "configuration": {"root_module": {"resources": blocks or []}},
        **more,
    }


VPC = change("aws_vpc.main", {"cidr_block": "10.0.0.0/16"}, after_unknown={"id": True})
BASIC = plan(
    VPC,
    change("aws_subnet.public", SUBNET, after_unknown={"id": True, "vpc_id": True}),
    blocks=[
        resource("aws_vpc.main", expressions={"cidr_block": {"constant_value": "10.0.0.0/16"}}),
        resource(
            "aws_subnet.public",
            expressions={
                "vpc_id": {"references": ["aws_vpc.main.id", "aws_vpc.main"]},
                "cidr_block": {"constant_value": "10.0.0.0/24"},
                "map_public_ip_on_launch": {"constant_value": True},
            },
        ),
    ],
)


def loaded(tmp_path: Path, document: object) -> Configuration:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    found = load_plan(str(path))
    assert isinstance(found, Configuration)
    return found


def scanned(tmp_path: Path, text: str | bytes) -> Report:
    path = tmp_path / "plan.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return scan([str(path)], Config())


def addresses(report: Report) -> set[str]:
    return {finding.resource.address for finding in report.findings}


def test_the_plan_that_the_others_vary_has_a_finding(tmp_path: Path) -> None:
    assert addresses(scanned(tmp_path, json.dumps(BASIC))) == {"aws_subnet.public"}


# --- what will be there ---


@pytest.mark.parametrize("actions", [["delete"], ["forget"]])
def test_what_goes_is_not_there(tmp_path: Path, actions: list[str]) -> None:
    """A forgotten resource is in ``planned_values`` all the same, without values."""
    gone = change("aws_subnet.public", None, *actions)
    assert set(loaded(tmp_path, plan(VPC, gone)).resources) == {"aws_vpc.main"}


@pytest.mark.parametrize("actions", [["no-op"], ["update"], ["delete", "create"], ["create", "delete"], ["read"]])
def test_what_stays_is_there(tmp_path: Path, actions: list[str]) -> None:
    found = loaded(tmp_path, plan(VPC, change("aws_subnet.public", SUBNET, *actions)))
    assert set(found.resources) == {"aws_vpc.main", "aws_subnet.public"}


def test_a_deposed_object_does_not_stand_for_what_replaces_it(tmp_path: Path) -> None:
    document = copy.deepcopy(BASIC)
    document["resource_changes"].append({**change("aws_subnet.public", None, "delete"), "deposed": "00000000"})
    assert "aws_subnet.public" in loaded(tmp_path, document).resources


def test_data_sources_that_were_read_are_in_the_prior_state(tmp_path: Path) -> None:
    data = {"address": "data.aws_vpc.it", "mode": "data", "type": "aws_vpc", "name": "it", "values": {"id": "vpc-0a1b"}}
    state = {"format_version": "1.0", "values": {"root_module": {"resources": [data]}}}
    found = loaded(tmp_path, {**BASIC, "prior_state": state})
    assert found.resources["data.aws_vpc.it"].get("id") == "vpc-0a1b"


def test_modules_in_modules_are_read(tmp_path: Path) -> None:
    inner = {
        "address": 'module.a.module.b["x.y"]',
        "resources": [{**resource("aws_vpc.main", values={}), "address": 'module.a.module.b["x.y"].aws_vpc.main'}],
    }
    document = plan()
    document["planned_values"]["root_module"]["child_modules"] = [{"address": "module.a", "child_modules": [inner]}]
    (found,) = loaded(tmp_path, document).resources.values()
    assert found.address == 'module.a.module.b["x.y"].aws_vpc.main'
    assert [call.address for call in found.calls] == ["module.a", 'module.a.module.b["x.y"]']


# --- the three traps ---


def test_a_local_value_can_not_be_followed(tmp_path: Path) -> None:
    document = copy.deepcopy(BASIC)
    expressions = document["configuration"]["root_module"]["resources"][1]["expressions"]
    assert loaded(tmp_path, document).resources["aws_subnet.public"].get("vpc_id") == Reference("aws_vpc.main", "id")
    expressions["vpc_id"] = {"references": ["local.vpc_id"]}
    assert isinstance(loaded(tmp_path, document).resources["aws_subnet.public"].get("vpc_id"), Unknown)


SERVICE_UNKNOWN = {"network_configuration": [{"subnets": True}]}


def test_a_dynamic_block_is_not_taken_for_an_absent_one(tmp_path: Path) -> None:
    """The configuration has nothing of it; the plan has the block, and does not know what is in it."""
    service = change("aws_ecs_service.api", {"network_configuration": [{}]}, after_unknown=SERVICE_UNKNOWN)
    found = loaded(tmp_path, plan(VPC, service, blocks=[resource("aws_ecs_service.api", expressions={})]))
    subnets = found.resources["aws_ecs_service.api"].get("network_configuration", 0, "subnets")
    assert isinstance(subnets, Unknown)


def test_inline_routes_do_not_say_which_reference_is_which(tmp_path: Path) -> None:
    """Of attributes written as blocks there is one list of references: the gateway of each route is open."""
    routes = [{"cidr_block": "0.0.0.0/0"}, {"cidr_block": "10.9.0.0/16"}]
    table = change(
        "aws_route_table.main", {"route": routes}, after_unknown={"route": [{"gateway_id": True}, {"gateway_id": True}]}
    )
    both = ["aws_internet_gateway.a.id", "aws_internet_gateway.a", "aws_vpn_gateway.b.id", "aws_vpn_gateway.b"]
    gateways = [
        change(address, {}, after_unknown={"id": True}) for address in ("aws_internet_gateway.a", "aws_vpn_gateway.b")
    ]
    written = resource("aws_route_table.main", expressions={"route": {"references": both}})
    found = loaded(tmp_path, plan(table, *gateways, blocks=[written])).resources["aws_route_table.main"]
    for place in (0, 1):
        assert isinstance(found.get("route", place, "gateway_id"), Unknown)
    assert found.get("route", 0, "cidr_block") == "0.0.0.0/0"


@pytest.mark.parametrize(("count", "told"), [(1, True), (3, True), (1000, False)])
def test_a_reference_to_any_of_many_instances_is_not_followed(tmp_path: Path, count: int, told: bool) -> None:
    """``aws_vpc.main[count.index].id`` names the resource only: any instance may be meant."""
    vpcs = [
        {**change("aws_vpc.main", {}, after_unknown={"id": True}), "address": f"aws_vpc.main[{i}]", "index": i}
        for i in range(count)
    ]
    subnet = change("aws_subnet.public", SUBNET, after_unknown={"vpc_id": True})
    written = resource("aws_subnet.public", expressions={"vpc_id": {"references": ["aws_vpc.main", "count.index"]}})
    value = loaded(tmp_path, plan(*vpcs, subnet, blocks=[written])).resources["aws_subnet.public"].get("vpc_id")
    if count == 1:
        assert value == Reference("aws_vpc.main[0]", "id")
    else:
        assert isinstance(value, Unknown)
        assert (value.candidates is not None) == told


# --- of another kind ---

STATE = {"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {}}}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("{", 1, "not"),
        (json.dumps(BASIC, indent=1)[:-40], 0, "not JSON"),
        (json.dumps(STATE), 1, "a Terraform state, not a plan"),
        (json.dumps({**BASIC, "format_version": "2.0"}), 1, "format version '2.0'"),
        (json.dumps({**BASIC, "format_version": {"a": "b"}}), 1, "format version"),
        ('{"format_version": "1.2", "planned_values": ' + "[" * 200_000, 1, "not JSON"),
        ('{"planned_values": {}, "resource_changes": \x00\xff}', 1, "not"),
        (b'{"planned_values": "\xc3\x28"}', 1, "not text"),
    ],
    ids=["brace", "truncated", "state", "newer", "odd-version", "deep", "binary", "utf-8"],
)
def test_what_can_not_be_read_is_one_line_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | bytes, line: int, says: str
) -> None:
    report = scanned(tmp_path, text)
    (problem,) = report.problems
    assert problem.file.endswith("plan.json")
    assert problem.line == line or (line == 0 and problem.line > 10)
    assert says in problem.message
    assert "\n" not in problem.message
    assert main(["scan", str(tmp_path / "plan.json")]) == 3
    assert "plan.json" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (json.dumps(BASIC)[:90], True),
        (json.dumps(BASIC, indent=1)[:-40], True),
        (json.dumps(BASIC, sort_keys=True)[:-9], True),
        (json.dumps(BASIC).encode("utf-16")[:-60], True),
        (json.dumps({**BASIC, "format_version": "2.0"}), True),
        (json.dumps(STATE), False),
        (json.dumps(STATE)[:-3], False),
        ('{"terraform_version": "1.11.4", "of": "something', False),
        ('{"format_version": "1.0", "provider_schemas": {', False),
    ],
)
def test_a_damaged_plan_in_a_folder_is_a_problem_and_what_is_none_is_passed_over(
    tmp_path: Path, text: str | bytes, found: bool
) -> None:
    (tmp_path / "p.json").write_bytes(text.encode() if isinstance(text, str) else text)
    assert [problem.file for problem in scan([str(tmp_path)], Config()).problems] == [str(tmp_path / "p.json")] * found


def test_a_newer_minor_version_is_read(tmp_path: Path) -> None:
    document = {**BASIC, "format_version": "1.99", "made_up": {"of": "later"}}
    assert addresses(scanned(tmp_path, json.dumps(document))) == {"aws_subnet.public"}


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a document, as its owner and key."""
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    found = [(value, key) for key, _ in items]
    for _, item in items:
        found += places(item) if isinstance(item, (dict, list)) else []
    return found


@pytest.mark.parametrize("other", [None, 7, "\ud800 ${x}[", [], {}, [[None, {"a": 1}]], {"": {"": []}}, True])
def test_nothing_of_another_type_crashes(tmp_path: Path, other: Any) -> None:
    """Each place of a plan in turn."""
    for i in range(len(places(copy.deepcopy(BASIC)))):
        document = copy.deepcopy(BASIC)
        owner, key = places(document)[i]
        owner[key] = other
        report = scanned(tmp_path, json.dumps(document))
        assert not [problem for problem in report.problems if "internal error" in problem.message], (i, key)


def test_values_that_are_nested_deeply_are_unknown(tmp_path: Path) -> None:
    deep: Any = "x"
    for _ in range(300):
        deep = [deep]
    document = plan(change("aws_vpc.main", {"cidr_block": deep, "tags": deep}, after_unknown={"tags": deep}))
    assert loaded(tmp_path, document).resources["aws_vpc.main"].get("cidr_block") is not None
    assert not scanned(tmp_path, json.dumps(document)).problems


def test_a_plan_in_utf_16_is_read(tmp_path: Path) -> None:
    """As PowerShell writes what is redirected to a file."""
    assert addresses(scanned(tmp_path, json.dumps(BASIC).encode("utf-16"))) == {"aws_subnet.public"}


# --- what is sensitive ---

SECRET = "hunter2-sensitive"


def sensitive(document: dict[str, Any]) -> None:
    subnet = document["resource_changes"][1]["change"]
    subnet["after"] = {**SUBNET, "availability_zone": SECRET, "tags": {"Name": SECRET}}
    subnet["after_sensitive"] = {"availability_zone": True, "tags": {"Name": True}}
    document["configuration"]["root_module"]["resources"][1]["expressions"] |= {"availability_zone": {}, "tags": {}}
    document["variables"] = {"zone": {"value": SECRET}}
    document["configuration"]["root_module"]["variables"] = {"zone": {"sensitive": True}}


@pytest.mark.parametrize("source", [False, True], ids=["alone", "beside-source"])
def test_what_is_sensitive_is_unknown_and_not_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: bool
) -> None:
    document = copy.deepcopy(BASIC)
    sensitive(document)
    if source:
        (tmp_path / "main.tf").write_text(
            'variable "zone" {\n  sensitive = true\n}\nresource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n'
            'resource "aws_subnet" "public" {\n  vpc_id = aws_vpc.main.id\n  cidr_block = "10.0.0.0/24"\n'
            "  map_public_ip_on_launch = true\n  availability_zone = var.zone\n  tags = { Name = var.zone }\n}\n"
        )
    found = loaded(tmp_path, document).resources["aws_subnet.public"]
    assert isinstance(found.get("availability_zone"), Unknown)
    assert isinstance(found.get("tags", "Name"), Unknown)
    assert found.get("cidr_block") == "10.0.0.0/24"
    for form in ("text", "json"):
        assert main(["scan", "--show-unknown", "--format", form, str(tmp_path / "plan.json")]) == 1
        assert SECRET not in "".join(capsys.readouterr())


# --- without a parser, and places in source ---


def test_a_plan_is_scanned_without_a_parser_of_terraform(tmp_path: Path) -> None:
    for module in ("tree_sitter", "tree_sitter_hcl"):
        (tmp_path / f"{module}.py").write_text("raise ImportError('not here')\n")
    case = FIXTURES / "ECSNET401" / "tf-fail-plan-beside-source" / "plan.json"
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])}
    command = [sys.executable, "-m", "ecsnet", "scan", "--format", "json", str(case)]
    run = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["summary"]["resources"] == 12
    assert not json.loads(run.stdout)["errors"]


def _in_local_module(root: Path) -> str:
    return "./net"


def _in_downloaded_module(root: Path) -> str:
    modules = root / ".terraform" / "modules"
    modules.mkdir(parents=True)
    entries = [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "net", "Source": "example.com/made-up/net/aws", "Dir": ".terraform/modules/net"},
    ]
    (modules / "modules.json").write_text(json.dumps({"Modules": entries}))
    return "example.com/made-up/net/aws"


@pytest.mark.parametrize(
    ("prepare", "folder"), [(_in_local_module, "net"), (_in_downloaded_module, ".terraform/modules/net")]
)
def test_places_are_in_the_source_of_modules(tmp_path: Path, prepare: Callable[[Path], str], folder: str) -> None:
    source = prepare(tmp_path)
    (tmp_path / "main.tf").write_text(f'module "net" {{\n  source = "{source}"\n}}\n')
    place = tmp_path / folder
    place.mkdir(parents=True)
    (place / "main.tf").write_text(
        'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n\nresource "aws_subnet" "public" {\n'
        '  vpc_id = aws_vpc.main.id\n  cidr_block = "10.0.0.0/24"\n  map_public_ip_on_launch = true\n}\n'
    )
    document = copy.deepcopy(BASIC)
    module = document["planned_values"].pop("root_module")
    for item in [*module["resources"], *document["resource_changes"]]:
        item["address"] = f"module.net.{item['address']}"
    for item in document["resource_changes"]:
        item["module_address"] = "module.net"
    document["planned_values"]["root_module"] = {"child_modules": [{"address": "module.net", **module}]}
    configured = document["configuration"]["root_module"]
    document["configuration"]["root_module"] = {"module_calls": {"net": {"source": source, "module": configured}}}
    (finding,) = scanned(tmp_path, json.dumps(document)).findings
    assert finding.resource.address == "module.net.aws_subnet.public"
    assert finding.span.file.endswith(f"{folder}/main.tf")
    assert finding.span.start_line == 8


def test_a_plan_that_can_not_be_opened_is_a_problem(tmp_path: Path) -> None:
    found = load_plan(str(tmp_path / "none.json"))
    assert isinstance(found, Problem)
