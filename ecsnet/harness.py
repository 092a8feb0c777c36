"""What the Checkov and the cfn-lint entries need of ecsnet, most of all a finding as one line of text."""

from __future__ import annotations

from typing import SupportsIndex

from ecsnet.findings import Finding, Rule
from ecsnet.resources import Problem


def describe(finding: Finding) -> str:
    """The message, with the CDK construct it is about, then the path in brackets, then how to fix it, on one line.

    Both tools give a record one text and one location.
    """
    hops = "; ".join(
        f"{hop.span.file}:{hop.span.start_line} {hop.resource}{': ' if hop.resource else ''}{hop.message}"
        for hop in finding.path
    )
    fix, _, example = finding.fix.strip().partition("\n\n")
    if example and fix.endswith(":"):
        fix = fix[:-1] + "."
    construct = finding.resource.construct and f"(construct {finding.resource.construct})"
    return one_line(" ".join(part for part in (finding.message, construct, hops and f"[{hops}]", fix) if part))


def one_line(text: str) -> str:
    """Without line breaks, and without characters that steer a terminal."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def is_crash(problem: Problem, rule: Rule) -> bool:
    """Whether ``rule`` could not be asked, by a fault of ecsnet itself."""
    if not problem.message.startswith("internal error in "):
        return False
    return rule.id in problem.message or "ECSNET" not in problem.message


class BlockName(str):
    """``aws_subnet.private["10.0.1.0/24"]``, of a type and a name, whatever dots there are in the key.

    Checkov splits such names at every dot, does not find the block, and drops the record. It also pickles them, hence
    the class is here: the module of an entry is executed again and again, and has another class each time.
    """

    __slots__ = ()

    def split(self, sep: str | None = None, maxsplit: SupportsIndex = -1) -> list[str]:
        return super().split(sep, 1) if sep == "." else super().split(sep, maxsplit)
