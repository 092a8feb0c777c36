"""Files: read only inside the folder that the context allows, and no larger than a megabyte."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping

from ecsnet import disk
from ecsnet.terraform import steps
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions.encoding import encode_bytes
from ecsnet.terraform.functions.hashes import digest
from ecsnet.terraform.functions.signature import FunctionContext
from ecsnet.terraform.source import composed
from ecsnet.values import Key, Set, Unknown, Value

MAX_SIZE = 1_000_000
MAX_FILES = 10_000


def _resolve(context: FunctionContext, path: str) -> str | Unknown:
    if path.startswith("~") or "\0" in path:
        return Unknown("a path in a home folder is not read")
    root = disk.real(context.allowed_root or ".")
    full = disk.real(os.path.join(context.module_dir or ".", path))
    inside = full == root or full.startswith(root.rstrip(os.sep) + os.sep)
    return full if inside else Unknown(f"the path {disk.OUTSIDE}")


def _read(context: FunctionContext, path: str) -> bytes | Unknown:
    full = _resolve(context, path)
    if isinstance(full, Unknown):
        return full
    try:
        if not disk.is_file(full):
            kind = "is a directory" if disk.is_folder(full) else "does not exist"
            raise EvaluationError(f'no file exists at "{path[:200]}": it {kind}')
        if disk.size(full) > MAX_SIZE:
            return Unknown("the file is larger than a megabyte")
        return disk.content(full, MAX_SIZE)
    except (OSError, ValueError) as error:
        return Unknown(f"the file cannot be read: {error.__class__.__name__}")


def _decode(path: str, data: bytes) -> str:
    try:
        return composed(data.decode())
    except UnicodeDecodeError:
        raise EvaluationError(f"contents of {path[:200]} are not valid UTF-8") from None


def file(context: FunctionContext, path: str) -> Value:
    data = _read(context, path)
    return data if isinstance(data, Unknown) else _decode(path, data)


def file_base64(context: FunctionContext, path: str) -> Value:
    data = _read(context, path)
    return data if isinstance(data, Unknown) else encode_bytes(data)


def hash_of_file(algorithm: str, base64: bool = False) -> Callable[[FunctionContext, str], Value]:
    def function(context: FunctionContext, path: str) -> Value:
        data = _read(context, path)
        return data if isinstance(data, Unknown) else digest(algorithm, data, base64)

    return function


def file_exists(context: FunctionContext, path: str) -> Value:
    full = _resolve(context, path)
    if isinstance(full, Unknown):
        return full
    if disk.is_folder(full):
        raise EvaluationError(f'"{path[:200]}" is a directory, not a file')
    return disk.is_file(full)


def file_set(context: FunctionContext, path: str, pattern: str) -> Value:
    folder = _resolve(context, path)
    if isinstance(folder, Unknown):
        return folder
    if len(pattern) > 500 or pattern.count("*") > 10:
        return Unknown("the pattern is too long")
    expression = re.compile(_glob(pattern))
    found: list[Value] = []
    for name in _walk(folder):
        if expression.fullmatch(name):
            inside = _resolve(context, os.path.join(folder, name))
            if isinstance(inside, str) and disk.is_file(inside):
                found.append(name)
    return Set(sorted(found, key=str))


def _walk(folder: str) -> Iterator[str]:
    count = 0
    for parent, folders, names in disk.walk(folder):
        folders.sort()
        for name in names:
            count += 1
            if count > MAX_FILES:
                raise OverflowError
            yield os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")


def _glob(pattern: str) -> str:
    """``*`` within a folder, ``**`` through folders, ``?``, ``[a-z]``, ``{a,b}``."""
    result: list[str] = []
    for piece in re.findall(r"\*\*/?|\*|\?|\[\^?[^\]]+\]|\{[^{}]*\}|.", posixpath.normpath(pattern), re.DOTALL):
        if piece.startswith("**"):
            result.append("(?:[^/]+/)*" if piece == "**/" else ".*")
        elif piece == "*":
            result.append("[^/]*")
        elif piece == "?":
            result.append("[^/]")
        elif piece.startswith("[") and len(piece) > 2:
            inner = piece[1:-1].replace("\\", "\\\\").replace("[", "\\[")
            result.append(f"[{inner}]")
        elif piece.startswith("{") and len(piece) > 1:
            result.append("(?:" + "|".join(_glob(part) if part else "" for part in piece[1:-1].split(",")) + ")")
        else:
            result.append(re.escape(piece))
    return "".join(result)


def template_file(context: FunctionContext, path: Value, variables: Value) -> Value:
    if not isinstance(path, str):
        return steps.unknown_like(path)
    template = file(context, path)
    return template if not isinstance(template, str) else template_string(context, template, variables)


def template_string(context: FunctionContext, template: Value, variables: Value) -> Value:
    if not isinstance(template, str):
        return steps.unknown_like(template)
    if not isinstance(variables, Mapping):
        if isinstance(variables, Unknown):
            return variables
        raise EvaluationError("invalid vars value: must be a map")
    for name in variables:
        if not isinstance(name, str):
            return Unknown("the name of a template's variable is unknown")
        if not re.fullmatch(r"[^\W\d][\w-]*", name):
            raise EvaluationError(f'invalid template variable name "{name[:50]}"')
    named: Mapping[Key, Value] = variables
    return context.render(template, named)  # type: ignore[arg-type]


def path_expand(path: str) -> Value:
    return Unknown("the home folder is not in the configuration") if path.startswith("~") else path


def absolute(context: FunctionContext, path: str) -> Value:
    if path.startswith("/"):
        return posixpath.normpath(path)
    return posixpath.normpath(os.path.join(os.path.abspath(context.module_dir or "."), path))


def base_name(path: str) -> Value:
    return (path.rstrip("/").rsplit("/", 1)[-1] or "/") if path else "."


def folder_name(path: str) -> Value:
    head = path.rpartition("/")
    folder = posixpath.normpath(head[0] + head[1]) if head[1] else "."
    return folder[1:] if folder.startswith("//") else folder
