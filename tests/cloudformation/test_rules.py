"""``Rules``: what parameters may be together."""

from __future__ import annotations

import pytest

from ecsnet.cloudformation import load
from ecsnet.cloudformation.deployment import Deployment, Supplied
from ecsnet.resources import Configuration
from ecsnet.values import Unknown
from tests.cloudformation.build import HEAD

PARAMETERS = """
Parameters:
  Stage: {Type: String, AllowedValues: [dev, test, prod]}
  Size: {Type: Number, Default: 1}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>', Default: 'subnet-1,subnet-2'}
  Vpc: {Type: AWS::EC2::VPC::Id}
Resources:
  It: {Type: A::B::C, Properties: {V: !If [Prod, a, b], Size: !Ref Size, Subnets: !Ref Subnets}}
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Rules:
  Asked:
"""


def read(rule: str, **given: str) -> Configuration:
    deployment = Deployment(parameters={name: Supplied(value, "--parameter") for name, value in given.items()})
    found = load("template.yaml", text=(HEAD + PARAMETERS + f"    {rule}\n").encode(), deployment=deployment)
    assert found is not None
    found.resources["It"].get("V")
    return found


def stages(rule: str, **given: str) -> list[str]:
    """The stages that are left."""
    found = read(rule, **given)
    assert found.choices is not None
    assert found.choices.questions() == ("Stage",)
    return [answer.scenario["Stage"] for answer in found.choices.answers("Stage")]


ALL = ["dev", "test", "prod"]


@pytest.mark.parametrize(("asserted", "left"), [
    ("!Contains [[dev, test], !Ref Stage]", ["dev", "test"]),
    ("{'Fn::Contains': [[dev, test], {Ref: Stage}]}", ["dev", "test"]),
    ("!Not [!Equals [!Ref Stage, dev]]", ["test", "prod"]),
    ("!EachMemberIn [[!Ref Stage], [prod, other]]", ["prod"]),
    ("!EachMemberIn [!Ref Subnets, [subnet-1, subnet-2, !Ref Stage]]", ALL),
    ("!EachMemberEquals [[!Ref Stage, prod], prod]", ["prod"]),
    ("!EachMemberEquals [[!Ref Stage, !Ref Vpc], prod]", ["prod"]),
    ("!And [!Not [!Equals [!Ref Stage, dev]], !Not [!Equals [!Ref Stage, prod]]]", ["test"]),
    ("!Or [!Equals [!Ref Stage, dev], !Contains [[prod], !Ref Stage]]", ["dev", "prod"]),
    ("!Contains [!RefAll 'AWS::EC2::VPC::Id', !Ref Vpc]", ALL),
    ("!EachMemberEquals [!ValueOfAll ['AWS::EC2::Subnet::Id', VpcId], !Ref Vpc]", ALL),
    ("!Contains [[dev], !ValueOf [Vpc, Tags.Stage]]", ALL),
    ("!Contains [!Ref Stage]", ALL),
    ("!Contains dev", ALL),
    ("dev", ALL),
    ("!Equals [a, b]", ALL),
])  # fmt: skip
def test_what_an_assertion_leaves(asserted: str, left: list[str]) -> None:
    if asserted == "!Equals [a, b]":
        assert [problem.message for problem in read(f"Assertions: [{{Assert: {asserted}}}]").problems] == [
            "the parameters do not meet the rule 'Asked'"
        ]
    assert stages(f"Assertions: [{{Assert: {asserted}, AssertDescription: made up}}]") == left


@pytest.mark.parametrize(("condition", "left"), [
    ("!Equals [!Ref Stage, prod]", ["dev", "test"]),
    ("!Equals [!Ref Vpc, vpc-1]", ALL),
    ("!Not [!Equals [!Ref Stage, prod]]", ["prod"]),
])  # fmt: skip
def test_a_rule_holds_where_its_condition_is_true(condition: str, left: list[str]) -> None:
    rule = f"{{RuleCondition: {condition}, Assertions: [{{Assert: !Equals [!Ref Size, 2]}}]}}"
    assert stages(rule, Size="1") == left
    assert stages(rule, Size="2") == ALL


def test_a_default_that_a_rule_refuses_is_not_known() -> None:
    found = read("Assertions: [{Assert: !Not [!Equals [!Ref Size, 1]]}]")
    assert found.problems == ()
    size = found.resources["It"].get("Size")
    assert isinstance(size, Unknown)
    assert size.reason == "the rule Asked refuses the default"
    assert found.resources["It"].get("Subnets") == ("subnet-1", "subnet-2")


def test_parameters_that_a_rule_refuses_are_a_problem() -> None:
    found = read("Assertions: [{Assert: !Equals [!Ref Size, 2]}]", Size="3", Stage="dev")
    [problem] = found.problems
    assert (problem.line, problem.message) == (12, "the parameters do not meet the rule 'Asked'")
    assert found.resources["It"].get("Size") == 3


@pytest.mark.parametrize("rule", ["[]", "Assertions: {}", "Assertions: [[]]", "{}", "Assertions: [{Assert: {}}]"])
def test_what_is_no_rule_refuses_nothing(rule: str) -> None:
    assert stages(rule) == ALL
