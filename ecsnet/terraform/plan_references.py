"""What an unknown value of a plan refers to, as far as its configuration says.

The configuration in a plan names what an expression refers to, not what it does with it: local values can't be
followed, ``dynamic`` blocks are left out, and of an index that is no constant only the resource is named.
https://developer.hashicorp.com/terraform/internals/json-format#expression-representation
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from ecsnet.resources import Path
from ecsnet.terraform.plan_document import (
    MAX_DEPTH,
    Document,
    Node,
    PlannedResource,
    key_of,
    last_call,
    node,
    nodes,
    steps_of,
)  # fmt: skip
from ecsnet.values import Reference, Unknown, Value

MAX_STEPS = 200
"""Expressions that are followed for one value."""

MAX_CANDIDATES = 64
"""Instances that a value may refer to. Of more nothing is said: as many values may have each of them to choose from."""

_WITHOUT_ORIGIN = frozenset({"count", "path", "terraform", "tofu", "self"})
_BLOCKS = frozenset({
    "auto_scaling_group_provider", "capacity_provider_strategy", "compute_resources",
    "default_capacity_provider_strategy", "ecs_parameters", "ecs_target", "ecs_task_parameters", "egress", "entry",
    "iam_instance_profile", "ingress", "launch_template", "launch_template_specification",
    "managed_instances_provider", "mixed_instances_policy", "network_acl", "network_configuration",
    "network_interface", "network_interfaces", "override", "remote_access", "route", "subnet_configuration",
    "subnet_mapping", "target", "target_parameters", "vpc_config", "vpc_options",
})  # fmt: skip
"""What may be written as blocks, and so as ``dynamic`` ones, of the resource types that have a place in a network."""


class Configured:
    """The configuration of a plan."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @cached_property
    def _by_block(self) -> Mapping[str, tuple[PlannedResource, ...]]:
        found: dict[str, list[PlannedResource]] = {}
        for instance in self._document.instances.values():
            found.setdefault(instance.block, []).append(instance)
        return {block: tuple(instances) for block, instances in found.items()}

    @cached_property
    def _modules(self) -> Mapping[str, tuple[str, ...]]:
        """The module instances that have resources, by the address of the call."""
        found: dict[str, dict[str, None]] = {}
        for instance in self._document.instances.values():
            module = instance.module
            while module:
                parent, name, _ = last_call(module)
                found.setdefault(f"{parent}.module.{name}" if parent else f"module.{name}", {})[module] = None
                module = parent
        return {call: tuple(modules) for call, modules in found.items()}

    def value(self, instance: PlannedResource, path: Path) -> Value:
        """What an unknown place of a resource is: a reference, one of several, null where nothing is written there."""
        return _Search(self, self._document).value(instance, path)

    def is_written(self, instance: PlannedResource, name: str) -> bool:
        """Whether an attribute may be set in the configuration. Of what is not, a plan shows what AWS has."""
        block = self._document.resource(instance)
        return not block or name in _BLOCKS or name in node(block.get("expressions"))

    def outputs(self) -> tuple[Value, ...]:
        """References to the instances that outputs of the root name; to all where one names what can't be followed."""
        found: dict[str, None] = {}
        seen: set[tuple[str, str]] = set()
        todo = [(expression, "") for expression in self._outputs_of("", ())]
        while todo:
            expression, module = todo.pop()
            for name in _references(expression):
                if (module, name) in seen:
                    continue
                seen.add((module, name))
                first, *rest = steps_of(name) or [""]
                if first in ("local", ""):
                    return tuple(Reference(address, "id") for address in self._document.instances)
                if first == "module" and rest:
                    for child in self.module_instances(f"{module}.module.{rest[0]}" if module else f"module.{rest[0]}"):
                        todo += ((one, child) for one in self._outputs_of(child, _without_key(rest[1:])[0]))
                elif first == "var" and rest and module:
                    given = node(self._document.call(module).get("expressions")).get(rest[0])
                    todo.append((node(given), last_call(module)[0]))
                elif rest:
                    block = f"{first}.{rest[0]}"
                    instances = self.instances(f"{module}.{block}" if module else block)
                    found.update(dict.fromkeys(instance.address for instance in instances))
        return tuple(Reference(address, "id") for address in found)

    def _outputs_of(self, module: str, steps: list[str] | tuple[()]) -> list[Node]:
        """What the output that ``steps`` begin with is made of; all of the module's, where they name none."""
        outputs = node(self._document.module(module).get("outputs"))
        return [node(node(outputs.get(name)).get("expression")) for name in steps[:1] or outputs]

    def instances(self, block: str) -> tuple[PlannedResource, ...]:
        return self._by_block.get(block, ())

    def module_instances(self, call: str) -> tuple[str, ...]:
        return self._modules.get(call, ())


class _Search:
    """One search for what a value is made of. ``None`` among what is found: something that can't be told."""

    def __init__(self, configured: Configured, document: Document) -> None:
        self._configured = configured
        self._document = document
        self._left = MAX_STEPS

    def value(self, instance: PlannedResource, path: Path) -> Value:
        block = self._document.resource(instance)
        argument = _argument(path)
        expressions = _expressions(block, instance, path)
        if expressions is None:
            return Unknown("it may stand in a dynamic block, which a plan does not show")
        if not expressions:
            return None
        found: dict[Value, None] = {}
        for expression in expressions:
            found.update(dict.fromkeys(self._expression(expression, instance.module, block, argument)))
        named = _names_resources(argument, nested=len(path) > 1)
        return _either(found) if named else Unknown("known only after deployment")

    def _expression(self, expression: Node, module: str, owner: Node, argument: str) -> list[Value]:
        """What an expression may be, written in ``module`` in a resource or a call, ``owner``."""
        found: dict[Value, None] = {}
        last = ""
        for name in _references(expression):
            # After each reference come its own beginnings.
            if last.startswith((f"{name}.", f"{name}[")) or last == name:
                continue
            last = name
            self._left -= 1
            if self._left < 0 or len(found) > MAX_CANDIDATES:
                return [None]
            found.update(dict.fromkeys(self._name(steps_of(name), module, owner, argument)))
        return list(found)

    def _name(self, steps: list[str], module: str, owner: Node, argument: str) -> list[Value]:
        first, *rest = steps or [""]
        if first in _WITHOUT_ORIGIN or (first == "each" and rest[:1] == ["key"]):
            return []
        if first == "each":
            return self._expression(node(owner.get("for_each_expression")), module, owner, argument)
        if first == "var" and rest:
            return self._variable(rest[0], module, argument)
        if first == "module" and rest:
            return self._output(rest, module, argument)
        if first == "data" and len(rest) > 1:
            return self._resource(f"data.{rest[0]}.{rest[1]}", rest[0], rest[2:], module, argument)
        if first not in ("local", "data", "var", "module") and rest:
            return self._resource(f"{first}.{rest[0]}", first, rest[1:], module, argument)
        return [None]

    def _variable(self, name: str, module: str, argument: str) -> list[Value]:
        if not module:
            return []  # the values of root variables are known
        parent, _, _ = last_call(module)
        call = self._document.call(module)
        given = node(call.get("expressions")).get(name)
        return self._expression(node(given), parent, call, argument) if given is not None else []

    def _output(self, steps: list[str], module: str, argument: str) -> list[Value]:
        call = f"{module}.module.{steps[0]}" if module else f"module.{steps[0]}"
        steps, only = _without_key(steps[1:])
        children = self._configured.module_instances(call)
        if only is not None:
            children = tuple(child for child in children if child == f"{call}{only}")
        if not children:
            return [None]
        found: dict[Value, None] = {}
        for child in children:
            configuration = self._document.module(child)
            outputs = node(configuration.get("outputs"))
            # Without its name it may be any.
            for name in steps[:1] or outputs:
                expression = node(node(outputs.get(name)).get("expression"))
                if not expression:
                    return [None]
                found.update(dict.fromkeys(self._expression(expression, child, {}, argument)))
        return list(found)

    def _resource(self, block: str, kind: str, steps: list[str], module: str, argument: str) -> list[Value]:
        steps, only = _without_key(steps)
        instances = self._configured.instances(f"{module}.{block}" if module else block)
        if only is not None:
            instances = tuple(instance for instance in instances if instance.key == key_of(only))
        if not instances or len(instances) > MAX_CANDIDATES:
            return [None]
        if not steps:
            # Which attribute is meant is not said: an id where the argument takes ids of such resources.
            if not _takes(argument, kind):
                return [None]
            steps = ["arn" if "arn" in argument.split("_") else "id"]
        found: list[Value] = []
        for instance in instances:
            found += self._attribute(instance, steps, argument)
        return found

    def _attribute(self, instance: PlannedResource, steps: list[str], argument: str) -> list[Value]:
        name = steps[0]
        if not has_unknown(instance.unknown.get(name)):
            return []
        block = self._document.resource(instance)
        if name in ("id", "arn", "name") and len(steps) == 1:
            return [Reference(instance.address, name)]
        if not name.endswith(("_id", "_arn")) or len(steps) > 1:
            return [None]
        written = _expressions(block, instance, (name,))
        if not written:
            return [Reference(instance.address, name)]
        found = [self._expression(item, instance.module, block, argument) for item in written]
        return [value for values in found for value in values]


def _either(found: Iterable[Value]) -> Value:
    values = list(found)
    if not values or None in values:
        return Unknown("known only after deployment")
    if len(values) == 1:
        return values[0]
    return Unknown("the plan does not say which of several it is", candidates=tuple(values))


def _expressions(block: Node, instance: PlannedResource, path: Path) -> list[Node] | None:
    """The expressions at a path: none where nothing is written, ``None`` where that can't be told.

    Of several blocks those of each, since a set has another order than the file. Where there are more blocks in the
    plan than are written, a ``dynamic`` block makes some; of attributes that are written as blocks that is never known.
    """
    here = [node(block.get("expressions"))]
    after: object = instance.after
    unknown: object = instance.unknown
    for step in path:
        if isinstance(step, int):
            after, unknown = _at(after, step), _at(unknown, step)
            continue
        after, unknown = node(after).get(step), node(unknown).get(step)
        below: list[Node] = []
        for item in here:
            inner = item.get(step)
            if isinstance(inner, list):
                planned = after if isinstance(after, list) else unknown
                if not isinstance(planned, list) or len(inner) != len(planned):
                    return None
                below += nodes(inner)
            elif inner is not None:
                below.append(node(inner))
        if step in _BLOCKS and (not below or any(map(_is_expression, below))):
            return None
        if not below or all(map(_is_expression, below)):
            return below
        here = below
    return None


def _at(value: object, step: int) -> object:
    return value[step] if isinstance(value, list) and step < len(value) else None


def _is_expression(item: Node) -> bool:
    return "constant_value" in item or isinstance(item.get("references"), list) or not item


def _argument(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _without_key(steps: list[str]) -> tuple[list[str], str | None]:
    return (steps[1:], steps[0]) if steps and steps[0].startswith("[") else (steps, None)


def _stem(argument: str) -> str:
    words = [word for word in argument.split("_") if word not in ("id", "ids", "arn", "arns", "identifier")]
    stem = "".join(words).removesuffix("s")
    return {"vpczone": "subnet", "vpcsecuritygroup": "securitygroup"}.get(stem, stem)


def _takes(argument: str, kind: str) -> bool:
    """Whether an argument names resources of a type: ``subnet_ids`` those of ``aws_subnet``."""
    stem = _stem(argument)
    return bool(stem) and stem in kind.replace("_", "")


_NAMED = frozenset({
    "arn", "cluster", "cluster_name", "launch_configuration", "security_groups", "subnets", "task_definition",
    "vpc_zone_identifier",
})  # fmt: skip


def _names_resources(argument: str, nested: bool) -> bool:
    """Whether the value of an argument names resources, or is a list of such names, and is no text made with them."""
    return (
        argument in _NAMED
        or argument.endswith(("_id", "_ids", "_arn", "_arns"))
        or (nested and argument in ("id", "name"))
    )


def has_unknown(unknown: object, depth: int = 0) -> bool:
    """Whether anything at or below a place of ``after_unknown`` is unknown."""
    if depth > MAX_DEPTH:
        return True
    if isinstance(unknown, (dict, list)):
        return any(
            has_unknown(item, depth + 1) for item in (unknown.values() if isinstance(unknown, dict) else unknown)
        )
    return unknown is True


def _references(expression: Node) -> list[str]:
    """The names in an expression; "", which is that of nothing, for what is damaged."""
    listed = expression.get("references") or []
    return [name if isinstance(name, str) else "" for name in listed] if isinstance(listed, list) else [""]
