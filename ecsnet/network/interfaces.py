"""Where network interfaces are put: those of tasks, of EC2 instances and of ECS Managed Instances.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ecsnet.network import Network, exists, guards
from ecsnet.network.capacity import CapacityOf, capacity_of, network_mode_of
from ecsnet.network.hosts import ContainerHosts, readable
from ecsnet.network.links import reason_of, setting
from ecsnet.network.model import (
    Capacity,
    CapacityProvider,
    ElasticAddress,
    Element,
    Guarded,
    Hosts,
    Interface,
    LaunchSettings,
    Link,
    Links,
    Subnet,
    Workload,
)
from ecsnet.network.routing import SubnetClass
from ecsnet.records import dataclass, replace
from ecsnet.resources import Hop
from ecsnet.values import Span, Tri


@dataclass(frozen=True, slots=True)
class Given:
    """Whether an interface is given an address. ``hop``: what decides; ``reason``: why it is unknown."""

    given: Tri
    hop: Hop
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """One network interface of ``owner`` in one subnet.

    ``hop``: what puts it there. ``subnet``: ``None`` where it is not in the configuration, with ``reason`` and
    ``span``. ``groups``: its security groups, which ``guarded`` sets; none at all: the VPC's default one. ``ipv4``:
    whether it has a public IPv4 address; ``ipv6``: whether it has an IPv6 address.
    """

    owner: Element
    guarded: Element
    subnet: Subnet | None
    groups: Links
    ipv4: Given
    ipv6: Given
    hop: Hop
    reason: str
    span: Span

    @property
    def vpc(self) -> Link:
        return self.subnet.vpc if self.subnet else Link(elsewhere=True, anything=True)


def of_workload(network: Network, workload: Workload) -> tuple[Placement, ...]:
    """The task interfaces of an ``awsvpc`` workload, one for each of its subnets, in order; none in another mode.

    A public IPv4 address: on Fargate by the workload's own setting, for an Express gateway service where the subnet is
    public, never on EC2, Managed Instances and external ones; unknown where the capacity is.
    """
    capacity = capacity_of(network, workload)
    if not workload.express:
        if workload.network is Tri.FALSE:
            return ()
        mode = network_mode_of(network, workload, capacity.capacity)
        if mode.mode not in ("awsvpc", None):
            return ()

    def address(subnet: Subnet | None) -> Given:
        if workload.express:
            return _of_express(network, workload, subnet)
        return _of_task(workload, capacity)

    verb = "puts task interfaces into"
    return _placements(network, workload, workload.subnets, workload.groups, verb, address, _ipv6)


def of_hosts(network: Network, found: ContainerHosts) -> tuple[Placement, ...]:
    """The first interface of container instances, one placement for each subnet they may start in.

    A public IPv4 address: by the launch settings, else by the subnet; an Elastic IP on the instance or on its interface
    is one too.
    """
    hosts, settings = found.hosts, found.settings

    def address(subnet: Subnet | None) -> Given:
        return _of_instance(network, hosts, settings, subnet)

    subnets, groups = hosts.subnets, settings.groups
    return _placements(network, hosts, subnets, groups, "launches in", address, _ipv6_of_instance, settings)


def of_provider(network: Network, provider: CapacityProvider) -> tuple[Placement, ...]:
    """The interfaces of the instances of a Managed Instances capacity provider; none for one of another kind.

    Only the subnet's setting gives them a public IPv4 address.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-awsvpc-mode.html
    """
    if provider.capacity is not Capacity.MANAGED_INSTANCES:
        return ()

    def address(subnet: Subnet | None) -> Given:
        return _by_subnet(subnet, provider)

    return _placements(
        network, provider, provider.subnets, provider.groups, "launches in", address, _ipv6_of_instance
    )  # fmt: skip


def of_interface(network: Network, interface: Interface) -> Placement:
    """The interface of a NAT instance: the instance's first one, or one that is declared by itself."""
    subnet = network.get(Subnet, interface.subnet.only)
    hosts = network.get(Hosts, interface.address)
    settings = network.get(LaunchSettings, hosts.settings.only) if hosts else None
    guarded = network.get(Guarded, interface.address)
    hop = Hop(interface.address, f"sits in {subnet.address if subnet else 'a subnet'}", interface.span("subnet"))
    if hosts is not None and settings is not None:
        address = _of_instance(network, hosts, settings, subnet)
    else:
        elastic = network.derived(_elastic_addresses).get(interface.address)
        reason = f"whether {interface.address} has a public IP is not certain"
        there = exists(elastic, guards(interface)) | Tri.UNKNOWN if elastic else Tri.UNKNOWN
        shown = Hop(elastic.address, "is its Elastic IP", elastic.span("holder")) if elastic else hop
        address = Given(there, shown, reason)
    by: Element = settings or guarded or interface
    groups = settings.groups if settings else guarded.groups if guarded else Links()
    reason = "" if subnet else f"a subnet is not in the configuration: {_named(interface.subnet)}"
    ipv6 = _ipv6_of_instance(subnet, interface)
    return Placement(interface, by, subnet, groups, address, ipv6, hop, reason, interface.span("subnet"))


def _placements(
    network: Network,
    owner: Element,
    subnets: Links,
    groups: Links,
    verb: str,
    ipv4: Callable[[Subnet | None], Given],
    ipv6: Callable[[Subnet | None, Element], Given],
    guarded: Element | None = None,
) -> tuple[Placement, ...]:
    """One for each subnet, and one without where more may be unseen. ``guarded``: where the groups are set."""
    span, by = owner.span("subnets"), guarded or owner
    found: list[Placement] = []
    for link in _distinct(subnets):
        subnet = network.get(Subnet, link.only)
        name = subnet.address if subnet else link.value if isinstance(link.value, str) else "a subnet"
        reason = "" if subnet else f"a subnet is not in the configuration: {_named(link)}"
        hop = Hop(owner.address, f"{verb} {name}", span)
        found.append(Placement(owner, by, subnet, groups, ipv4(subnet), ipv6(subnet, owner), hop, reason, span))
    if not subnets.complete and all(placement.subnet for placement in found):
        reason = f"its subnets: {subnets.reason}"
        hop = Hop(owner.address, f"{verb} subnets that are not in the configuration", span)
        found.append(Placement(owner, by, None, groups, ipv4(None), ipv6(None, owner), hop, reason, span))
    if not found:
        hop = Hop(owner.address, f"{verb} subnets of the default VPC", span)
        reason = "it names no subnet, and the default VPC's are not in the configuration"
        found.append(Placement(owner, by, None, groups, ipv4(None), ipv6(None, owner), hop, reason, span))
    return tuple(found)


def _distinct(links: Links) -> list[Link]:
    """Each that names a resource or a string once; what a list of nonsense holds may not be hashable."""
    found: dict[object, Link] = {}
    for position, link in enumerate(links.items):
        found.setdefault(link.only or (link.value if isinstance(link.value, str) else position), link)
    return list(found.values())


def _named(link: Link) -> str:
    return link.value if isinstance(link.value, str) else reason_of(link.value)


def _of_task(workload: Workload, capacity: CapacityOf) -> Given:
    span = workload.span("public_ip")
    if capacity.capacity is Capacity.FARGATE:
        words = {
            Tri.TRUE: "assigns a public IPv4 address to its tasks",
            Tri.FALSE: "assigns its tasks no public IPv4 address",
            Tri.UNKNOWN: "may assign a public IPv4 address to its tasks",
        }[workload.public_ip]
        reason = "whether its tasks are assigned a public IP is not in the configuration"
        return Given(workload.public_ip, Hop(workload.address, words, span), reason)
    if capacity.capacity is Capacity.UNKNOWN:
        # Off is off everywhere.
        given = workload.public_ip & Tri.UNKNOWN
        return Given(given, Hop(workload.address, "may run on Fargate", workload.span()), capacity.reason)
    hop = Hop(workload.address, "task interfaces get no public IPv4 address there", workload.span("network"))
    return Given(Tri.FALSE, hop)


def _of_express(network: Network, workload: Workload, subnet: Subnet | None) -> Given:
    """As AWS derives it: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/express-service-work.html."""
    kind = network.routing.classify(subnet).kind if subnet else SubnetClass.UNKNOWN
    given = Tri.UNKNOWN if kind is SubnetClass.UNKNOWN else Tri.of(kind is SubnetClass.PUBLIC)
    hop = Hop(workload.address, "an Express gateway service assigns public IPs in public subnets", workload.span())
    return Given(given, hop, "whether its subnets are public is not certain")


def _of_instance(network: Network, hosts: Hosts, settings: LaunchSettings, subnet: Subnet | None) -> Given:
    elastic = network.derived(_elastic_addresses).get(hosts.address)
    if elastic is not None and exists(elastic, guards(hosts)) is Tri.TRUE:
        return Given(Tri.TRUE, Hop(elastic.address, f"is an Elastic IP of {hosts.address}", elastic.span("holder")))
    own = network.get(LaunchSettings, hosts.address)
    if own is not None and own.public_ip is not None and own.public_ip != "":
        settings = own  # an instance overrides its launch template
    if settings.public_ip is None or settings.public_ip == "":
        given = _by_subnet(subnet, hosts)
    else:
        public = setting(settings.public_ip)
        words = _PUBLIC[public]
        reason = f"the public IP of instances: {reason_of(settings.public_ip)}"
        given = Given(public, Hop(settings.address, words, settings.span("public_ip")), reason)
    if given.given is Tri.FALSE:
        doubtful = elastic or network.derived(_loose_address)
        if doubtful is not None and network.get(Interface, hosts.address):
            return replace(given, given=Tri.UNKNOWN, reason=f"{doubtful.address} may be its Elastic IP")
        if "associate-address" in readable(settings.user_data):
            return replace(given, given=Tri.UNKNOWN, reason="its user data gives it an Elastic IP")
    return given


_PUBLIC = {
    Tri.TRUE: "gives a public IPv4 address",
    Tri.FALSE: "gives no public IPv4 address",
    Tri.UNKNOWN: "may give a public IPv4 address",
}


def _by_subnet(subnet: Subnet | None, owner: Element) -> Given:
    if subnet is None:
        hop = Hop(owner.address, "leaves public IPv4 addresses to the subnet", owner.span())
        return Given(Tri.UNKNOWN, hop, "the subnet, which decides on public IPs, is not in the configuration")
    public = subnet.maps_public_ip
    hop = Hop(subnet.address, _PUBLIC[public], subnet.span("maps_public_ip"))
    return Given(public, hop, f"whether {subnet.address} gives public IPs is not in the configuration")


def _elastic_addresses(network: Network) -> Mapping[str, ElasticAddress]:
    """By the instance or interface that certainly has one."""
    return {address.holder.only: address for address in network.all(ElasticAddress) if address.holder.only}


def _loose_address(network: Network) -> ElasticAddress | None:
    """One that may be on any instance, or is on an interface that an instance may have."""
    hosts = {found.address for found in network.all(Hosts)}
    return next((found for found in network.all(ElasticAddress) if found.holder.only not in hosts), None)


def _ipv6(subnet: Subnet | None, owner: Element) -> Given:
    """Of a task: in a dual-stack subnet an account setting decides, which no configuration shows.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#dual-stack-setting
    """
    given = _ipv6_of_instance(subnet, owner)
    if subnet is None or given.given is not Tri.TRUE or subnet.ipv6_only is Tri.TRUE:
        return given
    return replace(given, given=Tri.UNKNOWN, reason="whether tasks get IPv6 addresses is a setting of the account")


def _ipv6_of_instance(subnet: Subnet | None, owner: Element) -> Given:
    if subnet is None:
        hop = Hop(owner.address, "may get an IPv6 address", owner.span())
        return Given(Tri.UNKNOWN, hop, "the subnet is not in the configuration")
    if subnet.ipv6_only is Tri.TRUE or subnet.assigns_ipv6 is Tri.TRUE:
        return Given(Tri.TRUE, Hop(subnet.address, "gives IPv6 addresses", subnet.span("cidr6")))
    if subnet.cidr6 is None or subnet.cidr6 == "":
        unsure = subnet.ipv6_only is Tri.UNKNOWN
        hop = Hop(subnet.address, "has no IPv6 addresses", subnet.span())
        return Given(Tri.UNKNOWN if unsure else Tri.FALSE, hop, "whether the subnet is IPv6-only is not certain")
    hop = Hop(subnet.address, "gives IPv6 addresses only on request", subnet.span("cidr6"))
    return Given(Tri.UNKNOWN, hop, f"{subnet.address} gives no IPv6 address by itself")
