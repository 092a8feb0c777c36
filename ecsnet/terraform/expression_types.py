"""What type an expression is of, where its value alone does not tell: a null, equal collections, an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ecsnet.terraform.ast import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttr,
    Index,
    Literal,
    ObjectCons,
    Splat,
    SplatItem,
    Template,
    TemplateFor,
    TemplateIf,
    TupleCons,
    Unary,
    Variable,
)
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.typed import attribute_names, attribute_type, element_type, place_type, stated_type
from ecsnet.terraform.types import ANY, BOOL, NUMBER, STRING, Collection, Object, Primitive, Tuple, Type
from ecsnet.terraform.unification import infer, unify
from ecsnet.values import Reference, Unknown, Value

_COLLECTIONS: Mapping[str, Type] = {
    "tolist": Collection("list", ANY),
    "tomap": Collection("map", ANY),
    "toset": Collection("set", ANY),
}
_STRINGS = frozenset({"cidrhost", "cidrnetmask", "cidrsubnet", "format", "join", "lower", "upper"})
_IDENTIFIERS = ("id", "arn")
_SIMPLE = {"tobool": BOOL, "tonumber": NUMBER, "tostring": STRING}


def of_one_type(node: Binary, left: Value, right: Value) -> Value:
    """``==`` or ``!=`` of collections whose elements are the same: they are equal if their types are too.

    A list never equals a tuple, nor a map an object, nor a set of no strings one of no numbers.
    """
    equals = node.op == "=="
    if left is right or not isinstance(left, (tuple, Mapping)):
        return equals
    types = [_exact(left, node.left), _exact(right, node.right)]
    if types[0] is None or types[1] is None:
        return Unknown("whether the collections compared are of one type is not known")
    return equals is (types[0] == types[1])


def _exact(value: Value, node: Expression) -> Type | None:
    """The type of a collection; ``None`` where it may come from a resource, whose schema says what it is."""
    stated = stated_type(value)
    if stated == ANY:
        return None
    if stated is not None or isinstance(node, (TupleCons, ObjectCons)) or _is_closed(node):
        return infer(value)
    return None


def _is_closed(node: Expression) -> bool:
    """Whether an expression depends on nothing that is declared."""
    if isinstance(node, Call):
        return all(map(_is_closed, node.args))
    if isinstance(node, (TupleCons, Template)):
        return all(map(_is_closed, node.items if isinstance(node, TupleCons) else node.parts))
    if isinstance(node, ObjectCons):
        return all(_is_closed(key) and _is_closed(item) for key, item in node.items)
    if isinstance(node, Conditional):
        return _is_closed(node.true) and _is_closed(node.false)
    if isinstance(node, (GetAttr, Index, Splat)):
        return _is_closed(node.source)
    if isinstance(node, For):
        return _is_closed(node.collection)
    return isinstance(node, (Literal, Unary, Binary))


def is_of_schema(node: Expression) -> bool:
    """Whether a string, number or bool may be of another type than it is written as: that of a resource's schema."""
    if isinstance(node, Conditional):
        return is_of_schema(node.true) or is_of_schema(node.false)
    if isinstance(node, Template) and len(node.parts) == 1:
        return is_of_schema(node.parts[0])
    if isinstance(node, (GetAttr, Index, Splat)):
        return isinstance(node.source, Variable) or is_of_schema(node.source)
    return isinstance(node, Call) and node.name not in _SIMPLE and any(map(is_of_schema, node.args))


def check_nulls(node: Expression, value: Value, evaluate: Callable[[Expression], Value]) -> None:
    """A null that is written out has no type, and does not go with lists or objects as elements of one type."""
    if isinstance(node, TupleCons) and isinstance(value, tuple) and None in value:
        nulls = [item for item, found in zip(node.items, value) if found is None and _is_closed(item)]
        untyped = any(type_of_value(None, item, evaluate) == ANY for item in nulls)
        if untyped and any(isinstance(item, (tuple, dict)) for item in value):
            raise EvaluationError("all elements must have the same type")


def error_type(node: Expression, evaluate: Callable[[Expression], Value]) -> Type:
    """The type that an expression is of even where it has an error."""
    if isinstance(node, Template):
        return STRING if len(node.parts) > 1 or isinstance(node.parts[0], (TemplateIf, TemplateFor)) else ANY
    if isinstance(node, (Unary, Binary)):
        return NUMBER if node.op in ("+", "-", "*", "/", "%") else BOOL
    if isinstance(node, TupleCons):
        return Tuple(tuple([_branch_type(item, evaluate) for item in node.items]))
    if isinstance(node, Conditional):
        return _of_conversion(node, evaluate)
    return ANY


def _of_conversion(node: Conditional, evaluate: Callable[[Expression], Value]) -> Type:
    """The type of a conditional of which the branch taken has a value that does not convert to it."""
    types = []
    for branch in (node.true, node.false):
        try:
            types.append(type_of_value(evaluate(branch), branch, evaluate))
        except EvaluationError:
            inner = error_type(branch, evaluate) if isinstance(branch, Conditional) else ANY
            if inner == ANY:
                return ANY
            types.append(inner)
    return unify(types) or ANY


def type_of_value(value: Value, node: Expression, evaluate: Callable[[Expression], Value]) -> Type:
    """The type of the value of ``node``: a null may be of one, which where it comes from says."""
    if isinstance(value, Unknown) and isinstance(node, Call) and node.name in _STRINGS:
        return STRING
    if (isinstance(value, Reference) and value.attribute in _IDENTIFIERS) or (
        isinstance(value, Unknown) and _is_identifier(node)
    ):
        return STRING
    if value is not None:
        return infer(value)
    if isinstance(node, GetAttr):
        return attribute_type(infer(evaluate(node.source)), node.name)
    if isinstance(node, Index):
        return _step_type(infer(evaluate(node.source)), evaluate(node.key))
    if isinstance(node, Call) and node.name in _SIMPLE and node.args:
        return _SIMPLE[node.name]
    if isinstance(node, Call) and node.name in _COLLECTIONS:
        return _COLLECTIONS[node.name]
    if isinstance(node, Call) and node.name == "try":
        return _type_of_first(node.args, evaluate)
    if isinstance(node, Call) and node.name in ("element", "lookup", "one") and node.args:
        return element_type(infer(evaluate(node.args[0])))
    if isinstance(node, Conditional):
        branches = (node.true, node.false)
        return unify([_branch_type(branch, evaluate) for branch in branches]) or ANY
    return ANY


def _is_identifier(node: Expression) -> bool:
    """Whether it is ``type_of.resource.id``: a string, whatever it will be."""
    if not isinstance(node, GetAttr) or node.name not in _IDENTIFIERS or not isinstance(node.source, GetAttr):
        return False
    kind = node.source.source
    return isinstance(kind, Variable) and "_" in kind.name


def _type_of_first(args: tuple[Expression, ...], evaluate: Callable[[Expression], Value]) -> Type:
    for arg in args:
        try:
            return type_of_value(evaluate(arg), arg, evaluate)
        except EvaluationError:
            continue
    return ANY


def _branch_type(node: Expression, evaluate: Callable[[Expression], Value]) -> Type:
    try:
        return type_of_value(evaluate(node), node, evaluate)
    except EvaluationError:
        return error_type(node, evaluate)


def _step_type(type_: Type, key: Value) -> Type:
    if isinstance(key, str):
        return attribute_type(type_, key)
    return place_type(type_, key if isinstance(key, int) else -1)


def check_steps(node: Expression, type_: Type) -> None:
    """The steps after a splat of no elements of ``type_``: they must still be steps that it has."""
    if isinstance(node, (GetAttr, Index)):
        check_steps(node.source, type_)
        taken = each_type(node.source, type_)
        absent = isinstance(taken, Object) and isinstance(node, GetAttr) and node.name not in attribute_names(taken)
        if absent or isinstance(taken, Primitive):
            raise EvaluationError("Unsupported attribute: this value does not have one of that name.")


def each_type(node: Expression, type_: Type) -> Type:
    """What the steps after a splat make of elements of ``type_``."""
    if isinstance(node, GetAttr):
        return attribute_type(each_type(node.source, type_), node.name)
    if isinstance(node, Index) and isinstance(node.key, Literal):
        return _step_type(each_type(node.source, type_), node.key.value)
    if isinstance(node, Splat) and isinstance(node.each, SplatItem):
        # A splat makes a tuple of what is no list.
        inner = each_type(node.source, type_)
        return Tuple((inner,)) if isinstance(inner, (Primitive, Object)) else ANY
    return type_ if isinstance(node, SplatItem) else ANY
