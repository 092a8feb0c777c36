"""``ecsnet scan --fix`` and ``--diff``: what can be mended for certain is, or is shown."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecsnet.cli.common import tell
from ecsnet.fixes.apply import Plan, plan, write
from ecsnet.fixes.difference import diff
from ecsnet.records import replace
from ecsnet.report.source import printable
from ecsnet.report.text import render_problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecsnet.findings import Finding, Report


def mend(report: Report, options: argparse.Namespace, again: Callable[[], Report]) -> Report:
    """Fixes what can be fixed. The report of ``again``, a new scan, with what could not be written."""
    planned = plan(report.findings, options.unsafe)
    failed = [(rewrite.file, write(rewrite, options.paths)) for rewrite in planned.rewrites]
    kept = {file for file, problem in failed if problem is not None}
    _tell(planned, "fixed", kept)
    if not planned.rewrites:
        return report
    mended = again()
    return replace(mended, problems=(*mended.problems, *(problem for _, problem in failed if problem is not None)))


def show(report: Report, options: argparse.Namespace) -> None:
    """Prints what ``--fix`` would change."""
    planned = plan(report.findings, options.unsafe)
    # As bytes: what is shown can be applied, whatever the ends of lines. A terminal would obey what is in the source.
    stream = None if sys.stdout.isatty() else getattr(sys.stdout, "buffer", None)
    try:
        for line in diff(planned.rewrites):
            if stream is None:
                sys.stdout.write(printable(line.rstrip("\r\n")) + "\n")
            else:
                stream.write(line.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    tell(render_problems(report.problems))
    _tell(planned, "would fix", set())


def _tell(planned: Plan, verb: str, kept: set[str]) -> None:
    fixed = [one for one in planned.fixed if kept.isdisjoint(edit.span.file for edit in one.edits)]
    files = [rewrite.file for rewrite in planned.rewrites if rewrite.file not in kept]
    parts = [f"{verb} {_count(fixed, 'finding')} in {_count(files, 'file')}"]
    if planned.put_off:
        parts.append(f"{_count(planned.put_off, 'finding')} to be fixed by another run, since edits overlap")
    if planned.unsafe:
        parts.append(f"{_count(planned.unsafe, 'finding')} to be fixed only with --unsafe")
    print(f"ecsnet: {'; '.join(parts)}", file=sys.stderr)


def _count(things: Sequence[Finding] | Sequence[str], noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"
