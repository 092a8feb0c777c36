from __future__ import annotations

from decimal import Decimal

import pytest

from ecsnet.values import Encoded, Reference, Several, Text, Unknown, Value, references
from tests.cloudformation.build import evaluate, template

REGION = Unknown("AWS::Region is known only at deployment", symbol="AWS::Region")
VPC = Reference("Vpc", "Ref")
PARAMETERS = """
Parameters:
  Given: {Type: String, Default: word}
  Count: {Type: Number, Default: "3"}
  Ports: {Type: List<Number>, Default: "80, 443"}
  Names: {Type: CommaDelimitedList, Default: " a ,b"}
  External: {Type: AWS::EC2::VPC::Id}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Zones: {Type: 'List<AWS::EC2::AvailabilityZone::Name>'}
  Environment: {Type: String, AllowedValues: [dev, prod]}
  Ami: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /aws/service/ecs/optimized-ami/x}
Conditions:
  Yes: !Equals ["true", true]
  No: !Not [!Condition Yes]
  Prod: !Equals [!Ref Environment, prod]
  Dev: !Not [!Condition Prod]
  Test: !Equals [!Ref Environment, test]
  Both: !And [!Condition Prod, !Condition Yes]
  Either: !Or [!Condition Prod, !Condition Yes]
Mappings:
  Regions: {us-east-1: {Cidr: 10.0.0.0/16, Same: x}, eu-west-1: {Cidr: 10.1.0.0/16, Same: x}}
"""


@pytest.mark.parametrize(("expression", "expected"), [
    ("!Ref Given", "word"),
    ("!Ref Count", 3),
    ("!Ref Ports", (80, 443)),
    ("!Ref Names", ("a", "b")),
    ("!Ref Vpc", VPC),
    ("!GetAtt Vpc.Arn", Reference("Vpc", "Arn")),
    ("!GetAtt [Vpc, CidrBlock]", "10.0.0.0/16"),
    ("{'Fn::GetAtt': Vpc.CidrBlock}", "10.0.0.0/16"),
    ("!Ref AWS::NoValue", None),
    ("[a, !Ref AWS::NoValue, b]", ("a", "b")),
    ("!Ref AWS::Region", REGION),
    ("!Sub '${Given}-${Count}'", "word-3"),
    ("!Sub ['${x}/${!Literal}/${Vpc.CidrBlock}', {x: !Ref Given}]", "word/${Literal}/10.0.0.0/16"),
    ("!Sub '${AWS::Region}a'", Text((REGION, "a"))),
    ("!Sub '${Vpc}'", VPC),
    ("!Join ['-', [a, 1, true]]", "a-1-true"),
    ("!Join ['', [a, !Ref Vpc]]", Text(("a", VPC))),
    ("!Split [',', 'a,b']", ("a", "b")),
    ("!Split [',', !Join [',', [x, !Ref Vpc]]]", ("x", VPC)),
    ("!Select [1, [a, b]]", "b"),
    ("!Select ['0', !Ref Names]", "a"),
    ("!Cidr [10.0.0.0/16, 2, 8]", ("10.0.0.0/24", "10.0.1.0/24")),
    ("!Select [3, !Cidr [!GetAtt Vpc.CidrBlock, 4, 12]]", "10.0.48.0/20"),
    ("!Cidr ['2001:db8::/56', 1, 64]", ("2001:db8::/64",)),
    ("!FindInMap [Regions, us-east-1, Cidr]", "10.0.0.0/16"),
    ("!FindInMap [Regions, !Ref AWS::Region, Same]", "x"),
    ("!FindInMap [Regions, mars, Same, {DefaultValue: none}]", "none"),
    ("!If [Yes, 1, 2]", 1),
    ("!If [No, 1, 2]", 2),
    ("!If [Either, 1, 2]", 1),
    ("!If [Test, 1, 2]", 2),
    ("!If [Prod, same, same]", "same"),
    ("!If [Prod, !If [Dev, 1, 2], 2]", 2),
    ("!If [Both, !If [Prod, 1, 2], 1]", 1),
    ("!If [Prod, !Ref AWS::NoValue, !Ref AWS::NoValue]", None),
    ("!Base64 x", Encoded("base64", "x")),
    ("!ToJsonString {a: 1}", '{"a":1}'),
    ("!ToJsonString {a: !Ref Vpc}", Encoded("json", {"a": VPC})),
    ("!Length [a, b]", 2),
    ("0644", "0644"),
    ("2020-01-01", "2020-01-01"),
    ("22:22", "22:22"),
    ("0x1F", 31),
    ("1.5", Decimal("1.5")),
    ("yes", True),
    ("'yes'", "yes"),
    ("12e4567", "12e4567"),
])  # fmt: skip
def test_known(expression: str, expected: Value) -> None:
    value = evaluate(expression, PARAMETERS)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(("expression", "symbol", "candidates"), [
    ("!Ref External", "External", None),
    ("!Ref Environment", "Environment", ("dev", "prod")),
    ("!Select [1, !Ref Subnets]", "Subnets[1]", None),
    ("!Select [5, !GetAZs '']", "Fn::GetAZs(AWS::Region)[5]", None),
    ("!Select [0, !GetAZs us-east-1]", "Fn::GetAZs(us-east-1)[0]", None),
    ("!Select [1, !Ref Zones]", "Zones[1]", None),
    ("!Ref Ami", "ssm:/aws/service/ecs/optimized-ami/x", None),
    ("'{{resolve:ssm:/a/b:3}}'", "ssm:/a/b:3", None),
    ("!ImportValue net", "import:net", None),
    ("!ImportValue {'Fn::Sub': '${External}-vpc'}", "import:${External}-vpc", None),
    ("!Select [1, !Split [',', !ImportValue nets]]", "Fn::Split(',', import:nets)[1]", None),
    ("!Select [0, !GetAtt Vpc.Ipv6CidrBlocks]", "Vpc.Ipv6CidrBlocks[0]", None),
    ("!Select [1, !Cidr [!Ref External, 2, 8]]", "Fn::Cidr(External, 2, 8)[1]", None),
    ("!FindInMap [Regions, !Ref AWS::Region, Cidr]", "Fn::FindInMap(Regions, AWS::Region, Cidr)",
     ("10.0.0.0/16", "10.1.0.0/16")),
    ("!If [Prod, 1, 2]", "Fn::If(Prod, 1, 2)", (1, 2)),
    ("!If [Prod, x, !Ref AWS::NoValue]", "Fn::If(Prod, x, AWS::NoValue)", ("x", None)),
])  # fmt: skip
def test_unknown(expression: str, symbol: str, candidates: tuple[Value, ...] | None) -> None:
    value = evaluate(expression, PARAMETERS)
    assert isinstance(value, Unknown), value
    assert (value.symbol, value.candidates) == (symbol, candidates)


def test_zones_differ_by_index_and_are_as_many_as_configured() -> None:
    zones = evaluate("!GetAZs ''")
    assert isinstance(zones, tuple)
    assert len(zones) == 3
    assert len({zone.series for zone in zones if isinstance(zone, Unknown)}) == 1


def test_an_element_under_an_unknown_condition_may_be_there() -> None:
    value = evaluate("[a, !If [Prod, b, !Ref AWS::NoValue]]", PARAMETERS)
    assert value == ("a", Several("b", "Prod"))


def test_given_parameters_take_the_place_of_defaults() -> None:
    assert evaluate("!If [Prod, 1, 2]", PARAMETERS, Environment="prod") == 1
    assert evaluate("!Ref Names", PARAMETERS, Names="x,y") == ("x", "y")


def test_split_keeps_what_may_hold_the_delimiter_open() -> None:
    value = evaluate("!Split [',', !Join [',', [!ImportValue list, !Ref Vpc]]]")
    assert isinstance(value, tuple)
    assert isinstance(value[0], Several)
    assert value[1] == VPC


def test_a_conditional_resource() -> None:
    found = template(
        PARAMETERS
        + """
Resources:
  Always: {Type: A::B::C, Condition: Yes}
  Never: {Type: A::B::C, Condition: No}
  Maybe: {Type: A::B::C, Condition: Prod, Properties: {V: !If [Prod, 1, 2], W: !If [Dev, 1, !GetAtt Never.X]}}
"""
    )
    assert {name: item.exists.value for name, item in found.resources.items()} == {
        "Always": "true", "Maybe": "unknown"}  # fmt: skip
    maybe = found.resources["Maybe"]
    assert maybe.guard == "Prod"
    assert maybe.get("V") == 1
    gone = maybe.get("W")
    assert isinstance(gone, Unknown)
    assert "not created" in gone.reason


def test_loops_are_written_out() -> None:
    found = template("""
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Subnets:
    - Letter
    - [A, B]
    - Subnet${Letter}:
        Type: AWS::EC2::Subnet
        Properties:
          Name: !Sub "${Letter}-x"
          RouteTableId: !GetAtt ["Table${Letter}", Arn]
  TableA: {Type: AWS::EC2::RouteTable}
  TableB: {Type: AWS::EC2::RouteTable, Properties: {X: !Ref SubnetA}}
""")
    assert found.problems == ()
    assert list(found.resources) == ["SubnetA", "SubnetB", "TableA", "TableB"]
    subnet = found.resources["SubnetB"]
    assert subnet.get("Name") == "B-x"
    assert subnet.get("RouteTableId") == Reference("TableB", "Arn")
    assert subnet.locate("Name").path == (
        "Resources", "Fn::ForEach::Subnets", 2, "Subnet${Letter}", "Properties", "Name")  # fmt: skip


def test_what_may_make_resources_is_a_hole() -> None:
    found = template("""
Transform: [AWS::Serverless-2016-10-31, Mine]
Parameters: {List: {Type: CommaDelimitedList}}
Resources:
  Fn::ForEach::Subnets: [Letter, !Ref List, {"S${Letter}": {Type: A::B::C}}]
  Custom: {Type: Custom::Thing, Properties: {Table: !Ref Table}}
  Module: {Type: Mine::Net::Vpc::MODULE, Properties: {}}
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://x/y, Parameters: {P: !Ref Table}}}
  Table: {Type: A::B::C, Properties: {A: !GetAtt Custom.X, B: !GetAtt Nested.Outputs.Y, Fn::Transform: {Name: M}}}
""")
    holes = {hole.address: hole for hole in found.holes if not hole.anything}
    assert len([hole for hole in found.holes if hole.anything]) == 2
    table = Reference("Table", "Ref")
    assert {name: hole.inputs for name, hole in holes.items()} == {
        "Custom": (table,), "Module": (), "Nested": (table,), "Table": (table,)}  # fmt: skip
    resource = found.resources["Table"]
    assert list(found.resources) == ["Table"]
    assert isinstance(resource.get("Anything"), Unknown)
    [untyped] = template("Resources: {A: {Type: !Tool::Module x, Properties: {T: !Ref B}}, B: {Type: A::B::C}}").holes
    assert untyped.address == "A"
    assert list(references(untyped.inputs)) == [Reference("B", "Ref")]
    symbols = [getattr(resource.get(name), "symbol", None) for name in ("A", "B")]
    assert symbols == ["Custom.X", "Nested.Outputs.Y"]
