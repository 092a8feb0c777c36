"""Templates to configurations: which resources there are, where they stand, and what cannot be seen."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from ecsnet.cloudformation import declarations
from ecsnet.cloudformation.checks import check
from ecsnet.cloudformation.context import Context, Run
from ecsnet.cloudformation.document import parse, read_file
from ecsnet.cloudformation.nested import checkout, real_path
from ecsnet.cloudformation.nodes import LOOP, DocumentPath, Items, Node, Scalar, Table
from ecsnet.cloudformation.properties import Declared, Place, Properties
from ecsnet.cloudformation.stack import Stack
from ecsnet.resources import Configuration, Hole, Path, Problem, Resource
from ecsnet.values import Reference, Span, Tri, Unknown, Value


def load(
    path: str,
    *,
    text: bytes | None = None,
    parameters: Mapping[str, Value] | None = None,
    zones: int = 3,
    boundary: str | None = None,
) -> Configuration | None:
    """The template in ``path`` with the nested stacks that are there; ``None`` for a file that is no template.

    ``text``: the content, where it is not that of the file. ``parameters``: values that take the place of defaults.
    ``zones``: how many zones ``Fn::GetAZs`` lists. ``boundary``: the folder that nested templates are read from; left
    out, the checkout that the template is in, else its folder. Nothing is fetched, and no input raises.
    """
    content = text if text is not None else read_file(path)
    if isinstance(content, str):
        return Configuration(path, "cloudformation", {}, problems=(Problem(path, 1, 1, content),), files=(path,))
    document = parse(path, content)
    if document is None:
        return None
    if isinstance(document, Problem):
        return Configuration(path, "cloudformation", {}, problems=(document,), files=(path,))
    run = Run(boundary or checkout(path), max(1, min(zones, 26)))
    run.files.append(path)
    real = real_path(path)
    run.documents[real] = document
    root = Stack(run, document, parameters or {}, ancestors=(real,))
    resources: dict[str, Resource] = {}
    _list(root, resources)
    return Configuration(
        path, "cloudformation", resources, tuple(run.holes), tuple(run.problems), tuple(dict.fromkeys(run.files))
    )


def called_templates(configuration: Configuration) -> tuple[str, ...]:
    """The files of nested stacks: templates that are judged in their callers."""
    return configuration.files[1:]


def _list(stack: Stack, resources: dict[str, Resource]) -> None:
    """All resources of a stack and of those nested in it, in order of declaration."""
    for offset, message in stack.document.problems:
        stack.complain(offset, message)
    root = stack.document.root
    section = root.get("Resources") if isinstance(root, Table) else None
    if section is not None and not isinstance(section, Table):
        stack.complain(section.start, "Resources is not a mapping")
    stack.run.holes += declarations.unseen(stack)
    for declared in stack.declared.values():
        if declared.exists is Tri.FALSE:
            continue
        child = stack.child(declared) if declared.is_stack else None
        if child is not None:
            _list(child, resources)
        elif declared.is_stack or declared.is_hole:
            stack.run.holes.append(_hole(stack, declared))
        else:
            resources[stack.address + declared.name] = _resource(stack, declared)
    for offset, message in check(stack):
        stack.complain(offset, message)


def _hole(stack: Stack, declared: Declared) -> Hole:
    given = _properties(stack, declared)
    reason = "a nested stack that is not here" if declared.is_stack else f"{declared.type} acts at deployment"
    inputs = given.get("Parameters") if declared.is_stack else None
    values: tuple[Value, ...] = () if inputs is None else (inputs,)
    if not declared.is_stack:
        values = tuple(given.values())
    elif isinstance(inputs, Mapping):
        values = tuple(inputs.values())
    return Hole(stack.address + declared.name, stack.span_of(declared), reason, values)


def _properties(stack: Stack, declared: Declared) -> Properties:
    node = declared.body.get("Properties")
    rest: Unknown | None = None
    if declarations.MACRO in declared.body.pairs:
        rest = Unknown("made by a macro", stack.span(declared.key))
    if not isinstance(node, Table):
        if node is not None and not (isinstance(node, Scalar) and node.value is None):
            rest = Unknown("Properties is not a mapping", stack.span(node))
        return Properties(stack, {}, rest)
    places: dict[str, Place] = {}
    for key, place in stack.pairs(node, (*declared.path, "Properties"), declared.context):
        if key.startswith(("Fn::", LOOP)):
            rest = Unknown("made by a macro" if key == declarations.MACRO else f"made by {key}", stack.span(node))
        else:
            places[key] = place
    return Properties(stack, places, rest)


def _resource(stack: Stack, declared: Declared) -> Resource:
    document = stack.document
    header = document.span(declared.key.start, declared.key.end, declared.path)
    properties = _properties(stack, declared)
    if properties.rest is not None:
        address = stack.address + declared.name
        stack.run.holes.append(Hole(address, header, properties.rest.reason, (Reference(address, "Ref"),)))

    def locator(path: Path) -> Span:
        return _locate(stack, properties, path) or header

    return Resource(
        declared.type,
        stack.address + declared.name,
        properties,
        stack.span_of(declared),
        header,
        "cloudformation",
        locator,
        declared.exists,
        guard=declared.guard,
        calls=stack.calls,
    )


def _locate(stack: Stack, properties: Properties, path: Path) -> Span | None:
    """The piece of the document that an evaluated path comes from: elements that ``AWS::NoValue`` took out are
    counted, and ``Fn::If`` is looked into. ``None`` where the first step is not there.
    """
    first = properties.places.get(str(path[0])) if path else None
    if first is None:
        return None
    span = stack.document.pair_span(first.pair, first.path)
    node, place, context = first.pair.value, first.path, first.context
    for step in path[1:]:
        for branch, where, inner in stack.choose(node, place, context):
            found = _step(stack, branch, where, inner, step)
            if found is not None:
                span, node, place, context = found
                break
        else:
            return span
    return span


def _step(
    stack: Stack, node: Node, place: DocumentPath, context: Context, step: str | int
) -> tuple[Span, Node, DocumentPath, Context] | None:
    if isinstance(node, Table) and isinstance(step, str):
        for key, found in stack.pairs(node, place, context):
            if key == step:
                span = stack.document.pair_span(found.pair, found.path)
                return span, found.pair.value, found.path, found.context
    if isinstance(node, Items) and isinstance(step, int):
        index = next(islice(stack.present(node, context), max(step, 0), None), None)
        if index is not None:
            item = node.items[index]
            return stack.span(item, (*place, index)), item, (*place, index), context
    return None
