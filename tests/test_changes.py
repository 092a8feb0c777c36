"""``ecsnet scan --diff-base``: findings on what was changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ecsnet import cli, git
from ecsnet.config import ConfigError
from tests import checkouts
from tests.checkouts import CLOSED, OPEN, commit, group

MODULE = 'variable "cidr" {}\n' + group("cidr_blocks = [var.cidr]", "web")
CALL = 'variable "cidr" { default = "10.0.0.0/8" }\nmodule "web" {\n  source = "../../web"\n  cidr   = var.cidr\n}\n'
BASE = {
    "web/main.tf": MODULE,
    "envs/dev/main.tf": CALL,
    "envs/prod/main.tf": CALL,
    "old/main.tf": group(OPEN) + "\n" + group(OPEN, "other") + "\n" + "locals {\n  unrelated = 1\n}\n",
    "template.yaml": "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n",
}
EXTRA = 'resource "aws_vpc" "more" {\n  cidr_block = "10.0.0.0/16"\n}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two findings, on a branch of its own, and the current folder."""
    made = checkouts.checkout(tmp_path / "checkout", BASE)
    checkouts.git(made, "switch", "-q", "-c", "branch")
    monkeypatch.chdir(made)
    return made


def scan(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, set[str], int]:
    """The exit status, the resources that are found, and how many others there are."""
    status = cli.main(["scan", "--format", "json", "--no-cache", *arguments])
    report = json.loads(capsys.readouterr().out)
    assert report["errors"] == []
    return status, {found["resource"] for found in report["findings"]}, report["summary"]["elsewhere"]


@pytest.mark.parametrize(
    ("changes", "status", "found", "elsewhere"),
    [
        pytest.param({}, 0, set(), 2, id="nothing"),
        pytest.param({"README.md": "Hello"}, 0, set(), 2, id="something else"),
        pytest.param({"new/main.tf": group(OPEN, "new")}, 1, {"aws_security_group.new"}, 2, id="a new file"),
        pytest.param({"new/main.tf": group(CLOSED, "new")}, 0, set(), 2, id="a new file with nothing wrong"),
        pytest.param(
            {"old/main.tf": BASE["old/main.tf"].replace('"tcp"', '"TCP"', 1)},
            1,
            {"aws_security_group.ssh"},
            1,
            id="a line of the block",
        ),
        pytest.param(
            {"old/main.tf": BASE["old/main.tf"].replace("unrelated = 1", "unrelated = 2")}, 0, set(), 2, id="beside it"
        ),
        pytest.param({"old/main.tf": "# moved\n\n" + BASE["old/main.tf"]}, 0, set(), 2, id="moved lines"),
        pytest.param({"old/more.tf": EXTRA}, 0, set(), 2, id="another file of the root"),
        pytest.param(
            {"envs/prod/terraform.tfvars": 'cidr = "0.0.0.0/0"\n'},
            1,
            {"module.web.aws_security_group.web"},
            2,
            id="a value for a variable",
        ),
        pytest.param(
            {"envs/prod/main.tf": CALL.replace("10.0.0.0/8", "0.0.0.0/0")},
            1,
            {"module.web.aws_security_group.web"},
            2,
            id="a default",
        ),
        pytest.param(
            {"web/main.tf": MODULE.replace("var.cidr", '"0.0.0.0/0"')},
            1,
            {"module.web.aws_security_group.web"},
            2,
            id="a module",
        ),
        pytest.param(
            {"template.yaml": None, "old/main.tf": group(OPEN, "other")}, 0, set(), 1, id="files and blocks that go"
        ),
        pytest.param({"old/main.tf": None}, 0, set(), 0, id="what was wrong goes"),
    ],
)
def test_findings_on_the_changes(
    changes: Mapping[str, str | None],
    status: int,
    found: set[str],
    elsewhere: int,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commit(folder, changes)
    assert scan(capsys, "--diff-base", "main") == (status, found, elsewhere)


def test_a_line_that_is_taken_out_of_a_block_changes_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(folder, {"old/main.tf": BASE["old/main.tf"].replace('  vpc_id = "vpc-1"\n', "", 1)})
    status, found, _ = scan(capsys, "--diff-base", "main")
    assert (status, found) == (1, {"aws_security_group.ssh"})


def test_a_deleted_route_brings_about_what_it_kept_off(tmp_path: Path, monkeypatch, capsys) -> None:
    """Nothing of the path of such a finding is on a line that was changed."""
    network = """\
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.0.0/24"
  map_public_ip_on_launch = true
}
resource "aws_route_table" "public" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
"""
    route = """\
resource "aws_route" "out" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
"""
    made = checkouts.checkout(tmp_path, {"main.tf": network, "routes.tf": route})
    checkouts.git(made, "switch", "-q", "-c", "branch")
    monkeypatch.chdir(made)
    assert scan(capsys, "--diff-base", "main") == (0, set(), 0)
    commit(made, {"routes.tf": "# none\n"})
    assert scan(capsys, "--diff-base", "main") == (1, {"aws_subnet.public"}, 0)


def test_a_step_of_the_path_or_a_call_is_changed(tmp_path: Path, monkeypatch, capsys) -> None:
    """The finding itself stands elsewhere."""
    network = """\
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.0.0/24"
  map_public_ip_on_launch = true
}
"""
    routes = """\
resource "aws_route_table" "public" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
"""
    call = 'module "web" {\n  source = "./web"\n}\n'
    files = {"main.tf": network, "routes.tf": routes, "web.tf": call, "web/main.tf": group(OPEN, "web")}
    made = checkouts.checkout(tmp_path, files)
    checkouts.git(made, "switch", "-q", "-c", "branch")
    monkeypatch.chdir(made)
    commit(made, {"routes.tf": routes.replace("vpc_id = aws", "vpc_id  = aws")})
    assert scan(capsys, "--diff-base", "main") == (1, {"aws_subnet.public"}, 1)
    commit(made, {"routes.tf": routes, "web.tf": call.replace("{\n", "{ # here\n")})
    assert scan(capsys, "--diff-base", "main") == (1, {"module.web.aws_security_group.web"}, 1)


def test_a_finding_that_says_something_else_is_another(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = "envs/prod/terraform.tfvars"
    commit(folder, {values: 'cidr = "0.0.0.0/1"\n'})
    checkouts.git(folder, "branch", "-f", "half")
    assert scan(capsys, "--diff-base", "half") == (0, set(), 3)
    commit(folder, {values: 'cidr = "0.0.0.0/0"\n'})
    assert scan(capsys, "--diff-base", "half") == (1, {"module.web.aws_security_group.web"}, 2)


def test_with_a_baseline_and_with_fixes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fix is made for what is reported."""
    cli.main(["baseline", "--output", "known.json"])
    commit(folder, {"new/main.tf": group(OPEN, "new"), "more/main.tf": group(OPEN, "more")})
    cli.main(["baseline", "--output", "known.json", "old", "more"])
    flags = ("--diff-base", "main", "--baseline", "known.json")
    capsys.readouterr()
    assert scan(capsys, *flags) == (1, {"aws_security_group.new"}, 0)
    assert cli.main(["scan", "--diff", "--unsafe", "--diff-base", "main", "old", "new"]) == 1
    shown = capsys.readouterr().out
    assert "new/main.tf" in shown
    assert "old/main.tf" not in shown


def test_what_main_got_since_is_not_of_the_branch(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(folder, {"new/main.tf": group(OPEN, "new")})
    checkouts.git(folder, "switch", "-q", "main")
    commit(folder, {"old/main.tf": group(CLOSED)})
    checkouts.git(folder, "switch", "-q", "branch")
    assert scan(capsys, "--diff-base", "main") == (1, {"aws_security_group.new"}, 2)


def test_what_is_not_yet_committed_is_new(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "draft.tf").write_text(group(OPEN, "draft"))
    assert scan(capsys, "--diff-base", "main") == (1, {"aws_security_group.draft"}, 2)


def test_from_a_folder_below_and_with_files_of_values(folder: Path, monkeypatch, capsys) -> None:
    commit(folder, {"envs/dev/wide.tfvars": 'cidr = "0.0.0.0/0"\n'})
    checkouts.git(folder, "branch", "-f", "wide")
    commit(folder, {"README.md": "Hello"})
    monkeypatch.chdir(folder / "envs" / "dev")
    assert scan(capsys, "--diff-base", "wide", "--var-file", "wide.tfvars", ".")[0::2] == (0, 1)
    assert scan(capsys, "--diff-base", "main", "--var-file", "wide.tfvars", ".")[0::2] == (1, 0)


def test_modules_that_are_downloaded_are_the_same_before(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    modules = folder / "remote" / ".terraform" / "modules"
    (modules / "net").mkdir(parents=True)
    (modules / "net" / "main.tf").write_text(group(OPEN, "net"))
    manifest = {"Modules": [{"Key": "net", "Source": "example.com/net/aws", "Dir": ".terraform/modules/net"}]}
    (modules / "modules.json").write_text(json.dumps(manifest))
    files = {".gitignore": ".terraform/\n", "remote/main.tf": 'module "net" {\n  source = "example.com/net/aws"\n}\n'}
    commit(folder, files)
    checkouts.git(folder, "branch", "-f", "remote")
    commit(folder, {"remote/more.tf": EXTRA})
    assert scan(capsys, "--diff-base", "remote") == (0, set(), 3)


def test_the_summary_counts_the_others(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(folder, {"README.md": "Hello"})
    assert cli.main(["scan", "--diff-base", "main"]) == 0
    assert capsys.readouterr().out.startswith("0 findings, 2 not on the changes; ")


def test_nothing_of_the_repository_is_run(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a configuration, attributes and hooks of a repository may name."""
    commit(folder, {"new/main.tf": group(OPEN, "new")})
    mark = tmp_path / "was-run"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    program.chmod(0o755)
    hook = folder / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(program.read_text())
    hook.chmod(0o755)
    for key in (
        *("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass", "credential.helper"),
        *("diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge"),
        *("filter.evil.process", "pager.diff", "interactive.diffFilter", "gpg.program", "core.alternateRefsCommand"),
    ):
        checkouts.git(folder, "config", key, str(program))
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text("* diff=evil filter=evil\n")
    assert scan(capsys, "--diff-base", "main") == (1, {"aws_security_group.new"}, 2)
    assert not mark.exists()
    for plain in (("diff", "main", "HEAD"), ("diff", "--no-ext-diff", "main", "HEAD"), ("status",)):
        checkouts.git(folder, *plain)
        assert mark.exists(), "a control: git by itself runs it"
        mark.unlink()


@pytest.mark.parametrize("ref", ["nowhere", "--output=pwned", "-h", "", "main:old", "a\nb", "main..HEAD"])
def test_a_ref_that_is_none_is_refused(ref: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["scan", f"--diff-base={ref}"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("ecsnet: --diff-base: ")
    assert error.count("\n") == 1
    assert not (folder / "pwned").exists()


def test_a_shallow_clone_is_told_what_it_needs(folder: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    first = checkouts.git(folder, "rev-parse", "HEAD")
    commit(folder, {"new/main.tf": group(OPEN, "new")})
    clone = tmp_path / "clone"
    checkouts.git(tmp_path, "clone", "-q", "--depth=1", "--branch=branch", folder.as_uri(), str(clone))
    monkeypatch.chdir(clone)
    assert cli.main(["scan", "--diff-base", first]) == 2
    assert "shallow" in (error := capsys.readouterr().err)
    assert "fetch-depth: 0" in error
    checkouts.git(clone, "fetch", "-q", "--depth=1", "origin", "main:main")
    assert cli.main(["scan", "--diff-base", "main"]) == 2
    assert "no history in common in this clone, which is shallow" in capsys.readouterr().err
    checkouts.git(clone, "fetch", "-q", "--unshallow")
    assert scan(capsys, "--diff-base", first) == (1, {"aws_security_group.new"}, 2)


def test_outside_of_a_checkout(tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["scan", "--diff-base", "main"]) == 2
    assert "is in no git checkout" in capsys.readouterr().err


def test_without_git(folder: Path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert cli.main(["scan", "--diff-base", "main"]) == 2
    assert capsys.readouterr().err == "ecsnet: --diff-base: git is not installed\n"


def test_content_is_not_taken_for_a_patch() -> None:
    patch = b"""\
diff --git a/main.tf b/main.tf
index 1..2 100644
--- a/main.tf
+++ b/main.tf
@@ -1,0 +2,3 @@ resource
+++ b/other.tf
+@@ -1 +9 @@
+diff --git a/x b/x
@@ -7,2 +9,0 @@
--- a/other.tf
-gone
@@ -20 +22 @@
-a
+b
\\ No newline at end of file
diff --git "a/\\303\\251\\t\\"\\n.tf" "b/\\303\\251\\t\\"\\n.tf"
--- "a/\\303\\251\\t\\"\\n.tf"
+++ "b/\\303\\251\\t\\"\\n.tf"
@@ -1 +1 @@
-a
+b
diff --git a/gone.tf b/gone.tf
--- a/gone.tf
+++ /dev/null
@@ -1 +0,0 @@
-a
diff --git a/a b.tf b/a b.tf
--- a/a b.tf\t
+++ b/a b.tf\t
@@ -0,0 +1,2 @@
+a
+b
"""
    assert git.parse(patch) == {
        "main.tf": ((2, 4), (10, 9), (22, 22)),
        'é\t"\n.tf': ((1, 1),),
        "a b.tf": ((1, 2),),
    }


def test_files_with_any_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["with blank", 'with "quotes"', "mit Größe", "line\nbreak", "tab\there", "-dash", "b"]
    commit(folder, {f"{name}/main.tf": group(OPEN, "new") for name in names})
    status, _, elsewhere = scan(capsys, "--diff-base", "main")
    assert (status, elsewhere) == (1, 2)
    base = git.merge_base(str(folder), "main")
    assert set(git.changed_lines(str(folder), base)) == {f"{name}/main.tf" for name in names}


def test_names_that_lead_out_are_not_written(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A link to elsewhere in the commit to compare with, and a file below what is a link."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "inside.tf").symlink_to("old/main.tf")
    commit(folder, {})
    checkouts.git(folder, "branch", "-f", "links")
    commit(folder, {"README.md": "Hello"})
    status, _, elsewhere = scan(capsys, "--diff-base", "links")
    assert (status, elsewhere) == (0, 4)
    assert list(outside.iterdir()) == []


def test_git_that_does_not_have_a_file_is_an_error(folder: Path) -> None:
    missing = git.Blob("main.tf", "0" * 40, 1, link=False)
    with pytest.raises(ConfigError, match="the clone is not complete"):
        list(git.contents(str(folder), [missing]))
