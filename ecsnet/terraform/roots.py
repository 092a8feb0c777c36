"""Which folders of a scan are root modules."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

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


def find_roots(paths: Iterable[str], cache: Files | None = None) -> list[str]:
    """Of the folders of these files, those that none of the others calls as a local module; ``.`` for the current one.

    Of folders that call one another in a circle, and that nothing else calls, the first is taken.
    """
    files = cache or Files()
    folders = sorted({posixpath.dirname(path) or "." for path in paths if path.endswith(SUFFIXES)})
    folders = list(dict.fromkeys(join(folder, ".") for folder in folders))
    calls = {folder: set(_called(folder, files)) - {folder} for folder in folders}
    called = set().union(*calls.values()) if calls else set()
    roots = [folder for folder in folders if folder not in called]
    seen = _reached(roots, calls)
    for folder in folders:
        if folder not in seen:
            roots.append(folder)
            seen |= _reached([folder], calls)
    return sorted(roots)


def reached(root: str, cache: Files) -> set[str]:
    """The folders of a root module and of the local modules that it calls, directly or not."""
    calls: dict[str, set[str]] = {}
    pending = [root]
    while pending:
        folder = pending.pop()
        if folder not in calls:
            calls[folder] = set(_called(folder, cache))
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


def _called(path: str, files: Files) -> Iterator[str]:
    """The folders of the local modules that the module in a folder calls. Files that call none are not parsed."""
    for found in _sources(path, files):
        expression = found.expression
        if isinstance(expression, Template) and len(expression.parts) == 1:
            expression = expression.parts[0]
        source = expression.value if isinstance(expression, Literal) else None
        if isinstance(source, str) and source.startswith(("./", "../", ".\\", "..\\")):
            yield join(path, source.replace("\\", "/"))


def _sources(path: str, files: Files) -> Iterator[Attribute]:
    try:
        names = without_twins(configuration_files(path))
    except OSError:
        return
    if any(map(is_override, names)):
        for declaration in files.folder(path).modules.values():
            found = declaration.attribute("source")
            if found is not None:
                yield found[1]
        return
    for name in names:
        file = join(path, name)
        try:
            if _MAY_CALL.search(read_bytes(file)) is None:
                continue
            blocks = files.parsed(file).body.blocks
        except OSError:
            continue
        for block in blocks:
            if block.type == "module" and "source" in block.body.attributes:
                yield block.body.attributes["source"]
