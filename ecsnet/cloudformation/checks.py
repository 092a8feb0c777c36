"""What is wrong with a template whatever its parameters are: names that nothing declares, circular conditions."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.cloudformation.declarations import adds_names
from ecsnet.cloudformation.functions import FUNCTIONS, SUB_NAME, UNEVALUATED, VARIABLE
from ecsnet.cloudformation.nodes import LOOP, Items, Node, Scalar, Table, function_name
from ecsnet.cloudformation.parameters import is_pseudo
from ecsnet.cloudformation.properties import Declared
from ecsnet.cloudformation.stack import Stack

Complaint = tuple[int, str]
_KNOWN = FUNCTIONS.keys() | UNEVALUATED | {"Condition"}


def check(stack: Stack) -> Iterator[Complaint]:
    """Offsets and messages."""
    names = set(stack.section("Parameters")) | set(stack.declared)
    modules = tuple(name for name, found in stack.declared.items() if found.type.endswith("::MODULE"))
    scope = _Scope(stack, names, modules)
    for declared in stack.declared.values():
        yield from _resource(scope, declared)
    for place in stack.section("Conditions").values():
        yield from scope.condition(place.pair.value, _loops(place.context.loops))
    for place in stack.section("Outputs").values():
        if isinstance(place.pair.value, Table):
            loops = _loops(place.context.loops)
            yield from scope.guard(place.pair.value.get("Condition"))
            for key in ("Value", "Export"):
                node = place.pair.value.get(key)
                if node is not None:
                    yield from scope.walk(node, loops)
    yield from _circles(stack)


def _loops(loops: tuple[tuple[str, str], ...]) -> frozenset[str]:
    return frozenset(name for name, _ in loops)


def _resource(scope: _Scope, declared: Declared) -> Iterator[Complaint]:
    yield from scope.guard(declared.body.get("Condition"))
    properties = declared.body.get("Properties")
    if properties is not None:
        yield from scope.walk(properties, _loops(declared.context.loops))


class _Scope:
    def __init__(self, stack: Stack, names: set[str], modules: tuple[str, ...]) -> None:
        self.open_world = adds_names(stack)
        self.names = names
        self.modules = modules
        self.parameters = stack.section("Parameters")
        self.conditions = stack.section("Conditions")
        self.seen: set[int] = set()

    def walk(self, root: Node, loops: frozenset[str]) -> Iterator[Complaint]:
        todo: list[tuple[Node, frozenset[str]]] = [(root, loops)]
        while todo:
            node, loops = todo.pop()
            if isinstance(node, Scalar):
                continue
            if not loops:
                # What is aliased, or written out by a loop, is looked at once.
                if id(node) in self.seen:
                    continue
                self.seen.add(id(node))
            if isinstance(node, Items):
                todo += [(item, loops) for item in node.items]
                continue
            name = function_name(node)
            if name is not None:
                yield from self._function(name, node, loops)
            for key, pair in node.pairs.items():
                inner = loops
                if key.startswith(LOOP) and isinstance(pair.value, Items) and pair.value.items:
                    variable = pair.value.items[0]
                    inner = loops | {variable.text} if isinstance(variable, Scalar) else loops
                todo.append((pair.value, inner))

    def _function(self, name: str, node: Table, loops: frozenset[str]) -> Iterator[Complaint]:
        argument = node.pairs[name].value
        if name not in _KNOWN and not self.open_world and "::" not in name.removeprefix("Fn::"):
            yield node.start, f"{name!r} is not a function of CloudFormation"
        elif name == "Ref" and isinstance(argument, Scalar):
            yield from self._name(argument.text, argument, loops, "Ref")
        elif name == "Fn::GetAtt":
            yield from self._get_att(argument, loops)
        elif name == "Fn::Sub":
            yield from self._sub(argument, loops)
        elif name == "Fn::If" and isinstance(argument, Items) and argument.items:
            condition = argument.items[0]
            yield from self.guard(condition) if isinstance(condition, Scalar) else self.condition(condition, loops)

    def _get_att(self, argument: Node, loops: frozenset[str]) -> Iterator[Complaint]:
        if isinstance(argument, Items) and argument.items and isinstance(argument.items[0], Scalar):
            argument = argument.items[0]
        if isinstance(argument, Scalar):
            yield from self._name(argument.text.partition(".")[0], argument, loops, "Fn::GetAtt")

    def _sub(self, argument: Node, loops: frozenset[str]) -> Iterator[Complaint]:
        given: frozenset[str] = frozenset()
        if isinstance(argument, Items) and argument.items:
            if len(argument.items) > 1 and isinstance(argument.items[1], Table):
                given = frozenset(argument.items[1].pairs)
            argument = argument.items[0]
        if not isinstance(argument, Scalar):
            return
        for match in VARIABLE.finditer(argument.text):
            name = match[1].strip()
            if name.startswith("!") or name in given:
                continue
            if not SUB_NAME.match(name):
                yield argument.start, f"Fn::Sub takes no name like ${{{name[:50]}}}; ${{!{name[:50]}}} is literal"
            else:
                yield from self._name(name.partition(".")[0], argument, loops, "Fn::Sub")

    def _name(self, name: str, node: Scalar, loops: frozenset[str], function: str) -> Iterator[Complaint]:
        if name in self.names or name in loops or is_pseudo(name) or self.open_world:
            return
        if "${" in name or "&{" in name or (self.modules and name.startswith(self.modules)):
            return
        yield node.start, f"{function} of {name[:100]!r}, which is neither a parameter nor a resource of this template"

    def guard(self, node: Node | None) -> Iterator[Complaint]:
        if not isinstance(node, Scalar) or node.text in self.conditions or self.open_world or "${" in node.text:
            return
        if not any(name.startswith(LOOP) for name in self.conditions):
            yield node.start, f"the condition {node.text[:100]!r} is not declared"

    def condition(self, root: Node, loops: frozenset[str]) -> Iterator[Complaint]:
        """A condition and all in it: there ``Condition: X`` names another one."""
        todo = [root]
        while todo:
            node = todo.pop()
            if isinstance(node, Items):
                todo += node.items
            elif isinstance(node, Table):
                todo += [pair.value for pair in node.pairs.values()]
                if len(node.pairs) == 1:
                    yield from self.guard(node.get("Condition"))
        yield from self.walk(root, loops)


def _circles(stack: Stack) -> Iterator[Complaint]:
    """Conditions that depend on themselves, each circle once."""
    conditions = stack.section("Conditions")
    uses = {name: _used(place.pair.value) & conditions.keys() for name, place in conditions.items()}
    done: set[str] = set()
    for start in conditions:
        trail: dict[str, Iterator[str]] = {}
        name: str | None = start if start not in done else None
        while name is not None:
            trail.setdefault(name, iter(sorted(uses[name])))
            following = next((other for other in trail[name] if other not in done), None)
            if following is None:
                done.add(name)
                del trail[name]
                name = next(reversed(trail), None)
            elif following in trail:
                yield conditions[following].pair.key.start, f"the condition {following!r} depends on itself"
                done.add(following)
            else:
                name = following


def _used(root: Node) -> set[str]:
    found: set[str] = set()
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, Items):
            todo += node.items
        elif isinstance(node, Table):
            todo += [pair.value for pair in node.pairs.values()]
            condition = node.get("Condition")
            if isinstance(condition, Scalar):
                found.add(condition.text)
    return found
