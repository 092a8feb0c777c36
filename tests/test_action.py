"""``action.yml`` and the template for GitLab: their shell, run as their runners run it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import checkouts
from tests.actions import Ran, Runner, resolved, value_of
from tests.checkouts import CLOSED, OPEN, commit, group

ROOT = Path(__file__).parent.parent
ACTION = ROOT / "action.yml"
TEMPLATE = ROOT / "templates" / "ecsnet.gitlab-ci.yml"
UPLOAD = "github/codeql-action/upload-sarif@"
BEFORE = {"before/main.tf": group(OPEN, "before"), "good/main.tf": group(CLOSED, "good")}
UNREACHABLE = ("No matching distribution found", "NewConnectionError", "Temporary failure in name resolution")


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> str:
    """``ecsnet``, of this checkout."""
    program = tmp_path_factory.mktemp("programs") / "ecsnet"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m ecsnet "$@"\n')
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def runner(tmp_path: Path, command: str) -> Runner:
    """With Python and ecsnet installed, in a checkout with a pull request's branch."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    workspace = checkouts.checkout(tmp_path / "workspace", BEFORE)
    checkouts.git(workspace, "switch", "-q", "-c", "branch")
    given = {"python": {"python-path": sys.executable}, "install": {"command": command, "folder": str(temporary)}}
    return Runner(ACTION, workspace, temporary, given)


def pull_request(workspace: Path, **more: Any) -> dict[str, Any]:
    """The context of a run for a pull request, from a branch of the same repository."""
    base = {"sha": checkouts.git(workspace, "rev-parse", "main")}
    head = {"repo": {"full_name": "ann/network"}}
    event = {"pull_request": {"base": base, "head": head}}
    return {"event_name": "pull_request", "repository": "ann/network", "actor": "ann", "event": event, **more}


def uploads(ran: Ran) -> bool:
    return any(action.startswith(UPLOAD) for action in ran.used)


def test_a_bad_pull_request_fails_with_annotations_and_a_summary(runner: Runner) -> None:
    commit(runner.workspace, {"new/main.tf": group(OPEN, "new")})
    ran = runner.run(pull_request(runner.workspace), {})
    assert ran.status == 1, ran.output
    assert ran.outputs["status"] == "1"
    [annotation] = re.findall(r"^::error .*", ran.output, re.MULTILINE)
    assert "file=new/main.tf,line=7," in annotation
    assert "aws_security_group.new" in annotation
    assert "aws_security_group.new" in ran.summary
    assert "aws_security_group.before" not in ran.output + ran.summary
    assert "1 not on the changes" in ran.summary
    report = json.loads(Path(ran.outputs["sarif-file"]).read_text())
    assert [result["ruleId"] for result in report["runs"][0]["results"]] == ["ECSNET201"]
    [given] = [given for action, given in ran.used.items() if action.startswith(UPLOAD)]
    assert given == {"sarif_file": ran.outputs["sarif-file"], "category": "ecsnet"}


def test_a_good_pull_request_passes(runner: Runner) -> None:
    commit(runner.workspace, {"good/main.tf": group(CLOSED, "better")})
    ran = runner.run(pull_request(runner.workspace), {})
    assert ran.status == 0, ran.output
    assert "::error" not in ran.output
    assert "0 findings, 1 not on the changes" in ran.summary
    assert uploads(ran)


def test_a_pull_request_from_a_fork_uploads_nothing(runner: Runner) -> None:
    """Its token may only read. The rest is as for any other."""
    commit(runner.workspace, {"new/main.tf": group(OPEN, "new")})
    github = pull_request(runner.workspace)
    github["event"]["pull_request"]["head"]["repo"]["full_name"] = "bob/network"
    ran = runner.run(github, {})
    assert ran.status == 1
    assert "aws_security_group.new" in ran.summary
    assert not uploads(ran)
    del github["event"]["pull_request"]["head"]["repo"]  # the fork is gone
    assert not uploads(runner.run(github, {}))


def test_when_nothing_is_uploaded(runner: Runner) -> None:
    assert uploads(runner.run(pull_request(runner.workspace), {}))
    assert not uploads(runner.run(pull_request(runner.workspace), {"sarif": "false"}))
    assert not uploads(runner.run(pull_request(runner.workspace, actor="dependabot[bot]"), {}))
    (runner.temporary / "ecsnet.sarif").unlink()
    ran = runner.run(pull_request(runner.workspace), {"paths": "missing"})
    assert (ran.status, ran.outputs["sarif-file"]) == (2, "")
    assert not uploads(ran)


def test_a_push_is_scanned_whole(runner: Runner) -> None:
    github = {"event_name": "push", "repository": "ann/network", "actor": "ann", "event": {}}
    ran = runner.run(github, {})
    assert ran.status == 1
    assert "file=before/main.tf" in ran.output
    assert uploads(ran)


def test_inputs_are_arguments_and_never_code(runner: Runner) -> None:
    """A line is one argument, whatever is in it."""
    mark = runner.workspace / "was-run"
    odd = f"odd $(touch {mark}) `touch {mark}` ; * \"'"
    commit(runner.workspace, {f"{odd}/main.tf": group(OPEN, "odd"), "values/dev.tfvars": ""})
    inputs = {"paths": f"good\n{odd}\n", "args": "--var-file=values/dev.tfvars\n--ignore\nECSNET4", "diff-base": ""}
    ran = runner.run(pull_request(runner.workspace), inputs)
    assert ran.status == 1, ran.output
    assert "aws_security_group.odd" in ran.output
    assert "aws_security_group.before" not in ran.output
    for name in ("fail-on", "diff-base", "paths", "args"):
        ran = runner.run(pull_request(runner.workspace), {name: f"x'; touch {mark}; '$(touch {mark})"})
        assert ran.status == 2
    assert not mark.exists()


def test_the_lowest_level_and_other_arguments(runner: Runner) -> None:
    github = pull_request(runner.workspace)
    assert runner.run(github, {"diff-base": "", "fail-on": "never"}).status == 0
    assert runner.run(github, {"diff-base": "", "args": "--ignore=ECSNET201"}).status == 0
    assert runner.run(github, {"diff-base": "", "paths": "good"}).status == 0


def test_without_the_history_it_says_what_to_do(runner: Runner, tmp_path: Path) -> None:
    commit(runner.workspace, {"new/main.tf": group(OPEN, "new")})
    github = pull_request(runner.workspace)
    clone = tmp_path / "clone"
    checkouts.git(tmp_path, "clone", "-q", "--depth=1", "--branch=branch", runner.workspace.as_uri(), str(clone))
    runner.workspace = clone
    ran = runner.run(github, {})
    assert ran.status == 2
    assert "fetch-depth: 0" in ran.output


def test_what_is_scanned_cannot_stand_for_python_s_modules(runner: Runner) -> None:
    """The step that installs, from a folder with modules of the same names as those it needs."""
    names = ("venv", "pip", "ensurepip", "logging", "json", "ecsnet", "sitecustomize")
    commit(runner.workspace, {f"{name}.py": "raise SystemExit('was run')\n" for name in names})
    runner.given = {"python": {"python-path": sys.executable}}
    ran = runner.run(pull_request(runner.workspace), {})
    if any(text in ran.output for text in UNREACHABLE):
        pytest.skip("there is no package index to install dependencies from")
    assert ran.status == 0, ran.output
    assert "0 findings, 1 not on the changes" in ran.summary


def test_the_action_has_the_form_that_github_takes() -> None:
    schemas = pytest.importorskip("checkov.github_actions.schemas")
    jsonschema = pytest.importorskip("jsonschema")
    document = yaml.safe_load(ACTION.read_text())
    check = jsonschema.Draft7Validator(schemas.gha_schema)
    assert [error.message for error in check.iter_errors(document)] == []
    document["runs"]["steps"][1].pop("shell")
    assert list(check.iter_errors(document))


def test_nothing_is_taken_from_elsewhere_but_what_is_pinned() -> None:
    steps = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    used = [step["uses"] for step in steps if "uses" in step]
    assert len(used) == 2
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one) for one in used)
    assert not any("${{" in step.get("run", "") for step in steps)
    documented = re.findall(r"uses: (\S+)", (ROOT / "docs" / "ci.md").read_text())
    assert all(re.fullmatch(r"[\w/-]+@([0-9a-f]{40}|main)", one) for one in documented)
    assert {one.partition("@")[0] for one in documented} == {"actions/checkout", "ecsnet/ecsnet"}


def test_workflows_in_the_documentation_are_safe_on_forks() -> None:
    text = (ROOT / "docs" / "ci.md").read_text()
    workflows = [
        found
        for block in re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        if isinstance(found := yaml.safe_load(block), dict) and "jobs" in found
    ]
    assert workflows
    for workflow in workflows:
        triggers = workflow[True]  # "on" is a truth value in YAML 1.1
        assert "pull_request_target" not in triggers
        assert "workflow_run" not in triggers
        assert workflow["permissions"] == {"contents": "read"}
        for job in workflow["jobs"].values():
            assert set(job["permissions"].items()) <= {("contents", "read"), ("security-events", "write")}
            [checkout] = [step for step in job["steps"] if step["uses"].startswith("actions/checkout@")]
            assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("inputs.a == 'x' && inputs.b != ''", False),
        ("inputs.a == 'x' && (inputs.b != '' || inputs.c == '')", True),
        ("inputs.a", "x"),
        ("github.nothing.here == github.repository", False),
        ("'it''s'", "it's"),
        ("!(inputs.a == 'x')", False),
    ],
)
def test_expressions_of_the_runner(expression: str, value: object) -> None:
    contexts = {"inputs": {"a": "x", "b": ""}, "github": {"repository": "ann/network"}}
    assert value_of(expression, contexts) == value
    assert resolved("a ${{ inputs.a }}-${{inputs.b}}.", contexts) == "a x-."


def _gitlab(workspace: Path, command: str, tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The job's script, joined as GitLab's runner does, after what installs ecsnet."""
    job = yaml.safe_load(TEMPLATE.read_text())["ecsnet"]
    environment = {name: str(text) for name, text in job["variables"].items()}
    environment |= {"ECSNET_DIFF_BASE": "", "GIT_CONFIG_VALUE_0": str(workspace), **variables}
    assert [line.startswith(("environment=", "python ", '"$environment/bin/python"')) for line in job["script"]] == [
        *(True, True, True),
        False,
    ]
    folder = tmp_path / "environment"
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(command, folder / "bin" / "ecsnet")
    script = f"set -eo pipefail\nenvironment={folder}\n{job['script'][-1]}"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=workspace,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("sources", "status"), [(OPEN, 1), (CLOSED, 0)])
def test_a_merge_request_in_gitlab(sources: str, status: int, runner: Runner, command: str, tmp_path: Path) -> None:
    base = checkouts.git(runner.workspace, "rev-parse", "main")
    commit(runner.workspace, {"new place/main.tf": group(sources, "new")})
    done = _gitlab(runner.workspace, command, tmp_path, ECSNET_DIFF_BASE=base, ECSNET_PATHS="good\nnew place")
    assert done.returncode == status, done.stderr
    quality = json.loads((runner.workspace / "gl-code-quality-report.json").read_text())
    assert [one["location"]["path"] for one in quality] == ["new place/main.tf"] * status
    assert "<testsuite" in (runner.workspace / "ecsnet-junit.xml").read_text()
    job = yaml.safe_load(TEMPLATE.read_text())["ecsnet"]
    assert job["artifacts"]["reports"] == {"codequality": "gl-code-quality-report.json", "junit": "ecsnet-junit.xml"}
    assert job["artifacts"]["when"] == "always"


def test_a_branch_in_gitlab_is_scanned_whole(runner: Runner, command: str, tmp_path: Path) -> None:
    done = _gitlab(runner.workspace, command, tmp_path, ECSNET_ARGS="--ignore=ECSNET4")
    assert done.returncode == 1
    [one] = json.loads((runner.workspace / "gl-code-quality-report.json").read_text())
    assert one["location"]["path"] == "before/main.tf"
