"""Which types convert to which, and what several have in common, as Terraform decides it before it looks at values.

``ANY`` is the type of a null that nothing says the type of.

https://github.com/zclconf/go-cty/blob/main/docs/convert.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ecsnet.terraform.typed import stated_type
from ecsnet.terraform.types import ANY, BOOL, NUMBER, STRING, Any, Attribute, Collection, Object, Primitive, Tuple, Type
from ecsnet.values import Encoded, Set, Several, Text, Value

MAX_DEPTH = 100
MAX_TYPES = 100
"""More different types are not put in order, which takes the square of their number."""


class TooManyTypesError(Exception):
    """More than :data:`MAX_TYPES` of different kinds."""


def converts(have: Type, want: Type) -> bool:
    """Whether Terraform tries to convert values of type ``have`` to ``want``."""
    if isinstance(have, Any) or isinstance(want, Any) or have == want:
        return True
    if isinstance(want, Primitive):
        return isinstance(have, Primitive) and STRING in (have, want)
    if isinstance(want, Tuple):
        if not isinstance(have, Tuple) or len(have.elements) != len(want.elements):
            return False
        return all(map(converts, have.elements, want.elements))
    if isinstance(want, Object):
        return _converts_to_object(have, want)
    return _converts_to_collection(have, want)


def _converts_to_object(have: Type, want: Object) -> bool:
    if isinstance(have, Object):
        inner = types_of_attributes(have)
        return all(
            converts(inner[one.name], one.type) if one.name in inner else one.optional for one in want.attributes
        )
    if not isinstance(have, Collection) or have.kind != "map":
        return False
    return all(one.optional or converts(have.element, one.type) for one in want.attributes)


def _converts_to_collection(have: Type, want: Collection) -> bool:
    keyed = want.kind == "map"
    if isinstance(have, Collection):
        return (have.kind == "map") is keyed and converts(have.element, want.element)
    if isinstance(have, Primitive) or isinstance(have, Object) is not keyed:
        return False
    inner = inner_types(have)
    if not inner:
        return True
    element = unify(inner) if isinstance(want.element, Any) else want.element
    if element is None or (isinstance(element, Any) and not keyed and any(one != ANY for one in inner)):
        return False
    return all(converts(one, element) for one in inner)


def inner_types(type_: Type) -> list[Type]:
    """Those of the elements or attributes of a tuple or an object, each once."""
    if isinstance(type_, Tuple):
        return list(dict.fromkeys(type_.elements))
    return list(dict.fromkeys(types_of_attributes(type_).values()))


def types_of_attributes(type_: Type) -> dict[str, Type]:
    return {one.name: one.type for one in type_.attributes} if isinstance(type_, Object) else {}


def unify(types: Iterable[Type]) -> Type | None:
    """The type that all of ``types`` convert to; ``None`` where there is none."""
    distinct = list(dict.fromkeys(types))
    if len(distinct) < 2:
        return distinct[0] if distinct else ANY
    known = [one for one in distinct if not isinstance(one, Any)]
    kinds = {_kind(one) for one in known}
    if kinds in ({"map"}, {"list"}, {"set"}, {"object"}, {"tuple"}) and len(known) < len(distinct):
        # What the null would be is not known, nor then what the others are to become.
        return ANY
    if kinds in ({"map"}, {"list"}, {"set"}):
        return _of_same_kind(known)
    if kinds == {"object"}:
        return _unify_objects(known)
    if kinds == {"tuple"}:
        return _unify_tuples(known)
    if kinds in ({"map", "object"}, {"list", "tuple"}):
        found = _unify_with_collections(distinct)
        if found is not None:
            return found
    elif {"object", "tuple"} <= kinds:
        return None
    return _preferred(distinct)


def _kind(type_: Type) -> str:
    if isinstance(type_, Collection):
        return type_.kind
    return type(type_).__name__.lower()


def _of_same_kind(types: Sequence[Type]) -> Type | None:
    collections = [one for one in types if isinstance(one, Collection)]
    element = unify(one.element for one in collections)
    return None if element is None else Collection(collections[0].kind, element)


def _unify_objects(types: Sequence[Type]) -> Type | None:
    tables = [types_of_attributes(one) for one in types]
    if any(table.keys() != tables[0].keys() for table in tables):
        return _as_collection(types)
    attributes: list[Attribute] = []
    for name in sorted(tables[0]):
        common = unify(table[name] for table in tables)
        if common is None:
            return None
        attributes.append(Attribute(name, common))
    found = Object(tuple(attributes))
    return found if all(converts(one, found) for one in types) else _as_collection(types)


def _unify_tuples(types: Sequence[Type]) -> Type | None:
    rows = [one.elements for one in types if isinstance(one, Tuple)]
    if any(len(row) != len(rows[0]) for row in rows):
        return _as_collection(types)
    elements: list[Type] = []
    for column in zip(*rows):
        common = unify(column)
        if common is None:
            return None
        elements.append(common)
    found = Tuple(tuple(elements))
    return found if all(converts(one, found) for one in types) else _as_collection(types)


def _as_collection(types: Sequence[Type]) -> Type | None:
    """The map that objects, or the list that tuples have in common."""
    inner = [type_ for one in types for type_ in inner_types(one)]
    element = unify(inner)
    if element is None or not inner:
        return None
    found = Collection("list" if isinstance(types[0], Tuple) else "map", element)
    return found if all(converts(one, found) for one in types) else None


def _unify_with_collections(types: Sequence[Type]) -> Type | None:
    """Of objects and maps a map, of tuples and lists a list."""
    structures = [one for one in types if isinstance(one, (Object, Tuple))]
    common = _as_collection(structures)
    if common is None:
        return None
    found = unify(common if isinstance(one, (Object, Tuple)) else one for one in types)
    return found if isinstance(found, Collection) and found.kind in ("map", "list") else None


def _preferred(types: Sequence[Type]) -> Type | None:
    """The first of ``types`` that all others convert to, the more general ones before the others."""
    if len(types) > MAX_TYPES:
        raise TooManyTypesError
    for want in _in_order(types):
        if all(converts(one, want) for one in types):
            return want
    return None


def _in_order(types: Sequence[Type]) -> list[Type]:
    after: list[list[int]] = [[] for _ in types]
    before = [0] * len(types)
    for one in range(len(types)):
        for other in range(one + 1, len(types)):
            order = _compared(types[one], types[other])
            if order:
                first, second = (one, other) if order < 0 else (other, one)
                after[first].append(second)
                before[second] += 1
    queue = [place for place, count in enumerate(before) if not count]
    for place in queue:
        for other in after[place]:
            before[other] -= 1
            if not before[other]:
                queue.append(other)
    return [types[place] for place in queue]


def _compared(a: Type, b: Type) -> int:
    """Less than 0 where ``a`` is the more general of both, more than 0 where ``b`` is, else 0."""
    if isinstance(a, Any) or isinstance(b, Any):
        return isinstance(a, Any) - isinstance(b, Any)
    kinds = _kind(a), _kind(b)
    if kinds == ("primitive", "primitive"):
        return (b == STRING) - (a == STRING)
    if isinstance(a, Collection) and isinstance(b, Collection) and kinds[0] == kinds[1]:
        return _compared(a.element, b.element)
    for general, special in (("map", "object"), ("list", "tuple"), ("list", "set"), ("tuple", "set")):
        if kinds == (general, special):
            return -1
        if kinds == (special, general):
            return 1
    if isinstance(a, Object) and isinstance(b, Object):
        first, second = types_of_attributes(a), types_of_attributes(b)
        return _side([_compared(first[n], second[n]) for n in first]) if first.keys() == second.keys() else 0
    if isinstance(a, Tuple) and isinstance(b, Tuple) and len(a.elements) == len(b.elements):
        return _side(list(map(_compared, a.elements, b.elements)))
    return 0


def _side(orders: Sequence[int]) -> int:
    general, special = any(one < 0 for one in orders), any(one > 0 for one in orders)
    return special - general


def replaced(have: Type, want: Type) -> Type:
    """``want``, with what ``have`` says in the place of ``any``: the type of a null that was of type ``have``."""
    if isinstance(have, Any) or isinstance(want, Primitive):
        return want
    if isinstance(want, Any):
        return have
    if isinstance(want, Object):
        inner = types_of_attributes(have)
        if isinstance(have, Collection) and have.kind == "map":
            inner = {one.name: have.element for one in want.attributes}
        return Object(
            tuple(Attribute(one.name, replaced(inner.get(one.name, ANY), one.type)) for one in want.attributes)
        )
    if isinstance(want, Tuple):
        elements = have.elements if isinstance(have, Tuple) else ()
        return Tuple(tuple(map(replaced, elements, want.elements))) if len(elements) == len(want.elements) else want
    if isinstance(have, Collection):
        element: Type | None = have.element
    else:
        element = unify(inner_types(have))
    return Collection(want.kind, want.element if element is None else replaced(element, want.element))


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
        types = _inferred(value, depth + 1)
        return Tuple(tuple(types[id(item)] for item in value))
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        types = _inferred(value.values(), depth + 1)
        return Object(tuple(Attribute(name, types[id(value[name])]) for name in sorted(value)))
    return ANY


def _inferred(items: Iterable[Value], depth: int) -> dict[int, Type]:
    """By identity: where one value is in two places, at each of many depths, looking twice would never end."""
    return {number: infer(item, depth) for number, item in {id(item): item for item in items}.items()}
