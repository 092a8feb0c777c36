"""Agreement: ``python -m benchmarks.peers --checkov DIR --trivy-checks DIR --cfn-lint DIR --guard DIR``.

Each option is a checkout of the tool's repository; a suite without one is left out. Its labelled inputs, good and bad,
are read as data, nothing of the checkout is run. Every disagreement has its reason in ``explained.py``; one without
makes the status 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.cases import SuiteError, judge
from benchmarks.peers.explained import EXPLAINED
from benchmarks.peers.suites import SUITES


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and the disagreements as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description="Agreement with other tools.")
    for option in dict.fromkeys(suite.checkout for suite in SUITES):
        parser.add_argument(
            f"--{option.replace('_', '-')}", type=Path, metavar="DIR", help="checkout of its repository"
        )
    given = parser.parse_args(arguments)

    disagreements: list[str] = []
    unexplained = 0
    print("| suite | inputs | agree | ours only | theirs only | undecided by us |\n|---|--:|--:|--:|--:|--:|")
    for suite in SUITES:
        checkout = getattr(given, suite.checkout)
        if checkout is None:
            print(f"| {suite.name} | left out: no --{suite.checkout.replace('_', '-')} | | | | |")
            continue
        try:
            verdicts = list(judge(suite.cases(checkout), suite.rules))
        except SuiteError as error:
            print(f"\n{suite.name}: {error}", file=sys.stderr)
            return 2
        differing = [verdict for verdict in verdicts if not verdict.agrees]
        ours = sum(verdict.reported for verdict in differing)
        undecided = sum(verdict.undecided and not verdict.reported for verdict in verdicts)
        numbers = (len(verdicts), len(verdicts) - len(differing), ours, len(differing) - ours, undecided)
        print(f"| {suite.name} | {' | '.join(map(str, numbers))} |")
        for verdict in differing:
            reason = EXPLAINED.get((suite.name, verdict.case.name))
            unexplained += reason is None
            who = "ours only" if verdict.reported else "theirs only"
            disagreements.append(f"- {suite.name}, {verdict.case.name}, {who}: {reason or 'not explained'}")
    print("\n".join(["", *disagreements]) if disagreements else "")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
