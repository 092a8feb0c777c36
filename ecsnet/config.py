"""What a scan is asked for, and which rules of the catalogue that selects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from ecsnet.findings import Level, Rule
from ecsnet.inputs import Given, ParameterInput, StackEntry
from ecsnet.options import DEFAULTS, Options
from ecsnet.path_ignores import PathIgnore
from ecsnet.records import dataclass, field

FAIL_ON = ("error", "warning", "info", "never")
MAX_ZONES = 10


class ConfigError(Exception):
    """The scan was asked for something that does not exist; the message is for the user, on one line."""


@dataclass(frozen=True, slots=True)
class Config:
    """``select`` and ``ignore`` hold selectors: ``ECSNET101``, ``ECSNET1``, ``nat-shared-across-azs``, ``W9401``.

    ``extend_select`` adds to ``select``, or to the default rules where that is ``None``. ``fail_on`` is the lowest
    level that makes the command fail; ``None``: none does. ``zones`` is how many zones a region is taken to have.
    ``stubs`` are folders of module stubs. A root module is evaluated once for each of ``given``. ``stacks`` says of
    templates as what they are deployed; ``parameters`` are for every root template that declares them, and go before.
    ``options`` are for single rules. ``levels``: by id of a rule, in the place of what the rule says. ``path_ignores``:
    rules that do not run for some paths. ``baseline``: the file of findings that were there before; of the folder that
    holds all that is scanned. ``allow_outside``: whether what lies outside of that may be read too. ``timeout``:
    seconds for a root.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Level | None = Level.WARNING
    show_unknown: bool = False
    zones: int = 3
    stubs: tuple[str, ...] = ()
    given: tuple[Given, ...] = (Given(),)
    stacks: tuple[StackEntry, ...] = ()
    parameters: tuple[ParameterInput, ...] = ()
    options: Options = DEFAULTS
    levels: Mapping[str, Level] = field(default_factory=dict)
    path_ignores: tuple[PathIgnore, ...] = ()
    baseline: str | None = None
    allow_outside: bool = False
    timeout: float | None = None

    def of(self, folder: str) -> Config:
        """What holds for what is in ``folder``: here, the same everywhere."""
        return self


class Configured(Protocol):
    """A configuration that may differ from folder to folder."""

    @property
    def allow_outside(self) -> bool: ...

    @property
    def timeout(self) -> float | None: ...

    def of(self, folder: str) -> Config: ...


def choose(config: Config, catalogue: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules that ``config`` asks for, in the order of the catalogue. A rule that is opt-in has to be selected."""
    if config.select is None:
        selected = {rule.id for rule in catalogue if not rule.opt_in}
    else:
        selected = _matching(config.select, catalogue)
    selected |= _matching(config.extend_select, catalogue)
    selected -= _matching(config.ignore, catalogue)
    return tuple(rule for rule in catalogue if rule.id in selected)


def find_rule(name: str, catalogue: Sequence[Rule]) -> Rule:
    """The one rule of that id, cfn-lint id or name, in any case."""
    for rule in catalogue:
        if _is_named(rule, name):
            return rule
    raise ConfigError(_no_such_rule(name, catalogue))


def matching(selector: str, catalogue: Sequence[Rule]) -> frozenset[str]:
    """The ids of the rules that a selector means: one by id, name or cfn-lint id, or a family by the beginning of ids.

    :raises ConfigError: there is none
    """
    family = selector.upper()
    matches = frozenset(
        rule.id
        for rule in catalogue
        if _is_named(rule, selector) or (family.startswith("ECSNET") and rule.id.startswith(family))
    )
    if not matches:
        raise ConfigError(_no_such_rule(selector, catalogue))
    return matches


def _matching(selectors: Iterable[str], catalogue: Sequence[Rule]) -> set[str]:
    return {rule for selector in selectors for rule in matching(selector, catalogue)}


def _is_named(rule: Rule, name: str) -> bool:
    return name.upper() in (rule.id, rule.cfn_lint_id) or name.lower() == rule.name


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint at which of the ``known`` names is meant; "" where none is like it."""
    import difflib  # 6 ms, and only a mistake needs it

    names = {one.lower(): one for one in known}
    found = difflib.get_close_matches(name.lower()[:100], names, n=1, cutoff=0.5)
    return f"; did you mean {names[found[0]]}?" if found else ""


def _no_such_rule(name: str, catalogue: Sequence[Rule]) -> str:
    hint = nearest(name, (known for rule in catalogue for known in (rule.id, rule.cfn_lint_id, rule.name)))
    return f"no such rule: {name!r}" + (hint or "; 'ecsnet rules' lists them")
