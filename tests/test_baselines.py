"""Findings that were there before: written down, held back, and told when they are gone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ecsnet import baselines
from ecsnet.cli import main
from ecsnet.config import ConfigError

VPC = 'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n'
SUBNET = 'resource "aws_subnet" "%s" {\n  vpc_id = aws_vpc.main.id\n  map_public_ip_on_launch = true\n}\n'
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    for env in ("prod", "dev"):
        (tmp_path / "envs" / env).mkdir(parents=True)
        (tmp_path / "envs" / env / "main.tf").write_text(VPC + SUBNET % "a" + SUBNET % "b")
    (tmp_path / ".ecsnet.toml").write_text('select = ["ECSNET101", "ECSNET201"]\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scan(capsys: Capture, *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = main(["scan", "--format", "json", *arguments])
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, data


def fixed(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["root"], one["resource"]) for one in data["fixed"]]


def test_what_is_there_is_held_back_and_what_is_new_is_not(checkout: Path, capsys: Capture) -> None:
    assert main(["baseline", "--output", "known.json"]) == 0
    assert capsys.readouterr().out == "4 findings in known.json\n"
    status, data = scan(capsys, "--baseline", "known.json")
    assert (status, data["findings"], data["fixed"]) == (0, [], [])
    assert data["summary"]["baseline"] == 4
    assert data["summary"]["suppressed"] == 0
    held = data["suppressed"][0]
    assert (held["suppressed_by"], held["justification"]) == ("baseline", None)
    assert held["suppressed_at"]["file"] == "known.json"
    line = (checkout / "known.json").read_text().splitlines()[held["suppressed_at"]["start_line"] - 1]
    assert held["fingerprint"] in line
    # A line more above, another order, and one that is new.
    (checkout / "envs/prod/main.tf").write_text("# new\n" + SUBNET % "b" + SUBNET % "c" + SUBNET % "a" + VPC)
    status, data = scan(capsys, "--baseline", "known.json")
    assert status == 1
    assert [finding["resource"] for finding in data["findings"]] == ["aws_subnet.c"]
    assert scan(capsys, "--baseline", "known.json", "--no-baseline")[1]["summary"]["findings"]["error"] == 5


def test_text_says_how_many(checkout: Path, capsys: Capture) -> None:
    main(["baseline", "--output", "known.json"])
    (checkout / "envs/prod/main.tf").write_text(VPC + "# ecsnet:ignore ECSNET101 ours\n" + SUBNET % "a")
    capsys.readouterr()
    assert main(["scan", "--baseline", "known.json"]) == 0
    summary = capsys.readouterr().out.splitlines()[-1]
    assert summary.startswith("0 findings, 1 suppressed, 2 in the baseline, 1 of the baseline fixed; ")


def test_it_is_sorted_one_finding_a_line_and_the_same_from_anywhere(
    checkout: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["baseline"]) == 0
    text = capsys.readouterr().out
    lines = [line.strip(" ,") for line in text.splitlines() if "fingerprint" in line and "root" in line]
    entries = [json.loads(line) for line in lines]
    assert [(entry["root"], entry["resource"]) for entry in entries] == [
        ("envs/dev", "aws_subnet.a"),
        ("envs/dev", "aws_subnet.b"),
        ("envs/prod", "aws_subnet.a"),
        ("envs/prod", "aws_subnet.b"),
    ]
    assert json.loads(text)["findings"] == entries
    monkeypatch.chdir(checkout / "envs")
    assert main(["baseline", "..", "--output", "known.json"]) == 0
    assert (checkout / "envs/known.json").read_text() == text
    capsys.readouterr()
    assert main(["baseline", str(checkout)]) == 0
    assert capsys.readouterr().out == text


def test_nothing_is_written_that_is_not_named(checkout: Path, capsys: Capture) -> None:
    before = sorted(checkout.rglob("*"))
    assert main(["baseline"]) == 0
    assert main(["scan"]) == 1
    assert sorted(checkout.rglob("*")) == before


def test_the_configuration_file_names_one(checkout: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with (checkout / ".ecsnet.toml").open("a") as stream:
        stream.write('baseline = "ci/known.json"\n')
    assert main(["scan"]) == 2
    assert "ci/known.json: there is no such baseline; 'ecsnet baseline --output " in capsys.readouterr().err
    (checkout / "ci").mkdir()
    monkeypatch.chdir(checkout / "envs")
    assert main(["baseline", ".."]) == 0
    assert len(json.loads((checkout / "ci/known.json").read_text())["findings"]) == 4
    # What it holds back does not count when it is written anew.
    assert main(["baseline", ".."]) == 0
    assert len(json.loads((checkout / "ci/known.json").read_text())["findings"]) == 4
    assert main(["scan", "prod"]) == 0
    assert main(["scan", "--no-baseline", "prod"]) == 1
    assert main(["scan", "--no-config", "prod"]) == 1


def test_what_is_gone_is_told_only_where_that_is_proven(checkout: Path, capsys: Capture) -> None:
    main(["baseline", "--output", "known.json"])
    (checkout / "envs/prod/main.tf").write_text(VPC + SUBNET % "a")
    known = ("--baseline", "known.json")
    assert fixed(scan(capsys, *known)[1]) == [("envs/prod", "aws_subnet.b")]
    assert fixed(scan(capsys, "envs/dev", *known)[1]) == []
    assert fixed(scan(capsys, "--ignore", "ECSNET1", *known)[1]) == []
    (checkout / "envs/dev/main.tf").write_text(VPC + SUBNET % "a" + (SUBNET % "b").replace("true", "var.x"))
    assert fixed(scan(capsys, "envs/dev", *known)[1]) == []
    (checkout / "envs/dev/main.tf").write_text("oops")
    status, data = scan(capsys, *known)
    assert (status, fixed(data)) == (3, [])
    (checkout / "envs/dev/main.tf").unlink()
    (checkout / "envs/dev").rmdir()
    gone = [("envs/dev", "aws_subnet.a"), ("envs/dev", "aws_subnet.b"), ("envs/prod", "aws_subnet.b")]
    assert fixed(scan(capsys, *known)[1]) == gone


def test_of_findings_that_are_alike_as_many_are_held_back_as_there_were(checkout: Path, capsys: Capture) -> None:
    ports = '    from_port = 22\n    to_port = 22\n    protocol = "tcp"\n'
    rule = f'  ingress {{\n{ports}    cidr_blocks = ["0.0.0.0/0"]\n  }}\n'
    group = 'resource "aws_security_group" "open" {\n  vpc_id = aws_vpc.main.id\n%s}\n'
    (checkout / "envs/prod/main.tf").write_text(VPC + group % (rule * 2))
    main(["baseline", "envs/prod", "--output", "known.json"])
    (checkout / "envs/prod/main.tf").write_text(VPC + group % (rule * 3))
    status, data = scan(capsys, "envs/prod", "--baseline", "known.json")
    assert (status, len(data["findings"]), data["summary"]["baseline"]) == (1, 1, 2)


def test_what_is_suppressed_is_neither_written_nor_fixed(checkout: Path, capsys: Capture) -> None:
    main(["baseline", "--output", "known.json"])
    (checkout / "envs/prod/main.tf").write_text(VPC + "# ecsnet:ignore ECSNET101 ours\n" + SUBNET % "a" + SUBNET % "b")
    data = scan(capsys, "--baseline", "known.json")[1]
    assert fixed(data) == []
    assert data["summary"]["suppressed"] == 1
    main(["baseline", "--output", "known.json"])
    assert len(json.loads((checkout / "known.json").read_text())["findings"]) == 3


def test_with_parts_that_cannot_be_read_nothing_is_written(checkout: Path, capsys: Capture) -> None:
    (checkout / "known.json").write_text("as it was")
    (checkout / "envs/dev/main.tf").write_text("oops")
    assert main(["baseline", "--output", "known.json"]) == 3
    assert (checkout / "known.json").read_text() == "as it was"
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "envs/dev/main.tf:1" in captured.err


def test_writing_is_all_or_nothing(checkout: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    target = checkout / "known.json"
    target.write_text("as it was")
    target.chmod(0o640)
    (checkout / "link.json").symlink_to(target)
    assert main(["baseline", "--output", "link.json"]) == 0
    assert (checkout / "link.json").is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert target.read_text().startswith("{")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(checkout.rglob("*"))
    monkeypatch.setattr(os, "replace", refuse)
    assert main(["baseline", "--output", "known.json"]) == 2
    assert "known.json: cannot be written: No space left on device" in capsys.readouterr().err
    assert sorted(checkout.rglob("*")) == before
    assert main(["baseline", "--output", "nowhere/known.json"]) == 2


ENTRY = '{"root": ".", "rule": "ECSNET101", "resource": "a", "fingerprint": "b"}'
HEAD = '{"version": "1", "fingerprints": "ecsnet/v1", "findings": '


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: not JSON: Expecting value"),
        (f"{HEAD}[\n<<<<<<< ours\n]}}", ":2: not JSON: "),
        ("\udcff", ": not JSON"),
        ("[" * 100_000, ": not JSON"),
        ("[]", ": not a baseline of ecsnet"),
        ('{"findings": []}', ": not a baseline of ecsnet"),
        (HEAD.replace("1", "2") + "[]}", ": not a baseline of ecsnet"),
        (HEAD.replace("v1", "v0") + "[]}", ": its fingerprints are of another version of ecsnet: write it anew"),
        (f"{HEAD}[{ENTRY}, 1]}}", ": finding 2 has to have a root, a rule, a resource, a fingerprint"),
        (HEAD + "[" + ENTRY.replace('"b"', "1") + "]}", ": finding 1 has to have"),
    ],
)
def test_what_is_no_baseline_is_refused(checkout: Path, capsys: Capture, text: str, message: str) -> None:
    (checkout / "known.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError) as caught:
        baselines.read("known.json")
    assert str(caught.value).startswith(f"known.json{message}")
    assert main(["scan", "--baseline", "known.json"]) == 2
    assert main(["scan", "--baseline", "."]) == 2


def test_an_empty_one(checkout: Path, capsys: Capture) -> None:
    assert main(["baseline", "--select", "ECSNET201", "--output", "known.json"]) == 0
    assert json.loads((checkout / "known.json").read_text())["findings"] == []
    assert scan(capsys, "--baseline", "known.json")[1]["summary"]["findings"]["error"] == 4
