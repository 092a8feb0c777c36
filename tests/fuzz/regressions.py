"""Inputs that once failed, made small, by what was wrong."""

from __future__ import annotations

from tests.fuzz.inputs import Input

_PLAN = (
    b'{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"child_modules": '
    b'[{"address": "x", "resources": [{"address": "x.aws_vpc.a", "mode": "managed", "type": "aws_vpc", '
    b'"name": "a"}]}]}}}'
)

REGRESSIONS = {
    "a list that holds the one before it twice, at each of many depths": Input(
        "large",
        {
            "main.tf": b'locals { a0 = ["x"] }\n'
            + b"".join(b"locals { a%d = setproduct(local.a%d, local.a%d) }\n" % (i + 1, i, i) for i in range(20))
            + b'resource "aws_security_group" "g" { name = jsonencode(local.a20) }\n'
            b'resource "aws_subnet" "s" { for_each = toset([local.a20]) }\n'
        },
    ),
    "a number with an exponent that Python does not take": Input(
        "folder",
        {
            "main.tf": b"locals { a = 1e99999999999999999999 }\n",
            "j/j.tf.json": b'{"locals": {"a": 1e99999999999999999999, "b": "${jsondecode(\\"1e99999999999999999999\\")'
            b'}"}, "resource": {"aws_security_group": {"a": {"ingress": [{"cidr_blocks": ["${local.b}"]}]}}}}',
            "p/plan.json": _PLAN.replace(b'"a"', b'"a", "index": 1e99999999999999999999'),
            "t/template.json": b'{"Resources": {"A": {"Type": "AWS::EC2::SecurityGroup", "Properties": '
            b'{"SecurityGroupIngress": [{"IpProtocol": -1, "FromPort": 1e99999999999999999999}]}}}}',
        },
    ),
    "a patch with a line number of more digits than Python takes": Input(
        "diff", {"changes.patch": b"+++ b/a.tf\n@@ -1 +" + b"1" * 5_000 + b" @@\n+a\n"}
    ),
    "a plan in which an expression names nothing, or is of another type": Input(
        "plan",
        {
            "plan.json": b'{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": '
            b'{"resources": [{"address": "aws_subnet.a", "mode": "managed", "type": "aws_subnet", "name": "a", '
            b'"values": {}}]}}, '
            b'"resource_changes": [{"address": "aws_subnet.a", "mode": "managed", "type": "aws_subnet", "name": "a", '
            b'"change": {"actions": ["create"], "after": {}, "after_unknown": {"vpc_id": true, "cidr_block": true}}}], '
            b'"configuration": {"root_module": {"outputs": {"o": {"expression": {"references": ["", 1]}}, '
            b'"p": {"expression": {"references": true}}}, "resources": [{"address": "aws_subnet.a", "mode": "managed", '
            b'"type": "aws_subnet", "name": "a", "expressions": {"vpc_id": {"references": [""]}, '
            b'"cidr_block": {"references": 5}}}]}}}'
        },
    ),
    "a plan whose module has no address of a module": Input("plan", {"plan.json": _PLAN}),
}
