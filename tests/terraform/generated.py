"""Expressions made up at random, typed so that most have a value, and compared with Terraform's console.

``python -m tests.terraform.generated SEED COUNT`` prints those that differ.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ecsnet.terraform.functions import FunctionContext
from tests.terraform.console import EmptyScope, ours, theirs

SCOPE = EmptyScope(FunctionContext(".", ".", lambda template, names: None))
BATCH = 500

ANYTHING = "any"
FORMS: dict[str, list[str]] = {
    "number": [
        "abs(number)",
        "ceil(number)",
        "floor(number)",
        "signum(number)",
        "max(number, number)",
        "min(number, number)",
        "parseint(digits, 16)",
        "pow(small, small)",
        "length(list)",
        "length(map)",
        "length(string)",
        "sum(numbers)",
        "index(list, string)",
        "(number + number)",
        "(number - number)",
        "(number * number)",
        "(number / number)",
        "(number % number)",
        "-number",
        "(bool ? number : number)",
        "numbers[small]",
        "element(numbers, small)",
        "try(numbers[number], number)",
        "tonumber(number)",
        'tonumber("${number}")',
        "one([number])",
        "ceil(log(small + 1, 2) * 10)",
        "timecmp(time, time)",
        "sum([for n in numbers : n * 2])",
    ],
    "string": [
        '"${number}"',
        '"a${string}b"',
        "upper(string)",
        "lower(string)",
        "title(string)",
        "trimspace(string)",
        "trim(string, string)",
        "trimprefix(string, string)",
        "trimsuffix(string, string)",
        "strrev(string)",
        "substr(string, small, number)",
        "replace(string, string, string)",
        "join(string, list)",
        "chomp(string)",
        'format("%s-%s", string, number)',
        'format("%05.1f|%-6s|%x", number, string, small)',
        'format("%q %v", string, list)',
        "jsonencode(any)",
        "yamlencode(any)",
        "base64encode(string)",
        "sha256(string)",
        "md5(string)",
        "urlencode(string)",
        "indent(small, string)",
        "tostring(number)",
        "tostring(bool)",
        "list[small]",
        "element(list, small)",
        'lookup(map, "a", string)',
        "map.a",
        "coalesce(string, string)",
        "basename(string)",
        "dirname(string)",
        "cidrhost(cidr, small)",
        "cidrsubnet(cidr, small, small)",
        "cidrnetmask(cidr)",
        "(bool ? string : number)",
        "try(map.b, string)",
        "formatdate(\"YYYY-MM-DD'T'hh:mm\", time)",
        'timeadd(time, "1h")',
        '"%{ if bool }x%{ else }y%{ endif }"',
        '"%{ for s in list ~} ${s}, %{ endfor ~}"',
        "sha1(string)",
        'uuidv5("dns", string)',
        'regex("[a-z]+", string)',
        "one(set)",
        "nonsensitive(sensitive(string))",
    ],
    "bool": [
        "(number < number)",
        "(number >= number)",
        "(string == string)",
        "(any == any)",
        "(any != any)",
        "!bool",
        "(can(number) && can(list))",
        "(can(any) || can(string))",
        "contains(list, string)",
        "startswith(string, string)",
        "can(any)",
        "endswith(string, string)",
        "strcontains(string, string)",
        "alltrue([bool, bool])",
        "anytrue([bool, bool])",
        "can(number / number)",
        "can(list[number])",
        "tobool(bool)",
        'can(regex("a", string))',
        "(bool ? bool : bool)",
        "can(tonumber(string))",
        "(number == string)",
    ],
    "list": [
        "[string, string]",
        "[string, number]",
        "concat(list, list)",
        "reverse(list)",
        "sort(list)",
        "distinct(list)",
        "compact(list)",
        "split(string, string)",
        "keys(map)",
        "values(map)",
        "tolist(set)",
        "flatten([list, [list]])",
        "[for s in list : upper(s)]",
        '[for i, s in list : "${i}${s}" if s != string]',
        "slice(list, 0, small)",
        "chunklist(list, small)[0]",
        'formatlist("%s!", list)',
        "coalescelist(list, list)",
        "list[*]",
        "matchkeys(list, list, list)",
        '[for k, v in map : "${k}=${v}"]',
        "(bool ? list : list)",
        "sort(tolist(set))",
        'regexall("[a-z]", string)',
        "tolist([string, number])",
        "setproduct(list, list)[0]",
        "cidrsubnets(cidr, 4, small)",
    ],
    "numbers": [
        "[number, number]",
        "range(small)",
        "range(small, small)",
        "concat(numbers, numbers)",
        "reverse(numbers)",
        "[for n in numbers : n + 1]",
        "distinct(numbers)",
        "(bool ? numbers : numbers)",
        "slice(numbers, 0, 1)",
    ],
    "set": [
        "toset(list)",
        "setunion(set, set)",
        "setintersection(set, set)",
        "setsubtract(set, set)",
        "toset(numbers)",
        "toset([string, number, bool])",
    ],
    "map": [
        "{ a = string, b = string }",
        "{ a = string, b = number }",
        "merge(map, map)",
        "zipmap(list, list)",
        "tomap({ a = string, b = number })",
        '{ for i, s in list : "k${i}" => s }',
        "{ for k, v in map : k => v if bool }",
        "{ for k, v in map : v => k... }",
        "(bool ? map : map)",
        "{ (string) = number }",
        "merge({ a = 1 }, null)",
        "jsondecode(jsonencode(map))",
        "yamldecode(yamlencode(map))",
    ],
    "any": [
        "number",
        "string",
        "bool",
        "list",
        "numbers",
        "set",
        "map",
        "null",
        "[any, any]",
        "{ a = any, c = any }",
        "(bool ? number : string)",
        "try(any, any)",
        "jsondecode(jsonencode(any))",
        "flatten([any])",
        "[{ a = any }, { a = any }][*].a",
        "transpose({ a = list, b = list })",
        "list[*]",
    ],
}  # fmt: skip
LEAVES: dict[str, list[str]] = {
    "number": ["0", "1", "2", "-1", "7", "10", "0.5", "1.25", "-2.5", "9007199254740993", "1e3", '"5"'],
    "small": ["0", "1", "2", "3", "4", "8"],
    "digits": ['"ff"', '"10"', '"7"', '"zz"'],
    "string": [
        '""',
        '"a"',
        '"b"',
        '"ab"',
        '"Hello World"',
        '" x "',
        '"10"',
        '"é"',
        '"a-b_c"',
        '"a,b"',
        '"true"',
        '"1.0"',
    ],
    "bool": ["true", "false", '"true"'],
    "list": ["[]", '["a"]', '["b", "a", "b"]', '["a", null]', '["10", "9"]'],
    "numbers": ["[]", "[1]", "[3, 1, 2]", "[1, 2.5]"],
    "set": ["toset([])", 'toset(["b", "a"])', "toset([10, 9])"],
    "map": ["{}", '{ a = "x" }', '{ b = "y", a = "x" }'],
    "any": ["null", "1", '"a"', "true", "[]", "{}"],
    "cidr": ['"10.0.0.0/16"', '"192.168.1.0/24"', '"fd00::/48"', '"10.0.0.1"'],
    "time": ['"2024-02-29T12:30:00Z"', '"2023-12-31T23:59:59+02:00"', '"bad"'],
}  # fmt: skip
WORDS = sorted({*FORMS, *LEAVES}, key=len, reverse=True)


class Writer:
    """Writes expressions of a kind: ``number``, ``list``."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def write(self, kind: str, depth: int) -> str:
        forms = FORMS.get(kind, [])
        if not forms or depth == 0 or self.random.random() < 0.25:
            return self.random.choice(LEAVES[kind])
        return self.fill(self.random.choice(forms), depth - 1)

    def fill(self, form: str, depth: int) -> str:
        """``form`` with an expression for every name of a kind in it that is no name of a function or attribute."""
        result, position = "", 0
        while position < len(form):
            word = self.word(form, position)
            result += self.write(word, depth) if word else form[position]
            position += len(word) if word else 1
        return result

    @staticmethod
    def word(form: str, position: int) -> str:
        before = form[position - 1] if position else " "
        if before.isalnum() or before in "_.":
            return ""
        for word in WORDS:
            after = form[position + len(word) : position + len(word) + 1]
            if form.startswith(word, position) and not (after.isalnum() or (after in ("_", "(") and after)):
                return word
        return ""


def expressions(seed: int, count: int) -> list[str]:
    writer = Writer(seed)
    return [writer.write(writer.random.choice(sorted(FORMS)), 3) for _ in range(count)]


def is_unknown(value: Any) -> bool:
    """Whether a part of our value was left open, which is no disagreement."""
    return "Unknown(" in json.dumps(value)


def differences(texts: Sequence[str], oracle: Callable[[Sequence[str], Path], list[Any]] = theirs) -> list[Any]:
    """Each expression that has another value here than there, with both."""
    with tempfile.TemporaryDirectory() as folder:
        expected = oracle(texts, Path(folder))
    found = [(text, ours(text, SCOPE), there) for text, there in zip(texts, expected)]
    return [(text, here, there) for text, here, there in found if here != there and not is_unknown(here)]


if __name__ == "__main__":
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    texts = expressions(seed, count)
    for start in range(0, count, BATCH):
        for text, here, there in differences(texts[start : start + BATCH]):
            print(text, "\n  here ", here, "\n  there", there)
