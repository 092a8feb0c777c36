"""What unknown strings are known to look like: names and ids of availability zones.

https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ecsnet.terraform.errors import EvaluationError
from ecsnet.values import Unknown, Value

ZONE_NAMES = ".names"
ZONE_IDS = ".zone_ids"
"""How the series of stand-ins for zones end."""

_SAMPLES: Mapping[str, tuple[str, ...]] = {
    ZONE_NAMES: (
        "us-east-1a", "eu-central-2b", "ap-southeast-4c", "us-gov-west-1a", "cn-northwest-1d", "us-iso-east-1f",
    ),
    ZONE_IDS: ("use1-az1", "euc2-az2", "apse4-az3", "usgw1-az1", "cnnw1-az3", "usie1-az6"),
}  # fmt: skip
DECIDED_BY_SHAPE = frozenset({"endswith", "regex", "regexall", "startswith", "strcontains"})


def by_shape(args: tuple[Value, ...], call: Callable[[tuple[Value, ...]], Value]) -> Value | None:
    """The result of a function that all strings shaped like ``args`` have in common; ``None`` where they have none.

    Raises ``EvaluationError`` where the function does for all.
    """
    samples = [_samples(arg) for arg in args]
    if not any(samples):
        return None
    results: list[Value] = []
    errors: list[EvaluationError] = []
    for i in range(len(_SAMPLES[ZONE_NAMES])):
        try:
            results.append(call(tuple(found[i] if found else arg for found, arg in zip(samples, args))))
        except EvaluationError as error:
            errors.append(error)
    if errors:
        if not results:
            raise errors[0]
        return None
    first = results[0]
    if all(isinstance(result, (str, bool)) and result == first for result in results):
        return first
    if all(isinstance(result, tuple) for result in results):
        lengths = {len(result) for result in results if isinstance(result, tuple)}
        if len(lengths) == 1:
            return tuple(Unknown("a part of the name of an availability zone") for _ in range(lengths.pop()))
    return None


def _samples(value: Value) -> tuple[str, ...]:
    if not isinstance(value, Unknown) or not value.series:
        return ()
    return next((samples for suffix, samples in _SAMPLES.items() if value.series.endswith(suffix)), ())
