"""What ``AWS::LanguageExtensions`` adds: loops wherever they may stand, and functions in places that had none."""

from __future__ import annotations

import pytest

from ecsnet.values import Reference, Tri, Unknown
from tests.cloudformation.build import evaluate, template

LOOPS = """
Transform: AWS::LanguageExtensions
Parameters:
  Zones: {Type: CommaDelimitedList, Default: "a-1,b"}
Mappings: {Map: {k: {v: [p, q]}}}
Conditions:
  Fn::ForEach::Is:
    - Zone
    - !Ref Zones
    - Is&{Zone}: !Equals [!Ref Zone, a-1]
Resources:
  Fn::ForEach::Outer:
    - Zone
    - !Ref Zones
    - Fn::ForEach::Inner:
        - Kind
        - !FindInMap [Map, k, v]
        - Net&{Zone}${Kind}:
            Type: AWS::EC2::Subnet
            Condition: !Sub Is&{Zone}
            DeletionPolicy: !If [Isa1, Retain, Delete]
            Properties:
              CidrBlock: !Sub "${Zone} &{Zone} ${Kind}"
              Other: !Ref Net&{Zone}${Kind}
              Fn::ForEach::Properties:
                - Name
                - [A, B]
                - Prop${Name}: !Ref Name
"""


def test_loops() -> None:
    found = template(LOOPS)
    assert (found.problems, found.holes) == ((), ())
    assert list(found.resources) == ["Neta1p", "Neta1q"]
    first = found.resources["Neta1p"]
    assert first.exists is Tri.TRUE
    assert dict(first.attributes) == {
        "CidrBlock": "a-1 a1 p", "Other": Reference("Neta1p", "Ref"), "PropA": "A", "PropB": "B",
    }  # fmt: skip
    assert first.locate("PropB").start_line == 29


def test_a_loop_over_outputs_of_a_nested_name() -> None:
    text = """
    Conditions: {IsA: !Equals [1, 1]}
    Resources: {NetA: {Type: AWS::EC2::Subnet, Condition: {"Fn::Join": ["", [Is, A]]}}}
    Outputs:
      Fn::ForEach::Out:
        - Zone
        - [A, B]
        - Out${Zone}: {Value: !Ref "NetA", Condition: !Sub "Is${Zone}"}
    """
    found = template(text)
    assert found.problems == ()
    assert found.resources["NetA"].exists is Tri.TRUE


@pytest.mark.parametrize("collection", ["!Ref Names", "[!Ref One]", "!Split [',', !Ref One]", "x", "{a: b}"])
def test_a_loop_over_what_is_not_known_may_make_anything(collection: str) -> None:
    found = template(f"""
    Parameters: {{Names: {{Type: CommaDelimitedList}}, One: {{Type: String}}}}
    Resources:
      Fn::ForEach::All: [Name, {collection}, {{"Net${{Name}}": {{Type: AWS::EC2::Subnet}}}}]
      A: {{Type: A::B::C, Properties: {{X: {{"Fn::ForEach::Y": [N, {collection}, {{"${{N}}": 1}}]}}}}}}
    """)
    assert [hole.anything for hole in found.holes] == [True]
    assert isinstance(found.resources["A"].get("X"), Unknown)


def test_loops_are_bounded() -> None:
    inner = "{'${A}${B}${C}${D}${E}': {Type: A::B::C}}"
    for name in "EDCBA":
        inner = f"{{'Fn::ForEach::{name}': [{name}, [{', '.join(map(str, range(40)))}], {inner}]}}"
    found = template(f"Resources: {inner}\n")
    assert any(hole.anything for hole in found.holes)


@pytest.mark.parametrize(("expression", "value"), [
    ("!Length [1, !Ref Q]", 2),
    ("!FindInMap [M, nope, v, {DefaultValue: !Join ['-', [a, b]]}]", "a-b"),
    ("!FindInMap [!Sub '${K}', !Select [0, [k]], !Join ['', [v]]]", 1),
    ("!FindInMap [M, k, v, {DefaultValue: 3}]", 1),
    ("{'Fn::ToJsonString': {a: [1, true, null, 'x']}}", '{"a":[1,true,null,"x"]}'),
])  # fmt: skip
def test_functions(expression: str, value: object) -> None:
    declarations = "Parameters: {Q: {Type: String}, K: {Type: String, Default: M}}\nMappings: {M: {k: {v: 1}}}"
    assert evaluate(expression, declarations) == value


@pytest.mark.parametrize(
    "expression", ["{'Fn::Length': !Ref L}", "!FindInMap [!Ref Q, k, v]", "!FindInMap [M, k, nope]"]
)
def test_what_is_not_known(expression: str) -> None:
    declarations = "Parameters: {Q: {Type: String}, L: {Type: CommaDelimitedList}}\nMappings: {M: {k: {v: 1}}}"
    assert isinstance(evaluate(expression, declarations), Unknown)
