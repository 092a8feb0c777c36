"""Which AWS services an interface reaches through VPC endpoints, without the internet.

https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
"""

from __future__ import annotations

from dataclasses import dataclass

from ecsnet.network import Network
from ecsnet.network.interfaces import Placement
from ecsnet.network.model import Endpoint
from ecsnet.resources import Hop
from ecsnet.values import Span, Tri


@dataclass(frozen=True, slots=True)
class Service:
    """Whether an endpoint serves an interface.

    ``endpoint``: the one that does, may, or would if ``obstacles`` (private DNS off, its groups shut, another route
    table) were not there; ``None``: there is none at all. ``reason`` and ``span``: why it is unknown.
    """

    served: Tri
    endpoint: Endpoint | None = None
    hops: tuple[Hop, ...] = ()
    obstacles: tuple[Hop, ...] = ()
    reason: str = ""
    span: Span | None = None


def serving(network: Network, placement: Placement, service: str) -> Service:
    """Whether ``service`` (``ecr.api``, ``s3``: what follows the Region in the endpoint's name) is reached privately.

    An interface endpoint in the same VPC, with private DNS, whose groups admit TCP 443 from the interface; or a gateway
    endpoint (S3, DynamoDB) on the subnet's route table. A VPC that is not declared here may have any.
    """
    raise NotImplementedError
