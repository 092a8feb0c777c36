"""Modules that are not there, and what stands for them."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from ecsnet.cli import main
from ecsnet.network.containers import containers
from ecsnet.resources import Configuration, Resource
from ecsnet.terraform import load
from ecsnet.terraform.stub_library import SHIPPED, Library, Stub, wanted
from ecsnet.terraform.versions import constraints, version
from ecsnet.values import Tri, Unknown

STUB = """
variable "names" {
  type    = list(string)
  default = ["a"]
}

variable "public" {
  default = false
}

locals {
  vpc = "vpc-1"
}

# at: names
resource "aws_subnet" "this" {
  count = length(var.names)

  vpc_id                  = local.vpc
  map_public_ip_on_launch = var.public
  availability_zone       = local.vpc # at: zone
}

module "undescribed" {
  source = "undescribed: routes"
}

output "ids" {
  value = aws_subnet.this[*].id
}

output "route" {
  value = module.undescribed.route
}
"""

USER = """
module "net" {
  source  = "acme/net/aws"
  version = "~> 1.2"
  names   = ["a", "b"]
  public  = true
}

resource "aws_lb" "x" {
  subnets = module.net.ids
  name    = module.net.label
  arn     = module.net.route
}
"""


def evaluate(root: Path, text: str = USER, stub: str = STUB, **described: object) -> Configuration:
    place = root / "library/acme/net/aws"
    place.mkdir(parents=True, exist_ok=True)
    (place / "main.tf").write_text(stub)
    if described:
        (place / "stub.json").write_text(json.dumps({"described": [described]}))
    (root / "root").mkdir(exist_ok=True)
    (root / "root/main.tf").write_text(dedent(text).lstrip())
    return load(str(root / "root"), boundary=str(root / "root"), stubs=[str(root / "library")])


def text_at(resource: Resource, *path: str | int) -> str:
    span = resource.locate(*path)
    lines = Path(span.file).read_text().splitlines()
    return lines[span.start_line - 1][span.start_column - 1 : span.end_column - 1]


def test_a_stub_stands_for_a_module_that_is_not_there(tmp_path: Path) -> None:
    found = evaluate(tmp_path)
    assert [address for address in found.resources if "subnet" in address] == [
        "module.net.aws_subnet.this[0]",
        "module.net.aws_subnet.this[1]",
    ]
    assert not found.problems
    assert found.resources["module.net.aws_subnet.this[0]"].exists is Tri.TRUE


def test_what_is_in_a_stub_is_shown_at_the_argument_that_decides(tmp_path: Path) -> None:
    subnet = evaluate(tmp_path).resources["module.net.aws_subnet.this[0]"]
    assert text_at(subnet) == 'names   = ["a", "b"]'
    assert text_at(subnet, "map_public_ip_on_launch") == "public  = true"
    assert text_at(subnet, "vpc_id") == 'names   = ["a", "b"]'
    assert text_at(subnet, "availability_zone") == 'names   = ["a", "b"]'
    assert subnet.span == subnet.header


def test_what_no_given_argument_decides_is_shown_at_the_call(tmp_path: Path) -> None:
    found = evaluate(tmp_path, 'module "net" {\n  source = "acme/net/aws"\n}\n')
    subnet = found.resources["module.net.aws_subnet.this[0]"]
    assert text_at(subnet) == 'module "net"'
    assert text_at(subnet, "map_public_ip_on_launch") == 'module "net"'


def test_no_file_of_a_stub_shows(tmp_path: Path) -> None:
    found = evaluate(tmp_path)
    assert found.files == (f"{tmp_path}/root/main.tf",)
    assert {resource.locate(name).file for resource in found.resources.values() for name in resource.attributes} == {
        f"{tmp_path}/root/main.tf"
    }


def test_outputs_that_a_stub_does_not_list_are_unknown(tmp_path: Path) -> None:
    balancer = evaluate(tmp_path).resources["aws_lb.x"]
    label = balancer.get("name")
    assert isinstance(label, Unknown)
    assert label.reason == "the stub of acme/net/aws does not describe its output label"
    assert label.symbol == "module.net.label"


def test_what_a_stub_says_that_it_does_not_describe_is_unknown(tmp_path: Path) -> None:
    found = evaluate(tmp_path)
    route = found.resources["aws_lb.x"].get("arn")
    assert isinstance(route, Unknown)
    assert route.reason == "the stub of acme/net/aws does not describe routes"
    assert [hole.address for hole in found.holes] == ["module.net.module.undescribed"]


def test_a_version_that_the_stub_does_not_describe_is_a_hole(tmp_path: Path) -> None:
    found = evaluate(tmp_path, versions=">= 2.0.0")
    assert "module.net.aws_subnet.this[0]" not in found.resources
    (hole,) = found.holes
    assert hole.reason == (
        "module acme/net/aws is not downloaded, and its version is not among those that the stub describes (>= 2.0.0): "
        "run terraform init"
    )


def test_defaults_differ_with_the_version(tmp_path: Path) -> None:
    call = 'module "net" {\n  source = "acme/net/aws"\n}\n'
    found = evaluate(tmp_path, call, versions=">= 1.0", defaults={"names": ["x", "y", "z"]})
    assert len(found.resources) == 3


def test_submodules_may_share_a_folder(tmp_path: Path) -> None:
    call = 'module "net" {\n  source = "acme/net/aws//modules/two"\n}\n'
    two = {"modules/two": {"folder": ".", "defaults": {"names": ["x", "y"]}}}
    assert len(evaluate(tmp_path, call, versions=">= 1.0", submodules=two).resources) == 2


def test_defaults_of_a_version_hold_in_submodules_too(tmp_path: Path) -> None:
    call = 'module "net" {\n  source = "acme/net/aws//modules/one"\n}\n'
    one = {"modules/one": {"folder": "."}}
    found = evaluate(tmp_path, call, versions=">= 1.0", defaults={"names": ["x", "y"]}, submodules=one)
    assert len(found.resources) == 2


def test_a_submodule_that_the_stub_does_not_describe_is_a_hole(tmp_path: Path) -> None:
    found = evaluate(tmp_path, 'module "net" {\n  source = "acme/net/aws//modules/other"\n}\n')
    assert "does not describe modules/other" in found.holes[0].reason


@pytest.mark.parametrize("below", ["../../../../root", "/etc", "modules/../../../.."])
def test_nothing_outside_of_a_stub_is_read(tmp_path: Path, below: str) -> None:
    found = evaluate(tmp_path, f'module "net" {{\n  source = "acme/net/aws//{below}"\n}}\n')
    assert not found.resources
    assert len(found.holes) == 1


def test_a_stub_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    found = evaluate(tmp_path, versions="newest")
    (problem,) = found.problems
    assert "stub.json cannot be read: not a range of versions: 'newest'" in problem.message
    assert problem.file == f"{tmp_path}/root/main.tf"


def test_an_error_in_a_stub_is_shown_in_the_stub(tmp_path: Path) -> None:
    found = evaluate(tmp_path, stub='resource "aws_subnet" {}\n')
    (problem,) = found.problems
    assert problem.file == f"{tmp_path}/library/acme/net/aws/main.tf"
    assert found.holes[0].span.file == f"{tmp_path}/root/main.tf"


def test_a_downloaded_module_goes_before_a_stub(tmp_path: Path) -> None:
    place = tmp_path / "root/.terraform/modules/net"
    place.mkdir(parents=True)
    (place / "main.tf").write_text('resource "aws_vpc" "real" {}\n')
    modules = {"Modules": [{"Key": "net", "Dir": ".terraform/modules/net"}]}
    (tmp_path / "root/.terraform/modules/modules.json").write_text(json.dumps(modules))
    assert "module.net.aws_vpc.real" in evaluate(tmp_path).resources


def test_a_stub_that_calls_itself_ends(tmp_path: Path) -> None:
    found = evaluate(tmp_path, stub='module "again" {\n  source = "acme/net/aws"\n}\n')
    assert [problem.message for problem in found.problems] == ["module again calls itself"]


def test_the_users_stubs_go_before_those_of_ecsnet(tmp_path: Path) -> None:
    place = tmp_path / "terraform-aws-modules/vpc/aws"
    place.mkdir(parents=True)
    want = wanted("terraform-aws-modules/vpc/aws", "~> 5.0")
    assert want is not None
    own, shipped = Library([str(tmp_path)]).find(want), Library().find(want)
    assert isinstance(own, Stub)
    assert own.folder == str(place)
    assert isinstance(shipped, Stub)
    assert shipped.folder.startswith(SHIPPED)


def test_a_folder_of_stubs_is_no_configuration_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate(tmp_path)
    monkeypatch.chdir(tmp_path)
    counts = []
    for options in ([], ["--stubs", "library"]):
        main(["scan", "--format", "json", *options, "."])
        counts.append(json.loads(capsys.readouterr().out)["summary"]["files"])
    assert counts == [2, 1]


def test_a_folder_of_stubs_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert main(["scan", "--stubs", str(tmp_path / "missing"), str(tmp_path)]) == 2


@pytest.mark.parametrize(
    ("source", "stated", "module", "below", "newest"),
    [
        ("terraform-aws-modules/vpc/aws", "5.0.0", "terraform-aws-modules/vpc/aws", "", (5,)),
        ("registry.terraform.io/cloudposse/vpc/aws", "2.1.0", "cloudposse/vpc/aws", "", (2, 1)),
        ("a/b/aws//modules/c/d", "1.0", "a/b/aws", "modules/c/d", (1,)),
        ("git::https://github.com/a/terraform-aws-b.git?ref=v5.0.1", None, "a/b/aws", "", (5, 0, 1)),
        ("git::https://user:secret@github.com/a/terraform-aws-b?depth=1&ref=0.4.0", None, "a/b/aws", "", (0, 4)),
        (
            "git::ssh://git@github.com/a/terraform-aws-b.git//modules/c?ref=tags/1.2",
            None,
            "a/b/aws",
            "modules/c",
            (1, 2),
        ),
        ("git@github.com:a/terraform-aws-b-c.git", None, "a/b-c/aws", "", None),
        ("github.com/a/terraform-aws-b?ref=main", None, "a/b/aws", "", None),
    ],
)
def test_sources(source: str, stated: str | None, module: str, below: str, newest: tuple[int, ...] | None) -> None:
    want = wanted(source, stated)
    assert want is not None
    assert (want.module, want.below, want.versions.high) == (module, below, newest)


@pytest.mark.parametrize(
    "source",
    [
        "./vpc",
        "app.terraform.io/acme/net/aws",
        "https://example.com/vpc.zip",
        "git::https://gitlab.com/a/terraform-aws-b",
    ],
)
def test_sources_that_no_stub_is_looked_up_for(source: str) -> None:
    assert wanted(source, None) is None


@pytest.mark.parametrize(
    ("stated", "meets"),
    [
        ("~> 5.0", True),
        ("~> 5.1.2", True),
        (">= 4.0", True),
        (">= 4.0, < 5.0.1", True),
        (">= 4.0, < 5.0", False),
        ("< 5", False),
        ("<= 5", True),
        ("> 5.9", True),
        ("6.0.0", False),
        ("!= 5.5.0, 5.5.0", False),
        ("~> 6.0", False),
        ("v5.3.1", True),
        ("5.3.1-beta", True),
    ],
)
def test_versions(stated: str, meets: bool) -> None:
    described, asked = constraints(">= 5.0.0, < 6.0.0"), constraints(stated)
    assert described is not None
    assert asked is not None
    assert described.meets(asked) is meets
    assert asked.meets(described) is meets


@pytest.mark.parametrize("text", ["", "newest", "~>", ">= 1,", "1.2.x", "=> 1.0"])
def test_what_is_no_constraint(text: str) -> None:
    assert constraints(text) is None
    assert version(text) is None


def shipped_stubs() -> list[Path]:
    return sorted(Path(SHIPPED).rglob("stub.json"))


@pytest.mark.parametrize("path", shipped_stubs(), ids=lambda path: path.parent.relative_to(SHIPPED).as_posix())
def test_shipped_stubs_are_sound(path: Path, tmp_path: Path) -> None:
    document = json.loads(path.read_text())
    module = path.parent.relative_to(SHIPPED).as_posix()
    assert document["module"] == module
    for entry in document["described"]:
        versions = constraints(entry["versions"])
        described = version(entry["from"])
        assert versions is not None
        assert described is not None
        below = ["", *document.get("submodules", {})]
        for submodule in below:
            source = f"{module}//{submodule}" if submodule else module
            (tmp_path / "main.tf").write_text(
                f'module "m" {{\n  source  = "{source}"\n  version = "{entry["from"]}"\n}}\n'
            )
            found = load(str(tmp_path))
            assert not found.problems
            assert all("undescribed" in hole.address for hole in found.holes)
            assert found.files == (f"{tmp_path}/main.tf",)


@pytest.mark.parametrize(
    "rules", ["null", '{ a = { from_port = 1, cidr_blocks = ["0.0.0.0/0"] }, b = { self = true } }']
)
def test_rules_of_different_shapes_are_no_problem(tmp_path: Path, rules: str) -> None:
    (tmp_path / "main.tf").write_text(
        'module "s" {\n  source = "terraform-aws-modules/ecs/aws//modules/service"\n  version = "5.11.0"\n'
        f"  security_group_rules = {rules}\n}}\n"
    )
    found = load(str(tmp_path), boundary=str(tmp_path))
    names = [name for name in found.resources if "security_group_rule" in name]
    assert len(names) == (0 if rules == "null" else 2)
    assert not found.problems_met()


def test_what_goes_wrong_in_a_stub_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'module "s" {\n  source = "terraform-aws-modules/ecs/aws"\n  version = "7.0.0"\n  services = "none"\n}\n'
    )
    found = load(str(tmp_path), boundary=str(tmp_path))
    assert list(found.resources)
    assert not found.problems_met()


@pytest.mark.parametrize(
    ("release", "attributes", "driver"),
    [
        ("5.11.0", "port_mappings = [{ containerPort = 80 }]", "awslogs"),
        ("5.11.0", "port_mappings = [{ containerPort = 80 }], enable_cloudwatch_logging = false", None),
        ("7.5.0", "portMappings = [{ containerPort = 80, name = null }], create_cloudwatch_log_group = false", None),
        ("7.5.0", 'portMappings = [{ containerPort = 80 }], logConfiguration = { logDriver = "splunk" }', "splunk"),
    ],
)
def test_containers_are_written_as_each_version_takes_them(
    tmp_path: Path, release: str, attributes: str, driver: str | None
) -> None:
    (tmp_path / "main.tf").write_text(
        'module "s" {\n  source = "terraform-aws-modules/ecs/aws//modules/service"\n'
        f'  version = "{release}"\n  name = "shop"\n'
        f'  container_definitions = {{ web = {{ image = "nginx", {attributes} }}, off = {{ create = false }} }}\n}}\n'
    )
    found = load(str(tmp_path), boundary=str(tmp_path))
    read, _ = containers(found.resources["module.s.aws_ecs_task_definition.this[0]"].get("container_definitions"), ())
    assert read is not None
    (container,) = read
    assert (container.name, container.image, container.log_driver) == ("web", "nginx", driver)
    assert [mapping.container_port for mapping in container.ports] == [80]
