"""Whether the values that are given for the parameters of a template are such as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ecsnet import regexes
from ecsnet.cloudformation.deployment import Deployment, Supplied
from ecsnet.cloudformation.nodes import Document, Items, Node, Scalar, Table, number, position
from ecsnet.resources import Problem
from ecsnet.values import Unknown, Value

SSM = "AWS::SSM::Parameter::Value<"


def is_list(kind: str) -> bool:
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def declared_parameters(document: Document) -> Mapping[str, Node]:
    section = document.root.get("Parameters") if isinstance(document.root, Table) else None
    return {name: pair.value for name, pair in section.pairs.items()} if isinstance(section, Table) else {}


def accept(document: Document, deployment: Deployment) -> tuple[dict[str, Value], tuple[Problem, ...]]:
    """The values for the parameters that the template declares. One that it does not take, so that no deployment gets
    as far as using it, is a problem, and unknown.
    """
    values: dict[str, Value] = {}
    problems = list(deployment.problems)
    for name, node in declared_parameters(document).items():
        supplied = deployment.parameters.get(name)
        if supplied is None:
            if deployment.unread:
                values[name] = Unknown(deployment.unread)
            continue
        values[name] = supplied.value
        if not isinstance(supplied.value, str):
            continue
        table = node if isinstance(node, Table) else Table({}, node.start, node.end)
        fault = next(_faults(table, supplied.value), None)
        if fault is not None:
            values[name] = Unknown(f"the value given for parameter {name} is not one that the template takes")
            problems.append(_problem(document, name, node, supplied, fault))
        elif supplied.resolved is not None and _text(table, "Type").startswith(SSM):
            values[name] = Resolved(supplied.resolved)
    return values, tuple(problems)


class Resolved(str):
    """What an SSM parameter holds, where that is given and not the name of one."""

    __slots__ = ()


def _problem(document: Document, name: str, node: Node, supplied: Supplied, fault: str) -> Problem:
    if supplied.file:
        message = f"parameter {name}: {fault} ({document.file})"
        return Problem(supplied.file, supplied.line, 1, message, secret=True)
    place = position(document.lines, node.start)
    return Problem(document.file, *place, f"parameter {name}, given by {supplied.origin}: {fault}")


def is_secret(node: Node) -> bool:
    return isinstance(node, Table) and _text(node, "NoEcho").lower() == "true"


def _text(table: Table, key: str) -> str:
    node = table.get(key)
    return node.text if isinstance(node, Scalar) else ""


def _faults(table: Table, value: str) -> Iterator[str]:
    """What is wrong with a value, with the value itself where it may be shown.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
    """
    kind = _text(table, "Type")
    shown = "the value" if is_secret(table) else repr(value[:100])
    items = [item.strip() for item in value.split(",")] if is_list(kind) else [value]
    if kind in ("Number", "List<Number>"):
        numbers = [number(item.strip()) for item in items]
        if any(found is None for found in numbers):
            yield f"{shown} is not a number" if kind == "Number" else f"{shown} is not a list of numbers"
            return
        yield from _outside(table, [Decimal(found) for found in numbers if found is not None], shown, "Value")
    elif kind in ("", "String"):
        yield from _outside(table, [Decimal(len(value))], f"the length of {shown}", "Length")
    allowed = table.get("AllowedValues")
    if isinstance(allowed, Items) and all(isinstance(item, Scalar) for item in allowed.items):
        words = [item.text for item in allowed.items if isinstance(item, Scalar)]
        words += [str(item.value).lower() for item in allowed.items
                  if isinstance(item, Scalar) and isinstance(item.value, bool)]  # fmt: skip
        if not all(item in words or (kind == "Number" and _is_number(item, words)) for item in items):
            yield f"{shown} is not one of the AllowedValues: {', '.join(dict.fromkeys(words))[:200]}"
    pattern = _text(table, "AllowedPattern")
    if pattern and not all(_matches(pattern, item) for item in items):
        yield f"{shown} does not match the AllowedPattern {pattern[:200]}"


def _is_number(item: str, words: list[str]) -> bool:
    return number(item.strip()) in [number(word) for word in words]


def _outside(table: Table, values: list[Decimal], shown: str, what: str) -> Iterator[str]:
    least, most = (number(_text(table, f"{end}{what}")) for end in ("Min", "Max"))
    if least is not None and any(value < least for value in values):
        yield f"{shown} is less than Min{what} {least}"
    if most is not None and any(value > most for value in values):
        yield f"{shown} is more than Max{what} {most}"


def _matches(pattern: str, value: str) -> bool:
    """Whether all of ``value`` matches; true where that cannot be told in time that is bounded."""
    # These are Java's; what is not also RE2's is not told.
    try:
        expression = regexes.ready(f"^(?:{pattern})$", value)
    except regexes.InvalidPatternError:
        return True
    return isinstance(expression, Unknown) or expression.search(value) is not None
