"""Stable names of findings: the same finding has the same one wherever its lines move to.

A fingerprint, of version ``ecsnet/v1``, is the SHA-256, in hexadecimal, of a JSON list in ASCII of:

1. ``"ecsnet/v1"``;
2. the id of the rule;
3. where the configuration is, relative to a base folder, with slashes: the folder of a Terraform root module, or the
   root template or plan;
4. the address of the resource, with its modules and nested stacks;
5. the address of the resource whose line decides, where the path of the finding names it, else that of 4;
6. the cause of the finding, where it has one;
7. from the second on, the number of the finding among those that are alike in all this, in the order of what they say.

Lines, columns, comments, layout, the order of blocks, their distribution over the files of a Terraform module, the
level, the words of the message and the rest of the path are not in it: none of them makes a finding another one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from ecsnet.files import TERRAFORM, checkout
from ecsnet.findings import Finding
from ecsnet.resources import Resource

VERSION = "ecsnet/v1"


def fingerprints(findings: Iterable[Finding], base: str) -> tuple[str, ...]:
    """One for each finding, in their order; no two are the same.

    ``base``: the folder that the names of files are relative to; ``""`` for the working directory.
    """
    found = tuple(findings)
    alike: dict[tuple[str, ...], list[int]] = {}
    for number, finding in enumerate(found):
        alike.setdefault(_key(finding, base), []).append(number)
    made: dict[int, str] = {}
    for key, numbers in alike.items():
        for ordinal, number in enumerate(sorted(numbers, key=lambda number: _content(found[number]))):
            made[number] = _digest(key, ordinal)
    return tuple(made[number] for number in range(len(found)))


def base_of(folder: str) -> str:
    """The folder that files are named after, where ``folder`` holds all that is scanned.

    The same one whatever part of a checkout is scanned, and from wherever in it.
    """
    place = os.path.abspath(folder)
    working = os.getcwd()
    return checkout(place) or (working if os.path.join(place, "").startswith(os.path.join(working, "")) else place)


def relative(file: str, base: str) -> str:
    """A file's name relative to ``base``, with slashes; absolute where there is no way from there."""
    try:
        name = os.path.relpath(file, base or os.curdir)
    except ValueError:  # on another drive, or no name of a file at all
        name = file
    return name.replace(os.sep, "/")


def root_of(resource: Resource, base: str) -> str:
    """Where its configuration is: a folder with Terraform, a template or a plan; relative to ``base``."""
    declared = (resource.calls[0].span if resource.calls else resource.header).file
    return relative(os.path.dirname(declared) or os.curdir if declared.endswith(TERRAFORM) else declared, base)


def _key(finding: Finding, base: str) -> tuple[str, ...]:
    resource = finding.resource
    decides = next((hop.resource for hop in finding.path if hop.span == finding.span and hop.resource), "")
    return finding.rule.id, root_of(resource, base), resource.address, decides or resource.address, finding.cause


def _content(finding: Finding) -> tuple[object, ...]:
    """What tells findings apart whose keys are the same; their lines only where they say the same, too."""
    hops = tuple((hop.resource, hop.message) for hop in finding.path)
    span = finding.span
    return finding.message, tuple(finding.scenario.items()), hops, span.file, span.start_line, span.start_column


def _digest(key: tuple[str, ...], ordinal: int) -> str:
    import hashlib
    import json

    content = json.dumps([VERSION, *key, *([ordinal + 1] if ordinal else [])])
    return hashlib.sha256(content.encode("ascii")).hexdigest()
