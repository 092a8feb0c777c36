"""Availability zones and networks in the shapes in which configurations handle them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ecsnet.resources import Configuration
from ecsnet.terraform import load
from ecsnet.values import Text, Tri, Unknown, Value, equal, is_known

ZONES = 'data "aws_availability_zones" "all" {}\n'


def tags(folder: Path, main: str) -> dict[str, Value]:
    (folder / "main.tf").write_text(ZONES + main, encoding="utf-8")
    found: Configuration = load(str(folder))
    assert not found.problems_met()
    value = found.resources["aws_subnet.s"].get("tags")
    assert isinstance(value, Mapping)
    return {name: value[name] for name in ("a", "b", "c", "d")}


def test_a_shuffle_repeats_nothing_before_all_had_their_turn(tmp_path: Path) -> None:
    found = tags(
        tmp_path,
        """
        resource "random_shuffle" "z" {
          input        = data.aws_availability_zones.all.names
          result_count = 5
        }
        resource "aws_subnet" "s" {
          tags = {
            a = random_shuffle.z.result[0]
            b = random_shuffle.z.result[2]
            c = random_shuffle.z.result[3]
            d = length(random_shuffle.z.result)
          }
        }
        """,
    )
    assert equal(found["a"], found["a"]) is Tri.TRUE
    assert equal(found["a"], found["b"]) is Tri.FALSE
    assert equal(found["a"], found["c"]) is Tri.UNKNOWN
    assert found["d"] == 5


def test_a_shuffle_of_what_may_be_the_same_twice_tells_nothing_apart(tmp_path: Path) -> None:
    found = tags(
        tmp_path,
        """
        variable "x" {}
        resource "random_shuffle" "z" { input = ["a", var.x] }
        resource "random_shuffle" "open" {
          input        = ["a", "b"]
          result_count = var.x
        }
        resource "aws_subnet" "s" {
          tags = {
            a = random_shuffle.z.result[0]
            b = random_shuffle.z.result[1]
            c = random_shuffle.open.result
            d = null
          }
        }
        """,
    )
    assert equal(found["a"], found["b"]) is Tri.UNKNOWN
    assert isinstance(found["c"], Unknown)


def test_zones_that_a_filter_leaves_are_distinct_and_of_unknown_number(tmp_path: Path) -> None:
    found = tags(
        tmp_path,
        """
        data "aws_availability_zones" "some" {
          filter {
            name   = "zone-name"
            values = ["eu-west-1a", "eu-west-1b"]
          }
        }
        resource "aws_subnet" "s" {
          tags = {
            a = data.aws_availability_zones.some.names[0]
            b = slice(data.aws_availability_zones.some.names, 0, 2)[1]
            c = length(data.aws_availability_zones.some.names)
            d = data.aws_availability_zones.all.names[0]
          }
        }
        """,
    )
    assert equal(found["a"], found["b"]) is Tri.FALSE
    assert isinstance(found["c"], Unknown)
    assert equal(found["a"], found["d"]) is Tri.UNKNOWN


def test_the_network_of_a_vpc_that_is_looked_up_stays_unknown(tmp_path: Path) -> None:
    found = tags(
        tmp_path,
        """
        data "aws_vpc" "v" { default = true }
        locals { octets = split(".", data.aws_vpc.v.cidr_block) }
        resource "aws_subnet" "s" {
          tags = {
            a = cidrsubnet(data.aws_vpc.v.cidr_block, 8, 1)
            b = "${local.octets[0]}.${local.octets[1]}.1.0/24"
            c = cidrsubnet("10.0.0.0/${split("/", data.aws_vpc.v.cidr_block)[1]}", 8, 1)
            d = cidrsubnets("10.0.0.0/16", 4, 8)[1]
          }
        }
        """,
    )
    assert isinstance(found["a"], Unknown)
    assert isinstance(found["b"], Text)
    assert not is_known(found["c"])
    assert found["d"] == "10.0.16.0/24"


def test_a_slice_of_unknown_length_still_has_the_zones_in_their_order(tmp_path: Path) -> None:
    found = tags(
        tmp_path,
        """
        variable "how_many" {}
        locals { zones = slice(data.aws_availability_zones.all.names, 0, var.how_many) }
        resource "aws_subnet" "s" {
          tags = {
            a = local.zones[0]
            b = local.zones[1]
            c = data.aws_availability_zones.all.names[0]
            d = length(local.zones)
          }
        }
        """,
    )
    assert equal(found["a"], found["b"]) is Tri.FALSE
    assert equal(found["a"], found["c"]) is Tri.TRUE
    assert not is_known(found["d"])


def test_elements_of_a_list_that_only_aws_knows_may_be_the_same_or_not(tmp_path: Path) -> None:
    found = tags(
        tmp_path,
        """
        data "aws_subnets" "all" {}
        resource "aws_subnet" "s" {
          tags = {
            a = concat(data.aws_subnets.all.ids, [])[0]
            b = concat(data.aws_subnets.all.ids, [])[1]
            c = flatten([data.aws_subnets.all.ids])[0]
            d = flatten([data.aws_subnets.all.ids])[1]
          }
        }
        """,
    )
    assert equal(found["a"], found["b"]) is equal(found["c"], found["d"]) is Tri.UNKNOWN


def test_no_zone_is_null_or_empty(tmp_path: Path) -> None:
    found = tags(
        tmp_path,
        """
        locals { zones = data.aws_availability_zones.all.names }
        resource "aws_subnet" "s" {
          tags = {
            a = compact(local.zones)[0]
            b = compact(concat(local.zones, [""]))[1]
            c = local.zones[0] == null ? "none" : local.zones[0]
            d = coalesce(local.zones[1], local.zones[0])
          }
        }
        """,
    )
    assert equal(found["a"], found["c"]) is equal(found["b"], found["d"]) is Tri.TRUE
    assert equal(found["a"], found["b"]) is Tri.FALSE
