"""Which folders of a scan are root modules."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from ecsnet import disk
from ecsnet.terraform.ast import Attribute, Literal, Template
from ecsnet.terraform.folders import (
    SUFFIXES,
    Files,
    configuration_files,
    is_override,
    join,
    read_bytes,
    without_twins,
)

_MAY_CALL = re.compile(rb"""["'{]\s*\.\.?[/\\]|\\""")
"""A file without this names no local module: neither written out nor with escapes."""


Boundary = Callable[[str], str]
"""Of a folder, the one that all lies in which may be read for it."""


def find_roots(paths: Iterable[str], cache: Files | None = None, boundary: Boundary = lambda _: os.sep) -> list[str]:
    """Of the folders of these files, those that none of the others calls as a local module; ``.`` for the current one.

    Of folders that call one another in a circle, and that nothing else calls, the first is taken.
    """
    files = cache or Files()
    folders = sorted({posixpath.dirname(path) or "." for path in paths if path.endswith(SUFFIXES)})
    folders = list(dict.fromkeys(join(folder, ".") for folder in folders))
    calls = {folder: set(_called(folder, files, boundary(folder))) - {folder} for folder in folders}
    called = set().union(*calls.values()) if calls else set()
    roots = [folder for folder in folders if folder not in called]
    seen = _reached(roots, calls)
    for folder in folders:
        if folder not in seen:
            roots.append(folder)
            seen |= _reached([folder], calls)
    return sorted(roots)


def reached(root: str, cache: Files, boundary: str) -> set[str]:
    """The folders of a root module and of the local modules that it calls, directly or not, within ``boundary``."""
    calls: dict[str, set[str]] = {}
    pending = [root]
    while pending:
        folder = pending.pop()
        if folder not in calls:
            found = _called(folder, cache, boundary)
            calls[folder] = {called for called in found if disk.within(called, boundary)}
            pending.extend(calls[folder])
    return set(calls)


def _reached(start: Iterable[str], calls: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    pending = list(start)
    while pending:
        folder = pending.pop()
        if folder not in seen:
            seen.add(folder)
            pending.extend(calls.get(folder, ()))
    return seen


def _called(path: str, files: Files, boundary: str) -> Iterator[str]:
    """The folders of the local modules that the module in a folder calls. Files that call none are not parsed."""
    for found in _sources(path, files, boundary):
        expression = found.expression
        if isinstance(expression, Template) and len(expression.parts) == 1:
            expression = expression.parts[0]
        source = expression.value if isinstance(expression, Literal) else None
        if isinstance(source, str) and source.startswith(("./", "../", ".\\", "..\\")):
            yield join(path, source.replace("\\", "/"))


def _sources(path: str, files: Files, boundary: str) -> Iterator[Attribute]:
    try:
        names = without_twins(configuration_files(path))
    except OSError:
        return
    if any(map(is_override, names)):
        for declaration in files.folder(path, disk.real(boundary)).modules.values():
            found = declaration.attribute("source")
            if found is not None:
                yield found[1]
        return
    for name in names:
        file = join(path, name)
        if disk.is_link(file) and not disk.within(file, boundary):
            continue
        try:
            if _MAY_CALL.search(read_bytes(file)) is None:
                continue
            blocks = files.parsed(file).body.blocks
        except OSError:
            continue
        for block in blocks:
            if block.type == "module" and "source" in block.body.attributes:
                yield block.body.attributes["source"]
