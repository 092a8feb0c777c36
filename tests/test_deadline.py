"""``--timeout``: what takes longer is told, has no verdict and is not kept; the rest goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecsnet.config import Config
from ecsnet.deadline import Clock, TimeUp, check
from ecsnet.engine import networks
from ecsnet.records import replace
from ecsnet.resources import Problem
from tests.checkouts import OPEN, group

SLOW = """locals {
  many = [for a in range(1000) : [for b in range(1000) : a * b]]
}
resource "aws_security_group" "slow" {
  description = join(",", flatten(local.many))
  ingress {
    from_port   = length(flatten(local.many))
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""


def template(groups: int) -> str:
    """With 256 scenarios, of which many are looked at one by one."""
    lines = ["Parameters:", *(f"  P{n}: {{Type: String, AllowedValues: [a, b]}}" for n in range(8))]
    lines += ["Conditions:", *(f"  C{n}: !Equals [!Ref P{n}, a]" for n in range(8)), "Resources:"]
    for n in range(groups):
        source = f"!If [C{(n + 3) % 8}, 0.0.0.0/0, 10.0.0.0/8]"
        rule = f"{{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: {source}}}"
        lines += [f"  G{n}:", "    Type: AWS::EC2::SecurityGroup", f"    Condition: C{n % 8}"]
        lines += [f"    Properties: {{GroupDescription: a, SecurityGroupIngress: [{rule}]}}"]
    return "\n".join(lines) + "\n"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ecsnet", "scan", *arguments, "."]
    kept = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "kept")}
    return subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    return tmp_path / "tree"


def endless() -> None:
    while True:
        check()


def test_a_clock_ends_what_asks_it_and_runs_only_meanwhile() -> None:
    clock = Clock(0.02)
    with pytest.raises(TimeUp):
        clock.run(endless)
    check()
    assert clock.seconds is not None
    assert clock.seconds < 0
    with pytest.raises(TimeUp):
        clock.run(lambda: None)


def test_a_clock_within_another_ends_with_the_first() -> None:
    with pytest.raises(TimeUp):
        Clock(0.02).run(lambda: Clock(60).run(endless))


def test_without_seconds_there_is_no_end() -> None:
    assert Clock(None).run(lambda: 7) == 7


def test_what_takes_longer_is_told_and_the_rest_goes_on(tree: Path) -> None:
    (tree / "slow.yaml").write_text(template(1500))
    (tree / "main.tf").write_text(group(OPEN))
    done = run(tree, "--no-cache", "--timeout", "1.5")
    assert done.returncode == 3
    assert "slow.yaml:1:1" in done.stdout + done.stderr
    assert "not evaluated: it takes longer than --timeout 1.5" in done.stdout + done.stderr
    assert "ECSNET201" in done.stdout
    assert "G1" not in done.stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_it_is_not_kept(tree: Path, jobs: str) -> None:
    for name in ("one", "two"):
        (tree / name).mkdir()
        (tree / name / "main.tf").write_text(SLOW)
    done = run(tree, "--jobs", jobs, "--timeout", "0.05")
    assert done.returncode == 3
    assert (done.stdout + done.stderr).count("takes longer than --timeout 0.05") == 2
    again = run(tree, "--jobs", jobs)
    assert "--timeout" not in again.stdout + again.stderr
    assert "0 resources" not in again.stdout + again.stderr


def test_commands_about_networks_have_the_same_end(tree: Path) -> None:
    (tree / "main.tf").write_text(SLOW)
    found = list(networks([str(tree)], replace(Config(), timeout=0.02), lambda network, root: network))
    assert [type(one) for one in found] == [Problem]


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e9", "", "a", "\u0661"])
def test_seconds_are_a_plain_number(tree: Path, seconds: str) -> None:
    done = run(tree, f"--timeout={seconds}")
    assert done.returncode == 2
    assert "not a number of seconds" in done.stderr
