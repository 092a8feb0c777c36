"""Values of the root module's variables, in Terraform's precedence, and its workspace.

https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
"""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet import disk
from ecsnet.inputs import Assignment, Datum, Given, VarFile
from ecsnet.records import names
from ecsnet.resources import Problem
from ecsnet.terraform.ast import Attribute, Call, Expression, Node, Variable
from ecsnet.terraform.convert import to_type
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.evaluate import evaluate
from ecsnet.terraform.folders import Declaration, Folder, is_inside, join, read_bytes
from ecsnet.terraform.functions import FunctionContext
from ecsnet.terraform.json_text import Array, Json, Object, Scalar, read
from ecsnet.terraform.parser import SyntaxProblem
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse, parse_expression, unreadable
from ecsnet.terraform.types import type_of
from ecsnet.values import Span, Unknown, Value

_LITERAL_TYPES = frozenset({"string", "number", "bool"})
_DEFAULT_WORKSPACE = "default"


class Inputs:
    """Values given for variables, where each comes from, and what was wrong with them."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.origins: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.files: list[str] = []
        self._spans: dict[str, Span] = {}

    def set(self, name: str, value: Value, origin: str | Span) -> None:
        """``origin``: a place in a file of values, or the flag or variable of the environment that sets it."""
        self.values[name] = value
        self._spans.pop(name, None)
        if isinstance(origin, Span):
            self._spans[name] = origin
            self.origins[name] = f"{origin.file}:{origin.start_line}"
        else:
            self.origins[name] = origin

    def problem(self, where: Span, message: str) -> None:
        self.problems.append(Problem(where.file, where.start_line, where.start_column, message))

    def check(self, folder: Folder) -> None:
        """A value that does not fit the type of its variable is an error at the value."""
        for name, value in self.values.items():
            declaration = folder.variables.get(name)
            typed = declaration.attribute("type") if declaration else None
            if declaration is None or typed is None:
                continue
            try:
                to_type(value, type_of(typed[1].expression), constant=True)
            except EvaluationError as error:
                message = f"the value for variable {name} does not fit its type: {error}"
                by = "" if name in self._spans else f" (set by {self.origins[name]})"
                self.problem(self._spans.get(name, declaration.header), message + by)
                self.values[name] = Unknown(message)


class _ConstantScope:
    """Of a value for a variable: it refers to nothing and, as :func:`constant` sees to, calls nothing."""

    def __init__(self) -> None:
        self.functions = FunctionContext("", "", lambda template, variables: Unknown("no template is rendered here"))

    def variable(self, name: str) -> Value:
        raise EvaluationError(f"a value for a variable can't refer to anything, and this refers to {name}")


def constant(expression: Expression) -> Value:
    """Raises ``EvaluationError`` also for what only Terraform's own files may hold."""
    if any(isinstance(node, Call) for node in _nodes(expression)):
        raise EvaluationError("a value for a variable can't call functions")
    return evaluate(expression, _ConstantScope())


def _nodes(node: object) -> Iterator[object]:
    """A tree of syntax, its own nodes and tuples alike."""
    yield node
    if isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)
    elif isinstance(node, Node):
        for name in names(node):
            yield from _nodes(getattr(node, name))


def read_inputs(folder: Folder, boundary: str, given: Given) -> Inputs:
    """The environment, ``terraform.tfvars``, ``*.auto.tfvars``, then what is given by name: later ones win."""
    inputs = Inputs()
    for name, text in given.environment.items():
        if name in folder.variables:
            _read_text(inputs, folder.variables[name], Assignment(name, text, f"TF_VAR_{name}"))
    for path in _automatic(folder.path):
        if is_inside(path, boundary):
            _read_file(inputs, path, folder)
        else:
            _unread(inputs, path, folder, f"the link {disk.OUTSIDE}")
    for item in given.inputs:
        if isinstance(item, VarFile):
            _read_file(inputs, item.path, folder)
        elif item.name in folder.variables:
            if isinstance(item, Datum):
                inputs.set(item.name, item.value, item.origin)
            else:
                _read_text(inputs, folder.variables[item.name], item)
    inputs.check(folder)
    return inputs


def workspace_of(root: str, boundary: str, given: Given) -> tuple[str | Unknown, str]:
    """``terraform.workspace`` and what says so: given, or selected with ``terraform workspace``, or the default."""
    if given.workspace is not None:
        return given.workspace, given.workspace_origin
    path = join(root, ".terraform/environment")
    if not is_inside(path, boundary):
        return Unknown(f"{path} {disk.OUTSIDE}"), path
    try:
        selected = read_bytes(path)[:1000].decode("utf-8", "replace").strip()
    except OSError:
        selected = ""
    if selected:
        return selected, path
    return _DEFAULT_WORKSPACE, "default"


def _automatic(folder: str) -> list[str]:
    try:
        names = disk.names(folder)
    except OSError:
        return []
    first = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    rest = sorted(name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json")))
    return [join(folder, name) for name in (*first, *rest)]


def _unread(inputs: Inputs, path: str, folder: Folder, why: str) -> None:
    """It may have given any of the variables another value."""
    inputs.problems.append(Problem(path, 1, 1, f"cannot read the variable file: {why}"))
    for name in folder.variables:
        inputs.set(name, Unknown(f"the variable file {path} cannot be read"), path)


def _read_file(inputs: Inputs, path: str, folder: Folder) -> None:
    inputs.files.append(path)
    try:
        source = Source(path, read_bytes(path))
    except OSError as error:
        _unread(inputs, path, folder, error.strerror or str(error))
        return
    if path.endswith(".json"):
        _read_json(inputs, source)
        return
    parsed = parse(source)
    inputs.problems.extend(parsed.problems)
    for block in parsed.body.blocks:
        where = source.span(block.start, block.header_end)
        inputs.problem(where, "a variable file holds values only, and this is a block")
    for attribute in parsed.body.attributes.values():
        inputs.set(attribute.name, _constant(inputs, source, attribute), source.span(attribute.start, attribute.end))


def _constant(inputs: Inputs, source: Source, attribute: Attribute) -> Value:
    try:
        return constant(attribute.expression)
    except EvaluationError as error:
        inputs.problem(source.span(attribute.start, attribute.end), str(error))
        return Unknown(f"the value of variable {attribute.name} can't be read: {error}")


def _read_json(inputs: Inputs, source: Source) -> None:
    """Its strings are no templates."""
    fault = unreadable(source)
    if fault:
        inputs.problems.append(fault)
        return
    try:
        document = read(source)
    except SyntaxProblem as error:
        inputs.problem(source.span(error.offset, error.offset), f"not JSON: {error.message}")
        return
    if not isinstance(document, Object):
        inputs.problem(source.span(document.start, document.start), "a JSON variable file holds one object")
        return
    lines: dict[str, int] = {}
    for key, value in document.items:
        name = str(key.value)
        where = source.span(key.start, value.end)
        if name in lines:
            inputs.problem(where, f"argument {name!r} is already set on line {lines[name]}")
        elif name != "//":
            lines[name] = where.start_line
            inputs.set(name, _data(value), where)


def _data(value: Json) -> Value:
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, Array):
        return tuple(map(_data, value.items))
    return {str(key.value): _data(item) for key, item in value.items}


def _read_text(inputs: Inputs, declaration: Declaration, given: Assignment) -> None:
    """The text itself for a variable of a simple type or none, else an expression."""
    found = declaration.attribute("type")
    if found is None or (isinstance(found[1].expression, Variable) and found[1].expression.name in _LITERAL_TYPES):
        inputs.set(given.name, given.text, given.origin)
        return
    try:
        source = Source(given.origin, given.text.encode("utf-8", "replace"))
        inputs.set(given.name, constant(parse_expression(source)), given.origin)
    except (EvaluationError, SyntaxProblem) as error:
        message = f"the value for variable {given.name} (set by {given.origin}) can't be read: {error}"
        inputs.problem(declaration.header, message)
        inputs.set(given.name, Unknown(message), given.origin)
