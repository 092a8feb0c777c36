"""Changes that certainly mend what a rule found."""

from __future__ import annotations

from ecsnet.findings import Change, Setting
from ecsnet.network.addresses import is_internet
from ecsnet.network.exposure import Ports, opens
from ecsnet.network.links import listed
from ecsnet.network.model import Element, IngressRule
from ecsnet.options import Options
from ecsnet.records import replace
from ecsnet.values import Tri, Value

_PLACEHOLDERS = {"cidrs4": "203.0.113.0/24", "cidrs6": "2001:db8::/32"}
"""Ranges for documentation, in which nobody is: RFC 5737, RFC 3849."""


def setting(element: Element, field: str, value: bool | str, *, safe: bool = True) -> tuple[Change, ...]:
    """A field of an element takes another value."""
    return (Setting(element.resource, element.places[field], value, safe=safe),)


def narrowed(ingress: IngressRule, ports: tuple[Ports, ...], options: Options) -> tuple[Change, ...]:
    """Placeholders in the place of the internet as a source; nothing where that does not close the ports.

    Not safe: who is to be admitted, nobody but the user knows.
    """
    changes: list[Change] = []
    sources: dict[str, Value] = {"cidrs4": ingress.cidrs4, "cidrs6": ingress.cidrs6}
    for name, placeholder in _PLACEHOLDERS.items():
        value = sources[name]
        wide = [one for one in listed(value) if isinstance(one, str) and is_internet([one])]
        if len(wide) > 1:
            return ()
        for one in wide:
            changes.append(Setting(ingress.resource, ingress.places[name], placeholder, one, safe=False))
            kept = tuple(placeholder if other == one else other for other in listed(value))
            sources[name] = placeholder if isinstance(value, str) else kept
    narrow = replace(ingress, cidrs4=sources["cidrs4"], cidrs6=sources["cidrs6"])
    return tuple(changes) if opens(narrow, ports, options.allowed_sources)[1] is Tri.FALSE else ()
