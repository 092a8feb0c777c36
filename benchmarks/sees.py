"""What ecsnet and other tools see and do not see, each on a fixture: ``python -m benchmarks.sees``.

Each row is one fixture and one mistake, with the rules of each tool that mean that mistake. A cell is the number of
resources that these report there; ``no rule`` where a tool has none; ``unknown`` where it says that it cannot tell. In
bold what it should be. Tools that are not on this machine are left out, and said so.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure import Command, CommandError, first_line
from benchmarks.sees_rows import ROWS, Row

FIXTURES = Path(__file__).resolve().parent.parent / "tests" / "fixtures"
_GATEWAY = "aws_internet_gateway."
_ANY_STATUS = frozenset(range(256))
Seen = Mapping[str, set[str]]
"""The resources that each rule reports; by the rule's id and ``path``, those with the way from the gateway."""


@dataclass(frozen=True, slots=True)
class Tool:
    """``seen``: what it reports in a folder. ``languages``: ``tf`` and ``cfn``, those that it reads."""

    name: str
    words: tuple[str, ...]
    seen: Callable[[tuple[str, ...], Path], Seen]
    languages: tuple[str, ...] = ("tf", "cfn")
    cache: dict[Path, Seen] = field(default_factory=dict)

    def cell(self, row: Row) -> str:
        if not row.fixture.split("/")[1].startswith(self.languages):
            return "other language"
        rules = row.rules.get(self.name, ())
        if not rules:
            return "no rule"
        folder = FIXTURES / row.fixture
        if folder not in self.cache:
            self.cache[folder] = self.seen(self.words, folder)
        seen = self.cache[folder]
        count = str(len(set[str]().union(*(seen.get(rule, set()) for rule in rules))))
        if row.truth == "unknown" and any(f"unknown {rule}" in seen for rule in rules):
            count = "unknown"
        return f"**{count}**" if count == row.truth else count


def _json(words: tuple[str, ...], accepted: frozenset[int] = frozenset({0, 1, 3})) -> Any:
    return json.loads(Command(words, accepted=accepted).run().output)


def ecsnet(words: tuple[str, ...], folder: Path) -> Seen:
    found: dict[str, set[str]] = {}
    said = _json((*words, "scan", "--no-config", "--format", "json", str(folder)))
    for finding in said["findings"]:
        found.setdefault(finding["rule"], set()).add(finding["resource"])
        if _GATEWAY in json.dumps(finding["path"]):
            found.setdefault(f"{finding['rule']} path", set()).add(finding["resource"])
    for one in said["unknown"]:
        found.setdefault(f"unknown {one['rule']}", set()).add(one["resource"])
    return found


def trivy(words: tuple[str, ...], folder: Path) -> Seen:
    found: dict[str, set[str]] = {}
    offline = ("--skip-check-update", "--skip-version-check", "--disable-telemetry")
    for result in _json((*words, "config", *offline, "--quiet", "-f", "json", str(folder))).get("Results") or ():
        for one in result.get("Misconfigurations") or ():
            cause = one["CauseMetadata"]
            # Where it does not name the resource, its place stands for it.
            name = cause.get("Resource") or f"{result['Target']}:{cause.get('StartLine')}"
            found.setdefault(one["ID"], set()).add(name)
            if _GATEWAY in json.dumps(one):
                found.setdefault(f"{one['ID']} path", set()).add(name)
    return found


def checkov(words: tuple[str, ...], folder: Path) -> Seen:
    found: dict[str, set[str]] = {}
    frameworks = ("--framework", "terraform", "terraform_plan", "cloudformation")
    said = _json((*words, "-d", str(folder), *frameworks, "--skip-download", "--compact", "--quiet", "-o", "json"))
    for part in said if isinstance(said, list) else [said]:
        for one in part.get("results", {}).get("failed_checks", ()):
            name = one["file_path"] + one["resource"]
            found.setdefault(one["check_id"], set()).add(name)
            if _GATEWAY in json.dumps(one):
                found.setdefault(f"{one['check_id']} path", set()).add(name)
    return found


def cfn_lint(words: tuple[str, ...], folder: Path) -> Seen:
    found: dict[str, set[str]] = {}
    files = [str(file) for file in sorted(folder.rglob("*.yaml")) + sorted(folder.rglob("*.json"))]
    for one in _json((*words, "--format", "json", *files), _ANY_STATUS):
        place = (one["Filename"], *one["Location"]["Path"][:2])
        found.setdefault(one["Rule"]["Id"], set()).add(":".join(map(str, place)))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sees", description="What each tool sees.")
    readers: Mapping[str, tuple[Callable[[tuple[str, ...], Path], Seen], tuple[str, ...]]] = {
        "ecsnet": (ecsnet, ("tf", "cfn")),
        "checkov": (checkov, ("tf", "cfn")),
        "trivy": (trivy, ("tf", "cfn")),
        "cfn-lint": (cfn_lint, ("cfn",)),
    }
    for name in readers:
        default = f"{shlex.quote(sys.executable)} -m ecsnet" if name == "ecsnet" else name
        parser.add_argument(f"--{name}", default=default, help=f"command (default: {default})")
    given = vars(parser.parse_args(arguments))

    tools: list[Tool] = []
    for name, (seen, languages) in readers.items():
        words = tuple(shlex.split(given[name.replace("-", "_")]))
        there = bool(words) and shutil.which(words[0]) is not None
        print(f"- {name}: {first_line(words) or words[0] if there else 'not on this machine, left out'}")
        if there:
            tools.append(Tool(name, words, seen, languages))
    print(f"\n| what | fixture | there | {' | '.join(tool.name for tool in tools)} |")
    print(f"|---|---|--:|{'--:|' * len(tools)}")
    for row in ROWS:
        try:
            cells = [tool.cell(row) for tool in tools]
        except CommandError as error:
            print(f"\n{row.fixture}: {error}", file=sys.stderr)
            return 1
        print(f"| {row.what} | {row.fixture} | {row.truth} | {' | '.join(cells)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
