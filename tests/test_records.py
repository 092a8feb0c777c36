"""The data classes of this project beside those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from ecsnet import records


def _classes(dataclass: Callable[..., Any], field: Callable[..., Any]) -> dict[str, Any]:
    @dataclass(frozen=True, slots=True)
    class Point:
        """A place."""

        x: int
        y: int = 2
        tags: dict[str, int] = field(default_factory=dict, repr=False)
        note: str = field(default="", compare=False)

        @property
        def sum(self) -> int:
            return self.x + self.y

    @dataclass(frozen=True, slots=True, eq=False)
    class Base:
        name: str
        certain: bool = field(default=True, kw_only=True)

    @dataclass(frozen=True, slots=True, eq=False)
    class Derived(Base):
        size: int  # type: ignore[misc]

    @dataclass(slots=True)
    class Mutable:
        items: list[int] = field(default_factory=list)

    @dataclass(frozen=True)
    class Open:
        only: str

    @dataclass(frozen=True, slots=True)
    class Empty:
        pass

    return {made.__name__: made for made in (Point, Base, Derived, Mutable, Open, Empty)}


OURS = _classes(records.dataclass, records.field)
THEIRS = _classes(dataclasses.dataclass, dataclasses.field)
MADE: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Point", (1,), {}),
    ("Point", (1, 3), {"note": "n"}),
    ("Point", (), {"x": 1, "tags": {"a": 1}}),
    ("Derived", ("n", 3), {"certain": False}),
    ("Derived", ("n",), {"size": 3}),
    ("Mutable", (), {}),
    ("Open", ("o",), {}),
    ("Empty", (), {}),
]


@pytest.mark.parametrize(("name", "positional", "named"), MADE)
def test_instances_are_those_of_the_standard_library(
    name: str, positional: tuple[Any, ...], named: dict[str, Any]
) -> None:
    ours, theirs = (classes[name](*positional, **named) for classes in (OURS, THEIRS))
    assert repr(ours) == repr(theirs)
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert [one.name for one in dataclasses.fields(ours)] == [one.name for one in dataclasses.fields(theirs)]
    assert type(ours).__match_args__ == type(theirs).__match_args__
    assert records.names(ours) == tuple(one.name for one in dataclasses.fields(theirs))
    assert hasattr(ours, "__dict__") == hasattr(theirs, "__dict__")
    assert type(ours).__hash__ is None if type(theirs).__hash__ is None else callable(type(ours).__hash__)


@pytest.mark.parametrize("classes", [OURS, THEIRS], ids=["ours", "theirs"])
def test_what_is_equal_hashes_alike(classes: dict[str, Any]) -> None:
    point = classes["Open"]
    assert point("a") == point("a") != point("b")
    assert hash(point("a")) == hash(point("a"))
    assert classes["Point"](1, note="a") == classes["Point"](1, note="b")
    assert point("a") != "a"
    assert classes["Derived"]("n", 1) != classes["Derived"]("n", 1)
    assert classes["Mutable"]([1]) == classes["Mutable"]([1])


@pytest.mark.parametrize("classes", [OURS, THEIRS], ids=["ours", "theirs"])
def test_what_is_frozen_refuses_changes(classes: dict[str, Any]) -> None:
    point = classes["Point"](1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    mutable = classes["Mutable"]()
    mutable.items = [3]
    assert mutable.items == [3]
    assert classes["Mutable"]().items == []


@pytest.mark.parametrize("classes", [OURS, THEIRS], ids=["ours", "theirs"])
@pytest.mark.parametrize("replace", [records.replace, dataclasses.replace])
def test_one_field_is_replaced(classes: dict[str, Any], replace: Callable[..., Any]) -> None:
    changed = replace(classes["Derived"]("n", 1, certain=False), size=2)
    assert (changed.name, changed.size, changed.certain) == ("n", 2, False)
    with pytest.raises(TypeError):
        replace(changed, colour="red")


@pytest.mark.parametrize("classes", [OURS, THEIRS], ids=["ours", "theirs"])
@pytest.mark.parametrize("arguments", [(), (1, 2, {}, "", 5)])
def test_wrong_arguments_are_refused_the_first_time_too(classes: dict[str, Any], arguments: tuple[Any, ...]) -> None:
    fresh = _classes(records.dataclass, records.field) if classes is OURS else classes
    for _ in range(2):
        with pytest.raises(TypeError):
            fresh["Point"](*arguments)


def test_a_class_of_the_standard_library_may_inherit() -> None:
    base: Any = OURS["Base"]

    @dataclasses.dataclass(frozen=True)
    class More(base):  # type: ignore[misc]
        extra: int

    made = More("n", 4, certain=False)
    assert (made.name, made.extra, made.certain) == ("n", 4, False)


def test_a_subclass_may_have_an_init_of_its_own() -> None:
    fresh: Any = _classes(records.dataclass, records.field)["Open"]

    class Named(fresh):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__("given")

    assert (Named().only, Named().only) == ("given", "given")


def test_copies_are_equal() -> None:
    from ecsnet.values import Span

    span = Span("main.tf", 1, 2, 3, 4)
    assert copy.deepcopy(span) == span == pickle.loads(pickle.dumps(span))


def test_init_has_the_signature_of_the_fields() -> None:
    made = OURS["Derived"]("n", 1)
    assert list(inspect.signature(type(made)).parameters) == ["name", "size", "certain"]


def test_a_scan_never_imports_the_standard_data_classes() -> None:
    code = (
        "import sys; from ecsnet.cli import main; "
        "status = main(['scan', '--quiet', sys.argv[1]]); "
        "print(status, sorted({'dataclasses', 'inspect', 'difflib', 'multiprocessing'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "examples/terraform"], capture_output=True, text=True, check=False
    )
    assert run.stdout.splitlines()[-1:] == ["1 []"], run.stderr
