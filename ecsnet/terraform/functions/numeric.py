"""Numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions.collections import whole
from ecsnet.terraform.numbers import fraction, from_float, rounded
from ecsnet.terraform.scalars import to_number
from ecsnet.values import Unknown, Value

Number = int | Decimal
MAX_DIGITS = 1_000
MAX_STEPS = 1024
"""How many elements Terraform lets ``range`` produce."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def absolute(number: Number) -> Value:
    return -number if number < 0 else number or 0


def ceiling(number: Number) -> Value:
    return math.ceil(number)


def floor(number: Number) -> Value:
    return math.floor(number)


def signum(number: Number) -> Value:
    return (whole(number) > 0) - (number < 0)


def log(number: Number, base: Number) -> Value:
    if number == 0 and base > 0:
        return Unknown("the logarithm of zero is infinite")
    if base == 0 and number > 0:
        return Decimal("-0") if number > 1 else 0
    try:
        return from_float(math.log(float(number)) / math.log(float(base)))
    except ZeroDivisionError:
        raise EvaluationError("the base must not be one") from None
    except ValueError:
        raise EvaluationError("the logarithm is not a number") from None


def power(number: Number, exponent: Number) -> Value:
    try:
        return from_float(_power(float(number), float(exponent)))
    except ValueError:
        raise EvaluationError("the power is not a number") from None


def _power(number: float, exponent: float) -> float:
    """https://github.com/golang/go/blob/master/src/math/pow.go, whose last bits are not those of C."""
    times = int(abs(exponent)) if exponent == exponent and abs(exponent) < 2**53 else 0
    if not number or times < 2 or times != abs(exponent):
        return math.pow(number, exponent)
    mantissa, power = math.frexp(number)
    result, scale = 1.0, 0
    while times:
        if abs(power) > 1 << 12:
            scale += power
            break
        if times & 1:
            result *= mantissa
            scale += power
        mantissa *= mantissa
        power *= 2
        if mantissa < 0.5:
            mantissa += mantissa
            power -= 1
        times >>= 1
    if exponent < 0:
        result, scale = 1 / result, -scale
    return math.ldexp(result, scale)


def maximum(*numbers: Number) -> Value:
    if not numbers:
        raise EvaluationError("must pass at least one number")
    return max(numbers)


def minimum(*numbers: Number) -> Value:
    if not numbers:
        raise EvaluationError("must pass at least one number")
    return min(numbers)


def total(items: Value) -> Value:
    if not isinstance(items, tuple):
        raise EvaluationError("argument must be list, set, or tuple")
    if not items:
        raise EvaluationError("cannot sum an empty list")
    result = Fraction(0)
    for item in items:
        number = to_number(item)
        if not isinstance(number, (int, Decimal)):
            raise EvaluationError("argument must be list, set, or tuple of number values")
        result = fraction(rounded(result + fraction(number)))
    return rounded(result)


def range_(*limits: Number) -> Value:
    if not 1 <= len(limits) <= 3:
        raise EvaluationError("must have one, two, or three arguments")
    numbers = [fraction(limit) for limit in limits]
    start, end = (Fraction(0), numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    step = numbers[2] if len(numbers) == 3 else Fraction(1 if start <= end else -1)
    if start == end:
        return ()
    if step == 0:
        raise EvaluationError("step must not be zero")
    if (step > 0) is not (start < end):
        raise EvaluationError("step must lead from start to end")
    result: list[Value] = []
    position = start
    while position < end if step > 0 else position > end:
        if len(result) >= MAX_STEPS:
            raise EvaluationError(f"more than {MAX_STEPS} values were generated; either decrease the difference")
        result.append(rounded(position))
        position = fraction(rounded(position + step))
    return tuple(result)


def parse_integer(text: Value, base: Number) -> Value:
    if not isinstance(text, str):
        raise EvaluationError("first argument must be a string")
    radix = whole(base)
    if not 2 <= radix <= 62:
        raise EvaluationError("base must be a whole number between 2 and 62 inclusive")
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not digits or len(digits) > MAX_DIGITS:
        raise EvaluationError(f'cannot parse "{text[:50]}" as a base {radix} integer')
    value = 0
    for digit in digits:
        place = _DIGITS.find(digit.lower() if radix <= 36 else digit)
        if not 0 <= place < radix:
            raise EvaluationError(f'cannot parse "{text[:50]}" as a base {radix} integer')
        value = value * radix + place
    return -value if text.startswith("-") else value
