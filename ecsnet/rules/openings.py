"""What rules about ports that the internet reaches have in common: how they judge ingress rules and word it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ecsnet.findings import Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.addresses import ALL_PROTOCOLS, Range, admits_tcp, port_number
from ecsnet.network.exposure import Ports, Source
from ecsnet.network.links import reason_of
from ecsnet.network.model import IngressRule, SecurityGroup, Vpc
from ecsnet.options import Options
from ecsnet.resources import Hop, Resource
from ecsnet.rules.proof import calls, listing, settled
from ecsnet.values import Tri, Unknown, Value

_SHOWN = 3
_SERVICES = {(3389, 3389): "RDP {}", (2375, 2376): "Docker {}", (51678, 51680): "the ECS agent's {}"}


def judged(network: Network, rule: Rule, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Verdicts on ingress rules, one undecided at most for a resource; what declares others, or a group, passes.

    The default group that AWS makes with a VPC, which the VPC's resource stands for, is nobody's to judge.
    """
    found: list[Verdict] = []
    doubtful: set[Resource] = set()
    for verdict in verdicts:
        if isinstance(verdict, Undecided):
            if verdict.resource in doubtful:
                continue
            doubtful.add(verdict.resource)
        found.append(verdict)
    nobodys = {vpc.resource for vpc in network.all(Vpc)}
    others = (*network.all(IngressRule), *network.all(SecurityGroup))
    found += (Passed(rule, element.resource) for element in others if element.resource not in nobodys)
    yield from settled(found)


def undecided(rule: Rule, ingress: IngressRule, source: Source | None) -> Undecided:
    """Why it is not known whether an ingress rule lets the internet in."""
    if source is not None and not isinstance(source.value, str):
        reason = f"the source: {reason_of(source.value)}"
        return Undecided(rule, ingress.resource, reason, ingress.span(source.field))
    if source is not None and not source.certain:
        reason = f"whether {source.value} is among its sources is not in the configuration"
        return Undecided(rule, ingress.resource, reason, ingress.span(source.field))
    if not ingress.certain:
        reason = "whether the rule is there is not in the configuration"
        return Undecided(rule, ingress.resource, reason, ingress.span(""))
    reason = "its protocol or ports are not in the configuration"
    return Undecided(rule, ingress.resource, reason, ingress.span("ports"))


def group_of(network: Network, ingress: IngressRule) -> tuple[SecurityGroup | None, str]:
    """The group of an ingress rule, and what it goes by."""
    group = network.get(SecurityGroup, ingress.group.only)
    if group is not None:
        return group, group.address
    return None, ingress.group.value if isinstance(ingress.group.value, str) else ingress.address


def admitted(source: Source, alone: bool) -> str:
    """What a rule admits, for people."""
    return shown(source.value) if alone else f"{shown(source.value)}, with the group's other rules,"


def shown(value: Value) -> str:
    """A source that is known, or each of those it may be."""
    if isinstance(value, Unknown):
        return " or ".join(dict.fromkeys(map(shown, value.candidates or ()))) or value.reason
    return str(value)


def declared(ingress: IngressRule, group: SecurityGroup | None, source: Source, admits: str, to: str) -> list[Hop]:
    """The calls that declare an ingress rule, the rule itself, and its group where that is a resource of its own."""
    hops = [*calls(ingress), Hop(ingress.address, f"admits {admits} to {to}", ingress.span(source.field))]
    if group is not None and group.resource is not ingress.resource:
        hops.append(Hop(group.address, "is the group that the rule belongs to", group.span()))
    return hops


def ports_of(ingress: IngressRule, otherwise: str) -> str:
    """The ports of an ingress rule; ``otherwise`` where they are not known or one."""
    if str(ingress.protocol).lower() in ALL_PROTOCOLS:
        return "all ports"
    first, last = port_number(ingress.from_port), port_number(ingress.to_port)
    return f"TCP {first}-{last}" if first != last and None not in (first, last) else otherwise


def admin_services(ingress: IngressRule, options: Options) -> list[str]:
    """The administration ports that an ingress rule is certainly about, each range by the name of its service."""
    return [name for ports in options.admin_ports if (name := _service(ingress, ports))]


def _service(ingress: IngressRule, ports: Ports) -> str:
    if admits_tcp(ingress.protocol, ingress.from_port, ingress.to_port, *ports) is not Tri.TRUE:
        return ""
    first, last = ports
    low, high = port_number(ingress.from_port), port_number(ingress.to_port)
    if low is not None and high is not None and str(ingress.protocol).lower() not in ALL_PROTOCOLS and high >= low >= 0:
        first, last = max(first, low), min(last, high)
    service = _SERVICES.get(ports, "TCP {}")
    return service.format(first if first == last else f"{first}-{last}")


def ranges(ports: Iterable[Range]) -> str:
    """Half-open ranges of ports for people, at most three."""
    shown = [str(first) if end == first + 1 else f"{first}-{end - 1}" for first, end in ports]
    return listing(shown if len(shown) <= _SHOWN else [*shown[:_SHOWN], f"{len(shown) - _SHOWN} more ranges"])
