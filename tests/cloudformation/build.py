"""Templates written in the tests."""

from __future__ import annotations

from textwrap import dedent

from ecsnet.cloudformation import load
from ecsnet.resources import Configuration
from ecsnet.values import Value

HEAD = "AWSTemplateFormatVersion: '2010-09-09'\n"


def template(text: str, **parameters: Value) -> Configuration:
    """The template, whose first line is left to :data:`HEAD`."""
    found = load("template.yaml", text=(HEAD + dedent(text)).encode(), parameters=parameters)
    assert found is not None
    return found


def evaluate(expression: str, declarations: str = "", **parameters: Value) -> Value:
    """The value of one expression, written as YAML in flow style."""
    found = template(f"{dedent(declarations)}\nResources:\n  It: {{Type: A::B::C, Properties: {{V: {expression}}}}}\n"
                     "  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n", **parameters)  # fmt: skip
    assert found.problems == ()
    return found.resources["It"].get("V")
