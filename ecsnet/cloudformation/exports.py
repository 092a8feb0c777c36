"""What stacks export, and which export an import means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecsnet.cloudformation import conditions
from ecsnet.cloudformation.nodes import Table
from ecsnet.records import dataclass
from ecsnet.values import Text, Tri, Value, equal

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack

MAX_NAMED = 10
"""Of so many templates that export the same the reason says which they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """``root``: the stack that ``stack`` is nested in, or is."""

    name: Value
    output: str
    stack: Stack
    root: Stack


def exports(root: Stack) -> Iterator[Export]:
    """Those of a stack and of all that are nested in it."""
    for stack in root.all():
        for name, place in stack.section("Outputs").items():
            body = place.pair.value
            export = body.get("Export") if isinstance(body, Table) else None
            node = export.get("Name") if isinstance(export, Table) else None
            condition = body.get("Condition") if isinstance(body, Table) else None
            made = conditions.made(stack, condition, place.context)
            if node is not None and made is not Tri.FALSE:
                yield Export(stack.value(node, place.context), name, stack, root)


def resolve(stack: Stack, name: Value) -> Export | str | None:
    """The one export that ``name`` can be, imported by ``stack``; why it is not to be told, where there are several;
    ``None``: it is not here.

    Names are put together of the name of a stack, which is not in a template, and words, which are: the name of the
    stack may be anything, and those are preferred that are put together of the same words.
    """
    run = stack.run
    if run.exports is None:
        with run.entered("exports") as first:
            if not first:
                return "in the name of an export"
            run.exports = [export for root in run.roots for export in exports(root)]
    best = 0
    found: list[Export] = []
    for export in run.exports:
        likeness = 0 if export.stack is stack or _apart(stack, export.root) else _likeness(name, export.name)
        if likeness and likeness >= best:
            found = [export] if likeness > best else [*found, export]
            best = likeness
    if len(found) > 1:
        roots = {id(export.root): export for export in found}
        places = sorted(map(_place, roots.values()))
        more = f" and {len(places) - MAX_NAMED} more" if len(places) > MAX_NAMED else ""
        return f"exported by more than one template of this scan: {', '.join(places[:MAX_NAMED])}{more}"
    return found[0] if found else None


def _place(export: Export) -> str:
    name = export.root.deployment.name
    return f"{export.stack.document.file} (stack {name})" if name else export.stack.document.file


def _apart(one: Stack, other: Stack) -> bool:
    """Whether two stacks are in different accounts or regions: names of exports are known only within one."""
    pairs = [(one.deployment.region, other.deployment.region), (one.deployment.account, other.deployment.account)]
    return any(mine and yours and mine != yours for mine, yours in pairs)


def _likeness(one: Value, other: Value) -> int:
    """3: the same; 2: the same words around what is not known; 1: they may be the same; 0: they are not."""
    truth = equal(one, other)
    if truth is not Tri.UNKNOWN:
        return 3 if truth is Tri.TRUE else 0
    words = [_words(value) for value in (one, other)]
    if not all(any(word for word in found) for found in words):
        return 0
    if words[0] == words[1]:
        return 2
    return int(any(words[0][end] and words[1][end] for end in (0, -1)))


def _words(value: Value) -> tuple[str, ...]:
    """The known parts of a string, and "" for each that is not."""
    if isinstance(value, str):
        return (value,)
    return tuple(part if isinstance(part, str) else "" for part in value.parts) if isinstance(value, Text) else ("",)
