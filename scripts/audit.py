"""Look for known vulnerabilities in what ecsnet runs on: ``python -m scripts.audit``, with pip-audit installed.

``constraints.txt`` names it, with versions. Status 1 where an advisory names one of them. Where the service of
advisories cannot be asked, that is said and the status is 0: a check that needs somebody else's server would stop
changes that have nothing to do with it. ``--strict`` gives 3 then, for releases.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).resolve().parents[1] / "constraints.txt"


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(CONSTRAINTS), "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    try:
        run = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired:
        status, lines = verdict("", "no answer within 120 seconds")
    else:
        status, lines = verdict(run.stdout, run.stderr)
    print("\n".join(lines))
    return status if status != 3 or "--strict" in sys.argv[1:] else 0


def verdict(output: str, errors: str) -> tuple[int, list[str]]:
    """The status and what is to be said: 0 nothing is known, 1 something is, 3 not all could be asked about."""
    try:
        dependencies: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        reason = errors.strip().splitlines()[-1:] or ["no answer"]
        return 3, [f"not audited: {reason[0][:300]}"]
    known = [
        f"{one['name']} {one['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'no version'}"
        for one in dependencies
        for found in one.get("vulns", ())
    ]
    missed = [f"not audited: {one['name']}: {one['skip_reason']}" for one in dependencies if "skip_reason" in one]
    asked = len(dependencies) - len(missed)
    said = f"{len(known)} known vulnerabilities in {asked} of {len(dependencies)} dependencies"
    return 1 if known else 3 if missed or not dependencies else 0, [*known, *missed, said]


if __name__ == "__main__":
    sys.exit(main())
