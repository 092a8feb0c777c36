"""The network as AWS sees it, whichever language declared it. Frozen data, no judgement.

Elements know the resource that declares them and where in its source each of their fields is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from ecsnet.records import dataclass, field
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
    """``default``: the account's default VPC, adopted rather than made: its routes are not all declared here.

    ``dns``: whether its own DNS resolves the private names of endpoints (DNS support and DNS host names both on).
    """

    default: bool
    cidrs4: tuple[Value, ...]
    dns: Tri


@dataclass(frozen=True, slots=True, eq=False)
class Subnet(Element):
    """``assigns_ipv6``: an IPv6 address for every interface; ``dns64``: names of IPv4 hosts resolve to 64:ff9b::/96."""

    vpc: Link
    zone: Value
    name: Value
    cidr4: Value
    cidr6: Value
    maps_public_ip: Tri
    ipv6_only: Tri
    assigns_ipv6: Tri
    dns64: Tri


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
    EGRESS_ONLY_GATEWAY = "egress-only internet gateway"
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
    """VPC Block Public Access of the account and Region.

    ``mode``: ``block-bidirectional``, ``block-ingress`` or ``off``.
    """

    mode: Value


@dataclass(frozen=True, slots=True, eq=False)
class PublicAccessExclusion(Element):
    """A VPC or a subnet that Block Public Access leaves out. ``mode``: ``allow-bidirectional`` or ``allow-egress``."""

    vpc: Link
    subnet: Link
    mode: Value


@dataclass(frozen=True, slots=True, eq=False)
class NatGateway(Element):
    """``addressed``: whether it is given an Elastic IP. ``vpc``: of a regional one."""

    subnet: Link
    private: Tri
    regional: Tri
    addressed: Tri
    vpc: Link


@dataclass(frozen=True, slots=True, eq=False)
class Interface(Element):
    """A network interface, or the first one of an instance. ``checks_source``: its source/destination check is on."""

    subnet: Link
    checks_source: Tri


@dataclass(frozen=True, slots=True, eq=False)
class ElasticAddress(Element):
    """An Elastic IP that is put on an instance or on a network interface."""

    holder: Link


class EndpointKind(Enum):
    GATEWAY = "gateway endpoint"
    INTERFACE = "interface endpoint"
    OTHER = "other endpoint"
    UNKNOWN = "endpoint of an unknown type"


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint(Element):
    """A VPC endpoint. ``service``: its name, ``com.amazonaws.<region>.<service>``, as declared."""

    vpc: Link
    service: Value
    kind: EndpointKind
    subnets: Links
    groups: Links
    tables: Links
    private_dns: Tri


@dataclass(frozen=True, slots=True, eq=False)
class EndpointAssociation(Element):
    """Puts an endpoint into one more route table or subnet, or one more group on it; the other two are not set."""

    endpoint: Link
    table: Link
    subnet: Link
    group: Link


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
class PrivateZone(Element):
    """A private hosted zone of Route 53, which may give a service's name to an endpoint."""

    name: Value


@dataclass(frozen=True, slots=True, eq=False)
class SecurityGroup(Element):
    """``open_egress``: AWS's own egress rule, to everywhere, is left in place. ``default_of``: whose default it is."""

    vpc: Link
    open_egress: Tri
    default_of: Link


@dataclass(frozen=True, slots=True, eq=False)
class GroupRule(Element):
    """``cidrs4``, ``cidrs6`` and ``cidrs_listed`` (of prefix lists) are CIDRs; any but a string is unknown.

    They are the sources of an ingress rule and the destinations of an egress rule, and so are ``peers``: security
    groups, the rule's own among them. ``of_aws``: it names a prefix list of AWS's own, which holds the addresses of a
    service (S3, DynamoDB, CloudFront).
    """

    group: Link
    protocol: Value
    from_port: Value
    to_port: Value
    cidrs4: Value
    cidrs6: Value
    cidrs_listed: Value
    of_aws: bool
    peers: Links


@dataclass(frozen=True, slots=True, eq=False)
class IngressRule(GroupRule):
    pass


@dataclass(frozen=True, slots=True, eq=False)
class EgressRule(GroupRule):
    pass


@dataclass(frozen=True, slots=True, eq=False)
class LoadBalancer(Element):
    """``kind``: ``application``, ``network``, ``gateway`` or ``classic``."""

    kind: Value
    internet_facing: Tri
    subnets: Links
    groups: Links


@dataclass(frozen=True, slots=True, eq=False)
class TargetGroup(Element):
    """``by``: what its targets are registered by: ``instance``, ``ip``, ``lambda``, ``alb``."""

    port: Value
    by: Value


@dataclass(frozen=True, slots=True, eq=False)
class Listener(Element):
    """``forwards``: the target groups of its default actions."""

    balancer: Link
    port: Value
    protocol: Value
    forwards: Links


@dataclass(frozen=True, slots=True, eq=False)
class ListenerRule(Element):
    listener: Link
    forwards: Links


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
    """``hosts``: the Auto Scaling group; ``subnets`` and ``groups``: those of Managed Instances."""

    name: Value
    capacity: Capacity
    hosts: Link
    subnets: Links
    groups: Links


@dataclass(frozen=True, slots=True)
class PortMapping:
    """``container_port`` may be a range (``"8000-8010"``); ``host_port``: ``None`` or 0 is dynamic on a bridge.

    ``single``: it is certainly one mapping of one port, whatever is known of that.
    """

    container_port: Value
    host_port: Value
    protocol: Value
    single: bool = True


@dataclass(frozen=True, slots=True)
class Container:
    """``secrets``: the ARNs or names of what it reads at start, registry credentials among them."""

    name: Value
    image: Value
    ports: tuple[PortMapping, ...]
    log_driver: Value
    secrets: tuple[Value, ...]
    place: Path


@dataclass(frozen=True, slots=True, eq=False)
class TaskDefinition(Element):
    """``network_mode`` and ``compatibilities`` as declared: ``None`` where not set.

    ``containers``: ``None`` where they, or any part of one, cannot be told apart; ``reason`` says why.
    """

    family: Value
    network_mode: Value
    compatibilities: Value
    containers: tuple[Container, ...] | None
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class PullThroughCache(Element):
    """A rule by which private ECR fetches images from another registry. ``prefix``: of its repositories."""

    prefix: Value


@dataclass(frozen=True, slots=True)
class Registration:
    """A container port that a workload registers with a load balancer: by target group, or a classic one by name."""

    target_group: Link
    balancer: Link
    container: Value
    port: Value


@dataclass(frozen=True, slots=True, eq=False)
class Workload(Element):
    """Anything that places ECS tasks in subnets. ``providers``: those of its own capacity provider strategy.

    ``network``: whether it has an awsvpc network configuration. ``express``: an Express gateway service, which makes
    its load balancer and takes public IPs by itself where its subnets are public. ``tags``: a mapping, an unknown, or
    ``None``.
    """

    name: Value
    tags: Value
    express: bool
    cluster: Link
    launch_type: Value
    providers: Links
    task_definition: Link
    network: Tri
    subnets: Links
    groups: Links
    public_ip: Tri
    registrations: tuple[Registration, ...]
    executes_commands: Tri


@dataclass(frozen=True, slots=True, eq=False)
class NetworkAcl(Element):
    """``default_of``: the VPC whose default ACL this is. ``subnets``: those it names itself."""

    vpc: Link
    default_of: Link
    subnets: Links


@dataclass(frozen=True, slots=True, eq=False)
class AclAssociation(Element):
    acl: Link
    subnet: Link


@dataclass(frozen=True, slots=True, eq=False)
class AclEntry(Element):
    """``number``: entries are tried in its order, and the first that matches decides."""

    acl: Link
    number: Value
    egress: Tri
    allows: Tri
    protocol: Value
    from_port: Value
    to_port: Value
    cidr4: Value
    cidr6: Value


@dataclass(frozen=True, slots=True, eq=False)
class InstanceProfile(Element):
    name: Value
    role: Link


@dataclass(frozen=True, slots=True, eq=False)
class RolePolicies(Element):
    """Managed policies, by ARN or name, that a role is given."""

    role: Link
    policies: tuple[Value, ...]
