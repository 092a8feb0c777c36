"""The rows of ``benchmarks.sees``: what there is to see in which fixture, and whose rules mean it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """``truth``: how many resources have the mistake, or ``unknown``. ``rules``: by tool; a tool without has none."""

    what: str
    fixture: str
    truth: str
    rules: Mapping[str, tuple[str, ...]]


_SSH: Mapping[str, tuple[str, ...]] = {
    "ecsnet": ("ECSNET201",),
    "checkov": ("CKV_AWS_24",),
    "trivy": ("AWS-0107",),
}


def _ours(rule: str, **others: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    return {"ecsnet": (rule,), **{name.replace("_", "-"): rules for name, rules in others.items()}}


_SSH_ROWS = (
    Row("the plain case: port 22, 0.0.0.0/0 or ::/0", "ECSNET201/tf-fail-inline-blocks", "1", _SSH),
    Row("the same in CloudFormation", "ECSNET201/cfn-fail-inline", "1", _SSH),
    Row("all protocols, all ports, ranges, 2000::/3", "ECSNET201/tf-fail-protocol-spellings", "3", _SSH),
    Row("IPv6, ranges, CIDR put together (CloudFormation)", "ECSNET201/cfn-fail-standalone", "2", _SSH),
    Row("halves of the internet: 0.0.0.0/1 and 128.0.0.0/1", "ECSNET201/tf-fail-halves", "1", _SSH),
    Row("halves in two rules of one group", "ECSNET201/tf-fail-split-across-rules", "1", _SSH),
    Row("managed prefix list that holds the internet", "ECSNET201/tf-fail-managed-prefix-list", "1", _SSH),
    Row("for_each over a map", "ECSNET201/tf-fail-rules-for-each-string-ports", "1", _SSH),
    Row("dynamic blocks in a module", "ECSNET201/tf-fail-module-dynamic", "1", _SSH),
    Row("count that is unknown: every instance fails", "ECSNET201/tf-fail-unknown-multiplicity", "1", _SSH),
    Row("override file", "ECSNET201/tf-fail-override", "1", _SSH),
    Row("plan file", "ECSNET201/tf-fail-plan-for-each", "1", _SSH),
    Row("default of a parameter", "ECSNET201/cfn-fail-parameter-default", "1", _SSH),
    Row("Mappings", "ECSNET201/cfn-fail-mapping", "2", _SSH),
    Row("Fn::If, open in every branch", "ECSNET201/cfn-fail-every-branch", "1", _SSH),
    Row("clean: count, dynamic and condition that are off", "ECSNET201/tf-near-switched-off", "0", _SSH),
    Row("clean: condition that is off (CloudFormation)", "ECSNET201/cfn-near-switched-off", "0", _SSH),
    Row("clean: large ranges that are not the internet", "ECSNET201/tf-near-large-ranges", "0", _SSH),
    Row("clean: other ports", "ECSNET201/tf-near-other-ports", "0", _SSH),
    Row(
        "unknown, and said so: source in a variable without default",
        "ECSNET201/tf-unknown-variable-sources",
        "unknown",
        _SSH,
    ),
    Row("unknown, and said so: source in a parameter", "ECSNET201/cfn-unknown-parameter", "unknown", _SSH),
    Row(
        "the path from the internet to the instance is shown",
        "ECSNET201/tf-fail-reachable-instances",
        "1",
        {tool: (f"{rule} path",) for tool, [rule] in _SSH.items()},
    ),
)

_NETWORK_ROWS = (
    Row("public subnet without a route to a gateway", "ECSNET101/tf-fail-route-missing", "2", _ours("ECSNET101")),
    Row(
        "the same by a main table that a module's table hides",
        "ECSNET101/tf-fail-private-table-in-module",
        "1",
        _ours("ECSNET101"),
    ),
    Row("route to a gateway that is not attached", "ECSNET102/cfn-fail-attachment-missing", "1", _ours("ECSNET102")),
    Row("awsvpc tasks on EC2 behind an internet gateway", "ECSNET301/tf-fail-launch-type-ec2", "1", _ours("ECSNET301")),
    Row(
        "the same, launch type from the cluster's strategy",
        "ECSNET301/tf-fail-cluster-default-strategy",
        "1",
        _ours("ECSNET301"),
    ),
    Row("clean: IPv6-only subnets", "ECSNET301/tf-near-ipv6-only", "0", _ours("ECSNET301")),
    Row("Fn::ForEach", "ECSNET301/cfn-fail-for-each", "1", _ours("ECSNET301")),
    Row("nested stacks", "ECSNET301/cfn-fail-nested-stacks", "1", _ours("ECSNET301")),
    Row("one NAT gateway for several zones", "ECSNET401/tf-fail-one-gateway", "1", _ours("ECSNET401")),
    Row(
        "the same in the module that is called with a flag",
        "ECSNET401/tf-fail-single-flag-in-module",
        "1",
        _ours("ECSNET401"),
    ),
    Row("clean: one NAT gateway a zone", "ECSNET401/tf-pass-one-per-zone", "0", _ours("ECSNET401")),
    Row(
        "awsvpc without a network configuration",
        "ECSNET305/cfn-fail-awsvpc-without-configuration",
        "1",
        _ours("ECSNET305", cfn_lint=("E3052",)),
    ),
    Row(
        "Fargate with the default network mode",
        "ECSNET305/cfn-fail-fargate-default-mode",
        "1",
        _ours("ECSNET305", cfn_lint=("E3048", "E3054")),
    ),
)

_THEIRS_ROWS = (
    Row(
        "subnet that maps public addresses, by policy",
        "ECSNET301/tf-fail-launch-type-ec2",
        "2",
        {"checkov": ("CKV_AWS_130",), "trivy": ("AWS-0164",)},
    ),
    Row(
        "group or rule without a description",
        "ECSNET201/tf-fail-inline-blocks",
        "2",
        {"checkov": ("CKV_AWS_23",), "trivy": ("AWS-0099", "AWS-0124")},
    ),
    Row(
        "egress to anywhere",
        "ECSNET201/tf-fail-rules-for-each-string-ports",
        "1",
        {"checkov": ("CKV_AWS_382",), "trivy": ("AWS-0104",)},
    ),
    Row("HTTP open to the internet", "ECSNET201/cfn-fail-parameter-default", "1", {"checkov": ("CKV_AWS_260",)}),
    Row(
        "instance metadata without tokens",
        "ECSNET201/tf-fail-reachable-instances",
        "1",
        {"checkov": ("CKV_AWS_79",), "trivy": ("AWS-0130",)},
    ),
    Row(
        "VPC without flow logs",
        "ECSNET301/tf-fail-launch-type-ec2",
        "1",
        {"checkov": ("CKV2_AWS_11",), "trivy": ("AWS-0178",)},
    ),
    Row(
        "cluster without Container Insights",
        "ECSNET301/tf-fail-cluster-default-strategy",
        "1",
        {"checkov": ("CKV_AWS_65",), "trivy": ("AWS-0034",)},
    ),
)

ROWS = (*_SSH_ROWS, *_NETWORK_ROWS, *_THEIRS_ROWS)
