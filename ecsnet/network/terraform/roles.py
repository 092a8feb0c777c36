"""IAM roles of instances, and the managed policies they are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.links import Linker, Reader, listed
from ecsnet.network.terraform.types import ROLE, itself
from ecsnet.resources import Resource
from ecsnet.values import Several, Unknown, Value


def _instance_profile(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    name = resource.get("name")
    yield m.InstanceProfile(
        resource,
        {"name": ("name",), "role": ("role",)},
        name=Unknown("the name is made up at deployment") if name is None else name,
        role=_role(resource.get("role"), linker),
    )


def _role(value: Value, linker: Linker) -> m.Link:
    return linker.named(value, ROLE, "name")


def _reader(roles: str | None, policies: str) -> Reader:
    """``roles``: the argument that names one role or several; the resource is the role itself without one."""

    def read(resource: Resource, linker: Linker) -> Iterator[m.Element]:
        given = tuple(map(_one, listed(resource.get(policies))))
        for value in listed(resource.get(roles)) if roles else (None,):
            role = _role(_one(value), linker) if roles else itself(resource)
            if given:
                yield m.RolePolicies(resource, {"policies": (policies,)}, role=role, policies=given)

    return read


def _one(value: Value) -> Value:
    return Unknown("the number of elements is unknown") if isinstance(value, Several) else value


READERS: Mapping[str, Reader] = {
    "aws_iam_instance_profile": _instance_profile,
    "aws_iam_role": _reader(None, "managed_policy_arns"),
    "aws_iam_role_policy_attachment": _reader("role", "policy_arn"),
    "aws_iam_policy_attachment": _reader("roles", "policy_arn"),
    "aws_iam_role_policy_attachments_exclusive": _reader("role_name", "policy_arns"),
}
