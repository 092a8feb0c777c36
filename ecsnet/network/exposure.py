"""What security groups admit from the internet, what they guard, and which container instances it reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ecsnet.network import Network
from ecsnet.network.hosts import container_hosts
from ecsnet.network.interfaces import of_hosts
from ecsnet.network.links import listed
from ecsnet.network.model import AttachmentKind, Element, Guarded, Hosts, IngressRule, LaunchSettings, Links
from ecsnet.network.passage import Reach
from ecsnet.network.reachability import reaches
from ecsnet.resources import Hop
from ecsnet.values import Several, Value


@dataclass(frozen=True, slots=True)
class Source:
    """One source of an ingress rule: a CIDR or an unknown, and the field that holds it."""

    value: Value
    field: str
    certain: bool


def sources(rule: IngressRule) -> Iterator[Source]:
    """Every source that is an address, IPv4 first."""
    for name, values in (
        ("cidrs4", rule.cidrs4),
        ("cidrs6", rule.cidrs6),
        ("cidrs_listed", rule.cidrs_listed),
    ):
        for value in listed(values):
            inner = value.element if isinstance(value, Several) else value
            if inner is not None and inner != "":
                yield Source(inner, name, certain=inner is value)


def guarded_by(network: Network, group: str) -> tuple[tuple[Element, AttachmentKind], ...]:
    """What a declared security group is certainly attached to."""
    holders: list[tuple[Element, AttachmentKind, Links]] = [
        *((element, element.kind, element.groups) for element in network.all(Guarded)),
        *((settings, AttachmentKind.HOST, settings.groups) for settings in network.all(LaunchSettings)),
    ]
    return tuple(
        (element, kind) for element, kind, groups in holders if any(link.only == group for link in groups.items)
    )


def reachable_hosts(network: Network, group: str, port: int) -> Iterator[tuple[Hosts, tuple[Hop, ...]]]:
    """Container instances that ``group`` guards and on which the internet certainly reaches a TCP port.

    The whole path is proven: internet gateway, public address, network ACL, groups.
    """
    for found in container_hosts(network):
        if not any(link.only == group for link in found.settings.groups.items):
            continue
        for placement in of_hosts(network, found):
            passages = [reaches(network, placement, port, family=family) for family in (4, 6)]
            passage = next((one for one in passages if one.reach is Reach.REACHED), None)
            if passage:
                yield found.hosts, (*found.evidence, *passage.hops)
                break
