"""Values of variables by type: what Terraform makes of them, and where it refuses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.terraform import load
from ecsnet.values import Unknown
from tests.terraform.console import TERRAFORM, plain
from tests.terraform.variables import differences


@pytest.mark.skipif(TERRAFORM is None, reason="needs terraform")
def test_variables_are_what_terraform_takes() -> None:
    assert differences(seed=1, count=200) == []


@pytest.mark.parametrize(
    ("declared", "given", "value"),
    [
        ("type = object({ a = optional(string, 1), b = optional(list(bool)) })", "{}", {"a": "1", "b": None}),
        ("type = object({ a = optional(object({ b = optional(bool, true) }), {}) })", "{}", {"a": {"b": True}}),
        ("type = set(object({ a = optional(number, 2) }))", '[{}, { a = "2" }]', [{"a": 2}]),
        ("type = tuple([string, set(number)])", '[1, ["2", 2]]', ["1", [2]]),
        ("type = list(any)", '[1, "x"]', ["1", "x"]),
        ("type = map(string)\n  default = { d = 1 }\n  nullable = false", "null", {"d": "1"}),
        ("type = map(string)\n  default = { d = 1 }", "null", None),
        ("type = list(set(any))", '[["x"], null]', [["x"], None]),
    ],
)
def test_values_of_types(tmp_path: Path, declared: str, given: str, value: object) -> None:
    (tmp_path / "main.tf").write_text(
        f'variable "x" {{\n  {declared}\n}}\nresource "terraform_data" "o" {{ input = var.x }}'
    )
    (tmp_path / "terraform.tfvars").write_text(f"x = {given}")
    found = load(str(tmp_path), boundary=str(tmp_path))
    assert plain(found.resources["terraform_data.o"].get("input")) == value
    assert not found.problems_met()


@pytest.mark.parametrize(
    ("declared", "line"),
    [
        ('type = list(any)\n  default = "x"', 3),
        ("type = string\n  default = null\n  nullable = false", 3),
        ("type = object({ a = optional(list(string), [[]]) })\n  default = {}", 1),
        ("type = map(tuple([string]))\n  default = { a = [] }", 3),
    ],
)
def test_a_default_that_does_not_fit_is_a_problem_at_its_line(tmp_path: Path, declared: str, line: int) -> None:
    (tmp_path / "main.tf").write_text(
        f'variable "x" {{\n  {declared}\n}}\nresource "terraform_data" "o" {{ input = var.x }}'
    )
    found = load(str(tmp_path), boundary=str(tmp_path))
    assert isinstance(found.resources["terraform_data.o"].get("input"), Unknown)
    (problem,) = found.problems_met()
    assert problem.line == line
    assert "does not fit" in problem.message


def test_what_a_call_gives_that_does_not_fit_is_a_problem_of_the_call(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('\nmodule "m" {\n  source = "./m"\n  x = ["a"]\n}\n')
    (tmp_path / "m").mkdir()
    inner = 'variable "x" { type = list(number) }\nresource "terraform_data" "o" { input = var.x }'
    (tmp_path / "m" / "main.tf").write_text(inner)
    found = load(str(tmp_path), boundary=str(tmp_path))
    assert isinstance(found.resources["module.m.terraform_data.o"].get("input"), Unknown)
    (problem,) = found.problems_met()
    assert (Path(problem.file).name, problem.line) == ("main.tf", 2)


def test_what_a_schema_converts_is_no_problem_of_a_call(tmp_path: Path) -> None:
    text = (
        'resource "aws_lb" "l" { subnets = toset(["s"]) }\nmodule "m" {\n  source = "./m"\n  x = aws_lb.l.subnets\n}\n'
    )
    (tmp_path / "main.tf").write_text(text)
    (tmp_path / "m").mkdir()
    inner = 'variable "x" { type = tuple([number]) }\nresource "terraform_data" "o" { input = var.x }'
    (tmp_path / "m" / "main.tf").write_text(inner)
    found = load(str(tmp_path), boundary=str(tmp_path))
    found.resources["module.m.terraform_data.o"].get("input")
    assert not found.problems_met()
