"""What type a function's result is of, where it is a list, set or map: its elements alone do not tell.

https://github.com/zclconf/go-cty/tree/main/cty/function/stdlib, the ``Type`` of each function.
"""

from __future__ import annotations

from collections.abc import Mapping

from ecsnet.terraform.convert import to_type
from ecsnet.terraform.typed import TypedDict, element_type, is_kind, stated_type, typed
from ecsnet.terraform.types import ANY, NUMBER, STRING, Any, Attribute, Collection, Object, Tuple, Type
from ecsnet.terraform.unification import infer, unify
from ecsnet.values import Value

_STRINGS = Collection("list", STRING)
_ALWAYS: Mapping[str, Type] = {
    "cidrsubnets": _STRINGS,
    "compact": _STRINGS,
    "fileset": Collection("set", STRING),
    "formatlist": _STRINGS,
    "range": Collection("list", NUMBER),
    "sort": _STRINGS,
    "split": _STRINGS,
    "transpose": Collection("map", _STRINGS),
}
_CONVERTED = frozenset({"chunklist", "concat", "transpose"})
"""Functions whose elements are to know their type too."""
_AS_FIRST = frozenset({"distinct", "matchkeys", "reverse", "slice"})


def of_type(name: str, args: tuple[Value, ...], result: Value) -> Value:
    """``result`` of function ``name``, knowing its type where ``args`` know theirs."""
    if not isinstance(result, (tuple, dict)):
        return result
    type_ = _ALWAYS.get(name)
    if type_ is None and any(stated_type(arg) == ANY for arg in args):
        return typed(result, ANY)
    if type_ is None:
        types = [stated_type(arg) for arg in args]
        type_ = _of_arguments(name, args, types, result)
    if type_ is None and name == "merge" and isinstance(result, TypedDict):
        return dict(result)
    if type_ is None:
        return result
    return typed(to_type(result, type_) if name in _CONVERTED else result, type_)


def _of_arguments(name: str, args: tuple[Value, ...], types: list[Type | None], result: Value) -> Type | None:
    first = types[0] if types else None
    if name in _AS_FIRST:
        return Collection("list", element_type(first)) if first and is_kind(first, "list", "set") else None
    if name == "chunklist" and first is not None:
        return Collection("list", first)
    if name == "keys" and is_kind(first, "map"):
        return _STRINGS
    if name == "values" and first is not None and is_kind(first, "map"):
        return Collection("list", element_type(first))
    if name == "zipmap" and types[1] is not None and is_kind(types[1], "list", "set"):
        return Collection("map", element_type(types[1]))
    if name == "concat":
        return _joined([type_ for type_, arg in zip(types, args) if arg or type_ != Collection("list", ANY)])
    if name == "merge":
        return first if is_kind(first, "map") and all(type_ == first for type_ in types) else None
    if name == "regexall":
        return _of_captures(args[0], result)
    return None


def _joined(types: list[Type | None]) -> Type | None:
    lists = [type_ for type_ in types if type_ is not None and is_kind(type_, "list")]
    if len(lists) != len(types):
        return None
    elements = [element_type(type_) for type_ in lists]
    element = unify(elements)
    return None if element is None or ANY in elements else Collection("list", element)


def _of_captures(pattern: Value, result: Value) -> Type | None:
    if not isinstance(result, tuple):
        return None
    if not result:
        return _STRINGS if isinstance(pattern, str) and "(" not in pattern else None
    return Collection("list", _texts(infer(result[0])))


def _texts(type_: Type) -> Type:
    """The type of what ``regex`` gives: a group without a match is a null string."""
    if isinstance(type_, Any):
        return STRING
    if isinstance(type_, Tuple):
        return Tuple(tuple(map(_texts, type_.elements)))
    if isinstance(type_, Object):
        return Object(tuple(Attribute(one.name, _texts(one.type)) for one in type_.attributes))
    return type_
