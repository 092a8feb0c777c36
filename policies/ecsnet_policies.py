"""The rules of ecsnet in Checkov: ``checkov --external-checks-dir policies -d DIR``.

Checkov says which files it scans and keeps the records: its reports, skips and baselines work as for its own checks.
The files are evaluated by ecsnet, once for a graph of Checkov's, whatever the number of rules; each verdict is then put
on the vertex of the resource it is about. Checkov runs this file for every framework, at times several in one process.
"""

from __future__ import annotations

import copy
import importlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.checks_infra.registry import Registry, get_graph_checks_registry
from checkov.common.graph.checks_infra.base_check import BaseGraphCheck
from checkov.common.graph.graph_builder import CustomAttributes
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.runner_filter import RunnerFilter
from rustworkx import PyDiGraph

_CHECKOUT = Path(__file__).resolve().parent.parent
if (_CHECKOUT / "ecsnet" / "__init__.py").is_file():
    # In a checkout ecsnet is beside this folder, and need not be installed. The path is taken back, since a checkout
    # has folders, such as "tests", whose names should not become modules of the process.
    sys.path.insert(0, str(_CHECKOUT))
    import ecsnet  # noqa: F401

    sys.path.remove(str(_CHECKOUT))

from ecsnet.engine import scan  # noqa: E402
from ecsnet.findings import Finding, Level, Report, Rule  # noqa: E402
from ecsnet.harness import BlockName, describe, is_crash, one_line  # noqa: E402
from ecsnet.inputs import VarFile  # noqa: E402
from ecsnet.network import wanted  # noqa: E402
from ecsnet.resources import Language, Resource  # noqa: E402
from ecsnet.rules import CATALOGUE  # noqa: E402
from ecsnet.settings import Flags, Settings  # noqa: E402

Vertex = dict[str, Any]
Framework = Literal["terraform", "terraform_plan", "cloudformation"]
"""What Checkov calls the kind of files that a graph is of."""

_LOG = logging.getLogger("ecsnet")
_SEVERITIES = {
    Level.ERROR: Severities[BcSeverities.HIGH],
    Level.WARNING: Severities[BcSeverities.MEDIUM],
    Level.INFO: Severities[BcSeverities.LOW],
}
_BASELINE = "in the baseline"
_NO_PARSER = (
    "Terraform could not be evaluated, since {module} is missing where Checkov runs: "
    "pip install tree-sitter tree-sitter-hcl"
)


@dataclass(slots=True)
class Outcome:
    """What is recorded for one rule: vertices with the text and the level of each, and vertices that pass.

    ``skipped``: as those that fail, with the reason why the user accepts it.
    """

    failed: list[tuple[Vertex, str, Level]] = field(default_factory=list)
    passed: list[Vertex] = field(default_factory=list)
    skipped: list[tuple[Vertex, str, Level, str]] = field(default_factory=list)


class Vertices:
    """The blocks of a graph of Checkov's, by what ecsnet knows of a resource."""

    def __init__(self, vertices: Sequence[Vertex], language: Language) -> None:
        self.language = language
        self.all = vertices
        self._by_block: dict[tuple[str, str, str], list[Vertex]] = {}
        for vertex in self.all:
            name = plain_address(str(vertex[CustomAttributes.BLOCK_NAME]))
            if language == "cloudformation":
                name = name.rpartition(".")[2]
            key = (_real(vertex[CustomAttributes.FILE_PATH]), vertex[CustomAttributes.BLOCK_TYPE], name)
            self._by_block.setdefault(key, []).append(vertex)

    def files(self) -> list[str]:
        """Those that are not read as a module only, as the user would name them."""
        found = {
            str(vertex[CustomAttributes.FILE_PATH])
            for vertex in self.all
            if not vertex.get(CustomAttributes.SOURCE_MODULE_OBJECT)
        }
        return sorted(map(_shown, found))

    def base(self) -> str:
        """The folder that holds them all, modules too."""
        folders = {os.path.dirname(_real(vertex[CustomAttributes.FILE_PATH])) for vertex in self.all}
        return os.path.commonpath(folders)

    def wanted(self) -> Iterator[Vertex]:
        """The resources that rules may be about."""
        for vertex in self.all:
            kind = str(vertex[CustomAttributes.BLOCK_NAME]).partition(".")[0]
            if vertex[CustomAttributes.BLOCK_TYPE] == "resource" and kind in wanted(self.language):
                yield vertex

    def of(self, resource: Resource) -> list[Vertex]:
        """The vertices of a resource instance, one as a rule; several where Checkov alone tells instances apart.

        Where Checkov has none, since it takes a count for zero or a module for missing, that of the module call.
        """
        file = _real(resource.header.file)
        if self.language == "cloudformation":
            return self._by_block.get((file, "resource", resource.address.rpartition(".")[2]), [])
        plain = plain_address(resource.address)
        kind = "data" if resource.type.startswith("data.") else "resource"
        # What is shown in the file that calls its module is declared in a stub, of which Checkov knows nothing.
        shown_in_call = any(_real(call.span.file) == file for call in resource.calls[-1:])
        name = ".".join(plain.split(".")[-2:])
        found = [] if shown_in_call else self._by_block.get((file, kind, name), [])
        found = _narrow(found, lambda address: plain_address(address) == plain)
        found = _narrow(found, lambda address: address == resource.address)
        for call in () if found else reversed(resource.calls):
            name = plain_address(call.address).rpartition(".")[2]
            found = found or self._by_block.get((_real(call.span.file), "module", name), [])[:1]
        return found

    def nearest(self, resource: Resource) -> Vertex | None:
        """Where a finding goes whose resource has no vertex, since a loop or an include makes it: the resource before
        it in the file, else the first one there; in the file that includes it, or in any.
        """
        places = [resource.header, *(call.span for call in reversed(resource.calls))]
        for place in places:
            here = [vertex for vertex in self.all if _real(vertex[CustomAttributes.FILE_PATH]) == _real(place.file)]
            here = [vertex for vertex in here if vertex[CustomAttributes.BLOCK_TYPE] == "resource"]
            before = [vertex for vertex in here if _line(vertex) <= place.start_line]
            if here:
                return max(before, key=_line) if before else min(here, key=_line)
        return next(self.wanted(), self.all[0] if self.all else None)


class PlanVertices(Vertices):
    """Those of one plan. What a plan is about has the same address in Checkov, whatever file its source is in."""

    def of(self, resource: Resource) -> list[Vertex]:
        return [vertex for vertex in self.all if vertex.get(CustomAttributes.TF_RESOURCE_ADDRESS) == resource.address]


def _sources(graph: Any, framework: Framework) -> list[Vertex]:
    """The blocks of the files that a framework is about.

    With ``--deep-analysis`` the graph of a plan holds that of its source too.
    """
    # Pairs of a number or a hash, and the data of the block, in the graphs of either library that Checkov may use.
    pairs = graph.nodes() if isinstance(graph, PyDiGraph) else graph.nodes(data=True)
    ending = {"terraform": ".tf", "terraform_plan": ".json", "cloudformation": ""}[framework]
    files = ((str(vertex.get(CustomAttributes.FILE_PATH, "")), vertex) for _, vertex in pairs)
    return [vertex for file, vertex in files if file and file.endswith(ending)]


def _narrow(vertices: list[Vertex], matches: Any) -> list[Vertex]:
    return [vertex for vertex in vertices if matches(str(vertex.get(CustomAttributes.TF_RESOURCE_ADDRESS)))] or vertices


def plain_address(address: str) -> str:
    """Without instance keys: ``module.a["x"].aws_subnet.b[0]`` is ``module.a.aws_subnet.b``."""
    result: list[str] = []
    depth = 0
    quoted = escaped = False
    for character in address:
        if quoted:
            quoted = escaped or character != '"'
            escaped = not escaped and character == "\\"
        elif depth and character == '"':
            quoted = True
        elif character == "[":
            depth += 1
        elif character == "]" and depth:
            depth -= 1
        elif not depth:
            result.append(character)
    return "".join(result)


def _line(vertex: Vertex) -> int:
    line = vertex.get("__startline__", 0)
    return line if isinstance(line, int) else 0


def _real(file: str) -> str:
    return os.path.realpath(file)


def _shown(file: str) -> str:
    """Relative where it is below the working directory."""
    relative = os.path.relpath(file)
    return file if relative.startswith(os.pardir) else relative


def outcomes(graph: Any, framework: Framework, rules: Sequence[Rule], flags: Flags) -> Mapping[str, Outcome]:
    """What the rules say about the files of a graph, by rule. Configuration files hold here as for the command."""
    sources = _sources(graph, framework)
    if not sources or not rules:
        return {}
    if framework == "terraform_plan":
        return _of_plans(sources, rules, flags)
    vertices = Vertices(sources, framework)
    missing = _missing_parser() if framework == "terraform" else None
    if missing:
        return _fail_closed(vertices, rules, _NO_PARSER.format(module=missing))
    return _judged(vertices, rules, flags, vertices.base())


def _of_plans(sources: Sequence[Vertex], rules: Sequence[Rule], flags: Flags) -> Mapping[str, Outcome]:
    """Plans one by one, since the same address may be in many."""
    plans: dict[str, list[Vertex]] = {}
    for vertex in sources:
        plans.setdefault(str(vertex[CustomAttributes.FILE_PATH]), []).append(vertex)
    result: dict[str, Outcome] = {}
    for found in plans.values():
        for rule, outcome in _judged(PlanVertices(found, "terraform"), rules, flags).items():
            both = result.setdefault(rule, Outcome())
            both.failed += outcome.failed
            both.passed += outcome.passed
            both.skipped += outcome.skipped
    return result


def _judged(vertices: Vertices, rules: Sequence[Rule], flags: Flags, base: str | None = None) -> Mapping[str, Outcome]:
    files = vertices.files()
    report = scan(files, Settings(flags, files, os.environ), base)
    result = _record(report, vertices)
    for problem in report.problems:
        text = one_line(f"{problem.file}:{problem.line}: {problem.message}")
        _LOG.error(text)
        unread = isinstance(vertices, PlanVertices) and problem.file in files and not report.files
        crashed = [rule for rule in rules if is_crash(problem, rule) or unread]
        silent = [rule for rule in crashed if not result.get(rule.id, Outcome()).failed]
        result.update(_fail_closed(vertices, silent, text))
    return result


def _fail_closed(vertices: Vertices, rules: Sequence[Rule], text: str) -> dict[str, Outcome]:
    """A rule that could not be asked is recorded as failed, once: Checkov has no other status that stops a pipeline."""
    vertex = next(vertices.wanted(), None)
    return {rule.id: Outcome([(_findable(vertex), text, rule.level)]) for rule in rules} if vertex else {}


def _missing_parser() -> str | None:
    for module in ("tree_sitter", "tree_sitter_hcl"):
        try:
            importlib.import_module(module)
        except ImportError:
            return module
    return None


def _record(report: Report, vertices: Vertices) -> dict[str, Outcome]:
    result: dict[str, Outcome] = {}
    failed = _grouped(report.findings, vertices)
    for (rule, _), (vertex, findings) in failed.items():
        text, level = _spoken(findings, vertex, vertices)
        result.setdefault(rule, Outcome()).failed.append((_findable(vertex), text, level))
    seen = set(failed)
    reasons = {id(one.finding): one.reason or _BASELINE * (one.by == "baseline") for one in report.suppressed}
    for key, (vertex, findings) in _grouped([one.finding for one in report.suppressed], vertices).items():
        if key not in seen:
            seen.add(key)
            reason = "; ".join(dict.fromkeys(filter(None, (reasons[id(finding)] for finding in findings))))
            entry = (_findable(vertex), *_spoken(findings, vertex, vertices), reason or "No comment provided")
            result.setdefault(key[0], Outcome()).skipped.append(entry)
    for passed in report.passed:
        for vertex in vertices.of(passed.resource):
            key = (passed.rule.id, id(vertex))
            if key not in seen and vertex[CustomAttributes.BLOCK_TYPE] == "resource":
                seen.add(key)
                result.setdefault(passed.rule.id, Outcome()).passed.append(_findable(vertex))
    return result


def _grouped(findings: Sequence[Finding], vertices: Vertices) -> dict[tuple[str, int], tuple[Vertex, list[Finding]]]:
    """By rule and vertex: one block may stand for many instances, with a finding each."""
    grouped: dict[tuple[str, int], tuple[Vertex, list[Finding]]] = {}
    for finding in findings:
        found = vertices.of(finding.resource)
        nearest = vertices.nearest(finding.resource) if not found else None
        if nearest is None and not found:
            place = f"{finding.span.file}:{finding.span.start_line}"
            _LOG.error("%s: Checkov has no resource for %s: %s", place, finding.rule.id, describe(finding))
        for vertex in found or filter(None, [nearest]):
            grouped.setdefault((finding.rule.id, id(vertex)), (vertex, []))[1].append(finding)
    return grouped


def _spoken(findings: Sequence[Finding], vertex: Vertex, vertices: Vertices) -> tuple[str, Level]:
    """The text of a record, for which the first finding speaks, and its level, that of the gravest."""
    first, *others = findings
    place = _place_of(first, vertex, vertices)
    text = f"{first.rule.name}: {place}{': ' if place else ''}{describe(first)}"
    if others:
        names = list(filter(None, (_place_of(other, vertex, vertices) for other in others)))
        text += f" (and {len(others)} more{': ' if names else ''}{', '.join(names)})"
    return text, max((finding.level for finding in findings), key=lambda level: level.rank)


def _place_of(finding: Finding, vertex: Vertex, vertices: Vertices) -> str:
    """The resource and where it is, for one that has another's vertex; "" for its own."""
    if any(own is vertex for own in vertices.of(finding.resource)):
        return ""
    header = finding.resource.header
    return f"{finding.resource.address} ({_shown(_real(header.file))}:{header.start_line})"


def _findable(vertex: Vertex) -> Vertex:
    name = str(vertex[CustomAttributes.BLOCK_NAME])
    if vertex[CustomAttributes.BLOCK_TYPE] != "resource" or "." not in name.partition("[")[2]:
        return vertex
    return {**vertex, CustomAttributes.BLOCK_NAME: BlockName(name)}


class Evaluation:
    """The verdicts about graphs that are being checked. Checkov runs the checks of a graph in threads, all at once; on
    request it does so with plans and their source too, which are checked with the same checks.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._lock = threading.Lock()
        self._outcomes: dict[int, Mapping[str, Outcome]] = {}

    def start(self, graph: Any, framework: Framework, rules: Sequence[Rule], flags: Flags) -> None:
        found = outcomes(graph, framework, rules, flags)
        with self._lock:
            self._outcomes[id(graph)] = found

    def of(self, graph: Any, rule: Rule) -> Outcome:
        with self._lock:
            if id(graph) not in self._outcomes:
                raise RuntimeError("the checks were run on a graph that was not evaluated")
            return self._outcomes[id(graph)].get(rule.id, Outcome())

    def end(self, graph: Any) -> None:
        with self._lock:
            self._outcomes.pop(id(graph), None)


class EcsnetCheck(BaseGraphCheck):
    """One rule."""

    def __init__(self, rule: Rule, evaluation: Evaluation) -> None:
        super().__init__()
        self.rule = rule
        self.evaluation = evaluation
        self.id = rule.id
        self.name = one_line(f"{rule.name}: {rule.summary}")
        self.category = CheckCategories.NETWORKING.name
        self.guideline = rule.help
        self.severity = _SEVERITIES[rule.level]
        # Checkov masks what it prints of these types as the user asks it to.
        self.resource_types = sorted(wanted(evaluation.language))
        self.frameworks = [evaluation.language, *(["terraform_plan"] if evaluation.language == "terraform" else [])]

    def run(self, graph_connector: Any) -> tuple[list[Vertex], list[Vertex], list[Vertex]]:
        """The vertices that pass, fail and are unknown; nothing is recorded for what is undecided."""
        outcome = self.evaluation.of(graph_connector, self.rule)
        # Checkov has no vertices that a check itself skips: those become what they are when they have their texts.
        skipped = [vertex for vertex, _, _, _ in outcome.skipped]
        return outcome.passed, [*(vertex for vertex, _, _ in outcome.failed), *skipped], []

    def reported(self, text: str, level: Level) -> EcsnetCheck:
        """The same check, named after one finding: the name is all that Checkov prints of a graph check."""
        check = copy.copy(self)
        check.name = text
        check.severity = _SEVERITIES[level]
        return check


def register(language: Language) -> None:
    """Add every rule to the graph checks of a framework. Plans are checked with those of ``terraform``."""
    registry = get_graph_checks_registry(language)
    if any(check.id == rule.id for check in registry.checks for rule in CATALOGUE):
        return
    evaluation = Evaluation(language)
    for rule in CATALOGUE:
        RunnerFilter.notify_external_check(rule.id)
        registry.checks.append(EcsnetCheck(rule, evaluation))
    registry.run_checks = _with_messages(registry, evaluation)  # type: ignore[method-assign]


def _with_messages(registry: Registry, evaluation: Evaluation) -> Any:
    """``Registry.run_checks``, with the evaluation before it and a record's own message after it.

    Checkov's own version runs a check in a thread and never looks at what it raises: a crash would be a silent pass.
    Here it comes before that, in the thread of the runner, and stops Checkov with its status for crashes.
    """
    run_checks = registry.run_checks

    def run(graph_connector: Any, runner_filter: RunnerFilter, report_type: str) -> dict[BaseGraphCheck, list[Any]]:
        framework = _framework(report_type, evaluation.language)
        rules = [rule for rule in CATALOGUE if framework and _is_asked_for(rule, runner_filter)]
        evaluation.start(graph_connector, framework or evaluation.language, rules, _flags(runner_filter))
        try:
            found = run_checks(graph_connector, runner_filter, report_type)
            return dict(_with_own_names(found, lambda rule: evaluation.of(graph_connector, rule)))
        finally:
            evaluation.end(graph_connector)

    return run


def _framework(report_type: str, language: Language) -> Framework | None:
    """What is checked; ``None`` for files that ecsnet does not read, such as those of the Serverless framework."""
    if report_type == "terraform_plan" and language == "terraform":
        return "terraform_plan"
    return language if report_type == language else None


def _with_own_names(
    found: Mapping[BaseGraphCheck, list[Any]], outcome_of: Callable[[Rule], Outcome]
) -> Iterator[tuple[BaseGraphCheck, list[Any]]]:
    for check, records in found.items():
        if not isinstance(check, EcsnetCheck):
            yield check, records
            continue
        yield check, [record for record in records if record["result"] != CheckResult.FAILED]
        failed = [record for record in records if record["result"] == CheckResult.FAILED]
        outcome = outcome_of(check.rule)
        for record, (_, text, level, reason) in zip(failed, _in_order(outcome), strict=True):
            skipped = {"result": CheckResult.SKIPPED, "suppress_comment": reason}
            yield check.reported(text, level), [record if reason is None else {**record, **skipped}]


def _in_order(outcome: Outcome) -> Iterator[tuple[Vertex, str, Level, str | None]]:
    """As the check gives them: those that fail, then those that are skipped, with a reason."""
    yield from ((*failed, None) for failed in outcome.failed)
    yield from outcome.skipped


def _is_asked_for(rule: Rule, runner_filter: RunnerFilter) -> bool:
    return not rule.opt_in or _is_named(rule, runner_filter)


def _is_named(rule: Rule, runner_filter: RunnerFilter) -> bool:
    return bool(RunnerFilter.check_matches(rule.id, None, runner_filter.checks))


def _flags(runner_filter: RunnerFilter) -> Flags:
    """A rule that ``--check`` names runs, whatever a configuration file says."""
    named = tuple(rule.id for rule in CATALOGUE if _is_named(rule, runner_filter))
    return Flags(extend_select=named, inputs=tuple(map(VarFile, runner_filter.var_files or ())))


register("terraform")
register("cloudformation")
