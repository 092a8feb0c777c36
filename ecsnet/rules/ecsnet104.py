"""ECSNET104: container instances are given a public IPv4 address where no internet gateway serves it."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Change, Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.hosts import ContainerHosts, container_hosts
from ecsnet.network.interfaces import of_hosts
from ecsnet.network.model import Hosts
from ecsnet.network.routing import SubnetClass
from ecsnet.options import Options
from ecsnet.rules.addressed import Found, find, path, unsettled
from ecsnet.rules.mending import setting
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Tri

_KINDS = (SubnetClass.NAT, SubnetClass.ISOLATED)


def check(network: Network, options: Options) -> Iterator[Verdict]:
    for hosts in container_hosts(network):
        yield _judge(network, hosts)
    for group, doubt in unsettled(network, _KINDS):
        yield Undecided(RULE, group.resource, doubt.reason, doubt.span) if doubt else Passed(RULE, group.resource)


def _judge(network: Network, instances: ContainerHosts) -> Verdict:
    hosts = instances.hosts
    found, doubts = find(network, of_hosts(network, instances), _KINDS, Tri.TRUE)
    if not found and doubts:
        return Undecided(RULE, hosts.resource, doubts[0].reason, doubts[0].span)
    if not found:
        return Passed(RULE, hosts.resource)
    subnets = listing(dict.fromkeys(one.subnet for one in found))
    by = listing(dict.fromkeys(one.placement.ipv4.hop.resource for one in found))
    ways = dict.fromkeys(
        f"leaves through {one.way.target or 'a NAT gateway'}" if one.way.kind is SubnetClass.NAT else "does not leave"
        for one in found
    )
    message = (
        f"{hosts.address} launches container instances in {subnets} with a public IPv4 address ({by}), but no route "
        f"there leads to an internet gateway: traffic to the internet {listing(ways)}, and nothing uses the address, "
        "which is paid for by the hour"
    )
    hops = distinct((*calls(hosts), *instances.evidence, *path(found)))
    cause = found[0].placement.ipv4.hop.resource
    fix = RULE.fix[hosts.resource.language]
    changes = _changes(network, instances, found)
    return Finding(
        RULE, RULE.level, hosts.resource, message, hosts.span("subnets"), hops, fix, cause=cause, changes=changes
    )  # fmt: skip


def _changes(network: Network, instances: ContainerHosts, found: tuple[Found, ...]) -> tuple[Change, ...]:
    """Launch settings of these instances alone, none of which has a use for the address, give none."""
    settings = instances.settings
    users = [hosts for hosts in network.all(Hosts) if hosts.settings.may_be(settings.address)]
    theirs = {one.placement.ipv4.hop.resource for one in found} == {settings.address}
    if len(found) < len(of_hosts(network, instances)) or not theirs or len(users) > 1:
        return ()
    return setting(settings, "public_ip", False)


RULE = Rule(
    id="ECSNET104",
    name="container-instance-public-ip-without-igw-route",
    level=Level.WARNING,
    summary="Container instances in a private subnet are given a public IPv4 address",
    why=(
        "A public IPv4 address works only where the route to the internet is an internet gateway. Behind a NAT gateway "
        "traffic leaves by the gateway's address, and without an internet route it does not leave at all: the "
        "instance's own address serves nothing in either direction, and each one is charged by the hour. Mostly it "
        "shows that the instances are in other subnets than was meant, or that launch settings were copied from "
        "public ones; and the day that the route changes, every instance is on the internet."
    ),
    fix={
        "terraform": (
            "Let the instances have private addresses only:\n\n"
            '    resource "aws_launch_template" "ecs" {\n'
            "      network_interfaces {\n"
            "        associate_public_ip_address = false\n"
            "        security_groups             = [aws_security_group.ecs.id]\n"
            "      }\n"
            "    }\n\n"
            "or, where they are meant to be reached from the internet, name public subnets in vpc_zone_identifier."
        ),
        "cloudformation": (
            "Let the instances have private addresses only:\n\n"
            "    LaunchTemplate:\n"
            "      Type: AWS::EC2::LaunchTemplate\n"
            "      Properties:\n"
            "        LaunchTemplateData:\n"
            "          NetworkInterfaces:\n"
            "            - DeviceIndex: 0\n"
            "              AssociatePublicIpAddress: false\n"
            "              Groups: [!Ref InstanceGroup]\n\n"
            "or, where they are meant to be reached from the internet, name public subnets in VPCZoneIdentifier."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html",
        "Security Hub EC2.9",
        "Security Hub EC2.25",
    ),
    check=check,
)
