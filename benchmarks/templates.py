"""How long large templates take: ``python -m benchmarks.templates``.

The templates are made here, in the shapes that CDK writes: JSON with one space of indentation, each resource with its
construct path. CloudFormation takes 51,200 bytes in a request, 1 MB from S3 and 500 resources
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html); the last one is larger than
any of these. The one with scenarios leaves six conditions open that change verdicts: 64 combinations.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Report

Json = dict[str, object]
_PADDING = "text as long as the environment of a container may be "


def network(number: int, services: int, padding: int = 0, condition: str = "") -> Json:
    """A VPC of two zones that share a NAT gateway, and Fargate services in it: 18 resources, and 3 a service."""
    name = f"Vpc{number}"
    made: Json = {
        name: _resource("AWS::EC2::VPC", f"{name}/Resource", CidrBlock=f"10.{number % 250}.0.0/16"),
        f"{name}Igw": _resource("AWS::EC2::InternetGateway", f"{name}/IGW"),
        f"{name}Attachment": _resource(
            "AWS::EC2::VPCGatewayAttachment", f"{name}/VPCGW", VpcId=_ref(name), InternetGatewayId=_ref(f"{name}Igw")
        ),
        f"{name}Eip": _resource("AWS::EC2::EIP", f"{name}/PublicSubnet1/EIP", Domain="vpc"),
        f"{name}Nat": _resource(
            "AWS::EC2::NatGateway",
            f"{name}/PublicSubnet1/NATGateway",
            SubnetId=_ref(f"{name}Public0"),
            AllocationId={"Fn::GetAtt": [f"{name}Eip", "AllocationId"]},
        ),
        f"{name}Cluster": _resource("AWS::ECS::Cluster", f"{name}/Cluster/Resource"),
    }
    targets = {"Public": {"GatewayId": _ref(f"{name}Igw")}, "Private": {"NatGatewayId": _ref(f"{name}Nat")}}
    for kind, target in targets.items():
        for zone in (0, 1):
            subnet = f"{name}{kind}{zone}"
            path = f"{name}/{kind}Subnet{zone + 1}"
            block = f"10.{number % 250}.{zone + 2 * (kind == 'Private')}.0/24"
            made[subnet] = _resource(
                "AWS::EC2::Subnet",
                f"{path}/Subnet",
                VpcId=_ref(name),
                CidrBlock=block,
                AvailabilityZone={"Fn::Select": [zone, {"Fn::GetAZs": ""}]},
                MapPublicIpOnLaunch=kind == "Public",
            )
            made[f"{subnet}Table"] = _resource("AWS::EC2::RouteTable", f"{path}/RouteTable", VpcId=_ref(name))
            made[f"{subnet}Association"] = _resource(
                "AWS::EC2::SubnetRouteTableAssociation",
                f"{path}/RouteTableAssociation",
                RouteTableId=_ref(f"{subnet}Table"),
                SubnetId=_ref(subnet),
            )
            made[f"{subnet}Route"] = _resource(
                "AWS::EC2::Route",
                f"{path}/DefaultRoute",
                RouteTableId=_ref(f"{subnet}Table"),
                DestinationCidrBlock="0.0.0.0/0",
                **target,
            )
    for service in range(services):
        made.update(_service(name, service, padding, condition))
    return made


def _service(name: str, number: int, padding: int, condition: str) -> Json:
    own = f"{name}Service{number}"
    block: object = {"Fn::If": [condition, "0.0.0.0/0", "10.0.0.0/8"]} if condition else "0.0.0.0/0"
    variables = [{"Name": f"V{index}", "Value": _PADDING} for index in range(padding)]
    return {
        f"{own}Task": _resource(
            "AWS::ECS::TaskDefinition",
            f"{own}/TaskDef/Resource",
            NetworkMode="awsvpc",
            RequiresCompatibilities=["FARGATE"],
            ContainerDefinitions=[{"Name": "web", "Image": "web", "Environment": variables}],
        ),
        f"{own}Group": _resource(
            "AWS::EC2::SecurityGroup",
            f"{own}/SecurityGroup/Resource",
            GroupDescription=own,
            VpcId=_ref(name),
            SecurityGroupIngress=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 80, "CidrIp": block}],
        ),
        own: _resource(
            "AWS::ECS::Service",
            f"{own}/Service",
            Cluster=_ref(f"{name}Cluster"),
            LaunchType="FARGATE",
            TaskDefinition=_ref(f"{own}Task"),
            NetworkConfiguration={
                "AwsvpcConfiguration": {
                    "Subnets": [_ref(f"{name}Private0"), _ref(f"{name}Private1")],
                    "SecurityGroups": [{"Fn::GetAtt": [f"{own}Group", "GroupId"]}],
                }
            },
        ),
    }


def _resource(kind: str, path: str, **properties: object) -> Json:
    return {"Type": kind, "Properties": properties, "Metadata": {"aws:cdk:path": f"Large/{path}"}}


def _ref(name: str) -> Json:
    return {"Ref": name}


def template(networks: int, services: int, padding: int, conditions: int = 0) -> str:
    """As text. Each condition is about a parameter of its own."""
    resources: Json = {}
    for number in range(networks):
        condition = f"Open{number % conditions}" if conditions else ""
        resources.update(network(number, services, padding, condition))
    document: Json = {"Resources": resources}
    if conditions:
        document["Parameters"] = {f"Stage{number}": {"Type": "String"} for number in range(conditions)}
        document["Conditions"] = {
            f"Open{number}": {"Fn::Equals": [_ref(f"Stage{number}"), "dev"]} for number in range(conditions)
        }
    return json.dumps(document, indent=1)


CASES: dict[str, Callable[[], str]] = {
    "in a request: below 51,200 bytes": lambda: template(1, 25, 0),
    "1 MB, 500 resources": lambda: template(10, 9, 72),
    "2.6 MB, 1,400 resources": lambda: template(28, 9, 72),
    "64 scenarios, 280 resources": lambda: template(6, 8, 0, conditions=6),
}


def measured(text: str, times: int = 3) -> tuple[float, Report]:
    """The median of the seconds that the command takes, each time in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.template.json"
        file.write_text(text)
        seconds = []
        for _ in range(times):
            start = time.perf_counter()
            command = [sys.executable, "-m", "ecsnet", "scan", "--quiet", "--no-cache", "--no-config", str(file)]
            subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
            seconds.append(time.perf_counter() - start)
        return median(seconds), scan([str(file)], Config())


def main(names: Sequence[str]) -> None:
    print("| template | bytes | resources | findings | unknown | seconds |\n|---|--:|--:|--:|--:|--:|")
    for name, make in CASES.items():
        if names and name not in names:
            continue
        text = make()
        seconds, report = measured(text)
        count = len(json.loads(text)["Resources"])
        found = f"{len(report.findings)} | {len(report.undecided)}"
        print(f"| {name} | {len(text.encode()):,} | {count:,} | {found} | {seconds:.2f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
