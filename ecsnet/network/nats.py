"""NAT gateways and NAT instances: which subnets they carry to the internet, and which zones have one of their own.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from functools import cached_property

from ecsnet.network import Network
from ecsnet.network.model import Association, Element, Interface, Link, NatGateway, Route, Subnet, TargetKind
from ecsnet.network.routing import SubnetClass, WayOut, same_vpc
from ecsnet.network.zones import same_zone
from ecsnet.records import dataclass, field
from ecsnet.values import Tri, Value

Use = tuple[Subnet, WayOut]


@dataclass(frozen=True, slots=True, eq=False)
class Nat:
    """A zonal NAT gateway, or the instance or interface of a NAT instance, with the subnet it sits in."""

    element: Element
    home: Subnet | None
    gateway: bool

    @property
    def address(self) -> str:
        return self.element.address

    @property
    def zone(self) -> Value:
        return self.home.zone if self.home else None


@dataclass(frozen=True, slots=True)
class Users:
    """The subnets whose internet route a NAT certainly is, those whose it may be, and where more may come from."""

    certain: list[Use] = field(default_factory=list)
    possible: list[Use] = field(default_factory=list)
    undeclared: list[str] = field(default_factory=list)

    @property
    def used(self) -> Tri:
        """Whether it is the internet route of any subnet."""
        if self.certain:
            return Tri.TRUE
        return Tri.UNKNOWN if self.possible or self.undeclared else Tri.FALSE

    @property
    def doubt(self) -> str:
        """Why it may be the internet route of a subnet."""
        for subnet, way in self.possible:
            return f"whether it is the internet route of {subnet.address}: {doubt_of(way)}"
        return next(iter(self.undeclared), "")


def doubt_of(way: WayOut) -> str:
    """Why it is not certain where a way leads that may lead through a NAT."""
    return way.reason or "several NAT gateways may be"


@dataclass(frozen=True, slots=True)
class _Place:
    """The public NAT gateways of one zone of one VPC: at most two, those most certain to exist."""

    vpc: Link
    zone: Value
    gateways: list[tuple[str, Tri]] = field(default_factory=list)

    def add(self, address: str, there: Tri) -> None:
        self.gateways.append((address, there))
        _keep_surest(self.gateways)


_ELSEWHERE = Link(elsewhere=True, anything=True)


class Nats:
    """Answers about the NATs of one network: ``network.derived(Nats)``."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._own: dict[Hashable, list[tuple[str, Tri]]] = {}

    @cached_property
    def zonal(self) -> Mapping[str, Nat]:
        """By address: NAT gateways that are not certainly regional, and what routes name as a NAT instance."""
        found: dict[str, Nat] = {}
        for gateway in self.network.all(NatGateway):
            if gateway.regional is not Tri.TRUE:
                home = self.network.get(Subnet, gateway.subnet.only)
                found[gateway.address] = Nat(gateway, home, gateway=True)
        named = {route.target.only for route in self.network.all(Route) if route.kind is TargetKind.NAT_INSTANCE}
        for interface in self.network.all(Interface):
            if interface.address in named:
                home = self.network.get(Subnet, interface.subnet.only)
                found[interface.address] = Nat(interface, home, gateway=False)
        return found

    # --- who uses it -----------------------------------------------------------------------------------------------

    def users(self, nat: Element) -> Users:
        """Whose internet route a NAT is. Where a route may lead to any gateway, one subnet stands for its zone."""
        found = self._users[0].get(nat.address) or Users()
        loose = self._users[1] if isinstance(nat, NatGateway) else []
        return Users(found.certain, [*found.possible, *loose], found.undeclared)

    @cached_property
    def _users(self) -> tuple[Mapping[str, Users], list[Use]]:
        users: defaultdict[str, Users] = defaultdict(Users)
        anywhere: dict[Hashable, Use] = {}
        taken: dict[int, tuple[tuple[str, ...], bool]] = {}
        for subnet in self.network.all(Subnet):
            way = self.network.routing.classify(subnet)
            if way.kind is SubnetClass.NAT and way.target:
                users[way.target].certain.append((subnet, way))
            elif way.kind in (SubnetClass.NAT, SubnetClass.UNKNOWN):
                # Many subnets share one tuple of routes.
                targets, anything = taken.get(id(way.routes)) or _targets(way.routes)
                taken[id(way.routes)] = targets, anything
                for target in targets:
                    users[target].possible.append((subnet, way))
                if anything:
                    anywhere.setdefault(key_of(subnet.zone), (subnet, way))
        for target, reason in self._undeclared():
            users[target].undeclared.append(reason)
        return users, list(anywhere.values())

    def _undeclared(self) -> Iterator[tuple[str, str]]:
        """What routes lead to in tables whose subnets are not in the configuration, and why they are not."""
        elsewhere = {
            association.table.only: association
            for association in self.network.all(Association)
            if association.table.only and association.subnet.only is None
        }
        for route in self.network.all(Route):
            if route.kind not in (TargetKind.NAT_GATEWAY, TargetKind.NAT_INSTANCE):
                continue
            association = elsewhere.get(route.table.only or "")
            if association:
                reason = f"{association.address} puts it in front of subnets that are not in the configuration"
            elif route.table.elsewhere:
                reason = f"which subnets use the route table of {route.address} is not in the configuration"
            else:
                continue
            for target in route.target.targets:
                yield target, reason

    # --- which zones have one --------------------------------------------------------------------------------------

    def own(self, subnet: Subnet, but: str) -> tuple[str, Tri]:
        """A public NAT gateway in the subnet's own zone and VPC, other than the one at ``but``, and whether it is."""
        key = (key_of(subnet.vpc), key_of(subnet.zone))
        found = self._own.get(key)
        if found is None:
            found = self._own[key] = []
            for place in self._places_of(subnet.vpc):
                here = same_vpc(place.vpc, subnet.vpc) & same_zone(place.zone, subnet.zone)
                found += [(address, here & there) for address, there in place.gateways]
            _keep_surest(found)
        return next((one for one in found if one[0] != but), ("", Tri.FALSE))

    def _places_of(self, vpc: Link) -> Iterator[_Place]:
        declared, loose = self._places
        yield from loose
        if vpc.only:
            yield from declared.get(vpc.only, ())
        else:
            for places in declared.values():
                yield from places

    @cached_property
    def _places(self) -> tuple[Mapping[str, list[_Place]], list[_Place]]:
        """By the address of the VPC, and those whose VPC is not certain."""
        places: dict[Hashable, _Place] = {}
        for nat in self.zonal.values():
            if isinstance(nat.element, NatGateway):
                vpc = nat.home.vpc if nat.home else _ELSEWHERE
                place = places.setdefault((key_of(vpc), key_of(nat.zone)), _Place(vpc, nat.zone))
                place.add(nat.address, ~nat.element.private & nat.element.resource.exists)
        declared: defaultdict[str, list[_Place]] = defaultdict(list)
        loose: list[_Place] = []
        for place in places.values():
            (declared[place.vpc.only] if place.vpc.only else loose).append(place)
        return declared, loose


def _keep_surest(gateways: list[tuple[str, Tri]]) -> None:
    """Of gateways that may be there, the two that are most certain to be: one counts where the other is left out."""
    likely = [one for one in gateways if one[1] is not Tri.FALSE]
    gateways[:] = sorted(likely, key=lambda one: one[1] is not Tri.TRUE)[:2]


def _targets(routes: tuple[Route, ...]) -> tuple[tuple[str, ...], bool]:
    """What routes may lead to, each once, and whether one of them may lead anywhere."""
    targets = dict.fromkeys(target for route in routes for target in route.target.targets)
    return tuple(targets), any(route.target.anything for route in routes)


def key_of(value: Value | Link) -> Hashable:
    """The same for equal values; a value that holds a mapping is like no other."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    return value
