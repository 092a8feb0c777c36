"""The catalogue: every rule, in the order of its number."""

from __future__ import annotations

from ecsnet.findings import Rule
from ecsnet.rules import ecsnet101, ecsnet201, ecsnet301, ecsnet401

CATALOGUE: tuple[Rule, ...] = (ecsnet101.RULE, ecsnet201.RULE, ecsnet301.RULE, ecsnet401.RULE)
