"""Whether what tasks need to start comes to an interface through VPC endpoints alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ecsnet.network import Network
from ecsnet.network.endpoints import serving
from ecsnet.network.interfaces import Placement
from ecsnet.network.needs import INTERNET, Need, Needs
from ecsnet.network.passage import Doubt
from ecsnet.resources import Hop
from ecsnet.values import Tri

_IMAGE = ("ecr.api", "ecr.dkr", "s3")


@dataclass(frozen=True, slots=True)
class Supply:
    """``missing``: the services, or ``INTERNET``, that are needed and certainly not had; ``hops``: what needs each, and
    what stands in the way of an endpoint that is there. ``doubts``: why more may be missing.
    """

    missing: tuple[str, ...] = ()
    hops: tuple[Hop, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def privately(network: Network, placement: Placement, needs: Needs) -> Supply:
    """What of ``needs`` the endpoints of the interface's VPC serve.

    Every task pulls an image. One of which nothing is known is in private ECR or on the internet: without the endpoints
    of ECR it cannot be had either way.
    """
    missing: dict[str, None] = {}
    hops: list[Hop] = []
    doubts: list[Doubt] = []
    for need in _with_image(placement, needs):
        if need.service == INTERNET:
            missing[INTERNET] = None
            hops.append(need.hop)
            continue
        service = serving(network, placement, need.service)
        if service.served is Tri.FALSE:
            missing[need.service] = None
            hops += [need.hop, *service.obstacles]
        elif service.served is Tri.UNKNOWN:
            doubts.append(Doubt(f"{need.service}: {service.reason}", service.span or placement.span))
    return Supply(tuple(missing), tuple(dict.fromkeys(hops)), (*doubts, *needs.doubts))


def _with_image(placement: Placement, needs: Needs) -> Iterator[Need]:
    yield from needs.certain
    if not {INTERNET, "ecr.dkr"} & {need.service for need in needs.certain}:
        hop = Hop(placement.owner.address, "pulls an image", placement.span)
        yield from (Need(service, hop) for service in _IMAGE)
