"""``python -m benchmarks``: small, medium and large scans, cold and warm, beside those of other tools; and growth."""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import generated, plan
from benchmarks.compare import ROOT, table
from benchmarks.measure import Command, CommandError, first_line, in_turns, memory

OTHERS = ("trivy", "checkov", "cfn-lint", "c7n-left")
OFFLINE = ("--skip-check-update", "--skip-version-check", "--disable-telemetry")
POLICY = """\
policies:
  - name: ssh-open-to-internet
    resource: terraform.aws_security_group
    filters:
      - type: value
        key: ingress
        value: not-null
"""
SIZES = (1, 2, 4, 8, 16)
_ROOTS = 10


@dataclass(frozen=True, slots=True)
class Case:
    """``size``: small, medium, large. ``make``: writes it into a folder, and says what is to be scanned there."""

    name: str
    size: str
    framework: str
    make: Callable[[Path], Path]


def cases(vpc: str | None) -> Iterator[Case]:
    yield Case("examples, Terraform", "small", "terraform", lambda _: ROOT / "examples" / "terraform")
    yield Case("examples, CloudFormation", "small", "cloudformation", lambda _: ROOT / "examples" / "cloudformation")
    if vpc is not None:
        complete = Path(vpc).resolve() / "examples" / "complete"
        yield Case("terraform-aws-vpc, examples/complete", "medium", "terraform", lambda _: complete)
    yield Case("ECS platform of 58 files", "medium", "terraform", _made(generated.platform))
    yield Case("500 root modules, 5,000 files", "large", "terraform", _made(lambda at: generated.monorepo(at, 500)))
    yield Case("cloud assembly of 40 stacks", "large", "cloudformation", _made(lambda at: generated.assembly(at, 40)))
    yield Case("plan of 20 MB", "large", "terraform_plan", _plan)


def _made(write: Callable[[Path], object]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        write(folder)
        return folder

    return make


def _plan(folder: Path) -> Path:
    one = len(plan.generate(1))
    each = (len(plan.generate(11)) - one) / 10
    folder.mkdir()
    (folder / "plan.json").write_text(plan.generate(round(20_000_000 / each)), "utf-8")
    return folder / "plan.json"


def commands(case: Case, target: Path, tools: Mapping[str, tuple[str, ...]], limit: int) -> dict[str, Command]:
    """Each tool as its users start it; those that are there, and know the language. None goes to the network."""
    own, path = tools["ecsnet"], str(target)
    found = {"ecsnet": (*own, "scan", "--no-cache", path), "ecsnet, warm": (*own, "scan", path)}
    if case.size == "large":
        found["ecsnet, one process"] = (*own, "scan", "--no-cache", "--jobs", "1", path)
    others = {
        "trivy": ("config", *OFFLINE, "--quiet", path),
        "checkov": (
            *("-f" if target.is_file() else "-d", path, "--framework", case.framework),
            *("--skip-download", "--compact", "--quiet"),
        ),
    }
    if case.framework == "cloudformation":
        files = sorted(str(file) for kind in ("yaml", "template.json") for file in target.rglob(f"*.{kind}"))
        others["cfn-lint"] = tuple(files)
    elif case.framework == "terraform":
        others["c7n-left"] = ("run", "-p", str(Path(os.environ["XDG_CACHE_HOME"]) / "policies"), "-d", path)
    for name, arguments in others.items():
        if tools.get(name):
            found[name] = ("timeout", str(limit), *tools[name], *arguments)
    # cfn-lint says by bits what it found, 1 to 14; 1 is findings for all others.
    accepted = {name: frozenset(range(15)) if name == "cfn-lint" else frozenset({0, 1}) for name in found}
    return {name: Command(words, str(ROOT), accepted[name]) for name, words in found.items()}


def growth(own: tuple[str, ...], rounds: int, folder: Path) -> Iterator[str]:
    """Seconds of CPU, less those of a start, at one to sixteen times the size."""
    start = Command((*own, "--version"), str(ROOT))
    yield "| root modules | files | CPU s | CPU s a root module, beside the first | peak MB |"
    yield "|---:|---:|---:|---:|---:|"
    first = 0.0
    for size in SIZES:
        target = folder / f"growth{size}"
        files = generated.monorepo(target, size * _ROOTS)
        scan = Command((*own, "scan", "--no-cache", "--jobs", "1", str(target)), str(ROOT))
        runs = [(scan.run(), start.run()) for _ in range(rounds + 1)][1:]
        seconds = median(one.cpu - other.cpu for one, other in runs)
        first = first or seconds / size
        peak = median(memory(one) for one, _ in runs)
        yield f"| {size * _ROOTS} | {files} | {seconds:.2f} | {seconds / size / first:.2f} | {peak:.0f} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables as Markdown; 1 where ecsnet itself could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition(": ")[2])
    parser.add_argument("--only", default="small,medium,large,growth", help="sizes, with commas (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="runs that count; large ones: a third (default: 5)")
    parser.add_argument("--limit", type=int, default=300, help="seconds for a run of another tool (default: 300)")
    parser.add_argument("--vpc", help="checkout of terraform-aws-vpc; without it that case is left out")
    parser.add_argument("--ecsnet", default=f"{shlex.quote(sys.executable)} -m ecsnet", help="command (default: this)")
    for name in OTHERS:
        parser.add_argument(f"--{name}", default=name, help="command (default: the one on PATH)")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    tools = {name: _words(getattr(options, name.replace("-", "_"))) for name in ("ecsnet", *OTHERS)}
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPUs")
    for name, words in tools.items():
        print(f"- {name}: {(first_line(words) or 'there') if words else 'not there, left out'}", flush=True)
    sizes = options.only.split(",")
    complete = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        (folder / "cache" / "policies").mkdir(parents=True)
        (folder / "cache" / "policies" / "policy.yaml").write_text(POLICY, "utf-8")
        for number, case in enumerate(one for one in cases(options.vpc) if one.size in sizes):
            target = case.make(folder / f"case{number}")
            rounds = options.rounds if case.size != "large" else max(1, options.rounds // 3)
            runs, notes = in_turns(commands(case, target, tools, options.limit), rounds)
            print(f"\n{case.size}: {case.name}, medians of {rounds}:\n", *table(runs), sep="\n")
            for tool, note in notes.items():
                print(f"\n{tool} left out: {note}")
            complete = complete and "ecsnet" in runs
            sys.stdout.flush()
        if "growth" in sizes:
            try:
                print("\nGrowth:\n", *growth(tools["ecsnet"], max(1, options.rounds // 2), folder), sep="\n")
            except CommandError as error:
                print(f"\necsnet: {error}", file=sys.stderr)
                complete = False
    return 0 if complete else 1


def _words(command: str) -> tuple[str, ...]:
    words = tuple(shlex.split(command))
    return words if words and shutil.which(words[0]) else ()


if __name__ == "__main__":
    sys.exit(main())
