"""Where the module of a call lies: in a local folder, or where ``terraform init`` put it. Nothing is fetched."""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from ecsnet import disk
from ecsnet.records import dataclass, replace
from ecsnet.terraform.folders import Files, is_inside, join, read_bytes
from ecsnet.terraform.stub_library import Library, NoStub, Stub, wanted
from ecsnet.values import Unknown, Value

_UNDESCRIBED = "undescribed:"
"""The source of a call in a stub that stands for what the stub does not describe."""

_CREDENTIALS = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class Located:
    """``folder``: as the user would write it; ``shown``: as ``path.module`` has it; ``key``: in ``modules.json``.

    ``stub``: what it is read from where it is none of the user's own folders.
    """

    folder: str
    shown: str
    key: str
    stub: Stub | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """The module is not there. ``wrong``: because its call is: Terraform would stop there."""

    reason: str
    wrong: bool = False


class Sources:
    """The module sources of one root. Nothing outside ``boundary`` is read, but stubs."""

    def __init__(self, root: str, boundary: str, files: Files, stubs: Sequence[str]) -> None:
        self.root = root
        self.boundary = disk.real(boundary)
        self.files = files
        self.library = Library(stubs, self.boundary)

    def locate(self, source: Value, version: Value, name: str, caller: Located) -> Located | Absent:
        """The module that a call ``name`` in the module ``caller`` means by ``source`` and ``version``.

        A stub stands for one that is in no local folder and was not downloaded.
        """
        key = f"{caller.key}.{name}" if caller.key else name
        if not isinstance(source, str):
            reason = source.reason if isinstance(source, Unknown) else "it is not a string"
            return Absent(f"the source of module {name} is not known: {reason}", wrong=source is None)
        if source.startswith(("./", "../", ".\\", "..\\")) or source in (".", ".."):
            path = source.replace("\\", "/")
            folder = join(caller.folder, path)
            if not is_inside(folder, caller.stub.library if caller.stub else self.boundary):
                return Absent(f"module {source} {disk.OUTSIDE}")
            if not disk.is_folder(folder):
                return Absent(f"there is no folder {folder}, the source of module {name}", wrong=True)
            stub = replace(caller.stub, folder=folder, defaults={}) if caller.stub else None
            return Located(folder, posixpath.normpath(posixpath.join(caller.shown, path)), key, stub)
        if self._downloaded is None:
            return Absent(f"module {name}: {self._list} {disk.OUTSIDE}")
        below = self._downloaded.get(key)
        if below is not None:
            folder = join(self.root, below)
            if not is_inside(folder, self.boundary):
                return Absent(f"module {name}: {folder} {disk.OUTSIDE}")
            if disk.is_folder(folder):
                return Located(folder, posixpath.normpath(below), key)
        return self._stub(source, version, key, caller)

    def _stub(self, source: str, version: Value, key: str, caller: Located) -> Located | Absent:
        if caller.stub and source.startswith(_UNDESCRIBED):
            return Absent(f"the stub of {caller.stub.module} does not describe {source[len(_UNDESCRIBED) :].strip()}")
        absent = f"module {_CREDENTIALS.sub('//', source)} is not downloaded"
        want = wanted(source, version)
        found = self.library.find(want) if want else NoStub()
        if isinstance(found, Stub):
            return Located(found.folder, f".terraform/modules/{key}", key, found)
        if found.reason:
            return Absent(f"{absent}, and {found.reason}: run terraform init", found.wrong)
        return Absent(f"{absent}: run terraform init, or describe it in a stub (--stubs)")

    @property
    def _list(self) -> str:
        return join(self.root, ".terraform/modules/modules.json")

    @cached_property
    def _downloaded(self) -> Mapping[str, str] | None:
        """From keys of calls, ``vpc.endpoints``, to folders, relative to the root; ``None``: it may not be read."""
        if not is_inside(self._list, self.boundary):
            return None
        try:
            document = json.loads(read_bytes(self._list))
            modules = document["Modules"]
            return {m["Key"]: m["Dir"].replace("\\", "/") for m in modules if isinstance(m["Key"], str)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}


def boundary_of(root: str) -> str:
    """The repository that a folder is in: the nearest folder above it with ``.git``, else the folder itself."""
    folder = disk.real(root)
    while True:
        if disk.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return disk.real(root)
        folder = parent
