"""Templates of one scan that import what others of it export: they are evaluated together."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from ecsnet.cloudformation import exports
from ecsnet.cloudformation.context import Context
from ecsnet.cloudformation.deployment import UNTOLD, Deployment
from ecsnet.cloudformation.document import read_file
from ecsnet.cloudformation.nested import real_path
from ecsnet.cloudformation.nodes import Items, Node, Table
from ecsnet.cloudformation.stack import Stack
from ecsnet.cloudformation.template import called_templates, evaluate, load, roots_of
from ecsnet.cloudformation.texts import symbol_of
from ecsnet.records import replace
from ecsnet.resources import Configuration
from ecsnet.values import Value


def link(configurations: Sequence[Configuration]) -> list[Configuration]:
    """The same, with those that are linked by imports as one, in the place of the first of them.

    Addresses in it begin with the name of the template and a colon: ``network:PublicSubnet``.
    """
    roots = {index: root for index, found in enumerate(configurations) for root in roots_of(found)[:1]}
    exporting = {index for index, root in roots.items() if any(True for _ in exports.exports(root.stack))}
    importing = (
        {index for index, root in roots.items() if any(True for _ in _imports(root.stack))} if exporting else set()
    )
    if not importing:
        return list(configurations)
    order = sorted(exporting | importing)
    names = _names([roots[index].stack for index in order])
    named = {index: replace(roots[index], address=f"{name}:") for index, name in zip(order, names)}
    run = roots[order[0]].stack.run.together([root.stack.run for root in roots.values()])
    run.roots = tuple(named[index].again(run) for index in order)
    groups = {index: {index} for index in roots}
    ambiguous: dict[int, dict[str, str]] = {index: {} for index in roots}
    for index, stack in zip(order, run.roots):
        for importer, name in _imports(stack) if index in importing else ():
            found = exports.resolve(importer, name)
            if isinstance(found, exports.Export):
                joined = groups[index] | groups[order[run.roots.index(found.root)]]
                groups.update(dict.fromkeys(joined, joined))
            elif isinstance(found, str) and symbol_of(name):
                ambiguous[index][symbol_of(name)] = found
    result: list[Configuration] = []
    for index, configuration in enumerate(configurations):
        group = groups.get(index, {index})
        reasons = {name: why for member in group for name, why in ambiguous.get(member, {}).items()}
        if len(group) == 1 and reasons:
            plain = {name.replace(named[index].address, ""): why for name, why in reasons.items()}
            result.append(evaluate(run.together([run], plain), (roots[index],)))
        elif len(group) == 1:
            result.append(configuration)
        elif index == min(group):
            members = tuple(named[member] for member in sorted(group))
            result.append(evaluate(run.together([run], reasons), members))
    return result


def _imports(root: Stack) -> Iterator[tuple[Stack, Value]]:
    """The names that a stack and those nested in it import, each with the one that does."""
    for stack in root.all():
        todo: list[Node] = [stack.document.root, *(part.root for part in stack.document.included.values())]
        seen: set[int] = set()
        while todo:
            node = todo.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, Items):
                todo += node.items
            elif isinstance(node, Table):
                name = node.get("Fn::ImportValue")
                if name is not None:
                    yield stack, stack.value(name, Context())
                todo += [pair.value for pair in node.pairs.values()]


def _names(stacks: Sequence[Stack]) -> list[str]:
    """What tells stacks apart: the name of the stack, where it is known; else that of the file, or its path where two
    have the same; and a number where there is nothing else.
    """
    paths = [os.path.splitext(one.document.file)[0].removesuffix(".template").replace(os.sep, "/") for one in stacks]
    short = Counter(path.rpartition("/")[2] for path in paths)
    names = [name if short[name := path.rpartition("/")[2]] == 1 else path for path in paths]
    known = Counter(one.deployment.name for one in stacks)
    names = [own if known[own := one.deployment.name] == 1 and own else name for one, name in zip(stacks, names)]
    return [name if names.index(name) == index else f"{name}#{index}" for index, name in enumerate(names)]


def with_linked(
    configuration: Configuration, deployments: Callable[[str], Sequence[Deployment]] = lambda path: (UNTOLD,)
) -> Configuration:
    """A template that is looked at by itself, with what it is linked to by imports among the files of its tree.

    ``deployments``: as what a template of the tree is deployed.
    """
    [root] = roots_of(configuration) or (None,)
    if root is None or not (any(True for _ in _imports(root.stack)) or any(True for _ in exports.exports(root.stack))):
        return configuration
    run = root.stack.run
    own = {real_path(path) for path in configuration.files}
    others = [
        found
        for path in run.tree()
        if real_path(path) not in own and _may_be_linked(path)
        for one in deployments(path)
        if (
            found := load(
                path, zones=run.zones, boundary=run.boundary, wanted=run.wanted, tree=run.tree, deployment=one
            )
        )
        is not None
    ]
    nested = {path for found in others for path in called_templates(found)}
    return link([configuration, *(found for found in others if found.root not in nested)])[0]


def _may_be_linked(path: str) -> bool:
    content = read_file(path)
    return not isinstance(content, str) and (b"ImportValue" in content or b"Export" in content)
