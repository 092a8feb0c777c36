"""What names say: the words of a resource's name and of its Name tag."""

from __future__ import annotations

import re

from ecsnet.network.model import Element, Subnet
from ecsnet.resources import Hop
from ecsnet.values import Text, Value

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

PUBLIC = frozenset({"public"})
PRIVATE = frozenset({"private", "internal", "isolated"})
_DENIED = frozenset({"non", "not"})


def words(name: str) -> frozenset[str]:
    """In lower case, split at case, digits and punctuation: ``PublicSubA`` has ``public``."""
    return frozenset(word.lower() for word in _WORD.findall(name))


def words_of(value: Value) -> frozenset[str]:
    """The words that a string certainly has; one that touches an unknown part may be a piece of a longer word."""
    if isinstance(value, str):
        return words(value)
    if not isinstance(value, Text):
        return frozenset()
    found: set[str] = set()
    for position, part in enumerate(value.parts):
        if isinstance(part, str):
            if position:
                part = re.sub(r"^[a-z]+", "", part)
            if position + 1 < len(value.parts):
                part = re.sub(r"[A-Za-z]+$", "", part)
            found |= words(part)
    return frozenset(found)


def resource_name(element: Element) -> str:
    """The name that the source gives a resource: ``public`` of ``module.vpc.aws_subnet.public[0]``, or a logical id."""
    resource = element.resource
    if resource.language == "terraform":
        own = resource.address.removeprefix(f"{resource.calls[-1].address}.") if resource.calls else resource.address
        return own.removeprefix(f"{resource.type}.").partition("[")[0]
    return resource.address.rpartition(".")[2]


def named(subnet: Subnet, wanted: frozenset[str], contrary: frozenset[str]) -> Hop | None:
    """Where the name of a subnet, or its Name tag, has one of the words wanted, and neither has one to the contrary.

    A word that denies, as in ``not-public``, is to the contrary of every other.
    """
    name = resource_name(subnet)
    own, tagged = words(name), words_of(subnet.name)
    if (own | tagged) & (contrary | _DENIED):
        return None
    if own & wanted:
        return Hop(subnet.address, f"its name is {name}", subnet.span())
    said = next((word for word in sorted(tagged & wanted)), "")
    return Hop(subnet.address, f"its Name tag says {said}", subnet.span("name")) if said else None
