"""The pages of the rules are what the rules and their fixtures say; the site is built from pages that hold together."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ecsnet.findings import PROJECT
from ecsnet.report import page
from ecsnet.rules import CATALOGUE
from scripts.rule_pages import PAGES, ROOT, escaped, fenced, pages


def test_every_rule_has_its_page_and_it_is_current():
    """Written by ``python -m scripts.rule_pages``."""
    written = {path.name: path.read_text(encoding="utf-8") for path in PAGES.iterdir()}
    assert written == pages()


def test_help_leads_to_the_pages():
    assert all(rule.help == f"{PROJECT}/blob/main/docs/rules/{rule.id}.md" for rule in CATALOGUE)
    assert all((PAGES / Path(rule.help).name).is_file() for rule in CATALOGUE)
    assert f'Source = "{PROJECT}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"repo_url: {PROJECT}\n" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def test_every_page_of_a_rule_is_in_the_navigation():
    listed = re.findall(r"^ +- (\d+ \S+): rules/(\w+)\.md$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert listed == [(f"{rule.id[6:]} {rule.name}", rule.id) for rule in CATALOGUE]


def test_every_page_is_in_the_navigation_once():
    listed = re.findall(r"^ +- (?:[^:\n]+: )?(\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(path.relative_to(ROOT / "docs").as_posix() for path in PAGES.parent.rglob("*.md"))


def test_numbers_and_names_are_each_given_once():
    assert len({rule.id for rule in CATALOGUE}) == len({rule.name for rule in CATALOGUE}) == len(CATALOGUE)
    assert [rule.id for rule in CATALOGUE] == sorted(rule.id for rule in CATALOGUE)


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.id)
def test_a_page_has_both_languages_and_all_that_the_rule_has(rule):
    text = (PAGES / f"{rule.id}.md").read_text(encoding="utf-8")
    assert text.count("<summary>Bad: ") == text.count("<summary>Good: ") == 2
    assert len(re.findall(r"^> `\S+:\d+` \*\*(error|warning|info)\*\*: ", text, re.MULTILINE)) >= 2
    assert all(word in text for word in (rule.summary, rule.why, rule.cfn_lint_id, *rule.references))
    assert not re.search(r"^ *(#|//) *(expect|hop)\b", text, re.MULTILINE)
    # Code is fenced, so that it has colours.
    assert not re.search(r"^    ", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)


def test_an_installed_package_prints_pages_without_fixtures():
    rule = CATALOGUE[0]
    printed = page.render(rule)
    assert "## Examples" not in printed
    assert "    resource" in printed
    assert fenced("resource", "hcl").startswith("```hcl\nresource")


def test_text_is_escaped():
    assert escaped("a_b[0] <c>") == r"a\_b\[0\] \<c\>"


def test_the_site_is_built(tmp_path: Path):
    """Links that lead nowhere, and pages that are not in the navigation, are errors."""
    pytest.importorskip("mkdocs")
    pytest.importorskip("material")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "site" / "rules" / "ECSNET401" / "index.html").is_file()
