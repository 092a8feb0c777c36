"""The ``ecsnet`` command.

argparse, not click: importing it takes 8 ms where click takes 25 ms, and a whole scan may take 200 ms.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from ecsnet import __version__

if TYPE_CHECKING:
    from ecsnet.config import Config
    from ecsnet.findings import Report
    from ecsnet.network import Network
    from ecsnet.resources import Configuration, Problem
    from ecsnet.settings import Settings

CLEAN = 0
FINDINGS = 1
USAGE = 2
UNREADABLE = 3
INTERRUPTED = 130  # what a shell gives a command that Ctrl-C ended

_FAIL_ON = ("error", "warning", "info", "never")  # ecsnet.config has them too, for a millisecond more
_EXIT_STATUS = """\
exit status:
  0  nothing found at or above --fail-on
  1  findings at or above --fail-on
  2  wrong usage: an unknown flag or rule, a path that does not exist
  3  part of the input could not be read, or ecsnet itself failed on it; what could be read is still reported,
     and 3 is given even with findings, because there may be more of them
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    _never_fail_to_encode()
    try:
        options = _parser().parse_args(arguments)
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader has seen enough ("ecsnet scan | head"). Keep Python from flushing into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except KeyboardInterrupt:
        print("ecsnet: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        # Python's own exit status for this is 1, which would say that there are findings.
        import traceback

        traceback.print_exc()
        return UNREADABLE


def _scan(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError
    from ecsnet.engine import scan

    try:
        settings = _settings(options)
        config = settings.of(settings.base)
        report = scan(options.paths, settings)
    except ConfigError as error:
        return _usage_error(str(error))
    status = exit_status(report, config)
    try:
        _print_report(report, config, options)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _settings(options: argparse.Namespace) -> Settings:
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
        files=not options.no_config,
    )
    return Settings(flags, options.paths, os.environ)


def _paths(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError, nearest
    from ecsnet.network.subjects import subjects
    from ecsnet.report import paths
    from ecsnet.report.text import render_problems

    roots: list[paths.Root] = []

    def visit(network: Network, root: Configuration) -> None:
        roots.append(paths.Root(root.root, tuple(subjects(network))))

    try:
        problems = _visit_networks(options, _settings(options), visit)
    except ConfigError as error:
        return _usage_error(str(error))
    if options.workload is not None:
        names = {name for root in roots for one in root.subjects for name in (one.name, one.element.address)}
        if options.workload not in names:
            hint = nearest(options.workload, names) or ("" if names else "; there is none at all")
            return _usage_error(f"no workload or container instances of the name {options.workload!r}{hint}")
        wanted = options.workload
        roots = [
            paths.Root(root.name, tuple(one for one in root.subjects if wanted in (one.name, one.element.address)))
            for root in roots
        ]
    roots = [root for root in roots if root.subjects]
    if options.format == "json":
        _write([paths.render_json(roots, problems).rstrip("\n")])
    else:
        _write(paths.render(roots, colour=_wants_colour(), full=options.workload is not None))
        for line in render_problems(problems, colour=False):
            print(line, file=sys.stderr)
    return UNREADABLE if problems else CLEAN


def _graph(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError, choose
    from ecsnet.engine import Judges, folder_of, judge
    from ecsnet.network.topology import topology
    from ecsnet.report import graph
    from ecsnet.report.text import render_problems
    from ecsnet.rules import CATALOGUE

    pictures: list[graph.Picture] = []
    try:
        settings = _settings(options)

        def visit(network: Network, root: Configuration) -> None:
            own = settings.of(folder_of(root))
            found = judge([root], Judges(choose(own, CATALOGUE), own.options)).findings
            drawn = topology(network)
            if drawn.nodes:
                pictures.append(graph.Picture(root.root, drawn, found))

        problems = _visit_networks(options, settings, visit)
    except ConfigError as error:
        return _usage_error(str(error))
    _write(graph.dot(pictures) if options.format == "dot" else graph.mermaid(pictures))
    for line in render_problems(problems, colour=False):
        print(line, file=sys.stderr)
    return UNREADABLE if problems else CLEAN


def _visit_networks(
    options: argparse.Namespace, settings: Settings, visit: Callable[[Network, Configuration], None]
) -> tuple[Problem, ...]:
    """Every root's network in turn; what could not be read.

    :raises ConfigError: a path does not exist, or a flag or the configuration file says what cannot be
    """
    from ecsnet.engine import networks
    from ecsnet.resources import Problem

    problems: dict[Problem, None] = {}
    for found in networks(options.paths, settings):
        if isinstance(found, Problem):
            problems.setdefault(found)
        else:
            network, root = found
            visit(network, root)
            problems.update(dict.fromkeys((*root.problems, *root.problems_met())))
    return tuple(problems)


def _config(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError
    from ecsnet.report import settings

    try:
        found = settings.collect(_settings(options))
    except ConfigError as error:
        return _usage_error(str(error))
    if options.format == "json":
        _write([settings.render_json(found)])
    else:
        _write(settings.render_text(found))
    return CLEAN


def exit_status(report: Report, config: Config) -> int:
    """3 goes before 1: that something was not read matters more than that something was found in the rest."""
    if report.problems:
        return UNREADABLE
    lowest = config.fail_on
    if lowest is not None and any(finding.level.rank >= lowest.rank for finding in report.findings):
        return FINDINGS
    return CLEAN


def _print_report(report: Report, config: Config, options: argparse.Namespace) -> None:
    if options.format == "json":
        from ecsnet.report import json

        _write([json.render(report).rstrip("\n")])
        return
    from ecsnet.report import text

    colour = _wants_colour()
    if options.quiet:
        _write(text.render_quiet(report, colour=colour))
        for line in text.render_problems(report.problems, colour=False):
            print(line, file=sys.stderr)
    else:
        _write(text.render(report, colour=colour, show_unknown=config.show_unknown))


def _rules(options: argparse.Namespace) -> int:
    from ecsnet.rules import CATALOGUE

    if options.format == "json":
        from ecsnet.report import json

        _write([json.render_rules(CATALOGUE).rstrip("\n")])
    else:
        from ecsnet.report import text

        _write(text.render_rules(CATALOGUE))
    return CLEAN


def _rule(options: argparse.Namespace) -> int:
    from ecsnet.config import ConfigError, find_rule
    from ecsnet.rules import CATALOGUE

    try:
        rule = find_rule(options.name, CATALOGUE)
    except ConfigError as error:
        return _usage_error(str(error))
    if options.format == "json":
        from ecsnet.report import json

        _write([json.render_rule(rule).rstrip("\n")])
    else:
        from ecsnet.report import page

        _write([page.render(rule).rstrip("\n")])
    return CLEAN


def _print_folder(name: str) -> Callable[[argparse.Namespace], int]:
    def run(_: argparse.Namespace) -> int:
        _write([packaged_folder(name)])
        return CLEAN

    return run


def packaged_folder(name: str) -> str:
    """Where ``policies`` or ``cfn_rules`` is: in the installed package, or beside it in a checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(package, "_entries", name)
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), name)


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str, **options: Any) -> None:
        # To learn the width of the terminal argparse imports shutil, with all it knows of archives, even for no help.
        super().__init__(prog, **{**options, "width": 110})


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _Help, "allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(_usage_error(message))


def _parser() -> argparse.ArgumentParser:
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
        description="Look for mistakes. Nothing is run and nothing is fetched.",
        epilog=_EXIT_STATUS,
    )
    scan.set_defaults(run=_scan)
    scan.add_argument("--format", choices=("text", "json"), default="text", help="of the output (default: text)")
    scan.add_argument(
        "-q", "--quiet", action="store_true", help="one line a finding, nothing else (errors go to standard error)"
    )
    _add_settings(scan)

    config = commands.add_parser(
        "config",
        help="show what is in force, and what says so",
        description="Show what a scan with the same paths and flags would go by, and what says so. Values of variables "
        "are not shown.",
    )
    config.set_defaults(run=_config)
    config.add_argument("--format", choices=("text", "json"), default="text", help="of the output (default: text)")
    _add_settings(config)

    ways = commands.add_parser(
        "paths",
        help="show how each workload reaches the internet, and what of the internet reaches it",
        description="Show, for each ECS workload and each set of container instances, subnet by subnet: how it leaves "
        "for the internet, what admits the internet to it, and what it needs at start-up against what it reaches.",
    )
    ways.set_defaults(run=_paths, **_NO_RULES)
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
    picture.set_defaults(run=_graph, fail_on=None, show_unknown=False)
    picture.add_argument("--format", choices=("mermaid", "dot"), default="mermaid", help="default: mermaid")
    _add_rules(picture)
    _add_inputs(picture)

    listing = commands.add_parser("rules", help="list the rules")
    listing.set_defaults(run=_rules)
    listing.add_argument("--format", choices=("text", "json"), default="text")

    single = commands.add_parser("rule", help="explain a rule: why, and how to fix what it finds")
    single.set_defaults(run=_rule)
    single.add_argument("name", metavar="RULE", help="id, name or cfn-lint id: ECSNET401, nat-shared-across-azs, W9401")
    single.add_argument("--format", choices=("text", "json"), default="text")

    for command, folder, use in (
        ("policies-dir", "policies", "checkov --external-checks-dir"),
        ("cfn-rules-dir", "cfn_rules", "cfn-lint --append-rules"),
    ):
        printer = commands.add_parser(command, help=f"print the folder for '{use}'")
        printer.set_defaults(run=_print_folder(folder))
    return parser


_NO_RULES: Mapping[str, Any] = {"fail_on": None, "select": [], "extend_select": [], "ignore": [], "show_unknown": False}
"""For commands that judge nothing."""


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """What ``scan`` and ``config`` are told alike. A default of ``None`` lets the configuration file speak."""
    add = parser.add_argument
    add("--fail-on", choices=_FAIL_ON, help="lowest level that gives status 1 (default: warning)")
    add("--show-unknown", action="store_true", help="list what could not be decided, and why")
    _add_rules(parser)
    _add_inputs(parser)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    """Which rules run."""
    add = parser.add_argument
    rules = "ids, names or beginnings of ids (ECSNET1), separated by commas; repeatable"
    add("--select", metavar="RULES", action="append", default=[], help=f"run only these rules: {rules}")
    add("--extend-select", metavar="RULES", action="append", default=[], help="run these too, opt-in ones for instance")
    add("--ignore", metavar="RULES", action="append", default=[], help="do not run these")


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    """What is read, and the values that are given to it."""
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*", default=["."], help="files, folders (default: this folder)")
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


def _zones(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 10):
        raise argparse.ArgumentTypeError(f"not a number from 1 to 10: {text!r}")
    return int(text)


def _selectors(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _usage_error(message: str) -> int:
    from ecsnet.report.source import printable

    print(f"ecsnet: {printable(message)}", file=sys.stderr)
    return USAGE


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _wants_colour() -> bool:
    """https://no-color.org and https://force-color.org: set, and not empty."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _never_fail_to_encode() -> None:
    """What a terminal's encoding lacks is written out (``\\u65e5``)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
