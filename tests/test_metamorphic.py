"""What does not matter does not: other names, other files, another order."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Finding, Report, Verdict
from tests.expectations import case_id, cases

_BLOCK = re.compile(rb"(?ms)^(?:#[^\n]*\n)*^[a-z]\w*\b[^\n]*\{(?:[^\n]*\}|\n.*?^\})[^\n]*\n")
_DECLARED = re.compile(r'(?m)^(resource|data) "(\w+)" "(\w+)"')

Verdicts = Counter[tuple[str, str, str, str]]


def _plain_cases() -> list[Path]:
    """Fixtures whose ``.tf`` files are whole blocks, one after the other."""
    found = []
    for case in cases():
        files = [path for path in case.rglob("*") if path.is_file()]
        if files and all(path.suffix == ".tf" and _blocks(path) for path in files):
            found.append(case)
    return found


def _blocks(path: Path) -> list[bytes]:
    data = path.read_bytes()
    found = _BLOCK.findall(data)
    rest = _BLOCK.sub(b"", data)
    bare = all(not line.strip() or line.startswith(b"#") for line in rest.splitlines())
    return found if bare and "override" not in path.name else []


PLAIN = _plain_cases()


def verdicts(report: Report, address: Callable[[str], str] = str) -> Verdicts:
    """How many there are of each kind, rule and resource; names in messages are not compared."""
    found: tuple[Verdict, ...] = (*report.findings, *report.passed, *report.undecided)
    return Counter(
        (
            type(item).__name__,
            item.rule.id,
            address(item.resource.address),
            item.level.value if isinstance(item, Finding) else "",
        )
        for item in found
    )


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[Path], Path]:
    def copy(case: Path) -> Path:
        (tmp_path / "tree" / ".git").mkdir(parents=True)
        return Path(shutil.copytree(case, tmp_path / "tree", dirs_exist_ok=True))

    return copy


def test_most_fixtures_are_plain() -> None:
    assert len(PLAIN) > 200


@pytest.mark.parametrize("case", PLAIN, ids=case_id)
def test_files_and_order_do_not_matter(case: Path, copied: Callable[[Path], Path]) -> None:
    tree = copied(case)
    before = verdicts(scan([str(tree)], Config()))
    for path in sorted(tree.rglob("*.tf")):
        for number, block in enumerate(reversed(_blocks(path))):
            path.with_name(f"{path.stem}-{number}.tf").write_bytes(block.replace(b"\n", b"\r\n"))
        path.unlink()
    report = scan([str(tree)], Config())
    assert not report.problems
    assert verdicts(report) == before


@pytest.mark.parametrize("case", PLAIN, ids=case_id)
def test_names_of_resources_do_not_matter(case: Path, copied: Callable[[Path], Path]) -> None:
    """But for words that say what a subnet is for: they stay."""
    tree = copied(case)
    before = verdicts(scan([str(tree)], Config()))
    for path in sorted(tree.rglob("*.tf")):
        text = path.read_text("utf-8")
        for kind, type_, name in set(_DECLARED.findall(text)):
            dot = f"data.{type_}.{name}" if kind == "data" else f"{type_}.{name}"
            text = text.replace(f'{kind} "{type_}" "{name}"', f'{kind} "{type_}" "{name}_zz"')
            text = re.sub(rf"(?<![\w.]){re.escape(dot)}\b(?!-)", f"{dot}_zz", text)
        path.write_text(text, "utf-8")
    report = scan([str(tree)], Config())
    assert not report.problems
    assert verdicts(report, lambda address: re.sub(r"_zz\b", "", address)) == before
