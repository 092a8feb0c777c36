"""What is judged of a root as plain data, which outlives the root, and as JSON, which outlives the process.

JSON, and no pickle: a file that somebody else wrote can at worst say something wrong, not do anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecsnet.findings import Change, Finding, Level, NatPerZone, Passed, Setting, Undecided, Verdict
from ecsnet.judging import Outcome
from ecsnet.records import dataclass, names, replace
from ecsnet.resources import Call, Hole, Hop, Path, Problem, Resource
from ecsnet.values import Span, Tri, Unknown, Value


@dataclass(frozen=True, slots=True)
class Places:
    """Where paths of a resource are in its source, as far as somebody asks for them."""

    header: Span
    known: Mapping[Path, Span]

    def __call__(self, path: Path) -> Span:
        return self.known.get(path, self.header)


def plain(outcome: Outcome) -> Outcome:
    """The same, of data alone: resources without attributes, but for what a change that would mend them is about."""
    resources: dict[int, Resource] = {}

    def verdict(one: Verdict) -> Verdict:
        resource = one.resource
        if id(resource) not in resources:
            resources[id(resource)] = _bare(resource)
        found = replace(one, resource=resources[id(resource)])
        if isinstance(found, Finding) and found.changes:
            return replace(found, changes=tuple(map(_change, found.changes)), scenario=dict(found.scenario))
        return found

    unseen = tuple(replace(hole, inputs=()) for hole in outcome.unseen)
    return replace(outcome, verdicts=tuple(map(verdict, outcome.verdicts)), unseen=unseen)


def _bare(resource: Resource, attributes: Mapping[str, Value] | None = None, path: Path = ()) -> Resource:
    known = {path[:length]: resource.locate(*path[:length]) for length in range(1, len(path) + 1)}
    places = Places(resource.header, known)
    return replace(resource, attributes=attributes or {}, metadata={}, locator=places)


def _change(change: Change) -> Change:
    if isinstance(change, NatPerZone):
        return replace(change, resource=_bare(change.resource))
    resource, path = change.resource, change.path
    attributes = {}
    if path and resource.get(*path) is not None:
        # Whoever makes the change asks whether something is set there, not what.
        attributes = {str(path[0]): _holding(path[1:])}
    return replace(change, resource=_bare(resource, attributes, path))


def _holding(path: Path) -> Value:
    if not path:
        return Unknown("a value that is not kept")
    first, inner = path[0], _holding(path[1:])
    return (*(None for _ in range(first)), inner) if isinstance(first, int) else {first: inner}


class MalformedError(Exception):
    """It is not what ``packed`` makes."""


_RECORDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        *(Outcome, Finding, Passed, Undecided, Setting, NatPerZone),
        *(Resource, Call, Hop, Hole, Problem, Places, Span, Unknown),
    )
}
_ENUMS: Mapping[str, type[Level | Tri]] = {"Level": Level, "Tri": Tri}
_SHARED = (Span, Resource)
_TUPLE, _TABLE, _AGAIN, _RULE = "", "{}", "@", "Rule"


def packed(outcome: Outcome) -> object:
    """A plain outcome as JSON has it. Spans and resources, of which there are few, are written once."""
    return _Packer().pack(outcome)


def unpacked(data: object) -> Outcome:
    """:raises MalformedError: ``data`` is nothing that ``packed`` has made"""
    try:
        found = _Unpacker().unpack(data)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise MalformedError(str(error)) from None
    if not isinstance(found, Outcome):
        raise MalformedError("not an outcome")
    return found


class _Packer:
    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}

    def pack(self, value: Any) -> object:
        """A list begins with what it stands for; all else stands for itself."""
        if value is None or isinstance(value, (str, int)):
            return value
        kind = type(value).__name__
        if isinstance(value, tuple):
            return [_TUPLE, *map(self.pack, value)]
        if isinstance(value, _SHARED):
            key = value if isinstance(value, Span) else id(value)
            if key in self._numbers:
                return [_AGAIN, self._numbers[key]]
            made = [kind, *(self.pack(getattr(value, name)) for name in names(value))]
            self._numbers[key] = len(self._numbers)
            return made
        if kind in _RECORDS:
            return [kind, *(self.pack(getattr(value, name)) for name in names(value))]
        if kind == _RULE:
            return [_RULE, value.id]
        if kind in _ENUMS:
            return [kind, value.value]
        if isinstance(value, Mapping):
            return [_TABLE, *(self.pack(one) for pair in value.items() for one in pair)]
        raise TypeError(f"no plain data: {kind}")


class _Unpacker:
    def __init__(self) -> None:
        from ecsnet.rules import CATALOGUE

        self._shared: list[object] = []
        self._rules = {rule.id: rule for rule in CATALOGUE}

    def unpack(self, data: Any) -> Any:
        if not isinstance(data, list):
            if data is None or isinstance(data, (str, int)):
                return data
            raise TypeError("not a list")
        kind, rest = data[0], data[1:]
        if kind == _AGAIN:
            return self._shared[rest[0]]
        if kind == _RULE:
            return self._rules[rest[0]]
        if kind in _ENUMS:
            return _ENUMS[kind](rest[0])
        items = [one if isinstance(one, str) else self.unpack(one) for one in rest]
        if kind == _TUPLE:
            return tuple(items)
        if kind == _TABLE:
            return dict(zip(items[::2], items[1::2], strict=True))
        fields = names(_RECORDS[kind])
        made = _RECORDS[kind](**dict(zip(fields, items, strict=True)))
        if isinstance(made, _SHARED):
            self._shared.append(made)
        return made
