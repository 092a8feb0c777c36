"""Which files a scan reads; git itself is the oracle for what is ignored."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecsnet import gitignore
from ecsnet.config import ConfigError
from ecsnet.files import find


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(top: Path, *names: str) -> None:
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).touch()


def names(*paths: str) -> list[str]:
    found = find(paths)
    assert not found.problems
    return [*found.terraform, *found.templates]


def test_names_are_as_the_user_gave_them(tree: Path) -> None:
    write(tree, "a/main.tf", "a/t.yaml")
    assert names(".") == names("./") == ["a/main.tf", "a/t.yaml"]
    assert names("a") == names("./a/") == ["a/main.tf", "a/t.yaml"]
    assert names(str(tree / "a")) == [str(tree / "a/main.tf"), str(tree / "a/t.yaml")]
    (tree / "b").mkdir()
    os.chdir("b")
    assert names("../a") == ["../a/main.tf", "../a/t.yaml"]


def test_overlapping_paths_are_read_once(tree: Path) -> None:
    write(tree, "a/main.tf", "a/t.json")
    assert names("a", ".", "a/main.tf", "a/t.json") == ["a/main.tf", "a/t.json"]


def test_copies_of_other_peoples_files_are_left_out(tree: Path) -> None:
    write(tree, "main.tf", ".terraform/modules/vpc/main.tf", "node_modules/x/t.yaml", ".git/t.yaml")
    write(tree, "env/pyvenv.cfg", "env/lib/t.json", "x.tfvars.json", "notes.md", "s.tfstate.json")
    assert names(".") == ["main.tf"]


def test_a_terraform_file_stands_for_its_folder(tree: Path) -> None:
    write(tree, "a/main.tf", "a/other.tf", "a/sub/main.tf", "a/t.yaml")
    assert names("a/main.tf") == ["a/main.tf", "a/other.tf"]
    os.chdir("a")
    assert names("main.tf") == ["main.tf", "other.tf"]


def test_named_files_that_are_neither_are_problems(tree: Path) -> None:
    write(tree, "notes.md", "t.yaml")
    os.mkfifo("pipe.tf")
    found = find(["notes.md", "t.yaml", "pipe.tf"])
    assert [(problem.file, problem.message) for problem in found.problems] == [
        ("notes.md", "neither Terraform nor a CloudFormation template"),
        ("pipe.tf", "neither a file nor a folder"),
    ]
    assert found.explicit == {"t.yaml"}


def test_pipes_and_dangling_links_in_a_folder_are_passed_over(tree: Path) -> None:
    os.mkfifo("pipe.tf")
    (tree / "main.tf").symlink_to("nowhere.tf")
    (tree / "folder.tf").mkdir()
    assert names(".") == []


@pytest.mark.parametrize("path", ["missing", "a\0b", "missing/main.tf", "x" * 5_000])
def test_a_path_that_does_not_exist_is_wrong_usage(tree: Path, path: str) -> None:
    with pytest.raises(ConfigError):
        find([path])


def test_links_are_not_followed_out_of_the_scan(tree: Path) -> None:
    write(tree, "outside/secret.tf", "scan/main.tf", "scan/common/shared.tf")
    (tree / "scan/leak.tf").symlink_to(tree / "outside/secret.tf")
    (tree / "scan/shared.tf").symlink_to("common/shared.tf")
    (tree / "scan/folder").symlink_to(tree / "outside")
    (tree / "scan/loop").symlink_to(tree / "scan")
    found = find(["scan"])
    assert list(found.terraform) == ["scan/common/shared.tf", "scan/main.tf", "scan/shared.tf"]
    assert [(one.file, one.message.partition(":")[0]) for one in found.problems] == [
        ("scan/leak.tf", "the link leads to outside of what is scanned")
    ]
    assert "scan/leak.tf" in find(["scan"], outside=True).terraform


def test_links_lead_anywhere_in_what_is_named(tree: Path) -> None:
    write(tree, "a/main.tf", "b/shared.tf")
    (tree / "a/shared.tf").symlink_to("../b/shared.tf")
    assert names("a", "b") == ["a/main.tf", "a/shared.tf", "b/shared.tf"]


def test_ignore_files_count_in_a_checkout_only(tree: Path) -> None:
    write(tree, "main.tf", "build/main.tf")
    (tree / ".gitignore").write_text("build/\n")
    assert names(".") == ["build/main.tf", "main.tf"]
    (tree / ".git").mkdir()
    assert names(".") == ["main.tf"]
    assert names("build") == ["build/main.tf"], "what is named is scanned"


def test_ignore_files_above_and_below(tree: Path) -> None:
    write(tree, ".git/HEAD", "a/b/x.tf", "a/b/y.tf", "a/b/z.tf", "a/other/x.tf")
    (tree / ".gitignore").write_text("x.tf\n")
    (tree / "a/b/.gitignore").write_text("!x.tf\n/y.tf\n")
    assert names("a") == ["a/b/x.tf", "a/b/z.tf"]
    assert names("a/b") == ["a/b/x.tf", "a/b/z.tf"]


def test_a_checkout_within_a_checkout_has_its_own(tree: Path) -> None:
    write(tree, ".git/HEAD", "sub/.git/HEAD", "sub/main.tf", "sub/skip.tf")
    (tree / ".gitignore").write_text("main.tf\n")
    (tree / "sub/.gitignore").write_text("/skip.tf\n")
    assert names(".") == ["sub/main.tf"]


PATTERNS = """\
*.bak.tf
/top.tf
!keep.bak.tf
doc/*.tf
**/deep/x.tf
a/**/z.tf
vendor/
logs/**
!logs/keep.tf
\\#hash.tf
\\!bang.tf
  spaced.tf
trail.tf\x20\x20
name\\ .tf
[ab]1.tf
[!ab]2.tf
[a-c]3.tf
[[:digit:]]x.tf
?.tf
foo/bar
bad[.tf
**foo.tf
a/**b/c.tf
/
//
\\
x\\
"""
FILES = [
    "a.bak.tf", "keep.bak.tf", "top.tf", "s/top.tf", "doc/a.tf", "s/doc/a.tf", "doc/s/a.tf", "deep/x.tf", "s/deep/x.tf",
    "a/z.tf", "a/b/c/z.tf", "s/a/z.tf", "vendor/a.tf", "s/vendor/a.tf", "logs/a.tf", "logs/keep.tf", "#hash.tf",
    "!bang.tf", "spaced.tf", "  spaced.tf", "trail.tf", "name .tf", "a1.tf", "c1.tf", "a2.tf", "c2.tf", "b3.tf",
    "d3.tf", "1x.tf", "ax.tf", "q.tf", "qq.tf", "foo/bar/x.tf", "s/foo/bar/x.tf", "bad[.tf", "zfoo.tf", "s/foo.tf",
    "a/xb/c.tf", "a/x/b/c.tf", "x\\", "plain.tf",
]  # fmt: skip


def git_ignores(top: Path, files: list[str]) -> set[str]:
    run = ["git", "-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "--stdin", "-z"]
    result = subprocess.run(run, input="\0".join(files) + "\0", capture_output=True, text=True, cwd=top, check=False)
    assert result.returncode in (0, 1), result.stderr
    return set(filter(None, result.stdout.split("\0")))


def our_ignores(text: str, files: list[str]) -> set[str]:
    stack = [gitignore.parse(text)]
    result = set()
    for file in files:
        parts = tuple(file.split("/"))
        folders = (gitignore.ignored(parts[:length], True, stack) for length in range(1, len(parts)))
        if any(folders) or gitignore.ignored(parts, False, stack):
            result.add(file)
    return result


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the oracle")
@pytest.mark.parametrize("pattern", [PATTERNS, *PATTERNS.splitlines()])
def test_patterns_mean_what_git_says(tree: Path, pattern: str) -> None:
    subprocess.run(["git", "init", "-q", "."], check=True)
    (tree / ".gitignore").write_text(pattern)
    assert our_ignores(pattern, FILES) == git_ignores(tree, FILES)


SMALL = st.text(alphabet="ab*?/[]!-\\ #", max_size=9)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the oracle")
@settings(max_examples=60, deadline=None)
@given(st.lists(SMALL, max_size=3))
def test_random_patterns_mean_what_git_says(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    top = tmp_path_factory.getbasetemp() / "ignored"
    if not top.exists():
        top.mkdir()
        subprocess.run(["git", "init", "-q", str(top)], check=True)
    # A slash in a class is not supported: no path segment has one.
    assume(not any("[" in line and "/" in line for line in lines))
    text = "\n".join(lines)
    (top / ".gitignore").write_text(text)
    files = ["a", "b", "ab", "a/b", "b/a", "a/a/b", "a-b", "!a", "#b", "a b", "ab/ba/a", "]", "a]b", "-"]
    assert our_ignores(text, files) == git_ignores(top, files)


def test_patterns_cannot_take_long() -> None:
    stack = [gitignore.parse("*a" * 1_500 + "\n" + "**/a/" * 500 + "b")]
    assert not gitignore.ignored(("a" * 3_000 + "b",), False, stack)
    assert not gitignore.ignored(("a",) * 2_000, False, stack)
