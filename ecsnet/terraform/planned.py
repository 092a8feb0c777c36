"""What a plan has decided, given to the evaluation of the configuration that it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Union

from ecsnet.records import dataclass
from ecsnet.terraform.content import value_of
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.evaluate import Scope
from ecsnet.terraform.folders import Declaration
from ecsnet.terraform.instances import Expansion, Instance, expand, quoted
from ecsnet.terraform.lazy import Entries
from ecsnet.values import Key, Set, Tri, Unknown, Value

InstanceKey = Union[int, str, None]


@dataclass(frozen=True, slots=True)
class Planned:
    """``instances``: the keys that a block has, by its address within its module instance; those of module calls too.

    ``data``: what data sources gave, by the address of the instance. ``variables``: of the root module. ``complete``:
    whether every resource of the configuration is in the plan.
    """

    instances: Mapping[str, tuple[InstanceKey, ...]]
    data: Mapping[str, Mapping[Key, Value]]
    variables: Mapping[str, Value]
    complete: bool

    def expand_resource(self, declaration: Declaration, scope: Scope, prefix: str, address: str) -> Expansion:
        """The instances of a managed resource: those in the plan, and no others."""
        keys = self.instances.get(address, ())
        found = _with_keys(declaration, scope, keys) if keys or self.complete else None
        return found or expand(declaration, scope, prefix)

    def expand_call(self, declaration: Declaration, scope: Scope, prefix: str, address: str) -> Expansion:
        """The instances of a module call. One without any resource is not in the plan: evaluation comes first."""
        found = expand(declaration, scope, prefix)
        if all(instance.exists is Tri.TRUE for instance in found.instances.values()):
            return found
        return _with_keys(declaration, scope, self.instances.get(address, ())) or found


def _with_keys(declaration: Declaration, scope: Scope, keys: Sequence[InstanceKey]) -> Expansion | None:
    """``None`` where the keys are not those that such a block has."""
    if declaration.attribute("count") is not None:
        numbers = [key for key in keys if isinstance(key, int)]
        if sorted(numbers) != list(range(len(keys))):
            return None
        counted: dict[Key, Instance] = {
            str(i): Instance(f"[{i}]", None, {"count": {"index": i}}) for i in sorted(numbers)
        }
        return Expansion("count", counted)
    found = declaration.attribute("for_each")
    if found is None:
        return None
    value = value_of(found[1].expression, scope, found[0])
    keyed: dict[Key, Instance] = {}
    for key in keys:
        if not isinstance(key, str):
            return None
        keyed[key] = Instance(f"[{quoted(key)}]", None, {"each": {"key": key, "value": _value_at(value, key)}})
    return Expansion("for_each", keyed)


def _value_at(collection: Value, key: str) -> Value:
    if isinstance(collection, Set):
        return key
    try:
        if isinstance(collection, Entries):
            return collection.at(key)
        if isinstance(collection, Mapping) and key in collection:
            return collection[key]
    except EvaluationError:
        pass
    return Unknown("for_each is unknown")
