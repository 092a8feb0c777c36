"""The catalogue: every rule, in the order of its number."""

from __future__ import annotations

from ecsnet.findings import Rule
from ecsnet.rules import (
    ecsnet101,
    ecsnet102,
    ecsnet103,
    ecsnet104,
    ecsnet105,
    ecsnet201,
    ecsnet301,
    ecsnet302,
    ecsnet303,
    ecsnet304,
    ecsnet305,
    ecsnet401,
    ecsnet402,
    ecsnet403,
    ecsnet404,
    ecsnet405,
    ecsnet601,
    ecsnet602,
    ecsnet501,
    ecsnet502,
)

CATALOGUE: tuple[Rule, ...] = (
    ecsnet101.RULE,
    ecsnet102.RULE,
    ecsnet103.RULE,
    ecsnet104.RULE,
    ecsnet105.RULE,
    ecsnet201.RULE,
    ecsnet301.RULE,
    ecsnet302.RULE,
    ecsnet303.RULE,
    ecsnet304.RULE,
    ecsnet305.RULE,
    ecsnet401.RULE,
    ecsnet402.RULE,
    ecsnet403.RULE,
    ecsnet404.RULE,
    ecsnet405.RULE,
    ecsnet601.RULE,
    ecsnet602.RULE,
    ecsnet501.RULE,
    ecsnet502.RULE,
)
