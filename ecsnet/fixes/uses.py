"""Which resources each block of the source declares, in all that was scanned."""

from __future__ import annotations

from collections.abc import Mapping

from ecsnet.records import dataclass, field
from ecsnet.resources import Call, Configuration, Resource
from ecsnet.values import Span

Counts = Mapping[Span, int]
"""By the header of a block, how many there are of what it declares."""


def counts(root: Configuration) -> tuple[Counts, Counts]:
    """The instances of each resource block of a root, and those of each ``module`` block.

    A plan says what its configuration was; its source may be another by now, and no edit would change it.
    """
    blocks: dict[Span, int] = {}
    calls: dict[Span, set[str]] = {}
    if root.language == "terraform" and root.root.endswith(".json"):
        return {}, {}
    for resource in root.resources.values():
        blocks[resource.header] = blocks.get(resource.header, 0) + 1
        for call in resource.calls:
            calls.setdefault(call.span, set()).add(call.address)
    return blocks, {span: len(addresses) for span, addresses in calls.items()}


@dataclass(slots=True)
class Uses:
    """The counts of all roots: what two roots share is used twice."""

    blocks: dict[Span, int] = field(default_factory=dict)
    calls: dict[Span, int] = field(default_factory=dict)

    def note(self, blocks: Counts, calls: Counts) -> None:
        for mine, theirs in ((self.blocks, blocks), (self.calls, calls)):
            for span, count in theirs.items():
                mine[span] = mine.get(span, 0) + count

    def alone(self, resource: Resource) -> bool:
        """Whether the block of a resource is for this one instance only."""
        return not resource.many and self.blocks.get(resource.header) == 1

    def called_once(self, call: Call) -> bool:
        return self.calls.get(call.span) == 1
