"""``ecsnet rule``: one rule, explained."""

from __future__ import annotations

import argparse

from ecsnet.cli.common import CLEAN, usage_error, write


def run(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError, find_rule
    from ecsnet.rules import CATALOGUE

    try:
        rule = find_rule(options.name, CATALOGUE)
    except ConfigError as error:
        return usage_error(str(error))
    if options.format == "json":
        from ecsnet.report import json

        write([json.render_rule(rule).rstrip("\n")])
    else:
        from ecsnet.report import page

        write([page.render(rule), f"With examples: {rule.help}"])
    return CLEAN
