"""Runs the real commands of Checkov and cfn-lint, with the entries of this checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
POLICIES = CHECKOUT / "policies"
CFN_RULES = CHECKOUT / "cfn_rules"
CFN_LINT = "import sys; from cfnlint.runner import main; sys.exit(main())"


def checkov(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Without its look-ups on the network."""
    command = [sys.executable, "-m", "checkov.main", "--compact", "--skip-download"]
    command += ["--external-checks-dir", str(POLICIES)]
    return _run([*command, *map(str, arguments)], cwd, environment)


def cfn_lint(*arguments: str | Path, cwd: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Templates come first: an option of cfn-lint takes all words that follow it."""
    command = [sys.executable, "-c", CFN_LINT, *map(str, arguments), "--append-rules", str(CFN_RULES)]
    return _run(command, cwd, {}, stdin)


def cfn_lint_matches(*arguments: str | Path, cwd: Path) -> list[dict[str, Any]]:
    """What cfn-lint reports of ecsnet's own ids, and of crashes."""
    run = cfn_lint(*arguments, "--format", "json", cwd=cwd)
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return [match for match in found if match["Rule"]["Id"][1] == "9" or match["Rule"]["Id"] == "E0002"]


def checkov_reports(text: str) -> dict[str, dict[str, Any]]:
    """The JSON that Checkov prints, by framework: one report where it has one, a list where it has more."""
    data = json.loads(text)
    reports: Sequence[dict[str, Any]] = data if isinstance(data, list) else [data]
    return {report["check_type"]: report for report in reports if "check_type" in report}


def _run(
    command: list[str], cwd: Path, environment: dict[str, str], stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    # Nothing of this checkout may be found by the way the tests are run: the entries find it by themselves.
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    variables |= {"PYTHONDONTWRITEBYTECODE": "1", "ANSI_COLORS_DISABLED": "1", "LOG_LEVEL": "ERROR", **environment}
    return subprocess.run(
        command, cwd=cwd, env=variables, input=stdin or "", capture_output=True, text=True, timeout=300, check=False
    )
