"""ECSNET501: a workload that is tagged sensitive is in a public subnet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.network import Network
from ecsnet.network.links import reason_of
from ecsnet.network.model import Workload
from ecsnet.network.routing import SubnetClass
from ecsnet.options import Options
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.rules.proof import calls, distinct, listing, settled, sites
from ecsnet.values import Tri, Unknown, Value

_PUNCTUATION = re.compile(r"[\W_]+")
_TRUE = frozenset({"true", "yes", "y", "on", "1", "enabled"})


@dataclass(frozen=True, slots=True)
class _Tagged:
    """Whether a workload is tagged sensitive: the tag that says so, or why that is unknown."""

    sensitive: Tri
    tag: str = ""
    reason: str = ""


def check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from settled(_judge(network, options, workload) for workload in network.all(Workload))


def _judge(network: Network, options: Options, workload: Workload) -> Verdict:
    resource = workload.resource
    tagged = _tagged(workload.tags, options)
    found, doubts = sites(network, workload)
    public = [site for site in found if site.way.kind is SubnetClass.PUBLIC]
    if tagged.sensitive is Tri.FALSE or (tagged.sensitive is Tri.UNKNOWN and not public):
        return Passed(RULE, resource)
    if tagged.sensitive is Tri.UNKNOWN:
        return Undecided(RULE, resource, tagged.reason, workload.span("tags"))
    if not public:
        return Undecided(RULE, resource, doubts[0].reason, doubts[0].span) if doubts else Passed(RULE, resource)
    names = listing(site.subnet.address for site in public)
    where = "a public subnet" if len(public) == 1 else "public subnets"
    message = f"{workload.address} is tagged {tagged.tag}, but its tasks are in {where} ({names})"
    hops = [*calls(workload), Hop(workload.address, f"is tagged {tagged.tag}", workload.span("tags"))]
    hops += [hop for site in public for hop in site.hops]
    fix = RULE.fix[resource.language]
    return Finding(RULE, RULE.level, resource, message, workload.span("subnets"), distinct(hops), fix)


def _tagged(tags: Value, options: Options) -> _Tagged:
    if not isinstance(tags, Mapping):
        if tags is None:
            return _Tagged(Tri.FALSE)
        return _Tagged(Tri.UNKNOWN, reason=f"its tags: {reason_of(tags)}")
    keys, flags = _normal(options.sensitive_keys), _normal(options.sensitive_flags)
    values = _normal(options.sensitive_values)
    unsure: _Tagged | None = None
    for key, value in tags.items():
        if not isinstance(key, str):
            unsure = unsure or _Tagged(Tri.UNKNOWN, reason=f"the name of a tag: {reason_of(key)}")
            continue
        name = _plain(key)
        verdict = _among(value, values) if name in keys else Tri.FALSE
        verdict |= _among(value, _TRUE) if name in flags else Tri.FALSE
        if verdict is Tri.TRUE:
            shown = f"{key} = {value}" if isinstance(value, str) else key
            return _Tagged(Tri.TRUE, shown)
        if verdict is Tri.UNKNOWN:
            unsure = unsure or _Tagged(Tri.UNKNOWN, reason=f"its tag {key}: {reason_of(value)}")
    return unsure or _Tagged(Tri.FALSE)


def _among(value: Value, words: Collection[str]) -> Tri:
    """Whether a tag's value is one of words that are in plain form."""
    if isinstance(value, Unknown) and value.candidates:
        results = {_among(candidate, words) for candidate in value.candidates}
        return results.pop() if len(results) == 1 else Tri.UNKNOWN
    if value is None or isinstance(value, (str, bool, int)):
        return Tri.of(_plain(str(value)) in words)
    return Tri.UNKNOWN


def _normal(words: Collection[str]) -> frozenset[str]:
    return frozenset(map(_plain, words))


def _plain(text: str) -> str:
    """In lower case, without punctuation and spaces: ``Data-Classification`` is ``dataclassification``."""
    return _PUNCTUATION.sub("", text).lower()


RULE = Rule(
    id="ECSNET501",
    name="sensitive-workload-in-public-subnet",
    level=Level.WARNING,
    summary="A workload that is tagged sensitive is in a public subnet",
    why=(
        "A public subnet is one security group rule away from the internet: any interface in it that is given a public "
        "address can be reached from everywhere and can send anywhere. Data that is under PCI DSS, HIPAA or a class of "
        "one's own belongs behind a NAT gateway or VPC endpoints, with a load balancer as the only thing that is "
        "public. Which tags mean sensitive is set by sensitive-tags in the configuration file."
    ),
    fix={
        "terraform": (
            "Put the tasks into private subnets, behind NAT gateways or VPC endpoints, and leave only the load "
            "balancer in the public ones:\n\n"
            "    network_configuration {\n"
            "      subnets = aws_subnet.private[*].id\n"
            "    }"
        ),
        "cloudformation": (
            "Put the tasks into private subnets, behind NAT gateways or VPC endpoints, and leave only the load "
            "balancer in the public ones:\n\n"
            "    NetworkConfiguration:\n"
            "      AwsvpcConfiguration:\n"
            "        Subnets: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]"
        ),
    },
    references=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html",
        "https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
        "Security Hub ECS.2",
    ),
    check=check,
)
