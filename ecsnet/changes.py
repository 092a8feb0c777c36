"""Which findings are on the changes since a commit: ``--diff-base``.

The changes are those between the commit that HEAD and the given one both come from, and HEAD. A finding is on them if

- its path touches them: a line is changed that the finding, a step of its path, or the block of its resource stands
  on; or
- its root touches them: the files of that commit, scanned with the same flags, do not have the same finding, so that a
  variable, a module, a deleted route or whatever else has brought it about.

All others were there before, and are counted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

from ecsnet import git
from ecsnet.config import ConfigError
from ecsnet.files import SKIPPED, TEMPLATES, TERRAFORM, checkout
from ecsnet.findings import Finding, Report
from ecsnet.inputs import Input, ParameterFile, ParameterInput, VarFile
from ecsnet.records import dataclass, replace
from ecsnet.settings import Settings
from ecsnet.terraform.functions.files import MAX_SIZE
from ecsnet.values import Span

_READ = (*TERRAFORM, *TEMPLATES, ".tfvars", ".toml")
_MODULES = os.path.join(".terraform", "modules")

Scan = Callable[[Settings], Report]


@dataclass(frozen=True, slots=True)
class Changes:
    """``checkout``: its absolute path; ``top``: the real one. ``base``: the commit. ``lines``: by path from the top."""

    checkout: str
    top: str
    base: str
    lines: Mapping[str, git.Lines]

    @staticmethod
    def since(ref: str, settings: Settings) -> Changes:
        """:raises ConfigError: the paths are in no checkout, or it has no such commit"""
        place = checkout(settings.base)
        if place is None:
            raise ConfigError(f"--diff-base: {settings.base} is in no git checkout")
        top = os.path.realpath(place)
        base = git.merge_base(top, ref)
        return Changes(place, top, base, git.changed_lines(top, base))

    def only(self, report: Report, settings: Settings, scan: Scan) -> Report:
        """The findings that are on the changes, and the number of the others. ``scan``: as it was for ``report``.

        :raises ConfigError: git fails
        """
        other = [finding for finding in report.findings if not self._touch(finding)]
        before = _before(self, settings, scan) if other else frozenset()
        old = {id(finding) for finding in other if _identity(finding) in before}
        kept = tuple(finding for finding in report.findings if id(finding) not in old)
        return replace(report, findings=kept, elsewhere=len(old))

    def _touch(self, finding: Finding) -> bool:
        """Whether a line is changed that the finding, or its path, stands on."""
        return any(self._are_on(span) for span in _places(finding))

    def _are_on(self, span: Span) -> bool:
        lines = self.lines.get(self._name(span.file), ())
        return any(span.start_line <= last and span.end_line >= first for first, last in lines)

    def _name(self, file: str) -> str:
        return os.path.relpath(os.path.realpath(file), self.top).replace(os.sep, "/")


def _places(finding: Finding) -> Iterator[Span]:
    yield finding.span
    yield finding.resource.span
    yield from (hop.span for hop in finding.path)


def _identity(finding: Finding) -> tuple[str, ...]:
    """One that says something else than before has been changed."""
    return finding.fingerprint, finding.message, finding.level.value


def _before(changes: Changes, settings: Settings, scan: Scan) -> frozenset[tuple[str, ...]]:
    """What the commit has already. Nothing where it cannot be scanned: then all is taken as new."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="ecsnet-") as folder:
        copy = os.path.realpath(folder)
        _write(changes, copy)
        earlier = _moved(settings, changes.checkout, copy)
        if not earlier.paths:
            return frozenset()
        try:
            return frozenset(map(_identity, scan(earlier).findings))
        except ConfigError:  # of flags or files that only go with what there is now
            return frozenset()


def _moved(settings: Settings, top: str, copy: str) -> Settings:
    """The same settings for a copy of the checkout: what they name within it is that in the copy."""

    def moved(path: str) -> str:
        below = os.path.relpath(os.path.abspath(path), top)
        return path if below.split(os.sep)[0] == os.pardir else os.path.normpath(os.path.join(copy, below))

    def value(item: Input) -> Input:
        return replace(item, path=moved(item.path)) if isinstance(item, VarFile) else item

    def parameter(item: ParameterInput) -> ParameterInput:
        return replace(item, path=moved(item.path)) if isinstance(item, ParameterFile) else item

    flags = replace(
        settings.flags,
        stubs=tuple(map(moved, settings.flags.stubs)),
        inputs=tuple(map(value, settings.flags.inputs)),
        parameters=tuple(map(parameter, settings.flags.parameters)),
        baseline="",
    )
    paths = [path for path in map(moved, settings.paths) if os.path.exists(path)]
    return Settings(flags, paths, settings.environment)


def _write(changes: Changes, copy: str) -> None:
    """The files of the commit that a scan may read, and the modules that are downloaded now."""
    os.mkdir(os.path.join(copy, ".git"))  # the top of a checkout, which bounds what is read
    written = list(git.contents(changes.top, list(_worth(git.blobs(changes.top, changes.base)))))
    # Links last: nothing is written through one. That nothing is read through one that leads out, every scan sees to.
    for blob, content in sorted(written, key=lambda pair: pair[0].link):
        path = os.path.join(copy, *blob.path.split("/"))
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if not blob.link:
                with open(path, "xb") as stream:
                    stream.write(content)
            else:
                os.symlink(content, os.fsencode(path))
        except (OSError, ValueError):
            continue  # a name that this system cannot have: nor has the work tree
    _copy_modules(changes, copy, {os.path.dirname(blob.path) for blob, _ in written if blob.path.endswith(TERRAFORM)})


def _worth(blobs: Iterable[git.Blob]) -> Iterator[git.Blob]:
    """Configurations, and what else is in folders of Terraform's and below, for functions to read."""
    kept = [blob for blob in blobs if _is_plain(blob.path)]
    modules = {os.path.dirname(blob.path) for blob in kept if blob.path.endswith(TERRAFORM)}
    for blob in kept:
        if blob.link or blob.path.endswith(_READ) or (blob.size <= MAX_SIZE and _is_below(blob.path, modules)):
            yield blob


def _is_plain(path: str) -> bool:
    """Whether it is a place in the checkout, and not in what a scan leaves out. git lets trees have any names."""
    parts = path.split("/")
    return not any(part in ("", ".", "..") or part.lower() == ".git" or part in SKIPPED for part in parts)


def _is_below(path: str, folders: set[str]) -> bool:
    while path:
        path = os.path.dirname(path)
        if path in folders:
            return True
    return False


def _copy_modules(changes: Changes, copy: str, folders: Iterable[str]) -> None:
    """Those that ``terraform init`` has put into module folders. They are in no commit."""
    for folder in folders:
        source = os.path.join(changes.top, folder, _MODULES)
        if os.path.isdir(source) and not os.path.islink(source):
            import shutil

            with suppress(OSError):
                shutil.copytree(source, os.path.join(copy, folder, _MODULES), symlinks=True, ignore=_not_read)


def _not_read(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == ".git" or os.path.islink(os.path.join(folder, name))]
