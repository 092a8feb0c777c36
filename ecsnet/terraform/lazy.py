"""Values that are worked out when they are read: mappings, instances of resources, and the stack they are evaluated on.

Conventions that evaluation and functions rely on:

- a lazy mapping is stepped into with ``in`` and ``[]``; listing its values evaluates all of them;
- :class:`Elements` and :class:`Entries` are what a resource with ``count`` or ``for_each`` is where it isn't certain
  which instances exist. ``at(key)`` gives the instance at a key, as it is if it exists. Elements that may not exist are
  :class:`Several`, in a tuple and as values of a mapping alike.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping

from ecsnet.terraform.budget import Budget
from ecsnet.values import Key, Several, Unknown, Value

MAX_DEPTH = 200
"""Lazy values that may be waiting for one another. Terraform configurations have chains of ten or twenty."""

RECURSION_LIMIT = 6_000
"""Python frames that a chain of that depth may need; within a stack of 8 MB."""

TOO_DEEP = "nested too deeply to evaluate"


class Doubts:
    """Counts steps taken to instances that may not exist: where one does not, Terraform stops, or ``try`` goes on."""

    def __init__(self) -> None:
        self.count = 0

    def note(self) -> None:
        self.count += 1


doubts = Doubts()


class Stack:
    """How deep in one another lazy values are being worked out, and the work that is left for them."""

    def __init__(self) -> None:
        self.depth = 0
        self.budget = Budget()

    def run(self, compute: Callable[[], Value]) -> Value:
        """The value, or unknown where that would take more depth than there is."""
        if self.depth >= MAX_DEPTH:
            return Unknown(TOO_DEEP)
        limit = sys.getrecursionlimit()
        outermost = self.depth == 0 and limit < RECURSION_LIMIT
        if outermost:
            sys.setrecursionlimit(RECURSION_LIMIT)
        self.depth += 1
        noted = doubts.count
        try:
            return compute()
        except RecursionError:
            return Unknown(TOO_DEEP)
        finally:
            self.depth -= 1
            # An error in what is evaluated here is one of that expression: no try around the name of it goes on.
            doubts.count = noted
            if outermost:
                sys.setrecursionlimit(limit)


def no_cycle(name: str) -> Value:
    """What needs itself, where that is reported elsewhere."""
    return Unknown(f"{name} depends on itself")


class Lazy(Mapping[Key, Value]):
    """A mapping with known names whose values are worked out on first read, once. ``cycle``: one that needs itself."""

    def __init__(
        self,
        stack: Stack,
        names: Iterable[str],
        compute: Callable[[str], Value],
        cycle: Callable[[str], Value] = no_cycle,
    ) -> None:
        self._stack = stack
        self._names = dict.fromkeys(names)
        self._compute = compute
        self._cycle = cycle
        self._values: dict[str, Value] = {}
        self._running: set[str] = set()

    def __getitem__(self, name: Key) -> Value:
        if not isinstance(name, str) or name not in self._names:
            raise KeyError(name)
        if name in self._values:
            return self._stack.budget.read(self._values[name])
        if name in self._running:
            # What needs itself is unknown, whatever is then made of it further up.
            return self._values.setdefault(name, self._cycle(name))
        self._running.add(name)
        try:
            value = self._stack.run(lambda: self._compute(name))
        finally:
            self._running.discard(name)
        return self._values.setdefault(name, value)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[Key]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Certain(tuple["Value", ...]):
    """A tuple of which every element is there, none is :class:`Several`: what stands at an index needs no look at it.

    ``splats`` are those of its splats that nothing else has a part in, by what they take of each element: the instances
    of one resource are often splatted once for every instance of another.
    """

    splats: dict[object, Certain]

    @staticmethod
    def of(items: Iterable[Value]) -> Certain:
        result = Certain(items)
        result.splats = {}
        return result


class Elements(tuple["Value", ...]):
    """A tuple that knows more of what stands at an index than its elements say: they may be :class:`Several`."""

    _at: Callable[[Value], Value]

    @staticmethod
    def of(items: Iterable[Value], at: Callable[[Value], Value]) -> Elements:
        result = Elements(items)
        result._at = at
        return result

    def at(self, key: Value) -> Value:
        """What stands there if anything does. ``EvaluationError`` where nothing can; unknown if that can't be told."""
        return self._at(key)

    def map(self, function: Callable[[Value], Value]) -> Elements:
        """What a splat makes of it."""
        items = (Several(function(x.element), x.symbol) if isinstance(x, Several) else function(x) for x in self)
        return Elements.of(items, lambda key: function(self.at(key)))


class Entries(Mapping[Key, Value]):
    """A mapping of which some entries may not exist: their values are :class:`Several` where it is listed."""

    def __init__(self, items: Mapping[Key, Value], at: Callable[[Value], Value]) -> None:
        self._items = items
        self._at = at

    def at(self, key: Value) -> Value:
        """What stands there if anything does. ``EvaluationError`` where nothing can; unknown if that can't be told."""
        return self._at(key)

    def __getitem__(self, key: Key) -> Value:
        return self._items[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)
