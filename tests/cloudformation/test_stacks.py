"""Parameters, stack names and regions from outside of a template: files, flags and the configuration file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecsnet.cli import main
from ecsnet.cloudformation.parameter_files import read
from ecsnet.config import Config, ConfigError
from ecsnet.engine import scan
from ecsnet.findings import Report
from ecsnet.inputs import Parameter, ParameterFile, parameter_file
from ecsnet.settings import Flags, Settings
from ecsnet.stacks import Stacks
from ecsnet.values import Unknown

TEMPLATE = """AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Admin: {Type: String, Default: 10.0.0.0/8}
  Stage: {Type: String, AllowedValues: [dev, prod], Default: dev}
  Ports: {Type: CommaDelimitedList, Default: '22'}
  Size: {Type: Number, MinValue: 1, Default: 1}
  Token: {Type: String, NoEcho: true, Default: ''}
Conditions:
  HasToken: !Not [!Equals [!Ref Token, '']]
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Hosts:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      GroupDescription: !Ref AWS::StackName
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: !Select [0, !Ref Ports], ToPort: 22, CidrIp: !Ref Admin}
"""
OPEN = "0.0.0.0/0"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "hosts.yaml").write_text(TEMPLATE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def judged(*parameters: Parameter | ParameterFile, path: str = "hosts.yaml") -> Report:
    return scan([path], Settings(Flags(select=("ECSNET201",), parameters=parameters), [path], {}))


def is_open(report: Report) -> bool:
    return [one.resource.address for one in report.findings] == ["Hosts"]


FORMS = {
    "cli.json": '[{"ParameterKey": "Admin", "ParameterValue": "0.0.0.0/0"}]',
    "deploy.json": '["Stage=prod", "Admin=0.0.0.0/0"]',
    "pipeline.json": '{"Parameters": {"Admin": "0.0.0.0/0"}, "Tags": {"Team": "a"}, "StackPolicy": {}}',
    "plain.json": '{"Admin": "0.0.0.0/0", "Other": 1}',
    "plain.yaml": "Admin: 0.0.0.0/0\n",
    "pipeline.yaml": "Parameters:\n  Admin: 0.0.0.0/0\n",
    "sync.yaml": "template-file-path: hosts.yaml\nparameters:\n  Admin: 0.0.0.0/0\n",
    "cli.yaml": "- ParameterKey: Admin\n  ParameterValue: 0.0.0.0/0\n",
    "flow.yaml": "{Admin: 0.0.0.0/0}",
    "text.toml": '[default.deploy.parameters]\nparameter_overrides = "Stage=prod Admin=\\"0.0.0.0/0\\""\n',
    "keys.toml": '[default.deploy.parameters]\nparameter_overrides = "ParameterKey=Admin,ParameterValue=0.0.0.0/0"\n',
    "list.toml": "[default.deploy.parameters]\nparameter_overrides = ['Stage=prod', 'Admin=0.0.0.0/0']\n",
    "table.toml": "[default.deploy.parameters.parameter_overrides]\nAdmin = '0.0.0.0/0'\n",
    "global.toml": "[default.global.parameters]\nparameter_overrides = 'Admin=0.0.0.0/0'\n",
    "sam.yaml": "default: {deploy: {parameters: {parameter_overrides: [Admin=0.0.0.0/0]}}}\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_file(folder: Path, name: str) -> None:
    (folder / "given").mkdir()
    file = folder / "given" / name
    file.write_text(FORMS[name])
    assert not is_open(judged())
    report = judged(ParameterFile(str(file)))
    assert is_open(report)
    assert report.problems == ()


def test_the_environment_of_a_samconfig(folder: Path) -> None:
    text = "\n".join(
        f"[{environment}.deploy.parameters]\nparameter_overrides = 'Admin={block}'"
        for environment, block in (("default", "10.0.0.0/8"), ("prod", OPEN))
    )
    (folder / "samconfig.toml").write_text(text)
    assert main(["scan", "-q", "--parameters", "samconfig.toml", "hosts.yaml"]) == 0
    assert main(["scan", "-q", "--parameters", "samconfig.toml:prod", "hosts.yaml"]) == 1
    assert parameter_file("samconfig.toml:prod", "") == ParameterFile("samconfig.toml", "prod", "")
    assert parameter_file("other.toml:prod", "") is None
    [problem] = read(ParameterFile("samconfig.toml", "stage")).problems
    assert problem.message == "no parameter_overrides in the environment 'stage'; it has them in default, prod"


def test_a_samconfig_names_the_stack_of_its_template(folder: Path) -> None:
    (folder / "samconfig.toml").write_text(
        '[default.global.parameters]\nregion = "eu-west-1"\nstack_name = "all"\n'
        '[default.deploy.parameters]\nstack_name = "net"\n'
        '[prod.deploy.parameters]\ntemplate_file = "hosts.yaml"\nstack_name = 7\nregion = "us-gov-west-1"\n'
    )
    (folder / "template.yaml").write_text("Resources: {}")

    def deployed(template: str, environment: str = "") -> tuple[str, str]:
        config = Config(parameters=(ParameterFile("samconfig.toml", environment),))
        [found] = Stacks().deployments(template, config, ".")
        assert not found.problems
        assert not found.unread
        return found.name, found.region

    assert deployed("template.yaml") == ("net", "eu-west-1")
    assert deployed("hosts.yaml") == ("", "")
    assert deployed("hosts.yaml", "prod") == ("", "us-gov-west-1")
    assert deployed("template.yaml", "prod") == ("", "")


def test_values_in_the_spelling_of_sam(folder: Path) -> None:
    overrides = r"""parameter_overrides = 'A="two words" B=one\ two ParameterKey=C,ParameterValue="x=\"y\"" D="a,b"'"""
    (folder / "samconfig.toml").write_text(f"[default.deploy.parameters]\n{overrides}")
    found = read(ParameterFile("samconfig.toml"))
    assert {name: one.value for name, one in found.values.items()} == {
        "A": "two words",
        "B": "one two",
        "C": 'x="y"',
        "D": "a,b",
    }
    assert {one.line for one in found.values.values()} == {2}


def test_later_ones_win(folder: Path) -> None:
    (folder / "open.json").write_text(json.dumps({"Admin": OPEN}))
    (folder / "closed.json").write_text(json.dumps({"Admin": "10.1.0.0/16"}))
    (folder / ".ecsnet.toml").write_text("[[stacks]]\ntemplate = 'hosts.yaml'\nparameters = {Admin = '0.0.0.0/0'}\n")
    shut = ParameterFile("closed.json")
    assert is_open(judged())
    assert not is_open(judged(shut))
    assert is_open(judged(shut, ParameterFile("open.json")))
    assert is_open(judged(shut, Parameter("Admin", OPEN)))
    assert main(["scan", "-q", "--parameter", f"Admin={OPEN}", "--parameters", "closed.json", "hosts.yaml"]) == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("Stage", "prdo", "parameter Stage: 'prdo' is not one of the AllowedValues: dev, prod (hosts.yaml)"),
        ("Size", "many", "parameter Size: 'many' is not a number (hosts.yaml)"),
        ("Size", "0", "parameter Size: '0' is less than MinValue 1 (hosts.yaml)"),
    ],
)
def test_a_value_that_the_template_does_not_take(folder: Path, name: str, value: str, message: str) -> None:
    (folder / "given.json").write_text(json.dumps([{"ParameterKey": name, "ParameterValue": value}], indent=1))
    [problem] = judged(ParameterFile("given.json")).problems
    assert (problem.file, problem.line, problem.message) == ("given.json", 4, message)
    [problem] = judged(Parameter(name, value)).problems
    assert (problem.file, problem.message.partition(":")[0]) == (
        "hosts.yaml",
        f"parameter {name}, given by --parameter",
    )


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("[a-z]+", "abc", True),
        ("[a-z]+", "abc1", False),
        ("^x$", "x", True),
        ("a|b", "ab", False),
        ("(?!x).*", "x", True),  # what Java has and RE2 has not is not told
        ("(a+)+$", "a" * 40 + "b", True),
        ("[", "x", True),
    ],
)
def test_allowed_patterns(folder: Path, pattern: str, value: str, fits: bool) -> None:
    (folder / "hosts.yaml").write_text(
        TEMPLATE.replace("Default: 10.0.0.0/8", f"AllowedPattern: {json.dumps(pattern)}, Default: a")
    )
    assert (judged(Parameter("Admin", value)).problems == ()) is fits


def test_an_unknown_value_is_no_default(folder: Path) -> None:
    (folder / "hosts.yaml").write_text(TEMPLATE.replace("Default: 10.0.0.0/8", "Default: 0.0.0.0/0"))
    (folder / "previous.json").write_text('[{"ParameterKey": "Admin", "UsePreviousValue": true}]')
    assert is_open(judged())
    [unknown] = judged(ParameterFile("previous.json")).undecided
    assert "keeps the value that the stack has" in unknown.reason
    (folder / "broken.json").write_text('{"Stage": "dev", ')
    report = judged(ParameterFile("broken.json"))
    assert [(problem.file, problem.line) for problem in report.problems] == [("broken.json", 1)]
    assert [one.resource.address for one in report.undecided] == ["Hosts"]
    # What comes after the file does not depend on it.
    assert is_open(judged(ParameterFile("broken.json"), Parameter("Admin", OPEN), Parameter("Ports", "22")))


@pytest.mark.parametrize("name", ["Token", "Admin"])
def test_a_secret_is_compared_and_never_shown(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    secret = "203.0.113.77/32"
    text = TEMPLATE.replace("Admin: {Type: String,", "Admin: {Type: String, NoEcho: 'true', AllowedValues: [x],")
    (folder / "hosts.yaml").write_text(text)
    (folder / ".ecsnet.toml").write_text(f"[[stacks]]\ntemplate = 'hosts.yaml'\nparameters = {{{name} = '{secret}'}}\n")
    for command in (
        ["scan", "--show-unknown"],
        ["scan", "--format", "json"],
        ["config"],
        ["config", "--format", "json"],
    ):
        main([*command, "hosts.yaml"])
        main([*command, "--no-config", "--parameter", f"{name}={secret}", "hosts.yaml"])
    output = capsys.readouterr()
    assert "Admin" in output.out
    assert secret not in output.out + output.err


def test_a_condition_knows_the_secret(folder: Path) -> None:
    text = TEMPLATE.replace("CidrIp: !Ref Admin", "CidrIp: !If [HasToken, 0.0.0.0/0, 10.0.0.0/8]")
    (folder / "hosts.yaml").write_text(text)
    assert not is_open(judged())
    assert is_open(judged(Parameter("Token", "s3cr3t")))


def test_an_ssm_parameter_is_given_by_name(folder: Path) -> None:
    kind = "AWS::SSM::Parameter::Value<String>"
    (folder / "hosts.yaml").write_text(TEMPLATE.replace("Admin: {Type: String", f"Admin: {{Type: '{kind}'"))
    [unknown] = judged(Parameter("Admin", OPEN)).undecided
    assert "SSM parameter" in unknown.reason
    stack = [{"ParameterKey": "Admin", "ParameterValue": "/net/admin", "ResolvedValue": OPEN}]
    (folder / "described.json").write_text(json.dumps(stack))
    assert is_open(judged(ParameterFile("described.json")))


def test_a_dynamic_reference_is_unknown() -> None:
    [unknown] = judged(Parameter("Admin", "{{resolve:ssm:/net/admin}}")).undecided
    assert unknown.resource.address == "Hosts"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--parameter", "Admn=x"], "no template that is scanned declares a parameter 'Admn'; did you mean Admin?"),
        (["--parameters", "other.json"], "no template that is scanned declares a parameter that other.json gives"),
        (["--parameters", "gone.json"], "gone.json: no such file of parameters"),
        (["--parameter", "s3cr3t"], "not a parameter's name and its value, NAME=VALUE"),
    ],
)  # fmt: skip
def test_what_is_for_no_template_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (folder / "other.json").write_text('{"Nobody": "1"}')
    try:
        status = main(["scan", *arguments, "hosts.yaml"])
    except SystemExit as stop:
        status = int(stop.code or 0)
    error = capsys.readouterr().err
    assert status == 2
    assert message in error
    assert "s3cr3t" not in error


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("template = 'gone.yaml'", ".ecsnet.toml:2: template: there is no file gone.yaml"),
        ("name = 'x'", ".ecsnet.toml:1: a stack needs a template"),
        ("template = 'hosts.yaml'\nnaem = 'x'", ".ecsnet.toml:3: unknown key 'naem'; did you mean name?"),
        ("template = 'hosts.yaml'\nname = 'a b'", ".ecsnet.toml:3: name has to be letters, digits and hyphens"),
        ("template = 'hosts.yaml'\naccount = 1", ".ecsnet.toml:3: account has to be a string"),
        ("template = 'hosts.yaml'\nparameters = 'x.json'", ".ecsnet.toml:3: parameters: there is no file x.json"),
        ("template = 'hosts.yaml'\nparameters = {Admn = '1'}", "a parameter 'Admn'; did you mean Admin?"),
        ("template = 'hosts.yaml'\nparameters = 1", ".ecsnet.toml:3: parameters has to be a table"),
    ],
)  # fmt: skip
def test_entries_of_stacks_are_checked(folder: Path, entry: str, message: str) -> None:
    (folder / ".ecsnet.toml").write_text(f"[[stacks]]\n{entry}\n")
    with pytest.raises(ConfigError) as caught:
        judged()
    assert message in str(caught.value)


NETWORK = """AWSTemplateFormatVersion: '2010-09-09'
Parameters: {Target: {Type: String, Default: igw}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: !Sub '${AWS::StackName}-Vpc'}}
"""
HOSTS = """AWSTemplateFormatVersion: '2010-09-09'
Parameters: {Network: {Type: String}}
Resources:
  Hosts:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: a, VpcId: {'Fn::ImportValue': !Sub '${Network}-Vpc'}}
"""


def linked(folder: Path, entries: str) -> dict[str, object]:
    """``VpcId`` of the hosts of each root."""
    from ecsnet.files import find
    from ecsnet.roots import Roots

    (folder / "hosts.yaml").write_text(HOSTS)
    (folder / "network.yaml").write_text(NETWORK)
    (folder / ".ecsnet.toml").write_text(entries)
    found: dict[str, object] = {}
    for root in Roots(find(["."]), Settings(Flags(), ["."], {})).everything():
        for address, resource in getattr(root, "resources", {}).items():
            if address.endswith("Hosts"):
                found[address] = resource.get("VpcId")
    return found


def entry(template: str, name: str, **more: str) -> str:
    rest = "".join(f"{key} = {value}\n" for key, value in more.items())
    return f"[[stacks]]\ntemplate = '{template}.yaml'\nname = '{name}'\n{rest}"


def test_an_import_meets_the_export_of_the_stack_of_that_name(folder: Path) -> None:
    found = linked(
        folder,
        entry("network", "dev-net")
        + entry("network", "prod-net")
        + entry("hosts", "dev-hosts", parameters="{Network = 'dev-net'}")
        + entry("hosts", "prod-hosts", parameters="{Network = 'prod-net'}"),
    )
    assert {address: getattr(value, "target", None) for address, value in found.items()} == {
        "dev-hosts:Hosts": "dev-net:Vpc",
        "prod-hosts:Hosts": "prod-net:Vpc",
    }


def test_an_export_of_two_stacks_is_ambiguous(folder: Path) -> None:
    hosts = entry("hosts", "hosts", parameters="{Network = 'net'}")
    [value] = linked(folder, entry("network", "net") * 2 + hosts).values()
    assert isinstance(value, Unknown)
    assert value.reason.endswith(
        "more than one template of this scan: network.yaml (stack net), network.yaml (stack net)"
    )


def test_exports_of_another_region_are_not_met(folder: Path) -> None:
    here, there = (entry("network", "net", region=f"'{region}'") for region in ("eu-west-1", "us-east-1"))
    hosts = entry("hosts", "hosts", parameters="{Network = 'net'}", region="'us-east-1'")
    [value] = linked(folder, here + there + hosts).values()
    assert getattr(value, "attribute", None) == "Ref"
    [value] = linked(folder, here + hosts).values()
    assert isinstance(value, Unknown)


def test_config_shows_what_gives_a_value_and_not_the_value(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "given.json").write_text('{\n "Admin": "192.0.2.0/24"}')
    (folder / ".ecsnet.toml").write_text(
        "[[stacks]]\ntemplate = 'hosts.yaml'\nname = 'web'\nregion = 'eu-west-1'\nparameters = {Stage = 'prod'}\n"
    )
    arguments = ["config", "--parameters", "given.json", "--parameter", "Size=3", "hosts.yaml"]
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "192.0.2" not in text
    lines = [line.split() for line in text.partition("template hosts.yaml\n")[2].splitlines()]
    assert lines[:2] == [["name", "web", "(.ecsnet.toml:1)"], ["region", "eu-west-1", "(.ecsnet.toml:1)"]]
    assert ["parameter", "Admin", "given.json:2"] in lines
    assert ["parameter", "Ports", "default"] in lines
    assert ["parameter", "Size", "--parameter"] in lines
    assert ["parameter", "Stage", ".ecsnet.toml:5"] in lines
    assert main([*arguments, "--format", "json"]) == 0
    [stack] = json.loads(capsys.readouterr().out)["stacks"]
    assert stack["name"] == {"value": "web", "from": ".ecsnet.toml:1"}
    assert stack["parameters"]["Admin"] == {"from": "given.json:2"}


def test_region_and_account_are_known_to_the_template(folder: Path) -> None:
    ingress = "CidrIp: !If [Here, 0.0.0.0/0, 10.0.0.0/8]"
    condition = "!And [!Equals [!Ref AWS::Region, cn-north-1], !Equals [!Sub '${AWS::Partition}/${AWS::AccountId}', "
    (folder / "hosts.yaml").write_text(
        TEMPLATE.replace("CidrIp: !Ref Admin", ingress).replace(
            "Conditions:", f"Conditions:\n  Here: {condition} aws-cn/000000000042]]"
        )
    )
    (folder / ".ecsnet.toml").write_text(entry("hosts", "web", region="'cn-north-1'", account="'000000000042'"))
    assert is_open(judged())


def test_a_finding_names_the_stacks_that_it_is_found_in(folder: Path) -> None:
    opened = f"{{Admin = '{OPEN}'}}"
    dev, test = (entry("hosts", name, parameters=opened) for name in ("dev", "test"))
    (folder / ".ecsnet.toml").write_text(dev)
    assert [one.scenario for one in judged().findings] == [{}]
    (folder / ".ecsnet.toml").write_text(dev + test + entry("hosts", "prod"))
    assert [one.scenario for one in judged().findings] == [{"AWS::StackName": "dev, test"}]
    assert [one.resource.stack for one in judged().passed if one.resource.address == "Hosts"] == ["prod"]
