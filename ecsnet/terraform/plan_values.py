"""Attributes of a planned instance: what the plan knows, and for the rest what its source or its configuration says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum

from ecsnet.resources import Path
from ecsnet.terraform.lazy import TOO_DEEP
from ecsnet.terraform.plan_document import MAX_DEPTH, Document, PlannedResource, frozen
from ecsnet.terraform.plan_references import has_unknown
from ecsnet.values import Key, Reference, Several, Tri, Unknown, Value, equal


class NoSource(Enum):
    """That there is no source to ask, which is another thing than one that sets nothing."""

    NO_SOURCE = "no source"


NO_SOURCE = NoSource.NO_SOURCE
Fill = Callable[[Path], Value]

_ID = re.compile(r"(?:[a-z][a-z0-9]*-)+(?=[a-f]*[0-9])[0-9a-f]{4,}|arn:\S+")
_OF_VPC = ("main_route_table_id", "default_route_table_id", "default_network_acl_id", "default_security_group_id")
_PARTS: Mapping[str, Sequence[str]] = {
    "aws_vpc": _OF_VPC,
    "aws_default_vpc": _OF_VPC,
    "aws_instance": ("primary_network_interface_id",),
    "aws_spot_instance_request": ("primary_network_interface_id",),
}
"""Attributes that hold the ids of what AWS makes along with a resource."""

_OWN = frozenset({"id", "arn", "name"})


class Identifiers:
    """The ids that instances of a plan have already, and whose they are."""

    def __init__(self, document: Document, wanted: Callable[[str], bool]) -> None:
        self._own: dict[str, Reference] = {}
        self._of_part: dict[str, Reference] = {}
        for instance in sorted(document.instances.values(), key=lambda instance: instance.mode == "data"):
            if wanted(instance.type):
                self._add(instance)

    def _add(self, instance: PlannedResource) -> None:
        names = _PARTS.get(instance.type, ())
        for name in ("id", "arn", *names):
            value = instance.after.get(name)
            if isinstance(value, str) and value and (name in names or _ID.fullmatch(value)):
                table = self._of_part if name in names else self._own
                table.setdefault(value, Reference(instance.address, name))

    def known(self, name: str, value: Value) -> Value:
        """A known value with references in the place of ids. ``name``: of the attribute it is in."""
        if isinstance(value, str):
            first, second = (self._of_part, self._own) if name.startswith("default_") else (self._own, self._of_part)
            return first.get(value) or second.get(value) or value
        if isinstance(value, tuple):
            return tuple(self.known(name, item) for item in value)
        if isinstance(value, Mapping):
            return {key: self.known(key if isinstance(key, str) else "", item) for key, item in value.items()}
        return value


def attribute(
    instance: PlannedResource, name: str, source: Value | NoSource, fill: Fill, identifiers: Identifiers
) -> Value:
    """``source``: what the evaluated configuration has there; ``fill``: what the plan's has at a path.

    Values that the plan knows go before both.
    """

    def known(value: object, path: Path) -> Value:
        plain = frozen(value, len(path))
        return plain if path == (name,) and name in _OWN else identifiers.known(str(path[-1]), plain)

    return _Overlay(known, fill).value(instance.after.get(name), instance.unknown.get(name), source, (name,))


class _Overlay:
    def __init__(self, known: Callable[[object, Path], Value], fill: Fill) -> None:
        self._known = known
        self._fill = fill

    def value(self, after: object, unknown: object, source: Value | NoSource, path: Path) -> Value:
        if len(path) > MAX_DEPTH:
            return Unknown(TOO_DEEP)
        if isinstance(after, Unknown):
            return after if isinstance(source, NoSource) else source  # it is not shown, and the source may say it
        if unknown is True:
            if source is NO_SOURCE or _is_blank(source):
                other = self._fill(path)
                return other if isinstance(source, NoSource) or not _is_blank(other) else source
            return source
        if not has_unknown(unknown):
            return self._known(after, path)
        if isinstance(unknown, dict):
            return self._mapping(after if isinstance(after, dict) else {}, unknown, source, path)
        if not isinstance(unknown, list):
            return Unknown("known only after deployment")
        return self._list(after if isinstance(after, list) else [], unknown, source, path)

    def _mapping(
        self, after: Mapping[str, object], unknown: Mapping[str, object], source: Value | NoSource, path: Path
    ) -> Mapping[Key, Value]:
        result: dict[Key, Value] = {}
        for key in {**after, **unknown}:
            inner = source.get(key) if isinstance(source, Mapping) else NO_SOURCE
            result[key] = self.value(after.get(key), unknown.get(key), inner, (*path, key))
        return result

    def _list(
        self, after: Sequence[object], unknown: Sequence[object], source: Value | NoSource, path: Path
    ) -> tuple[Value, ...]:
        planned = [(after[i] if i < len(after) else None, unknown[i]) for i in range(len(unknown))]
        given: tuple[Value, ...] = ()
        if isinstance(source, tuple) and not any(isinstance(item, Several) for item in source):
            given = tuple(source)
        if any(isinstance(one, (dict, list)) or isinstance(other, (dict, list)) for one, other in planned):
            sources = _partners(planned, given)
            return tuple(self.value(one, other, sources[i], (*path, i)) for i, (one, other) in enumerate(planned))
        if len(given) == len(planned) and _holds(given, [frozen(one) for one, other in planned if other is not True]):
            return given
        return tuple(self.value(one, other, NO_SOURCE, (*path, i)) for i, (one, other) in enumerate(planned))


def _is_blank(value: object) -> bool:
    """An unknown that says nothing of what it may be."""
    return isinstance(value, Unknown) and value.candidates is None


def _holds(given: Sequence[Value], known: Collection[Value]) -> bool:
    """Whether the known elements of a list or set are among those of the source."""
    left = list(given)
    for value in known:
        found = next((i for i, item in enumerate(left) if equal(item, value) is Tri.TRUE), None)
        if found is None:
            return False
        del left[found]
    return True


def _partners(planned: Sequence[tuple[object, object]], given: Sequence[Value]) -> list[Value | NoSource]:
    """For each element of a list or set the one of the source that it is made from, where only one can be.

    A set has another order than its source. Elements that look alike are told apart by their order, which is either the
    same or does not matter.
    """
    if len(planned) == len(given) == 1:
        return [given[0]]
    result: list[Value | NoSource] = [NO_SOURCE] * len(planned)
    alike: dict[str, list[int]] = {}
    for i, element in enumerate(planned):
        alike.setdefault(json.dumps(element, sort_keys=True, default=str), []).append(i)
    for places in alike.values():
        one, other = planned[places[0]]
        matches = [item for item in given if _may_be(one, other, item)]
        if len(matches) == len(places):
            for i, item in zip(places, matches):
                result[i] = item
    return result


def _may_be(after: object, unknown: object, source: Value, depth: int = 0) -> bool:
    """Whether a planned value can be what the source's became."""
    if unknown is True or depth > MAX_DEPTH or isinstance(after, Unknown) or isinstance(source, (Unknown, Several)):
        return True
    if isinstance(after, dict) and isinstance(source, Mapping):
        inner = unknown if isinstance(unknown, dict) else {}
        return all(_may_be(item, inner.get(key), source.get(key), depth + 1) for key, item in after.items())
    if isinstance(after, list) and isinstance(source, tuple):
        if any(isinstance(item, Several) for item in source):
            return True
        known = [
            item for i, item in enumerate(after) if not (isinstance(unknown, list) and has_unknown(unknown[i : i + 1]))
        ]
        return len(after) <= len(source) and all(any(_may_be(x, None, y, depth + 1) for y in source) for x in known)
    if source is None:
        return not after
    if isinstance(after, (dict, list)):
        return not isinstance(source, (str, bool, int))
    plain, other = _scalar(frozen(after)), _scalar(source)
    return (not plain and not other) or equal(plain, other) is not Tri.FALSE


def _scalar(value: Value) -> Value:
    """Numbers, switches and the texts that spell them alike."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None or not isinstance(value, int) else str(value)
