"""Which resources each block of the source declares, in all that was scanned."""

from __future__ import annotations

from collections import defaultdict

from ecsnet.records import dataclass, field
from ecsnet.resources import Call, Configuration, Resource
from ecsnet.values import Span


@dataclass(slots=True)
class Uses:
    """``blocks``: by the header of a block, the instances that it declares; ``calls``: by that of a ``module`` block,
    the instances of the call. Each with the number of the root: what two roots share is used twice.
    """

    blocks: defaultdict[Span, set[tuple[int, str]]] = field(default_factory=lambda: defaultdict(set))
    calls: defaultdict[Span, set[tuple[int, str]]] = field(default_factory=lambda: defaultdict(set))
    roots: int = 0

    def note(self, root: Configuration) -> None:
        """A plan says what its configuration was; its source may be another by now, and no edit would change it."""
        self.roots += 1
        if root.language == "terraform" and root.root.endswith(".json"):
            return
        for resource in root.resources.values():
            self.blocks[resource.header].add((self.roots, resource.address))
            for call in resource.calls:
                self.calls[call.span].add((self.roots, call.address))

    def alone(self, resource: Resource) -> bool:
        """Whether the block of a resource is for this one instance only."""
        return not resource.many and len(self.blocks.get(resource.header, ())) == 1

    def called_once(self, call: Call) -> bool:
        return len(self.calls.get(call.span, ())) == 1
