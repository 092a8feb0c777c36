"""The fixtures that the pages of the rules show: short, and of the kind that is met most."""

from __future__ import annotations

from collections.abc import Mapping

Pair = tuple[str, str]
"""A bad and a good case of one rule."""

EXAMPLES: Mapping[str, tuple[Pair, Pair]] = {
    "ECSNET101": (
        ("tf-fail-route-missing", "tf-pass-inline-routes"),
        ("cfn-fail-route-missing", "cfn-pass-two-zones"),
    ),
    "ECSNET102": (
        ("tf-fail-gateway-without-vpc", "tf-pass-attached"),
        ("cfn-fail-attachment-missing", "cfn-pass-attached"),
    ),
    "ECSNET103": (
        ("tf-fail-launch-template", "tf-pass-endpoints"),
        ("cfn-fail-launch-template", "cfn-pass-public-addresses"),
    ),
    "ECSNET104": (
        ("tf-fail-behind-nat", "tf-pass-private"),
        ("cfn-fail-behind-nat", "cfn-pass-private"),
    ),
    "ECSNET105": (
        ("tf-fail-shared-table", "tf-pass-tiers"),
        ("cfn-fail-wrong-table", "cfn-pass-tiers"),
    ),
    "ECSNET201": (
        ("tf-fail-inline-blocks", "tf-pass-from-groups"),
        ("cfn-fail-inline", "cfn-pass-from-groups"),
    ),
    "ECSNET202": (
        ("tf-fail-single-ports", "tf-pass-sources-and-ports"),
        ("cfn-fail-rdp-inline", "cfn-pass-sources"),
    ),
    "ECSNET203": (
        ("tf-fail-all-ports", "tf-pass-port-only"),
        ("cfn-fail-all-ports", "cfn-pass-port-only"),
    ),
    "ECSNET204": (
        ("tf-fail-open-port", "tf-pass-from-balancer-alone"),
        ("cfn-fail-open-port", "cfn-pass-from-balancer"),
    ),
    "ECSNET205": (
        ("tf-fail-ephemeral-range", "tf-pass-from-balancer"),
        ("cfn-fail-ephemeral-range", "cfn-pass-from-balancer"),
    ),
    "ECSNET301": (
        ("tf-fail-launch-type-ec2", "tf-pass-nat-per-zone"),
        ("cfn-fail-ec2-service", "cfn-pass-nat-per-zone"),
    ),
    "ECSNET302": (
        ("tf-fail-launch-type-omitted", "tf-pass-ec2-without-public-ip"),
        ("cfn-fail-service", "cfn-pass-conditional-setting"),
    ),
    "ECSNET303": (
        ("tf-fail-default", "tf-pass-public-ip"),
        ("cfn-fail-default", "cfn-pass-public-ip-and-nat"),
    ),
    "ECSNET304": (
        ("tf-fail-behind-nat", "tf-pass-public-subnet"),
        ("cfn-fail-behind-nat", "cfn-pass-public-subnet"),
    ),
    "ECSNET305": (
        ("tf-fail-fargate-with-configuration", "tf-pass-agreeing"),
        ("cfn-fail-fargate-default-mode", "cfn-pass-agreeing"),
    ),
    "ECSNET306": (
        ("tf-fail-docker-hub", "tf-pass-every-endpoint"),
        ("cfn-fail-public-ecr", "cfn-pass-every-endpoint"),
    ),
    "ECSNET307": (
        ("tf-fail-no-egress", "tf-pass-any-protocol"),
        ("cfn-fail-dummy-egress", "cfn-pass-default-egress"),
    ),
    "ECSNET308": (
        ("tf-fail-private-dns-off", "tf-pass-separate-private-dns"),
        ("cfn-fail-private-dns-off", "cfn-pass-group-by-block"),
    ),
    "ECSNET401": (
        ("tf-fail-stub-single-nat", "tf-pass-stub-one-per-zone"),
        ("cfn-fail-one-gateway", "cfn-pass-one-per-zone"),
    ),
    "ECSNET402": (
        ("tf-fail-index-off-by-one", "tf-pass-by-index"),
        ("cfn-fail-copied-route", "cfn-pass-one-per-zone"),
    ),
    "ECSNET403": (
        ("tf-fail-in-the-subnet-it-serves", "tf-pass-public-subnet"),
        ("cfn-fail-in-the-subnet-it-serves", "cfn-pass-public-subnet"),
    ),
    "ECSNET404": (
        ("tf-fail-no-elastic-ip", "tf-pass-elastic-ip"),
        ("cfn-fail-no-elastic-ip", "cfn-pass-existing-address"),
    ),
    "ECSNET405": (
        ("tf-fail-check-by-default", "tf-pass-check-off"),
        ("cfn-fail-check-by-default", "cfn-pass-interface"),
    ),
    "ECSNET501": (
        ("tf-fail-classification", "tf-pass-private-subnet"),
        ("cfn-fail-classification", "cfn-pass-private-subnet"),
    ),
    "ECSNET502": (
        ("tf-fail-service", "tf-pass-private"),
        ("cfn-fail-service", "cfn-pass-private"),
    ),
    "ECSNET601": (
        ("tf-fail-no-route", "tf-pass-main-table"),
        ("cfn-fail-no-route", "cfn-pass-in-use"),
    ),
    "ECSNET602": (
        ("tf-fail-fargate", "tf-pass-endpoint-by-association"),
        ("cfn-fail-fargate", "cfn-pass-endpoint"),
    ),
}
