"""Errors of the input: said once, where they are, and the rest goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.config import Config
from ecsnet.engine import scan

NETWORK = """
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
"""


def problems(folder: Path, **files: str) -> list[tuple[int, str]]:
    for name, text in files.items():
        (folder / f"{name}.tf").write_text(text)
    return [(problem.line, problem.message) for problem in scan([str(folder)], Config()).problems]


@pytest.mark.parametrize(
    ("count", "message"),
    [
        ("1 - false", "count cannot be worked out: number required"),
        ('"some"', "count is not a whole number"),
        ("-1", "count is not a whole number"),
        ("null", "count is not a whole number"),
        ("1.5", "count is not a whole number"),
    ],
)
def test_a_count_that_terraform_refuses(tmp_path: Path, count: str, message: str) -> None:
    subnet = f'resource "aws_subnet" "s" {{\n  count  = {count}\n  vpc_id = aws_vpc.v.id\n}}\n'
    assert problems(tmp_path, main=NETWORK + subnet) == [(5, message)]


@pytest.mark.parametrize("count", ["0", '"2"', "true ? 1 : 0", "var.unset", "length(var.unset)", "2.0"])
def test_a_count_that_terraform_accepts_or_may_accept(tmp_path: Path, count: str) -> None:
    subnet = f'resource "aws_subnet" "s" {{\n  count  = {count}\n  vpc_id = aws_vpc.v.id\n}}\n'
    assert problems(tmp_path, main=NETWORK + 'variable "unset" {}\n' + subnet) == []


def test_a_local_value_declared_twice_says_where_the_first_is(tmp_path: Path) -> None:
    found = problems(tmp_path, a='locals {\n  cidr = "10.0.0.0/16"\n}\n', b='\nlocals {\n  cidr = "10.1.0.0/16"\n}\n')
    assert found == [(3, f"local.cidr was already declared at {tmp_path}/a.tf:2")]
