"""What ecsnet is built from, what it is built to, and what is said of it."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import tarfile
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from scripts import audit, release

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("ecsnet", "policies", "cfn_rules", "scripts", "examples")
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?([^;]*)")
PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")


def project() -> Any:
    tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    return tomllib.loads(PROJECT)["project"]


def requirements() -> list[tuple[str, str]]:
    """The names of dependencies, and the bounds of their versions."""
    made = project()
    listed = [*made["dependencies"], *(one for extra in made["optional-dependencies"].values() for one in extra)]
    found = [REQUIREMENT.match(one) for one in listed]
    return [(match[1].lower(), match[2]) for match in found if match is not None]


def test_each_dependency_has_a_lower_and_an_upper_bound() -> None:
    assert len(requirements()) > 20
    unbounded = [name for name, bounds in requirements() if not re.fullmatch(r">=[\d.]+,<[\d.]+", bounds.strip())]
    assert unbounded == []


def test_the_versions_that_are_tried_are_within_the_bounds() -> None:
    from packaging.specifiers import SpecifierSet

    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if line[0] != "#")
    runtime = {REQUIREMENT.match(one)[1] for one in project()["dependencies"]}  # type: ignore[index]
    assert runtime <= set(pinned)
    for name, bounds in requirements():
        version = {key.lower(): value for key, value in pinned.items()}.get(name)
        assert version is None or version in SpecifierSet(bounds)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    pytest.importorskip("hatchling")
    folders = [tmp_path_factory.mktemp("build") for _ in range(2)]
    for folder in folders:
        for part in PARTS:
            shutil.copytree(ROOT / part, folder / "source" / part, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
            shutil.copyfile(ROOT / name, folder / "source" / name)
    # Bytecode, as the source has it that was run.
    (folders[1] / "source" / "ecsnet" / "__pycache__").mkdir()
    (folders[1] / "source" / "ecsnet" / "__pycache__" / "values.cpython-311.pyc").write_bytes(b"x")
    return release.twice(folders[0], folders[1], "1700000000")


def test_what_is_built_twice_is_the_same(built: dict[str, bytes]) -> None:
    assert len(built) == 2
    assert {Path(name).suffix for name in built} == {".whl", ".gz"}


def test_what_is_not_the_same_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter([{"a.whl": b"1", "a.tar.gz": b"2"}, {"a.whl": b"1", "a.tar.gz": b"3"}])
    monkeypatch.setattr(release, "_built", lambda *_: next(made))
    with pytest.raises(SystemExit, match=r"not the same: a\.tar\.gz"):
        release.twice(tmp_path, tmp_path, "0")


def test_the_wheel_has_what_users_need_and_no_more(built: dict[str, bytes]) -> None:
    (wheel,) = (content for name, content in built.items() if name.endswith(".whl"))
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        names = set(archive.namelist())
        assert {one.date_time[:3] for one in archive.infolist()} == {(2023, 11, 14)}
    expected = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "ecsnet").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected |= {f"ecsnet/_entries/policies/{path.name}" for path in (ROOT / "policies").glob("*.py")}
    expected |= {f"ecsnet/_entries/cfn_rules/{path.name}" for path in (ROOT / "cfn_rules").glob("*.py")}
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert {"ecsnet/py.typed", "ecsnet/config.schema.json"} <= names
    assert any("/stubs/" in name for name in names)


def test_the_source_distribution_can_be_built_from(built: dict[str, bytes]) -> None:
    (source,) = (content for name, content in built.items() if name.endswith(".gz"))
    with tarfile.open(fileobj=io.BytesIO(source)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "policies/__init__.py", "cfn_rules/ecsnet_rules.py"} <= names


def dependency(name: str, **others: object) -> dict[str, object]:
    return {"name": name, "version": "1.0", **others}


CLEAN = dependency("pyyaml", vulns=[])
SKIPPED = {"name": "tomli", "skip_reason": "not found"}
KNOWN = dependency("tree-sitter", vulns=[{"id": "PYSEC-1", "fix_versions": ["1.1"]}])


@pytest.mark.parametrize(
    ("output", "status", "said"),
    [
        ([CLEAN], 0, "0 known vulnerabilities in 1 of 1 dependencies"),
        ([CLEAN, SKIPPED], 3, "not audited: tomli: not found"),
        ([SKIPPED, KNOWN], 1, "tree-sitter 1.0: PYSEC-1, mended in 1.1"),
        ([], 3, "0 known vulnerabilities in 0 of 0 dependencies"),
        (None, 3, "not audited: ConnectionError: no route"),
    ],
)
def test_an_audit(output: list[object] | None, status: int, said: str) -> None:
    text = json.dumps({"dependencies": output}) if output is not None else ""
    found, lines = audit.verdict(text, "Traceback\nConnectionError: no route\n")
    assert found == status
    assert said in lines
