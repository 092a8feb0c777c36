"""Terraform's numbers: binary floating point of 512 bits, printed with the fewest digits that give them back.

https://github.com/zclconf/go-cty/blob/main/docs/types.md
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from ecsnet.terraform.errors import EvaluationError

PRECISION = 512
MAX_DIGITS = 4000
_SAFE_DIGITS = 154
"""Decimals of up to so many digits all have different binary forms, so each prints as it was written."""
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,6})?")


def parse_number(text: str) -> int | Decimal | None:
    """The number that ``text`` spells in decimal; ``None`` where it does not spell one."""
    if len(text) > MAX_DIGITS or not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    return Decimal("-0") if not number and number.is_signed() else normal(number)


def normal(number: Decimal) -> int | Decimal:
    """An ``int`` where the number is whole, else a ``Decimal`` without needless digits."""
    if number == 0:
        return 0
    if abs(number.adjusted()) > MAX_DIGITS:
        raise EvaluationError("number out of range")
    if len(number.as_tuple().digits) > _SAFE_DIGITS:
        return rounded(Fraction(number))
    if number == number.to_integral_value():
        return int(number)
    return number.normalize(Context(prec=_SAFE_DIGITS))


def fraction(number: int | Decimal) -> Fraction:
    """The exact value that Terraform holds for ``number``."""
    exact = Fraction(number)
    if exact.denominator == 1 and exact.numerator.bit_length() <= PRECISION:
        return exact
    return _binary(exact)


def rounded(exact: Fraction) -> int | Decimal:
    """The number that Terraform holds, and prints, for the result ``exact`` of an operation."""
    if exact.denominator == 1 and exact.numerator.bit_length() <= PRECISION:
        return exact.numerator
    if abs(exact.numerator.bit_length() - exact.denominator.bit_length()) > MAX_DIGITS * 3:
        raise EvaluationError("number out of range")
    return _shortest(_binary(exact))


def _shortest(held: Fraction) -> int | Decimal:
    """The decimal of the fewest digits that is held as ``held``."""
    if held.denominator == 1 and held.numerator.bit_length() <= PRECISION:
        return held.numerator
    low, high = 1, 160
    while low < high:
        middle = (low + high) // 2
        if _binary(Fraction(_decimal(held, middle))) == held:
            high = middle
        else:
            low = middle + 1
    shown = _decimal(held, low).normalize(Context(prec=low))
    return int(shown) if held.denominator == 1 else shown


def from_float(number: float) -> int | Decimal:
    """The number for a 64-bit float, as functions like ``log`` and ``pow`` compute it."""
    if number != number or number in (float("inf"), float("-inf")):
        raise EvaluationError("number out of range")
    return normal(Decimal(repr(number)))


def format_number(number: int | Decimal) -> str:
    """As Terraform prints it: no exponent, no trailing zeros."""
    if isinstance(number, int):
        if number.bit_length() > PRECISION:
            if number.bit_length() > MAX_DIGITS * 3:
                raise EvaluationError("number out of range")
            return str(_shortest(_binary(Fraction(number))))
        return str(number)
    value = normal(number)
    if not value and number.is_signed():
        return "-0"
    return str(value) if isinstance(value, int) else format(value, "f")


def _binary(exact: Fraction) -> Fraction:
    """``exact`` rounded to 512 significant bits, ties to even."""
    if exact == 0:
        return exact
    shift = abs(exact.numerator).bit_length() - exact.denominator.bit_length() - PRECISION
    scale = Fraction(2) ** shift
    mantissa = round(exact / scale)
    if abs(mantissa).bit_length() > PRECISION:
        scale *= 2
        mantissa = round(exact / scale)
    return mantissa * scale


def _decimal(exact: Fraction, digits: int) -> Decimal:
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN)
    return context.divide(Decimal(exact.numerator), Decimal(exact.denominator))
