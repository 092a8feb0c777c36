"""Where the reports of a scan go: ``--format`` and ``--output``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from ecsnet.cli.common import tell, usage_error, wants_colour, write
from ecsnet.config import ConfigError
from ecsnet.records import dataclass
from ecsnet.writing import append, unusable, write_whole

if TYPE_CHECKING:
    from ecsnet.config import Config
    from ecsnet.findings import Report

STANDARD_OUTPUT = "-"


@dataclass(frozen=True, slots=True)
class Target:
    """A report. ``path``: the file it is written to, or ``-``."""

    format: str
    path: str


def targets(options: argparse.Namespace) -> tuple[Target, ...]:
    """What is to be written, standard output first.

    :raises ConfigError: two reports for one place, or a file that cannot be written
    """
    given = [Target(*pair) for pair in options.output]
    shown = [target for target in given if target.path == STANDARD_OUTPUT]
    if options.format is not None or not shown:
        shown.insert(0, Target(options.format or "text", STANDARD_OUTPUT))
    if len(shown) > 1:
        raise ConfigError(f"standard output takes one report: {shown[0].format} or {shown[1].format}")
    if options.quiet and shown[0].format != "text":
        raise ConfigError(f"--quiet is for text: it does nothing for {shown[0].format}")
    files = [target for target in given if target.path != STANDARD_OUTPUT]
    taken: dict[str, Target] = {}
    for target in files:
        first = taken.setdefault(os.path.realpath(target.path), target)
        if first is not target:
            raise ConfigError(f"{target.path} takes one report: {first.format} or {target.format}")
        reason = unusable(target.path)
        if reason:
            raise ConfigError(f"--output {target.format}={target.path}: cannot be written: {reason}")
    return (*shown, *files)


def write_files(report: Report, config: Config, places: Sequence[Target]) -> int | None:
    """The exit status where one of them cannot be written."""
    status: int | None = None
    for target in places:
        if target.path == STANDARD_OUTPUT:
            continue
        text = "".join(_lines(report, config, target.format))
        try:
            if _is_summary(target.path):
                append(target.path, text)
            else:
                write_whole(target.path, text)
        except OSError as error:
            status = usage_error(f"{target.path}: cannot be written: {error.strerror or error}")
    return status


def show_report(report: Report, config: Config, options: argparse.Namespace, places: Sequence[Target]) -> None:
    """What standard output gets."""
    for target in places:
        if target.path != STANDARD_OUTPUT:
            continue
        if target.format == "text":
            _show_text(report, config, options)
        else:
            for piece in _lines(report, config, target.format):
                sys.stdout.write(piece)
            sys.stdout.flush()


def _show_text(report: Report, config: Config, options: argparse.Namespace) -> None:
    from ecsnet.report import text

    if options.quiet:
        write(text.render_quiet(report, colour=wants_colour()))
        tell(text.render_problems(report.problems, colour=False))
    else:
        write(text.render(report, colour=wants_colour(), show_unknown=config.show_unknown))


def _lines(report: Report, config: Config, format: str) -> Iterable[str]:  # noqa: A002
    """The report in pieces that end in a new line."""
    module = import_module(f"ecsnet.report.{format}")
    if format in ("text", "sarif"):
        made = module.render(report, show_unknown=config.show_unknown)
    elif format == "junit":
        made = module.render(report, config.fail_on)
    else:
        made = module.render(report)
    return [made] if isinstance(made, str) else (line + "\n" for line in made)


def _is_summary(path: str) -> bool:
    """Whether a file is that which a step of GitHub Actions adds its summary to, and which may have something in it."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY") or None
    return summary is not None and os.path.realpath(path) == os.path.realpath(summary)
