"""What edits there are, what is written into files, and what is not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecsnet import cli
from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.findings import Edit, Finding
from ecsnet.fixes.apply import Rewrite, plan, write
from ecsnet.fixes.difference import diff
from tests.expectations import FIXTURES


def findings(*paths: str) -> tuple[Finding, ...]:
    return scan(paths, Config()).findings


SERVICE = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_security_group" "tasks" {
  vpc_id = aws_vpc.main.id

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions    = jsonencode([{ name = "app", image = "nginx" }])
}

resource "aws_ecs_service" "app" {
  name            = "app"
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.app.arn

  network_configuration {
    # where the tasks are
    subnets         = [aws_subnet.public.id] # the only one
    security_groups = [aws_security_group.tasks.id]
  }
}
"""
CONFIGURATION = """\
    subnets         = [aws_subnet.public.id] # the only one
    security_groups = [aws_security_group.tasks.id]
"""
MENDED = """\
    subnets          = [aws_subnet.public.id] # the only one
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = true
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def main(*arguments: str) -> int | str | None:
    try:
        return cli.main(arguments)
    except SystemExit as stop:
        return stop.code


def test_fix_writes_and_scans_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "main.tf"
    file.write_text(SERVICE)
    file.chmod(0o640)
    assert main("scan", ".") == 1
    printed = capsys.readouterr()
    assert "fix available with --fix\n" in printed.out
    assert "\n1 finding (1 error), 1 fixable (--fix); " in printed.out
    assert main("scan", "--fix", ".") == 0
    printed = capsys.readouterr()
    assert "0 findings" in printed.out
    assert printed.err == "ecsnet: fixed 1 finding in 1 file\n"
    assert file.read_text() == SERVICE.replace(CONFIGURATION, MENDED)
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(folder) == ["main.tf"]
    once = file.stat()
    assert main("scan", "--fix", ".") == 0
    assert capsys.readouterr().err == "ecsnet: fixed 0 findings in 0 files\n"
    assert file.stat() == once


def test_ends_of_lines_and_byte_order_mark_are_kept(folder: Path) -> None:
    def windows(text: str) -> bytes:
        return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()

    file = folder / "main.tf"
    file.write_bytes(windows(SERVICE))
    assert main("scan", "--fix", ".") == 0
    assert file.read_bytes() == windows(SERVICE.replace(CONFIGURATION, MENDED))


@pytest.mark.parametrize("fix", [[], ["--fix"]])
def test_diff_shows_and_writes_nothing(fix: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "main.tf").write_text(SERVICE)
    assert main("scan", "--diff", *fix, ".") == 1
    printed = capsys.readouterr()
    assert printed.err == "ecsnet: would fix 1 finding in 1 file\n"
    assert (folder / "main.tf").read_text() == SERVICE
    subprocess.run(["patch", "-p1"], input=printed.out.encode(), check=True, capture_output=True)
    assert (folder / "main.tf").read_text() == SERVICE.replace(CONFIGURATION, MENDED)


def test_a_diff_of_a_last_line_without_end_can_be_applied() -> None:
    lines = list(diff([Rewrite("a.yaml", b"a: 1\nb: 2", ((8, 9, "3"),))]))
    assert lines[-2:] == ["-b: 2\n\\ No newline at end of file\n", "+b: 3\n\\ No newline at end of file\n"]


SSH = """\
resource "aws_security_group" "hosts" {
  ingress {
    protocol         = "tcp"
    from_port        = 22
    to_port          = 22
    cidr_blocks      = ["10.0.0.0/8", "0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}
"""


def test_what_only_the_user_can_decide_takes_a_flag(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "main.tf").write_text(SSH)
    assert main("scan", "--fix", ".") == 1
    printed = capsys.readouterr()
    assert "fix available with --fix --unsafe\n" in printed.out
    assert printed.err == "ecsnet: fixed 0 findings in 0 files; 1 finding to be fixed only with --unsafe\n"
    assert (folder / "main.tf").read_text() == SSH
    assert main("scan", "--fix", "--unsafe", ".") == 0
    text = SSH.replace("0.0.0.0/0", "203.0.113.0/24").replace("::/0", "2001:db8::/32")
    assert (folder / "main.tf").read_text() == text


def test_unsafe_alone_is_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("scan", "--unsafe", ".") == 2
    assert "--unsafe" in capsys.readouterr().err


def test_json_has_the_edits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "main.tf").write_text(SSH)
    main("scan", "--format", "json", ".")
    [found] = json.loads(capsys.readouterr().out)["findings"]
    text = (folder / "main.tf").read_bytes()
    assert [(text[one["start"] : one["end"]], one["text"], one["safe"]) for one in found["edits"]] == [
        (b'"0.0.0.0/0"', '"203.0.113.0/24"', False),
        (b'"::/0"', '"2001:db8::/32"', False),
    ]
    assert found["edits"][0]["location"]["start_line"] == 6


def not_fixed(*paths: str) -> bool:
    found = findings(*paths)
    return bool(found) and not any(one.edits for one in found)


def test_what_several_instances_share_is_left_alone(folder: Path) -> None:
    shared = SERVICE.replace('resource "aws_ecs_service" "app" {', 'resource "aws_ecs_service" "app" {\n  count = 2')
    (folder / "main.tf").write_text(shared)
    assert not_fixed(".")


def test_what_several_callers_share_is_left_alone(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / "module").mkdir()
    (folder / "module" / "main.tf").write_text(SERVICE)
    call = 'module "{}" {{\n  source = "./module"\n}}\n'
    (folder / "main.tf").write_text(call.format("one"))
    assert [bool(one.edits) for one in findings(".")] == [True]
    (folder / "main.tf").write_text(call.format("one") + call.format("two"))
    assert not_fixed(".")
    (folder / "main.tf").write_text(call.format("one"))
    (folder / "other").mkdir()
    (folder / "other" / "main.tf").write_text(call.format("one").replace("./", "../"))
    assert not_fixed(".")
    # Only what was scanned is edited.
    assert not_fixed("other")


@pytest.mark.parametrize(
    "configuration",
    [
        "    subnets = [aws_subnet.public.id]\n    assign_public_ip = var.public\n",
        '    subnets = [aws_subnet.public.id]\n    assign_public_ip = "${false}"\n',
        "    subnets = [aws_subnet.public.id]\n    assign_public_ip = !true\n",
    ],
)
def test_what_is_no_literal_is_left_alone(configuration: str, folder: Path) -> None:
    variable = 'variable "public" {\n  default = false\n}\n'
    (folder / "main.tf").write_text(SERVICE.replace(CONFIGURATION, configuration) + variable)
    assert not_fixed(".")


def test_what_an_override_sets_is_left_alone(folder: Path) -> None:
    (folder / "main.tf").write_text(SERVICE)
    override = (
        'resource "aws_ecs_service" "app" {\n  network_configuration {\n    subnets = [aws_subnet.public.id]\n  }\n}\n'
    )
    (folder / "override.tf").write_text(override)
    assert not_fixed(".")


def test_a_file_that_changed_since_is_left_alone(folder: Path) -> None:
    (folder / "main.tf").write_text(SERVICE)
    [rewrite] = plan(findings("."), unsafe=False).rewrites
    (folder / "main.tf").write_text(SERVICE + "\n")
    problem = write(rewrite, ["."])
    assert problem is not None
    assert problem.message == "not fixed: it has changed since it was scanned"
    assert (folder / "main.tf").read_text() == SERVICE + "\n"
    assert os.listdir(folder) == ["main.tf"]


def test_what_cannot_be_written_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "main.tf").write_text(SERVICE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert main("scan", "--fix", ".") == 3
    printed = capsys.readouterr()
    assert "main.tf:1:1 cannot read: not fixed: No space left on device" in printed.out
    assert printed.err == "ecsnet: fixed 0 findings in 0 files\n"
    assert os.listdir(folder) == ["main.tf"]
    assert (folder / "main.tf").read_text() == SERVICE


def test_links_that_lead_out_of_what_was_scanned_are_not_followed(folder: Path) -> None:
    (folder / "outside").mkdir()
    (folder / "outside" / "main.tf").write_text(SERVICE)
    (folder / "inside").mkdir()
    (folder / ".git").mkdir()
    (folder / "inside" / "main.tf").symlink_to(folder / "outside" / "main.tf")
    assert not_fixed("inside")
    assert main("scan", "--fix", "inside", "outside") == 0
    assert (folder / "inside" / "main.tf").is_symlink()
    assert (folder / "outside" / "main.tf").read_text() == SERVICE.replace(CONFIGURATION, MENDED)


def test_a_link_within_what_was_scanned_stays_a_link(folder: Path) -> None:
    (folder / "text").mkdir()
    (folder / "text" / "real").write_text(SERVICE)
    (folder / "main.tf").symlink_to("text/real")
    assert main("scan", "--fix", ".") == 0
    assert (folder / "main.tf").is_symlink()
    assert (folder / "text" / "real").read_text() == SERVICE.replace(CONFIGURATION, MENDED)


def test_of_edits_that_overlap_one_is_made(folder: Path) -> None:
    (folder / "main.tf").write_text(SSH)
    [finding] = findings(".")
    first, second = finding.edits
    wider = replace(first, start=first.start - 1, text="[]")
    other = replace(finding, edits=(wider,))
    planned = plan([finding, other, finding], unsafe=True)
    assert (planned.fixed, planned.put_off) == ((finding, finding), (other,))
    [rewrite] = planned.rewrites
    assert rewrite.after.count(b"203.0.113.0/24") == rewrite.after.count(b"2001:db8::/32") == 1
    assert second.end < len(rewrite.before)


TEMPLATE = """\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: hosts
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0} # everybody
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_of_templates_are_kept(encoding: str, folder: Path) -> None:
    text = TEMPLATE.replace("hosts", "hôtes 🖧")
    (folder / "a.yaml").write_bytes(text.encode(encoding))
    assert main("scan", "--fix", "--unsafe", ".") == 0
    assert (folder / "a.yaml").read_bytes() == text.replace("0.0.0.0/0", "203.0.113.0/24").encode(encoding)


def test_what_an_alias_repeats_is_left_alone(folder: Path) -> None:
    aliased = TEMPLATE.replace("SecurityGroupIngress:\n", "SecurityGroupIngress: &open\n")
    other = "  Other:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      SecurityGroupIngress: *open\n"
    (folder / "a.yaml").write_text(aliased + other)
    assert not_fixed("a.yaml")


def test_what_is_generated_is_left_alone(folder: Path) -> None:
    generated = TEMPLATE.replace("    Properties:\n", "    Metadata: {aws:cdk:path: App/Group}\n    Properties:\n")
    (folder / "a.yaml").write_text(generated)
    assert not_fixed("a.yaml")


def test_the_check_of_an_interface_is_not_looked_for_on_its_instance(folder: Path) -> None:
    text = (FIXTURES / "ECSNET405" / "tf-fail-interface" / "main.tf").read_text()
    route = "network_interface_id   = aws_network_interface.nat.id"
    assert text.count(route) == 1
    routed = text.replace(route, "network_interface_id = aws_instance.nat.primary_network_interface_id")
    (folder / "main.tf").write_text(routed)
    [found] = [one for one in findings(".") if one.rule.id == "ECSNET405"]
    assert (found.resource.address, found.edits) == ("aws_instance.nat", ())


VPC = """\
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.8.1"

  azs             = ["eu-west-1a", "eu-west-1b"]
  public_subnets  = ["10.0.0.0/24", "10.0.1.0/24"]
  private_subnets = ["10.0.2.0/24", "10.0.3.0/24"]
  MORE

  enable_nat_gateway = true
  single_nat_gateway = true
}
"""


@pytest.mark.parametrize(
    ("more", "fixed"),
    [
        ("create_igw = true", True),
        ("one_nat_gateway_per_az = false", True),
        ("external_nat_ip_ids = [aws_eip.nat.id]", False),
        ("one_nat_gateway_per_az = var.production", False),
    ],
)
def test_a_module_is_told_to_make_more_where_it_has_what_that_takes(more: str, fixed: bool, folder: Path) -> None:
    (folder / "main.tf").write_text(VPC.replace("MORE", more))
    [found] = [one for one in findings(".") if one.rule.id == "ECSNET401"]
    assert bool(found.edits) is fixed
    if fixed:
        assert main("scan", "--fix", ".") == 0
        text = (folder / "main.tf").read_text()
        assert "single_nat_gateway     = false" in text or "single_nat_gateway = false" in text
        assert len(re.findall(r"one_nat_gateway_per_az += true", text)) == 1


def test_a_zone_without_public_subnet_gets_no_nat_gateway(folder: Path) -> None:
    (folder / "main.tf").write_text(VPC.replace("MORE", "").replace('"eu-west-1b"]', '"eu-west-1b", "eu-west-1c"]'))
    [found] = [one for one in findings(".") if one.rule.id == "ECSNET401"]
    assert found.edits == ()


def _edits(found: tuple[Finding, ...]) -> Iterator[Edit]:
    return (edit for finding in found for edit in finding.edits)


@pytest.mark.parametrize("folder_of_a_tool", ["cdktf.out", ".aws-sam"])
def test_what_tools_write_is_left_alone(folder_of_a_tool: str, folder: Path) -> None:
    (folder / folder_of_a_tool).mkdir()
    (folder / folder_of_a_tool / "a.yaml").write_text(TEMPLATE)
    assert not_fixed(".")


def test_what_holds_in_a_scenario_only_is_left_alone(folder: Path) -> None:
    conditional = TEMPLATE.replace("    Type:", "    Condition: Open\n    Type:")
    head = "Parameters:\n  Stage: {Type: String}\nConditions:\n  Open: !Equals [!Ref Stage, dev]\n"
    (folder / "a.yaml").write_text(head + conditional)
    found = findings("a.yaml")
    assert [dict(one.scenario) for one in found] == [{"Open": "true"}]
    assert not list(_edits(found))


@given(st.lists(st.sampled_from(["a\n", "b\r\n", "\n", "é", "}\n"]), max_size=30), st.data())
@settings(max_examples=60, deadline=None)
def test_a_diff_of_any_edits_can_be_applied(pieces: list[str], data: st.DataObject) -> None:
    before = "".join(pieces).encode()
    cuts = data.draw(st.lists(st.integers(0, len(pieces)), max_size=6).map(sorted))
    at = [len("".join(pieces[:cut]).encode()) for cut in cuts]
    texts = st.sampled_from(["x", "\nnew", "y\n", ""])
    spots = tuple((start, end, data.draw(texts)) for start, end in zip(at[::2], at[1::2]) if start < end)
    rewrite = Rewrite("file", before, spots)
    if rewrite.after in (before, b""):
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "file").write_bytes(before)
        shown = "".join(diff([rewrite])).encode()
        ran = subprocess.run(
            ["git", "apply", "--unidiff-zero", "-"], cwd=folder, input=shown, capture_output=True, check=False
        )
        assert ran.returncode == 0, (shown, ran.stderr)
        assert Path(folder, "file").read_bytes() == rewrite.after
