"""Type constraints of variables.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

from typing import Literal as Choice
from typing import Union

from ecsnet.records import dataclass
from ecsnet.terraform import ast
from ecsnet.terraform.errors import EvaluationError
from ecsnet.values import Value


@dataclass(frozen=True, slots=True)
class Any:
    """Whatever it is; in a collection, one type for all elements."""


@dataclass(frozen=True, slots=True)
class Primitive:
    name: Choice["string", "number", "bool"]


@dataclass(frozen=True, slots=True)
class Collection:
    kind: Choice["list", "set", "map"]
    element: Type


@dataclass(frozen=True, slots=True)
class Tuple:
    elements: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    type: Type
    optional: bool = False
    default: Value = None


@dataclass(frozen=True, slots=True)
class Object:
    attributes: tuple[Attribute, ...]


Type = Union[Any, Primitive, Collection, Tuple, Object]

ANY = Any()
STRING = Primitive("string")
NUMBER = Primitive("number")
BOOL = Primitive("bool")
_NAMES: dict[str, Type] = {
    "any": ANY,
    "string": STRING,
    "number": NUMBER,
    "bool": BOOL,
    "list": Collection("list", ANY),
    "map": Collection("map", ANY),
}
_MAX_DEPTH = 100


def type_of(expression: ast.Expression) -> Type:
    """The type that the ``type`` argument of a variable spells; the quoted names of Terraform 0.11 too."""
    return _type(expression, 0)


def _type(expression: ast.Expression, depth: int) -> Type:
    if depth > _MAX_DEPTH:
        raise EvaluationError("Type constraint nested too deeply.")
    if isinstance(expression, ast.Variable) and expression.name in _NAMES:
        return _NAMES[expression.name]
    if isinstance(expression, (ast.Literal, ast.Template)):
        name = _constant(expression)
        if name in ("string", "list", "map"):
            return _NAMES[str(name)]
    if isinstance(expression, ast.Call):
        if len(expression.args) == 1:
            argument = expression.args[0]
            if expression.name in ("list", "set", "map"):
                kind: Choice["list", "set", "map"] = "list"
                if expression.name != "list":
                    kind = "set" if expression.name == "set" else "map"
                return Collection(kind, _type(argument, depth + 1))
            if expression.name == "tuple" and isinstance(argument, ast.TupleCons):
                return Tuple(tuple(_type(item, depth + 1) for item in argument.items))
            if expression.name == "object" and isinstance(argument, ast.ObjectCons):
                return Object(tuple(_attribute(key, item, depth + 1) for key, item in argument.items))
        if expression.name == "optional":
            raise EvaluationError("Optional attribute modifier is only for attributes of object types.")
    raise EvaluationError("Invalid type specification.")


def _attribute(key: ast.Expression, expression: ast.Expression, depth: int) -> Attribute:
    name = _constant(key)
    if not isinstance(name, str):
        raise EvaluationError("Object constructor map keys must be attribute names.")
    if isinstance(expression, ast.Call) and expression.name == "optional":
        if len(expression.args) not in (1, 2):
            raise EvaluationError("Optional attribute modifier requires one or two arguments.")
        type_ = _type(expression.args[0], depth)
        default = _default(expression.args[1], type_) if len(expression.args) == 2 else None
        return Attribute(name, type_, optional=True, default=default)
    return Attribute(name, _type(expression, depth))


def _default(expression: ast.Expression, type_: Type) -> Value:
    """The default of an optional attribute, as ``type_``: any expression that refers to nothing and calls nothing."""
    # Evaluation and conversion themselves need types.
    from ecsnet.terraform.convert import to_type
    from ecsnet.terraform.inputs import constant

    value = expression.value if isinstance(expression, ast.Literal) else constant(expression)
    try:
        return to_type(value, type_, constant=True)
    except EvaluationError as error:
        raise EvaluationError(f"a default of an optional attribute does not fit: {error}") from None


def _constant(expression: ast.Expression) -> Value:
    """A name: of a type or an attribute."""
    if isinstance(expression, ast.Literal):
        return expression.value
    if isinstance(expression, ast.Template):
        parts = [_constant(part) for part in expression.parts]
        if all(isinstance(part, str) for part in parts):
            return "".join(map(str, parts))
    raise EvaluationError("Invalid type specification.")
