"""``format`` and ``formatlist``.

https://developer.hashicorp.com/terraform/language/functions/format
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from ecsnet.records import dataclass
from ecsnet.terraform.budget import meter
from ecsnet.terraform.convert import set_to_tuple
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions.collections import bounded, uncertain
from ecsnet.terraform.functions.encoding import json_string, json_text
from ecsnet.terraform.functions.texts import graphemes
from ecsnet.terraform.numbers import format_number, fraction
from ecsnet.terraform.scalars import to_bool, to_number, to_string
from ecsnet.values import Encoded, Reference, Set, Several, Text, Unknown, Value, is_known, text

MAX_WIDTH = 10_000
_VERB = re.compile(r"%([ +\-#0]*)(\d*)(\.\d*)?(?:\[(\d+)\])?(.)?", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True)
class _Verb:
    flags: str
    width: int
    precision: int | None
    mode: str

    def pad(self, value: str) -> str:
        missing = self.width - len(graphemes(value))
        if missing <= 0:
            return value
        if "-" in self.flags:
            return value + " " * missing
        return ("0" if "0" in self.flags else " ") * missing + value


def format_(template: Value, *args: Value) -> Value:
    if not isinstance(template, str):
        return Unknown("the format is not known")
    parts: list[Value] = []
    position = following = used = 0
    for match in _VERB.finditer(template):
        meter.charge()
        parts.append(template[position : match.start()])
        position = match.end()
        flags, width, precision, number, mode = match.groups()
        if mode is None:
            raise EvaluationError("unterminated verb")
        if mode == "%":
            parts.append("%")
            continue
        index = int(number) - 1 if number and len(number) < 6 else following
        following = index + 1
        used = max(used, following)
        if not 0 <= index < len(args):
            raise EvaluationError(f'not enough arguments for "{match[0]}" at {match.start()}: need index {index}')
        if len(width) > 5 or len(precision or "") > 6 or int(width or 0) > MAX_WIDTH:
            raise OverflowError
        places = None if precision is None else int(precision[1:] or 0)
        parts.append(meter.made(_formatted(_Verb(flags, int(width or 0), places, mode), args[index])))
    parts.append(template[position:])
    if used < len(args):
        raise EvaluationError(f"too many arguments; only {used} used by format string")
    return text(parts)


def _formatted(verb: _Verb, value: Value) -> Value:
    if verb.mode not in "vtbdoxXeEfFgGsq":
        raise EvaluationError(f'unsupported format verb "{verb.mode}"')
    if value is None and verb.mode != "v":
        raise EvaluationError(f'unsupported value for "%{verb.mode}": null value cannot be formatted')
    if value is None:
        return Unknown("text formatted from null")
    if not is_known(value):
        plain = not verb.width and verb.precision is None and "#" not in verb.flags
        if plain and verb.mode in "svd" and isinstance(value, (Unknown, Reference, Text, Encoded)):
            return value
        return Unknown("text formatted from values that are only partly known")
    if verb.mode == "v":
        return verb.pad(_as_is(verb, value))
    if verb.mode in "sq":
        string = to_string(value)
        shown = "".join(graphemes(str(string))[: verb.precision])
        return verb.pad(json_string(shown) if verb.mode == "q" else shown)
    if verb.mode == "t":
        return verb.pad("true" if to_bool(value) else "false")
    number = to_number(value)
    if not isinstance(number, (int, Decimal)):
        raise EvaluationError(f'unsupported value for "%{verb.mode}": number required')
    return _number(verb, number)


def _as_is(verb: _Verb, value: Value) -> str:
    if "#" not in verb.flags:
        if isinstance(value, str):
            return "".join(graphemes(value)[: verb.precision])
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return _shortest(value, "e")
    return json_text(value)


def _number(verb: _Verb, number: int | Decimal) -> str:
    size = number if number > 0 else -number if number else 0
    if verb.mode in "bdoxX":
        if number != int(number):
            raise EvaluationError(f'unsupported value for "%{verb.mode}": an integer is required')
        digits = format(abs(int(number)), verb.mode) if verb.mode != "d" else format_number(abs(int(number)))
        if verb.precision is not None:
            digits = digits.rjust(verb.precision, "0")
        if "#" in verb.flags:
            digits = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}.get(verb.mode, "") + digits
    elif verb.mode in "gG" and verb.precision is None:
        digits = _shortest(size, "E" if verb.mode == "G" else "e")
    else:
        digits = _rounded(size, verb.mode, 6 if verb.precision is None else verb.precision)
    negative = number < 0 or _is_negative_zero(number, verb.mode)
    sign = "-" if negative else "+" if "+" in verb.flags else " " if " " in verb.flags else ""
    if "0" in verb.flags and "-" not in verb.flags and not (verb.mode in "bdoxX" and verb.precision is not None):
        return sign + digits.rjust(verb.width - len(sign), "0")
    padded = sign + digits
    return padded.ljust(verb.width) if "-" in verb.flags else padded.rjust(verb.width)


def _is_negative_zero(number: int | Decimal, mode: str) -> bool:
    return isinstance(number, Decimal) and not number and number.is_signed() and mode not in "bdoxX"


def _shortest(number: int | Decimal, exponent: str) -> str:
    """The fewest digits that give the number back; with an exponent below -4 and from 6 on."""
    if number == 0:
        return format_number(number)
    plain = format_number(number)
    digits = plain.lstrip("-").replace(".", "").strip("0")
    power = Decimal(plain).adjusted()
    if -4 <= power < 6:
        return plain
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{'-' if number < 0 else ''}{mantissa}{exponent}{'-' if power < 0 else '+'}{abs(power):02d}"


def _rounded(number: int | Decimal, mode: str, places: int) -> str:
    if places > MAX_WIDTH:
        raise OverflowError
    exact = fraction(number)
    with localcontext(Context(prec=2000 + places, rounding=ROUND_HALF_EVEN)):
        # The zero of Decimal has an exponent of its own.
        value = Decimal(exact.numerator) / Decimal(exact.denominator)
        shown = f"{value:.{places}{mode}}" if exact else f"{0.0:.{places}{mode}}"
    if mode in "eEgG":
        shown = re.sub(r"([eE][+-])(\d)$", r"\g<1>0\2", shown)
    return shown


def format_list(template: Value, *args: Value) -> Value:
    columns: list[tuple[Value, ...] | None] = []
    count: int | None = None
    for arg in args:
        if isinstance(arg, tuple):
            items = set_to_tuple(arg) if isinstance(arg, Set) else arg
            if count is not None and count != len(items) and not uncertain(items):
                raise EvaluationError("all list arguments must have the same length")
            count = len(items)
            columns.append(items)
        elif isinstance(arg, (Unknown, Reference)):
            return Unknown("cannot tell whether an argument is a list")
        else:
            columns.append(None)
    uncertain_columns = [items for items in columns if items is not None and uncertain(items)]
    if uncertain_columns and (len(uncertain_columns) > 1 or sum(items is not None for items in columns) > 1):
        return Unknown("the number of elements is unknown")
    rows = 1 if count is None else count
    bounded(rows)
    result: list[Value] = []
    for row in range(rows):
        cells = [arg if items is None else items[row] for arg, items in zip(args, columns)]
        several = next((cell for cell in cells if isinstance(cell, Several)), None)
        plain = [cell.element if isinstance(cell, Several) else cell for cell in cells]
        shown = meter.made(format_(template, *plain))
        result.append(shown if several is None else Several(shown, several.symbol))
    return tuple(result)
