"""Conversion of values that are wholly known, with their types: the same steps as Terraform's, nulls and all.

What is only partly known is converted as far as it can be in :mod:`ecsnet.terraform.convert`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.scalars import to_bool, to_number, to_string
from ecsnet.terraform.sets import make_set, sort_values
from ecsnet.terraform.typed import typed, value_type
from ecsnet.terraform.types import ANY, Any, Attribute, Collection, Object, Primitive, Tuple, Type
from ecsnet.terraform.unification import converts, infer, inner_types, replaced, types_of_attributes, unify
from ecsnet.values import Key, Set, Value

Pair = tuple["Value", Type]
"""A value and its type, which a null, or nothing in a collection, does not tell by itself."""


class UndecidedError(Exception):
    """Terraform itself does not tell the value, or an order that is not known decides on it."""


def convert(value: Value, want: Type) -> Value:
    """``value`` with the defaults of optional attributes, as ``want``.

    ``EvaluationError`` where it does not fit; ``UndecidedError`` and ``TooManyTypesError`` where that is not told.
    """
    return _converted(*_with_defaults(value, infer(value), want), want)[0]


def _converted(value: Value, have: Type, want: Type) -> Pair:
    if not converts(have, want):
        raise EvaluationError(f"{_shown(want)} required")
    return _apply(value, have, want)


def _shown(type_: Type) -> str:
    if isinstance(type_, Primitive):
        return f"a {type_.name}"
    return type_.kind if isinstance(type_, Collection) else type(type_).__name__.lower()


def _apply(value: Value, have: Type, want: Type) -> Pair:
    """``value``, of a type that converts to ``want``."""
    if isinstance(want, Any) or have == want:
        return value, have
    if value is None:
        return None, replaced(have, value_type(want))
    if isinstance(have, Any):
        return _converted(value, infer(value), want)
    if isinstance(want, Primitive):
        return {"string": to_string, "number": to_number, "bool": to_bool}[want.name](value), want
    if isinstance(want, Object):
        return _to_object(value, have, want)
    if isinstance(want, Tuple) and isinstance(have, Tuple) and isinstance(value, tuple):
        elements = [_apply(*one) for one in zip(value, have.elements, want.elements)]
        type_ = Tuple(tuple(one for _, one in elements))
        return typed(tuple(one for one, _ in elements), type_), type_
    if isinstance(want, Collection):
        return _to_collection(value, have, want)
    raise EvaluationError(f"{_shown(want)} required")


def _to_object(value: Value, have: Type, want: Object) -> Pair:
    if not isinstance(value, Mapping):
        raise EvaluationError("object required")
    result: dict[Key, Value] = {}
    attributes: list[Attribute] = []
    inner = types_of_attributes(have)
    for wanted in sorted(want.attributes, key=lambda attribute: attribute.name):
        name = wanted.name
        if name in value:
            have_inner = have.element if isinstance(have, Collection) else inner[name]
            result[name], type_ = _converted(value[name], have_inner, wanted.type)
        elif wanted.optional:
            result[name], type_ = None, value_type(wanted.type)
        else:
            raise EvaluationError(f'attribute "{name}" is required')
        attributes.append(Attribute(name, type_))
    found = Object(tuple(attributes))
    return typed(result, found), found


def _to_collection(value: Value, have: Type, want: Collection) -> Pair:
    pairs, keys = _parts(value, have)
    element = want.element
    if not pairs:
        stated = isinstance(have, Collection) and isinstance(element, Any)
        return _collected(
            want.kind, keys, [], have.element if isinstance(have, Collection) and stated else value_type(element)
        )
    if isinstance(have, (Tuple, Object)) and isinstance(element, Any):
        element = unify(inner_types(have)) or ANY
    pairs = [_apply(item, one, element) for item, one in pairs]
    # Elements have been converted one by one; those of lists made from tuples and of maps then to what they share.
    shared = isinstance(have, Tuple) if want.kind == "list" else isinstance(element, (Collection, Object))
    if shared and want.kind != "set":
        pairs = _unified(pairs)
    return _collected(want.kind, keys, [item for item, _ in pairs], _common([one for _, one in pairs]))


def _parts(value: Value, have: Type) -> tuple[list[Pair], Sequence[Key]]:
    """The elements of ``value`` with their types, and their keys."""
    if isinstance(value, Mapping):
        keys = sorted(map(str, value))
        inner = types_of_attributes(have)
        types = [have.element if isinstance(have, Collection) else inner[key] for key in keys]
        return list(zip([value[key] for key in keys], types)), keys
    if not isinstance(value, tuple):
        raise EvaluationError("collection required")
    items: Sequence[Value] = value
    if isinstance(value, Set):
        ordered = sort_values(value)
        if ordered is None:
            raise UndecidedError
        items = ordered
    if isinstance(have, Tuple):
        return list(zip(items, have.elements)), ()
    return [(item, have.element if isinstance(have, Collection) else ANY) for item in items], ()


def _collected(kind: str, keys: Sequence[Key], items: Sequence[Value], element: Type) -> Pair:
    found: Value = dict(zip(keys, items)) if kind == "map" else make_set(items) if kind == "set" else tuple(items)
    type_ = Collection("map" if kind == "map" else "set" if kind == "set" else "list", element)
    return typed(found, type_), type_


def _unified(pairs: list[Pair]) -> list[Pair]:
    common = unify(one for _, one in pairs)
    if common is None:
        raise EvaluationError("all elements must have the same type")
    return [_converted(item, one, common) for item, one in pairs]


def _common(types: Sequence[Type]) -> Type:
    known = {one for one in types if not isinstance(one, Any)}
    if len(known) > 1:
        raise EvaluationError("all elements must have the same type")
    return known.pop() if known else ANY


def _with_defaults(value: Value, have: Type, want: Type) -> Pair:
    """``value`` with the defaults of ``want`` for attributes that are not there or null, at any depth.

    It need not fit otherwise: what is of another kind stays as it is.
    """
    if value is None or not _has_defaults(want) or not isinstance(value, (tuple, Mapping)):
        return value, have
    pairs, keys = _parts(value, have)
    places: Sequence[Key | int] = keys if isinstance(value, Mapping) else range(len(pairs))
    pairs = [_with_default(*pair, _wanted(want, place)) for pair, place in zip(pairs, places)]
    if isinstance(value, Mapping) and isinstance(want, Object):
        entries = dict(zip(keys, pairs))
        for attribute in want.attributes:
            if attribute.default is not None and entries.get(attribute.name, (None, ANY))[0] is None:
                default = attribute.default
                entries[attribute.name] = _with_defaults(default, infer(default), attribute.type)
        keys = sorted(map(str, entries))
        pairs = [entries[key] for key in keys]
    if isinstance(have, Collection) and pairs:
        common = unify(one for _, one in pairs)
        if isinstance(common, Any) and any(one != ANY for _, one in pairs):
            raise UndecidedError
        if common is not None:
            try:
                united = [_converted(item, one, common)[0] for item, one in pairs]
                return _collected(have.kind, keys, united, common)
            except EvaluationError:
                pass
    elif isinstance(have, Collection):
        return value, have
    items = [item for item, _ in pairs]
    type_: Type
    if isinstance(value, Mapping):
        type_ = Object(tuple(Attribute(str(key), one) for key, (_, one) in zip(keys, pairs)))
        return typed(dict(zip(keys, items)), type_), type_
    type_ = Tuple(tuple(one for _, one in pairs))
    return typed(tuple(items), type_), type_


def _with_default(value: Value, have: Type, want: Type | None) -> Pair:
    return (value, have) if want is None else _with_defaults(value, have, want)


def _wanted(want: Type, place: Key | int) -> Type | None:
    """What ``want`` has at a place, where it has one."""
    if isinstance(want, Collection):
        return want.element
    if isinstance(want, Tuple) and isinstance(place, int) and place < len(want.elements):
        return want.elements[place]
    return types_of_attributes(want).get(place) if isinstance(place, str) else None


def _has_defaults(type_: Type) -> bool:
    if isinstance(type_, Collection):
        return _has_defaults(type_.element)
    if isinstance(type_, Tuple):
        return any(map(_has_defaults, type_.elements))
    if isinstance(type_, Object):
        return any(one.default is not None or _has_defaults(one.type) for one in type_.attributes)
    return False
