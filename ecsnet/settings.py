"""What is in force where: flags, over the configuration file that is nearest, over the environment and defaults."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ecsnet.config import Config, ConfigError, choose, matching
from ecsnet.files import checkout
from ecsnet.findings import Level
from ecsnet.inputs import Given, Input, ParameterInput
from ecsnet.options import DEFAULTS as RULES
from ecsnet.options import Options
from ecsnet.path_ignores import PathIgnore
from ecsnet.records import dataclass, field, replace

if TYPE_CHECKING:
    from ecsnet.config_file import ConfigFile

_VARIABLE = "TF_VAR_"
_WORKSPACE = "TF_WORKSPACE"


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says; ``None``, or nothing, where it says nothing.

    ``select`` replaces the rules that the file chooses; ``extend_select`` and ``ignore`` change its choice. ``inputs``
    come after those of the file, and so do ``parameters``. ``baseline``: "" for none, whatever the file says.
    ``files``: whether configuration files are read. ``allow_outside`` and ``timeout`` are the caller's alone to say:
    what is scanned, and so its configuration file, may be anybody's.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    show_unknown: bool = False
    zones: int | None = None
    stubs: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    parameters: tuple[ParameterInput, ...] = ()
    workspace: str | None = None
    env_vars: bool | None = None
    baseline: str | None = None
    files: bool = True
    allow_outside: bool = False
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A key that is in force, and what says so: a flag, a line of a file, or ``default``. ``None``: nothing is."""

    key: str
    value: str | int | bool | tuple[str, ...] | None
    origin: str


@dataclass(slots=True)
class Settings:
    """The configuration for each folder of ``paths``.

    A folder's file is the nearest in it and above it, up to the top of its git checkout. Outside of one it is up to the
    working directory, or else to the folder that holds all ``paths``. ``environment``: as ``os.environ``.
    """

    flags: Flags
    paths: Sequence[str]
    environment: Mapping[str, str]
    _base: str = ""
    _files: dict[str, ConfigFile | None] = field(default_factory=dict)
    _configs: dict[str, Config] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The absolute path of the folder that holds all ``paths``."""
        if not self._base:
            folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in self.paths]
            try:
                self._base = os.path.commonpath([os.path.abspath(folder) for folder in folders or ["."]])
            except ValueError:  # on two drives
                self._base = os.getcwd()
        return self._base

    @property
    def allow_outside(self) -> bool:
        return self.flags.allow_outside

    @property
    def timeout(self) -> float | None:
        """No part of ``of``: what is found in time is found without an end too."""
        return self.flags.timeout

    def of(self, folder: str) -> Config:
        """What holds for a root module, or a template, in ``folder``.

        :raises ConfigError: its configuration file says what cannot be
        """
        at = os.path.abspath(folder)
        if at not in self._configs:
            self._configs[at] = self._config(at, self.file(at))
        return self._configs[at]

    def file(self, folder: str) -> ConfigFile | None:
        """The configuration file that holds for ``folder``."""
        if not self.flags.files:
            return None
        at = os.path.abspath(folder)
        if at not in self._files:
            self._files[at] = self._search(at)
        return self._files[at]

    def _search(self, folder: str) -> ConfigFile | None:
        from ecsnet import config_file

        if any(os.path.isfile(os.path.join(folder, name)) for name in config_file.NAMES):
            found = config_file.read(_shown(folder), self._limit(folder))
            if found is not None:
                return found
        above = os.path.dirname(folder)
        return None if above == folder or self._is_top(folder) else self.file(above)

    def _limit(self, folder: str) -> str:
        """Where all lies that a configuration file in ``folder`` may name: its checkout, or what is scanned."""
        if self.allow_outside:
            return ""
        return checkout(folder) or (self.base if _is_in(folder, self.base) else folder)

    def _is_top(self, folder: str) -> bool:
        if os.path.exists(os.path.join(folder, ".git")):
            return True
        if checkout(folder) is not None:
            return False
        return folder == next((top for top in (os.getcwd(), self.base) if _is_in(folder, top)), folder)

    def _config(self, folder: str, file: ConfigFile | None) -> Config:
        flags = self.flags
        values = {setting.key: setting.value for setting in self.settings(folder)}
        config = Config(
            fail_on=None if values["fail-on"] == "never" else Level(values["fail-on"]),
            show_unknown=bool(values["show-unknown"]),
            zones=int(str(values["zones"])),
            stubs=_strings(values["stubs"]),
            given=self._given(folder, file, bool(values["env-vars"])),
            stacks=file.stacks if file is not None else (),
            parameters=flags.parameters,
            options=_options({key: _strings(value) for key, value in values.items()}),
            levels=_levels(file) if file is not None else {},
            path_ignores=tuple(_path_ignores(file)) if file is not None else (),
            baseline=str(values["baseline"]) if values["baseline"] else None,
            allow_outside=flags.allow_outside,
        )
        select = self._rules(file) if flags.select is None and file is not None else flags.select
        return replace(config, select=select, extend_select=flags.extend_select, ignore=flags.ignore)

    def _rules(self, file: ConfigFile) -> tuple[str, ...]:
        from ecsnet.rules import CATALOGUE

        choices = {key: file.values.get(key, ()) for key in ("select", "extend-select", "ignore")}
        for key, selectors in choices.items():
            try:
                choose(Config(select=selectors), CATALOGUE)
            except ConfigError as error:
                raise ConfigError(f"{file.place(key)}: {key}: {error}") from None
        select = choices["select"] if "select" in file.values else None
        config = Config(select=select, extend_select=choices["extend-select"], ignore=choices["ignore"])
        return tuple(rule.id for rule in choose(config, CATALOGUE))

    def _given(self, folder: str, file: ConfigFile | None, env_vars: bool) -> tuple[Given, ...]:
        flags = self.flags
        by_flag = (flags.workspace, "--workspace") if flags.workspace is not None else None
        environment = self.environment if env_vars else {}
        named = (environment.get(_WORKSPACE) or None, _WORKSPACE)
        environment = {n[len(_VARIABLE) :]: text for n, text in environment.items() if n.startswith(_VARIABLE)}
        roots = file.roots if file is not None else ()
        real = os.path.realpath(folder)
        given: list[Given] = []
        for root in roots:
            if os.path.realpath(root.path) == real:
                chosen = (root.workspace, root.origin) if root.workspace is not None else named
                given.append(Given((*root.inputs, *flags.inputs), environment, *(by_flag or chosen)))
        return tuple(given) or (Given(flags.inputs, environment, *(by_flag or named)),)

    def settings(self, folder: str) -> list[Setting]:
        """Every key with its value in force in ``folder``, as written; for rules all that was written counts."""
        flags = self.flags
        by_flag: Mapping[str, tuple[str, object]] = {
            "select": ("--select", flags.select),
            "extend-select": ("--extend-select", flags.extend_select or None),
            "ignore": ("--ignore", flags.ignore or None),
            "fail-on": ("--fail-on", flags.fail_on),
            "zones": ("--zones", flags.zones),
            "stubs": ("--stubs", flags.stubs or None),
            "env-vars": ("--no-env-vars", flags.env_vars),
            "show-unknown": ("--show-unknown", flags.show_unknown or None),
            "baseline": ("--baseline" if flags.baseline else "--no-baseline", flags.baseline),
        }
        file = self.file(folder)
        found: list[Setting] = []
        for key, default in DEFAULTS.items():
            flag, value = by_flag.get(key, ("", None))
            if value is not None:
                found.append(_setting(key, value, flag))
            elif file is not None and key in file.values:
                found.append(_setting(key, file.values[key], file.place(key)))
            else:
                found.append(_setting(key, default, "default"))
        for table in ("levels", "per-path-ignores"):
            entries = list(_entries(file, table)) if file is not None else []
            found += (_setting(key, value, file.place(key)) for key, _, value in entries if file is not None)
            found += () if entries else [_setting(table, (), "default")]
        return found


DEFAULTS: Mapping[str, object] = {
    "select": (),
    "extend-select": (),
    "ignore": (),
    "fail-on": "warning",
    "zones": 3,
    "stubs": (),
    "env-vars": True,
    "show-unknown": False,
    "allowed-sources": RULES.allowed_sources,
    "admin-ports": tuple(f"{first}-{last}" if first < last else str(first) for first, last in RULES.admin_ports),
    "sensitive-tags.keys": RULES.sensitive_keys,
    "sensitive-tags.values": RULES.sensitive_values,
    "sensitive-tags.flags": RULES.sensitive_flags,
    "baseline": None,
}


def _levels(file: ConfigFile) -> Mapping[str, Level]:
    """By id. What names fewer rules goes before what names more: ``ECSNET401`` before ``ECSNET4``."""
    chosen = [(_matching(file, key, selector), Level(level)) for key, selector, level in _entries(file, "levels")]
    chosen.sort(key=lambda pair: -len(pair[0]))
    return {rule: level for rules, level in chosen for rule in rules}


def _path_ignores(file: ConfigFile) -> Iterator[PathIgnore]:
    folder = os.path.dirname(os.path.abspath(file.path))
    for key, pattern, selectors in _entries(file, "per-path-ignores"):
        found = [_matching(file, key, selector) for selector in selectors]
        yield PathIgnore(pattern, folder, frozenset().union(*found))


def _entries(file: ConfigFile, table: str) -> Iterator[tuple[str, str, Any]]:
    """Of a table in the file: the key as it is among the values, the key itself, and the value."""
    for key, value in file.values.items():
        if key.startswith(f"{table}."):
            yield key, key[len(table) + 1 :], value


def _matching(file: ConfigFile, key: str, selector: str) -> frozenset[str]:
    from ecsnet.rules import CATALOGUE

    try:
        return matching(selector, CATALOGUE)
    except ConfigError as error:
        raise ConfigError(f"{file.place(key)}: {key.partition('.')[0]}: {error}") from None


def _options(values: Mapping[str, tuple[str, ...]]) -> Options:
    ranges = [port.partition("-") for port in values["admin-ports"]]
    return Options(
        allowed_sources=values["allowed-sources"],
        admin_ports=tuple((int(first), int(last or first)) for first, _, last in ranges),
        sensitive_keys=values["sensitive-tags.keys"],
        sensitive_values=values["sensitive-tags.values"],
        sensitive_flags=values["sensitive-tags.flags"],
    )


def _setting(key: str, value: object, origin: str) -> Setting:
    if value is None or value == "":
        return Setting(key, None, origin)
    return Setting(key, value if isinstance(value, (str, int, bool)) else _strings(value), origin)


def _strings(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def _is_in(folder: str, top: str) -> bool:
    return os.path.join(folder, "").startswith(os.path.join(top, ""))


def _shown(folder: str) -> str:
    """Relative where it is below the working directory, or above it."""
    relative = os.path.relpath(folder)
    inside = not relative.startswith(os.pardir) or not relative.strip("./" + os.sep)
    return relative if inside else folder
