"""Nothing outside of the checkout is read through any door, unless the caller says so: ``--allow-outside``.

Each door leads to the same: a source that is open to the internet, which only a scan that reads it can find.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ecsnet import cli, scanning
from ecsnet.engine import scan
from ecsnet.findings import Report
from ecsnet.fleet import tasks
from ecsnet.inputs import ParameterFile
from ecsnet.report import settings as in_force
from ecsnet.settings import Flags, Settings
from tests import checkouts
from tests.checkouts import OPEN, group

ANYWHERE = "0.0.0.0/0"
RULES = "        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}\n"
GROUP = "  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: a\n      VpcId: vpc-1\n"
STACK = f"Resources:\n{GROUP}      SecurityGroupIngress:\n{RULES}"
PARAMETER = (
    f"Parameters: {{Source: {{Type: String}}}}\nResources:\n{GROUP}      SecurityGroupIngress:\n"
    + RULES.replace(ANYWHERE, "!Ref Source")
)
VARIABLE = 'variable "source" {\n  default = "10.0.0.0/8"\n}\n' + group("cidr_blocks = [var.source]")
MODULES = {"Modules": [{"Key": "far", "Source": "example.com/a/b/c", "Dir": ".terraform/modules/far"}]}
FAR = 'module "far" {\n  source = "example.com/a/b/c"\n}\n'
MANIFEST = {
    "version": "36.0.0",
    "artifacts": {"A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a.template.json"}}},
}

Door = Callable[[Path, Path], None]
"""Given the checkout and the folder beside it: puts what is inside, and where it leads."""


def value(expression: str) -> Door:
    def made(inside: Path, outside: Path) -> None:
        (outside / "source").write_text(ANYWHERE)
        (outside / "list.json").write_text(json.dumps([ANYWHERE]))
        (inside / "linked").symlink_to(outside / "source")
        (inside / "folder").symlink_to(outside)
        (inside / "main.tf").write_text(group(f"cidr_blocks = {expression}").replace("OUTSIDE", str(outside)))

    return made


def module(inside: Path, outside: Path) -> None:
    (outside / "main.tf").write_text(group(OPEN))
    (inside / "main.tf").write_text('module "far" {\n  source = "../outside"\n}\n')


def linked_module(inside: Path, outside: Path) -> None:
    (outside / "main.tf").write_text(group(OPEN))
    (inside / "far").symlink_to(outside)
    (inside / "main.tf").write_text('module "far" {\n  source = "./far"\n}\n')


def linked_file(inside: Path, outside: Path) -> None:
    (outside / "far.txt").write_text(group(OPEN))
    (inside / "far.tf").symlink_to(outside / "far.txt")
    (inside / "main.tf").write_text("")


def downloaded(inside: Path, outside: Path) -> None:
    (outside / "modules/far").mkdir(parents=True)
    (outside / "modules/modules.json").write_text(json.dumps(MODULES))
    (outside / "modules/far/main.tf").write_text(group(OPEN))
    (inside / ".terraform").symlink_to(outside)
    (inside / "main.tf").write_text(FAR)


def listed(inside: Path, outside: Path) -> None:
    (outside / "main.tf").write_text(group(OPEN))
    (inside / ".terraform/modules").mkdir(parents=True)
    document = {"Modules": [{**MODULES["Modules"][0], "Dir": "../outside"}]}
    (inside / ".terraform/modules/modules.json").write_text(json.dumps(document))
    (inside / "main.tf").write_text(FAR)


def workspace(inside: Path, outside: Path) -> None:
    (outside / "environment").write_text("open")
    (inside / ".terraform").mkdir()
    (inside / ".terraform/environment").symlink_to(outside / "environment")
    choice = f'terraform.workspace == "open" ? "{ANYWHERE}" : "10.0.0.0/8"'
    (inside / "main.tf").write_text(group(f"cidr_blocks = [{choice}]"))


def variables(inside: Path, outside: Path) -> None:
    (outside / "far").write_text(f'source = "{ANYWHERE}"\n')
    (inside / "terraform.tfvars").symlink_to(outside / "far")
    (inside / "main.tf").write_text(VARIABLE)


def stub(inside: Path, outside: Path) -> None:
    (outside / "main.tf").write_text(group(OPEN))
    (inside / "stubs/example.com/a/b").mkdir(parents=True)
    (inside / "stubs/a/b").mkdir(parents=True)
    (inside / "stubs/a/b/c").symlink_to(outside)
    (inside / ".ecsnet.toml").write_text('stubs = ["stubs"]\n')
    (inside / "main.tf").write_text('module "far" {\n  source = "a/b/c"\n}\n')


def template(text: str) -> Door:
    def made(inside: Path, outside: Path) -> None:
        (outside / "far.yaml").write_text(STACK)
        (outside / "rule.yaml").write_text(RULES.strip(" -"))
        (inside / "linked.txt").symlink_to(outside / "far.yaml")
        (inside / "template.yaml").write_text(text)

    return made


def linked_template(inside: Path, outside: Path) -> None:
    (outside / "far").write_text(STACK)
    (inside / "template.yaml").symlink_to(outside / "far")


def assembly(inside: Path, outside: Path) -> None:
    (outside / "far").write_text(STACK)
    (inside / "cdk.out").mkdir()
    (inside / "cdk.out/cdk.out").write_text("{}")
    (inside / "cdk.out/manifest.json").write_text(json.dumps(MANIFEST))
    (inside / "cdk.out/a.template.json").symlink_to(outside / "far")


def nested(kind: str, **properties: str) -> str:
    given = ", ".join(f"{name}: {text}" for name, text in properties.items())
    return f"Resources:\n  Far: {{Type: {kind}, Properties: {{{given}}}}}\n"


DOORS: dict[str, Door] = {
    "file": value('[file("../outside/source")]'),
    "file by its whole path": value('[file("OUTSIDE/source")]'),
    "file through a link": value('[file("linked")]'),
    "file through a linked folder": value('[file("folder/source")]'),
    "templatefile": value('[templatefile("../outside/source", {})]'),
    "fileexists": value('fileexists("../outside/source") ? ["0.0.0.0/0"] : ["10.0.0.0/8"]'),
    "fileset": value('length(fileset("../outside", "sour*")) > 0 ? ["0.0.0.0/0"] : ["10.0.0.0/8"]'),
    "filebase64": value('[base64decode(filebase64("../outside/source"))]'),
    "filemd5": value('[filemd5("../outside/source") == "" ? "10.0.0.0/8" : "0.0.0.0/0"]'),
    "jsondecode of a file": value('jsondecode(file("../outside/list.json"))'),
    "the source of a module": module,
    "a linked folder as a module": linked_module,
    "a linked file": linked_file,
    "a linked .terraform": downloaded,
    "a module that .terraform lists": listed,
    "a linked workspace": workspace,
    "linked variables": variables,
    "a linked stub": stub,
    "TemplateURL": template(nested("AWS::CloudFormation::Stack", TemplateURL="../outside/far.yaml")),
    "TemplateURL through a link": template(nested("AWS::CloudFormation::Stack", TemplateURL="linked.txt")),
    "Location of an application": template(nested("AWS::Serverless::Application", Location="../outside/far.yaml")),
    "AWS::Include": template(
        f"Resources:\n{GROUP}      SecurityGroupIngress:\n        Fn::Transform:\n"
        "          Name: AWS::Include\n          Parameters: {Location: ../outside/rule.yaml}\n"
    ),
    "a linked template": linked_template,
    "a linked template of an assembly": assembly,
}


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout, with a folder beside it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "inside/.git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "inside")
    return tmp_path / "inside"


def scanned(flags: Flags, jobs: int = 1, cache: str = "") -> Report:
    return scan(["."], Settings(flags, ["."], {}), jobs=jobs, cache=cache)


def told(report: Report) -> str:
    """What is said to be unknown, or wrong."""
    reasons = (one.reason for one in report.undecided), (one.reason for one in report.unseen)
    return "\n".join([*(one.message for one in report.problems), *(text for each in reasons for text in each)])


ALLOWED, REFUSED = Flags(allow_outside=True), Flags()


@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_closed_and_is_opened_by_the_caller(inside: Path, door: str) -> None:
    DOORS[door](inside, inside.parent / "outside")
    closed = scanned(REFUSED)
    assert not closed.findings
    assert "--allow-outside" in told(closed)
    opened = scanned(ALLOWED)
    assert "ECSNET201" in {finding.rule.id for finding in opened.findings}
    assert "--allow-outside" not in told(opened)


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_was_kept_with_the_flag_never_answers_without(
    inside: Path, tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "MIN_UNITS", 2)
    monkeypatch.setattr(scanning, "MIN_FILES", 1)
    for name, door in (("a", module), ("b", linked_file), ("c", value('[file("../outside/source")]'))):
        (inside / name).mkdir()
        (tmp_path / "inside/outside").mkdir(exist_ok=True)
        door(inside / name, inside.parent / "outside")
    for name in ("a", "c"):
        text = (inside / name / "main.tf").read_text()
        (inside / name / "main.tf").write_text(text.replace("../outside", "../../outside"))
    linked_template(inside, inside.parent / "outside")
    cache = str(tmp_path / "cache")
    for _ in range(2):
        opened, closed = scanned(ALLOWED, jobs, cache), scanned(REFUSED, jobs, cache)
        assert len(opened.findings) == 4
        assert not closed.findings
        assert told(closed).count("--allow-outside") >= 4


def test_a_configuration_file_is_read_within_and_has_no_such_key(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (inside.parent / "outside/far.toml").write_text('ignore = ["ECSNET201"]\n')
    (inside / "main.tf").write_text(group(OPEN))
    (inside / ".ecsnet.toml").symlink_to("../outside/far.toml")
    assert cli.main(["scan"]) == 2
    assert "--allow-outside" in capsys.readouterr().err
    assert cli.main(["scan", "--allow-outside"]) == 0
    (inside / ".ecsnet.toml").unlink()
    (inside / ".ecsnet.toml").write_text("allow-outside = true\n")
    assert cli.main(["scan"]) == 2
    assert "allow-outside" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        'stubs = ["../outside"]\n',
        'baseline = "../outside/known.json"\n',
        '[[roots]]\npath = "../outside"\n',
        '[[roots]]\npath = "."\nvar-files = ["../outside/far.tfvars"]\n',
        '[[stacks]]\ntemplate = "../outside/far.yaml"\n',
        '[[stacks]]\ntemplate = "template.yaml"\nparameters = ["../outside/parameters.json"]\n',
    ],
)
def test_what_a_configuration_file_names_is_within(inside: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    outside = inside.parent / "outside"
    (outside / "known.json").write_text(json.dumps({"version": "1", "fingerprints": "ecsnet/v1", "findings": []}))
    (outside / "far.tfvars").write_text("")
    (outside / "far.yaml").write_text(STACK)
    (outside / "parameters.json").write_text(json.dumps([{"ParameterKey": "Source", "ParameterValue": ANYWHERE}]))
    (inside / "template.yaml").write_text(PARAMETER)
    (inside / ".ecsnet.toml").write_text(text)
    assert cli.main(["scan"]) == 2
    assert ".ecsnet.toml:" in (said := capsys.readouterr().err)
    assert "leads to outside of what is scanned: --allow-outside reads it" in said
    assert cli.main(["scan", "--allow-outside"]) in (0, 1)


def test_what_the_caller_names_may_be_anywhere(inside: Path) -> None:
    far = inside.parent / "outside/parameters.json"
    far.write_text(json.dumps([{"ParameterKey": "Source", "ParameterValue": ANYWHERE}]))
    (inside / "template.yaml").write_text(PARAMETER)
    assert scanned(Flags(parameters=(ParameterFile(str(far)),))).findings


def test_files_of_a_folder_in_no_checkout_stay_in_what_is_scanned(inside: Path) -> None:
    (inside / ".git").rmdir()
    module(inside, inside.parent / "outside")
    assert not scanned(REFUSED).findings
    both = Settings(REFUSED, [".", "../outside"], {})
    assert scan([".", "../outside"], both).findings


def test_the_workspace_is_shown_to_be_unknown(inside: Path) -> None:
    workspace(inside, inside.parent / "outside")
    shown = json.loads(in_force.render_json(in_force.collect(Settings(REFUSED, ["."], {}))))
    assert shown["roots"][0]["workspace"]["value"] is None
    assert "--allow-outside" in shown["roots"][0]["workspace"]["from"]
    assert "--allow-outside" in "\n".join(in_force.render_text(in_force.collect(Settings(REFUSED, ["."], {}))))


@pytest.mark.parametrize("flags", [[], ["--allow-outside"]])
def test_other_commands_have_it_too(inside: Path, flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Those that say what changed: of one commit and another, and for files that are named."""
    far = inside.parent / "outside/source"
    far.write_text("10.0.0.0/8")
    (inside / ".git").rmdir()
    checkouts.checkout(inside, {"main.tf": group('cidr_blocks = [file("../outside/source")]')})
    checkouts.git(inside, "switch", "-q", "-c", "branch")
    (inside / "main.tf").write_text(group(f'cidr_blocks = [file("{far}")]'))
    checkouts.commit(inside, {})
    far.write_text(ANYWHERE)
    found = ["ECSNET201" in text for text in said(capsys, flags)]
    assert found == [bool(flags)] * 2


@pytest.mark.parametrize(("flags", "count"), [(REFUSED, 0), (ALLOWED, 1)])
def test_a_fleet_keeps_to_each_repository(inside: Path, flags: Flags, count: int) -> None:
    module(inside, inside.parent / "outside")
    made = tasks.judged(str(inside), "", (".", 0), flags)
    assert len(made.findings) == count
    assert tasks.plan(str(inside), flags).units == ((".", 0),)


def said(capsys: pytest.CaptureFixture[str], flags: list[str]) -> list[str]:
    texts = []
    for command in (["scan", "--no-cache", "--diff-base", "main"], ["hook", "main.tf"]):
        assert cli.main([*command, *flags]) == (1 if flags else 0)
        texts.append(capsys.readouterr().out)
    return texts


def test_a_hook_looks_at_no_files_outside(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a changed file belongs to is found without following calls and links to elsewhere."""
    outside = inside.parent / "outside"
    module(inside, outside)
    (outside / "far.txt").write_text(group(OPEN))
    (inside / "far.tf").symlink_to(outside / "far.txt")
    (inside / "note.json").write_text("{}")
    opened: list[str] = []
    before = os.open

    def noted(path: str, *arguments: int) -> int:
        opened.append(os.path.realpath(path))
        return before(path, *arguments)

    monkeypatch.setattr(os, "open", noted)
    assert cli.main(["hook", "note.json", "main.tf"]) == 3
    assert [path for path in opened if path.startswith(str(inside))]
    assert not [path for path in opened if path.startswith(str(outside))]
