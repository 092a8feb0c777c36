"""From values to the declared resources they name, and to the three-valued settings of the model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from functools import cached_property

from ecsnet.deadline import check
from ecsnet.network.model import Element, Link, Links
from ecsnet.records import dataclass, replace
from ecsnet.resources import Configuration, Hole, Resource
from ecsnet.values import Encoded, Reference, Several, Text, Tri, Unknown, Value, references

MAIN = "#main"
"""After a VPC's address: its main route table, where nothing else is declared to be that."""

_OF_VPC = {"DefaultSecurityGroup": "AWS::EC2::SecurityGroup", "DefaultNetworkAcl": "AWS::EC2::NetworkAcl"}
"""Attributes of a VPC in CloudFormation that name what AWS makes with it: these go by the VPC's address."""

_MAIN_TABLE_ATTRIBUTES = frozenset({"main_route_table_id", "default_route_table_id"})
_ADOPTERS: Mapping[str, tuple[str, str]] = {
    "default_security_group_id": ("aws_default_security_group", "vpc_id"),
    "default_network_acl_id": ("aws_default_network_acl", "default_network_acl_id"),
}
"""For what a VPC comes with: the type of the resource that takes it over, and the argument that says of which VPC."""


@dataclass(frozen=True)
class Linker:
    """Resolves values against the resources of one configuration."""

    configuration: Configuration

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        types: dict[str, list[Resource]] = {}
        for resource in self.configuration.resources.values():
            types.setdefault(resource.type, []).append(resource)
        return {name: tuple(resources) for name, resources in types.items()}

    def of_types(self, types: Collection[str]) -> tuple[Resource, ...]:
        """Every declared resource of the types."""
        return tuple(resource for name in types for resource in self._by_type.get(name, ()))

    def type_of(self, address: str) -> str:
        """Of a resource that is not listed, since the network has no use for it, what its Terraform address says."""
        resource = self.configuration.resources.get(address)
        if resource:
            return resource.type
        return next((word for word in address.partition("[")[0].split(".") if word.startswith("aws_")), "")

    def link(self, value: Value, types: Collection[str]) -> Link:
        """The resource of one of ``types`` that ``value`` names."""
        check()
        if value is None or value == "":
            return Link()
        if isinstance(value, Reference):
            return self._reference(value, types)
        if isinstance(value, Unknown):
            if value.candidates is None:
                return Link(value, anything=True, elsewhere=True)
            return self._either(value, types)
        if isinstance(value, Text):
            # An ARN or a list put together around the id.
            named = [self.link(part, types) for part in value.parts if isinstance(part, Reference)]
            if len(named) == 1 and named[0].only:
                return Link(value, named[0].targets)
            return Link(value, elsewhere=True, anything=True)
        return Link(value, elsewhere=True, anything=isinstance(value, (Several, Encoded)))

    def strategy(self, value: Value, argument: str, types: Collection[str], name: str) -> Links:
        """The capacity providers of a strategy that run tasks, each under ``argument``.

        FARGATE and FARGATE_SPOT are values only.
        """
        items = listed(value)
        if any(not isinstance(element, Mapping) for element in items):
            return Links(complete=False, reason="the capacity provider strategy is unknown")
        running = [element for element in items if not _is_idle(element)] or items
        return Links(tuple(self.named(field(element, argument), types, name) for element in running))

    def task_definition(self, value: Value, types: Collection[str], family: str) -> Link:
        """The task definition of an ARN, a family, or ``family:revision``."""
        known = _family(value)
        return self.named(value if known is None else known, types, family)

    def named(self, value: Value, types: Collection[str], attribute: str) -> Link:
        """The same where resources go by their names too: by ``attribute``, where a value is not a reference."""
        link = self.link(value, types)
        if link.targets or not isinstance(value, (str, Text, Unknown)):
            return link
        name = _name(value)
        for kind in types if name is not None else ():
            address = self._by_name(kind, attribute).get(name)
            if address:
                return Link(value, (address,))
        return link

    def _by_name(self, kind: str, attribute: str) -> Mapping[Hashable, str]:
        """The first resource of a type with each name. Kept: in a large configuration every service asks for one."""
        if (kind, attribute) not in self._names:
            names: dict[Hashable, str] = {}
            for resource in self._by_type.get(kind, ()):
                names.setdefault(_name(resource.get(attribute)), resource.address)
            self._names[kind, attribute] = names
        return self._names[kind, attribute]

    @cached_property
    def _names(self) -> dict[tuple[str, str], Mapping[Hashable, str]]:
        return {}

    def names_aws_prefix_list(self, value: Value) -> bool:
        """Whether a value names a prefix list of AWS's own: looked up by name, or that of a gateway endpoint."""
        if not isinstance(value, Reference):
            return False
        if value.attribute == "prefix_list_id":
            return self.type_of(value.target) in ("aws_vpc_endpoint", "data.aws_vpc_endpoint")
        resource = self.configuration.resources.get(value.target)
        if resource is None or resource.type not in ("data.aws_ec2_managed_prefix_list", "data.aws_prefix_list"):
            return False
        name = resource.get("name")
        known = name.parts[0] if isinstance(name, Text) else name
        return isinstance(known, str) and known.startswith("com.amazonaws.")

    def links(self, value: Value, types: Collection[str]) -> Links:
        """The resources that a list names, or one value where a list is meant."""
        if value is None:
            return Links()
        if isinstance(value, Unknown) and value.candidates is not None:
            items = [link for candidate in value.candidates for link in self.links(candidate, types).items]
            return Links(tuple(map(_maybe, items)), complete=False, reason=value.reason)
        if isinstance(value, (Unknown, Reference, Text)) or not isinstance(value, tuple):
            link = self.link(value, types)
            return Links((link,), complete=link.only is not None, reason=reason_of(value))
        found: list[Link] = []
        complete, reason = True, ""
        for element in value:
            inner = element.element if isinstance(element, Several) else element
            link = self.link(inner, types)
            if isinstance(element, Several) and not self._every_instance(link):
                complete, reason = False, reason or "the number of elements is unknown"
                link = _maybe(link) if link.is_set else link
            elif isinstance(inner, Unknown):
                complete, reason = False, reason or inner.reason
            if link.is_set:
                found.append(link)
        return Links(tuple(found), complete, reason)

    def _every_instance(self, link: Link) -> bool:
        """All instances of a resource of unknown multiplicity are meant: how many there are does not matter."""
        resource = self.configuration.resources.get(link.only or "")
        return resource is not None and (resource.many or resource.exists is Tri.UNKNOWN)

    def _reference(self, value: Reference, types: Collection[str]) -> Link:
        if value.attribute in _MAIN_TABLE_ATTRIBUTES and "aws_route_table" in types:
            return Link(value, (value.target + MAIN,))
        resource = self.configuration.resources.get(value.target)
        if resource is None:
            return Link(value, elsewhere=True, anything=True)
        if resource.type in types or (resource.type == "AWS::EC2::VPC" and _OF_VPC.get(value.attribute) in types):
            return Link(value, (value.target,))
        adopter = self._adopter(value, types)
        if adopter is not None:
            return Link(value, (adopter.address,), elsewhere=adopter.exists is not Tri.TRUE)
        if resource.type.startswith("data."):
            # A look-up finds what exists before deployment, unless it looks for something declared here.
            return Link(value, elsewhere=True, anything=any(references(resource.get())))
        return Link(value, elsewhere=True)

    def _adopter(self, value: Reference, types: Collection[str]) -> Resource | None:
        kind, argument = _ADOPTERS.get(value.attribute, ("", ""))
        if kind in types:
            for resource in self.of_types((kind,)):
                vpc = resource.get(argument)
                if isinstance(vpc, Reference) and vpc.target == value.target:
                    return resource
        return None

    def _either(self, value: Unknown, types: Collection[str]) -> Link:
        targets: dict[str, None] = {}
        elsewhere = anything = False
        for candidate in value.candidates or ():
            link = self.link(candidate, types)
            targets.update(dict.fromkeys(link.targets))
            elsewhere |= link.elsewhere or not link.is_set
            anything |= link.anything
        return Link(value, tuple(targets), elsewhere, anything)


def _family(value: Value) -> str | None:
    """Of ``family:revision``, where the revision may be unknown, or of an ARN put together around a known family.

    A task definition is always of the workload's own account and Region, whatever stands there.
    """
    if isinstance(value, str):
        return None if value.startswith("arn:") else value.partition(":")[0]
    if not isinstance(value, Text):
        return None
    first, last = value.parts[0], value.parts[-1]
    if isinstance(first, str) and ":" in first and not first.startswith("arn:"):
        return first.partition(":")[0]
    if isinstance(last, str) and isinstance(first, str) and "task-definition/" in last:
        return last.rpartition("task-definition/")[2].partition(":")[0]
    return None


def _is_idle(provider: Value) -> bool:
    """Whether an item of a strategy certainly has neither weight nor base: beside one that has, it never runs tasks.

    At least one has a weight, or AWS refuses the strategy; one that is not given is 0.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
    """
    names = (("weight", "Weight"), ("base", "Base"))
    given = [next(filter(None, (field(provider, name) for name in pair)), None) for pair in names]
    return all(value is None or str(value) == "0" for value in given)


def _name(value: Value) -> Hashable | None:
    """The same for two names that are provably equal, else different; ``None`` for one that equals no other."""
    if isinstance(value, Unknown):
        return (value.symbol,) if value.symbol else None
    if isinstance(value, Reference):
        index = value.index if value.index is None or isinstance(value.index, (str, int)) else _name(value.index)
        return None if index is None and value.index is not None else (value.target, value.attribute, index)
    if isinstance(value, Text):
        parts = tuple(_name(part) for part in value.parts)
        return None if None in parts else parts
    return value if isinstance(value, str) else None


def _maybe(link: Link) -> Link:
    """A link that may not be there: nothing that it names is certain."""
    return replace(link, elsewhere=True)


Reader = Callable[[Resource, Linker], Iterator[Element]]
"""What one resource declares of the network."""


def reason_of(value: Value) -> str:
    """Why a value is not known, for people."""
    if isinstance(value, Unknown):
        return value.reason
    if isinstance(value, Reference):
        return f"{value.target}.{value.attribute} is known only after deployment"
    return "known only after deployment"


def unseen(hole: Hole) -> str:
    """What cannot be seen, for people: the module, or the place of the root that could not be read."""
    return hole.address or f"{hole.span.file}:{hole.span.start_line}"


_TRUE = frozenset({"true", "enabled", "enable", "1"})
_FALSE = frozenset({"false", "disabled", "disable", "0"})


def setting(value: Value, default: Tri = Tri.FALSE) -> Tri:
    """A switch: a bool, the word for one (``"true"``, ``ENABLED``), or ``default`` where it is not set."""
    if value is None or value == "":
        return default
    if isinstance(value, bool):
        return Tri.of(value)
    if isinstance(value, str):
        word = value.lower()
        return Tri.TRUE if word in _TRUE else Tri.FALSE if word in _FALSE else Tri.UNKNOWN
    if isinstance(value, Unknown) and value.candidates:
        results = {setting(candidate, default) for candidate in value.candidates}
        if len(results) == 1:
            return results.pop()
    return Tri.UNKNOWN


def one_of(value: Value, *words: str) -> Tri:
    """Whether a value is one of ``words``, whatever their case; false where it is not set."""
    if value is None:
        return Tri.FALSE
    if isinstance(value, str):
        return Tri.of(value.lower() in words)
    if isinstance(value, Unknown) and value.candidates:
        results = {one_of(candidate, *words) for candidate in value.candidates}
        if len(results) == 1:
            return results.pop()
    return Tri.UNKNOWN


def listed(value: Value) -> tuple[Value, ...]:
    """The elements of a list; a value on its own is a list of one, null is none."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, tuple) else (value,)


def field(value: Value, name: str) -> Value:
    """An attribute of a mapping that may be unknown."""
    if isinstance(value, Several):
        value = value.element
    if isinstance(value, Mapping):
        return value.get(name)
    return None if value is None else Unknown(reason_of(value))
