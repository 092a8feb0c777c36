"""The intrinsic functions. Each takes the stack, the node of its argument and the context; what is not known, or not
written as the function wants it, gives an unknown with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING

from ecsnet.cloudformation import conditions, exports, includes
from ecsnet.cloudformation.context import NO_VALUE, Absent, Context, Result, map_candidates, one_of, settle
from ecsnet.cloudformation.nodes import Items, Node, Scalar, Table
from ecsnet.cloudformation.texts import concatenate, split, symbol_of
from ecsnet.records import replace
from ecsnet.values import Encoded, Reference, Several, Text, Tri, Unknown, Value, is_known

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack

VARIABLE = re.compile(r"\$\{([^}]*)\}")
SUB_NAME = re.compile(r"[A-Za-z0-9_.:]+\Z")
_MAX_BLOCKS = 256
"""``Fn::Cidr`` makes at most 256 blocks."""
_MAX_INDEX = 1_000_000

Function = Callable[["Stack", Node, Context], Result]


def call(stack: Stack, name: str, node: Table, context: Context) -> Result:
    function = FUNCTIONS.get(name)
    if name == includes.MACRO:
        return Unknown(includes.reason(stack, node.pairs[name].value), stack.span(node))
    argument = node.pairs[name].value
    if function is None:
        return Unknown(f"{name} is not evaluated", stack.span(node))
    result = function(stack, argument, context)
    # What is large counts as more than one step: a long list may be joined on every line.
    if isinstance(result, (str, tuple)):
        stack.run.steps += len(result) // (100 if isinstance(result, str) else 1)
    if isinstance(result, Unknown) and result.origin is None:
        return replace(result, origin=stack.span(node))
    return result


def _operands(node: Node, fewest: int, most: int) -> tuple[Node, ...]:
    """The arguments of a function that takes a list; none where their number is wrong."""
    return node.items if isinstance(node, Items) and fewest <= len(node.items) <= most else ()


def _wrong(function: str) -> Unknown:
    return Unknown(f"{function} is not given what it takes")


def _ref(stack: Stack, node: Node, context: Context) -> Result:
    name = stack.value(node, context)
    return stack.ref(name, context, node) if isinstance(name, str) else Unknown("Ref of a name that is not known")


def _get_att(stack: Stack, node: Node, context: Context) -> Result:
    if isinstance(node, Scalar):
        name, _, attribute = context.written(node.text).partition(".")
        return stack.get_attribute(name, attribute, context, node)
    if isinstance(node, Items) and len(node.items) >= 2:
        words = [stack.value(item, context) for item in node.items]
        names = [word for word in words if isinstance(word, str)]
        if len(names) == len(words):
            return stack.get_attribute(names[0], ".".join(names[1:]), context, node)
        return Unknown("Fn::GetAtt of a name that is not known")
    return _wrong("Fn::GetAtt")


def _sub(stack: Stack, node: Node, context: Context) -> Result:
    operands = _operands(node, 1, 2)
    template = operands[0] if operands else node
    variables = operands[1] if len(operands) == 2 else None
    if not isinstance(template, Scalar) or not (variables is None or isinstance(variables, Table)):
        return _wrong("Fn::Sub")
    parts: list[Value] = []
    end = 0
    literal = context.written(template.text)
    values: dict[str, Value] = {}
    for match in VARIABLE.finditer(literal):
        parts.append(literal[end : match.start()])
        end = match.end()
        name = match[1].strip()
        if name not in values:
            values[name] = _variable(stack, name, template, variables, context)
        parts.append(values[name])
    result = concatenate([*parts, literal[end:]])
    return _resolve(stack, result)


def _variable(stack: Stack, name: str, template: Scalar, variables: Table | None, context: Context) -> Value:
    if name.startswith("!"):
        return f"${{{name[1:]}}}"
    given = variables.get(name) if variables is not None else None
    if given is not None:
        return stack.value(given, context)
    if not SUB_NAME.match(name):
        return Unknown(f"${{{name}}} is not a name", stack.span(template))
    resource, dot, attribute = name.partition(".")
    if dot:
        return stack.get_attribute(resource, attribute, context, template)
    return settle(stack.ref(name, context, template))


def _resolve(stack: Stack, value: Value) -> Value:
    """Dynamic references in a string that a function made."""
    if isinstance(value, str) and "{{resolve:" in value:
        return settle(stack.evaluate(Scalar(value, value, 0, 0), Context()))
    if isinstance(value, Text) and any(isinstance(part, str) and "{{resolve:" in part for part in value.parts):
        return Unknown("resolved at deployment", symbol=symbol_of(value))
    return value


def _join(stack: Stack, node: Node, context: Context) -> Result:
    operands = _operands(node, 2, 2)
    if not operands or not isinstance(operands[0], Scalar):
        return _wrong("Fn::Join")
    delimiter = operands[0].text
    values = stack.value(operands[1], context)
    name = symbol_of(values)
    symbol = f"Fn::Join('{delimiter}', {name})" if name else ""
    if isinstance(values, Unknown):
        return Unknown(values.reason, values.origin, symbol)
    if not isinstance(values, tuple):
        return Unknown("Fn::Join of a list that is not known", symbol=symbol)
    if _zone_series(values) or any(isinstance(item, Several) for item in values):
        return Unknown("Fn::Join of a list whose length is not known", symbol=symbol)
    parts: list[Value] = []
    for item in values:
        parts += [delimiter, item] if parts else [item]
    return _resolve(stack, concatenate(parts))


def _split(stack: Stack, node: Node, context: Context) -> Result:
    operands = _operands(node, 2, 2)
    if not operands or not isinstance(operands[0], Scalar):
        return _wrong("Fn::Split")
    return split(stack.value(operands[1], context), operands[0].text, stack.run.single)


def _select(stack: Stack, node: Node, context: Context) -> Result:
    operands = _operands(node, 2, 2)
    if not operands:
        return _wrong("Fn::Select")
    index = _integer(stack.value(operands[0], context))
    values = stack.value(operands[1], context)
    if index is None or not 0 <= index <= _MAX_INDEX:
        return Unknown("Fn::Select with an index that is not known")
    stack.run.steps += index // 10
    return select(values, index)


def select(values: Value, index: int) -> Value:
    name = symbol_of(values)
    symbol = f"{name}[{index}]" if name else ""
    if isinstance(values, Unknown):
        return map_candidates(values, lambda candidate: select(candidate, index), symbol, values.series)
    if isinstance(values, Reference):
        return Unknown(f"{name} is known only after deployment", symbol=symbol)
    if not isinstance(values, tuple):
        return Unknown("Fn::Select of what is not a list")
    series = _zone_series(values)
    if series:
        return Unknown("zones are known only at deployment", None, f"{series}[{index}]", series)
    if any(isinstance(item, Several) for item in values[: index + 1]):
        return Unknown("the number of elements is not known", symbol=symbol)
    if index < len(values):
        return values[index]
    return Unknown(f"Fn::Select of element {index} of {len(values)}")


def _zone_series(values: Value) -> str:
    """The series of a list that ``Fn::GetAZs`` gave: its length, unlike its elements, is an assumption."""
    if not isinstance(values, tuple) or not values:
        return ""
    first = values[0]
    series = first.series if isinstance(first, Unknown) else ""
    if not series.startswith("Fn::GetAZs("):
        return ""
    named = [isinstance(item, Unknown) and item.symbol == f"{series}[{i}]" for i, item in enumerate(values)]
    return series if all(named) else ""


def _integer(value: Value) -> int | None:
    if isinstance(value, str) and len(value) < 10 and value.strip().isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _get_azs(stack: Stack, node: Node, context: Context) -> Result:
    region = stack.value(node, context)
    name = symbol_of(region) if region else "AWS::Region"
    if not name:
        return Unknown("zones of a region that is not known")
    series = f"Fn::GetAZs({name})"
    origin = stack.span(node)
    return tuple(
        Unknown("zones are known only at deployment", origin, f"{series}[{i}]", series) for i in range(stack.run.zones)
    )


def _cidr(stack: Stack, node: Node, context: Context) -> Result:
    operands = _operands(node, 2, 3)
    if not operands:
        return _wrong("Fn::Cidr")
    block = stack.value(operands[0], context)
    count = _integer(stack.value(operands[1], context))
    bits = _integer(stack.value(operands[2], context)) if len(operands) == 3 else None
    if count is None or not 0 < count <= _MAX_BLOCKS or (len(operands) == 3 and bits is None):
        return Unknown("Fn::Cidr with a count or a size that is not known")
    if isinstance(block, str):
        return _blocks(block, count, bits)
    name = symbol_of(block)
    series = f"Fn::Cidr({name}, {count}, {bits})" if name else ""
    return tuple(
        Unknown("a part of a block known only after deployment", None, f"{series}[{i}]" if series else "", series)
        for i in range(count)
    )


def _blocks(block: str, count: int, bits: int | None) -> Value:
    try:
        network: IPv4Network | IPv6Network = ip_network(block.strip(), strict=False)
    except ValueError:
        return Unknown(f"{block[:50]} is not a CIDR block")
    if bits is None:
        bits = 8 if network.version == 4 else 64
    prefix = network.max_prefixlen - bits
    if not network.prefixlen <= prefix or bits < 0 or count > 1 << (prefix - network.prefixlen):
        return Unknown(f"{count} blocks of {bits} bits are not in {block}")
    first = int(network.network_address)
    make = type(network)
    return tuple(str(make((first + (i << bits), prefix))) for i in range(count))


def _find_in_map(stack: Stack, node: Node, context: Context) -> Result:
    operands = _operands(node, 3, 4)
    if not operands:
        return _wrong("Fn::FindInMap")
    name, top, second = (stack.value(operand, context) for operand in operands[:3])
    options = operands[3] if len(operands) == 4 else None
    default = options.get("DefaultValue") if isinstance(options, Table) else None
    mapping = stack.section("Mappings").get(name) if isinstance(name, str) else None
    body = mapping.pair.value if mapping is not None else None
    body = includes.expanded(stack, body, context) if isinstance(body, Table) else body
    if not isinstance(body, Table) or "Fn::Transform" in body.pairs or "Fn::Transform" in stack.section("Mappings"):
        return Unknown("Fn::FindInMap of a mapping that is not known")
    names = [symbol_of(key) for key in (top, second)]
    symbol = f"{stack.address}Fn::FindInMap({name}, {', '.join(names)})" if all(names) else ""
    found: list[Value] = []
    for row in _entries(body, top):
        found += [stack.value(entry, context) for entry in (_entries(row, second) if isinstance(row, Table) else ())]
    settled = not isinstance(top, (Unknown, Reference, Text)) and not isinstance(second, (Unknown, Reference, Text))
    if default is not None and (not settled or not found):
        found.append(stack.value(default, context))
    if not found:
        return Unknown(f"the mapping {name} has no such entry", symbol=symbol)
    if settled:
        return found[0]
    why = next((key for key in (top, second) if isinstance(key, Unknown)), Unknown("a key is known only at deployment"))
    return one_of(found, why, symbol)


def _entries(table: Table, key: Value) -> tuple[Node, ...]:
    """What a key may stand for: one entry where it is known, each one it could be where it is not."""
    if isinstance(key, Unknown) and key.candidates is not None:
        return tuple(node for candidate in key.candidates for node in _entries(table, candidate))
    if isinstance(key, (Unknown, Reference, Text)):
        return tuple(pair.value for pair in table.pairs.values())
    node = table.get(symbol_of(key))
    return () if node is None else (node,)


def _if(stack: Stack, node: Node, context: Context) -> Result:
    operands = _operands(node, 3, 3)
    if not operands:
        return _wrong("Fn::If")
    condition, yes, no = operands
    truth = conditions.holds(stack, condition, context)
    if truth is not Tri.UNKNOWN:
        return stack.evaluate(yes if truth is Tri.TRUE else no, context)
    branches: list[Result] = []
    for branch, when in ((yes, True), (no, False)):
        branches.append(stack.evaluate(branch, conditions.assume(stack, condition, when, context)))
    if branches[0] is NO_VALUE and branches[1] is NO_VALUE:
        return NO_VALUE
    name = condition.text if isinstance(condition, Scalar) else ""
    names = ["AWS::NoValue" if isinstance(branch, Absent) else symbol_of(branch) for branch in branches]
    symbol = f"{stack.address}Fn::If({name}, {names[0]}, {names[1]})" if name and all(names) else ""
    reason = Unknown(f"condition {name} is not known" if name else "a condition is not known", stack.span(node))
    return one_of([settle(branch) for branch in branches], reason, symbol)


def _import_value(stack: Stack, node: Node, context: Context) -> Result:
    value = stack.value(node, context)
    name = symbol_of(value)
    symbol = f"import:{name}" if name else ""
    unknown = Unknown(f"imported from another stack{f' as {name}' if name else ''}", symbol=symbol)
    found: exports.Export | str | None = stack.run.ambiguous.get(name)
    if found is None:
        found = exports.resolve(stack, value)
    if isinstance(found, exports.Export):
        return found.stack.output(found.output, unknown)
    return unknown if found is None else replace(unknown, reason=f"{unknown.reason}, {found}")


def _base64(stack: Stack, node: Node, context: Context) -> Result:
    return Encoded("base64", stack.value(node, context))


def _to_json_string(stack: Stack, node: Node, context: Context) -> Result:
    value = stack.value(node, context)
    if not is_known(value):
        return Encoded("json", value)
    return json.dumps(value, separators=(",", ":"), default=_json_number)


def _json_number(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return str(value)


def _length(stack: Stack, node: Node, context: Context) -> Result:
    values = stack.value(node, context)
    if not isinstance(values, tuple) or _zone_series(values) or any(isinstance(item, Several) for item in values):
        name = symbol_of(values)
        return Unknown("the length of a list that is not known", symbol=f"Fn::Length({name})" if name else "")
    return len(values)


def _condition_value(name: str) -> Function:
    def function(stack: Stack, node: Node, context: Context) -> Result:
        truth = conditions.operation(stack, name, node, context)
        return Unknown("a condition that is not known") if truth is Tri.UNKNOWN else truth is Tri.TRUE

    return function


def _get_stack_output(stack: Stack, node: Node, context: Context) -> Result:
    arguments = stack.value(node, context)
    names = [symbol_of(item) for item in arguments.values()] if isinstance(arguments, Mapping) else [""]
    symbol = f"Fn::GetStackOutput({', '.join(names)})" if all(names) else ""
    return Unknown("an output of another stack", symbol=symbol)


FUNCTIONS: Mapping[str, Function] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::GetAZs": _get_azs,
    "Fn::Cidr": _cidr,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Base64": _base64,
    "Fn::ToJsonString": _to_json_string,
    "Fn::Length": _length,
    "Fn::GetStackOutput": _get_stack_output,
    **{name: _condition_value(name) for name in ("Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or")},
}

# Known to CloudFormation, and unknown here: macros, and what only Rules may use.
UNEVALUATED = frozenset({
    "Fn::Transform", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::RefAll", "Fn::ValueOf",
    "Fn::ValueOfAll",
})  # fmt: skip
