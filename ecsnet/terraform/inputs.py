"""Values of the root module's variables, in Terraform's precedence. The environment is not read.

https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ecsnet.resources import Problem
from ecsnet.terraform.ast import Variable
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.evaluate import evaluate
from ecsnet.terraform.folders import Folder, is_inside, join, read_bytes
from ecsnet.terraform.functions import FunctionContext
from ecsnet.terraform.parser import SyntaxProblem
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse, parse_expression
from ecsnet.values import Unknown, Value

_LITERAL_TYPES = frozenset({"string", "number", "bool"})


class Inputs:
    """Values given for variables, and what was wrong with their files."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.problems: list[Problem] = []
        self.files: list[str] = []


class _ConstantScope:
    """Of a variable file: literals only."""

    def __init__(self, functions: FunctionContext) -> None:
        self.functions = functions

    def variable(self, name: str) -> Value:
        raise EvaluationError(f"a value for a variable can't refer to anything, and this refers to {name}")


def read_inputs(
    folder: Folder, boundary: str, functions: FunctionContext, var_files: Sequence[str], variables: Mapping[str, str]
) -> Inputs:
    """``terraform.tfvars``, ``*.auto.tfvars``, then ``var_files`` and ``variables``: later ones win."""
    inputs = Inputs()
    scope = _ConstantScope(functions)
    for path in _automatic(folder.path):
        if is_inside(path, boundary):
            _read(inputs, path, scope)
    for path in var_files:
        _read(inputs, path, scope)
    for name, text in variables.items():
        if name in folder.variables:
            inputs.values[name] = _from_text(folder, name, text, scope, inputs)
    return inputs


def _automatic(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    first = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    rest = sorted(name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json")))
    return [join(folder, name) for name in (*first, *rest)]


def _read(inputs: Inputs, path: str, scope: _ConstantScope) -> None:
    inputs.files.append(path)
    try:
        data = read_bytes(path)
    except OSError as error:
        inputs.problems.append(Problem(path, 1, 1, f"cannot read the variable file: {error.strerror or error}"))
        return
    if path.endswith(".json"):
        _read_json(inputs, path, data)
        return
    source = Source(path, data)
    parsed = parse(source)
    inputs.problems.extend(parsed.problems)
    for block in parsed.body.blocks:
        line, column = source.position(block.start)
        inputs.problems.append(Problem(path, line, column, "a variable file holds values only, and this is a block"))
    for name in parsed.body.attributes:
        attribute = parsed.body.attributes[name]
        try:
            inputs.values[name] = evaluate(attribute.expression, scope)
        except EvaluationError as error:
            line, column = source.position(attribute.start)
            inputs.problems.append(Problem(path, line, column, str(error)))
            inputs.values[name] = Unknown(f"the value of variable {name} can't be read: {error}")


def _read_json(inputs: Inputs, path: str, data: bytes) -> None:
    try:
        document = json.loads(data, parse_float=Decimal)
    except json.JSONDecodeError as error:
        inputs.problems.append(Problem(path, error.lineno, error.colno, f"not JSON: {error.msg}"))
        return
    except (ValueError, RecursionError):
        inputs.problems.append(Problem(path, 1, 1, "not JSON that can be read"))
        return
    if not isinstance(document, dict):
        inputs.problems.append(Problem(path, 1, 1, "a JSON variable file holds one object"))
        return
    for name, value in document.items():
        inputs.values[name] = _frozen(value)


def _frozen(value: object) -> Value:
    if isinstance(value, dict):
        return {str(key): _frozen(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if value is None or isinstance(value, (bool, int, str, Decimal)):
        return value
    return Unknown("not a value of JSON")


def _from_text(folder: Folder, name: str, text: str, scope: _ConstantScope, inputs: Inputs) -> Value:
    """``--var NAME=TEXT``: the text itself for a variable of a simple type or none, else an expression."""
    found = folder.variables[name].attribute("type")
    if found is None or (isinstance(found[1].expression, Variable) and found[1].expression.name in _LITERAL_TYPES):
        return text
    source = Source(f"--var {name}", text.encode())
    try:
        return evaluate(parse_expression(source), scope)
    except (EvaluationError, SyntaxProblem) as error:
        where = folder.variables[name].header
        message = f"the value given for variable {name} can't be read: {error}"
        inputs.problems.append(Problem(where.file, where.start_line, where.start_column, message))
        return Unknown(message)
