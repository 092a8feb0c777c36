"""``ecsnet scan``: findings, and what became of the scan."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from ecsnet.cli.common import CLEAN, FINDINGS, UNREADABLE, settings_of, usage_error

if TYPE_CHECKING:
    from ecsnet.changes import Changes
    from ecsnet.config import Config
    from ecsnet.findings import Report
    from ecsnet.settings import Settings


def run(options: argparse.Namespace) -> int:
    from ecsnet.cli import progress
    from ecsnet.cli.outputs import show_report, targets, write_files
    from ecsnet.config import ConfigError
    from ecsnet.engine import scan
    from ecsnet.scanning import available, place

    if options.unsafe and not (options.fix or options.diff):
        return usage_error("--unsafe says what --fix and --diff may change: it does nothing without them")
    try:
        places = targets(options)
        settings = settings_of(options)
        config = settings.of(settings.base)
        jobs, cache = options.jobs or available(), "" if options.no_cache else place()

        changes = _changes(options.diff_base, settings) if options.diff_base is not None else None

        def scanned() -> Report:
            with progress.shown() as watch:
                report = scan(options.paths, settings, jobs=jobs, cache=cache, watch=watch)
                if changes is None:
                    return report
                return changes.only(report, settings, lambda other: scan(other.paths, other, jobs=jobs, watch=watch))

        report = scanned()
        if options.fix and not options.diff:
            from ecsnet.cli.fix import mend

            report = mend(report, options, scanned)
    except ConfigError as error:
        return usage_error(str(error))
    # Files first: a reader who has seen enough of standard output costs none of them.
    status = write_files(report, config, places) or exit_status(report, config)
    if options.diff:
        from ecsnet.cli.fix import show

        show(report, options)
        return status
    try:
        show_report(report, config, options, places)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _changes(ref: str, settings: Settings) -> Changes:
    from ecsnet.changes import Changes

    return Changes.since(ref, settings)


def exit_status(report: Report, config: Config) -> int:
    """3 goes before 1: that something was not read matters more than that something was found in the rest."""
    if report.problems:
        return UNREADABLE
    lowest = config.fail_on
    if lowest is not None and any(finding.level.rank >= lowest.rank for finding in report.findings):
        return FINDINGS
    return CLEAN
