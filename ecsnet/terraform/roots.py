"""Which folders of a scan are root modules."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from ecsnet.terraform.ast import Literal, Template
from ecsnet.terraform.folders import SUFFIXES, Files, Folder, join


def find_roots(paths: Iterable[str], cache: Files | None = None) -> list[str]:
    """Of the folders of these files, those that none of the others calls as a local module; ``.`` for the current one.

    Of folders that call one another in a circle, and that nothing else calls, the first is taken.
    """
    files = cache or Files()
    folders = sorted({posixpath.dirname(path) or "." for path in paths if path.endswith(SUFFIXES)})
    folders = list(dict.fromkeys(join(folder, ".") for folder in folders))
    calls = {folder: set(_called(files.folder(folder))) - {folder} for folder in folders}
    called = set().union(*calls.values()) if calls else set()
    roots = [folder for folder in folders if folder not in called]
    seen = _reached(roots, calls)
    for folder in folders:
        if folder not in seen:
            roots.append(folder)
            seen |= _reached([folder], calls)
    return sorted(roots)


def _reached(start: Iterable[str], calls: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    pending = list(start)
    while pending:
        folder = pending.pop()
        if folder not in seen:
            seen.add(folder)
            pending.extend(calls.get(folder, ()))
    return seen


def _called(folder: Folder) -> Iterator[str]:
    for declaration in folder.modules.values():
        found = declaration.attribute("source")
        expression = found[1].expression if found else None
        if isinstance(expression, Template) and len(expression.parts) == 1:
            expression = expression.parts[0]
        source = expression.value if isinstance(expression, Literal) else None
        if isinstance(source, str) and source.startswith(("./", "../", ".\\", "..\\")):
            yield join(folder.path, source.replace("\\", "/"))
