"""Scans of generated plans, at one, two and four times the size: ``python -m benchmarks.plan [--megabytes 20]``.

A plan that is twice as large should take twice as long. The plans are those of many copies of one module: a VPC with
two subnets, a route table, a NAT gateway, a security group, and an ECS service.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Command, CommandError, memory, wall

_SIZES = (1, 2, 4)
_RESOURCES: Sequence[tuple[str, str, Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]] = (
    ("aws_vpc", "main", {"cidr_block": "10.0.0.0/16"}, {"id": True, "arn": True}, {}),
    ("aws_internet_gateway", "main", {}, {"id": True, "vpc_id": True}, {"vpc_id": ["aws_vpc.main.id"]}),
    ("aws_route_table", "main", {}, {"id": True, "vpc_id": True}, {"vpc_id": ["aws_vpc.main.id"]}),
    (
        "aws_route",
        "main",
        {"destination_cidr_block": "0.0.0.0/0"},
        {"id": True, "route_table_id": True, "gateway_id": True},
        {"route_table_id": ["aws_route_table.main.id"], "gateway_id": ["aws_internet_gateway.main.id"]},
    ),
    *(
        (
            "aws_subnet",
            f"public_{zone}",
            {"cidr_block": f"10.0.{i}.0/24", "availability_zone": f"eu-west-1{zone}", "map_public_ip_on_launch": True},
            {"id": True, "vpc_id": True},
            {"vpc_id": ["aws_vpc.main.id"]},
        )
        for i, zone in enumerate("ab")
    ),
    *(
        (
            "aws_route_table_association",
            zone,
            {},
            {"id": True, "subnet_id": True, "route_table_id": True},
            {"subnet_id": [f"aws_subnet.public_{zone}.id"], "route_table_id": ["aws_route_table.main.id"]},
        )
        for zone in "ab"
    ),
    (
        "aws_security_group",
        "api",
        {"ingress": [{"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}]},
        {"id": True, "vpc_id": True},
        {"vpc_id": ["aws_vpc.main.id"], "ingress": []},
    ),
    (
        "aws_ecs_service",
        "api",
        {"name": "api", "launch_type": "EC2", "network_configuration": [{"assign_public_ip": False}]},
        {"id": True, "network_configuration": [{"subnets": True}]},
        {"network_configuration": [{"subnets": ["aws_subnet.public_a.id", "aws_subnet.public_b.id"]}]},
    ),
)
_TAGS = {f"Tag{i}": "of the usual length of a tag's value" for i in range(8)}


def generate(copies: int) -> str:
    """The plan of a module that is called with ``for_each``, this many times."""
    children: list[object] = []
    changes: list[object] = []
    for number in range(copies):
        module = f'module.network["{number}"]'
        resources = []
        for kind, name, values, unknown, _ in _RESOURCES:
            own = {"address": f"{module}.{kind}.{name}", "mode": "managed", "type": kind, "name": name}
            after = {**values, "tags": _TAGS, "tags_all": _TAGS}
            resources.append({**own, "values": after, "sensitive_values": {"tags": {}, "tags_all": {}}})
            change = {"actions": ["create"], "before": None, "after": after, "after_unknown": {**unknown, "tags": {}}}
            changes.append({**own, "module_address": module, "change": change})
        children.append({"address": module, "resources": resources})
    blocks = [
        {
            "address": f"{kind}.{name}",
            "mode": "managed",
            "type": kind,
            "name": name,
            "expressions": {
                **{key: {"constant_value": value} for key, value in values.items() if key not in references},
                **{key: _expression(value) for key, value in references.items()},
            },
        }
        for kind, name, values, _, references in _RESOURCES
    ]
    call = {"source": "./network", "for_each_expression": {}, "module": {"resources": blocks}}
    return json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "planned_values": {"root_module": {"child_modules": children}},
            "resource_changes": changes,
            "configuration": {"root_module": {"module_calls": {"network": call}}},
        }
    )


def _expression(references: Any) -> Any:
    if any(isinstance(item, dict) for item in references):
        return [{key: _expression(value) for key, value in item.items()} for item in references]
    return {"references": [name for item in references for name in (item, item.rpartition(".")[0])]}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure scans of plans by size.")
    parser.add_argument("--megabytes", type=float, default=20, help="of the first plan (20)")
    parser.add_argument("--ecsnet", default=f"{shlex.quote(sys.executable)} -m ecsnet", help="the command")
    given = parser.parse_args(arguments)
    each = len(generate(11)) - len(generate(10))
    print("| plan MB | resources | wall s | MB / s | peak MB |\n|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        for size in _SIZES:
            copies = max(1, round(given.megabytes * size * 1_000_000 / each))
            path.write_text(generate(copies))
            megabytes = path.stat().st_size / 1_000_000
            try:
                run = Command((*shlex.split(given.ecsnet), "scan", "--no-cache", "--format", "json", str(path))).run()
            except CommandError as error:
                print(f"\n{error}")
                return 1
            found = f"{copies * len(_RESOURCES)} | {wall(run):.2f} | {megabytes / wall(run):.1f} | {memory(run):.0f}"
            print(f"| {megabytes:.1f} | {found} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
