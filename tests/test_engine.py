from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ecsnet.rules
from ecsnet.config import Config, ConfigError, choose, find_rule
from ecsnet.engine import judge, scan
from ecsnet.findings import Finding, Level, Passed, Rule, Undecided, Verdict
from ecsnet.judging import Judges
from ecsnet.report import json as report_json
from ecsnet.report import text
from ecsnet.resources import Call, Configuration, Hole, Hop, Problem, Resource
from ecsnet.values import Span

if TYPE_CHECKING:
    from ecsnet.network import Network
    from ecsnet.options import Options

TEMPLATE = """\
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
"""


def resource(address: str = "aws_subnet.a", file: str = "main.tf", line: int = 1) -> Resource:
    span = Span(file, line, 1, line + 2, 2)
    header = Span(file, line, 1, line, 10)
    return Resource("aws_subnet", address, {}, span, header, "terraform", lambda path: header)


def configuration(*resources: Resource, root: str = ".", problems: tuple[Problem, ...] = ()) -> Configuration:
    files = tuple(dict.fromkeys(one.span.file for one in resources))
    return Configuration(root, "terraform", {one.address: one for one in resources}, problems=problems, files=files)


def rule(number: int = 101, level: Level = Level.WARNING, opt_in: bool = False, **checks: object) -> Rule:
    """A rule that finds the resources named in ``fail``, cannot tell about ``unknown``, and crashes where asked to."""
    fix: Mapping[str, str] = {"terraform": "Fix it.", "cloudformation": "Fix it."}

    def check(network: Network, options: Options) -> Iterator[Verdict]:
        if checks.get("crash"):
            raise RecursionError("too deep")
        for one in network.configuration.resources.values():
            if checks.get("unknown"):
                yield Undecided(made, one, "var.x has no default", one.header)
            elif checks.get("clean"):
                yield Passed(made, one)
            else:
                yield Finding(
                    made, level, one, "is wrong", one.header, (Hop(one.address, "here", one.span),), "Fix it."
                )

    made = Rule(f"ECSNET{number}", f"rule-{number}", level, "Something is wrong.", "Because.", fix, (), check, opt_in)  # type: ignore[arg-type]
    return made


def test_verdicts_are_sorted_by_place_and_rule() -> None:
    later, earlier = resource("aws_subnet.z", "a.tf", 9), resource("aws_subnet.a", "a.tf", 2)
    report = judge(
        [configuration(later, resource("x", "b.tf"), earlier)],
        Judges(
            (
                rule(201),
                rule(101),
            )
        ),
    )
    assert [(f.span.file, f.span.start_line, f.rule.id) for f in report.findings] == [
        ("a.tf", 2, "ECSNET101"),
        ("a.tf", 2, "ECSNET201"),
        ("a.tf", 9, "ECSNET101"),
        ("a.tf", 9, "ECSNET201"),
        ("b.tf", 1, "ECSNET101"),
        ("b.tf", 1, "ECSNET201"),
    ]


def test_a_module_that_two_roots_call_is_reported_once() -> None:
    shared = resource("module.vpc.aws_subnet.a", "modules/vpc/main.tf")
    roots = [configuration(shared, root="dev"), configuration(shared, root="prod")]
    for made in (rule(), rule(unknown=True), rule(clean=True)):
        report = judge(roots, Judges((made,)))
        assert len(report.findings) + len(report.undecided) + len(report.passed) == 1


def test_a_module_speaks_for_each_of_its_callers() -> None:
    def called_from(root: str) -> Resource:
        call = Call("module.vpc", Span(f"{root}/main.tf", 1, 1, 3, 2))
        return replace(resource("module.vpc.aws_subnet.a", "modules/vpc/main.tf"), calls=(call,))

    roots = [configuration(called_from(root), root=root) for root in ("dev", "prod")]
    assert len(judge(roots, Judges((rule(),))).findings) == 2


def test_modules_that_are_not_there_are_counted() -> None:
    hole = Hole("module.vpc", Span("main.tf", 1, 1, 1, 13), "it is not there", ({"a": 1},))
    report = judge([replace(configuration(resource()), holes=(hole, hole))], Judges((rule(),)))
    assert report.unseen == (hole,)
    assert "1 module or stack not seen" in list(text.render(report))[-1]
    assert json.loads(report_json.render(report))["unseen"][0]["address"] == "module.vpc"


def test_same_address_in_another_file_is_another_finding() -> None:
    roots = [configuration(resource(file="dev/main.tf"), root="dev"), configuration(resource(file="prod/main.tf"))]
    assert len(judge(roots, Judges((rule(),))).findings) == 2


def test_a_rule_that_crashes_is_a_problem_and_the_others_go_on() -> None:
    report = judge(
        [configuration(resource(), root="infra")],
        Judges(
            (
                rule(101, crash=True),
                rule(201),
            )
        ),
    )
    assert [(p.file, p.message) for p in report.problems] == [
        ("infra", "internal error in ECSNET101: RecursionError: too deep")
    ]
    assert [finding.rule.id for finding in report.findings] == ["ECSNET201"]
    assert not report.passed


def test_problems_of_the_input_are_reported_beside_findings() -> None:
    problem = Problem("main.tf", 3, 1, "a brace is missing")
    report = judge([configuration(resource(), problems=(problem, Problem("b", 1, 1, "no")))], Judges((rule(),)))
    assert report.problems == (Problem("b", 1, 1, "no"), problem)
    assert len(report.findings) == 1


def test_a_circle_of_nested_templates_is_evaluated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, other in (("a", "b"), ("b", "a")):
        nested = "  Nested:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./{}.yaml\n"
        (tmp_path / f"{name}.yaml").write_text(TEMPLATE + nested.format(other))
    monkeypatch.setattr(ecsnet.rules, "CATALOGUE", (rule(),), raising=False)
    found = scan(["."], Config()).findings
    assert {finding.resource.address for finding in found if "." not in finding.resource.address} == {"Vpc"}
    assert {finding.span.file for finding in found if finding.resource.address == "Vpc"} == {"a.yaml"}


def test_a_nested_template_is_judged_in_its_caller_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "network.yaml").write_text(TEMPLATE)
    (tmp_path / "stack.yaml").write_text(
        "Resources:\n  Network:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
        "      TemplateURL: network.yaml\n"
    )
    monkeypatch.setattr(ecsnet.rules, "CATALOGUE", (rule(),), raising=False)
    assert {one.resource.address for one in scan(["."], Config()).findings} == {"Network.Vpc"}


def test_terraform_and_templates_in_one_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "modules/vpc").mkdir(parents=True)
    (tmp_path / "main.tf").write_text('module "vpc" {\n  source = "./modules/vpc"\n}\n')
    (tmp_path / "modules/vpc/vpc.tf").write_text('resource "aws_vpc" "this" {\n  cidr_block = "10.0.0.0/16"\n}\n')
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    image: nginx\n")
    monkeypatch.setattr(ecsnet.rules, "CATALOGUE", (rule(),), raising=False)
    report = scan(["."], Config())
    assert [(one.span.file, one.resource.address) for one in report.findings] == [
        ("modules/vpc/vpc.tf", "module.vpc.aws_vpc.this"),
        ("template.yaml", "Vpc"),
    ]
    assert report.files == ("main.tf", "modules/vpc/vpc.tf", "template.yaml")
    assert report.resources == 2
    assert not report.problems


def test_what_was_named_and_is_no_template_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ecsnet.rules, "CATALOGUE", (rule(),), raising=False)
    file = tmp_path / "compose.yaml"
    file.write_text("services: {}\n")
    assert [p.message for p in scan([str(file)], Config()).problems] == ["not a CloudFormation template"]
    assert not scan([str(tmp_path)], Config()).problems


CATALOGUE = (rule(101), rule(102, Level.ERROR), rule(401), rule(502, Level.INFO, opt_in=True))


@pytest.mark.parametrize(
    ("config", "ids"),
    [
        (Config(), [101, 102, 401]),
        (Config(select=("ECSNET1",)), [101, 102]),
        (Config(select=("ecsnet401", "rule-101")), [101, 401]),
        (Config(select=("E9102",)), [102]),
        (Config(select=("ECSNET",)), [101, 102, 401, 502]),
        (Config(select=("ECSNET5",)), [502]),
        (Config(extend_select=("rule-502",)), [101, 102, 401, 502]),
        (Config(ignore=("ECSNET1",)), [401]),
        (Config(select=("ECSNET1",), ignore=("ECSNET102",)), [101]),
    ],
)
def test_selection(config: Config, ids: list[int]) -> None:
    assert [one.id for one in choose(config, CATALOGUE)] == [f"ECSNET{number}" for number in ids]


@pytest.mark.parametrize(
    ("name", "hint"), [("ECSNET104", "did you mean ECSNET10"), ("rule-041", "did you mean rule-"), ("x", "lists them")]
)
def test_an_unknown_rule_names_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=hint):
        choose(Config(select=(name,)), CATALOGUE)
    with pytest.raises(ConfigError, match=hint):
        find_rule(name, CATALOGUE)


def test_a_family_is_not_a_rule() -> None:
    with pytest.raises(ConfigError):
        find_rule("ECSNET1", CATALOGUE)
