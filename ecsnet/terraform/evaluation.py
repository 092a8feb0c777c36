"""What all modules of one root share: its sources, the work left, problems met, and names that stand for the same."""

from __future__ import annotations

from ecsnet.resources import Problem
from ecsnet.terraform.lazy import Stack
from ecsnet.terraform.planned import Planned
from ecsnet.terraform.sources import Sources
from ecsnet.values import Span, Unknown, Value


class Evaluation:
    """What all modules of one root share."""

    def __init__(self, root: str, sources: Sources, zones: int, workspace: Value, planned: Planned | None) -> None:
        self.root = root
        self.workspace: Value = workspace if planned is None else Unknown("a plan does not name its workspace")
        self.planned = planned
        self.sources = sources
        self.zones = zones
        self.stack = Stack()
        self.problems: dict[Problem, None] = {}
        self.series: dict[str, str] = {}

    def problem(self, span: Span, message: str) -> None:
        self.problems[Problem(span.file, span.start_line, span.start_column, message)] = None

    def problems_met(self) -> tuple[Problem, ...]:
        """All problems so far. Values are worked out when they are read, and more come up then."""
        budget = self.stack.budget
        if budget.reason:
            span = budget.span or Span(self.root, 1, 1, 1, 1)
            self.problem(span, f"{budget.reason}: what is beyond that bound is taken as unknown")
        return tuple(self.problems)

    def first(self, series: str, address: str) -> str:
        """The address that the elements of a series are called by, the same in every module."""
        return self.series.setdefault(series, address)
