"""Inputs: what Terraform itself takes from the same files, flags and environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from ecsnet.inputs import Assignment, Given, Input, VarFile
from ecsnet.resources import Configuration
from ecsnet.terraform import load

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")

MAIN = """
variable "x" {
  type    = %s
  default = null
}
resource "terraform_data" "out" { input = [jsonencode(var.x), terraform.workspace] }
"""
CASES: list[tuple[str, Mapping[str, str], Mapping[str, str], Sequence[str]]] = [
    ("string", {}, {"TF_VAR_x": "env"}, []),
    ("string", {"terraform.tfvars": 'x = "f"'}, {"TF_VAR_x": "env"}, []),
    ("string", {"terraform.tfvars": 'x = "f"', "terraform.tfvars.json": '{"x": "${j}"}'}, {}, []),
    ("string", {"terraform.tfvars.json": '{"x": "j"}', "a.auto.tfvars": 'x = "a"'}, {}, []),
    ("string", {"z.auto.tfvars": 'x = "z"', "Z.auto.tfvars": 'x = "Z"', "zz.auto.tfvars.json": '{"x": "zz"}'}, {}, []),
    ("string", {"f.tfvars": 'x = "f"', "a.auto.tfvars": 'x = "a"'}, {}, ["-var-file=f.tfvars", "-var=x=flag"]),
    ("string", {"f.tfvars": 'x = "f"'}, {}, ["-var=x=flag", "-var-file=f.tfvars"]),
    ("string", {}, {}, ["-var=x=null"]),
    ("list(string)", {}, {"TF_VAR_x": '["e", 1]'}, []),
    ("any", {}, {}, ['-var=x="a${1 + 1}"']),
    ("any", {}, {}, ["-var=x=tolist([1])"]),
    ("any", {"f.tfvars": "x = lower(1)"}, {}, ["-var-file=f.tfvars"]),
    ("list(string)", {}, {}, ["-var=x=foo"]),
    ("list(string)", {}, {"TF_VAR_x": ""}, []),
    ("number", {"terraform.tfvars": 'x = "a"'}, {}, []),
    ("number", {"terraform.tfvars": 'x = "a"'}, {}, ["-var=x=1"]),
    ("any", {"d.tfvars.json": '{"x": 1, "x": 2}'}, {}, ["-var-file=d.tfvars.json"]),
    ("any", {"y.tfvars": "y = 1"}, {"TF_VAR_z": "1"}, ["-var-file=y.tfvars"]),
    ("any", {"terraform.tfvars": "\ufeffx = 7"}, {}, []),
    ("any", {}, {"TF_WORKSPACE": "stage"}, []),
    (
        "any",
        {"override.tf": 'variable "x" {\n  default = 1\n}', "b_override.tf": 'variable "x" {\n default = 2\n}'},
        {},
        [],
    ),
    ("any", {"override.tf": "locals { b = 1 }"}, {}, []),
    ("any", {"override.tf": 'provider "x" {\n  alias = "y"\n}'}, {}, []),
]


def planned(root: Path, environment: Mapping[str, str], arguments: Sequence[str]) -> object:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("TF_")}
    settings = {**clean, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}

    def run(*command: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", *command], cwd=root, env={**settings, **extra}, capture_output=True, text=True, check=False
        )

    run("init", "-input=false")
    if run("plan", "-input=false", "-out=p", *arguments, **environment).returncode:
        return None
    plan = json.loads(run("show", "-json", "p", **environment).stdout)
    return plan["planned_values"]["root_module"]["resources"][0]["values"]["input"]


def evaluated(root: Path, environment: Mapping[str, str], arguments: Sequence[str]) -> Configuration:
    inputs: list[Input] = []
    for argument in arguments:
        flag, _, text = argument.partition("=")
        name, _, value = text.partition("=")
        inputs.append(VarFile(str(root / text)) if flag == "-var-file" else Assignment(name, value))
    variables = {name[len("TF_VAR_") :]: text for name, text in environment.items() if name.startswith("TF_VAR_")}
    return load(str(root), given=Given(tuple(inputs), variables, environment.get("TF_WORKSPACE")))


@pytest.mark.parametrize(("kind", "files", "environment", "arguments"), CASES)
def test_values_are_those_that_terraform_takes(
    tmp_path: Path, kind: str, files: Mapping[str, str], environment: Mapping[str, str], arguments: Sequence[str]
) -> None:
    for name, text in {"main.tf": MAIN % kind, **files}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    expected = planned(tmp_path, environment, arguments)
    found = evaluated(tmp_path, environment, arguments)
    if expected is None:
        assert found.problems
    else:
        assert not found.problems
        value = found.resources["terraform_data.out"].get("input")
        assert isinstance(value, tuple)
        assert list(value) == expected


def test_a_tofu_file_goes_before_its_twin(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text('resource "terraform_data" "terraform" {}')
    (tmp_path / "a.tofu").write_text('resource "terraform_data" "tofu" {}')
    (tmp_path / "b.tf.json").write_text('{"resource": {"terraform_data": {"b": {}}}}')
    assert list(load(str(tmp_path)).resources) == ["terraform_data.tofu", "terraform_data.b"]


def test_the_selected_workspace_holds(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "terraform_data" "a" { input = terraform.workspace }')
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform/environment").write_text("stage\n")
    assert load(str(tmp_path)).resources["terraform_data.a"].get("input") == "stage"
    assert load(str(tmp_path), given=Given(workspace="prod")).resources["terraform_data.a"].get("input") == "prod"
