"""Disagreements that were looked into: for each class who is right, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """``right``: ``ecsnet``, the other tool's name, or ``both`` where the two rules ask different things."""

    right: str
    why: str

    def __str__(self) -> str:
        return f"right: {self.right}. {self.why}"


_PORT_ZERO = Reason(
    "ecsnet",
    "tcp with ports 0 to 0 is TCP port 0 alone: AWS takes 0-0 as all ports only with protocol -1 "
    "(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html). Nothing reaches port 22.",
)
_NO_SOURCE = Reason(
    "ecsnet",
    "the rule names no source at all, so that it admits nobody. Checkov takes a missing source as any.",
)
_SELF_BESIDE = Reason(
    "ecsnet",
    "self = true stands beside cidr_blocks = 0.0.0.0/0 and takes nothing from it: the provider makes one permission "
    "with both sources. All ports are open to the internet.",
)
_UDP = Reason(
    "both",
    "CIS counts UDP, and so does the check. ECSNET202 asks what can be logged in to: an RDP session begins over TCP, "
    "its UDP transport is opened from within (MS-RDPEMT), so UDP 3389 alone lets nobody in.",
)
_EMPTY = Reason(
    "ecsnet",
    "NetworkConfiguration: {} names no subnets, and ECS refuses the service as if there were none. E3052 asks only "
    "whether the key is there.",
)
_SUB = Reason(
    "ecsnet",
    "!Sub of a resource's attribute means the same as !GetAtt of it; another case of the test has that as an error.",
)
_BRIDGE = Reason(
    "both",
    "the task definition allows Fargate, which is all that E3054 asks, but names no network mode: that means bridge, "
    "and Fargate takes awsvpc alone. cfn-lint says so of the task definition, in E3048.",
)
_NO_CONFIGURATION = Reason(
    "both",
    "the mode is awsvpc, which is all that E3054 asks, but the service has no NetworkConfiguration. cfn-lint says so "
    "in E3052.",
)
_SUPPRESSED = Reason(
    "both",
    "Guard obeys its own suppression in the metadata. ecsnet obeys its own, and none of other tools: the port is open.",
)

_TERRAFORM, _FARGATE = "Checkov CKV_AWS_24, Terraform", "service_fargate, line {}"
_NETWORK = "service_network_configuration, line {}"


def _explained() -> Iterator[tuple[str, str, Reason]]:
    """Suite, case, reason."""
    yield _TERRAFORM, "aws_security_group.fail2", _PORT_ZERO
    yield _TERRAFORM, "aws_security_group.not_self", _NO_SOURCE
    yield _TERRAFORM, "aws_vpc_security_group_ingress_rule.fail2", _NO_SOURCE
    yield _TERRAFORM, "aws_security_group.pass_self2", _SELF_BESIDE
    yield "Trivy AWS-0107, tests", "ingress_sq_all_ips_for_rdp_port_and_udp", _UDP
    yield "cfn-lint E3052", _NETWORK.format(46), _EMPTY
    yield "cfn-lint E3052", _NETWORK.format(257), _SUB
    for line in (43, 53, 241, 312, 331):
        yield "cfn-lint E3054", _FARGATE.format(line), _BRIDGE
    yield "cfn-lint E3054", _FARGATE.format(351), _NO_CONFIGURATION
    suppressed = "Security Group with SSH port 22 open to all IP addresses (0.0.0.0/0) but rule suppressed, SKIP"
    yield "Guard INCOMING_SSH_DISABLED", suppressed, _SUPPRESSED


EXPLAINED = {(suite, case): reason for suite, case, reason in _explained()}
