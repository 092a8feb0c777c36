"""What a question about reachability is answered with: whether traffic passes, and the way that shows it.

A blocked passage names every setting that stands in the way, not only the first, as VPC Reachability Analyzer does:
Bayless et al., "Debugging Network Reachability with Blocked Paths", CAV 2021.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

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


def passage(hops: Iterable[Hop], obstacles: Iterable[Hop] = (), doubts: Iterable[Doubt] = ()) -> Passage:
    """Blocked by one certain obstacle, else unknown for one doubt, else reached."""
    way, blocks = tuple(dict.fromkeys(hops)), tuple(dict.fromkeys(obstacles))
    if blocks:
        return Passage(Reach.BLOCKED, way, blocks)
    for doubt in doubts:
        return Passage(Reach.UNKNOWN, way, reason=doubt.reason, span=doubt.span)
    return Passage(Reach.REACHED, way)
