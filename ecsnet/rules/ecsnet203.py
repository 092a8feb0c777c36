"""ECSNET203: the internet reaches a task on a wide range of ports that none of its containers maps."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.addresses import Range, port_number, size, subtract, union
from ecsnet.network.interfaces import of_workload
from ecsnet.network.model import PortMapping, TaskDefinition, Workload
from ecsnet.network.passage import Doubt, Reach
from ecsnet.network.reachability import Opening, ingress
from ecsnet.options import Options
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.rules import openings
from ecsnet.rules.proof import calls, distinct, listing, settled
from ecsnet.values import Value

_MANY = 1_000
_PROTOCOLS = ("tcp", "udp")


@dataclass(frozen=True, slots=True)
class _Mapped:
    """The ports that containers map: ranges by protocol, and how many single ones are not known.

    ``doubt``: why there may be any number of others.
    """

    ports: dict[str, list[Range]]
    singles: int = 0
    doubt: Doubt | None = None
    hop: Hop | None = None


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from settled(_judge(network, workload) for workload in network.all(Workload))


def _judge(network: Network, workload: Workload) -> Verdict:
    mapped = _mapped(network, workload)
    doubt: Doubt | None = None
    for placement in of_workload(network, workload):
        found = ingress(network, placement)
        reached = [opening for opening in found if opening.passage.reach is Reach.REACHED]
        for protocol in _PROTOCOLS:
            if mapped.doubt is None and size(_unmapped(reached, protocol, mapped)) >= _MANY + mapped.singles:
                return _finding(network, workload, reached, protocol, mapped)
            if doubt is None and size(_unmapped(found, protocol, mapped)) >= _MANY:
                passage = next((one.passage for one in found if one.passage.reach is Reach.UNKNOWN), None)
                unsure = Doubt(passage.reason, passage.span or placement.span) if passage else None
                sure = size(_unmapped(reached, protocol, mapped)) >= _MANY
                doubt = mapped.doubt if sure or unsure is None else unsure
    if doubt is not None:
        return Undecided(RULE, workload.resource, doubt.reason, doubt.span)
    return Passed(RULE, workload.resource)


def _unmapped(found: list[Opening] | tuple[Opening, ...], protocol: str, mapped: _Mapped) -> tuple[Range, ...]:
    ports = [one for opening in found if opening.protocol in (protocol, "all") for one in opening.ports]
    return subtract(ports, mapped.ports[protocol])


def _mapped(network: Network, workload: Workload) -> _Mapped:
    ports: dict[str, list[Range]] = {protocol: [] for protocol in _PROTOCOLS}
    task = network.get(TaskDefinition, workload.task_definition.only)
    if task is None or task.containers is None:
        reason = f"the ports of its containers: {task.reason if task else 'its task definition is not in sight'}"
        return _Mapped(
            ports, doubt=Doubt(reason, task.span("containers") if task else workload.span("task_definition"))
        )
    singles, doubt = 0, None
    for mapping in (mapping for container in task.containers for mapping in container.ports):
        found = _range(mapping.container_port)
        if found is None and mapping.single:
            singles += 1
        elif found is None:
            doubt = Doubt("the ports of its containers are not in the configuration", task.span("containers"))
        else:
            for protocol in _spoken(mapping):
                ports[protocol].append(found)
    hop = Hop(task.address, "says which ports its containers map", task.span("containers"))
    return _Mapped(ports, singles, doubt, hop)


def _spoken(mapping: PortMapping) -> tuple[str, ...]:
    """TCP where it is not given; both where it is not known."""
    if mapping.protocol is None:
        return ("tcp",)
    known = str(mapping.protocol).lower() if isinstance(mapping.protocol, str) else ""
    return (known,) if known in _PROTOCOLS else _PROTOCOLS


def _range(value: Value) -> Range | None:
    """One port, or ``8000-8010``."""
    number = port_number(value)
    if number is not None:
        return number, number + 1
    first, dash, last = value.partition("-") if isinstance(value, str) else ("", "", "")
    low, high = port_number(first), port_number(last)
    return (low, high + 1) if dash and low is not None and high is not None and low <= high else None


def _finding(
    network: Network, workload: Workload, reached: list[Opening], protocol: str, mapped: _Mapped
) -> Finding:  # fmt: skip
    opened = [opening for opening in reached if _unmapped([opening], protocol, mapped)]
    unmapped = union(_unmapped(opened, protocol, mapped))
    rules = list(dict.fromkeys(opening.rule for opening in opened if opening.rule))
    hops = [*calls(workload), *(hop for opening in opened for hop in opening.passage.hops)]
    if mapped.hop is not None:
        hops.append(mapped.hop)
    both = protocol == "tcp" and all(opening.protocol == "all" for opening in opened)
    name = "TCP and UDP ports" if both else f"{protocol.upper()} ports"
    message = (
        f"{workload.address} is reachable from the internet on {size(unmapped)} {name} that none of its containers "
        f"maps ({openings.ranges(unmapped)}), by {listing(dict.fromkeys(rule.address for rule in rules))}"
    )
    fix = RULE.fix[workload.resource.language]
    span, cause = workload.span("groups"), rules[0].address
    return Finding(RULE, RULE.level, workload.resource, message, span, distinct(hops), fix, cause=cause)


RULE = Rule(
    id="ECSNET203",
    name="undeclared-ports-open-to-internet",
    level=Level.WARNING,
    summary="The internet reaches a task on a wide range of ports that none of its containers maps",
    why=(
        "A task with a public address is its own front door. What its containers serve is a port or two; a group that "
        "opens all of them leaves whatever else listens in the task to the internet: a debugger, a metrics or "
        "administration endpoint, the sidecar that somebody adds next year."
    ),
    fix={
        "terraform": (
            "Open the ports that the containers map, and no others:\n\n"
            "    ingress {\n"
            '      protocol    = "tcp"\n'
            "      from_port   = 8080\n"
            "      to_port     = 8080\n"
            '      cidr_blocks = ["0.0.0.0/0"]\n'
            "    }\n\n"
            "Better, put the tasks into private subnets behind a load balancer, and admit its security group only."
        ),
        "cloudformation": (
            "Open the ports that the containers map, and no others:\n\n"
            "    SecurityGroupIngress:\n"
            "      - IpProtocol: tcp\n"
            "        FromPort: 8080\n"
            "        ToPort: 8080\n"
            "        CidrIp: 0.0.0.0/0\n\n"
            "Better, put the tasks into private subnets behind a load balancer, and admit its security group only."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html",
        "Security Hub ECS.2",
        "Security Hub EC2.18",
    ),
    check=check,
)
