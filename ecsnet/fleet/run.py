"""The run of a fleet: tasks for Dask distributed, a journal while it goes on, a data set when it is done."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from ecsnet import __version__
from ecsnet.config import ConfigError
from ecsnet.fleet.journal import Journal
from ecsnet.fleet.sources import shown
from ecsnet.fleet.tasks import Plan, Result, judged, plan
from ecsnet.records import dataclass, names
from ecsnet.settings import Flags

FINDINGS, PROBLEMS, SUMMARY, JOURNAL = "findings.parquet", "problems.parquet", "summary.json", "journal.jsonl"
MISSING = "ecsnet fleet needs Dask distributed and PyArrow: pip install 'ecsnet[fleet]'"
_COLUMNS = ("repository", "commit", "root", "rule", "level", "resource", "path", "line", "message", "fingerprint")
_PROBLEM = ("repository", "path", "line", "message")
_ROWS = 50_000
_SETTINGS = {
    # A task is given up when this many workers ended while they had it: it may be the one that ends them.
    "distributed.scheduler.allowed-failures": 3,
    # No worker holds tasks back: those of one that ends are few, and are not blamed for it.
    "distributed.scheduler.worker-saturation": 1.0,
}


@dataclass(frozen=True, slots=True)
class Summary:
    """Of a run that is done. ``resumed``: roots that were known from an earlier one."""

    repositories: int
    roots: int
    resumed: int
    resources: int
    findings: Mapping[str, int]
    problems: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """``scheduler``: the address of one that runs; "" for workers of this machine, as many as ``workers``."""

    scheduler: str = ""
    workers: int = 1
    retries: int = 2


def run(
    sources: Sequence[str],
    flags: Flags,
    output: str,
    cluster: Cluster,
    watch: Callable[[Any], None] = lambda _: None,
) -> Summary:
    """Scan all of them, and write the data set into the folder ``output``. ``watch``: is given the client of Dask's.

    :raises ConfigError: the extra is not installed, the scheduler cannot be reached, or ``output`` not be written
    """
    try:
        import dask
        import distributed
        import pyarrow  # noqa: F401 - better said now than when all is done
    except ImportError:
        raise ConfigError(MISSING) from None
    journal = Journal(os.path.join(output, JOURNAL), _stamp(flags))
    try:
        os.makedirs(output, exist_ok=True)
        journal.read()
    except OSError as error:
        raise ConfigError(f"{output}: {error.strerror}") from None
    resumed = len(journal.done)
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_SETTINGS))
        try:
            client = stack.enter_context(_client(distributed, cluster, stack))
        except (OSError, ValueError) as error:
            raise ConfigError(f"--scheduler {cluster.scheduler}: {error}") from None
        watch(client)
        plans, left = _all(client, distributed, sources, flags, journal, cluster.retries)
    wanted = {(one.repository, one.commit, *unit) for one in plans for unit in one.units}
    return _write(output, journal, plans, wanted, left, resumed)


def _client(distributed: Any, cluster: Cluster, stack: ExitStack) -> Any:
    if cluster.scheduler:
        return distributed.Client(cluster.scheduler, timeout=20)
    local = stack.enter_context(
        distributed.LocalCluster(
            n_workers=cluster.workers, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        )
    )
    return distributed.Client(local)


def _all(
    client: Any, distributed: Any, sources: Sequence[str], flags: Flags, journal: Journal, retries: int
) -> tuple[list[Plan], list[Mapping[str, Any]]]:
    """The plans of all repositories, and what went wrong with tasks that are given up."""
    given: dict[Any, tuple[str, str, tuple[str, int] | None]] = {}
    plans: list[Plan] = []
    left: list[Mapping[str, Any]] = []
    pending = distributed.as_completed()
    for source in sources:
        future = client.submit(plan, source, flags, pure=False, retries=retries)
        given[future.key] = (source, "", None)
        pending.add(future)
    for future in pending:
        source, commit, unit = given.pop(future.key)
        name = shown(source)
        if future.status != "finished":
            reason = f"given up: {type(future.exception()).__name__}: {str(future.exception())[:300]}"
            left.append({"repository": name, "path": unit[0] if unit else "", "line": 1, "message": reason})
            continue
        made = future.result()
        if unit is not None:
            journal.add((name, commit, *unit), _plain(made))
            continue
        plans.append(made)
        for one in made.units:
            if (name, made.commit, *one) not in journal.done:
                task = client.submit(judged, source, made.commit, one, flags, pure=False, retries=retries)
                given[task.key] = (source, made.commit, one)
                pending.add(task)
    return plans, left


def _plain(result: Result) -> dict[str, Any]:
    return {name: getattr(result, name) for name in names(result)}


def _stamp(flags: Flags) -> str:
    """Results under other flags, or of another version, are not those of this run."""
    return f"{__version__} {flags!r}"


def _write(
    output: str,
    journal: Journal,
    plans: Iterable[Plan],
    wanted: set[tuple[str, str, str, int]],
    left: list[Mapping[str, Any]],
    resumed: int,
) -> Summary:
    """The data set in the place of an earlier one. The journal goes when nothing is left to do."""
    import pyarrow
    from pyarrow import parquet

    counts: dict[str, int] = {}
    problems: list[Mapping[str, Any]] = [*(row for one in plans for row in one.problems), *left]
    roots = resources = 0
    schema = pyarrow.schema(
        [(name, pyarrow.int32() if name == "line" else pyarrow.string()) for name in _COLUMNS],
        metadata={"ecsnet": __version__},
    )
    new = os.path.join(output, f"{FINDINGS}.new")
    with parquet.ParquetWriter(new, schema, compression="zstd") as writer:
        rows: list[Mapping[str, Any]] = []
        for entry in journal.entries():
            if tuple(entry["key"]) not in wanted:
                continue
            roots += 1
            resources += entry["resources"]
            problems += entry["problems"]
            rows += entry["findings"]
            for row in entry["findings"]:
                counts[row["level"]] = counts.get(row["level"], 0) + 1
            if len(rows) >= _ROWS:
                writer.write_table(pyarrow.Table.from_pylist(rows, schema))
                rows = []
        writer.write_table(pyarrow.Table.from_pylist(rows, schema))
    os.replace(new, os.path.join(output, FINDINGS))
    shape = pyarrow.schema([(name, pyarrow.int32() if name == "line" else pyarrow.string()) for name in _PROBLEM])
    new = os.path.join(output, f"{PROBLEMS}.new")
    parquet.write_table(pyarrow.Table.from_pylist(problems, shape), new, compression="zstd")
    os.replace(new, os.path.join(output, PROBLEMS))
    repositories = len({key[0] for key in wanted} | {str(row["repository"]) for row in problems})
    summary = Summary(repositories, roots, min(resumed, roots), resources, counts, len(problems))
    with open(os.path.join(output, SUMMARY), "w", encoding="utf-8") as stream:
        json.dump({name: getattr(summary, name) for name in names(summary)}, stream, indent=2)
    if not left and os.path.exists(journal.path):
        os.unlink(journal.path)
    return summary
