"""What both languages share: pieces of a file that become other text, and how values are written."""

from __future__ import annotations

import re

from ecsnet.records import dataclass

_SPELT_OUT = re.compile(r"""(["']?)[\w./: -]*\1""")
_SWITCHES = {True: "ENABLED", False: "DISABLED"}


@dataclass(frozen=True, slots=True)
class Piece:
    """What lies from ``start`` up to ``end`` becomes ``text``. Offsets count as those of the syntax tree do."""

    start: int
    end: int
    text: str


def written(raw: str, value: bool | str) -> str | None:
    """``value`` in the way that ``raw``, which it replaces, is written; ``None`` where ``raw`` is no plain literal.

    ``true`` is ``"true"`` or ``ENABLED`` where the other is so.
    """
    if not _SPELT_OUT.fullmatch(raw):
        return None
    quote = raw[0] if raw[:1] in ('"', "'") else ""
    if isinstance(value, bool):
        inner = raw.strip("\"'").upper()
        text = _SWITCHES[value] if inner in _SWITCHES.values() else str(value).lower()
    else:
        text = value
    return f"{quote}{text}{quote}"


def fresh(kind: str, name: str, value: bool | str, quote: str) -> str:
    """``value`` for an argument ``name`` of a resource of type ``kind`` that nothing is written for yet.

    ``quote``: what a string is put between.
    """
    if isinstance(value, bool):
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html; Terraform's provider
        # makes a switch of it everywhere but in pipes.
        if name != "AssignPublicIp" and (kind, name) != ("aws_pipes_pipe", "assign_public_ip"):
            return str(value).lower()
        value = _SWITCHES[value]
    return f"{quote}{value}{quote}"
