"""IAM roles of instances, and the managed policies they are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.cloudformation.types import ROLE, itself
from ecsnet.network.links import Linker, Reader, listed
from ecsnet.network.reading import within
from ecsnet.resources import Resource
from ecsnet.values import Several, Unknown, Value


def _instance_profile(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    name = resource.get("InstanceProfileName")
    yield m.InstanceProfile(
        resource,
        {"name": ("InstanceProfileName",), "role": ("Roles", 0)},
        name=Unknown("the name is made up at deployment") if name is None else name,
        role=linker.named(within(resource.get(), "Roles", 0), ROLE, "RoleName"),
    )


def _role(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    policies = tuple(map(_one, listed(resource.get("ManagedPolicyArns"))))
    if policies:
        yield m.RolePolicies(resource, {"policies": ("ManagedPolicyArns",)}, role=itself(resource), policies=policies)


def _managed_policy(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    policy = itself(resource).value
    for role in listed(resource.get("Roles")):
        link = linker.named(_one(role), ROLE, "RoleName")
        yield m.RolePolicies(resource, {"role": ("Roles",)}, role=link, policies=(policy,))


def _one(value: Value) -> Value:
    return Unknown("the number of elements is unknown") if isinstance(value, Several) else value


READERS: Mapping[str, Reader] = {
    "AWS::IAM::InstanceProfile": _instance_profile,
    "AWS::IAM::Role": _role,
    "AWS::IAM::ManagedPolicy": _managed_policy,
}
