"""Nested stacks: where their templates are, if they are here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import takewhile
from typing import TYPE_CHECKING

from ecsnet import disk
from ecsnet.cloudformation.context import MAX_STACKS
from ecsnet.cloudformation.document import parse, read_file
from ecsnet.cloudformation.nodes import Document, Scalar, Table
from ecsnet.cloudformation.properties import Declared
from ecsnet.resources import Problem
from ecsnet.values import Text, Unknown, Value

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack

MAX_STACK_DEPTH = 10
_MAX_FILES = 20_000
_NAMES = (".yaml", ".yml", ".json", ".template", ".cfn")


ABSENT = "a nested stack that is not here"
APPLICATION = "an application of the Serverless Application Repository, which is not here"


def template_of(stack: Stack, declared: Declared) -> tuple[str, Document] | str:
    """The template that a nested stack is made from, and its real path, which tells one file from another; or why it is
    not to be had.
    """
    run = stack.run
    location = _location(stack, declared)
    if isinstance(location, Mapping) and declared.type == "AWS::Serverless::Application":
        return APPLICATION
    path = path_of(stack, location, stack.document.file)
    if path is None:
        if leads_out(stack, location, stack.document.file):
            return f"a nested stack whose template {disk.OUTSIDE}"
        found = in_tree(stack, location, templates=True)
        if len(found) != 1:
            return f"a nested stack whose template may be {' or '.join(sorted(found))}" if found else ABSENT
        path = found[0]
    real = real_path(path)
    if real in stack.ancestors:
        stack.complain(declared.key.start, f"the nested stack {declared.name} nests itself")
        return "a nested stack that nests itself"
    if len(stack.ancestors) > MAX_STACK_DEPTH or run.stacks >= MAX_STACKS:
        stack.complain(declared.key.start, "nested stacks are too many, or nested too deep, to be read")
        return "a nested stack that is one too many"
    document = _read(stack, path, real)
    run.files.append(path)
    if not isinstance(document, Document):
        problem = document or Problem(path, 1, 1, f"called as nested stack {declared.name}, but is no template")
        run.problems[problem] = None
        return "a nested stack that cannot be read"
    run.stacks += 1
    return real, document


def _read(stack: Stack, path: str, real: str) -> Document | Problem | None:
    documents = stack.run.documents
    if real not in documents:
        content = read_file(path)
        documents[real] = Problem(path, 1, 1, content) if isinstance(content, str) else parse(path, content)
    return documents[real]


def _location(stack: Stack, declared: Declared) -> Value:
    """What CDK notes as the asset that the template was, else where the template is to be at deployment."""
    properties = declared.body.get("Properties")
    metadata = declared.body.get("Metadata")
    asset = metadata.get("aws:asset:path") if isinstance(metadata, Table) else None
    kept = metadata.get("aws:asset:property") if isinstance(metadata, Table) else None
    if isinstance(asset, Scalar) and isinstance(kept, Scalar) and kept.text == "TemplateURL":
        return asset.text
    if not isinstance(properties, Table):
        return None
    node = properties.get("TemplateURL" if declared.type == "AWS::CloudFormation::Stack" else "Location")
    return stack.value(node, declared.context) if node is not None else None


def path_of(stack: Stack, location: Value, file: str) -> str | None:
    """A path, from the file that names it; ``None`` where no such file is within the boundary."""
    path = _path(location, file)
    return path if path and disk.within(path, stack.run.boundary) and disk.is_file(path) else None


def leads_out(stack: Stack, location: Value, file: str) -> bool:
    """Whether it is a path, from the file that names it, to outside of the boundary."""
    path = _path(location, file)
    return bool(path) and not disk.within(path, stack.run.boundary)


def _path(location: Value, file: str) -> str:
    if not isinstance(location, str) or "://" in location or "\0" in location or not location.strip():
        return ""
    return os.path.normpath(os.path.join(os.path.dirname(file), location))


def in_tree(stack: Stack, location: Value, *, templates: bool = False) -> tuple[str, ...]:
    """The files of the tree, or the templates among them, whose paths share most of the end of a URL: one, where it is
    clear which is meant.

    What is published keeps the names of its files and folders, under a bucket and a prefix that are not known here.
    """
    tails = {_tail(choice) for choice in _choices(location)}
    found = {_longest(stack, tail, templates) for tail in tails if tail}
    return found.pop() if len(found) == len(tails) == 1 else ()


def _choices(location: Value) -> tuple[Value, ...]:
    """Each URL that it may be: there is often one for each partition."""
    return (location.candidates or ()) if isinstance(location, Unknown) else (location,)


def _tail(location: Value) -> tuple[str, ...]:
    """The names at the end of a URL, as far as they are known."""
    if isinstance(location, str):
        scheme, found, rest = location.partition("://")
        literal = rest.partition("/")[2] if found and scheme else ""
    else:
        last = location.parts[-1] if isinstance(location, Text) else ""
        literal = last if isinstance(last, str) else ""
    literal = literal.partition("?")[0].partition("#")[0]
    return tuple(part for part in literal.split("/") if part) if not literal.endswith("/") else ()


def _longest(stack: Stack, tail: tuple[str, ...], templates: bool) -> tuple[str, ...]:
    best = 0
    found: list[str] = []
    for path in stack.run.templates(tail[-1]):
        real = real_path(path)
        if real == stack.ancestors[-1] or (templates and not isinstance(_read(stack, path, real), Document)):
            continue
        shared = _shared(tail, tuple(path.replace(os.sep, "/").split("/")))
        if shared >= best:
            found = [path] if shared > best else [*found, path]
            best = shared
    return tuple(found)


def _shared(tail: tuple[str, ...], parts: tuple[str, ...]) -> int:
    """How many names at the end of both are the same."""
    pairs = zip(reversed(tail), reversed(parts))
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def files_in(folder: str) -> list[str]:
    """Files that may be templates, without hidden folders and packages; of a folder that is large only a part."""
    found: list[str] = []
    for at, folders, names in disk.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        paths = [os.path.join(at, name) for name in sorted(names) if name.endswith(_NAMES)]
        found += [path for path in paths if not disk.is_link(path) or disk.within(path, folder)]
        if len(found) > _MAX_FILES:
            break
    return found


def real_path(path: str) -> str:
    try:
        return disk.real(path)
    except (OSError, ValueError):
        return path


def checkout(path: str) -> str:
    """The checkout that a file is in, else its folder."""
    folder = start = os.path.dirname(real_path(path))
    while True:
        try:
            if disk.exists(os.path.join(folder, ".git")):
                return folder
        except ValueError:
            return start
        above = os.path.dirname(folder)
        if above == folder:
            return start
        folder = above
