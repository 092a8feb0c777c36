"""The page of a rule, in Markdown, from what the rule itself carries."""

from __future__ import annotations

import re
from collections.abc import Callable

from ecsnet.findings import Rule

_LANGUAGES = {"terraform": ("Terraform", "hcl"), "cloudformation": ("CloudFormation", "yaml")}
_INDENTED = re.compile(r"(?:^    .*\n(?:\n(?=    ))?)+", re.MULTILINE)


def render(rule: Rule, *, examples: str = "", suppress: str = "", code: Callable[[str, str], str] | None = None) -> str:
    """What breaks, why, how to fix it in each language, and what AWS says.

    ``examples`` and ``suppress`` are Markdown that an installed package has no source for. ``code``: how a piece of
    code of a language is written, where not indented.
    """
    also = "; opt-in: runs only when selected" if rule.opt_in else ""
    parts = [
        f"# {rule.id} {rule.name}",
        f"Level: {rule.level.value}. In cfn-lint: {rule.cfn_lint_id}{also}.",
        rule.summary,
        "## Why",
        rule.why,
        "## Fix",
    ]
    for language, fix in rule.fix.items():
        title, lexer = _LANGUAGES[language]
        parts += [f"### {title}", _coded(fix, lexer, code) if code else fix]
    if examples:
        parts += ["## Examples", examples]
    if suppress:
        parts += ["## Suppress", suppress]
    if rule.references:
        parts += ["## References", "\n".join(f"- {reference}" for reference in rule.references)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _coded(text: str, lexer: str, code: Callable[[str, str], str]) -> str:
    """Indented pieces of code, written in another way."""

    def written(match: re.Match[str]) -> str:
        lines = match[0].rstrip().split("\n")
        return code("\n".join(line[4:] for line in lines), lexer) + "\n"

    return _INDENTED.sub(written, text + "\n")
