"""The page of a rule, in Markdown, from what the rule itself carries."""

from __future__ import annotations

from ecsnet.findings import Rule

_LANGUAGES = {"terraform": "Terraform", "cloudformation": "CloudFormation"}


def render(rule: Rule) -> str:
    """What breaks, why, how to fix it in each language, and what AWS says."""
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
        parts += [f"### {_LANGUAGES[language]}", fix]
    if rule.references:
        parts += ["## References", "\n".join(f"- {reference}" for reference in rule.references)]
    return "\n\n".join(part.strip() for part in parts) + "\n"
