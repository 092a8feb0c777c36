"""How time grows with a network: ``python -m benchmarks.scale [--largest 10240] [--shape terraform]``.

A network of n subnets and n services is made here, in four shapes: Terraform with a block for each, Terraform with
``count``, the plan of the latter, and a CloudFormation template. Half of the subnets are private. Every subnet has its
route table, association and internet route, every service its task definition and security group; ten private subnets
share a NAT gateway in another zone than half of theirs, and each has an interface endpoint. All in one VPC: nothing
keeps one thing from being looked at for every other.

The exponent between two sizes is how many times the time doubles while the size does so once: 1 is linear, 2 quadratic.
That of n log n is 1.1 to 1.3 at these sizes. The time is that which a scan tells of itself, in a new process each: the
start of the interpreter, which every size pays alike, is not in it.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Command, CommandError, memory

Json = dict[str, object]
_ZONES = "abc"
_PER_GATEWAY = 10
_PER_FILE = 1_000
_COMMAND = (sys.executable, "-m", "ecsnet", "scan", "--no-config", "--no-cache", "--format", "json")


def terraform(size: int) -> dict[str, str]:
    """A block for each."""
    blocks = [_TERRAFORM_BASE]
    for i in range(size):
        public, zone = i % 2 == 0, _ZONES[i % 3]
        target = "gateway_id = aws_internet_gateway.main.id"
        if not public:
            target = f"nat_gateway_id = aws_nat_gateway.n{i // (2 * _PER_GATEWAY)}.id"
        blocks.append(
            f"""
resource "aws_subnet" "s{i}" {{
  vpc_id                  = aws_vpc.main.id
  cidr_block              = cidrsubnet("10.0.0.0/8", 16, {i})
  availability_zone       = "eu-west-1{zone}"
  map_public_ip_on_launch = {str(public).lower()}
}}
resource "aws_route_table" "s{i}" {{
  vpc_id = aws_vpc.main.id
}}
resource "aws_route" "s{i}" {{
  route_table_id         = aws_route_table.s{i}.id
  destination_cidr_block = "0.0.0.0/0"
  {target}
}}
resource "aws_route_table_association" "s{i}" {{
  subnet_id      = aws_subnet.s{i}.id
  route_table_id = aws_route_table.s{i}.id
}}
resource "aws_security_group" "s{i}" {{
  vpc_id = aws_vpc.main.id
  ingress {{
    protocol    = "tcp"
    from_port   = {443 if i % 4 else 22}
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }}
}}
resource "aws_ecs_task_definition" "s{i}" {{
  family                = "s{i}"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{{ name = "web", image = "web", portMappings = [{{ containerPort = 443 }}] }}])
}}
resource "aws_ecs_service" "s{i}" {{
  name            = "s{i}"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.s{i}.arn
  launch_type     = "EC2"
  network_configuration {{
    subnets         = [aws_subnet.s{i}.id]
    security_groups = [aws_security_group.s{i}.id]
  }}
}}
"""
        )
    blocks += [
        f"""
resource "aws_eip" "n{i}" {{
  domain = "vpc"
}}
resource "aws_nat_gateway" "n{i}" {{
  subnet_id     = aws_subnet.s{2 * _PER_GATEWAY * i}.id
  allocation_id = aws_eip.n{i}.id
}}
resource "aws_vpc_endpoint" "n{i}" {{
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.eu-west-1.logs"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.s{2 * _PER_GATEWAY * i}.id]
  security_group_ids  = [aws_security_group.s{2 * _PER_GATEWAY * i}.id]
  private_dns_enabled = true
}}
"""
        for i in range(_gateways(size))
    ]
    parts = range(0, len(blocks), _PER_FILE)
    return {f"part{start}.tf": "".join(blocks[start : start + _PER_FILE]) for start in parts}


_TERRAFORM_BASE = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/8"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_ecs_cluster" "main" {
  name = "main"
}
"""


def counted(size: int) -> dict[str, str]:
    """The same with ``count``; public and private subnets are two resources each."""
    half, gateways = max(1, size // 2), _gateways(size)
    text = _TERRAFORM_BASE
    for kind, public in (("public", True), ("private", False)):
        target = "gateway_id = aws_internet_gateway.main.id"
        if not public:
            target = f"nat_gateway_id = aws_nat_gateway.main[floor(count.index / {_PER_GATEWAY})].id"
        text += f"""
resource "aws_subnet" "{kind}" {{
  count                   = {half}
  vpc_id                  = aws_vpc.main.id
  cidr_block              = cidrsubnet("10.0.0.0/8", 16, count.index + {0 if public else half})
  availability_zone       = element(["eu-west-1a", "eu-west-1b", "eu-west-1c"], count.index)
  map_public_ip_on_launch = {str(public).lower()}
}}
resource "aws_route_table" "{kind}" {{
  count  = {half}
  vpc_id = aws_vpc.main.id
}}
resource "aws_route" "{kind}" {{
  count                  = {half}
  route_table_id         = aws_route_table.{kind}[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  {target}
}}
resource "aws_route_table_association" "{kind}" {{
  count          = {half}
  subnet_id      = aws_subnet.{kind}[count.index].id
  route_table_id = element(aws_route_table.{kind}[*].id, count.index)
}}
resource "aws_security_group" "{kind}" {{
  count  = {half}
  vpc_id = aws_vpc.main.id
  ingress {{
    protocol    = "tcp"
    from_port   = {22 if public else 443}
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }}
}}
resource "aws_ecs_task_definition" "{kind}" {{
  count                 = {half}
  family                = "{kind}-${{count.index}}"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{{ name = "web", image = "web", portMappings = [{{ containerPort = 443 }}] }}])
}}
resource "aws_ecs_service" "{kind}" {{
  count           = {half}
  name            = "{kind}-${{count.index}}"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.{kind}[count.index].arn
  launch_type     = "EC2"
  network_configuration {{
    subnets         = [aws_subnet.{kind}[count.index].id]
    security_groups = [aws_security_group.{kind}[count.index].id]
  }}
}}
"""
    text += f"""
resource "aws_eip" "main" {{
  count  = {gateways}
  domain = "vpc"
}}
resource "aws_nat_gateway" "main" {{
  count         = {gateways}
  subnet_id     = aws_subnet.public[count.index].id
  allocation_id = aws_eip.main[count.index].id
}}
resource "aws_vpc_endpoint" "main" {{
  count               = {gateways}
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.eu-west-1.logs"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.public[count.index].id]
  security_group_ids  = [aws_security_group.public[count.index].id]
  private_dns_enabled = true
}}
"""
    return {"main.tf": text}


_Block = tuple[str, str, int, Mapping[str, object], Mapping[str, object]]


def _planned_blocks(size: int) -> Iterator[_Block]:
    """Type, name, count (0: none), known arguments, and those that name other resources."""
    half, gateways = max(1, size // 2), _gateways(size)
    vpc, cluster = ["aws_vpc.main"], ["aws_ecs_cluster.main"]
    yield "aws_vpc", "main", 0, {"cidr_block": "10.0.0.0/8"}, {}
    yield "aws_internet_gateway", "main", 0, {}, {"vpc_id": vpc}
    yield "aws_ecs_cluster", "main", 0, {"name": "main"}, {}
    for kind in ("public", "private"):
        target: Json = {"gateway_id": ["aws_internet_gateway.main"]}
        if kind == "private":
            target = {"nat_gateway_id": ["aws_nat_gateway.main", "count.index"]}
        known: Json = {"map_public_ip_on_launch": kind == "public", "availability_zone": "eu-west-1a"}
        yield "aws_subnet", kind, half, known, {"vpc_id": vpc}
        yield "aws_route_table", kind, half, {}, {"vpc_id": vpc}
        own = [f"aws_route_table.{kind}", "count.index"]
        yield "aws_route", kind, half, {"destination_cidr_block": "0.0.0.0/0"}, {"route_table_id": own, **target}
        subnet = [f"aws_subnet.{kind}", "count.index"]
        yield "aws_route_table_association", kind, half, {}, {"subnet_id": subnet, "route_table_id": own}
        ports = {"from_port": 22 if kind == "public" else 443, "to_port": 443}
        rule = {"protocol": "tcp", **ports, "cidr_blocks": ["0.0.0.0/0"]}
        yield "aws_security_group", kind, half, {"ingress": [rule]}, {"vpc_id": vpc}
        containers = json.dumps([{"name": "web", "image": "web", "portMappings": [{"containerPort": 443}]}])
        task: Json = {"family": kind, "network_mode": "awsvpc", "container_definitions": containers}
        yield "aws_ecs_task_definition", kind, half, task, {}
        placed = {"subnets": subnet, "security_groups": [f"aws_security_group.{kind}", "count.index"]}
        named: Json = {"cluster": cluster, "task_definition": [f"aws_ecs_task_definition.{kind}", "count.index"]}
        yield "aws_ecs_service", kind, half, {"launch_type": "EC2"}, {**named, "network_configuration": [placed]}
    yield "aws_eip", "main", gateways, {"domain": "vpc"}, {}
    subnet = ["aws_subnet.public", "count.index"]
    address = ["aws_eip.main", "count.index"]
    yield "aws_nat_gateway", "main", gateways, {}, {"subnet_id": subnet, "allocation_id": address}
    private: Json = {"vpc_endpoint_type": "Interface", "private_dns_enabled": True}
    service: Json = {"service_name": "com.amazonaws.eu-west-1.logs", **private}
    groups = ["aws_security_group.public", "count.index"]
    yield (
        "aws_vpc_endpoint",
        "main",
        gateways,
        service,
        {"vpc_id": vpc, "subnet_ids": subnet, "security_group_ids": groups},
    )


def plan(size: int) -> dict[str, str]:
    """The plan of ``counted``: it says which resources an argument names, not which instance."""
    resources: list[Json] = []
    changes: list[Json] = []
    blocks: list[Json] = []
    for kind, name, count, known, named in _planned_blocks(size):
        for index in range(count) if count else [None]:
            address = f"{kind}.{name}" if index is None else f"{kind}.{name}[{index}]"
            own: Json = {"address": address, "mode": "managed", "type": kind, "name": name}
            if index is not None:
                own["index"] = index
            resources.append({**own, "values": known})
            unknown = {"id": True, "arn": True, **{key: _unknown(value) for key, value in named.items()}}
            changes.append({**own, "change": {"actions": ["create"], "after": known, "after_unknown": unknown}})
        expressions: Json = {key: {"constant_value": value} for key, value in known.items()}
        expressions.update({key: _expression(value) for key, value in named.items()})
        block: Json = {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name}
        blocks.append({**block, "expressions": expressions, **({"count_expression": {}} if count else {})})
    document = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": blocks}},
    }
    return {"plan.json": json.dumps(document)}


def _unknown(value: object) -> object:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [dict.fromkeys(value[0], True)]
    return True


def _expression(value: object) -> object:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{key: _expression(item) for key, item in value[0].items()}]
    return {"references": value}


def cloudformation(size: int) -> dict[str, str]:
    """A template with a resource for each; it knows no more limits than that of its size, 16 MB."""
    made: Json = {
        "Vpc": _resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/8"),
        "Igw": _resource("AWS::EC2::InternetGateway"),
        "Attached": _resource("AWS::EC2::VPCGatewayAttachment", VpcId=_ref("Vpc"), InternetGatewayId=_ref("Igw")),
        "Cluster": _resource("AWS::ECS::Cluster"),
    }
    for i in range(size):
        public = i % 2 == 0
        target = {"GatewayId": _ref("Igw")} if public else {"NatGatewayId": _ref(f"Nat{i // (2 * _PER_GATEWAY)}")}
        table, destination = _ref(f"Table{i}"), {"DestinationCidrBlock": "0.0.0.0/0"}
        made[f"Subnet{i}"] = _resource(
            "AWS::EC2::Subnet",
            VpcId=_ref("Vpc"),
            CidrBlock=f"10.{i // 250 % 250}.{i % 250}.0/24",
            AvailabilityZone=f"eu-west-1{_ZONES[i % 3]}",
            MapPublicIpOnLaunch=public,
        )
        made[f"Table{i}"] = _resource("AWS::EC2::RouteTable", VpcId=_ref("Vpc"))
        made[f"Route{i}"] = _resource("AWS::EC2::Route", RouteTableId=table, **destination, **target)
        made[f"Association{i}"] = _resource(
            "AWS::EC2::SubnetRouteTableAssociation", SubnetId=_ref(f"Subnet{i}"), RouteTableId=table
        )
        rule = {"IpProtocol": "tcp", "FromPort": 443 if i % 4 else 22, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
        made[f"Group{i}"] = _resource("AWS::EC2::SecurityGroup", VpcId=_ref("Vpc"), SecurityGroupIngress=[rule])
        containers = [{"Name": "web", "Image": "web", "PortMappings": [{"ContainerPort": 443}]}]
        made[f"Task{i}"] = _resource("AWS::ECS::TaskDefinition", NetworkMode="awsvpc", ContainerDefinitions=containers)
        network = {"Subnets": [_ref(f"Subnet{i}")], "SecurityGroups": [_ref(f"Group{i}")]}
        made[f"Service{i}"] = _resource(
            "AWS::ECS::Service",
            Cluster=_ref("Cluster"),
            TaskDefinition=_ref(f"Task{i}"),
            LaunchType="EC2",
            NetworkConfiguration={"AwsvpcConfiguration": network},
        )
    for i in range(_gateways(size)):
        subnet, allocation = _ref(f"Subnet{2 * _PER_GATEWAY * i}"), {"Fn::GetAtt": [f"Eip{i}", "AllocationId"]}
        made[f"Eip{i}"] = _resource("AWS::EC2::EIP", Domain="vpc")
        made[f"Nat{i}"] = _resource("AWS::EC2::NatGateway", SubnetId=subnet, AllocationId=allocation)
        made[f"Endpoint{i}"] = _resource(
            "AWS::EC2::VPCEndpoint",
            VpcId=_ref("Vpc"),
            ServiceName="com.amazonaws.eu-west-1.logs",
            VpcEndpointType="Interface",
            SubnetIds=[subnet],
            SecurityGroupIds=[_ref(f"Group{2 * _PER_GATEWAY * i}")],
            PrivateDnsEnabled=True,
        )
    return {"template.json": json.dumps({"Resources": made})}


def _resource(kind: str, **properties: object) -> Json:
    return {"Type": kind, "Properties": properties}


def _ref(name: str) -> Json:
    return {"Ref": name}


def _gateways(size: int) -> int:
    return -(-size // (2 * _PER_GATEWAY))


SHAPES: Mapping[str, Callable[[int], dict[str, str]]] = {
    "terraform": terraform,
    "counted": counted,
    "plan": plan,
    "cloudformation": cloudformation,
}


def row(shape: str, size: int, before: float | None, rounds: int) -> tuple[float, str]:
    """The seconds of the fastest scan, and its line of the table. ``before``: the seconds at half the size.

    :raises CommandError: a scan did not end well
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SHAPES[shape](size).items():
            (Path(folder) / name).write_text(text)
        runs = [Command((*_COMMAND, folder), accepted=frozenset({0, 1, 3})).run() for _ in range(rounds)]
    reports = [json.loads(run.output) for run in runs]
    # Whatever else the machine does only adds to the time.
    seconds = min(report["summary"]["seconds"] for report in reports)
    instances = reports[0]["summary"]["resources"]
    exponent = f"{math.log2(seconds / before):.2f}" if before else ""
    times = [f"{seconds:.2f}", f"{seconds / instances * 1e6:.0f}", exponent, f"{max(map(memory, runs)):.0f}"]
    verdicts = [f"{len(reports[0][kind]):,}" for kind in ("findings", "unknown")]
    problems = "; ".join(problem["message"] for problem in reports[0]["errors"])
    return seconds, f"| {' | '.join([shape, f'{size:,}', f'{instances:,}', *times, *verdicts, problems])} |"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description="Measure growth with the network.")
    parser.add_argument("--largest", type=int, default=10_240, help="subnets and services (default: 10240)")
    parser.add_argument("--shape", choices=SHAPES, action="append", help="only this one (default: all)")
    parser.add_argument("--rounds", type=int, default=3, help="scans, the fastest of which counts (default: 3)")
    given = parser.parse_args(arguments)
    print("| shape | n | instances | seconds | µs an instance | exponent | peak MB | findings | unknown | problems |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    for shape in given.shape or SHAPES:
        before: float | None = None
        size = 10
        while size <= given.largest:
            try:
                before, line = row(shape, size, before, given.rounds)
            except CommandError as error:
                print(f"\n{shape}, {size}: {error}")
                return 1
            print(line, flush=True)
            size *= 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
