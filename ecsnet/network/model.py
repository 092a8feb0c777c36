"""The network as AWS sees it, whichever language declared it. Frozen data, no judgement.

Elements know the resource that declares them and where in its source each of their fields is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ecsnet.resources import Path, Resource
from ecsnet.values import Span, Tri, Value


@dataclass(frozen=True, slots=True)
class Link:
    """Which declared resource a value names.

    ``targets``: addresses of those it may name; with ``elsewhere`` it may name something that is not declared here,
    with ``anything`` it may name any resource of the kind. Nothing at all: the value is not set.
    """

    value: Value = None
    targets: tuple[str, ...] = ()
    elsewhere: bool = False
    anything: bool = False

    @property
    def only(self) -> str | None:
        """The one address it names for certain."""
        return self.targets[0] if len(self.targets) == 1 and not self.elsewhere and not self.anything else None

    @property
    def is_set(self) -> bool:
        return bool(self.targets) or self.elsewhere or self.anything

    def may_be(self, address: str) -> bool:
        return self.anything or address in self.targets


@dataclass(frozen=True, slots=True)
class Links:
    """The resources that a list names. ``complete``: every element is known to be there and there are no others."""

    items: tuple[Link, ...] = ()
    complete: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """``places`` maps a field's name to its path in the resource's source.

    ``certain``: it is there if its resource is; false for an inline rule or route that may be left out.
    """

    resource: Resource
    places: Mapping[str, Path]
    certain: bool = field(default=True, kw_only=True)

    @property
    def address(self) -> str:
        return self.resource.address

    def span(self, field: str = "") -> Span:
        """Where ``field`` is set; the resource's header without one, or where it is not set."""
        place = self.places.get(field)
        return self.resource.locate(*place) if place else self.resource.header


@dataclass(frozen=True, slots=True, eq=False)
class Vpc(Element):
    """``default``: the account's default VPC, adopted rather than made: its routes are not all declared here."""

    default: bool


@dataclass(frozen=True, slots=True, eq=False)
class Subnet(Element):
    vpc: Link
    zone: Value
    name: Value
    maps_public_ip: Tri
    ipv6_only: Tri


@dataclass(frozen=True, slots=True, eq=False)
class InternetGateway(Element):
    pass


@dataclass(frozen=True, slots=True, eq=False)
class Attachment(Element):
    """Of an internet gateway to a VPC."""

    gateway: Link
    vpc: Link


@dataclass(frozen=True, slots=True, eq=False)
class RouteTable(Element):
    """``main_of``: the VPC whose default table this is. ``propagates``: a virtual private gateway adds routes to it."""

    vpc: Link
    main_of: Link
    propagates: bool


class TargetKind(Enum):
    """What a route may lead to, as far as who carries the traffic to the internet goes."""

    INTERNET_GATEWAY = "internet gateway"
    NAT_GATEWAY = "NAT gateway"
    NAT_INSTANCE = "NAT instance"
    OTHER = "another network's gateway"
    UNKNOWN = "a target that is not in the configuration"


@dataclass(frozen=True, slots=True, eq=False)
class Route(Element):
    """``cidrs``: IPv4 and IPv6 destinations, of a prefix list too; one that is not a string is unknown.

    ``target`` is set for internet and NAT gateways, and for the instance or interface of a NAT instance.
    """

    table: Link
    cidrs: tuple[Value, ...]
    kind: TargetKind
    target: Link


@dataclass(frozen=True, slots=True, eq=False)
class Association(Element):
    """Of a subnet with a route table."""

    subnet: Link
    table: Link


@dataclass(frozen=True, slots=True, eq=False)
class MainAssociation(Element):
    """Makes a table the main table of a VPC."""

    vpc: Link
    table: Link


@dataclass(frozen=True, slots=True, eq=False)
class Propagation(Element):
    """A virtual private gateway adds routes to a table that is declared elsewhere in the configuration."""

    table: Link


@dataclass(frozen=True, slots=True, eq=False)
class PublicAccessBlock(Element):
    """VPC Block Public Access of the account and Region."""


@dataclass(frozen=True, slots=True, eq=False)
class NatGateway(Element):
    subnet: Link
    private: Tri
    regional: Tri


@dataclass(frozen=True, slots=True, eq=False)
class Interface(Element):
    subnet: Link


class AttachmentKind(Enum):
    """What a security group may guard, as far as SSH goes."""

    HOST = "host"
    WORKLOAD = "workload"
    NO_SSH = "load balancer or endpoint"
    OTHER = "other"


@dataclass(frozen=True, slots=True, eq=False)
class Guarded(Element):
    """Something that security groups are attached to."""

    kind: AttachmentKind
    groups: Links


@dataclass(frozen=True, slots=True, eq=False)
class SecurityGroup(Element):
    vpc: Link


@dataclass(frozen=True, slots=True, eq=False)
class IngressRule(Element):
    """``sources4``, ``sources6`` and ``sources_listed`` (of prefix lists) are CIDRs; any but a string is unknown."""

    group: Link
    protocol: Value
    from_port: Value
    to_port: Value
    sources4: Value
    sources6: Value
    sources_listed: Value


@dataclass(frozen=True, slots=True, eq=False)
class LoadBalancer(Element):
    internet_facing: Tri
    subnets: Links


@dataclass(frozen=True, slots=True, eq=False)
class LaunchSettings(Element):
    """What an EC2 instance starts with: a launch template, a launch configuration, or the instance itself.

    ``public_ip``: ``None`` where it leaves that to the subnet.
    """

    public_ip: Value
    groups: Links
    user_data: Value
    image: Value
    profile: Value


@dataclass(frozen=True, slots=True, eq=False)
class Hosts(Element):
    """EC2 instances: an Auto Scaling group or one instance. ``settings`` names the launch template or configuration."""

    subnets: Links
    settings: Link


@dataclass(frozen=True, slots=True, eq=False)
class Cluster(Element):
    name: Value


@dataclass(frozen=True, slots=True, eq=False)
class DefaultStrategy(Element):
    """The default capacity provider strategy of a cluster."""

    cluster: Link
    providers: Links


class Capacity(Enum):
    FARGATE = "fargate"
    EC2 = "ec2"
    MANAGED_INSTANCES = "managed-instances"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class CapacityProvider(Element):
    name: Value
    capacity: Capacity
    hosts: Link


@dataclass(frozen=True, slots=True, eq=False)
class TaskDefinition(Element):
    """``network_mode`` and ``compatibilities`` as declared: ``None`` where not set."""

    family: Value
    network_mode: Value
    compatibilities: Value


@dataclass(frozen=True, slots=True, eq=False)
class Workload(Element):
    """Anything that places ECS tasks in subnets. ``providers``: those of its own capacity provider strategy.

    ``network``: whether it has an awsvpc network configuration.
    """

    cluster: Link
    launch_type: Value
    providers: Links
    task_definition: Link
    network: Tri
    subnets: Links
    groups: Links
    public_ip: Tri


@dataclass(frozen=True, slots=True, eq=False)
class AclUse(Element):
    """A declared network ACL: the subnets it is put on; ``vpc`` where it is a VPC's default one."""

    subnets: Links
    vpc: Link
