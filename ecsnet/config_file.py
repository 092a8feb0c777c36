"""The configuration file: ``.ecsnet.toml``, or ``[tool.ecsnet]`` in ``pyproject.toml``. Read, and every key checked."""

from __future__ import annotations

import importlib
import ipaddress
import os
import re
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from ecsnet import disk
from ecsnet.config import FAIL_ON, MAX_ZONES, ConfigError, nearest
from ecsnet.inputs import Datum, Input, Parameter, ParameterInput, StackEntry, VarFile, parameter_file
from ecsnet.path_ignores import patterns
from ecsnet.records import dataclass
from ecsnet.values import Value

OWN_FILE = ".ecsnet.toml"
NAMES = (OWN_FILE, "pyproject.toml")
MAX_SIZE = 1_000_000
_MAX_DEPTH = 50
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_TAGS = "sensitive-tags"
LEVELS = "levels"
PER_PATH = "per-path-ignores"
TAG_KEYS = ("keys", "values", "flags")
ROOT_KEYS = ("path", "var-files", "workspace", "variables")
STACK_KEYS = ("template", "name", "region", "account", "parameters")
_PORTS = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_MAX_PORT = 65535
_TABLE = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*[.=]")


@dataclass(frozen=True, slots=True)
class Root:
    """What is given to the root module in the folder ``path``. ``origin``: the place in the file that says so."""

    path: str
    origin: str
    inputs: tuple[Input, ...] = ()
    workspace: str | None = None


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """``values`` by key, of the right types; ``lines``: where each key stands. Paths are as they are opened."""

    path: str
    values: Mapping[str, Any]
    lines: Mapping[str, int]
    roots: tuple[Root, ...] = ()
    stacks: tuple[StackEntry, ...] = ()

    def place(self, key: str) -> str:
        return f"{self.path}:{self.lines[key]}" if self.lines.get(key) else self.path


def read(folder: str, limit: str = "") -> ConfigFile | None:
    """The configuration file in ``folder``, if it has one. ``.ecsnet.toml`` goes before ``pyproject.toml``.

    ``limit``: the folder that all lies in which it may name, and itself; "": it may be anywhere.

    :raises ConfigError: it cannot be read, or says what cannot be
    """
    for name in NAMES:
        path = os.path.normpath(os.path.join(folder, name))
        if not os.path.isfile(path):
            continue
        if limit and not disk.within(path, limit):
            raise ConfigError(f"{path}: the link {disk.OUTSIDE}")
        text = _text(path)
        if name != OWN_FILE and "ecsnet" not in text:
            continue
        table, prefix = _table(path, text)
        if table is not None:
            return check(path, table, _lines(text), prefix, limit)
    return None


def check(
    path: str,
    table: Any,
    lines: Mapping[tuple[str | int, ...], int] | None = None,
    prefix: tuple[str, ...] = (),
    limit: str = "",
) -> ConfigFile:
    """The table of ecsnet, with its values checked. ``lines``: where keys stand, from the top of the file, below the
    tables of the names in ``prefix``. ``limit``: as for ``read``.

    :raises ConfigError: it says what cannot be
    """
    return _Checker(path, lines or {}, prefix, limit).file(table)


def _text(path: str) -> str:
    try:
        data = disk.regular(path, MAX_SIZE + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(data) > MAX_SIZE:
        raise ConfigError(f"{path}: larger than {MAX_SIZE // 1_000_000} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8 text") from None


def _table(path: str, text: str) -> tuple[Any, tuple[str, ...]]:
    """The table of ecsnet, and the names of the tables it is in; ``None`` where a ``pyproject.toml`` has none."""
    try:
        toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    except ImportError:
        raise ConfigError(f"{path}: to read it on this Python, install the package tomli") from None
    try:
        document = toml.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
    tool = document.get("tool")
    if not isinstance(tool, dict) or "ecsnet" not in tool:
        return (document, ()) if os.path.basename(path) == OWN_FILE else (None, ())
    return tool["ecsnet"], ("tool", "ecsnet")


@dataclass(frozen=True, slots=True)
class _Checker:
    """``lines``: where keys stand, from the top of the file. ``prefix``: names of the tables around ecsnet's own.

    ``limit``: as for ``read``.
    """

    path: str
    lines: Mapping[tuple[str | int, ...], int]
    prefix: tuple[str, ...]
    limit: str

    def file(self, table: Any) -> ConfigFile:
        if not isinstance(table, dict):
            self.fail((), "ecsnet has to be a table")
        self.known(table, (), KEYS)
        values = {key: read(self, (key,), table[key]) for key, read in _READERS.items() if key in table}
        lines = {key: self.lines.get((*self.prefix, key), 0) for key in table}
        for name, read_table in _TABLES.items():
            for key, value in read_table(self, name, table.get(name, {})).items():
                values[f"{name}.{key}"] = value
                lines[f"{name}.{key}"] = self.line((name, key))
        roots = tuple(self.root(i, root) for i, root in enumerate(self.tables("roots", table)))
        stacks = tuple(self.stack(i, stack) for i, stack in enumerate(self.tables("stacks", table)))
        return ConfigFile(self.path, values, lines, roots, stacks)

    def tables(self, key: str, table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self.fail((key,), f"{key} is a list of tables: [[{key}]]")
        return found

    def tags(self, name: str, table: Any) -> Mapping[str, tuple[str, ...]]:
        if not isinstance(table, dict):
            self.fail((name,), f"{name} has to be a table of keys, values and flags")
        self.known(table, (name,), TAG_KEYS)
        return {key: self.strings((name, key), words) for key, words in table.items()}

    def levels(self, name: str, table: Any) -> Mapping[str, str]:
        """Of rules by selector; which rules that means is for who has the catalogue."""
        if not isinstance(table, dict):
            self.fail((name,), f'{name} has to be a table of rules, as ECSNET401 = "error"')
        return {rule: self.one_of((name, rule), level, FAIL_ON[:-1]) for rule, level in table.items()}

    def per_path(self, name: str, table: Any) -> Mapping[str, tuple[str, ...]]:
        """Selectors of rules by pattern."""
        if not isinstance(table, dict):
            self.fail((name,), f'{name} has to be a table of patterns, as "legacy/**" = ["ECSNET401"]')
        for pattern in table:
            if not patterns(pattern).patterns:
                self.fail((name, pattern), f"{name}: {pattern!r} is no pattern of paths")
        return {pattern: self.strings((name, pattern), rules) for pattern, rules in table.items()}

    def root(self, number: int, table: Mapping[str, Any]) -> Root:
        place = ("roots", number)
        self.known(table, place, ROOT_KEYS)
        if "path" not in table:
            self.fail(place, "a root needs a path")
        path = self.beside((*place, "path"), self.string((*place, "path"), table["path"]))
        if not os.path.isdir(path):
            self.fail((*place, "path"), f"path: there is no folder {path}")
        inputs: list[Input] = []
        where = (*place, "var-files")
        for name in self.strings(where, table.get("var-files", [])):
            file = self.inside(where, os.path.normpath(os.path.join(path, name)))
            if not os.path.isfile(file):
                self.fail(where, f"var-files: there is no file {file}")
            inputs.append(VarFile(file, self.at(where)))
        variables = table.get("variables", {})
        where = (*place, "variables")
        if not isinstance(variables, dict):
            self.fail(where, "variables has to be a table")
        for name, value in variables.items():
            key = (*where, name) if (*self.prefix, *where, name) in self.lines else where
            inputs.append(Datum(name, self.value(key, value, 0), self.at(key)))
        workspace = table.get("workspace")
        if workspace is not None:
            workspace = self.string((*place, "workspace"), workspace)
        return Root(path, self.at((*place, "workspace")), tuple(inputs), workspace)

    def stack(self, number: int, table: Mapping[str, Any]) -> StackEntry:
        place = ("stacks", number)
        self.known(table, place, STACK_KEYS)
        if "template" not in table:
            self.fail(place, "a stack needs a template")
        template = self.beside((*place, "template"), self.string((*place, "template"), table["template"]))
        if not os.path.isfile(template):
            self.fail((*place, "template"), f"template: there is no file {template}")
        texts = {}
        for key, form, example in (
            ("name", _STACK_NAME, "letters, digits and hyphens"),
            ("region", _REGION, "as eu-west-1"),
            ("account", _ACCOUNT, "a string of twelve digits"),
        ):
            texts[key] = self.string((*place, key), table[key]) if key in table else ""
            if texts[key] and not form.fullmatch(texts[key]):
                self.fail((*place, key), f"{key} has to be {example}")
        where = (*place, "parameters")
        given = table.get("parameters", [])
        inputs: list[ParameterInput] = []
        for item in given if isinstance(given, list) else [given]:
            inputs += self.parameters(where, item)
        return StackEntry(template, self.at(place), texts["name"], texts["region"], texts["account"], tuple(inputs))

    def parameters(self, where: tuple[str | int, ...], item: Any) -> list[ParameterInput]:
        """Of a stack: the name of a file, or a table of values."""
        if isinstance(item, str):
            path = self.beside(where, self.string(where, item))
            file = parameter_file(path, self.at(where))
            if file is None:
                self.fail(where, f"parameters: there is no file {path}")
            self.inside(where, file.path)
            return [file]
        if not isinstance(item, dict):
            self.fail(where, "parameters has to be a table, the name of a file, or a list of these")
        found: list[ParameterInput] = []
        for name, value in item.items():
            key = (*where, name) if (*self.prefix, *where, name) in self.lines else where
            items = [self.parameter(key, one) for one in (value if isinstance(value, list) else [value])]
            found.append(Parameter(name, ",".join(items), self.at(key), self.path, self.line(key)))
        return found

    def parameter(self, place: tuple[str | int, ...], value: Any) -> str:
        """Parameters are strings."""
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, (int, str, Decimal)) or (isinstance(value, Decimal) and not value.is_finite()):
            self.fail(place, "a parameter has to be a string, a number, a boolean or a list of these")
        return str(value)

    def known(self, table: Mapping[str, Any], place: tuple[str | int, ...], names: tuple[str, ...]) -> None:
        for key in table:
            if key not in names:
                self.fail(
                    (*place, key), f"unknown key {key!r}{nearest(key, names) or '; known are ' + ', '.join(names)}"
                )

    def at(self, place: tuple[str | int, ...]) -> str:
        line = self._line(place)
        return f"{self.path}:{line}" if line else self.path

    def line(self, place: tuple[str | int, ...]) -> int:
        return self._line(place) or 1

    def _line(self, place: tuple[str | int, ...]) -> int | None:
        """Of the place, or of the table around it that has one."""
        around = (place, place[:2], place[:1])
        return next((self.lines[key] for part in around if (key := (*self.prefix, *part)) in self.lines), None)

    def fail(self, place: tuple[str | int, ...], message: str) -> NoReturn:
        raise ConfigError(f"{self.at(place)}: {message}")

    def beside(self, place: tuple[str | int, ...], path: str) -> str:
        """A path in the file is relative to the file."""
        return self.inside(place, os.path.normpath(os.path.join(os.path.dirname(self.path), path)))

    def inside(self, place: tuple[str | int, ...], path: str) -> str:
        """The path, if it may be read. What is elsewhere is not even asked for, so that nothing tells what is there."""
        if self.limit and not disk.within(path, self.limit):
            key = next(key for key in reversed(place) if isinstance(key, str))
            self.fail(place, f"{key}: {path} {disk.OUTSIDE}")
        return path

    def string(self, place: tuple[str | int, ...], value: Any) -> str:
        if not isinstance(value, str) or not value or "\0" in value:
            self.fail(place, f"{place[-1]} has to be a string that is not empty")
        return value

    def strings(self, place: tuple[str | int, ...], value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.fail(place, f"{place[-1]} has to be a list of strings")
        return tuple(value)

    def folders(self, place: tuple[str | int, ...], value: Any) -> tuple[str, ...]:
        found = tuple(self.beside(place, folder) for folder in self.strings(place, value))
        for folder in found:
            if not os.path.isdir(folder):
                self.fail(place, f"{place[-1]}: there is no folder {folder}")
        return found

    def boolean(self, place: tuple[str | int, ...], value: Any) -> bool:
        if not isinstance(value, bool):
            self.fail(place, f"{place[-1]} has to be true or false")
        return value

    def level(self, place: tuple[str | int, ...], value: Any) -> str:
        return self.one_of(place, value, FAIL_ON)

    def one_of(self, place: tuple[str | int, ...], value: Any, words: tuple[str, ...]) -> str:
        if value not in words:
            hint = nearest(value, words) if isinstance(value, str) else ""
            self.fail(place, f"{place[-1]} has to be one of {', '.join(words)}{hint}")
        return str(value)

    def file_beside(self, place: tuple[str | int, ...], value: Any) -> str:
        """It need not be there yet."""
        return self.beside(place, self.string(place, value))

    def zones(self, place: tuple[str | int, ...], value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_ZONES:
            self.fail(place, f"{place[-1]} has to be a number from 1 to {MAX_ZONES}")
        return value

    def cidrs(self, place: tuple[str | int, ...], value: Any) -> tuple[str, ...]:
        found = self.strings(place, value)
        for cidr in found:
            try:
                ipaddress.ip_network(cidr, strict=False)
            except ValueError:
                self.fail(place, f"{place[-1]}: {cidr!r} is no CIDR")
        return found

    def ports(self, place: tuple[str | int, ...], value: Any) -> tuple[str, ...]:
        """Each as ``3389`` or ``2375-2376``."""
        if not isinstance(value, list):
            self.fail(place, f'{place[-1]} has to be a list of ports and ranges, as [3389, "2375-2376"]')
        found: list[str] = []
        for item in value:
            match = None if isinstance(item, bool) else _PORTS.fullmatch(str(item))
            first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
            if not 0 <= first <= last <= _MAX_PORT:
                self.fail(place, f'{place[-1]}: {item!r} is no port, nor a range as "2375-2376"')
            found.append(f"{first}-{last}" if first < last else str(first))
        return tuple(found)

    def value(self, place: tuple[str | int, ...], value: Any, depth: int) -> Value:
        """A value of TOML as one of Terraform."""
        if depth > _MAX_DEPTH:
            self.fail(place, f"{place[-1]} is nested more than {_MAX_DEPTH} levels deep")
        if isinstance(value, dict):
            return {key: self.value(place, item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return tuple(self.value(place, item, depth + 1) for item in value)
        if not isinstance(value, (bool, int, str, Decimal)) or (isinstance(value, Decimal) and not value.is_finite()):
            self.fail(place, f"{place[-1]} has to be a string, a number, a boolean, a list or a table")
        return value


_READERS: Mapping[str, Callable[[_Checker, tuple[str | int, ...], Any], Any]] = {
    "select": _Checker.strings,
    "extend-select": _Checker.strings,
    "ignore": _Checker.strings,
    "fail-on": _Checker.level,
    "zones": _Checker.zones,
    "stubs": _Checker.folders,
    "env-vars": _Checker.boolean,
    "show-unknown": _Checker.boolean,
    "allowed-sources": _Checker.cidrs,
    "admin-ports": _Checker.ports,
    "baseline": _Checker.file_beside,
}
_TABLES: Mapping[str, Callable[[_Checker, str, Any], Mapping[str, Any]]] = {
    _TAGS: _Checker.tags,
    LEVELS: _Checker.levels,
    PER_PATH: _Checker.per_path,
}
KEYS = (*_READERS, *_TABLES, "roots", "stacks")


def _lines(text: str) -> Mapping[tuple[str | int, ...], int]:
    """Where keys and tables stand, as they are commonly written; the reader of TOML itself does not say."""
    found: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _TABLE.match(line):
            table = ()
            names = [name.strip().strip("\"'") for name in header[2].split(".")]
            for position, name in enumerate(names, 1):
                table = (*table, name)
                if header[1] == "[[" and position == len(names):
                    counts[table] = counts.get(table, -1) + 1
                if table in counts:
                    found.setdefault(table, number)
                    table = (*table, counts[table])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, key[1].strip("\"'")), number)
    return found
