"""What ``cdk synth`` writes: manifests, stages, nested stacks, construct paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ecsnet.cli import main
from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Report

Json = dict[str, object]


def resource(kind: str, path: str = "", **properties: object) -> Json:
    body: Json = {"Type": kind, "Properties": properties}
    return {**body, "Metadata": {"aws:cdk:path": path}} if path else body


def group(block: object, path: str = "", vpc: object = "vpc-1") -> Json:
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": block}
    return resource("AWS::EC2::SecurityGroup", path, GroupDescription="a", VpcId=vpc, SecurityGroupIngress=[rule])


def stack(template: str, environment: object = "aws://unknown-account/unknown-region", **more: object) -> Json:
    own = {key: value for key, value in more.items() if key in ("stackName", "parameters")}
    rest = {key: value for key, value in more.items() if key not in own}
    properties: Json = {"templateFile": template, **own}
    return {"type": "aws:cloudformation:stack", "environment": environment, "properties": properties, **rest}


def stage(folder: str) -> Json:
    return {"type": "cdk:cloud-assembly", "properties": {"directoryName": folder}}


def write(folder: Path, artifacts: Json, **templates: Mapping[str, object]) -> Path:
    """An assembly; templates by the name of their file, without its ending."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cdk.out").write_text('{"version": "48.0.0"}')
    assets = {"Assets": {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}}}
    (folder / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": {**assets, **artifacts}}))
    for name, resources in templates.items():
        content = resources if "Resources" in resources else {"Resources": resources}
        (folder / f"{name}.template.json").write_text(json.dumps(content, indent=1))
    return folder


def groups(report: Report) -> dict[str, str]:
    """The groups that are found open, and their constructs."""
    assert report.problems == ()
    return {one.resource.address: one.resource.construct for one in report.findings if one.rule.id == "ECSNET201"}


def judged(folder: Path) -> Report:
    return scan([str(folder)], Config())


def test_only_what_the_manifest_names_is_read(tmp_path: Path) -> None:
    out = write(
        tmp_path / "cdk.out", {"App": stack("App.template.json")}, App={"Hosts": group("0.0.0.0/0", "App/Hosts")}
    )
    write(out / "asset.1234" / "copy", {}, Copied={"Copied": group("0.0.0.0/0")})
    (out / "Renamed.template.json").write_text(json.dumps({"Resources": {"Stale": group("0.0.0.0/0")}}))
    assert groups(judged(tmp_path)) == groups(judged(out)) == {"Hosts": "App/Hosts"}
    assert groups(judged(out / "manifest.json")) == {"Hosts": "App/Hosts"}


def test_a_folder_that_git_ignores_is_read_where_it_is_given(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("cdk.out\n")
    out = write(tmp_path / "cdk.out", {"App": stack("App.template.json")}, App={"Hosts": group("0.0.0.0/0")})
    assert groups(judged(tmp_path)) == {}
    assert groups(judged(out)) == {"Hosts": ""}


def test_stages_are_assemblies_of_their_own(tmp_path: Path) -> None:
    out = write(tmp_path / "cdk.out", {"assembly-Dev": stage("assembly-Dev")})
    hosts = {"Hosts": group({"Fn::If": ["Here", "0.0.0.0/0", "10.0.0.0/8"]})}
    here = {"Here": {"Fn::Equals": [{"Fn::Sub": "${AWS::StackName} ${AWS::Region} ${AWS::AccountId}"}, "Dev-App eu-west-1 000000000042"]}}  # fmt: skip  # noqa: E501
    made = stack("DevApp1.template.json", "aws://000000000042/eu-west-1", stackName="Dev-App")
    write(out / "assembly-Dev", {"DevApp1": made}, DevApp1={"Resources": hosts, "Conditions": here})
    write(out / "assembly-Old", {"Old": stack("Old.template.json")}, Old={"Old": group("0.0.0.0/0")})
    for given in (tmp_path, out, out / "assembly-Dev", out / "assembly-Dev" / "DevApp1.template.json"):
        assert groups(judged(given)) == {"Hosts": ""}


def test_the_same_stack_in_two_regions(tmp_path: Path) -> None:
    """Names of exports are the same in both; an import means the one of its own region."""
    artifacts: Json = {}
    templates: dict[str, Mapping[str, object]] = {}
    for region, mode in (("eu-west-1", "0.0.0.0/0"), ("us-east-1", "10.0.0.0/8")):
        short = region[:2]
        export = {"Value": mode, "Export": {"Name": "network:Admin"}}
        templates[f"{short}Network"] = {"Resources": {"Vpc": resource("AWS::EC2::VPC")}, "Outputs": {"Admin": export}}
        templates[f"{short}Hosts"] = {f"{short}Hosts": group({"Fn::ImportValue": "network:Admin"})}
        for kind in ("Network", "Hosts"):
            made = stack(f"{short}{kind}.template.json", f"aws://000000000042/{region}", stackName=kind.lower())
            artifacts[short + kind] = made
    out = write(tmp_path / "cdk.out", artifacts, **templates)
    assert list(groups(judged(out))) == ["euHosts"]


def test_parameters_of_the_manifest(tmp_path: Path) -> None:
    template: Json = {
        "Parameters": {"Admin": {"Type": "String", "Default": "10.0.0.0/8"}},
        "Resources": {"Hosts": group({"Ref": "Admin"})},
    }
    made = stack("App.template.json", parameters={"Admin": "0.0.0.0/0"})
    assert groups(judged(write(tmp_path, {"App": made}, App=template))) == {"Hosts": ""}
    made = stack("App.template.json", parameters={"Admin": {"not": "a string"}})
    assert groups(judged(write(tmp_path / "other", {"App": made}, App=template))) == {}


def test_a_nested_stack(tmp_path: Path) -> None:
    url = {"Fn::Sub": "https://s3.${AWS::Region}.amazonaws.com/assets/1.json"}
    nest = resource("AWS::CloudFormation::Stack", TemplateURL=url)
    nest["Metadata"] = {"aws:asset:path": "AppNet.nested.template.json", "aws:asset:property": "TemplateURL"}
    inner = {"Hosts": group("0.0.0.0/0", "App/Net/Hosts")}
    out = write(tmp_path, {"App": stack("App.template.json")}, **{"App": {"Net": nest}, "AppNet.nested": inner})
    assert groups(judged(out)) == {"Net.Hosts": "App/Net/Hosts"}


@pytest.mark.parametrize("beside", [False, True])
def test_construct_paths_of_the_manifest(tmp_path: Path, beside: bool) -> None:
    """Where templates do not have them, as with path metadata turned off."""
    entries = {
        "/App/Hosts/Resource": [{"type": "aws:cdk:logicalId", "data": "Hosts"}],
        "/App/A": [{"type": "aws:cdk:logicalId", "data": "Both"}],
        "/App/B": [{"type": "aws:cdk:logicalId", "data": "Both"}, "junk"],
        "/App": "junk",
    }
    (tmp_path / "App.metadata.json").write_text(json.dumps(entries))
    more: Json = {"additionalMetadataFile": "App.metadata.json"} if beside else {"metadata": entries}
    template = {"Hosts": group("0.0.0.0/0"), "Both": group("0.0.0.0/0")}
    out = write(tmp_path, {"App": stack("App.template.json", **more)}, App=template)
    assert groups(judged(out)) == {"Hosts": "App/Hosts/Resource", "Both": ""}


def test_constructs_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    resources = {"Hosts": group("0.0.0.0/0", "App/Hosts"), "Other": group("0.0.0.0/0")}
    out = write(tmp_path, {"App": stack("App.template.json")}, App=resources)
    main(["scan", str(out)])
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("  construct")] == [
        "  construct: App/Hosts"
    ]
    main(["scan", "--format", "json", str(out)])
    assert [one["construct"] for one in json.loads(capsys.readouterr().out)["findings"]] == ["App/Hosts", None]


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        ("{", ["the manifest of the cloud assembly cannot be read"]),
        ("[" * 100_000, ["the manifest of the cloud assembly cannot be read"]),
        ("[]", []),
        ('{"version": "1", "artifacts": []}', []),
        ('{"version": "1", "artifacts": {"A": 1, "B": {"type": []}}}', []),
        (json.dumps({"version": "1", "artifacts": {"A": stack("../A.json")}}), ["the artifact 'A' names no file of"]),
        (json.dumps({"version": "1", "artifacts": {"A": stack("/A.json")}}), ["the artifact 'A' names no file of"]),
        (json.dumps({"version": "1", "artifacts": {"A": stack("A.json")}}), ["the template A.json is missing"]),
        (json.dumps({"version": "1", "artifacts": {"A": stage("a")}}), ["the nested assembly a is missing"]),
        (json.dumps({"version": "1", "artifacts": {"A": stage(".")}}), []),
        (json.dumps({"version": "1", "artifacts": {"A": {**stack("x\0y"), "environment": 7}}}), ["the artifact"]),
    ],
)  # fmt: skip
def test_a_manifest_that_is_wrong(tmp_path: Path, content: str, messages: list[str]) -> None:
    (tmp_path / "cdk.out").write_text("{}")
    (tmp_path / "manifest.json").write_text(content)
    problems = judged(tmp_path).problems
    assert [one.file for one in problems] == [str(tmp_path / "manifest.json")] * len(messages)
    assert all(one.message.startswith(message) for one, message in zip(problems, messages))


def test_other_files_of_that_name_are_none(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "web app", "version": "1", "icons": []}')
    (tmp_path / "hosts.json").write_text(json.dumps({"Resources": {"Hosts": group("0.0.0.0/0")}}))
    assert groups(judged(tmp_path)) == {"Hosts": ""}
