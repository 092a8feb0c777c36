"""The comparison itself: it agrees with what is the same, and notices each thing that is not."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from ecsnet.terraform import load
from tests.oracle.compare import compare

TEXT = """
data "aws_availability_zones" "all" {}
resource "aws_subnet" "a" {
  vpc_id            = "vpc-1"
  availability_zone = data.aws_availability_zones.all.names[1]
}
resource "aws_route_table" "a" { vpc_id = "vpc-1" }
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_nat_gateway" "a" { subnet_id = "subnet-9" }
resource "aws_route" "a" {
  route_table_id         = aws_route_table.a.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.a.id
}
"""
VALUES: dict[str, dict[str, str]] = {
    "aws_subnet.a": {"id": "subnet-1", "vpc_id": "vpc-1", "availability_zone": "eu-west-1b"},
    "aws_route_table.a": {"id": "rtb-1", "vpc_id": "vpc-1"},
    "aws_route_table_association.a": {"id": "assoc-1", "subnet_id": "subnet-1", "route_table_id": "rtb-1"},
    "aws_nat_gateway.a": {"id": "nat-1", "subnet_id": "subnet-9"},
    "aws_route.a": {
        "id": "r-1",
        "route_table_id": "rtb-1",
        "destination_cidr_block": "0.0.0.0/0",
        "nat_gateway_id": "nat-1",
    },
}


def differences(tmp_path: Path, values: dict[str, dict[str, str]]) -> list[str]:
    (tmp_path / "main.tf").write_text(TEXT)
    state: dict[str, dict[str, Any]] = {
        address: {"mode": "managed", "type": address.partition(".")[0], "values": given}
        for address, given in values.items()
    }
    return compare(load(str(tmp_path)), state).differences


def test_the_same_agrees(tmp_path: Path) -> None:
    assert differences(tmp_path, VALUES) == []


@pytest.mark.parametrize(
    ("address", "argument", "value"),
    [
        ("aws_subnet.a", "availability_zone", "eu-west-1a"),
        ("aws_route_table_association.a", "route_table_id", "rtb-2"),
        ("aws_route.a", "nat_gateway_id", "nat-2"),
        ("aws_route.a", "destination_cidr_block", "10.0.0.0/8"),
    ],
)
def test_another_value_differs(tmp_path: Path, address: str, argument: str, value: str) -> None:
    values = copy.deepcopy(VALUES)
    values[address][argument] = value
    found = differences(tmp_path, values)
    assert any(f"{address}.{argument}" in one for one in found)
    assert argument == "availability_zone" or any("we have no link" in one for one in found)


@pytest.mark.parametrize("address", VALUES)
def test_an_instance_more_or_less_differs(tmp_path: Path, address: str) -> None:
    less = {other: given for other, given in VALUES.items() if other != address}
    assert f"Terraform does not have {address}" in differences(tmp_path, less)
    more = {**VALUES, f"{address}b": VALUES[address]}
    assert f"we do not have {address}b" in differences(tmp_path, more)
