"""From paths to a report: finds the roots, evaluates each, reads its network and asks every rule."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from ecsnet.config import Configured, choose
from ecsnet.files import Found, find
from ecsnet.findings import Finding, Passed, Report, Undecided, Verdict
from ecsnet.fingerprints import base_of, fingerprints
from ecsnet.fixes.uses import Uses
from ecsnet.judging import Judges, Outcome, crash, judged, judges_of
from ecsnet.records import dataclass, field, replace
from ecsnet.resources import Configuration, Hole, Problem
from ecsnet.roots import Roots
from ecsnet.scanning import outcomes
from ecsnet.suppressions import Suppressions
from ecsnet.values import Span

if TYPE_CHECKING:
    from ecsnet.network import Network
    from ecsnet.touched import Touched

_T = TypeVar("_T")

_STACK = "AWS::StackName"


def scan(
    paths: Sequence[str],
    config: Configured,
    base: str | None = None,
    jobs: int = 1,
    cache: str = "",
    watch: Callable[[str], None] | None = None,
    touched: Touched | None = None,
) -> Report:
    """Everything in ``paths``, files and folders mixed.

    ``base``: the folder that holds all that may be read, where there is no checkout; else the one that holds ``paths``.
    ``jobs``: processes that work at once, where that is faster. ``cache``: a folder with results of earlier scans.
    Neither changes the report. ``watch``: told the folder of each root when that is judged. ``touched``: only
    what these changed files belong to; nothing is then known of what is left over elsewhere.

    :raises ConfigError: a path does not exist, or ``config`` names a rule, a variable or a baseline that does not
    """
    from ecsnet.rules import CATALOGUE

    start = time.perf_counter()
    found = _found(paths, config, base)
    choose(config.of(found.base), CATALOGUE)
    tally = _Tally()
    for one in outcomes(found, config, jobs, cache) if touched is None else touched.outcomes(found, config):
        if isinstance(one, Problem):
            tally.problems.setdefault(one)
        else:
            tally.take(one, judges_of(config.of(one.folder)))
            if watch is not None:
                watch(one.folder)
    report = tally.report(start, base_of(found.base))
    if config.of(found.base).baseline is not None:
        from ecsnet.baselines import held_back

        report = held_back(report, config, found.base)
    if touched is not None:
        report = replace(report, unused=(), fixed=())
    return _with_edits(report, tally.uses, paths)


def _found(paths: Sequence[str], config: Configured, base: str | None = None) -> Found:
    return find(paths, base, config.allow_outside)


def _with_edits(report: Report, uses: Uses, paths: Sequence[str]) -> Report:
    if not any(finding.changes for finding in report.findings):
        return report
    from ecsnet.fixes.resolve import with_edits

    try:
        return replace(report, findings=tuple(with_edits(report.findings, uses, paths)))
    except Exception as error:
        return replace(report, problems=(*report.problems, crash(paths[0], "the search for fixes", error)))


def networks(
    paths: Sequence[str], config: Configured, look: Callable[[Network, Configuration], _T]
) -> Iterator[_T | Problem]:
    """What ``look`` makes of the network of every root in ``paths``, and what could not be read.

    :raises ConfigError: as ``scan`` does
    """
    from ecsnet.network import read

    roots = Roots(_found(paths, config), config)
    for root in roots.everything():
        if isinstance(root, Problem):
            yield root
            continue

        def work(root: Configuration = root) -> _T:
            return look(read(root), root)

        try:
            yield roots.within(root, work)
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
