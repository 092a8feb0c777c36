"""Terraform itself as the oracle: many expressions through one ``terraform console``."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.evaluate import NestedScope, Scope, evaluate
from ecsnet.terraform.functions import FunctionContext
from ecsnet.terraform.parser import SyntaxProblem
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse_expression
from ecsnet.values import Value

TERRAFORM = shutil.which("terraform")
ERROR = "ERROR"
UNKNOWN = "UNKNOWN"
"""What Terraform itself does not tell before it applies."""


class EmptyScope:
    """No names at all."""

    functions: FunctionContext

    def __init__(self, functions: FunctionContext) -> None:
        self.functions = functions

    def variable(self, name: str) -> Value:
        raise EvaluationError(f"{name} is not declared")


def ours(expression: str, scope: Scope, names: Mapping[str, Value] | None = None) -> Any:
    """The value of an expression as JSON data; ``ERROR`` where it has none."""
    try:
        return plain(evaluate(parse_expression(Source("e", expression.encode())), NestedScope(scope, names or {})))
    except (EvaluationError, SyntaxProblem):
        return ERROR


def plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return round(float(value), 9)
    return value if value is None or isinstance(value, (bool, int, str)) else repr(value)


def theirs(expressions: Sequence[str], folder: Path) -> list[Any]:
    """What Terraform makes of each, in an empty folder or one with files to read; ``ERROR`` where it rejects one.

    Each expression is a template file of its own, so that one which isn't even syntax ends nothing but itself.
    """
    for number, expression in enumerate(expressions):
        (folder / f"{number}.tftpl").write_bytes(f"${{jsonencode([{expression}])}}".encode())
    rendered = f'[for i in range({len(expressions)}) : try(templatefile("${{i}}.tftpl", {{}}), "{ERROR}")]'
    line = f"base64encode(jsonencode({rendered}))\n"
    done = subprocess.run(
        [str(TERRAFORM), "console"], input=line, capture_output=True, text=True, cwd=folder, timeout=120, check=False
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    if done.stdout.startswith("(known after apply)"):
        half = len(expressions) // 2
        return [UNKNOWN] if not half else [*theirs(expressions[:half], folder), *theirs(expressions[half:], folder)]
    results = json.loads(b64decode(done.stdout.strip().strip('"')))
    return [ERROR if result == ERROR else rounded(json.loads(result)[0]) for result in results]


def rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, float):
        return round(value, 9)
    return value
