"""Which AWS services an interface reaches through VPC endpoints, without the internet.

https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ecsnet.network import Network, exists, guards
from ecsnet.network import flows as f
from ecsnet.network.groups import GroupRules, Peer, wanted
from ecsnet.network.interfaces import Placement
from ecsnet.network.links import MAIN, unseen
from ecsnet.network.model import Endpoint, EndpointAssociation, EndpointKind, Link, Links, Subnet, Vpc
from ecsnet.network.passage import Reach, Steps, doubtful
from ecsnet.network.routing import same_vpc
from ecsnet.resources import Hop
from ecsnet.values import Span, Text, Tri, Unknown, Value


@dataclass(frozen=True, slots=True)
class Service:
    """Whether an endpoint serves an interface.

    ``endpoint``: the one that does, may, or would if ``obstacles`` (private DNS off, its groups shut, another route
    table) were not there; ``None``: there is none at all. ``reason`` and ``span``: why it is unknown.
    """

    served: Tri
    endpoint: Endpoint | None = None
    hops: tuple[Hop, ...] = ()
    obstacles: tuple[Hop, ...] = ()
    reason: str = ""
    span: Span | None = None


def serving(network: Network, placement: Placement, service: str) -> Service:
    """Whether ``service`` (``ecr.api``, ``s3``: what follows the Region in the endpoint's name) is reached privately.

    An interface endpoint in the same VPC, with private DNS, whose groups admit TCP 443 from the interface; or a gateway
    endpoint (S3, DynamoDB) on the subnet's route table. A VPC that is not declared here may have any.
    """
    subnet = placement.subnet
    if subnet is None:
        return Service(Tri.UNKNOWN, reason=placement.reason, span=placement.span)
    index = network.derived(_Endpoints)
    found = [_by(network, placement, subnet, endpoint, same) for endpoint, same in index.of(subnet, service)]
    for verdict in (Tri.TRUE, Tri.UNKNOWN):
        for one in found:
            if one.served is verdict:
                return one
    unseen_ones = index.unseen(subnet)
    if unseen_ones is not None:
        return replace(unseen_ones, obstacles=tuple(hop for one in found for hop in one.obstacles))
    return found[0] if found else Service(Tri.FALSE)


def names(value: Value, service: str) -> Tri:
    """Whether an endpoint's service name, ``com.amazonaws.<region>.<service>``, names a service."""
    if isinstance(value, str):
        return Tri.of(_suffix(value) == service)
    if isinstance(value, Text):
        last = value.parts[-1]
        # What follows the Region, where the Region is the part that is unknown.
        if isinstance(last, str) and last.startswith(".") and len(value.parts) > 1:
            return Tri.of(last[1:] == service)
        if isinstance(last, str) and _ends(service, last) is Tri.FALSE:
            return Tri.FALSE
        return Tri.UNKNOWN
    if isinstance(value, Unknown) and value.candidates is not None:
        results = {names(candidate, service) for candidate in value.candidates}
        return results.pop() if len(results) == 1 else Tri.UNKNOWN
    return Tri.FALSE if value is None else Tri.UNKNOWN


def _ends(service: str, tail: str) -> Tri:
    """Whether a name that ends in ``tail`` may be of a service."""
    return Tri.of(service.endswith(tail) or tail.endswith(f".{service}"))


def _suffix(name: str) -> str:
    """``ecr.api`` of ``com.amazonaws.eu-west-1.ecr.api``, and of ``cn.com.amazonaws.cn-north-1.ecr.api``."""
    _, _, rest = name.partition("amazonaws.")
    return rest.partition(".")[2]


class _Endpoints:
    """The endpoints of a network, with what is put to them separately."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._by_vpc: defaultdict[str | None, list[Endpoint]] = defaultdict(list)
        for endpoint in network.all(Endpoint):
            self._by_vpc[endpoint.vpc.only].append(endpoint)
        self._added: defaultdict[str, list[EndpointAssociation]] = defaultdict(list)
        self._loose: list[EndpointAssociation] = []
        for association in network.all(EndpointAssociation):
            if association.endpoint.only:
                self._added[association.endpoint.only].append(association)
            else:
                self._loose.append(association)

    def of(self, subnet: Subnet, service: str) -> Iterator[tuple[Endpoint, Tri]]:
        """Endpoints that are, or may be, of a service in the subnet's VPC."""
        for endpoint in self._candidates(subnet):
            same = same_vpc(endpoint.vpc, subnet.vpc) & names(endpoint.service, service)
            same &= exists(endpoint, guards(subnet))
            if same is not Tri.FALSE:
                yield endpoint, same

    def _candidates(self, subnet: Subnet) -> list[Endpoint]:
        """Those of its VPC, and those of which the VPC is not certain."""
        vpc = subnet.vpc.only
        return [*self._by_vpc[vpc], *self._by_vpc[None]] if vpc else list(self.network.all(Endpoint))

    def unseen(self, subnet: Subnet) -> Service | None:
        """Why the VPC may have endpoints that are not in the configuration."""
        vpc = self.network.get(Vpc, subnet.vpc.only)
        if vpc is None or vpc.default:
            reason = "its VPC, which may have endpoints, is not in the configuration"
            return Service(Tri.UNKNOWN, reason=reason, span=subnet.span())
        hole = self.network.hole(vpc.address) or self.network.hole(subnet.address)
        if hole:
            return Service(Tri.UNKNOWN, reason=f"{unseen(hole)} may make endpoints: {hole.reason}", span=hole.span)
        return None

    def tables(self, endpoint: Endpoint) -> Links:
        added = tuple(one.table for one in self._added[endpoint.address] if one.table.is_set)
        unsure = any(one.table.is_set for one in self._loose)
        return _with(endpoint.tables, added, unsure)

    def groups(self, endpoint: Endpoint) -> Links:
        added = tuple(one.group for one in self._added[endpoint.address] if one.group.is_set)
        unsure = any(one.group.is_set for one in self._loose)
        return _with(endpoint.groups, added, unsure)


def _with(own: Links, added: tuple[Link, ...], unsure: bool) -> Links:
    reason = own.reason or "an association may be with another endpoint"
    return Links((*own.items, *added), own.complete and not unsure, reason)


def _by(network: Network, placement: Placement, subnet: Subnet, endpoint: Endpoint, same: Tri) -> Service:
    """What one endpoint is to an interface."""
    gateway = endpoint.kind is EndpointKind.GATEWAY
    if endpoint.kind in (EndpointKind.OTHER, EndpointKind.UNKNOWN):
        steps = doubtful((), f"{endpoint.address} is {endpoint.kind.value}", endpoint.span())
    else:
        steps = _on_table(network, subnet, endpoint) if gateway else _answers(network, placement, subnet, endpoint)
    if same is Tri.UNKNOWN:
        reason = f"whether {endpoint.address} is there, in the same VPC and for the service, is not certain"
        steps += doubtful((), reason, endpoint.span("service"))
    found = steps.passage()
    served = {Reach.REACHED: Tri.TRUE, Reach.BLOCKED: Tri.FALSE, Reach.UNKNOWN: Tri.UNKNOWN}[found.reach]
    hop = Hop(endpoint.address, f"is a {endpoint.kind.value} of the VPC", endpoint.span("service"))
    return Service(served, endpoint, (hop, *found.hops), found.obstacles, found.reason, found.span)


def _on_table(network: Network, subnet: Subnet, endpoint: Endpoint) -> Steps:
    """Whether a gateway endpoint is on the subnet's route table."""
    used = network.routing.tables(subnet)
    given = network.derived(_Endpoints).tables(endpoint)
    hop = Hop(endpoint.address, f"is on the route table of {subnet.address}", endpoint.span("tables"))
    mine = [any(link.only in addresses for link in given.items) for addresses in used if addresses]
    sure = bool(used) and all(used)
    if sure and all(mine):
        return Steps((hop,))
    loose = not given.complete or any(link.only is None for link in given.items)
    if sure and not any(mine) and not loose:
        hole = network.hole(endpoint.address)
        if hole:
            return doubtful((), f"{unseen(hole)} may put {endpoint.address} on a route table: {hole.reason}", hole.span)
        tables = ", ".join(sorted({address.removesuffix(MAIN) for addresses in used for address in addresses}))
        message = f"is not on the route table of {subnet.address} ({tables})"
        return Steps(obstacles=(Hop(endpoint.address, message, endpoint.span("tables")),))
    reason = f"whether {endpoint.address} is on the route table of {subnet.address} is not certain"
    return doubtful((), reason, endpoint.span("tables"))


def _answers(network: Network, placement: Placement, subnet: Subnet, endpoint: Endpoint) -> Steps:
    """Whether an interface endpoint has the service's own name, and lets the interface in."""
    own = Hop(endpoint.address, "has private DNS off: the service's name leads past it", endpoint.span("private_dns"))
    steps = _switched_on(endpoint.private_dns, own)
    vpc = network.get(Vpc, subnet.vpc.only)
    if vpc is not None:
        message = "has DNS support or DNS host names off: the private names of endpoints do not resolve"
        steps += _switched_on(vpc.dns, Hop(vpc.address, message, vpc.span("dns")))
    rules, groups = network.derived(GroupRules), network.derived(_Endpoints).groups(endpoint)
    places = f.addresses(subnet.cidr4, 4).certain or (f.FAMILIES[4],)
    into = rules.inbound(groups, endpoint.vpc, endpoint.span("groups"))
    peer = Peer(placement.groups)
    return steps + into.admits(wanted("tcp", (443, 444), places), f"TCP 443 in from {placement.owner.address}", peer)


def _switched_on(switch: Tri, otherwise: Hop) -> Steps:
    if switch is Tri.UNKNOWN:
        return doubtful((), f"whether {otherwise.resource} has private DNS on is not certain", otherwise.span)
    return Steps() if switch is Tri.TRUE else Steps(obstacles=(otherwise,))
