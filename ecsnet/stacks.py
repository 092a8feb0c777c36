"""As what stacks a template is deployed: what the configuration, a cloud assembly and the command line say of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from ecsnet import assemblies, disk
from ecsnet.assemblies import AssemblyStack
from ecsnet.cloudformation import declared_parameters
from ecsnet.cloudformation.deployment import UNTOLD, Deployment, Supplied
from ecsnet.cloudformation.parameter_files import ParameterValues, read
from ecsnet.config import Config, ConfigError, Configured, nearest
from ecsnet.inputs import Parameter, ParameterFile, ParameterInput, StackEntry
from ecsnet.records import dataclass, field, replace
from ecsnet.resources import Configuration, Problem


@dataclass(slots=True)
class Stacks:
    """Files of parameters, each read once."""

    _files: dict[ParameterFile, ParameterValues] = field(default_factory=dict)

    def deployments(self, template: str, config: Config, boundary: str) -> tuple[Deployment, ...]:
        """One for each stack that the template is deployed as: defaults of the template, then what the assembly gives,
        then the configuration, then files, then single parameters; later ones win. ``boundary``: nothing of an assembly
        is read outside of it.
        """
        entries = entries_of(template, config)
        synthesised = assemblies.stacks_of(template, boundary)
        pairs = [(entry, _meant(entry, synthesised)) for entry in entries]
        found = [
            self._deployment(template, entry, stack, config, boundary)
            for entry, stack in pairs or ((None, one) for one in synthesised or (None,))
        ]
        return tuple(found) if len(found) == 1 else tuple(replace(one, label=one.name) for one in found)

    def problems(self, inputs: Iterable[ParameterInput]) -> Iterator[Problem]:
        """Of the files among ``inputs``."""
        for item in inputs:
            if isinstance(item, ParameterFile):
                yield from self.values(item).problems

    def values(self, file: ParameterFile) -> ParameterValues:
        if file not in self._files:
            self._files[file] = read(file)
        return self._files[file]

    def _deployment(
        self, template: str, entry: StackEntry | None, stack: AssemblyStack | None, config: Config, boundary: str
    ) -> Deployment:
        if entry is None and stack is None and not config.parameters:
            return UNTOLD
        inputs = (*(entry.inputs if entry else ()), *config.parameters)
        folder = os.path.dirname(template)
        manifest = os.path.join(folder, assemblies.MANIFEST)
        given = stack.parameters if stack is not None else {}
        values = {name: Supplied(value, manifest, manifest) for name, value in given.items()}
        unread = name = region = ""
        for item in inputs:
            if isinstance(item, Parameter):
                values[item.name] = Supplied(item.value, item.origin, item.file, item.line)
                continue
            found = self.values(item)
            if found.unread:
                # It may have given any of them another value.
                unread = found.unread
                values.clear()
            values.update(found.values)
            if disk.real(template) in map(disk.real, found.templates):
                name, region = found.stack or name, found.region or region
        return Deployment(
            (entry.name if entry else "") or name or (stack.name if stack else ""),
            (entry.region if entry else "") or region or (stack.region if stack else ""),
            (entry.account if entry else "") or (stack.account if stack else ""),
            values,
            unread,
            tuple(self.problems(inputs)),
            assemblies.constructs(stack, folder, boundary) if stack else {},
            entry.origin if entry else manifest if stack else "",
        )

    def refuse_undeclared(self, loaded: Iterable[tuple[str, Configuration]], base: str, config: Configured) -> None:
        """A parameter that is given by name is for the templates that declare it; one that none does is refused, and
        so is a file with no name that one does. Nothing is refused where a template could not be read. ``base``: the
        folder that holds all that is scanned.

        :raises ConfigError: a name, or a file, is for no template
        """
        declared = {
            template: declared_parameters(configuration)
            for template, configuration in loaded
            if configuration.language == "cloudformation"
        }
        everywhere = _union(declared.values())
        self._refuse(config.of(base).parameters, everywhere, "no template that is scanned")
        for template, names in declared.items():
            for entry in entries_of(template, config.of(os.path.dirname(template))):
                self._refuse(entry.inputs, names, f"{template}, the template of the stack,")

    def _refuse(self, inputs: Iterable[ParameterInput], declared: frozenset[str] | None, what: str) -> None:
        if declared is None:
            return
        for item in inputs:
            verb = "declares" if what.startswith("no ") else "does not declare"
            if isinstance(item, Parameter) and item.name not in declared:
                hint = nearest(item.name, declared)
                raise ConfigError(f"{item.origin}: {what} {verb} a parameter {item.name!r}{hint}")
            if isinstance(item, ParameterFile):
                found = self.values(item)
                if found.values and not found.unread and not declared.intersection(found.values):
                    raise ConfigError(f"{item.origin}: {what} {verb} a parameter that {item.path} gives")


def _union(declared: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    found: frozenset[str] = frozenset()
    for names in declared:
        if names is None:
            return None
        found |= names
    return found


def entries_of(template: str, config: Config) -> tuple[StackEntry, ...]:
    """The entries of the configuration for the template in this file."""
    real = disk.real(template) if config.stacks else ""
    return tuple(entry for entry in config.stacks if disk.real(entry.template) == real)


def _meant(entry: StackEntry, stacks: tuple[AssemblyStack, ...]) -> AssemblyStack | None:
    """The stack of an assembly that an entry is about: that of its name, or the only one."""
    named = [stack for stack in stacks if not entry.name or stack.name == entry.name]
    return named[0] if len(named) == 1 else stacks[0] if len(stacks) == 1 else None
