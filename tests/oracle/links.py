"""Which way subnets send traffic: subnet -> route table -> target, as Terraform applied it and as we read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TARGETS = (
    "carrier_gateway_id", "core_network_arn", "egress_only_gateway_id", "gateway_id", "local_gateway_id",
    "nat_gateway_id", "network_interface_id", "transit_gateway_id", "vpc_endpoint_id", "vpc_peering_connection_id",
)  # fmt: skip
DESTINATIONS = ("cidr_block", "ipv6_cidr_block", "destination_prefix_list_id")
TABLES = ("aws_route_table", "aws_default_route_table")
LINKING = (
    *TABLES, "aws_main_route_table_association", "aws_nat_gateway", "aws_route", "aws_route_table_association",
)  # fmt: skip

OPEN = object()
"""In place of a value that can't be told."""

Way = tuple[object, ...]


@dataclass(frozen=True)
class Instance:
    """``values`` as Terraform's state has them, ``id`` among them."""

    type: str
    values: Mapping[str, Any]


def ways(instances: Iterable[Instance]) -> frozenset[Way]:
    """By ids: (subnet, table), (subnet, table, destination, target), and what stands alone, marked as such:

    ("table", table, destination, target), ("in", NAT gateway, subnet). A VPC stands for its subnets without a table.
    """
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for instance in instances:
        by_type.setdefault(instance.type, []).append(instance.values)
    routes = [
        route
        for kind in TABLES
        for table in by_type.get(kind, [])
        for route in _routes(table.get("id"), table.get("route"))
    ]
    for route in by_type.get("aws_route", []):
        routes += _routes(route.get("route_table_id"), [{**route, **_named_as_in_tables(route)}])
    users = [(a.get("subnet_id"), a.get("route_table_id")) for a in by_type.get("aws_route_table_association", [])]
    users += [(a.get("vpc_id"), a.get("route_table_id")) for a in by_type.get("aws_main_route_table_association", [])]
    users = [(user, table) for user, table in users if user]
    found: list[Way] = [*users, *(("table", *route) for route in routes)]
    found += [
        (user, table, destination, target)
        for user, table in users
        for at, destination, target in routes
        if at == table or OPEN in (at, table)
    ]
    found += [("in", g.get("id"), g["subnet_id"]) for g in by_type.get("aws_nat_gateway", []) if g.get("subnet_id")]
    return frozenset(found)


def _named_as_in_tables(route: Mapping[str, Any]) -> Mapping[str, Any]:
    names = ("destination_cidr_block", "destination_ipv6_cidr_block")
    return {name.removeprefix("destination_"): route.get(name) for name in names}


def _routes(table: object, routes: object) -> Iterator[tuple[object, object, object]]:
    if routes is OPEN:
        yield table, OPEN, OPEN
    for route in routes if isinstance(routes, Sequence) else ():
        if not isinstance(route, Mapping):
            yield table, OPEN, OPEN
            continue
        destination = next((route[name] for name in DESTINATIONS if route.get(name)), None)
        target = next((route[name] for name in TARGETS if route.get(name)), None)
        yield table, destination, target


def differences(ours: frozenset[Way], theirs: frozenset[Way]) -> tuple[list[str], int]:
    """What differs, and how many of theirs can't be told."""
    loose = [way for way in ours if OPEN in way]
    told = ours.difference(loose)
    result = [f"Terraform has no link {_shown(way)}" for way in told - theirs]
    missing = theirs - told
    covered = {way for way in missing if any(_may_be(other, way) for other in loose)}
    result += [f"we have no link {_shown(way)}" for way in missing - covered]
    return sorted(result), len(covered)


def _may_be(loose: Way, way: Way) -> bool:
    return len(loose) == len(way) and all(a is OPEN or a == b for a, b in zip(loose, way))


def _shown(way: Way) -> str:
    return " -> ".join(map(str, way))
