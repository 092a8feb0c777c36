"""Provider configurations: which one a resource uses, and the region and the account it is for.

A module has those that are declared in it and those that its call passes under names of its own. The one without an
alias it inherits from its caller, where it has none; one with an alias it never inherits.
https://developer.hashicorp.com/terraform/language/modules/develop/providers
"""

from __future__ import annotations

from collections.abc import Mapping

from ecsnet.terraform.ast import Expression, GetAttr, Invalid, Literal, ObjectCons, Template, Variable
from ecsnet.terraform.content import value_of
from ecsnet.terraform.evaluate import Scope
from ecsnet.terraform.folders import Declaration
from ecsnet.terraform.source import decoded_bytes
from ecsnet.values import Unknown, Value

_CREDENTIALS = frozenset(
    {
        "access_key", "assume_role", "assume_role_with_web_identity", "profile", "secret_key",
        "shared_config_files", "shared_credentials_file", "shared_credentials_files", "token",
    }
)  # fmt: skip
"""Arguments and blocks by which a provider may be for another account than that of the environment.
https://registry.terraform.io/providers/hashicorp/aws/latest/docs#argument-reference"""


class Provider:
    """One provider configuration. ``address``: ``aws``, ``aws.east``, ``module.a.aws``."""

    def __init__(self, address: str, declaration: Declaration | None, scope: Scope) -> None:
        self.address = address
        self._declaration = declaration
        self._scope = scope
        self._region: Value = None

    @property
    def region(self) -> Value:
        """Where it sets none, the environment does, or nothing."""
        if self._region is None:
            # What the region is made from may ask for it.
            unknown = Unknown(
                "the provider's region is not in the configuration", symbol=f"provider region of {self.address}"
            )
            self._region = unknown
            found = self._declaration.attribute("region") if self._declaration else None
            value = value_of(found[1].expression, self._scope, found[0]) if found else None
            self._region = unknown if value is None or value == "" else value
        return self._region

    @property
    def account(self) -> str:
        """Names whose credentials it has: "" for those of the environment, as every provider that sets none."""
        layers = self._declaration.layers if self._declaration else ()
        given = {name for layer in layers for name in layer.body.attributes}
        given |= {block.type for layer in layers for block in layer.body.blocks}
        return self.address if given & _CREDENTIALS else ""


class Providers:
    """The provider configurations that a module instance knows, by its own names for them.

    ``prefix``: the module instance's address. ``passed``: what its call gives it. ``above``: those of its caller.
    """

    def __init__(
        self,
        declared: Mapping[str, Declaration],
        scope: Scope,
        prefix: str,
        passed: Mapping[str, Provider],
        above: Providers | None,
    ) -> None:
        self._declared = declared
        self._scope = scope
        self._prefix = prefix
        self._found: dict[str, Provider] = dict(passed)
        self._above = above

    def named(self, name: str) -> Provider:
        """``aws``, ``aws.east``. One that is nowhere declared is one that nothing is known of."""
        if name not in self._found:
            if self._above is not None and name not in self._declared and "." not in name:
                self._found[name] = self._above.named(name)
            else:
                self._found[name] = Provider(self._address(name), self._declared.get(name), self._scope)
        return self._found[name]

    def chosen(self, expression: Expression) -> Provider:
        """The one that a ``provider`` argument names; one of several, ``aws.by_region[each.key]``, is not known."""
        name = provider_name(expression)
        if name:
            return self.named(name)
        return Provider(self._address(f"the one chosen at {expression.start}"), None, self._scope)

    def passed(self, call: Declaration) -> Mapping[str, Provider]:
        """What a module block passes on under ``providers``, by the names that the module has for it."""
        found = call.attribute("providers")
        if found is None:
            return {}
        source, expression = found[0], found[1].expression
        passed: dict[str, Provider] = {}
        for key, value in expression.items if isinstance(expression, ObjectCons) else ():
            # As a key of an object, ``aws.east`` means nothing; here it is the name that is written.
            name = decoded_bytes(source.text[key.start : key.end]) if isinstance(key, Invalid) else provider_name(key)
            passed[name] = self.chosen(value)
        return passed

    def _address(self, name: str) -> str:
        return f"{self._prefix}.{name}" if self._prefix else name


def provider_name(expression: Expression) -> str:
    """``aws``, ``aws.east``: in HCL a traversal, in JSON a string; "" for what is neither."""
    if isinstance(expression, Template) and len(expression.parts) == 1:
        expression = expression.parts[0]
    if isinstance(expression, Literal):
        return str(expression.value)
    if isinstance(expression, GetAttr) and isinstance(expression.source, Variable):
        return f"{expression.source.name}.{expression.name}"
    return expression.name if isinstance(expression, Variable) else ""
