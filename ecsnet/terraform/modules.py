"""Module instances: their variables, local values, resources and outputs as the names that expressions use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import cast

from ecsnet.records import dataclass, replace
from ecsnet.resources import Call, Hole, Resource
from ecsnet.terraform import data_sources
from ecsnet.terraform.budget import PER_INSTANCE, PER_MODULE
from ecsnet.terraform.content import Content, value_of
from ecsnet.terraform.convert import to_type
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.evaluate import NestedScope, Scope, is_plain, render_template
from ecsnet.terraform.evaluation import Evaluation
from ecsnet.terraform.folders import Address, Declaration, Folder
from ecsnet.terraform.functions import FunctionContext
from ecsnet.terraform.instances import Expansion, Instance, expand, own_key, show_key, together
from ecsnet.terraform.lazy import Lazy
from ecsnet.terraform.objects import Described, Object
from ecsnet.terraform.providers import Provider, Providers
from ecsnet.terraform.sources import Absent, Located
from ecsnet.terraform.stub_places import placed
from ecsnet.terraform.typed import of_schema, of_schema_within
from ecsnet.terraform.types import ANY, Type, type_of
from ecsnet.values import Key, Reference, Span, Tri, Unknown, Value

MAX_MODULE_DEPTH = 100
_META = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner"})
_CALL_META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})
_RESERVED = frozenset({"each", "count", "self"})


class Missing(Enum):
    """That a variable is given no value, which is another thing than null."""

    MISSING = "missing"


MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a module instance stands.

    ``exists``, ``many``, ``guard``: as for resources. ``index``: by which key references into it mean one of many.
    ``calls``: the blocks it is called through.
    """

    place: Located
    address: str = ""
    exists: Tri = Tri.TRUE
    many: bool = False
    guard: str = ""
    index: Value = None
    calls: tuple[Call, ...] = ()

    def within(self, address: str) -> str:
        return f"{self.address}.{address}" if self.address else address

    def with_instance(self, instance: Instance) -> tuple[Tri, bool, str]:
        """Whether something declared here exists, whether it is many, and on what condition."""
        guards = [guard for guard in (self.guard, instance.guard) if guard]
        return self.exists & instance.exists, self.many or instance.many, " && ".join(guards)

    def key(self, instance: Instance) -> Value:
        """By which key a reference means one of many, here and in the block."""
        if self.index is None or instance.index is None:
            return instance.index if self.index is None else self.index
        return (self.index, instance.index)


@dataclass(frozen=True, slots=True)
class Missed:
    """A call of a module that is not there."""

    address: str
    reason: str
    arguments: Content


class Module:
    """One instance of a module, and the scope of the expressions in it."""

    def __init__(
        self,
        evaluation: Evaluation,
        folder: Folder,
        standing: Standing,
        inputs: Callable[[str], Value | Missing],
        parent: Module | None = None,
        passed: Mapping[str, Provider] | None = None,
    ) -> None:
        self.evaluation = evaluation
        self.folder = folder
        self.standing = standing
        self.parent = parent
        self._inputs = inputs
        self.functions = FunctionContext(
            evaluation.root, evaluation.sources.boundary, self._render, evaluation.stack.budget
        )
        above: Providers | None = parent.providers if parent else None
        self.providers: Providers = Providers(folder.providers, self, standing.address, passed or {}, above)
        stack = evaluation.stack
        stack.budget.grant(folder.path, len(folder.order))
        self.variables = Lazy(stack, folder.variables, self._variable, self._cycle("var", folder.variables))
        self.locals = Lazy(stack, folder.locals, self._local, self._local_cycle)
        self.outputs = Lazy(stack, folder.outputs, self._output, self._cycle("output", folder.outputs))
        self._names: dict[str, Value] = {}
        self._expansions: dict[Address | str, Expansion] = {}
        self._expanding: set[Address | str] = set()
        self._contents: dict[tuple[Address, str], Content] = {}
        self._children: dict[tuple[str, str, str], Module | Missed] = {}
        self._types: dict[str, dict[str, list[str]]] = {"managed": {}, "data": {}}
        for mode, kind, name in folder.resources:
            self._types[mode].setdefault(kind, []).append(name)

    # --- the scope ---

    def variable(self, name: str) -> Value:
        if name not in self._names:
            self._names[name] = self._root_name(name)
        return self._names[name]

    def _root_name(self, name: str) -> Value:
        stack = self.evaluation.stack
        if name == "var":
            return self.variables
        if name == "local":
            return self.locals
        if name == "module":
            return Lazy(stack, self.folder.modules, self._module_value, self._cycle("module", self.folder.modules))
        if name == "data":
            kinds = self._types["data"]
            return Lazy(stack, kinds, lambda kind: self._family("data", kind))
        if name == "path":
            cwd = os.path.abspath(self.evaluation.root)
            return {"module": self.standing.place.shown, "root": ".", "cwd": cwd}
        if name in ("terraform", "tofu"):
            return {"workspace": self.evaluation.workspace, "applying": Unknown("plan or apply")}
        if name == "resource":
            return Lazy(stack, self._types["managed"], lambda kind: self._family("managed", kind))
        if name in self._types["managed"]:
            return self._family("managed", name)
        if name == "ephemeral":
            return Unknown("ephemeral values exist only while Terraform runs", symbol=self.standing.within("ephemeral"))
        if name in _RESERVED:
            raise EvaluationError(f'Reference to "{name}" in context where it is not available')
        raise EvaluationError(f'A managed resource of type "{name}" has not been declared in this module')

    def _family(self, mode: str, kind: str) -> Value:
        names = self._types[mode][kind]
        return Lazy(
            self.evaluation.stack,
            names,
            lambda name: self._resource_value((mode, kind, name)),
            lambda name: self._depends_on_itself((mode, kind, name)),
        )

    def _depends_on_itself(self, key: Address | str) -> Value:
        """Report a cycle: of a resource, or of a module call."""
        if isinstance(key, str):
            declaration, address = self.folder.modules[key], self.standing.within(f"module.{key}")
        else:
            declaration, address = self.folder.resources[key], self._block_address(key)
        self.evaluation.problem(declaration.header, f"{address} depends on itself")
        return Unknown(f"{address} depends on itself", declaration.header)

    def _render(self, template: str, variables: Mapping[str, Value]) -> Value:
        return render_template(template, variables, self.functions)

    def _cycle(self, prefix: str, table: Mapping[str, Declaration]) -> Callable[[str], Value]:
        def found(name: str) -> Value:
            message = f"{prefix}.{name} depends on itself"
            self.evaluation.problem(table[name].header, message)
            return Unknown(message, table[name].header)

        return found

    def _local_cycle(self, name: str) -> Value:
        layer = self.folder.locals[name]
        attribute = layer.body.attributes[name]
        span = layer.source.span(attribute.start, attribute.end)
        self.evaluation.problem(span, f"local.{name} depends on itself")
        return Unknown(f"local.{name} depends on itself", span)

    def _local(self, name: str) -> Value:
        layer = self.folder.locals[name]
        return value_of(layer.body.attributes[name].expression, self, layer.source)

    def _output(self, name: str) -> Value:
        found = self.folder.outputs[name].attribute("value")
        return value_of(found[1].expression, self, found[0]) if found else None

    def _variable(self, name: str) -> Value:
        declaration = self.folder.variables[name]
        value = self._inputs(name)
        found = declaration.attribute("nullable")
        nullable = found is None or value_of(found[1].expression, self, found[0]) is not False
        typed = declaration.attribute("type")
        try:
            type_ = type_of(typed[1].expression) if typed else ANY
        except EvaluationError as error:
            return self._unfit(name, value, declaration.header, str(error))
        default = declaration.attribute("default")
        if default is not None:
            standard = value_of(default[1].expression, self, default[0])
            where = default[0].span(default[1].start, default[1].end)
            standard = self._fitted(name, standard, type_, nullable, where, constant=True)
            if isinstance(value, Missing) or (value is None and not nullable):
                return standard
        if isinstance(value, Missing):
            return Unknown(f"variable {name} has no default", declaration.span, self.standing.within(f"var.{name}"))
        calls = self.standing.calls
        where = calls[-1].span if calls else declaration.header
        return self._fitted(name, value, type_, nullable, where, constant=not calls)

    def _fitted(self, name: str, value: Value, type_: Type, nullable: bool, where: Span, constant: bool) -> Value:
        """A value of a variable as its type has it. ``where``: what gives it. ``constant``: it refers to nothing."""
        if value is None and not nullable:
            return self._unfit(name, value, where, "it must not be null")
        try:
            return to_type(value, type_, constant)
        except EvaluationError as error:
            return self._unfit(name, value, where, str(error))

    def _unfit(self, name: str, value: Value | Missing, where: Span, why: str) -> Value:
        """A problem, but where the type is a stub's or what a resource's schema makes of the value has a part in it."""
        message = f"the value of variable {name} does not fit: {why}"
        given = None if isinstance(value, Missing) else value
        if not self.standing.place.stub and is_plain(given) and not of_schema_within(given):
            self.evaluation.problem(where, message)
        return Unknown(message, self.folder.variables[name].span)

    # --- resources ---

    def expansion(self, key: Address | str) -> Expansion:
        """The instances of a resource, or of a module call."""
        if key not in self._expansions:
            declaration = self.folder.modules[key] if isinstance(key, str) else self.folder.resources[key]
            self._expanding.add(key)
            try:
                found = self._expand(key, declaration)
            except RecursionError:
                found = Expansion("single", {"": Instance(exists=Tri.UNKNOWN, many=True)})
            finally:
                self._expanding.discard(key)
            # A stub is no part of the input: what goes wrong in one is unknown.
            if found.problem and not self.standing.place.stub:
                self.evaluation.problem(declaration.header, found.problem)
            cost = PER_INSTANCE * len(found.instances)
            if not self.evaluation.stack.budget.spend(cost):
                self.evaluation.stack.budget.spent()
                found = Expansion("single", {"": Instance(exists=Tri.UNKNOWN, many=True)})
            self._expansions[key] = found
        return self._expansions[key]

    def _expand(self, key: Address | str, declaration: Declaration) -> Expansion:
        planned, prefix = self.evaluation.planned, self.standing.address
        if planned is None or key[0] == "data":
            return expand(declaration, self, prefix)
        if isinstance(key, str):
            return planned.expand_call(declaration, self, prefix, self.standing.within(f"module.{key}"))
        return planned.expand_resource(declaration, self, prefix, self._block_address(key))

    def _block_address(self, key: Address) -> str:
        mode, kind, name = key
        return self.standing.within(f"data.{kind}.{name}" if mode == "data" else f"{kind}.{name}")

    def content(self, key: Address, instance: Instance) -> Content:
        """The body of one instance."""
        cache = (key, instance.suffix)
        if instance.index is not None or cache not in self._contents:
            scope: Scope = NestedScope(self, instance.names) if instance.names else self
            layers = self.folder.resources[key].layers
            content = Content(layers, scope, self.evaluation.stack, _META, lambda _: self._depends_on_itself(key))
            if instance.index is not None:
                return content
            self._contents[cache] = content
        return self._contents[cache]

    def _resource_value(self, key: Address) -> Value:
        if key in self._expanding:
            return self._depends_on_itself(key)
        return together(self.expansion(key), lambda instance: self._object(key, instance))

    def _object(self, key: Address, instance: Instance) -> Value:
        mode, kind, _ = key
        address = self._block_address(key) + instance.suffix
        content = self.content(key, instance)
        index = self.standing.key(instance)
        if mode == "data":
            planned = self.evaluation.planned
            if planned is not None and address in planned.data:
                return of_schema(planned.data[address])
            source = data_sources.DataSource(address, content, self._provider(key), self.evaluation, self._render)
            return Object(content, lambda name: data_sources.attribute(kind, source, name, index))
        if data_sources.is_made_up(kind):
            symbol = _named(address, index)
            exact = kind == "terraform_data"
            return Object(content, lambda name: data_sources.made_up(kind, content, symbol, name), exact)

        def other(name: str) -> Value:
            # https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support
            if name == "region" and kind.startswith("aws_"):
                return self._provider(key).region
            return Reference(address, name, index)

        return Object(content, other)

    def _provider(self, key: Address) -> Provider:
        """The provider configuration that a resource uses."""
        found = self.folder.resources[key].attribute("provider")
        return self.providers.chosen(found[1].expression) if found else self.providers.named(key[1].split("_", 1)[0])

    def resources(self, wanted: Callable[[str], bool]) -> Iterator[Resource]:
        """What is declared here and below, in order of declaration."""
        for key in self.folder.order:
            if isinstance(key, str):
                for child in self.children(key).values():
                    if isinstance(child, Module):
                        yield from child.resources(wanted)
                continue
            mode, kind, _ = key
            if not wanted(f"data.{kind}" if mode == "data" else kind):
                continue
            for instance in self.expansion(key).instances.values():
                yield self._resource(key, instance)

    def _resource(self, key: Address, instance: Instance) -> Resource:
        declaration = self.folder.resources[key]
        header = declaration.header
        content = self.content(key, instance)
        exists, many, guard = self.standing.with_instance(instance)
        return Resource(
            type=f"data.{key[1]}" if key[0] == "data" else key[1],
            address=self._block_address(key) + instance.suffix,
            attributes=cast("Mapping[str, Value]", content),
            span=declaration.span,
            header=header,
            language="terraform",
            locator=lambda path: (content.locate(path) if path else None) or header,
            exists=exists,
            many=many,
            guard=guard,
            calls=self.standing.calls,
        )

    # --- module calls ---

    def below(self) -> Iterator[Module]:
        """This module and all that are called from it."""
        yield self
        for name in self.folder.modules:
            for child in self.children(name).values():
                if isinstance(child, Module):
                    yield from child.below()

    def holes(self) -> Iterator[Hole]:
        """What could not be read here, and the modules called from here that are not there."""
        for span in self.folder.unread:
            yield Hole(self.standing.address, span, "it could not be read", anything=True)
        for name in self.folder.modules:
            for child in self.children(name).values():
                if isinstance(child, Missed):
                    arguments = tuple(child.arguments[argument] for argument in child.arguments)
                    yield Hole(child.address, self.folder.modules[name].span, child.reason, arguments)

    def children(self, name: str) -> dict[Key, Module | Missed]:
        """The instances of a call: modules, or what is known of those that are not there."""
        children: dict[Key, Module | Missed] = {}
        for key, instance in self.expansion(name).instances.items():
            # In one of many, what refers to its neighbours means those of the same instance.
            children[key] = self._child(name, replace(instance, index=own_key(instance)) if instance.many else instance)
        return children

    def _child(self, name: str, instance: Instance) -> Module | Missed:
        cache = (name, instance.suffix, _shown(instance.index))
        if cache not in self._children:
            self._children[cache] = self._call(name, instance)
        return self._children[cache]

    def _call(self, name: str, instance: Instance) -> Module | Missed:
        declaration = self.folder.modules[name]
        address = self.standing.within(f"module.{name}{instance.suffix}")
        scope: Scope = NestedScope(self, instance.names) if instance.names else self
        arguments = Content(declaration.layers, scope, self.evaluation.stack, _CALL_META)
        budget = self.evaluation.stack.budget
        if not budget.spend(PER_MODULE):
            return Missed(address, budget.spent().reason, arguments)
        located = self._located(name, declaration)
        if isinstance(located, Absent):
            if located.wrong:
                self.evaluation.problem(declaration.header, located.reason)
            return Missed(address, located.reason, arguments)
        exists, many, guard = self.standing.with_instance(instance)
        # What a stub calls is called through the user's own block.
        inner = () if self.standing.place.stub else (Call(address, declaration.header),)
        calls = (*self.standing.calls, *inner)
        standing = Standing(located, address, exists, many, guard, self.standing.key(instance), calls)
        sources = self.evaluation.sources
        stub = located.stub
        folder = sources.files.folder(located.folder, stub.library if stub else sources.boundary)
        if stub:
            folder = placed(folder, declaration)
        defaults: Mapping[str, Value] = stub.defaults if stub else {}

        def given(argument: str) -> Value | Missing:
            return arguments.get(argument, defaults.get(argument, MISSING))

        return Module(self.evaluation, folder, standing, given, self, self.providers.passed(declaration))

    def _located(self, name: str, declaration: Declaration) -> Located | Absent:
        found = declaration.attribute("source")
        source = value_of(found[1].expression, self, found[0]) if found else None
        stated = declaration.attribute("version")
        version = value_of(stated[1].expression, self, stated[0]) if stated else None
        located = self.evaluation.sources.locate(source, version, name, self.standing.place)
        if isinstance(located, Absent):
            return located
        module: Module | None = self
        depth = 0
        while module is not None:
            if module.folder.path == located.folder:
                return Absent(f"module {name} calls itself", wrong=True)
            module = module.parent
            depth += 1
        if depth > MAX_MODULE_DEPTH:
            return Absent(f"modules call one another more than {MAX_MODULE_DEPTH} deep", wrong=True)
        return located

    def _module_value(self, name: str) -> Value:
        if name in self._expanding:
            return self._depends_on_itself(name)
        span = self.folder.modules[name].span

        def outputs(instance: Instance) -> Value:
            child = self._child(name, instance)
            index = self.standing.key(instance)
            if isinstance(child, Missed):
                return Unknown(child.reason, span, _named(child.address, index))
            stub = child.standing.place.stub
            if stub is None:
                return cast("Value", child.outputs)
            return Described(child.outputs, stub.module, span, _named(child.standing.address, index))

        return together(self.expansion(name), outputs)


def _named(address: str, index: Value) -> str:
    """What names one instance of many: its address with its key; "" where it is not said which it is."""
    if index is None:
        return address
    shown = "" if isinstance(index, tuple) and not all(map(show_key, index)) else _shown(index)
    return f"{address}[{shown}]" if shown and not (isinstance(index, Unknown) and not index.symbol) else ""


def _shown(index: Value) -> str:
    return "" if index is None else show_key(index) or repr(index)
