"""The typed network of one configuration: its elements, what guards and routes them.

``read`` is the way in; :mod:`ecsnet.network.routing` and its neighbours answer questions about it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from ecsnet.deadline import check
from ecsnet.network.links import Linker, Reader
from ecsnet.network.model import Element
from ecsnet.records import dataclass
from ecsnet.resources import Configuration, Hole, Language
from ecsnet.values import Tri, references

if TYPE_CHECKING:
    from ecsnet.network.routing import Routing

E = TypeVar("E", bound=Element)
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Network:
    """Everything that one root declares. Frozen: what is derived from it is computed once, on demand."""

    configuration: Configuration
    elements: tuple[Element, ...]

    @cached_property
    def _by_kind(self) -> Mapping[type[Element], tuple[Element, ...]]:
        kinds: defaultdict[type[Element], list[Element]] = defaultdict(list)
        for element in self.elements:
            kinds[type(element)].append(element)
        return {kind: tuple(elements) for kind, elements in kinds.items()}

    @cached_property
    def _by_address(self) -> Mapping[tuple[type[Element], str], Element]:
        return {(type(element), element.address): element for element in self.elements}

    @cached_property
    def routing(self) -> Routing:
        from ecsnet.network.routing import Routing

        return Routing(self)

    @cached_property
    def _derived(self) -> dict[object, object]:
        return {}

    def derived(self, make: Callable[[Network], T]) -> T:
        """What ``make`` makes of this network, an index of it for one: made once."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return self._derived[make]  # type: ignore[return-value]

    def all(self, kind: type[E]) -> tuple[E, ...]:
        """Every element of a kind, in order of declaration."""
        check()
        return self._by_kind.get(kind, ())  # type: ignore[return-value]

    def get(self, kind: type[E], address: str | None) -> E | None:
        """The element of a kind that the resource at ``address`` declares."""
        check()
        return self._by_address.get((kind, address or ""))  # type: ignore[return-value]

    @cached_property
    def _holes_by_target(self) -> Mapping[str, Hole]:
        found: dict[str, Hole] = {}
        for hole in self.configuration.holes:
            for reference in references(hole.inputs):
                found.setdefault(reference.target, hole)
        return found

    @cached_property
    def _hole_over_all(self) -> Hole | None:
        return next((hole for hole in self.configuration.holes if hole.anything), None)

    def hole(self, address: str) -> Hole | None:
        """What may act on the resource at ``address`` unseen: a module or stack that is not there and is given it."""
        check()
        return self._hole_over_all or self._holes_by_target.get(address)


def exists(element: Element, given: frozenset[str]) -> Tri:
    """Whether an element is there, provided that everything guarded by one of ``given`` is."""
    resource = element.resource
    there = Tri.TRUE if resource.guard and resource.guard in given else resource.exists
    return there if element.certain else there & Tri.UNKNOWN


def guards(*elements: Element) -> frozenset[str]:
    """The conditions on which elements exist."""
    return frozenset(element.resource.guard for element in elements if element.resource.guard)


def read(configuration: Configuration) -> Network:
    """The network that a configuration declares."""
    readers, linker = _readers(configuration.language), Linker(configuration)
    found: list[Element] = []
    for resource in configuration.resources.values():
        check()
        reader = readers.get(resource.type)
        if reader:
            found += reader(resource, linker)
    return Network(configuration, tuple(found))


def wanted(language: Language) -> frozenset[str]:
    """The resource types that the network is read from."""
    return frozenset(_readers(language))


def _readers(language: Language) -> Mapping[str, Reader]:
    if language == "terraform":
        from ecsnet.network import terraform

        return terraform.READERS
    from ecsnet.network import cloudformation

    return cloudformation.READERS
