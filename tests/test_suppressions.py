"""Findings that are accepted in comments and metadata: what each form is about, and what suppresses nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ecsnet.cli import main
from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Report
from ecsnet.suppressions.directives import MAX_DIRECTIVES
from tests.expectations import case_id, cases

TERRAFORM = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
"""
SUBNET = """\
resource "aws_subnet" "%s" {
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true
}
"""
GROUP = """\
resource "aws_security_group" "open" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  dynamic "ingress" {
    for_each = [22]
    content {
      from_port   = ingress.value
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
"""
TEMPLATE = """\
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
  Public:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      MapPublicIpOnLaunch: true
  Other:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      MapPublicIpOnLaunch: true
"""
RULES = """\
  Open:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: open
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 22
          ToPort: 22
          CidrIp: 0.0.0.0/0
        - IpProtocol: tcp
          FromPort: 22
          ToPort: 22
          CidrIp: 0.0.0.0/1
"""


def report(folder: Path, text: str, name: str = "main.tf", config: Config | None = None) -> Report:
    (folder / name).write_text(text, encoding="utf-8")
    return scan([str(folder)], config or Config(select=("ECSNET101", "ECSNET201")))


def held(found: Report) -> list[tuple[str, str, str, str]]:
    assert found.problems == ()
    return [(one.finding.rule.id, one.finding.resource.address, one.by, one.reason) for one in found.suppressed]


def left(found: Report) -> list[str]:
    return [finding.resource.address for finding in found.findings]


def messages(found: Report) -> list[tuple[int, str]]:
    return [(one.span.start_line, one.message) for one in found.unused]


def with_line(text: str, before: str, line: str) -> str:
    """With a line before the one that begins with ``before``."""
    lines = text.splitlines(keepends=True)
    place = next(number for number, one in enumerate(lines) if one.strip().startswith(before))
    return "".join([*lines[:place], line + "\n", *lines[place:]])


@pytest.mark.parametrize(
    "text",
    [
        "# ecsnet:ignore ECSNET101 ours\n" + SUBNET % "a",
        "# ecsnet:ignore ECSNET101 ours\n# more\n// and more\n/* and\n more */\n" + SUBNET % "a",
        (SUBNET % "a").replace("{\n", "{ # ecsnet:ignore ECSNET101 ours\n"),
        (SUBNET % "a").replace("true", "true # ecsnet:ignore ECSNET101 ours"),
        (SUBNET % "a").replace("main.id", "main.id // ecsnet:ignore ECSNET101 ours"),
        (SUBNET % "a").replace("}", "} # ecsnet:ignore ECSNET101 ours"),
        (SUBNET % "a").replace("true\n", "true\n  /* ecsnet:ignore ECSNET101 ours */\n"),
        (SUBNET % "a").replace("true\n", "true\n  /* about this:\n * ecsnet:ignore ECSNET101 ours\n */\n"),
        "# ecsnet:ignore public-subnet-without-igw-route ours\n" + SUBNET % "a",
        "# ecsnet:ignore ECSNET1 ours\n" + SUBNET % "a",
        "# ecsnet:ignore ecsnet101: ours\n" + SUBNET % "a",
        "# ecsnet:ignore E9101 - ours\n" + SUBNET % "a",
        "# ecsnet:ignore ECSNET101\tours\r\n" + (SUBNET % "a").replace("\n", "\r\n"),
        "/* ecsnet:ignore ECSNET101 ours */ " + SUBNET % "a",
        "# see the wiki # ecsnet:ignore ECSNET101 ours\n" + SUBNET % "a",
    ],
)
def test_a_comment_holds_for_its_block_alone(tmp_path: Path, text: str) -> None:
    found = report(tmp_path, TERRAFORM + text + "\n" + SUBNET % "b")
    assert held(found) == [("ECSNET101", "aws_subnet.a", "ecsnet", "ours")]
    assert left(found) == ["aws_subnet.b"]
    assert found.unused == ()


@pytest.mark.parametrize(
    "text",
    [
        "# ecsnet:ignore ECSNET101 ours\n\n" + SUBNET % "a",
        (SUBNET % "a").replace("true", 'true\n  tags = { Note = "# ecsnet:ignore ECSNET101 ours" }'),
        (SUBNET % "a").replace("true", "true\n  tags = { Note = <<EOT\n# ecsnet:ignore ECSNET101 ours\nEOT\n  }"),
        (SUBNET % "a").replace("true", "true # use ecsnet:ignore ECSNET101 where it is right"),
        (SUBNET % "a").replace("true", "true # ecsnet:ignored ECSNET101 ours"),
        (SUBNET % "a").replace("true", "true # ecsnet:ignore-line ECSNET101 ours"),
    ],
)
def test_what_is_no_such_comment_holds_for_nothing(tmp_path: Path, text: str) -> None:
    found = report(tmp_path, TERRAFORM + text)
    assert held(found) == []
    assert left(found) == ["aws_subnet.a"]


def test_without_a_reason(tmp_path: Path) -> None:
    assert held(report(tmp_path, TERRAFORM + "# ecsnet:ignore ECSNET101\n" + SUBNET % "a"))[0][3] == ""


@pytest.mark.parametrize(
    ("before", "comment", "lines"),
    [
        ("from_port   = 22", "# ecsnet:ignore ECSNET201 one", [11]),
        ("ingress", "# ecsnet:ignore ECSNET201 one", [11]),
        ("dynamic", "# ecsnet:ignore ECSNET201 one", [19]),
        ("content", "# ecsnet:ignore ECSNET201 one", [19]),
        ("from_port   = ingress", "# ecsnet:ignore ECSNET201 one", [19]),
        ("vpc_id", "# ecsnet:ignore ECSNET201 one", [11, 19]),
        ("resource", "# ecsnet:ignore ECSNET201 one", [11, 19]),
    ],
)
def test_the_innermost_block_counts(tmp_path: Path, before: str, comment: str, lines: list[int]) -> None:
    found = report(tmp_path, TERRAFORM + with_line(GROUP, before, comment))
    places = [one.finding.span.start_line for one in found.suppressed]
    assert places == lines
    assert len(found.findings) == 2 - len(lines)
    assert found.unused == ()


def test_objects_in_a_list_are_blocks_too(tmp_path: Path) -> None:
    rule = '{ from_port = 22, to_port = 22, protocol = "tcp", cidr_blocks = ["%s"] }'
    first, second, third = (rule % cidr for cidr in ("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"))
    text = (
        'resource "aws_security_group" "open" {\n  vpc_id = aws_vpc.main.id\n  ingress = [\n'
        f"    {first}, # ecsnet:ignore ECSNET201 first\n    # ecsnet:ignore ECSNET201 second\n    {second},\n"
        f"    {third},\n  ]\n}}\n"
    )
    found = report(tmp_path, TERRAFORM + text)
    assert [one.reason for one in found.suppressed] == ["first", "second"]
    assert [finding.span.start_line for finding in found.findings] == [10]


def test_a_file(tmp_path: Path) -> None:
    text = "// ecsnet:ignore-file ECSNET101, ECSNET201 a sandbox\n" + TERRAFORM + SUBNET % "a" + GROUP
    found = report(tmp_path, text)
    assert [one.reason for one in found.suppressed] == ["a sandbox"] * 3
    assert found.findings == ()


def test_a_module_call(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "main.tf").write_text(TERRAFORM + SUBNET % "a")
    calls = 'module "a" {\n  source = "./net" # ecsnet:ignore ECSNET101 ours\n}\nmodule "b" {\n  source = "./net"\n}\n'
    found = report(tmp_path, calls)
    assert held(found) == [("ECSNET101", "module.a.aws_subnet.a", "ecsnet", "ours")]
    assert left(found) == ["module.b.aws_subnet.a"]


def test_several_rules_and_several_comments(tmp_path: Path) -> None:
    text = "# ecsnet:ignore ECSNET201, ECSNET501 one\n# ecsnet:ignore ECSNET101 two\n" + SUBNET % "a"
    found = report(tmp_path, TERRAFORM + text)
    assert held(found) == [("ECSNET101", "aws_subnet.a", "ecsnet", "two")]
    assert messages(found) == [(4, "ECSNET201: there is no such finding")]


def test_json_has_a_property_for_comments(tmp_path: Path) -> None:
    subnet = {"vpc_id": "${aws_vpc.main.id}", "map_public_ip_on_launch": True}
    known = {"//": "ecsnet:ignore ECSNET101 ours", **subnet}
    rule = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}
    ingress = [rule, {**rule, "//": "ecsnet:ignore ECSNET201 this one"}]
    resources = {
        "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": {"a": known, "b": subnet},
        "aws_security_group": {"open": {"vpc_id": "${aws_vpc.main.id}", "ingress": ingress}},
    }
    for indent in (None, 2):
        found = report(tmp_path, json.dumps({"resource": resources}, indent=indent), "main.tf.json")
        assert [one.reason for one in found.suppressed] == ["ours", "this one"] or indent is None
        assert {one.reason for one in found.suppressed} == {"ours", "this one"}
        assert sorted(left(found)) == ["aws_security_group.open", "aws_subnet.b"]
    everything = json.dumps({"//": "ecsnet:ignore ECSNET ours", "resource": resources})
    assert report(tmp_path, everything, "main.tf.json").findings == ()


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("Public:", "  # ecsnet:ignore ECSNET101 ours"),
        ("VpcId", "# ecsnet:ignore ECSNET101 ours"),
        ("Other:", "      # ecsnet:ignore ECSNET101 ours"),
    ],
)
def test_a_comment_in_a_template(tmp_path: Path, before: str, line: str) -> None:
    found = report(tmp_path, with_line(TEMPLATE, before, line), "template.yaml")
    assert held(found) == [("ECSNET101", "Public", "ecsnet", "ours")]
    assert left(found) == ["Other"]
    assert found.unused == ()


@pytest.mark.parametrize("after", ["Public:", "Type: AWS::EC2::Subnet", "MapPublicIpOnLaunch: true"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_comment_at_the_end_of_a_line_of_a_template(tmp_path: Path, after: str, newline: str, encoding: str) -> None:
    text = TEMPLATE.replace(after, f"{after} # ecsnet:ignore ECSNET101 ours", 1)
    (tmp_path / "template.yaml").write_bytes(text.replace("\n", newline).encode(encoding))
    found = scan([str(tmp_path)], Config(select=("ECSNET101",)))
    assert held(found) == [("ECSNET101", "Public", "ecsnet", "ours")]


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        (with_line(RULES, "- IpProtocol", "        # ecsnet:ignore ECSNET201 ours"), ["0.0.0.0/1"]),
        (RULES.replace("0.0.0.0/0", "0.0.0.0/0 # ecsnet:ignore ECSNET201 ours"), ["0.0.0.0/1"]),
        (RULES.replace("0.0.0.0/0\n", "0.0.0.0/0\n          # ecsnet:ignore ECSNET201 ours\n"), ["0.0.0.0/1"]),
        (RULES.replace("0.0.0.0/0\n", "0.0.0.0/0\n        # ecsnet:ignore ECSNET201 ours\n"), ["0.0.0.0/0"]),
        (with_line(RULES, "SecurityGroupIngress", "      # ecsnet:ignore ECSNET201 ours"), []),
        (with_line(RULES, "VpcId", "      # ecsnet:ignore ECSNET201 ours"), []),
    ],
)
def test_entries_of_a_list_in_a_template(tmp_path: Path, text: str, reasons: list[str]) -> None:
    found = report(tmp_path, TEMPLATE.partition("  Public:")[0] + text, "template.yaml")
    assert [finding.message.partition(" lets ")[2].partition(" ")[0] for finding in found.findings] == reasons
    assert len(found.suppressed) == 2 - len(reasons)


def test_what_is_in_a_scalar_is_no_comment(tmp_path: Path) -> None:
    text = with_line(TEMPLATE, "VpcId", "      Note: 'x # ecsnet:ignore ECSNET101 no'")
    text = with_line(text, "Other:", "    Description: |\n      # ecsnet:ignore ECSNET101 no")
    text = with_line(text, "Public:", "  # ecsnet:ignored")
    found = report(tmp_path, text, "template.yaml")
    assert held(found) == []
    assert left(found) == ["Public", "Other"]


METADATA = [
    ("ecsnet: {ignore: [{rule: ECSNET101, reason: ours}]}", "ecsnet", "ours"),
    ("ecsnet: {ignore: {rule: [ECSNET201, public-subnet-without-igw-route], reason: ours}}", "ecsnet", "ours"),
    ("ecsnet: {ignore: [ECSNET101 ours]}", "ecsnet", "ours"),
    ("checkov: {skip: [{id: ECSNET101, comment: theirs}]}", "checkov", "theirs"),
    ("bridgecrew: {skip: [{id: ECSNET101}]}", "checkov", ""),
    ("cfn-lint: {config: {ignore_checks: [E9101]}}", "cfn-lint", ""),
    ("cfn-lint: {config: {ignore_checks: [W1001, E9]}}", "cfn-lint", ""),
]


@pytest.mark.parametrize(("metadata", "by", "reason"), METADATA)
def test_metadata_of_a_resource(tmp_path: Path, metadata: str, by: str, reason: str) -> None:
    text = TEMPLATE.replace("Subnet\n", f"Subnet\n    Metadata: {{{metadata}}}\n", 1)
    found = report(tmp_path, text, "template.yaml")
    assert held(found) == [("ECSNET101", "Public", by, reason)]
    assert left(found) == ["Other"]


@pytest.mark.parametrize(("metadata", "by", "reason"), [one for one in METADATA if one[1] != "checkov"])
def test_metadata_of_a_template(tmp_path: Path, metadata: str, by: str, reason: str) -> None:
    found = report(tmp_path, f"Metadata: {{{metadata}}}\n" + TEMPLATE, "template.yaml")
    assert [one[1:] for one in held(found)] == [("Public", by, reason), ("Other", by, reason)]


def test_metadata_in_json(tmp_path: Path) -> None:
    properties = {"VpcId": {"Ref": "Vpc"}, "MapPublicIpOnLaunch": True}
    ours = {"ecsnet": {"ignore": [{"rule": "ECSNET101", "reason": "ours"}]}}
    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Public": {"Type": "AWS::EC2::Subnet", "Metadata": ours, "Properties": properties},
        "Other": {"Type": "AWS::EC2::Subnet", "Properties": properties},
    }
    for indent in (None, 2):
        found = report(tmp_path, json.dumps({"Resources": resources}, indent=indent), "template.json")
        assert held(found) == [("ECSNET101", "Public", "ecsnet", "ours")]
        assert left(found) == ["Other"]


def test_resources_of_a_loop(tmp_path: Path) -> None:
    loop = (
        "Transform: AWS::LanguageExtensions\nResources:\n  Vpc: {Type: AWS::EC2::VPC}\n  Fn::ForEach::Zones:\n"
        "    - Zone\n    - [A, B]\n    - Public${Zone}:\n        Type: AWS::EC2::Subnet\n"
        "        Metadata: {ecsnet: {ignore: [ECSNET101 ours]}}\n"
        "        Properties: {VpcId: !Ref Vpc, MapPublicIpOnLaunch: true}\n"
    )
    found = report(tmp_path, loop, "template.yaml")
    assert [one[1] for one in held(found)] == ["PublicA", "PublicB"]


def test_a_nested_stack(tmp_path: Path) -> None:
    nested = "Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: part.yaml}\n"
    text = f"Resources:\n  # ecsnet:ignore ECSNET101 ours\n  A:\n    {nested}  B:\n    {nested}"
    (tmp_path / "part.yaml").write_text(TEMPLATE.partition("  Other:")[0])
    found = report(tmp_path, text, "root.yaml")
    assert held(found) == [("ECSNET101", "A.Public", "ecsnet", "ours")]
    assert left(found) == ["B.Public"]


@pytest.mark.parametrize(
    ("comment", "number"),
    [
        ("# checkov:skip=ECSNET101:theirs", 1),
        ("#checkov:skip=CKV_AWS_130,ECSNET101:theirs", 1),
        ("# bridgecrew:skip=ECSNET101:theirs", 1),
        ("# checkov:skip=ECSNET1:theirs", 0),
        ("# checkov:skip=CKV_AWS_130:theirs", 0),
    ],
)
def test_comments_of_checkov(tmp_path: Path, comment: str, number: int) -> None:
    inside = with_line(SUBNET % "a", "vpc_id", f"  {comment}")
    found = report(tmp_path, TERRAFORM + inside)
    assert held(found) == [("ECSNET101", "aws_subnet.a", "checkov", "theirs")] * number
    above = report(tmp_path, TERRAFORM + comment + "\n" + SUBNET % "a")
    assert held(above) == []
    (tmp_path / "main.tf").unlink()
    template = report(tmp_path, with_line(TEMPLATE, "VpcId", f"      {comment}"), "template.yaml")
    assert held(template) == [("ECSNET101", "Public", "checkov", "theirs")] * number
    above = report(tmp_path, with_line(TEMPLATE, "Public", f"  {comment}"), "template.yaml")
    assert held(above) == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# ecsnet:ignore", "it names no rule; write: ecsnet:ignore RULE[, RULE...] reason"),
        ("# ecsnet:ignore the reason", "no such rule: 'the'; 'ecsnet rules' lists them"),
        ("# ecsnet:ignore ECSNET102, ECSNET999", "no such rule: 'ECSNET999'; did you mean ECSNET602?"),
        ("# ecsnet:ignore=ECSNET101:x", "write: ecsnet:ignore RULE[, RULE...] reason"),
        ("# ecsnet:ignore ECSNET201 gone", "ECSNET201: there is no such finding"),
        ("# ecsnet:ignore-file ECSNET2 gone", "ECSNET2: there is no such finding"),
        ("# ecsnet:ignore ECSNET201 gone\n", "ECSNET201: it is in no block, nor above one"),
    ],
)
def test_what_suppresses_nothing_is_said(tmp_path: Path, comment: str, message: str) -> None:
    found = report(tmp_path, TERRAFORM + comment + "\n" + SUBNET % "a", config=Config())
    assert messages(found) == [(4, message)]
    assert "ECSNET101" in [finding.rule.id for finding in found.findings]


def test_what_is_not_asked_or_not_decided_is_not_said_to_be_unused(tmp_path: Path) -> None:
    comment = "# ecsnet:ignore ECSNET101, ECSNET201, ECSNET502 maybe\n"
    text = TERRAFORM + 'variable "public" {}\n' + comment + (SUBNET % "a").replace("true", "var.public")
    assert messages(report(tmp_path, text, config=Config())) == [(5, "ECSNET201: there is no such finding")]
    assert messages(report(tmp_path, text, config=Config(ignore=("ECSNET2",)))) == []
    assert messages(report(tmp_path, text + "oops", config=Config())) == []


def test_what_is_downloaded_is_not_ones_own(tmp_path: Path) -> None:
    modules = tmp_path / ".terraform" / "modules"
    (modules / "net").mkdir(parents=True)
    (modules / "net" / "main.tf").write_text("# ecsnet:ignore ECSNET201 x\n" + TERRAFORM)
    entries = [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "net", "Source": "x/y/z", "Dir": ".terraform/modules/net"},
    ]
    (modules / "modules.json").write_text(json.dumps({"Modules": entries}))
    found = report(tmp_path, 'module "net" {\n  source = "x/y/z"\n}\n')
    assert str(modules / "net" / "main.tf") in found.files
    assert found.unused == ()


def test_more_than_anybody_writes(tmp_path: Path) -> None:
    text = TERRAFORM + "# ecsnet:ignore ECSNET201 x\n" * (MAX_DIRECTIVES + 5) + SUBNET % "a"
    found = report(tmp_path, text, config=Config(select=("ECSNET101",)))
    assert messages(found) == [(MAX_DIRECTIVES + 4, f"only the first {MAX_DIRECTIVES} suppressions of a file hold")]


def test_outputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = TERRAFORM + "# ecsnet:ignore ECSNET101, ECSNET201 ours\n" + SUBNET % "a"
    (tmp_path / "main.tf").write_text(text)
    assert main(["scan", "--format", "json", str(tmp_path)]) == 0
    data = json.loads(capsys.readouterr().out)
    (one,) = data["suppressed"]
    assert (one["rule"], one["justification"], one["suppressed_by"]) == ("ECSNET101", "ours", "ecsnet")
    assert one["suppressed_at"]["start_line"] == 4
    assert data["findings"] == []
    assert data["summary"]["suppressed"] == 1
    (unused,) = data["unused_suppressions"]
    assert unused["message"] == "ECSNET201: there is no such finding"
    assert main(["scan", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert f"{tmp_path}/main.tf:4:1 suppresses nothing: ECSNET201: there is no such finding" in out
    assert "0 findings, 1 suppressed; " in out
    assert main(["scan", "-q", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""


FAILING = [case for case in cases() if "-fail-" in case.name or "-near-" in case.name]


@pytest.mark.parametrize("case", FAILING, ids=case_id)
def test_what_any_fixture_finds_can_be_accepted_above_its_block(case: Path, tmp_path: Path) -> None:
    """Wherever a resource is declared, in HCL or YAML, by hand or by a module."""
    folder = tmp_path / "case"
    shutil.copytree(case, folder)
    config = Config(select=("ECSNET",))
    before = scan([str(folder)], config)
    marks: dict[tuple[str, int], set[str]] = {}
    for finding in before.findings:
        header = finding.resource.header
        if header.file.endswith((".tf", ".yaml", ".yml", ".template")):
            marks.setdefault((header.file, header.start_line), set()).add(finding.rule.id)
    for (file, number), rules in sorted(marks.items(), reverse=True):
        lines = Path(file).read_text("utf-8").splitlines(keepends=True)
        line = lines[number - 1]
        indent = line[: len(line) - len(line.lstrip())]
        lines.insert(number - 1, f"{indent}# ecsnet:ignore {', '.join(sorted(rules))} accepted\n")
        Path(file).write_text("".join(lines), "utf-8")
    after = scan([str(folder)], config)
    marked = [one for one in before.findings if (one.resource.header.file, one.resource.header.start_line) in marks]
    assert len(after.suppressed) == len(marked)
    assert len(after.findings) == len(before.findings) - len(marked)
    assert after.unused == ()
