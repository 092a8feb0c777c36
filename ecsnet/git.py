"""What git says of a checkout. For ``--diff-base`` alone; beside ``ecsnet fleet``, which clones,
nothing else ever runs a program.

The checkout may be anybody's. Only commits are looked at, never the work tree, so that git has no filter to run; and
what a repository's own configuration may name to be run (hooks, monitors, pagers, drivers, transports) is switched off.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence

from ecsnet.config import ConfigError
from ecsnet.records import dataclass

_SAFE = (
    "--no-pager",
    "--literal-pathspecs",
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotePath=true",
    "-c", "core.askPass=",
    "-c", "credential.helper=",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # over what any configuration says
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}
_LOCAL = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_EXTERNAL_DIFF")
"""Variables that a hook of git's is started with, and that may lead to another repository."""

_SECONDS = 300
_MAX_FILE = 16 * 1024 * 1024
_HUNK = re.compile(rb"@@ -\d{1,18}(?:,(\d{1,18}))? \+(\d{1,18})(?:,(\d{1,18}))? @@")
_ESCAPE = re.compile(rb'\\([0-7]{3}|[abtnvfr"\\])')
_LETTERS = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
_DEEPEN = (
    "its whole history is needed ('fetch-depth: 0' for actions/checkout, 'GIT_DEPTH: 0' in GitLab, "
    "or 'git fetch --unshallow')"
)

Lines = tuple[tuple[int, int], ...]
"""Ranges, first and last. Where lines were only taken out, it is the pair around the place, the other way round."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a commit, or a link. ``path``: from the top, with slashes; ``size``: in bytes."""

    path: str
    id: str
    size: int
    link: bool


def merge_base(top: str, ref: str) -> str:
    """The commit that the current one and ``ref`` both come from.

    :raises ConfigError: there is no such ref, or no such commit here
    """
    if not ref or ref.startswith("-") or not ref.isprintable():
        raise ConfigError(f"--diff-base: not the name of a commit: {ref!r}")
    shallow = _checked(top, "rev-parse", "--is-shallow-repository") == b"true\n"
    try:
        found = _run(top, "rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}")
        named = found.split()[-1].decode()
    except (_FailedError, IndexError):
        advice = f": this clone is shallow, and {_DEEPEN}" if shallow else "; fetch it first ('git fetch origin')"
        raise ConfigError(f"--diff-base: there is no commit {ref!r} here{advice}") from None
    try:
        return _run(top, "merge-base", named, "HEAD").split()[0].decode()
    except (_FailedError, IndexError):
        advice = f" in this clone, which is shallow: {_DEEPEN}" if shallow else ""
        raise ConfigError(f"--diff-base: {ref!r} and HEAD have no history in common{advice}") from None


def changed_lines(top: str, base: str) -> Mapping[str, Lines]:
    """By path from the top: which lines of HEAD are not in the commit ``base``, of files that HEAD has.

    :raises ConfigError: git fails
    """
    return parse(_checked(top, "diff", *_DIFF, base, "HEAD", "--"))


_DIFF = (
    "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color", "--no-relative", "--text", "--unified=0",
    "--inter-hunk-context=0", "-O/dev/null", "--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip


def parse(patch: bytes) -> Mapping[str, Lines]:
    """Of a patch without context: the lines that it adds, and the places where it takes some out."""
    found: dict[str, list[tuple[int, int]]] = {}
    name: str | None = None
    skip = 0
    for line in patch.split(b"\n"):
        if skip and line[:1] in (b"+", b"-"):
            skip -= 1  # content, whatever it looks like
        elif line.startswith(b"diff --git "):
            name = None
        elif line.startswith(b"+++ "):
            name = _name(line[4:])
        elif (hunk := _HUNK.match(line)) is not None:
            first, count = int(hunk[2]), int(hunk[3] or b"1")
            skip = int(hunk[1] or b"1") + count
            if name is not None:
                found.setdefault(name, []).append((first, first + count - 1) if count else (first + 1, first))
    return {path: tuple(lines) for path, lines in found.items()}


def _name(text: bytes) -> str | None:
    """Of ``b/path``, or that in quotes with escapes; ``None`` for a file that is no longer there."""
    text = text.removesuffix(b"\t")  # it ends a name that has blanks
    if text.startswith(b'"') and text.endswith(b'"'):
        text = _ESCAPE.sub(lambda found: bytes([_LETTERS.get(found[1]) or int(found[1], 8)]), text[1:-1])
    return os.fsdecode(text[2:]) if text.startswith(b"b/") else None


def blobs(top: str, commit: str) -> Iterator[Blob]:
    """The files and links of a commit, but for the very large ones.

    :raises ConfigError: git fails
    """
    for entry in _checked(top, "ls-tree", "-r", "-z", "-l", "--full-tree", commit).split(b"\0"):
        about, _, name = entry.partition(b"\t")
        mode, _, rest = about.partition(b" ")
        kind, _, rest = rest.partition(b" ")
        name_of_object, _, size = rest.partition(b" ")
        if kind == b"blob" and int(size) <= _MAX_FILE:
            yield Blob(os.fsdecode(name), name_of_object.decode(), int(size), mode == b"120000")


def contents(top: str, wanted: Sequence[Blob]) -> Iterator[tuple[Blob, bytes]]:
    """As they are stored: no filter and no conversion is applied.

    :raises ConfigError: git fails
    """
    output = _checked(top, "cat-file", "--batch", stdin=b"".join(blob.id.encode() + b"\n" for blob in wanted))
    at = 0
    for blob in wanted:
        end = output.find(b"\n", at)
        header = output[at:end].split()
        if end < 0 or len(header) != 3:
            raise ConfigError(f"--diff-base: git does not have {blob.path}: the clone is not complete")
        at = end + 1 + int(header[2])
        yield blob, output[end + 1 : at]
        at += 1


class _FailedError(Exception):
    """git ended with another status than 0; what it said about it."""


def _checked(top: str, *arguments: str, stdin: bytes = b"") -> bytes:
    try:
        return _run(top, *arguments, stdin=stdin)
    except _FailedError as error:
        raise ConfigError(f"--diff-base: git {arguments[0]} failed: {error}") from None


def _run(top: str, *arguments: str, stdin: bytes = b"") -> bytes:
    environment = {name: text for name, text in os.environ.items() if name not in _LOCAL}
    try:
        done = subprocess.run(  # noqa: S603 - a list, not a shell's text
            ["git", *_SAFE, *arguments],  # noqa: S607 - wherever the user has it
            cwd=top,
            env={**environment, **_ENVIRONMENT},
            input=stdin,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise ConfigError("--diff-base: git is not installed") from None
    except subprocess.TimeoutExpired:
        raise ConfigError(f"--diff-base: git {arguments[0]} took more than {_SECONDS} s") from None
    except OSError as error:
        raise ConfigError(f"--diff-base: git cannot be run: {error.strerror}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        text = said[0] if said else f"status {done.returncode}"
        if "dubious ownership" in text:
            advice = "if it is yours, say so with 'git config --global --add safe.directory FOLDER'"
            raise ConfigError(f"--diff-base: {text}: {advice}")
        raise _FailedError(text)
    return done.stdout
