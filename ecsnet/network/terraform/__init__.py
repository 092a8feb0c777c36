"""Reads the network from Terraform: the only place that knows the arguments of ``aws_*`` resources.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

from collections.abc import Mapping

from ecsnet.network.links import Reader
from ecsnet.network.terraform import acls, balancers, ecs, endpoints, groups, instances, roles, routes, vpcs
from ecsnet.network.terraform.groups import GROUPS
from ecsnet.network.terraform.routes import ROUTE_TARGETS

__all__ = ["GROUPS", "READERS", "ROUTE_TARGETS"]

READERS: Mapping[str, Reader] = {
    **groups.READERS,
    **vpcs.READERS,
    **routes.READERS,
    **acls.READERS,
    **endpoints.READERS,
    **instances.READERS,
    **balancers.READERS,
    **roles.READERS,
    **ecs.READERS,
}
"""By resource type; the readers of resources that do more than hold groups come after the groups' own."""
