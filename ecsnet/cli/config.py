"""``ecsnet config``: what is in force, and what says so."""

from __future__ import annotations

import argparse

from ecsnet.cli.common import CLEAN, settings_of, usage_error, write


def run(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError
    from ecsnet.report import settings

    try:
        found = settings.collect(settings_of(options))
    except ConfigError as error:
        return usage_error(str(error))
    if options.format == "json":
        write([settings.render_json(found)])
    else:
        write(settings.render_text(found))
    return CLEAN
