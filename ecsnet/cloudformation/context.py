"""What evaluation needs to know beside the template: assumptions, loop variables, bounds of work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Literal, Union

from ecsnet.cloudformation.scenarios import NOTHING, Assumptions, Questions
from ecsnet.deadline import check
from ecsnet.records import dataclass, field
from ecsnet.resources import Hole, Problem
from ecsnet.values import Tri, Unknown, Value, equal

if TYPE_CHECKING:
    from ecsnet.cloudformation.exports import Export
    from ecsnet.cloudformation.nodes import Document
    from ecsnet.cloudformation.stack import Stack

_PACE = 50
"""Steps between two looks at the clock."""

MAX_STEPS = 1_000_000
MAX_NESTING = 150
MAX_STACKS = 200
MAX_CANDIDATES = 64
MAX_WRITTEN = 100_000
"""Characters of a string that loop variables are replaced in."""


class Absent(Enum):
    """What ``AWS::NoValue`` evaluates to: the property or element that it is given for is not there."""

    NO_VALUE = "AWS::NoValue"


NO_VALUE: Literal[Absent.NO_VALUE] = Absent.NO_VALUE
Result = Union[Value, Absent]


@dataclass(frozen=True, slots=True)
class Context:
    """``facts``: conditions of the template that are taken to be true or false, because what is evaluated only exists,
    or is only used, when they are. ``loops``: the variables of the ``Fn::ForEach`` around.
    """

    facts: frozenset[tuple[str, bool]] = frozenset()
    loops: tuple[tuple[str, str], ...] = ()

    def fact(self, condition: str) -> bool | None:
        if (condition, True) in self.facts:
            return True
        return False if (condition, False) in self.facts else None

    def loop(self, variable: str) -> str | None:
        return next((value for name, value in reversed(self.loops) if name == variable), None)

    def written(self, text: str) -> str:
        """A key, a name or a string with the loop variables in it replaced: ``${X}`` by the value, ``&{X}`` by its
        letters and digits.
        """
        if self.loops and "{" in text and len(text) <= MAX_WRITTEN:
            for name, value in reversed(self.loops):
                text = text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", "".join(filter(str.isalnum, value)))
        return text


@dataclass(slots=True, eq=False)
class Run:
    """One ``load``: what all its stacks share.

    ``roots``: the stacks that are evaluated together, and ``exports``: what they export, once it is asked for.
    ``tree``: the files that a URL may name. ``zones``: how many zones ``Fn::GetAZs`` has. ``single``: symbols of
    unknowns that are one word, without a comma. ``active``: what is being evaluated, to notice circles. ``questions``:
    what conditions ask that ``assumptions`` do not answer; ``open_conditions``: those that did so in the runs before
    this one, with the addresses of their stacks; ``wanted``: the types of resources that conditions are asked for.
    ``ambiguous``: by name, why it is not to be told which export an import means, among all stacks of the scan.
    ``secrets``: by symbol, values that conditions compare, and that are not shown.
    """

    boundary: str
    zones: int
    tree: Callable[[], Sequence[str]] = tuple
    documents: dict[str, Document | Problem | None] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    problems: dict[Problem, None] = field(default_factory=dict)
    holes: list[Hole] = field(default_factory=list)
    single: set[str] = field(default_factory=set)
    active: set[object] = field(default_factory=set)
    assumptions: Assumptions = NOTHING
    questions: Questions = field(default_factory=Questions)
    open_conditions: tuple[tuple[str, str], ...] = ()
    roots: tuple[Stack, ...] = ()
    exports: list[Export] | None = None
    wanted: frozenset[str] | None = None
    ambiguous: Mapping[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    depth: int = 0
    steps: int = 0
    stacks: int = 0

    def again(self, assumptions: Assumptions) -> Run:
        """A run over the same documents, with more taken for granted."""
        known = dict.fromkeys((*self.open_conditions, *self.questions.conditions))
        return Run(
            self.boundary,
            self.zones,
            self.tree,
            self.documents,
            assumptions=assumptions,
            open_conditions=tuple(known),
            wanted=self.wanted,
            ambiguous=self.ambiguous,
        )

    def together(self, others: Iterable[Run], ambiguous: Mapping[str, str] | None = None) -> Run:
        """A new run over the documents of others too."""
        documents = {path: document for run in others for path, document in run.documents.items()}
        return Run(self.boundary, self.zones, self.tree, documents, wanted=self.wanted, ambiguous=ambiguous or {})

    def templates(self, name: str) -> Sequence[str]:
        """The files of the tree that have a name."""
        return [path for path in self.tree() if os.path.basename(path) == name]

    def exhausted(self) -> Unknown | None:
        """Counts one step; why to go no further, if so."""
        self.steps += 1
        if not self.steps % _PACE:
            check()
        if self.steps > MAX_STEPS:
            return Unknown(f"more than {MAX_STEPS} steps of evaluation")
        if self.depth > MAX_NESTING:
            return Unknown(f"more than {MAX_NESTING} levels of evaluation")
        return None

    @contextmanager
    def asking(self, questions: Questions) -> Iterator[None]:
        """What is asked meanwhile is noted in ``questions``."""
        before, self.questions = self.questions, questions
        try:
            yield
        finally:
            self.questions = before

    @contextmanager
    def entered(self, key: object) -> Iterator[bool]:
        """Whether ``key`` was not being evaluated already."""
        if key in self.active:
            yield False
            return
        self.active.add(key)
        self.depth += 1
        try:
            yield True
        finally:
            self.depth -= 1
            self.active.discard(key)


def settle(result: Result) -> Value:
    """A value for a place that cannot be removed: there ``AWS::NoValue`` is null."""
    return None if isinstance(result, Absent) else result


def map_candidates(value: Unknown, step: Callable[[Value], Value], symbol: str, series: str = "") -> Value:
    """``step`` applied to a value that is unknown but for its candidates."""
    if value.candidates is None:
        return Unknown(value.reason, value.origin, symbol, series)
    return one_of([step(candidate) for candidate in value.candidates], value, symbol)


def one_of(candidates: list[Value], why: Unknown, symbol: str = "") -> Value:
    """Unknown but for its candidates; the value itself when they are all the same."""
    flat: list[Value] = []
    for candidate in candidates:
        nested = candidate.candidates if isinstance(candidate, Unknown) else None
        for value in (candidate,) if nested is None else nested:
            if len(flat) > MAX_CANDIDATES:
                return Unknown(why.reason, why.origin, symbol)
            if not any(other is value or equal(other, value) is Tri.TRUE for other in flat):
                flat.append(value)
    if len(flat) == 1:
        return flat[0]
    return Unknown(why.reason, why.origin, symbol, "", tuple(flat))
