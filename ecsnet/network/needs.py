"""What has to be reached for tasks to start: image registries, logs, secrets, and ECS itself from its instances.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ecsnet.network import Network
from ecsnet.network.capacity import capacity_of
from ecsnet.network.hosts import ContainerHosts
from ecsnet.network.links import one_of, reason_of
from ecsnet.network.model import Capacity, CapacityProvider, Container, PullThroughCache, TaskDefinition, Workload
from ecsnet.network.passage import Doubt
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.values import Reference, Text, Tri, Unknown, Value

INTERNET = "the internet"
"""A need that no endpoint meets: an image of a registry outside private ECR."""

NEARBY = "the network"
"""A need that may be met within the VPC: an image of a registry by a private name, or on a port of its own."""


@dataclass(frozen=True, slots=True)
class Need:
    """``service``: as endpoints name it (``ecr.api``, ``ecr.dkr``, ``s3``, ``logs``, ``secretsmanager``, ``ssm``,
    ``ecs``, ``ecs-agent``, ``ecs-telemetry``), ``INTERNET`` or ``NEARBY``. ``hop``: what needs it. ``image``:
    the one that is not in private ECR.
    """

    service: str
    hop: Hop
    image: str = ""


@dataclass(frozen=True, slots=True)
class Needs:
    """What is certainly needed, each service once; ``doubts``: why there may be more."""

    certain: tuple[Need, ...] = ()
    doubts: tuple[Doubt, ...] = ()


_ECS = ("ecs", "ecs-agent", "ecs-telemetry")
_PRIVATE_ECR = re.compile(r"\.dkr[.-]ecr[.-]")
_REPOSITORIES = ("aws_ecr_repository", "data.aws_ecr_repository", "AWS::ECR::Repository", "data.aws_ecr_image")
_REGISTRY = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?/|[a-z0-9][a-z0-9._-]*[:@]")


def of_workload(network: Network, workload: Workload) -> Needs:
    """What the workload's tasks need to start, whatever interface carries it (on Fargate the task's own)."""
    task = network.get(TaskDefinition, workload.task_definition.only)
    if task is None:
        reason = f"the task definition is not in the configuration: {reason_of(workload.task_definition.value)}"
        return Needs(doubts=(Doubt(reason, workload.span("task_definition")),))
    return network.derived(_Tasks).needs(task)


def of_instances(network: Network, found: ContainerHosts | CapacityProvider) -> Needs:
    """What container instances need: ECS, and what the tasks need that certainly run on them.

    Managed Instances are the same, by their capacity provider.
    """
    owner, hop = (found.hosts, found.evidence[0]) if isinstance(found, ContainerHosts) else (found, _provides(found))
    needs = [Need(service, Hop(owner.address, f"its ECS agent calls {service}", hop.span)) for service in _ECS]
    doubts: list[Doubt] = []
    provider = found.provider if isinstance(found, ContainerHosts) else found
    for workload, runs in network.derived(_Tasks).on(provider):
        if runs is Tri.TRUE:
            own = of_workload(network, workload)
            needs += own.certain
            doubts += own.doubts
        else:
            doubts.append(Doubt(f"whether {workload.address} runs on it is not certain", workload.span("providers")))
    distinct = {need.service: need for need in reversed(needs)}
    return Needs(tuple(need for need in needs if distinct[need.service] is need), tuple(dict.fromkeys(doubts)))


def _provides(provider: CapacityProvider) -> Hop:
    return Hop(provider.address, "provides capacity on ECS Managed Instances", provider.span())


class _Tasks:
    """What tasks need, by task definition; and what runs where, by capacity provider."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._needs: dict[str, Needs] = {}
        self._by_provider: defaultdict[str | None, list[tuple[Workload, Tri]]] = defaultdict(list)
        for workload in network.all(Workload):
            for provider, runs in self._placed(workload):
                self._by_provider[provider].append((workload, runs))

    def on(self, provider: CapacityProvider | None) -> list[tuple[Workload, Tri]]:
        """Workloads that run on the instances of a provider, or may; ``None``: on instances that no provider names."""
        loose = self._by_provider[None]
        return [*self._by_provider[provider.address], *loose] if provider else loose

    def _placed(self, workload: Workload) -> Iterator[tuple[str | None, Tri]]:
        """The capacity providers that run a workload; ``None`` stands for any instances."""
        capacity = capacity_of(self.network, workload)
        if capacity.capacity in (Capacity.FARGATE, Capacity.EXTERNAL):
            return
        providers = [hop.resource for hop in capacity.hops if self.network.get(CapacityProvider, hop.resource)]
        if capacity.capacity is Capacity.UNKNOWN or not providers:
            yield None, Tri.UNKNOWN
        for provider in providers:
            yield provider, Tri.TRUE

    def needs(self, task: TaskDefinition) -> Needs:
        if task.address not in self._needs:
            self._needs[task.address] = self._read(task)
        return self._needs[task.address]

    def _read(self, task: TaskDefinition) -> Needs:
        if task.containers is None:
            return Needs(doubts=(Doubt(f"the containers of {task.address}: {task.reason}", task.span("containers")),))
        needs: dict[str, Need] = {}
        doubts: list[Doubt] = []
        for container in task.containers:
            span = task.resource.locate(*container.place)
            for services, message in _of_container(self.network, container):
                for service in services:
                    hop = Hop(task.address, message, span)
                    image = _shown(container.image) if service in (INTERNET, NEARBY) else ""
                    needs.setdefault(service, Need(service, hop, image))
                if not services:
                    doubts.append(Doubt(f"{task.address}: {message}", span))
        return Needs(tuple(needs.values()), tuple(doubts))


def _of_container(network: Network, container: Container) -> Iterator[tuple[tuple[str, ...], str]]:
    """The services that each of a container's settings needs, with the words for it; none where that is unknown."""
    private = is_private(network, container.image)
    name = _shown(container.image)
    image = f"image {name}" if name else "its image"
    if private is Tri.TRUE:
        yield ("ecr.api", "ecr.dkr", "s3"), f"pulls {image} from private ECR"
        if _through_cache(network, container.image):
            yield (), f"the first pull of {image} through ECR's cache asks for a way to the internet"
    elif private is Tri.FALSE and _may_be_near(container.image):
        yield (NEARBY,), f"pulls {image}, whose registry may be within the network"
    elif private is Tri.FALSE:
        yield (INTERNET,), f"pulls {image}, which is outside private ECR"
    else:
        yield (), f"the registry of the image is unknown: {reason_of(container.image)}"
    logs = one_of(container.log_driver, "awslogs")
    if logs is Tri.TRUE:
        yield ("logs",), "logs with the awslogs driver"
    elif logs is Tri.UNKNOWN:
        yield (), f"the log driver is unknown: {reason_of(container.log_driver)}"
    for secret in container.secrets:
        service = _secret(network, secret)
        if service:
            yield (service,), "reads a secret from Secrets Manager" if service != "ssm" else "reads an SSM parameter"
        else:
            yield (), f"where a secret is read from is unknown: {reason_of(secret)}"


def is_private(network: Network, image: Value) -> Tri:
    """Whether an image is in a private ECR registry: by its name, or by the repository that it is put together from."""
    if image == "":
        return Tri.UNKNOWN
    if isinstance(image, str):
        return Tri.of(_PRIVATE_ECR.search(image.partition("/")[0] + "/") is not None)
    if isinstance(image, Unknown) and image.candidates is not None:
        results = {is_private(network, candidate) for candidate in image.candidates}
        return results.pop() if len(results) == 1 else Tri.UNKNOWN
    parts = image.parts if isinstance(image, Text) else (image,)
    head = parts[0]
    if isinstance(head, Reference):
        resource = network.configuration.resources.get(head.target)
        kind = resource.type if resource else ""
        return Tri.TRUE if kind in _REPOSITORIES or _named(head.target) else Tri.UNKNOWN
    registry: list[str] = []
    for part in parts:
        # The registry's host: up to the first slash, unknown parts (account, Region) left out.
        text = part if isinstance(part, str) else "?"
        registry.append(text.partition("/")[0])
        if "/" in text:
            break
    host = "".join(registry)
    if _PRIVATE_ECR.search(host + "/"):
        return Tri.TRUE
    first = parts[0]
    known = isinstance(first, str) and _REGISTRY.match(first) is not None
    return Tri.FALSE if known else Tri.UNKNOWN


_NEAR = re.compile(
    r"(localhost|\d+\.\d+\.\d+\.\d+|.*\.(internal|local|localdomain|lan|corp|home|intranet|private))?(?::\d+)?"
)


def _may_be_near(image: Value) -> bool:
    """Whether a registry may be in the VPC itself: by its host, or by a port that public ones do not have."""
    text = image.parts[0] if isinstance(image, Text) else image
    host, slash, _ = text.partition("/") if isinstance(text, str) else ("", "", "")
    names_host = bool(slash) and ("." in host or ":" in host or host == "localhost")
    return names_host and (_NEAR.fullmatch(host) is not None or (":" in host and not host.endswith(":443")))


def _through_cache(network: Network, image: Value) -> bool:
    """Whether a repository is one that a pull-through cache rule of the configuration fills.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    """
    rules = network.all(PullThroughCache)
    repository = _shown(image).partition("/")[2]
    return any(rule.prefix == "ROOT" or repository.startswith(f"{rule.prefix}/") for rule in rules)


def _shown(image: Value) -> str:
    """An image's name, with dots for what is unknown of it; nothing where that is all of it."""
    parts = image.parts if isinstance(image, Text) else (image,)
    known = [part if isinstance(part, str) else "…" for part in parts]
    return "".join(known) if any(part != "…" for part in known) else ""


def _named(address: str) -> bool:
    """Whether a Terraform address is of a repository, which the network has no use for otherwise."""
    words = address.partition("[")[0].split(".")
    return "aws_ecr_repository" in words


def _secret(network: Network, secret: Value) -> str | None:
    """The service that holds a secret, by its ARN or by what declares it; a plain name is an SSM parameter's."""
    if isinstance(secret, str):
        if not secret.startswith("arn:"):
            return "ssm"
        return {"secretsmanager": "secretsmanager", "ssm": "ssm"}.get(secret.split(":")[2])
    if isinstance(secret, Text):
        known = "".join(part if isinstance(part, str) else "?" for part in secret.parts)
        if known.startswith("arn:"):
            return {"secretsmanager": "secretsmanager", "ssm": "ssm"}.get([*known.split(":"), "", ""][2])
        secret = secret.parts[0]
    if isinstance(secret, Reference):
        resource = network.configuration.resources.get(secret.target)
        words = (resource.type if resource else secret.target).lower()
        if "secretsmanager" in words:
            return "secretsmanager"
        return "ssm" if "ssm_parameter" in words or "ssm::parameter" in words else None
    return None
