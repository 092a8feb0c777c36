"""The networks of what the flags name, for the commands that show them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecsnet.network import Network
    from ecsnet.resources import Configuration, Problem
    from ecsnet.settings import Settings


def visit_networks(
    options: argparse.Namespace, settings: Settings, visit: Callable[[Network, Configuration], None]
) -> tuple[Problem, ...]:
    """Every root's network in turn; what could not be read.

    :raises ConfigError: a path does not exist, or a flag or the configuration file says what cannot be
    """
    from ecsnet.engine import networks
    from ecsnet.resources import Problem

    def look(network: Network, root: Configuration) -> tuple[Problem, ...]:
        visit(network, root)
        return (*root.problems, *root.problems_met())

    problems: dict[Problem, None] = {}
    for found in networks(options.paths, settings, look):
        problems.update(dict.fromkeys((found,) if isinstance(found, Problem) else found))
    return tuple(problems)
