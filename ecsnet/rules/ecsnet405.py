"""ECSNET405: a NAT instance drops what is routed through it, because its source/destination check is on."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.model import Interface, LaunchSettings
from ecsnet.network.nats import Nats
from ecsnet.options import Options
from ecsnet.resources import Hop
from ecsnet.rules.mending import setting
from ecsnet.rules.proof import calls, distinct, listing
from ecsnet.values import Encoded, Tri, Unknown, Value, leaves


def check(network: Network, options: Options) -> Iterator[Verdict]:
    for nat in network.derived(Nats).zonal.values():
        if isinstance(nat.element, Interface):
            yield _judge(network, nat.element)


def _judge(network: Network, interface: Interface) -> Verdict:
    users = network.derived(Nats).users(interface)
    verdict = interface.checks_source & users.used
    if verdict is Tri.FALSE:
        return Passed(RULE, interface.resource)
    span = interface.span("checks_source")
    if interface.checks_source is Tri.UNKNOWN:
        reason = "whether its source/destination check is on is not in the configuration"
        return Undecided(RULE, interface.resource, reason, span)
    if verdict is Tri.UNKNOWN:
        return Undecided(RULE, interface.resource, users.doubt, span)
    settings = network.get(LaunchSettings, interface.address)
    if settings is not None and _may_switch_it_off(settings):
        reason = "its user data may switch the source/destination check off"
        return Undecided(RULE, interface.resource, reason, settings.span("user_data"))
    return _finding(network, interface)


def _may_switch_it_off(settings: LaunchSettings) -> bool:
    """Whether an instance may change its own attributes: it has a profile, and user data that does or cannot be read.

    https://docs.aws.amazon.com/cli/latest/reference/ec2/modify-instance-attribute.html
    """
    return settings.profile is not None and settings.user_data is not None and any(map(_changes, _texts(settings)))


def _texts(settings: LaunchSettings) -> Iterator[Value]:
    data = settings.user_data
    return leaves(data.value if isinstance(data, Encoded) else data)


def _changes(text: Value) -> bool:
    """A text that names the attribute, in the spelling of the command or of the API; one that is not known may."""
    if isinstance(text, str):
        words = text.lower()
        return "source-dest-check" in words or "sourcedestcheck" in words
    return isinstance(text, Unknown)


def _finding(network: Network, interface: Interface) -> Finding:
    used = network.derived(Nats).users(interface).certain
    subnets = listing(subnet.address for subnet, _ in used)
    message = (
        f"{interface.address} is the way to the internet for {subnets}, but its source/destination check is on: it "
        "drops all traffic that is not from or to itself"
    )
    hops = list(calls(interface))
    for _, way in used:
        hops += way.hops
    span = interface.span("checks_source")
    hops.append(Hop(interface.address, "checks source and destination, which is the default", span))
    fix = RULE.fix[interface.resource.language]
    changes = setting(interface, "checks_source", False) if "checks_source" in interface.places else ()
    return Finding(RULE, RULE.level, interface.resource, message, span, distinct(hops), fix, changes=changes)


RULE = Rule(
    id="ECSNET405",
    name="nat-instance-drops-traffic",
    level=Level.ERROR,
    summary="A NAT instance has its source/destination check on and drops what is routed through it",
    why=(
        "EC2 checks that an instance is the source or the destination of everything that it sends or receives. What a "
        "NAT instance carries for others is neither, so all of it is dropped as long as the check is on, which is the "
        "default. Nothing is logged: tasks behind it just fail to pull images and time out."
    ),
    fix={
        "terraform": (
            "Switch the check off on the instance, or on the network interface that the route names:\n\n"
            '    resource "aws_instance" "nat" {\n'
            "      source_dest_check = false\n"
            "    }\n\n"
            "or use a NAT gateway, which needs no care."
        ),
        "cloudformation": (
            "Switch the check off on the instance, or on the network interface that the route names:\n\n"
            "    NatInstance:\n"
            "      Type: AWS::EC2::Instance\n"
            "      Properties:\n"
            "        SourceDestCheck: false\n\n"
            "or use a NAT gateway, which needs no care."
        ),
    },
    references=(
        "https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html",
    ),
    check=check,
)
