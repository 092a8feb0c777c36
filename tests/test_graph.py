"""``ecsnet graph``: what is drawn, that findings are marked, and that no name can break out of its label."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ecsnet import cli
from tests.test_paths import NETWORK, SERVICE

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert cli.main(["graph", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "main.tf").write_text(NETWORK + SERVICE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(lines: list[str]) -> dict[str, str]:
    """The ids of nodes in a Mermaid flowchart by the first line of their labels."""
    found = (re.search(r'(n\d+)(?:\[|\(|\{)+"([^"<]*)', line) for line in lines if "-->" not in line)
    return {match[2]: match[1] for match in found if match}


def test_subnets_lead_to_their_tables_and_tables_to_gateways(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys)
    assert lines[0] == "flowchart LR"
    name = names(lines)
    table = next(line for line in lines if "route table" in line).strip().partition("[")[0]
    gateway = next(line for line in lines if "internet gateway" in line).strip().partition("{")[0]
    subnet = next(line for line in lines if "public 10.0.0.0/24" in line).strip().partition("[")[0]
    shown = [line.strip() for line in lines]
    assert f"{subnet} --> {table}" in shown
    assert f'{table} -->|"0.0.0.0/0"| {gateway}' in shown
    assert f"{gateway} --> {name['to the internet']}" in shown
    assert f"{name['shop']} -.- {subnet}" in shown
    assert "    subgraph " in "\n".join(lines)
    assert any("zone eu-west-1b" in line for line in lines)
    assert any("VPC aws_vpc.main 10.0.0.0/16" in line for line in lines)


def test_findings_are_marked_on_what_they_are_about(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("mermaid", "dot"):
        lines = run(capsys, str(EXAMPLES), "--format", form)
        assert any("api" in line and "ECSNET301" in line for line in lines)
        assert any("NAT gateway" in line and "ECSNET401" in line for line in lines)
        # The group itself is not drawn: the instances behind it are marked.
        assert any("container instances" in line and "ECSNET201" in line for line in lines)


def test_rules_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, str(EXAMPLES), "--select", "ECSNET401")
    assert not any("ECSNET301" in line for line in lines)


HOSTILE = 'a"] --> x; click n0 "javascript:alert(1)" <b>\\n</b> `%%{init}%%` \\'


@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_names_stay_in_their_labels(folder: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    quoted = HOSTILE.replace("\\", "\\\\").replace('"', '\\"').replace("%{", "%%{")
    (folder / "main.tf").write_text((NETWORK + SERVICE).replace('= "shop"\n  cluster', f'= "{quoted}"\n  cluster'))
    lines = run(capsys, "--format", form)
    [line] = [line for line in lines if "javascript" in line]
    assert "<b>" not in line
    if form == "mermaid":
        assert re.fullmatch(r'  n\d+\["[^"]*"\]', line)
    else:
        assert re.fullmatch(r'  n\d+ \[label="([^"\\]|\\.)*", .*\];', line)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "\n".join(run(capsys, "--format", "dot"))
    subprocess.run(["dot", "-Tsvg"], input=source, text=True, capture_output=True, check=True, timeout=60)


def test_a_root_without_network_is_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "main.tf").write_text('output "x" {\n  value = 1\n}\n')
    monkeypatch.chdir(tmp_path)
    assert run(capsys) == ["flowchart LR"]
