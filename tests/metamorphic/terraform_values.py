"""Values in Terraform, written elsewhere: in locals, in variables, in files of values, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ecsnet.config import Config
from ecsnet.inputs import Given, VarFile
from ecsnet.terraform.ast import (
    Attribute,
    Block,
    GetAttr,
    Literal,
    ObjectCons,
    TupleCons,
)
from tests.metamorphic.hcl import STATIC, File, attributes, files, named, roots, walk
from tests.metamorphic.relation import Left, Relation, Rewritten

_NO_VALUE = STATIC | {"source", "version", "iterator", "labels"}
_NO_VALUES = frozenset({"lifecycle", "provisioner", "connection"})


def _literals(file: File) -> Iterator[Literal]:
    """Every literal that could be another expression, of resources, data sources and calls of modules."""
    for block in file.body.blocks:
        if block.type in ("resource", "data", "module"):
            yield from _literals_in(block)


def _literals_in(block: Block) -> Iterator[Literal]:
    for attribute in block.body.attributes.values():
        if attribute.name not in _NO_VALUE:
            yield from _literals_of(attribute.expression)
    for inner in block.body.blocks:
        if inner.type not in _NO_VALUES:
            yield from _literals_in(inner)


def _literals_of(node: object) -> Iterator[Literal]:
    """Of lists and maps, at any depth."""
    if isinstance(node, Literal):
        yield node
    elif isinstance(node, TupleCons):
        for item in node.items:
            yield from _literals_of(item)
    elif isinstance(node, ObjectCons):
        for _, item in node.items:
            yield from _literals_of(item)


def _moved(file: File, reference: Callable[[int], str]) -> list[str]:
    """Every literal is replaced; their texts, in order."""
    texts = []
    for number, node in enumerate(_literals(file)):
        texts.append(file.text(node))
        file.replace(node, reference(number))
    return texts


def into_locals(tree: Path) -> Rewritten:
    """Each literal argument becomes a local value."""
    for count, file in enumerate(files(tree)):
        texts = _moved(file, lambda number: f"local.zz_{count}_{number}")  # noqa: B023 - called at once
        file.added.append("locals {")
        file.added += [f"  zz_{count}_{number} = {text}" for number, text in enumerate(texts)]
        file.added.append("}")
        file.write()
    return Rewritten()


def into_variables(tree: Path) -> Rewritten:
    """Each literal argument becomes the default of a variable."""
    for count, file in enumerate(files(tree)):
        texts = _moved(file, lambda number: f"var.zz_{count}_{number}")  # noqa: B023 - called at once
        file.added += [
            f'variable "zz_{count}_{number}" {{\n  default = {text}\n}}' for number, text in enumerate(texts)
        ]
        file.write()
    return Rewritten()


def _into_values(tree: Path) -> str:
    """Each literal of the root becomes a variable without a default; the file of their values."""
    found = files(tree)
    (root,) = _only(roots(found))
    values = []
    for count, file in enumerate(found):
        if file.path.parent == root:
            texts = _moved(file, lambda number: f"var.zz_{count}_{number}")  # noqa: B023 - called at once
            file.added += [f'variable "zz_{count}_{number}" {{}}' for number, _ in enumerate(texts)]
            values += [f"zz_{count}_{number} = {text}\n" for number, text in enumerate(texts)]
            file.write()
    return "".join(values)


def _only(found: set[Path]) -> set[Path]:
    if len(found) != 1:
        raise Left("several root modules")
    return found


def into_tfvars(tree: Path) -> Rewritten:
    """The values of the root are in a file that is read because it is there."""
    (tree / "terraform.tfvars").write_text(_into_values(tree), "utf-8")
    return Rewritten()


def into_var_file(tree: Path) -> Rewritten:
    """The values of the root are in a file that is named."""
    path = tree / "values" / "prod.tfvars"
    path.parent.mkdir()
    path.write_text(_into_values(tree), "utf-8")
    return Rewritten(config=Config(given=(Given((VarFile(str(path)),)),)))


def defaults_into_tfvars(tree: Path) -> Rewritten:
    """Variables of the root have their values from a file instead of their defaults."""
    found = files(tree)
    (root,) = _only(roots(found))
    values = []
    for file in found:
        for block in file.body.blocks:
            default = block.body.attributes.get("default") if block.type == "variable" else None
            if default is not None and file.path.parent == root and not _is_null(default):
                values.append(f"{block.labels[0]} = {file.value(default)}\n")
                file.replace(default, "")
        file.write()
    if not values:
        raise Left("no defaults")
    (tree / "terraform.tfvars").write_text("".join(values), "utf-8")
    return Rewritten()


def _is_null(attribute: Attribute) -> bool:
    return isinstance(attribute.expression, Literal) and attribute.expression.value is None


def out_of_locals(tree: Path) -> Rewritten:
    """Every local value is written where it is used, until none is left."""
    for count in range(6):
        if not _inlined(tree):
            if not count:
                raise Left("no locals")
            return Rewritten()
    raise Left("locals in locals, more than five deep")


def _inlined(tree: Path) -> bool:
    """Whether there were locals that others were not made of."""
    found = files(tree)
    changed = False
    for folder in {file.path.parent for file in found}:
        here = [file for file in found if file.path.parent == folder]
        texts: dict[str, str] = {}
        used: set[str] = set()
        for file in here:
            for block in file.body.blocks:
                if block.type == "locals":
                    for name, attribute in block.body.attributes.items():
                        texts[name] = file.value(attribute)
                        used |= {step[1] for step in map(named, _traversals(attribute)) if step[0] == "local"}
        if not texts:
            continue
        changed = True
        # Those that are made of none are written out, and gone; the others are for the next time.
        plain = {name: text for name, text in texts.items() if not _uses_locals(here, name)}
        if not plain:
            raise Left("a cycle of locals")
        for file in here:
            for attribute in attributes(file):
                for node in walk(attribute.expression):
                    if isinstance(node, GetAttr) and len(steps := named(node)) == 2 and steps[0] == "local":
                        if steps[1] in plain:
                            file.replace(node, _wrapped(plain[steps[1]]))
            for block in file.body.blocks:
                if block.type == "locals":
                    _without(file, block, plain)
            file.write()
    return changed


def _traversals(attribute: Attribute) -> Iterator[GetAttr]:
    for node in walk(attribute.expression):
        if isinstance(node, GetAttr) and len(named(node)) == 2:
            yield node


def _uses_locals(here: list[File], name: str) -> bool:
    return any(
        step[0] == "local"
        for file in here
        for block in file.body.blocks
        if block.type == "locals" and name in block.body.attributes
        for step in map(named, _traversals(block.body.attributes[name]))
    )


def _wrapped(text: str) -> str:
    if "<<" in text:
        raise Left("a heredoc in locals")
    return f"({text})"


def _without(file: File, block: Block, gone: dict[str, str]) -> None:
    """The block ``locals`` without some, or without itself. Edits within what goes are not made."""
    kept = [attribute for name, attribute in block.body.attributes.items() if name not in gone]
    cut = [attribute for name, attribute in block.body.attributes.items() if name in gone]
    places = [(block.start, block.end)] if not kept else [(one.start, one.end) for one in cut]
    file.edits = [edit for edit in file.edits if not any(start <= edit[0] < end for start, end in places)]
    for start, end in places:
        file.put(start, end, "")


def dynamic_blocks(tree: Path) -> Rewritten:
    """Each nested block is one that is made by a loop over one element."""
    changed = False
    for file in files(tree):
        for block in file.body.blocks:
            if block.type in ("resource", "data"):
                for inner in block.body.blocks:
                    if inner.type not in (*_NO_VALUES, "dynamic", "timeouts"):
                        file.put(inner.start, inner.header_end, f'dynamic "{inner.type}" {{\nfor_each = [1]\ncontent')
                        file.put(inner.end, inner.end, "\n}")
                        changed = True
        file.write()
    if not changed:
        raise Left("no nested blocks")
    return Rewritten()


RELATIONS = (
    Relation("literals into locals", "tf", into_locals, 300),
    Relation("literals into variables", "tf", into_variables, 300),
    Relation("literals into terraform.tfvars", "tf", into_tfvars, 300),
    Relation("literals into a var-file", "tf", into_var_file, 300),
    Relation("defaults into terraform.tfvars", "tf", defaults_into_tfvars, 20),
    Relation("locals written out", "tf", out_of_locals, 20),
    Relation("nested blocks into dynamic ones", "tf", dynamic_blocks, 200),
)
