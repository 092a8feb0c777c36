"""``Globals`` of SAM: properties that all resources of a type have, as if each had them itself.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecsnet.cloudformation import includes
from ecsnet.cloudformation.context import MAX_NESTING
from ecsnet.cloudformation.nodes import Items, Node, Pair, Scalar, Table, is_function
from ecsnet.cloudformation.properties import Declared, Place

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack

TRANSFORM = "AWS::Serverless-2016-10-31"
_TYPES = "AWS::Serverless::"
_IGNORE = "IgnoreGlobals"


def is_serverless(stack: Stack) -> bool:
    """Whether SAM rewrites the template."""
    return any(isinstance(item, Scalar) and item.text == TRANSFORM for item in includes.transforms(stack, stack.root))


def with_globals(stack: Stack, declared: Declared, own: dict[str, Place]) -> dict[str, Place]:
    """The properties of a resource with those that it has of ``Globals``, whose places are there."""
    kind = declared.type.removeprefix(_TYPES)
    section = stack.section("Globals").get(kind) if kind != declared.type and is_serverless(stack) else None
    if section is None or not isinstance(section.pair.value, Table):
        return own
    ignored = declared.body.get(_IGNORE)
    names = {item.text for item in ignored.items if isinstance(item, Scalar)} if isinstance(ignored, Items) else set()
    if isinstance(ignored, Scalar) and ignored.text == "*":
        return own
    result = dict(own)
    for name, place in stack.pairs(section.pair.value, section.path, declared.context):
        if name in names:
            continue
        if name in own:
            pair = own[name].pair
            merged = _merged(place.pair.value, pair.value)
            result[name] = Place(Pair(pair.key, merged), own[name].path, own[name].context)
        else:
            result[name] = place
    return result


def _merged(shared: Node, own: Node, depth: int = 0) -> Node:
    """Mappings are joined, lists are put together, the shared one first; else the resource's own value counts, and so
    it does where one of them is a function.
    """
    if is_function(shared) or is_function(own) or depth > MAX_NESTING:
        return own
    if isinstance(shared, Items) and isinstance(own, Items):
        return Items((*shared.items, *own.items), own.start, own.end)
    if isinstance(shared, Table) and isinstance(own, Table):
        pairs = dict(shared.pairs)
        for name, pair in own.pairs.items():
            known = pairs.get(name)
            pairs[name] = pair if known is None else Pair(pair.key, _merged(known.value, pair.value, depth + 1))
        return Table(pairs, own.start, own.end)
    return own
