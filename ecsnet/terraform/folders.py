"""A module's folder: its files read, its declarations found, its override files merged. Nothing is evaluated here."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Sequence
from typing import TypeVar

from ecsnet import disk
from ecsnet.records import dataclass, field
from ecsnet.resources import Problem
from ecsnet.terraform.ast import Attribute, Block, Body, Literal, Template
from ecsnet.terraform.json_syntax import parse_json
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import ParsedFile, parse
from ecsnet.values import Span

MAX_FILE_SIZE = 16 * 1024 * 1024
_Key = TypeVar("_Key", str, tuple[str, str, str])
_Any = TypeVar("_Any")
_Other = TypeVar("_Other")
SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")

Address = tuple[str, str, str]
"""Of a resource in its module: mode (``managed``, ``data``), type, name."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A body, and the file that its offsets count in."""

    source: Source
    body: Body


@dataclass(frozen=True, slots=True)
class Declaration:
    """A block at the top of a file, and the blocks of override files that change it."""

    source: Source
    block: Block
    overrides: tuple[tuple[Source, Block], ...] = ()

    @property
    def span(self) -> Span:
        return self.source.span(self.block.start, self.block.end)

    @property
    def header(self) -> Span:
        return self.source.span(self.block.start, self.block.header_end)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Bodies from the last override to the block itself: the first that sets an attribute wins."""
        return (*(Layer(s, b.body) for s, b in reversed(self.overrides)), Layer(self.source, self.block.body))

    def attribute(self, name: str) -> tuple[Source, Attribute] | None:
        for layer in self.layers:
            found = layer.body.attributes.get(name)
            if found is not None:
                return layer.source, found
        return None


@dataclass(slots=True)
class Folder:
    """What the files of one module declare. ``order`` has resources, data and modules as they are written."""

    path: str
    variables: dict[str, Declaration] = field(default_factory=dict)
    outputs: dict[str, Declaration] = field(default_factory=dict)
    modules: dict[str, Declaration] = field(default_factory=dict)
    resources: dict[Address, Declaration] = field(default_factory=dict)
    providers: dict[str, Declaration] = field(default_factory=dict)
    locals: dict[str, Layer] = field(default_factory=dict)
    order: list[Address | str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: list[Span] = field(default_factory=list)
    """Where something could not be read: what it declares is not known."""
    files: list[str] = field(default_factory=list)


_FolderKey = tuple["str", "str | None", "tuple[str, ...] | None"]
_KEPT_FOLDERS = 64
_KEPT_FILES = 512


class Files:
    """The files read of late, each once. Keep it for several roots of one scan: they often share modules."""

    def __init__(self) -> None:
        self._folders: dict[_FolderKey, tuple[Folder, disk.Answers | None]] = {}
        self._parsed: dict[str, ParsedFile] = {}

    def folder(self, path: str, boundary: str | None = None, names: Sequence[str] | None = None) -> Folder:
        """The module in a folder; ``names``: only these of its files; ``boundary``: where links may lead."""
        key = (path, boundary, None if names is None else tuple(names))
        kept = self._folders.pop(key, None)
        if kept is None or not disk.saw(kept[1]):
            with disk.noted() as seen:
                kept = _read_folder(path, boundary, names, self.parsed), seen
        _keep(self._folders, key, kept, _KEPT_FOLDERS)
        return kept[0]

    def parsed(self, path: str) -> ParsedFile:
        """A file in either syntax. Raises ``OSError``."""
        found = self._parsed.pop(path, None)
        if found is None:
            found = parsed(path, read_bytes(path))
        else:
            disk.is_file(path)
            disk.saw_content(path, MAX_FILE_SIZE + 1, found.source.text)
        _keep(self._parsed, path, found, _KEPT_FILES)
        return found

    def forget(self, folder: str) -> None:
        """What was read of a folder that nobody will ask for again."""
        path = join(folder, ".")
        for key in [key for key in self._folders if key[0] == path]:
            for file in self._folders.pop(key)[0].files:
                self._parsed.pop(file, None)


def parsed(path: str, content: bytes) -> ParsedFile:
    """A file in either syntax."""
    source = Source(path, content)
    return parse_json(source) if path.endswith(".json") else parse(source)


def _keep(kept: dict[_Any, _Other], key: _Any, value: _Other, most: int) -> None:
    """As the newest; the oldest goes where there are too many."""
    kept[key] = value
    if len(kept) > most:
        del kept[next(iter(kept))]


def join(folder: str, path: str) -> str:
    """A path as the user would write it, from the folder they named: ``a/b`` and ``../c`` give ``a/c``."""
    return posixpath.normpath(posixpath.join(folder, path))


def is_override(name: str) -> bool:
    stem = next((name[: -len(suffix)] for suffix in reversed(SUFFIXES) if name.endswith(suffix)), name)
    return stem == "override" or stem.endswith("_override")


def configuration_files(path: str) -> list[str]:
    """Names of a folder's configuration files in Terraform's order. Raises ``OSError``."""
    return sorted(
        name for name in disk.names(path) if name.endswith(SUFFIXES) and not name.startswith(".") and name[-1] != "~"
    )


def without_twins(names: Sequence[str]) -> list[str]:
    """OpenTofu reads ``a.tofu`` in the place of ``a.tf``, ``a.tofu.json`` in that of ``a.tf.json``."""
    return [
        name
        for name in names
        if not (name.endswith(".tf") and f"{name[:-3]}.tofu" in names)
        and not (name.endswith(".tf.json") and f"{name[:-8]}.tofu.json" in names)
    ]


def read_bytes(path: str) -> bytes:
    """A regular file's contents. Raises ``OSError``, with a message for the user, also where it is too large."""
    if not disk.is_file(path):
        raise OSError("not a regular file" if disk.exists(path) else "no such file")
    data = disk.content(path, MAX_FILE_SIZE + 1)
    if len(data) > MAX_FILE_SIZE:
        raise OSError(f"larger than {MAX_FILE_SIZE // 1024 // 1024} MB")
    return data


def is_inside(path: str, boundary: str) -> bool:
    """Whether a path, with its symbolic links followed, is ``boundary``, a real path, or below it."""
    real = disk.real(path)
    return real == boundary or real.startswith(boundary.rstrip(os.sep) + os.sep)


def _read_folder(
    path: str, boundary: str | None, names: Sequence[str] | None, parsed_file: Callable[[str], ParsedFile]
) -> Folder:
    folder = Folder(path)
    try:
        found = without_twins(sorted(names) if names is not None else configuration_files(path))
    except OSError as error:
        folder.problems.append(Problem(path, 1, 1, f"cannot read the folder: {error.strerror or error}"))
        folder.unread.append(Span(path, 1, 1, 1, 1))
        return folder
    overrides: list[tuple[Source, Block]] = []
    for name in found:
        file = join(path, name)
        try:
            if boundary is not None and disk.is_link(file) and not is_inside(file, boundary):
                raise OSError(f"the link {disk.OUTSIDE}")
            folder.files.append(file)
            parsed = parsed_file(file)
        except OSError as error:
            folder.problems.append(Problem(file, 1, 1, f"cannot read the file: {error.strerror or error}"))
            folder.unread.append(Span(file, 1, 1, 1, 1))
            continue
        for problem in parsed.problems:
            folder.problems.append(problem)
            folder.unread.append(Span(problem.file, problem.line, problem.column, problem.line, problem.column))
        for block in parsed.body.blocks:
            if is_override(name):
                overrides.append((parsed.source, block))
            else:
                _declare(folder, parsed.source, block)
    for source, block in overrides:
        _override(folder, source, block)
    return folder


def _declare(folder: Folder, source: Source, block: Block) -> None:
    declaration = Declaration(source, block)
    labels = block.labels
    if block.type == "locals":
        for name in block.body.attributes:
            if name in folder.locals:
                attribute = block.body.attributes[name]
                where = source.span(attribute.start, attribute.end)
                first = folder.locals[name]
                other = first.body.attributes[name]
                place = first.source.span(other.start, other.end)
                message = f"local.{name} was already declared at {place.file}:{place.start_line}"
                folder.problems.append(Problem(where.file, where.start_line, where.start_column, message))
            else:
                folder.locals[name] = Layer(source, block.body)
    elif block.type in ("resource", "data") and len(labels) == 2:
        address = ("data" if block.type == "data" else "managed", labels[0], labels[1])
        if _add(folder, folder.resources, address, declaration):
            folder.order.append(address)
    elif block.type == "module" and len(labels) == 1:
        if _add(folder, folder.modules, labels[0], declaration):
            folder.order.append(labels[0])
    elif block.type == "variable" and len(labels) == 1:
        _add(folder, folder.variables, labels[0], declaration)
    elif block.type == "output" and len(labels) == 1:
        _add(folder, folder.outputs, labels[0], declaration)
    elif block.type == "provider" and len(labels) == 1:
        folder.providers.setdefault(_provider_name(declaration), declaration)
    elif block.type in ("resource", "data", "module", "variable", "output", "provider"):
        where = declaration.header
        wanted = 2 if block.type in ("resource", "data") else 1
        message = f"a {block.type} block has {wanted} label{'s' * (wanted > 1)}, this one has {len(labels)}"
        folder.problems.append(Problem(where.file, where.start_line, where.start_column, message))
        folder.unread.append(where)


def _provider_name(declaration: Declaration) -> str:
    """``aws``, or ``aws.east`` where an alias is set: as it is referred to."""
    name = declaration.block.labels[0]
    found = declaration.attribute("alias")
    expression = found[1].expression if found else None
    if isinstance(expression, Template) and len(expression.parts) == 1:
        expression = expression.parts[0]
    return f"{name}.{expression.value}" if isinstance(expression, Literal) else name


def _add(folder: Folder, table: dict[_Key, Declaration], key: _Key, declaration: Declaration) -> bool:
    """Whether it is the first of that name. Terraform accepts no second, and says where the first is."""
    first = table.setdefault(key, declaration)
    if first is declaration:
        return True
    where, other = declaration.header, first.header
    named = key if isinstance(key, tuple) else (declaration.block.type, key)
    name = ".".join(part for part in named if part != "managed")
    message = f"{name} was already declared at {other.file}:{other.start_line}"
    folder.problems.append(Problem(where.file, where.start_line, where.start_column, message))
    return False


def _override(folder: Folder, source: Source, block: Block) -> None:
    """Merge a block of an override file into what it names, which has to be there; only a default provider need not.

    https://developer.hashicorp.com/terraform/language/files/override
    """
    labels = block.labels
    if block.type == "locals":
        for name, attribute in block.body.attributes.items():
            if name not in folder.locals:
                where = source.span(attribute.start, attribute.end)
                message = f"nothing to override: no local.{name} is declared"
                folder.problems.append(Problem(where.file, where.start_line, where.start_column, message))
            folder.locals[name] = Layer(source, block.body)
        return
    for kind, table in (("variable", folder.variables), ("output", folder.outputs), ("module", folder.modules)):
        if block.type == kind and len(labels) == 1:
            merged = _merged(folder, table.get(labels[0]), source, block)
            if merged is not None:
                table[labels[0]] = merged
            return
    if block.type in ("resource", "data") and len(labels) == 2:
        address = ("data" if block.type == "data" else "managed", labels[0], labels[1])
        merged = _merged(folder, folder.resources.get(address), source, block)
        if merged is not None:
            folder.resources[address] = merged
    elif block.type == "provider" and len(labels) == 1:
        name = _provider_name(Declaration(source, block))
        base = folder.providers.get(name)
        own = Declaration(source, block)
        if base is None and "." in name:
            _merged(folder, None, source, block)
        folder.providers[name] = own if base is None else _over(base, source, block)


def _merged(folder: Folder, base: Declaration | None, source: Source, block: Block) -> Declaration | None:
    if base is None:
        where = source.span(block.start, block.header_end)
        message = f"nothing to override: no {block.type} {' '.join(block.labels)} is declared"
        folder.problems.append(Problem(where.file, where.start_line, where.start_column, message))
        return None
    return _over(base, source, block)


def _over(base: Declaration, source: Source, block: Block) -> Declaration:
    return Declaration(base.source, base.block, (*base.overrides, (source, block)))
