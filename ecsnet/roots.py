"""Which roots there are in the files found, each evaluated: root modules, templates, plans."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from ecsnet import disk
from ecsnet.config import Config, ConfigError, Configured
from ecsnet.deadline import Clock, TimeUp
from ecsnet.files import Found, is_plan
from ecsnet.inputs import VarFile
from ecsnet.judging import crash
from ecsnet.records import dataclass, field
from ecsnet.resources import Configuration, Problem

if TYPE_CHECKING:
    from ecsnet.cache import Cache
    from ecsnet.cloudformation.deployment import Deployment
    from ecsnet.stacks import Stacks
    from ecsnet.terraform import Files

_T = TypeVar("_T")

_HEAD = 64_000


@dataclass(frozen=True, slots=True)
class Unit:
    """What is evaluated apart from all else: a root module with one set of values, by its number; or, with no ``root``,
    all templates and plans, which may be about one another.
    """

    root: str = ""
    given: int = 0


@dataclass(slots=True)
class Roots:
    """Those of a scan. Files that several of them read are read once. ``late``: whether time was up for one of them."""

    found: Found
    config: Configured
    late: bool = False
    _files: Files | None = field(default=None, repr=False)
    _clocks: dict[str, Clock] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[type[Roots], tuple[Found, Configured]]:
        """Another process reads its own files."""
        return Roots, (self.found, self.config)

    def units(self, problems: list[Problem], cache: Cache | None = None) -> list[Unit]:
        """In the order of a report. Adds to ``problems`` what kept roots from being found. ``cache``: may know them.

        :raises ConfigError: a variable is given that no root module declares
        """
        units: list[Unit] = []
        if self.found.terraform:
            roots = self._terraform(problems, cache)
            units += (Unit(root, number) for root in roots for number in range(len(self.config.of(root).given)))
        if self.found.templates or self.config.of(self.found.base).parameters:
            units.append(Unit())
        return units

    def everything(self) -> Iterator[Configuration | Problem]:
        """Every root of the files found, evaluated, and what kept some from being."""
        yield from self.found.problems
        problems: list[Problem] = []
        units = self.units(problems)
        yield from problems
        for unit in units:
            yield from self.evaluate(unit)

    def evaluate(self, unit: Unit) -> Iterator[Configuration | Problem]:
        """The roots of a unit, and what kept some from being evaluated.

        :raises ConfigError: a parameter is given that no template declares
        """
        self._clocks.clear()
        return self._module(unit) if unit.root else self._templates()

    def within(self, root: Configuration, work: Callable[[], _T]) -> _T | Problem:
        """What ``work`` makes of a root, in the time that evaluating it has left."""
        return self._timed(root.root, root.files[0] if root.files else root.root, work)

    def _timed(self, root: str, file: str, work: Callable[[], _T], times: int = 1) -> _T | Problem:
        """``times``: how many roots are at work."""
        seconds = self.config.timeout
        clock = self._clocks.setdefault(root, Clock(None if seconds is None else seconds * times))
        try:
            return clock.run(work)
        except TimeUp:
            self.late = True
            return Problem(file, 1, 1, f"not evaluated: it takes longer than --timeout {seconds:g}")

    def key(self, unit: Unit, cache: Cache) -> str:
        """What, beside files, a unit is judged by."""
        found, of = self.found, self.config.of
        if unit.root:
            return cache.key("module", found.base, unit, of(unit.root))
        folders = dict.fromkeys(map(os.path.dirname, found.templates))
        return cache.key("templates", found, of(found.base), {folder: of(folder) for folder in folders})

    @property
    def files(self) -> Files:
        from ecsnet.terraform import Files

        if self._files is None:
            self._files = Files()
        return self._files

    def _terraform(self, problems: list[Problem], cache: Cache | None) -> list[str]:
        try:
            roots = self._search(_without_stubs(self.found.terraform, self.config), cache)
        except ConfigError:
            raise
        except Exception as error:
            problems.append(crash(self.found.base, "the search for root modules", error))
            return []
        self._refuse_undeclared(roots)
        return roots

    def _search(self, paths: Sequence[str], cache: Cache | None) -> list[str]:
        key = cache.key("roots", self.found.base, self.found.outside, paths) if cache is not None else ""
        known = _names(cache.get(key)) if cache is not None else None
        if known is not None:
            return known
        from ecsnet.terraform import find_roots

        if cache is None:
            return find_roots(paths, self.files, self.found.boundary)
        with disk.watched() as seen:
            found = find_roots(paths, self.files, self.found.boundary)
        cache.put(key, seen, json.dumps(found).encode())
        return found

    def _refuse_undeclared(self, roots: Sequence[str]) -> None:
        """A value by name is for the roots that declare the variable; one that none declares is refused.

        Nothing is refused where a root could not be read in full: that one may declare it.
        """
        unused: dict[tuple[str, str], None] = {}
        used: set[tuple[str, str]] = set()
        for root in roots:
            inputs = (item for given in self.config.of(root).given for item in given.inputs)
            named = [item for item in inputs if not isinstance(item, VarFile)]
            folder = self.files.folder(root, self._limit(root)) if named else None
            for item in named:
                key = (item.origin, item.name)
                if folder is not None and (item.name in folder.variables or folder.unread):
                    used.add(key)
                unused[key] = None
        for origin, name in unused:
            if (origin, name) not in used:
                raise ConfigError(f"{origin}: no root module that is scanned declares a variable {name!r}")

    def _limit(self, root: str) -> str:
        return disk.real(self.found.boundary(root))

    def _module(self, unit: Unit) -> Iterator[Configuration | Problem]:
        from ecsnet.network import wanted
        from ecsnet.terraform import load

        own = self.config.of(unit.root)

        def work() -> Configuration:
            return load(
                unit.root,
                wanted=wanted("terraform"),
                given=own.given[unit.given],
                zones=own.zones,
                boundary=self.found.boundary(unit.root),
                cache=self.files,
                stubs=own.stubs,
            )

        try:
            yield self._timed(unit.root, self._first(unit.root), work)
        except Exception as error:
            yield crash(unit.root, "the Terraform evaluator", error)
        finally:
            if unit.given == len(own.given) - 1:
                self.files.forget(unit.root)

    def _first(self, folder: str) -> str:
        """The file of a root module that stands for it."""
        found = [path for path in self.found.terraform if (os.path.dirname(path) or os.curdir) == folder]
        return next((path for path in found if os.path.basename(path) == "main.tf"), found[0] if found else folder)

    def _templates(self) -> Iterator[Configuration | Problem]:
        """Root templates; those that import from others are one root with them."""
        from ecsnet.cloudformation import link

        problems: list[Problem] = []
        kept = [stack for stacks in self.templates(problems).values() for stack in stacks]
        yield from problems
        try:
            linked = self._timed("", kept[0].root if kept else "", lambda: link(kept), len(kept))
        except Exception as error:
            linked = crash(self.found.base, "the links between templates", error)
        if isinstance(linked, Problem):
            yield from kept
            yield linked
        else:
            yield from linked

    def templates(self, problems: list[Problem]) -> dict[str, list[Configuration]]:
        """Templates that no other template of the scan nests, or of which the configuration says that they are stacks;
        of a circle of templates the first. Each once for every stack that it is deployed as. Adds to ``problems``.

        :raises ConfigError: a parameter is given that no template declares
        """
        from ecsnet.stacks import Stacks, entries_of

        stacks = Stacks()
        found, config = self.found, self.config
        loaded: dict[str, list[Configuration]] = {}
        problems += stacks.problems(config.of(found.base).parameters)
        for path in found.templates:
            for template in self._template(path, stacks):
                if isinstance(template, Problem):
                    problems.append(template)
                else:
                    loaded.setdefault(path, []).append(template)
        reads = {path: {os.path.abspath(file) for one in each for file in one.files} for path, each in loaded.items()}
        readers: dict[str, list[str]] = {}
        for path, files in reads.items():
            for file in files:
                readers.setdefault(file, []).append(path)
        kept: dict[str, list[Configuration]] = {}
        for path, each in loaded.items():
            nested = any(
                os.path.abspath(other) not in reads[path] or other < path
                for other in readers.get(os.path.abspath(path), ())
                if other != path
            )
            if not nested or entries_of(path, config.of(os.path.dirname(path))):
                kept[path] = each
        stacks.refuse_undeclared([(path, each[0]) for path, each in kept.items()], found.base, config)
        return kept

    def _template(self, path: str, stacks: Stacks) -> Iterator[Configuration | Problem]:
        """Once for each stack that it is deployed as; nothing for what only looks like a template by its name."""
        from ecsnet.cloudformation import load
        from ecsnet.cloudformation.document import read_file
        from ecsnet.network import wanted

        found, config = self.found, self.config.of(os.path.dirname(path))
        explicit = path in found.explicit
        if path.endswith(".json") and _may_be_plan(path):
            plan = self._timed(path, path, lambda: self._plan(path, config))
            if plan is not None:
                if explicit or not isinstance(plan, Problem) or _is_surely_plan(path):
                    yield plan
                return
        content = read_file(path)
        if isinstance(content, str):
            if explicit or _may_be_template(path):
                yield Problem(path, 1, 1, content)
            return
        boundary = found.boundary(os.path.dirname(path))
        for deployment in stacks.deployments(path, config, boundary):

            def work(deployment: Deployment = deployment) -> Configuration | None:
                return load(
                    path,
                    text=content,
                    zones=config.zones,
                    boundary=boundary,
                    wanted=wanted("cloudformation"),
                    tree=lambda: found.templates,
                    deployment=deployment,
                )

            try:
                template = self._timed(path, path, work)
            except Exception as error:
                yield crash(path, "the CloudFormation evaluator", error)
                continue
            if template is not None:
                yield template
            elif explicit:
                yield Problem(path, 1, 1, "not a CloudFormation template")

    def _plan(self, path: str, config: Config) -> Configuration | Problem | None:
        from ecsnet.network import wanted
        from ecsnet.terraform.plan import load_plan

        boundary = self.found.boundary(os.path.dirname(path))
        try:
            return load_plan(
                path, wanted=wanted("terraform"), zones=config.zones, boundary=boundary, stubs=config.stubs
            )
        except Exception as error:
            return crash(path, "the reader of plans", error)


def _names(text: bytes | None) -> list[str] | None:
    """A list of strings in JSON; ``None`` for all else."""
    try:
        found = json.loads(text) if text is not None else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and all(isinstance(name, str) for name in found) else None


def _without_stubs(paths: Sequence[str], config: Configured) -> Sequence[str]:
    """What is in a folder of stubs stands for modules: it is no configuration of its own."""
    stubs = dict.fromkeys(stub for folder in set(map(os.path.dirname, paths)) for stub in config.of(folder).stubs)
    folders = tuple(os.path.join(os.path.realpath(folder), "") for folder in stubs)
    return [path for path in paths if not os.path.realpath(path).startswith(folders)] if folders else paths


def _may_be_plan(path: str) -> bool:
    try:
        return is_plan(disk.content(path, _HEAD))
    except OSError:
        return False


def _is_surely_plan(path: str) -> bool:
    from ecsnet.terraform.plan import is_surely_plan

    try:
        return is_surely_plan(disk.content(path, _HEAD))
    except OSError:
        return False


def _may_be_template(path: str) -> bool:
    """For a file that is too large to be read: by its beginning. One that cannot be read at all may be anything."""
    from ecsnet.cloudformation import looks_like_template

    try:
        return looks_like_template(disk.content(path, _HEAD))
    except OSError:
        return True
