"""What a front end hands to the network model: resource instances, holes and problems, in either language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol, cast

from ecsnet.records import dataclass, field
from ecsnet.values import Several, Span, Tri, Unknown, Value

Language = Literal["terraform", "cloudformation"]
Path = tuple["str | int", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """The module block, or nested stack, through which a resource is declared."""

    address: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One resource instance, or all instances of a resource whose number is unknown.

    ``type``: ``aws_subnet``, ``AWS::EC2::Subnet``.
    ``address``: as ``terraform plan`` prints it (``module.vpc.aws_subnet.public[0]``), or the logical id, after those
    of the nested stacks it is in (``Network.PublicSubnet``). One of unknown multiplicity has no index.
    ``attributes``: evaluated arguments. Terraform's nested blocks are a tuple of mappings under the block's name;
    CloudFormation's are the resource's ``Properties``. May be lazy: reading an item may evaluate it.
    ``span``: the whole block; ``header``: its first line, up to the brace, or the logical id.
    ``exists``: unknown where a condition, ``count`` or ``for_each`` that decides it is unknown.
    ``many``: whether it stands for any number of instances.
    ``guard``: names the condition on which it exists ("": none); two with the same guard exist together.
    ``calls``: the modules or nested stacks it is declared through, outermost first.
    ``construct``: the path of the CDK construct that made it ("": none is known).
    ``metadata``: CloudFormation's ``Metadata``, lazy too.
    ``stack``: the name of the stack, where the template is deployed as several ("": as one).
    """

    type: str
    address: str
    attributes: Mapping[str, Value]
    span: Span
    header: Span
    language: Language
    locator: Callable[[Path], Span] = field(repr=False)
    exists: Tri = Tri.TRUE
    many: bool = False
    guard: str = ""
    calls: tuple[Call, ...] = ()
    construct: str = ""
    metadata: Mapping[str, Value] = field(default_factory=dict, repr=False)
    stack: str = ""

    def get(self, *path: str | int) -> Value:
        """The value at ``path``: ``None`` where nothing is set, unknown where a step of the way is."""
        value = cast("Value", self.attributes)
        for step in path:
            value = item(value, step)
        return value

    def locate(self, *path: str | int) -> Span:
        """The deepest piece of source known for ``path``; the header where the first step is not set."""
        return self.locator(path)


def item(value: Value, step: str | int) -> Value:
    """One step into a value; ``None`` where there is nothing, unknown where that cannot be told."""
    if isinstance(value, Mapping):
        return value.get(step) if isinstance(step, str) else None
    if isinstance(value, tuple):
        if not isinstance(step, int):
            return None
        for position, element in enumerate(value[: step + 1]):
            if isinstance(element, Several):
                return Unknown("the number of elements is unknown")
            if position == step:
                return element
        return None
    if value is None or isinstance(value, (str, bool, int)):
        return None
    return value if isinstance(value, Unknown) else Unknown("known only after deployment")


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a proof: what a resource does, and where its source says so."""

    resource: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Hole:
    """Something that may declare resources which cannot be seen: a module or nested stack that is not there.

    ``inputs`` are the values it is given: it may act on whatever they refer to. ``anything``: it may act on all that
    is in this configuration, as a macro over the whole template may.
    """

    address: str
    span: Span
    reason: str
    inputs: tuple[Value, ...] = ()
    anything: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """An error of the input: what could not be read, where, in one line. ``secret``: that line is not to be shown."""

    file: str
    line: int
    column: int
    message: str
    secret: bool = False


class Choices(Protocol):
    """What a configuration leaves open, as far as it has been read: parameters, and what conditions compare."""

    def questions(self) -> tuple[str, ...]:
        """In the order in which they came up."""

    def answers(self, question: str) -> tuple[Configuration, ...]:
        """The configuration once for every answer: one of them is what is deployed."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """One root, evaluated. ``resources`` by address, in order of declaration; ``files``: all that it was read from.

    ``problems_met``: those of values that were read since: to be asked for when all is read. ``scenario``: the
    conditions and parameters that are taken for granted, by name, with their values; ``choices``: what else can be.
    ``outputs``: the values that the root hands to others, who are not in the configuration; evaluated when called.
    """

    root: str
    language: Language
    resources: Mapping[str, Resource]
    holes: tuple[Hole, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    problems_met: Callable[[], tuple[Problem, ...]] = tuple
    scenario: Mapping[str, str] = field(default_factory=dict)
    choices: Choices | None = field(default=None, repr=False)
    outputs: Callable[[], tuple[Value, ...]] = field(default=tuple, repr=False)
