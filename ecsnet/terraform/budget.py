"""Bounds on work: what a hostile configuration asks for beyond them is unknown, and reported once.

A unit is about a microsecond: a step of evaluation, an element made, sixteen characters of a string made.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from ecsnet.deadline import check
from ecsnet.values import Encoded, Several, Span, Text, Unknown, Value

ROOT_WORK = 4_000_000
"""Units for one root module and all below it. 10,000 instances take 1,000,000 to 3,000,000."""
PER_DECLARATION = 200
"""Units beside that for each resource, data source and module that is written, however often it is called."""
VALUE_WORK = 1_000_000
"""Units for one argument, local value or output."""
MAX_WEIGHT = 500_000
"""Elements in one value, at all depths, each counted as often as it is listed, and its characters by the sixteen."""
MAX_ELEMENTS = 100_000
"""Elements of one collection."""
MAX_TEXT = 4_000_000
"""Characters of one string."""
CHARACTERS = 16
MAX_PARTS = 10_000
"""Parts of a string that is only partly known."""

PER_INSTANCE = 30
PER_MODULE = 200
PER_BODY = 50
PER_READ = 6
"""What an instance of a block, of a module, the body of a block, and reading a value again cost: time and memory."""

_PACE = 2_000
"""Units of one value between two looks at the clock."""

_LIGHT = 64
"""Values lighter than that are weighed again each time, not remembered."""


class LimitError(Exception):
    """A bound was met: its name. Unlike an error of the configuration, ``try`` and ``can`` do not go on after it."""


class Budget:
    """The work that is left for one root. ``reason``: the bound that was met first; ``span``: where."""

    def __init__(self) -> None:
        self.total = self.left = ROOT_WORK
        self.reason = ""
        self.span: Span | None = None
        self._weights: dict[int, tuple[Value, int]] = {}
        self._folders: set[str] = set()

    def grant(self, folder: str, declarations: int) -> None:
        """Work for what a module's folder declares, once: the more is written, the more there is to do."""
        if folder not in self._folders:
            self._folders.add(folder)
            self.total += PER_DECLARATION * declarations
            self.left += PER_DECLARATION * declarations

    def met(self, reason: str) -> Unknown:
        """Note that a bound was met; what stands for the value."""
        self.reason = self.reason or reason
        return Unknown(reason)

    def spend(self, units: int) -> bool:
        """Take work that is not a value's; whether any is left."""
        self.left -= units
        return self.left > 0

    def read(self, value: Value) -> Value:
        """A value that a lazy mapping holds, read once more: where nothing is left for that, unknown.

        So going through lazy mappings that hold one another comes to an end.
        """
        check()
        known = self._weights.get(id(value))
        self.left -= PER_READ if known is None else PER_READ + known[1] // 8
        return value if self.left > 0 else self.spent()

    def spent(self) -> Unknown:
        """What stands for a value when nothing is left."""
        return self.met(f"the configuration takes more than {self.total} steps to evaluate")

    def weigh(self, value: Value) -> int:
        """How many elements there are in ``value``, lazy mappings left alone; ``LimitError`` above the bound.

        Two of the same value weigh twice as much, so a value that is light takes few steps to go through.
        """
        if not isinstance(value, (tuple, dict, Text, Unknown, Several, Encoded)):
            return 1 + len(value) // CHARACTERS if isinstance(value, str) else 1
        known = self._weights.get(id(value))
        if known is not None:
            return known[1]
        total = 1
        for part in _parts(value):
            total += self.weigh(part)
            if total > MAX_WEIGHT:
                raise LimitError(f"a value of more than {MAX_WEIGHT} elements")
        if total > _LIGHT:
            # The value is kept with its weight, so that no other gets its id.
            self._weights[id(value)] = (value, total)
        return total


def _parts(value: Value) -> tuple[Value, ...]:
    if isinstance(value, tuple):
        return value
    if isinstance(value, Mapping):
        return (*value, *value.values())
    if isinstance(value, Text):
        return value.parts
    if isinstance(value, Unknown):
        return value.candidates or ()
    if isinstance(value, Several):
        return (value.element,)
    return (value.value,) if isinstance(value, Encoded) else ()


class Meter:
    """Counts the work of the value that is being evaluated. Outside of evaluation it has no end."""

    def __init__(self) -> None:
        self.left = sys.maxsize
        self._start = sys.maxsize
        self._pause = 0
        self._budget = self._idle = Budget()

    def charge(self, units: int = 1) -> None:
        """Do so much work; ``LimitError`` where there is no more left for it."""
        self.left -= units
        if self.left >= self._pause:
            return
        check()
        self._pause = max(0, self.left - _PACE)
        if self.left < 0:
            if self._budget.left <= self._start - self.left:
                raise LimitError(self._budget.spent().reason)
            raise LimitError(f"a value takes more than {VALUE_WORK} steps to evaluate")

    def made(self, value: Value) -> Value:
        """Charge for a string, or for a collection all of whose parts may be new, and hold it to its bound."""
        if isinstance(value, str):
            if len(value) > MAX_TEXT:
                raise LimitError(f"a string of more than {MAX_TEXT} characters")
            self.charge(len(value) // CHARACTERS)
        elif isinstance(value, (tuple, dict)):
            if len(value) > MAX_ELEMENTS:
                raise LimitError(f"a collection of more than {MAX_ELEMENTS} elements")
            self.charge(len(value))
            self._budget.weigh(value)
        elif isinstance(value, Text) and len(value.parts) > MAX_PARTS:
            raise LimitError(f"a string of more than {MAX_PARTS} parts that are not known")
        elif isinstance(value, (Text, Unknown, Encoded)):
            self._budget.weigh(value)
        return value

    def met(self, reason: str) -> Unknown:
        """Note that a bound was met in what is being evaluated."""
        return self._budget.met(reason)

    def begin(self, budget: Budget) -> tuple[int, int, Budget]:
        """Go over to another value, maybe of another root. What is given back is for ``end``."""
        check()
        self._settle()
        before = (self.left, self._start, self._budget)
        self.left = self._start = max(0, min(VALUE_WORK, budget.left))
        self._pause = max(0, self.left - _PACE)
        self._budget = budget
        return before

    def end(self, before: tuple[int, int, Budget]) -> None:
        """Go back to the value that needed this one."""
        self._settle()
        self.left, self._start, self._budget = before
        if self._budget is not self._idle:
            self.left = self._start = max(0, min(self.left, self._budget.left))
        self._pause = max(0, self.left - _PACE)

    def _settle(self) -> None:
        self._budget.left -= self._start - self.left
        self._start = self.left


meter = Meter()
