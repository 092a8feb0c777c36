"""How rules word what they prove."""

from __future__ import annotations

from collections.abc import Iterable

from ecsnet.network.model import Element
from ecsnet.resources import Hop


def calls(element: Element) -> tuple[Hop, ...]:
    """The modules or nested stacks that declare an element, outermost first."""
    return tuple(Hop(call.address, "declares it through this call", call.span) for call in element.resource.calls)


def listing(names: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def distinct(hops: Iterable[Hop]) -> tuple[Hop, ...]:
    """Each hop once, where it first stands."""
    return tuple(dict.fromkeys(hops))
