"""What a rule says of a template whose conditions are open: it is asked in one scenario after the other.

Evaluation is three-valued, so most rules decide without any scenario. Where one does not, a question that is open is
answered in every way, and each answer is judged by itself, until all is decided or no question makes a difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from ecsnet.findings import Finding, Passed, Undecided, Verdict
from ecsnet.records import dataclass, replace
from ecsnet.resources import Configuration
from ecsnet.values import Span

MAX_EVALUATIONS = 64
"""Of one template, beside the first."""

Key = tuple[str, str]
Verdicts = Mapping[Key, tuple[Verdict, ...]]
Judge = Callable[[Configuration], Iterable[Verdict]]


@dataclass(frozen=True, slots=True)
class Case:
    """What is said in one scenario: by rule and address. ``addresses``: the resources that it has. ``complete``: false
    where the bound of work kept questions open that may matter.
    """

    scenario: Mapping[str, str]
    verdicts: Verdicts
    addresses: Collection[str]
    complete: bool = True


def decide(root: Configuration, verdicts: Iterable[Verdict], judge: Judge) -> Iterator[Verdict]:
    """The verdicts about ``root``, with those that are undecided asked in scenarios. ``judge`` is asked about each."""
    first = collect(verdicts)
    if root.choices is not None and _open(first) and root.choices.questions():
        cases = list(explore(root, first, judge))
        keys = dict.fromkeys([*first, *(key for case in cases for key in case.verdicts)])
        for key in keys:
            yield from combine(key, first.get(key, ()), cases)
    else:
        for found in first.values():
            yield from found


def assuming(verdict: Verdict) -> Verdict:
    """A finding on a resource that only exists under conditions names them."""
    if isinstance(verdict, Finding) and verdict.resource.guard and not verdict.scenario:
        return replace(verdict, scenario=dict.fromkeys(verdict.resource.guard.split(" and "), "true"))
    return verdict


def unqualified(verdict: Verdict) -> Verdict:
    """In templates that were evaluated together, what is of the same template as the verdict's resource goes without
    its name: ``Hosts`` of ``network``, where ``network:Hosts`` was judged. What is of another keeps it.
    """
    owner, found, address = verdict.resource.address.partition(":")
    if not found or verdict.resource.language != "cloudformation":
        return verdict
    qualified = re.compile(rf"(?<![\w./:-]){re.escape(owner)}:(?=\w)")
    resource = replace(verdict.resource, address=address)
    if isinstance(verdict, Passed):
        return replace(verdict, resource=resource)
    if isinstance(verdict, Undecided):
        return replace(verdict, resource=resource, reason=qualified.sub("", verdict.reason))
    return replace(
        verdict,
        resource=resource,
        message=qualified.sub("", verdict.message),
        path=tuple(
            replace(hop, resource=qualified.sub("", hop.resource), message=qualified.sub("", hop.message))
            for hop in verdict.path
        ),
        fix=qualified.sub("", verdict.fix),
        scenario={qualified.sub("", name): value for name, value in verdict.scenario.items()},
    )


def collect(verdicts: Iterable[Verdict]) -> Verdicts:
    found: dict[Key, tuple[Verdict, ...]] = {}
    for verdict in verdicts:
        key = (verdict.rule.id, verdict.resource.address)
        found[key] = (*found.get(key, ()), verdict)
    return found


def explore(root: Configuration, first: Verdicts, judge: Judge, evaluations: int = MAX_EVALUATIONS) -> Iterator[Case]:
    """Scenarios that exclude each other and leave nothing out. A question that no verdict depends on is not asked
    again, so that what counts is the number of those that matter.
    """
    todo: list[tuple[Configuration, Verdicts, frozenset[str]]] = [(root, first, frozenset())]
    while todo:
        node, verdicts, idle = todo.pop()
        answered: list[tuple[Configuration, Verdicts]] = []
        complete = True
        undecided = _open(verdicts)
        for question in node.choices.questions() if node.choices is not None and undecided else ():
            if question in idle:
                continue
            if evaluations <= 0:
                complete = False
                break
            answers = node.choices.answers(question) if node.choices is not None else ()
            evaluations -= len(answers)
            answered = [(answer, collect(judge(answer))) for answer in answers]
            if any(_open(found) != undecided for _, found in answered):
                break
            answered = []
            idle |= {question}
        if answered:
            todo += [(answer, found, idle) for answer, found in reversed(answered)]
        else:
            yield Case(node.scenario, verdicts, node.resources.keys(), complete)


def combine(key: Key, first: tuple[Verdict, ...], cases: Sequence[Case]) -> tuple[Verdict, ...]:
    """One verdict of a rule on a resource from those of all cases; ``first``: what it is without any.

    A finding in every case that has the resource is a finding, told as it is in one of them; one in some of them is
    undecided, and says when. One that holds without any case, and is in none, yields to what another rule finds there.
    """
    if first and all(isinstance(verdict, Passed) for verdict in first):
        return first
    there = [case for case in cases if key[1] in case.addresses]
    if any(isinstance(verdict, Finding) for verdict in first):
        yields = there and all(_passed(case, key) for case in there)
        return there[0].verdicts[key] if yields else first
    failing = [case for case in there if _findings(case, key)]
    if failing:
        case = failing[0]
        found = _findings(case, key)
        when = _when(case, cases, lambda other: bool(_findings(other, key)))
        if len(failing) == len(there):
            said = _said(case, key)
            told = _when(case, cases, lambda other: _said(other, key) == said)
            only = _words({name: value for name, value in told.items() if name not in when})
            more = f" (so when {only}; in another way otherwise)" if only else ""
            return tuple(replace(finding, message=finding.message + more, scenario=when) for finding in found)
        words = _words(when) or "conditions are met"
        finding = found[0]
        return (Undecided(finding.rule, finding.resource, f"holds when {words}: {finding.message}", finding.span),)
    verdicts = [verdict for case in there for verdict in case.verdicts.get(key, ())]
    still = any(isinstance(verdict, Undecided) for verdict in verdicts)
    for verdict in verdicts:
        if isinstance(verdict, Undecided) and still:
            spent = "" if all(case.complete for case in there) else _SPENT
            return (replace(verdict, reason=verdict.reason + spent),)
        if isinstance(verdict, Passed) and not still:
            return (verdict,)
    return ()


_SPENT = f" (more combinations of conditions than were tried: {MAX_EVALUATIONS} evaluations)"


def _passed(case: Case, key: Key) -> bool:
    said = case.verdicts.get(key, ())
    return bool(said) and all(isinstance(verdict, Passed) for verdict in said)


def _findings(case: Case, key: Key) -> list[Finding]:
    return [verdict for verdict in case.verdicts.get(key, ()) if isinstance(verdict, Finding)]


def _said(case: Case, key: Key) -> list[tuple[str, Span]]:
    return [(finding.message, finding.span) for finding in _findings(case, key)]


def _open(verdicts: Verdicts) -> dict[Key, list[str]]:
    """What is undecided, and why."""
    found: dict[Key, list[str]] = {}
    for key, said in verdicts.items():
        reasons = [verdict.reason for verdict in said if isinstance(verdict, Undecided)]
        if reasons and not any(isinstance(verdict, Finding) for verdict in said):
            found[key] = reasons
    return found


def _when(case: Case, cases: Sequence[Case], same: Callable[[Case], bool]) -> dict[str, str]:
    """The part of a case's scenario that alone makes every case with it ``same``; conditions before parameters."""
    needed = dict(case.scenario)
    for name in reversed(list(case.scenario)):
        rest = {other: value for other, value in needed.items() if other != name}
        if all(same(other) for other in cases if _agrees(other, rest)):
            needed = rest
    return needed


def _words(scenario: Mapping[str, str]) -> str:
    return " and ".join(f"{name} is {value}" for name, value in scenario.items())


def _agrees(case: Case, scenario: Mapping[str, str]) -> bool:
    """A case in which a name is open may have any value of it."""
    return all(case.scenario.get(name, value) == value for name, value in scenario.items())
