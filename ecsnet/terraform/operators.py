"""Operators and conditionals over values of which parts are unknown."""

from __future__ import annotations

from decimal import Decimal, DecimalException
from fractions import Fraction

from ecsnet.terraform import scalars
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.numbers import fraction, rounded
from ecsnet.terraform.steps import is_opaque, over_candidates, unknown_like
from ecsnet.values import Tri, Unknown, Value, equal

MAX_MAGNITUDE = 2_000
"""Decimal places before or after the point, beyond which numbers are not computed with."""
_TOO_LARGE = "arithmetic with very large or very small numbers"


def truth(value: Value, what: str) -> Tri:
    """A condition's truth. ``what`` names it in the error that a value which is no bool gives."""
    if value is None:
        raise EvaluationError(f"{what} is null: conditions must either be true or false.")
    if isinstance(value, Unknown) and value.candidates:
        results = {_truth_of_one(item, what) for item in value.candidates}
        return results.pop() if len(results) == 1 else Tri.UNKNOWN
    result = scalars.to_bool(value)
    return Tri.of(result) if isinstance(result, bool) else Tri.UNKNOWN


def _truth_of_one(candidate: Value, what: str) -> Tri:
    try:
        return truth(candidate, what)
    except EvaluationError:
        return Tri.UNKNOWN


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
    return scalars.to_number(value)


def _arithmetic(op: str, x: Decimal, y: Decimal) -> Value:
    if op == "/" and not y:
        if not x:
            raise EvaluationError("can't divide zero by zero or infinity by infinity")
        return Unknown("division by zero gives infinity")
    try:
        if abs(x.adjusted()) > MAX_MAGNITUDE or abs(y.adjusted()) > MAX_MAGNITUDE:
            return Unknown(_TOO_LARGE)
        result = rounded(_exact(op, fraction(x), fraction(y)))
    except (EvaluationError, DecimalException):
        return Unknown(_TOO_LARGE)
    if result:
        return result
    # Both zeros, and signs as in IEEE 754.
    negative = {"+": x.is_signed() and y.is_signed(), "-": x.is_signed() and not y.is_signed()}.get(op)
    if op in ("*", "/"):
        negative = x.is_signed() is not y.is_signed()
    return _zero(bool(negative) and not (op in "+-" and (x or y)))


def _exact(op: str, x: Fraction, y: Fraction) -> Fraction:
    if op == "+":
        return x + y
    if op == "-":
        return x - y
    if op == "*":
        return x * y
    if op == "/":
        return x / y
    # Terraform: what is left of a division by zero is all of it.
    return x - fraction(rounded(int(fraction(rounded(x / y))) * y)) if y else x
