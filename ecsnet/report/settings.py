"""What is in force for a scan, and what says so. Values of variables may be secret: none is shown."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence

from ecsnet.config import choose
from ecsnet.files import Found, find
from ecsnet.records import dataclass
from ecsnet.settings import Setting, Settings


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation of a root module: its workspace, and its variables by what gives each its value."""

    root: str
    workspace: str | None
    workspace_origin: str
    files: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """A root template as one stack. "" is what is not known; ``origin``: what says the rest."""

    template: str
    name: str
    region: str
    account: str
    origin: str
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class InForce:
    """``file``: the configuration file for the folder that holds all that is scanned. ``rules``: the ids that run."""

    file: str | None
    settings: Sequence[Setting]
    rules: tuple[str, ...]
    roots: tuple[Evaluation, ...]
    stacks: tuple[Stack, ...]


def collect(settings: Settings) -> InForce:
    """:raises ConfigError: as a scan would"""
    from ecsnet.rules import CATALOGUE

    base = settings.base
    file = settings.file(base)
    rules = tuple(rule.id for rule in choose(settings.of(base), CATALOGUE))
    found = find(settings.paths, outside=settings.allow_outside)
    return InForce(
        file.path if file else None,
        settings.settings(base),
        rules,
        tuple(_evaluations(found, settings)),
        tuple(_stacks(found, settings)),
    )


def _stacks(found: Found, settings: Settings) -> Iterator[Stack]:
    if not found.templates and not settings.flags.parameters:
        return
    from ecsnet.cloudformation.told import inputs_of
    from ecsnet.roots import Roots

    for template, configurations in Roots(found, settings).templates([]).items():
        for configuration in configurations:
            for one in inputs_of(configuration):
                told = one.deployment
                yield Stack(template, told.name, told.region, told.account, told.origin, one.parameters)


def _evaluations(found: Found, settings: Settings) -> Iterator[Evaluation]:
    if not found.terraform:
        return
    from ecsnet.terraform import Files, find_roots
    from ecsnet.terraform.inputs import read_inputs, workspace_of

    cache = Files()
    for root in find_roots(found.terraform, cache, found.boundary):
        boundary = os.path.realpath(found.boundary(root))
        folder = cache.folder(root, boundary)
        for given in settings.of(root).given:
            inputs = read_inputs(folder, boundary, given)
            variables = tuple(
                (name, inputs.origins.get(name, _unset(declaration.attribute("default") is not None)))
                for name, declaration in sorted(folder.variables.items())
            )
            workspace, origin = workspace_of(root, boundary, given)
            if isinstance(workspace, str):
                yield Evaluation(root, workspace, origin, tuple(inputs.files), variables)
            else:
                yield Evaluation(root, None, f"unknown: {workspace.reason}", tuple(inputs.files), variables)


def _unset(has_default: bool) -> str:
    return "default" if has_default else "unknown: no value is given, and it has no default"


def render_json(found: InForce) -> str:
    document = {
        "file": found.file,
        "settings": {
            one.key: {"value": list(one.value) if isinstance(one.value, tuple) else one.value, "from": one.origin}
            for one in found.settings
        },
        "rules": list(found.rules),
        "roots": [
            {
                "path": one.root,
                "workspace": {"value": one.workspace, "from": one.workspace_origin},
                "var_files": list(one.files),
                "variables": {name: {"from": origin} for name, origin in one.variables},
            }
            for one in found.roots
        ],
        "stacks": [
            {
                "template": one.template,
                "name": {"value": one.name or None, "from": one.origin},
                "region": {"value": one.region or None, "from": one.origin},
                "account": {"value": one.account or None, "from": one.origin},
                "parameters": {name: {"from": origin} for name, origin in one.parameters},
            }
            for one in found.stacks
        ],
    }
    return json.dumps(document, indent=2)


def render_text(found: InForce) -> Iterator[str]:
    from ecsnet.report.source import printable

    rows = [(one.key, _shown(one.value), one.origin) for one in found.settings]
    rows.append(("rules", ", ".join(found.rules) or "none", ""))
    yield printable(f"configuration file: {found.file or 'none'}")
    yield from _table(rows)
    for one in found.roots:
        yield ""
        yield printable(f"root module {one.root}")
        named = [(f"var.{name}", "", origin) for name, origin in one.variables]
        yield from _table([("workspace", one.workspace or "", one.workspace_origin), *named])

    for stack in found.stacks:
        yield ""
        yield printable(f"template {stack.template}")
        told = [(key, getattr(stack, key), stack.origin) for key in ("name", "region", "account")]
        named = [(f"parameter {name}", "", origin) for name, origin in stack.parameters]
        yield from _table([*(row for row in told if row[1]), *named] or [("parameters", "none", "")])


def _table(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    from ecsnet.report.source import printable

    width = max(len(key) for key, _, _ in rows)
    for key, value, origin in rows:
        source = f"({origin})" if value and origin else origin
        yield printable(f"  {key.ljust(width)}  {' '.join(part for part in (value, source) if part)}".rstrip())


def _shown(value: str | int | bool | tuple[str, ...] | None) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return (", ".join(value) or "none") if isinstance(value, tuple) else str("none" if value is None else value)
