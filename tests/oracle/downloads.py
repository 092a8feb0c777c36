"""Modules that a configuration calls from a registry or GitHub, taken from checkouts on this machine.

Checkouts are git repositories, bare or not, in folders ``namespace+terraform-provider-name``. Of what a call admits the
highest tag is taken, as ``terraform init`` does.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from ecsnet.terraform.stub_library import Wanted, wanted
from ecsnet.terraform.versions import Range, Version, version
from tests.oracle.copies import block_end

_CALL = re.compile(r'(?m)^[ \t]*"?module"?[ \t]+"?[\w-]+"?[ \t]*\{')
_SOURCE = re.compile(r'(?m)^(\s*source\s*=\s*)"([^"]*)"')
_VERSION = re.compile(r'(?m)^\s*version\s*=\s*"([^"]*)".*\n')
_NAMED = re.compile(r"([\w-]+)\+terraform-([a-z]+)-([\w-]+)")
MAX_DEPTH = 8
_UNUSED = {"", ".github", "examples", "test", "tests", "wrappers"}


class Downloads:
    """What was taken from the checkouts: each version once, as it is in its repository, below ``plain``.

    Terraform reads the copy below ``changed``, where the calls in it lead to other copies.
    """

    def __init__(self, checkouts: Path, plain: Path, changed: Path) -> None:
        self.plain, self.changed = plain, changed
        self.repositories: dict[str, Path] = {}
        for folder in sorted(checkouts.iterdir()):
            found = _NAMED.fullmatch(folder.name)
            if found:
                bare = folder / "repo"
                where = bare if bare.is_dir() else folder
                self.repositories[f"{found[1]}/{found[3]}/{found[2]}".lower()] = where

    def lead_calls(self, tree: Path) -> None:
        """Changes the calls in ``tree`` that have a checkout to lead to a copy of it."""
        for path in sorted(tree.rglob("*.tf")):
            if not path.is_file():
                continue
            text = path.read_text(errors="replace")
            out, at = "", 0
            for call in _CALL.finditer(text):
                if call.start() >= at:
                    end = block_end(text, call.end() - 1)
                    out += text[at : call.start()] + self._led(text[call.start() : end], path)
                    at = end
            if out:
                path.write_text(out + text[at:])

    def _led(self, block: str, path: Path) -> str:
        source, stated = _SOURCE.search(block), _VERSION.search(block)
        want = wanted(source[2], stated[1] if stated else None) if source else None
        folder = self._copy(want) if want else None
        if source is None or want is None or folder is None:
            return block
        target = os.path.relpath(self.changed / folder / want.below, path.parent)
        block = block.replace(source[0], f'{source[1]}"{target if target.startswith(".") else "./" + target}"')
        return _VERSION.sub("", block)

    def _copy(self, want: Wanted) -> str | None:
        """The name of the folder of the copy."""
        repository = self.repositories.get(want.module)
        tag = repository and _highest(repository, want.versions)
        if not repository or not tag:
            return None
        name = f"{want.module.replace('/', '-')}-{tag.lstrip('v')}"
        if not (self.plain / name).exists():
            (self.plain / name).mkdir(parents=True)
            parts = sorted(set(_git(repository, "ls-tree", "--name-only", tag).decode().split("\n")) - _UNUSED)
            archive = _git(repository, "archive", tag, "--", *parts)
            subprocess.run(["tar", "x", "-C", str(self.plain / name)], input=archive, check=True)
            shutil.copytree(self.plain / name, self.changed / name, symlinks=True)
            self.lead_calls(self.changed / name)
        return name

    def install(self, initialised: Path, root: Path) -> None:
        """Puts into ``root`` what Terraform found for the calls of ``initialised``, as ``terraform init`` puts it."""
        manifest = initialised / ".terraform/modules/modules.json"
        if not manifest.exists():
            return
        entries = []
        for entry in json.loads(manifest.read_text())["Modules"]:
            place = posixpath.normpath(posixpath.join(initialised.resolve().as_posix(), entry["Dir"]))
            if place.startswith(f"{self.changed.resolve().as_posix()}/"):
                below = posixpath.relpath(place, self.changed.resolve().as_posix())
                entries.append({**entry, "Dir": f".terraform/modules/{below}"})
        target = root / ".terraform/modules"
        if self.plain.exists():
            shutil.copytree(self.plain, target, symlinks=True, dirs_exist_ok=True)
        target.mkdir(parents=True, exist_ok=True)
        (target / "modules.json").write_text(json.dumps({"Modules": entries}))

    def install_all(self, root: Path) -> None:
        """Puts into ``root`` what its calls, and those of what they call, have a checkout of, without Terraform."""
        entries: list[dict[str, str]] = []
        target = root / ".terraform/modules"
        self._install(root, root, "", entries)
        if entries:
            shutil.copytree(self.plain, target, symlinks=True, dirs_exist_ok=True)
            (target / "modules.json").write_text(json.dumps({"Modules": entries}))

    def _install(self, folder: Path, root: Path, prefix: str, entries: list[dict[str, str]]) -> None:
        texts = (path.read_text(errors="replace") for path in sorted(folder.glob("*.tf")) if path.is_file())
        for text in texts if prefix.count(".") < MAX_DEPTH else ():
            for call in _CALL.finditer(text):
                block = text[call.start() : block_end(text, call.end() - 1)]
                source, stated = _SOURCE.search(block), _VERSION.search(block)
                if source is None:
                    continue
                key = prefix + call[0].split()[1].strip('"{')
                if source[2].startswith("."):
                    self._install((folder / source[2]).resolve(), root, f"{key}.", entries)
                    continue
                want = wanted(source[2], stated[1] if stated else None)
                name = self._copy(want) if want else None
                if want and name:
                    below = posixpath.normpath(posixpath.join(name, want.below))
                    entries.append({"Key": key, "Source": source[2], "Dir": f".terraform/modules/{below}"})
                    self._install(self.plain / below, root, f"{key}.", entries)


def _git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, check=True).stdout


def _highest(repository: Path, versions: Range) -> str | None:
    fitting = [(at, tag) for tag, at in _tags(repository).items() if versions.meets(Range(at, at, with_high=True))]
    return max(fitting)[1] if fitting else None


@cache
def _tags(repository: Path) -> dict[str, Version]:
    """Released versions: a tag of three numbers, without what follows."""
    names = _git(repository, "tag").decode().split()
    return {name: at for name in names if re.fullmatch(r"v?\d+\.\d+\.\d+", name) and (at := version(name)) is not None}
