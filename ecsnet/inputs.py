"""What is given from outside: to a root module its variables and its workspace, to a template its parameters."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Union

from ecsnet.records import dataclass, field
from ecsnet.values import Value


@dataclass(frozen=True, slots=True)
class VarFile:
    """A file of values, as it is opened. ``origin``: what names it, a flag or a line of a configuration file."""

    path: str
    origin: str = "--var-file"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A value for one variable. ``text`` is read as Terraform reads ``-var``: what it says depends on the type."""

    name: str
    text: str
    origin: str = "--var"


@dataclass(frozen=True, slots=True)
class Datum:
    """A value for one variable that is data already, as in a JSON file of values."""

    name: str
    value: Value
    origin: str


Input = Union[VarFile, Assignment, Datum]


@dataclass(frozen=True, slots=True)
class Given:
    """Of one evaluation of a root module.

    ``inputs``: later ones win, and all of them over the files of values in the module's folder. ``environment``: of
    ``TF_VAR_`` variables by what follows that; those files win over it. ``workspace``: ``None`` for the one that was
    selected in the folder. ``workspace_origin``: what names it.
    """

    inputs: tuple[Input, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    workspace: str | None = None
    workspace_origin: str = ""


@dataclass(frozen=True, slots=True)
class ParameterFile:
    """A file of parameters, as it is opened. ``environment``: of a ``samconfig.toml``; "" for its default."""

    path: str
    environment: str = ""
    origin: str = "--parameters"


def parameter_file(text: str, origin: str) -> ParameterFile | None:
    """``FILE``, or ``FILE:ENVIRONMENT`` of a ``samconfig.toml``; ``None`` where there is no such file."""
    if os.path.isfile(text):
        return ParameterFile(text, "", origin)
    path, found, environment = text.rpartition(":")
    return ParameterFile(path, environment, origin) if found and environment and os.path.isfile(path) else None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value for one parameter of a template. ``file`` and ``line``: where it is written; "" on the command line."""

    name: str
    value: str
    origin: str = "--parameter"
    file: str = ""
    line: int = 1


ParameterInput = Union[ParameterFile, Parameter]


@dataclass(frozen=True, slots=True)
class StackEntry:
    """What the configuration file says of the template ``template``: a stack that it is deployed as.

    "" is what it does not say. ``inputs``: later ones win. ``origin``: the place of the entry.
    """

    template: str
    origin: str
    name: str = ""
    region: str = ""
    account: str = ""
    inputs: tuple[ParameterInput, ...] = ()
