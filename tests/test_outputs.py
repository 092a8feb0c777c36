from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ecsnet import cli
from ecsnet.cli import progress
from ecsnet.cli.parser import FORMATS
from ecsnet.writing import unusable, write_whole
from scripts.output_examples import PAGE, filled

SSH = """\
resource "aws_security_group" "a" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(SSH)
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "TF_BUILD", "TEAMCITY_VERSION", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(*arguments: str) -> int:
    return cli.main(["scan", "infra", *arguments])


def test_every_format_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(*(f"--output={name}=out.{name}" for name in ("json", "sarif", "gitlab", "junit", "markdown", "github")))
        == 1
    )
    shown = capsys.readouterr().out
    assert "infra/main.tf:6:5 error ECSNET201" in shown
    names = {
        name: (folder / f"out.{name}").read_text("utf-8") for name in ("sarif", "gitlab", "junit", "markdown", "json")
    }
    place = json.loads(names["sarif"])["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "infra/main.tf"
    assert json.loads(names["gitlab"])[0]["location"]["path"] == "infra/main.tf"
    assert json.loads(names["json"])["findings"][0]["fingerprint"] == json.loads(names["gitlab"])[0]["fingerprint"]
    assert ElementTree.fromstring(names["junit"]).get("failures") == "1"
    assert "| <code>infra/main.tf&#58;6</code> |" in names["markdown"]
    assert (folder / "out.github").read_text("utf-8").startswith("::error file=infra/main.tf,line=6,")


@pytest.mark.parametrize("arguments", [["--format=github"], ["--output=github=-"], ["--output", "github=-"]])
def test_standard_output_takes_any_format(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 1
    assert capsys.readouterr().out.startswith("::error file=infra/main.tf,line=6,")


def test_text_in_a_file_has_no_colours(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run("--output=text=out.txt") == 1
    assert "\x1b" not in (folder / "out.txt").read_text("utf-8")


def test_unknowns_are_in_sarif_when_asked_for(folder: Path) -> None:
    (folder / "infra" / "main.tf").write_text(SSH.replace('["0.0.0.0/0"]', "var.who") + 'variable "who" {}\n')
    for flags, kinds in ([], []), (["--show-unknown"], ["open"]):
        assert run("--select=ECSNET201", "--output=sarif=out.sarif", *flags) == 0
        results = json.loads((folder / "out.sarif").read_text("utf-8"))["runs"][0]["results"]
        assert [result["kind"] for result in results] == kinds


def test_junit_fails_as_the_scan_does(folder: Path) -> None:
    assert run("--fail-on=never", "--output=junit=out.xml") == 0
    assert ElementTree.parse(folder / "out.xml").getroot().get("failures") == "0"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output=sarif=no/such/out.sarif"], "--output sarif=no/such/out.sarif: cannot be written: there is no such"),
        (["--output=sarif=infra"], "--output sarif=infra: cannot be written: it is a folder"),
        (["--output=sarif=a", "--output=json=./a"], "./a takes one report: sarif or json"),
        (["--output=sarif=-", "--output=json=-"], "standard output takes one report: sarif or json"),
        (["--output=sarif=-", "--format=text"], "standard output takes one report: text or sarif"),
        (["--quiet", "--format=junit"], "--quiet is for text: it does nothing for junit"),
    ],
)
def test_targets_that_cannot_be_used_end_it_before_the_scan(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ecsnet.engine.scan", lambda *_, **__: pytest.fail("it was scanned"))
    assert run(*arguments) == 2
    assert f"ecsnet: {message}" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["sarif", "sarif=", "=a", "xml=a", ""])
def test_outputs_that_are_none(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run("--output", text)
    assert "FILE" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_after_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "out.json").write_text("old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert run("--output=json=out.json") == 2
    assert (folder / "out.json").read_text() == "old"
    assert [path.name for path in folder.iterdir() if path.name.startswith(".ecsnet")] == []


def test_files_are_written_whatever_becomes_of_standard_output(folder: Path) -> None:
    command = f"{sys.executable} -m ecsnet scan infra --output=json=out.json | true"
    subprocess.run(["sh", "-c", command], check=True, cwd=folder)
    assert json.loads((folder / "out.json").read_text())["findings"]


def test_diff_writes_reports_too(folder: Path) -> None:
    assert run("--diff", "--output=json=out.json") == 1
    assert json.loads((folder / "out.json").read_text())["findings"]


def test_the_summary_of_a_step_is_added_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "summary").write_text("# before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary"))
    assert run("--output=markdown=summary") == 1
    assert (folder / "summary").read_text("utf-8").startswith("# before\n## ecsnet: 1 finding\n")


@pytest.mark.skipif(os.name != "posix", reason="of POSIX")
def test_writing_keeps_links_permissions_and_pipes(folder: Path) -> None:
    target, link, pipe = folder / "target", folder / "link", folder / "pipe"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_whole(str(link), "new\n")
    assert link.is_symlink()
    assert target.read_text() == "new\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_whole(str(pipe), "new\n")
    reader.join(10)
    assert got == ["new\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_cannot_be_written(folder: Path) -> None:
    assert unusable("new") == ""
    assert unusable("infra") == "it is a folder"
    assert unusable("no/new") == "there is no such folder"
    (folder / "a").write_text("")
    assert unusable("a/new") == "there is no such folder"
    if os.name == "posix" and os.getuid() != 0:
        (folder / "a").chmod(0o400)
        assert unusable("a") == "it is not writable"


@pytest.mark.parametrize("runner", ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"])
def test_text_in_the_log_of_a_runner_commands_nothing(
    runner: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(runner, "true")
    (folder / "::error::x").mkdir()
    line = '  description = "##[error]x ##vso[task.complete]"\n'
    (folder / "::error::x" / "main.tf").write_text(SSH.replace("  ingress {\n", "  ingress {\n" + line))
    (folder / "::error::x" / "broken.tf").write_text('a = "##teamcity[x]\n')
    for flags in [], ["--quiet"]:
        cli.main(["scan", "::error::x", *flags])
        captured = capsys.readouterr()
        for shown in (captured.out + captured.err).splitlines():
            assert not shown.lstrip().startswith("::")
            assert not re.search(r"##[\w.]*\[", shown)


def test_the_page_has_an_example_of_each_format_as_it_is_written_now() -> None:
    """``python -m scripts.output_examples`` writes them."""
    page = PAGE.read_text("utf-8")
    assert filled(page) == page
    assert re.findall(r"<!-- (?!end)(\w+) -->", page) == list(FORMATS)


# --- progress ---


SLOW = """\
import sys, time
import ecsnet.engine as engine
from ecsnet import cli
from ecsnet.cli import progress
progress.DELAY = 0.05
scan = engine.scan
def slow(*arguments, **options):
    report = scan(*arguments, **options)
    time.sleep(float(sys.argv[1]))
    return report
engine.scan = slow
sys.exit(cli.main(["scan", "infra", "--quiet"]))
"""


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)


def on_terminal(folder: Path, terminal: tuple[int, int], seconds: str, **environment: str) -> tuple[str, str]:
    """What goes to standard output, a pipe, and what to standard error, a terminal."""
    ours, theirs = terminal
    process = subprocess.run(
        [sys.executable, "-c", SLOW, seconds],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", **environment},
        timeout=60,
        check=False,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # nobody writes any more
            break
        if not piece:
            break
        shown += piece
    return process.stdout.decode(), shown.decode()


def test_a_long_scan_shows_on_a_terminal_that_it_goes_on_and_leaves_nothing(
    folder: Path, terminal: tuple[int, int]
) -> None:
    out, shown = on_terminal(folder, terminal, "0.6")
    assert out.startswith("infra/main.tf:6:5")
    assert "ecsnet: scanning for 0 s, 1 root, the last infra" in shown
    drawn = [line for line in shown.split("\r\x1b[K") if line]
    assert len(drawn) >= 2
    assert shown.endswith("\r\x1b[K")
    assert "\n" not in shown


def test_a_short_scan_shows_nothing(folder: Path, terminal: tuple[int, int]) -> None:
    script = SLOW.replace("progress.DELAY = 0.05", "progress.DELAY = 30")
    ours, theirs = terminal
    subprocess.run([sys.executable, "-c", script, "0"], cwd=folder, stdout=subprocess.PIPE, stderr=theirs, check=False)
    os.set_blocking(ours, False)
    with pytest.raises(BlockingIOError):
        os.read(ours, 100)
    os.close(theirs)


def test_a_dumb_terminal_is_left_alone(folder: Path, terminal: tuple[int, int]) -> None:
    assert on_terminal(folder, terminal, "0.3", TERM="dumb")[1] == ""


def test_a_pipe_gets_nothing(folder: Path) -> None:
    process = subprocess.run([sys.executable, "-c", SLOW, "0.3"], cwd=folder, capture_output=True, check=False)
    assert process.stderr == b""
    assert b"\r" not in process.stdout


def test_nothing_is_set_up_where_nobody_looks() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with progress.shown() as watch:
        watch("a root")
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        assert signal.getsignal(signal.SIGALRM) is before
