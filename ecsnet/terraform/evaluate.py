"""Expressions to values. What Terraform would reject raises ``EvaluationError``; what it can't know yet is unknown.

:class:`Scope` gives the values of root names. They are lazy mappings, whose items are evaluated when they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import product
from typing import Any, Protocol

from ecsnet.records import dataclass, replace
from ecsnet.terraform import comprehensions, convert, expression_types, functions, operators, scalars, steps
from ecsnet.terraform.ast import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttr,
    Index,
    Invalid,
    Literal,
    ObjectCons,
    Splat,
    SplatItem,
    Template,
    TemplateFor,
    TemplateIf,
    TupleCons,
    Unary,
    Variable,
)
from ecsnet.terraform.budget import MAX_TEXT, LimitError, meter
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions import FunctionContext
from ecsnet.terraform.functions.encoding import in_text
from ecsnet.terraform.lazy import Certain, doubts
from ecsnet.terraform.parser import SyntaxProblem
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse_template
from ecsnet.terraform.typed import element_type, is_kind, of_schema_within, stated_type, typed
from ecsnet.terraform.types import ANY, Collection, Primitive
from ecsnet.terraform.unification import inner_types, unify
from ecsnet.values import Several, Text, Tri, Unknown, Value, is_known, text

_TOO_DEEP = "expression nested too deeply to evaluate"
_MAY_NOT_EXIST = Unknown("whether an instance exists is not in the configuration")
_ITEM = "*"


class Scope(Protocol):
    """What names mean where an expression stands."""

    @property
    def functions(self) -> FunctionContext: ...

    def variable(self, name: str) -> Value:
        """The value of a root name: ``var``, ``local``, ``each``, a resource type. ``EvaluationError`` for others."""
        ...


@dataclass(frozen=True, slots=True)
class NestedScope:
    """A scope with some names of its own."""

    outer: Scope
    names: Mapping[str, Value]

    @property
    def functions(self) -> FunctionContext:
        return self.outer.functions

    def variable(self, name: str) -> Value:
        return self.names[name] if name in self.names else self.outer.variable(name)


@dataclass(frozen=True, slots=True)
class _TemplateScope:
    """What a template file sees: the variables it is given, and nothing else."""

    variables: Mapping[str, Value]
    functions: FunctionContext

    def variable(self, name: str) -> Value:
        if name not in self.variables:
            raise EvaluationError(f'Invalid value for "vars" parameter: vars map does not contain key "{name}".')
        return self.variables[name]


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of ``expression``, unknown where it takes too much work; ``EvaluationError`` where Terraform stops."""
    before = meter.begin(scope.functions.budget)
    try:
        return _evaluate(expression, scope)
    except RecursionError:
        raise EvaluationError(_TOO_DEEP) from None
    except LimitError as limit:
        return meter.met(str(limit))
    finally:
        meter.end(before)


def render_template(template: str, variables: Mapping[str, Value], context: FunctionContext) -> Value:
    """What ``templatefile`` and ``templatestring`` make of ``template``; it may not call them itself."""

    def refuse(template: str, variables: Mapping[Any, Value]) -> Value:
        raise EvaluationError("A template can't render another one.")

    source = Source("template", template.encode("utf-8", "replace"))
    try:
        parsed = parse_template(source)
    except SyntaxProblem as fault:
        line, column = source.position(fault.offset)
        raise EvaluationError(f"Error in the template, line {line}, column {column}: {fault.message}") from None
    return evaluate(parsed, _TemplateScope(variables, replace(context, render=refuse)))


def _evaluate(expression: Expression, scope: Scope) -> Value:
    meter.charge()
    return _EVALUATORS[type(expression)](expression, scope)


def _literal(node: Literal, scope: Scope) -> Value:
    return node.value


def _invalid(node: Invalid, scope: Scope) -> Value:
    raise EvaluationError(node.message)


def _variable(node: Variable, scope: Scope) -> Value:
    return scope.variable(node.name)


def _splat_item(node: SplatItem, scope: Scope) -> Value:
    return scope.variable(_ITEM)


def _tuple(node: TupleCons, scope: Scope) -> Value:
    return meter.made(tuple([_evaluate(item, scope) for item in node.items]))


def _object(node: ObjectCons, scope: Scope) -> Value:
    builder = comprehensions.ObjectBuilder("overwrite")
    for key, item in node.items:
        builder.add(_evaluate(key, scope), _evaluate(item, scope))
    return meter.made(builder.value())


def _get_attr(node: GetAttr, scope: Scope) -> Value:
    return steps.attribute(_evaluate(node.source, scope), node.name)


def _index(node: Index, scope: Scope) -> Value:
    return steps.index(_evaluate(node.source, scope), _evaluate(node.key, scope))


def _splat(node: Splat, scope: Scope) -> Value:
    def each(item: Value) -> Value:
        return _evaluate(node.each, NestedScope(scope, {_ITEM: item}))

    source = _evaluate(node.source, scope)
    if isinstance(source, Certain) and _takes_attributes(node.each):
        if node.each not in source.splats:
            taken = Certain.of(map(each, source))
            meter.made(taken)
            source.splats[node.each] = taken
        return source.splats[node.each]
    result = meter.made(steps.splat(source, (lambda item: item) if isinstance(node.each, SplatItem) else each))
    stated = stated_type(source)
    if stated == ANY:
        return typed(result, ANY)
    if is_kind(stated, "list", "set") and stated is not None:
        if not result:
            expression_types.check_steps(node.each, element_type(stated))
        return typed(result, Collection("list", expression_types.each_type(node.each, element_type(stated))))
    return result


def _takes_attributes(each: Expression) -> bool:
    """Whether a splat takes attributes of each element and nothing else, as ``[*].id`` does."""
    while isinstance(each, GetAttr):
        each = each.source
    return isinstance(each, SplatItem)


def _unary(node: Unary, scope: Scope) -> Value:
    return operators.unary(node.op, _evaluate(node.operand, scope))


def _binary(node: Binary, scope: Scope) -> Value:
    # A long chain, a && b && c && …, leans to the left: it is walked down here, not by recursion.
    chain: list[Binary] = [node]
    while isinstance(chain[-1].left, Binary):
        chain.append(chain[-1].left)
    value = _evaluate(chain[-1].left, scope)
    for step in reversed(chain):
        if step.op in ("&&", "||"):
            value = _logical(step.op, value, step.right, scope)
        else:
            other = _evaluate(step.right, scope)
            result = operators.binary(step.op, value, other)
            if result is (step.op == "==") and step.op in ("==", "!="):
                result = expression_types.of_one_type(step, value, other)
            value = result
    return value


def _logical(op: str, left: Value, right: Expression, scope: Scope) -> Value:
    decisive = Tri.FALSE if op == "&&" else Tri.TRUE
    first = operators.truth(left, f"The left operand of {op}")
    if first is decisive:
        return decisive is Tri.TRUE
    try:
        other = _evaluate(right, scope)
        second = operators.truth(other, f"The right operand of {op}")
    except EvaluationError:
        if first is Tri.UNKNOWN:
            # The left side may be what keeps Terraform from looking at this one.
            return steps.unknown_like(left)
        raise
    return operators.known_or_unknown(first & second if op == "&&" else first | second, left, other)


def _conditional(node: Conditional, scope: Scope) -> Value:
    condition = _evaluate(node.condition, scope)
    truth = operators.truth(condition, "The condition")
    if truth is Tri.UNKNOWN:
        return meter.made(steps.one_of((_possible(node.true, scope), _possible(node.false, scope)), condition))
    chosen, other = (node.true, node.false) if truth is Tri.TRUE else (node.false, node.true)
    value = _evaluate(chosen, scope)
    noted = doubts.count
    try:
        type_ = expression_types.type_of_value(value, chosen, lambda node: _evaluate(node, scope))
        if type_ == ANY:
            return value
        other_type = expression_types.error_type(other, lambda node: _evaluate(node, scope))
        alternative: Value = None
        try:
            alternative = _evaluate(other, scope)
        except EvaluationError:
            if other_type == ANY:
                return value
        else:
            other_type = expression_types.type_of_value(alternative, other, lambda node: _evaluate(node, scope))
    except EvaluationError:
        return value
    finally:
        doubts.count = noted
    # Both branches have one type, and the one that is not taken has a say in it.
    common = unify((type_, other_type))
    if common is None:
        simple = isinstance(type_, Primitive) and isinstance(other_type, Primitive)
        certain = not simple or not any(map(expression_types.is_of_schema, (node.true, node.false)))
        if certain and is_plain(value) and is_plain(alternative):
            raise EvaluationError("Inconsistent conditional result types.")
        return value
    if common == type_ or of_schema_within(value):
        return value
    if is_kind(common, "list", "map") and element_type(common) == ANY and len(inner_types(type_)) > 1:
        # Terraform itself wraps what is in an object or tuple without making it alike.
        raise EvaluationError("Inconsistent conditional result types.")
    result = convert.to_type(value, common)
    return typed(result, ANY) if alternative is None and convert.has_any(other_type) else result


def is_plain(value: Value) -> bool:
    """Whether the value is wholly known, without going through lazy mappings."""
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(is_plain, value.values()))
    return value is None or isinstance(value, (str, bool, int, Decimal))


def _possible(node: Expression, scope: Scope) -> Value:
    """A branch that may not be the one taken: its error is none unless it is."""
    try:
        return _evaluate(node, scope)
    except EvaluationError as error:
        return Unknown(str(error))


def _for(node: For, scope: Scope) -> Value:
    collection = _evaluate(node.collection, scope)
    if isinstance(collection, Unknown) and collection.candidates is not None:
        return steps.over_candidates(collection, lambda item: _for_over(node, item, scope))
    return _for_over(node, collection, scope)


def _for_over(node: For, collection: Value, scope: Scope) -> Value:
    items: list[Value] = []
    builder = comprehensions.ObjectBuilder("group" if node.group else "reject")
    if node.condition is not None and isinstance(collection, (tuple, Mapping)) and not len(collection):
        # Terraform tries the condition before it goes over anything.
        anything = {name: Unknown("an element of an empty collection") for name in (node.key, node.value) if name}
        operators.truth(_evaluate(node.condition, NestedScope(scope, anything)), "The 'if' clause")
    for entry in comprehensions.entries(collection):
        names = {node.value: entry.value} if node.key is None else {node.key: entry.key, node.value: entry.value}
        inner = NestedScope(scope, names)
        kept = Tri.TRUE
        if node.condition is not None:
            kept = operators.truth(_evaluate(node.condition, inner), "The 'if' clause")
            if kept is Tri.FALSE:
                continue
        certain = entry.certain and kept is Tri.TRUE
        symbol = entry.symbol if kept is Tri.TRUE else ""
        if node.key_result is not None:
            key = _evaluate(node.key_result, inner)
            builder.add(key, _evaluate(node.result, inner), certain=certain, many=entry.many, symbol=symbol)
        else:
            result = _evaluate(node.result, inner)
            items.append(result if certain else Several(result, symbol))
    result = meter.made(tuple(items) if node.key_result is None else builder.value())
    return typed(result, ANY) if stated_type(collection) == ANY else result


def _template(node: Template, scope: Scope) -> Value:
    if len(node.parts) == 1 and not isinstance(node.parts[0], (TemplateIf, TemplateFor)):
        return _evaluate(node.parts[0], scope)
    return _joined(node, scope)


def _joined(node: Template, scope: Scope) -> Value:
    parts: list[Value] = []
    size = 0
    for part in node.parts:
        value = in_text(_string(_evaluate(part, scope)))
        size += len(value) if isinstance(value, str) else 1
        if size > MAX_TEXT:
            raise LimitError(f"a string of more than {MAX_TEXT} characters")
        parts.append(value)
    return meter.made(text(parts))


def _string(value: Value) -> Value:
    """A part of a string."""
    if value is None:
        raise EvaluationError("The expression result is null. Cannot include a null value in a string template.")
    if isinstance(value, (tuple, Mapping)):
        raise EvaluationError("Cannot include the given value in a string template: string required.")
    return scalars.to_string(value)


def _template_if(node: TemplateIf, scope: Scope) -> Value:
    condition = _evaluate(node.condition, scope)
    truth = operators.truth(condition, "The condition")
    if truth is Tri.UNKNOWN:
        branches = []
        for branch in (node.true, node.false):
            try:
                branches.append(_joined(branch, scope))
            except EvaluationError as error:
                branches.append(Unknown(str(error)))
        return steps.one_of(branches, condition)
    return _joined(node.true if truth is Tri.TRUE else node.false, scope)


def _template_for(node: TemplateFor, scope: Scope) -> Value:
    parts: list[Value] = []
    size = 0
    collection = _evaluate(node.collection, scope)
    for entry in comprehensions.entries(collection):
        names = {node.value: entry.value} if node.key is None else {node.key: entry.key, node.value: entry.value}
        value = _joined(node.body, NestedScope(scope, names))
        parts.append(value if entry.certain else Unknown("repeated an unknown number of times"))
        size += len(value) if isinstance(value, str) else 1
        if size > MAX_TEXT:
            raise LimitError(f"a string of more than {MAX_TEXT} characters")
    return meter.made(text(parts))


def _call(node: Call, scope: Scope) -> Value:
    name = node.name.removeprefix("core::")
    if name == "try":
        return _try(node.args, scope)
    if name == "can":
        return _can(node.args, scope)
    args = tuple([_evaluate(arg, scope) for arg in node.args])
    if name in ("tolist", "toset") and isinstance(node.args[0] if node.args else None, TupleCons):
        expression_types.check_nulls(node.args[0], args[0], lambda node: _evaluate(node, scope))
    if node.expand:
        *first, last = args
        if isinstance(last, Unknown) and last.candidates is not None:
            return steps.over_candidates(last, lambda item: _expanded(name, (*first, item), scope.functions))
        return _expanded(name, args, scope.functions)
    return _applied(name, args, scope.functions)


def _expanded(name: str, args: tuple[Value, ...], context: FunctionContext) -> Value:
    *first, last = args
    if steps.is_opaque(last) and not isinstance(last, Text):
        return steps.unknown_like(last)
    if not isinstance(last, tuple):
        raise EvaluationError("Invalid expanding argument value: it must be a list, set, or tuple.")
    if any(isinstance(item, Several) for item in last):
        return Unknown(f"{name} of an unknown number of arguments")
    return _applied(name, (*first, *last), context)


def _applied(name: str, args: tuple[Value, ...], context: FunctionContext) -> Value:
    """Call a function; over arguments that are one of several values, on each of them."""
    undecided: dict[int, Unknown] = {}
    combinations = 1
    for arg in args:
        if isinstance(arg, Unknown) and arg.candidates is not None and id(arg) not in undecided:
            undecided[id(arg)] = arg
            combinations *= len(arg.candidates)
    if not undecided or combinations > steps.MAX_CANDIDATES:
        return functions.call(name, args, context)
    results: list[Value] = []
    for choice in product(*(arg.candidates or () for arg in undecided.values())):
        chosen = dict(zip(undecided, choice))
        try:
            results.append(functions.call(name, tuple([chosen.get(id(arg), arg) for arg in args]), context))
        except EvaluationError as error:
            results.append(Unknown(str(error)))
    return steps.one_of(results, next(iter(undecided.values())))


def _try(args: tuple[Expression, ...], scope: Scope) -> Value:
    """The first argument that succeeds. Where it is unknown it may yet fail: then it is it or what follows."""
    for position, arg in enumerate(args):
        noted = doubts.count
        try:
            value = _evaluate(arg, scope)
        except EvaluationError:
            doubts.count = noted
            continue
        doubtful = doubts.count > noted
        if (isinstance(value, Unknown) or doubtful) and position + 1 < len(args):
            doubts.count = noted
            cause = value if isinstance(value, Unknown) else _MAY_NOT_EXIST
            try:
                return steps.one_of((value, _try(args[position + 1 :], scope)), cause)
            except EvaluationError:
                return value
        return value
    raise EvaluationError("Error in function call: no expression succeeded, and try needs one that does.")


def _can(args: tuple[Expression, ...], scope: Scope) -> Value:
    if len(args) != 1:
        raise EvaluationError("Function can expects one argument.")
    noted = doubts.count
    try:
        value = _evaluate(args[0], scope)
    except EvaluationError:
        return False
    finally:
        doubtful, doubts.count = doubts.count > noted, noted
    if doubtful:
        return _MAY_NOT_EXIST
    return steps.unknown_like(value) if isinstance(value, Unknown) and not is_known(value) else True


_EVALUATORS: dict[type, Callable[[Any, Scope], Value]] = {
    Binary: _binary,
    Call: _call,
    Conditional: _conditional,
    For: _for,
    GetAttr: _get_attr,
    Index: _index,
    Invalid: _invalid,
    Literal: _literal,
    ObjectCons: _object,
    Splat: _splat,
    SplatItem: _splat_item,
    Template: _template,
    TemplateFor: _template_for,
    TemplateIf: _template_if,
    TupleCons: _tuple,
    Unary: _unary,
    Variable: _variable,
}
