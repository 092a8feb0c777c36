"""One template with its parameters: evaluation of its nodes, lazily and with unknowns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecsnet.cloudformation import conditions, declarations, functions, includes, nested, parameters
from ecsnet.cloudformation.context import MAX_WRITTEN, NO_VALUE, Context, Result, Run, one_of, settle
from ecsnet.cloudformation.deployment import UNTOLD, Deployment
from ecsnet.cloudformation.nodes import (
    LOOP,
    Document,
    DocumentPath,
    Items,
    Node,
    Scalar,
    Table,
    function_name,
    is_function,
    is_no_value,
)
from ecsnet.cloudformation.properties import Declared, Place, Properties
from ecsnet.cloudformation.scenarios import MAX_ALLOWED, Question, Questions, allowed
from ecsnet.cloudformation.texts import dynamic
from ecsnet.records import dataclass, field
from ecsnet.resources import Call, Problem
from ecsnet.values import Key, Reference, Several, Span, Tri, Unknown, Value

MAX_WORDS = 20_000
MAX_WORD = 255
"""Words that a loop runs over, and the characters of one: logical ids have no more."""

# Attributes (Fn::GetAtt) that are what the property of the same name was given, not something AWS makes up.
GIVEN_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "AWS::EC2::VPC": frozenset({"CidrBlock"}),
    "AWS::EC2::Subnet": frozenset({"AvailabilityZone", "CidrBlock", "VpcId"}),
    "AWS::EC2::SecurityGroup": frozenset({"VpcId"}),
    "AWS::EC2::Instance": frozenset({"AvailabilityZone"}),
}


@dataclass(slots=True, eq=False)
class Stack:
    """``address``: of the nested stack, with a dot after it; "" for the root. ``given``: parameters by name.
    ``exists`` and ``guard`` are those of the nested stack; ``ancestors``: the files it is nested in, itself last;
    ``deployment``: as what it is deployed. The rest is what was found out.
    """

    run: Run
    document: Document
    given: Mapping[str, Value] = field(default_factory=dict)
    address: str = ""
    exists: Tri = Tri.TRUE
    guard: str = ""
    calls: tuple[Call, ...] = ()
    ancestors: tuple[str, ...] = ()
    deployment: Deployment = UNTOLD
    sections: dict[str, Mapping[str, Place]] = field(default_factory=dict)
    memo: dict[object, Result] = field(default_factory=dict)
    decided: dict[tuple[str, Context], tuple[Tri, Questions]] = field(default_factory=dict)
    assumed: dict[tuple[str, bool, Context], Context] = field(default_factory=dict)
    found: dict[str, Declared] | None = None
    children: dict[str, Stack | None] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    whole: Node | None = None
    merged: dict[object, Table] = field(default_factory=dict)
    unread: dict[int, str] = field(default_factory=dict)

    @property
    def root(self) -> Node:
        """The template, with what it includes at the top."""
        if self.whole is None:
            self.whole = self.document.root
            self.whole = includes.root_of(self)
        return self.whole

    @property
    def declared(self) -> Mapping[str, Declared]:
        """Resources by logical id, those that are not created too."""
        if self.found is None:
            self.found = {}
            for item in declarations.declared(self):
                self.found[item.name] = item
        return self.found

    def child(self, declared: Declared) -> Stack | None:
        """The nested stack, where its template is here."""
        if declared.name not in self.children:
            self.children[declared.name] = None
            template = nested.template_of(self, declared) if declared.exists is not Tri.FALSE else None
            if isinstance(template, str):
                self.absent[declared.name] = template
            elif template is not None:
                real, document = template
                address = self.address + declared.name
                self.children[declared.name] = Stack(
                    self.run, document, self._parameters_of(declared), f"{address}.", declared.exists, declared.guard,
                    (*self.calls, Call(address, self.span_of(declared))), (*self.ancestors, real),
                    Deployment("", self.deployment.region, self.deployment.account, label=self.deployment.label),
                )  # fmt: skip
        return self.children[declared.name]

    def all(self) -> Iterator[Stack]:
        """This stack and all that are nested in it, as far as their templates are here."""
        yield self
        for declared in self.declared.values():
            child = self.child(declared) if declared.is_stack else None
            if child is not None:
                yield from child.all()

    def _parameters_of(self, declared: Declared) -> Mapping[str, Value]:
        node = declared.body.get("Properties")
        given = node.get("Parameters") if isinstance(node, Table) else None
        if given is None:
            return {}
        if not isinstance(given, Table) or is_function(given) or "Fn::Transform" in given.pairs:
            return Properties(self, {}, Unknown("a parameter of a nested stack", self.span(given)))
        path = (*declared.path, "Properties", "Parameters")
        return Properties(self, dict(self.pairs(given, path, declared.context)))

    def complain(self, offset: int, message: str) -> None:
        self.run.problems[Problem(*self.document.position(offset), message)] = None

    def span_of(self, declared: Declared) -> Span:
        """The resource, from its logical id to its end."""
        return self.document.span(declared.key.start, declared.body.end, declared.path)

    def section(self, name: str) -> Mapping[str, Place]:
        """``Parameters``, ``Conditions``, ``Outputs`` …: what is declared there, loops written out."""
        if name not in self.sections:
            root = self.root
            node = root.get(name) if isinstance(root, Table) else None
            self.sections[name] = dict(self.pairs(node, (name,), Context())) if isinstance(node, Table) else {}
        return self.sections[name]

    def span(self, node: Node, path: DocumentPath = ()) -> Span:
        return self.document.span(node.start, node.end, path)

    # Evaluation of nodes

    def evaluate(self, node: Node, context: Context) -> Result:
        stop = self.run.exhausted()
        if stop is not None:
            return stop
        if isinstance(node, Scalar):
            if context.loops and len(node.text) > MAX_WRITTEN:
                return Unknown(f"a string of more than {MAX_WRITTEN} characters in a loop", self.span(node))
            value = context.written(node.value) if isinstance(node.value, str) else node.value
            return dynamic(value) if isinstance(value, str) and "{{resolve:" in value else value
        self.run.depth += 1
        try:
            if isinstance(node, Items):
                return tuple(self.elements(node, context))
            node = includes.expanded(self, node, context)
            name = function_name(node)
            if name is not None:
                return functions.call(self, name, node, context)
            return self._mapping(node, context)
        finally:
            self.run.depth -= 1

    def value(self, node: Node, context: Context) -> Value:
        return settle(self.evaluate(node, context))

    def elements(self, node: Items, context: Context) -> Iterator[Value]:
        """The elements that a list has after ``AWS::NoValue``."""
        for item in node.items:
            result = self.evaluate(item, context)
            if result is NO_VALUE:
                continue
            value = settle(result)
            if isinstance(value, Unknown) and value.candidates and None in value.candidates and is_function(item):
                rest: list[Value] = [candidate for candidate in value.candidates if candidate is not None]
                value = Several(one_of(rest, value), self._number_of(item)) if rest else value
            yield value

    def present(self, node: Items, context: Context) -> Iterator[int]:
        """The indexes in the document that :meth:`elements` has, without evaluating the elements."""
        for index, item in enumerate(node.items):
            if not all(is_no_value(choice) for choice, _, _ in self.choose(item, (), context)):
                yield index

    def _number_of(self, item: Node) -> str:
        """A name for whether a conditional element is there: that of its condition, where nothing else decides it."""
        branches = item.get("Fn::If") if isinstance(item, Table) else None
        if not isinstance(branches, Items) or not isinstance(branches.items[0], Scalar):
            return ""
        name, yes, no = branches.items
        if is_no_value(yes) is is_no_value(no) or not isinstance(name, Scalar):
            return ""
        own = is_no_value(no)
        if function_name(yes if own else no) == "Fn::If":
            return ""
        return f"{self.address}{name.text}" if own else f"not {self.address}{name.text}"

    def _mapping(self, node: Table, context: Context) -> Result:
        if "Fn::Transform" in node.pairs:
            return Unknown(includes.reason(self, node.pairs[includes.MACRO].value), self.span(node))
        result: dict[Key, Value] = {}
        for key, place in self.pairs(node, (), context):
            if key.startswith(LOOP):
                return Unknown("Fn::ForEach over a list that is not known", self.span(node))
            value = self.evaluate(place.pair.value, place.context)
            if value is not NO_VALUE:
                result[key] = settle(value)
        return result

    def pairs(self, node: Table, path: DocumentPath, context: Context) -> Iterator[tuple[str, Place]]:
        """The pairs of a mapping, loops written out; a loop over an unknown list stays under its own key."""
        for key, pair in includes.expanded(self, node, context).pairs.items():
            place = Place(pair, (*path, key), context)
            if key.startswith(LOOP):
                yield from self._loop(key, place)
            else:
                yield key, place

    def _loop(self, key: str, place: Place) -> Iterator[tuple[str, Place]]:
        node = place.pair.value
        if not isinstance(node, Items) or len(node.items) != 3 or self.run.exhausted():
            yield key, place
            return
        variable, collection, body = node.items
        values = self.value(collection, place.context)
        names = values if isinstance(values, tuple) else ()
        if not isinstance(variable, Scalar) or not isinstance(body, Table) or len(names) > MAX_WORDS:
            yield key, place
            return
        words = [name for name in names if isinstance(name, str) and len(name) <= MAX_WORD and "{" not in name]
        if not isinstance(values, tuple) or len(words) != len(names):
            yield key, place
            return
        self.run.depth += 1
        try:
            for word in words:
                loops = (*place.context.loops, (variable.text, word))
                inner = Context(place.context.facts, loops)
                for name, found in self.pairs(body, (*place.path, 2), inner):
                    yield inner.written(name), found
        finally:
            self.run.depth -= 1

    def choose(self, node: Node, path: DocumentPath, context: Context) -> list[tuple[Node, DocumentPath, Context]]:
        """The places that ``Fn::If`` may take a value from: one where the condition is known."""
        if not isinstance(node, Table) or function_name(node) != "Fn::If":
            return [(node, path, context)]
        branches = node.pairs["Fn::If"].value
        if not isinstance(branches, Items) or len(branches.items) != 3:
            return [(node, path, context)]
        condition, *values = branches.items
        truth = conditions.holds(self, condition, context)
        found: list[tuple[Node, DocumentPath, Context]] = []
        for index, (branch, when) in enumerate(zip(values, (True, False)), 1):
            if truth is not Tri.of(not when):
                assumed = context if truth is not Tri.UNKNOWN else conditions.assume(self, condition, when, context)
                found += self.choose(branch, (*path, "Fn::If", index), assumed)
        return found

    # What a name stands for

    def ref(self, name: str, context: Context, origin: Node) -> Result:
        variable = context.loop(name)
        if variable is not None:
            return variable
        if name == "AWS::NoValue":
            return NO_VALUE
        if name.startswith("AWS::"):
            return parameters.pseudo(self, name)
        if name in self.section("Parameters"):
            return self.parameter(name)
        found = self.declared.get(name)
        if found is not None:
            return self.attribute(found, "Ref", context)
        return self._undeclared(name, "Ref", origin)

    def get_attribute(self, name: str, attribute: str, context: Context, origin: Node) -> Value:
        found = self.declared.get(name)
        if found is not None:
            return self.attribute(found, attribute, context)
        return self._undeclared(name, attribute, origin)

    def _undeclared(self, name: str, attribute: str, origin: Node) -> Unknown:
        symbol = f"{self.address}{name}.{attribute}"
        return Unknown(f"{name} is not declared in this template", self.span(origin), symbol)

    def parameter(self, name: str) -> Value:
        key = ("parameter", name)
        if key not in self.memo:
            with self.run.entered((id(self), key)) as first:
                if not first:
                    return Unknown(f"parameter {name} depends on itself")
                self.memo[key] = parameters.parameter(self, name)
        value = settle(self.memo[key])
        choices = allowed(value)
        if choices is not None and isinstance(value, Unknown) and len(choices) <= MAX_ALLOWED:
            self.run.questions.ask(Question(value.symbol, (), choices))
        return value

    def attribute(self, declared: Declared, attribute: str, context: Context) -> Value:
        """``Ref`` (attribute ``Ref``) or ``Fn::GetAtt`` of a resource that is declared here."""
        address = self.address + declared.name
        symbol = f"{address}.{attribute}"
        if declared.is_stack:
            return self._output(declared, attribute, symbol)
        if declared.is_hole:
            return Unknown(f"{declared.name} ({declared.type}) decides it at deployment",
                           self.span(declared.key), symbol)  # fmt: skip
        if declared.exists is Tri.FALSE:
            return Unknown(f"{declared.name} is not created: its condition is false", self.span(declared.key), symbol)
        if attribute in GIVEN_ATTRIBUTES.get(declared.type, ()):
            value = self._given(declared, attribute, context)
            if value is not None and not (isinstance(value, Unknown) and not value.symbol):
                return value
        return Reference(address, attribute)

    def _given(self, declared: Declared, attribute: str, context: Context) -> Value:
        """The property that an attribute repeats; ``None`` where it is not given."""
        properties = declared.body.get("Properties")
        node = properties.get(attribute) if isinstance(properties, Table) else None
        if node is None:
            return None
        both = Context(context.facts | declared.context.facts, declared.context.loops)
        key = ("given", declared.name, attribute, both)
        if key not in self.memo:
            with self.run.entered((id(self), key)) as first:
                if not first:
                    return None
                self.memo[key] = self.evaluate(node, both)
        return settle(self.memo[key])

    def _output(self, declared: Declared, attribute: str, symbol: str) -> Value:
        child = self.child(declared)
        unknown = Unknown(f"an output of the nested stack {declared.name}", self.span(declared.key), symbol)
        if child is None or not attribute.startswith("Outputs."):
            return unknown
        return child.output(attribute.removeprefix("Outputs."), unknown)

    def outputs(self) -> Iterator[Value]:
        """The values of all outputs, whether they are exported or not."""
        for name, place in self.section("Outputs").items():
            yield self.output(name, Unknown(f"output {name}", self.span(place.pair.key)))

    def output(self, name: str, unknown: Unknown) -> Value:
        """The value of an output, as the stack above reads it."""
        place = self.section("Outputs").get(name)
        node = place.pair.value.get("Value") if place and isinstance(place.pair.value, Table) else None
        if place is None or node is None:
            return unknown
        key = ("output", name)
        if key not in self.memo:
            with self.run.entered((id(self), key)) as first:
                if not first:
                    return unknown
                self.memo[key] = self.evaluate(node, place.context)
        value = settle(self.memo[key])
        if isinstance(value, Unknown) and not value.symbol:
            return Unknown(value.reason, value.origin, unknown.symbol, "", value.candidates)
        return value
