from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecsnet.cloudformation import load, looks_like_template
from ecsnet.cloudformation.json_syntax import read_json
from ecsnet.cloudformation.nodes import Items, Node, Scalar, Table
from ecsnet.files import find
from tests.cloudformation.build import HEAD, template

ONE = "Resources: {A: {Type: AWS::A::B}}\n"


@pytest.mark.parametrize(("text", "line", "words"), [
    ("Resources:\n  A: {Type: A::B::C, Properties: {x: 1}}\n  A: {Type: A::B::C}\n", 4, "first on line 3"),
    (ONE + "---\nb: 2\n", 3, "first of several documents"),
    ("Resources:\n\tA: 1\n", 3, "not YAML"),
    ("Resources: &r\n  A: *r\n", 3, "no anchor before it"),
    ("Resources: " + "[" * 5000, 2, "levels deep"),
    ("Resources:\n  ? [a]\n  : b\n", 3, "a key must be a string"),
    ("Resources: [1]\n", 2, "not a mapping"),
    ("Resources: {A: {Type: [x]}}\n", 2, "has no Type"),
    ("Resources: {A: {Type: A::B::C, Properties: {x: !Ref B}}}\n", 2, "Ref of 'B'"),
    ("Resources: {A: {Type: A::B::C, Properties: {x: !GetAtt B.C}}}\n", 2, "Fn::GetAtt of 'B'"),
    ("Resources: {A: {Type: A::B::C, Properties: {x: !Sub '${B}'}}}\n", 2, "Fn::Sub of 'B'"),
    ("Resources: {A: {Type: A::B::C, Properties: {x: !Sub '${a b}'}}}\n", 2, "takes no name"),
    ("Resources: {A: {Type: A::B::C, Condition: B}}\n", 2, "'B' is not declared"),
    ("Resources: {A: {Type: A::B::C, Properties: {x: !If [B, 1, 2]}}}\n", 2, "'B' is not declared"),
    ("Resources: {A: {Type: A::B::C, Properties: {x: !Nope 1}}}\n", 2, "Fn::Nope"),
    ("Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\n" + ONE, 3, "depends on itself"),
])  # fmt: skip
def test_problems(text: str, line: int, words: str) -> None:
    [problem] = template(text).problems
    assert (problem.line, words in problem.message) == (line, True), problem


@pytest.mark.parametrize("text", [
    "Parameters:\n  P:\n    Type: String\n    Type: String\n    Description: one\n    Description: two\n" + ONE,
    '{"Description": "one", "Resources": {"A": {"Type": "A::B::C", "Type": "A::B::C"}}, "Description": "two"}\n',
])  # fmt: skip
def test_saying_the_same_twice_hides_nothing(text: str) -> None:
    found = load("x.template", text=text.encode())
    assert found is not None
    assert found.problems == ()


@pytest.mark.parametrize("text", [
    "Resources: {A: {Type: A::B::C, Properties: {Port: 22, Port: '22'}}}\n",
    '{"Resources": {"A": {"Type": "A::B::C", "Properties": {"Open": true, "Open": 1}}}}\n',
])  # fmt: skip
def test_another_value_is_hidden(text: str) -> None:
    found = load("x.template", text=text.encode())
    assert found is not None
    [problem] = found.problems
    assert "given twice" in problem.message


def test_aliases_are_bounded() -> None:
    lines = [f"  a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)]
    start = time.process_time()
    [problem] = template("Resources:\n  a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(lines)).problems
    assert "aliases" in problem.message
    assert time.process_time() - start < 10


def test_strings_are_bounded() -> None:
    doubled = "!Sub ['${a}${a}', {a: " * 30 + "x" + "}]" * 30
    value = template(f"Resources: {{A: {{Type: A::B::C, Properties: {{V: {doubled}}}}}}}\n").resources["A"].get("V")
    assert len(repr(value)) < 10_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings(encoding: str, newline: str) -> None:
    text = (HEAD + "Resources:\n  É: {Type: A::B::C, Properties: {é: é, b: 1}}\n").replace("\n", newline)
    found = load("x.template", text=text.encode(encoding))
    assert found is not None
    assert found.problems == ()
    span = found.resources["É"].locate("b")
    assert (span.start_line, span.start_column, span.end_column) == (3, 41, 45)


def test_what_is_not_utf8() -> None:
    found = load("x.yaml", text=(HEAD + ONE + "# é").encode("latin-1"))
    assert found is not None
    assert "not UTF-8" in found.problems[0].message


def test_merge_keys_and_aliases() -> None:
    found = template("X: &x {a: 1, b: 2}\nResources:\n  A: {Type: A::B::C, Properties: {<<: *x, b: 3, c: *x}}\n")
    assert dict(found.resources["A"].attributes) == {"b": 3, "a": 1, "c": {"a": 1, "b": 2}}
    assert found.resources["A"].locate("c").start_line == found.resources["A"].locate("c").end_line == 4


def test_without_libyaml_the_reading_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    text = HEAD + "Resources:\n  É: &a\n    Type: A::B::C\n    Properties: {V: !If [a, !Ref É, 'x']}\n  B: *a\n"
    text += "  C:\n    Type: A::B::C\n    Properties:\n      V: |\n        x\n        y\n\n"
    first = load("x.yaml", text=text.encode())
    monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    second = load("x.yaml", text=text.encode())
    assert first is not None
    assert second is not None
    assert len(first.resources) == 3
    assert first.problems == second.problems
    for one, other in zip(first.resources.values(), second.resources.values()):
        assert (one.span, one.header, one.locate("V")) == (other.span, other.header, other.locate("V"))
        assert dict(one.attributes) == dict(other.attributes)


def test_comments_in_json_are_refused() -> None:
    found = load("x.json", text=b'{"Resources": {\n// a comment\n"A": {"Type": "AWS::A::B"}}}')
    assert found is not None
    assert [(problem.line, "no comments" in problem.message) for problem in found.problems] == [(2, True)]


@pytest.mark.parametrize("text", [
    "", "services:\n  web: {image: nginx}\n", "on: push\njobs: {}\n", "apiVersion: v1\nkind: Pod\n", '{"name": "x"}',
    "openapi: 3.0.0\n", "Resources: [a]\n", "Resources:\n  cpu: {Type: big}\n", '{"Resources": {"A": {"Type": "AWS"}}}',
    'data:\n  t: |\n    AWSTemplateFormatVersion: "2010-09-09"\n    Resources: {}\n', "\0\1\2",
    '[1, {"Resources": {}}]',
])  # fmt: skip
def test_other_files(text: str) -> None:
    assert load("x.yaml", text=text.encode()) is None


def test_templates_without_version_are_found() -> None:
    assert looks_like_template(ONE)
    assert load("x.yaml", text=ONE.encode()) is not None
    assert load("x.json", text=b'{\n\t"Resources": {"A": {"Type": "Custom::B"}}}') is not None
    assert load("x.yaml", text=b"{Resources: {A: {Type: 'AWS::A::B'}}}") is not None


def plain(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    assert isinstance(node, Table)
    return {key: plain(pair.value) for key, pair in node.pairs.items()}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 1]), st.booleans())
def test_json_reads_as_json_does(value: object, indent: int | None, ascii_only: bool) -> None:
    node, problems = read_json(json.dumps(value, indent=indent, ensure_ascii=ascii_only))
    assert plain(node) == value
    assert problems == []


TOKENS = st.sampled_from([
    "A", "Type", ": ", ":", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ",", "!Ref ", "!Sub ", "!If ", "!GetAtt ",
    "!Join ", "!Select ", "!Cidr ", "!GetAZs ", "!FindInMap ", "!Split ", "Fn::ForEach::X", "Fn::Transform",
    "AWS::EC2::VPC",
    "Conditions:", "Parameters:", "Properties", "Condition", "&a ", "*a", "<<: ", "'", '"', "|\n", "10.0.0.0/8", "${A}",
    "AWS::NoValue", "0", "1e9", "---\n", "\t", "#", "\ufeff", "é", "{{resolve:ssm:x}}", "%", "? ", "!!binary ", "!<x> ",
])  # fmt: skip


def visit(text: str) -> None:
    found = load("x.yaml", text=text.encode("utf-8", "surrogatepass"))
    for resource in found.resources.values() if found else ():
        for key in list(resource.attributes):
            resource.get(key)
            resource.locate(key, 0, "CidrIp")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TOKENS, max_size=40))
def test_nothing_is_raised_for_a_document(tokens: list[str]) -> None:
    visit(HEAD + "Resources:\n" + "".join(tokens))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TOKENS, max_size=30))
def test_nothing_is_raised_for_an_expression(tokens: list[str]) -> None:
    visit(HEAD + "Resources:\n  A:\n    Type: AWS::EC2::VPC\n    Properties:\n      V: " + "".join(tokens))


@given(st.binary(max_size=200))
def test_nothing_is_raised_for_bytes(content: bytes) -> None:
    load("x.yaml", text=HEAD.encode() + content)
    load("x.json", text=b'{"AWSTemplateFormatVersion": ' + content)
    load("x.yaml", text=content)


EXPRESSIONS = st.recursive(
    st.sampled_from(["A", "", 0, 3, -1, "0", None, True, "10.0.0.0/16", "${A}", ",", "AWS::NoValue", {"Ref": "A"}]),
    lambda inner: st.lists(inner, max_size=4)
    | st.builds(lambda name, argument: {name: argument}, st.sampled_from([
        "Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Split", "Fn::Select", "Fn::GetAZs", "Fn::Cidr",
        "Fn::FindInMap",
        "Fn::If", "Fn::ImportValue", "Fn::Base64", "Fn::ToJsonString", "Fn::Length", "Fn::GetStackOutput", "Fn::Equals",
        "Fn::And", "Fn::Not", "Fn::Or", "Fn::Transform", "Fn::ForEach::L", "Condition", "x"]), inner),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS, EXPRESSIONS)
def test_nothing_is_raised_for_misused_functions(value: object, other: object) -> None:
    body = {"Type": "AWS::EC2::Subnet", "Condition": other, "Properties": {"V": value, "AvailabilityZone": other}}
    visit(json.dumps({
        "Resources": {"A": body, "B": other}, "Conditions": {"A": value, "C": other}, "Outputs": {"O": value},
        "Mappings": {"M": value}, "Parameters": {"P": other}, "Transform": other,
    }))  # fmt: skip


def test_a_large_json_template_is_quick() -> None:
    groups = {
        f"Group{i}": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "VpcId": {"Ref": "Group0"},
                "SecurityGroupIngress": [{"CidrIp": {"Fn::Join": ["", ["10.", {"Ref": "AWS::Region"}]]}, "ToPort": 8}],
                "Tags": [{"Key": "Name", "Value": f"name {i}"}],
            },
            "Metadata": {"aws:cdk:path": f"Stack/Group{i}/Resource"},
        }
        for i in range(1800)
    }
    content = json.dumps({"Resources": groups}, indent=1).encode()
    assert len(content) > 900_000
    start = time.process_time()
    found = load("x.json", text=content)
    assert found is not None
    assert len(found.resources) == 1800
    assert time.process_time() - start < 10  # about 0.3 s on an idle machine


@pytest.mark.parametrize("comment", ["/* a comment */\n", "// a comment\n", "  // one\n"])
@pytest.mark.parametrize("name", ["x.json", "x.template", "x.cfn", "x.yaml"])
def test_comments_before_json_are_refused(name: str, comment: str) -> None:
    found = load(name, text=comment.encode() + b'{"Resources": {"A": {"Type": "AWS::A::B"}}}')
    assert found is not None
    [problem] = found.problems
    assert "no comments" in problem.message
    assert problem.line == 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places_in_utf_16(encoding: str, mark: str) -> None:
    text = f"{mark}{HEAD}Resources:\r\n  '\U0001f600': {{Type: A::B::C, Properties: {{b: 1}}}}\r\n"
    found = load("x.yaml", text=text.encode(encoding))
    assert found is not None
    assert found.problems == ()
    span = found.resources["\U0001f600"].locate("b")
    assert (span.start_line, span.start_column, span.end_column) == (3, 37, 41)


def test_the_last_of_two_resources_is_read_and_both_are_named() -> None:
    found = template("Resources:\n  A: {Type: A::B::C}\n  B: {Type: A::B::C}\n  A: {Type: D::E::F}\n")
    assert [resource.type for resource in found.resources.values()] == ["D::E::F", "A::B::C"]
    [problem] = found.problems
    assert (problem.line, problem.column, "first on line 3" in problem.message) == (5, 3, True)


def test_tabs_are_space_in_json_and_none_in_yaml() -> None:
    found = load("x.json", text=b'{\n\t"Resources": {\n\t\t"A": {"Type": "AWS::A::B"}}}')
    assert found is not None
    assert (found.resources["A"].header.start_line, found.resources["A"].header.start_column) == (3, 3)
    [problem] = template("Resources:\n\tA: {Type: A::B::C}\n").problems
    assert (problem.line, problem.column) == (3, 1)


def test_the_first_of_several_documents() -> None:
    found = load("x.yaml", text=f"---\n{ONE}...\n---\nResources: {{B: {{Type: AWS::A::B}}}}\n".encode())
    assert found is not None
    assert list(found.resources) == ["A"]
    [problem] = found.problems
    assert (problem.line, "several documents" in problem.message) == (4, True)


def test_a_very_long_line() -> None:
    start = time.process_time()
    found = load(
        "x.yaml", text=b"Resources: {A: {Type: AWS::A::B, Properties: {X: '" + b"x" * 3_000_000 + b"', Y: 1}}}"
    )
    assert found is not None
    assert found.resources["A"].locate("Y").start_column == 3_000_054
    assert time.process_time() - start < 20


def test_merges_of_several_and_of_merged() -> None:
    text = "X: &x {a: 1}\nY: &y {<<: *x, b: 2}\nResources:\n  A:\n    Type: A::B::C\n    Properties:\n"
    text += "      <<: [*y, {b: 3, c: 4}]\n"
    found = template(text)
    assert dict(found.resources["A"].attributes) == {"a": 1, "b": 2, "c": 4}
    assert found.resources["A"].locate("a").start_line == 2


@pytest.mark.parametrize("ending", [".template", ".cfn"])
def test_templates_by_other_endings(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"network{ending}").write_text(HEAD + ONE)
    assert [Path(path).name for path in find([str(tmp_path)]).templates] == [f"network{ending}"]
