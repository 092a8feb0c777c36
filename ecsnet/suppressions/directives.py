"""What a suppression is, and the words that it is written in."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence

from ecsnet.config import ConfigError, matching
from ecsnet.findings import Rule, Syntax
from ecsnet.records import dataclass
from ecsnet.values import Span

Place = tuple[int, int]
"""Line and column, from 1."""

MARKS = (b"ecsnet", b"checkov", b"bridgecrew", b"cortex", b"cfn-lint")
"""A file with none of these holds no suppression."""

MAX_DIRECTIVES = 2_000
"""Of one file. What is more suppresses nothing, and is said to."""

FORM = "write: ecsnet:ignore RULE[, RULE...] reason"

_OWN = re.compile(r"(?:^|#|//|/\*|\*)[ \t]*ecsnet:ignore(-file)?(?![\w-])([^\n]*)")
_CHECKOV = re.compile(r"(?:checkov|bridgecrew|cortex):skip=[ \t]*([A-Za-z_\d-]+(?:,[A-Za-z_\d-]+)*)(?::([^\n]*))?")
_WORD = re.compile(r"[ \t]*([^\s,]+)")
_COMMA = re.compile(r"[ \t]*,")
_FAMILY = re.compile(r"ECSNET\d*", re.IGNORECASE)
_LONGEST = 1_000
_NO_COMMENT = "No comment provided"


@dataclass(frozen=True, slots=True)
class Scope:
    """From ``start`` up to ``end``, exclusive. ``file`` is a real path."""

    file: str
    start: Place
    end: Place

    @staticmethod
    def whole(file: str) -> Scope:
        return Scope(file, (0, 0), (sys.maxsize, 0))

    def holds(self, line: int, column: int) -> bool:
        return self.start <= (line, column) < self.end


@dataclass(frozen=True, slots=True)
class Choice:
    """A rule, or a family of rules, as it is written, and the ids that it means."""

    text: str
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Directive:
    """One comment, or one entry of metadata. ``scope``: ``None`` where there is nothing that it could be about.

    ``wrong``: why it suppresses nothing, whatever there is ("": it is written as it should be).
    """

    by: Syntax
    span: Span
    scope: Scope | None
    choices: tuple[Choice, ...]
    reason: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What the text of a directive says. ``file``: it is about the whole file."""

    by: Syntax
    choices: tuple[Choice, ...]
    reason: str = ""
    file: bool = False
    wrong: str = ""


def of_comment(text: str, catalogue: Sequence[Rule]) -> Iterator[Words]:
    """The directives in one line of a comment, its marks included."""
    own = _OWN.search(text)
    if own is not None:
        if own[2][:1].strip():
            yield Words("ecsnet", (), wrong=FORM)
        else:
            yield own_words(_unclosed(own[2]), catalogue, file=bool(own[1]))
    skip = _CHECKOV.search(text)
    if skip is not None:
        yield from of_checkov(skip[1].split(","), _unclosed(skip[2] or ""), catalogue)


def own_words(text: str, catalogue: Sequence[Rule], file: bool = False) -> Words:
    """``ECSNET201, nat-shared-across-azs the reason``: what follows the mark."""
    choices: list[Choice] = []
    position, comma = 0, True
    while word := _WORD.match(text[:_LONGEST], position):
        name, colon = word[1].rstrip(":"), word[1].endswith(":")
        try:
            ids = matching(name, catalogue) if comma or _FAMILY.fullmatch(name) else _named(name, catalogue)
        except ConfigError as error:
            if comma:
                return Words("ecsnet", (), file=file, wrong=str(error))
            break
        if not ids:
            break
        choices.append(Choice(name, ids))
        after = _COMMA.match(text, word.end())
        position, comma = (after.end(), True) if after else (word.end(), False)
        if colon:
            break
    if not choices:
        return Words("ecsnet", (), file=file, wrong=f"it names no rule; {FORM}")
    return Words("ecsnet", tuple(choices), text[position:].strip().lstrip(":-").strip(), file)


def of_checkov(ids: Sequence[str], reason: str, catalogue: Sequence[Rule]) -> Iterator[Words]:
    """Ids as Checkov has them: whole, and in capitals. Nothing for those of its own checks."""
    known = {rule.id for rule in catalogue}
    choices = tuple(Choice(name, frozenset((name,))) for name in ids if name in known)
    if choices:
        yield Words("checkov", choices, "" if reason == _NO_COMMENT else reason.strip())


def of_cfn_lint(beginnings: Sequence[str], catalogue: Sequence[Rule]) -> Iterator[Words]:
    """Beginnings of cfn-lint's ids, ``W9401`` or ``E9``, as ``ignore_checks`` has them."""
    choices: list[Choice] = []
    for text in filter(None, beginnings):
        ids = frozenset(rule.id for rule in catalogue if rule.cfn_lint_id.startswith(text))
        choices += [Choice(text, ids)] if ids else []
    if choices:
        yield Words("cfn-lint", tuple(choices))


def _named(name: str, catalogue: Sequence[Rule]) -> frozenset[str]:
    """In a list without commas a rule is only what can't be a word of the reason."""
    return frozenset(rule.id for rule in catalogue if name in (rule.name, rule.cfn_lint_id))


def _unclosed(text: str) -> str:
    return text.rstrip().removesuffix("*/").rstrip()
