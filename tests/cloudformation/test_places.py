"""Where things stand, held against cfn-lint's own reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecsnet.cloudformation import load
from ecsnet.resources import Path as ValuePath
from ecsnet.values import Several, Value
from tests.cloudformation.build import HEAD, template

YAML = (
    HEAD
    + """
Parameters: {Environment: {Type: String}}
Conditions:
  Prod: !Equals [!Ref Environment, prod]
  Never: !Equals [a, b]
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, Tags: [{Key: Name, Value: é}]}}
  "Group":
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: >-
        folded
        text

      # a comment
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - !If [Never, {CidrIp: 10.0.0.0/8}, !Ref AWS::NoValue]
        - Fn::If:
            - Prod
            - CidrIp: 0.0.0.0/0   # world
              FromPort: 22
            - !Ref "AWS::NoValue"

        - !If
          - Never
          - !Ref AWS::NoValue
          - {CidrIp: !If [Never, a, !GetAtt Vpc.CidrBlock], ToPort: 80}
        - CidrIp: !Join
            - ""
            - [a, b]
      SecurityGroupEgress: &none []
      Tags: *none
  Last:
    Type: AWS::EC2::Instance
    Properties:
      UserData:
        Fn::Base64: !Sub |
          echo ECS_CLUSTER=${Vpc}

"""
)
JSON = """{
\t"Resources": {
    "Group": {"Type": "AWS::EC2::SecurityGroup",
      "Properties": {"GroupDescription": "\\u00e9 \\"x\\"", "SecurityGroupIngress": [
        {"Fn::If": ["No", {"CidrIp": "10.0.0.0/8"}, {"Ref": "AWS::NoValue"}]},
        {"Fn::If": ["No", {"Ref": "AWS::NoValue"}, {"CidrIp": "10.0.0.0/8", "FromPort": 80}]}
      ]}}
  },
  "Conditions": {"No": {"Fn::Equals": ["a", "b"]}}
}
"""


def paths(value: Value, path: ValuePath) -> Iterator[ValuePath]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from paths(item.element if isinstance(item, Several) else item, (*path, index))


@pytest.mark.parametrize(("name", "text"), [("x.yaml", YAML), ("x.json", JSON)])
def test_places_are_those_of_cfn_lint(tmp_path: Path, name: str, text: str) -> None:
    decode = pytest.importorskip("cfnlint.decode")
    lint = pytest.importorskip("cfnlint.template")
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    document, matches = decode.decode(str(file))
    assert matches == []
    reading = lint.Template(str(file), document)
    found = load(str(file))
    assert found is not None
    assert found.problems == ()
    compared = 0
    for resource in found.resources.values():
        spans = [resource.header]
        for key in resource.attributes:
            spans += [resource.locate(*path) for path in paths(resource.attributes[key], (key,))]
        for span in spans:
            line, column, *_ = reading.get_location_yaml(document, list(span.path))
            assert (span.start_line, span.start_column) == (line + 1, column + 1), span
            compared += 1
    assert compared > (20 if name == "x.yaml" else 4)


def test_where_a_piece_ends() -> None:
    found = load("x.yaml", text=YAML.encode())
    assert found is not None
    lines = YAML.splitlines()

    def last(*path: str | int, of: str = "Group") -> str:
        span = found.resources[of].locate(*path)
        return lines[span.end_line - 1][: span.end_column - 1].strip()

    assert last("GroupDescription") == "text"
    assert last("SecurityGroupIngress", 0) == '- !Ref "AWS::NoValue"'
    assert last("SecurityGroupIngress", 0, "CidrIp") == "- CidrIp: 0.0.0.0/0"
    assert last("SecurityGroupIngress", 2) == "- [a, b]"
    assert last("Tags") == "Tags: *none"
    assert last("UserData", of="Last") == "echo ECS_CLUSTER=${Vpc}"
    assert found.resources["Group"].span.end_line == YAML[: YAML.index("  Last:")].count("\n")


def test_elements_that_are_not_there_are_counted() -> None:
    found = load("x.yaml", text=YAML.encode())
    assert found is not None
    group = found.resources["Group"]
    base = ("Resources", "Group", "Properties", "SecurityGroupIngress")
    assert group.locate("SecurityGroupIngress", 0, "CidrIp").path == (*base, 1, "Fn::If", 1, "CidrIp")
    assert group.locate("SecurityGroupIngress", 1, "ToPort").path == (*base, 2, "Fn::If", 2, "ToPort")
    assert group.locate("SecurityGroupIngress", 2, "CidrIp").path == (*base, 3, "CidrIp")
    assert group.locate("SecurityGroupIngress", 2, "CidrIpv6").path == (*base, 3)
    assert group.locate("SecurityGroupIngress", 9).path == base
    assert group.locate("Nothing") == group.header


def test_a_place_in_either_branch() -> None:
    resource = template("""
Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, x]}
Resources: {A: {Type: A::B::C, Properties: {V: !If [C, {a: 1}, {b: 2}]}}}
""").resources["A"]
    base = ("Resources", "A", "Properties", "V")
    assert resource.locate("V", "a").path == (*base, "Fn::If", 1, "a")
    assert resource.locate("V", "b").path == (*base, "Fn::If", 2, "b")
    assert resource.locate("V", "c").path == base
