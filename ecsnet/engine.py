"""From paths to a report: finds the roots, evaluates each, reads its network and asks every rule."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ecsnet.config import Config, choose
from ecsnet.files import Found, checkout, find
from ecsnet.findings import Finding, Passed, Report, Rule, Undecided, Verdict
from ecsnet.resources import Configuration, Problem
from ecsnet.values import Span

_HEAD = 64_000


def scan(paths: Sequence[str], config: Config) -> Report:
    """Everything in ``paths``, files and folders mixed.

    :raises ConfigError: a path does not exist, or ``config`` names a rule that does not
    """
    from ecsnet.rules import CATALOGUE

    start = time.perf_counter()
    rules = choose(config, CATALOGUE)
    return judge(configurations(find(paths), config), rules, start)


@dataclass(slots=True)
class _Tally:
    """Verdicts so far, by what makes two of them the same: a module that several roots call speaks once."""

    findings: dict[object, Finding] = field(default_factory=dict)
    passed: dict[object, Passed] = field(default_factory=dict)
    undecided: dict[object, Undecided] = field(default_factory=dict)
    problems: dict[Problem, None] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    resources: int = 0

    def add(self, verdict: Verdict) -> None:
        resource = verdict.resource
        key = (verdict.rule.id, resource.address, resource.header.file, resource.header.start_line)
        if isinstance(verdict, Finding):
            self.findings.setdefault((*key, _order(verdict.span), verdict.message), verdict)
        elif isinstance(verdict, Passed):
            self.passed.setdefault(key, verdict)
        else:
            self.undecided.setdefault((*key, verdict.reason), verdict)


def judge(roots: Iterable[Configuration | Problem], rules: Sequence[Rule], start: float | None = None) -> Report:
    """What ``rules`` say about evaluated roots. ``start``: when the work began, of ``time.perf_counter()``.

    A rule that crashes is a problem, neither a finding nor clean, and the others go on.
    """
    start = time.perf_counter() if start is None else start
    tally = _Tally()
    for root in roots:
        if isinstance(root, Problem):
            tally.problems.setdefault(root)
            continue
        tally.problems.update(dict.fromkeys(root.problems))
        tally.files.update(root.files)
        _judge_root(root, rules, tally)
        tally.problems.update(dict.fromkeys(root.problems_met()))
    return Report(
        findings=tuple(sorted(tally.findings.values(), key=lambda found: (*_order(found.span), *_name(found)))),
        passed=tuple(sorted(tally.passed.values(), key=lambda found: (*_order(found.resource.header), *_name(found)))),
        undecided=tuple(sorted(tally.undecided.values(), key=lambda found: (*_order(found.span), *_name(found)))),
        problems=tuple(sorted(tally.problems, key=lambda found: (found.file, found.line, found.column, found.message))),
        files=tuple(sorted(tally.files)),
        resources=tally.resources,
        seconds=time.perf_counter() - start,
    )


def configurations(found: Found, config: Config) -> Iterator[Configuration | Problem]:
    """Every root of the files found, evaluated, and what kept some from being."""
    yield from found.problems
    if found.terraform:
        yield from _terraform_roots(found, config)
    if found.templates:
        yield from _template_roots(found, config)


def _judge_root(root: Configuration, rules: Sequence[Rule], tally: _Tally) -> None:
    from ecsnet.network import wanted

    types = wanted(root.language)
    tally.resources += sum(resource.type in types for resource in root.resources.values())
    first = _verdicts(root, rules, tally)
    if root.choices is not None:
        first = _in_scenarios(root, first, rules, tally)
    for verdict in first:
        tally.add(verdict)


def _verdicts(root: Configuration, rules: Sequence[Rule], tally: _Tally) -> list[Verdict]:
    from ecsnet.network import read

    verdicts: list[Verdict] = []
    try:
        network = read(root)
    except Exception as error:
        tally.problems.setdefault(_crash(root.root, "the network model", error))
        return verdicts
    for rule in rules:
        try:
            verdicts += rule.check(network)
        except Exception as error:
            tally.problems.setdefault(_crash(root.root, rule.id, error))
    return verdicts


def _in_scenarios(root: Configuration, first: list[Verdict], rules: Sequence[Rule], tally: _Tally) -> list[Verdict]:
    """The verdicts once the conditions of the root are tried, where any is open: of the rules that left one open."""
    from ecsnet.scenarios import assuming, decide, unqualified

    undecided = {verdict.rule.id for verdict in first if isinstance(verdict, Undecided)}
    again = [rule for rule in rules if rule.id in undecided]
    try:
        settled = [verdict for verdict in first if verdict.rule.id not in undecided]
        rest = [verdict for verdict in first if verdict.rule.id in undecided]
        verdicts = [*settled, *decide(root, rest, lambda case: _verdicts(case, again, tally))]
        return [unqualified(assuming(verdict)) for verdict in verdicts]
    except Exception as error:
        tally.problems.setdefault(_crash(root.root, "the scenarios of a template", error))
        return first


def _terraform_roots(found: Found, config: Config) -> Iterator[Configuration | Problem]:
    from ecsnet.network import wanted
    from ecsnet.terraform import Files, find_roots, load

    cache = Files()
    try:
        roots = find_roots(_without_stubs(found.terraform, config.stubs), cache)
    except Exception as error:
        yield _crash(found.base, "the search for root modules", error)
        return
    for root in roots:
        try:
            yield load(
                root,
                wanted=wanted("terraform"),
                var_files=config.var_files,
                zones=config.zones,
                boundary=checkout(root) or found.base,
                cache=cache,
                stubs=config.stubs,
            )
        except Exception as error:
            yield _crash(root, "the Terraform evaluator", error)


def _without_stubs(paths: Sequence[str], stubs: Sequence[str]) -> Sequence[str]:
    """What is in a folder of stubs stands for modules: it is no configuration of its own."""
    folders = tuple(os.path.join(os.path.realpath(folder), "") for folder in stubs)
    return [path for path in paths if not os.path.realpath(path).startswith(folders)] if folders else paths


def _template_roots(found: Found, config: Config) -> Iterator[Configuration | Problem]:
    """Templates that no other template of the scan nests; of a circle of templates the first. Those that import from
    others are one root with them.
    """
    from ecsnet.cloudformation import link

    loaded: dict[str, Configuration] = {}
    for path in found.templates:
        template = _load_template(path, path in found.explicit, found.base, found.templates, config)
        if isinstance(template, Problem):
            yield template
        elif template is not None:
            loaded[path] = template
    reads = {path: set(map(os.path.abspath, template.files)) for path, template in loaded.items()}
    kept: list[Configuration] = []
    for path, template in loaded.items():
        place = os.path.abspath(path)
        nested = any(
            place in files and (os.path.abspath(other) not in reads[path] or other < path)
            for other, files in reads.items()
            if other != path
        )
        if not nested:
            kept.append(template)
    try:
        yield from link(kept)
    except Exception as error:
        yield from kept
        yield _crash(found.base, "the links between templates", error)


def _load_template(
    path: str, explicit: bool, base: str, tree: Sequence[str], config: Config
) -> Configuration | Problem | None:
    from ecsnet.cloudformation import load
    from ecsnet.cloudformation.document import read_file
    from ecsnet.network import wanted

    content = read_file(path)
    if isinstance(content, str):
        return Problem(path, 1, 1, content) if explicit or _may_be_template(path) else None
    boundary = checkout(os.path.dirname(path)) or base
    try:
        template = load(
            path,
            text=content,
            zones=config.zones,
            boundary=boundary,
            wanted=wanted("cloudformation"),
            tree=lambda: tree,
        )
    except Exception as error:
        return _crash(path, "the CloudFormation evaluator", error)
    return Problem(path, 1, 1, "not a CloudFormation template") if template is None and explicit else template


def _may_be_template(path: str) -> bool:
    """For a file that is too large to be read: by its beginning. One that cannot be read at all may be anything."""
    from ecsnet.cloudformation import looks_like_template

    try:
        with open(path, "rb") as stream:
            return looks_like_template(stream.read(_HEAD))
    except OSError:
        return True


def _crash(file: str, where: str, error: Exception) -> Problem:
    detail = str(error) or "no message"
    return Problem(file, 1, 1, f"internal error in {where}: {type(error).__name__}: {detail.splitlines()[0][:300]}")


def _order(span: Span) -> tuple[str, int, int]:
    return span.file, span.start_line, span.start_column


def _name(verdict: Verdict) -> tuple[str, str]:
    return verdict.rule.id, verdict.resource.address
