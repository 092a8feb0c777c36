"""What the rules say about one root."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ecsnet.config import Config, choose
from ecsnet.findings import Finding, Level, Rule, Undecided, Verdict
from ecsnet.fixes.uses import Counts, counts
from ecsnet.options import DEFAULTS, Options
from ecsnet.path_ignores import PathIgnore
from ecsnet.records import dataclass, field, replace
from ecsnet.resources import Configuration, Hole, Language, Problem
from ecsnet.suppressions import places

if TYPE_CHECKING:
    from ecsnet.network import Network


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """A root, judged. ``resources``: how many were looked at; ``blocks`` and ``calls``: of ``counts``.

    ``folder``: that whose configuration holds for it.
    """

    folder: str
    language: Language
    files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    unseen: tuple[Hole, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    resources: int = 0
    blocks: Counts = field(default_factory=dict)
    calls: Counts = field(default_factory=dict)


def folder_of(root: Configuration) -> str:
    """The folder whose configuration holds for a root: its own, or that of the template."""
    return root.root if root.language == "terraform" else os.path.dirname(root.root)


def judged(root: Configuration, judges: Judges) -> Outcome:
    """A rule that crashes is a problem, neither a finding nor clean, and the others go on."""
    from ecsnet.network import wanted

    types = wanted(root.language)
    problems: dict[Problem, None] = dict.fromkeys(root.problems)
    verdicts = _verdicts(root, judges, problems)
    if root.choices is not None:
        verdicts = _in_scenarios(root, verdicts, judges, problems)
    said = tuple(one for verdict in verdicts if (one := judges.said(verdict)) is not None)
    problems.update(dict.fromkeys(root.problems_met()))
    blocks, calls = counts(root)
    return Outcome(
        folder_of(root),
        root.language,
        root.files,
        tuple(problems),
        root.holes,
        said,
        sum(resource.type in types for resource in root.resources.values()),
        blocks,
        calls,
    )


def crash(file: str, where: str, error: BaseException) -> Problem:
    """An error of ecsnet's own."""
    detail = str(error) or "no message"
    return Problem(file, 1, 1, f"internal error in {where}: {type(error).__name__}: {detail.splitlines()[0][:300]}")


def _verdicts(root: Configuration, judges: Judges, problems: dict[Problem, None]) -> list[Verdict]:
    verdicts: list[Verdict] = []
    network = _network(root, problems)
    if network is None:
        return verdicts
    for rule in judges.rules:
        try:
            verdicts += rule.check(network, judges.options)
        except Exception as error:
            problems.setdefault(crash(root.root, rule.id, error))
    return verdicts


def _network(root: Configuration, problems: dict[Problem, None]) -> Network | None:
    from ecsnet.network import read

    try:
        return read(root)
    except Exception as error:
        problems.setdefault(crash(root.root, "the network model", error))
        return None


def _in_scenarios(
    root: Configuration, first: list[Verdict], judges: Judges, problems: dict[Problem, None]
) -> list[Verdict]:
    """The verdicts once the conditions of the root are tried, where any is open: of the rules that left one open, and
    of those that yield to these.
    """
    from ecsnet.scenarios import assuming, decide, unqualified

    undecided = {verdict.rule.id for verdict in first if isinstance(verdict, Undecided)}
    rules = tuple(rule for rule in judges.rules if not undecided.isdisjoint((rule.id, *rule.yields_to)))
    asked = {rule.id for rule in rules}
    again = Judges(rules, judges.options)
    try:
        settled = [verdict for verdict in first if verdict.rule.id not in asked]
        rest = [verdict for verdict in first if verdict.rule.id in asked]
        decided = decide(root, rest, lambda case: _verdicts(case, again, problems))
        return [unqualified(assuming(verdict)) for verdict in (*settled, *_unmended(decided, rest))]
    except Exception as error:
        problems.setdefault(crash(root.root, "the scenarios of a template", error))
        return first


def _unmended(decided: Iterable[Verdict], before: Iterable[Verdict]) -> Iterable[Verdict]:
    """What was only found in scenarios may need another change in each of them."""
    kept = set(map(id, before))
    for verdict in decided:
        if id(verdict) in kept or not isinstance(verdict, Finding) or not verdict.changes:
            yield verdict
        else:
            yield replace(verdict, changes=())
