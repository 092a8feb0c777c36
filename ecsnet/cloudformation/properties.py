"""Resources as a template has them, and mappings that are evaluated item by item, when they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ecsnet.cloudformation.context import NO_VALUE, Context, settle
from ecsnet.cloudformation.nodes import DocumentPath, Pair, Scalar, Table
from ecsnet.records import dataclass, field
from ecsnet.values import Tri, Unknown, Value

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack


STACKS = frozenset({"AWS::CloudFormation::Stack", "AWS::Serverless::Application"})
_HOLES = ("Custom::", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Macro")


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """A resource as the template has it. ``path`` is its place in the document, ``context`` holds when it exists."""

    name: str
    type: str
    key: Scalar
    body: Table
    path: DocumentPath
    context: Context
    exists: Tri
    guard: str

    @property
    def is_hole(self) -> bool:
        return self.type.startswith(_HOLES) or self.type.endswith("::MODULE")

    @property
    def is_stack(self) -> bool:
        return self.type in STACKS


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A pair of a mapping with its loops written out."""

    pair: Pair
    path: DocumentPath
    context: Context


@dataclass(frozen=True, slots=True, eq=False)
class Properties(Mapping[str, Value]):
    """The properties of a resource, each evaluated when it is read. Where a macro makes some of them, a property that
    is not written is unknown.
    """

    stack: Stack = field(repr=False)
    places: Mapping[str, Place] = field(repr=False)
    rest: Unknown | None = None
    evaluated: dict[str, Value] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Value:
        if key not in self.evaluated:
            place = self.places.get(key)
            if place is None:
                if self.rest is None or not isinstance(key, str):
                    raise KeyError(key)
                return self.rest
            result = self.stack.evaluate(place.pair.value, place.context)
            if result is NO_VALUE:
                raise KeyError(key)
            self.evaluated[key] = settle(result)
        return self.evaluated[key]

    def __iter__(self) -> Iterator[str]:
        return (key for key in self.places if key in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
