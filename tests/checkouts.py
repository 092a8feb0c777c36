"""Git checkouts to try things in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

OPEN = 'cidr_blocks = ["0.0.0.0/0"]'
CLOSED = 'cidr_blocks = ["10.0.0.0/8"]'
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **_ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def checkout(folder: Path, files: Mapping[str, str]) -> Path:
    """A new checkout with one commit, on ``main``."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, files)
    return folder


def commit(folder: Path, files: Mapping[str, str | None]) -> str:
    """The files written, ``None`` for one that is to go, and all that is there put into a commit."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "--allow-empty", "-m", "more")
    return git(folder, "rev-parse", "HEAD")


def group(sources: str, name: str = "ssh") -> str:
    """A security group that admits ``sources``, a line of Terraform, to SSH. It takes nine lines."""
    return f"""\
resource "aws_security_group" "{name}" {{
  vpc_id = "vpc-1"
  ingress {{
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    {sources}
  }}
}}
"""
