"""Makes the plan of a fixture from the source of another: ``python -m tests.oracle.plan_fixtures SOURCE CASE``.

Both are folders, of a root module and of a case. ``plan.json`` in CASE is then what ``terraform show -json`` prints of
a plan of SOURCE, without the arguments that nobody wrote. ``--applied``: of a plan that is made once all is there.
``--var``: as for Terraform. Where CASE is to hold the source too, it has a copy of it already: CASE is then SOURCE.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_LEFT_OUT = ("timestamp", "relevant_attributes", "resource_drift", "checks")


def trimmed(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan without what changes from run to run, and without attributes that are null or hold nothing."""
    kept = {name: value for name, value in plan.items() if name not in _LEFT_OUT}
    for change in kept.get("resource_changes", []):
        _without_blanks(change["change"], "before", "after", "after_unknown", "before_sensitive", "after_sensitive")
    for part in (kept.get("planned_values", {}), kept.get("prior_state", {}).get("values", {})):
        pending = [part.get("root_module", {})]
        while pending:
            module = pending.pop()
            for resource in module.get("resources", []):
                _without_blanks(resource, "values", "sensitive_values")
            pending += module.get("child_modules", [])
    return kept


def _without_blanks(owner: dict[str, Any], *names: str) -> None:
    for name in names:
        if isinstance(owner.get(name), dict):
            owner[name] = {key: value for key, value in owner[name].items() if value not in (None, [], {})}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make the plan of a fixture.")
    parser.add_argument("source", type=Path)
    parser.add_argument("case", type=Path)
    parser.add_argument("--applied", action="store_true")
    parser.add_argument("--var", action="append", default=[])
    given = parser.parse_args(arguments)
    from tests.oracle.terraform import copied

    with copied(given.source, given.source, "eu-west-1", arguments=[f"-var={one}" for one in given.var]) as terraform:
        if given.applied:
            terraform.apply()
        plan = terraform.plan()
    given.case.mkdir(parents=True, exist_ok=True)
    (given.case / "plan.json").write_text(json.dumps(trimmed(plan), indent=1) + "\n")


if __name__ == "__main__":
    main()
