"""``ecsnet paths``: how workloads reach the internet, and what of it reaches them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ecsnet.cli.common import CLEAN, UNREADABLE, settings_of, tell, usage_error, wants_colour, write
from ecsnet.cli.networks import visit_networks

if TYPE_CHECKING:
    from ecsnet.network import Network
    from ecsnet.resources import Configuration


def run(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError, nearest
    from ecsnet.network.subjects import subjects
    from ecsnet.report import paths
    from ecsnet.report.text import render_problems

    roots: list[paths.Root] = []

    def visit(network: Network, root: Configuration) -> None:
        roots.append(paths.Root(root.root, tuple(subjects(network))))

    try:
        problems = visit_networks(options, settings_of(options), visit)
    except ConfigError as error:
        return usage_error(str(error))
    if options.workload is not None:
        names = {name for root in roots for one in root.subjects for name in (one.name, one.element.address)}
        if options.workload not in names:
            hint = nearest(options.workload, names) or ("" if names else "; there is none at all")
            return usage_error(f"no workload or container instances of the name {options.workload!r}{hint}")
        wanted = options.workload
        roots = [
            paths.Root(root.name, tuple(one for one in root.subjects if wanted in (one.name, one.element.address)))
            for root in roots
        ]
    roots = [root for root in roots if root.subjects]
    if options.format == "json":
        write([paths.render_json(roots, problems).rstrip("\n")])
    else:
        write(paths.render(roots, colour=wants_colour(), full=options.workload is not None))
        tell(render_problems(problems, colour=False))
    return UNREADABLE if problems else CLEAN
