"""EC2 instances, their network interfaces and addresses, and what they start with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.network import model as m
from ecsnet.network.links import Linker, Reader, field, listed, setting
from ecsnet.network.reading import blocks, within
from ecsnet.network.terraform.groups import by_name, guarded
from ecsnet.network.terraform.types import GROUP, HOST, INTERFACE, SETTINGS, SUBNET, itself
from ecsnet.resources import Path, Resource
from ecsnet.values import Tri, Unknown, Value


def _network_interface(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield m.Interface(
        resource,
        {"subnet": ("subnet_id",), "checks_source": ("source_dest_check",)},
        subnet=linker.link(resource.get("subnet_id"), SUBNET),
        checks_source=setting(resource.get("source_dest_check"), Tri.TRUE),
    )
    yield from guarded(resource, linker)


def _address_reader(*names: str) -> Reader:
    """``names``: the arguments that name what an Elastic IP is put on."""

    def read(resource: Resource, linker: Linker) -> Iterator[m.Element]:
        for name in names:
            holder = linker.link(resource.get(name), HOST | INTERFACE)
            if holder.is_set:
                yield m.ElasticAddress(resource, {"holder": (name,)}, holder=holder)

    return read


def _launch_template(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    interface = within(resource.get("network_interfaces"), 0)
    attached = [
        *listed(resource.get("vpc_security_group_ids")),
        *listed(by_name(resource.get("security_group_names"), linker)),
    ]
    for block in listed(resource.get("network_interfaces")):
        attached += listed(field(block, "security_groups"))
    yield m.LaunchSettings(
        resource,
        {
            "public_ip": ("network_interfaces", 0, "associate_public_ip_address"),
            "groups": ("vpc_security_group_ids",),
            "user_data": ("user_data",),
        },
        public_ip=field(interface, "associate_public_ip_address"),
        groups=linker.links(tuple(attached), GROUP),
        user_data=resource.get("user_data"),
        image=resource.get("image_id"),
        profile=within(resource.get("iam_instance_profile"), 0),
    )


def _launch_settings(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    """A launch configuration or an instance, which has the same arguments."""
    ids, names = resource.get("vpc_security_group_ids"), by_name(resource.get("security_groups"), linker)
    primary = _primary_interface(resource, linker)
    if primary.is_set:
        ids = _of_interface(primary, linker, "security_groups")
    data = resource.get("user_data")
    given = "user_data" if data is not None else "user_data_base64"
    yield m.LaunchSettings(
        resource,
        {
            "public_ip": ("associate_public_ip_address",),
            "groups": ("vpc_security_group_ids" if resource.get("vpc_security_group_ids") else "security_groups",),
            "user_data": (given,),
        },
        public_ip=resource.get("associate_public_ip_address"),
        groups=linker.links((*listed(ids), *listed(names)), GROUP),
        user_data=resource.get(given),
        image=resource.get("image_id") if resource.type == "aws_launch_configuration" else resource.get("ami"),
        profile=resource.get("iam_instance_profile"),
    )


def _primary_interface(resource: Resource, linker: Linker) -> m.Link:
    """The network interface that an instance is given in place of one of its own."""
    for block, _, certain in (*blocks(resource, "primary_network_interface"), *blocks(resource, "network_interface")):
        device = field(block, "device_index")
        if device in (None, 0, "0") or isinstance(device, Unknown):
            if not certain or isinstance(device, Unknown):
                return m.Link(elsewhere=True, anything=True)
            return linker.link(field(block, "network_interface_id"), INTERFACE)
    return m.Link()


def _of_interface(interface: m.Link, linker: Linker, name: str) -> Value:
    """An argument of the interface, wherever that is declared."""
    declared = linker.configuration.resources.get(interface.only or "")
    return declared.get(name) if declared else Unknown("its network interface is not in the configuration")


def _instance(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    yield from _launch_settings(resource, linker)
    template = within(resource.get("launch_template"), 0)
    primary = _primary_interface(resource, linker)
    subnet, check = resource.get("subnet_id"), resource.get("source_dest_check")
    place: Path = ("subnet_id",)
    own: dict[str, Path] = {"checks_source": ("source_dest_check",)}
    if primary.is_set:
        own = {}  # the interface's counts
        subnet, check = (_of_interface(primary, linker, name) for name in ("subnet_id", "source_dest_check"))
        block = (
            "network_interface" if resource.get("primary_network_interface") is None else "primary_network_interface"
        )
        place = (block, 0, "network_interface_id")
    yield m.Hosts(
        resource,
        {"subnets": place},
        subnets=linker.links(subnet, SUBNET),
        settings=_settings_link(template, linker, "id", "name") if template is not None else itself(resource),
    )
    yield m.Interface(
        resource,
        {"subnet": place, **own},
        subnet=linker.link(subnet, SUBNET),
        checks_source=setting(check, Tri.TRUE),
    )


def _autoscaling_group(resource: Resource, linker: Linker) -> Iterator[m.Element]:
    template = within(resource.get("launch_template"), 0)
    mixed = within(resource.get("mixed_instances_policy"), 0, "launch_template", 0, "launch_template_specification", 0)
    if mixed is not None:
        settings = _settings_link(mixed, linker, "launch_template_id", "launch_template_name")
    elif template is not None:
        settings = _settings_link(template, linker, "id", "name")
    else:
        settings = linker.named(resource.get("launch_configuration"), SETTINGS, "name")
    yield m.Hosts(
        resource,
        {"subnets": ("vpc_zone_identifier",)},
        subnets=linker.links(resource.get("vpc_zone_identifier"), SUBNET),
        settings=settings,
    )


def _settings_link(value: Value, linker: Linker, id_name: str, own_name: str) -> m.Link:
    link = linker.link(field(value, id_name), SETTINGS)
    return link if link.is_set else linker.named(field(value, own_name), SETTINGS, "name")


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(HOST, _instance),
    "aws_network_interface": _network_interface,
    "aws_eip": _address_reader("instance", "network_interface"),
    "aws_eip_association": _address_reader("instance_id", "network_interface_id"),
    "aws_launch_template": _launch_template,
    "aws_launch_configuration": _launch_settings,
    "aws_autoscaling_group": _autoscaling_group,
}
