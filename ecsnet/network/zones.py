"""Availability Zones: which are the same, which differ, and how to call them."""

from __future__ import annotations

import re

from ecsnet.values import Reference, Text, Tri, Unknown, Value, equal, leaves

_ID = re.compile(r"[a-z]+[0-9]+-az[0-9]+")
"""A zone's id: ``use1-az1``."""


def same_zone(a: Value, b: Value) -> Tri:
    """Whether two zones are one.

    Values decide; so do the index into one list of zones (a list does not name a zone twice) and what follows the
    same unknown prefix (``"${var.region}a"``, ``"${var.region}b"``).
    """
    if a is None or b is None:
        return Tri.UNKNOWN  # AWS chooses
    verdict = equal(a, b)
    if verdict is Tri.FALSE and not _comparable(a, b):
        return Tri.UNKNOWN
    if verdict is not Tri.UNKNOWN:
        return verdict
    if isinstance(a, Unknown) and isinstance(b, Unknown):
        (list_a, index_a), (list_b, index_b) = _position(a), _position(b)
        if list_a and list_a == list_b and index_a and index_b:
            return Tri.of(index_a == index_b)
    return Tri.UNKNOWN


def _comparable(a: Value, b: Value) -> bool:
    """Whether two zones that are spelt differently differ.

    Not where one may be left to AWS, nor where one is an id and the other a name: which name an account has for an id
    is known to that account. https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
    """
    spelt = [*leaves(a), *leaves(b)]
    ids = {_ID.fullmatch(zone) is not None for zone in spelt if isinstance(zone, str)}
    return None not in spelt and (len(ids) < 2 or isinstance(a, Text) or isinstance(b, Text))


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
