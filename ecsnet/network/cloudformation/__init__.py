"""Reads the network from CloudFormation: the only place that knows the properties of ``AWS::*`` resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

from __future__ import annotations

from collections.abc import Mapping

from ecsnet.network.cloudformation import (
    acls,
    balancers,
    ecs,
    endpoints,
    groups,
    instances,
    roles,
    routes,
    vpcs,
    workloads,
)
from ecsnet.network.cloudformation.groups import GROUPS
from ecsnet.network.cloudformation.routes import ROUTE_TARGETS
from ecsnet.network.links import Reader

__all__ = ["GROUPS", "READERS", "ROUTE_TARGETS"]

READERS: Mapping[str, Reader] = {
    **groups.READERS,
    **vpcs.READERS,
    **routes.READERS,
    **acls.READERS,
    **endpoints.READERS,
    **balancers.READERS,
    **instances.READERS,
    **roles.READERS,
    **ecs.READERS,
    **workloads.READERS,
}
"""By resource type; what is more than a holder of security groups has a reader of its own."""
