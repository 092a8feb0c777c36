"""``ecsnet rules``: the catalogue."""

from __future__ import annotations

import argparse

from ecsnet.cli.common import CLEAN, write


def run(options: argparse.Namespace) -> int:
    from ecsnet.rules import CATALOGUE

    if options.format == "json":
        from ecsnet.report import json

        write([json.render_rules(CATALOGUE).rstrip("\n")])
    else:
        from ecsnet.report import text

        write(text.render_rules(CATALOGUE))
    return CLEAN
