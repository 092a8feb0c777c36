"""``ecsnet hook``: what changed files belong to, for pre-commit."""

from __future__ import annotations

import argparse
import os

from ecsnet.cli.common import CLEAN, settings_of, usage_error, wants_colour, write


def run(options: argparse.Namespace) -> int:
    from ecsnet.cli.scan import exit_status
    from ecsnet.config import ConfigError
    from ecsnet.engine import scan
    from ecsnet.files import checkout
    from ecsnet.report import text
    from ecsnet.touched import Touched

    changed = [path for path in options.paths if os.path.isfile(path)]
    if not changed:
        return CLEAN
    # A caller may be anywhere in the checkout.
    options.paths = [os.path.relpath(checkout(os.curdir) or os.curdir)]
    try:
        settings = settings_of(options)
        config = settings.of(settings.base)
        report = scan(options.paths, settings, touched=Touched.by(changed))
    except ConfigError as error:
        return usage_error(str(error))
    write(text.render(report, colour=wants_colour(), show_unknown=config.show_unknown))
    return exit_status(report, config)
