"""Names that nobody would give in good faith, through the whole command: they steer no terminal, runner or reader."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ecsnet import cli
from ecsnet.cli.parser import FORMATS
from tests.expectations import FIXTURES
from tests.reports import HOSTILE

OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no line of any output holds: controls, what hides or reorders, and halves of characters."""
COMMAND = re.compile(r"^\s*::|##\[|##(?:vso|teamcity)\[")
OWN_COMMAND = re.compile(r"^::(?:error|warning|notice) file=[^:]*::[^\r\n]*$|^::(?:group|endgroup)::")
COMMANDS = [
    *(["scan", "--no-cache", "--show-unknown", "--format", one] for one in FORMATS),
    ["scan", "--no-cache", "--quiet"],
    ["graph"],
    ["graph", "--format", "dot"],
    ["paths"],
    ["paths", "--format", "json"],
    ["baseline"],
    ["config"],
    ["config", "--format", "json"],
]


def name(text: str) -> str:
    """As a file may be named."""
    return "".join(character for character in text if character not in "/\0")[:60]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hostile texts in names of files and folders, logical ids, tags, descriptions, modules, reasons and mistakes."""
    top = tmp_path_factory.mktemp("tree")
    (top / ".git").mkdir()
    for number, text in enumerate(one for one in HOSTILE if name(one).strip(".") and "\ud800" not in one):
        folder = top / f"{number}{name(text)}"
        folder.mkdir()
        quoted = json.dumps(text.replace("\udcff", "?"), ensure_ascii=True).replace("${", "$${").replace("%{", "%%{")
        quoted = re.sub(r"\\u00([01][0-9a-f])", r"\\u00\1", quoted).replace("\\b", "\\u0008").replace("\\f", "\\u000c")
        (folder / f"{name(text)}.tf").write_text(
            f"""
locals {{
  text = {quoted}
}}
resource "aws_vpc" "v" {{
  cidr_block = "10.0.0.0/16"
  tags       = {{ Name = local.text }}
}}
resource "aws_security_group" "s" {{
  for_each    = toset([local.text])
  name        = each.value
  description = local.text
  vpc_id      = aws_vpc.v.id
  tags        = {{ (local.text) = local.text }}
  ingress {{
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }}
}}
module "m" {{
  for_each = toset([local.text])
  source   = {quoted}
}}
resource "aws_ecs_service" "w" {{
  name        = local.text
  launch_type = "FARGATE"
  network_configuration {{
    subnets = [local.text]
  }}
}}
""",
            "utf-8",
        )
        (folder / "stack.json").write_text(
            json.dumps(
                {
                    "Description": text,
                    "Resources": {
                        text: {
                            "Type": "AWS::EC2::SecurityGroup",
                            "Metadata": {"ecsnet": {"ignore": ["ECSNET601"], "reason": text}, text: text},
                            "Properties": {
                                "GroupDescription": text,
                                "GroupName": text,
                                "SecurityGroupIngress": [
                                    {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}
                                ],
                                "Tags": [{"Key": "Name", "Value": text}],
                                "VpcId": {"Ref": text + "Nowhere"},
                            },
                        }
                    },
                }
            )
        )
        (folder / "wrong.tf").write_text(f"# ecsnet:ignore ECSNET999 {name(text)!r}\nx = nowhere[{quoted}\n", "utf-8")
    return top


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_output_obeys(
    arguments: list[str], tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tree)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    status = cli.main(arguments)
    said = capsys.readouterr()
    assert status in (0, 3)
    assert "Traceback" not in said.err
    # A baseline is not made of what could not all be read.
    assert bool(said.out) is (arguments != ["baseline"])
    for line in (said.out + said.err).split("\n"):
        assert not OBEYED.search(line), ascii(line)
        assert not COMMAND.search(line) or OWN_COMMAND.match(line), line[:300]
    if arguments[-1] == "json" or arguments == ["baseline"] or arguments[-1] in ("sarif", "gitlab"):
        if said.out.strip():
            json.loads(said.out)
    elif arguments[-1] == "junit":
        assert ElementTree.fromstring(said.out).tag == "testsuites"
    if arguments[-1] == "markdown":
        assert not re.search(
            r"<(?!/?(?:code|details|summary|b|br/)\b)[a-z!/]|\]\((?!https://github\.com/ecsnet/)", said.out
        )
        assert not re.search(r"@(?=\w)", re.sub(r"```.*?```", "", said.out, flags=re.DOTALL))


def test_a_diff_is_inert_on_a_terminal_and_exact_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = (FIXTURES / "ECSNET201" / "tf-fail-inline-blocks" / "main.tf").read_bytes()
    (tmp_path / "main.tf").write_bytes(source.replace(b"    to_port", b"    # \x1b[2J\r\n    to_port"))
    monkeypatch.chdir(tmp_path)
    arguments = ["scan", "--no-cache", "--diff", "--unsafe"]
    assert cli.main(arguments) == 1
    exact = capfdbinary.readouterr().out
    assert b"# \x1b[2J\r\n" in exact
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True, raising=False)
    assert cli.main(arguments) == 1
    shown = capfdbinary.readouterr().out
    assert b"# \\x1b[2J\n" in shown
    assert b"\x1b" not in shown
