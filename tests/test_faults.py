"""What goes wrong around a scan: signals, pipes, odd files and names. Each has its exit status, none a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ecsnet.cli.parser import FORMATS
from tests.expectations import FIXTURES

OPEN = (FIXTURES / "ECSNET201" / "tf-fail-inline-blocks" / "main.tf").read_bytes()
ROOT = str(Path(__file__).parents[1])
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and special files are those of POSIX")


def run(*arguments: str | bytes, cwd: Path, timeout: float = 60) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "ecsnet", "scan", "--no-cache", *arguments]
    # Where a runner reads the output, what would be its commands is not.
    environment = {**os.environ, "PYTHONPATH": ROOT, "GITHUB_ACTIONS": "true"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False, timeout=timeout)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_bytes(OPEN)
    return tmp_path


def test_a_fifo_is_not_waited_for(tree: Path) -> None:
    os.mkfifo(tree / "other.tf")
    os.mkfifo(tree / "template.yaml")
    os.mkfifo(tree / "terraform.tfvars")
    done = run("--quiet", ".", cwd=tree)
    assert done.returncode in (1, 3), done.stderr
    assert b"ECSNET201" in done.stdout
    assert b"Traceback" not in done.stderr


def test_links_in_circles_and_out_of_the_tree_end(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.tf").write_bytes(OPEN.replace(b'"aws_security_group" "', b'"aws_security_group" "secret_'))
    (tree / "loop").symlink_to(tree, target_is_directory=True)
    (tree / "self.tf").symlink_to(tree / "self.tf")
    (tree / "away").symlink_to(outside, target_is_directory=True)
    (tree / "away.tf").symlink_to(outside / "secret.tf")
    done = run("--quiet", ".", cwd=tree)
    assert b"secret_" not in done.stdout
    assert b"ECSNET201" in done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("name", [b"a\nb.tf", b"\xff\xfe.tf", b"\x1b[31mred.tf", b"::error::x.tf", b"x" * 250 + b".tf"])
def test_names_of_files_are_only_names(name: bytes, tree: Path) -> None:
    os.rename(tree / "main.tf", os.path.join(os.fsencode(tree), name))
    done = run(".", cwd=tree)
    assert done.returncode == 1, done.stderr
    assert b"ECSNET201" in done.stdout
    assert b"\x1b[31mred" not in done.stdout
    assert not any(line.startswith((b"::", b"b.tf")) for line in done.stdout.splitlines())


def test_a_file_in_another_encoding_is_told_and_the_rest_goes_on(tree: Path) -> None:
    (tree / "stack.yaml").write_bytes(b"AWSTemplateFormatVersion: '2010-09-09'\nResources: {A: {Type: \xe9\xff}}\n")
    done = run("--quiet", ".", cwd=tree)
    assert done.returncode == 3
    assert b"ECSNET201" in done.stdout
    assert b"stack.yaml:" in done.stderr


def test_windows_line_ends_change_nothing(tree: Path) -> None:
    before = run("--quiet", ".", cwd=tree)
    (tree / "main.tf").write_bytes(b"\xef\xbb\xbf" + OPEN.replace(b"\n", b"\r\n"))
    assert run("--quiet", ".", cwd=tree).stdout == before.stdout


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    # A shell says 143 of what SIGTERM ended.
    [(signal.SIGINT, 130, b"ecsnet: interrupted\n"), (signal.SIGTERM, -signal.SIGTERM, b"ecsnet: terminated\n")],
)
def test_a_signal_ends_a_scan(sent: signal.Signals, status: int, said: bytes, tree: Path) -> None:
    code = (
        "import signal, sys, time; from ecsnet import scanning\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def waits(*_, **__):\n"
        "    open('begun', 'w').close()\n"
        "    time.sleep(60)\n"
        "    yield\n"
        "scanning.Task.judge = waits\n"
        "from ecsnet.__main__ import run\n"
        "sys.argv[1:] = ['scan', '--no-cache', '.']\n"
        "sys.exit(run())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tree, env={**os.environ, "PYTHONPATH": ROOT}, stderr=subprocess.PIPE
    )
    while not (tree / "begun").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(sent)
    error = process.communicate(timeout=30)[1]
    assert process.returncode == status
    assert error == said


@pytest.mark.parametrize("format_", FORMATS)
def test_a_reader_that_leaves_is_no_failure(format_: str, tree: Path) -> None:
    command = f"{sys.executable} -m ecsnet scan --no-cache --format {format_} . | head -c 1 >/dev/null"
    command += "; exit ${PIPESTATUS[0]}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tree, env={**os.environ, "PYTHONPATH": ROOT}, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_many_scans_at_once_agree(tree: Path) -> None:
    command = [sys.executable, "-m", "ecsnet", "scan", "--quiet", "."]
    environment = {**os.environ, "PYTHONPATH": ROOT, "XDG_CACHE_HOME": str(tree / "kept")}
    scans = [subprocess.Popen(command, cwd=tree, env=environment, stdout=subprocess.PIPE) for _ in range(4)]
    outputs = {scan.communicate(timeout=60)[0] for scan in scans}
    assert len(outputs) == 1
    assert {scan.returncode for scan in scans} == {1}
