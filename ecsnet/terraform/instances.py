"""``count`` and ``for_each``: which instances a block has, their addresses, and the value they have together.

https://developer.hashicorp.com/terraform/language/meta-arguments/count
https://developer.hashicorp.com/terraform/language/meta-arguments/for_each
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Literal

from ecsnet.records import dataclass, replace
from ecsnet.terraform.ast import Binary, Conditional, Expression, Unary
from ecsnet.terraform.content import MAX_BLOCKS, Entry, entries, symbol_of, value_of
from ecsnet.terraform.convert import to_type
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.evaluate import Scope, evaluate
from ecsnet.terraform.folders import Declaration
from ecsnet.terraform.lazy import Certain, Elements, Entries, doubts
from ecsnet.terraform.source import Source
from ecsnet.terraform.typed import TypedTuple, stated_type
from ecsnet.terraform.types import ANY, Collection
from ecsnet.values import Key, Reference, Several, Text, Tri, Unknown, Value, equal, is_known


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance, or all where their number is unknown (``many``).

    ``suffix``: what follows the address of the block: ``[0]``, ``["a"]``, or nothing.
    ``index``: the key by which an expression means one of many, an unknown without a symbol where it does not say
    which; ``None`` in others.
    ``names``: ``count`` or ``each`` in its body.
    ``guard``: the condition on which it exists, where that is unknown.
    """

    suffix: str = ""
    index: Value = None
    names: Mapping[str, Value] | None = None
    exists: Tri = Tri.TRUE
    many: bool = False
    guard: str = ""


@dataclass(frozen=True, slots=True)
class Expansion:
    """All instances of a block. ``problem``: what is wrong with its ``count`` or ``for_each``."""

    kind: Literal["single", "count", "for_each"]
    instances: Mapping[Key, Instance]
    symbol: str = ""
    problem: str = ""


def expand(declaration: Declaration, scope: Scope, prefix: str) -> Expansion:
    """Work out ``count`` or ``for_each``. ``prefix``: the address of the module instance the block is in."""
    for name in ("count", "for_each"):
        found = declaration.attribute(name)
        if found is not None:
            source, attribute = found
            problem = ""
            try:
                value = evaluate(attribute.expression, scope)
            except EvaluationError as error:
                value = value_of(attribute.expression, scope, source)
                problem = f"{name} cannot be worked out: {error}"
            symbol = symbol_of(value, attribute.expression, source, prefix)
            if name == "count":
                made = _count(value, symbol, _condition(attribute.expression, scope, source, prefix))
            else:
                made = _for_each(value, symbol)
            return replace(made, problem=made.problem or problem)
    return Expansion("single", {"": Instance()})


def whole_number(value: Value) -> int | None:
    """A count as Terraform reads it: a number, or a string that spells one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 10:
        return int(value)
    if isinstance(value, (int, Decimal)) and value == int(value) and value >= 0:
        return int(value)
    return None


def _count(value: Value, symbol: str, condition: tuple[str, Value, Value] | None) -> Expansion:
    exact = whole_number(value)
    candidates = value.candidates if isinstance(value, Unknown) and value.candidates else ()
    numbers = [n for n in map(whole_number, candidates) if n is not None]
    if exact is None and (not numbers or len(numbers) < len(candidates)):
        problem = "count is not a whole number" if is_known(value) else ""
        return Expansion("count", {"": _one_of_many_counted(symbol)}, symbol, problem)
    least, most = (exact, exact) if exact is not None else (min(numbers), max(numbers))
    if most > MAX_BLOCKS:
        problem = f"count is {most}: no more than {MAX_BLOCKS} instances are looked at"
        return Expansion("count", {"": _one_of_many_counted(symbol)}, symbol, problem)
    instances: dict[Key, Instance] = {}
    for i in range(most):
        names: Mapping[str, Value] = {"count": {"index": i}}
        if i < least:
            instances[str(i)] = Instance(f"[{i}]", None, names)
        else:
            guard = _counted_guard(i, symbol, condition)
            instances[str(i)] = Instance(f"[{i}]", None, names, Tri.UNKNOWN, guard=guard)
    return Expansion("count", instances, symbol)


def _condition(expression: Expression, scope: Scope, source: Source, prefix: str) -> tuple[str, Value, Value] | None:
    """Of ``condition ? a : b`` with an unknown condition: its canonical text, ``a`` and ``b``."""
    if not isinstance(expression, Conditional):
        return None
    condition = expression.condition
    value = value_of(condition, scope, source)
    if not isinstance(value, Unknown):
        return None
    true, false = value_of(expression.true, scope, source), value_of(expression.false, scope, source)
    if not value.symbol and isinstance(condition, Unary) and condition.op == "!":
        return symbol_of(value_of(condition.operand, scope, source), condition.operand, source, prefix), false, true
    if not value.symbol and isinstance(condition, Binary) and condition.op == "!=":
        positive = replace(condition, op="==")
        text = symbol_of(Unknown(""), positive, source, prefix)
        return text.replace("!=", "==", 1), false, true
    return symbol_of(value, condition, source, prefix), true, false


def _counted_guard(i: int, symbol: str, condition: tuple[str, Value, Value] | None) -> str:
    """Two resources that hang on one condition have the same guard, however many instances each has."""
    if condition is not None:
        text, true, false = condition[0], whole_number(condition[1]), whole_number(condition[2])
        if true is not None and false is not None:
            return text if true > false else f"!({text})"
    return symbol if i == 0 else f"{symbol} > {i}"


def _one_of_many_counted(symbol: str) -> Instance:
    index = Unknown("count is unknown", symbol=f"count.index in {symbol}")
    return Instance("", None, {"count": {"index": index}}, Tri.UNKNOWN, many=True, guard=symbol)


def _one_of_many_keyed(entry: Entry, symbol: str) -> Instance:
    each: Value = {"key": entry.key, "value": entry.value}
    return Instance("", None, {"each": each}, Tri.UNKNOWN, many=True, guard=symbol)


def _for_each(value: Value, symbol: str) -> Expansion:
    problem = ""
    try:
        if stated_type(value) == ANY and isinstance(value, tuple):
            # An attribute of a resource, which is a set if it may stand here.
            value = to_type(value, Collection("set", ANY))
        if type(value) in (tuple, TypedTuple):
            raise EvaluationError("for_each takes a map or a set of strings, and this is a list")
        found = entries(value, symbol)
        if any(isinstance(entry.key, (bool, int, Decimal, tuple, Mapping)) or entry.key is None for entry in found):
            raise EvaluationError("for_each takes a map or a set of strings, and this set has other elements")
    except EvaluationError as error:
        found = entries(Unknown(str(error)), symbol)
    if len(found) > MAX_BLOCKS:
        problem = f"for_each has {len(found)} elements: no more than {MAX_BLOCKS} instances are looked at"
        found = entries(Unknown(problem), symbol)
    instances: dict[Key, Instance] = {}
    opaque: list[Value] = []
    for entry in found:
        shown = show_key(entry.key)
        if entry.many or not shown or not _distinct(entry.key, instances, opaque):
            # What the keys are is not known: one stands for all.
            unclear = entries(Unknown("for_each is unknown"), symbol)[0]
            common = entry if len(found) == 1 and entry.many else unclear
            return Expansion("for_each", {"": _one_of_many_keyed(common, symbol)}, symbol, problem)
        names: Mapping[str, Value] = {"each": {"key": entry.key, "value": entry.value}}
        exists = Tri.TRUE if entry.certain else Tri.UNKNOWN
        guard = "" if entry.certain else f"{symbol}[{shown}]"
        key = _as_key(entry.key)
        instances[key] = Instance(f"[{shown}]", None, names, exists, guard=guard)
        if not isinstance(key, str):
            opaque.append(entry.key)
    return Expansion("for_each", instances, symbol, problem)


def _distinct(key: Value, others: Mapping[Key, Instance], opaque: list[Value]) -> bool:
    """Whether a key is provably none of the others. ``opaque``: those of them that are not plain strings."""
    if isinstance(key, str):
        return key not in others and all(equal(key, other) is Tri.FALSE for other in opaque)
    plain = (other for other in others if isinstance(other, str))
    return all(equal(key, other) is Tri.FALSE for other in (*plain, *opaque))


def show_key(key: Value) -> str:
    """A key as it is printed in an address: a string in quotes, an unknown by its symbol; "" where it has no name."""
    if isinstance(key, str):
        return quoted(key)
    if isinstance(key, Unknown):
        return key.symbol
    if isinstance(key, Reference):
        return f"{key.target}.{key.attribute}"
    if isinstance(key, Text):
        shown = [part.replace('"', '\\"') if isinstance(part, str) else show_key(part) for part in key.parts]
        if all(shown):
            whole = "".join(s if isinstance(p, str) else f"${{{s}}}" for p, s in zip(key.parts, shown))
            return f'"{whole}"'
    return ""


def quoted(text: str) -> str:
    """As Terraform prints a string key."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


def together(expansion: Expansion, make: Callable[[Instance], Value]) -> Value:
    """What the block's name means in an expression: one object, a tuple of them, or a mapping."""
    instances = expansion.instances
    if expansion.kind == "single":
        return make(instances[""])
    many = instances.get("")
    if many is not None and many.many:
        return _many(expansion, many, make)
    if expansion.kind == "count":
        objects = [make(instance) for instance in instances.values()]
        whens = [instance.exists for instance in instances.values()]
        if all(exists is Tri.TRUE for exists in whens):
            return Certain.of(objects)

        def at_index(key: Value) -> Value:
            number = whole_number(key)
            if number is not None and number < len(objects):
                if whens[number] is not Tri.TRUE:
                    doubts.note()
                return objects[number]
            if number is not None:
                raise EvaluationError(f"there is no instance [{number}]: no more than {len(objects)} can exist")
            return _some(key, objects)

        shown = (
            item if instance.exists is Tri.TRUE else Several(item, instance.guard)
            for item, instance in zip(objects, instances.values())
        )
        return Elements.of(shown, at_index)
    items = {key: make(instance) for key, instance in instances.items()}
    if all(instance.exists is Tri.TRUE for instance in instances.values()):
        return items

    def at_key(key: Value) -> Value:
        for other, item in items.items():
            if equal(key, other) is Tri.TRUE:
                if instances[other].exists is not Tri.TRUE:
                    doubts.note()
                return item
        if isinstance(key, str) and all(isinstance(other, str) for other in items):
            raise EvaluationError(f"there is no instance [{quoted(key)}]")
        return _some(key, list(items.values()))

    listed: dict[Key, Value] = {
        key: items[key] if instance.exists is Tri.TRUE else Several(items[key], instance.guard)
        for key, instance in instances.items()
    }
    return Entries(listed, at_key)


def _some(key: Value, items: list[Value]) -> Value:
    reason = key.reason if isinstance(key, Unknown) else "the index is not known"
    return Unknown(reason, candidates=tuple(items) if 0 < len(items) <= 32 else None)


def _many(expansion: Expansion, many: Instance, make: Callable[[Instance], Value]) -> Value:
    symbol = expansion.symbol
    anyone = Several(make(_anyone(many)), symbol)
    if expansion.kind == "count":

        def at_index(key: Value) -> Value:
            doubts.note()
            return make(replace(many, index=key, names={"count": {"index": key}}))

        return Elements.of((anyone,), at_index)

    def at_key(key: Value) -> Value:
        doubts.note()
        shown = show_key(key)
        value: Value = Unknown("for_each is unknown", symbol=f"{symbol}[{shown}]" if shown else "")
        own = many.names["each"] if many.names else None
        if isinstance(own, Mapping) and equal(own["key"], key) is Tri.TRUE:
            value = own["value"]
        return make(replace(many, index=key, names={"each": {"key": key, "value": value}}))

    return Entries({_as_key(own_key(many)): anyone}, at_key)


def _anyone(many: Instance) -> Instance:
    """One that is picked without saying which. Two picks may be two instances, so nothing of it has a symbol."""
    unclear = Unknown("which of an unknown number of instances is meant is unknown")
    names = {
        name: {part: unclear if isinstance(value, Unknown) else value for part, value in parts.items()}
        for name, parts in (many.names or {}).items()
        if isinstance(parts, Mapping)
    }
    return replace(many, index=unclear, names=names)


def _as_key(key: Value) -> Key:
    """A key of a mapping: itself, or an unknown of its name where it can't be one."""
    if isinstance(key, (str, Unknown, Text)):
        try:
            hash(key)
        except TypeError:  # one of several objects
            return Unknown("for_each is unknown", symbol=show_key(key))
        return key
    return Unknown("for_each is unknown", symbol=show_key(key))


def own_key(instance: Instance) -> Value:
    """``each.key`` or ``count.index`` in its body; ``None`` where it has neither."""
    for name, part in (("each", "key"), ("count", "index")):
        names = instance.names.get(name) if instance.names else None
        if isinstance(names, Mapping):
            return names[part]
    return None
