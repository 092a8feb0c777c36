"""What is kept of earlier scans never changes a report, and never stops one."""

from __future__ import annotations

import ast
import errno
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import generated
from ecsnet import cache, cli, scanning
from ecsnet.engine import scan
from ecsnet.findings import Report
from ecsnet.settings import Flags, Settings
from tests.test_jobs import TEMPLATE, shown

ROOT = Path(__file__).resolve().parents[1]
MODULE = """
variable "open" {
  default = "10.0.0.0/8"
}
locals {
  extra = fileexists("${path.module}/extra.json") ? jsondecode(file("${path.module}/extra.json")) : []
  more  = [for name in fileset(path.module, "more/*.txt") : file("${path.module}/${name}")]
}
resource "aws_security_group" "this" {
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = concat([var.open], local.extra, local.more)
  }
}
module "absent" {
  source = "example.com/a/b/c"
}
module "below" {
  source = "../shared"
}
"""
CLOSED = 'locals {\n  port = 443\n}\nresource "aws_vpc" "shared" {\n  cidr_block = "10.0.0.0/16"\n}\n'
OPEN = """
resource "aws_security_group" "also" {
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Root modules, one of which asks the file system for much, and templates."""
    top = tmp_path / "tree"
    generated.monorepo(top, 2)
    for name, text in (("root/main.tf", MODULE), ("shared/main.tf", CLOSED)):
        (top / name).parent.mkdir()
        (top / name).write_text(text)
    (top / "root" / "more").mkdir()
    (top / "template.yaml").write_text(TEMPLATE)
    monkeypatch.chdir(top)
    monkeypatch.delenv("TF_VAR_open", raising=False)
    return top


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "cache")


def scanned(folder: str, jobs: int = 1, flags: Flags = Flags()) -> Report:  # noqa: B008 - frozen
    return scan(["."], Settings(flags, ["."], dict(os.environ)), jobs=jobs, cache=folder)


def entries(folder: str) -> list[Path]:
    return [path for path in Path(folder).rglob("*") if path.is_file()]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_warm_scan_says_the_same(tree: Path, folder: str, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MIN_UNITS", 2)
    without = shown(scanned(""))
    assert shown(scanned(folder, jobs)) == without
    # Two roots, that with the questions, the templates; and which roots there are.
    assert len(entries(folder)) == 5
    monkeypatch.setattr(scanning.Task, "judge", pytest.fail)
    monkeypatch.setattr("ecsnet.terraform.find_roots", pytest.fail)
    assert shown(scanned(folder, jobs)) == without


def download() -> None:
    target = Path("root/.terraform/modules")
    (target / "absent").mkdir(parents=True)
    (target / "absent" / "main.tf").write_text(OPEN)
    modules = [{"Key": "absent", "Source": "example.com/a/b/c", "Dir": ".terraform/modules/absent"}]
    (target / "modules.json").write_text(json.dumps({"Modules": modules}))


CHANGES: dict[str, Callable[[], object]] = {
    "a file": lambda: Path("root/main.tf").write_text(MODULE.replace("10.0.0.0/8", "0.0.0.0/0")),
    "a file of a module": lambda: Path("shared/main.tf").write_text(CLOSED + OPEN),
    "a new file of a module": lambda: Path("shared/new.tf").write_text(OPEN),
    "a file that was asked for": lambda: Path("root/extra.json").write_text('["0.0.0.0/0"]'),
    "a file that fits a pattern": lambda: Path("root/more/a.txt").write_text("0.0.0.0/0"),
    "values": lambda: Path("root/terraform.tfvars").write_text('open = "0.0.0.0/0"'),
    "the environment": lambda: os.environ.__setitem__("TF_VAR_open", "0.0.0.0/0"),
    "the configuration": lambda: Path(".ecsnet.toml").write_text('select = ["ECSNET201"]\nadmin-ports = ["443"]\n'),
    "a module that is downloaded": download,
    "a template": lambda: Path("template.yaml").write_text(TEMPLATE.replace("0.0.0.0/0", "10.0.0.0/8")),
    "a new template": lambda: Path("other.yaml").write_text(TEMPLATE),
    "a module that is no more": lambda: Path("shared/main.tf").unlink(),
    "a caller": lambda: Path("root/main.tf").write_text(MODULE.replace("../shared", "../other")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_seen(tree: Path, folder: str, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_none", "")  # put back what is set below
    before = shown(scanned(folder))
    try:
        CHANGES[change]()
        after = shown(scanned(""))
        assert after != before
        assert shown(scanned(folder)) == after
        assert shown(scanned(folder)) == after
    finally:
        os.environ.pop("TF_VAR_open", None)


def test_flags_are_part_of_the_key(tree: Path, folder: str) -> None:
    assert len(scanned(folder).findings) > len(scanned(folder, flags=Flags(select=("ECSNET401",))).findings) > 0


def damaged(entry: bytes, how: str) -> bytes:
    if how == "cut":
        return entry[: len(entry) // 2]
    if how == "empty":
        return b""
    if how == "another byte":
        return entry[:-9] + bytes([entry[-9] ^ 1]) + entry[-8:]
    seen = entry.split(b"\n", 2)[1]
    made = {"no JSON": b"[", "no list": b"1", "nothing": b'[["Nothing"]]', "no outcome": b'[["Tri","true"]]'}[how]
    rest = seen + b"\n" + made
    return hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest


@pytest.mark.parametrize("how", ["cut", "empty", "another byte", "no JSON", "no list", "nothing", "no outcome"])
def test_damage_is_never_believed(tree: Path, folder: str, how: str) -> None:
    before = shown(scanned(folder))
    for path in entries(folder):
        path.write_bytes(damaged(path.read_bytes(), how))
    assert shown(scanned(folder)) == before


def test_a_folder_that_cannot_be_made_is_done_without(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert shown(scanned(str(tmp_path / "file" / "cache"))) == shown(scanned(""))
    assert shown(scanned(str(tmp_path / "file"))) == shown(scanned(""))


def test_a_full_disk_is_done_without(tree: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without = shown(scanned(""))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert shown(scanned(folder)) == without
    assert entries(folder) == []


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_what_others_can_write_to_is_not_used(tree: Path, folder: str, tmp_path: Path) -> None:
    scanned(folder)
    for path in entries(folder):
        assert path.stat().st_mode & 0o077 == 0
    os.chmod(folder, 0o777)
    assert cache.opened(folder) is None
    (tmp_path / "link").symlink_to(tmp_path)
    assert cache.opened(str(tmp_path / "link")) is None


def test_several_scans_at_once(tree: Path, folder: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": folder}
    command = [sys.executable, "-m", "ecsnet", "scan", "--quiet", "."]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(3)]
    said = [run.communicate()[0] for run in runs]
    assert said[0].count(b"\n") == 3
    assert said[1:] == [said[0]] * 2
    assert len(entries(folder)) == 5


def test_what_was_used_longest_ago_goes(tree: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scanned(folder)
    found = sorted(entries(folder))
    for age, path in enumerate(found):
        os.utime(path, (1_000_000 + age, 1_000_000 + age))
    monkeypatch.setattr(cache, "MAX_BYTES", sum(path.stat().st_size for path in found) - 1)
    opened = cache.opened(folder)
    assert opened is not None
    opened.put(opened.key("new"), {}, b"[]")
    opened.trim()
    assert not found[0].exists()
    assert found[-1].exists()
    assert sum(path.stat().st_size for path in entries(folder)) <= cache.MAX_BYTES * 3 // 4


def test_the_command_keeps_nothing_when_told_so(
    tree: Path, folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", folder)
    assert cli.main(["scan", "--no-cache", "--quiet", "."]) == 1
    assert entries(folder) == []
    assert cli.main(["scan", "--quiet", "."]) == 1
    capsys.readouterr()
    assert cli.main(["cache", "info"]) == 0
    assert capsys.readouterr().out.startswith(f"{folder}/ecsnet: 5 results, ")
    assert cli.main(["cache", "clear"]) == 0
    assert capsys.readouterr().out == f"5 results removed from {folder}/ecsnet\n"
    assert entries(folder) == []


def test_small_scans_keep_nothing(tmp_path: Path, folder: str) -> None:
    (tmp_path / "main.tf").write_text(OPEN)
    assert len(scan([str(tmp_path)], Settings(Flags(), [str(tmp_path)], {}), cache=folder).findings) == 1
    assert not Path(folder).exists()


ASKS = {"open", "listdir", "scandir", "stat", "lstat", "readlink", "walk", "access"}
ASKS_OF_PATH = {"isfile", "isdir", "exists", "lexists", "islink", "realpath", "samefile", "getsize", "getmtime"}
EVALUATION = [*(ROOT / "ecsnet" / "terraform").rglob("*.py"), *(ROOT / "ecsnet" / "cloudformation").rglob("*.py")]


@pytest.mark.parametrize("path", EVALUATION, ids=lambda path: str(path.relative_to(ROOT / "ecsnet")))
def test_evaluation_asks_the_file_system_where_it_is_noted(path: Path) -> None:
    """What is asked past ``ecsnet.disk`` is not among what an entry is checked for."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "open", f"{path}:{node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr not in ASKS, f"{path}:{node.lineno}"
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os.path":
            assert node.attr not in ASKS_OF_PATH, f"{path}:{node.lineno}"
