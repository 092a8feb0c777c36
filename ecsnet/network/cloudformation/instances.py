"""EC2 instances, what they start with, and their network interfaces."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import suppress

from ecsnet.network import model as m
from ecsnet.network.cloudformation.groups import guarded
from ecsnet.network.cloudformation.types import GROUP, INSTANCE, INTERFACE, SETTINGS, SUBNET, itself
from ecsnet.network.links import Linker, Reader, field, listed, setting
from ecsnet.network.reading import within
from ecsnet.resources import Path, Resource
from ecsnet.values import Encoded, Text, Tri, Unknown, Value, leaves, text

_INIT = "AWS::CloudFormation::Init"
_FIRST: Path = ("NetworkInterfaces", 0)


def _interface(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Interface(
        resource,
        {"subnet": ("SubnetId",), "checks_source": ("SourceDestCheck",)},
        subnet=linker.link(resource.get("SubnetId"), SUBNET),
        checks_source=setting(resource.get("SourceDestCheck"), Tri.TRUE),
    )
    yield from guarded(resource, linker)


def _address(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """An Elastic IP, or its association, with an instance or an interface.

    On the first interface of an instance it is the instance's address too.
    """
    for name in ("InstanceId", "NetworkInterfaceId"):
        holder = linker.link(resource.get(name), INTERFACE)
        if not holder.is_set:
            continue
        yield m.ElasticAddress(resource, {"holder": (name,)}, holder=holder)
        for instance in linker.of_types(INSTANCE) if holder.only else ():
            if _first_interface(instance, linker).only == holder.only:
                yield m.ElasticAddress(resource, {"holder": (name,)}, holder=itself(instance))


def _first_interface(resource: Resource, linker: Linker) -> m.Link:
    """The interface that an instance is given as its first one, where it is declared on its own."""
    return linker.link(within(resource.get(), *_FIRST, "NetworkInterfaceId"), INTERFACE - INSTANCE)


def _settings(resource: Resource, linker: Linker, base: Path, groups: str, image: str) -> m.LaunchSettings:
    """Launch settings, which a template, a configuration and an instance hold under much the same names."""
    inside = within(resource.get(), *base)
    attached = [*listed(field(inside, groups)), *listed(field(inside, "SecurityGroups"))]
    for interface in listed(field(inside, "NetworkInterfaces")):
        attached += [*listed(field(interface, "Groups")), *listed(field(interface, "GroupSet"))]
        own = linker.link(field(interface, "NetworkInterfaceId"), INTERFACE - INSTANCE).only
        if own:
            attached += listed(linker.configuration.resources[own].get("GroupSet"))
    interface = within(inside, *_FIRST)
    by_interface = interface is not None
    return m.LaunchSettings(
        resource,
        {
            "public_ip": (*base, *_FIRST, "AssociatePublicIpAddress")
            if by_interface
            else (*base, "AssociatePublicIpAddress"),
            "groups": (*base, groups),
            "user_data": (*base, "UserData"),
            "profile": (*base, "IamInstanceProfile"),
            "image": (*base, image),
        },
        public_ip=field(interface if by_interface else inside, "AssociatePublicIpAddress"),
        groups=linker.links(tuple(attached), GROUP),
        user_data=_with_init(field(inside, "UserData"), resource.metadata),
        image=field(inside, image),
        profile=field(inside, "IamInstanceProfile"),
    )


def _with_init(user_data: Value, metadata: Mapping[str, Value]) -> Value:
    """User data, and after it what ``cfn-init`` writes and runs, as it is called from user data.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-init.html
    """
    written = list(_words(metadata.get(_INIT)))
    if not written:
        return user_data
    if isinstance(user_data, Encoded):
        user_data = user_data.value
    elif isinstance(user_data, str):
        with suppress(binascii.Error, ValueError):
            user_data = base64.b64decode(user_data, validate=True).decode("utf-8", "replace")
    before: Value = user_data if isinstance(user_data, (str, Text)) else Unknown("user data that is not text")
    return text((before, "\n", "\n".join(written)))


def _words(value: Value) -> Iterator[str]:
    """Every known string, and the names of files among the keys."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from (key,) if isinstance(key, str) else ()
            yield from _words(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _words(part)
    else:
        yield from (leaf for leaf in leaves(value) if isinstance(leaf, str))


def _launch_template(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield _settings(resource, linker, ("LaunchTemplateData",), "SecurityGroupIds", "ImageId")


def _launch_configuration(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield _settings(resource, linker, (), "SecurityGroups", "ImageId")


def _instance(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield _settings(resource, linker, (), "SecurityGroupIds", "ImageId")
    subnet, checks = resource.get("SubnetId"), resource.get("SourceDestCheck")
    place: Path = ("SubnetId",)
    if subnet is None:
        subnet, place = within(resource.get(), *_FIRST, "SubnetId"), (*_FIRST, "SubnetId")
    given = _first_interface(resource, linker)
    own: dict[str, Path] = {"checks_source": ("SourceDestCheck",)}
    if given.is_set:
        own = {}  # the interface's counts
        place = (*_FIRST, "NetworkInterfaceId")
        interface = linker.configuration.resources[given.only] if given.only else None
        unknown = Unknown("it is that of a network interface that is not in the configuration")
        subnet = interface.get("SubnetId") if interface else unknown
        checks = interface.get("SourceDestCheck") if interface else unknown
    template = resource.get("LaunchTemplate")
    yield m.Hosts(
        resource,
        {"subnets": place, "settings": ("LaunchTemplate",)},
        subnets=linker.links(subnet, SUBNET),
        settings=_settings_link(template, linker) if template is not None else itself(resource),
    )
    yield m.Interface(
        resource,
        {"subnet": place, **own},
        subnet=linker.link(subnet, SUBNET),
        checks_source=setting(checks, Tri.TRUE),
    )


def _autoscaling_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    mixed = within(resource.get(), "MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification")
    template = resource.get("LaunchTemplate") if mixed is None else mixed
    if template is not None:
        settings = _settings_link(template, linker)
    else:
        settings = linker.named(resource.get("LaunchConfigurationName"), SETTINGS, "LaunchConfigurationName")
    yield m.Hosts(
        resource,
        {"subnets": ("VPCZoneIdentifier",)},
        subnets=linker.links(resource.get("VPCZoneIdentifier"), SUBNET),
        settings=settings,
    )


def _settings_link(value: Value, linker: Linker) -> m.Link:
    link = linker.link(field(value, "LaunchTemplateId"), SETTINGS)
    return link if link.is_set else linker.named(field(value, "LaunchTemplateName"), SETTINGS, "LaunchTemplateName")


READERS: Mapping[str, Reader] = {
    "AWS::EC2::NetworkInterface": _interface,
    "AWS::EC2::EIP": _address,
    "AWS::EC2::EIPAssociation": _address,
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::LaunchTemplate": _launch_template,
    "AWS::AutoScaling::LaunchConfiguration": _launch_configuration,
    "AWS::AutoScaling::AutoScalingGroup": _autoscaling_group,
}
