"""What a question about reachability is answered with: whether traffic passes, and the way that shows it.

A blocked passage names every setting that stands in the way, not only the first, as VPC Reachability Analyzer does:
Bayless et al., "Debugging Network Reachability with Blocked Paths", CAV 2021.
"""

from __future__ import annotations

from enum import Enum

from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.values import Span


class Reach(Enum):
    REACHED = "reached"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that decides and is not in the configuration: why, and where the source leaves it open."""

    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Passage:
    """Whether traffic gets through, and the way it takes, in order.

    ``obstacles``: every setting that certainly stands in its way, each with what would have to change; none unless
    blocked. ``reason`` and ``span``: why it is unknown, and where that is left open.
    """

    reach: Reach
    hops: tuple[Hop, ...] = ()
    obstacles: tuple[Hop, ...] = ()
    reason: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """A part of a way: its hops, what certainly stands in it, and what may."""

    hops: tuple[Hop, ...] = ()
    obstacles: tuple[Hop, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def __add__(self, other: Steps) -> Steps:
        return Steps(self.hops + other.hops, self.obstacles + other.obstacles, self.doubts + other.doubts)

    def passage(self) -> Passage:
        """Blocked by one obstacle, else unknown for one doubt, else reached."""
        hops = tuple(dict.fromkeys(self.hops))
        if self.obstacles:
            return Passage(Reach.BLOCKED, hops, tuple(dict.fromkeys(self.obstacles)))
        for doubt in self.doubts:
            return Passage(Reach.UNKNOWN, hops, reason=doubt.reason, span=doubt.span)
        return Passage(Reach.REACHED, hops)


def doubtful(hops: tuple[Hop, ...], reason: str, span: Span) -> Steps:
    """A part of which it is not known whether it lets traffic through."""
    return Steps(hops, doubts=(Doubt(reason, span),))
