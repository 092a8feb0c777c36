"""The pages of the rules are what the rules say."""

from pathlib import Path

from ecsnet.report import page
from ecsnet.rules import CATALOGUE

PAGES = Path(__file__).parents[1] / "docs" / "rules"


def test_every_rule_has_its_page_and_it_is_current():
    """Written by ``ecsnet rule ECSNET401 > docs/rules/ECSNET401.md``."""
    written = {path.name: path.read_text(encoding="utf-8") for path in PAGES.iterdir()}
    assert written == {f"{rule.id}.md": page.render(rule) for rule in CATALOGUE}


def test_help_leads_to_the_pages():
    assert all(rule.help.endswith(f"docs/rules/{rule.id}.md") for rule in CATALOGUE)


def test_numbers_and_names_are_each_given_once():
    assert len({rule.id for rule in CATALOGUE}) == len({rule.name for rule in CATALOGUE}) == len(CATALOGUE)
    assert [rule.id for rule in CATALOGUE] == sorted(rule.id for rule in CATALOGUE)
