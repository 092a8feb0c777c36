"""Operators and conditionals over values of which parts are unknown."""

from __future__ import annotations

from decimal import Context, Decimal, DecimalException

from ecsnet.terraform import convert
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.steps import is_opaque, over_candidates, unknown_like
from ecsnet.values import Tri, Unknown, Value, equal

# Terraform computes with 512 bits: 154 decimal digits.
_CONTEXT = Context(prec=155, Emax=10_000, Emin=-10_000)
_EXACT_DIGITS = 150


def truth(value: Value, what: str) -> Tri:
    """A condition's truth. ``what`` names it in the error that a value which is no bool gives."""
    if value is None:
        raise EvaluationError(f"{what} is null: conditions must either be true or false.")
    if isinstance(value, Unknown) and value.candidates:
        results = {truth(item, what) if item is not None else Tri.UNKNOWN for item in value.candidates}
        return results.pop() if len(results) == 1 else Tri.UNKNOWN
    result = convert.to_bool(value)
    return Tri.of(result) if isinstance(result, bool) else Tri.UNKNOWN


def known_or_unknown(result: Tri, *causes: Value) -> Value:
    """A bool, or unknown because of the first cause that is."""
    if result is not Tri.UNKNOWN:
        return result is Tri.TRUE
    return unknown_like(next((cause for cause in causes if is_opaque(cause)), causes[0]))


def unary(op: str, operand: Value) -> Value:
    if isinstance(operand, Unknown) and operand.candidates is not None:
        return over_candidates(operand, lambda item: unary(op, item))
    if op == "!":
        return known_or_unknown(~truth(operand, "The operand of !"), operand)
    number = _number(operand)
    if not isinstance(number, (int, Decimal)):
        return unknown_like(operand)
    return -number if number else _zero(not _is_negative_zero(number))


def _is_negative_zero(number: int | Decimal) -> bool:
    return isinstance(number, Decimal) and not number and number.is_signed()


def _zero(negative: bool) -> int | Decimal:
    """Terraform's numbers have two zeros, and it prints the negative one as ``-0``."""
    return Decimal("-0") if negative else 0


def binary(op: str, left: Value, right: Value) -> Value:
    """Every operator but ``&&`` and ``||``, whose right side may not be evaluated."""
    if op in ("==", "!="):
        same = equal(left, right)
        return known_or_unknown(same if op == "==" else ~same, left, right)
    for value, other, swapped in ((left, right, False), (right, left, True)):
        if isinstance(value, Unknown) and value.candidates is not None:

            def apply(item: Value, other: Value = other, swapped: bool = swapped) -> Value:
                return binary(op, other, item) if swapped else binary(op, item, other)

            return over_candidates(value, apply)
    a, b = _number(left), _number(right)
    if not isinstance(a, (int, Decimal)):
        return unknown_like(left)
    if not isinstance(b, (int, Decimal)):
        return unknown_like(right)
    x, y = Decimal(a), Decimal(b)
    comparisons = {"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}
    return comparisons[op] if op in comparisons else _arithmetic(op, x, y)


def _number(value: Value) -> Value:
    if value is None:
        raise EvaluationError("Invalid operand: argument must not be null.")
    return convert.to_number(value)


def _arithmetic(op: str, x: Decimal, y: Decimal) -> Value:
    if op == "/" and not y:
        if not x:
            raise EvaluationError("can't divide zero by zero or infinity by infinity")
        return Unknown("division by zero gives infinity")
    try:
        if op == "+":
            result = _CONTEXT.add(x, y)
        elif op == "-":
            result = _CONTEXT.subtract(x, y)
        elif op == "*":
            result = _CONTEXT.multiply(x, y)
        elif op == "/":
            result = _CONTEXT.divide(x, y)
        else:
            # Terraform: what is left of a division by zero is all of it.
            result = _CONTEXT.remainder(x, y) if y else x
    except DecimalException:
        return Unknown("arithmetic beyond Terraform's precision")
    if not result.is_finite() or result.adjusted() > _EXACT_DIGITS:
        return Unknown("arithmetic beyond Terraform's precision")
    if not result:
        return _zero(result.is_signed() and op != "%")
    return int(result) if result == result.to_integral_value() else result
