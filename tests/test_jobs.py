"""Several processes say what one says, and lose nothing but the root that one of them fails on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks import generated
from ecsnet import scanning, workers
from ecsnet.config import Config, ConfigError
from ecsnet.engine import scan
from ecsnet.findings import Report
from ecsnet.records import replace
from ecsnet.report import json, text
from ecsnet.roots import Unit
from ecsnet.settings import Flags, Settings

TEMPLATE = """
Resources:
  Open:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: open
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten root modules that share others, one of which cannot be read in full, and a template."""
    generated.monorepo(tmp_path, 10)
    (tmp_path / "team0" / "environments" / "stage3" / "broken.tf").write_text('resource "a" {')
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(report: Report) -> str:
    same = replace(report, seconds=0.0)
    passed = [(one.rule.id, one.resource.address, one.resource.header) for one in report.passed]
    return json.render(same) + "\n".join(text.render(same, show_unknown=True)) + repr(passed)


def scanned(jobs: int) -> Report:
    return scan(["."], Settings(Flags(), ["."], dict(os.environ)), jobs=jobs)


@pytest.mark.parametrize("method", [workers.METHOD, "spawn"])
def test_several_processes_say_what_one_says(tree: Path, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = scanned(1)
    assert len(alone.findings) == 11
    assert [problem.file for problem in alone.problems] == ["team0/environments/stage3/broken.tf"]
    monkeypatch.setattr(workers, "METHOD", method)
    assert shown(scanned(2)) == shown(alone)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "its process was killed by signal 9"),
        (lambda: os._exit(7), "its process ended with status 7"),
    ],
)
@pytest.mark.skipif(workers.METHOD != "fork", reason="what is patched here does not reach another kind of process")
def test_a_process_that_ends_loses_its_root_alone(
    tree: Path, end: Callable[[], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, mine = scanned(1), os.getpid()
    judge = scanning.Task.judge

    def killed(task: scanning.Task, unit: Unit) -> Iterator[scanning.Judged]:
        if unit.root.endswith("stage5") and os.getpid() != mine:
            end()
        yield from judge(task, unit)

    monkeypatch.setattr(scanning.Task, "judge", killed)
    report = scanned(2)
    lost = [problem for problem in report.problems if problem.file.endswith("stage5")]
    assert [problem.message for problem in lost] == [f"not evaluated: {reason}"]
    assert len(report.problems) == len(alone.problems) + 1
    assert len(report.findings) == len(alone.findings) - 1


def test_the_command_says_that_a_root_was_lost(tree: Path) -> None:
    code = (
        "import os, sys; from ecsnet import scanning; from ecsnet.cli import main\n"
        "judge, mine = scanning.Task.judge, os.getpid()\n"
        "def killed(task, unit):\n"
        "    if unit.root.endswith('stage5') and os.getpid() != mine: os.kill(os.getpid(), 9)\n"
        "    yield from judge(task, unit)\n"
        "scanning.Task.judge = killed\n"
        "sys.exit(main(['scan', '--jobs', '2', '--quiet', '.']))"
    )
    (tree / "team0" / "environments" / "stage3" / "broken.tf").unlink()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert run.returncode == 3
    assert len(run.stdout.splitlines()) == 10
    assert "stage5:1:1 cannot read: not evaluated: its process was killed by signal 9" in run.stderr


@pytest.mark.skipif(workers.METHOD != "fork", reason="what is patched here does not reach another kind of process")
def test_ctrl_c_ends_all_processes(tree: Path) -> None:
    code = (
        # What starts a process in the background, as a runner may, has it ignore Ctrl-C.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import os, sys, time; from ecsnet import scanning; from ecsnet.cli import main\n"
        "def waits(task, unit):\n"
        "    open(f'pid-{os.getpid()}', 'w').close()\n"
        "    time.sleep(60)\n"
        "    yield\n"
        "scanning.Task.judge = waits\n"
        "sys.exit(main(['scan', '--jobs', '2', '--no-cache', '.']))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    run = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, env=environment, text=True)
    pids = _soon(lambda: [int(path.name[4:]) for path in tree.glob("pid-*")], lambda found: len(found) == 2)
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=20)[1] == "ecsnet: interrupted\n"
    assert run.returncode == 130
    assert _soon(lambda: [pid for pid in pids if _runs(pid)], lambda found: not found) == []


def _soon(look: Callable[[], list[int]], enough: Callable[[list[int]], bool]) -> list[int]:
    end = time.monotonic() + 20
    while not enough(found := look()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_no_process_is_started_for_few_roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generated.monorepo(tmp_path, 3)
    monkeypatch.setattr(workers, "in_order", pytest.fail)
    assert len(scan([str(tmp_path)], Config(), jobs=8).findings) == 3


def test_what_is_refused_is_refused_from_a_process_too() -> None:
    with pytest.raises(ConfigError, match="no such thing"):
        list(workers.in_order(_refuse, range(9), 2))


def _refuse(task: int) -> None:
    raise ConfigError(f"no such thing: {task}")
