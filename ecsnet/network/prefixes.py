"""What a prefix list holds, where the configuration says so."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.network.links import Linker, field, listed, reason_of
from ecsnet.values import Several, Unknown, Value

_LISTS = frozenset({"aws_ec2_managed_prefix_list", "AWS::EC2::PrefixList"})
_ENTRIES = frozenset({"aws_ec2_managed_prefix_list_entry"})


def prefix_list_cidrs(value: Value, linker: Linker) -> Iterator[Value]:
    """The CIDRs of one or several prefix lists; an unknown for each that is not declared here.

    AWS's own lists hold its services' addresses, never the internet:
    https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    """
    for element in listed(value):
        inner = element.element if isinstance(element, Several) else element
        if inner is None or inner == "" or linker.names_aws_prefix_list(inner):
            continue
        declared = linker.link(inner, _LISTS).only
        if declared is None:
            yield Unknown(f"the prefix list is not in the configuration: {reason_of(inner)}")
            continue
        resource = linker.configuration.resources[declared]
        for entry in (*listed(resource.get("entry")), *listed(resource.get("Entries"))):
            yield field(entry, "cidr" if resource.language == "terraform" else "Cidr")
        for separate in linker.of_types(_ENTRIES):
            if linker.link(separate.get("prefix_list_id"), _LISTS).may_be(declared):
                yield separate.get("cidr")
