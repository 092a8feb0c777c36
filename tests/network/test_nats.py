"""Which zones have a NAT gateway: what the index answers is what looking at every gateway answers, and in less time."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.network import Network, nats
from ecsnet.network.model import NatGateway, Subnet
from ecsnet.network.nats import Nats
from ecsnet.network.routing import same_vpc
from ecsnet.network.zones import same_zone
from ecsnet.options import Options
from ecsnet.rules.ecsnet401 import RULE
from ecsnet.values import Tri
from tests.network import reading

NETWORKS = """
variable "zone" {}
variable "subnet" {}
variable "exists" { type = bool }
variable "kind" {}
data "aws_availability_zones" "all" {}

resource "aws_vpc" "v" {
  count      = 2
  cidr_block = "10.${count.index}.0.0/16"
}

locals {
  zones = ["eu-west-1a", "eu-west-1b", "euw1-az1", var.zone, data.aws_availability_zones.all.names[0], null]
}

resource "aws_subnet" "s" {
  count             = 12
  vpc_id            = aws_vpc.v[count.index % 2].id
  cidr_block        = "10.${count.index % 2}.${count.index}.0/24"
  availability_zone = local.zones[floor(count.index / 2)]
}

resource "aws_nat_gateway" "n" {
  count             = 24
  subnet_id         = aws_subnet.s[(count.index * 5) % 12].id
  connectivity_type = ["public", "private", var.kind][count.index % 3]
}

resource "aws_nat_gateway" "maybe" {
  count     = var.exists ? 1 : 0
  subnet_id = aws_subnet.s[2].id
}

resource "aws_nat_gateway" "away" {
  count     = AWAY
  subnet_id = var.subnet
}
"""


def by_looking_at_all(network: Network, subnet: Subnet, but: str) -> Tri:
    verdict = Tri.FALSE
    for gateway in network.all(NatGateway):
        if gateway.address != but:
            home = network.get(Subnet, gateway.subnet.only)
            here = same_vpc(home.vpc, subnet.vpc) & same_zone(home.zone, subnet.zone) if home else Tri.UNKNOWN
            verdict |= here & ~gateway.private & gateway.resource.exists
    return verdict


@pytest.mark.parametrize("away", [0, 1])
def test_the_index_answers_what_all_gateways_do(tmp_path: Path, away: int) -> None:
    network = reading.terraform(tmp_path, NETWORKS.replace("AWAY", str(away)))
    index = Nats(network)
    answers = set()
    for subnet in network.all(Subnet):
        for but in ("", *(gateway.address for gateway in network.all(NatGateway))):
            _, verdict = index.own(subnet, but)
            assert verdict is by_looking_at_all(network, subnet, but)
            answers.add(verdict)
    assert answers >= {Tri.TRUE, Tri.UNKNOWN}


CHAIN = """
resource "aws_vpc" "v" {
  count      = COUNT
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "home" {
  count             = COUNT
  vpc_id            = aws_vpc.v[count.index].id
  cidr_block        = "10.0.0.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_nat_gateway" "n" {
  count     = COUNT
  subnet_id = aws_subnet.home[count.index].id
}

resource "aws_subnet" "s" {
  count             = COUNT
  vpc_id            = aws_vpc.v[count.index].id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-west-1b"
}

resource "aws_route_table" "t" {
  count  = COUNT
  vpc_id = aws_vpc.v[count.index].id
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.n[count.index].id
  }
}

resource "aws_route_table_association" "a" {
  count          = COUNT
  subnet_id      = aws_subnet.s[count.index].id
  route_table_id = aws_route_table.t[count.index].id
}
"""


def test_zones_are_compared_linearly_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def comparisons(count: int) -> int:
        called = 0

        def counted(a: object, b: object) -> Tri:
            nonlocal called
            called += 1
            return same_zone(a, b)  # type: ignore[arg-type]

        network = reading.terraform(tmp_path, CHAIN.replace("COUNT", str(count)))
        monkeypatch.setattr(nats, "same_zone", counted)
        assert len(list(RULE.check(network, Options()))) == count
        return called

    assert comparisons(40) <= 2 * comparisons(20)
