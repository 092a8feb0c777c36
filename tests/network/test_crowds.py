"""Routes and associations of which it is not known what they are of: looked at up to a number, undecided beyond it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.network.model import Subnet
from ecsnet.network.routing import MAX_LOOSE, SubnetClass
from tests.network import reading

NETWORK = """
variable "places" { type = list(string) }

resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "g" {
  vpc_id = aws_vpc.v.id
}

resource "aws_route_table" "t" {
  vpc_id = aws_vpc.v.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}

resource "aws_subnet" "s" {
  vpc_id = aws_vpc.v.id
}
"""
ASSOCIATION = """
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.s.id
  route_table_id = aws_route_table.t.id
}
"""
ROUTES = """
resource "aws_route" "r" {
  count                  = %d
  route_table_id         = var.places[count.index]
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.g.id
}
"""
ASSOCIATIONS = """
resource "aws_route_table" "other" {
  count  = %d
  vpc_id = aws_vpc.v.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}

resource "aws_route_table_association" "other" {
  count          = length(aws_route_table.other)
  subnet_id      = var.places[count.index]
  route_table_id = aws_route_table.other[count.index].id
}

resource "aws_main_route_table_association" "m" {
  vpc_id         = aws_vpc.v.id
  route_table_id = aws_route_table.t.id
}
"""


@pytest.mark.parametrize("text", [ASSOCIATION + ROUTES, ASSOCIATIONS], ids=["routes", "associations"])
def test_a_crowd_is_undecided(text: str, tmp_path: Path) -> None:
    few = reading.terraform(tmp_path, NETWORK + text % MAX_LOOSE)
    assert few.routing.classify(reading.only(few, Subnet)).kind is SubnetClass.PUBLIC
    many = reading.terraform(tmp_path, NETWORK + text % (MAX_LOOSE + 1))
    way = many.routing.classify(reading.only(many, Subnet))
    assert way.kind is SubnetClass.UNKNOWN
    assert f"more than {MAX_LOOSE}" in way.reason
    assert way.span is not None


def test_a_crowd_of_associations_does_not_matter_to_a_subnet_that_has_one(tmp_path: Path) -> None:
    network = reading.terraform(tmp_path, NETWORK + ASSOCIATION + ASSOCIATIONS % (MAX_LOOSE + 1))
    assert network.routing.classify(reading.only(network, Subnet)).kind is SubnetClass.PUBLIC
