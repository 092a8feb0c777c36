"""The resource types that others name, and small forms that many resources share."""

from __future__ import annotations

from ecsnet.network.model import Link
from ecsnet.resources import Resource
from ecsnet.values import Reference, Several, Tri, Unknown, Value

VPC = frozenset({"AWS::EC2::VPC"})
SUBNET = frozenset({"AWS::EC2::Subnet"})
GATEWAY = frozenset({"AWS::EC2::InternetGateway"})
TABLE = frozenset({"AWS::EC2::RouteTable"})
NAT = frozenset({"AWS::EC2::NatGateway"})
INSTANCE = frozenset({"AWS::EC2::Instance"})
INTERFACE = frozenset({"AWS::EC2::NetworkInterface"}) | INSTANCE
GROUP = frozenset({"AWS::EC2::SecurityGroup"})
ACL = frozenset({"AWS::EC2::NetworkAcl"})
SETTINGS = frozenset({"AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration"})
SCALING_GROUP = frozenset({"AWS::AutoScaling::AutoScalingGroup"})
CLASSIC_BALANCER = frozenset({"AWS::ElasticLoadBalancing::LoadBalancer"})
BALANCER = frozenset({"AWS::ElasticLoadBalancingV2::LoadBalancer"})
LISTENER = frozenset({"AWS::ElasticLoadBalancingV2::Listener"})
TARGET_GROUP = frozenset({"AWS::ElasticLoadBalancingV2::TargetGroup"})
CLUSTER = frozenset({"AWS::ECS::Cluster"})
CAPACITY_PROVIDER = frozenset({"AWS::ECS::CapacityProvider"})
TASK_DEFINITION = frozenset({"AWS::ECS::TaskDefinition"})
SERVICE = frozenset({"AWS::ECS::Service"})
ROLE = frozenset({"AWS::IAM::Role"})


def itself(resource: Resource, attribute: str = "Ref") -> Link:
    """The link that the resource's own id would be."""
    return Link(Reference(resource.address, attribute), (resource.address,))


def is_set(value: Value) -> Tri:
    """Whether a property is set to anything; a list, to at least one element."""
    if value is None or value == "" or value == ():
        return Tri.FALSE
    if isinstance(value, tuple):
        return Tri.any(Tri.UNKNOWN if isinstance(element, Several) else is_set(element) for element in value)
    if not isinstance(value, Unknown):
        return Tri.TRUE
    results = {is_set(candidate) for candidate in value.candidates or ()}
    return results.pop() if len(results) == 1 else Tri.UNKNOWN
