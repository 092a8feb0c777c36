"""Which AWS services an interface reaches through VPC endpoints, without the internet.

https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ecsnet.network import Network, exists, guards
from ecsnet.network import flows as f
from ecsnet.network.addresses import Range
from ecsnet.network.groups import GroupRules, Peer, wanted
from ecsnet.network.interfaces import Placement
from ecsnet.network.links import MAIN, unseen
from ecsnet.network.model import (
    Endpoint,
    EndpointAssociation,
    EndpointKind,
    Link,
    Links,
    PrivateZone,
    Subnet,
    Vpc,
)
from ecsnet.network.passage import Reach, Steps, doubtful
from ecsnet.network.routing import same_vpc
from ecsnet.records import dataclass, replace
from ecsnet.resources import Hop
from ecsnet.values import Reference, Span, Text, Tri, Unknown, Value


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
    given = guards(subnet, placement.owner)
    found = [_by(network, placement, subnet, endpoint, same) for endpoint, same in index.of(subnet, service, given)]
    for verdict in (Tri.TRUE, Tri.UNKNOWN):
        for one in found:
            if one.served is verdict:
                return one
    unseen_ones = index.unseen(subnet)
    if unseen_ones is not None:
        return replace(unseen_ones, obstacles=tuple(hop for one in found for hop in one.obstacles))
    return found[0] if found else Service(Tri.FALSE)


def groups_of(network: Network, endpoint: Endpoint) -> Links:
    """The security groups of an endpoint, those that are put on it separately among them."""
    return network.derived(_Endpoints).groups(endpoint)


def names(value: Value, service: str) -> Tri:
    """Whether an endpoint's service name, ``com.amazonaws.<region>.<service>``, names a service."""
    if isinstance(value, str):
        return Tri.of(_suffix(value) == service)
    if isinstance(value, Text):
        *before, last = value.parts
        if not isinstance(last, str):
            return Tri.UNKNOWN
        if last.startswith(".") and _to_region(before):
            return Tri.of(last[1:] == service)
        known = _suffix(last) if "amazonaws." in last else ""
        if known:
            return Tri.of(known == service)
        return Tri.UNKNOWN if service.endswith(last) or last.endswith(f".{service}") else Tri.FALSE
    if isinstance(value, Unknown) and value.candidates is not None:
        results = {names(candidate, service) for candidate in value.candidates}
        return results.pop() if len(results) == 1 else Tri.UNKNOWN
    return Tri.FALSE if value is None else Tri.UNKNOWN


def _to_region(parts: list[str | Unknown | Reference]) -> bool:
    """Whether the beginning of a service's name ends with an unknown Region."""
    *before, last = parts or [""]
    if isinstance(last, str):
        return False
    # ``com.amazonaws`` is the partition's DNS name turned round, which may be unknown as well.
    return not before or before == ["com.amazonaws."] or before[-1] == "." or str(before[-1]).endswith("amazonaws.")


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

    def of(self, subnet: Subnet, service: str, given: frozenset[str]) -> Iterator[tuple[Endpoint, Tri]]:
        """Endpoints that are, or may be, of a service in the subnet's VPC, under conditions that are given."""
        for endpoint in self._candidates(subnet):
            same = same_vpc(endpoint.vpc, subnet.vpc) & names(endpoint.service, service)
            same &= exists(endpoint, given)
            if same is not Tri.FALSE and not _leaves_it_to_gateway(endpoint, service):
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


def _leaves_it_to_gateway(endpoint: Endpoint, service: str) -> bool:
    """An interface endpoint of S3 or DynamoDB without private DNS is for other networks: here a gateway one serves.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
    """
    return (
        service in ("s3", "dynamodb") and endpoint.kind is EndpointKind.INTERFACE and endpoint.private_dns is Tri.FALSE
    )


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
        message = "has DNS support or DNS host names off, and private DNS asks for both"
        steps += _switched_on(vpc.dns, Hop(vpc.address, message, vpc.span("dns")))
    zone = network.derived(_zone_of_services)
    if zone is not None and steps.obstacles:
        reason = f"{zone.address} may give the service's name to {endpoint.address}"
        steps = doubtful((), reason, zone.span("name"))
    rules, groups = network.derived(GroupRules), groups_of(network, endpoint)
    places = addresses_of(network, subnet)
    into = rules.inbound(groups, endpoint.vpc, endpoint.span("groups"))
    peer = Peer(placement.groups)
    return steps + into.admits(wanted("tcp", (443, 444), places), f"TCP 443 in from {placement.owner.address}", peer)


def addresses_of(network: Network, subnet: Subnet) -> tuple[Range, ...]:
    """Where a subnet's IPv4 addresses are: in its own block, else within those of its VPC, else anywhere."""
    own = f.addresses(subnet.cidr4, 4)
    vpc = network.get(Vpc, subnet.vpc.only)
    if own.certain or vpc is None:
        return own.certain or (f.FAMILIES[4],)
    found = [f.addresses(cidr, 4) for cidr in vpc.cidrs4]
    return tuple(place for one in found for place in (one.certain or one.possible)) or (f.FAMILIES[4],)


def _zone_of_services(network: Network) -> PrivateZone | None:
    """A private zone that is, or may be, of the names of AWS services."""
    return next((zone for zone in network.all(PrivateZone) if _of_services(zone.name)), None)


def _of_services(name: Value) -> bool:
    last = name.parts[-1] if isinstance(name, Text) else name
    if not isinstance(last, str):
        return True
    return last.rstrip(".").endswith(("amazonaws.com", "amazonaws.com.cn", "on.aws", "api.aws"))


def _switched_on(switch: Tri, otherwise: Hop) -> Steps:
    if switch is Tri.UNKNOWN:
        return doubtful((), f"whether {otherwise.resource} has private DNS on is not certain", otherwise.span)
    return Steps() if switch is Tri.TRUE else Steps(obstacles=(otherwise,))
