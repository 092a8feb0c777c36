"""What has to hold for every input, whatever it is.

Each check gives the failures that it finds as lines; an exception that escapes is a failure too, of the caller's.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ecsnet import git
from ecsnet.cli import main
from ecsnet.cli.outputs import Target, write_files
from ecsnet.cli.parser import FORMATS
from ecsnet.config import Config, ConfigError
from ecsnet.engine import scan
from ecsnet.findings import Finding, Report, Verdict
from ecsnet.report import json as json_report
from ecsnet.scanning import MIN_UNITS
from ecsnet.settings import Flags, Settings
from tests.fuzz.inputs import Input
from tests.fuzz.rewritten import reordered

SECONDS = 3.0
SECONDS_PER_BYTE = 0.0005
"""Of processor time, for one scan: what fixtures take, several times over, and what reading a byte takes."""
WORK_SECONDS = 15.0
"""More, where modules or values multiply: a root may do all the work that ``ecsnet.terraform.budget`` allows."""
_MULTIPLY = ("large", "folder")
_TERRAFORM = shutil.which("terraform")


def bound(made: Input) -> float:
    """Seconds that a scan may take."""
    return SECONDS + SECONDS_PER_BYTE * made.size + (WORK_SECONDS if made.kind in _MULTIPLY else 0.0)


def failures(made: Input, chance: random.Random, times: list[float]) -> Iterator[str]:
    """What does not hold for an input. ``chance``: draws what is checked of some inputs alone, since it takes long.

    ``times``: is given the processor time of a scan.
    """
    if made.kind == "diff":
        yield from _diff(made)
        return
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name) / "tree"
        made.write(folder)
        start = time.process_time()
        report = _scanned(folder)
        took = time.process_time() - start
        times.append(took)
        if took > bound(made):
            yield f"slow: {took:.1f} s for {made.size} bytes, more than {bound(made):.1f}"
        if report is None:
            # Whoever is told that the configuration is wrong is told so by the command too.
            yield from _command(["scan", str(folder), "--no-cache"])
            return
        yield from _problems(report)
        yield from _outputs(report, Path(name))
        if made.kind == "large" and chance.random() < 0.8:
            return
        again = _scanned(folder)
        if again is None or _text(again) != _text(report):
            yield "another report when scanned again"
        if chance.random() < 0.2:
            yield from _command(["paths", str(folder)])
            yield from _command(["paths", str(folder), "--format", "json"])
            yield from _command(["graph", str(folder)])
            yield from _command(["graph", str(folder), "--format", "dot"])
            yield from _command(["config", str(folder)])
        if chance.random() < 0.1:
            yield from _fixed(folder, Path(name) / "fixed")
        if chance.random() < 0.03:
            yield from _many(made, Path(name) / "many")
        if not report.problems:
            yield from _in_another_order(made, report, chance, Path(name) / "order")
            if chance.random() < 0.04:
                yield from _formatted(made, report, Path(name) / "formatted")


def _scanned(folder: Path, jobs: int = 1) -> Report | None:
    """``None`` where the configuration file says what cannot be."""
    try:
        return scan([str(folder)], Settings(Flags(show_unknown=True), [str(folder)], {}), jobs=jobs)
    except ConfigError as error:
        message = str(error)
        if "\n" in message or not message:
            raise AssertionError(f"a message of more lines: {message!r}") from None
        return None


def _text(report: Report) -> str:
    document = json.loads(json_report.render(report))
    document["summary"]["seconds"] = 0
    passed = [[item.rule.id, item.resource.address] for item in report.passed]
    return json.dumps([document, passed])


def _problems(report: Report) -> Iterator[str]:
    for problem in report.problems:
        if "internal error" in problem.message:
            yield f"a crash: {problem.message}"
        elif "\n" in problem.message or not problem.message:
            yield f"a problem that is not one line: {problem.message!r}"
        if problem.line < 1 or problem.column < 1 or not problem.file:
            yield f"a problem without a place: {problem}"


def _outputs(report: Report, folder: Path) -> Iterator[str]:
    """Every format takes the report; those that machines read can be read."""
    places = [Target(name, str(folder / f"out.{name}")) for name in FORMATS]
    status = write_files(report, Config(show_unknown=True), places)
    if status is not None:
        yield f"an output cannot be written: status {status}"
        return
    texts = {name: (folder / f"out.{name}").read_bytes().decode("utf-8") for name in FORMATS}
    readers: dict[str, Callable[[str], Any]] = {"json": _strict, "sarif": _strict, "gitlab": _strict}
    for name, reader in {**readers, "junit": ElementTree.fromstring}.items():
        try:
            reader(texts[name])
        except (ValueError, ElementTree.ParseError) as error:
            yield f"--format {name} cannot be read: {error}"
    for name in ("text", "markdown", "github"):
        odd = {character for character in texts[name] if ord(character) < 32} - {"\n", "\t"}
        if odd:
            yield f"--format {name} has control characters: {sorted(odd)}"


def _strict(text: str) -> Any:
    def refused(name: str) -> Any:
        raise ValueError(f"no JSON: {name}")

    return json.loads(text, parse_constant=refused)


def _command(arguments: list[str]) -> Iterator[str]:
    """The command ends with a status that it has, and without a traceback."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(arguments)
    if status not in (0, 1, 2, 3) or "Traceback" in err.getvalue():
        yield f"{arguments[0]} {' '.join(arguments[2:])}: status {status}: {err.getvalue()[-2000:]}"


def _fixed(folder: Path, copy: Path) -> Iterator[str]:
    """Fixes leave files that can be read as before."""
    shutil.copytree(folder, copy, symlinks=True)
    before = _scanned(copy)
    yield from _command(["scan", str(copy), "--diff", "--unsafe", "--no-cache", "--jobs", "1"])
    yield from _command(["scan", str(copy), "--fix", "--unsafe", "--no-cache", "--jobs", "1"])
    after = _scanned(copy)
    if before is None or after is None:
        return
    if new := {one.message for one in after.problems} - {one.message for one in before.problems}:
        yield f"--fix makes problems: {sorted(new)}"


def _many(made: Input, folder: Path) -> Iterator[str]:
    """As many roots as it takes for several processes, and the same report as by one."""
    for number in range(MIN_UNITS):
        Input(made.kind, made.files, {}).write(folder / f"r{number}")
        (folder / f"r{number}" / ".git").rmdir()
    (folder / ".git").mkdir(exist_ok=True)
    one, two = _scanned(folder), _scanned(folder, jobs=2)
    if (one is None) != (two is None) or (one is not None and two is not None and _text(one) != _text(two)):
        yield "another report with --jobs 2"


Verdicts = Counter[tuple[str, ...]]


def verdicts(report: Report) -> Verdicts:
    """What is said of what, wherever it is written."""
    found: Verdicts = Counter()
    said: tuple[Verdict, ...] = (*report.findings, *report.passed, *report.undecided)
    for verdict in said:
        level = verdict.level.value if isinstance(verdict, Finding) else ""
        found[type(verdict).__name__, verdict.rule.id, verdict.resource.address, level] += 1
    return found


def _differ(name: str, before: Report, after: Report | None) -> Iterator[str]:
    if after is None:
        yield f"{name}: the configuration is refused"
        return
    if after.problems:
        yield f"{name}: problems: {after.problems[:3]}"
    old, new = verdicts(before), verdicts(after)
    if old != new:
        yield f"{name}: other verdicts: {sorted((old - new).items())[:3]} became {sorted((new - old).items())[:3]}"


def _in_another_order(made: Input, report: Report, chance: random.Random, folder: Path) -> Iterator[str]:
    """Blocks of a Terraform file and resources of a template may stand in any order. Suppressions may not."""
    if made.kind == "suppression" or made.links:
        return
    changed = {name: reordered(name, data, chance) for name, data in made.files.items()}
    if changed == made.files:
        return
    Input(made.kind, changed).write(folder)
    yield from _differ("in another order", report, _scanned(folder))


def _formatted(made: Input, report: Report, folder: Path) -> Iterator[str]:
    """As ``terraform fmt`` writes it, where it takes it."""
    if _TERRAFORM is None or made.links or not any(name.endswith(".tf") for name in made.files):
        return
    made.write(folder)
    command = [_TERRAFORM, "fmt", "-recursive", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        yield from _differ("after terraform fmt", report, _scanned(folder))


def _diff(made: Input) -> Iterator[str]:
    data = made.files["changes.patch"]
    start = time.process_time()
    found = git.parse(data)
    took = time.process_time() - start
    if took > bound(made):
        yield f"slow: {took:.1f} s for {made.size} bytes"
    if git.parse(data) != found:
        yield "another answer when asked again"
    for name, lines in found.items():
        for first, last in lines:
            if first < 0 or last < 0 or last < first - 1:
                yield f"no lines: {name!r} {first} {last}"
