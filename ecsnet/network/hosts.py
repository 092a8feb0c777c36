"""Which EC2 instances are ECS container instances."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ecsnet.network import Network
from ecsnet.network.model import CapacityProvider, Hosts, LaunchSettings
from ecsnet.resources import Hop
from ecsnet.values import Encoded, Text, Value


@dataclass(frozen=True, slots=True)
class ContainerHosts:
    """EC2 instances that join an ECS cluster, with the hops that show it. ``provider``: the one that names them."""

    hosts: Hosts
    settings: LaunchSettings
    evidence: tuple[Hop, ...]
    provider: CapacityProvider | None = None


_JOINS_CLUSTER = re.compile(r"ECS_CLUSTER|Initialize-ECSAgent|\[settings\.ecs\]|settings\.ecs\.cluster")


def container_hosts(network: Network) -> Iterator[ContainerHosts]:
    """Auto Scaling groups and instances that a capacity provider names, or whose user data joins a cluster."""
    providers = {provider.hosts.only: provider for provider in network.all(CapacityProvider) if provider.hosts.only}
    for hosts in network.all(Hosts):
        settings = network.get(LaunchSettings, hosts.settings.only)
        if settings is None:
            continue
        provider = providers.get(hosts.address)
        if provider:
            message = f"is an ECS capacity provider for {hosts.address}"
            hop = Hop(provider.address, message, provider.span("hosts"))
            yield ContainerHosts(hosts, settings, (hop,), provider)
        elif _JOINS_CLUSTER.search(_readable(settings.user_data)):
            hop = Hop(settings.address, "user data joins an ECS cluster", settings.span("user_data"))
            yield ContainerHosts(hosts, settings, (hop,))


def _readable(user_data: Value) -> str:
    """The known text of user data, decoded."""
    if isinstance(user_data, Encoded):
        return _readable(user_data.value)
    if isinstance(user_data, Text):
        return " ".join(part for part in user_data.parts if isinstance(part, str))
    if not isinstance(user_data, str):
        return ""
    try:
        return base64.b64decode(user_data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return user_data
