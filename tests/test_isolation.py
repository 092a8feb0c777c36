"""A scan reads what it is pointed at, within its checkout, and nothing else. It runs, fetches and writes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.expectations import FIXTURES

ROOT = Path(__file__).parents[1]
SCAN = """
import json, os, sys
events = []
def look(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        flags = args[2] or 0
        writes = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        events.append(["write" if writes else "read", os.path.abspath(os.fsdecode(args[0]))])
    elif event in ("os.listdir", "os.scandir"):
        events.append(["read", os.path.abspath(os.fsdecode(args[0] or "."))])
    elif event.split(".")[0] in ("subprocess", "socket", "ctypes") or event in (
        "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.mkdir", "os.remove", "os.rename", "os.link",
        "os.symlink", "os.chmod", "os.rmdir", "os.truncate", "exec.file", "urllib.Request",
    ):
        events.append(["act", event])
from ecsnet.cli import main
sys.addaudithook(look)
status = main(sys.argv[2:])
found, events = events, []
with open(sys.argv[1], "w") as file:
    json.dump([status, found], file)
"""
TERRAFORM = """
locals {
  secret = file("/etc/hostname")
  above  = file("../../outside/secret.txt")
  linked = file("linked.txt")
  made   = templatefile("../../outside/secret.txt", {})
  many   = fileset("../../outside", "*")
}

module "above" {
  source = "../../outside"
}

module "linked" {
  source = "./linked"
}

module "fetched" {
  source = "git::https://example.com/module.git"
}

data "external" "run" {
  program = ["touch", "ran"]
}

resource "aws_security_group" "a" {
  description = "${local.secret}${local.above}${local.linked}${local.made}${join("", local.many)}"

  provisioner "local-exec" {
    command = "touch ran"
  }
}
"""
TEMPLATE = """
Transform: [Evil]
Resources:
  Above: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../outside/stack.yaml}}
  Root: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: /etc/hostname}}
  Fetched: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://example.com/stack.yaml}}
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: ../outside/stack.yaml}}
  Machine: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: ../outside/secret.txt}}
"""


def scanned(tree: Path, place: Path) -> tuple[int, list[tuple[str, str]], str]:
    """The exit status, what was done, and what was said. ``place``: a folder for notes."""
    log = place / "events.json"
    command = [sys.executable, "-c", SCAN, str(log), "scan", "--no-cache", "--jobs", "1", "--show-unknown", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(place / "home")}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    status, events = json.loads(log.read_text())
    return status, [(kind, what) for kind, what in events], done.stdout + done.stderr


def strange(events: list[tuple[str, str]], tree: Path) -> set[tuple[str, str]]:
    """What is neither reading below the tree nor importing Python modules, nor looking for the tree's own checkout."""
    own = (str(tree), str(ROOT / "ecsnet"), sys.prefix, sys.base_prefix, *filter(None, map(os.path.abspath, sys.path)))
    return {(kind, what) for kind, what in events if kind != "read" or not what.startswith(own)}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("hunter2")
    (tmp_path / "outside" / "main.tf").write_text('resource "aws_security_group" "hunter2" {}\n')
    (tmp_path / "outside" / "stack.yaml").write_text("Resources: {Hunter2: {Type: AWS::EC2::VPC}}\n")
    tree = tmp_path / "checkout"
    (tree / ".git").mkdir(parents=True)
    (tree / "infra").mkdir()
    (tree / "infra" / "main.tf").write_text(TERRAFORM)
    (tree / "infra" / "linked.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (tree / "infra" / "linked").symlink_to(tmp_path / "outside", target_is_directory=True)
    (tree / "stack.yaml").write_text(TEMPLATE)
    return tree


def test_what_is_outside_stays_there(tree: Path) -> None:
    _, events, said = scanned(tree, tree.parent)
    assert strange(events, tree) == set()
    assert ("read", str(tree / "infra" / "main.tf")) in events
    outside = str(tree.parent / "outside")
    resolved = {os.path.realpath(what) for kind, what in events if kind == "read"}
    assert not [what for what in resolved if what.startswith(outside)]
    assert "hunter2" not in said.lower()
    assert not list(tree.rglob("ran"))


def test_a_configuration_file_of_the_checkout_reads_nothing_outside_either(tree: Path) -> None:
    (tree / ".ecsnet.toml").write_text(
        'stubs = ["../outside"]\nbaseline = "../outside/secret.txt"\n\n'
        '[[roots]]\npath = "infra"\nvar-files = ["../outside/secret.txt"]\n'
    )
    _, events, said = scanned(tree, tree.parent)
    assert {what for kind, what in strange(events, tree) if kind != "read"} == set()
    assert "hunter2" not in said.lower()


@pytest.mark.parametrize("rule", ["ECSNET201", "ECSNET301", "ECSNET401"])
def test_fixtures_are_only_read(rule: str, tmp_path: Path) -> None:
    folder = FIXTURES / rule
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    _, events, _ = scanned(folder, tmp_path)
    assert events
    assert {(kind, what) for kind, what in events if kind != "read"} == set()
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
