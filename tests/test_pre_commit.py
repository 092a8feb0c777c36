"""``.pre-commit-hooks.yaml``, run by pre-commit itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests import checkouts
from tests.checkouts import CLOSED, OPEN, git, group

pytest.importorskip("pre_commit")

ROOT = Path(__file__).parent.parent
HOOKS = ROOT / ".pre-commit-hooks.yaml"
PACKAGED = ("ecsnet", "policies", "cfn_rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
CALL = 'module "web" {\n  source = "../modules/web"\n}\n'
TEMPLATE = """\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: ssh
      SecurityGroupIngress:
        - {{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: {source}}}
"""
UNREACHABLE = ("No matching distribution found", "NewConnectionError", "Temporary failure in name resolution")


@dataclass
class PreCommit:
    """A checkout of somebody who uses the hooks."""

    folder: Path
    home: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PRE_COMMIT_HOME": str(self.home), "PRE_COMMIT_COLOR": "never"}
        environment.pop("PYTHONPATH", None)
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def commit(self, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """What the hooks say of a change that is to be committed; nothing is left of it."""
        git(self.folder, "reset", "-q", "--hard")
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        git(self.folder, "add", "--all")
        return self.run("run", "ecsnet")


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreCommit]:
    """The hook is installed from a clone of this checkout, as it is now."""
    top = tmp_path_factory.mktemp("pre-commit")
    source = top / "ecsnet"
    source.mkdir()
    for name in PACKAGED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    checkouts.checkout(source, {})
    hook = {"repo": str(source), "rev": git(source, "rev-parse", "HEAD"), "hooks": [{"id": "ecsnet"}]}
    files = {
        ".pre-commit-config.yaml": yaml.safe_dump({"repos": [hook]}),
        "modules/web/main.tf": group(CLOSED, "web"),
        "root/main.tf": CALL,
        "before/main.tf": group(OPEN, "before"),
        "template.yaml": TEMPLATE.format(source="10.0.0.0/8"),
    }
    made = PreCommit(checkouts.checkout(top / "user", files), top / "home")
    installed = made.run("install-hooks")
    if installed.returncode and any(text in installed.stdout + installed.stderr for text in UNREACHABLE):
        pytest.skip("there is no package index to install the hook's dependencies from")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    yield made
    shutil.rmtree(top, ignore_errors=True)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({"new/main.tf": group(OPEN, "new")}, "aws_security_group.new", id="a root"),
        pytest.param(
            {"modules/web/main.tf": group(OPEN, "web")}, "module.web.aws_security_group.web", id="a child module"
        ),
        pytest.param({"template.yaml": TEMPLATE.format(source="0.0.0.0/0")}, "Group", id="a template"),
    ],
)
def test_a_bad_change_is_stopped(files: dict[str, str], found: str, user: PreCommit) -> None:
    done = user.commit(files)
    assert done.returncode == 1, done.stderr
    assert "Failed" in done.stdout
    assert found in done.stdout
    assert "ECSNET201" in done.stdout
    assert "1 finding (1 error)" in done.stdout


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"modules/web/main.tf": group(CLOSED, "web") + "\n# more\n"}, id="a child module"),
        pytest.param({"good/main.tf": group(CLOSED, "good")}, id="a root, while another has findings"),
        pytest.param({"pod.yaml": "kind: Pod\n"}, id="some other YAML"),
    ],
)
def test_a_good_change_passes(files: dict[str, str], user: PreCommit) -> None:
    done = user.commit(files)
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout


def test_unrelated_files_cost_nothing(user: PreCommit) -> None:
    """Nothing is started."""
    done = user.commit({"README.md": "Hello\n", "main.py": "print()\n"})
    assert done.returncode == 0, done.stdout
    assert "(no files to check)Skipped" in done.stdout


def test_the_manifest_is_valid() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(HOOKS)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_files_are_given_to_one_process_or_not_at_all() -> None:
    """In several processes at once, each with a part of the files, a root would be scanned more than once."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text())}
    assert set(hooks) == {"ecsnet", "ecsnet-checkov"}
    assert all(hook["require_serial"] for hook in hooks.values())
    assert hooks["ecsnet"].get("pass_filenames", True)
    assert not hooks["ecsnet-checkov"]["pass_filenames"]


@pytest.mark.parametrize(("sources", "status"), [(OPEN, 1), (CLOSED, 0)])
def test_the_hook_for_checkov(sources: str, status: int, tmp_path: Path) -> None:
    """Its command, with the programs of this environment in the place of those that pre-commit would install."""
    pytest.importorskip("checkov")
    import shlex

    hooks = {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text())}
    hook = hooks["ecsnet-checkov"]
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, module in (("ecsnet", "ecsnet"), ("checkov", "checkov.main")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        program.chmod(0o755)
    folder = checkouts.checkout(tmp_path / "user", {"modules/web/main.tf": group(sources, "web"), "root/main.tf": CALL})
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [*shlex.split(hook["entry"]), *hook["args"]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert ("Check: ECSNET201" in done.stdout) is bool(status)
    assert "Check: CKV" not in done.stdout
