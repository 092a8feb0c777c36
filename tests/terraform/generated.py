"""Expressions made up at random, typed so that most have a value, and compared with Terraform's console.

``python -m tests.terraform.generated SEED COUNT`` prints those that differ, and how many are unknown on one side.
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
from tests.terraform.console import ERROR, UNKNOWN, EmptyScope, ours, theirs
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


def compared(texts: Sequence[str], oracle: Callable[[Sequence[str], Path], list[Any]] = theirs) -> list[Any]:
    """Each expression with its value here and there."""
    with tempfile.TemporaryDirectory() as folder:
        expected = oracle(texts, Path(folder))
    return [(text, ours(text, SCOPE), there) for text, there in zip(texts, expected)]


def differ(here: Any, there: Any) -> bool:
    """Whether both are known and not the same."""
    return here != there and there != UNKNOWN and not is_unknown(here)


def differences(texts: Sequence[str], oracle: Callable[[Sequence[str], Path], list[Any]] = theirs) -> list[Any]:
    """Each expression that has another value here than there, with both."""
    return [row for row in compared(texts, oracle) if differ(*row[1:])]


def main(seed: int, count: int) -> None:
    texts = expressions(seed, count)
    rows = [row for start in range(0, count, BATCH) for row in compared(texts[start : start + BATCH])]
    for text, here, there in rows:
        if differ(here, there):
            print(text, "\n  here ", here, "\n  there", there)
    here_alone = [row for row in rows if is_unknown(row[1]) and row[2] not in (UNKNOWN, ERROR)]
    for text, here, there in here_alone if "-v" in sys.argv else ():
        print("unknown here:", text, "\n  here ", here, "\n  there", there)
    different = [row for row in rows if differ(*row[1:])]
    missed = sum(row[2] == ERROR for row in different)
    share = 100 * len(here_alone) / count
    print(f"{count} expressions: {len(different)} differ, {missed} of them an error there alone; ", end="")
    print(f"{len(here_alone)} ({share:.2f} %) are unknown here alone")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
