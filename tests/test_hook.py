"""``ecsnet hook``: what changed files belong to."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet import cli
from tests import checkouts
from tests.checkouts import OPEN, group

CALL = 'module "web" {\n  source = "../../modules/web"\n}\n'
RENDERED = """\
resource "aws_security_group" "listed" {
  vpc_id = "vpc-1"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = jsondecode(file("${path.module}/../lists/open.json"))
  }
}
"""
GROUP = """\
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: open
      VpcId: vpc-1
      SecurityGroupIngress:
"""
RULES = "        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}\n"
NESTING = """\
Resources:
  Network:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./nested.yaml
"""
INCLUDING = f"""\
Resources:
{GROUP.rstrip()}
        Fn::Transform:
          Name: AWS::Include
          Parameters: {{Location: ./rules.yaml}}
"""
INCLUDED = "IpProtocol: tcp\nFromPort: 22\nToPort: 22\nCidrIp: 0.0.0.0/0\n"
EXPORTING = f"""\
Resources:
{GROUP.partition("      SecurityGroupIngress")[0]}
Outputs:
  Group:
    Value: !GetAtt Group.GroupId
    Export: {{Name: group}}
"""
IMPORTING = """\
Resources:
  Imported:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !ImportValue group, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}
"""
FILES = {
    "exports/network.yaml": EXPORTING,
    "exports/service.yaml": IMPORTING,
    "modules/web/main.tf": 'module "deep" {\n  source = "../deep"\n}\n',
    "modules/deep/main.tf": group(OPEN, "deep"),
    "envs/dev/main.tf": CALL,
    "envs/prod/main.tf": CALL,
    "envs/prod/terraform.tfvars": "",
    "apart/main.tf": group(OPEN, "apart"),
    "apart/values/wide.tfvars": "",
    "reads/main.tf": RENDERED,
    "lists/open.json": '["0.0.0.0/0"]',
    "templates/parent.yaml": NESTING,
    "templates/nested.yaml": "Resources:\n" + GROUP + RULES,
    "includes/template.yaml": INCLUDING,
    "includes/rules.yaml": INCLUDED,
    "alone/template.yaml": "Resources:\n" + GROUP.replace("Group:", "Alone:", 1) + RULES,
    "pods/pod.yaml": "kind: Pod\n",
    "pyproject.toml": "[project]\nname = 'a'\n",
    "README.md": "Hello",
}
DEEP = "module.web.module.deep.aws_security_group.deep"
LISTED, APART, INCLUDES = "aws_security_group.listed", "aws_security_group.apart", "includes/rules.yaml:4:1"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout, and the current folder."""
    made = checkouts.checkout(tmp_path / "checkout", FILES)
    monkeypatch.chdir(made)
    return made


@pytest.mark.parametrize(
    ("changed", "found", "scanned"),
    [
        pytest.param("modules/deep/main.tf", DEEP, 5, id="a module of modules"),
        pytest.param("envs/dev/main.tf", DEEP, 3, id="a root"),
        pytest.param("envs/prod/terraform.tfvars", DEEP, 4, id="values"),
        pytest.param("apart/main.tf", APART, 1, id="another root"),
        pytest.param("lists/open.json", LISTED, 1, id="a file that a function reads"),
        pytest.param("templates/nested.yaml", "Network.Group", 2, id="a nested template"),
        pytest.param("includes/rules.yaml", INCLUDES, 1, id="an included file"),
        pytest.param("exports/network.yaml", "Imported", 2, id="what another template imports from"),
        pytest.param("alone/template.yaml", "Alone", 1, id="a template"),
    ],
)
def test_what_a_file_belongs_to(
    changed: str, found: str, scanned: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["hook", changed]) == 1
    output = capsys.readouterr().out
    assert found in output
    assert f" in {scanned} file" in output
    others = {DEEP, LISTED, APART, "Network.Group", "Alone", "Imported", INCLUDES} - {found}
    assert not any(other in output for other in others)


@pytest.mark.parametrize("changed", ["pods/pod.yaml", "pyproject.toml", "README.md", "apart/values/wide.tfvars"])
def test_what_belongs_to_nothing(changed: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["hook", changed]) == 0
    assert capsys.readouterr().out.startswith("0 findings; 0 resources in 0 files")


def test_no_files_and_files_that_are_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["hook"]) == 0
    assert cli.main(["hook", "gone.tf"]) == 0
    assert capsys.readouterr().out == ""


def test_callers_are_found_from_a_folder_below(folder: Path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(folder / "modules")
    assert cli.main(["hook", "deep/main.tf"]) == 1
    assert DEEP in capsys.readouterr().out


def test_files_that_flags_and_the_configuration_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["hook", "--var-file", "apart/values/wide.tfvars", "apart/values/wide.tfvars"]) == 1
    capsys.readouterr()
    for name in (".ecsnet.toml", "apart/.ecsnet.toml"):
        (folder / name).write_text('ignore = ["ECSNET3"]\n')
        assert cli.main(["hook", name]) == 1
        output = capsys.readouterr().out
        assert APART in output
        assert (DEEP in output) is (name == ".ecsnet.toml")
    (folder / "pyproject.toml").write_text("[tool.ecsnet]\nignore = []\n")
    assert cli.main(["hook", "pyproject.toml"]) == 1
    assert "Alone" in capsys.readouterr().out


def test_a_link_is_what_it_leads_to(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = folder / "shared" / "group.txt"
    shared.parent.mkdir()
    shared.write_text(group(OPEN, "shared"))
    (folder / "apart" / "shared.tf").symlink_to("../shared/group.txt")
    assert cli.main(["hook", "shared/group.txt"]) == 1
    assert "aws_security_group.shared" in capsys.readouterr().out


def test_what_cannot_be_read_elsewhere_is_not_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "alone" / "template.yaml").write_text("Resources:\n  A: {Type: AWS::EC2::VPC\n")
    (folder / "apart" / "main.tf").write_text("resource {")
    assert cli.main(["hook", "pods/pod.yaml"]) == 0
    assert cli.main(["hook", "envs/dev/main.tf"]) == 1
    assert "cannot read" not in capsys.readouterr().out
    assert cli.main(["hook", "alone/template.yaml"]) == 3
    assert cli.main(["hook", "apart/main.tf"]) == 3


def test_suppressions_that_other_roots_use_are_not_called_unused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A module is judged in the callers that are touched: of the others nothing is known."""
    module = folder / "modules" / "deep" / "main.tf"
    module.write_text("# ecsnet:ignore ECSNET401 one zone is enough\n" + module.read_text())
    assert cli.main(["hook", "envs/dev/main.tf"]) == 1
    assert "suppresses nothing" not in capsys.readouterr().out
