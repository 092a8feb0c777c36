"""Templates to configurations: which resources there are, where they stand, and what cannot be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from ecsnet.cloudformation import assertions, conditions, declarations, includes
from ecsnet.cloudformation.checks import check
from ecsnet.cloudformation.context import Context, Run
from ecsnet.cloudformation.deployment import UNTOLD, Deployment
from ecsnet.cloudformation.document import parse, read_file
from ecsnet.cloudformation.includes import MACRO, reason
from ecsnet.cloudformation.nested import ABSENT, checkout, files_in, real_path
from ecsnet.cloudformation.nodes import LOOP, Document, DocumentPath, Items, Node, Scalar, Table
from ecsnet.cloudformation.properties import Declared, Place, Properties
from ecsnet.cloudformation.scenarios import NOTHING, Questions
from ecsnet.cloudformation.serverless import with_globals
from ecsnet.cloudformation.stack import Stack
from ecsnet.cloudformation.supplied import accept
from ecsnet.records import dataclass, replace
from ecsnet.resources import Configuration, Hole, Path, Problem, Resource
from ecsnet.values import Reference, Span, Tri, Unknown, Value

_DEFINITIONS = {
    "AWS::Serverless::StateMachine": "DefinitionUri",
    "AWS::StepFunctions::StateMachine": "DefinitionS3Location",
}
"""What names the file of a state machine's definition."""


def load(
    path: str,
    *,
    text: bytes | None = None,
    parameters: Mapping[str, Value] | None = None,
    zones: int = 3,
    boundary: str | None = None,
    wanted: frozenset[str] | None = None,
    tree: Callable[[], Sequence[str]] | None = None,
    deployment: Deployment = UNTOLD,
) -> Configuration | None:
    """The template in ``path`` with the nested stacks that are there; ``None`` for a file that is no template.

    ``text``: the content, where it is not that of the file. ``parameters``: values that take the place of defaults.
    ``zones``: how many zones ``Fn::GetAZs`` lists. ``boundary``: the folder that nested templates are read from; left
    out, the checkout that the template is in, else its folder. ``wanted``: the types of resources whose conditions are
    worth a scenario; left out, all. ``tree``: the files that a nested stack's URL may name; left out, those within the
    boundary. ``deployment``: as what stack it is deployed, with what parameters. Nothing is fetched, no input raises.
    """
    content = text if text is not None else read_file(path)
    if isinstance(content, str):
        return Configuration(path, "cloudformation", {}, problems=(Problem(path, 1, 1, content),), files=(path,))
    document = parse(path, content)
    if document is None:
        return None
    if isinstance(document, Problem):
        return Configuration(path, "cloudformation", {}, problems=(document,), files=(path,))
    documents: dict[str, Document | Problem | None] = {real_path(path): document}
    limit = boundary or checkout(path)
    run = Run(limit, max(1, min(zones, 26)), tree or (lambda: files_in(limit)), documents, wanted=wanted)
    given, problems = accept(document, deployment)
    given = {**given, **(parameters or {})}
    stack = Stack(run, document, given, ancestors=(real_path(path),), deployment=deployment)
    refused, broken = _settled(stack)
    if refused:
        stack = Stack(run, document, {**given, **refused}, ancestors=stack.ancestors, deployment=deployment)
    return evaluate(run, (Root(stack, problems=(*problems, *broken)),))


def _settled(stack: Stack) -> tuple[Mapping[str, Value], tuple[Problem, ...]]:
    """Rules that are broken by what is given are problems; defaults that they refuse are no values, since nothing is
    deployed with them.
    """
    unknown: dict[str, Value] = {}
    problems: list[Problem] = []
    for name, place in assertions.refused(stack):
        free = [used for used in assertions.used_parameters(stack, place.pair.value) if used not in stack.given]
        unknown.update(dict.fromkeys(free, Unknown(f"the rule {name} refuses the default")))
        if not free:
            where = stack.document.position(place.pair.key.start)
            problems.append(Problem(*where, f"the parameters do not meet the rule {name[:100]!r}"))
    return unknown, tuple(problems)


@dataclass(frozen=True, slots=True, eq=False)
class Root:
    """A stack that nothing nests, and the address that it is to have. ``problems``: of what it is given."""

    stack: Stack
    address: str = ""
    problems: tuple[Problem, ...] = ()

    def again(self, run: Run) -> Stack:
        stack = self.stack
        return Stack(
            run, stack.document, stack.given, self.address, ancestors=stack.ancestors, deployment=stack.deployment
        )


def evaluate(run: Run, roots: Sequence[Root]) -> Configuration:
    """One configuration of all ``roots``, which may import what others of them export."""
    run.roots = tuple(root.again(run) for root in roots)
    run.problems.update(dict.fromkeys(problem for root in roots for problem in root.problems))
    resources: dict[str, Resource] = {}
    for stack in run.roots:
        run.files.append(stack.document.file)
        before = len(run.holes)
        _list(stack, resources)
        if len(run.roots) > 1:
            run.holes[before:] = [_confined(hole, stack, resources) for hole in run.holes[before:]]
    return Configuration(
        run.files[0],
        "cloudformation",
        resources,
        tuple(run.holes),
        tuple(run.problems),
        tuple(dict.fromkeys(run.files)),
        scenario=_scenario(run),
        choices=_Choices(run, tuple(roots)),
        outputs=lambda: tuple(output for stack in run.roots for output in stack.outputs()),
    )


def _confined(hole: Hole, stack: Stack, resources: Mapping[str, Resource]) -> Hole:
    """What may act on all of its own template leaves those alone that are only linked to it."""
    if not hole.anything:
        return hole
    own = tuple(Reference(address, "Ref") for address in resources if address.startswith(stack.address))
    return replace(hole, inputs=(*hole.inputs, own), anything=False)


def roots_of(configuration: Configuration) -> tuple[Root, ...]:
    return configuration.choices.roots if isinstance(configuration.choices, _Choices) else ()


@dataclass(frozen=True, slots=True, eq=False)
class _Choices:
    """The questions that came up when ``roots`` were evaluated, which goes on when resources are read."""

    run: Run
    roots: tuple[Root, ...]

    def questions(self) -> tuple[str, ...]:
        """Those about words in conditions first: what else a parameter is used for may not matter."""
        asked = self.run.questions.asked.values()
        return tuple(question.name for question in sorted(asked, key=lambda question: not question.words))

    def answers(self, question: str) -> tuple[Configuration, ...]:
        """Those that the rules of a template refuse are no answers, if any other is left."""
        asked = self.run.questions.asked[question]
        runs = [self.run.again(assumed) for assumed in asked.answers(self.run.assumptions)]
        found = [(evaluate(run, self.roots), run) for run in runs]
        possible = tuple(configuration for configuration, run in found if not _is_refused(run))
        return possible or tuple(configuration for configuration, _ in found)


def _is_refused(run: Run) -> bool:
    """Whether a rule keeps a stack from being deployed that is there in any case."""
    stacks = (stack for root in run.roots for stack in root.all() if stack.exists is Tri.TRUE)
    return any(True for stack in stacks for _ in assertions.refused(stack))


def _scenario(run: Run) -> Mapping[str, str]:
    """Conditions that were open, and are decided by what is assumed; then the parameters themselves."""
    roots = run.roots if run.open_conditions else ()
    stacks = {stack.address: stack for root in roots for stack in root.all()}
    found: dict[str, str] = {}
    with run.asking(Questions()):
        for address, name in run.open_conditions:
            stack = stacks.get(address)
            truth = conditions.named(stack, name, Context()) if stack is not None else Tri.UNKNOWN
            if truth is not Tri.UNKNOWN:
                found[address + name] = truth.value
    return {**found, **run.assumptions.values}


def declared_parameters(configuration: Configuration) -> frozenset[str] | None:
    """The parameters of a template; ``None`` where it could not be read."""
    roots = roots_of(configuration)
    return frozenset(name for root in roots for name in root.stack.section("Parameters")) if roots else None


def called_templates(configuration: Configuration) -> tuple[str, ...]:
    """The files of nested stacks: templates that are judged in their callers."""
    return configuration.files[1:]


def _list(stack: Stack, resources: dict[str, Resource]) -> None:
    """All resources of a stack and of those nested in it, in order of declaration."""
    for offset, message in stack.document.problems:
        stack.complain(offset, message)
    root = stack.root
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
    if stack.run.assumptions is NOTHING:
        for offset, message in check(stack):
            stack.complain(offset, message)


def _hole(stack: Stack, declared: Declared) -> Hole:
    given = _properties(stack, declared)
    reason = stack.absent.get(declared.name, ABSENT) if declared.is_stack else f"{declared.type} acts at deployment"
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
    macro = declared.body.get(MACRO)
    if macro is not None:
        rest = Unknown(reason(stack, macro), stack.span(declared.key))
    places: dict[str, Place] = {}
    written: Iterable[tuple[str, Place]] = ()
    if isinstance(node, Table):
        written = stack.pairs(node, (*declared.path, "Properties"), declared.context)
    elif node is not None and not (isinstance(node, Scalar) and node.value is None):
        return Properties(stack, {}, Unknown("Properties is not a mapping", stack.span(node)))
    for key, place in with_globals(stack, declared, dict(written)).items():
        if key.startswith(("Fn::", LOOP)):
            why = reason(stack, place.pair.value) if key == MACRO else f"made by {key}"
            rest = Unknown(why, stack.span(place.pair.key))
        else:
            places[key] = place
    name = _DEFINITIONS.get(declared.type, "")
    here = includes.definition(stack, places[name]) if name in places else None
    if here is not None:
        places[name] = here
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
        calls=(*stack.calls, *includes.calls(stack, declared.key.start)),
        construct=_construct(stack, declared),
        metadata=_metadata(stack, declared),
        stack=stack.deployment.label,
    )


def _construct(stack: Stack, declared: Declared) -> str:
    metadata = declared.body.get("Metadata")
    path = metadata.get("aws:cdk:path") if isinstance(metadata, Table) else None
    return path.text if isinstance(path, Scalar) else stack.deployment.constructs.get(declared.name, "")


def _metadata(stack: Stack, declared: Declared) -> Mapping[str, Value]:
    node = declared.body.get("Metadata")
    if not isinstance(node, Table):
        return {}
    return Properties(stack, dict(stack.pairs(node, (*declared.path, "Metadata"), declared.context)))


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
