"""Conversion of values to Terraform's types.

https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Literal

from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.lazy import Elements
from ecsnet.terraform.numbers import format_number, parse_number
from ecsnet.terraform.sets import make_set, sort_values
from ecsnet.terraform.typed import stated_type, typed, value_type
from ecsnet.terraform.types import ANY, BOOL, NUMBER, STRING, Any, Attribute, Collection, Object, Primitive, Tuple, Type
from ecsnet.values import Encoded, Key, Reference, Set, Several, Text, Tri, Unknown, Value, equal

MAX_DEPTH = 100
_BOOLS = {"true": True, "1": True, "false": False, "0": False}


def to_string(value: Value) -> Value:
    """``value`` as a string. Null stays null, and what is opaque stays what it is: its text is as unknown as it was."""
    if value is None or isinstance(value, (str, Text, Encoded, Reference)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return format_number(value)
    return _convert_opaque(value, "string", to_string)


def to_number(value: Value) -> Value:
    """``value`` as a number. Null and what is opaque stay what they are."""
    if value is None or isinstance(value, Reference):
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        number = parse_number(value)
        if number is None:
            raise EvaluationError("a number is required")
        return number
    return _convert_opaque(value, "number", to_number)


def to_bool(value: Value) -> Value:
    """``value`` as a bool. Null and what is opaque stay what they are."""
    if value is None or isinstance(value, (bool, Reference)):
        return value
    if isinstance(value, str):
        if value not in _BOOLS:
            raise EvaluationError("a bool is required")
        return _BOOLS[value]
    return _convert_opaque(value, "bool", to_bool)


def _convert_opaque(value: Value, name: str, convert: Callable[[Value], Value]) -> Value:
    if isinstance(value, Unknown):
        return _each_candidate(value, convert)
    if isinstance(value, (Text, Encoded)):
        return Unknown(f"a {name} made from text that is only partly known")
    if isinstance(value, Several):
        return Unknown("the number of elements is unknown")
    raise EvaluationError(f"{name} required")


def _each_candidate(value: Unknown, convert: Callable[[Value], Value]) -> Value:
    """``value`` with its candidates converted; without them where one of them cannot be."""
    if value.candidates is None:
        return value
    try:
        candidates = tuple(convert(candidate) for candidate in value.candidates)
    except EvaluationError:
        return Unknown(value.reason, value.origin, value.symbol, value.series)
    return Unknown(value.reason, value.origin, value.symbol, value.series, candidates)


def to_type(value: Value, type_: Type) -> Value:
    """``value`` as what a variable of ``type_`` holds: optional defaults filled in, other attributes dropped.

    Null stays null. ``EvaluationError`` where Terraform refuses the value.
    """
    return _to_type(value, type_, 0)


def _to_type(value: Value, type_: Type, depth: int) -> Value:
    if depth > MAX_DEPTH:
        return Unknown("nested too deeply")
    if value is None or isinstance(type_, Any) or isinstance(value, Reference):
        return value
    if isinstance(value, Unknown):
        return _each_candidate(value, lambda candidate: _to_type(candidate, type_, depth + 1))
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
        return Unknown("whether a null is of the type of the other elements is not known")


class _NullTypeError(Exception):
    """A null among lists or objects, which has their type or, as a literal, none and does not go with them."""


def _converted(value: Value, type_: Collection, depth: int) -> Value:
    stated = stated_type(value)
    if stated == type_ and not has_any(type_):
        return value
    if stated is not None and not value and not _converts(stated, type_):
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


def infer(value: Value, depth: int = 0) -> Type:
    """The type of a value; ``ANY`` for what is opaque or null, and for lazy mappings, which are left alone."""
    if depth > MAX_DEPTH or value is None:
        return ANY
    stated = stated_type(value)
    if stated is not None:
        return stated
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, (int, Decimal)):
        return NUMBER
    if isinstance(value, (str, Text, Encoded)):
        return STRING
    if isinstance(value, Several):
        return infer(value.element, depth + 1)
    if isinstance(value, Set):
        return Collection("set", unify([infer(item, depth + 1) for item in value]) or ANY)
    if isinstance(value, tuple):
        return Tuple(tuple(infer(item, depth + 1) for item in value))
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return Object(tuple(Attribute(name, infer(value[name], depth + 1)) for name in sorted(value)))
    return ANY


def unify(types: Iterable[Type]) -> Type | None:
    """The type that all of ``types`` convert to; ``None`` where there is none.

    https://github.com/zclconf/go-cty/blob/main/docs/convert.md
    """
    types = list(types)
    common = _unify(types)
    # Null is of any type: with one among them, all of them stay as they are.
    return ANY if common is None and ANY in types else common


def _unify(types: Iterable[Type]) -> Type | None:
    distinct: list[Type] = []
    for type_ in types:
        if not isinstance(type_, Any) and type_ not in distinct:
            distinct.append(type_)
    if not distinct:
        return ANY
    if len(distinct) == 1:
        return distinct[0]
    if all(isinstance(type_, Primitive) for type_ in distinct):
        return STRING if STRING in distinct else None
    objects = [type_ for type_ in distinct if isinstance(type_, Object)]
    maps = [type_ for type_ in distinct if isinstance(type_, Collection) and type_.kind == "map"]
    if len(objects) + len(maps) == len(distinct):
        return _unify_objects(objects, maps)
    tuples = [type_ for type_ in distinct if isinstance(type_, Tuple)]
    lists = [type_ for type_ in distinct if isinstance(type_, Collection) and type_.kind != "map"]
    if len(tuples) + len(lists) == len(distinct):
        return _unify_tuples(tuples, lists)
    return None


def _converts(one: Type, other: Type) -> bool:
    """Whether some values of type ``one`` convert to ``other``."""
    if isinstance(one, Any) or isinstance(other, Any) or one == other:
        return True
    if isinstance(one, Primitive) and isinstance(other, Primitive):
        return STRING in (one, other)
    if isinstance(other, Collection) and isinstance(one, (Collection, Tuple, Object)):
        if (other.kind == "map") is not _is_keyed(one):
            return False
        if isinstance(one, Collection):
            return _converts(one.element, other.element)
        inner = one.elements if isinstance(one, Tuple) else [attribute.type for attribute in one.attributes]
        return all(_converts(element, other.element) for element in inner)
    if isinstance(one, Tuple) and isinstance(other, Tuple):
        return len(one.elements) == len(other.elements) and all(map(_converts, one.elements, other.elements))
    # A map may have the attributes of an object, and an object more than another needs.
    return isinstance(other, Object) and _is_keyed(one)


def _is_keyed(type_: Type) -> bool:
    return isinstance(type_, Object) or (isinstance(type_, Collection) and type_.kind == "map")


def _unify_objects(objects: list[Object], maps: list[Collection]) -> Type | None:
    names = [[attribute.name for attribute in type_.attributes] for type_ in objects]
    if not maps and all(one == names[0] for one in names):
        attributes: list[Attribute] = []
        for position, name in enumerate(names[0]):
            common = unify(type_.attributes[position].type for type_ in objects)
            if common is None:
                return None
            attributes.append(Attribute(name, common))
        return Object(tuple(attributes))
    elements = [attribute.type for type_ in objects for attribute in type_.attributes]
    element = _element([*elements, *(type_.element for type_ in maps)], maps)
    return None if element is None else Collection("map", element)


def _element(types: list[Type], collections: list[Collection]) -> Type | None:
    """The common type of elements: none is stated where a collection of nothing or nulls goes with lists or objects."""
    common = unify(types)
    untyped = any(type_.element == ANY for type_ in collections)
    return ANY if untyped and isinstance(common, (Collection, Tuple, Object)) else common


def _unify_tuples(tuples: list[Tuple], lists: list[Collection]) -> Type | None:
    if not lists and all(len(type_.elements) == len(tuples[0].elements) for type_ in tuples):
        elements = [unify(column) for column in zip(*(type_.elements for type_ in tuples))]
        known = tuple(element for element in elements if element is not None)
        return Tuple(known) if len(known) == len(elements) else None
    ordered = [type_ for type_ in lists if type_.kind == "list"]
    if len(ordered) < len(lists) and (tuples or ordered):
        # A set and something else: all convert to what is there, where a list goes before a set.
        wanted = ordered or lists
        others: list[Type] = [*tuples, *lists]
        fits = len(wanted) == 1 and all(_converts(type_, wanted[0]) for type_ in others)
        return wanted[0] if fits else None
    element = _element([*(e for type_ in tuples for e in type_.elements), *(type_.element for type_ in lists)], lists)
    kind: Literal["list", "set"] = "list" if ordered or tuples else "set"
    return None if element is None else Collection(kind, element)
