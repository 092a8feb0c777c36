"""Module stubs: small configurations that stand for well-known modules whose source is not there.

A stub of ``terraform-aws-modules/vpc/aws`` is a folder of that path, in the library that ecsnet has or in one of the
user's own. Beside its ``.tf`` files, which are evaluated as any module is, ``stub.json`` says what it describes::

    {"module": "terraform-aws-modules/vpc/aws",
     "described": [{"versions": ">= 4.0.0, < 7.0.0", "from": "6.6.0", "folder": ".", "defaults": {}}]}

``folder`` is below that of the stub; ``defaults`` are those of inputs that differ in these versions, here and in its
submodules. Submodules are in folders of their own path; those that differ in defaults alone may share one, beside
``described`` or in one of its entries: ``"submodules": {"modules/ssh": {"folder": "modules/preset", "defaults":
{"auto_ingress_rules": ["ssh-tcp"]}}}``. Without ``stub.json`` a stub stands for all versions.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from ecsnet import disk
from ecsnet.records import dataclass, field
from ecsnet.terraform.folders import is_inside, join, read_bytes
from ecsnet.terraform.versions import Range, constraints, version
from ecsnet.values import Value

_DESCRIPTION = "stub.json"
SHIPPED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stubs")

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
_REGISTRY = re.compile(
    rf"(?:(?:registry\.terraform\.io|registry\.opentofu\.org)/)?({_NAME})/({_NAME})/({_NAME})(?://(.*))?"
)
_GITHUB = re.compile(
    r"(?:git::)?(?:https://(?:[^/@]*@)?|ssh://git@|git@)?github\.com[/:]"
    rf"({_NAME})/terraform-([A-Za-z0-9]+)-({_NAME}?)(?:\.git)?(?://([^?]*))?(?:\?(.*))?"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The module that a call means: ``module`` is ``namespace/name/provider``, ``below`` a folder in it."""

    module: str
    below: str
    versions: Range


@dataclass(frozen=True, slots=True)
class Stub:
    """A stub to be evaluated. ``library``: nothing outside of that folder is read. ``defaults``: of its variables."""

    module: str
    folder: str
    library: str
    defaults: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoStub:
    """``reason``: that the module has stubs, and why none of them will do; "" where it has none."""

    reason: str = ""
    wrong: bool = False


def wanted(source: str, version_argument: Value) -> Wanted | None:
    """What a ``source`` and a ``version`` mean; ``None`` for a source of another kind.

    A version that is not known, or a reference that names no version, may be any.
    """
    registry = _REGISTRY.fullmatch(source)
    if registry:
        namespace, name, provider, below = registry.groups()
        found = constraints(version_argument) if isinstance(version_argument, str) else None
        return Wanted(f"{namespace}/{name}/{provider}".lower(), below or "", found or Range())
    github = _GITHUB.fullmatch(source)
    if github:
        namespace, provider, name, below, query = github.groups()
        pairs = (pair.partition("=") for pair in (query or "").split("&"))
        reference = next((value for key, _, value in pairs if key == "ref"), "")
        exact = version(reference.removeprefix("refs/").removeprefix("tags/"))
        versions = Range() if exact is None else Range(exact, exact, with_high=True)
        return Wanted(f"{namespace}/{name}/{provider}".lower(), below or "", versions)
    return None


class Library:
    """The stubs of these folders, of which the first go before the others, and those of ecsnet."""

    def __init__(self, folders: Sequence[str] = (), boundary: str = "") -> None:
        self._folders = (*folders, SHIPPED)
        self._boundary = boundary

    def find(self, want: Wanted) -> Stub | NoStub:
        described: list[str] = []
        for library in self._folders:
            base = join(library, want.module)
            if not disk.is_folder(base):
                continue
            try:
                if not all(self._is_own(path, library) for path in (base, join(base, _DESCRIPTION))):
                    return NoStub(f"the stub {base} {disk.OUTSIDE}", wrong=True)
                for entry in _described(base):
                    described.append(entry.text)
                    if not entry.versions.meets(want.versions):
                        continue
                    part = entry.part(want.below)
                    place = join(base, part.folder)
                    if not is_inside(place, disk.real(base)) or not disk.is_folder(place):
                        return NoStub(f"the stub of {want.module} does not describe {want.below}")
                    return Stub(want.module, place, disk.real(library), part.defaults)
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                return NoStub(f"{join(base, _DESCRIPTION)} cannot be read: {error}", wrong=True)
        if not described:
            return NoStub()
        return NoStub(f"its version is not among those that the stub describes ({' or '.join(described)})")

    def _is_own(self, path: str, library: str) -> bool:
        """Links may lead about in the library, and to where a configuration's may."""
        return disk.within(path, library) or (bool(self._boundary) and disk.within(path, self._boundary))


@dataclass(frozen=True, slots=True)
class _Part:
    """A folder below that of the stub, and defaults of its variables."""

    folder: str
    defaults: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What stands for a range of versions, which ``text`` writes out. ``submodules``: by their path in the module."""

    text: str
    versions: Range
    main: _Part
    submodules: Mapping[str, _Part] = field(default_factory=dict)

    def part(self, below: str) -> _Part:
        below = posixpath.normpath(below) if below else ""
        if not below:
            return self.main
        part = self.submodules.get(below) or _Part(join(self.main.folder, below))
        return _Part(part.folder, {**self.main.defaults, **part.defaults})


def _described(base: str) -> Iterator[_Entry]:
    """The entries of a stub, as they are listed."""
    path = join(base, _DESCRIPTION)
    if not disk.exists(path):
        yield _Entry("any version", Range(), _Part("."))
        return
    document = json.loads(read_bytes(path))
    common = document.get("submodules", {})
    for entry in document["described"]:
        versions = constraints(entry["versions"])
        if versions is None:
            raise ValueError(f"not a range of versions: {entry['versions']!r}")
        main = _part(entry)
        submodules = {
            posixpath.normpath(below): _part(given, main.folder)
            for below, given in entry.get("submodules", common).items()
        }
        yield _Entry(entry["versions"], versions, main, submodules)


def _part(given: Mapping[str, object], within: str = ".") -> _Part:
    folder, defaults = given.get("folder", "."), given.get("defaults", {})
    if not isinstance(folder, str) or not isinstance(defaults, dict):
        raise ValueError("folder is a string, and defaults are an object")
    return _Part(join(within, folder), {str(name): _value(value) for name, value in defaults.items()})


def _value(plain: object) -> Value:
    """JSON as a value of Terraform's."""
    if plain is None or isinstance(plain, (str, bool, int)):
        return plain
    if isinstance(plain, list):
        return tuple(map(_value, plain))
    if isinstance(plain, dict):
        return {str(name): _value(value) for name, value in plain.items()}
    raise ValueError(f"not a default that can be given: {plain!r}")
