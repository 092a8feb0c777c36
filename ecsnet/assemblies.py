"""Cloud assemblies: what ``cdk synth`` writes, a folder with a manifest of the stacks in it.

https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cloud_assembly_schema-readme.html
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ecsnet import disk
from ecsnet.records import dataclass, field
from ecsnet.resources import Problem

MANIFEST = "manifest.json"
_MAX_SIZE = 16_000_000
_STACK = "aws:cloudformation:stack"
_ASSEMBLY = "cdk:cloud-assembly"
_UNKNOWN = ("unknown-account", "unknown-region")


@dataclass(frozen=True, slots=True)
class AssemblyStack:
    """An artifact that is a stack. ``template``: its file, from the folder. ``region``, ``account``: "" where the app
    leaves them to the deployment. ``metadata``: the entries of its constructs by path, where the manifest has them;
    ``metadata_file``: the file beside it that does.
    """

    template: str
    name: str
    region: str
    account: str
    parameters: Mapping[str, str]
    metadata: object
    metadata_file: str


@dataclass(frozen=True, slots=True)
class Assembly:
    """``stacks`` and ``folders``, of nested assemblies, are those that the manifest names: others in the folder are
    left over from runs before, or are assets. ``problems``: of the manifest.
    """

    folder: str
    stacks: tuple[AssemblyStack, ...] = ()
    folders: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def read(folder: str, boundary: str) -> Assembly | None:
    """The assembly in a folder; ``None`` where it is none. Links lead no further than ``boundary``. Nothing raises."""
    path = os.path.join(folder, MANIFEST)
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        disk.exists(path)
        return None
    if not stat.S_ISREG(status.st_mode) or not disk.within(path, boundary):
        return None
    # What is kept below is not read again, and counts as read.
    disk.is_file(os.path.join(folder, "cdk.out"))
    disk.digest(path, _MAX_SIZE)
    return _read(folder, path, (status.st_ino, status.st_mtime_ns), status.st_size)


@lru_cache(maxsize=64)
def _read(folder: str, path: str, changed: tuple[int, int], size: int) -> Assembly | None:
    """``changed`` tells this file from what it was before, and from others of that name."""
    marked = os.path.isfile(os.path.join(folder, "cdk.out"))
    try:
        document = json.loads(disk.regular(path, _MAX_SIZE)) if size <= _MAX_SIZE else None
    except (OSError, ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        problem = Problem(path, line, 1, "the manifest of the cloud assembly cannot be read")
        return Assembly(folder, problems=(problem,)) if marked else None
    artifacts = _table(document, "artifacts")
    kinds = [kind for item in artifacts.values() if isinstance(kind := _get(item, "type"), str)]
    if not isinstance(_get(document, "version"), str) or not (marked or _STACK in kinds or _ASSEMBLY in kinds):
        return None
    stacks: list[AssemblyStack] = []
    folders: list[str] = []
    problems: list[Problem] = []
    for name, artifact in artifacts.items():
        kind, properties = _get(artifact, "type"), _table(artifact, "properties")
        file = _text(properties, {_STACK: "templateFile", _ASSEMBLY: "directoryName"}.get(str(kind), ""))
        if kind not in (_STACK, _ASSEMBLY):
            continue
        if not _is_inside(file):
            problems.append(Problem(path, 1, 1, f"the artifact {name[:100]!r} names no file of the assembly"))
        elif kind == _ASSEMBLY:
            folders.append(file)
        else:
            stacks.append(_stack(name, artifact, file))
    return Assembly(folder, tuple(stacks), tuple(folders), tuple(problems))


def stacks_of(template: str, boundary: str) -> tuple[AssemblyStack, ...]:
    """What the template in this file is deployed as, where it lies in an assembly."""
    folder, name = os.path.split(template)
    assembly = read(folder or ".", boundary)
    return tuple(stack for stack in assembly.stacks if stack.template == name) if assembly is not None else ()


def constructs(stack: AssemblyStack, folder: str, boundary: str) -> Mapping[str, str]:
    """Construct paths by logical id, where templates do not have them (``"versionReporting"`` and such turned off).

    Of nested stacks too: a logical id that several have is left out. ``boundary``: where links may lead.
    """
    entries = stack.metadata if isinstance(stack.metadata, dict) else {}
    path = os.path.join(folder, stack.metadata_file)
    if stack.metadata_file and _is_inside(stack.metadata_file) and disk.within(path, boundary):
        try:
            found = json.loads(disk.content(path, _MAX_SIZE))
            entries = {**entries, **(found if isinstance(found, dict) else {})}
        except (OSError, ValueError, RecursionError):
            pass  # names to show, nothing that a verdict depends on
    paths: dict[str, str] = {}
    for path, logical_id in _logical_ids(entries):
        paths[logical_id] = "" if paths.get(logical_id, path) != path else path
    return {logical_id: path for logical_id, path in paths.items() if path}


def _logical_ids(entries: Mapping[object, object]) -> Iterator[tuple[str, str]]:
    for path, items in entries.items():
        for item in items if isinstance(items, list) else ():
            logical_id = _get(item, "data")
            if _get(item, "type") == "aws:cdk:logicalId" and isinstance(logical_id, str):
                yield str(path).lstrip("/"), logical_id


def _stack(name: str, artifact: object, file: str) -> AssemblyStack:
    properties = _table(artifact, "properties")
    account, _, region = str(_get(artifact, "environment") or "").removeprefix("aws://").partition("/")
    given = {key: value for key, value in _table(properties, "parameters").items() if isinstance(value, str)}
    return AssemblyStack(
        os.path.normpath(file),
        _text(properties, "stackName") or name,
        "" if region in _UNKNOWN else region,
        "" if account in _UNKNOWN else account,
        given,
        _get(artifact, "metadata"),
        _text(artifact, "additionalMetadataFile"),
    )


def _is_inside(file: str) -> bool:
    parts = os.path.normpath(file).split(os.sep)
    return bool(file) and not os.path.isabs(file) and os.pardir not in parts and "\0" not in file


def _get(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _table(value: object, key: str) -> Mapping[str, object]:
    found = _get(value, key)
    return found if isinstance(found, dict) else {}


def _text(value: object, key: str) -> str:
    found = _get(value, key)
    return found if isinstance(found, str) else ""
