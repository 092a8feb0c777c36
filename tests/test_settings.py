"""The configuration file, flags over it, and what `ecsnet config` says of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecsnet.cli import main
from ecsnet.config import ConfigError, choose
from ecsnet.options import Options
from ecsnet.rules import CATALOGUE
from ecsnet.settings import Flags, Settings


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "envs/prod").mkdir(parents=True)
    (tmp_path / "envs/prod/main.tf").write_text('variable "a" {}\nvariable "b" { default = 1 }\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TF_VAR_b", raising=False)
    return tmp_path


def ids(settings: Settings, folder: str) -> list[str]:
    return [rule.id for rule in choose(settings.of(folder), CATALOGUE)]


def test_the_nearest_file_holds(checkout: Path) -> None:
    (checkout / ".ecsnet.toml").write_text('select = ["ECSNET101"]')
    (checkout / "pyproject.toml").write_text('[tool.ecsnet]\nselect = ["ECSNET201"]')
    (checkout / "envs/pyproject.toml").write_text("[project]\nname = 'ecsnet-user'")
    settings = Settings(Flags(), ["."], {})
    assert ids(settings, "envs/prod") == ["ECSNET101"]
    (checkout / "envs/prod/pyproject.toml").write_text('[tool.ecsnet]\nselect = ["ECSNET301"]')
    assert ids(Settings(Flags(), ["."], {}), "envs/prod") == ["ECSNET301"]


def test_nothing_above_the_checkout_is_read(checkout: Path) -> None:
    (checkout / ".ecsnet.toml").write_text('select = ["ECSNET101"]')
    (checkout / "envs/.git").mkdir()
    assert len(ids(Settings(Flags(), ["."], {}), "envs/prod")) > 1


def test_flags_go_before_the_file(checkout: Path) -> None:
    (checkout / ".ecsnet.toml").write_text('select = ["ECSNET1", "ECSNET2"]\nignore = ["ECSNET101"]\nzones = 5')
    assert "ECSNET101" not in ids(Settings(Flags(), ["."], {}), ".")
    assert "ECSNET101" in ids(Settings(Flags(extend_select=("ECSNET101",)), ["."], {}), ".")
    assert ids(Settings(Flags(select=("ECSNET401",)), ["."], {}), ".") == ["ECSNET401"]
    assert Settings(Flags(), ["."], {}).of(".").zones == 5
    assert Settings(Flags(zones=2), ["."], {}).of(".").zones == 2
    assert Settings(Flags(files=False), ["."], {}).of(".").zones == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nfial-on = 'error'", ".ecsnet.toml:2: unknown key 'fial-on'; did you mean fail-on?"),
        (
            "fail-on = 'errors'",
            ".ecsnet.toml:1: fail-on has to be one of error, warning, info, never; did you mean error?",
        ),
        ("zones = 11", ".ecsnet.toml:1: zones has to be a number from 1 to 10"),
        ("select = 'ECSNET101'", ".ecsnet.toml:1: select has to be a list of strings"),
        ("ignore = ['ECSNET999']", ".ecsnet.toml:1: ignore: no such rule: 'ECSNET999'"),
        ("stubs = ['gone']", ".ecsnet.toml:1: stubs: there is no folder gone"),
        ("[[roots]]\npath = 'gone'", ".ecsnet.toml:2: path: there is no folder gone"),
        ("[[roots]]\nworkspace = 'x'", ".ecsnet.toml:1: a root needs a path"),
        ("[[roots]]\npath = '.'\n\n[[roots]]\npath = '.'\nvars = 1", ".ecsnet.toml:6: unknown key 'vars'"),
        (
            "[[roots]]\npath = '.'\nvariables = {a = 2020-01-01}",
            ".ecsnet.toml:3: variables has to be a string, a number",
        ),
        ("zones = 2\nallowed-sources = ['10.0.0.0/40']", ".ecsnet.toml:2: allowed-sources: '10.0.0.0/40' is no CIDR"),
        ("allowed-source = []", ".ecsnet.toml:1: unknown key 'allowed-source'; did you mean allowed-sources?"),
        ("admin-ports = 22", ".ecsnet.toml:1: admin-ports has to be a list of ports and ranges"),
        ("admin-ports = ['9-8']", ".ecsnet.toml:1: admin-ports: '9-8' is no port"),
        ("admin-ports = [true]", ".ecsnet.toml:1: admin-ports: True is no port"),
        ("admin-ports = [65536]", ".ecsnet.toml:1: admin-ports: 65536 is no port"),
        ("\nsensitive-tags = ['pci']", ".ecsnet.toml:2: sensitive-tags has to be a table"),
        ("\nsensitive-tags = {key = []}", ".ecsnet.toml:2: unknown key 'key'; did you mean keys?"),
        ("[sensitive-tags]\nflags = []\nkeys = 'pci'", ".ecsnet.toml:3: keys has to be a list of strings"),
        ("zones = ", ".ecsnet.toml: not TOML: "),
        ("a = " + "[" * 2000, ".ecsnet.toml: not TOML: "),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(checkout: Path, text: str, message: str) -> None:
    (checkout / ".ecsnet.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        Settings(Flags(), ["."], {}).of(".")
    assert str(caught.value).startswith(message)
    assert main(["scan"]) == 2


def test_a_root_is_evaluated_with_what_the_file_gives_it(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / ".ecsnet.toml").write_text(
        "[[roots]]\npath = 'envs/prod'\nvar-files = ['p.tfvars']\nworkspace = 'prod'\nvariables = { b = 2 }\n"
    )
    (checkout / "envs/prod/p.tfvars").write_text("a = 1\nb = 1\n")
    assert main(["config", "--format", "json", "--var", "a=hunter2"]) == 0
    out = capsys.readouterr().out
    (root,) = json.loads(out)["roots"]
    assert "hunter2" not in out
    assert root["workspace"] == {"value": "prod", "from": ".ecsnet.toml:4"}
    assert root["variables"] == {"a": {"from": "--var"}, "b": {"from": ".ecsnet.toml:5"}}
    assert main(["config", "--workspace", "dev"]) == 0
    assert "dev (--workspace)" in capsys.readouterr().out


def test_the_environment_can_be_left_out(
    checkout: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_b", "5")
    assert main(["config"]) == 0
    assert "TF_VAR_b" in capsys.readouterr().out
    assert main(["config", "--no-env-vars"]) == 0
    assert "TF_VAR_b" not in capsys.readouterr().out


def test_a_variable_that_no_root_declares_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--var", "b=1"]) == 0
    assert main(["scan", "--var", "nope=1"]) == 2
    assert "--var: no root module that is scanned declares a variable 'nope'" in capsys.readouterr().err


def test_options_of_rules(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / ".ecsnet.toml").write_text(
        "admin-ports = [5432, '8000-8010', '9-9']\nallowed-sources = ['0.0.0.0/1']\n\n"
        "[sensitive-tags]\nkeys = ['Data-Tier']\n"
    )
    options = Settings(Flags(), ["."], {}).of("envs/prod").options
    assert options.admin_ports == ((5432, 5432), (8000, 8010), (9, 9))
    assert options.allowed_sources == ("0.0.0.0/1",)
    assert options.sensitive_keys == ("Data-Tier",)
    assert options.sensitive_flags == Options().sensitive_flags
    assert Settings(Flags(files=False), ["."], {}).of(".").options == Options()
    assert main(["config", "--format", "json"]) == 0
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert settings["admin-ports"] == {"value": ["5432", "8000-8010", "9"], "from": ".ecsnet.toml:1"}
    assert settings["sensitive-tags.keys"] == {"value": ["Data-Tier"], "from": ".ecsnet.toml:5"}
    assert settings["sensitive-tags.values"]["from"] == "default"


def test_sources_that_are_allowed_are_no_finding(checkout: Path) -> None:
    (checkout / "envs/prod/main.tf").write_text(
        'resource "aws_security_group" "ours" {\ningress {\nfrom_port = 22\nto_port = 22\nprotocol = "tcp"\n'
        'cidr_blocks = ["16.0.0.0/2"]\n}\n}\n'
    )
    assert main(["scan", "--select", "ECSNET201"]) == 1
    (checkout / ".ecsnet.toml").write_text("allowed-sources = ['0.0.0.0/1']")
    assert main(["scan", "--select", "ECSNET201"]) == 0
    (checkout / ".ecsnet.toml").write_text("allowed-sources = ['128.0.0.0/1', '::/0', '0.0.0.0/3']")
    assert main(["scan", "--select", "ECSNET201"]) == 1
