"""Whether the security groups of an interface let it out to what its tasks need to start, over TCP 443.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html
"""

from __future__ import annotations

from ecsnet.network import Network
from ecsnet.network import flows as f
from ecsnet.network.addresses import subtract
from ecsnet.network.endpoints import Service, addresses_of, groups_of, serving
from ecsnet.network.groups import Filter, Peer, Permit, wanted
from ecsnet.network.interfaces import Placement
from ecsnet.network.model import Endpoint, EndpointKind, GroupRule, Subnet
from ecsnet.network.needs import INTERNET, NEARBY, Need, Needs
from ecsnet.network.passage import Doubt, Passage, Reach
from ecsnet.network.reachability import egress, outbound
from ecsnet.network.routing import SubnetClass
from ecsnet.records import dataclass
from ecsnet.values import Tri

_HTTPS = (443, 444)
_NOWHERE = ("127.0.0.0/8", "::1/128", "255.255.255.255/32")
"""What groups let out to that are meant to let nothing out."""

_ANYWHERE = wanted("tcp", _HTTPS, subtract((f.ALL_ADDRESSES,), f.addresses(_NOWHERE).certain))
_INTERNET = "TCP 443 out to the internet"


@dataclass(frozen=True, slots=True)
class Held:
    """What groups hold back. ``groups``: theirs; ``everything``: they let no TCP 443 out at all.

    ``needs``: what certainly does not get out, with where to: ``the internet``, or an endpoint's address.
    """

    groups: tuple[str, ...]
    everything: bool
    needs: tuple[tuple[Need, str], ...]
    doubts: tuple[Doubt, ...] = ()


def held_back(network: Network, placement: Placement, needs: Needs) -> Held:
    """What of ``needs`` the groups of a task's interface do not let out.

    What an isolated subnet has no endpoint for gets nowhere whatever its groups are: that is not theirs.
    """
    out = outbound(network, placement)
    remote = tuple(need for need in needs.certain if need.service != NEARBY)
    if not out.doubts and not any(map(_lets_https, out.permits)):
        if len(remote) < len(needs.certain) and not remote:
            hop = needs.certain[0].hop
            reason = f"{hop.resource} {hop.message}, and on another port than 443"
            return Held(out.groups, False, (), (Doubt(reason, hop.span),))
        return Held(out.groups, True, tuple((need, "") for need in remote))
    if out.admits(wanted("tcp", _HTTPS, (f.FAMILIES[4],)), "it").passage().reach is Reach.REACHED:
        return Held(out.groups, False, ())
    held: list[tuple[Need, str]] = []
    doubts: list[Doubt] = []
    for need in remote:
        way, to = _way(network, placement, need, out)
        if way.reach is Reach.BLOCKED and _by_ipv6(network, placement):
            doubts.append(Doubt("its tasks may leave by IPv6", placement.span))
        elif way.reach is Reach.BLOCKED:
            held.append((need, to))
        elif way.reach is Reach.UNKNOWN:
            doubts.append(Doubt(f"{need.service}: {way.reason}", way.span or placement.span))
    return Held(out.groups, False, tuple(held), (*doubts, *needs.doubts))


def _lets_https(permit: Permit) -> bool:
    """Whether a rule may let TCP 443 out to anywhere."""
    rule = permit.rule
    if f.meet(_ANYWHERE, permit.flows.possible):
        return True
    to_others = isinstance(rule, GroupRule) and (rule.of_aws or rule.peers.items or not rule.peers.complete)
    return bool(to_others) and bool(f.meet(_ANYWHERE, permit.services.possible))


def _by_ipv6(network: Network, placement: Placement) -> bool:
    return egress(network, placement, family=6).reach is not Reach.BLOCKED


def _way(network: Network, placement: Placement, need: Need, out: Filter) -> tuple[Passage, str]:
    """Whether the groups let a need out, and where to."""
    internet = wanted("tcp", _HTTPS, f.internet(4))
    if need.service == INTERNET:
        return _unless_isolated(network, placement, out.admits(internet, _INTERNET).passage()), "the internet"
    service = serving(network, placement, need.service)
    endpoint = service.endpoint
    if service.served is Tri.TRUE and endpoint is not None:
        return _to_endpoint(network, endpoint, out), endpoint.address
    if service.served is Tri.FALSE:
        return _unless_isolated(network, placement, out.admits(internet, _INTERNET).passage()), "the internet"
    return _to_either(service, out), "the internet"


def _unless_isolated(network: Network, placement: Placement, way: Passage) -> Passage:
    subnet = placement.subnet
    kind = network.routing.classify(subnet).kind if subnet is not None else SubnetClass.UNKNOWN
    return Passage(Reach.REACHED) if kind in (SubnetClass.ISOLATED, SubnetClass.DETACHED) else way


def _to_endpoint(network: Network, endpoint: Endpoint, out: Filter) -> Passage:
    what = f"TCP 443 out to {endpoint.address}"
    if endpoint.kind is EndpointKind.GATEWAY:
        # Its service keeps its public addresses, which a prefix list of AWS's own holds.
        listed = [permit for permit in out.permits if isinstance(permit.rule, GroupRule) and permit.rule.of_aws]
        if any(f.meet(_ANYWHERE, permit.services.certain) for permit in listed):
            return Passage(Reach.REACHED)
        if any(f.meet(_ANYWHERE, permit.services.possible) for permit in listed):
            return Passage(Reach.UNKNOWN, reason=f"whether a rule lets {what} is not certain", span=out.span)
        return out.admits(wanted("tcp", _HTTPS, f.internet(4)), what).passage()
    subnets = [network.get(Subnet, link.only) for link in endpoint.subnets.items]
    known = [addresses_of(network, subnet) for subnet in subnets if subnet is not None]
    complete = endpoint.subnets.complete and len(known) == len(subnets) and bool(known)
    places = tuple(place for one in known for place in one) if complete else (f.FAMILIES[4],)
    return out.admits(wanted("tcp", _HTTPS, places), what, Peer(groups_of(network, endpoint))).passage()


def _to_either(service: Service, out: Filter) -> Passage:
    """To an endpoint that may be there, or else to the internet: held back only if nothing gets anywhere by IPv4."""
    way = out.admits(wanted("tcp", _HTTPS, (f.FAMILIES[4],)), _INTERNET).passage()
    if way.reach is Reach.BLOCKED and any(map(_lets_https, out.permits)):
        return Passage(Reach.UNKNOWN, reason=service.reason, span=service.span)
    return way
