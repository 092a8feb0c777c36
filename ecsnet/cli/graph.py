"""``ecsnet graph``: a drawing of the network."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ecsnet.cli.common import CLEAN, UNREADABLE, settings_of, tell, usage_error, write
from ecsnet.cli.networks import visit_networks

if TYPE_CHECKING:
    from ecsnet.network import Network
    from ecsnet.resources import Configuration


def run(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError
    from ecsnet.engine import judge
    from ecsnet.judging import folder_of, judges_of
    from ecsnet.network.topology import topology
    from ecsnet.report import graph
    from ecsnet.report.text import render_problems

    pictures: list[graph.Picture] = []
    try:
        settings = settings_of(options)

        def visit(network: Network, root: Configuration) -> None:
            found = judge([root], judges_of(settings.of(folder_of(root)))).findings
            drawn = topology(network)
            if drawn.nodes:
                pictures.append(graph.Picture(root.root, drawn, found))

        problems = visit_networks(options, settings, visit)
    except ConfigError as error:
        return usage_error(str(error))
    write(graph.dot(pictures) if options.format == "dot" else graph.mermaid(pictures))
    tell(render_problems(problems, colour=False))
    return UNREADABLE if problems else CLEAN
