"""``Rules`` of a template: what CloudFormation demands of parameters before it deploys anything.

A rule holds where its ``RuleCondition`` is true, or left out. Its functions are those of conditions, and with them
``Fn::Contains``, ``Fn::EachMemberEquals`` and ``Fn::EachMemberIn``; ``Fn::RefAll``, ``Fn::ValueOf`` and
``Fn::ValueOfAll`` ask AWS what is in the account, and are unknown.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ecsnet.cloudformation import conditions
from ecsnet.cloudformation.context import Context
from ecsnet.cloudformation.nodes import Items, Node, Scalar, Table
from ecsnet.cloudformation.properties import Place
from ecsnet.cloudformation.scenarios import Questions
from ecsnet.values import Several, Tri, Unknown, Value

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack

_MOST_COMPARED = 1000
"""Pairs of members that one function compares."""


def refused(stack: Stack) -> Iterator[tuple[str, Place]]:
    """The rules that parameters break as far as they are known, by name. Nothing is asked."""
    for name, place in stack.section("Rules").items():
        body = place.pair.value
        with stack.run.asking(Questions()):
            if isinstance(body, Table) and _is_broken(stack, body, place.context):
                yield name, place


def _is_broken(stack: Stack, body: Table, context: Context) -> bool:
    condition = body.get("RuleCondition")
    asserted = body.get("Assertions")
    if condition is not None and holds(stack, condition, context) is not Tri.TRUE:
        return False
    checks = [item.get("Assert") for item in _items(asserted) if isinstance(item, Table)]
    return any(check is not None and holds(stack, check, context) is Tri.FALSE for check in checks)


def holds(stack: Stack, node: Node, context: Context) -> Tri:
    """A condition of rules."""
    if not isinstance(node, Table) or len(node.pairs) != 1 or stack.run.exhausted() is not None:
        return Tri.UNKNOWN
    [(function, pair)] = node.pairs.items()
    operands = _items(pair.value)
    stack.run.depth += 1
    try:
        if function == "Fn::Not" and len(operands) == 1:
            return ~holds(stack, operands[0], context)
        if function in ("Fn::And", "Fn::Or") and operands:
            both: Callable[[Iterator[Tri]], Tri] = Tri.all if function == "Fn::And" else Tri.any
            return both(holds(stack, operand, context) for operand in operands)
        if function == "Fn::Equals":
            return conditions.operation(stack, function, pair.value, context)
        if len(operands) == 2:
            return _of_members(stack, function, *(_members(stack, operand, context) for operand in operands))
    finally:
        stack.run.depth -= 1
    return Tri.UNKNOWN


def _of_members(stack: Stack, function: str, left: tuple[Value, ...] | None, right: tuple[Value, ...] | None) -> Tri:
    if left is None or right is None or len(left) * len(right) > _MOST_COMPARED:
        return Tri.UNKNOWN
    if function == "Fn::Contains" and len(right) == 1:
        return Tri.any(conditions.same(stack, member, right[0]) for member in left)
    if function == "Fn::EachMemberEquals" and len(right) == 1:
        return Tri.all(conditions.same(stack, member, right[0]) for member in left)
    if function == "Fn::EachMemberIn":
        return Tri.all(Tri.any(conditions.same(stack, member, other) for other in right) for member in left)
    return Tri.UNKNOWN


def _members(stack: Stack, node: Node, context: Context) -> tuple[Value, ...] | None:
    """The members of a list, or one value as the only one; ``None`` where their number is not known."""
    value = stack.value(node, context)
    if isinstance(value, tuple):
        return None if any(isinstance(member, Several) for member in value) else value
    is_list = isinstance(node, Items) or (isinstance(node, Table) and _names_list(stack, node))
    return None if isinstance(value, Unknown) and is_list else (value,)


def _names_list(stack: Stack, node: Table) -> bool:
    """Whether a value that is not known may be a list: all but a parameter of one value."""
    name = node.get("Ref")
    place = stack.section("Parameters").get(name.text) if isinstance(name, Scalar) else None
    kind = place.pair.value.get("Type") if place and isinstance(place.pair.value, Table) else None
    return not isinstance(kind, Scalar) or "List" in kind.text


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Items) else ()


def used_parameters(stack: Stack, node: Node) -> Iterator[str]:
    """The parameters that a rule refers to."""
    todo = [node]
    while todo:
        node = todo.pop()
        if isinstance(node, Items):
            todo += node.items
        elif isinstance(node, Table):
            todo += [pair.value for pair in node.pairs.values()]
            name = node.get("Ref")
            if isinstance(name, Scalar) and name.text in stack.section("Parameters"):
                yield name.text
