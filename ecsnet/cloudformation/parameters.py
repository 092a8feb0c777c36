"""Parameters and pseudo parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecsnet.cloudformation.context import MAX_CANDIDATES, Context
from ecsnet.cloudformation.deployment import partition
from ecsnet.cloudformation.nodes import Items, Node, Scalar, Table, number
from ecsnet.cloudformation.supplied import SSM as _SSM
from ecsnet.cloudformation.supplied import Resolved, is_list, is_secret
from ecsnet.cloudformation.texts import as_text, concatenate, dynamic, split
from ecsnet.values import Span, Unknown, Value

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack

_OF_THE_STACK = frozenset({"AWS::StackName", "AWS::StackId", "AWS::NotificationARNs"})
_PSEUDO = frozenset({"AWS::Region", "AWS::AccountId", "AWS::Partition", "AWS::URLSuffix"}) | _OF_THE_STACK
_ZONES = "List<AWS::EC2::AvailabilityZone::Name>"


def is_pseudo(name: str) -> bool:
    return name in _PSEUDO or name == "AWS::NoValue"


def pseudo(stack: Stack, name: str) -> Value:
    """Region and account are the same in nested stacks; a stack's name is its own."""
    known = _known(stack, name)
    if known:
        return known
    symbol = stack.address + name if name in _OF_THE_STACK else name
    if symbol in stack.run.assumptions.values:
        return stack.run.assumptions.values[symbol]
    if name != "AWS::NotificationARNs":
        stack.run.single.add(symbol)
    return Unknown(f"{name} is known only at deployment", symbol=symbol if name in _PSEUDO else "")


def _known(stack: Stack, name: str) -> str:
    """A pseudo parameter of a stack of which it is known as what it is deployed; "" where it is not."""
    deployment = stack.deployment
    if name == "AWS::StackName":
        return deployment.name
    if name == "AWS::AccountId":
        return deployment.account
    if not deployment.region:
        return ""
    of_partition, suffix = partition(deployment.region)
    found = {"AWS::Region": deployment.region, "AWS::Partition": of_partition, "AWS::URLSuffix": suffix}
    return found.get(name, "")


def parameter(stack: Stack, name: str) -> Value:
    """The value given, else the default: both are what a deployment of this text gets.

    One with NoEcho that is given from outside is used where conditions compare it, and is unknown everywhere else, so
    that nothing that is written about the template shows it.
    """
    place = stack.section("Parameters")[name]
    body = place.pair.value
    table = body if isinstance(body, Table) else Table({}, body.start, body.end)
    kind_node = table.get("Type")
    kind = kind_node.text if isinstance(kind_node, Scalar) else "String"
    symbol = stack.address + name
    origin = stack.document.pair_span(place.pair, place.path)
    reason = f"parameter {name} has no default"
    default = table.get("Default")
    if name in stack.given:
        given = stack.given[name]
        if isinstance(given, str) and not stack.calls and is_secret(body):
            stack.run.secrets[symbol] = given
            return Unknown(f"parameter {name} has NoEcho", origin, symbol)
        if isinstance(given, Resolved):
            return _typed(stack, str(given), kind.removeprefix(_SSM).rstrip(">"), symbol, origin)
        if stack.calls or not isinstance(given, Unknown) or given.symbol:
            return _typed(stack, given, kind, symbol, origin)
        reason = given.reason
    elif default is not None:
        value: Value = _written(default) if isinstance(default, Scalar) else stack.value(default, Context())
        return _typed(stack, value, kind, symbol, origin)
    known = stack.run.assumptions
    if symbol in known.values:
        return _typed(stack, known.values[symbol], kind.removeprefix(_SSM).rstrip(">"), symbol, origin)
    if kind == _ZONES:
        return Unknown(reason, origin, symbol, symbol)
    if not is_list(kind) and not kind.startswith(_SSM) and kind not in ("String", "Number"):
        stack.run.single.add(symbol)
    choices = _allowed(table.get("AllowedValues"), kind)
    excluded = known.others.get(symbol, ())
    if choices is not None and excluded:
        choices = tuple(choice for choice in choices if as_text(choice) not in excluded)
    return Unknown(reason, origin, symbol, "", choices)


def _allowed(node: Node | None, kind: str) -> tuple[Value, ...] | None:
    if not isinstance(node, Items) or is_list(kind) or kind.startswith(_SSM):
        return None
    if not 0 < len(node.items) <= MAX_CANDIDATES or not all(isinstance(item, Scalar) for item in node.items):
        return None
    return tuple(_scalar(_written(item), kind) for item in node.items if isinstance(item, Scalar))


def _written(node: Scalar) -> Value:
    """Parameters are strings: numbers as they are written, an unquoted ``yes`` as the boolean it is in YAML 1.1."""
    return as_text(node.value) if isinstance(node.value, bool) else node.text


def _scalar(value: Value, kind: str) -> Value:
    if kind == "Number" and isinstance(value, str):
        found = number(value.strip())
        return value if found is None else found
    return value


def _typed(stack: Stack, value: Value, kind: str, symbol: str, origin: Span) -> Value:
    if kind.startswith(_SSM):
        if isinstance(value, str):
            return Unknown(f"the SSM parameter {value} is read at deployment", origin, f"ssm:{value}")
        return Unknown("an SSM parameter is read at deployment", origin, symbol)
    if isinstance(value, str) and "{{resolve:" in value:
        value = dynamic(value)
    if is_list(kind):
        if isinstance(value, (bool, int)):
            value = as_text(value)
        items = split(value, ",", stack.run.single) if not isinstance(value, tuple) else value
        if not isinstance(items, tuple):
            return items
        stripped = [item.strip() if isinstance(item, str) else item for item in items]
        if stripped == [""]:
            return () if kind != "CommaDelimitedList" else ("",)
        return tuple(_scalar(item, "Number" if kind == "List<Number>" else "String") for item in stripped)
    if isinstance(value, tuple):
        # A nested stack takes lists as text.
        joined: list[Value] = []
        for item in value:
            joined += [",", item] if joined else [item]
        return concatenate(joined)
    if kind == "Number":
        return _scalar(value, kind)
    if isinstance(value, (bool, int)):
        return as_text(value)
    return value
