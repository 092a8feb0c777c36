"""Every Terraform fixture: a scan of its plan says what a scan of its source says, alone nothing else."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Verdict
from ecsnet.terraform import find_roots
from tests.expectations import case_id
from tests.oracle.test_aws import pytestmark as pytestmark
from tests.oracle.test_aws import terraform_cases


def planned(root: Path, case: Path, applied: bool) -> tuple[dict[str, Any], dict[str, str]]:
    from tests.oracle.terraform import TerraformError, plan

    try:
        found: tuple[dict[str, Any], dict[str, str]] = plan(root, case, applied=applied)
        return found
    except TerraformError as error:
        if any(word in str(error) for word in ("registry", "github.com", "-target")):
            pytest.skip("Terraform can't plan it here")
        raise


def verdicts(path: Path) -> dict[str, set[tuple[str, str]]]:
    report = scan([str(path)], Config())
    assert not report.problems
    kinds: dict[str, tuple[Verdict, ...]] = {
        "found": report.findings, "passed": report.passed, "undecided": report.undecided,
    }  # fmt: skip
    return {kind: {(item.rule.id, numbered(item.resource.address)) for item in items} for kind, items in kinds.items()}


def numbered(address: str) -> str:
    """The address with the number of a zone for a key that is its name, which the source does not know."""
    named = re.sub(r"\[data\.aws_availability_zones\.\w+\.names\[(\d+)\]\]", r"[zone \1]", address)
    return re.sub(r'\["eu-west-1([abc])"\]', lambda found: f"[zone {'abc'.index(found[1])}]", named)


@pytest.mark.parametrize("applied", [False, True], ids=["new", "applied"])
@pytest.mark.parametrize("case", terraform_cases(), ids=case_id)
def test_a_plan_says_what_its_source_says(case: Path, applied: bool, tmp_path: Path) -> None:
    for number, root in enumerate(find_roots([str(path) for path in sorted(case.rglob("*.tf*"))])):
        document, made_up = planned(Path(root), case, applied)
        copy = tmp_path / str(number)
        shutil.copytree(case, copy)
        (copy / ".git").mkdir(exist_ok=True)
        place = copy / Path(root).resolve().relative_to(case.resolve())
        source = verdicts(place)
        (place / "plan.json").write_text(json.dumps(document))
        beside = verdicts(place / "plan.json")
        (tmp_path / "alone").mkdir(exist_ok=True)
        (tmp_path / "alone" / "plan.json").write_text(json.dumps(document))
        alone = verdicts(tmp_path / "alone" / "plan.json")
        if not made_up and not applied:
            # With values made up, the plan decides what the source leaves open.
            assert beside == source
        if not made_up and applied:
            # AWS has chosen what the source leaves to it: zones, groups, addresses.
            assert source["found"] <= beside["found"]
            assert source["passed"] <= beside["passed"]
            assert beside["undecided"] <= source["undecided"]
        # Of two rules about one cause the one speaks that can tell: 202, where 205 would need what the plan lacks.
        spoken = {("ECSNET202", address) for rule, address in beside["found"] if rule == "ECSNET205"}
        assert alone["found"] <= beside["found"] | spoken
        assert not (alone["found"] - spoken) & beside["passed"]
