"""The path of a finding as a Mermaid flowchart. https://mermaid.js.org/syntax/flowchart.html"""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level
from ecsnet.report.common import clipped
from ecsnet.report.graph import entity
from ecsnet.report.source import printable
from ecsnet.report.text import count
from ecsnet.resources import Hop

MAX_STEPS = 25
_MAX_NAME = 80
_MAX_TEXT = 160
_STROKES = {Level.ERROR: "#c62828", Level.WARNING: "#e08600", Level.INFO: "#1565c0"}
_STYLE = "fill:#fafafa,stroke:#78909c,color:#212121"


def picture(finding: Finding) -> Iterator[str]:
    """Lines: the steps one under the other, the deciding one marked; nothing for a path of fewer than two."""
    steps = _steps(finding)
    if len(steps) < 2:
        return
    left_out = max(len(steps) - MAX_STEPS, 0)
    if left_out:
        # Paths begin with what is done and end with what comes of it.
        steps = [*steps[: MAX_STEPS - 1], steps[-1]]
    yield "flowchart TB"
    for number, (hop, decides) in enumerate(steps):
        yield f'  n{number}["{_label(hop, decides)}"]'
        yield f"  style n{number} {_decided(finding.level) if decides else _STYLE}"
    last = len(steps) - 1
    for number in range(last):
        if left_out and number == last - 1:
            yield f'  more["{count(left_out, "more step")}"]'
            yield f"  style more {_STYLE},stroke-dasharray:4"
            yield f"  n{number} -.-> more"
            yield f"  more -.-> n{last}"
        else:
            yield f"  n{number} --> n{number + 1}"


def _steps(finding: Finding) -> list[tuple[Hop, bool]]:
    """The steps, and of each whether it is where the finding is."""
    steps = [(hop, hop.span == finding.span) for hop in finding.path]
    if steps and not any(decides for _, decides in steps):
        steps.append((Hop(finding.resource.address, finding.rule.name, finding.span), True))
    return steps


def _label(hop: Hop, decides: bool) -> str:
    mark = "\u26a0 " if decides else ""
    lines = [f"<b>{entity(clipped(printable(hop.resource), _MAX_NAME))}</b>"] if hop.resource else []
    return "<br/>".join([*lines, mark + entity(clipped(printable(hop.message), _MAX_TEXT))])


def _decided(level: Level) -> str:
    return f"fill:#fff3e0,stroke:{_STROKES[level]},stroke-width:3px,color:#212121"
