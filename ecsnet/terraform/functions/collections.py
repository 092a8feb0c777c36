"""Lists and tuples: what can be told of them where elements, or the number of them, are unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ecsnet.terraform import sets, steps
from ecsnet.terraform.budget import MAX_ELEMENTS, MAX_TEXT, meter
from ecsnet.terraform.convert import pick, set_to_tuple, to_type, unordered
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions.texts import graphemes
from ecsnet.terraform.lazy import Elements, Entries, doubts
from ecsnet.terraform.scalars import to_bool
from ecsnet.terraform.typed import is_kind, may_be_same, stated_type
from ecsnet.terraform.types import ANY
from ecsnet.terraform.unification import infer, unify
from ecsnet.values import Encoded, Reference, Set, Several, Text, Tri, Unknown, Value, equal, text

COUNT = "the number of elements is unknown"
_SCALARS = ("id", "arn", "name", "ip", "zone", "cidr_block", "address")


def bounded(count: int) -> None:
    if count > MAX_ELEMENTS:
        raise OverflowError


def is_opaque(value: Value) -> bool:
    return isinstance(value, (Unknown, Reference, Text, Encoded))


def uncertain(value: Value) -> bool:
    """Whether the number of elements is unknown. Lazy mappings have theirs."""
    if isinstance(value, Mapping):
        return isinstance(value, (dict, Entries)) and any(isinstance(item, Several) for item in value.values())
    return isinstance(value, tuple) and any(isinstance(item, Several) for item in value)


def elements(value: Value, message: str) -> tuple[Value, ...] | None:
    """The elements of a list, tuple or set in order; ``None`` where it is opaque."""
    if isinstance(value, Set):
        return set_to_tuple(value)
    if isinstance(value, tuple):
        return value
    if isinstance(value, (Unknown, Reference)):
        return None
    raise EvaluationError(message)


def is_set(value: Value) -> bool:
    """Whether it is a set and no list: what was read from a resource may be either."""
    return isinstance(value, Set) and stated_type(value) != ANY


def item_of(value: Value) -> Several:
    """The elements of an opaque list: some number of them, each unknown."""
    if isinstance(value, Reference):
        each = Unknown(steps.why(value), candidates=(Reference(value.target, value.attribute + "[*]", value.index),))
        return Several(each)
    symbol = f"length({value.symbol})" if isinstance(value, Unknown) and value.symbol else ""
    return Several(steps.unknown_like(value), symbol)


def length(value: Value) -> Value:
    if isinstance(value, str):
        return len(graphemes(value))
    if uncertain(value):
        if isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], Several) and value[0].symbol:
            return Unknown(COUNT, symbol=value[0].symbol)
        return Unknown(COUNT)
    if isinstance(value, (tuple, Mapping)):
        return len(value)
    if is_opaque(value):
        return steps.unknown_like(value)
    raise EvaluationError("argument must be a string, a collection type, or a structural type")


def whole(number: int | Decimal) -> int:
    if number != int(number):
        raise EvaluationError("a whole number is required")
    if not -(2**63) <= number < 2**63:
        raise EvaluationError("a whole number of 64 bits is required")
    return int(number)


def element(value: Value, index: Value) -> Value:
    if isinstance(value, tuple) and not is_set(value):
        if not value:
            raise EvaluationError("cannot use element function with an empty list")
        if isinstance(index, (int, Decimal)):
            position = whole(index)
            is_list = is_kind(stated_type(value), "list") or stated_type(value) == ANY
            if position < 0 and not is_list and position % len(value):
                raise EvaluationError("cannot use element function with a negative index")
            if not uncertain(value):
                return value[position % len(value)]
            certain = next(place for place, item in enumerate(value) if isinstance(item, Several))
            if position == 0 or position < certain:
                return steps.index(value, position)
            # The index wraps around at a length that is unknown.
        elif isinstance(value, Elements):
            return steps.index(value, index)
        return pick((item.element if isinstance(item, Several) else item for item in value), "the index is unknown")
    if isinstance(value, (Unknown, Reference)):
        result = steps.index(value, index)
        if isinstance(result, Unknown) and isinstance(value, Unknown) and value.series:
            return Unknown(result.reason, result.origin, result.symbol, value.series)
        return result
    raise EvaluationError("cannot read elements from this type")


def slice_(value: Value, start: Value, end: Value) -> Value:
    if is_set(value) or not (isinstance(value, tuple) or is_opaque(value)):
        raise EvaluationError("cannot slice a set, because its elements do not have indices; use tolist first")
    if not isinstance(start, (int, Decimal)):
        return Unknown("the first index of the slice is unknown")
    first = whole(start)
    if first < 0:
        raise EvaluationError("start index must not be less than zero")
    if not isinstance(end, (int, Decimal)):
        if not isinstance(value, tuple):
            return Unknown("the last index of the slice is unknown")
        rest = (item if isinstance(item, Several) else Several(item) for item in value[first:])
        return Elements.of(rest, lambda place: _beyond(value, first, place))
    last = whole(end)
    if first > last:
        raise EvaluationError("start index must not be greater than end index")
    if not isinstance(value, tuple) or uncertain(value):
        bounded(last - first)
        return tuple(steps.index(value, position) for position in range(first, last))
    if last > len(value):
        raise EvaluationError("end index must not be greater than the length of the list")
    return tuple(value[first:last])


def _beyond(value: Value, first: int, place: Value) -> Value:
    """The element at ``place`` of a slice that begins at ``first`` and ends where is not known."""
    doubts.note()
    if isinstance(place, int) and not isinstance(place, bool):
        return steps.index(value, first + place)
    return Unknown("which element of the slice is meant is unknown") if first else steps.index(value, place)


def concat(*lists: Value) -> Value:
    if not lists:
        raise EvaluationError("at least one argument is required")
    if len(lists) == 1 and (isinstance(lists[0], Elements) or is_opaque(lists[0])):
        return lists[0]
    result: list[Value] = []
    for value in lists:
        if is_set(value):
            raise EvaluationError("all arguments must be lists or tuples; got set")
        items = elements(value, "all arguments must be lists or tuples")
        result.extend((item_of(value),) if items is None else items)
    bounded(len(result))
    return tuple(result)


def flatten(value: Value) -> Value:
    items = elements(value, "can only flatten lists, sets and tuples")
    if items is None:
        return steps.unknown_like(value)
    result: list[Value] = []
    _flatten(items, False, "", result)
    return tuple(result)


def _flatten(items: Iterable[Value], many: bool, symbol: str, result: list[Value]) -> None:
    for item in items:
        bounded(len(result))
        repeated, name = many, symbol
        if isinstance(item, Several):
            repeated, name, item = True, "" if many else item.symbol, item.element
        if isinstance(item, tuple):
            inner = set_to_tuple(item) if isinstance(item, Set) else item
            _flatten(inner, repeated, name if len(inner) == 1 else "", result)
        elif _may_be_list(item):
            result.append(_some_of(item))
        else:
            result.append(Several(item, name) if repeated else item)


def _some_of(value: Value) -> Several:
    """What is left, flattened, of a value that may be a list."""
    if isinstance(value, Reference):
        # Two elements of it may be two.
        return Several(Unknown(steps.why(value), candidates=(value, Reference(value.target, f"{value.attribute}[*]"))))
    return item_of(value) if isinstance(value, Unknown) and not value.candidates else Several(value)


def _may_be_list(value: Value) -> bool:
    if isinstance(value, Unknown):
        if value.candidates is not None:
            return any(isinstance(one, tuple) or _may_be_list(one) for one in value.candidates)
        return not value.series
    if isinstance(value, Reference):
        last = value.attribute.lower().rsplit(".", 1)[-1]
        return not any(last == name or last.endswith("_" + name) for name in _SCALARS)
    return False


def index(value: Value, wanted: Value) -> Value:
    if is_set(value):
        raise EvaluationError("argument must be a list or tuple")
    items = elements(value, "argument must be a list or tuple")
    if items is None:
        return steps.unknown_like(value)
    possible: list[Value] = []
    for position, item in enumerate(items):
        meter.charge()
        found = Tri.UNKNOWN if isinstance(item, Several) else _same(item, wanted)
        if isinstance(item, Several) and equal(item.element, wanted) is not Tri.FALSE:
            return Unknown(COUNT)
        if isinstance(item, Several):
            return Unknown(COUNT) if sets.member(wanted, items) is not Tri.FALSE else _no_item()
        if found is not Tri.FALSE:
            possible.append(position)
        if found is Tri.TRUE:
            return pick(possible, "cannot tell which element is the same")
    if possible:
        return Unknown("cannot tell which element is the same", candidates=tuple(possible))
    return _no_item()


def _no_item() -> Value:
    raise EvaluationError("item not found")


def _same(item: Value, wanted: Value) -> Tri:
    """Equal, and of one type: a list never equals a tuple, nor a map an object."""
    found = equal(item, wanted)
    if found is Tri.TRUE and isinstance(item, (tuple, dict)) and isinstance(wanted, (tuple, dict)):
        return Tri.of(may_be_same(infer(item), infer(wanted)))
    return found


def contains(value: Value, wanted: Value) -> Value:
    items = elements(value, "argument must be list, tuple, or set")
    if items is None or (isinstance(wanted, Unknown) and not wanted.symbol and not items):
        return steps.unknown_like(value)
    found = Tri.FALSE
    for item in items:
        meter.charge()
        if isinstance(item, Several):
            found |= equal(item.element, wanted) & Tri.UNKNOWN
        else:
            found |= _same(item, wanted)
    return Unknown("cannot tell whether an element is the same") if found is Tri.UNKNOWN else found is Tri.TRUE


def coalesce(*values: Value) -> Value:
    common = unify(infer(value) for value in values)
    if common is None:
        raise EvaluationError("all arguments must have the same type")
    possible: list[Value] = []
    for value in values:
        value = to_type(value, common)
        empty = equal(value, None) | equal(value, "")
        if empty is not Tri.TRUE and not isinstance(value, Several):
            possible.append(value)
            if empty is Tri.FALSE:
                return pick(possible, "cannot tell which is the first that is set")
    if possible:
        return Unknown("cannot tell whether any is set", candidates=tuple(possible))
    raise EvaluationError("no non-null, non-empty-string arguments")


def coalescelist(*lists: Value) -> Value:
    if not lists:
        raise EvaluationError("at least one argument is required")
    if any(value is None for value in lists):
        raise EvaluationError("coalescelist arguments must not be null")
    if any(is_set(value) or not (isinstance(value, tuple) or is_opaque(value)) for value in lists):
        raise EvaluationError("coalescelist arguments must be lists or tuples")
    possible: list[Value] = []
    for value in lists:
        items = elements(value, "coalescelist arguments must be lists or tuples")
        if items is None or items:
            possible.append(value)
        if items is not None and any(not isinstance(item, Several) for item in items):
            return pick(possible, "cannot tell which is the first list that is not empty")
    if possible:
        return Unknown("cannot tell whether any list is not empty", candidates=tuple(possible))
    raise EvaluationError("no non-null arguments")


def compact(items: Value) -> Value:
    if not isinstance(items, tuple):
        return steps.unknown_like(items)
    result: list[Value] = []
    for item in items:
        inner = item.element if isinstance(item, Several) else item
        empty = equal(inner, None) | equal(inner, "")
        if isinstance(inner, Text) and any(isinstance(part, str) for part in inner.parts):
            empty = Tri.FALSE
        if empty is Tri.FALSE:
            result.append(item)
        elif empty is Tri.UNKNOWN:
            result.append(item if isinstance(item, Several) else Several(item))
    return tuple(result)


def distinct(items: Value) -> Value:
    if not isinstance(items, tuple):
        return steps.unknown_like(items)
    unique = sets.distinct(items)
    if unique is not None:
        return tuple(unique)
    if len(items) > sets.MAX_OPAQUE:
        return Unknown("cannot tell which elements are the same")
    result: list[Value] = []
    for item in items:
        found = Tri.FALSE if isinstance(item, Several) else sets.member(item, result)
        inner = [other.element for other in result if isinstance(other, Several)]
        if found is Tri.FALSE and sets.member(item, inner) is Tri.FALSE:
            result.append(item)
        elif found is not Tri.TRUE:
            result.append(Several(item))
    return tuple(result)


def chunklist(items: Value, size: Value) -> Value:
    if not isinstance(items, tuple) or uncertain(items) or not isinstance(size, (int, Decimal)):
        return Unknown(COUNT)
    step = whole(size)
    if step < 0:
        raise EvaluationError("the size argument must be positive")
    if not items or step == 0:
        return (items,) if items else ()
    return tuple(tuple(items[start : start + step]) for start in range(0, len(items), step))


def reverse(value: Value) -> Value:
    items = elements(value, "can only reverse list or tuple values")
    return steps.unknown_like(value) if items is None else tuple(items[::-1])


def sort(items: Value) -> Value:
    if not isinstance(items, tuple):
        return steps.unknown_like(items)
    if any(item is None for item in items):
        raise EvaluationError("given list element is null; a null string cannot be sorted")
    ordered = sets.sort_values(items)
    return unordered(items) if ordered is None else tuple(ordered)


def alltrue(items: Value) -> Value:
    return _logic(items, Tri.all, Tri.TRUE)


def anytrue(items: Value) -> Value:
    return _logic(items, Tri.any, Tri.FALSE)


def _logic(items: Value, combine: object, neutral: Tri) -> Value:
    if not isinstance(items, tuple):
        return steps.unknown_like(items)
    tests: list[Tri] = []
    for item in items:
        if isinstance(item, Several):
            tests.append(neutral if _truth(item.element) is neutral else Tri.UNKNOWN)
        else:
            tests.append(_truth(item))
    result = Tri.all(tests) if combine is Tri.all else Tri.any(tests)
    return Unknown("not all of the conditions are known") if result is Tri.UNKNOWN else result is Tri.TRUE


def _truth(value: Value) -> Tri:
    known = to_bool(value)
    return Tri.of(known is True) if known is None or isinstance(known, bool) else Tri.UNKNOWN


def one(value: Value) -> Value:
    items = elements(value, "must be a list, set, or tuple value with either zero or one elements")
    if items is None:
        each = item_of(value).element
        candidates = (each, None) if isinstance(value, Reference) else None
        return Unknown(steps.why(value), candidates=candidates)
    certain = [item for item in items if not isinstance(item, Several)]
    if len(certain) > 1:
        raise EvaluationError("must be a list, set, or tuple value with either zero or one elements")
    if len(certain) == len(items):
        return certain[0] if certain else None
    if certain:
        return Unknown(COUNT, candidates=(certain[0],))
    if isinstance(value, Elements):
        return pick((value.at(0), None), COUNT)
    return pick([*(item.element for item in items if isinstance(item, Several)), None], COUNT)


def join(separator: Value, *lists: Value) -> Value:
    if not lists:
        raise EvaluationError("at least two arguments are required")
    items = concat(*lists)
    if not isinstance(items, tuple):
        return steps.unknown_like(items)
    if not isinstance(separator, (str, Unknown, Reference, Text)) or any(isinstance(item, Several) for item in items):
        return Unknown(COUNT)
    between = len(separator) if isinstance(separator, str) else 1
    parts: list[Value] = []
    size = 0
    for item in items:
        if item is None:
            raise EvaluationError("a list element is null; cannot concatenate null values")
        size += between + (len(item) if isinstance(item, str) else 1)
        if size > MAX_TEXT:
            raise OverflowError
        if parts:
            parts.append(separator)
        parts.append(item)
    return items[0] if len(items) == 1 else text(parts)
