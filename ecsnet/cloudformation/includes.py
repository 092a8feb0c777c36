"""``AWS::Include``: what a template takes from other files, as far as these are here; and macros, which nobody reads.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/create-reusable-transform-function-snippets-and-add-to-your-template-with-aws-include-transform.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecsnet import disk
from ecsnet.cloudformation.context import Context
from ecsnet.cloudformation.document import read_file, snippet
from ecsnet.cloudformation.nested import in_tree, leads_out, path_of, real_path
from ecsnet.cloudformation.nodes import Included, Items, Node, Pair, Scalar, Table
from ecsnet.cloudformation.properties import Place
from ecsnet.resources import Call, Problem

if TYPE_CHECKING:
    from ecsnet.cloudformation.stack import Stack

MACRO = "Fn::Transform"
INCLUDE = "AWS::Include"
_MAX_INCLUDES = 200


def expanded(stack: Stack, node: Table, context: Context) -> Table:
    """The mapping with what ``Fn::Transform`` includes in its place; as it is, where that is not here or is a macro."""
    while MACRO in node.pairs:
        key = ("included", id(node.pairs[MACRO]), context)
        if key not in stack.merged:
            stack.merged[key] = node
            stack.merged[key] = _merged(stack, node, node.pairs[MACRO].value, context)
        if stack.merged[key] is node:
            break
        node = stack.merged[key]
    return node


def transforms(stack: Stack, root: Node) -> tuple[Node, ...]:
    """What ``Transform`` lists at the top of a template."""
    node = root.get("Transform") if isinstance(root, Table) else None
    return node.items if isinstance(node, Items) else () if node is None else (node,)


def root_of(stack: Stack) -> Node:
    """The template, with what it includes at the top."""
    root = stack.document.root
    if not isinstance(root, Table):
        return root
    for item in transforms(stack, root):
        if is_include(item):
            root = _merged(stack, root, item, Context())
    return expanded(stack, root, Context())


def is_include(node: Node) -> bool:
    name = node.get("Name") if isinstance(node, Table) else None
    return isinstance(name, Scalar) and name.text == INCLUDE


def reason(stack: Stack, node: Node) -> str:
    """Why what a transform makes is not known."""
    if is_include(node):
        return stack.unread.get(id(node), "made by an include that is not here")
    name = node.get("Name") if isinstance(node, Table) else node
    return f"made by the macro {name.text}" if isinstance(name, Scalar) else "made by a macro"


def _merged(stack: Stack, node: Table, transform: Node, context: Context) -> Table:
    """``node`` with the pairs of the file in the place of the transform; itself where those are not to be had."""
    if not is_include(transform):
        return node
    with stack.run.entered((id(stack), "include", id(transform))) as first:
        content = _content(stack, transform, context) if first else "made by an include that depends on itself"
    if isinstance(content, str):
        stack.unread[id(transform)] = content
        return node
    kept = {name: pair for name, pair in node.pairs.items() if pair.value is not transform}
    both = [name for name in content.pairs if name in kept]
    if both:
        file, line, _ = stack.document.position(content.start)
        stack.complain(transform.start, f"{file}:{line} includes {both[0][:100]}, which is given here too")
        stack.unread[id(transform)] = "made by an include that gives again what is given"
        return node
    return Table({**kept, **content.pairs}, node.start, node.end)


def _content(stack: Stack, transform: Node, context: Context) -> Table | str:
    """What is included, or why it is not here."""
    parameters = transform.get("Parameters") if isinstance(transform, Table) else None
    node = parameters.get("Location") if isinstance(parameters, Table) else None
    location = stack.value(node, context) if node is not None else None
    path = path_of(stack, location, stack.document.position(transform.start)[0])
    if path is None:
        if leads_out(stack, location, stack.document.position(transform.start)[0]):
            return f"made by an include that {disk.OUTSIDE}"
        found = in_tree(stack, location)
        if len(found) != 1:
            return (
                f"made by an include of {' or '.join(sorted(found))}"
                if found
                else "made by an include that is not here"
            )
        path = found[0]
    included = _read(stack, path, transform)
    if isinstance(included, str):
        return included
    if not isinstance(included.root, Table):
        stack.complain(transform.start, f"{path} is no mapping: it cannot be included")
        return "made by an include that is no mapping"
    return included.root


def definition(stack: Stack, place: Place) -> Place | None:
    """A local file that is named where a bucket is meant, as ``aws cloudformation package`` and SAM take it: the same
    place, holding the content of the file; ``None`` for anything else.
    """
    location = stack.value(place.pair.value, place.context)
    path = path_of(stack, location, stack.document.position(place.pair.key.start)[0])
    included = _read(stack, path, place.pair.value) if path is not None else ""
    return None if isinstance(included, str) else Place(Pair(place.pair.key, included.root), place.path, Context())


def calls(stack: Stack, offset: int) -> tuple[Call, ...]:
    """The includes through which a template declares what is at an offset, outermost first."""
    document = stack.document
    starts = (document.included[real].at for real in reversed(document.chain(offset)))
    return tuple(Call(stack.address + INCLUDE, document.span(at, at)) for at in starts)


def _read(stack: Stack, path: str, transform: Node) -> Included | str:
    document, real = stack.document, real_path(path)
    if real in document.chain(transform.start):
        stack.complain(transform.start, f"{path} includes itself")
        return "made by an include of itself"
    known = document.included.get(real)
    if known is None:
        if len(document.included) >= _MAX_INCLUDES:
            return f"made by an include after more than {_MAX_INCLUDES} others"
        content = read_file(path)
        read = Problem(path, 1, 1, content) if isinstance(content, str) else snippet(path, content)
        if isinstance(read, Problem):
            stack.run.problems[read] = None
            stack.run.files.append(path)
            return "made by an include that cannot be read"
        known = document.include(real, read, transform.start)
    stack.run.files.append(path)
    for offset, message in known.problems:
        stack.complain(offset, message)
    return known
