"""Provider configurations: which one is used, and what follows from its region."""

from __future__ import annotations

from pathlib import Path

from ecsnet.resources import Configuration
from ecsnet.terraform import load
from ecsnet.values import Tri, Unknown, Value, equal

ZONED = """
data "aws_region" "here" {}
data "aws_availability_zones" "here" {}
resource "aws_subnet" "s" {
  availability_zone = data.aws_availability_zones.here.names[0]
  tags              = { region = data.aws_region.here.name }
}
"""


def configuration(folder: Path, **files: str) -> Configuration:
    for name, text in files.items():
        path = folder / name.replace("__", "/") / "main.tf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(str(folder / "root"), boundary=str(folder))


def region(found: Configuration, address: str) -> Value:
    return found.resources[address].get("tags", "region")


def zone(found: Configuration, address: str) -> Value:
    return found.resources[address].get("availability_zone")


def test_a_module_inherits_only_what_has_no_alias(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        root="""
        provider "aws" { region = "us-east-1" }
        provider "aws" {
          alias  = "west"
          region = "us-west-2"
        }
        module "inherits" { source = "../zoned" }
        module "passed" {
          source    = "../zoned"
          providers = { aws = aws.west }
        }
        module "aliased" { source = "../aliased" }
        """,
        zoned=ZONED,
        aliased="""
        data "aws_region" "west" { provider = aws.west }
        resource "aws_subnet" "s" { tags = { region = data.aws_region.west.name } }
        """,
    )
    assert region(found, "module.inherits.aws_subnet.s") == "us-east-1"
    assert region(found, "module.passed.aws_subnet.s") == "us-west-2"
    assert isinstance(region(found, "module.aliased.aws_subnet.s"), Unknown)


def test_configurations_are_passed_down_under_other_names(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        root="""
        provider "aws" { region = "us-east-1" }
        provider "aws" {
          alias  = "b"
          region = "us-west-2"
        }
        module "middle" {
          source = "../middle"
          providers = {
            aws.first  = aws.b
            aws.second = aws
          }
        }
        """,
        middle="""
        terraform {
          required_providers {
            aws = {
              source                = "hashicorp/aws"
              configuration_aliases = [aws.first, aws.second]
            }
          }
        }
        module "first" {
          source    = "../zoned"
          providers = { aws = aws.first }
        }
        module "second" {
          source    = "../zoned"
          providers = { aws = aws.second }
        }
        """,
        zoned=ZONED,
    )
    assert region(found, "module.middle.module.first.aws_subnet.s") == "us-west-2"
    assert region(found, "module.middle.module.second.aws_subnet.s") == "us-east-1"
    first, second = (zone(found, f"module.middle.module.{name}.aws_subnet.s") for name in ("first", "second"))
    assert equal(first, second) is Tri.FALSE


def test_a_provider_block_in_a_module_goes_by_its_variables(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        root="""
        provider "aws" { region = "us-east-1" }
        module "own" {
          source = "../own"
          region = "eu-west-1"
        }
        module "also" {
          source = "../own"
          region = "eu-west-1"
        }
        module "below" { source = "../zoned" }
        """,
        own="""
        variable "region" {}
        provider "aws" { region = var.region }
        module "zoned" { source = "../zoned" }
        """,
        zoned=ZONED,
    )
    assert region(found, "module.own.module.zoned.aws_subnet.s") == "eu-west-1"
    own, also = (zone(found, f"module.{name}.module.zoned.aws_subnet.s") for name in ("own", "also"))
    assert equal(own, also) is Tri.TRUE
    assert equal(own, zone(found, "module.below.aws_subnet.s")) is Tri.FALSE


def test_the_region_argument_goes_before_the_provider(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        root="""
        provider "aws" { region = "us-east-1" }
        data "aws_region" "there" { region = "eu-west-1" }
        data "aws_availability_zones" "here" {}
        data "aws_availability_zones" "same" { region = "us-east-1" }
        data "aws_availability_zones" "there" { region = "eu-west-1" }
        resource "aws_vpc" "there" { region = "eu-west-1" }
        resource "aws_vpc" "here" {}
        resource "aws_subnet" "there" {
          tags = {
            region = data.aws_region.there.region
            vpc    = aws_vpc.there.region
            here   = aws_vpc.here.region
          }
        }
        resource "aws_subnet" "z" {
          for_each = {
            here  = data.aws_availability_zones.here.names[0]
            same  = data.aws_availability_zones.same.names[0]
            there = data.aws_availability_zones.there.names[0]
          }
          availability_zone = each.value
        }
        """,
    )
    assert found.resources["aws_subnet.there"].get("tags") == {
        "region": "eu-west-1", "vpc": "eu-west-1", "here": "us-east-1",
    }  # fmt: skip
    here, same, there = (zone(found, f'aws_subnet.z["{key}"]') for key in ("here", "same", "there"))
    assert equal(here, same) is Tri.TRUE
    assert equal(here, there) is Tri.FALSE


def test_zones_of_regions_that_are_not_known_may_be_the_same(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        root="""
        variable "a" {}
        variable "b" {}
        provider "aws" { region = var.a }
        provider "aws" {
          alias  = "b"
          region = var.b
        }
        provider "aws" {
          alias  = "a"
          region = var.a
        }
        provider "aws" {
          alias   = "other_account"
          region  = var.a
          profile = "other"
        }
        module "default" { source = "../zoned" }
        module "a" {
          source    = "../zoned"
          providers = { aws = aws.a }
        }
        module "b" {
          source    = "../zoned"
          providers = { aws = aws.b }
        }
        module "other" {
          source    = "../zoned"
          providers = { aws = aws.other_account }
        }
        """,
        zoned=ZONED,
    )
    default, a, b, other = (zone(found, f"module.{name}.aws_subnet.s") for name in ("default", "a", "b", "other"))
    assert equal(default, a) is Tri.TRUE
    assert equal(default, b) is Tri.UNKNOWN
    assert equal(default, other) is Tri.UNKNOWN


def test_a_provider_chosen_by_a_key_is_not_known(tmp_path: Path) -> None:
    found = configuration(
        tmp_path,
        root="""
        provider "aws" { region = "us-east-1" }
        provider "aws" {
          for_each = toset(["eu-west-1"])
          alias    = "by_region"
          region   = each.value
        }
        module "m" {
          source    = "../zoned"
          providers = { aws = aws.by_region["eu-west-1"] }
        }
        data "aws_region" "r" { provider = aws.by_region["eu-west-1"] }
        resource "aws_subnet" "s" { tags = { region = data.aws_region.r.name } }
        """,
        zoned=ZONED,
    )
    assert isinstance(region(found, "aws_subnet.s"), Unknown)
    assert isinstance(region(found, "module.m.aws_subnet.s"), Unknown)
    assert not found.problems


def test_a_region_that_asks_for_itself_is_not_known(tmp_path: Path) -> None:
    found = configuration(tmp_path, root='provider "aws" { region = data.aws_region.here.name }\n' + ZONED)
    assert isinstance(region(found, "aws_subnet.s"), Unknown)
