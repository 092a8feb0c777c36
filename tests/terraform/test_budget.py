"""Configurations that ask for too much work: what is beyond a bound is unknown and a problem, the rest goes on."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ecsnet.resources import Configuration
from ecsnet.terraform import load
from ecsnet.values import Unknown, Value, leaves

resource = pytest.importorskip("resource")

CPU_SECONDS = 20
ADDRESS_SPACE = 500 << 20


def doubled(expression: str, first: str, count: int = 60) -> str:
    """Local values, each made of the one before it, ``P``, written twice; the last is ``local.last``."""
    steps = "".join(f"  a{i} = {expression.replace('P', f'local.a{i - 1}')}\n" for i in range(1, count))
    return f"locals {{\n  a0 = {first}\n{steps}  last = local.a{count - 1}\n}}\n"


def looped(depth: int) -> str:
    return "[for i in range(1000) : " * depth + "1" + "]" * depth


HOSTILE = {
    "loops": f"locals {{\n  last = length({looped(3)})\n}}\n",
    "template loops": 'locals {\n  last = "' + "%{ for i in range(1000) }" * 3 + "x" + "%{ endfor }" * 3 + '"\n}\n',
    "search in search": "locals {\n  all = range(1000)\n"
    "  last = [for i in local.all : [for j in local.all : contains(local.all, j)]]\n}\n",
    "strings": doubled('"${P}${P}"', '"xxxxxxxxxx"'),
    "unknown strings": doubled('"${P}-${P}"', "var.unknown"),
    "lists": doubled("[P, P]", "[1]"),
    "choices": doubled("var.unknown ? [P, P] : [P, 1]", "1"),
    "objects": doubled("merge({ x = P }, { y = P })", "{}"),
    "joined": doubled("concat(P, P)", "[1]"),
    "replaced": doubled('replace(P, "a", P)', '"aaaaaaaa"'),
    "escaped": doubled("jsonencode(P)", '"\\""'),
    "formatted": doubled('format("%s%s", P, P)', '"x"'),
    "product": "locals {\n  all = range(1000)\n  last = setproduct(local.all, local.all, local.all)\n}\n",
}
READER = """
variable "unknown" {}
resource "aws_vpc" "read" {
  cidr_block = "10.0.0.0/16"
  tags       = local.last
  encoded    = jsonencode(local.last)
  tried      = try(local.last, "fallback")
  same       = local.last == local.a58
}
"""


def loaded(folder: Path, text: str) -> Configuration:
    (folder / "main.tf").write_text(text)
    return load(str(folder), boundary=str(folder))


def cut_off(value: Value) -> bool:
    return any(isinstance(leaf, Unknown) for leaf in leaves(value))


@pytest.mark.parametrize("name", HOSTILE)
def test_work_is_bounded(tmp_path: Path, name: str) -> None:
    start = time.process_time()
    found = loaded(tmp_path, HOSTILE[name] + READER)
    attributes = found.resources["aws_vpc.read"].attributes
    assert cut_off(attributes["tags"])
    assert cut_off(attributes["encoded"])
    assert attributes["tried"] != "fallback"
    attributes["same"]
    assert attributes["cidr_block"] == "10.0.0.0/16"
    (problem,) = found.problems_met()
    assert problem.file.endswith("main.tf")
    assert "taken as unknown" in problem.message
    assert time.process_time() - start < CPU_SECONDS


@pytest.mark.parametrize("name", ["symbols", "resources in resources"])
def test_what_names_itself_twice_ends(tmp_path: Path, name: str) -> None:
    nested = "".join(
        f'resource "aws_vpc" "r{i}" {{\n  tags = {{ a = aws_vpc.r{i - 1}, b = aws_vpc.r{i - 1} }}\n}}\n'
        for i in range(1, 60)
    )
    text = {
        "symbols": doubled("P[P]", "var.unknown") + READER,
        "resources in resources": 'resource "aws_vpc" "r0" {}\n'
        + nested
        + "locals {\n  last = aws_vpc.r59\n}\n"
        + READER,
    }[name]
    start = time.process_time()
    attributes = loaded(tmp_path, text).resources["aws_vpc.read"].attributes
    assert cut_off(attributes["encoded"])
    assert time.process_time() - start < CPU_SECONDS


def test_values_after_one_that_is_too_much_are_known(tmp_path: Path) -> None:
    reader = 'resource "aws_vpc" "v" {\n  tags  = local.big\n  other = [for i in range(3) : i]\n}\n'
    text = f"locals {{\n  big = {looped(3)}\n}}\n{reader}"
    attributes = loaded(tmp_path, text).resources["aws_vpc.v"].attributes
    tags = attributes["tags"]
    assert isinstance(tags, Unknown)
    assert "1000000 steps" in tags.reason
    assert attributes["other"] == (0, 1, 2)


def test_modules_that_call_two_each_end(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(25):
        folder.mkdir(exist_ok=True)
        (folder / "main.tf").write_text('module "a" {\n  source = "./m"\n}\nmodule "b" {\n  source = "./m"\n}\n')
        folder = folder / "m"
    folder.mkdir()
    start = time.process_time()
    found = load(str(tmp_path), boundary=str(tmp_path))
    assert found.holes
    assert ["steps to evaluate" in problem.message for problem in found.problems] == [True]
    assert time.process_time() - start < CPU_SECONDS


def test_ten_thousand_instances_are_within_the_bounds(tmp_path: Path) -> None:
    text = """
locals {
  names = [for pair in setproduct(range(50), range(50)) : "service-${pair[0]}-${pair[1]}"]
  ports = { for i, name in local.names : name => { port = 1024 + i, tags = { Name = name, Team = "t${i % 7}" } } }
}
resource "aws_security_group" "s" {
  for_each = local.ports
  name     = each.key
  tags     = merge(each.value.tags, { Kind = "service" })
  dynamic "ingress" {
    for_each = [each.value.port, 443]
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = [cidrsubnet("10.0.0.0/8", 16, each.value.port)]
    }
  }
}
resource "aws_ecs_task_definition" "t" {
  for_each              = local.ports
  family                = each.key
  container_definitions = jsonencode([{
    name = each.key, image = "registry/${each.key}:1", portMappings = [{ containerPort = each.value.port }]
  }])
}
resource "aws_ecs_service" "s" {
  for_each        = local.ports
  name            = each.key
  task_definition = aws_ecs_task_definition.t[each.key].arn
  network_configuration {
    security_groups = [aws_security_group.s[each.key].id]
  }
}
resource "aws_subnet" "s" {
  count      = 2500
  cidr_block = cidrsubnet("10.0.0.0/8", 12, count.index)
}
"""
    found = loaded(tmp_path, text)
    assert len(found.resources) == 10_000
    for one in found.resources.values():
        for name in one.attributes:
            for _ in leaves(one.attributes[name]):
                pass
    assert found.problems_met() == ()


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


@pytest.mark.parametrize("name", ["loops", "strings", "lists"])
def test_the_command_says_that_a_bound_was_met(tmp_path: Path, name: str) -> None:
    limit: Callable[[], None] = limited
    (tmp_path / "main.tf").write_text(
        HOSTILE[name]
        + 'resource "aws_subnet" "public" {\n  count = length(local.last)\n  tags = { Name = local.last }\n}\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "ecsnet", "scan", str(tmp_path)],
        capture_output=True, text=True, check=False, preexec_fn=limit,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
