"""What a root module is given from outside of its folder: values for its variables, and its workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

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
