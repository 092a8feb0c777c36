"""Conversion of values to Terraform's types.

https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ecsnet.terraform.conversion import UndecidedError, convert
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.lazy import Elements
from ecsnet.terraform.scalars import each_candidate, to_bool, to_number, to_string
from ecsnet.terraform.sets import make_set, sort_values
from ecsnet.terraform.typed import stated_type, typed, value_type
from ecsnet.terraform.types import ANY, Any, Attribute, Collection, Object, Primitive, Tuple, Type
from ecsnet.terraform.unification import MAX_DEPTH, TooManyTypesError, converts, infer, inner_types, unify
from ecsnet.values import Key, Reference, Set, Several, Tri, Unknown, Value, equal

_NULL_DECIDES = Unknown("a null decides on the type of the other elements")


def to_type(value: Value, type_: Type, constant: bool = False) -> Value:
    """``value`` as what a variable of ``type_`` holds: optional defaults filled in, other attributes dropped.

    Null stays null. ``EvaluationError`` where Terraform refuses the value. ``constant``: it is written out, so that a
    null in it has no type; any other may have one, from where it comes.
    """
    if isinstance(type_, (Collection, Tuple, Object)) and isinstance(value, (tuple, dict)) and _is_typed(value, 0):
        try:
            return convert(value, type_)
        except UndecidedError:
            return _NULL_DECIDES
        except TooManyTypesError:
            return Unknown("too many different types")
        except EvaluationError:
            if constant or not _has_open_null(infer(value)):
                raise
        # What the null is of decides whether there is an error.
        _to_type(value, type_, 0)
        return _NULL_DECIDES
    return _to_type(value, type_, 0)


def _has_open_null(type_: Type) -> bool:
    if isinstance(type_, (Tuple, Object)):
        return any(map(_has_open_null, inner_types(type_)))
    return isinstance(type_, Any) or (isinstance(type_, Collection) and _has_open_null(type_.element))


def _is_typed(value: Value, depth: int) -> bool:
    """Whether a value is known, and so are the types of all that is in it."""
    if depth > MAX_DEPTH or stated_type(value) == ANY or isinstance(value, Elements):
        return False
    if isinstance(value, tuple):
        return all(_is_typed(item, depth + 1) for item in {id(item): item for item in value}.values())
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_typed(item, depth + 1) for key, item in value.items())
    return value is None or isinstance(value, (str, bool, int, Decimal))


def _to_type(value: Value, type_: Type, depth: int) -> Value:
    if depth > MAX_DEPTH:
        return Unknown("nested too deeply")
    if value is None or isinstance(type_, Any) or isinstance(value, Reference):
        return value
    if isinstance(value, Unknown):
        return each_candidate(value, lambda candidate: _to_type(candidate, type_, depth + 1))
    if isinstance(value, Several):
        return Several(_to_type(value.element, type_, depth + 1), value.symbol)
    if isinstance(type_, Primitive):
        return {"string": to_string, "number": to_number, "bool": to_bool}[type_.name](value)
    if stated_type(value) == ANY:
        try:
            return _structured(value, type_, depth)
        except EvaluationError:
            # What the schema makes of it may convert.
            return value
    return _structured(value, type_, depth)


def _structured(value: Value, type_: Tuple | Object | Collection, depth: int) -> Value:
    if isinstance(type_, Tuple):
        return _to_tuple(value, type_, depth)
    if isinstance(type_, Object):
        return _to_object(value, type_, depth)
    return _to_collection(value, type_, depth)


def _to_tuple(value: Value, type_: Tuple, depth: int) -> Value:
    if not isinstance(value, tuple):
        raise EvaluationError("tuple required")
    if any(isinstance(item, Several) for item in value):
        return Unknown("the number of elements is unknown")
    if len(value) != len(type_.elements):
        raise EvaluationError(f"tuple of {len(type_.elements)} elements required")
    converted = tuple(_to_type(item, element, depth + 1) for item, element in zip(value, type_.elements))
    return converted if has_any(type_) else typed(converted, value_type(type_))


def _to_object(value: Value, type_: Object, depth: int) -> Value:
    if not isinstance(value, Mapping):
        raise EvaluationError("object required")
    converted: Value = {attribute.name: _attribute(value, attribute, depth) for attribute in type_.attributes}
    return converted if has_any(type_) else typed(converted, value_type(type_))


def _attribute(value: Mapping[Key, Value], attribute: Attribute, depth: int) -> Value:
    item: Value
    if attribute.name in value:
        item = value[attribute.name]
    elif any(not isinstance(key, str) for key in value):
        return Unknown(f"cannot tell whether attribute {attribute.name} is set")
    elif not attribute.optional:
        raise EvaluationError(f'attribute "{attribute.name}" is required')
    else:
        item = None
    return _to_type(attribute.default if item is None else item, attribute.type, depth + 1)


def _to_collection(value: Value, type_: Collection, depth: int) -> Value:
    try:
        return _converted(value, type_, depth)
    except _NullTypeError:
        return _NULL_DECIDES


class _NullTypeError(Exception):
    """A null among lists or objects, which has their type or, as a literal, none and does not go with them."""


def _converted(value: Value, type_: Collection, depth: int) -> Value:
    stated = stated_type(value)
    if stated == type_ and not has_any(type_):
        return value
    if stated is not None and not value and not converts(stated, type_):
        raise EvaluationError(f"another {type_.kind} required")
    if type_.kind == "map":
        if not isinstance(value, Mapping):
            raise EvaluationError("map required")
        if type_.element == ANY and not isinstance(value, dict):
            return value
        names = list(value)
        items, element = _elements([value[name] for name in names], value, type_.element, depth)
        entries: Value = dict(zip(names, items))
        return entries if element is None else typed(entries, Collection("map", element))
    if not isinstance(value, tuple):
        raise EvaluationError(f"{type_.kind} required")
    listed = set_to_tuple(value) if isinstance(value, Set) and type_.kind == "list" else value
    items, element = _elements(listed, value, type_.element, depth)
    if type_.kind == "set":
        united = make_set(items)
        return united if element is None else typed(united, Collection("set", element))
    if isinstance(value, Elements) and all(map(_same, items, value)):
        return value
    return tuple(items) if element is None else typed(tuple(items), Collection("list", element))


def _same(a: Value, b: Value) -> bool:
    return a is b or (isinstance(a, Several) and isinstance(b, Several) and a.element is b.element)


def _elements(items: Iterable[Value], source: Value, type_: Type, depth: int) -> tuple[list[Value], Type | None]:
    """All converted to the one type that ``type_``, where it says ``any``, leaves to them; and that type.

    ``source`` is the collection they are of. The type is ``None`` where what is not known has a part in it.
    """
    converted = [_to_type(item, type_, depth + 1) for item in items]
    if not has_any(type_):
        return converted, value_type(type_)
    if not all(map(_is_plain, converted)):
        if len(converted) > 1:
            converted = _unified(converted, _types(converted, source, depth), type_, depth)[0]
        return converted, None
    if not converted:
        stated = stated_type(source)
        inner = stated.element if isinstance(stated, Collection) else ANY
        return converted, _filled(type_, inner)
    return _unified(converted, _types(converted, source, depth), type_, depth)


def _types(items: list[Value], source: Value, depth: int) -> list[Type]:
    """The types of elements; a null is of the one that ``source`` says."""
    stated = stated_type(source)
    if isinstance(stated, Tuple) and len(stated.elements) == len(items):
        nulls = list(stated.elements)
    else:
        nulls = [stated.element if isinstance(stated, Collection) else ANY] * len(items)
    return [null if item is None else infer(item, depth + 1) for item, null in zip(items, nulls)]


def _filled(type_: Type, stated: Type) -> Type:
    """``type_`` with what is stated in the place of ``any``."""
    if isinstance(type_, Any):
        return stated
    if isinstance(type_, Collection):
        return Collection(type_.kind, _filled(type_.element, stated.element if isinstance(stated, Collection) else ANY))
    return value_type(type_)


def _unified(items: list[Value], found: list[Type], wanted: Type, depth: int) -> tuple[list[Value], Type]:
    common = unify(found)
    if common is None:
        raise EvaluationError("all elements must have the same type")
    nulls = [type_ for item, type_ in zip(items, found) if item is None]
    if wanted == ANY and isinstance(common, (Collection, Tuple, Object)) and ANY in nulls:
        raise _NullTypeError
    if any(map(_is_open, found)) and Collection("list", ANY) in found:
        raise _NullTypeError
    if any(one != common for one in found) or _mixed(common):
        items = [_to_type(item, common, depth + 1) for item in items]
    return items, common


def _is_open(type_: Type) -> bool:
    """Whether it is a list of lists or the like, which an empty list does not go with where all are to be alike."""
    return isinstance(type_, Collection) and not isinstance(type_.element, (Any, Primitive))


def _is_plain(value: Value) -> bool:
    """Whether a value is known and no part of it is lazy."""
    if isinstance(value, tuple):
        return not isinstance(value, Elements) and all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(_is_plain, value.values()))
    return value is None or isinstance(value, (str, bool, int, Decimal))


def _mixed(type_: Type) -> bool:
    """Whether values of a type that all share may still have to be converted: never so for equal, inferred types."""
    return isinstance(type_, Collection) and type_.kind == "set" and has_any(type_.element)


def has_any(type_: Type) -> bool:
    if isinstance(type_, Collection):
        return has_any(type_.element)
    if isinstance(type_, Tuple):
        return any(map(has_any, type_.elements))
    if isinstance(type_, Object):
        return any(has_any(attribute.type) for attribute in type_.attributes)
    return isinstance(type_, Any)


def set_to_tuple(value: Set) -> tuple[Value, ...]:
    """The list of a set's elements. Where their order cannot be told, each element is one of them."""
    ordered = sort_values(value)
    if ordered is not None:
        return tuple(ordered)
    return unordered(value)


def unordered(items: Iterable[Value]) -> tuple[Value, ...]:
    """As many elements, each of which may be any of ``items``."""
    items = tuple(items)
    candidates = tuple(item.element if isinstance(item, Several) else item for item in items)
    one = candidates[0] if len(candidates) == 1 else pick(candidates, "the order of the elements is unknown")
    return tuple(Several(one, item.symbol) if isinstance(item, Several) else one for item in items)


def pick(values: Iterable[Value], reason: str, symbol: str = "", limit: int = 32) -> Value:
    """One of ``values``; the value itself where all are provably the same."""
    candidates: list[Value] = []
    for value in values:
        inner = value.candidates if isinstance(value, Unknown) and value.candidates and not value.symbol else (value,)
        for one in inner:
            if len(candidates) <= limit and not any(_equal(one, other) for other in candidates):
                candidates.append(one)
    if len(candidates) == 1:
        return candidates[0]
    if not candidates or len(candidates) > limit:
        return Unknown(reason, symbol=symbol)
    return Unknown(reason, symbol=symbol, candidates=tuple(candidates))


def _equal(a: Value, b: Value) -> bool:
    """Provably the same. Lazy mappings are not compared: that would evaluate all that is in them."""
    if a is b:
        return True
    if any(isinstance(value, Mapping) and not isinstance(value, dict) for value in (a, b)):
        return False
    return isinstance(a, Set) is isinstance(b, Set) and equal(a, b) is Tri.TRUE
