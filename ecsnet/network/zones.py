"""Availability Zones: which are the same, which differ, and how to call them."""

from __future__ import annotations

from ecsnet.values import Reference, Text, Tri, Unknown, Value, equal


def same_zone(a: Value, b: Value) -> Tri:
    """Whether two zones are one.

    Values decide; so do the index into one list of zones (a list does not name a zone twice) and what follows the
    same unknown prefix (``"${var.region}a"``, ``"${var.region}b"``).
    """
    if a is None or b is None:
        return Tri.UNKNOWN  # AWS chooses
    verdict = equal(a, b)
    if verdict is not Tri.UNKNOWN:
        return verdict
    if isinstance(a, Unknown) and isinstance(b, Unknown):
        (list_a, index_a), (list_b, index_b) = _position(a), _position(b)
        if list_a and list_a == list_b and index_a and index_b:
            return Tri.of(index_a == index_b)
    return Tri.UNKNOWN


def _position(zone: Unknown) -> tuple[str, str]:
    """The list that a symbol indexes and the index: ``var.azs[0]`` is ``("var.azs", "0")``; a number or nothing."""
    if not zone.symbol.endswith("]"):
        return "", ""
    name, _, index = zone.symbol[:-1].rpartition("[")
    return (name, index) if index.isdigit() else ("", "")


def zone_name(zone: Value) -> str:
    """For messages: the zone's name, or the expression that stands for it."""
    if isinstance(zone, str):
        return zone
    if isinstance(zone, Unknown) and zone.symbol:
        return zone.symbol
    if isinstance(zone, Text):
        parts = [part if isinstance(part, str) else "${" + zone_name(part) + "}" for part in zone.parts]
        return "".join(parts)
    if isinstance(zone, Reference):
        return f"{zone.target}.{zone.attribute}"
    return "an unknown zone"
