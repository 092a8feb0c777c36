"""Each edit of every fixture is made in a copy of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from ecsnet.cloudformation.document import decode
from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Finding
from ecsnet.fixes.apply import plan, write
from ecsnet.rules import CATALOGUE
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse
from tests.expectations import FIXTURES, cases

FIXABLE = {
    ("ECSNET101", "terraform"), ("ECSNET101", "cloudformation"),
    ("ECSNET104", "terraform"), ("ECSNET104", "cloudformation"),
    ("ECSNET201", "terraform"), ("ECSNET201", "cloudformation"),
    ("ECSNET202", "terraform"), ("ECSNET202", "cloudformation"),
    ("ECSNET302", "terraform"), ("ECSNET302", "cloudformation"),
    ("ECSNET303", "terraform"), ("ECSNET303", "cloudformation"),
    ("ECSNET304", "terraform"), ("ECSNET304", "cloudformation"),
    ("ECSNET305", "terraform"), ("ECSNET305", "cloudformation"),
    ("ECSNET308", "terraform"), ("ECSNET308", "cloudformation"),
    ("ECSNET401", "terraform"),
    ("ECSNET405", "terraform"), ("ECSNET405", "cloudformation"),
}  # fmt: skip
TERRAFORM = shutil.which("terraform")


def findings(*paths: str) -> tuple[Finding, ...]:
    return scan(paths, Config()).findings


def counted(found: tuple[Finding, ...]) -> Counter[tuple[str, str]]:
    return Counter((finding.rule.id, finding.resource.address) for finding in found)


def reads(file: Path) -> bool:
    """Whether a tool of the language itself takes the file."""
    text = decode(file.read_bytes())[0]
    if file.suffix == ".json":
        return bool(json.loads(text))
    if file.suffix == ".tf":
        return not parse(Source(str(file), file.read_bytes())).problems and formatted(file.read_bytes()) is not None
    return yaml.compose(text, Loader=yaml.BaseLoader) is not None


def formatted(text: bytes) -> bool | None:
    """Whether ``terraform fmt`` has nothing to change; ``None`` where it does not take the text."""
    if TERRAFORM is None:
        return False
    status = subprocess.run([TERRAFORM, "fmt", "-check", "-"], input=text, capture_output=True, check=False).returncode
    return {0: True, 3: False}.get(status)


@pytest.mark.parametrize("rule", [rule.id for rule in CATALOGUE])
def test_every_edit_of_every_fixture_mends_its_finding_and_nothing_else(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = set()
    for case in (case for case in cases() if case.parent.name == rule):
        monkeypatch.chdir(FIXTURES)
        fixable = [one for one in findings(f"{rule}/{case.name}") if one.edits]
        for number, finding in enumerate(fixable):
            copy = tmp_path / case.name / str(number)
            shutil.copytree(case, copy)
            monkeypatch.chdir(copy)
            before = findings(".")
            [mended] = [one for one in before if (one.rule, one.message) == (finding.rule, finding.message)]
            [rewrite] = plan([mended], unsafe=True).rewrites
            assert write(rewrite, ["."]) is None
            after = findings(".")
            gone = counted(before) - counted(after)
            assert gone[(mended.rule.id, mended.resource.address)], (case.name, mended.message)
            assert not counted(after) - counted(before), (case.name, mended.message)
            assert reads(copy / rewrite.file), (case.name, rewrite.after)
            assert plan([one for one in after if one.message == mended.message], unsafe=True).rewrites == ()
            if formatted(rewrite.before):
                assert formatted(rewrite.after), rewrite.after.decode()
            seen.add((mended.rule.id, mended.resource.language))
    assert seen >= {pair for pair in FIXABLE if pair[0] == rule}
    assert seen <= FIXABLE
