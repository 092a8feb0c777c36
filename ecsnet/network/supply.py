"""Whether what tasks need to start comes to an interface through VPC endpoints alone."""

from __future__ import annotations

from collections.abc import Iterator

from ecsnet.network import Network
from ecsnet.network.endpoints import Service, serving
from ecsnet.network.interfaces import Placement
from ecsnet.network.model import Workload
from ecsnet.network.needs import INTERNET, NEARBY, Need, Needs
from ecsnet.network.passage import Doubt
from ecsnet.records import dataclass
from ecsnet.resources import Hop
from ecsnet.values import Tri

_IMAGE = ("ecr.api", "ecr.dkr", "s3")


@dataclass(frozen=True, slots=True)
class Lack:
    """What is needed and certainly not had. ``service``: what its endpoint is to the interface; ``None``: no endpoint
    could be.
    """

    need: Need
    service: Service | None = None

    @property
    def hops(self) -> tuple[Hop, ...]:
        """What needs it, and what stands in the way of an endpoint that is there."""
        return (self.need.hop, *(self.service.obstacles if self.service else ()))


@dataclass(frozen=True, slots=True)
class Supply:
    """``doubtful``: what may not be had, as far as an endpoint decides; ``doubts``: why more may be missing."""

    lacks: tuple[Lack, ...] = ()
    doubtful: tuple[Lack, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The services, or ``INTERNET``, that are certainly not had."""
        return tuple(lack.need.service for lack in self.lacks)

    @property
    def hops(self) -> tuple[Hop, ...]:
        return tuple(dict.fromkeys(hop for lack in self.lacks for hop in lack.hops))


def privately(network: Network, placement: Placement, needs: Needs) -> Supply:
    """What of ``needs`` the endpoints of the interface's VPC serve.

    Every task pulls an image. One of which nothing is known is in private ECR or on the internet: without the endpoints
    of ECR it cannot be had either way.
    """
    lacks: list[Lack] = []
    doubtful: list[Lack] = []
    doubts: list[Doubt] = []
    for need in _with_image(placement, needs):
        if need.service == INTERNET:
            lacks.append(Lack(need))
            continue
        if need.service == NEARBY:
            doubts.append(Doubt(f"{need.hop.resource} {need.hop.message}", need.hop.span))
            continue
        service = serving(network, placement, need.service)
        if service.served is Tri.FALSE:
            lacks.append(Lack(need, service))
        elif service.served is Tri.UNKNOWN:
            doubtful.append(Lack(need, service))
            doubts.append(Doubt(f"{need.service}: {service.reason}", service.span or placement.span))
    return Supply(tuple(lacks), tuple(doubtful), (*doubts, *needs.doubts))


def _with_image(placement: Placement, needs: Needs) -> Iterator[Need]:
    yield from needs.certain
    known = {INTERNET, NEARBY, "ecr.dkr"} & {need.service for need in needs.certain}
    if isinstance(placement.owner, Workload) and not known:
        hop = Hop(placement.owner.address, "pulls an image", placement.span)
        yield from (Need(service, hop) for service in _IMAGE)
