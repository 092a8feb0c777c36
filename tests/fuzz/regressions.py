"""Inputs that once failed, made small, by what was wrong."""

from __future__ import annotations

from tests.fuzz.inputs import Input

_PLAN = (
    b'{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"child_modules": '
    b'[{"address": "x", "resources": [{"address": "x.aws_vpc.a", "mode": "managed", "type": "aws_vpc", '
    b'"name": "a"}]}]}}}'
)

REGRESSIONS = {
    "a plan whose module has no address of a module": Input("plan", {"plan.json": _PLAN}),
}
