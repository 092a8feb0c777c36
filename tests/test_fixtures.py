"""Every fixture says on its lines what a scan reports there, and a scan reports nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.rules import CATALOGUE
from tests.expectations import CASE_NAME, FIXTURES, case_id, cases, differences, expectations

CASES = cases()


def test_there_are_cases() -> None:
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_case(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES)
    found = differences(case, scan([case_id(case)], Config(extend_select=(case.parent.name,))), CATALOGUE)
    assert not found, "\n".join([f"{case_id(case)}:", *("  " + line for line in found)])


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_case_has_what_its_name_promises(case: Path) -> None:
    match = CASE_NAME.fullmatch(case.name)
    assert match, "a case is named tf- or cfn-, then fail, pass, unknown or near, then what it shows"
    own = {note.kind for note in expectations(case) if note.rule == case.parent.name}
    if match[2] == "fail":
        assert "finding" in own
    elif match[2] == "unknown":
        assert own >= {"unknown"}
        assert "finding" not in own
    else:
        assert "finding" not in own


def test_case_folders_are_named_after_rules() -> None:
    assert {case.parent.name for case in CASES} <= {rule.id for rule in CATALOGUE}
