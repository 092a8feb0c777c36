"""What a whole resource, or a whole module, is in an expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ecsnet.terraform.content import Content
from ecsnet.terraform.typed import of_schema
from ecsnet.values import Key, Span, Unknown, Value


class Object(Mapping[Key, Value]):
    """A whole resource instance in an expression: what is set, and references to what AWS makes of the rest.

    ``exact``: its attributes have the types that they are set with; no schema says otherwise.
    """

    def __init__(self, content: Content, other: Callable[[str], Value], exact: bool = False) -> None:
        self._content = content
        self._other = other
        self._exact = exact

    def __getitem__(self, name: Key) -> Value:
        if not isinstance(name, str):
            raise KeyError(name)
        value = self._content.get(name)
        value = self._other(name) if value is None else value
        return value if self._exact else of_schema(value)

    def __contains__(self, name: object) -> bool:
        # Which attributes a provider adds is not known here; a wrong one would not have come this far.
        return isinstance(name, str)

    def __iter__(self) -> Iterator[Key]:
        yield from self._content
        if "id" not in self._content:
            yield "id"

    def __len__(self) -> int:
        return len(self._content) + ("id" not in self._content)


class Described(Mapping[Key, Value]):
    """The outputs of a module that is a stub: those that it does not list are unknown, and may be there or not.

    ``address`` names the instance, "" where it is not known which it is.
    """

    def __init__(self, outputs: Mapping[Key, Value], module: str, span: Span, address: str) -> None:
        self._outputs = outputs
        self._module = module
        self._span = span
        self._address = address

    def __getitem__(self, name: Key) -> Value:
        if name in self._outputs:
            return self._outputs[name]
        shown = name if isinstance(name, str) else ""
        reason = f"the stub of {self._module} does not describe its output {shown}".rstrip()
        return Unknown(reason, self._span, f"{self._address}.{shown}" if shown and self._address else "")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, (str, Unknown))

    def __iter__(self) -> Iterator[Key]:
        yield from self._outputs
        yield Unknown(f"the stub of {self._module} does not describe all outputs", self._span)

    def __len__(self) -> int:
        return len(self._outputs) + 1
