"""Why something is undecided is said in words that lead to the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.config import Config
from ecsnet.engine import scan

NETWORK = """
variable "zones" {
  type = list(string)
}

resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_route_table" "t" {
  vpc_id = aws_vpc.v.id
}

resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.t.id
}
"""
ROUTE = """
variable "unset" {}

resource "aws_internet_gateway" "g" {
  vpc_id = aws_vpc.v.id
}

resource "aws_route" "r" {
  {}
}
"""


@pytest.fixture
def reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text(NETWORK)
    (tmp_path / "more.tf").write_text(text)
    (undecided,) = scan(["."], Config(select=("ECSNET101",))).undecided
    return undecided.reason


def route(*arguments: str) -> str:
    lines = ("gateway_id = aws_internet_gateway.g.id", *arguments)
    return ROUTE.replace("  {}", "\n".join(f"  {line}" for line in lines))


WIDE, TABLE = 'destination_cidr_block = "0.0.0.0/0"', "route_table_id = aws_route_table.t.id"
MAY = "aws_route.r may hold the route to the internet: "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (route(WIDE, TABLE, "count = length(var.zones)"), MAY + "whether it exists hangs on length(var.zones)"),
        (
            route(WIDE, "route_table_id = var.unset"),
            MAY + "its route table is not certain (variable unset has no default)",
        ),
        (route(TABLE, "destination_cidr_block = var.unset"), MAY + "its destination is not in the configuration"),
        ("\n%%\n", "more.tf:2 may add routes: it could not be read"),
    ],
)
def test_what_keeps_a_subnet_undecided(reason: str, expected: str) -> None:
    assert reason == expected
