# mypy: ignore-errors
# ruff: noqa: N802 (names of the protocol's methods)
"""Mock providers, served to the terraform binary by plugin protocol 5. Only schemas are real; ids are made up."""

import base64
import concurrent.futures
import importlib
import json
import re

from tests.oracle.copies import used_types
from tests.oracle.schemas import OTHERS, aws_schemas, load_schema, other_schemas


def render(value):
    """A template_file: ${name} of vars; anything beyond a plain name stays as it is."""
    text = re.sub(
        r"(\$?)\$\{\s*(\w+)\s*\}",
        lambda m: m[0] if m[1] else str((value.get("vars") or {}).get(m[2], m[0])),
        value.get("template") or "",
    )
    return text.replace("$${", "${")


def multipart(value):
    text = "\n".join(part["content"] for part in value.get("part") or [])
    return text if value.get("base64_encode") is False else base64.b64encode(text.encode()).decode()


def other_answer(kind, value, folder):
    """The same for the small providers."""
    kind = kind.removeprefix("data.")
    if kind in ("random_string", "random_password"):
        return {"result": ("mock0" * int(value["length"]))[: int(value["length"])]}
    if kind == "random_id":
        digits = "c0ffee" * int(value["byte_length"])
        return {
            "hex": (value.get("prefix") or "") + digits[: 2 * int(value["byte_length"])],
            "dec": (value.get("prefix") or "") + "12648430",
        }
    if kind == "random_pet":
        return {"id": (value.get("separator") or "-").join(filter(None, [value.get("prefix"), "mock", "pet"]))}
    if kind == "random_integer":
        return {"result": value["min"]}
    if kind == "random_shuffle":
        return {"result": value["input"][: int(value["result_count"])] if value.get("result_count") else value["input"]}
    if kind == "random_uuid":
        return {"result": "00000000-0000-4000-8000-000000c0ffee"}
    if kind == "template_file":
        return {"rendered": render(value)}
    if kind in ("template_cloudinit_config", "cloudinit_config"):
        return {"rendered": multipart(value)}
    if kind == "null_data_source":
        return {"outputs": value.get("inputs") or {}}
    if kind == "local_file" and (path := folder / value["filename"]).is_file():
        return {"content": path.read_text(errors="replace")}
    return (
        {"rfc3339": "2026-01-01T00:00:00Z", "rotation_rfc3339": "2027-01-01T00:00:00Z"}
        if kind.startswith("time_")
        else {}
    )


COMPUTED_IDS = {
    "id",
    "arn",
    "name",
    "bucket",
    "ipv6_cidr_block",
    "ipv6_cidr_block_network_border_group",
    "availability_zone",
    "latest_version",
    "default_version",
    "private_ip",
    "repository_url",
    "default_route_table_id",
    "main_route_table_id",
    "default_security_group_id",
    "default_network_acl_id",
}


def aws_answer(kind, value, region):
    """What AWS computes and data sources read, where a made-up text would not do."""
    name = value.get("name") or ""
    if kind == "aws_acm_certificate":
        domains = [value["domain_name"], *(value.get("subject_alternative_names") or [])]
        return {
            "domain_validation_options": [
                {
                    "domain_name": d,
                    "resource_record_name": f"_mock.{d}.",
                    "resource_record_type": "CNAME",
                    "resource_record_value": "_mock.acm-validations.aws.",
                }
                for d in dict.fromkeys(domains)
            ]
        }
    if kind == "aws_vpc_ipam_preview_next_cidr":
        return {"cidr": f"10.0.0.0/{int(value.get('netmask_length') or 16)}"}
    if kind == "aws_networkfirewall_firewall":
        return {
            "firewall_status": [
                {
                    "sync_states": [
                        {"availability_zone": region + z, "attachment": [{"endpoint_id": f"vpce-{name}-{z}"}]}
                        for z in "abc"
                    ]
                }
            ]
        }
    if kind == "aws_route53_zone":
        return {"name_servers": [f"ns-{i}.mock" for i in range(4)]}
    if kind == "data.aws_vpc_endpoint_service":
        return {"service_name": value.get("service_name") or f"com.amazonaws.{region}.{value.get('service')}"}
    if kind == "data.aws_ami":
        return {
            "id": "-".join(["ami", *(v for f in value.get("filter") or [] if f["name"] == "name" for v in f["values"])])
        }
    if kind == "data.aws_ssm_parameter":
        return {"value": json.dumps({"image_id": f"ssm:{name}"}) if name.endswith("recommended") else f"ssm:{name}"}
    return {
        "data.aws_availability_zones": {
            "names": [region + z for z in "abc"],
            "zone_ids": [f"mock-az{i}" for i in (1, 2, 3)],
            "group_names": [region],
        },
        "data.aws_region": dict.fromkeys(("name", "region", "id"), name or value.get("region") or region),
        "data.aws_caller_identity": {"account_id": "111122223333"},
        "data.aws_partition": {"partition": "aws", "dns_suffix": "amazonaws.com"},
        "data.aws_subnets": {"ids": ["subnet-ext1", "subnet-ext2", "subnet-ext3"]},
        "data.aws_subnet_ids": {"ids": ["subnet-ext1", "subnet-ext2", "subnet-ext3"]},
        "data.aws_vpc": {"cidr_block": value.get("cidr_block") or "172.31.0.0/16"},
        "data.aws_iam_policy_document": {"json": "{}"},
    }.get(kind, {})


def made_up(kind, name, spec, obj, region):
    """A value of a computed attribute; lists have one element."""
    if kind == "aws_route" and name in ("instance_id", "network_interface_id"):  # there where an instance is the target
        return None
    if kind == "aws_nat_gateway" and name.startswith(("auto_", "regional_")) and obj.get("availability_mode") is None:
        return "disabled" if spec == "string" else []
    if spec == "string":
        if name == "arn":
            return f"arn:aws:mock:{region}:111122223333:{kind}/{obj.get('id')}"
        if name == "region":
            return region
        if name == "availability_zone":  # AWS would choose one
            zone_id = str(obj.get("availability_zone_id") or "")
            return region + ("abc"[int(zone_id[-1]) - 1] if zone_id.startswith("mock-az") else "x")
        if name == "repository_url":
            return f"111122223333.dkr.ecr.{region}.amazonaws.com/{obj.get('name')}"
        if name == "ipv6_cidr_block":
            return "2a05:d018:abcd:1200::/56" if kind == "aws_vpc" else None
        return f"{obj.get('id')}.{name}"
    if isinstance(spec, str):
        return {"number": 1, "bool": False}.get(spec)
    container, element = spec
    if container == "object":
        return {n: made_up(kind, n, s, obj, region) for n, s in element.items()}
    return {} if container == "map" else [made_up(kind, name, element, obj, region)]


def shape(spec, value):
    """value with the attributes that its object type has and it lacks, as null."""
    if value is None or isinstance(spec, str):
        return value
    container, element = spec
    if container == "object":
        return {n: shape(s, value.get(n)) for n, s in element.items()}
    return (
        {k: shape(element, v) for k, v in value.items()} if container == "map" else [shape(element, v) for v in value]
    )


def serve(provider_schema, schemas, answer, default_region):
    """A gRPC server of one provider; answer(kind, value, region) gives the values that must not be arbitrary."""
    import grpc
    import msgpack

    pb = importlib.import_module("tfplugin5_pb2")
    rpc = importlib.import_module("tfplugin5_pb2_grpc")
    unknown = msgpack.ExtType(0, b"\0")
    counters, regions = (
        {},
        {},
    )  # Terraform opens one connection for each provider block: its peer tells their regions apart

    def block(attributes, blocks):
        out = pb.Schema.Block()
        for n, v in sorted(attributes.items()):
            out.attributes.add(
                name=n,
                type=json.dumps(v["type"]).encode(),
                required=v["required"],
                optional=v["optional"],
                computed=v["computed"],
            )
        for n, v in sorted(blocks.items()):
            b = out.block_types.add(
                type_name=n, nesting={"single": 1, "list": 2, "set": 3, "map": 4}[v["nesting"]], max_items=v["max"]
            )
            b.block.CopyFrom(block(*v["body"]))
        return out

    def decode(value):
        return msgpack.unpackb(value.msgpack, raw=False, strict_map_key=False)

    def encode(value):
        return pb.DynamicValue(msgpack=msgpack.packb(value))

    def is_unknown(value):
        return isinstance(value, msgpack.ExtType)

    def settle(value):  # what is still unknown after the mock's own answers is null
        if is_unknown(value):
            return None
        if isinstance(value, dict):
            return {k: settle(v) for k, v in value.items()}
        return [settle(v) for v in value] if isinstance(value, list) else value

    def new_id(kind):
        kind = "vgw" if kind == "aws_vpn_gateway" else kind.removeprefix("aws_").replace("_", "-")
        counters[kind] = counters.get(kind, 0) + 1
        return f"{kind}-{counters[kind]:04d}"

    class Provider(rpc.ProviderServicer):
        def GetSchema(self, request, context):
            response = pb.GetProviderSchema.Response()
            response.provider.block.CopyFrom(block(*provider_schema))
            response.provider_meta.block.attributes.add(name="user_agent", type=b'["list","string"]', optional=True)
            response.provider_meta.block.attributes.add(name="module_name", type=b'"string"', optional=True)
            for (kind, is_data), schema in schemas.items():
                target = response.data_source_schemas if is_data else response.resource_schemas
                target[kind].block.CopyFrom(block(*schema))
            return response

        def PrepareProviderConfig(self, request, context):
            return pb.PrepareProviderConfig.Response(prepared_config=request.config)

        def ValidateResourceTypeConfig(self, request, context):
            return pb.ValidateResourceTypeConfig.Response()

        def ValidateDataSourceConfig(self, request, context):
            return pb.ValidateDataSourceConfig.Response()

        def Configure(self, request, context):
            region = (decode(request.config) or {}).get("region")
            regions[context.peer()] = default_region if is_unknown(region) else region or default_region
            return pb.Configure.Response()

        def ReadResource(self, request, context):
            return pb.ReadResource.Response(new_state=request.current_state)

        def PlanResourceChange(self, request, context):
            value = decode(request.proposed_new_state)
            if value is None:
                return pb.PlanResourceChange.Response(planned_state=request.proposed_new_state)
            config, prior = decode(request.config), decode(request.prior_state)
            for name, spec in schemas[(request.type_name, False)][0].items():
                if not spec["computed"] or not (value.get(name) is None or is_unknown(value.get(name))):
                    continue
                if is_unknown(config.get(name)):
                    value[name] = unknown
                elif prior is None and name == "region":
                    value[name] = regions.get(context.peer(), default_region)
                elif prior is None:
                    value[name] = (
                        unknown
                        if (not spec["optional"] or name in COMPUTED_IDS) and spec["type"] != "dynamic"
                        else None
                    )
            if (
                request.type_name == "aws_acm_certificate"
                and not is_unknown(value["domain_name"])
                and not is_unknown(value.get("subject_alternative_names"))
            ):
                value.update(
                    answer(request.type_name, value, default_region)
                )  # its domain names are for_each keys: known in a plan
            return pb.PlanResourceChange.Response(planned_state=encode(value), legacy_type_system=True)

        def ApplyResourceChange(self, request, context):
            value, kind = decode(request.planned_state), request.type_name
            if value is None:
                return pb.ApplyResourceChange.Response(new_state=request.planned_state)
            region = regions.get(context.peer(), default_region)
            if is_unknown(value.get("id")) or value.get("id") is None:
                value["id"] = new_id(kind)
            attributes = schemas[(kind, False)][0]
            value.update(
                {k: shape(attributes[k]["type"], v) for k, v in answer(kind, value, region).items() if k in attributes}
            )
            for name, spec in attributes.items():
                if is_unknown(value.get(name)):
                    value[name] = made_up(kind, name, spec["type"], value, region)
            if "tags_all" in value:
                value["tags_all"] = value.get("tags") or {}
            return pb.ApplyResourceChange.Response(new_state=encode(settle(value)), legacy_type_system=True)

        def ReadDataSource(self, request, context):
            value, kind, region = (
                dict(decode(request.config)),
                request.type_name,
                regions.get(context.peer(), default_region),
            )
            attributes = schemas[(kind, True)][0]
            value["id"] = value.get("id") or "data-" + new_id(kind)
            value.update(
                {
                    k: shape(attributes[k]["type"], v)
                    for k, v in answer(f"data.{kind}", value, region).items()
                    if k in attributes
                }
            )
            for name, spec in attributes.items():
                if value.get(name) is None and spec["computed"] and (not spec["optional"] or name in COMPUTED_IDS):
                    value[name] = made_up(kind, name, spec["type"], value, region)
            return pb.ReadDataSource.Response(state=encode(settle(value)))

        def Stop(self, request, context):
            return pb.Stop.Response()

        def UpgradeResourceState(self, request, context):
            return pb.UpgradeResourceState.Response(upgraded_state=pb.DynamicValue(json=request.raw_state.json))

    server = grpc.server(
        concurrent.futures.ThreadPoolExecutor(8),
        options=[("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)],
    )
    rpc.add_ProviderServicer_to_server(Provider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def serve_all(tree, folder, region):
    """One server for each provider: {name: (server, port)}."""
    servers = {"aws": serve(load_schema("provider", False), aws_schemas(*used_types(tree)), aws_answer, region)}
    for name, (resources, data) in OTHERS.items():
        servers[name] = serve(
            ({}, {}), other_schemas(resources, data), lambda kind, value, _: other_answer(kind, value, folder), region
        )
    return servers
