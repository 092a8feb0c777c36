"""Levels of rules, and rules that do not hold for some paths, as the configuration file says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ecsnet.cli import main
from ecsnet.config import ConfigError
from ecsnet.findings import Level
from ecsnet.path_ignores import PathIgnore
from ecsnet.settings import Flags, Settings

TERRAFORM = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true
}
resource "aws_security_group" "open" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    for folder in ("modules/legacy/net", "envs/dev", "envs/prod"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "modules/legacy/net/main.tf").write_text(TERRAFORM)
    for env in ("dev", "prod"):
        (tmp_path / "envs" / env / "main.tf").write_text('module "net" {\n  source = "../../modules/legacy/net"\n}\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configured(folder: Path, text: str) -> None:
    (folder / ".ecsnet.toml").write_text('select = ["ECSNET101", "ECSNET201"]\n' + text)


def scan(capsys: Capture, *arguments: str) -> tuple[int, list[tuple[str, str, str]]]:
    capsys.readouterr()
    status = main(["scan", "--format", "json", *arguments])
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, [(one["rule"], one["level"], one["resource"]) for one in data["findings"]]


def test_levels_decide_the_status_and_are_in_every_output(checkout: Path, capsys: Capture) -> None:
    configured(checkout, '[levels]\nECSNET101 = "info"\nssh-open-to-internet = "warning"\n')
    status, found = scan(capsys, "envs/prod")
    assert status == 1
    assert [one[:2] for one in found] == [("ECSNET101", "info"), ("ECSNET201", "warning")]
    assert main(["scan", "--fail-on", "error", "envs/prod"]) == 0
    out = capsys.readouterr().out
    assert " info ECSNET101 " in out
    assert out.splitlines()[-1].startswith("2 findings (1 warning, 1 info); ")
    assert main(["scan", "-q", "--select", "ECSNET101", "envs/prod"]) == 0
    assert " info ECSNET101 " in capsys.readouterr().out
    configured(checkout, '[levels]\nECSNET101 = "error"\n')
    assert main(["scan", "--fail-on", "error", "--select", "ECSNET101", "envs/prod"]) == 1


def test_the_narrower_name_goes_first(checkout: Path) -> None:
    configured(checkout, '[levels]\nECSNET401 = "error"\nECSNET = "info"\nECSNET4 = "warning"\nW9402 = "error"\n')
    levels = Settings(Flags(), ["."], {}).of("envs/dev").levels
    wanted = {"ECSNET101": "info", "ECSNET401": "error", "ECSNET402": "error", "ECSNET403": "warning"}
    assert {rule: levels[rule] for rule in wanted} == {rule: Level(level) for rule, level in wanted.items()}


def test_they_are_those_of_the_root_and_its_file(checkout: Path, capsys: Capture) -> None:
    (checkout / "envs/dev/.ecsnet.toml").write_text('select = ["ECSNET101"]\n[levels]\nECSNET101 = "info"\n')
    configured(checkout, "")
    _, found = scan(capsys)
    assert sorted(found) == [
        ("ECSNET101", "error", "module.net.aws_subnet.public"),
        ("ECSNET101", "info", "module.net.aws_subnet.public"),
        ("ECSNET201", "error", "module.net.aws_security_group.open"),
    ]


@pytest.mark.parametrize(
    ("pattern", "dev", "prod"),
    [
        ("modules/legacy/**", 1, 1),
        ("modules/legacy", 1, 1),
        ("legacy/", 1, 1),
        ("envs/dev/**", 1, 2),
        ("envs/*/main.tf", 1, 1),
        ("*.yaml", 2, 2),
        ("legacy/**", 2, 2),
        ("/main.tf", 2, 2),
    ],
)
def test_paths(checkout: Path, capsys: Capture, pattern: str, dev: int, prod: int) -> None:
    configured(checkout, f'[per-path-ignores]\n"{pattern}" = ["ssh-open-to-internet"]\n')
    assert len(scan(capsys, "envs/dev")[1]) == dev
    assert len(scan(capsys, "envs/prod")[1]) == prod


def test_what_does_not_hold_leaves_no_trace(checkout: Path, capsys: Capture) -> None:
    configured(checkout, '[per-path-ignores]\n"envs/**" = ["ECSNET"]\n')
    module = checkout / "modules/legacy/net/main.tf"
    unknown = 'variable "public" {}\n' + TERRAFORM.replace("true", "var.public")
    module.write_text("# ecsnet:ignore ECSNET102 not asked\n" + unknown)
    capsys.readouterr()
    assert main(["scan", "--show-unknown", "envs/prod"]) == 0
    assert capsys.readouterr().out.startswith("0 findings; ")


def test_a_pattern_is_relative_to_the_file(checkout: Path) -> None:
    folder = str(checkout / "envs")
    one = PathIgnore("dev/**", folder, frozenset())
    assert one.holds("envs/dev/main.tf")
    assert one.holds(str(checkout / "envs/dev/a/b.tf"))
    assert not one.holds("dev/main.tf")
    assert PathIgnore("../modules/**", folder, frozenset()).holds("modules/legacy/net/main.tf")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[levels]\nECSNET999 = "error"', ".ecsnet.toml:3: levels: no such rule: 'ECSNET999'; did you mean"),
        (
            '[levels]\nECSNET101 = "eror"',
            ".ecsnet.toml:3: ECSNET101 has to be one of error, warning, info; did you mean",
        ),
        ('[levels]\nECSNET101 = "never"', ".ecsnet.toml:3: ECSNET101 has to be one of error, warning, info"),
        ('levels = "error"', ".ecsnet.toml:2: levels has to be a table of rules"),
        ('[per-path-ignores]\n"a/**" = ["nope"]', ".ecsnet.toml:3: per-path-ignores: no such rule: 'nope'"),
        ('[per-path-ignores]\n"a/**" = "ECSNET101"', ".ecsnet.toml:3: a/** has to be a list of strings"),
        ('[per-path-ignores]\n"!a" = []', ".ecsnet.toml:3: per-path-ignores: '!a' is no pattern of paths"),
        ('[per-path-ignores]\n"" = []', ".ecsnet.toml:3: per-path-ignores: '' is no pattern of paths"),
        ("baseline = []", ".ecsnet.toml:2: baseline has to be a string"),
        ("level = {}", ".ecsnet.toml:2: unknown key 'level'; did you mean levels?"),
        ("per-path-ignore = {}", ".ecsnet.toml:2: unknown key 'per-path-ignore'; did you mean per-path-ignores?"),
        ("base-line = 'x'", ".ecsnet.toml:2: unknown key 'base-line'; did you mean baseline?"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(checkout: Path, text: str, message: str) -> None:
    configured(checkout, text)
    with pytest.raises(ConfigError) as caught:
        Settings(Flags(), ["."], {}).of(".")
    assert str(caught.value).startswith(message)
    assert main(["scan"]) == 2


def test_what_is_in_force_is_shown(checkout: Path, capsys: Capture) -> None:
    assert main(["config"]) == 0
    out = capsys.readouterr().out
    for key in ("levels", "per-path-ignores", "baseline"):
        assert any(line.split() == [key, "none", "(default)"] for line in out.splitlines()), key
    configured(
        checkout,
        'baseline = "known.json"\n[levels]\nECSNET101 = "info"\n\n[per-path-ignores]\n"envs/**" = ["ECSNET2"]\n',
    )
    assert main(["config", "--format", "json"]) == 0
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert settings["levels.ECSNET101"] == {"value": "info", "from": ".ecsnet.toml:4"}
    assert settings["per-path-ignores.envs/**"] == {"value": ["ECSNET2"], "from": ".ecsnet.toml:7"}
    assert settings["baseline"] == {"value": "known.json", "from": ".ecsnet.toml:2"}
    assert main(["config", "--no-baseline"]) == 0
    assert "none (--no-baseline)" in capsys.readouterr().out
    assert main(["config", "--format", "json", "--baseline", "other.json", "--no-config"]) == 0
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert settings["baseline"] == {"value": "other.json", "from": "--baseline"}
