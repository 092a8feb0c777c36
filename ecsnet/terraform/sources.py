"""Where the module of a call lies: in a local folder, or where ``terraform init`` put it. Nothing is fetched."""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ecsnet.terraform.folders import Files, is_inside, join, read_bytes
from ecsnet.values import Unknown, Value

_CREDENTIALS = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class Located:
    """``folder``: as the user would write it; ``shown``: as ``path.module`` has it; ``key``: in ``modules.json``."""

    folder: str
    shown: str
    key: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The module is not there. ``wrong``: because its call is: Terraform would stop there."""

    reason: str
    wrong: bool = False


class Sources:
    """The module sources of one root. Nothing outside ``boundary`` is read."""

    def __init__(self, root: str, boundary: str, files: Files) -> None:
        self.root = root
        self.boundary = os.path.realpath(boundary)
        self.files = files

    def inside(self, path: str) -> bool:
        return is_inside(path, self.boundary)

    def locate(self, source: Value, name: str, caller: Located) -> Located | Absent:
        """The module that a call ``name`` in the module ``caller`` means by ``source``."""
        key = f"{caller.key}.{name}" if caller.key else name
        if not isinstance(source, str):
            reason = source.reason if isinstance(source, Unknown) else "it is not a string"
            return Absent(f"the source of module {name} is not known: {reason}", wrong=source is None)
        if source.startswith(("./", "../", ".\\", "..\\")) or source in (".", ".."):
            path = source.replace("\\", "/")
            folder = join(caller.folder, path)
            if not self.inside(folder):
                return Absent(f"module {source} is outside of what is scanned")
            if not os.path.isdir(folder):
                return Absent(f"there is no folder {folder}, the source of module {name}", wrong=True)
            return Located(folder, posixpath.normpath(posixpath.join(caller.shown, path)), key)
        below = self._downloaded.get(key)
        if below is not None:
            folder = join(self.root, below)
            if is_inside(folder, os.path.realpath(self.root)) and os.path.isdir(folder):
                return Located(folder, posixpath.normpath(below), key)
        shown = _CREDENTIALS.sub("//", source)
        return Absent(f"module {shown} is not downloaded: run terraform init")

    @cached_property
    def _downloaded(self) -> Mapping[str, str]:
        """From keys of calls, ``vpc.endpoints``, to folders, relative to the root."""
        path = join(self.root, ".terraform/modules/modules.json")
        if not is_inside(path, os.path.realpath(self.root)):
            return {}
        try:
            document = json.loads(read_bytes(path))
            modules = document["Modules"]
            return {m["Key"]: m["Dir"].replace("\\", "/") for m in modules if isinstance(m["Key"], str)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}


def boundary_of(root: str) -> str:
    """The repository that a folder is in: the nearest folder above it with ``.git``, else the folder itself."""
    folder = os.path.realpath(root)
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return os.path.realpath(root)
        folder = parent
