"""Regular expressions. Terraform's are RE2, in linear time; what Python may match otherwise or slowly is unknown.

https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re

from ecsnet import regexes
from ecsnet.terraform.errors import EvaluationError
from ecsnet.values import Unknown, Value


def _ready(pattern: str, text: str) -> re.Pattern[str] | Unknown:
    try:
        return regexes.ready(pattern, text)
    except regexes.InvalidPatternError as error:
        raise EvaluationError(str(error)) from None


def _captures(match: re.Match[str]) -> Value:
    if not match.re.groups:
        return match[0]
    if match.re.groupindex:
        if len(match.re.groupindex) != match.re.groups:
            raise EvaluationError("invalid regexp pattern: cannot mix both named and unnamed capture groups")
        return {name: match[name] for name in sorted(match.re.groupindex)}
    return match.groups()


def regex(pattern: str, text: str) -> Value:
    expression = _ready(pattern, text)
    if isinstance(expression, Unknown):
        return expression
    match = expression.search(text)
    if match is None:
        raise EvaluationError("pattern did not match any part of the given string")
    return _captures(match)


def regexall(pattern: str, text: str) -> Value:
    expression = _ready(pattern, text)
    if isinstance(expression, Unknown):
        return expression
    return tuple(_captures(match) for match in _matches(expression, text))


def _matches(expression: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """As Go finds them: no empty match right after another match."""
    result: list[re.Match[str]] = []
    for match in expression.finditer(text):
        if match.end() == match.start() and result and result[-1].end() == match.start():
            continue
        result.append(match)
    return result


def replace(pattern: str, text: str, replacement: str) -> Value:
    expression = _ready(pattern, text)
    if isinstance(expression, Unknown):
        return expression
    pieces: list[str] = []
    last = 0
    for match in _matches(expression, text):
        pieces += (text[last : match.start()], _expand(replacement, match))
        last = match.end()
    return "".join((*pieces, text[last:]))


def _expand(template: str, match: re.Match[str]) -> str:
    """``$1``, ``$name``, ``${name}`` and ``$$``; what is no group is empty.  https://pkg.go.dev/regexp#Regexp.Expand"""

    def group(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        name = found[1] or found[2]
        if name.isdecimal():
            return (match[int(name)] or "") if len(name) < 4 and int(name) <= match.re.groups else ""
        return (match[name] or "") if name in match.re.groupindex else ""

    return re.sub(r"\$(?:(\w+)|\{(\w+)\}|\$)", group, template, flags=re.ASCII)
