"""``ecsnet scan``: findings, and what became of the scan."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from ecsnet.cli.common import CLEAN, FINDINGS, UNREADABLE, settings_of, usage_error, wants_colour, write

if TYPE_CHECKING:
    from ecsnet.config import Config
    from ecsnet.findings import Report


def run(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError
    from ecsnet.engine import scan
    from ecsnet.scanning import available

    if options.unsafe and not (options.fix or options.diff):
        return usage_error("--unsafe says what --fix and --diff may change: it does nothing without them")
    try:
        settings = settings_of(options)
        config = settings.of(settings.base)
        jobs = options.jobs or available()
        report = scan(options.paths, settings, jobs=jobs)
        if options.fix and not options.diff:
            from ecsnet.cli.fix import mend

            report = mend(report, options, lambda: scan(options.paths, settings, jobs=jobs))
    except ConfigError as error:
        return usage_error(str(error))
    status = exit_status(report, config)
    if options.diff:
        from ecsnet.cli.fix import show

        show(report, options)
        return status
    try:
        _print_report(report, config, options)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def exit_status(report: Report, config: Config) -> int:
    """3 goes before 1: that something was not read matters more than that something was found in the rest."""
    if report.problems:
        return UNREADABLE
    lowest = config.fail_on
    if lowest is not None and any(finding.level.rank >= lowest.rank for finding in report.findings):
        return FINDINGS
    return CLEAN


def _print_report(report: Report, config: Config, options: argparse.Namespace) -> None:
    if options.format == "json":
        from ecsnet.report import json

        write([json.render(report).rstrip("\n")])
        return
    from ecsnet.report import text

    colour = wants_colour()
    if options.quiet:
        write(text.render_quiet(report, colour=colour))
        for line in text.render_problems(report.problems, colour=False):
            print(line, file=sys.stderr)
    else:
        write(text.render(report, colour=colour, show_unknown=config.show_unknown))
