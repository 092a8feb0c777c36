"""Conditions, three-valued, and what follows from taking one to be true or false."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecsnet.cloudformation.context import Context
from ecsnet.cloudformation.nodes import Items, Node, Scalar, Table
from ecsnet.cloudformation.scenarios import Questions, compare
from ecsnet.cloudformation.texts import as_text
from ecsnet.records import replace
from ecsnet.values import Tri, Unknown, Value

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack


def named(stack: Stack, name: str, context: Context) -> Tri:
    """The condition ``name`` of the template."""
    fact = context.fact(name)
    if fact is not None:
        return Tri.of(fact)
    key = (name, context)
    if key not in stack.decided:
        place = stack.section("Conditions").get(name)
        if place is None:
            return Tri.UNKNOWN
        with stack.run.entered((id(stack), "condition", name)) as first:
            if not first:
                return Tri.UNKNOWN
            inner = Context(context.facts, place.context.loops)
            questions = Questions()
            with stack.run.asking(questions):
                truth = holds(stack, place.pair.value, inner)
            if truth is Tri.UNKNOWN:
                questions.conditions[(stack.address, name)] = None
            stack.decided[key] = (truth, questions)
    truth, questions = stack.decided[key]
    stack.run.questions.add(questions)
    return truth


def name_of(stack: Stack, node: Node, context: Context) -> str | None:
    """The condition that a ``Condition`` names: by a word or, with language extensions, by a function."""
    if isinstance(node, Scalar):
        return context.written(node.text)
    value = stack.value(node, context)
    return value if isinstance(value, str) else None


def made(stack: Stack, node: Node | None, context: Context) -> Tri:
    """Whether there is what has this ``Condition``, or none."""
    name = name_of(stack, node, context) if node is not None else None
    return (Tri.TRUE if node is None else Tri.UNKNOWN) if name is None else named(stack, name, context)


def holds(stack: Stack, node: Node, context: Context) -> Tri:
    """A condition, or the name of one, as ``Fn::If`` takes it."""
    if stack.run.exhausted() is not None:
        return Tri.UNKNOWN
    if isinstance(node, Scalar):
        return named(stack, context.written(node.text), context)
    if not isinstance(node, Table) or len(node.pairs) != 1:
        return Tri.UNKNOWN
    [(function, pair)] = node.pairs.items()
    argument = pair.value
    if function == "Condition":
        return holds(stack, argument, context) if isinstance(argument, Scalar) else Tri.UNKNOWN
    return operation(stack, function, argument, context)


def operation(stack: Stack, function: str, argument: Node, context: Context) -> Tri:
    """``Fn::Equals``, ``Fn::Not``, ``Fn::And``, ``Fn::Or``; unknown for anything else."""
    operands = argument.items if isinstance(argument, Items) else ()
    stack.run.depth += 1
    try:
        if function == "Fn::Equals" and len(operands) == 2:
            left, right = (stack.value(operand, context) for operand in operands)
            return same(stack, left, right)
        if function == "Fn::Not" and len(operands) == 1:
            return ~holds(stack, operands[0], context)
        if function == "Fn::And" and operands:
            return Tri.all(holds(stack, operand, context) for operand in operands)
        if function == "Fn::Or" and operands:
            return Tri.any(holds(stack, operand, context) for operand in operands)
    finally:
        stack.run.depth -= 1
    return Tri.UNKNOWN


def same(stack: Stack, left: Value, right: Value) -> Tri:
    """``Fn::Equals``."""
    one, other = _comparable(stack, left), _comparable(stack, right)
    return compare(one, other, stack.run.assumptions, stack.run.questions)


def _comparable(stack: Stack, value: Value) -> Value:
    """CloudFormation compares scalars as strings: ``true`` equals ``"true"``."""
    if isinstance(value, Unknown) and value.candidates is not None:
        return replace(value, candidates=tuple(_comparable(stack, candidate) for candidate in value.candidates))
    if isinstance(value, Unknown) and value.symbol in stack.run.secrets:
        return stack.run.secrets[value.symbol]
    return as_text(value) if isinstance(value, (bool, int)) else value


def canonical(stack: Stack, name: str) -> str:
    """The condition that ``name`` is another name of, if it is."""
    seen = {name}
    while True:
        place = stack.section("Conditions").get(name)
        node = place.pair.value.get("Condition") if place and isinstance(place.pair.value, Table) else None
        if not isinstance(node, Scalar) or node.text in seen:
            return name
        name = node.text
        seen.add(name)


def assume(stack: Stack, condition: Node | str, truth: bool, context: Context) -> Context:
    """The context with all that follows from the condition being true, or false."""
    if isinstance(condition, Scalar):
        condition = context.written(condition.text)
    if not isinstance(condition, str):
        return _assume(stack, condition, truth, context)
    key = (condition, truth, context)
    if key not in stack.assumed:
        stack.assumed[key] = _assume(stack, condition, truth, context)
    return stack.assumed[key]


def _assume(stack: Stack, condition: Node | str, truth: bool, context: Context) -> Context:
    facts = dict(context.facts)
    todo: list[tuple[Node | str, bool]] = [(condition, truth)]
    while todo:
        item, value = todo.pop()
        if isinstance(item, Scalar):
            item = context.written(item.text)
        if isinstance(item, str):
            if item in facts:
                continue
            facts[item] = value
            place = stack.section("Conditions").get(item)
            if place is not None:
                todo.append((place.pair.value, value))
        elif isinstance(item, Table) and len(item.pairs) == 1:
            [(function, pair)] = item.pairs.items()
            operands = pair.value.items if isinstance(pair.value, Items) else ()
            if function == "Condition" and isinstance(pair.value, Scalar):
                todo.append((pair.value, value))
            elif function == "Fn::Not":
                todo += [(operand, not value) for operand in operands[:1]]
            elif (function == "Fn::And" and value) or (function == "Fn::Or" and not value):
                todo += [(operand, value) for operand in operands]
    return Context(frozenset(facts.items()), context.loops)
