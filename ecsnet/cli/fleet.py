"""``ecsnet fleet``: many repositories, on one machine or a cluster."""

from __future__ import annotations

import argparse
import sys

from ecsnet.cli.common import CLEAN, FINDINGS, UNREADABLE, settings_of, usage_error, write


def run(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError
    from ecsnet.fleet.run import Cluster
    from ecsnet.fleet.run import run as scanned
    from ecsnet.fleet.sources import listed
    from ecsnet.scanning import available

    try:
        sources = listed([*options.paths, *_lines(options.list)])
        if not sources:
            return usage_error("no repositories: name folders or git URLs, or a --list of them")
        cluster = Cluster(options.scheduler, options.workers or available(), options.retries)
        summary = scanned(sources, settings_of(options).flags, options.output, cluster)
    except ConfigError as error:
        return usage_error(str(error))
    except OSError as error:
        return usage_error(f"{error.filename or options.output}: {error.strerror}")
    found = ", ".join(f"{count} {level}" for level, count in sorted(summary.findings.items())) or "no findings"
    resumed = f" ({summary.resumed} of them known from before)" if summary.resumed else ""
    seen = f"{summary.repositories} repositories, {summary.roots} roots{resumed}, {summary.resources} resources"
    write([f"{seen}: {found}; {summary.problems} unreadable places; {options.output}"])
    return UNREADABLE if summary.problems else FINDINGS if summary.findings else CLEAN


def _lines(file: str | None) -> list[str]:
    """Of ``-``, standard input."""
    if file is None:
        return []
    if file == "-":
        return sys.stdin.readlines()
    with open(file, encoding="utf-8", errors="replace") as stream:
        return stream.readlines()
