"""``python -m benchmarks.compare``: a cold scan by ecsnet, Trivy and Checkov, of the same files."""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Command, Runs, cpu, first_line, in_turns, memory, wall

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures"


@dataclass(frozen=True, slots=True)
class Case:
    """``framework`` is Checkov's name of the language."""

    name: str
    path: Path
    framework: str


@dataclass(frozen=True, slots=True)
class Tools:
    """The words that start each tool; without any, it is not there."""

    ecsnet: tuple[str, ...]
    trivy: tuple[str, ...]
    checkov: tuple[str, ...]


def cases(vpc: str | None) -> Iterator[Case]:
    """A configuration of one file, the most used VPC module with its example, and a template with nested stacks."""
    yield Case("small Terraform", FIXTURES / "ECSNET401" / "tf-fail-one-gateway", "terraform")
    if vpc is not None:
        yield Case("terraform-aws-vpc, examples/complete", Path(vpc).resolve() / "examples" / "complete", "terraform")
    yield Case("CloudFormation", ROOT / "examples" / "cloudformation", "cloudformation")


def commands(case: Case, tools: Tools) -> dict[str, Command]:
    """Each tool as its users start it. None of them goes to the network, where time would be lost in waiting."""
    path = str(case.path)
    found = {"ecsnet": (*tools.ecsnet, "scan", "--no-cache", path)}
    if tools.trivy:
        offline = ("--skip-check-update", "--skip-version-check", "--disable-telemetry")
        found["trivy"] = (*tools.trivy, "config", *offline, "--quiet", path)
    if tools.checkov:
        framework = ("--framework", case.framework)
        found["checkov"] = (*tools.checkov, "-d", path, *framework, "--skip-download", "--compact", "--quiet")
    return {name: Command(words, str(ROOT)) for name, words in found.items()}


def table(runs: dict[str, Runs]) -> Iterator[str]:
    """Medians by tool, and how large those of ecsnet are beside each."""
    own = runs.get("ecsnet")
    yield "| tool | wall s | CPU s | peak MB | ecsnet / tool, wall | ecsnet / tool, CPU |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, found in runs.items():
        cells = [name, *(f"{found.median(quantity):.2f}" for quantity in (wall, cpu)), f"{found.median(memory):.0f}"]
        if own is None or found is own:
            cells += ["", ""]
        else:
            cells += [f"{own.ratio(found, quantity):.3f}" for quantity in (wall, cpu)]
        yield f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables as Markdown; 1 where ecsnet itself could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__.partition(": ")[2])
    parser.add_argument("--rounds", type=int, default=7, help="runs of each tool that count (default: 7)")
    parser.add_argument("--ecsnet", default=f"{shlex.quote(sys.executable)} -m ecsnet", help="command (default: this)")
    parser.add_argument("--trivy", default="trivy", help="command (default: the one on PATH)")
    parser.add_argument("--checkov", default="checkov", help="command (default: the one on PATH)")
    parser.add_argument("--vpc", help="checkout of terraform-aws-vpc; without it that case is left out")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds: at least 1")

    tools = Tools(*(_words(words) for words in (options.ecsnet, options.trivy, options.checkov)))
    _line(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPUs")
    for name, words in (("ecsnet", tools.ecsnet), ("trivy", tools.trivy), ("checkov", tools.checkov)):
        _line(f"- {name}: {first_line(words) if words else 'not there, left out'}")
    if options.vpc is None:
        _line("- terraform-aws-vpc: left out, no --vpc")
    complete = True
    for case in cases(options.vpc):
        runs, notes = in_turns(commands(case, tools), options.rounds)
        _line(f"\n{case.name}, medians of {options.rounds}:\n")
        for line in table(runs):
            _line(line)
        for name, note in notes.items():
            _line(f"\n{name} left out: {note}")
        complete = complete and "ecsnet" in runs
    return 0 if complete else 1


def _words(command: str) -> tuple[str, ...]:
    words = tuple(shlex.split(command))
    return words if words and shutil.which(words[0]) else ()


def _line(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
