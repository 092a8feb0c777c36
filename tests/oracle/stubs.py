"""Compares module stubs with the modules themselves, over the examples of a module's repository.

Run as ``python -m tests.oracle.stubs CHECKOUT[@TAG,…] …``: a clone, as it is checked out or at each of the tags. Every
example that calls the module is evaluated twice: with the module in the checkout, and with the stub of it, under the
version of the checkout. What the network is read from has to be the same: which resources there are, all that they link
to, the class and way out of subnets, the rules of security groups, and what each rule says of each of them: a finding,
and in which words, passed, or undecided. With the stub, verdicts have to be shown in the example's own files. A
difference is printed with both sides.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from ecsnet.engine import judge
from ecsnet.judging import Judges
from ecsnet.network import Network, read, wanted
from ecsnet.network.model import Element, Link, Links, Subnet
from ecsnet.resources import Configuration
from ecsnet.rules import CATALOGUE
from ecsnet.terraform import load
from ecsnet.values import Encoded, Reference, Several, Text, Unknown

_NAMED = re.compile(r"([\w-]+)[/+]terraform-([a-z]+)-([\w-]+)(?:\.git)?/?")


@dataclass(frozen=True)
class Module:
    """``source`` in the registry: ``terraform-aws-modules/vpc/aws``."""

    folder: Path
    source: str
    version: str

    @staticmethod
    def at(folder: Path) -> Module:
        """From its remote, or its folder ``namespace+terraform-provider-name``, and its last tag."""
        origin = _git(folder, "remote", "get-url", "origin").split("github.com", 1)[-1].lstrip(":/")
        found = _NAMED.fullmatch(origin) or _NAMED.fullmatch(folder.name)
        if found is None:
            raise SystemExit(f"{folder}: not a checkout of a module, namespace+terraform-provider-name")
        namespace, provider, name = found.groups()
        tag = _git(folder, "describe", "--tags", "--abbrev=0", "--match", "*.*.*")
        return Module(folder, f"{namespace}/{name}/{provider}", tag)

    def tagged(self, tag: str, scratch: Path) -> Module:
        """The same at another tag, written out below ``scratch``."""
        folder = scratch / tag / self.folder.name
        folder.mkdir(parents=True)
        archive = subprocess.run(["git", "-C", str(self.folder), "archive", tag], capture_output=True, check=False)
        if archive.returncode:
            raise SystemExit(archive.stderr.decode())
        subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
        return Module(folder, self.source, tag)


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def with_stub(module: Module, copy: Path) -> Iterator[Path]:
    """The examples in a copy of the checkout, changed to call the module from the registry."""
    for example in sorted({path.parent for path in (copy / "examples").rglob("*.tf")}):
        up = "../" * len(example.relative_to(copy).parts)
        call = re.compile(rf'(?m)^(\s*source\s*=\s*)"{re.escape(up[:-1])}/?(modules/[\w/-]+?)?/?"')
        changed = False
        for path in example.glob("*.tf"):
            text = path.read_text("utf-8")
            new = call.sub(partial(_registry, module), text)
            changed |= new != text
            path.write_text(new, "utf-8")
        if changed:
            yield example.relative_to(copy)


def _registry(module: Module, local: re.Match[str]) -> str:
    source = module.source + (f"//{local[2]}" if local[2] else "")
    return f'{local[1]}"{source}"\n  version = "{module.version}"'


def described(configuration: Configuration, within: Path) -> Mapping[str, str]:
    """What a network is, by resource and aspect. The order in which a message lists resources does not count.

    ``within``: where the files are that verdicts may be shown in.
    """
    network = read(configuration)
    facts: dict[str, str] = {}
    for element in network.elements:
        facts[f"{element.address}: exists"] = f"{element.resource.exists.value} many={element.resource.many}"
        for aspect, value in _aspects(network, element):
            key = f"{element.address}: {aspect}"
            facts[key] = f"{facts[key]}; {value}" if key in facts else value
    report = judge([configuration], Judges(CATALOGUE))
    for finding in report.findings:
        words = re.findall(r"[^\s,]+", finding.message)
        facts[f"{finding.resource.address}: {finding.rule.id}"] = " ".join(sorted(words))
    for passed in report.passed:
        facts[f"{passed.resource.address}: {passed.rule.id}"] = "passed"
    for undecided in report.undecided:
        facts[f"{undecided.resource.address}: {undecided.rule.id}"] = "undecided"
    shown = [(one.resource, one.rule, one.span) for one in report.findings]
    shown += [(one.resource, one.rule, one.span) for one in report.undecided]
    for resource, rule, span in shown:
        if not Path(span.file).is_relative_to(within):
            facts[f"{resource.address}: {rule.id} is shown in"] = span.file
    return facts


def _aspects(network: Network, element: Element) -> Iterator[tuple[str, str]]:
    kind = type(element).__name__
    for aspect in fields(element):
        if aspect.name not in ("resource", "places"):
            yield f"{kind}.{aspect.name}", _shown(getattr(element, aspect.name))
    if isinstance(element, Subnet):
        way = network.routing.classify(element)
        yield "class", f"{way.kind.value} by {way.target}"


def _shown(value: object) -> str:
    """Without what differs by how a configuration is written: symbols and reasons of the unknown."""
    if isinstance(value, Link):
        return " | ".join(sorted(value.targets)) + (" elsewhere" if value.elsewhere else "")
    if isinstance(value, Links):
        return ", ".join(sorted(map(_shown, value.items))) + ("" if value.complete else " …")
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Unknown):
        return " or ".join(sorted(map(_shown, value.candidates))) if value.candidates else "?"
    if isinstance(value, Reference):
        return f"{value.target}.{value.attribute}"
    if isinstance(value, Text):
        return "".join(map(_shown, value.parts))
    if isinstance(value, Several):
        return f"{_shown(value.element)}…"
    if isinstance(value, Encoded):
        return f"{value.encoding} of {_shown(value.value)}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_shown(k)}: {_shown(v)}" for k, v in sorted(value.items(), key=str)) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if is_dataclass(value) and not isinstance(value, type):
        inner = {part.name: _shown(getattr(value, part.name)) for part in fields(value)}
        return f"{type(value).__name__}({', '.join(f'{name}={shown}' for name, shown in inner.items())})"
    return str(value)


def compare(module: Module) -> tuple[int, int]:
    """How many examples agree, of how many; prints what does not."""
    agree = total = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / "copy"
        shutil.copytree(module.folder, copy, ignore=shutil.ignore_patterns(".git", ".terraform"), symlinks=True)
        for example in with_stub(module, copy):
            real, stub = (
                described(load(str(root / example), wanted=wanted("terraform"), boundary=str(root)), within)
                for root, within in ((module.folder, module.folder), (copy, copy / example))
            )
            different = [key for key in dict.fromkeys((*real, *stub)) if real.get(key) != stub.get(key)]
            total += 1
            agree += not different
            print(f"{module.source} {module.version} {example}: {len(real)} facts, {len(different)} differ")
            for key in different:
                print(f"  {key}\n    module: {real.get(key, '-')}\n    stub:   {stub.get(key, '-')}")
    return agree, total


def main(arguments: list[str]) -> int:
    results: list[tuple[int, int]] = []
    for argument in arguments:
        path, _, tags = argument.rpartition("@") if "@" in argument else (argument, "", "")
        module = Module.at(Path(path).resolve())
        with tempfile.TemporaryDirectory() as scratch:
            versions = [module.tagged(tag, Path(scratch).resolve()) for tag in tags.split(",")] if tags else [module]
            results += map(compare, versions)
    agree, total = sum(result[0] for result in results), sum(result[1] for result in results)
    print(f"{agree} of {total} examples agree")
    return 0 if agree == total else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
