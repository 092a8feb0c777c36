"""The signed policies of docs/harnesses.md: its own commands make the key and sign, and Checkov holds them to it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.expectations import FIXTURES
from tests.harnesses.tools import CHECKOUT, POLICIES

pytest.importorskip("checkov.common.external_checks.verification", reason="this Checkov verifies nothing")
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="keys are made with openssl")

OPEN = FIXTURES / "ECSNET201" / "tf-fail-inline-blocks"


def commands(name: str) -> str:
    """A piece of shell in the documentation."""
    page = (CHECKOUT / "docs" / "harnesses.md").read_text("utf-8")
    found = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys, and ``ecsnet-policies``, signed."""
    folder = tmp_path_factory.mktemp("signed")
    # "ecsnet policies-dir" is what names the folder where ecsnet is installed.
    command = f'ecsnet() {{ "{sys.executable}" -m ecsnet "$@"; }}\n' + commands("key") + commands("sign")
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=folder, env={**_environment()}, check=True, capture_output=True
    )
    assert {path.name for path in (folder / "ecsnet-policies").iterdir()} == {
        path.name for path in POLICIES.glob("*.py")
    }
    return folder


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1", "LOG_LEVEL": "ERROR"}


def checkov(policies: Path, key: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "checkov.main", "--skip-download", "--framework", "terraform", "-o", "json"]
    command += ["--external-checks-dir", str(policies), "--external-checks-public-key", str(key)]
    command += ["--check", "ECSNET201", "-d", str(OPEN)]
    return subprocess.run(
        command, cwd=policies.parent, env=_environment(), capture_output=True, text=True, check=False, timeout=300
    )


def test_signed_policies_run(signed: Path) -> None:
    run = checkov(signed / "ecsnet-policies", signed / "ecsnet-policies.pub")
    assert run.returncode == 1, run.stderr
    failed = json.loads(run.stdout)["results"]["failed_checks"]
    assert [check["check_id"] for check in failed] == ["ECSNET201"]


@pytest.mark.parametrize("what", ["changed", "not signed", "added", "another key"])
def test_what_is_not_signed_stops_checkov(what: str, signed: Path, tmp_path: Path) -> None:
    policies, key = tmp_path / "ecsnet-policies", signed / "ecsnet-policies.pub"
    shutil.copytree(signed / "ecsnet-policies", policies)
    entry = policies / "ecsnet_policies.py"
    if what == "changed":
        entry.write_bytes(entry.read_bytes().replace(b"in the baseline", b"in The baseline", 1))
    elif what == "not signed":
        shutil.copy(POLICIES / entry.name, entry)
    elif what == "added":
        (policies / "more.py").write_text("print('ran')\n")
    else:
        made = ["bash", "-euo", "pipefail", "-c", commands("key")]
        subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
        key = tmp_path / "ecsnet-policies.pub"
    run = checkov(policies, key)
    assert run.returncode == 2
    assert "ECSNET201" not in run.stdout
    assert "ran" not in run.stdout.split()
    assert "External checks signature verification failed" in run.stderr
