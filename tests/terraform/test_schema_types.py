"""What is read from a resource has the types of its schema, which is not here: what depends on them is no error."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.terraform import load
from ecsnet.values import Unknown, Value

RESOURCES = """
resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
  tags       = { a = true, b = 1 }
}
resource "aws_lb" "l" {
  subnets         = ["s1", "s2"]
  security_groups = toset(["x"])
}
variable "yes" { default = true }
"""


def _value(folder: Path, expression: str) -> Value:
    (folder / "main.tf").write_text(f'{RESOURCES}\nresource "terraform_data" "out" {{ input = {expression} }}')
    found = load(str(folder), boundary=str(folder))
    assert not found.problems
    return found.resources["terraform_data.out"].get("input")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("var.yes ? aws_vpc.a.tags : {}", {"a": True, "b": 1}),
        ("var.yes ? merge(aws_vpc.a.tags, { z = 1 }) : {}", {"a": True, "b": 1, "z": 1}),
        ("var.yes ? { for k, v in aws_vpc.a.tags : k => v } : {}", {"a": True, "b": 1}),
        ("var.yes ? aws_vpc.a.tags.b : true", 1),
        ("element(aws_lb.l.subnets, -1)", "s2"),
        ("aws_lb.l.security_groups[0]", "x"),
        ("slice(aws_lb.l.security_groups, 0, 1)", ("x",)),
        ('concat(aws_lb.l.security_groups, ["y"])', ("x", "y")),
    ],
)
def test_a_schema_may_make_another_type_of_an_attribute(tmp_path: Path, expression: str, expected: Value) -> None:
    assert _value(tmp_path, expression) == expected


def test_whether_an_attribute_is_a_list_is_not_known(tmp_path: Path) -> None:
    assert isinstance(_value(tmp_path, 'aws_lb.l.subnets == ["s1", "s2"]'), Unknown)
    assert _value(tmp_path, 'aws_lb.l.subnets == ["s1", "s3"]') is False


def test_an_attribute_that_is_repeated_over_is_a_set(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        RESOURCES + 'resource "aws_eip" "e" {\n  for_each = aws_lb.l.subnets\n  tags = { n = each.value }\n}'
    )
    found = load(str(tmp_path), boundary=str(tmp_path))
    assert [name for name in found.resources if name.startswith("aws_eip")] == ['aws_eip.e["s1"]', 'aws_eip.e["s2"]']
