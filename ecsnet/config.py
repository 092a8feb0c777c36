"""What a scan is asked for, and which rules of the catalogue that selects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ecsnet.findings import Level, Rule


class ConfigError(Exception):
    """The scan was asked for something that does not exist; the message is for the user, on one line."""


@dataclass(frozen=True, slots=True)
class Config:
    """``select`` and ``ignore`` hold selectors: ``ECSNET101``, ``ECSNET1``, ``nat-shared-across-azs``, ``W9401``.

    ``extend_select`` adds to ``select``, or to the default rules where that is empty. ``fail_on`` is the lowest level
    that makes the command fail; ``None``: none does. ``zones`` is how many zones a region is taken to have. ``stubs``
    are folders of module stubs.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Level | None = Level.WARNING
    show_unknown: bool = False
    var_files: tuple[str, ...] = ()
    zones: int = 3
    stubs: tuple[str, ...] = ()


def choose(config: Config, catalogue: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules that ``config`` asks for, in the order of the catalogue. A rule that is opt-in has to be selected."""
    selected = _matching(config.select, catalogue)
    if not config.select:
        selected = {rule.id for rule in catalogue if not rule.opt_in}
    selected |= _matching(config.extend_select, catalogue)
    selected -= _matching(config.ignore, catalogue)
    return tuple(rule for rule in catalogue if rule.id in selected)


def find_rule(name: str, catalogue: Sequence[Rule]) -> Rule:
    """The one rule of that id, cfn-lint id or name, in any case."""
    for rule in catalogue:
        if _is_named(rule, name):
            return rule
    raise ConfigError(_no_such_rule(name, catalogue))


def _matching(selectors: Iterable[str], catalogue: Sequence[Rule]) -> set[str]:
    result: set[str] = set()
    for selector in selectors:
        family = selector.upper()
        matches = {
            rule.id
            for rule in catalogue
            if _is_named(rule, selector) or (family.startswith("ECSNET") and rule.id.startswith(family))
        }
        if not matches:
            raise ConfigError(_no_such_rule(selector, catalogue))
        result |= matches
    return result


def _is_named(rule: Rule, name: str) -> bool:
    return name.upper() in (rule.id, rule.cfn_lint_id) or name.lower() == rule.name


def _no_such_rule(name: str, catalogue: Sequence[Rule]) -> str:
    import difflib  # 6 ms, and only a mistake needs it

    names = {known.lower(): known for rule in catalogue for known in (rule.id, rule.cfn_lint_id, rule.name)}
    nearest = difflib.get_close_matches(name.lower()[:100], names, n=1, cutoff=0.5)
    hint = f"; did you mean {names[nearest[0]]}?" if nearest else "; 'ecsnet rules' lists them"
    return f"no such rule: {name!r}{hint}"
