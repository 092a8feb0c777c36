"""Every flag. What a command does is imported when it runs."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NoReturn

from ecsnet import __version__
from ecsnet.cli.common import usage_error

_FAIL_ON = ("error", "warning", "info", "never")  # ecsnet.config has them too, for a millisecond more
FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")
_PATHS = "files, folders (default: this folder)"
_EXIT_STATUS = """\
exit status:
  0  nothing found at or above --fail-on
  1  findings at or above --fail-on
  2  wrong usage: an unknown flag or rule, a path that does not exist
  3  part of the input could not be read, or ecsnet itself failed on it; what could be read is still reported,
     and 3 is given even with findings, because there may be more of them
"""


def _command(module: str) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        status: int = import_module(f"ecsnet.cli.{module}").run(options)
        return status

    return run


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str, **options: Any) -> None:
        # To learn the width of the terminal argparse imports shutil, with all it knows of archives, even for no help.
        super().__init__(prog, **{**options, "width": 110})


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _Help, "allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(usage_error(message))


def parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ecsnet",
        description="Find the network mistakes that break or expose Amazon ECS, in Terraform and CloudFormation.",
        epilog=_EXIT_STATUS,
    )
    parser.add_argument("--version", action="version", version=f"ecsnet {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    scan = commands.add_parser(
        "scan",
        help="look for mistakes in files and folders",
        description="Look for mistakes. Nothing is run, but git for --diff-base, and nothing is fetched.",
        epilog=_EXIT_STATUS,
    )
    scan.set_defaults(run=_command("scan"))
    scan.add_argument("--format", choices=FORMATS, help="of standard output (default: text)")
    scan.add_argument(
        "--output",
        metavar="FORMAT=FILE",
        action="append",
        type=_output,
        default=[],
        help="also write the report to a file, in any of these formats; - is standard output; repeatable",
    )
    scan.add_argument(
        "-q", "--quiet", action="store_true", help="one line a finding, nothing else (errors go to standard error)"
    )
    scan.add_argument(
        "--fix", action="store_true", help="write what certainly mends findings into the files, and scan them again"
    )
    scan.add_argument(
        "--unsafe", action="store_true", help="also what only you can decide, such as who may reach SSH instead"
    )
    scan.add_argument(
        "--diff", action="store_true", help="show what --fix would write, as a unified diff, and write nothing"
    )
    scan.add_argument("--no-cache", action="store_true", help="neither use nor keep results of scans")
    scan.add_argument(
        "--jobs", metavar="N", type=_jobs, help="processes that work at once on many root modules (default: the cores)"
    )
    _add_settings(scan)

    scan.add_argument(
        "--diff-base",
        metavar="REF",
        help="only findings on what was changed since HEAD left this branch or commit; the others are counted. This "
        "runs git",
    )

    hook = commands.add_parser(
        "hook",
        help="scan what changed files belong to: for pre-commit",
        description="Look for mistakes in the root modules and templates of this git checkout that the given files "
        "belong to: as modules, nested templates, values of variables, or as files that they read.",
        epilog=_EXIT_STATUS,
    )
    hook.set_defaults(run=_command("hook"))
    _add_settings(hook, paths="the files that were changed")

    known = commands.add_parser(
        "baseline",
        help="write down what is found now, so that scan --baseline fails only on what is new",
        description="Write what a scan with the same paths and flags finds, as a file for scan --baseline. What is "
        "suppressed is left out.",
    )
    known.set_defaults(run=_command("baseline"), fail_on=None, show_unknown=False, baseline="")
    known.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="where to (default: the baseline that the configuration file names, else standard output)",
    )
    _add_rules(known)
    _add_inputs(known)

    config = commands.add_parser(
        "config",
        help="show what is in force, and what says so",
        description="Show what a scan with the same paths and flags would go by, and what says so. Values of variables "
        "are not shown.",
    )
    config.set_defaults(run=_command("config"))
    config.add_argument("--format", choices=("text", "json"), default="text", help="of the output (default: text)")
    _add_settings(config)

    ways = commands.add_parser(
        "paths",
        help="show how each workload reaches the internet, and what of the internet reaches it",
        description="Show, for each ECS workload and each set of container instances, subnet by subnet: how it leaves "
        "for the internet, what admits the internet to it, and what it needs at start-up against what it reaches.",
    )
    ways.set_defaults(run=_command("paths"), **_NO_RULES)
    ways.add_argument(
        "--workload", metavar="NAME", help="only this one, by name or address, with every hop of its ways"
    )
    ways.add_argument("--format", choices=("text", "json"), default="text", help="of the output (default: text)")
    _add_inputs(ways)

    picture = commands.add_parser(
        "graph",
        help="draw the network, with what is found in it",
        description="Draw VPCs, zones, subnets by class, the targets of route tables, gateways, workloads and load "
        "balancers, with findings marked. For Graphviz: ecsnet graph --format dot | dot -Tsvg.",
    )
    picture.set_defaults(run=_command("graph"), fail_on=None, show_unknown=False, baseline=None)
    picture.add_argument("--format", choices=("mermaid", "dot"), default="mermaid", help="default: mermaid")
    _add_rules(picture)
    _add_inputs(picture)

    listing = commands.add_parser("rules", help="list the rules")
    listing.set_defaults(run=_command("rules"))
    listing.add_argument("--format", choices=("text", "json"), default="text")

    single = commands.add_parser("rule", help="explain a rule: why, and how to fix what it finds")
    single.set_defaults(run=_command("rule"))
    single.add_argument("name", metavar="RULE", help="id, name or cfn-lint id: ECSNET401, nat-shared-across-azs, W9401")
    single.add_argument("--format", choices=("text", "json"), default="text")

    kept = commands.add_parser("cache", help="show where results of scans are kept, or remove them")
    kept.set_defaults(run=_command("cache"))
    kept.add_argument("action", choices=("info", "clear"))

    fleet = commands.add_parser(
        "fleet",
        help="scan many repositories, on this machine or a cluster",
        description="Scan many repositories, each root a task of Dask distributed, and write what is found as Parquet. "
        "A run that was ended goes on where it was. Git URLs are cloned. Needs: pip install 'ecsnet[fleet]'.",
        epilog=_EXIT_STATUS,
    )
    fleet.set_defaults(run=_command("fleet"), **{**_NO_RULES, **_NO_INPUTS})
    fleet.add_argument("paths", metavar="REPOSITORY", nargs="*", help="folders, and URLs of git's")
    fleet.add_argument("--list", metavar="FILE", help="a file that names a repository a line; - for standard input")
    fleet.add_argument("--output", metavar="DIR", required=True, help="folder of the data set, and of what is done")
    fleet.add_argument("--scheduler", metavar="ADDRESS", default="", help="of a cluster (default: one made here)")
    fleet.add_argument("--workers", metavar="N", type=_jobs, help="of a cluster made here (default: the cores)")
    fleet.add_argument("--retries", metavar="N", type=_retries, default=2, help="of a task that fails (default: 2)")
    _add_rules(fleet)
    _add_bounds(fleet)

    for command, folder, use in (
        ("policies-dir", "policies", "checkov --external-checks-dir"),
        ("cfn-rules-dir", "cfn_rules", "cfn-lint --append-rules"),
    ):
        printer = commands.add_parser(command, help=f"print the folder for '{use}'")
        printer.set_defaults(run=_command("folders"), folder=folder)
    return parser


_NO_RULES: Mapping[str, Any] = {
    "fail_on": None, "select": [], "extend_select": [], "ignore": [], "show_unknown": False, "baseline": None,
}  # fmt: skip
"""For commands that judge nothing."""

_NO_INPUTS: Mapping[str, Any] = {
    "inputs": [], "parameters": [], "parameter_files": [], "stubs": [], "workspace": None, "zones": None,
    "no_env_vars": True, "no_config": False,
}  # fmt: skip
"""For commands that are given no values."""


def _add_settings(parser: argparse.ArgumentParser, paths: str = _PATHS) -> None:
    """What ``scan`` and ``config`` are told alike. A default of ``None`` lets the configuration file speak."""
    add = parser.add_argument
    add("--fail-on", choices=_FAIL_ON, help="lowest level that gives status 1 (default: warning)")
    add("--show-unknown", action="store_true", help="list what could not be decided, and why")
    add("--baseline", metavar="FILE", help="hold back the findings that are in FILE, which ecsnet baseline wrote")
    add("--no-baseline", dest="baseline", action="store_const", const="", help="hold back none")
    _add_rules(parser)
    _add_inputs(parser, paths)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    """Which rules run."""
    add = parser.add_argument
    rules = "ids, names or beginnings of ids (ECSNET1), separated by commas; repeatable"
    add("--select", metavar="RULES", action="append", default=[], help=f"run only these rules: {rules}")
    add("--extend-select", metavar="RULES", action="append", default=[], help="run these too, opt-in ones for instance")
    add("--ignore", metavar="RULES", action="append", default=[], help="do not run these")


def _add_inputs(parser: argparse.ArgumentParser, paths: str = _PATHS) -> None:
    """What is read, and the values that are given to it."""
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*", default=["."], help=paths)
    add(
        "--var",
        metavar="NAME=VALUE",
        dest="inputs",
        action="append",
        type=_assignment,
        default=[],
        help="a Terraform variable, as terraform -var; repeatable, the last of --var and --var-file wins",
    )
    add(
        "--var-file",
        metavar="FILE",
        dest="inputs",
        action="append",
        type=_var_file,
        default=[],
        help="Terraform variables, as terraform -var-file; repeatable",
    )
    add(
        "--parameter",
        metavar="NAME=VALUE",
        dest="parameters",
        action="append",
        type=_parameter,
        default=[],
        help="a parameter of the CloudFormation templates that declare it; repeatable, goes before --parameters",
    )
    add(
        "--parameters",
        metavar="FILE",
        dest="parameter_files",
        action="append",
        default=[],
        help="CloudFormation parameters in JSON, YAML, or samconfig.toml[:ENVIRONMENT]; repeatable, the last wins",
    )
    add("--workspace", metavar="NAME", help="terraform.workspace (default: that which is selected, else 'default')")
    add("--no-env-vars", action="store_true", help="do not read TF_VAR_... and TF_WORKSPACE from the environment")
    add("--zones", metavar="N", type=_zones, help="zones that a region is taken to have (default: 3)")
    add("--stubs", metavar="DIR", action="append", default=[], help="module stubs of your own; repeatable, first wins")
    add("--no-config", action="store_true", help="do not read .ecsnet.toml and pyproject.toml")
    _add_bounds(parser)


def _add_bounds(parser: argparse.ArgumentParser) -> None:
    """What whoever wrote the configuration has no say in."""
    parser.add_argument(
        "--allow-outside",
        action="store_true",
        help="also read what the configuration names outside of its git checkout, or of what is scanned",
    )
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=_seconds, help="give up on a root module or template after that long"
    )


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or name != name.strip():
        raise argparse.ArgumentTypeError(f"not a variable's name and its value, NAME=VALUE: {text!r}")
    return name, value


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or name != name.strip():
        # The text is not shown: the value may be secret.
        raise argparse.ArgumentTypeError("not a parameter's name and its value, NAME=VALUE")
    return name, value


def _var_file(text: str) -> tuple[None, str]:
    return None, text


def _output(text: str) -> tuple[str, str]:
    format, _, path = text.partition("=")  # noqa: A001
    if format not in FORMATS or not path:
        raise argparse.ArgumentTypeError(f"not a format and a file, {'|'.join(FORMATS)}=FILE: {text!r}")
    return format, path


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 256):
        raise argparse.ArgumentTypeError(f"not a number from 1 to 256: {text!r}")
    return int(text)


def _retries(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:4]) <= 100):
        raise argparse.ArgumentTypeError(f"not a number from 0 to 100: {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", text, re.ASCII) or float(text) < 0.001:
        raise argparse.ArgumentTypeError(f"not a number of seconds, 0.001 or more: {text!r}")
    return float(text)


def _zones(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 10):
        raise argparse.ArgumentTypeError(f"not a number from 1 to 10: {text!r}")
    return int(text)
