"""Whether interfaces reach the internet, and the internet them: the whole path, every step proven or unknown.

https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ecsnet.network import Network
from ecsnet.network import flows as f
from ecsnet.network.acls import Acls
from ecsnet.network.addresses import Range, subtract, union
from ecsnet.network.destinations import NAT64
from ecsnet.network.gateways import has, leaves4, leaves6, passes_acl, translated
from ecsnet.network.groups import Filter, GroupRules, Permit, wanted
from ecsnet.network.interfaces import Placement
from ecsnet.network.model import IngressRule, Subnet, Workload
from ecsnet.network.passage import Doubt, Passage, Steps, doubtful
from ecsnet.network.public_access import unblocked
from ecsnet.network.routing import SubnetClass
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.values import Tri


def egress(network: Network, placement: Placement, family: int = 4, port: int = 443) -> Passage:
    """Whether an interface reaches TCP ``port`` of any internet host, by IPv4 or by IPv6 (``family`` 4 or 6).

    Interface, security groups, network ACL of its subnet (out, and the answers in), route table, gateway; and for a
    NAT its own subnet, address, ACL and way out. Endpoints of the VPC are not part of this. What somebody else carries
    (a transit gateway, a firewall) is unknown.
    """
    subnet = placement.subnet
    places = f.internet(family)
    if family == 4 and subnet is not None and subnet.ipv6_only is Tri.TRUE:
        places = f.addresses(NAT64).certain
    steps = Steps((placement.hop,))
    steps += outbound(network, placement).admits(
        wanted("tcp", (port, port + 1), places), f"TCP {port} out to the internet"
    )
    if subnet is None:
        return (steps + doubtful((), placement.reason, placement.span)).passage()
    steps += passes_acl(network, subnet, places, port)
    if family == 6:
        steps += leaves6(network, subnet, placement.ipv6)
    elif subnet.ipv6_only is Tri.TRUE:
        steps += translated(network, subnet, port)
    elif subnet.ipv6_only is Tri.UNKNOWN:
        steps += doubtful((), f"whether {subnet.address} is IPv6-only is not certain", subnet.span())
    else:
        steps += leaves4(network, subnet, placement.ipv4, port)
    return steps.passage()


def inbound(network: Network, placement: Placement) -> Filter:
    """What the security groups of an interface let in.

    An Express gateway service that names none makes its own, which lets in its load balancer alone.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/express-service-work.html
    """
    owner = placement.owner
    if isinstance(owner, Workload) and owner.express and owner.groups.complete and not owner.groups.items:
        return Filter((), (), (owner.address,), owner.span("groups"), "lets this in")
    rules = network.derived(GroupRules)
    return rules.inbound(placement.groups, placement.vpc, placement.guarded.span("groups"))


def outbound(network: Network, placement: Placement) -> Filter:
    """What the security groups of an interface let out."""
    rules = network.derived(GroupRules)
    return rules.outbound(placement.groups, placement.vpc, placement.guarded.span("groups"))


@dataclass(frozen=True, slots=True)
class Opening:
    """What one rule of an interface's security groups lets in from the internet.

    ``protocol``: ``tcp``, ``udp``, ``icmp``, ``icmpv6``, or ``all`` where a rule is for every one; ``ports``:
    half-open; types of ICMP. ``family``: 4 or 6. ``rule``: ``None`` where groups that are not in the configuration may
    let in anything. ``passage``: reached (the whole path is proven), or unknown.
    """

    protocol: str
    ports: tuple[Range, ...]
    family: int
    rule: IngressRule | None
    passage: Passage


def ingress(network: Network, placement: Placement) -> tuple[Opening, ...]:
    """What of the internet reaches the interface directly, or may; what is certainly cut off is left out.

    *The internet* is a quarter of the public addresses of the family or more. What only several rules together let in
    from there stands under the first of them.
    """
    return tuple(opening for family in (4, 6) for opening in _ingress(network, placement, family))


def reaches(network: Network, placement: Placement, port: int, protocol: str = "tcp", family: int = 4) -> Passage:
    """Whether the internet reaches one port of an interface: by all rules of its groups together."""
    into = inbound(network, placement)
    place = wanted(protocol, (port, port + 1), f.internet(family))
    certain = tuple(box for permit in into.permits for box in f.meet(place, permit.flows.certain))
    possible = tuple(box for permit in into.permits for box in f.meet(place, permit.flows.possible))
    let_in = [permit.hop(into.verb) for permit in into.permits if f.meet(place, permit.flows.certain)]
    steps = entrance(network, placement, family)
    if f.is_internet(certain, family):
        steps += Steps(tuple(let_in))
    elif into.doubts:
        steps += Steps(doubts=into.doubts[:1])
    elif f.is_internet(possible, family):
        steps += doubtful((), "whether its security groups let the internet in is not certain", into.span)
    else:
        steps += into.admits(place, f"{protocol.upper()} {port} in from the internet")
        return steps.passage()
    if placement.subnet is not None:
        served, part = _past_acl(network, placement.subnet, certain or possible, family)
        if not f.is_internet(served.certain, family):
            steps += part
    return steps.passage()


def entrance(network: Network, placement: Placement, family: int) -> Steps:
    """From the internet to the interface, but for its groups and its network ACL: gateway, route, public address."""
    subnet = placement.subnet
    if subnet is None:
        return doubtful((placement.hop,), placement.reason, placement.span)
    way = network.routing.classify(subnet) if family == 4 else network.routing.classify6(subnet)
    steps = Steps((*way.hops, placement.hop))
    if way.kind is SubnetClass.UNKNOWN:
        steps += doubtful((), way.reason, way.span or subnet.span())
    elif way.kind is SubnetClass.OTHER:
        # A load balancer or a firewall of somebody else's may hand traffic on.
        steps += doubtful((), way.reason or "its way to the internet is somebody else's", subnet.span())
    elif way.kind is not SubnetClass.PUBLIC:
        last = way.hops[-1]
        steps += Steps(obstacles=(last,))
    given, what = (placement.ipv4, "a public IPv4 address") if family == 4 else (placement.ipv6, "an IPv6 address")
    return steps + has(given, what) + unblocked(network, subnet, inbound=True)


def _past_acl(
    network: Network, subnet: Subnet, traffic: f.Traffic, family: int
) -> tuple[f.Flows, Steps]:  # fmt: skip
    """What of traffic passes a subnet's ACL, answers too; and the ACL's hops, or why the rest may not."""
    acls = network.derived(Acls)
    into = acls.through(subnet, False, traffic)
    answers = wanted("tcp", f.EPHEMERAL, f.internet(family))
    back = acls.passes(subnet, True, answers, "answers out to the internet")
    certain = into.flows.certain if not back.doubts and not back.obstacles else ()
    if not into.flows.possible:
        return f.Flows(), acls.passes(subnet, False, traffic, "this in")
    if back.obstacles:
        return f.Flows(), back
    doubts = into.doubts or back.doubts or (Doubt(f"the network ACL of {subnet.address} may deny it", subnet.span()),)
    return f.Flows(certain, into.flows.possible), Steps(into.hops + back.hops, doubts=doubts)


def _ingress(network: Network, placement: Placement, family: int) -> Iterator[Opening]:
    way = entrance(network, placement, family)
    if way.obstacles:
        return
    into = inbound(network, placement)
    whole = tuple(f.Box(f.ALL_PROTOCOLS, f.ALL_PORTS, place) for place in f.internet(family))
    partial: list[tuple[Permit, f.Box]] = []
    for permit in into.permits:
        certain = f.meet(whole, permit.flows.certain)
        alone = _internet_part(certain, family)
        flows = f.Flows(alone, _internet_part(f.meet(whole, permit.flows.possible), family))
        yield from _openings(network, placement, permit, (permit.hop(into.verb),), flows, way, family)
        if not alone:
            partial += ((permit, box) for box in certain)
    if len(partial) > _MAX_TOGETHER:
        reason = f"{placement.owner.address} has too many rules of parts of the internet to be judged together"
        yield Opening("all", (f.ALL_PORTS,), family, None, (way + doubtful((), reason, into.span)).passage())
    elif f.is_internet((box for _, box in partial), family):
        joint = _joint(tuple(box for _, box in partial), family)
        first = next((permit for permit, box in partial if f.meet((box,), joint)), None)
        if first is not None:
            hops = tuple(permit.hop(into.verb) for permit, box in partial if f.meet((box,), joint))
            yield from _openings(network, placement, first, hops, f.Flows(joint, joint), way, family)
    for doubt in into.doubts[:1]:
        yield Opening("all", (f.ALL_PORTS,), family, None, (way + Steps(doubts=(doubt,))).passage())


_MAX_TOGETHER = 200
"""Sources of rules that are none of them the internet, but may be together."""


def _joint(traffic: f.Traffic, family: int) -> f.Traffic:
    """What of traffic is from the internet when boxes are taken together, cut where any of their ports begin or end."""
    kept: list[f.Box] = []
    for protocols in dict.fromkeys(box.protocols for box in traffic):
        there = [box for box in traffic if box.protocols in (protocols, f.ALL_PROTOCOLS)]
        cuts = sorted({port for box in there for port in box.ports})
        for ports in pairwise(cuts):
            inside = [box for box in there if box.ports[0] <= ports[0] and ports[1] <= box.ports[1]]
            if f.is_internet(inside, family):
                kept += (f.Box(protocols, ports, box.addresses) for box in inside)
    return tuple(kept)


def _openings(
    network: Network,
    placement: Placement,
    permit: Permit,
    hops: tuple[Hop, ...],
    flows: f.Flows,
    way: Steps,
    family: int,
) -> Iterator[Opening]:
    """What a rule opens to the internet, past the network ACL: for certain, and beyond that perhaps."""
    rule, certain, possible = permit.rule, flows.certain, flows.possible
    if not isinstance(rule, IngressRule) or not possible:
        return
    acl = Steps()
    if placement.subnet is not None:
        served, acl = _past_acl(network, placement.subnet, possible, family)
        if acl.obstacles:
            return
        certain = _internet_part(f.meet(certain, served.certain), family)
        possible = _internet_part(f.meet(possible, served.possible), family)
    steps = way + Steps((*hops, *acl.hops))
    sure = _by_protocol(certain)
    for protocol, ports in sure.items():
        yield Opening(protocol, ports, family, rule, steps.passage())
    for protocol, ports in _by_protocol(possible).items():
        rest = subtract(ports, sure.get(protocol, sure.get("all", ())))
        if rest:
            unsure = Doubt(f"whether {rule.address} lets it in is not certain", rule.span(""))
            doubts = acl.doubts if permit.flows.certain and acl.doubts else (unsure,)
            yield Opening(protocol, rest, family, rule, (steps + Steps(doubts=doubts)).passage())


def _internet_part(traffic: f.Traffic, family: int) -> f.Traffic:
    """What of traffic is from a quarter or more of the internet: by protocols and ports."""
    kept: list[f.Box] = []
    for box in dict.fromkeys((box.protocols, box.ports) for box in traffic):
        pieces = [f.Box(box[0], box[1], place) for place in f.internet(family)]
        shared = f.meet(tuple(pieces), traffic)
        if f.is_internet(f.meet(tuple(pieces), [b for b in traffic if _holds(b, box)]), family):
            kept += [part for part in shared if (part.protocols, part.ports) == box]
    return tuple(dict.fromkeys(kept))


def _holds(box: f.Box, of: tuple[Range, Range]) -> bool:
    return all(mine[0] <= other[0] and other[1] <= mine[1] for mine, other in zip(box[:2], of))


def _by_protocol(traffic: f.Traffic) -> dict[str, tuple[Range, ...]]:
    ports: dict[str, list[Range]] = {}
    for box in traffic:
        ports.setdefault(_protocol_name(box.protocols), []).append(box.ports)
    return {name: union(found) for name, found in ports.items()}


def _protocol_name(protocols: Range) -> str:
    if protocols == f.ALL_PROTOCOLS:
        return "all"
    return f.NAMES.get(protocols[0], str(protocols[0]))
