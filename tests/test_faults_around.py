"""What goes wrong around a scan: files that go, folders that may not be read or written, full disks, closed streams."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from ecsnet import cache, cli, disk
from tests.expectations import FIXTURES

OPEN = (FIXTURES / "ECSNET201" / "tf-fail-inline-blocks" / "main.tf").read_bytes()
TEMPLATE = (FIXTURES / "ECSNET201" / "cfn-fail-after-unknown" / "template.yaml").read_bytes()
ROOT = str(Path(__file__).parents[1])
ROOTS = 12
"""As many as make a scan keep its results, and use more than one process."""
pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes, signals and special files are those of POSIX")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path
    (folder / ".git").mkdir()
    for number in range(ROOTS):
        (folder / f"r{number}").mkdir()
        (folder / f"r{number}" / "main.tf").write_bytes(OPEN)
    return folder


def run(
    *arguments: str, cwd: Path, shell: str = "", before: Sequence[str] = (), env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """``shell``: redirections."""
    environment = {**os.environ, "PYTHONPATH": ROOT, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
    command = [*before, sys.executable, "-m", "ecsnet", *arguments]
    if shell:
        command = ["bash", "-c", f'"$@" {shell}', "bash", *command]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False, timeout=60)


def unprivileged() -> tuple[str, ...]:
    """What goes before a command so that modes of files hold for it: for root they do not."""
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    prefix = (setpriv or "", "--bounding-set=-dac_override,-dac_read_search", "--")
    if setpriv is None or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("modes of files do not hold for root")
    return prefix


def test_what_may_not_be_read_is_told_and_the_rest_goes_on(tree: Path) -> None:
    before = unprivileged()
    (tree / "r0" / "main.tf").chmod(0)
    (tree / "r1").chmod(0)
    try:
        done = run("scan", "--no-cache", "--quiet", ".", cwd=tree, before=before)
    finally:
        (tree / "r1").chmod(0o755)
    assert done.returncode == 3
    assert done.stdout.count(b"ECSNET201") == ROOTS - 2
    assert b"r0/main.tf:1:1 cannot read: " in done.stderr
    assert b"r1:1:1 cannot read: " in done.stderr
    assert b"Traceback" not in done.stderr


def test_nothing_need_be_writable(tree: Path) -> None:
    before = unprivileged()
    expected = run("scan", "--no-cache", "--quiet", ".", cwd=tree)
    kept = tree / "kept"
    kept.mkdir()
    for place in (tree, kept):
        place.chmod(0o555)
    for variables in ({"XDG_CACHE_HOME": str(kept)}, {"XDG_CACHE_HOME": "", "HOME": str(kept)}):
        done = run("scan", "--quiet", ".", cwd=tree, env=variables, before=before)
        assert (done.returncode, done.stdout, done.stderr) == (1, expected.stdout, b"")
    done = run("scan", "--quiet", "--output", "json=out.json", ".", cwd=tree, before=before)
    assert done.returncode == 2
    assert done.stderr == b"ecsnet: --output json=out.json: cannot be written: its folder is not writable\n"
    tree.chmod(0o755)
    kept.chmod(0o755)
    assert not list(kept.iterdir())


def test_a_home_is_not_needed(tree: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    command = [sys.executable, "-m", "ecsnet", "scan", "--quiet", "."]
    done = subprocess.run(
        command, cwd=tree, env={**environment, "PYTHONPATH": ROOT, "HOME": ""}, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout.count(b"ECSNET201"), done.stderr) == (1, ROOTS, b"")


def changed(how: str, path: str) -> None:
    if how == "file goes":
        os.unlink(path)
    elif how == "folder goes":
        shutil.rmtree(os.path.dirname(path))
    elif how == "file becomes a folder":
        os.unlink(path)
        os.mkdir(path)
    else:
        Path(path).write_bytes(b"# nothing\n")


@pytest.mark.parametrize(
    ("how", "name", "status"),
    [
        # Its folder is listed once more, and by then is one without it.
        ("file goes", "main.tf", 1),
        ("file goes", "stack.yaml", 3),
        ("folder goes", "main.tf", 3),
        ("folder goes", "stack.yaml", 3),
        ("file becomes a folder", "main.tf", 3),
        ("file becomes a folder", "stack.yaml", 3),
        ("file changes", "main.tf", 1),
        ("file changes", "stack.yaml", 1),
    ],
)
def test_what_goes_between_listing_and_reading(
    how: str, name: str, status: int, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "r0" / "main.tf").rename(tree / "r0" / name)
    (tree / "r0" / name).write_bytes(OPEN if name == "main.tf" else TEMPLATE)
    read = disk.content
    seen: list[str] = []

    def content(path: str, most: int) -> bytes:
        if path.endswith(os.path.join("r0", name)) and not seen:
            seen.append(path)
            changed(how, path)
        return read(path, most)

    monkeypatch.chdir(tree)
    monkeypatch.setattr(disk, "content", content)
    assert cli.main(["scan", "--no-cache", "--jobs", "1", "--quiet", "."]) == status
    said = capsys.readouterr()
    assert seen
    assert said.out.count("ECSNET201") == ROOTS - 1
    assert ("cannot read" in said.err) is (status == 3)
    assert "Traceback" not in said.err


SHORT = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
"""No file may be longer than 64 bytes."""


def test_a_full_disk_keeps_the_old_report(tree: Path) -> None:
    (tree / "out.json").write_text("good")
    code = SHORT + "from ecsnet.__main__ import run; sys.exit(run())"
    command = [sys.executable, "-c", code, "scan", "--quiet", "--output", "json=out.json", "."]
    environment = {**os.environ, "PYTHONPATH": ROOT, "XDG_CACHE_HOME": str(tree / "kept")}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr == b"ecsnet: out.json: cannot be written: File too large\n"
    # What could be written elsewhere is.
    assert done.stdout.count(b"ECSNET201") == ROOTS
    assert (tree / "out.json").read_text() == "good"
    assert not list(tree.rglob(".ecsnet-*"))
    assert not [path for path in (tree / "kept").rglob("*") if path.is_file()]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is full")
@pytest.mark.parametrize("arguments", [["scan", "--format", "json"], ["scan"], ["graph"], ["rules"], ["baseline"]])
def test_standard_output_that_is_full_has_a_status_of_its_own(arguments: list[str], tree: Path) -> None:
    done = run(*arguments, cwd=tree, shell=">/dev/full")
    assert done.returncode == 2
    assert done.stderr == b"ecsnet: the output cannot be written: No space left on device\n"
    assert run(*arguments, cwd=tree, shell=">/dev/full 2>/dev/full").returncode == 2


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_status(closed: str, tree: Path) -> None:
    expected = run("scan", "--no-cache", "--quiet", ".", cwd=tree)
    done = run("scan", "--no-cache", "--quiet", "--output", "json=out.json", ".", cwd=tree, shell=closed)
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout == (b"" if " >&-" in f" {closed}" else expected.stdout)
    assert (tree / "out.json").read_bytes().startswith(b"{")
    wrong = run("scan", "nowhere", cwd=tree, shell=closed)
    assert wrong.returncode == 2
    assert wrong.stdout == b""


@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_no_locale_is_needed(variables: dict[str, str], tree: Path) -> None:
    (tree / "r0" / "main.tf").rename(tree / "r0" / "réseau.tf")
    done = run("scan", "--no-cache", "--quiet", ".", cwd=tree, env={"TERM": "dumb", **variables})
    assert (done.returncode, done.stdout.count(b"ECSNET201"), done.stderr) == (1, ROOTS, b"")
    assert b"\x1b" not in done.stdout


def test_sigterm_takes_workers_and_temporary_files_with_it(tree: Path) -> None:
    code = (
        "import os, sys, time; from ecsnet import scanning\n"
        "def waits(*_, **__):\n"
        "    open(f'begun-{os.getpid()}', 'w').close()\n"
        "    time.sleep(60)\n"
        "    yield\n"
        "scanning.Task.judge = waits\n"
        "from ecsnet.__main__ import run\n"
        "sys.argv[1:] = ['scan', '--jobs', '2', '.']\n"
        "sys.exit(run())"
    )
    environment = {**os.environ, "PYTHONPATH": ROOT, "XDG_CACHE_HOME": str(tree / "kept")}
    process = subprocess.Popen([sys.executable, "-c", code], cwd=tree, env=environment, stderr=subprocess.PIPE)
    while len(list(tree.glob("begun-*"))) < 2 and process.poll() is None:
        time.sleep(0.02)
    workers = [int(path.name.partition("-")[2]) for path in tree.glob("begun-*")]
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30)[1] == b"ecsnet: terminated\n"
    assert process.returncode == -signal.SIGTERM
    assert len(workers) == 2
    assert process.pid not in workers
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)
    assert not [path for path in (tree / "kept").rglob("*.*") if path.is_file()]


def test_what_ends_a_scan_leaves_no_half_of_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(BaseException):
        pass

    def ends(*_: object) -> None:
        raise Ended

    monkeypatch.setattr(os, "replace", ends)
    opened = cache.opened(str(tmp_path / "cache"))
    assert opened is not None
    with pytest.raises(Ended):
        opened.put(opened.key("a"), {}, b"[]")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("how", ["random bytes", "another's folder", "writable for all"])
def test_results_of_others_and_noise_are_not_used(how: str, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tree / "kept" / "ecsnet"
    expected = run("scan", "--no-cache", "--quiet", ".", cwd=tree)
    assert run("scan", "--quiet", ".", cwd=tree, env={"XDG_CACHE_HOME": str(kept.parent)}).returncode == 1
    entries = [path for path in kept.rglob("*") if path.is_file()]
    assert entries
    if how == "random bytes":
        for number, path in enumerate(entries):
            path.write_bytes(bytes((number * step * 37) % 256 for step in range(500)))
    elif how == "writable for all":
        kept.chmod(0o777)
    else:
        owner = kept.stat().st_uid
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
        assert cache.opened(str(kept)) is None
    done = run("scan", "--quiet", ".", cwd=tree, env={"XDG_CACHE_HOME": str(kept.parent)})
    assert (done.returncode, done.stdout, done.stderr) == (1, expected.stdout, b"")


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "Windows": lambda text: text.replace(b"\n", b"\r\n"),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "both": lambda text: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("how", ENCODINGS)
@pytest.mark.parametrize(("name", "text"), [("main.tf", OPEN), ("stack.yaml", TEMPLATE)])
def test_positions_are_the_same(how: str, name: str, text: bytes, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_bytes(text)
    expected = run("scan", "--no-cache", "--quiet", ".", cwd=tmp_path)
    (tmp_path / name).write_bytes(ENCODINGS[how](text))
    done = run("scan", "--no-cache", "--quiet", ".", cwd=tmp_path)
    assert b"ECSNET201" in expected.stdout
    assert (done.returncode, done.stdout) == (expected.returncode, expected.stdout)


@pytest.mark.parametrize(
    ("name", "text", "status", "said"),
    [
        ("stack.yaml", TEMPLATE.decode().encode("utf-16"), 1, b""),
        ("main.tf", OPEN.decode().encode("utf-16"), 3, b"main.tf:1:1"),
        ("main.tf", OPEN + b"# \xe9\xff\n", 3, b"main.tf:"),
        # Old Macintosh: a line end for YAML, and none for Terraform, which refuses it.
        ("stack.yaml", TEMPLATE.replace(b"\n", b"\r"), 1, b""),
        ("main.tf", b"locals {\r  a = 1\r  b = 2\r}\r", 3, b"main.tf:1:"),
        ("main.tf", OPEN + b"\0", 3, b"main.tf:"),
        ("stack.yaml", TEMPLATE + b"# \0\n", 3, b"stack.yaml:"),
        ("stack.yaml", TEMPLATE + b"# \xe9\xff\n", 3, b"stack.yaml:"),
    ],
)
def test_other_encodings_are_read_or_told(name: str, text: bytes, status: int, said: bytes, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_bytes(text)
    done = run("scan", "--no-cache", "--quiet", ".", cwd=tmp_path)
    assert done.returncode == status, done
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
