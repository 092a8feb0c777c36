"""``ecsnet baseline``: what is found now, to be held back from now on."""

from __future__ import annotations

import argparse
import os
import sys

from ecsnet.cli.common import CLEAN, UNREADABLE, settings_of, tell, usage_error, write


def run(options: argparse.Namespace) -> int:
    from ecsnet import baselines
    from ecsnet.config import ConfigError
    from ecsnet.engine import scan
    from ecsnet.report.source import printable
    from ecsnet.report.text import render_problems
    from ecsnet.writing import write_whole

    try:
        settings = settings_of(options)
        file = settings.file(settings.base)
        path = options.output or (file.values.get("baseline") if file is not None else None)
        if not options.output and path and os.path.exists(path):
            baselines.read(path)  # a configuration file may be anybody's: it has nothing overwritten but a baseline
        report = scan(options.paths, settings)
    except ConfigError as error:
        return usage_error(str(error))
    if report.problems:
        # Those that are in what could not be read would be new when it can be.
        tell(render_problems(report.problems, colour=False))
        print("ecsnet: nothing is written, since not all could be read", file=sys.stderr)
        return UNREADABLE
    text = baselines.render(report.findings, report.base)
    if path is None:
        write([text.rstrip("\n")])
        return CLEAN
    try:
        write_whole(path, text)
    except OSError as error:
        return usage_error(f"{path}: cannot be written: {error.strerror or error}")
    number = len(report.findings)
    write([printable(f"{number} finding{'' if number == 1 else 's'} in {path}")])
    return CLEAN
