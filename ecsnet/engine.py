"""From paths to a report: finds the roots, evaluates each, reads its network and asks every rule."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ecsnet.config import Config, ConfigError, Configured, choose
from ecsnet.files import Found, checkout, find, is_plan
from ecsnet.findings import Finding, Passed, Report, Undecided, Verdict
from ecsnet.fingerprints import base_of, fingerprints
from ecsnet.fixes.uses import Uses
from ecsnet.inputs import VarFile
from ecsnet.judging import Judges, Outcome, crash, folder_of, judged, judges_of
from ecsnet.records import dataclass, field, replace
from ecsnet.resources import Configuration, Hole, Problem
from ecsnet.suppressions import Suppressions
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

    :raises ConfigError: a path does not exist, or ``config`` names a rule, a variable or a baseline that does not
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
            judges = judges_of(config.of(folder_of(root)))
            tally.take(judged(root, judges), judges)
    report = tally.report(start, base_of(found.base))
    if config.of(found.base).baseline is not None:
        from ecsnet.baselines import held_back

        report = held_back(report, config, found.base)
    return _with_edits(report, tally.uses, paths)


def _with_edits(report: Report, uses: Uses, paths: Sequence[str]) -> Report:
    if not any(finding.changes for finding in report.findings):
        return report
    from ecsnet.fixes.resolve import with_edits

    try:
        return replace(report, findings=tuple(with_edits(report.findings, uses, paths)))
    except Exception as error:
        return replace(report, problems=(*report.problems, crash(paths[0], "the search for fixes", error)))


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
            yield crash(root.root, "the network model", error)


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

    def take(self, outcome: Outcome, judges: Judges) -> None:
        """What the rules say about a root."""
        self.problems.update(dict.fromkeys(outcome.problems))
        self.files.update(outcome.files)
        self.uses.note(outcome.blocks, outcome.calls)
        self.unseen.update(((hole.address, hole.span), hole) for hole in outcome.unseen)
        self.resources += outcome.resources
        for file in outcome.files:
            try:
                self.suppressions.add(file, outcome.language, judges.asked_of(file), judges.texts.get(file))
            except Exception as error:
                self.problems.setdefault(crash(file, "the search for suppressions", error))
        for verdict in outcome.verdicts:
            self.add(verdict)

    def report(self, start: float, base: str = "") -> Report:
        """``start``: when the work began. ``base``: the folder that files are named after."""
        ordered = sorted(self.findings.values(), key=lambda found: (*_order(found.span), *_name(found)))
        findings = [replace(one, fingerprint=made) for one, made in zip(ordered, fingerprints(ordered, base))]
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
            base=base,
        )


def judge(roots: Iterable[Configuration], judges: Judges, base: str = "") -> Report:
    """What rules say about evaluated roots. ``base``: the folder that files are named after in fingerprints.

    A rule that crashes is a problem, neither a finding nor clean, and the others go on.
    """
    start = time.perf_counter()
    tally = _Tally()
    for root in roots:
        tally.take(judged(root, judges), judges)
    return tally.report(start, base)


def configurations(found: Found, config: Configured) -> Iterator[Configuration | Problem]:
    """Every root of the files found, evaluated, and what kept some from being."""
    yield from found.problems
    if found.terraform:
        yield from _terraform_roots(found, config)
    if found.templates or config.of(found.base).parameters:
        yield from _template_roots(found, config)


def _terraform_roots(found: Found, config: Configured) -> Iterator[Configuration | Problem]:
    from ecsnet.network import wanted
    from ecsnet.terraform import Files, find_roots, load

    cache = Files()
    try:
        roots = find_roots(_without_stubs(found.terraform, config), cache)
    except ConfigError:
        raise
    except Exception as error:
        yield crash(found.base, "the search for root modules", error)
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
                yield crash(root, "the Terraform evaluator", error)


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
        yield crash(found.base, "the links between templates", error)


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
            yield crash(path, "the CloudFormation evaluator", error)
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
        return crash(path, "the reader of plans", error)


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


def _order(span: Span) -> tuple[str, int, int]:
    return span.file, span.start_line, span.start_column


def _name(verdict: Verdict) -> tuple[str, str]:
    return verdict.rule.id, verdict.resource.address
