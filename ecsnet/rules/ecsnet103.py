"""ECSNET103: container instances get no public IPv4 address in a public subnet."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.endpoints import serving
from ecsnet.network.hosts import ContainerHosts, container_hosts
from ecsnet.network.interfaces import Placement, of_hosts, of_provider
from ecsnet.network.model import Capacity, CapacityProvider
from ecsnet.network.needs import INTERNET, of_instances
from ecsnet.network.passage import Doubt
from ecsnet.network.routing import SubnetClass
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.addressed import Found, find, path, unsettled
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Span, Tri


def check(network: Network, options: Options) -> Iterator[Verdict]:
    for hosts in container_hosts(network):
        yield _judge(network, hosts, of_hosts(network, hosts), hosts.evidence)
    for group, doubt in unsettled(network, (SubnetClass.PUBLIC,)):
        yield Undecided(RULE, group.resource, *_told(doubt)) if doubt else Passed(RULE, group.resource)
    for provider in network.all(CapacityProvider):
        if provider.capacity is Capacity.MANAGED_INSTANCES:
            yield _judge(network, provider, of_provider(network, provider), ())


def _judge(
    network: Network,
    instances: ContainerHosts | CapacityProvider,
    placements: tuple[Placement, ...],
    evidence: tuple[Hop, ...],
) -> Verdict:
    found, doubts = find(network, placements, (SubnetClass.PUBLIC,), Tri.FALSE)
    cut: list[Found] = []
    for one in found:
        served, doubt = _served(network, instances, one.placement)
        if served is Tri.FALSE:
            cut.append(one)
        elif doubt:
            doubts += (doubt,)
    owner = instances.hosts if isinstance(instances, ContainerHosts) else instances
    if not cut:
        return Undecided(RULE, owner.resource, *_told(doubts[0])) if doubts else Passed(RULE, owner.resource)
    subnets = listing(dict.fromkeys(one.subnet for one in cut))
    gateways = listing(dict.fromkeys(one.way.target or "the internet gateway" for one in cut))
    managed = isinstance(instances, CapacityProvider)
    kind, modes = ("Managed Instances", "host") if managed else ("container instances", "bridge and host")
    message = (
        f"{owner.address} launches {kind} in {subnets} without a public IPv4 address, so {gateways} drops their "
        f"traffic to the internet: the ECS agent, image pulls and {modes} tasks have no way out"
    )
    cause = cut[0].placement.ipv4.hop.resource
    hops = distinct((*calls(owner), *evidence, *path(cut)))
    fix = RULE.fix[owner.resource.language]
    return Finding(RULE, RULE.level, owner.resource, message, owner.span("subnets"), hops, fix, cause=cause)


def _told(doubt: Doubt) -> tuple[str, Span]:
    return doubt.reason, doubt.span


def _served(
    network: Network, instances: ContainerHosts | CapacityProvider, placement: Placement
) -> tuple[Tri, Doubt | None]:
    """Whether VPC endpoints that are declared give the instances all that ECS needs, so that no internet is missed."""
    needs = of_instances(network, instances)
    doubts = list(needs.doubts)
    for need in needs.certain:
        service = serving(network, placement, need.service)
        if need.service == INTERNET or service.served is Tri.FALSE or service.endpoint is None:
            return Tri.FALSE, None
        if service.served is Tri.UNKNOWN:
            doubts.insert(0, Doubt(service.reason, service.span or service.endpoint.span()))
    return (Tri.UNKNOWN, doubts[0]) if doubts else (Tri.TRUE, None)


RULE = Rule(
    id="ECSNET103",
    name="container-instance-without-public-ip",
    level=Level.ERROR,
    summary="Container instances in a public subnet get no public IPv4 address",
    why=(
        "An internet gateway serves only interfaces that have a public IPv4 address. A container instance without one, "
        "in a subnet whose way out is an internet gateway, reaches nothing: its ECS agent does not register with the "
        "cluster, images are not pulled, logs are not shipped, and tasks in bridge and host mode, which use the "
        "instance's address, have no internet either. The Auto Scaling group is healthy while the cluster stays "
        "empty. ECS Managed Instances take a public address from the subnet's setting alone."
    ),
    fix={
        "terraform": (
            "Put the instances into subnets whose internet route is a NAT gateway (or that have VPC endpoints for all "
            "that they need), which keeps them off the internet:\n\n"
            '    resource "aws_autoscaling_group" "ecs" {\n'
            "      vpc_zone_identifier = aws_subnet.private[*].id\n"
            "    }\n\n"
            "or give them public addresses:\n\n"
            '    resource "aws_launch_template" "ecs" {\n'
            "      network_interfaces {\n"
            "        associate_public_ip_address = true\n"
            "        security_groups             = [aws_security_group.ecs.id]\n"
            "      }\n"
            "    }\n\n"
            "For ECS Managed Instances that is map_public_ip_on_launch = true of the subnet."
        ),
        "cloudformation": (
            "Put the instances into subnets whose internet route is a NAT gateway (or that have VPC endpoints for all "
            "that they need), which keeps them off the internet:\n\n"
            "    AutoScalingGroup:\n"
            "      Type: AWS::AutoScaling::AutoScalingGroup\n"
            "      Properties:\n"
            "        VPCZoneIdentifier: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]\n\n"
            "or give them public addresses:\n\n"
            "    LaunchTemplate:\n"
            "      Type: AWS::EC2::LaunchTemplate\n"
            "      Properties:\n"
            "        LaunchTemplateData:\n"
            "          NetworkInterfaces:\n"
            "            - DeviceIndex: 0\n"
            "              AssociatePublicIpAddress: true\n"
            "              Groups: [!Ref InstanceGroup]\n\n"
            "For ECS Managed Instances that is MapPublicIpOnLaunch: true of the subnet."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_container_instance.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-awsvpc-mode.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html",
        "Security Hub EC2.9 and EC2.25 forbid public addresses: with these, use a NAT gateway or VPC endpoints",
    ),
    check=check,
)
