# mypy: ignore-errors
"""Schemas of resources and data sources: AWS from the generated bindings, small providers written by hand."""

import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("MOCK_AWS_CACHE", pathlib.Path.home() / ".cache" / "mock-aws"))
BINDINGS = "@cdktf/provider-aws@21.22.1"


def prepare():
    """Fetch the bindings and compile the protocol, once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if not (CACHE / "package" / "lib").exists():
        subprocess.run(["npm", "pack", BINDINGS, "--silent"], cwd=CACHE, check=True, stdout=subprocess.DEVNULL)
        tarball = next(CACHE.glob("*.tgz"))
        subprocess.run(["tar", "xzf", tarball, "package/lib"], cwd=CACHE, check=True)
        tarball.unlink()
    if not (CACHE / "tfplugin5_pb2_grpc.py").exists():
        from grpc_tools import protoc

        protoc.main(["protoc", f"-I{HERE}", f"--python_out={CACHE}", f"--grpc_python_out={CACHE}", "tfplugin5.proto"])
    sys.path.insert(0, str(CACHE))


def written(text):
    """Attributes and blocks from 'name! (required) name (optional) name+ (computed) name:type block{...}'."""
    attributes, blocks = {}, {}
    for name, body, flag, kind in re.findall(r"(\w+)(?:\{([^}]*)\}|([!+]?)(?::(\w+))?)", text):
        if body:
            blocks[name] = {"nesting": "list", "body": written(body), "max": 0}
        else:
            attributes[name] = {
                "type": ["list", ["map", "string"]]
                if kind == "maps"
                else [kind, "string"]
                if kind in ("list", "set", "map")
                else kind or "string",
                "required": flag == "!",
                "optional": flag == "",
                "computed": flag == "+",
            }
    return attributes, blocks


RANDOM = """length!:number keepers:map lower:bool upper:bool number:bool numeric:bool special:bool override_special
    min_lower:number min_upper:number min_numeric:number min_special:number result+ bcrypt_hash+"""
FILE = """content content_base64 source sensitive_content filename! file_permission directory_permission
    content_md5+ content_sha1+ content_sha256+ content_base64sha256+"""
ARCHIVE = """type! output_path! source_dir source_file source_content source_content_filename
    excludes:list output_file_mode
    exclude_symlink_directories:bool source{content! filename!}
    output_size+:number output_sha+ output_sha256+ output_md5+ output_base64sha256+"""
MULTIPART = "gzip:bool base64_encode:bool boundary part{content! content_type filename merge_type} rendered+"
CLOCK = "day+:number hour+:number minute+:number month+:number second+:number unix+:number year+:number triggers:map"
CERTIFICATE = """validity_period_hours!:number allowed_uses:list early_renewal_hours:number
    is_ca_certificate:bool set_subject_key_id:bool
    cert_pem+ ready_for_renewal+:bool validity_start_time+ validity_end_time+"""
KEY = """private_key_pem+ private_key_openssh+ private_key_pem_pkcs8+ public_key_pem+ public_key_openssh+
    public_key_fingerprint_md5+ public_key_fingerprint_sha256+"""
SUBJECT = """dns_names:list ip_addresses:list uris:list
    subject{common_name organization organizational_unit country locality province postal_code serial_number}"""
OFFSETS = " ".join(f"offset_{unit}:number" for unit in ("days", "hours", "minutes", "months", "years"))
ROTATIONS = " ".join(f"rotation_{unit}:number" for unit in ("days", "hours", "minutes", "months", "years"))
PUBLIC_KEY = """private_key_pem private_key_openssh algorithm+
    public_key_pem+ public_key_openssh+ public_key_fingerprint_md5+"""

OTHERS = {  # provider -> (resources, data sources)
    "random": (
        {
            "random_id": "byte_length!:number keepers:map prefix hex+ dec+ b64_url+ b64_std+",
            "random_integer": "min!:number max!:number keepers:map seed result+:number",
            "random_string": RANDOM,
            "random_password": RANDOM,
            "random_pet": "length:number separator prefix keepers:map",
            "random_shuffle": "input!:list result_count:number keepers:map seed result+:list",
            "random_uuid": "keepers:map result+",
        },
        {},
    ),
    "template": ({}, {"template_file": "template filename vars:map rendered+", "template_cloudinit_config": MULTIPART}),
    "cloudinit": ({}, {"cloudinit_config": MULTIPART}),
    "null": (
        {"null_resource": "triggers:map"},
        {"null_data_source": "inputs:map outputs+:map random+ has_computed_default"},
    ),
    "tls": (
        {
            "tls_private_key": f"algorithm! rsa_bits:number ecdsa_curve {KEY}",
            "tls_self_signed_cert": f"private_key_pem! key_algorithm {CERTIFICATE} {SUBJECT}",
            "tls_cert_request": f"private_key_pem! key_algorithm {SUBJECT} cert_request_pem+",
            "tls_locally_signed_cert": "cert_request_pem! ca_private_key_pem! ca_cert_pem! ca_key_algorithm "
            + CERTIFICATE,
        },
        {"tls_public_key": PUBLIC_KEY},
    ),
    "local": ({"local_file": FILE, "local_sensitive_file": FILE}, {"local_file": "filename! content+ content_base64+"}),
    "archive": ({"archive_file": ARCHIVE}, {"archive_file": ARCHIVE}),
    "time": (
        {
            "time_sleep": "create_duration destroy_duration triggers:map",
            "time_static": f"rfc3339+ {CLOCK}",
            "time_offset": f"base_rfc3339+ rfc3339+ {OFFSETS} {CLOCK}",
            "time_rotating": f"rfc3339+ rotation_rfc3339+ {ROTATIONS} {CLOCK}",
        },
        {},
    ),
}

LEGACY = {  # what AWS provider versions before or after the bindings' have: (type, is data source) -> attributes
    ("provider", False): "shared_credentials_file skip_get_ec2_platforms:bool s3_force_path_style:bool",
    ("aws_autoscaling_group", False): "tags:maps",
    ("aws_db_instance", False): "name",
    (
        "aws_ecs_cluster",
        False,
    ): "capacity_providers:list default_capacity_provider_strategy{capacity_provider weight:number base:number}",
    ("aws_eip", False): "vpc:bool",
    ("aws_iam_instance_profile", False): "roles:list",
    ("aws_s3_bucket", False): "bucket_namespace",
    ("aws_subnet_ids", True): "vpc_id! tags:map filter{name! values!:list} ids+:list",
    ("aws_vpc", False): "enable_classiclink:bool enable_classiclink_dns_support:bool",
}


ATTRIBUTE = re.compile(
    r'^\s{8,12}(\w+): \{\n\s+value: (.*),\n\s+isBlock: (true|false),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)",',
    re.M,
)
SCALARS = {"string": "string", "number": "number", "boolean": "bool"}


def cty(kind, storage):
    if storage in SCALARS:
        return SCALARS[storage]
    if storage == "anyMap":
        return ["map", "string"]
    match = re.match(r"(string|number|boolean)(List|Map)$", storage)
    if not match:
        return "dynamic"
    container = kind if kind in ("list", "set", "map") else ("map" if match[2] == "Map" else "list")
    return [container, SCALARS[match[1]]]


def function_body(source, name):
    start = source.find(f"function {name}(struct) {{")
    return source[start : source.find("\n}\n", start)] if start >= 0 else ""


def flags(source):
    return {
        m[1]: tuple(x == "true" for x in m.groups()[1:])
        for m in re.finditer(r"// (\w+) - computed: (\w+), optional: (\w+), required: (\w+)", source)
    }


def object_type(attributes, blocks):
    fields = {k: v["type"] for k, v in attributes.items()}
    for name, block in blocks.items():
        nesting = block["nesting"] if block["nesting"] != "single" else "list"
        fields[name] = [nesting, ["object", object_type(*block["body"])]]
    return fields


def parse_block(source, text, cls):
    attributes, blocks, known = {}, {}, flags(cls)
    for m in ATTRIBUTE.finditer(text):
        name, value, is_block, kind, storage = m.groups()
        if is_block == "false":
            attributes[name] = {"type": cty(kind, storage)}
            continue
        functions = [
            f
            for f in re.findall(r"(?<!\.)\b([a-z]\w+ToHclTerraform)\b", value)
            if f not in ("stringToHclTerraform", "numberToHclTerraform")
        ]
        function = functions[0] if functions else ""
        interface = (function[:1].upper() + function[1:]).replace("ToHclTerraform", "")
        start = source.find(f"class {interface}OutputReference ")
        body = parse_block(
            source,
            function_body(source, function) if function else "",
            source[start : source.find(f"\nexports.{interface}OutputReference = ", start)] if start >= 0 else "",
        )
        mapper = re.search(r"listMapperHcl\(\w+, (true|false)\)", value)
        if mapper and mapper[1] == "false":  # attribute as blocks: aws_route_table.route, aws_security_group.ingress
            attributes[name] = {"type": [kind if kind in ("list", "set") else "list", ["object", object_type(*body)]]}
        else:
            nesting = {"list": "list", "set": "set", "struct": "single", "map": "map"}[kind]
            if nesting == "single":
                nesting, limit = "list", 1
            else:
                limit = 0 if mapper else 1
            blocks[name] = {"nesting": nesting, "body": body, "max": limit}
    for name in attributes:
        computed, optional, required = known.get(name, (True, True, False))
        attributes[name].update(computed=computed, optional=optional or not (required or computed), required=required)
    for name, (computed, optional, required) in known.items():
        if computed and not optional and not required and name not in attributes and name not in blocks:
            getter = re.search(rf"get(\w*)Attribute\('{name}'\)", cls)
            kind = {"String": "string", "Number": "number", "Boolean": "bool", "List": ["list", "string"]}.get(
                getter[1] if getter else "", "dynamic"
            )
            if not getter and re.search(rf'StringMap\(this, "{name}"', cls):
                kind = ["map", "string"]
            if nested := re.search(rf'new (\w+)List\(this, "{name}", (true|false)\)', cls):
                start = source.find(f"class {nested[1]}OutputReference ")
                body = parse_block(
                    source, "", source[start : source.find(f"\nexports.{nested[1]}OutputReference = ", start)]
                )
                kind = ["set" if nested[2] == "true" else "list", ["object", object_type(*body)]]
            attributes[name] = {"type": kind, "computed": True, "optional": False, "required": False}
    return attributes, blocks


def load_schema(kind, is_data):
    """A resource's or data source's attributes and blocks; kind "provider" gives those of the provider itself."""
    legacy, legacy_blocks = written(LEGACY.get((kind, is_data), ""))
    folder = kind if kind == "provider" else ("data-aws-" if is_data else "") + kind[4:].replace("_", "-")
    path = CACHE / "package" / "lib" / folder / "index.js"
    if path.exists():
        source = path.read_text()
        start = source.rfind("synthesizeHclAttributes() {")
        attributes, blocks = parse_block(source, source[start:], source[source.rfind("\nclass ", 0, start) :])
    elif legacy:
        attributes, blocks = {}, {}
    else:
        return None
    attributes, blocks = {**legacy, **attributes}, {**legacy_blocks, **blocks}
    if kind == "provider":
        for spec in attributes.values():
            spec.update(computed=False, optional=True, required=False)
    else:
        attributes.setdefault("id", {"type": "string", "computed": True, "optional": True, "required": False})
    return attributes, blocks


def aws_schemas(resources, data):
    return {(t, d): s for ts, d in ((resources, False), (data, True)) for t in ts if (s := load_schema(t, d))}


def other_schemas(resources, data):
    schemas = {(t, d): written(text) for ts, d in ((resources, False), (data, True)) for t, text in ts.items()}
    for attributes, _ in schemas.values():
        attributes["id"] = {"type": "string", "computed": True, "optional": False, "required": False}
    return schemas
