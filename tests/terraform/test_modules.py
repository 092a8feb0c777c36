"""Modules, instances and inputs: from a folder to resource instances."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ecsnet.inputs import Assignment, Given, VarFile
from ecsnet.resources import Configuration
from ecsnet.terraform import find_roots, load
from ecsnet.values import Key, Reference, Several, Text, Tri, Unknown, Value, equal


def write(folder: Path, files: Mapping[str, str]) -> str:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(folder)


def configuration(folder: Path, main: str, files: Mapping[str, str] | None = None) -> Configuration:
    return load(write(folder, {"main.tf": main, **(files or {})}))


def value(configuration: Configuration, address: str, *path: str | int) -> Value:
    return configuration.resources[address].get(*path)


def is_any(found: Value, target: str) -> bool:
    """Whether it is the id of one of many instances, of which it is not known which."""
    if not isinstance(found, Reference) or (found.target, found.attribute) != (target, "id"):
        return False
    return isinstance(found.index, Unknown) and not found.index.symbol


def messages(configuration: Configuration) -> list[str]:
    return [problem.message for problem in configuration.problems]


# --- count and for_each ---


def test_instances_are_addressed_as_in_a_plan(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        resource "aws_subnet" "one" {}
        resource "aws_subnet" "counted" { count = 2 }
        resource "aws_subnet" "none" { count = 0 }
        resource "aws_subnet" "keyed" { for_each = { "a b" = 1, "q\\"uote" = 2 } }
        resource "aws_subnet" "set" { for_each = toset(["y", "x"]) }
        """,
    )
    assert list(found.resources) == [
        "aws_subnet.one",
        "aws_subnet.counted[0]",
        "aws_subnet.counted[1]",
        'aws_subnet.keyed["a b"]',
        'aws_subnet.keyed["q\\"uote"]',
        'aws_subnet.set["x"]',
        'aws_subnet.set["y"]',
    ]
    assert all(r.exists is Tri.TRUE and not r.many and not r.guard for r in found.resources.values())


def test_an_unknown_count_is_one_resource_that_stands_for_many(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        variable "n" {}
        resource "aws_subnet" "a" { count = var.n }
        resource "aws_route_table_association" "a" {
          count     = var.n
          subnet_id = aws_subnet.a[count.index].id
        }
        resource "aws_lb" "x" { subnets = aws_subnet.a[*].id }
        """,
    )
    subnet = found.resources["aws_subnet.a"]
    assert (subnet.exists, subnet.many, subnet.guard) == (Tri.UNKNOWN, True, "var.n")
    reference = value(found, "aws_route_table_association.a", "subnet_id")
    assert isinstance(reference, Reference)
    assert reference.target == "aws_subnet.a"
    assert isinstance(reference.index, Unknown)
    assert reference.index.symbol == "count.index in var.n"
    subnets = value(found, "aws_lb.x", "subnets")
    assert isinstance(subnets, tuple)
    (several,) = subnets
    assert isinstance(several, Several)
    assert several.symbol == "var.n"
    assert is_any(several.element, "aws_subnet.a")


def test_a_condition_that_is_unknown_leaves_each_instance_uncertain(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        variable "create" {}
        resource "aws_internet_gateway" "this" { count = var.create ? 1 : 0 }
        resource "aws_nat_gateway" "this" { count = var.create ? 3 : 1 }
        resource "aws_eip" "other" { count = var.create ? 0 : 1 }
        resource "aws_route" "a" {
          gateway_id = aws_internet_gateway.this[0].id
          other      = one(aws_internet_gateway.this[*].id)
          all        = aws_nat_gateway.this[*].id
        }
        """,
    )
    gateway = found.resources["aws_internet_gateway.this[0]"]
    assert (gateway.exists, gateway.many, gateway.guard) == (Tri.UNKNOWN, False, "var.create")
    assert found.resources["aws_nat_gateway.this[0]"].exists is Tri.TRUE
    assert found.resources["aws_nat_gateway.this[2]"].guard == "var.create"
    assert found.resources["aws_eip.other[0]"].guard == "!(var.create)"
    assert value(found, "aws_route.a", "gateway_id") == Reference("aws_internet_gateway.this[0]", "id")
    first, second, third = (Reference(f"aws_nat_gateway.this[{i}]", "id") for i in range(3))
    assert value(found, "aws_route.a", "all") == (
        first,
        Several(second, "var.create"),
        Several(third, "var.create"),
    )


def test_what_may_not_exist_may_make_try_go_on(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        variable "create" {}
        resource "aws_vpc" "new" { count = var.create ? 1 : 0 }
        resource "aws_vpc" "old" {}
        resource "aws_subnet" "a" { vpc_id = try(aws_vpc.new[0].id, aws_vpc.old.id) }
        """,
    )
    vpc = value(found, "aws_subnet.a", "vpc_id")
    assert isinstance(vpc, Unknown)
    assert vpc.candidates == (Reference("aws_vpc.new[0]", "id"), Reference("aws_vpc.old", "id"))


def test_an_unknown_for_each_keeps_what_belongs_together(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        variable "subnets" {}
        resource "aws_subnet" "a" {
          for_each          = var.subnets
          availability_zone = each.value.az
        }
        resource "aws_route_table_association" "a" {
          for_each  = var.subnets
          subnet_id = aws_subnet.a[each.key].id
          zone      = aws_subnet.a[each.key].availability_zone
        }
        resource "aws_lb" "x" { subnets = [for s in aws_subnet.a : s.id] }
        resource "aws_lb" "y" { subnets = values(aws_subnet.a)[*].id }
        """,
    )
    assert found.resources["aws_subnet.a"].many
    zone = value(found, "aws_subnet.a", "availability_zone")
    assert isinstance(zone, Unknown)
    assert zone.symbol == "var.subnets[each.key].az"
    assert value(found, "aws_route_table_association.a", "zone") == zone
    for name in ("x", "y"):
        subnets = value(found, f"aws_lb.{name}", "subnets")
        assert isinstance(subnets, tuple)
        assert [is_any(s.element, "aws_subnet.a") for s in subnets if isinstance(s, Several)] == [True]


def test_two_of_an_unknown_number_may_be_one_or_two(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        variable "zones" { type = map(string) }
        resource "aws_subnet" "a" {
          for_each          = var.zones
          availability_zone = each.value
        }
        resource "random_id" "a" { for_each = var.zones }
        module "absent" {
          source   = "acme/absent/aws"
          for_each = var.zones
        }
        resource "aws_nat_gateway" "one" {
          for_each  = toset(values(aws_subnet.a)[*].id)
          subnet_id = each.value
          tags      = { again = each.value }
        }
        resource "aws_nat_gateway" "other" {
          for_each  = toset([for subnet in aws_subnet.a : subnet.id])
          subnet_id = each.value
        }
        resource "aws_nat_gateway" "zone" {
          for_each  = { for key, subnet in aws_subnet.a : key => [subnet.availability_zone, random_id.a[key].hex] }
          subnet_id = each.value[0]
        }
        resource "aws_nat_gateway" "zone_again" {
          for_each  = toset(values(aws_subnet.a)[*].availability_zone)
          subnet_id = each.value
        }
        resource "aws_route" "a" {
          for_each       = var.zones
          route_table_id = aws_subnet.a[each.key].id
          gateway_id     = module.absent[each.key].id
          nat_gateway_id = module.absent["x"].id
        }
        resource "aws_route" "b" {
          for_each       = var.zones
          route_table_id = aws_subnet.a[each.key].id
          gateway_id     = module.absent[each.key].id
        }
        """,
    )
    one, other = (value(found, f"aws_nat_gateway.{name}", "subnet_id") for name in ("one", "other"))
    assert isinstance(one, Reference)
    assert isinstance(other, Reference)
    assert one.target == other.target == "aws_subnet.a"
    assert equal(one, other) is Tri.UNKNOWN
    zone, again = (value(found, f"aws_nat_gateway.{name}", "subnet_id") for name in ("zone", "zone_again"))
    assert equal(zone, again) is Tri.UNKNOWN
    # The same key of the same map is the same instance.
    for name in ("route_table_id", "gateway_id"):
        assert equal(value(found, "aws_route.a", name), value(found, "aws_route.b", name)) is Tri.TRUE
    absent, at_x = (value(found, "aws_route.a", name) for name in ("gateway_id", "nat_gateway_id"))
    assert equal(absent, at_x) is Tri.UNKNOWN


def test_for_each_over_either_of_two_maps(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        variable "more" {}
        resource "aws_subnet" "a" {
          for_each = var.more ? { a = "10.0.0.0/24", b = "10.0.1.0/24" } : { a = "10.0.0.0/24" }
          cidr_block = each.value
        }
        """,
    )
    assert {a: r.exists for a, r in found.resources.items()} == {
        'aws_subnet.a["a"]': Tri.TRUE,
        'aws_subnet.a["b"]': Tri.UNKNOWN,
    }
    assert value(found, 'aws_subnet.a["a"]', "cidr_block") == "10.0.0.0/24"


@pytest.mark.parametrize(
    "argument", ["count = 20000", 'for_each = { for p in setproduct(range(200), range(100)) : join(":", p) => 1 }']
)
def test_too_many_instances_are_a_problem(tmp_path: Path, argument: str) -> None:
    found = configuration(tmp_path, f'resource "aws_subnet" "a" {{ {argument} }}')
    assert found.resources["aws_subnet.a"].many
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    "argument",
    ["count = null", "count = true", "count = -1", "for_each = toset([1])", 'for_each = ["a"]', "for_each = 3"],
)
def test_what_terraform_refuses_is_of_unknown_number(tmp_path: Path, argument: str) -> None:
    found = configuration(tmp_path, f'resource "aws_subnet" "a" {{ {argument} }}')
    assert found.resources["aws_subnet.a"].many
    assert found.resources["aws_subnet.a"].exists is Tri.UNKNOWN


# --- modules ---

NETWORK = """
variable "name" {}
variable "cidrs" { type = list(string) }
resource "aws_subnet" "a" {
  count      = length(var.cidrs)
  cidr_block = var.cidrs[count.index]
  tags       = { Name = "${var.name}-${count.index}" }
}
output "ids" { value = aws_subnet.a[*].id }
"""


def test_modules_nest_and_repeat(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        module "net" {
          source   = "./modules/net"
          for_each = { a = ["10.0.0.0/24"], b = ["10.1.0.0/24", "10.1.1.0/24"] }
          name     = each.key
          cidrs    = each.value
        }
        resource "aws_lb" "x" { subnets = module.net["b"].ids }
        resource "aws_lb" "all" { subnets = flatten([for n in module.net : n.ids]) }
        """,
        {
            "modules/net/main.tf": """
                variable "name" {}
                variable "cidrs" {}
                module "inner" {
                  source = "../inner"
                  name   = upper(var.name)
                  cidrs  = var.cidrs
                }
                output "ids" { value = module.inner.ids }
            """,
            "modules/inner/main.tf": NETWORK,
        },
    )
    first = 'module.net["b"].module.inner.aws_subnet.a[1]'
    assert value(found, first, "tags", "Name") == "B-1"
    assert [call.address for call in found.resources[first].calls] == [
        'module.net["b"]',
        'module.net["b"].module.inner',
    ]
    assert value(found, "aws_lb.x", "subnets", 1) == Reference(first, "id")
    everyone = value(found, "aws_lb.all", "subnets")
    assert isinstance(everyone, tuple)
    assert len(everyone) == 3


def test_a_module_that_may_not_exist_passes_that_on(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        variable "create" { type = bool }
        module "net" {
          source = "./net"
          count  = var.create ? 1 : 0
          name   = "n"
          cidrs  = ["10.0.0.0/24"]
        }
        resource "aws_lb" "x" { subnets = module.net[0].ids }
        """,
        {"net/main.tf": NETWORK},
    )
    subnet = found.resources["module.net[0].aws_subnet.a[0]"]
    assert (subnet.exists, subnet.guard) == (Tri.UNKNOWN, "var.create")
    assert value(found, "aws_lb.x", "subnets") == (Reference("module.net[0].aws_subnet.a[0]", "id"),)


def test_a_module_of_unknown_number(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        variable "names" {}
        module "net" {
          source   = "./net"
          for_each = var.names
          name     = each.key
          cidrs    = ["10.0.0.0/24"]
        }
        resource "aws_lb" "x" {
          for_each = var.names
          subnets  = module.net[each.key].ids
        }
        """,
        {"net/main.tf": NETWORK},
    )
    subnet = found.resources["module.net.aws_subnet.a[0]"]
    assert (subnet.exists, subnet.many, subnet.guard) == (Tri.UNKNOWN, True, "var.names")
    reference = value(found, "aws_lb.x", "subnets", 0)
    assert isinstance(reference, Reference)
    assert reference.target == "module.net.aws_subnet.a[0]"
    assert isinstance(reference.index, Unknown)
    assert reference.index.symbol == "each.key in var.names"


def test_a_module_that_is_not_there_is_a_hole(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        resource "aws_vpc" "v" {}
        module "vpc" {
          source  = "example-corp/network/aws"
          version = "5.0.0"
          vpc_id  = aws_vpc.v.id
        }
        resource "aws_lb" "x" { subnets = module.vpc.public_subnets }
        """,
    )
    (hole,) = found.holes
    assert hole.address == "module.vpc"
    assert hole.reason == (
        "module example-corp/network/aws is not downloaded: run terraform init, or describe it in a stub (--stubs)"
    )
    assert hole.inputs == (Reference("aws_vpc.v", "id"),)
    subnets = value(found, "aws_lb.x", "subnets")
    assert isinstance(subnets, Unknown)
    assert subnets.symbol == "module.vpc.public_subnets"
    assert not found.problems


def test_a_downloaded_module_is_read(tmp_path: Path) -> None:
    manifest = {"Modules": [{"Key": "net", "Source": "registry/x", "Dir": ".terraform/modules/net"}]}
    found = configuration(
        tmp_path,
        'module "net" {\n source = "acme/net/aws"\n name = path.module\n cidrs = ["10.0.0.0/24"] \n}',
        {".terraform/modules/modules.json": json.dumps(manifest), ".terraform/modules/net/main.tf": NETWORK},
    )
    assert list(found.resources) == ["module.net.aws_subnet.a[0]"]
    assert not found.holes


def test_nothing_outside_the_boundary_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"outside/main.tf": NETWORK, "secret.tf": 'resource "aws_vpc" "secret" {}'})
    root = tmp_path / "root"
    write(root, {"main.tf": 'module "m" { source = "../outside" }\nlocals { t = file("../secret.tf") }'})
    (root / "linked.tf").symlink_to(tmp_path / "secret.tf")
    (root / "linked").symlink_to(tmp_path / "outside")
    write(root, {"more.tf": 'module "l" { source = "./linked" }\nresource "aws_vpc" "v" { t = local.t }'})
    found = load(str(root), boundary=str(root))
    assert list(found.resources) == ["aws_vpc.v"]
    assert isinstance(value(found, "aws_vpc.v", "t"), Unknown)
    assert {hole.address for hole in found.holes if not hole.anything} == {"module.m", "module.l"}
    (message,) = messages(found)
    assert "outside of what is scanned" in message


def test_modules_that_call_themselves_end(tmp_path: Path) -> None:
    found = configuration(tmp_path, 'module "me" { source = "./" }\nresource "aws_vpc" "v" {}')
    assert messages(found) == ["module me calls itself"]
    assert "aws_vpc.v" in found.resources


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    found = configuration(tmp_path, 'module "m" { source = "./nowhere" }')
    assert len(found.problems) == 1
    assert found.problems[0].line == 1
    assert len(found.holes) == 1


def test_modules_may_need_one_another_by_different_values(tmp_path: Path) -> None:
    module = 'variable "i" {}\noutput "fixed" { value = "f" }\noutput "o" { value = var.i }\n'
    found = configuration(
        tmp_path,
        """
        module "a" {
          source = "./m"
          i      = module.b.fixed
        }
        module "b" {
          source = "./m"
          i      = module.a.o
        }
        module "far" {
          source = "far/away/aws"
          i      = module.away.x
        }
        module "away" {
          source = "away/far/aws"
          i      = module.far.x
        }
        resource "aws_vpc" "v" { tags = { b = module.b.o } }
        """,
        {"m/main.tf": module},
    )
    assert value(found, "aws_vpc.v", "tags", "b") == "f"
    assert not found.problems


def test_roots_are_what_nothing_else_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path,
        {
            "live/main.tf": 'module "a" { source = "../modules/a" }',
            "modules/a/main.tf": 'module "b" { source = "../b" }',
            "modules/b/main.tf": "",
            "alone/main.tf": "",
            "x/main.tf": 'module "y" { source = "../y" }',
            "y/main.tf": 'module "x" { source = "../x" }',
        },
    )
    monkeypatch.chdir(tmp_path)
    paths = ["live/main.tf", "modules/a/main.tf", "modules/b/main.tf", "alone/main.tf", "x/main.tf", "y/main.tf"]
    assert find_roots(paths) == ["alone", "live", "x"]


# --- inputs ---


def test_values_of_variables_have_terraforms_precedence(tmp_path: Path) -> None:
    names = ["default", "tfvars", "json", "auto", "file", "flag"]
    root = write(
        tmp_path,
        {
            "main.tf": "".join(f'variable "{n}" {{ default = "default" }}\n' for n in names)
            + 'variable "sizes" { type = list(number) }\nvariable "flagged" { type = bool }\n'
            + 'resource "aws_vpc" "v" { tags = { '
            + ", ".join(f"{n} = var.{n}" for n in [*names, "sizes", "flagged"])
            + " } }",
            "terraform.tfvars": "".join(f'{n} = "tfvars"\n' for n in names[1:]),
            "terraform.tfvars.json": json.dumps(dict.fromkeys(names[2:], "json")),
            "b.auto.tfvars": "".join(f'{n} = "auto"\n' for n in names[3:]),
            "a.auto.tfvars": "".join(f'{n} = "never"\n' for n in names[3:]),
            "extra.tfvars": "".join(f'{n} = "file"\n' for n in names[4:]),
        },
    )
    extra = str(tmp_path / "extra.tfvars")
    assigned = [Assignment("flag", "flag"), Assignment("sizes", '[1, "2"]'), Assignment("flagged", "true")]
    found = load(root, given=Given((VarFile(extra), *assigned)))
    tags = value(found, "aws_vpc.v", "tags")
    assert isinstance(tags, Mapping)
    assert {n: tags[n] for n in names} == {n: n for n in names}
    assert tags["sizes"] == (1, 2)
    assert tags["flagged"] is True
    assert not found.problems


def test_a_variable_without_a_value_says_where_it_is_declared(tmp_path: Path) -> None:
    found = configuration(tmp_path, '\nvariable "x" {}\nresource "aws_vpc" "v" { cidr_block = var.x }')
    unknown = value(found, "aws_vpc.v", "cidr_block")
    assert isinstance(unknown, Unknown)
    assert (unknown.symbol, unknown.reason) == ("var.x", "variable x has no default")
    assert unknown.origin is not None
    assert unknown.origin.start_line == 2


def test_null_takes_the_default_where_null_is_not_allowed(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        'module "m" {\n source = "./m"\n a = null\n b = null\n}',
        {
            "m/main.tf": """
                variable "a" {
                  default  = "default"
                  nullable = false
                }
                variable "b" { default = "default" }
                resource "aws_vpc" "v" { tags = { a = var.a, b = var.b } }
            """
        },
    )
    assert value(found, "module.m.aws_vpc.v", "tags") == {"a": "default", "b": None}


def test_bad_variable_files_are_problems(tmp_path: Path) -> None:
    root = write(tmp_path, {"main.tf": 'variable "x" {}', "terraform.tfvars": "x = var.y\n", "a.auto.tfvars.json": "["})
    found = load(root, given=Given((VarFile(str(tmp_path / "gone.tfvars")),)))
    assert [Path(problem.file).name for problem in found.problems] == [
        "terraform.tfvars",
        "a.auto.tfvars.json",
        "gone.tfvars",
    ]


# --- locals, cycles, depth ---


def test_cycles_are_problems_with_a_line(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        locals {
          a = local.b
          b = "${local.a}x"
        }
        resource "aws_vpc" "v" { cidr_block = local.a }
        """,
    )
    assert isinstance(value(found, "aws_vpc.v", "cidr_block"), (Unknown, Text))
    found = configuration(tmp_path, 'locals { a = local.a }\nresource "aws_vpc" "v" { count = local.a }')
    assert messages(found) == ["local.a depends on itself"]
    assert found.problems[0].line == 1


def test_a_cycle_that_instances_depend_on_is_reported(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        locals { n = length(aws_vpc.v) }
        resource "aws_vpc" "v" { count = local.n }
        """,
    )
    assert messages(found)
    assert {problem.line for problem in found.problems} <= {2, 3}
    assert found.resources["aws_vpc.v"].many


def test_long_chains_end(tmp_path: Path) -> None:
    for length, known in ((100, True), (5000, False)):
        chain = "\n".join(f"l{i} = try(local.l{i + 1}, null)" for i in range(length))
        folder = tmp_path / str(length)
        main = f'locals {{\n{chain}\nl{length} = "end"\n}}\nresource "aws_vpc" "v" {{ cidr_block = local.l0 }}'
        end = value(configuration(folder, main), "aws_vpc.v", "cidr_block")
        assert end == "end" if known else isinstance(end, Unknown)


# --- files ---


def test_override_files_are_merged(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        locals { cidr = "10.0.0.0/16" }
        resource "aws_vpc" "v" {
          cidr_block = local.cidr
          instance_tenancy = "default"
        }
        resource "aws_security_group" "s" {
          ingress { from_port = 1 }
          ingress { from_port = 2 }
          egress { from_port = 3 }
        }
        """,
        {
            "x_override.tf": """
                locals { cidr = "10.1.0.0/16" }
                resource "aws_vpc" "v" { instance_tenancy = "dedicated" }
                resource "aws_security_group" "s" {
                  ingress { from_port = 9 }
                }
            """
        },
    )
    assert dict(found.resources["aws_vpc.v"].attributes) == {
        "cidr_block": "10.1.0.0/16",
        "instance_tenancy": "dedicated",
    }
    group = found.resources["aws_security_group.s"]
    assert [i["from_port"] for i in _blocks(group.get("ingress"))] == [9]
    assert [i["from_port"] for i in _blocks(group.get("egress"))] == [3]
    assert Path(group.locate("ingress", 0, "from_port").file).name == "x_override.tf"


def _blocks(found: Value) -> list[Mapping[Key, Value]]:
    assert isinstance(found, tuple)
    return [block for block in found if isinstance(block, Mapping)]


def test_a_broken_file_leaves_the_rest_and_a_hole(tmp_path: Path) -> None:
    found = configuration(
        tmp_path, 'resource "aws_vpc" "v" {}\n', {"broken.tf": 'resource "aws_vpc" "w" {\n  cidr_block =\n}\n'}
    )
    assert "aws_vpc.v" in found.resources
    assert found.problems
    assert any(hole.anything for hole in found.holes)


def test_a_second_declaration_is_a_problem(tmp_path: Path) -> None:
    found = configuration(tmp_path, 'resource "aws_vpc" "v" {}\nresource "aws_vpc" "v" {}\n')
    assert messages(found) == [f"aws_vpc.v was already declared at {tmp_path}/main.tf:1"]
    assert found.problems[0].line == 2


# --- blocks and where they are written ---


def test_dynamic_blocks_expand_and_are_located(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
variable "rules" {}
resource "aws_security_group" "s" {
  ingress {
    from_port = 1
  }
  dynamic "ingress" {
    for_each = { http = [80, 81], tls = [443, 443] }
    iterator = it
    content {
      description = it.key
      from_port   = it.value[0]
      to_port     = it.value[1]
    }
  }
  dynamic "egress" {
    for_each = var.rules
    content {
      from_port = egress.value.port
    }
  }
  tags = {
    Name = "s"
    Many = "t"
  }
  cidrs = [
    "10.0.0.0/8",
    "10.0.0.0/9",
  ]
}
""",
    )
    group = found.resources["aws_security_group.s"]
    assert [i["from_port"] for i in _blocks(group.get("ingress"))] == [1, 80, 443]
    assert group.get("ingress", 1, "description") == "http"
    egress = group.get("egress")
    assert isinstance(egress, tuple)
    assert isinstance(egress[0], Several)
    lines = {
        ("ingress", 0): 4,
        ("ingress", 0, "from_port"): 5,
        ("ingress", 2): 7,
        ("ingress", 2, "to_port"): 13,
        ("ingress", 2, "nothing"): 7,
        ("egress", 0, "from_port"): 19,
        ("tags",): 22,
        ("tags", "Many"): 24,
        ("cidrs", 1): 28,
        ("nothing",): 3,
    }
    assert {path: group.locate(*path).start_line for path in lines} == lines


def test_attributes_are_known_or_references(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        resource "aws_vpc" "v" {
          cidr_block = "10.0.0.0/16"
          ipv4_ipam_pool_id = null
        }
        resource "aws_subnet" "s" {
          cidr_block = cidrsubnet(aws_vpc.v.cidr_block, 8, 1)
          vpc_id     = aws_vpc.v.id
          pool       = aws_vpc.v.ipv4_ipam_pool_id
          zone       = data.aws_subnet.x.availability_zone
          wrong      = upper(1, 2)
        }
        data "aws_subnet" "x" { id = "subnet-1" }
        """,
    )
    assert value(found, "aws_subnet.s", "cidr_block") == "10.0.1.0/24"
    assert value(found, "aws_subnet.s", "vpc_id") == Reference("aws_vpc.v", "id")
    assert value(found, "aws_subnet.s", "pool") == Reference("aws_vpc.v", "ipv4_ipam_pool_id")
    assert value(found, "aws_subnet.s", "zone") == Reference("data.aws_subnet.x", "availability_zone")
    assert isinstance(value(found, "aws_subnet.s", "wrong"), Unknown)
    assert found.resources["data.aws_subnet.x"].type == "data.aws_subnet"
    assert not found.problems


# --- data sources ---


def test_zones_are_the_same_wherever_they_are_asked_for(tmp_path: Path) -> None:
    module = """
        data "aws_availability_zones" "here" {}
        resource "aws_subnet" "s" { availability_zone = data.aws_availability_zones.here.names[0] }
    """
    found = configuration(
        tmp_path,
        """
        data "aws_availability_zones" "available" { state = "available" }
        resource "aws_subnet" "s" {
          for_each          = toset(slice(data.aws_availability_zones.available.names, 0, 2))
          availability_zone = each.key
        }
        resource "aws_subnet" "fifth" { availability_zone = data.aws_availability_zones.available.names[4] }
        module "m" { source = "./m" }
        module "east" {
          source    = "./m"
          providers = { aws = aws.east }
        }
        """,
        {"m/main.tf": module},
    )
    a, b = (f"aws_subnet.s[data.aws_availability_zones.available.names[{i}]]" for i in range(2))
    zones = {address: value(found, address, "availability_zone") for address in found.resources}
    assert equal(zones[a], zones[b]) is Tri.FALSE
    assert equal(zones[a], zones["aws_subnet.fifth"]) is Tri.FALSE
    assert equal(zones[a], zones["module.m.aws_subnet.s"]) is Tri.TRUE
    assert equal(zones[a], zones["module.east.aws_subnet.s"]) is Tri.UNKNOWN


def test_a_pattern_that_all_zones_match_is_decided(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        data "aws_availability_zones" "z" {}
        locals { az = data.aws_availability_zones.z.names[0] }
        resource "aws_subnet" "s" {
          availability_zone    = length(regexall("^[a-z]{2}-", local.az)) > 0 ? local.az : null
          availability_zone_id = length(regexall("^[a-z]{2}-", local.az)) == 0 ? local.az : null
          in_us                = startswith(local.az, "us-") ? 1 : 2
        }
        """,
    )
    zone = value(found, "aws_subnet.s", "availability_zone")
    assert isinstance(zone, Unknown)
    assert zone.symbol == "data.aws_availability_zones.z.names[0]"
    assert value(found, "aws_subnet.s", "availability_zone_id") is None
    assert isinstance(value(found, "aws_subnet.s", "in_us"), Unknown)


def test_the_region_is_that_of_the_provider(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        provider "aws" { region = "cn-north-1" }
        provider "aws" {
          alias  = "unknown"
          region = var.region
        }
        variable "region" {}
        data "aws_region" "here" {}
        data "aws_partition" "here" {}
        data "aws_region" "there" { provider = aws.unknown }
        resource "aws_vpc" "v" {
          tags = {
            a = data.aws_region.here.name
            b = data.aws_region.there.name
            c = data.aws_partition.here.partition
          }
        }
        """,
    )
    tags = value(found, "aws_vpc.v", "tags")
    assert isinstance(tags, Mapping)
    assert tags["a"] == "cn-north-1"
    assert isinstance(tags["b"], Unknown)
    assert tags["b"].symbol == "var.region"
    assert tags["c"] == "aws-cn"


def test_user_data_can_be_read(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        """
        resource "aws_ecs_cluster" "c" { name = "main" }
        data "template_file" "t" {
          template = "echo ECS_CLUSTER=$${cluster} >> /etc/ecs/ecs.config"
          vars     = { cluster = aws_ecs_cluster.c.name }
        }
        data "cloudinit_config" "c" {
          part { content = data.template_file.t.rendered }
          part { content = aws_ecs_cluster.c.id }
        }
        resource "aws_launch_template" "l" { user_data = data.cloudinit_config.c.rendered }
        """,
    )
    text = value(found, "aws_launch_template.l", "user_data")
    assert isinstance(text, Text)
    assert isinstance(text.parts[0], str)
    assert "ECS_CLUSTER=main" in text.parts[0]


def test_only_wanted_types_are_listed(tmp_path: Path) -> None:
    root = write(
        tmp_path, {"main.tf": 'resource "aws_vpc" "v" {}\nresource "aws_iam_role" "r" {}\ndata "aws_vpc" "d" {}'}
    )
    assert list(load(root, wanted={"aws_vpc"}).resources) == ["aws_vpc.v", "data.aws_vpc.d"]
