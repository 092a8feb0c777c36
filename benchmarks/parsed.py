"""Whether parsed files are worth keeping: ``python -m benchmarks.parsed``, reading a template beside loading its tree.

A tree that is kept would be read from a file, be checked, and be made again from bytes. Of these only the last is
measured, with ``pickle``, though that is not safe for what others may have written.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable

from benchmarks import templates
from ecsnet.cloudformation.document import parse
from ecsnet.cloudformation.nodes import Document

_ROUNDS = 7


def milliseconds(work: Callable[[], object]) -> float:
    """The fastest of several rounds, of CPU."""
    found: list[float] = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found) * 1000


def row(name: str, text: bytes) -> str:
    """A line of the table.

    :raises ValueError: the text is no template
    """
    document = parse("template.json", text)
    if not isinstance(document, Document):
        raise ValueError(f"{name} is no template")
    kept = pickle.dumps(document.root, pickle.HIGHEST_PROTOCOL)
    parsing = milliseconds(lambda: parse("template.json", text))
    loading = milliseconds(lambda: pickle.loads(kept))
    return f"| {name} | {len(text):,} | {len(kept):,} | {parsing:.1f} | {loading:.1f} | {loading / parsing:.2f} |"


def main() -> None:
    print("| template | bytes | bytes kept | parsing, ms | loading, ms | loading / parsing |")
    print("|---|--:|--:|--:|--:|--:|")
    for name in list(templates.CASES)[:2]:
        print(row(name, templates.CASES[name]().encode()))


if __name__ == "__main__":
    main()
