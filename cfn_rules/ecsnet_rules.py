"""The rules of ecsnet in cfn-lint: ``cfn-lint template.yaml --append-rules cfn_rules``.

cfn-lint runs this file by itself and makes an instance of every rule class in it; there is one for each rule of the
catalogue, ``W9401`` for ``ECSNET401``. A template is evaluated once, whatever the number of rules.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

_CHECKOUT = Path(__file__).resolve().parent.parent
if (_CHECKOUT / "ecsnet" / "__init__.py").is_file():
    # In a checkout ecsnet is beside this folder, and need not be installed. The path is taken back, since a checkout
    # has folders, such as "tests", whose names should not become modules of the process.
    sys.path.insert(0, str(_CHECKOUT))
    import ecsnet  # noqa: F401

    sys.path.remove(str(_CHECKOUT))

from ecsnet.baselines import held_back  # noqa: E402
from ecsnet.cloudformation import load, with_linked  # noqa: E402
from ecsnet.cloudformation.deployment import Deployment  # noqa: E402
from ecsnet.engine import judge  # noqa: E402
from ecsnet.files import checkout  # noqa: E402
from ecsnet.findings import Finding, Level, Report, Rule  # noqa: E402
from ecsnet.fingerprints import base_of  # noqa: E402
from ecsnet.harness import describe, is_crash  # noqa: E402
from ecsnet.judging import judges_of  # noqa: E402
from ecsnet.rules import CATALOGUE  # noqa: E402
from ecsnet.settings import Flags, Settings  # noqa: E402
from ecsnet.stacks import Stacks  # noqa: E402

_PIPED = "-"


@functools.lru_cache(maxsize=1)
def _report(template: Template) -> Report:
    """Of a template that is piped in, cfn-lint has no file, only what it read.

    Configuration files hold here as for the command.
    """
    text = None if template.filename else json.dumps(template.template, default=str).encode()
    file = template.filename or _PIPED
    settings, stacks = Settings(Flags(), [file], os.environ), Stacks()
    folder = os.path.dirname(file)
    config = settings.of(folder)
    judges = replace(judges_of(config), texts={file: text} if text is not None else {})
    found = (
        load(file, text=text, zones=config.zones, deployment=deployment)
        for deployment in stacks.deployments(file, config, checkout(folder) or folder)
    )

    def deployments(path: str) -> tuple[Deployment, ...]:
        place = os.path.dirname(path)
        return stacks.deployments(path, settings.of(place), checkout(place) or place)

    # Where there is none, cfn-lint was told that it is a template, and says itself what is wrong with it.
    roots = [with_linked(one, deployments) for one in found if one is not None]
    return held_back(judge(roots, judges, base_of(folder)), settings, folder)


def _matches(rule: Rule, template: Template) -> Iterator[RuleMatch]:
    report = _report(template)
    for problem in report.problems:
        if is_crash(problem, rule):
            # cfn-lint turns it into an E0002: the run does not pass, nor is a mistake of the template named.
            raise RuntimeError(problem.message)
    for finding in report.findings:
        if finding.rule.id == rule.id and _is_of(finding, template.filename):
            yield _match(finding, template.filename)


def _is_of(finding: Finding, file: str | None) -> bool:
    """Whether a finding is of the template at hand, or of a stack nested in it: those that are linked to it by imports
    have their own run.
    """
    span = finding.resource.calls[0].span if finding.resource.calls else finding.resource.header
    return os.path.realpath(span.file) == os.path.realpath(file or _PIPED)


def _match(finding: Finding, file: str | None) -> RuleMatch:
    span = finding.span
    if os.path.realpath(span.file) != os.path.realpath(file or _PIPED):
        # In a nested stack, or in a file that is included: a match has to be in the template at hand, so it is put on
        # the resource that nests it, or what includes it.
        span = finding.resource.calls[0].span if finding.resource.calls else finding.resource.header
    # To cfn-lint the level is that of the rule, the same for all that it finds.
    more = {"rule": _at(finding.rule.id, finding.level)} if finding.level is not finding.rule.level else {}
    if file is None:
        return RuleMatch(list(span.path), describe(finding), **more)
    location = (span.start_line - 1, span.start_column - 1, span.end_line - 1, span.end_column - 1)
    return RuleMatch(list(span.path), describe(finding), location=location, **more)


@functools.cache
def _at(rule: str, level: Level) -> CloudFormationLintRule:
    """The rule of an id, at another level than the letter of its id says."""
    severity = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "informational"}[level]
    fields = {"severity": severity, "__module__": __name__, "__doc__": globals()[rule].__doc__}
    made: CloudFormationLintRule = type(rule, (globals()[rule],), fields)()
    return made


def _rule_class(rule: Rule) -> type[CloudFormationLintRule]:
    def match(self: CloudFormationLintRule, cfn: Template) -> list[RuleMatch]:
        return list(_matches(rule, cfn))

    fields = {
        "id": rule.cfn_lint_id,
        "shortdesc": rule.name,
        "description": rule.summary,
        "source_url": rule.help,
        "tags": ["ecs", "network", rule.id],
        "match": match,
        "__module__": __name__,
        "__doc__": rule.summary,
    }
    return type(rule.id, (CloudFormationLintRule,), fields)


globals().update({rule.id: _rule_class(rule) for rule in CATALOGUE})
