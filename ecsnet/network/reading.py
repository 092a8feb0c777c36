"""What the readers of both languages share: steps into nested values, and the form of a route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from ecsnet.network.links import Linker, field, listed, reason_of, setting
from ecsnet.network.model import GroupRule, Link, Links, Route, TargetKind
from ecsnet.network.prefixes import prefix_list_cidrs
from ecsnet.records import dataclass, replace
from ecsnet.resources import Path, Resource, item
from ecsnet.values import Key, Reference, Several, Tri, Unknown, Value


def blocks(resource: Resource, name: str) -> Iterator[tuple[Value, Path, bool]]:
    """The nested blocks, or objects, of a list: each with its path, and whether it is certain."""
    value = resource.get(name)
    if isinstance(value, tuple):
        for index, block in enumerate(value):
            yield from _alternatives(block, (name, index))
    else:
        yield from _alternatives(value, (name,))


def _alternatives(value: Value, path: Path) -> Iterator[tuple[Value, Path, bool]]:
    """A block; or each of those that it, or the list in its place, may turn out to be."""
    inner = value.element if isinstance(value, Several) else value
    if isinstance(inner, Unknown) and inner.candidates is not None:
        for candidate in inner.candidates:
            for block in listed(candidate):
                yield from ((found, path, False) for found, _, _ in _alternatives(block, path))
    elif inner is not None:
        yield inner, path, isinstance(inner, Mapping) and inner is value


def within(value: Value, *path: str | int) -> Value:
    """Several steps into a value that may be unknown; a block of which there may be several stands for each."""
    for step in path:
        value = field(value, step) if isinstance(step, str) else item(value, step)
    return value.element if isinstance(value, Several) else value


@dataclass(frozen=True, slots=True)
class RouteForm:
    """The names that a language gives a route's arguments, and the types of what they may name."""

    cidr4: str
    cidr6: str
    prefix_list: str
    gateway: str
    targets: Mapping[str, TargetKind]
    gateways: frozenset[str]
    nat_gateways: frozenset[str]
    interfaces: frozenset[str]


def route(
    form: RouteForm,
    resource: Resource,
    linker: Linker,
    table: Link,
    value: Value,
    path: Path = (),
    certain: bool = True,
) -> Route:
    """The route that ``value``, at ``path`` of the resource, puts into ``table``."""
    cidrs = [field(value, form.cidr4), field(value, form.cidr6)]
    cidrs += prefix_list_cidrs(field(value, form.prefix_list), linker)
    kind, target, name = _target(form, value, linker)
    return Route(
        resource,
        {"target": (*path, name) if name else path, "destination": (*path, form.cidr4)},
        table=table,
        cidrs=tuple(cidr for cidr in cidrs if cidr is not None and cidr != ""),
        kind=kind,
        target=target,
        certain=certain,
    )


def _target(form: RouteForm, value: Value, linker: Linker) -> tuple[TargetKind, Link, str]:
    """The target's kind, the target, and the argument that names it."""
    named = {name: field(value, name) for name in (form.gateway, *form.targets)}
    named = {name: target for name, target in named.items() if target is not None and target != ""}
    if len(named) != 1:
        # Of several that are unknown, all but one are null; which one is not to be told.
        declared = form.gateways | form.nat_gateways | form.interfaces
        links = [linker.link(value, declared) for value in named.values()]
        targets = dict.fromkeys(address for link in links for address in link.targets)
        anything = not links or any(link.anything for link in links)
        return TargetKind.UNKNOWN, Link(None, tuple(targets), True, anything), next(iter(named), "")
    [(name, target)] = named.items()
    if isinstance(target, Unknown) and target.candidates is not None and None in target.candidates:
        return TargetKind.UNKNOWN, linker.link(target, form.nat_gateways | form.gateways), name
    if name == form.gateway:
        return (*_gateway(form, target, linker), name)
    kind = form.targets[name]
    types = {TargetKind.NAT_GATEWAY: form.nat_gateways, TargetKind.NAT_INSTANCE: form.interfaces}
    return kind, linker.link(target, types.get(kind, frozenset())), name


_OTHER_GATEWAYS = ("vgw-", "vpce-", "eigw-", "tgw-", "pcx-", "cagw-", "lgw-")


def _gateway(form: RouteForm, target: Value, linker: Linker) -> tuple[TargetKind, Link]:
    """A gateway's kind, by what is declared or by the prefix of its id."""
    link = linker.link(target, form.gateways)
    if isinstance(target, str):
        if target == "local" or target.startswith(_OTHER_GATEWAYS):
            return TargetKind.OTHER, link
        return (TargetKind.INTERNET_GATEWAY if target.startswith("igw-") else TargetKind.UNKNOWN), link
    if link.targets and not link.elsewhere:
        return TargetKind.INTERNET_GATEWAY, link
    if isinstance(target, Reference):
        kind = linker.type_of(target.target)
        if kind == "data.aws_internet_gateway":
            return TargetKind.INTERNET_GATEWAY, link
        return (TargetKind.UNKNOWN if kind.startswith("data.") or not kind else TargetKind.OTHER), link
    return TargetKind.UNKNOWN, link


@dataclass(frozen=True, slots=True)
class RuleForm:
    """The names that a language gives the arguments of a security group's rule.

    ``peers``: those that name other groups; ``itself``: the switch for the rule's own group, if there is one.
    """

    cidrs4: str
    cidrs6: str
    prefix_lists: str
    peers: tuple[str, ...]
    itself: str | None
    protocol: str
    from_port: str
    to_port: str
    groups: frozenset[str]


G = TypeVar("G", bound=GroupRule)


def group_rule(
    kind: type[G],
    form: RuleForm,
    resource: Resource,
    linker: Linker,
    group: Link,
    value: Value,
    path: Path = (),
    certain: bool = True,
) -> G:
    """The rule that ``value``, at ``path`` of the resource, puts into ``group``."""
    return kind(
        resource,
        {
            "": path,
            "cidrs4": (*path, form.cidrs4),
            "cidrs6": (*path, form.cidrs6),
            "cidrs_listed": (*path, form.prefix_lists),
            "ports": (*path, form.from_port),
        },
        group=group,
        protocol=field(value, form.protocol),
        from_port=field(value, form.from_port),
        to_port=field(value, form.to_port),
        cidrs4=field(value, form.cidrs4),
        cidrs6=field(value, form.cidrs6),
        cidrs_listed=tuple(prefix_list_cidrs(field(value, form.prefix_lists), linker)),
        of_aws=any(linker.names_aws_prefix_list(item) for item in listed(field(value, form.prefix_lists))),
        peers=_peers(form, linker, group, value),
        certain=certain,
    )


def _peers(form: RuleForm, linker: Linker, group: Link, value: Value) -> Links:
    named = [peer for name in form.peers for peer in listed(field(value, name)) if peer != ""]
    found = linker.links(tuple(named), form.groups)
    own = setting(field(value, form.itself)) if form.itself else Tri.FALSE
    if own is Tri.UNKNOWN:
        return replace(found, complete=False, reason="whether it admits its own group is not in the configuration")
    return replace(found, items=(*found.items, group)) if own is Tri.TRUE else found


def tag_mapping(value: Value) -> Value:
    """A list of ``Key`` and ``Value`` as a mapping; unknown where a key is."""
    if value is None or isinstance(value, (Mapping, Unknown)):
        return value
    found: dict[Key, Value] = {}
    for tag in listed(value):
        inner = tag.element if isinstance(tag, Several) else tag
        key = field(inner, "Key")
        if not isinstance(inner, Mapping) or not isinstance(key, str):
            return Unknown(reason_of(inner if not isinstance(inner, Mapping) else key))
        given = inner.get("Value")
        found[key] = given if inner is tag else Unknown("whether the tag is set is unknown", candidates=(given, None))
    return found
