"""Which resources a template declares, and what may declare more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecsnet.cloudformation import conditions, includes
from ecsnet.cloudformation.context import Context
from ecsnet.cloudformation.includes import INCLUDE, MACRO, transforms
from ecsnet.cloudformation.includes import reason as reason_of
from ecsnet.cloudformation.nodes import LOOP, Node, Scalar, Table
from ecsnet.cloudformation.properties import STACKS, Declared
from ecsnet.cloudformation.scenarios import Questions
from ecsnet.cloudformation.serverless import TRANSFORM, is_serverless
from ecsnet.resources import Hole
from ecsnet.values import Tri

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack

# Macros of AWS that add nothing to a network: they rewrite resources in place, or add what has no part in one.
_HARMLESS_MACROS = frozenset({
    TRANSFORM, "AWS::LanguageExtensions", "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16",
})  # fmt: skip


def declared(stack: Stack) -> Iterator[Declared]:
    """The resources, in order of declaration, those that are not created too."""
    for name, place in stack.section("Resources").items():
        if name == MACRO or name.startswith(LOOP):
            continue
        body = place.pair.value
        if isinstance(body, Table):
            body = includes.expanded(stack, body, place.context)
        kind = _type(body)
        if kind is None or not isinstance(body, Table):
            stack.complain(place.pair.key.start, f"the resource {name!r} has no Type")
            continue
        with stack.run.asking(stack.run.questions if _matters(stack, kind) else Questions()):
            exists, guard, context = _existence(stack, body, place.context)
        yield Declared(name, kind, place.pair.key, body, place.path, context, exists, guard)


def _matters(stack: Stack, kind: str) -> bool:
    """Whether it is worth asking for the conditions of a resource."""
    return stack.run.wanted is None or kind in stack.run.wanted or kind in STACKS


def _type(body: Node) -> str | None:
    kind = body.get("Type") if isinstance(body, Table) else None
    return kind.value if isinstance(kind, Scalar) and isinstance(kind.value, str) else None


def _existence(stack: Stack, body: Table, context: Context) -> tuple[Tri, str, Context]:
    """Whether a resource is there, on which condition, and what holds when it is."""
    exists, guard = stack.exists, stack.guard
    node = body.get("Condition")
    name = conditions.name_of(stack, node, context) if node is not None else None
    if name is not None:
        truth = conditions.named(stack, name, context)
        if truth is Tri.UNKNOWN:
            own = stack.address + conditions.canonical(stack, name)
            guard = f"{guard} and {own}" if guard else own
            context = conditions.assume(stack, name, True, context)
        exists &= truth
    elif node is not None:
        exists &= Tri.UNKNOWN
    return exists, guard if exists is Tri.UNKNOWN else "", context


def unseen(stack: Stack) -> Iterator[Hole]:
    """Macros over the whole template, macros and loops that make resources, and what has no type to be known by:
    tools that write templates have includes of their own, in the place of a resource.
    """
    address = stack.address.rstrip(".")
    for item in transforms(stack, stack.root):
        name = _macro_name(item.get("Name") if isinstance(item, Table) else item)
        if name == INCLUDE and id(item) in stack.unread:
            yield Hole(address, stack.span(item, ("Transform",)), stack.unread[id(item)], anything=True)
        elif name != INCLUDE and name not in _HARMLESS_MACROS:
            reason = f"the macro {name} may change the whole template"
            yield Hole(address, stack.span(item, ("Transform",)), reason, anything=True)
    for name, place in stack.section("Resources").items():
        if name == MACRO or name.startswith(LOOP):
            why = "a loop over a list that is not known makes resources"
            if name == MACRO:
                why = f"resources {reason_of(stack, place.pair.value)}"
            span = stack.document.pair_span(place.pair, place.path)
            yield Hole(address, span, why, anything=True)
        elif name not in stack.declared:
            span = stack.document.pair_span(place.pair, place.path)
            inputs = (stack.value(place.pair.value, place.context),)
            yield Hole(stack.address + name, span, "a resource without a Type", inputs)


def adds_names(stack: Stack) -> bool:
    """Whether something may declare names that are not written: a macro, or SAM, which makes roles and the like."""
    return is_serverless(stack) or any(True for _ in unseen(stack)) or bool(stack.unread)


def _macro_name(node: object) -> str:
    return node.text if isinstance(node, Scalar) else "(unnamed)"
