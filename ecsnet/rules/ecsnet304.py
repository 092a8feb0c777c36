"""ECSNET304: a Fargate task is given a public IP in a subnet where nothing can use it."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Change, Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.capacity import capacity_of
from ecsnet.network.isolation import without_egress
from ecsnet.network.model import Capacity, Workload
from ecsnet.network.routing import SubnetClass
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.mending import setting
from ecsnet.rules.proof import Site, calls, distinct, listing, settled, sites
from ecsnet.values import Tri


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from settled(verdict for workload in network.all(Workload) for verdict in _judge(network, workload))


def _judge(network: Network, workload: Workload) -> Iterator[Verdict]:
    """Nothing where the tasks do not run on Fargate."""
    resource = workload.resource
    if workload.express or workload.public_ip is Tri.FALSE:
        yield Passed(RULE, resource)
        return
    capacity = capacity_of(network, workload)
    if capacity.capacity not in (Capacity.FARGATE, Capacity.UNKNOWN):
        return
    found, doubts = sites(network, workload)
    # Where the tasks lack what they need to start, ECSNET306 speaks of that.
    starved = without_egress(network, workload)
    private = [site for site in found if is_useless(site) and site.subnet.address not in starved]
    if private and workload.public_ip is Tri.UNKNOWN:
        reason = "whether its tasks are assigned a public IP is not in the configuration"
        yield Undecided(RULE, resource, reason, workload.span("public_ip"))
    elif private and capacity.capacity is Capacity.UNKNOWN:
        yield Undecided(RULE, resource, capacity.reason, capacity.span or workload.span())
    elif private:
        # A public IP is of use to those in public subnets.
        changes = setting(workload, "public_ip", False) if len(private) == len(found) and not doubts else ()
        yield _finding(workload, (*calls(workload), *capacity.hops), private, changes)
    elif doubts:
        yield Undecided(RULE, resource, doubts[0].reason, doubts[0].span)
    else:
        yield Passed(RULE, resource)


def is_useless(site: Site) -> bool:
    """Whether a public IP is of no use to a task that is put there."""
    return site.way.kind in (SubnetClass.NAT, SubnetClass.ISOLATED)


def _finding(workload: Workload, before: tuple[Hop, ...], private: list[Site], changes: tuple[Change, ...]) -> Finding:
    span = workload.span("public_ip")
    names = listing(site.subnet.address for site in private)
    where = "a private subnet" if len(private) == 1 else "private subnets"
    ways = {site.way.kind for site in private}
    if ways == {SubnetClass.NAT}:
        targets = dict.fromkeys(site.way.target or "a NAT gateway" for site in private)
        effect = f"their traffic leaves through {listing(targets)}, and nothing reaches them at it"
    elif ways == {SubnetClass.ISOLATED}:
        effect = "there is no internet gateway in their route, so the address neither lets them out nor anyone in"
    else:
        effect = "no internet gateway is in their route, so the address is of no use"
    message = f"{workload.address} assigns a public IP to Fargate tasks in {where} ({names}): {effect}"
    hops = [*before, Hop(workload.address, "assigns its tasks a public IP", span)]
    hops += [hop for site in private for hop in site.hops]
    fix = RULE.fix[workload.resource.language]
    return Finding(RULE, RULE.level, workload.resource, message, span, distinct(hops), fix, changes=changes)


RULE = Rule(
    id="ECSNET304",
    name="fargate-public-ip-in-private-subnet",
    level=Level.WARNING,
    summary="A Fargate task in a private subnet is assigned a public IP that is of no use to it",
    why=(
        "A public IP works only behind a route to an internet gateway. In a subnet that leaves through a NAT gateway, "
        "or not at all, the task's public IP carries nothing, yet it costs money by the hour and shows up as exposure "
        "in every audit. Should somebody give the subnet's route table an internet gateway some day, the tasks are on "
        "the internet at once. Often one of the two was meant otherwise: the subnet, or the setting."
    ),
    fix={
        "terraform": (
            "Leave the public IP off; a NAT gateway or VPC endpoints serve tasks without one:\n\n"
            "    network_configuration {\n"
            "      subnets          = aws_subnet.private[*].id\n"
            "      assign_public_ip = false\n"
            "    }\n\n"
            "or, where the tasks are meant to be public, name public subnets."
        ),
        "cloudformation": (
            "Leave the public IP off; a NAT gateway or VPC endpoints serve tasks without one:\n\n"
            "    NetworkConfiguration:\n"
            "      AwsvpcConfiguration:\n"
            "        Subnets: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]\n"
            "        AssignPublicIp: DISABLED\n\n"
            "or, where the tasks are meant to be public, name public subnets."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        "Security Hub ECS.2",
        "Security Hub ECS.16",
        "AWS Config ecs-service-assign-public-ip-disabled",
        "AWS Config ecs-taskset-assign-public-ip-disabled",
    ),
    check=check,
    yields_to=("ECSNET306",),
)
