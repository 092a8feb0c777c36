"""Many repositories are scanned, whatever becomes of a worker in the middle of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import generated
from ecsnet import cli
from ecsnet.config import ConfigError
from ecsnet.engine import scan
from ecsnet.fleet import journal, sources
from ecsnet.fleet import run as fleet
from ecsnet.fleet.run import Cluster
from ecsnet.settings import Flags, Settings
from tests.test_cache import OPEN
from tests.test_jobs import TEMPLATE

distributed = pytest.importorskip("distributed")
duckdb = pytest.importorskip("duckdb")
parquet = pytest.importorskip("pyarrow.parquet")

ROOT = Path(__file__).resolve().parents[1]
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
pytestmark = pytest.mark.filterwarnings("ignore")


def repository(folder: Path, **files: str) -> str:
    """A checkout with one commit; its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", "/").replace("_", ".")).write_text(text)
    for command in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-q", "-m", "first")):
        subprocess.run([*GIT, *command], cwd=folder, check=True)
    return folder.as_uri()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler and two worker processes, which are started again when they end."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as made:
        yield made


@pytest.fixture
def repositories(tmp_path: Path) -> list[str]:
    """Three that are cloned, one that is not, one that is not there; and one whose root cannot be read in full."""
    monorepo = tmp_path / "monorepo"
    generated.monorepo(monorepo, 4)
    (monorepo / ".git").rmdir()
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "main.tf").write_text(OPEN)
    return [
        repository(monorepo),
        repository(tmp_path / "both", main_tf=OPEN, template_yaml=TEMPLATE),
        repository(tmp_path / "broken", main_tf=OPEN + "resource {"),
        str(plain),
        (tmp_path / "nowhere").as_uri(),
    ]


def rows(folder: Path, name: str = fleet.FINDINGS) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parquet.read_table(folder / name).to_pylist()
    return sorted(found, key=json.dumps)


def test_all_is_found_and_what_cannot_be_had_is_said(tmp_path: Path, repositories: list[str], cluster: Any) -> None:
    summary = fleet.run(repositories, Flags(), str(tmp_path / "out"), Cluster(cluster.scheduler_address))
    found = rows(tmp_path / "out")
    assert (summary.repositories, summary.roots, summary.resumed) == (5, 8, 0)
    assert sum(summary.findings.values()) == len(found) == 8
    assert [row["repository"] for row in rows(tmp_path / "out", fleet.PROBLEMS)] == [repositories[2], repositories[4]]
    assert {row["root"] for row in found if row["repository"] == repositories[0]} == {
        f"team0/environments/stage{number}" for number in range(4)
    }
    for row in found:
        assert re.fullmatch("" if row["repository"] == repositories[3] else r"[0-9a-f]{40}", row["commit"])
    for repository_, name in ((repositories[1], "both"), (repositories[0], "monorepo")):
        path = str(tmp_path / name)
        alone = scan([path], Settings(Flags(), [path], {}))
        mine = [row for row in found if row["repository"] == repository_]
        assert {row["fingerprint"] for row in mine} == {one.fingerprint for one in alone.findings}
        assert {(row["path"], row["line"]) for row in mine} == {
            (os.path.relpath(one.span.file, path), one.span.start_line) for one in alone.findings
        }
    assert not (tmp_path / "out" / fleet.JOURNAL).exists()


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path, cluster: Any) -> None:
    url = _monorepo(tmp_path, 30)
    killed: list[int] = []

    def kill(client: Any) -> None:
        """One of the workers, once some of the roots are done and most are not."""

        def work() -> None:
            written = tmp_path / "out" / fleet.JOURNAL
            while not written.exists() or written.read_bytes().count(b"\n") < 3:
                time.sleep(0.01)
            pid = next(iter(client.run(os.getpid).values()))
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

        threading.Thread(target=work, daemon=True).start()

    summary = fleet.run([url], Flags(), str(tmp_path / "out"), Cluster(cluster.scheduler_address), kill)
    assert len(killed) == 1
    assert killed[0] not in distributed.Client(cluster).run(os.getpid).values()
    assert (summary.roots, summary.problems, summary.findings) == (30, 0, {"warning": 30})
    assert len({(row["root"], row["fingerprint"]) for row in rows(tmp_path / "out")}) == 30


def _monorepo(folder: Path, roots: int) -> str:
    generated.monorepo(folder / "monorepo", roots)
    (folder / "monorepo" / ".git").rmdir()
    return repository(folder / "monorepo")


def test_a_run_goes_on_where_it_was_ended(tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url, out = _monorepo(tmp_path, 6), tmp_path / "out"
    add, added = journal.Journal.add, 0

    def some(self: journal.Journal, key: journal.Key, result: dict[str, Any]) -> None:
        nonlocal added
        if added == 4:
            raise KeyboardInterrupt
        added += 1
        add(self, key, result)

    with monkeypatch.context() as patch:
        patch.setattr(journal.Journal, "add", some)
        with pytest.raises(KeyboardInterrupt):
            fleet.run([url], Flags(), str(out), Cluster(cluster.scheduler_address))
    with (out / fleet.JOURNAL).open("a") as stream:
        stream.write('{"stamp": "cut of')
    assert not (out / fleet.FINDINGS).exists()
    summary = fleet.run([url], Flags(), str(out), Cluster(cluster.scheduler_address))
    assert (summary.roots, summary.resumed, summary.findings) == (6, 4, {"warning": 6})
    assert len(rows(out)) == 6
    # What was found under other flags is not what is asked for.
    again = fleet.run([url], Flags(select=("ECSNET201",)), str(out), Cluster(cluster.scheduler_address))
    assert (again.roots, again.resumed, again.findings) == (6, 0, {})


def test_the_command_makes_a_cluster_of_its_own(tmp_path: Path, repositories: list[str]) -> None:
    (tmp_path / "list").write_text("# the fleet\n" + "\n".join(repositories[1:4]) + "\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "ecsnet", "fleet", "--list", "list", "--output", "out", "--workers", "1"]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 3, run.stderr
    assert run.stdout.startswith("3 repositories, 4 roots, ")
    assert len(rows(tmp_path / "out")) == 4


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert cli.main(["fleet", str(tmp_path), "--output", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"ecsnet: {fleet.MISSING}\n"


@pytest.mark.parametrize(
    "text", ["--upload-pack=touch x", "ext::sh -c id", "http://example.com/a", "nowhere", "-x@y:z"]
)
def test_what_is_no_repository_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="neither a folder nor a URL"):
        sources.listed([text])


def test_a_clone_runs_nothing_of_the_repository(tmp_path: Path) -> None:
    url = repository(tmp_path / "hostile", main_tf=OPEN, _gitattributes="*.tf filter=lfs\n")
    other = repository(tmp_path / "inner", main_tf=OPEN)
    top = tmp_path / "hostile"
    subprocess.run(
        [*GIT, "-c", "protocol.file.allow=always", "submodule", "add", "-q", other, "sub"], cwd=top, check=True
    )
    subprocess.run([*GIT, "commit", "-q", "-m", "second"], cwd=top, check=True)
    folder, commit = sources.checked_out(url)
    assert len(commit) == 40
    assert (Path(folder) / "main.tf").read_text() == OPEN
    assert list((Path(folder) / "sub").iterdir()) == []
    assert not (Path(folder) / ".git" / "hooks").exists()
    assert (
        subprocess.run([*GIT, "rev-list", "--count", "HEAD"], cwd=folder, check=True, capture_output=True).stdout
        == b"1\n"
    )
    with pytest.raises(sources.SourceError, match="status 128"):
        sources.checked_out(url, "0" * 40)


def test_credentials_are_not_shown() -> None:
    assert sources.shown("https://me:secret@example.com/a.git") == "https://example.com/a.git"


def test_the_queries_of_the_documentation_work(
    tmp_path: Path, repositories: list[str], cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.run(repositories, Flags(), str(tmp_path / "fleet"), Cluster(cluster.scheduler_address))
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "fleet.md").read_text("utf-8")
    queries = [textwrap.dedent(query) for query in re.findall(r"```sql\n(.*?)```", page, re.DOTALL)]
    assert len(queries) >= 4
    for query in queries:
        assert duckdb.sql(query).fetchall(), query
