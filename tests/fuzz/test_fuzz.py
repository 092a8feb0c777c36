"""Some inputs of each kind, always the same, and those that once failed. ``python -m tests.fuzz`` goes on."""

from __future__ import annotations

import os
import sys
from itertools import islice
from pathlib import Path
from time import monotonic

import pytest

from ecsnet.config import Config
from ecsnet.engine import scan
from tests.fuzz.inputs import Input
from tests.fuzz.kinds import KINDS, made
from tests.fuzz.mutations import damaged
from tests.fuzz.regressions import REGRESSIONS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits are those of POSIX")
if sys.platform != "win32":
    from tests.fuzz.__main__ import jobs_of
    from tests.fuzz.invariants import verdicts
    from tests.fuzz.process import Job, Looker, Result, looked, looked_at

FIRST, COUNT = 7, 20
"""Inputs of each kind, by number; of large ones half as many."""


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_a_kind_fails(kind: str) -> None:
    wanted = COUNT // 2 if kind == "large" else COUNT
    jobs = islice(jobs_of([kind], 0, FIRST, 1), wanted)
    results = [(job.name, result.failures) for job, result in looked(jobs, monotonic() + 600)]
    assert len(results) == wanted
    assert [one for one in results if one[1]] == []


@pytest.mark.parametrize("name", REGRESSIONS)
def test_what_once_failed_does_not(name: str) -> None:
    assert looked_at(Job(REGRESSIONS[name].kind, 0, 0, REGRESSIONS[name])).failures == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_makes_one_input(kind: str) -> None:
    assert made(kind, 1, 5) == made(kind, 1, 5)
    assert len({str(made(kind, 1, number)) for number in range(10)}) > 5
    assert made(kind, 2, 5) != made(kind, 1, 5)


def test_an_input_can_be_kept(tmp_path: Path) -> None:
    given = Input("folder", {"a/b.tf": b"\xff", "c.yaml": b""}, {"l": "a", "a/self": "self"})
    given.write(tmp_path)
    assert Input.read("folder", tmp_path) == given


def test_what_hangs_or_dies_is_told_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """By time that is up before anything can be looked at, and by a process that is not there any more."""
    looker = Looker()
    try:
        job = Job("diff", 0, 0)
        assert looker.look(job).failures == ()
        monkeypatch.setattr("tests.fuzz.process.PATIENCE", 0)
        assert looker.look(Job("hcl", 0, 0)).failures == ("hangs: no end within 0 s",)
        monkeypatch.undo()
        assert looker.look(job).failures == ()
        assert looker._process is not None
        looker._process.kill()
        looker._process.join()
        assert looker.look(job).failures == ("the process died: status -9",)
        assert looker.look(job).failures == ()
    finally:
        looker.end()


def test_a_crash_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def crashed(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("ecsnet.scanning.judged", crashed)
    found: Result = looked_at(Job("plan", 0, 0, Input("hcl", {"main.tf": b'resource "aws_vpc" "a" {}\n'})))
    assert found.failures[0].startswith("a crash: internal error in ")


@pytest.mark.parametrize("number", range(8))
def test_damage_is_told_and_ends_nothing(number: int, tmp_path: Path) -> None:
    """Every scan comes to its end, is the same twice, and what cannot be read is an error with its place."""
    for index, (path, data) in enumerate(damaged(number)):
        folder = tmp_path / str(index)
        Input("folder", {path.name: data}).write(folder)
        first = scan([str(folder)], Config())
        second = scan([str(folder)], Config())
        assert verdicts(first) == verdicts(second)
        assert first.problems == second.problems
        for problem in first.problems:
            assert problem.line >= 1, problem
            assert "internal error" not in problem.message, (path, problem)
