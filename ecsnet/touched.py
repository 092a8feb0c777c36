"""Which roots changed files belong to: those that are evaluated from one of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ecsnet import assemblies, disk
from ecsnet.config import Config, Configured
from ecsnet.config_file import NAMES, OWN_FILE
from ecsnet.files import TERRAFORM, Found
from ecsnet.inputs import ParameterFile, VarFile
from ecsnet.judging import Outcome, crash, folder_of, judged, judges_of
from ecsnet.records import dataclass
from ecsnet.resources import Configuration, Problem
from ecsnet.roots import Roots, Unit
from ecsnet.stacks import entries_of

if TYPE_CHECKING:
    from ecsnet.disk import Answers
    from ecsnet.terraform import Files

_VARIABLES = (".tfvars", ".tfvars.json")
_TERRAFORM = (*TERRAFORM, *_VARIABLES)
_READS = re.compile(rb"\b(?:file\w*|templatefile)\s*\(")
"""A module without this reads no files but its own."""


@dataclass(frozen=True, slots=True)
class Touched:
    """``files``: the real paths of the files that changed. Of those that are gone nothing is known any more."""

    files: frozenset[str]

    @staticmethod
    def by(paths: Iterable[str]) -> Touched:
        return Touched(frozenset(map(os.path.realpath, paths)))

    def outcomes(self, found: Found, config: Configured) -> Iterator[Outcome | Problem]:
        """Of the roots that are touched, and what kept some from being judged.

        :raises ConfigError: a variable or a parameter is given that nothing declares
        """
        problems = list(found.problems)
        roots = Roots(found, config)
        units = roots.units(problems)
        modules = self._modules(units, roots)
        for unit in units:
            if unit.root in modules:
                with disk.watched() as seen:
                    made = [_judged(root, roots) for root in roots.evaluate(unit)]
                if modules[unit.root] or self._was_read(seen):
                    yield from made
            elif not unit.root and not all(path.endswith(_TERRAFORM) for path in self.files):
                yield from self._templates(list(roots.evaluate(unit)), roots, problems)
        # What is wrong with other files is not what is asked; but what is in a folder that cannot be read is not known.
        yield from (one for one in problems if self._has([one.file]) or os.path.isdir(one.file))

    def _templates(
        self, evaluated: Sequence[Configuration | Problem], roots: Roots, problems: list[Problem]
    ) -> Iterator[Outcome | Problem]:
        """Files that a template includes in a property are only read when it is judged."""
        problems += (one for one in evaluated if isinstance(one, Problem))
        found = [one for one in evaluated if not isinstance(one, Problem)]
        known = {os.path.realpath(file) for root in found for file in root.files}
        unexplained = any(path not in known and not path.endswith(_TERRAFORM) for path in self.files)
        for root in found:
            if self._is_of_template(root, roots.config.of(folder_of(root))):
                yield _judged(root, roots)
            elif unexplained:
                with disk.watched() as seen:
                    made = _judged(root, roots)
                if self._was_read(seen):
                    yield made

    def _modules(self, units: Iterable[Unit], roots: Roots) -> Mapping[str, bool]:
        """Of root modules those that may be touched, and whether they are: what functions read is known afterwards."""
        files, found, of = roots.files, roots.found, roots.config.of
        named = dict.fromkeys(unit.root for unit in units if unit.root)
        folders = {root: _folders(root, files, found.boundary(root)) for root in named}
        touched = {root: True for root in named if self._is_own(root, folders[root], of(root))}
        explained = {folder for reached in folders.values() for folder in reached}
        if any(not path.endswith(TERRAFORM) or os.path.dirname(path) not in explained for path in self.files):
            readers = (root for root in named if root not in touched and any(map(_may_read, folders[root])))
            touched.update(dict.fromkeys(readers, False))
        return touched

    def _is_own(self, root: str, folders: frozenset[str], config: Config) -> bool:
        """Whether a file is of the root's modules, or a file of values given to it, or says how it is judged."""
        own = os.path.realpath(root)
        for path in self.files:
            folder = os.path.dirname(path)
            if path.endswith(TERRAFORM) and folder in folders:
                return True
            if path.endswith(_VARIABLES) and folder == own:
                return True
            if path.startswith(os.path.join(own, ".terraform", "")):
                return True
        if any(not self.files.isdisjoint(_own_files(folder)) for folder in folders):  # links to files elsewhere
            return True
        given = (item.path for one in config.given for item in one.inputs if isinstance(item, VarFile))
        return self._is_said(own, config) or self._has(given)

    def _is_of_template(self, root: Configuration, config: Config) -> bool:
        """Whether a template, or a plan, is touched, as far as that is known before it is judged."""
        folder = folder_of(root)
        entries = entries_of(root.root, config)
        inputs = (item for given in (config.parameters, *(one.inputs for one in entries)) for item in given)
        parameters = (item.path for item in inputs if isinstance(item, ParameterFile))
        manifest = os.path.join(folder, assemblies.MANIFEST)
        return self._has((*root.files, *parameters, manifest)) or self._is_said(os.path.realpath(folder), config)

    def _was_read(self, answers: Answers) -> bool:
        """Whether one of the files was read, or listed, when these questions were asked of the disk."""
        folders = {os.path.dirname(path) for path in self.files}
        for kind, path, _ in answers:
            if kind == "content" and os.path.realpath(path) in self.files:
                return True
            if kind == "walk" and os.path.realpath(path) in folders:
                return True
        return False

    def _has(self, paths: Iterable[str]) -> bool:
        return any(os.path.realpath(path) in self.files for path in paths)

    def _is_said(self, folder: str, config: Config) -> bool:
        """Whether what changed says how roots in a folder, a real path, are judged."""
        if config.baseline is not None and self._has([config.baseline]):
            return True
        stubs = tuple(os.path.join(os.path.realpath(stub), "") for stub in config.stubs)
        for path in self.files:
            above, name = os.path.split(path)
            if name in NAMES and os.path.join(folder, "").startswith(os.path.join(above, "")):
                if _speaks_of_ecsnet(path):
                    return True
            if stubs and path.startswith(stubs):
                return True
        return False


def _judged(root: Configuration | Problem, roots: Roots) -> Outcome | Problem:
    if isinstance(root, Problem):
        return root
    try:
        return roots.within(root, lambda: judged(root, judges_of(roots.config.of(folder_of(root)))))
    except Exception as error:
        return crash(root.root, "the rules", error)


def _folders(root: str, files: Files, boundary: str) -> frozenset[str]:
    from ecsnet.terraform.roots import reached

    return frozenset(map(os.path.realpath, reached(root, files, boundary)))


def _own_files(folder: str) -> Iterator[str]:
    """Where links in a module's folder lead."""
    try:
        with os.scandir(folder) as entries:
            yield from [os.path.realpath(entry.path) for entry in entries if entry.is_symlink()]
    except OSError:
        return


def _may_read(folder: str) -> bool:
    try:
        names = [name for name in os.listdir(folder) if name.endswith(TERRAFORM)]
    except OSError:
        return False
    paths = [os.path.join(folder, name) for name in names]
    # Where a link leads may not be read.
    return any(os.path.islink(path) or _READS.search(_content(path)) for path in paths)


def _speaks_of_ecsnet(path: str) -> bool:
    """A ``pyproject.toml`` is mostly about other things."""
    return os.path.basename(path) == OWN_FILE or b"ecsnet" in _content(path)


def _content(path: str) -> bytes:
    try:
        return disk.regular(path, 16_000_000)
    except OSError:
        return b""
