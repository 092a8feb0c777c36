"""Collections that know their type, which their elements do not tell: ``tolist([])``, a set of null strings.

They are tuples, sets and dicts to everything else. A plain tuple is of a tuple type and a plain dict of an object type.
What was read from a resource is of type ``ANY``: its schema, which is not in the configuration, says of which.
"""

from __future__ import annotations

from ecsnet.terraform.types import ANY, Any, Attribute, Collection, Object, Tuple, Type
from ecsnet.values import Key, Set, Value


class TypedTuple(tuple["Value", ...]):
    type: Type


class TypedSet(Set):
    type: Type


class TypedDict(dict["Key", "Value"]):
    type: Type


def typed(value: Value, type_: Type) -> Value:
    """``value``, which is of ``type_``, knowing so. What is lazy, opaque or no collection is given back as it is."""
    if isinstance(value, (TypedTuple, TypedSet, TypedDict)) and value.type == type_:
        return value
    result: TypedTuple | TypedSet | TypedDict
    if isinstance(value, Set):
        result = TypedSet(value)
    elif type(value) in (tuple, TypedTuple) and isinstance(value, tuple):
        result = TypedTuple(value)
    elif isinstance(value, dict):
        result = TypedDict(value)
    else:
        return value
    result.type = type_
    return result


def of_schema(value: Value) -> Value:
    """``value`` as an attribute of a resource: of a type that is not known, with all collections in it."""
    if isinstance(value, Set):
        return typed(Set(map(of_schema, value)), ANY)
    if type(value) in (tuple, TypedTuple) and isinstance(value, tuple):
        return typed(tuple(map(of_schema, value)), ANY)
    if isinstance(value, dict):
        return typed({key: of_schema(item) for key, item in value.items()}, ANY)
    return value


def of_schema_within(value: Value) -> bool:
    """Whether a part of ``value`` was read from a resource."""
    if stated_type(value) == ANY:
        return True
    if isinstance(value, tuple):
        return any(map(of_schema_within, value))
    return isinstance(value, dict) and any(map(of_schema_within, value.values()))


def stated_type(value: Value) -> Type | None:
    """The type that a collection knows to be of."""
    return value.type if isinstance(value, (TypedTuple, TypedSet, TypedDict)) else None


def is_kind(type_: Type | None, *kinds: str) -> bool:
    return isinstance(type_, Collection) and type_.kind in kinds


def may_be_same(one: Type, other: Type) -> bool:
    """Whether two types are the same, or are where something is of a type that is not known."""
    if isinstance(one, Any) or isinstance(other, Any) or one == other:
        return True
    if isinstance(one, Collection) and isinstance(other, Collection):
        return one.kind == other.kind and may_be_same(one.element, other.element)
    if isinstance(one, Tuple) and isinstance(other, Tuple):
        return len(one.elements) == len(other.elements) and all(map(may_be_same, one.elements, other.elements))
    if isinstance(one, Object) and isinstance(other, Object):
        types = [[attribute.type for attribute in type_.attributes] for type_ in (one, other)]
        return attribute_names(one) == attribute_names(other) and all(map(may_be_same, *types))
    return False


def element_type(type_: Type) -> Type:
    """What the elements of a collection are; ``ANY`` where they have no common type."""
    return type_.element if isinstance(type_, Collection) else ANY


def attribute_names(type_: Object) -> list[str]:
    return [attribute.name for attribute in type_.attributes]


def attribute_type(type_: Type, name: str) -> Type:
    """What ``value.name`` or ``value["name"]`` is, for a value of ``type_``."""
    if isinstance(type_, Object):
        return next((attribute.type for attribute in type_.attributes if attribute.name == name), ANY)
    return type_.element if is_kind(type_, "map") and isinstance(type_, Collection) else ANY


def place_type(type_: Type, place: int) -> Type:
    """What ``value[place]`` is, for a value of ``type_``."""
    if isinstance(type_, Tuple):
        return type_.elements[place] if 0 <= place < len(type_.elements) else ANY
    return element_type(type_)


def value_type(type_: Type) -> Type:
    """The type of the values that a type constraint lets through: without its modifiers, attributes in order."""
    if isinstance(type_, Collection):
        return Collection(type_.kind, value_type(type_.element))
    if isinstance(type_, Tuple):
        return Tuple(tuple(map(value_type, type_.elements)))
    if isinstance(type_, Object):
        named = sorted((attribute.name, attribute.type) for attribute in type_.attributes)
        return Object(tuple(Attribute(name, value_type(item)) for name, item in named))
    return type_
