"""What ``for`` goes over, and the objects that it and ``{ … }`` build, where entries or keys may be unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from ecsnet.records import dataclass
from ecsnet.terraform import scalars
from ecsnet.terraform.budget import MAX_ELEMENTS, LimitError, meter
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.lazy import Elements, Entries
from ecsnet.terraform.steps import index, is_opaque, unknown_like
from ecsnet.values import Encoded, Key, Reference, Set, Several, Text, Tri, Unknown, Value, equal

MAX_OPAQUE_KEYS = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """An element that ``for`` is at. ``many``: it stands for any number of them; ``symbol`` names their number."""

    key: Value
    value: Value
    certain: bool = True
    many: bool = False
    symbol: str = ""


def entries(collection: Value) -> Iterator[Entry]:
    """The elements of a collection in Terraform's order; ``EvaluationError`` for what is no collection."""
    if collection is None:
        raise EvaluationError("A null value cannot be used as the collection in a 'for' expression.")
    if isinstance(collection, (Unknown, Reference)):
        symbol = collection.symbol if isinstance(collection, Unknown) else ""
        unknown = unknown_like(collection)
        yield Entry(unknown, unknown, certain=False, many=True, symbol=symbol)
    elif isinstance(collection, tuple):
        yield from _elements(collection)
    elif isinstance(collection, Mapping):
        if len(collection) > MAX_ELEMENTS:
            raise LimitError(f"a collection of more than {MAX_ELEMENTS} elements")
        for name in sorted(key for key in collection if isinstance(key, str)):
            yield _entry(name, collection[name])
        for key in collection:
            if not isinstance(key, str):
                yield _entry(key, collection[key])
    else:
        raise EvaluationError("A value of a primitive type cannot be used as the collection in a 'for' expression.")


def _entry(key: Key, value: Value) -> Entry:
    shown: Value = key.parts[0] if isinstance(key, Text) and len(key.parts) == 1 else key
    if isinstance(value, Several):
        return Entry(shown, value.element, certain=False, symbol=value.symbol)
    return Entry(shown, value)


def _elements(collection: tuple[Value, ...]) -> Iterator[Entry]:
    if len(collection) > MAX_ELEMENTS:
        raise LimitError(f"a collection of more than {MAX_ELEMENTS} elements")
    moved = False
    for position, item in enumerate(collection):
        element = item.element if isinstance(item, Several) else item
        uncertain = isinstance(item, Several)
        moved = moved or (uncertain and not isinstance(collection, Elements))
        key: Value = position
        if isinstance(collection, Set):
            key = element
        elif moved or uncertain:
            key = Unknown("the number of elements is unknown")
        symbol = item.symbol if isinstance(item, Several) else ""
        yield Entry(key, element, not uncertain, uncertain, symbol)


class ObjectBuilder:
    """Collects the entries of an object. A second of the same key overwrites the first, is rejected, or is grouped.

    Where two keys may be the same and may not, nothing is known of the object but that it is one.
    """

    def __init__(self, duplicates: Literal["overwrite", "reject", "group"]) -> None:
        self._duplicates = duplicates
        self._items: dict[Key, Value] = {}
        self._groups: dict[Key, list[Value]] = {}
        self._opaque: list[Key] = []
        self._unclear: Unknown | None = None
        self._uncertain = False

    def add(self, key: Value, value: Value, *, certain: bool = True, many: bool = False, symbol: str = "") -> None:
        """``certain``: the entry is there; ``many``: it stands for any number of entries, whose keys differ."""
        if key is None:
            raise EvaluationError("Null value as key: can't use a null value as a key.")
        if isinstance(key, (tuple, Mapping)):
            raise EvaluationError("Incorrect key type: can't use this value as a key: string required.")
        name = scalars.to_string(key)
        if many or isinstance(name, Encoded) or (isinstance(name, Unknown) and not _hashable(name)):
            self._unclear = self._unclear or (unknown_like(key) if is_opaque(key) else Unknown("its keys are unknown"))
            return
        if isinstance(name, Reference):
            name = Text((name,))
        if not isinstance(name, (str, Unknown, Text)):
            raise EvaluationError("Incorrect key type: can't use this value as a key: string required.")
        existing = self._existing(name)
        if self._unclear is not None:
            return
        if not certain:
            self._uncertain = True
            value = Several(value, symbol)
        if self._duplicates == "group":
            self._groups.setdefault(name if existing is None else existing, []).append(value)
        elif existing is None:
            self._items[name] = value
        elif self._duplicates == "overwrite":
            self._items[existing] = value
        elif certain and not isinstance(self._items[existing], Several):
            raise EvaluationError(
                "Duplicate object key: two different items produced the same key in this 'for' expression."
            )
        else:
            self._unclear = Unknown("which of the entries with the same key is there is unknown")

    def _existing(self, name: Key) -> Key | None:
        table: Mapping[Key, object] = self._groups if self._duplicates == "group" else self._items
        if name in table:
            if isinstance(name, Unknown) and not name.symbol:
                self._give_up(name)
            return name
        for other in table if not isinstance(name, str) else self._opaque:
            meter.charge()
            same = equal(name, other)
            if same is Tri.TRUE:
                return other
            if same is Tri.UNKNOWN:
                self._give_up(name)
                return None
        if not isinstance(name, str):
            self._opaque.append(name)
            if len(self._opaque) > MAX_OPAQUE_KEYS:
                self._give_up(name)
        return None

    def _give_up(self, name: Key) -> None:
        cause = name if is_opaque(name) else self._opaque[0]
        self._unclear = Unknown(f"keys that may be the same: {unknown_like(cause).reason}")

    def value(self) -> Value:
        if self._unclear is not None:
            return self._unclear
        if self._duplicates != "group":
            return _uncertain_entries(self._items) if self._uncertain else self._items
        groups: dict[Key, Value] = {}
        for key, items in self._groups.items():
            group: Value = tuple(items)
            # A group all of whose members may be missing may be missing itself.
            groups[key] = Several(group) if all(isinstance(item, Several) for item in items) else group
        return _uncertain_entries(groups) if self._uncertain else groups


def _uncertain_entries(items: dict[Key, Value]) -> Value:
    present: dict[Key, Value] = {k: v.element if isinstance(v, Several) else v for k, v in items.items()}
    return Entries(items, lambda key: index(present, key))


def _hashable(value: Unknown) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
