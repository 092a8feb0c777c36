"""Rules and what they say: findings with their path, passes, and what could not be decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Literal, Union

from ecsnet.records import dataclass, field
from ecsnet.resources import Hole, Hop, Language, Path, Problem, Resource
from ecsnet.values import Span

if TYPE_CHECKING:
    from ecsnet.network import Network
    from ecsnet.options import Options


PROJECT = "https://github.com/ecsnet/ecsnet"
"""Where all help links lead to."""


class Level(Enum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Graver is higher."""
        return ("info", "warning", "error").index(self.value)


@dataclass(frozen=True, slots=True)
class Setting:
    """A change that mends a finding: what ``resource`` has at ``path`` is to be ``value``.

    ``instead_of``: the element of a list, or the value, whose place it takes; "" for whatever is there, or nothing.
    ``safe``: nobody has to decide anything about it.
    """

    resource: Resource
    path: Path
    value: bool | str
    instead_of: str = ""
    safe: bool = True


@dataclass(frozen=True, slots=True)
class NatPerZone:
    """A change that mends a finding: the module that makes the NAT gateway ``resource`` is told to make one a zone."""

    resource: Resource
    safe: bool = True


Change = Union[Setting, NatPerZone]


@dataclass(frozen=True, slots=True)
class Edit:
    """The bytes of a file from ``start`` up to ``end``, exclusive, become ``text``; ``span`` says the same in lines.

    ``safe``: as of the change it makes. ``before``: the whole file that the offsets count in.
    """

    span: Span
    start: int
    end: int
    text: str
    safe: bool
    before: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """The configuration itself proves that ``rule`` is broken. ``scenario``: the conditions assumed, by name.

    ``cause``: the address of the resource whose setting decides, where others than ``resource`` may suffer by it:
    findings of a rule that have one cause are shown together. ``changes``: what would certainly mend it, all of them
    together; ``edits``: the same in the source, where they can be written there and concern nothing else.
    ``fingerprint``: its name that lasts, of ``ecsnet.fingerprints``; "" until all findings are known.
    """

    rule: Rule
    level: Level
    resource: Resource
    message: str
    span: Span
    path: tuple[Hop, ...]
    fix: str
    scenario: Mapping[str, str] = field(default_factory=dict)
    cause: str = ""
    changes: tuple[Change, ...] = ()
    edits: tuple[Edit, ...] = ()
    fingerprint: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Passed:
    rule: Rule
    resource: Resource


@dataclass(frozen=True, slots=True)
class Undecided:
    """A value that decides is not in the configuration."""

    rule: Rule
    resource: Resource
    reason: str
    span: Span


Verdict = Union[Finding, Passed, Undecided]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the catalogue. ``check`` is pure: the same network and options, the same verdicts, in order.

    ``fix`` and ``why`` are Markdown; ``fix`` has one text a language. ``references`` are AWS pages and the ids of
    Security Hub, AWS Config, Trusted Advisor and CIS that mean the same. ``yields_to``: the rules that speak in its
    place where one cause would fire both.
    """

    id: str
    name: str
    level: Level
    summary: str
    why: str
    fix: Mapping[Language, str]
    references: tuple[str, ...]
    check: Callable[[Network, Options], Iterator[Verdict]]
    opt_in: bool = False
    yields_to: tuple[str, ...] = ()

    @property
    def cfn_lint_id(self) -> str:
        """``ECSNET401``, a warning, is ``W9401``."""
        return f"{self.level.value[0].upper()}9{self.id[-3:]}"

    @property
    def help(self) -> str:
        return f"{PROJECT}/blob/main/docs/rules/{self.id}.md"


Syntax = Literal["ecsnet", "checkov", "cfn-lint", "baseline"]
"""In whose words a finding is accepted; ``baseline``: in a file of those that were there before."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that the user accepts. ``reason``: theirs ("": none is given); ``span``: where it is said."""

    finding: Finding
    by: Syntax
    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Unused:
    """A suppression that suppresses nothing, and why, in one line."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Known:
    """A finding as a baseline has it. ``root``: the folder of a Terraform root module, or the template or plan."""

    fingerprint: str
    rule: str
    resource: str
    root: str


@dataclass(frozen=True, slots=True)
class Report:
    """What one scan found. ``resources`` counts the instances that were looked at; ``seconds`` is wall time.

    ``unseen``: modules, stacks and the like that are not there, so that nobody knows what they make. ``findings`` has
    none of those ``suppressed``. ``fixed``: what the baseline has and the configuration no longer. ``base``: the folder
    that fingerprints, and reports for other tools, name files after ("": the working directory). ``elsewhere``: how
    many more findings there are that are not on the changes which were asked for.
    """

    findings: tuple[Finding, ...]
    passed: tuple[Passed, ...]
    undecided: tuple[Undecided, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    resources: int
    seconds: float
    unseen: tuple[Hole, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    unused: tuple[Unused, ...] = ()
    fixed: tuple[Known, ...] = ()
    base: str = ""
    elsewhere: int = 0
