"""As what a template is deployed: what AWS knows of a stack, and a template does not say."""

from __future__ import annotations

from collections.abc import Mapping

from ecsnet.records import dataclass, field
from ecsnet.resources import Problem
from ecsnet.values import Value


@dataclass(frozen=True, slots=True)
class Supplied:
    """A value for a parameter from outside of the template, and what gives it. ``file`` and ``line``: where it is
    written; "" where that is no file. ``resolved``: for a parameter that names an SSM parameter, what that one holds.
    """

    value: Value
    origin: str
    file: str = ""
    line: int = 1
    resolved: Value = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """``name``, ``region`` and ``account`` of the stack; "" for what is not known.

    ``parameters``: by name; names that the template does not declare are not for it. ``unread``: why others may be
    given too. ``problems``: of what gives them. ``constructs``: the construct path of CDK by logical id, for templates
    that do not have it in their metadata. ``origin``: what says as what it is deployed.
    ``label``: the name, where the template is deployed as several stacks; nested stacks have that of their root.
    """

    name: str = ""
    region: str = ""
    account: str = ""
    parameters: Mapping[str, Supplied] = field(default_factory=dict)
    unread: str = ""
    problems: tuple[Problem, ...] = ()
    constructs: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    label: str = ""


UNTOLD = Deployment()

# https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
_PARTITIONS = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
    "us-iso-": ("aws-iso", "c2s.ic.gov"),
    "us-isob-": ("aws-iso-b", "sc2s.sgov.gov"),
    "eu-isoe-": ("aws-iso-e", "cloud.adc-e.uk"),
    "us-isof-": ("aws-iso-f", "csp.hci.ic.gov"),
    "eusc-": ("aws-eusc", "amazonaws.eu"),
}


def partition(region: str) -> tuple[str, str]:
    """``AWS::Partition`` and ``AWS::URLSuffix`` of a region."""
    for beginning, found in _PARTITIONS.items():
        if region.startswith(beginning):
            return found
    return "aws", "amazonaws.com"
