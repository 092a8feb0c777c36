"""What names say of subnets, and which links to a VPC mean the same one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.network.hosts import container_hosts
from ecsnet.network.interfaces import of_hosts
from ecsnet.network.model import Attachment, Link, RouteTable, Subnet
from ecsnet.network.names import PRIVATE, PUBLIC, named
from ecsnet.network.routing import same_vpc
from ecsnet.values import Reference, Tri, Unknown
from tests.network.reading import only, terraform

SUBNET = 'resource "aws_subnet" "%s" {\nvpc_id = "vpc-1"\ntags = { Name = "%s" }\n}\n'


@pytest.mark.parametrize(
    ("name", "tag", "said"),
    [
        ("private", "a", "its name is private"),
        ("a", "TeamPrivateA", "its Name tag says private"),
        ("private_a", "public-a", None),
        ("public", "private", None),
        ("not_private", "a", None),
        ("a", "non-isolated", None),
        ("privateer", "internals", None),
    ],
)
def test_a_name_has_a_word_unless_another_is_to_the_contrary(
    tmp_path: Path, name: str, tag: str, said: str | None
) -> None:
    hop = named(only(terraform(tmp_path, SUBNET % (name, tag)), Subnet), PRIVATE, contrary=PUBLIC)
    assert (hop.message if hop else None) == said


VPCS = """
variable "vpc_id" {}
data "aws_vpc" "found" {}
resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "b" { cidr_block = "10.1.0.0/16" }
resource "aws_internet_gateway" "g" { vpc_id = %s }
resource "aws_route_table" "t" { vpc_id = %s }
"""


@pytest.mark.parametrize(
    ("gateway", "table", "same"),
    [
        ("aws_vpc.a.id", "aws_vpc.a.id", Tri.TRUE),
        ("aws_vpc.a.id", "aws_vpc.b.id", Tri.FALSE),
        ("var.vpc_id", "var.vpc_id", Tri.TRUE),
        ("var.vpc_id", "aws_vpc.a.id", Tri.UNKNOWN),
        ("data.aws_vpc.found.id", "data.aws_vpc.found.id", Tri.TRUE),
        ("data.aws_vpc.found.id", "aws_vpc.a.id", Tri.UNKNOWN),
        ('"vpc-1"', '"vpc-2"', Tri.FALSE),
    ],
)
def test_vpcs_are_the_same_as_far_as_that_is_certain(tmp_path: Path, gateway: str, table: str, same: Tri) -> None:
    network = terraform(tmp_path, VPCS % (gateway, table))
    assert same_vpc(only(network, Attachment).vpc, only(network, RouteTable).vpc) is same


def test_a_vpc_of_which_nothing_is_known_is_not_another_one() -> None:
    declared = Link(Reference("aws_vpc.a"), ("aws_vpc.a",))
    assert same_vpc(declared, Link(elsewhere=True, anything=True)) is Tri.UNKNOWN
    assert same_vpc(declared, Link(Unknown("unset"), anything=True)) is Tri.UNKNOWN


INSTANCE = """
resource "aws_subnet" "s" { vpc_id = "vpc-1" }
resource "aws_launch_template" "t" {
  user_data = "ECS_CLUSTER=a %s"
  network_interfaces { associate_public_ip_address = false }
}
resource "aws_instance" "i" {
  subnet_id = aws_subnet.s.id
  %s
  launch_template { id = aws_launch_template.t.id }
}
"""


@pytest.mark.parametrize(
    ("data", "argument", "given"),
    [
        ("", "", Tri.FALSE),
        ("", "associate_public_ip_address = true", Tri.TRUE),
        ("aws ec2 associate-address", "", Tri.UNKNOWN),
    ],
)
def test_an_instance_has_the_address_that_it_asks_for_itself(
    tmp_path: Path, data: str, argument: str, given: Tri
) -> None:
    network = terraform(tmp_path, INSTANCE.replace("{ ", "{\n").replace(" }", "\n}") % (data, argument))
    [found] = container_hosts(network)
    assert [placement.ipv4.given for placement in of_hosts(network, found)] == [given]
