"""The body of a block as a lazy mapping: attributes, nested and ``dynamic`` blocks, and where each is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ecsnet.records import dataclass
from ecsnet.terraform.ast import Attribute, Block, Expression, Literal, ObjectCons, Template, TupleCons, Variable
from ecsnet.terraform.budget import PER_BODY
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.evaluate import NestedScope, Scope, evaluate
from ecsnet.terraform.folders import Layer
from ecsnet.terraform.lazy import Elements, Stack, no_cycle
from ecsnet.terraform.source import Source
from ecsnet.values import Key, Reference, Set, Several, Span, Text, Tri, Unknown, Value, equal

MAX_BLOCKS = 10_000
"""Instances of a resource, and blocks that one ``dynamic`` block makes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An element of a collection that something is repeated over. ``certain``: it is there for sure.

    ``many``: it stands for any number of elements; its key and value are then symbols.
    """

    key: Value
    value: Value
    certain: bool = True
    many: bool = False


def value_of(expression: Expression, scope: Scope, source: Source) -> Value:
    """An expression's value: where Terraform would reject it, or it takes too much work, unknown for that reason."""
    try:
        value = evaluate(expression, scope)
    except EvaluationError as error:
        value = Unknown(str(error), source.span(expression.start, expression.end))
    budget = scope.functions.budget
    if budget.reason and budget.span is None:
        budget.span = source.span(expression.start, expression.end)
    return value


def entries(value: Value, symbol: str) -> tuple[Entry, ...]:
    """What a collection repeats over, in order. ``symbol`` names it, to tell its keys from those of others.

    Raises ``EvaluationError`` for what is no collection.
    """
    if isinstance(value, Unknown) and value.candidates and all(_listable(item) for item in value.candidates):
        return _from_candidates(value.candidates, symbol)
    if isinstance(value, Elements) and any(isinstance(item, Several) for item in value):
        return tuple(_uncertain(i, i, item, symbol) for i, item in enumerate(value))
    if isinstance(value, tuple):
        keys = value if isinstance(value, Set) else range(len(value))
        certain = not any(isinstance(item, Several) for item in value)
        if certain:
            return tuple(Entry(key, item) for key, item in zip(keys, value))
        unclear = Unknown("the number of elements is unknown", symbol=f"{symbol}[each.key]")
        keyed = zip(value, value) if isinstance(value, Set) else ((unclear, item) for item in value)
        return tuple(_uncertain(key, 0, item, symbol) for key, item in keyed)
    if isinstance(value, Mapping):
        return tuple(_uncertain(key, key, item, symbol) for key, item in value.items())
    if value is None or isinstance(value, (str, bool, int, Text)):
        raise EvaluationError("this value can't be repeated over: it is no list, map or set")
    reason = value.reason if isinstance(value, Unknown) else "known only after deployment"
    origin = value.origin if isinstance(value, Unknown) else None
    key = Unknown(reason, origin, f"each.key in {symbol}" if symbol else "")
    item = Unknown(reason, origin, f"{symbol}[each.key]" if symbol else "")
    return (Entry(key, item, certain=False, many=True),)


def _uncertain(key: Value, position: Value, item: Value, symbol: str) -> Entry:
    if not isinstance(item, Several):
        return Entry(key, item)
    if isinstance(key, Unknown) or isinstance(position, int):
        unclear = Unknown("one of an unknown number of elements", symbol=f"each.key in {symbol}")
        return Entry(unclear, item.element, certain=False, many=True)
    return Entry(key, item.element, certain=False)


def _listable(value: Value) -> bool:
    if isinstance(value, tuple):
        return not any(isinstance(item, Several) for item in value)
    return isinstance(value, Mapping) and not any(isinstance(item, Several) for item in value.values())


def _from_candidates(candidates: tuple[Value, ...], symbol: str) -> tuple[Entry, ...]:
    """Entries that are in one candidate or more; certain where they are in all of them."""
    found: dict[Value, list[Value]] = {}
    listed = [entry for candidate in candidates for entry in entries(candidate, symbol)]
    if not all(isinstance(entry.key, (str, int, Text, Reference)) or _is_symbol(entry.key) for entry in listed):
        return tuple(Entry(entry.key, entry.value, certain=False) for entry in listed)
    for entry in listed:
        found.setdefault(entry.key, []).append(entry.value)
    return tuple(Entry(key, either(values), len(values) == len(candidates)) for key, values in found.items())


def _is_symbol(key: Value) -> bool:
    return isinstance(key, Unknown) and bool(key.symbol) and key.candidates is None


def either(values: list[Value]) -> Value:
    """One of these."""
    first, *others = values
    if all(equal(first, other) is Tri.TRUE for other in others):
        return first
    return Unknown("which of several values it is depends on an unknown condition", candidates=tuple(values))


@dataclass(frozen=True, slots=True)
class _Nested:
    """A nested block, static or made by a ``dynamic`` one. ``several``: zero or more like it."""

    content: Content
    header: Span
    several: bool
    symbol: str = ""


class Content(Mapping[Key, Value]):
    """What a body sets. ``layers``: the body and, before it, those of the blocks that override it.

    A nested block's name gives a tuple with one :class:`Content` each.
    """

    def __init__(
        self,
        layers: tuple[Layer, ...],
        scope: Scope,
        stack: Stack,
        hidden: frozenset[str] = frozenset(),
        cycle: Callable[[str], Value] = no_cycle,
    ) -> None:
        stack.budget.spend(PER_BODY)
        self._cycle = cycle
        self._scope = scope
        self._stack = stack
        self._attributes: dict[str, Layer] = {}
        self._blocks: dict[str, list[tuple[Source, Block]]] = {}
        for layer in layers:
            for name in layer.body.attributes:
                if name not in hidden:
                    self._attributes.setdefault(name, layer)
            own: dict[str, list[tuple[Source, Block]]] = {}
            for block in layer.body.blocks:
                name = block.labels[0] if block.type == "dynamic" and block.labels else block.type
                if name not in hidden:
                    own.setdefault(name, []).append((layer.source, block))
            for name, blocks in own.items():
                self._blocks.setdefault(name, blocks)
        self._values: dict[str, Value] = {}
        self._expanded: dict[str, tuple[_Nested, ...]] = {}
        self._running: set[str] = set()

    def __getitem__(self, name: Key) -> Value:
        if not isinstance(name, str) or name not in self:
            raise KeyError(name)
        budget = self._stack.budget
        if name not in self._values:
            if name in self._running:
                return self._values.setdefault(name, self._cycle(name))
            if budget.left <= 0:
                return budget.spent()
            self._running.add(name)
            try:
                value = self._stack.run(lambda: self._evaluate(name))
            finally:
                self._running.discard(name)
            self._values.setdefault(name, value)
        return budget.read(self._values[name])

    def __contains__(self, name: object) -> bool:
        return name in self._attributes or name in self._blocks

    def __iter__(self) -> Iterator[Key]:
        yield from self._attributes
        yield from (name for name in self._blocks if name not in self._attributes)

    def __len__(self) -> int:
        return len(self._attributes.keys() | self._blocks.keys())

    def locate(self, path: tuple[str | int, ...]) -> Span | None:
        """The deepest piece of source known for ``path``; ``None`` where its first step isn't set."""
        name = path[0]
        if not isinstance(name, str):
            return None
        if name in self._attributes:
            layer = self._attributes[name]
            return _within(layer.source, layer.body.attributes[name], path[1:])
        if name not in self._blocks:
            return None
        nested = self._nested(name)
        step = path[1] if len(path) > 1 else 0
        if not isinstance(step, int) or not 0 <= step < len(nested):
            source, block = self._blocks[name][0]
            return source.span(block.start, block.header_end)
        found = nested[step].content.locate(path[2:]) if len(path) > 2 else None
        return found or nested[step].header

    def _evaluate(self, name: str) -> Value:
        if name in self._attributes:
            layer = self._attributes[name]
            return value_of(layer.body.attributes[name].expression, self._scope, layer.source)
        return tuple(Several(n.content, n.symbol) if n.several else n.content for n in self._nested(name))

    def _nested(self, name: str) -> tuple[_Nested, ...]:
        if name not in self._expanded:
            result: list[_Nested] = []
            for source, block in self._blocks[name]:
                if block.type == "dynamic" and block.labels:
                    result.extend(self._dynamic(source, block))
                else:
                    content = Content((Layer(source, block.body),), self._scope, self._stack)
                    result.append(_Nested(content, source.span(block.start, block.header_end), several=False))
            self._expanded[name] = tuple(result)
        return self._expanded[name]

    def _dynamic(self, source: Source, block: Block) -> Iterator[_Nested]:
        header = source.span(block.start, block.header_end)
        body = next((inner.body for inner in block.body.blocks if inner.type == "content"), None)
        repeat = block.body.attributes.get("for_each")
        if body is None or repeat is None:
            return
        iterator = block.body.attributes.get("iterator")
        name = iterator_name(iterator.expression) if iterator else block.labels[0]
        value = value_of(repeat.expression, self._scope, source)
        symbol = symbol_of(value, repeat.expression, source)
        try:
            found = entries(value, symbol)
        except EvaluationError as error:
            found = entries(Unknown(str(error), header), symbol)
        if len(found) > MAX_BLOCKS:
            found = entries(self._stack.budget.met(f"more than {MAX_BLOCKS} blocks"), symbol)
        elif self._stack.budget.left <= PER_BODY * len(found):
            found = entries(self._stack.budget.spent(), symbol)
        for entry in found:
            scope = NestedScope(self._scope, {name: {"key": entry.key, "value": entry.value}})
            content = Content((Layer(source, body),), scope, self._stack)
            yield _Nested(content, header, not entry.certain, symbol if not entry.certain else "")


def iterator_name(expression: Expression) -> str:
    if isinstance(expression, Template) and len(expression.parts) == 1:
        expression = expression.parts[0]
    if isinstance(expression, Literal):
        return str(expression.value)
    return expression.name if isinstance(expression, Variable) else ""


def symbol_of(value: Value, expression: Expression, source: Source, prefix: str = "") -> str:
    """A canonical name of a value: its own symbol, else how it is written, in the module instance ``prefix``."""
    if isinstance(value, Unknown) and value.symbol:
        return value.symbol
    written = " ".join(source.text[expression.start : expression.end].decode("utf-8", "replace").split())
    return f"{prefix}.{written}" if prefix else written


def _within(source: Source, attribute: Attribute, path: tuple[str | int, ...]) -> Span:
    """The piece of an attribute's expression that gives the element at ``path``, as far as it is spelt out."""
    start, end = attribute.start, attribute.end
    expression: Expression = attribute.expression
    for step in path:
        inner = _element(expression, step)
        if inner is None:
            break
        start, expression = inner
        end = expression.end
    return source.span(start, end)


def _element(expression: Expression, step: str | int) -> tuple[int, Expression] | None:
    if isinstance(expression, TupleCons) and isinstance(step, int) and 0 <= step < len(expression.items):
        return expression.items[step].start, expression.items[step]
    if isinstance(expression, ObjectCons):
        for key, item in expression.items:
            plain = key.parts[0] if isinstance(key, Template) and len(key.parts) == 1 else key
            if isinstance(plain, Literal) and plain.value == step:
                return key.start, item
    return None
