"""The repositories of a fleet: folders, and git URLs, which are cloned where they are scanned.

``git clone`` is the one thing that is fetched and run, and only by ``ecsnet fleet``. What a repository says is to be
run is not: no hooks, no submodules, no filters, no transports but HTTPS and SSH, and local ones for ``file://``.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable

from ecsnet.config import ConfigError

_URL = re.compile(r"(?:https|ssh|file)://[^\s-][^\s]*|\w[\w.-]*@\w[\w.-]*:[^\s-][^\s]*")
_SECONDS = 900
_SAFE = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "submodule.recurse=false"),
    *("-c", "core.symlinks=true", "-c", "filter.lfs.smudge=", "-c", "filter.lfs.process="),
    *("-c", "filter.lfs.required=false", "-c", "protocol.ext.allow=never", "-c", "advice.detachedHead=false"),
)
_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]*@")


class SourceError(Exception):
    """A repository cannot be had; the message is for the user, and holds no credentials."""


def listed(lines: Iterable[str]) -> list[str]:
    """The repositories in a list, one a line; each once. Lines that begin with ``#`` are comments.

    :raises ConfigError: neither a folder nor a URL that is cloned
    """
    found: dict[str, None] = {}
    for line in lines:
        source = line.strip()
        if not source or source.startswith("#"):
            continue
        if is_url(source):
            found[source] = None
        elif os.path.isdir(source):
            found[os.path.abspath(source)] = None
        else:
            raise ConfigError(f"{shown(source)}: neither a folder nor a URL of git's (https://, ssh://, file://)")
    return list(found)


def is_url(source: str) -> bool:
    return _URL.fullmatch(source) is not None


def shown(source: str) -> str:
    """Without credentials."""
    return _CREDENTIALS.sub("", source)


def checked_out(source: str, commit: str = "") -> tuple[str, str]:
    """The folder of a repository on this machine, and its commit ("": it is no checkout).

    ``commit``: the one that is wanted; "" for the newest. A clone is shallow, and kept for the tasks that follow.

    :raises SourceError: it cannot be cloned, or has moved on since
    """
    if not is_url(source):
        if not os.path.isdir(source):
            raise SourceError(f"{source}: no such folder on this machine")
        found = _commit(source)
        if commit not in ("", found):
            raise SourceError(f"{source}: was at {commit} and is at {found} now")
        return source, found
    folder = os.path.join(_kept(), hashlib.sha256(f"{source} {commit}".encode()).hexdigest()[:24])
    if not os.path.isdir(folder):
        _clone(source, commit, folder)
    return folder, _commit(folder)


def _kept() -> str:
    """A folder of this process, which goes with it."""
    global _OWN  # noqa: PLW0603 - made when it is first asked for
    if _OWN is None:
        _OWN = tempfile.TemporaryDirectory(prefix="ecsnet-fleet-", ignore_cleanup_errors=True)
    return _OWN.name


_OWN: tempfile.TemporaryDirectory[str] | None = None


def _clone(source: str, commit: str, folder: str) -> None:
    new = tempfile.mkdtemp(dir=os.path.dirname(folder))
    protocols = "file" if source.startswith("file://") else "https:ssh"
    try:
        _git(protocols, "clone", *_SHALLOW, "--", source, new)
        if commit and _commit(new) != commit:
            _git(protocols, "-C", new, "fetch", "--depth=1", "--no-tags", "--no-recurse-submodules", "origin", commit)
            _git(protocols, "-C", new, "checkout", "--quiet", "--detach", commit)
        os.rename(new, folder)
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        if not os.path.isdir(folder):
            raise SourceError(f"{shown(source)}: {error.strerror}") from None
    except SourceError:
        shutil.rmtree(new, ignore_errors=True)
        raise


_SHALLOW = ("--quiet", "--depth=1", "--single-branch", "--no-tags", "--no-recurse-submodules", "--template=")


def _commit(folder: str) -> str:
    """Read by git, which runs nothing for that."""
    if not os.path.exists(os.path.join(folder, ".git")):
        return ""
    try:
        return _git("none", "-C", folder, "rev-parse", "--verify", "--quiet", "HEAD").strip()
    except SourceError:
        return ""


def _git(protocols: str, *arguments: str) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "LC_ALL": "C",
    }
    try:
        done = subprocess.run(  # noqa: S603 - a list, not a shell's text
            ["git", *_SAFE, *arguments],  # noqa: S607 - the user's own
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except OSError as error:
        raise SourceError(f"git cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise SourceError(f"git took longer than {_SECONDS} s") from None
    if done.returncode:
        said = shown(done.stderr.decode("utf-8", "replace").strip()).splitlines() or ["nothing"]
        raise SourceError(f"git ended with status {done.returncode} and said: {said[-1][:300]}")
    return done.stdout.decode("utf-8", "replace")
