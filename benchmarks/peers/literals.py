"""Data written in Python test files, read without running them.

cfn-lint's tests build their templates of literals, ``dict(name)`` and ``jsonpatch.apply_patch``; Checkov's list the
resources they expect in sets. Nothing else is understood, and nothing is executed.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.peers.cases import SuiteError


def constants(module: ast.Module) -> dict[str, Any]:
    """The literals that a module assigns to names, on any level; names as in ``self.x`` are left out."""
    found: dict[str, Any] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = value(node.value, found)
            except SuiteError:
                continue  # not data
    return found


def parametrized(module: ast.Module) -> Iterator[tuple[int, list[Any]]]:
    """The rows of every ``pytest.mark.parametrize``, each with its line."""
    names = constants(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "parametrize":
            rows = node.args[1]
            if not isinstance(rows, (ast.List, ast.Tuple)):
                raise SuiteError(f"line {node.lineno}: the cases are not a list")
            for row in rows.elts:
                if not isinstance(row, ast.Tuple):
                    raise SuiteError(f"line {row.lineno}: a case is not a tuple")
                yield row.lineno, [value(cell, names) for cell in row.elts]


def value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of an expression; raises :class:`SuiteError` for what is no data. Other calls are ``...``."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        return [value(item, names) for item in node.elts]
    if isinstance(node, ast.Set):
        return {value(item, names) for item in node.elts}
    if isinstance(node, ast.Dict) and all(node.keys):
        return {value(key, names): value(item, names) for key, item in zip(node.keys, node.values) if key is not None}
    if isinstance(node, ast.Name) and node.id in names:
        return copy.deepcopy(names[node.id])
    if isinstance(node, ast.Call):
        return _call(node, names)
    raise SuiteError(f"line {node.lineno}: not data")


def _call(node: ast.Call, names: Mapping[str, Any]) -> Any:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in ("dict", "deque") and len(node.args) == 1:
        return value(node.args[0], names)
    if called == "apply_patch" and len(node.args) == 2:
        document = value(node.args[0], names)
        for step in value(node.args[1], names):
            _patch(document, step)
        return document
    return ...


def _patch(document: Any, step: Mapping[str, Any]) -> None:
    """One operation of JSON Patch (RFC 6902): add, replace or remove."""
    *above, last = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
    for part in above:
        document = document[int(part)] if isinstance(document, list) else document[part]
    if isinstance(document, list) and step["op"] == "add":
        document.insert(len(document) if last == "-" else int(last), step["value"])
        return
    key: Any = int(last) if isinstance(document, list) else last
    if step["op"] == "remove":
        del document[key]
    elif step["op"] in ("add", "replace"):
        document[key] = step["value"]
    else:
        raise SuiteError(f"JSON Patch operation {step['op']}")
