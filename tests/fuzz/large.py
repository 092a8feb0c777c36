"""Little text that asks for much work, and much of one thing."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable

from tests.fuzz.inputs import Input, templates, terraform

_MANY = [3, 20, 60]


def _multiplied(chance: random.Random) -> Input:
    """A fixture whose resources are ``count`` times there, or are written again and again."""
    data = chance.choice(terraform()).decode("utf-8", "replace")
    number = chance.choice(_MANY)
    if chance.random() < 0.5:
        part = re.compile(r'(?m)^(resource "\w+" "\w+" \{)$')
        data = part.sub(
            lambda found: f"{found[1]}\n  count = {number if chance.random() < 0.6 else 1}",
            data,
            count=chance.randint(1, 4),
        )
        return Input("large", {"main.tf": data.encode()})
    blocks = re.split(r'(?m)^(?=resource ")', data)
    chosen = chance.randrange(len(blocks))
    named = re.match(r'resource "\w+" "(\w+)"', blocks[chosen])
    written = (
        [blocks[chosen].replace(f'"{named[1]}" {{', f'"{named[1]}_{i}" {{', 1) for i in range(number)] if named else []
    )
    return Input("large", {"main.tf": "".join(blocks + written).encode()})


def _references(chance: random.Random) -> Input:
    """Groups that admit one another, in chains, circles and all with all, and workloads in all of them."""
    number = chance.choice([3, 10, 30])
    rows = ['resource "aws_vpc" "v" { cidr_block = "10.0.0.0/8" }']
    each = chance.choice([1, 2, 10, number])
    for i in range(number):
        others = ", ".join(f"aws_security_group.g{chance.randrange(number)}.id" for _ in range(min(each, 60)))
        rows.append(
            f'resource "aws_security_group" "g{i}" {{\n  vpc_id = aws_vpc.v.id\n  ingress {{\n    from_port = {i}\n'
            f'    to_port = {i + each}\n    protocol = "tcp"\n    security_groups = [{others}]\n  }}\n}}'
        )
        rows.append(
            f'resource "aws_subnet" "s{i}" {{\n  vpc_id = aws_vpc.v.id\n  cidr_block = "10.{i}.0.0/16"\n}}\n'
            f'resource "aws_route_table_association" "a{i}" {{\n  subnet_id = aws_subnet.s{i}.id\n'
            f"  route_table_id = aws_route_table.r{i % each}.id\n}}"
        )
    for i in range(min(each, 30)):
        routes = "\n".join(
            f'  route {{\n    cidr_block = "{j % 256}.0.0.0/8"\n    nat_gateway_id = aws_nat_gateway.n{j}.id\n  }}'
            for j in range(each)
        )
        rows.append(f'resource "aws_route_table" "r{i}" {{\n  vpc_id = aws_vpc.v.id\n{routes}\n}}')
        rows.append(f'resource "aws_nat_gateway" "n{i}" {{\n  subnet_id = aws_subnet.s{i % number}.id\n}}')
    subnets = ", ".join(f"aws_subnet.s{i}.id" for i in range(number))
    groups = ", ".join(f"aws_security_group.g{i}.id" for i in range(number))
    rows.append(
        f'resource "aws_ecs_service" "e" {{\n  count = {chance.choice([1, 10, 50])}\n  launch_type = "FARGATE"\n'
        f"  network_configuration {{\n    subnets = [{subnets}]\n    security_groups = [{groups}]\n  }}\n}}"
    )
    return Input("large", {"main.tf": "\n".join(rows).encode()})


def _values(chance: random.Random) -> Input:
    """Locals that double with each step, loops in loops, long strings and ranges."""
    grown = chance.choice(_GROWN)
    first = chance.choice(_FIRST)
    steps = chance.choice([5, 20, 60])
    rows = [f"  a{i + 1} = {grown.replace('@', f'local.a{i}')}" for i in range(steps)]
    used = [chance.choice(_USED).replace("@", f"local.a{steps}") for _ in range(2)]
    return Input("large", {"main.tf": _GROWING.format("\n".join([f"  a0 = {first}", *rows]), *used).encode()})


_GROWN = [
    "[@, @]", "concat(@, @)", '"${@}${@}"', "{ x = @, y = @ }", "setproduct(@, @)", "flatten([@, [@]])",
    "[for x in @ : @]",
    "merge({ k = @ }, { l = @ })", "jsonencode([@, @])", "join(@, [@, @])", "toset([@, 1])", "try(@, @) == @ ? @ : @",
    'replace(@, "", @)', 'format("%s%s", @, @)', "base64encode(jsonencode(@))", "[for x in @ : [x, x]][*]",
    "zipmap(@, @)",
    "sort(concat(@, @))", "pow(@, 9)", "@ * @", "distinct(concat(@, @))", 'regexall(".*", @)', "yamlencode([@, @])",
]  # fmt: skip
_FIRST = ['"x"', '["x"]', "[]", "range(1024)", '["a", "b"]', "3", "{ a = 1 }", "var.u", '"${var.u}a"', "aws_vpc.v.id"]
_USED = ["[@]", "@", "flatten([@])", "toset(@)", 'split("", @)', "length(@)"]
_GROWING = """\
locals {{
{}
}}
variable "u" {{}}
resource "aws_vpc" "v" {{
  cidr_block = "10.0.0.0/8"
}}
resource "aws_security_group" "g" {{
  for_each = {}
  ingress {{
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = {}
  }}
}}
"""


def _calls(chance: random.Random) -> Input:
    """Modules that call the next one several times."""
    depth, times = chance.choice([(3, 10), (10, 2), (20, 2), (40, 1), (2, 100)])
    count = chance.choice(["", "  count = 3\n", '  for_each = toset(["a", "b"])\n'])
    files: dict[str, bytes] = {}
    for i in range(depth):
        calls = "".join(
            f'module "m{j}" {{\n  source = "{"./" if not i else "../"}d{i + 1}"\n{count}}}\n' for j in range(times)
        )
        files["main.tf" if not i else f"d{i}/main.tf"] = calls.encode()
    files[f"d{depth}/main.tf"] = chance.choice(terraform())[:4000]
    return Input("large", files)


def _aliases(chance: random.Random) -> Input:
    """YAML in which each anchor holds the one before it many times."""
    width, depth = chance.choice([2, 9, 50]), chance.choice([5, 20, 90])
    rows = ["Metadata:", "  a0: &a0 [x]"]
    rows += [f"  a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * width)}]" for i in range(depth)]
    rows += [
        "Resources:",
        "  G:",
        "    Type: AWS::EC2::SecurityGroup",
        f"    Properties: {{SecurityGroupIngress: *a{depth}}}",
    ]
    return Input("large", {"template.yaml": "\n".join(rows).encode()})


def _template(chance: random.Random) -> Input:
    """Many resources, conditions and parameters of a template."""
    number = chance.choice([10, 40])
    conditions = {
        f"C{i}": {chance.choice(["Fn::And", "Fn::Or"]): [{"Condition": f"C{i - 1}"}] * 2}
        if i and chance.random() < 0.7
        else {"Fn::Equals": [{"Ref": f"P{i % 12}"}, "a"]}
        for i in range(number)
    }
    opening = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    resources = {
        f"G{i}": {
            "Type": "AWS::EC2::SecurityGroup",
            **({"Condition": f"C{i}"} if chance.random() < 0.6 else {}),
            "Properties": {
                "SecurityGroupIngress": [
                    {**opening, "CidrIp": {"Fn::If": [f"C{chance.randrange(number)}", "0.0.0.0/0", "10.0.0.0/8"]}},
                    {**opening, "SourceSecurityGroupId": {"Ref": f"G{chance.randrange(number)}"}},
                ]
            },
        }
        for i in range(number)
    }
    loop = {"Fn::ForEach::L": ["I", [f"x{i}" for i in range(number)], {"R${I}": resources["G0"]}]}
    parameters = {f"P{i}": {"Type": "String", **({"Default": "a"} if i % 2 else {})} for i in range(12)}
    document = {
        "Transform": "AWS::LanguageExtensions", "Parameters": parameters, "Conditions": conditions,
        "Resources": {**resources, **(loop if chance.random() < 0.5 else {})},
    }  # fmt: skip
    return Input("large", {"template.json": json.dumps(document).encode()})


def _again(chance: random.Random) -> Input:
    """A template whose resources are there many times under other names."""
    source = chance.choice([data for data in templates() if data.lstrip().startswith(b"{")])
    document = json.loads(source)
    number = chance.choice(_MANY)
    for name, made in list(document["Resources"].items())[: chance.randint(1, 3)]:
        document["Resources"].update({f"{name}{i}": made for i in range(number)})
    return Input("large", {"template.json": json.dumps(document).encode()})


_MAKERS: list[Callable[[random.Random], Input]] = [
    _multiplied, _multiplied, _references, _values, _values, _calls, _aliases, _template, _again
]  # fmt: skip


def large(chance: random.Random) -> Input:
    return chance.choice(_MAKERS)(chance)
