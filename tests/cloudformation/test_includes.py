"""``AWS::Include``: files that are here are part of the template, with their own places; others leave holes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.cloudformation import load
from ecsnet.resources import Configuration
from ecsnet.values import Unknown
from tests.cloudformation.build import HEAD

INCLUDE = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: %s}}"
SUBNET = "Type: AWS::EC2::Subnet"


def loaded(folder: Path, text: str, **files: str) -> Configuration:
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content)
    (folder / "template.yaml").write_text(HEAD + text)
    found = load(str(folder / "template.yaml"), boundary=str(folder))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "location", ["part.yaml", "./part.yaml", "s3://bucket/a/part.yaml", "!Sub 's3://${P}/part.yaml'"]
)
def test_properties(tmp_path: Path, location: str) -> None:
    text = f"Parameters: {{P: {{Type: String}}}}\nResources:\n  A:\n    {SUBNET}\n    Properties:\n      B: 1\n      "
    found = loaded(tmp_path, text + INCLUDE % location, part="# first\nC: {Ref: A}\nD: [2]\n")
    resource = found.resources["A"]
    assert found.problems == ()
    assert found.holes == ()
    assert list(resource.attributes) == ["B", "C", "D"]
    span = resource.locate("D", 0)
    assert (Path(span.file).name, span.start_line, span.start_column) == ("part.yaml", 3, 5)
    assert Path(resource.locate("B").file).name == "template.yaml"
    assert [Path(file).name for file in found.files] == ["template.yaml", "part.yaml"]


def test_resources_a_resource_and_a_mapping(tmp_path: Path) -> None:
    text = f"""
Mappings:
  M:
    {INCLUDE % "map.yaml"}
Resources:
  {INCLUDE % "resources.yaml"}
  B:
    {INCLUDE % "body.yaml"}
"""
    files = {
        "map": "k: {v: found}", "resources": f"A: {{{SUBNET}}}",
        "body": f"{SUBNET}\nProperties: {{X: !FindInMap [M, k, v]}}",
    }  # fmt: skip
    found = loaded(tmp_path, text, **files)
    assert (found.problems, found.holes) == ((), ())
    assert sorted(found.resources) == ["A", "B"]
    assert found.resources["B"].get("X") == "found"
    assert Path(found.resources["A"].header.file).name == "resources.yaml"
    assert [call.span.start_line for call in found.resources["A"].calls] == [7]


@pytest.mark.parametrize("form", ["%s", "[%s]", "[AWS::Serverless-2016-10-31, %s]"])
def test_at_the_top(tmp_path: Path, form: str) -> None:
    transform = form % "{Name: AWS::Include, Parameters: {Location: s3://b/part.yaml}}"
    text = f"Transform: {transform}\nResources:\n  A: {{{SUBNET}, Properties: {{X: !FindInMap [M, k, v]}}}}\n"
    found = loaded(tmp_path, text, part="Mappings: {M: {k: {v: 1}}}")
    assert (found.problems, found.holes) == ((), ())
    assert found.resources["A"].get("X") == 1


def test_in_a_value_and_within_an_include(tmp_path: Path) -> None:
    text = f"Resources:\n  A:\n    {SUBNET}\n    Properties:\n      X: {{{INCLUDE % 'one.yaml'}}}\n"
    found = loaded(tmp_path, text, one=f"a: 1\n{INCLUDE % 'two.yaml'}", two="b: !Sub x")
    assert found.resources["A"].get("X") == {"a": 1, "b": "x"}


@pytest.mark.parametrize("location", ["absent.yaml", "../outside.yaml", "s3://b/absent.yaml", "!Ref P", "[1]"])
def test_what_is_not_here_is_unknown(tmp_path: Path, location: str) -> None:
    (tmp_path / "outside.yaml").write_text("C: 1")
    (tmp_path / "in").mkdir()
    text = f"Parameters: {{P: {{Type: String}}}}\nResources:\n  A:\n    {SUBNET}\n    Properties:\n      B: 1\n      "
    found = loaded(tmp_path / "in", text + INCLUDE % location)
    assert found.resources["A"].get("B") == 1
    assert isinstance(found.resources["A"].get("C"), Unknown)
    [hole] = found.holes
    assert "include" in hole.reason
    assert not hole.anything


@pytest.mark.parametrize("transform", ["MyMacro", "{Name: AWS::Include, Parameters: {Location: absent.yaml}}"])
def test_a_macro_over_the_template_may_change_anything(tmp_path: Path, transform: str) -> None:
    found = loaded(tmp_path, f"Transform: {transform}\nResources: {{A: {{{SUBNET}}}}}\n")
    [hole] = found.holes
    assert hole.anything


def test_another_macro_leaves_what_it_touches_unknown(tmp_path: Path) -> None:
    text = f"Resources:\n  A:\n    {SUBNET}\n    Properties:\n      X: {{Fn::Transform: {{Name: Mine}}}}\n      B: 1\n"
    found = loaded(tmp_path, text)
    value = found.resources["A"].get("X")
    assert isinstance(value, Unknown)
    assert value.reason == "made by the macro Mine"
    assert found.resources["A"].get("B") == 1


def test_circles_clashes_and_what_cannot_be_read(tmp_path: Path) -> None:
    text = "Resources:\n" + "".join(
        f"  {name}:\n    {SUBNET}\n    Properties:\n      X: 1\n      {INCLUDE % f'{name}.yaml'}\n"
        for name in ("circle", "clash", "broken", "list")
    )
    files = {"circle": INCLUDE % "circle.yaml", "clash": "X: 2", "broken": "a: [", "list": "[1]"}
    found = loaded(tmp_path, text, **files)
    for resource in found.resources.values():
        assert resource.get("X") == 1
        assert isinstance(resource.get("Y"), Unknown)
    words = " | ".join(problem.message for problem in found.problems)
    assert all(word in words for word in ("includes itself", "which is given here too", "not YAML", "is no mapping"))
    assert len(found.problems) == 4


@pytest.mark.parametrize("kind", ["AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"])
def test_a_definition_in_a_file(tmp_path: Path, kind: str) -> None:
    name = "DefinitionUri" if "Serverless" in kind else "DefinitionS3Location"
    text = f"Resources:\n  A: {{Type: {kind}, Properties: {{{name}: part.yaml}}}}\n"
    found = loaded(tmp_path, text, part="States:\n  Run: {Type: Task}\n")
    assert found.resources["A"].get(name, "States", "Run", "Type") == "Task"
    span = found.resources["A"].locate(name, "States", "Run")
    assert (Path(span.file).name, span.start_line) == ("part.yaml", 2)
