"""Verdicts in scenarios, and the one verdict they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from ecsnet.findings import Finding, Level, Passed, Undecided, Verdict
from ecsnet.resources import Configuration, Resource
from ecsnet.rules import CATALOGUE
from ecsnet.scenarios import Case, assuming, combine, decide, explore
from ecsnet.values import Span, Tri
from tests.cloudformation.build import template

RULE = CATALOGUE[0]
KEY = (RULE.id, "It")
SPAN = Span("t.yaml", 1, 1, 1, 2)


def resource(guard: str = "") -> Resource:
    exists = Tri.UNKNOWN if guard else Tri.TRUE
    return Resource("A::B::C", "It", {}, SPAN, SPAN, "cloudformation", lambda path: SPAN, exists, guard=guard)


def finding(message: str = "wrong", guard: str = "") -> Finding:
    return Finding(RULE, Level.ERROR, resource(guard), message, SPAN, (), "")


PASSED = Passed(RULE, resource())
OPEN = Undecided(RULE, resource(), "not known", SPAN)
ABSENT = None
SILENT = ()


def case(verdict: Verdict | tuple[()] | None, complete: bool = True, **scenario: str) -> Case:
    said = () if not verdict else (verdict,)
    return Case(scenario, {KEY: said} if said else {}, () if verdict is None else ("It",), complete)


def summary(*cases: Case, first: Verdict = OPEN) -> tuple[str, Mapping[str, str]] | str:
    [verdict] = combine(KEY, (first,), cases)
    if isinstance(verdict, Finding):
        return verdict.message, verdict.scenario
    return verdict.reason if isinstance(verdict, Undecided) else "passed"


def test_found_in_every_scenario():
    assert summary(case(finding(), A="true"), case(finding(), A="false")) == ("wrong", {})


def test_found_in_every_scenario_each_time_otherwise():
    found = case(finding("one"), A="true", B="true"), case(finding("two"), A="false", B="true")
    assert summary(*found) == ("one (so when A is true; in another way otherwise)", {})


def test_found_whenever_the_resource_exists():
    assert summary(case(finding(), A="true"), case(ABSENT, A="false")) == ("wrong", {"A": "true"})


@pytest.mark.parametrize("other", [PASSED, OPEN, SILENT])
def test_found_in_some(other: Verdict | tuple[()]):
    assert summary(case(other, A="true"), case(finding(), A="false")) == "holds when A is false: wrong"


def test_only_what_matters_is_said():
    cases = [
        case(finding() if a == "true" and b == "true" else PASSED, A=a, B=b, C=c)
        for a in ("true", "false") for b in ("true", "false") for c in ("true", "false")
    ]  # fmt: skip
    assert summary(*cases) == "holds when A is true and B is true: wrong"


def test_a_name_that_is_open_in_a_case_excludes_nothing():
    cases = case(finding(), A="true", B="true"), case(PASSED, A="true", B="false"), case(PASSED, A="false")
    assert summary(*cases) == "holds when A is true and B is true: wrong"


def test_passed_and_open():
    assert summary(case(PASSED, A="true"), case(PASSED, A="false")) == "passed"
    assert summary(case(PASSED, A="true"), case(ABSENT, A="false")) == "passed"
    assert summary(case(PASSED, A="true"), case(OPEN, A="false")) == "not known"
    assert combine(KEY, (OPEN,), [case(SILENT, A="true"), case(ABSENT, A="false")]) == ()


def test_a_spent_budget_is_said():
    reason = summary(case(PASSED, A="true"), case(OPEN, complete=False, A="false"))
    assert isinstance(reason, str)
    assert reason.startswith("not known (more combinations of conditions than were tried")


def test_what_is_decided_without_scenarios_stays():
    assert combine(KEY, (PASSED,), [case(finding())]) == (PASSED,)
    found = finding()
    assert combine(KEY, (found, OPEN), [case(PASSED), case(SILENT)]) == (found, OPEN)
    assert combine(KEY, (found,), [case(PASSED), case(OPEN)]) == (found,)


def test_what_another_rule_says_in_every_scenario_is_said_once():
    assert combine(KEY, (finding(),), [case(PASSED), case(PASSED), case(ABSENT)]) == (PASSED,)


def test_a_finding_names_the_conditions_of_its_resource():
    named = assuming(finding(guard="Prod and Network.Split"))
    assert isinstance(named, Finding)
    assert named.scenario == {"Prod": "true", "Network.Split": "true"}
    found = finding()
    assert assuming(found) is found


@dataclass
class Tree:
    """A configuration with yes-or-no questions, and the number of those that were answered."""

    names: tuple[str, ...]
    scenario: dict[str, str] = field(default_factory=dict)

    def questions(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name not in self.scenario)

    def answers(self, question: str) -> tuple[Configuration, ...]:
        return tuple(Tree(self.names, {**self.scenario, question: word}).root() for word in ("true", "false"))

    def root(self) -> Configuration:
        return Configuration("t.yaml", "cloudformation", {"It": resource()}, scenario=self.scenario, choices=self)


def all_true(root: Configuration) -> list[Verdict]:
    """Found where A, B and C are all true."""
    words = [root.scenario.get(name) for name in "ABC"]
    if "false" in words:
        return [PASSED]
    return [OPEN if None in words else finding()]


def test_questions_that_do_not_matter_are_not_multiplied():
    root = Tree((*"XYZA", *"UVWBC")).root()
    cases = list(explore(root, {KEY: (OPEN,)}, all_true))
    assert [case.scenario for case in cases] == [
        {"A": "true", "B": "true", "C": "true"},
        {"A": "true", "B": "true", "C": "false"},
        {"A": "true", "B": "false"},
        {"A": "false"},
    ]
    assert all(case.complete for case in cases)


def test_the_bound_of_work():
    cases = list(explore(Tree(tuple("ABC")).root(), {KEY: (OPEN,)}, all_true, evaluations=4))
    assert [(case.scenario, case.complete) for case in cases] == [
        ({"A": "true", "B": "true"}, False),
        ({"A": "true", "B": "false"}, True),
        ({"A": "false"}, True),
    ]


def test_what_is_decided_asks_nothing():
    def judge(root: Configuration) -> list[Verdict]:
        raise AssertionError("asked again")

    assert list(decide(Tree(tuple("ABC")).root(), [PASSED], judge)) == [PASSED]


PARAMETERS = """
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Size: {Type: Number, AllowedValues: [1, 2]}
  Name: {Type: String}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Big: !Equals [!Ref Size, 2]
  Named: !Not [!Equals [!Ref Name, ""]]
  Special: !Equals [!Ref Name, special]
  Abroad: !Not [!Equals [!Ref "AWS::Region", eu-west-1]]
"""


def values(*conditions: str) -> list[tuple[dict[str, str], object]]:
    """Every scenario that the first open question leads to, and the value that a resource has there."""
    expression = "".join(f"!If [{name}, '{name}', 'not'], " for name in conditions)
    root = template(PARAMETERS + f"Resources:\n  It: {{Type: A::B::C, Properties: {{V: [{expression}]}}}}\n")
    root.resources["It"].get("V")
    assert root.choices is not None
    [question] = root.choices.questions()
    return [(dict(found.scenario), found.resources["It"].get("V")) for found in root.choices.answers(question)]


def test_allowed_values_are_assigned():
    assert values("Prod") == [
        ({"Prod": "false", "Stage": "dev"}, ("not",)),
        ({"Prod": "true", "Stage": "prod"}, ("Prod",)),
    ]
    assert [value for _, value in values("Big")] == [("not",), ("Big",)]


def test_words_of_one_parameter_exclude_each_other():
    assert values("Named", "Special") == [
        ({"Named": "false", "Special": "false", "Name": ""}, ("not", "not")),
        ({"Named": "true", "Special": "true", "Name": "special"}, ("Named", "Special")),
        ({"Named": "true", "Special": "false"}, ("Named", "not")),
    ]


def test_the_region_is_a_question_too():
    assert values("Abroad") == [
        ({"Abroad": "false", "AWS::Region": "eu-west-1"}, ("not",)),
        ({"Abroad": "true"}, ("Abroad",)),
    ]
