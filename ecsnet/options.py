"""What a user may say of single rules: their ports, sources and tags."""

from __future__ import annotations

from ecsnet.records import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """``allowed_sources``: CIDRs that ECSNET201 takes for the user's own, however wide.

    ``admin_ports``: the ranges, first and last port, of ECSNET202. ``sensitive_keys`` with ``sensitive_values``, and
    ``sensitive_flags`` with a true value, are the tags of ECSNET501, without regard to case and punctuation.
    """

    allowed_sources: tuple[str, ...] = ()
    admin_ports: tuple[tuple[int, int], ...] = ((3389, 3389), (2375, 2376), (51678, 51680))
    sensitive_keys: tuple[str, ...] = (
        "dataclassification", "dataclass", "classification", "sensitivity", "compliance",
    )  # fmt: skip
    sensitive_values: tuple[str, ...] = (
        "pci", "pii", "phi", "hipaa", "confidential", "restricted", "sensitive", "secret",
    )  # fmt: skip
    sensitive_flags: tuple[str, ...] = ("pci", "pii", "phi", "hipaa")


DEFAULTS = Options()
