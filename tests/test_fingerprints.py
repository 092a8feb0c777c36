from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ecsnet.config import Config
from ecsnet.engine import scan
from ecsnet.files import checkout
from ecsnet.findings import Finding, Level, Report, Rule
from ecsnet.fingerprints import base_of, fingerprints, relative
from ecsnet.resources import Call, Hop, Resource
from ecsnet.values import Span

SSH = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "a" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port        = 22
    to_port          = 22
    protocol         = "tcp"
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_security_group" "b" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""


def report_of(folder: Path, text: str, name: str = "main.tf") -> Report:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.tf"):
        old.unlink()
    (folder / name).write_text(text)
    return scan([str(folder)], Config(), str(folder))


def said(report: Report) -> dict[str, str]:
    """Messages by fingerprint."""
    named = {finding.fingerprint: finding.message for finding in report.findings}
    assert len(named) == len(report.findings)
    return named


def test_findings_have_the_hash_that_is_documented(tmp_path: Path) -> None:
    report = report_of(tmp_path, SSH)
    assert len(report.findings) == 3
    assert all(re.fullmatch("[0-9a-f]{64}", finding.fingerprint) for finding in report.findings)
    # A change of this one is a new version: everybody's baselines would be void.
    rule = replace(RULE, id="ECSNET201")
    assert fingerprints([finding(rule=rule)], "") == (
        "1b6351b3f828b0ad895cda69ffef0e58f2e92dee0b580f7ef86e20c920e405a3",
    )


def moved(text: str) -> str:
    return "\n\n# far below\n\n" + text


def commented(text: str) -> str:
    return re.sub(r"(?m)^( *ingress \{)$", r"  # who\n\1 // said so", text)


def laid_out(text: str) -> str:
    return re.sub(r" +=", " =", text).replace("  ", "\t")


def reordered(text: str) -> str:
    blocks = text.split("\n\n")
    inner = blocks[1].split("  ingress")
    blocks[1] = inner[0] + "  ingress" + inner[2].removesuffix("}") + "  ingress" + inner[1] + "}"
    return "\n\n".join(reversed(blocks))


@pytest.mark.parametrize("change", [moved, commented, laid_out, reordered])
def test_what_changes_no_finding_changes_no_fingerprint(change: Callable[[str], str], tmp_path: Path) -> None:
    before = said(report_of(tmp_path, SSH))
    assert change(SSH) != SSH
    assert said(report_of(tmp_path, change(SSH))) == before


def test_a_block_may_move_to_another_file_of_its_module(tmp_path: Path) -> None:
    assert said(report_of(tmp_path, SSH)) == said(report_of(tmp_path, SSH, "network.tf"))


def test_the_folder_scanned_is_not_part_of_it_in_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    deep = said(report_of(tmp_path / "infra" / "prod", SSH))
    assert said(scan([str(tmp_path)], Config())) == deep
    monkeypatch.chdir(tmp_path / "infra")
    assert said(scan(["prod"], Config())) == deep
    assert said(scan(["../infra/prod/main.tf"], Config())) == deep


def test_other_folders_have_other_fingerprints(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert said(report_of(tmp_path / "a", SSH)).keys().isdisjoint(said(report_of(tmp_path / "b", SSH)))


def test_templates_differ_by_their_file(tmp_path: Path) -> None:
    text = """\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: hosts
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}
"""
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(text)
    assert len(said(scan([str(tmp_path)], Config()))) == 2


def test_suppressions_change_no_fingerprint(tmp_path: Path) -> None:
    before = {one.fingerprint for one in report_of(tmp_path, SSH).findings}
    text = SSH.replace("  ingress {", "  ingress { # ecsnet:ignore ECSNET201 the office", 1)
    report = report_of(tmp_path, text)
    assert report.suppressed
    assert before == {one.fingerprint for one in report.findings} | {
        one.finding.fingerprint for one in report.suppressed
    }


RULE = Rule("ECSNET101", "a-name", Level.ERROR, "It is so.", "", {}, (), lambda network, options: iter(()))
LINE = Span("infra/main.tf", 3, 1, 3, 9)


def finding(
    rule: Rule = RULE,
    address: str = "aws_subnet.a",
    span: Span = LINE,
    message: str = "it is public",
    path: tuple[Hop, ...] = (),
    cause: str = "",
    calls: tuple[Call, ...] = (),
) -> Finding:
    resource = Resource("aws_subnet", address, {}, span, span, "terraform", lambda _: span, calls=calls)
    return Finding(rule, Level.ERROR, resource, message, span, path, "", cause=cause)


@pytest.mark.parametrize(
    "other",
    [
        finding(rule=replace(RULE, id="ECSNET102")),
        finding(address="aws_subnet.b"),
        finding(span=replace(LINE, file="other/main.tf")),
        finding(span=replace(LINE, file="infra/template.yaml")),
        finding(path=(Hop("aws_route.a", "leads there", LINE),)),
        finding(cause="aws_vpc.a"),
        finding(calls=(Call("module.a", Span("main.tf", 1, 1, 1, 2)),)),
    ],
)
def test_what_makes_it_another(other: Finding) -> None:
    assert fingerprints([finding()], "") != fingerprints([other], "")


def test_what_does_not() -> None:
    elsewhere = replace(LINE, start_line=9, end_line=9)
    same = (
        finding(),
        finding(span=elsewhere),
        finding(message="it is public, as said"),
        finding(path=(Hop("aws_route.a", "leads there", elsewhere),)),
        replace(finding(), level=Level.INFO),
    )
    assert len({fingerprints([one], "") for one in same}) == 1


def test_only_what_is_alike_has_a_number_and_in_whatever_order_the_same() -> None:
    first, second, third = finding(message="to a"), finding(message="to b"), finding(address="aws_subnet.b")
    one, two, three = fingerprints([first, second, third], "")
    assert len({one, two, three}) == 3
    assert fingerprints([second, third, first], "") == (two, three, one)
    assert fingerprints([first], "") == (one,)


def test_names_that_are_not_text_have_fingerprints() -> None:
    assert fingerprints([finding(address='aws_subnet.a["\udcff\0\n"]', span=replace(LINE, file="a\udcff/m.tf"))], "")


def test_files_are_named_from_the_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert relative("a/../b/main.tf", str(tmp_path)) == "b/main.tf"
    assert relative("main.tf", str(tmp_path / "b")) == "../main.tf"
    assert relative("b/main.tf", "") == "b/main.tf"


def test_the_base_is_the_checkout_else_the_working_directory_else_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    if checkout(str(tmp_path)):
        pytest.skip("the folder of temporary files is in a checkout")
    monkeypatch.chdir(tmp_path / "a")
    assert base_of("b") == str(tmp_path / "a")
    assert base_of(str(tmp_path)) == str(tmp_path)
    assert base_of(os.curdir) == str(tmp_path / "a")
    (tmp_path / ".git").mkdir()
    assert base_of("b") == str(tmp_path)
