"""``python -m tests.metamorphic [WORD]`` holds all fixtures to every relation so named; ``-v``: what is left."""

from __future__ import annotations

import sys
from collections import Counter

from tests.metamorphic.relation import fixtures, held
from tests.metamorphic.relations import RELATIONS


def main(word: str = "", *, verbose: bool = False) -> int:
    """How many cases each relation rewrites, in how many verdicts differ by right, and where else they do."""
    failed = 0
    for relation in RELATIONS:
        if word not in relation.name:
            continue
        results = list(held(relation, fixtures(relation.language)))
        same = [result for result in results if not result.left]
        wrong = [result for result in same if result.lines and result.case not in relation.differs]
        spared = sum(1 for result in same if result.lines and result.case in relation.differs)
        print(
            f"{relation.name:36} {len(same):4} of {len(results)} rewritten, "
            f"{spared} differ by right, {len(wrong)} wrong"
        )
        if verbose:
            for reason, number in Counter(result.left for result in results if result.left).most_common():
                print(f"    left {number}: {reason}")
        for result in wrong:
            failed += 1
            print(f"    {result.case}", *result.lines, sep="\n        ")
    return 1 if failed else 0


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "-v"]
    sys.exit(main(*arguments[:1], verbose="-v" in sys.argv))
