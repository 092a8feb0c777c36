"""Writes ``docs/rules``: a page for each rule, from the rule and from its fixtures, and their index.

::

    python -m scripts.rule_pages

A bad and a good example for each language are fixtures, without the expectations on their lines. Each bad one is
scanned, and what is found in it, and what would fix it, stands beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Finding, Rule
from ecsnet.fixes.apply import plan
from ecsnet.fixes.difference import diff
from ecsnet.report import page
from ecsnet.rules import CATALOGUE
from scripts.examples import EXAMPLES

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
PAGES = ROOT / "docs" / "rules"

_EXPECTATION = re.compile(r"\s*(?:#|//)\s*(?:expect|hop)\b.*")
_LEXERS = {".tf": "hcl", ".yaml": "yaml", ".json": "json"}
_EVERYWHERE = (
    "Each of them holds in the command, in Checkov and in cfn-lint alike. "
    "The [configuration file](../configuration.md) switches rules off."
)
_SHORT = 30
"""Lines of an example that are not folded."""

_FAMILIES = {
    "1": "Public subnets and internet gateways",
    "2": "Inbound from the internet",
    "3": "Task networking",
    "4": "NAT",
    "5": "Placement policy",
    "6": "Cost",
}


@dataclass(frozen=True)
class Example:
    """One file of a fixture as the page shows it."""

    name: str
    text: str

    def block(self, kind: str, marked: Iterable[int] = ()) -> str:
        """Folded where it is long. ``marked``: lines that stand out."""
        lines = self.text.count("\n")
        marks = " ".join(map(str, sorted(set(marked))))
        code = fenced(self.text, _LEXERS[Path(self.name).suffix] + (f' hl_lines="{marks}"' if marks else ""))
        opened = " open" if lines <= _SHORT else ""
        title = f"<summary>{kind}: {self.name}, {lines} lines</summary>"
        look = "failure" if kind == "Bad" else "success"
        return f'<details markdown class="{look}"{opened}>\n{title}\n\n{code}\n\n</details>'


def pages() -> Mapping[str, str]:
    """Every page by its file name."""
    made = {f"{rule.id}.md": rule_page(rule) for rule in CATALOGUE}
    return {"index.md": index(), **made}


def rule_page(rule: Rule) -> str:
    """All that ``ecsnet rule`` prints, with examples and how to suppress it."""
    return page.render(rule, examples="\n\n".join(_examples(rule)), suppress=_suppress(rule), code=fenced)


def fenced(text: str, lexer: str) -> str:
    return f"```{lexer}\n{text.rstrip()}\n```"


def _examples(rule: Rule) -> Iterator[str]:
    for title, (bad, good) in zip(("Terraform", "CloudFormation"), EXAMPLES[rule.id]):
        yield f"### {title}"
        example = _example(rule, bad)
        found, fix = _found(rule, example)
        yield example.block("Bad", (finding.span.start_line for finding in found))
        for finding in found:
            place = f"`{finding.span.file}:{finding.span.start_line}`"
            yield f"> {place} **{finding.level.value}**: {escaped(finding.message)}"
        if fix:
            unsafe = "" if all(edit.safe for finding in found for edit in finding.edits) else " --unsafe"
            yield f"`ecsnet scan --fix{unsafe}` writes:"
            yield fenced(fix, "diff")
        yield _example(rule, good).block("Good")


def _example(rule: Rule, case: str) -> Example:
    folder = FIXTURES / rule.id / case
    [file] = [path for path in folder.iterdir() if path.name != "expectations.txt"]
    lines = file.read_text("utf-8").splitlines()
    kept = [_EXPECTATION.sub("", line) for line in lines]
    shown = [new for old, new in zip(lines, kept) if new.strip() or not old.strip()]
    return Example(file.name, "\n".join(shown) + "\n")


def _found(rule: Rule, example: Example) -> tuple[list[Finding], str]:
    """What the rule finds in a bad example, and the diff of what ``--fix`` would write."""
    folder = tempfile.mkdtemp()
    try:
        Path(folder, example.name).write_text(example.text, "utf-8")
        with _working_in(folder):
            found = scan([example.name], Config(select=(rule.id,))).findings
            planned = plan(found, unsafe=True)
            changed = "".join(line for line in diff(planned.rewrites) if not line.startswith(("---", "+++")))
    finally:
        shutil.rmtree(folder)
    if not found:
        raise ValueError(f"{rule.id}: {example.name} of the bad example has no finding")
    return list(found), changed


@contextmanager
def _working_in(folder: str) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _suppress(rule: Rule) -> str:
    """In the words of each harness: on the line, or above the block or property, that the finding is about."""
    comment = f"# ecsnet:ignore {rule.id} why it is right here"
    checkov = f"# checkov:skip={rule.id}:why it is right here"
    metadata = (
        "Metadata:\n"
        "  cfn-lint:\n"
        "    config:\n"
        f"      ignore_checks: [{rule.cfn_lint_id}]"
    )  # fmt: skip
    return "\n\n".join(
        (
            "Where it is meant to be so, say why, in a comment on the line or in the block that the finding is about:",
            fenced(comment, "hcl"),
            "or as Checkov has it, within the resource:",
            fenced(checkov, "hcl"),
            "or, in a template, as cfn-lint has it, in the resource's or the template's metadata:",
            fenced(metadata, "yaml"),
            _EVERYWHERE,
        )
    )


def index() -> str:
    """The catalogue, by family."""
    parts = ["# Rules", "The number of a rule is the same in every harness; in cfn-lint its level goes before it."]
    for first, title in _FAMILIES.items():
        rows = ["| rule | level | finds |", "|---|---|---|"]
        for rule in CATALOGUE:
            if rule.id.startswith(f"ECSNET{first}"):
                level = rule.level.value + ", opt-in" * rule.opt_in
                rows.append(f"| [{rule.id}]({rule.id}.md) {rule.name} | {level} | {escaped(rule.summary)} |")
        parts += [f"## {title}", "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Plain text as Markdown."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def main() -> None:
    made = pages()
    for stale in PAGES.iterdir():
        if stale.name not in made:
            stale.unlink()
    for name, text in made.items():
        (PAGES / name).write_text(text, "utf-8")
    print(f"{len(made)} pages in {os.path.relpath(PAGES)}")


if __name__ == "__main__":
    main()
