"""Nested stacks: where their templates are, if they are here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ecsnet.cloudformation.context import MAX_STACKS
from ecsnet.cloudformation.document import parse, read_file
from ecsnet.cloudformation.nodes import Document, Scalar, Table
from ecsnet.cloudformation.properties import Declared
from ecsnet.resources import Problem
from ecsnet.values import Value

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack

MAX_STACK_DEPTH = 10


def template_of(stack: Stack, declared: Declared) -> tuple[str, Document] | None:
    """The template that a nested stack is made from, and its real path, which tells one file from another."""
    run = stack.run
    path = _template_path(stack, declared)
    if path is None:
        return None
    real = real_path(path)
    if real in stack.ancestors:
        stack.complain(declared.key.start, f"the nested stack {declared.name} nests itself")
        return None
    if len(stack.ancestors) > MAX_STACK_DEPTH or run.stacks >= MAX_STACKS:
        stack.complain(declared.key.start, "nested stacks are too many, or nested too deep, to be read")
        return None
    if real not in run.documents:
        content = read_file(path)
        run.documents[real] = Problem(path, 1, 1, content) if isinstance(content, str) else parse(path, content)
        run.files.append(path)
    document = run.documents[real]
    if not isinstance(document, Document):
        problem = document or Problem(path, 1, 1, f"called as nested stack {declared.name}, but is no template")
        run.problems[problem] = None
        return None
    run.stacks += 1
    return real, document


def _template_path(stack: Stack, declared: Declared) -> str | None:
    """Its relative path, or what CDK notes as the asset it was. ``None`` where no such file is within the boundary."""
    properties = declared.body.get("Properties")
    metadata = declared.body.get("Metadata")
    asset = metadata.get("aws:asset:path") if isinstance(metadata, Table) else None
    kept = metadata.get("aws:asset:property") if isinstance(metadata, Table) else None
    location: Value = None
    if isinstance(asset, Scalar) and isinstance(kept, Scalar) and kept.text == "TemplateURL":
        location = asset.text
    elif isinstance(properties, Table):
        node = properties.get("TemplateURL" if declared.type == "AWS::CloudFormation::Stack" else "Location")
        location = stack.value(node, declared.context) if node is not None else None
    if not isinstance(location, str) or "://" in location or "\0" in location or not location.strip():
        return None
    path = os.path.normpath(os.path.join(os.path.dirname(stack.document.file), location))
    try:
        inside = os.path.commonpath([real_path(stack.run.boundary), real_path(path)]) == real_path(stack.run.boundary)
        return path if inside and os.path.isfile(path) else None
    except (OSError, ValueError):
        return None


def real_path(path: str) -> str:
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return path


def checkout(path: str) -> str:
    """The checkout that a file is in, else its folder."""
    folder = start = os.path.dirname(real_path(path))
    while True:
        try:
            if os.path.exists(os.path.join(folder, ".git")):
                return folder
        except ValueError:
            return start
        above = os.path.dirname(folder)
        if above == folder:
            return start
        folder = above
