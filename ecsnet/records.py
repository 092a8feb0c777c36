"""Data classes as the standard library has them, and ready sooner.

Importing ``dataclasses``, and having it compile five functions a class, was half of the time of a small scan. Here a
class is made without compiling anything, and its ``__init__`` is compiled when its first instance is. For type checkers
these are the standard functions; ``fields``, ``replace`` and ``is_dataclass`` of the standard library work on these
classes too, and its data classes may inherit from them. No ``ClassVar``, no ``InitVar``, no ``__post_init__``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "names", "replace"]

_ABSENT: Any = object()
_FIELDS = "__record_fields__"
_Values = Callable[[Any], tuple[Any, ...]]


class _Field:
    __slots__ = ("compare", "default", "factory", "kw_only", "repr", "type")

    def __init__(
        self, default: Any, factory: Any = _ABSENT, shown: bool = True, compare: bool = True, kw_only: bool = False
    ) -> None:
        self.default = default
        self.factory = factory
        self.repr = shown
        self.compare = compare
        self.kw_only = kw_only
        self.type: Any = None


def _field(
    *,
    default: Any = _ABSENT,
    default_factory: Any = _ABSENT,
    repr: bool = True,  # noqa: A002
    compare: bool = True,
    kw_only: bool = False,
) -> Any:
    return _Field(default, default_factory, repr, compare, kw_only)


def _dataclass(*, frozen: bool = False, slots: bool = False, eq: bool = True) -> Callable[[type], type]:
    return lambda cls: _make(cls, frozen, slots, eq)


def _replace(instance: Any, /, **changes: Any) -> Any:
    fields = getattr(type(instance), _FIELDS, None)
    if fields is None:
        from dataclasses import replace as of_the_standard_library

        return of_the_standard_library(instance, **changes)
    for name in fields:
        if name not in changes:
            changes[name] = getattr(instance, name)
    return type(instance)(**changes)


def names(one: object) -> tuple[str, ...]:
    """Of the fields of an instance, or a class, in order; none where it is no data class of this module."""
    return tuple(getattr(one if isinstance(one, type) else type(one), _FIELDS, ()))


def _make(cls: type, frozen: bool, slots: bool, eq: bool) -> type:
    namespace = cls.__dict__
    fields: dict[str, _Field] = {}
    for base in cls.__mro__[-1:0:-1]:
        fields.update(getattr(base, _FIELDS, {}))
    own = cls.__annotations__
    for name, kind in own.items():
        default = namespace.get(name, _ABSENT)
        found = default if isinstance(default, _Field) else _Field(default)
        found.type = kind
        fields[name] = found
    added: dict[str, Any] = {_FIELDS: fields, **_STANDARD}
    added["__match_args__"] = tuple(name for name, one in fields.items() if not one.kw_only)
    values = _values(tuple(name for name, one in fields.items() if one.compare))
    if eq and "__eq__" not in namespace:
        added["__eq__"] = _equality(values)
    if eq and "__hash__" not in namespace:
        added["__hash__"] = _hash(values) if frozen else None
    if "__repr__" not in namespace:
        added["__repr__"] = _shown
    if frozen:
        added["__setattr__"] = added["__delattr__"] = _refuse
    if slots:
        # A class cannot be given slots once it is made.
        kept = {name: item for name, item in namespace.items() if name not in own and name not in _OWN}
        inherited = {name for base in cls.__mro__[1:-1] for name in base.__dict__.get("__slots__", ())}
        kept["__slots__"] = tuple(name for name in own if name not in inherited)
        if frozen:
            added["__getstate__"], added["__setstate__"] = _state, _restore
        made = type(cls)(cls.__name__, cls.__bases__, {**kept, **added})
        made.__qualname__ = cls.__qualname__
    else:
        made = cls
        for name, item in added.items():
            setattr(made, name, item)
        for name in own:
            default = fields[name].default
            if default is not _ABSENT:
                setattr(made, name, default)
            elif name in namespace:
                delattr(made, name)
    made.__init__ = _first_init(made, fields, frozen)  # type: ignore[misc]
    return made


_OWN = frozenset({"__dict__", "__weakref__"})


def _first_init(cls: type, fields: Mapping[str, _Field], frozen: bool) -> Callable[..., None]:
    def __init__(self: Any, *positional: Any, **named: Any) -> None:  # noqa: N807
        made = _init(cls, fields, frozen)
        cls.__init__ = made  # type: ignore[misc]
        made(self, *positional, **named)

    return __init__


def _init(cls: type, fields: Mapping[str, _Field], frozen: bool) -> Callable[..., None]:
    """``__init__``, written as a person would and compiled: nothing else is as fast to call."""
    scope: dict[str, Any] = {"_absent": _ABSENT, "_set": object.__setattr__}
    positional: list[str] = []
    named: list[str] = []
    body: list[str] = []
    for name, one in fields.items():
        value = name
        default = ""
        if one.factory is not _ABSENT:
            scope[f"_make_{name}"] = one.factory
            default = " = _absent"
            value = f"_make_{name}() if {name} is _absent else {name}"
        elif one.default is not _ABSENT:
            scope[f"_default_{name}"] = one.default
            default = f" = _default_{name}"
        (named if one.kw_only else positional).append(name + default)
        slot = getattr(cls, name, None) if frozen else None
        if type(slot).__name__ == "member_descriptor":
            scope[f"_set_{name}"] = slot.__set__  # type: ignore[union-attr]
            body.append(f" _set_{name}(self, {value})")
        else:
            body.append(f" _set(self, {name!r}, {value})" if frozen else f" self.{name} = {value}")
    arguments = ", ".join(["self", *positional, *(["*", *named] if named else [])])
    source = f"def __init__({arguments}):\n" + ("\n".join(body) or " pass")
    exec(source, scope)  # noqa: S102 - only names of fields are in it
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__module__ = cls.__module__
    return made


def _values(own: tuple[str, ...]) -> _Values:
    """Of an instance's fields; always a tuple."""
    if len(own) > 1:
        return attrgetter(*own)
    return lambda instance: tuple(getattr(instance, name) for name in own)


def _equality(values: _Values) -> Callable[[Any, Any], Any]:
    def __eq__(self: Any, other: Any) -> Any:  # noqa: N807
        if self is other:
            return True
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _hash(values: _Values) -> Callable[[Any], int]:
    return lambda self: hash(values(self))


def _shown(self: Any) -> str:
    fields = getattr(self, _FIELDS)
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name, one in fields.items() if one.repr)
    return f"{type(self).__qualname__}({shown})"


def _refuse(self: Any, name: str, *_: Any) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in getattr(self, _FIELDS)]


def _restore(self: Any, state: list[Any]) -> None:
    for name, value in zip(getattr(self, _FIELDS), state):
        object.__setattr__(self, name, value)


class _Standard:
    """What the standard library looks at to know a data class, made when it looks."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        import dataclasses

        twin = _TWINS.get(owner)
        if twin is None:
            specifications = []
            for name, one in getattr(owner, _FIELDS).items():
                given = {"default": one.default, "default_factory": one.factory}
                given = {key: value for key, value in given.items() if value is not _ABSENT}
                made = dataclasses.field(repr=one.repr, compare=one.compare, kw_only=one.kw_only, **given)
                specifications.append((name, one.type, made))
            frozen = owner.__setattr__ is _refuse
            twin = dataclasses.make_dataclass(owner.__name__, specifications, frozen=frozen)
            _TWINS[owner] = twin
        return getattr(twin, self.name)


_TWINS: dict[type, type] = {}
_STANDARD = {name: _Standard(name) for name in ("__dataclass_fields__", "__dataclass_params__")}

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    dataclass, field, replace = _dataclass, _field, _replace
