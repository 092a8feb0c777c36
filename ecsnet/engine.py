"""From paths to a report: finds the roots, evaluates each, reads its network and asks every rule."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ecsnet.config import Config, ConfigError, Configured, choose
from ecsnet.files import Found, checkout, find, is_plan
from ecsnet.findings import Finding, Level, Passed, Report, Rule, Undecided, Verdict
from ecsnet.fixes.uses import Uses
from ecsnet.inputs import VarFile
from ecsnet.options import DEFAULTS, Options
from ecsnet.path_ignores import PathIgnore
from ecsnet.records import dataclass, field, replace
from ecsnet.resources import Configuration, Hole, Problem
from ecsnet.suppressions import Suppressions, places
from ecsnet.values import Span

if TYPE_CHECKING:
    from ecsnet.network import Network
    from ecsnet.stacks import Stacks
    from ecsnet.terraform import Files

_HEAD = 64_000
_STACK = "AWS::StackName"


def scan(paths: Sequence[str], config: Configured, base: str | None = None) -> Report:
    """Everything in ``paths``, files and folders mixed.

    ``base``: the folder that holds all that may be read, where there is no checkout; else the one that holds ``paths``.

    :raises ConfigError: a path does not exist, or ``config`` names a rule or a variable that does not
    """
    from ecsnet.rules import CATALOGUE

    start = time.perf_counter()
    found = find(paths)
    if base is not None:
        found = replace(found, base=os.path.commonpath((found.base, os.path.abspath(base))))
    choose(config.of(found.base), CATALOGUE)
    tally = _Tally()
    for root in configurations(found, config):
        if isinstance(root, Problem):
            tally.problems.setdefault(root)
        else:
            own = config.of(folder_of(root))
            tally.take(root, judges_of(own))
    return _with_edits(tally.report(start), tally.uses, paths)


def _with_edits(report: Report, uses: Uses, paths: Sequence[str]) -> Report:
    if not any(finding.changes for finding in report.findings):
        return report
    from ecsnet.fixes.resolve import with_edits

    try:
        return replace(report, findings=tuple(with_edits(report.findings, uses, paths)))
    except Exception as error:
        return replace(report, problems=(*report.problems, _crash(paths[0], "the search for fixes", error)))


def networks(paths: Sequence[str], config: Configured) -> Iterator[tuple[Network, Configuration] | Problem]:
    """The network of every root in ``paths``, and what could not be read.

    :raises ConfigError: as ``scan`` does
    """
    from ecsnet.network import read

    for root in configurations(find(paths), config):
        if isinstance(root, Problem):
            yield root
            continue
        try:
            yield read(root), root
        except Exception as error:
            yield _crash(root.root, "the network model", error)


@dataclass(frozen=True, slots=True)
class Judges:
    """The rules that hold for a root, and what the user says of them.

    ``levels``: by id, in the place of what the rule says. ``texts``: the content of files that are not there.
    """

    rules: tuple[Rule, ...]
    options: Options = DEFAULTS
    levels: Mapping[str, Level] = field(default_factory=dict)
    path_ignores: tuple[PathIgnore, ...] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)

    def asked_of(self, file: str) -> frozenset[str]:
        """The ids of the rules that hold for what is in a file."""
        ids = frozenset(rule.id for rule in self.rules)
        return ids.difference(*(one.rules for one in self.path_ignores if one.holds(file)))

    def said(self, verdict: Verdict) -> Verdict | None:
        """The verdict at the level that the user gives it; ``None`` for a rule that does not hold where it is."""
        for one in self.path_ignores:
            if verdict.rule.id in one.rules and any(one.holds(span.file) for span in places(verdict)):
                return None
        level = self.levels.get(verdict.rule.id)
        return replace(verdict, level=level) if level is not None and isinstance(verdict, Finding) else verdict


def judges_of(config: Config) -> Judges:
    """:raises ConfigError: ``config`` names a rule that does not exist"""
    from ecsnet.rules import CATALOGUE

    return Judges(choose(config, CATALOGUE), config.options, config.levels, config.path_ignores)


@dataclass(slots=True)
class _Tally:
    """Verdicts so far, by what makes two of them the same: a module that several roots call speaks for each of them."""

    findings: dict[object, Finding] = field(default_factory=dict)
    passed: dict[object, Passed] = field(default_factory=dict)
    undecided: dict[object, Undecided] = field(default_factory=dict)
    problems: dict[Problem, None] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    unseen: dict[tuple[str, Span], Hole] = field(default_factory=dict)
    resources: int = 0
    suppressions: Suppressions = field(default_factory=Suppressions)
    uses: Uses = field(default_factory=Uses)

    def add(self, verdict: Verdict) -> None:
        resource = verdict.resource
        calls = tuple(_order(call.span) for call in resource.calls)
        key = (verdict.rule.id, resource.address, _order(resource.header), calls)
        if isinstance(verdict, Finding):
            place = (*key, _order(verdict.span), verdict.message)
            self.findings[place] = _in_stacks(self.findings.get(place, verdict), resource.stack)
        elif isinstance(verdict, Passed):
            self.passed.setdefault(key, verdict)
        else:
            self.undecided.setdefault((*key, verdict.reason), verdict)

    def take(self, root: Configuration, judges: Judges) -> None:
        """What the rules say about a root."""
        self.problems.update(dict.fromkeys(root.problems))
        self.files.update(root.files)
        self.uses.note(root)
        self.unseen.update(((hole.address, hole.span), hole) for hole in root.holes)
        for file in root.files:
            try:
                self.suppressions.add(file, root.language, judges.asked_of(file), judges.texts.get(file))
            except Exception as error:
                self.problems.setdefault(_crash(file, "the search for suppressions", error))
        _judge_root(root, judges, self)
        self.problems.update(dict.fromkeys(root.problems_met()))

    def report(self, start: float) -> Report:
        """``start``: when the work began."""
        findings = sorted(self.findings.values(), key=lambda found: (*_order(found.span), *_name(found)))
        kept, suppressed, unused = self.suppressions.apply(findings, self.undecided.values(), proven=not self.problems)
        return Report(
            findings=tuple(kept),
            passed=tuple(
                sorted(self.passed.values(), key=lambda found: (*_order(found.resource.header), *_name(found)))
            ),
            undecided=tuple(sorted(self.undecided.values(), key=lambda found: (*_order(found.span), *_name(found)))),
            problems=tuple(
                sorted(self.problems, key=lambda found: (found.file, found.line, found.column, found.message))
            ),
            files=tuple(sorted(self.files)),
            unseen=tuple(sorted(self.unseen.values(), key=lambda hole: (*_order(hole.span), hole.address))),
            resources=self.resources,
            seconds=time.perf_counter() - start,
            suppressed=tuple(suppressed),
            unused=tuple(unused),
        )


def judge(roots: Iterable[Configuration], judges: Judges, start: float | None = None) -> Report:
    """What rules say about evaluated roots. ``start``: when the work began, of ``time.perf_counter()``.

    A rule that crashes is a problem, neither a finding nor clean, and the others go on.
    """
    start = time.perf_counter() if start is None else start
    tally = _Tally()
    for root in roots:
        tally.take(root, judges)
    return tally.report(start)


def folder_of(root: Configuration) -> str:
    """The folder whose configuration holds for a root: its own, or that of the template."""
    return root.root if root.language == "terraform" else os.path.dirname(root.root)


def configurations(found: Found, config: Configured) -> Iterator[Configuration | Problem]:
    """Every root of the files found, evaluated, and what kept some from being."""
    yield from found.problems
    if found.terraform:
        yield from _terraform_roots(found, config)
    if found.templates or config.of(found.base).parameters:
        yield from _template_roots(found, config)


def _judge_root(root: Configuration, judges: Judges, tally: _Tally) -> None:
    from ecsnet.network import wanted

    types = wanted(root.language)
    tally.resources += sum(resource.type in types for resource in root.resources.values())
    first = _verdicts(root, judges, tally)
    if root.choices is not None:
        first = _in_scenarios(root, first, judges, tally)
    for verdict in first:
        said = judges.said(verdict)
        if said is not None:
            tally.add(said)


def _verdicts(root: Configuration, judges: Judges, tally: _Tally) -> list[Verdict]:
    from ecsnet.network import read

    verdicts: list[Verdict] = []
    try:
        network = read(root)
    except Exception as error:
        tally.problems.setdefault(_crash(root.root, "the network model", error))
        return verdicts
    for rule in judges.rules:
        try:
            verdicts += rule.check(network, judges.options)
        except Exception as error:
            tally.problems.setdefault(_crash(root.root, rule.id, error))
    return verdicts


def _in_scenarios(root: Configuration, first: list[Verdict], judges: Judges, tally: _Tally) -> list[Verdict]:
    """The verdicts once the conditions of the root are tried, where any is open: of the rules that left one open."""
    from ecsnet.scenarios import assuming, decide, unqualified

    undecided = {verdict.rule.id for verdict in first if isinstance(verdict, Undecided)}
    again = Judges(tuple(rule for rule in judges.rules if rule.id in undecided), judges.options)
    try:
        settled = [verdict for verdict in first if verdict.rule.id not in undecided]
        rest = [verdict for verdict in first if verdict.rule.id in undecided]
        decided = decide(root, rest, lambda case: _verdicts(case, again, tally))
        kept = set(map(id, rest))
        verdicts = [*settled, *(verdict if id(verdict) in kept else _unmended(verdict) for verdict in decided)]
        return [unqualified(assuming(verdict)) for verdict in verdicts]
    except Exception as error:
        tally.problems.setdefault(_crash(root.root, "the scenarios of a template", error))
        return first


def _unmended(verdict: Verdict) -> Verdict:
    """What was only found in scenarios may need another change in each of them."""
    return replace(verdict, changes=()) if isinstance(verdict, Finding) and verdict.changes else verdict


def _terraform_roots(found: Found, config: Configured) -> Iterator[Configuration | Problem]:
    from ecsnet.network import wanted
    from ecsnet.terraform import Files, find_roots, load

    cache = Files()
    try:
        roots = find_roots(_without_stubs(found.terraform, config), cache)
    except ConfigError:
        raise
    except Exception as error:
        yield _crash(found.base, "the search for root modules", error)
        return
    _refuse_undeclared(roots, config, cache)
    for root in roots:
        own = config.of(root)
        for given in own.given:
            try:
                yield load(
                    root,
                    wanted=wanted("terraform"),
                    given=given,
                    zones=own.zones,
                    boundary=checkout(root) or found.base,
                    cache=cache,
                    stubs=own.stubs,
                )
            except Exception as error:
                yield _crash(root, "the Terraform evaluator", error)


def _refuse_undeclared(roots: Sequence[str], config: Configured, cache: Files) -> None:
    """A value by name is for the roots that declare the variable; one that none declares is refused, as Terraform does.

    Nothing is refused where a root could not be read in full: that one may declare it.
    """
    unused: dict[tuple[str, str], None] = {}
    used: set[tuple[str, str]] = set()
    for root in roots:
        named = [item for given in config.of(root).given for item in given.inputs if not isinstance(item, VarFile)]
        folder = cache.folder(root) if named else None
        for item in named:
            key = (item.origin, item.name)
            if folder is not None and (item.name in folder.variables or folder.unread):
                used.add(key)
            unused[key] = None
    for origin, name in unused:
        if (origin, name) not in used:
            raise ConfigError(f"{origin}: no root module that is scanned declares a variable {name!r}")


def _without_stubs(paths: Sequence[str], config: Configured) -> Sequence[str]:
    """What is in a folder of stubs stands for modules: it is no configuration of its own."""
    stubs = dict.fromkeys(stub for folder in set(map(os.path.dirname, paths)) for stub in config.of(folder).stubs)
    folders = tuple(os.path.join(os.path.realpath(folder), "") for folder in stubs)
    return [path for path in paths if not os.path.realpath(path).startswith(folders)] if folders else paths


def _template_roots(found: Found, config: Configured) -> Iterator[Configuration | Problem]:
    """Root templates; those that import from others are one root with them."""
    from ecsnet.cloudformation import link

    problems: list[Problem] = []
    kept = [stack for stacks in root_templates(found, config, problems).values() for stack in stacks]
    yield from problems
    try:
        yield from link(kept)
    except Exception as error:
        yield from kept
        yield _crash(found.base, "the links between templates", error)


def root_templates(found: Found, config: Configured, problems: list[Problem]) -> dict[str, list[Configuration]]:
    """Templates that no other template of the scan nests, or of which the configuration says that they are stacks; of a
    circle of templates the first. Each once for every stack that it is deployed as. Adds to ``problems``.

    :raises ConfigError: a parameter is given that no template declares
    """
    from ecsnet.stacks import Stacks, entries_of

    stacks = Stacks()
    loaded: dict[str, list[Configuration]] = {}
    problems += stacks.problems(config.of(found.base).parameters)
    for path in found.templates:
        for template in _load_template(path, found, config.of(os.path.dirname(path)), stacks):
            if isinstance(template, Problem):
                problems.append(template)
            else:
                loaded.setdefault(path, []).append(template)
    reads = {path: {os.path.abspath(file) for one in each for file in one.files} for path, each in loaded.items()}
    kept: dict[str, list[Configuration]] = {}
    for path, each in loaded.items():
        place = os.path.abspath(path)
        nested = any(
            place in files and (os.path.abspath(other) not in reads[path] or other < path)
            for other, files in reads.items()
            if other != path
        )
        if not nested or entries_of(path, config.of(os.path.dirname(path))):
            kept[path] = each
    stacks.refuse_undeclared([(path, each[0]) for path, each in kept.items()], found.base, config)
    return kept


def _load_template(path: str, found: Found, config: Config, stacks: Stacks) -> Iterator[Configuration | Problem]:
    """Once for each stack that it is deployed as; nothing for what only looks like a template by its name."""
    from ecsnet.cloudformation import load
    from ecsnet.cloudformation.document import read_file
    from ecsnet.network import wanted

    explicit = path in found.explicit
    if path.endswith(".json") and _may_be_plan(path):
        plan = _load_plan(path, found.base, config)
        if plan is not None:
            if explicit or not isinstance(plan, Problem):
                yield plan
            return
    content = read_file(path)
    if isinstance(content, str):
        if explicit or _may_be_template(path):
            yield Problem(path, 1, 1, content)
        return
    boundary = checkout(os.path.dirname(path)) or found.base
    for deployment in stacks.deployments(path, config):
        try:
            template = load(
                path,
                text=content,
                zones=config.zones,
                boundary=boundary,
                wanted=wanted("cloudformation"),
                tree=lambda: found.templates,
                deployment=deployment,
            )
        except Exception as error:
            yield _crash(path, "the CloudFormation evaluator", error)
            continue
        if template is not None:
            yield template
        elif explicit:
            yield Problem(path, 1, 1, "not a CloudFormation template")


def _may_be_plan(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return is_plan(stream.read(_HEAD))
    except OSError:
        return False


def _load_plan(path: str, base: str, config: Config) -> Configuration | Problem | None:
    from ecsnet.network import wanted
    from ecsnet.terraform.plan import load_plan

    boundary = checkout(os.path.dirname(path)) or base
    try:
        return load_plan(path, wanted=wanted("terraform"), zones=config.zones, boundary=boundary, stubs=config.stubs)
    except Exception as error:
        return _crash(path, "the reader of plans", error)


def _may_be_template(path: str) -> bool:
    """For a file that is too large to be read: by its beginning. One that cannot be read at all may be anything."""
    from ecsnet.cloudformation import looks_like_template

    try:
        with open(path, "rb") as stream:
            return looks_like_template(stream.read(_HEAD))
    except OSError:
        return True


def _in_stacks(finding: Finding, stack: str) -> Finding:
    """What is found in one of several stacks of a template names those that it is found in."""
    if not stack:
        return finding
    names = [name for name in finding.scenario.get(_STACK, "").split(", ") if name]
    return replace(finding, scenario={**finding.scenario, _STACK: ", ".join(dict.fromkeys((*names, stack)))})


def _crash(file: str, where: str, error: Exception) -> Problem:
    detail = str(error) or "no message"
    return Problem(file, 1, 1, f"internal error in {where}: {type(error).__name__}: {detail.splitlines()[0][:300]}")


def _order(span: Span) -> tuple[str, int, int]:
    return span.file, span.start_line, span.start_column


def _name(verdict: Verdict) -> tuple[str, str]:
    return verdict.rule.id, verdict.resource.address
