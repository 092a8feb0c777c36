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
from tests.terraform.console import UNKNOWN, EmptyScope, ours, theirs
from tests.terraform.forms import FORMS, LEAVES

SCOPE = EmptyScope(FunctionContext(".", ".", lambda template, names: None))
BATCH = 500
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
    return any(name in json.dumps(value) for name in ("Unknown(", "Several(", "Text("))


def differences(texts: Sequence[str], oracle: Callable[[Sequence[str], Path], list[Any]] = theirs) -> list[Any]:
    """Each expression that has another value here than there, with both."""
    with tempfile.TemporaryDirectory() as folder:
        expected = oracle(texts, Path(folder))
    found = [(text, ours(text, SCOPE), there) for text, there in zip(texts, expected)]
    return [row for row in found if row[1] != row[2] and row[2] != UNKNOWN and not is_unknown(row[1])]


if __name__ == "__main__":
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    texts = expressions(seed, count)
    for start in range(0, count, BATCH):
        for text, here, there in differences(texts[start : start + BATCH]):
            print(text, "\n  here ", here, "\n  there", there)
