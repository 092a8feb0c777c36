"""Calling a function: arguments counted and converted, and what holds for all functions over unknown arguments."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from decimal import Decimal

from ecsnet.terraform.budget import meter
from ecsnet.terraform.convert import pick, to_type
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions.results import of_type
from ecsnet.terraform.functions.signature import Function, FunctionContext, Parameter, parameters
from ecsnet.terraform.functions.table import FUNCTIONS
from ecsnet.terraform.shapes import DECIDED_BY_SHAPE, by_shape
from ecsnet.terraform.types import ANY
from ecsnet.values import Reference, Set, Several, Text, Unknown, Value, is_known

MAX_CANDIDATES = 32
_MAX_SYMBOL = 300
_NO_SYMBOL = frozenset({"bcrypt", "plantimestamp", "timestamp", "uuid"})
_WHOLE = frozenset({"base64encode", "can", "coalesce", "jsonencode", "nonsensitive", "sensitive", "try"})
"""Functions that say more of an argument with candidates than a candidate of each result."""


def call(name: str, args: tuple[Value, ...], context: FunctionContext) -> Value:
    """The result of function ``name``; ``EvaluationError`` with Terraform's message where it refuses the arguments.

    The result is unknown, with the reason, where what it takes to tell is not in the configuration.
    """
    if name.startswith("provider::"):
        return Unknown(f"{name} is a function of a provider", symbol=_symbol(name, args))
    name = name.removeprefix("core::")
    function = FUNCTIONS.get(name)
    if function is None:
        raise EvaluationError(f'There is no function named "{name}".')
    if any(isinstance(arg, Several) for arg in args):
        return Unknown(f"{name} is called with an unknown number of arguments")
    signature = parameters(function.signature)
    _check_count(name, signature, len(args))
    try:
        return meter.made(_call(name, function, signature, args, context))
    except (RecursionError, OverflowError, MemoryError):
        return meter.met(f"{name} of values that are too large or nested too deeply")


def _call(
    name: str, function: Function, signature: tuple[Parameter, ...], args: tuple[Value, ...], context: FunctionContext
) -> Value:
    choices = _choices(args) if name not in _WHOLE else None
    if choices is not None:
        results: list[Value] = []
        for choice in choices:
            try:
                results.append(_call(name, function, signature, choice, context))
            except EvaluationError as error:
                results.append(Unknown(str(error)))
        return pick(results, _reason(name), _symbol(name, args))
    converted = tuple(
        _argument(name, signature[min(position, len(signature) - 1)], arg) for position, arg in enumerate(args)
    )
    if name in DECIDED_BY_SHAPE:
        common = by_shape(converted, lambda chosen: _call(name, function, signature, chosen, context))
        if common is not None:
            return common
    if not function.partial and not all(map(is_known, converted)):
        return _unknown(name, args)
    try:
        result = function.body(context, *converted) if function.context else function.body(*converted)
        result = of_type(name, converted, result)
    except EvaluationError as error:
        raise EvaluationError(f'Call to function "{name}" failed: {error}.') from None
    if isinstance(result, Unknown) and not result.symbol and not result.series and result.candidates is None:
        return Unknown(result.reason, result.origin, _symbol(name, args))
    return result


def _check_count(name: str, signature: tuple[Parameter, ...], count: int) -> None:
    required = sum(not parameter.variadic for parameter in signature)
    if count < required:
        missing = signature[count].name
        raise EvaluationError(f'Function "{name}" expects {required} argument(s). Missing value for "{missing}".')
    if count > required and not (signature and signature[-1].variadic):
        raise EvaluationError(f'Function "{name}" expects only {required} argument(s).')


def _argument(name: str, parameter: Parameter, value: Value) -> Value:
    if value is None and not parameter.nullable:
        raise EvaluationError(f'Invalid value for "{parameter.name}" parameter: argument must not be null.')
    if parameter.type == ANY:
        return value
    try:
        return to_type(value, parameter.type)
    except EvaluationError as error:
        raise EvaluationError(f'Invalid value for "{parameter.name}" parameter: {error}.') from None


def _choices(args: tuple[Value, ...]) -> list[tuple[Value, ...]] | None:
    """Every combination of what the arguments may be; ``None`` where none has candidates, or too many."""
    options: list[tuple[Value, ...]] = []
    total = 1
    for arg in args:
        candidates = arg.candidates if isinstance(arg, Unknown) and arg.candidates else (arg,)
        if any(isinstance(one, Unknown) and one.candidates for one in candidates) and candidates != (arg,):
            return None
        total *= len(candidates)
        if total > MAX_CANDIDATES:
            return None
        options.append(candidates)
    if all(len(option) == 1 and option[0] is arg for option, arg in zip(options, args)):
        return None
    return list(itertools.product(*options))


def _reason(name: str) -> str:
    return f"{name} of values that are not in the configuration"


def _unknown(name: str, args: tuple[Value, ...]) -> Unknown:
    return Unknown(_reason(name), symbol=_symbol(name, args))


def _symbol(name: str, args: tuple[Value, ...]) -> str:
    """The call as text, so that the same call of the same values is the same unknown; "" where that can't be said."""
    if name in _NO_SYMBOL:
        return ""
    described = [describe(arg) for arg in args]
    symbol = f"{name}({', '.join(described)})"
    return symbol if all(described) and len(symbol) <= _MAX_SYMBOL else ""


def describe(value: Value, depth: int = 0) -> str:
    """A text that only equal values share; "" where there is none."""
    if depth > 5:
        return ""
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value) if not isinstance(value, str) or len(value) <= _MAX_SYMBOL else ""
    if isinstance(value, (int, Decimal)):
        return str(value) if not isinstance(value, int) or value.bit_length() < 1000 else ""
    if isinstance(value, Unknown):
        return value.symbol
    if isinstance(value, Reference):
        return f"{value.target}.{value.attribute}" if value.index is None else ""
    if isinstance(value, Text):
        parts = [json.dumps(part)[1:-1] if isinstance(part, str) else describe(part) for part in value.parts]
        wrapped = [f"${{{part}}}" if not isinstance(v, str) else part for part, v in zip(parts, value.parts)]
        return f'"{"".join(wrapped)}"' if all(parts) else ""
    if isinstance(value, tuple) and len(value) <= 20:
        items = [describe(item, depth + 1) for item in value]
        return f"{'set' if isinstance(value, Set) else 'tuple'}[{', '.join(items)}]" if all(items) else ""
    if isinstance(value, dict) and len(value) <= 20:
        return _describe_mapping(value, depth)
    return ""


def _describe_mapping(value: Mapping[str, Value], depth: int) -> str:
    entries = [(describe(key, depth + 1), describe(item, depth + 1)) for key, item in value.items()]
    if not all(key and item for key, item in entries):
        return ""
    return "{" + ", ".join(f"{key} = {item}" for key, item in entries) + "}"
