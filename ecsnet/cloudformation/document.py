"""From bytes to a document: encodings, YAML or JSON, and whether it is a template at all."""

from __future__ import annotations

import codecs
import re

from ecsnet import disk
from ecsnet.cloudformation.json_syntax import read_json
from ecsnet.cloudformation.nodes import Document, Node, Scalar, Table, UnreadableError, line_starts, position
from ecsnet.cloudformation.yaml_syntax import read_yaml
from ecsnet.resources import Problem

MAX_BYTES = 16_000_000
"""CloudFormation takes 1 MB; what CDK and SAM write before packaging may be larger."""

_VERSION = re.compile(
    r"""^["']?AWSTemplateFormatVersion["']?[ \t]*:|[{,]\s*["']?AWSTemplateFormatVersion["']?\s*:""", re.MULTILINE
)
_RESOURCES = re.compile(r"""^["']?Resources["']?[ \t]*:|[{,]\s*["']?Resources["']?\s*:""", re.MULTILINE)
_TYPE = re.compile(r"""["']?Type["']?\s*:\s*["']?[A-Za-z0-9]+::""")
_RESOURCE_TYPE = re.compile(r"(?:Custom::|[A-Za-z0-9]+::[A-Za-z0-9]+(?:::[A-Za-z0-9]+)*)")
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def looks_like_template(content: bytes | str) -> bool:
    """A quick look at the text: false only for what is certainly no template. Reads nothing as YAML or JSON."""
    text = content if isinstance(content, str) else decode(content)[0]
    return bool(_VERSION.search(text)) or bool(_RESOURCES.search(text) and _TYPE.search(text))


def decode(content: bytes) -> tuple[str, str]:
    """The text without byte order mark, and what is wrong with its encoding ("": nothing)."""
    encoding, begin = encoding_of(content)
    content = content[begin:]
    try:
        return content.decode(encoding), ""
    except UnicodeDecodeError as error:
        return content.decode(encoding, "replace"), f"not {encoding.upper()}: {error.reason} at byte {error.start}"


def encoding_of(content: bytes) -> tuple[str, int]:
    """The encoding, and the offset of the first byte that is not of a byte order mark."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8", len(codecs.BOM_UTF8)
    if content[:2] in _UTF_16:
        return _UTF_16[content[:2]], 2
    if content[1:2] == b"\0" and content[:1] != b"\0":
        return "utf-16-le", 0
    if content[:1] == b"\0" and content[1:2] != b"\0":
        return "utf-16-be", 0
    return "utf-8", 0


def read_file(path: str) -> bytes | str:
    """The content of a regular file, or why it cannot be read."""
    try:
        if not disk.is_file(path):
            return "not a file"
        if disk.size(path) > MAX_BYTES:
            return f"larger than {MAX_BYTES} bytes"
        return disk.content(path, MAX_BYTES)
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)


def parse(path: str, content: bytes) -> Document | Problem | None:
    """``None`` for what is no template; a problem for what looks like one and cannot be read."""
    if not looks_like_template(content):
        return None
    document = snippet(path, content)
    return document if isinstance(document, Problem) or _is_template(document) else None


def snippet(path: str, content: bytes) -> Document | Problem:
    """What a template includes: any YAML or JSON."""
    text, wrong = decode(content)
    lines = line_starts(text)
    if wrong:
        return Problem(path, 1, 1, wrong)
    try:
        root, problems = _read(path, text)
    except UnreadableError as error:
        return Problem(path, *position(lines, min(error.offset, len(text))), error.message)
    return Document(path, root, lines, tuple(problems))


def _read(path: str, text: str) -> tuple[Node, list[tuple[int, str]]]:
    if not text.lstrip().startswith(("{", "/*", "//")):
        return read_yaml(text)
    try:
        return read_json(text)
    except UnreadableError:
        if path.endswith(".json"):
            raise
        try:
            return read_yaml(text)  # in YAML's flow style
        except UnreadableError:
            pass
        raise


def _is_template(document: Document) -> bool:
    root = document.root
    if not isinstance(root, Table):
        return False
    if "AWSTemplateFormatVersion" in root.pairs:
        return True
    resources = root.get("Resources")
    if not isinstance(resources, Table):
        return False
    for pair in resources.pairs.values():
        kind = pair.value.get("Type") if isinstance(pair.value, Table) else None
        if isinstance(kind, Scalar) and isinstance(kind.value, str) and _RESOURCE_TYPE.match(kind.value):
            return True
    return False
