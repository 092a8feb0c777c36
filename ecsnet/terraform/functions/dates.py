"""Dates and times: RFC 3339 in, RFC 3339 out.

https://developer.hashicorp.com/terraform/language/functions/formatdate
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from fractions import Fraction

from ecsnet.terraform.errors import EvaluationError
from ecsnet.values import Unknown, Value

_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_UNITS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "µs": 10**3, "μs": 10**3, "ns": 1}
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|μs|ns)", re.ASCII)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'", re.ASCII)


def timestamp() -> Value:
    return Unknown("the time of the run is not in the configuration")


def _parse(stamp: str) -> tuple[datetime, int]:
    """The time in whole seconds, and its nanoseconds."""
    match = _STAMP.fullmatch(stamp)
    try:
        if match is None:
            raise ValueError
        zone = "+00:00" if match[4] == "Z" else match[4]
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}"), int((match[3] or "").ljust(9, "0"))
    except ValueError:
        raise EvaluationError(f'not a valid RFC3339 timestamp: "{stamp[:50]}"') from None


def _zone(moment: datetime, colon: str = ":") -> str:
    minutes = int((moment.utcoffset() or timedelta()).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{colon}{abs(minutes) % 60:02d}"


def time_add(stamp: str, duration: str) -> Value:
    moment, nanoseconds = _parse(stamp)
    sign, rest = (-1, duration[1:]) if duration.startswith("-") else (1, duration.removeprefix("+"))
    if len(duration) > 100 or (rest != "0" and (not rest or _DURATION.sub("", rest))):
        raise EvaluationError(f'not a valid duration: "{duration[:50]}"')
    added = sum(int(Fraction(match[1].rstrip(".")) * _UNITS[match[2]]) for match in _DURATION.finditer(rest))
    seconds, _ = divmod(nanoseconds + sign * added, 10**9)
    try:
        result = moment + timedelta(seconds=seconds)
    except OverflowError:
        raise EvaluationError("the time is out of range") from None
    zone = "Z" if stamp.endswith("Z") or _zone(result) == "+00:00" else _zone(result)
    return result.replace(tzinfo=None).isoformat() + zone


def time_compare(first: str, second: str) -> Value:
    a, b = _parse(first), _parse(second)
    return (a > b) - (a < b)


def format_date(pattern: str, stamp: str) -> Value:
    moment, _ = _parse(stamp)
    result: list[str] = []
    position = 0
    while position < len(pattern):
        match = _TOKEN.match(pattern, position)
        if match is None or match[0] == "'":
            raise EvaluationError("unterminated literal '")
        position = match.end()
        if match[1] is not None:
            result.append(match[1].replace("''", "'"))
        else:
            result.append(_field(match[0], moment) if match[2] else match[0])
    return "".join(result)


def _field(token: str, moment: datetime) -> str:
    hour = moment.hour % 12 or 12
    utc = moment.utcoffset() == timezone.utc.utcoffset(None)
    fields = {
        "YYYY": f"{moment.year:04d}", "YY": f"{moment.year % 100:02d}",
        "MMMM": _MONTHS[moment.month - 1], "MMM": _MONTHS[moment.month - 1][:3],
        "MM": f"{moment.month:02d}", "M": str(moment.month), "DD": f"{moment.day:02d}", "D": str(moment.day),
        "EEEE": _DAYS[moment.weekday()], "EEE": _DAYS[moment.weekday()][:3],
        "hh": f"{moment.hour:02d}", "h": str(moment.hour), "HH": f"{hour:02d}", "H": str(hour),
        "AA": "AM" if moment.hour < 12 else "PM", "aa": "am" if moment.hour < 12 else "pm",
        "mm": f"{moment.minute:02d}", "m": str(moment.minute), "ss": f"{moment.second:02d}", "s": str(moment.second),
        "ZZZZZ": _zone(moment), "ZZZZ": _zone(moment, ""), "ZZZ": "UTC" if utc else _zone(moment, ""),
        "Z": "Z" if utc else _zone(moment),
    }  # fmt: skip
    if token not in fields:
        raise EvaluationError(f'invalid date format verb "{token[:20]}"')
    return fields[token]
