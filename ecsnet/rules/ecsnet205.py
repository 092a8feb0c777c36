"""ECSNET205: the internet reaches the dynamic ports that bridge tasks take of their container instances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from ecsnet.findings import Finding, Level, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.addresses import Range, intersect, size
from ecsnet.network.exposure import deciding
from ecsnet.network.hosts import ContainerHosts, container_hosts
from ecsnet.network.interfaces import of_hosts
from ecsnet.network.model import IngressRule, Workload
from ecsnet.network.passage import Doubt, Reach
from ecsnet.network.reachability import Opening, ingress
from ecsnet.network.tenants import DynamicPorts, Tenancy, dynamic_ports, tenancy
from ecsnet.options import Options
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.rules import ecsnet201, openings
from ecsnet.rules.proof import distinct, listing
from ecsnet.values import Tri

_EPHEMERAL: Range = (32768, 65536)
_MANY = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class _Exposed:
    """Container instances on which the internet reaches, or may reach, many ephemeral ports by one ingress rule."""

    hosts: ContainerHosts
    opening: Opening

    @property
    def sure(self) -> bool:
        return self.opening.passage.reach is Reach.REACHED


@dataclass(frozen=True, slots=True, eq=False)
class _Tenant:
    """A workload whose tasks take dynamic ports, or may."""

    workload: Workload
    ports: DynamicPorts
    place: Tenancy

    def takes(self, opening: Opening) -> bool:
        """Whether it takes ports of the protocol that is open."""
        return opening.protocol == "all" or not self.ports.protocols or opening.protocol in self.ports.protocols

    @property
    def doubt(self) -> Doubt | None:
        return self.ports.doubt or self.place.doubt


@dataclass(frozen=True, slots=True, eq=False)
class _Judgement:
    """What is proven of one ingress rule, else why it is not known."""

    proofs: tuple[tuple[_Exposed, _Tenant], ...]
    doubt: Doubt | None


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from openings.judged(network, RULE, _verdicts(network, options))


def offenders(network: Network, options: Options) -> Mapping[IngressRule, _Judgement]:
    """The ingress rules that this rule reports."""
    said = ecsnet201.offenders(network, options)
    return {rule: one for rule, one in network.derived(_judgements).items() if one.proofs and rule not in said}


def _verdicts(network: Network, options: Options) -> Iterator[Verdict]:
    found, said = offenders(network, options), ecsnet201.offenders(network, options)
    for rule, one in network.derived(_judgements).items():
        if rule in found:
            yield _finding(network, rule, one)
        elif one.doubt is not None and rule not in said:
            yield Undecided(RULE, rule.resource, one.doubt.reason, rule.span(""))


def _judgements(network: Network) -> Mapping[IngressRule, _Judgement]:
    tenants, loose = _tenants(network)
    found: dict[IngressRule, _Judgement] = {}
    for rule, exposures in _exposures(network).items() if tenants or loose else ():
        reached = {exposed.hosts.hosts for exposed in exposures if exposed.sure}
        proofs: list[tuple[_Exposed, _Tenant]] = []
        doubts: list[Doubt] = []
        for exposed in exposures:
            passage = exposed.opening.passage
            for tenant in (*tenants[exposed.hosts.hosts.address], *loose):
                if not tenant.takes(exposed.opening):
                    continue
                runs = tenant not in loose and tenant.ports.given is Tri.TRUE
                there = tenant.place.each or all(hosts.hosts in reached for hosts in tenant.place.hosts)
                if exposed.sure and runs and there:
                    proofs.append((exposed, tenant))
                elif passage.reason:
                    doubts.append(Doubt(passage.reason, passage.span or rule.span("")))
                else:
                    reason = f"which container instances run the tasks of {tenant.workload.address} is not certain"
                    doubts.append(tenant.doubt or Doubt(reason, tenant.workload.span()))
        found[rule] = _Judgement(tuple(proofs), doubts[0] if doubts else None)
    return found


def _tenants(network: Network) -> tuple[defaultdict[str, list[_Tenant]], list[_Tenant]]:
    """Workloads with dynamic ports by the instances they run on; and those that may run on any."""
    found: defaultdict[str, list[_Tenant]] = defaultdict(list)
    loose: list[_Tenant] = []
    for workload in network.all(Workload):
        ports = dynamic_ports(network, workload)
        if ports.given is Tri.FALSE:
            continue
        tenant = _Tenant(workload, ports, tenancy(network, workload))
        for hosts in tenant.place.hosts:
            found[hosts.hosts.address].append(tenant)
        if tenant.place.doubt and not loose:
            loose.append(_Tenant(workload, ports, Tenancy(doubt=tenant.place.doubt)))
    return found, loose


def _exposures(network: Network) -> Mapping[IngressRule, list[_Exposed]]:
    found: defaultdict[IngressRule, list[_Exposed]] = defaultdict(list)
    for hosts in container_hosts(network):
        for placement in of_hosts(network, hosts):
            for opening in ingress(network, placement):
                if opening.rule is not None and opening.protocol in ("tcp", "udp", "all"):
                    if size(intersect(opening.ports, [_EPHEMERAL])) >= _MANY:
                        found[opening.rule].append(_Exposed(hosts, opening))
    return found


def _finding(network: Network, rule: IngressRule, one: _Judgement) -> Finding:
    group, address = openings.group_of(network, rule)
    source, alone = deciding(rule)
    exposed, _ = one.proofs[0]
    ports = openings.ranges(intersect(exposed.opening.ports, [_EPHEMERAL]))
    protocol = "TCP and UDP" if exposed.opening.protocol == "all" else exposed.opening.protocol.upper()
    admits = openings.admitted(source, alone)
    hops = openings.declared(rule, group, source, admits, openings.ports_of(rule, f"{protocol} {ports}"))
    for found, tenant in one.proofs:
        hops += (*found.hosts.evidence, *found.opening.passage.hops)
        hops += (*tenant.place.hops, Hop(tenant.workload.address, "runs tasks there", tenant.workload.span()))
        hops += tenant.ports.hops
    instances = listing(dict.fromkeys(found.hosts.hosts.address for found, _ in one.proofs))
    workloads = listing(dict.fromkeys(tenant.workload.address for _, tenant in one.proofs))
    message = (
        f"{address} lets {admits} reach {protocol} {ports} of the container instances of {instances}, "
        f"and with that every dynamic port of the bridge tasks of {workloads}"
    )
    fix = RULE.fix[rule.resource.language]
    return Finding(RULE, RULE.level, rule.resource, message, rule.span(source.field), distinct(hops), fix)


RULE = Rule(
    id="ECSNET205",
    name="dynamic-host-ports-open-to-internet",
    level=Level.WARNING,
    summary="The internet reaches the dynamic host ports of bridge tasks on container instances",
    why=(
        "A bridge task that maps its port to host port 0, or to none, gets one of the instance's ephemeral ports "
        "(32768 to 65535), so somebody opened them all. Only the load balancer has to reach them. Open to the world, "
        "every container on the instance is reached directly, past the load balancer with its TLS, its "
        "authentication and its firewall, and so is whatever else listens there."
    ),
    fix={
        "terraform": (
            "Admit the load balancer's security group in place of addresses:\n\n"
            "    ingress {\n"
            '      protocol        = "tcp"\n'
            "      from_port       = 32768\n"
            "      to_port         = 65535\n"
            "      security_groups = [aws_security_group.lb.id]\n"
            "    }"
        ),
        "cloudformation": (
            "Admit the load balancer's security group in place of addresses:\n\n"
            "    - IpProtocol: tcp\n"
            "      FromPort: 32768\n"
            "      ToPort: 65535\n"
            "      SourceSecurityGroupId: !Ref LoadBalancerSecurityGroup"
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-networkmode-bridge.html",
        "Security Hub EC2.18",
    ),
    check=check,
    yields_to=("ECSNET201",),
)
