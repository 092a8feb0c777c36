"""What the commands have in common: exit statuses, output, and the settings that flags make."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecsnet.settings import Settings

CLEAN = 0
FINDINGS = 1
USAGE = 2
UNREADABLE = 3
_RUNNERS = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
INTERRUPTED = 130  # what a shell gives a command that Ctrl-C ended


def settings_of(options: argparse.Namespace) -> Settings:
    """:raises ConfigError: a path that a flag names does not exist"""
    from ecsnet.config import ConfigError
    from ecsnet.inputs import Assignment, Parameter, ParameterInput, VarFile, parameter_file
    from ecsnet.settings import Flags, Settings

    for folder in options.stubs:
        if not os.path.isdir(folder):
            raise ConfigError(f"{folder}: no such folder of stubs")
    for name, text in options.inputs:
        if name is None and not os.path.isfile(text):
            raise ConfigError(f"{text}: no such variables file")
    parameters: list[ParameterInput] = []
    for text in options.parameter_files:
        file = parameter_file(text, "--parameters")
        if file is None:
            raise ConfigError(f"{text}: no such file of parameters")
        parameters.append(file)
    parameters += (Parameter(name, text) for name, text in options.parameters)
    flags = Flags(
        select=_selectors(options.select) or None,
        extend_select=_selectors(options.extend_select),
        ignore=_selectors(options.ignore),
        fail_on=options.fail_on,
        show_unknown=options.show_unknown,
        zones=options.zones,
        stubs=tuple(options.stubs),
        inputs=tuple(VarFile(text) if name is None else Assignment(name, text) for name, text in options.inputs),
        parameters=tuple(parameters),
        workspace=options.workspace,
        env_vars=False if options.no_env_vars else None,
        baseline=options.baseline,
        files=not options.no_config,
        allow_outside=options.allow_outside,
        timeout=options.timeout,
    )
    return Settings(flags, options.paths, dict(os.environ))


def _selectors(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def usage_error(message: str) -> int:
    from ecsnet.report.source import printable

    tell([f"ecsnet: {printable(message)}"])
    return USAGE


def write(lines: Iterable[str]) -> None:
    for line in for_logs(lines):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def tell(lines: Iterable[str]) -> None:
    """The same, on standard error."""
    for line in for_logs(lines):
        print(line, file=sys.stderr)


def for_logs(lines: Iterable[str]) -> Iterable[str]:
    """Text, where a CI runner obeys what it finds in the log: without anything that it would take for a command."""
    if not any(os.environ.get(name) for name in _RUNNERS):
        return lines
    from ecsnet.report.github import inert

    return map(inert, lines)


def wants_colour() -> bool:
    """https://no-color.org and https://force-color.org: set, and not empty."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
