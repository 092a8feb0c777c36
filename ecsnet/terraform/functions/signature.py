"""What a function takes, in the spelling of the table: ``"list:list(any) index:number"``.

``?`` after a type: the argument may be null. ``*`` before a name: any number of arguments, after all others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from ecsnet.records import dataclass, field
from ecsnet.terraform.budget import Budget
from ecsnet.terraform.types import ANY, BOOL, NUMBER, STRING, Collection, Type
from ecsnet.values import Value

Render = Callable[[str, Mapping[str, Value]], Value]


@dataclass(frozen=True, slots=True)
class FunctionContext:
    """What functions may see of the world.

    ``module_dir``: the folder that relative paths start from; ``allowed_root``: files are read inside it alone;
    ``render``: evaluates a template with variables; ``budget``: the work that is left.
    """

    module_dir: str
    allowed_root: str
    render: Render
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, slots=True)
class Function:
    """``body`` takes the arguments converted to the types of ``signature``, none null that may not be.

    ``partial``: it has rules of its own for what is not wholly known; without, it is only called with what is.
    ``context``: it takes the :class:`FunctionContext` first.
    """

    signature: str
    body: Callable[..., Value]
    partial: bool = False
    context: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: Type
    nullable: bool
    variadic: bool


_TYPES: dict[str, Type] = {
    "any": ANY,
    "string": STRING,
    "number": NUMBER,
    "bool": BOOL,
    "list(any)": Collection("list", ANY),
    "list(string)": Collection("list", STRING),
    "list(bool)": Collection("list", BOOL),
    "list(list(any))": Collection("list", Collection("list", ANY)),
    "set(any)": Collection("set", ANY),
    "map(list(string))": Collection("map", Collection("list", STRING)),
}


@cache
def parameters(signature: str) -> tuple[Parameter, ...]:
    result = []
    for word in signature.split():
        name, _, type_ = word.partition(":")
        nullable = type_.endswith("?")
        result.append(Parameter(name.lstrip("*"), _TYPES[type_.rstrip("?")], nullable, name.startswith("*")))
    return tuple(result)
