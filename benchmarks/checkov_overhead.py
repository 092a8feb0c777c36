"""``python -m benchmarks.checkov_overhead``: what the rules of ecsnet add to a run of Checkov, over 50 files."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.compare import ROOT
from benchmarks.measure import Command, CommandError, cpu, first_line, in_turns, wall

STACK = Path(__file__).resolve().parent / "stack"
ENVIRONMENTS = ("development", "staging", "production", "production-us")
FILES = 50
EXPECTED = "ECSNET401"


def generate(folder: Path) -> int:
    """Write the stack with an environment of each name into ``folder``; the number of Terraform files."""
    shutil.copytree(STACK / "modules", folder / "modules")
    for environment in ENVIRONMENTS:
        target = folder / "environments" / environment
        target.mkdir(parents=True)
        for source in (STACK / "environments" / "production").iterdir():
            text = source.read_text("utf-8").replace('"production"', f'"{environment}"')
            (target / source.name).write_text(text, "utf-8")
    # As in a checkout: it is up to its top that modules are read.
    (folder / ".git").mkdir()
    return sum(1 for _ in folder.rglob("*.tf"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both medians and the difference; 1 where Checkov, or ecsnet in it, does not run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checkov_overhead", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="pairs that count (default: 7)")
    parser.add_argument(
        "--checkov", default="checkov", help="command, of an environment that has tree-sitter-hcl (default: on PATH)"
    )
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds: at least 1")

    words = tuple(shlex.split(options.checkov))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        files = generate(folder)
        plain = (*words, "-d", str(folder), "--framework", "terraform", "--skip-download", "--compact", "--quiet")
        alone = Command(plain, str(ROOT))
        extended = Command((*plain, "--external-checks-dir", str(ROOT / "policies")), str(ROOT))
        try:
            output = extended.run().output
        except CommandError as error:
            print(f"Checkov does not run: {error}", file=sys.stderr)
            return 1
        if EXPECTED not in output or "could not be evaluated" in output or "internal error" in output:
            print("the rules of ecsnet do not work in Checkov: no tree-sitter-hcl, or an error", file=sys.stderr)
            return 1
        runs, notes = in_turns({"Checkov": alone, "Checkov with ecsnet": extended}, options.rounds)
    for label, note in notes.items():
        print(f"{label}: {note}", file=sys.stderr)
    if notes:
        return 1
    print(f"Checkov {first_line(words)}, {files} files, medians of {options.rounds} pairs:\n")
    print("| | wall s | CPU s |\n|---|---:|---:|")
    for label, found in runs.items():
        print(f"| {label} | {found.median(wall):.2f} | {found.median(cpu):.2f} |")
    more = [100 * (runs["Checkov with ecsnet"].ratio(runs["Checkov"], quantity) - 1) for quantity in (wall, cpu)]
    print(f"| more, per cent | {more[0]:.1f} | {more[1]:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
