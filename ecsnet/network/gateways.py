"""The way from a subnet to the internet: its route, and the gateway that this leads to.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
"""

from __future__ import annotations

from ecsnet.network import Network, exists, guards
from ecsnet.network import flows as f
from ecsnet.network.acls import Acls
from ecsnet.network.addresses import Range
from ecsnet.network.groups import GroupRules, wanted
from ecsnet.network.interfaces import Given, of_interface
from ecsnet.network.links import reason_of, unseen
from ecsnet.network.model import (
    Attachment,
    Element,
    Interface,
    NatGateway,
    Route,
    Subnet,
    TargetKind,
    Vpc,
)
from ecsnet.network.passage import Steps, doubtful
from ecsnet.network.public_access import unblocked
from ecsnet.network.routing import SubnetClass, WayOut, same_vpc
from ecsnet.resources import Hop
from ecsnet.values import Tri


def leaves4(network: Network, subnet: Subnet, address: Given, port: int) -> Steps:
    """How an interface with ``address`` leaves its subnet for the IPv4 internet."""
    way = network.routing.classify(subnet)
    if way.kind is SubnetClass.PUBLIC:
        return Steps(way.hops) + has(address, "a public IPv4 address") + unblocked(network, subnet)
    if way.kind is SubnetClass.NAT:
        return Steps(way.hops) + _through_nat(network, subnet, way, port)
    return _not_out(way)


def leaves6(network: Network, subnet: Subnet, address: Given) -> Steps:
    """The same for the IPv6 internet."""
    way = network.routing.classify6(subnet)
    if way.kind not in (SubnetClass.PUBLIC, SubnetClass.EGRESS_ONLY):
        return _not_out(way)
    one_way = way.kind is SubnetClass.EGRESS_ONLY
    return Steps(way.hops) + has(address, "an IPv6 address") + unblocked(network, subnet, one_way=one_way)


def translated(network: Network, subnet: Subnet, port: int) -> Steps:
    """How an IPv6-only subnet reaches IPv4 hosts: by names that DNS64 makes up, and a NAT gateway that translates.

    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
    """
    way = network.routing.translates(subnet)
    names = Steps()
    if subnet.dns64 is Tri.FALSE:
        message = "is IPv6-only and has DNS64 off: names of IPv4 hosts resolve to nothing it reaches"
        names = Steps(obstacles=(Hop(subnet.address, message, subnet.span("dns64")),))
    elif subnet.dns64 is Tri.UNKNOWN:
        names = doubtful((), f"whether {subnet.address} has DNS64 on is not certain", subnet.span("dns64"))
    if way.kind is SubnetClass.NAT:
        return names + Steps(way.hops) + _through_nat(network, subnet, way, port)
    return names + _not_out(way)


def has(address: Given, what: str) -> Steps:
    """Whether an interface has what a gateway asks for."""
    if address.given is Tri.TRUE:
        return Steps((address.hop,))
    if address.given is Tri.UNKNOWN:
        return doubtful((address.hop,), address.reason, address.hop.span)
    hop = address.hop
    return Steps(obstacles=(Hop(hop.resource, f"{hop.message}, and the internet gateway asks for {what}", hop.span),))


def _not_out(way: WayOut) -> Steps:
    """Of a class that is no way to the internet, or somebody else's."""
    if way.kind in (SubnetClass.ISOLATED, SubnetClass.DETACHED):
        last = way.hops[-1]
        detached = way.kind is SubnetClass.DETACHED
        message = f"{last.message}, which is not attached to the VPC" if detached else last.message
        return Steps(way.hops, (Hop(last.resource, message, last.span),))
    span = way.span or way.hops[-1].span
    if way.kind is SubnetClass.UNKNOWN:
        return doubtful(way.hops, way.reason, span)
    return doubtful(way.hops, way.reason or "its way to the internet is somebody else's gateway", span)


# --- NAT ---


def _through_nat(network: Network, subnet: Subnet, way: WayOut, port: int) -> Steps:
    """Every NAT that the route may lead to has to carry the traffic; the first that does not speaks."""
    found = [_by_route(network, subnet, route, port) for route in way.routes]
    if found and all(steps.obstacles for steps in found):
        return found[0]
    for steps in found:
        if steps.doubts and not steps.obstacles:
            return steps
    if any(steps.obstacles for steps in found):
        return doubtful(way.hops, "it depends on which of its routes it takes", way.hops[-1].span)
    return found[0] if found else doubtful(way.hops, "its NAT is not in the configuration", way.hops[-1].span)


def _by_route(network: Network, subnet: Subnet, route: Route, port: int) -> Steps:
    if route.kind is TargetKind.NAT_GATEWAY:
        gateway = network.get(NatGateway, route.target.only)
        if gateway is not None:
            return _nat_gateway(network, subnet, gateway, port)
    else:
        interface = network.get(Interface, route.target.only)
        if interface is not None:
            return _nat_instance(network, subnet, interface, port)
    value = route.target.value
    name = value if isinstance(value, str) else reason_of(value)
    return doubtful((), f"the {route.kind.value} is not in the configuration: {name}", route.span("target"))


def _nat_gateway(network: Network, subnet: Subnet, gateway: NatGateway, port: int) -> Steps:
    hop = Hop(gateway.address, "translates to its own public address", gateway.span())
    if gateway.private is not Tri.FALSE:
        message = "is a private NAT gateway: it has no public address"
        if gateway.private is Tri.TRUE:
            return Steps(obstacles=(Hop(gateway.address, message, gateway.span("private")),))
        return doubtful((hop,), f"whether {gateway.address} is private is not certain", gateway.span("private"))
    if gateway.regional is Tri.TRUE:
        return Steps((hop,)) + _attached_gateway(network, gateway, subnet)
    if gateway.regional is Tri.UNKNOWN:
        return doubtful((hop,), f"the availability mode of {gateway.address} is unknown", gateway.span())
    reason = f"whether {gateway.address} has an Elastic IP is not certain"
    no_address = Hop(gateway.address, "has no Elastic IP", gateway.span("addressed"))
    address = Given(gateway.addressed, no_address if gateway.addressed is Tri.FALSE else hop, reason)
    steps = Steps((hop,)) + has(address, "a public IPv4 address")
    return steps + _from_home(network, subnet, gateway, gateway.subnet.only, port)


def _attached_gateway(network: Network, gateway: NatGateway, subnet: Subnet) -> Steps:
    """A regional NAT gateway has its own route to the internet gateway of the VPC.

    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
    """
    vpc = gateway.vpc if gateway.vpc.is_set else subnet.vpc
    attached = Tri.FALSE
    for attachment in network.all(Attachment):
        attached |= same_vpc(attachment.vpc, vpc) & exists(attachment, guards(gateway))
    declared = network.get(Vpc, vpc.only)
    if attached is Tri.TRUE:
        return unblocked(network, subnet, one_way=True)
    if attached is Tri.FALSE and declared is not None and not declared.default:
        hole = network.hole(declared.address)
        if hole:
            reason = f"{unseen(hole)} may attach an internet gateway to the VPC: {hole.reason}"
            return doubtful((), reason, hole.span)
        message = "has no internet gateway attached, which its NAT gateway goes out by"
        return Steps(obstacles=(Hop(declared.address, message, declared.span()),))
    return doubtful((), "whether the VPC has an internet gateway is not certain", gateway.span())


def _from_home(network: Network, subnet: Subnet, nat: Element, home: str | None, port: int) -> Steps:
    """From the NAT's own subnet on: its ACL, its route to an internet gateway, Block Public Access."""
    own = network.get(Subnet, home)
    if own is None:
        return doubtful((), f"the subnet of {nat.address} is not in the configuration", nat.span("subnet"))
    way = network.routing.classify(own)
    if way.kind is SubnetClass.NAT:
        message = f"sits in {own.address}, whose own internet route is a NAT and no internet gateway"
        return Steps(way.hops, (Hop(nat.address, message, nat.span("subnet")),))
    if way.kind is not SubnetClass.PUBLIC:
        return _not_out(way)
    steps = Steps(way.hops) + unblocked(network, own, one_way=isinstance(nat, NatGateway))
    return steps + passes_acl(network, own, f.internet(4), port) + _between(network, subnet, own, port)


def _between(network: Network, subnet: Subnet, own: Subnet, port: int) -> Steps:
    """What the ACL of the NAT's subnet says of the traffic from the other one."""
    if subnet.address == own.address:
        return Steps()
    acls = network.derived(Acls)
    places = f.addresses(subnet.cidr4, 4).certain or (f.FAMILIES[4],)
    into = acls.passes(own, False, wanted("tcp", (port, port + 1), places), f"TCP {port} in from {subnet.address}")
    back = acls.passes(own, True, wanted("tcp", f.EPHEMERAL, places), f"its answers out to {subnet.address}")
    return into + back


def _nat_instance(network: Network, subnet: Subnet, interface: Interface, port: int) -> Steps:
    hop = Hop(interface.address, "translates to its own public address", interface.span())
    steps = Steps((hop,))
    span = interface.span("checks_source")
    if interface.checks_source is Tri.TRUE:
        message = "has its source/destination check on, and drops what it should forward"
        steps += Steps(obstacles=(Hop(interface.address, message, span),))
    elif interface.checks_source is Tri.UNKNOWN:
        steps += doubtful((), f"the source/destination check of {interface.address} is not certain", span)
    placement = of_interface(network, interface)
    steps += has(placement.ipv4, "a public IPv4 address")
    rules = network.derived(GroupRules)
    groups = placement.groups
    span = placement.guarded.span("groups")
    places = f.addresses(subnet.cidr4, 4).certain or (f.FAMILIES[4],)
    what = f"TCP {port} in from {subnet.address}"
    steps += rules.inbound(groups, placement.vpc, span).admits(wanted("tcp", (port, port + 1), places), what)
    out = wanted("tcp", (port, port + 1), f.internet(4))
    steps += rules.outbound(groups, placement.vpc, span).admits(out, f"TCP {port} out to the internet")
    return steps + _from_home(network, subnet, interface, interface.subnet.only, port)


def passes_acl(network: Network, subnet: Subnet, places: tuple[Range, ...], port: int) -> Steps:
    """TCP ``port`` out of a subnet to some addresses, and the answers back in."""
    acls = network.derived(Acls)
    out = acls.passes(subnet, True, wanted("tcp", (port, port + 1), places), f"TCP {port} out to the internet")
    back = acls.passes(subnet, False, wanted("tcp", f.EPHEMERAL, places), "the internet's answers in")
    return out + back
