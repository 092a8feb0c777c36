"""Resource types of the AWS provider that other resources name, and what its readers share."""

from __future__ import annotations

from collections.abc import Mapping

from ecsnet.network.links import Linker, field, listed
from ecsnet.network.model import Link
from ecsnet.records import replace
from ecsnet.resources import Resource
from ecsnet.values import Reference, Tri, Unknown, Value

VPC = frozenset({"aws_vpc", "aws_default_vpc"})
SUBNET = frozenset({"aws_subnet", "aws_default_subnet"})
GATEWAY = frozenset({"aws_internet_gateway"})
EGRESS_ONLY_GATEWAY = frozenset({"aws_egress_only_internet_gateway"})
TABLE = frozenset({"aws_route_table", "aws_default_route_table"})
ACL = frozenset({"aws_network_acl", "aws_default_network_acl"})
NAT = frozenset({"aws_nat_gateway"})
ENDPOINT = frozenset({"aws_vpc_endpoint"})
HOST = frozenset({"aws_instance", "aws_spot_instance_request"})
INTERFACE = frozenset({"aws_network_interface"})
GROUP = frozenset({"aws_security_group", "aws_default_security_group"})
SETTINGS = frozenset({"aws_launch_template", "aws_launch_configuration"})
BALANCER = frozenset({"aws_lb", "aws_alb"})
CLASSIC_BALANCER = frozenset({"aws_elb"})
TARGET_GROUP = frozenset({"aws_lb_target_group", "aws_alb_target_group"})
LISTENER = frozenset({"aws_lb_listener", "aws_alb_listener"})
CLUSTER = frozenset({"aws_ecs_cluster"})
SERVICE = frozenset({"aws_ecs_service"})
TASK_DEFINITION = frozenset({"aws_ecs_task_definition"})
CAPACITY_PROVIDER = frozenset({"aws_ecs_capacity_provider"})
ROLE = frozenset({"aws_iam_role"})


def itself(resource: Resource, attribute: str = "id") -> Link:
    return Link(Reference(resource.address, attribute), (resource.address,))


def vpc_of_default(adopted: Value, linker: Linker) -> Link:
    """The VPC whose default table or ACL a value names: ``aws_vpc.x.default_route_table_id``."""
    if isinstance(adopted, Unknown) and adopted.candidates is not None:
        adopted = replace(adopted, candidates=tuple(map(_vpc_id, adopted.candidates)))
    return linker.link(_vpc_id(adopted), VPC)


def _vpc_id(adopted: Value) -> Value:
    return Reference(adopted.target, index=adopted.index) if isinstance(adopted, Reference) else adopted


def has_block(value: Value, name: str) -> Tri:
    blocks = listed(field(value, name))
    if not blocks or blocks[0] is None:
        return Tri.FALSE
    return Tri.TRUE if isinstance(blocks[0], Mapping) else Tri.UNKNOWN


def is_set(value: Value) -> Tri:
    """Whether an id, or a list of them, is given: neither null nor empty."""
    if isinstance(value, tuple):
        return Tri.any(map(is_set, value))
    if isinstance(value, Unknown):
        found = set(map(is_set, value.candidates or ()))
        return found.pop() if len(found) == 1 else Tri.UNKNOWN
    return Tri.of(value is not None and value != "")
