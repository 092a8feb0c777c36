"""Which EC2 instances are ECS container instances."""

from __future__ import annotations

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from ecsnet.network import Network
from ecsnet.network.model import CapacityProvider, Hosts, InstanceProfile, LaunchSettings, RolePolicies
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.values import Encoded, Reference, Text, Unknown, Value, leaves, text


@dataclass(frozen=True, slots=True)
class ContainerHosts:
    """EC2 instances that join an ECS cluster, with the hops that show it. ``provider``: the one that names them."""

    hosts: Hosts
    settings: LaunchSettings
    evidence: tuple[Hop, ...]
    provider: CapacityProvider | None = None


_JOINS_CLUSTER = re.compile(r"ECS_CLUSTER|Initialize-ECSAgent|\[settings\.ecs\]|settings\.ecs\.cluster")


def container_hosts(network: Network) -> Iterator[ContainerHosts]:
    """Auto Scaling groups and instances that a capacity provider names, or whose user data joins a cluster; or that
    have both an ECS-optimised AMI and the managed policy of container instances, of which a bastion may have one.
    """
    yield from network.derived(_container_hosts)


def _container_hosts(network: Network) -> tuple[ContainerHosts, ...]:
    providers = {provider.hosts.only: provider for provider in network.all(CapacityProvider) if provider.hosts.only}
    found: list[ContainerHosts] = []
    for hosts in network.all(Hosts):
        settings = network.get(LaunchSettings, hosts.settings.only)
        if settings is None:
            continue
        provider = providers.get(hosts.address)
        if provider:
            message = f"is an ECS capacity provider for {hosts.address}"
            hop = Hop(provider.address, message, provider.span("hosts"))
            found.append(ContainerHosts(hosts, settings, (hop,), provider))
        elif _JOINS_CLUSTER.search(readable(settings.user_data)):
            hop = Hop(settings.address, "user data joins an ECS cluster", settings.span("user_data"))
            found.append(ContainerHosts(hosts, settings, (hop,)))
        elif evidence := _by_image(network, settings):
            found.append(ContainerHosts(hosts, settings, evidence))
    return tuple(found)


def may_join(network: Network, settings: LaunchSettings) -> bool:
    """Whether instances that are not known to be container instances may be, by what of their user data is unknown."""
    joined = network.derived(_joined)
    return settings.address not in joined and not all(isinstance(part, str) for part in _parts(settings.user_data))


def _joined(network: Network) -> frozenset[str]:
    return frozenset(found.settings.address for found in container_hosts(network))


_OPTIMISED = re.compile(
    r"/aws/service/ecs/optimized-ami/|/aws/service/bottlerocket/aws-ecs-|-ecs-(hvm|gpu-hvm|inf-hvm|neuron-hvm)"
)
_POLICY = "AmazonEC2ContainerServiceforEC2Role"


def _by_image(network: Network, settings: LaunchSettings) -> tuple[Hop, ...]:
    """The AMI and the policy, where both are those of container instances.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
    """
    if not any(_OPTIMISED.search(words) for words in _words(network, settings.image)):
        return ()
    policies = network.derived(_role_policies)
    for profile in _profiles(network, settings.profile):
        for given in policies[profile.role.only or ""]:
            if any(isinstance(policy, (str, Text)) and _ends(policy) for policy in given.policies):
                image = Hop(settings.address, "starts from an ECS-optimised AMI", settings.span("image"))
                return image, Hop(given.address, f"gives its role {_POLICY}", given.span("policies"))
    return ()


def _ends(policy: str | Text) -> bool:
    last = policy if isinstance(policy, str) else policy.parts[-1]
    return isinstance(last, str) and last.rpartition("/")[2] == _POLICY


def _role_policies(network: Network) -> Mapping[str, list[RolePolicies]]:
    roles: defaultdict[str, list[RolePolicies]] = defaultdict(list)
    for policies in network.all(RolePolicies):
        if policies.role.only:
            roles[policies.role.only].append(policies)
    return roles


def _profiles(network: Network, value: Value) -> Iterator[InstanceProfile]:
    """The instance profile that launch settings name: by reference or by name, within a block or not."""
    for leaf in leaves(value):
        if isinstance(leaf, Reference):
            profile = network.get(InstanceProfile, leaf.target)
            if profile is not None:
                yield profile
        elif isinstance(leaf, str):
            yield from (profile for profile in network.all(InstanceProfile) if profile.name == leaf)


def _words(network: Network, image: Value) -> Iterator[str]:
    """What is known of an AMI: its own text, the SSM parameter it is read from, or the filters it is looked up by."""
    for leaf in leaves(image):
        if isinstance(leaf, str):
            yield leaf
        elif isinstance(leaf, Unknown):
            yield leaf.symbol
        elif isinstance(leaf, Reference):
            resource = network.configuration.resources.get(leaf.target)
            if resource is not None and resource.type.startswith("data."):
                yield from (leaf for leaf in leaves(resource.get()) if isinstance(leaf, str))


def readable(user_data: Value) -> str:
    """The known text of user data, decoded."""
    return " ".join(part for part in _parts(user_data) if isinstance(part, str))


def _parts(user_data: Value) -> tuple[Value, ...]:
    """The text of user data, decoded, and what is not known between it."""
    if isinstance(user_data, Encoded):
        return _parts(user_data.value)
    if isinstance(user_data, Text):
        return user_data.parts
    if not isinstance(user_data, str):
        return () if user_data is None else (user_data,)
    try:
        return (base64.b64decode(user_data, validate=True).decode("utf-8", "replace"),)
    except (binascii.Error, ValueError):
        return (user_data,)


_NAMES_CLUSTER = re.compile(
    r"""ECS_CLUSTER\s*=\s*\\?["']?|-Cluster\s+["']?|\[settings\.ecs\]\s(?:[^\[]*\s)?cluster\s*=\s*["']?"""
)
_ENDS_NAME = re.compile(r"""[\s"'\\;&|<>]""")


def cluster_name(settings: LaunchSettings) -> Value:
    """The cluster that instances join by their user data: its name, a reference to it, or an unknown.

    Those whose user data names none join ``default``.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
    """
    parts = _parts(settings.user_data)
    for index, part in enumerate(parts):
        match = _NAMES_CLUSTER.search(part) if isinstance(part, str) else None
        if match is None or not isinstance(part, str):
            continue
        name: list[Value] = []
        for piece in (part[match.end() :], *parts[index + 1 :]):
            end = _ENDS_NAME.search(piece) if isinstance(piece, str) else None
            name.append(piece[: end.start()] if end and isinstance(piece, str) else piece)
            if end:
                break
        found = text(name)
        # A variable of the shell may stand for anything.
        return Unknown(_UNNAMED) if isinstance(found, str) and "$" in found else found
    return "default" if all(isinstance(part, str) for part in parts) else Unknown(_UNNAMED)


_UNNAMED = "the cluster that user data names is not in the configuration"
