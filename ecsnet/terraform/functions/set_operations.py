"""Products of collections, operations on sets, and choices by keys: elements are of one type, and compared."""

from __future__ import annotations

from typing import Literal, cast

from ecsnet.terraform import sets
from ecsnet.terraform.budget import meter
from ecsnet.terraform.convert import to_type
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions.collections import COUNT, bounded, elements, uncertain
from ecsnet.terraform.typed import element_type, stated_type, typed
from ecsnet.terraform.types import ANY, Any, Collection, Primitive, Tuple, Type
from ecsnet.terraform.unification import infer, unify
from ecsnet.values import Set, Several, Tri, Unknown, Value


def setproduct(*lists: Value) -> Value:
    if len(lists) < 2:
        raise EvaluationError("at least two arguments are required")
    columns: list[tuple[Value, ...]] = []
    types: list[Type | None] = []
    total = 1
    for value in lists:
        items = elements(value, "a set or a list is required")
        if items is None or uncertain(items):
            return Unknown("the elements of a product are unknown")
        if not isinstance(value, Set) or len(items) > 1:
            items = _of_one_type(items)
        stated = stated_type(value)
        types.append(element_type(stated) if stated else unify(map(infer, items)))
        columns.append(items)
        total *= len(items)
        bounded(total)
    meter.charge(total * len(columns))
    rows: list[tuple[Value, ...]] = [()]
    for column in columns:
        rows = [(*row, item) for row in rows for item in column]
    row_type = Tuple(tuple(type_ or ANY for type_ in types))
    rows = [row if None not in row else cast("tuple[Value, ...]", typed(row, row_type)) for row in rows]
    kind: Literal["set", "list"] = "set" if any(isinstance(value, Set) for value in lists) else "list"
    return typed(sets.make_set(rows) if kind == "set" else tuple(rows), Collection(kind, row_type))


def _of_one_type(items: tuple[Value, ...]) -> tuple[Value, ...]:
    common = unify(map(infer, items))
    if common is None or (None in items and not isinstance(common, (Any, Primitive))):
        raise EvaluationError("all elements must have the same type")
    return one_type(items, common)


def one_type(items: tuple[Value, ...], type_: Type) -> tuple[Value, ...]:
    return tuple(to_type(item, type_) for item in items)


def setunion(*collections: Value) -> Value:
    joined: list[Value] = []
    common = _common(collections)
    for value in collections:
        if not isinstance(value, Set):
            return Unknown("the elements of a set are unknown")
        joined.extend(value)
    united = sets.make_set(one_type(tuple(joined), common))
    return _of(united, collections, common)


def _common(operands: tuple[Value, ...]) -> Type:
    """The element type of a result of set operations."""
    of_nothing = Collection("set", ANY)
    types = [infer(operand) for operand in operands]
    # An empty set of nothing in particular goes with all others.
    inner = [element_type(type_) for type_, one in zip(types, operands) if one or type_ != of_nothing]
    common = unify(inner)
    # Nulls of no type go with texts and the like alone.
    mixed = ANY in inner and of_nothing in types and not all(isinstance(one, (Any, Primitive)) for one in inner)
    if common is None or mixed:
        raise EvaluationError("all sets must have the same element type")
    return common


def _of(result: Value, operands: tuple[Value, ...], element: Type) -> Value:
    stated = all(stated_type(operand) is not None for operand in operands)
    return typed(result, Collection("set", element)) if stated else result


def setintersection(first: Value, *others: Value) -> Value:
    return _filter(first, others, keep=True)


def setsubtract(first: Value, second: Value) -> Value:
    return _filter(first, (second,), keep=False)


def _filter(first: Value, others: tuple[Value, ...], keep: bool) -> Value:
    if not isinstance(first, Set) or uncertain(first):
        return Unknown("the elements of a set are unknown")
    if not all(isinstance(other, Set) and not uncertain(other) for other in others):
        return Unknown("the elements of a set are unknown")
    common = _common((first, *others))
    operands = (first, *others)
    result: list[Value] = []
    others = tuple(to_type(other, Collection("set", common)) for other in others)
    for item in one_type(first, common):
        found = Tri.TRUE
        for other in others:
            found &= sets.member(item, other) if isinstance(other, Set) else Tri.UNKNOWN
        if found is Tri.UNKNOWN:
            result.append(Several(item))
        elif (found is Tri.TRUE) is keep:
            result.append(item)
    return _of(sets.make_set(result), operands, common)


def matchkeys(values: Value, keys: Value, searchset: Value) -> Value:
    if not (isinstance(values, tuple) and isinstance(keys, tuple) and isinstance(searchset, tuple)):
        return Unknown(COUNT)
    if uncertain(values) or uncertain(keys) or uncertain(searchset):
        return Unknown(COUNT)
    if len(values) != len(keys):
        raise EvaluationError("length of keys and values should be equal")
    # Each is a list first, of the one type of what is in it.
    common = unify([unify(map(infer, items)) or ANY for items in (keys, searchset) if items])
    if common is None:
        raise EvaluationError("keys and searchset must be of the same type")
    keys, searchset = one_type(keys, common), one_type(searchset, common)
    result: list[Value] = []
    for value, key in zip(values, keys):
        found = sets.member(key, searchset)
        if found is not Tri.FALSE:
            result.append(value if found is Tri.TRUE else Several(value))
    return tuple(result)
