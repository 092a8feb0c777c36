"""Maps and objects."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import cast

from ecsnet.terraform import steps
from ecsnet.terraform.convert import pick, to_type, unordered
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions.collections import elements, is_opaque, is_set, uncertain
from ecsnet.terraform.lazy import Entries
from ecsnet.terraform.scalars import to_string
from ecsnet.terraform.sets import sort_values
from ecsnet.terraform.typed import element_type, is_kind, stated_type
from ecsnet.values import Key, Several, Text, Tri, Unknown, Value, equal


def sorted_keys(mapping: Mapping[Key, Value]) -> list[Key] | None:
    """In Terraform's order; ``None`` where that cannot be told."""
    ordered = sort_values(list(mapping))
    return None if ordered is None else cast("list[Key]", ordered)


def keys(value: Value) -> Value:
    if is_opaque(value):
        return steps.unknown_like(value)
    if not isinstance(value, Mapping):
        raise EvaluationError("must have map or object type")
    listed: dict[Key, Value] = {key: _several(value, key, key) for key in value}
    ordered = sorted_keys(value)
    return unordered(listed.values()) if ordered is None else tuple(listed[key] for key in ordered)


def _several(mapping: Mapping[Key, Value], key: Key, value: Value) -> Value:
    """``value``, as often as there is an entry ``key``."""
    if not isinstance(mapping, (dict, Entries)):
        return value
    item = mapping[key]
    return Several(value, item.symbol) if isinstance(item, Several) else value


def values(value: Value) -> Value:
    if is_opaque(value):
        return steps.unknown_like(value)
    if not isinstance(value, Mapping):
        raise EvaluationError("values() requires a map as the first argument")
    ordered = sorted_keys(value)
    return unordered(value.values()) if ordered is None else tuple(value[key] for key in ordered)


def lookup(mapping: Value, key: Value, *defaults: Value) -> Value:
    if len(defaults) > 1:
        raise EvaluationError(f"lookup() takes two or three arguments, got {len(defaults) + 2}")
    if is_opaque(mapping):
        return steps.index(mapping, key) if not defaults else steps.unknown_like(mapping)
    if not isinstance(mapping, Mapping):
        raise EvaluationError("lookup() requires a map as the first argument")
    stated = stated_type(mapping)
    if stated is not None and is_kind(stated, "map"):
        defaults = tuple(to_type(default, element_type(stated)) for default in defaults)
    if isinstance(key, (str, Unknown, Text)) and key in mapping:
        found = mapping[key]
        if not isinstance(found, Several):
            return found
        at = steps.index(mapping, key)
        return pick((at, *defaults), "it is unknown whether the key is there") if defaults else at
    possible = [item for item in mapping if equal(item, key) is not Tri.FALSE]
    if not possible:
        if not defaults:
            raise EvaluationError("the given key does not identify an element of this map")
        return defaults[0]
    if len(possible) > 32:
        return Unknown("the key is unknown")
    found_values = (mapping[item] for item in possible)
    several = [item.element if isinstance(item, Several) else item for item in found_values]
    return pick((*several, *defaults), "it is unknown which entry the key names")


def merge(*maps: Value) -> Value:
    # From a null of no type on, Terraform does not look at the types of the others.
    after = maps.index(None) if None in maps else len(maps)
    given = list(maps[:after])
    given += [{} if value == () else value for value in maps[after:] if value is not None]
    if any(not isinstance(value, Mapping) and not is_opaque(value) for value in given):
        raise EvaluationError("arguments must be maps or objects")
    filled = [value for value in given if not isinstance(value, Mapping) or len(value)]
    if not filled:
        return {}
    if len(filled) == 1:
        return filled[0]
    opaque = next((value for value in filled if is_opaque(value)), None)
    if opaque is not None:
        return steps.unknown_like(opaque)
    mappings = [value for value in filled if isinstance(value, Mapping)]
    merged: dict[Key, Value] = {}
    known = all(isinstance(key, str) for mapping in mappings for key in mapping)
    if known and not any(map(uncertain, mappings)):
        if all(isinstance(mapping, dict) for mapping in mappings):
            for mapping in mappings:
                merged.update(mapping)
            return merged
        # Nothing of a lazy mapping is evaluated before it is read.
        return cast("Mapping[Key, Value]", ChainMap(*cast("list[dict[Key, Value]]", mappings[::-1])))
    for mapping in mappings:
        for key in mapping:
            if not _put(merged, key, mapping[key]):
                return Unknown("cannot tell which keys are the same")
    return merged


def _put(merged: dict[Key, Value], key: Key, value: Value) -> bool:
    """False where it cannot be told what is then in ``merged``."""
    for other in merged:
        found = equal(other, key)
        if found is Tri.UNKNOWN:
            return False
        if found is Tri.TRUE:
            if isinstance(value, Several):
                return False
            merged[other] = value
            return True
    merged[key] = value
    return True


def zipmap(names: Value, items: Value) -> Value:
    if is_set(items):
        raise EvaluationError("values must be a list or tuple")
    listed = elements(items, "values must be a list or tuple")
    if not isinstance(names, tuple) or listed is None or uncertain(names) or uncertain(listed):
        return Unknown("the entries of a map are unknown")
    if len(names) != len(listed):
        raise EvaluationError(f"number of keys ({len(names)}) does not match number of values ({len(listed)})")
    result: dict[Key, Value] = {}
    opaque = not all(isinstance(name, str) for name in names)
    for name, item in zip(names, listed):
        if name is None:
            raise EvaluationError("a key is null")
        if not isinstance(name, (str, Unknown, Text)) or (opaque and not _put(result, name, item)):
            return Unknown("cannot tell which keys are the same")
        if not opaque:
            result[name] = item
    return result


def transpose(value: Mapping[str, tuple[str, ...]]) -> Value:
    result: dict[Key, tuple[Value, ...]] = {}
    for key in sorted(value):
        for item in value[key]:
            if item is None:
                raise EvaluationError("input must not contain null list elements")
            result[item] = (*result.get(item, ()), to_string(key))
    return {key: result[key] for key in sorted(map(str, result))}
