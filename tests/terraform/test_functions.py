from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ecsnet.terraform import load
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.functions import FUNCTIONS, FunctionContext, call
from ecsnet.terraform.functions.signature import parameters
from ecsnet.terraform.types import Collection, Primitive, Type
from ecsnet.values import Encoded, Reference, Set, Several, Text, Unknown, Value
from tests.terraform.configurations import plain, planned
from tests.terraform.console import TERRAFORM, EmptyScope, ours, theirs
from tests.terraform.forms import FORMS
from tests.terraform.refresh_functions import PLACE

CONTEXT = FunctionContext(".", ".", lambda template, variables: template)
A, B = Reference("aws_subnet.a"), Reference("aws_subnet.b")
AZS = tuple(Unknown("zone", symbol=f"azs[{i}]", series="region") for i in range(3))
LIST = Unknown("not set", symbol="var.list")


def function(name: str, *args: Value) -> Value:
    return call(name, args, CONTEXT)


NOT_TOLD = {
    "base64gzip", "bcrypt", "ephemeralasnull", "issensitive", "plantimestamp", "rsadecrypt", "timestamp", "uuid",
}  # fmt: skip
"""Functions of which the value is deliberately unknown: docs/terraform.md says why."""
OF_FILES = {
    "abspath", "file", "filebase64", "filebase64sha256", "filebase64sha512", "fileexists", "filemd5", "fileset",
    "filesha1", "filesha256", "filesha512", "pathexpand", "templatefile", "templatestring",
}  # fmt: skip
"""Functions that need files to read, or a template that has a name."""
QUOTED = '"a.txt"'


def test_every_function_of_terraform_is_there_with_what_it_takes() -> None:
    expected = json.loads(PLACE.read_text())
    assert set(expected) == set(FUNCTIONS)
    for name, signature in expected.items():
        found = [(p.name, spelt(p.type), p.nullable) for p in parameters(FUNCTIONS[name].signature)]
        rest = [signature["variadic"]] if signature["variadic"] else []
        wanted = [(p["name"], p["type"], p["nullable"]) for p in [*signature["parameters"], *rest]]
        if name not in ("can", "try"):  # They take expressions, not values.
            assert found == wanted, name


def spelt(type_: Type) -> object:
    """A type as Terraform writes it in JSON."""
    if isinstance(type_, Collection):
        return [type_.kind, spelt(type_.element)]
    return type_.name if isinstance(type_, Primitive) else "dynamic"


def test_every_function_is_compared_with_terraform_or_deliberately_unknown() -> None:
    table = Path(__file__).with_name("functions.txt").read_text()
    written = " ".join([table, *(form for forms in FORMS.values() for form in forms)])
    compared = {name for name in FUNCTIONS if re.search(rf"\b{name}\(", written)}
    assert set(FUNCTIONS) - compared - OF_FILES <= NOT_TOLD
    documented = (Path(__file__).parents[2] / "docs/terraform.md").read_text()
    assert all(f"`{name}`" in documented for name in NOT_TOLD)


@pytest.mark.skipif(TERRAFORM is None, reason="terraform is not installed")
def test_known_arguments_give_what_terraform_gives(tmp_path: Path) -> None:
    expressions = [line for line in Path(__file__).with_name("functions.txt").read_text().splitlines() if line]
    found = [ours(expression, EmptyScope(CONTEXT)) for expression in expressions]
    different = [row for row in zip(expressions, found, theirs(expressions, tmp_path)) if row[1] != row[2]]
    assert different == []


@pytest.mark.skipif(TERRAFORM is None, reason="terraform is not installed")
def test_functions_of_files_give_what_terraform_plans(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("cafe\u0301 ${x}\n", encoding="utf-8")
    given = {
        "abspath": '"x/../a.txt"', "fileset": '".", "*.txt"', "pathexpand": '"a~/b"',
        "templatefile": '"a.txt", { x = 1 }', "templatestring": 'local.text, { x = 1, l = ["p", "q"] }',
    }  # fmt: skip
    calls = [f"    {name} = {name}({given.get(name, QUOTED)})" for name in sorted(OF_FILES)]
    calls.append("    fails = try(templatestring(local.text, {}), 0)")
    (tmp_path / "main.tf").write_text(
        'locals {\n  text = "$${x}%%{ for i in l }-$${i}%%{ endfor }"\n}\n'
        'resource "terraform_data" "all" {\n  input = {\n' + "\n".join(calls) + "\n  }\n}\n"
    )
    expected = planned(tmp_path)
    found = load(str(tmp_path), boundary=str(tmp_path)).resources["terraform_data.all"].get("input")
    assert plain(found) == expected["terraform_data.all"]


def test_elements_of_unknown_lists_keep_their_identity() -> None:
    assert function("element", (A, B), 0) is A
    assert function("element", (A, B), 3) is B
    assert function("element", LIST, 1) == Unknown("not set", symbol="var.list[1]")
    assert [x.symbol for x in function("slice", LIST, 0, 2)] == ["var.list[0]", "var.list[1]"]  # type: ignore[union-attr]
    picked = function("element", (A, B), Unknown("?"))
    assert isinstance(picked, Unknown)
    assert picked.candidates == (A, B)


def test_lengths() -> None:
    assert function("length", (A, Unknown("?"))) == 2
    assert function("length", LIST) == Unknown("not set", symbol="length(var.list)")
    assert function("length", (Several(A, "var.n"),)) == Unknown("the number of elements is unknown", symbol="var.n")
    either = function("length", Unknown("?", candidates=((A,), ())))
    assert isinstance(either, Unknown)
    assert either.candidates == (1, 0)


def test_collections_keep_what_is_certain() -> None:
    assert function("concat", (A,), (Several(B),)) == (A, Several(B))
    assert function("flatten", ((A, (B,)), ())) == (A, B)
    assert function("merge", {"a": A}, {"b": B}) == {"a": A, "b": B}
    assert isinstance(function("merge", {"a": A}, LIST), Unknown)
    assert function("zipmap", AZS, (1, 2, 3)) == dict(zip(AZS, (1, 2, 3)))
    assert function("keys", dict(zip(AZS[::-1], (1, 2, 3)))) == AZS
    assert function("toset", (A, B, A)) == Set((A, B))
    assert isinstance(function("toset", (Unknown("?"), A)), Unknown)
    assert function("contains", (A, B), B) is True
    assert function("contains", (A,), B) is False
    assert isinstance(function("contains", (Unknown("?"),), B), Unknown)
    assert function("coalesce", None, "", A, "x") is A
    assert function("compact", ("", A, None)) == (A,)


def test_texts_and_encodings_are_undone() -> None:
    assert function("join", "-", ("a", A)) == Text(("a-", A))
    assert function("format", "%s/%d", A, 3) == Text((A, "/3"))
    assert function("jsondecode", function("jsonencode", {"a": A})) == {"a": A}
    assert function("base64decode", function("base64encode", Text(("a", A)))) == Text(("a", A))
    assert isinstance(function("base64encode", A), Encoded)
    heredoc = Text(('{"image": "x:', A, '", "port": ', B, "}"))
    assert isinstance(function("jsondecode", '{"a": {}, "a": {"b": 1}}'), Unknown)
    assert function("jsondecode", heredoc) == {"image": Text(("x:", A)), "port": B}
    assert function("startswith", Text(("ab", A)), "a") is True
    assert function("trimsuffix", Text((A, ".json")), ".json") is A


def test_what_is_joined_is_split_again() -> None:
    assert function("split", ",", function("join", ",", (A, B))) == (A, B)
    zone = Unknown("zone", symbol="azs[0]", series="zones.names")
    assert function("split", ",", Text((zone, ",b", A, ","))) == (zone, Text(("b", A)), "")
    network = Reference("data.aws_vpc.v", "cidr_block")
    assert function("split", ",", network) == (network,)
    assert isinstance(function("split", "-", A), Unknown)
    assert isinstance(function("split", ",", Text((A, ",", Reference("aws_vpc.v", "name")))), Unknown)
    assert isinstance(function("split", Unknown("?"), A), Unknown)


def test_what_may_take_too_long_is_unknown() -> None:
    assert isinstance(function("regex", "(a+)+$", "a" * 40 + "b"), Unknown)
    assert isinstance(function("regex", "a?" * 30 + "a" * 30, "a" * 30), Unknown)
    assert isinstance(function("setproduct", tuple(range(1000)), tuple(range(1000))), Unknown)
    assert isinstance(function("format", "%99999s", "x"), Unknown)


def test_files_are_read_inside_the_root_alone(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.txt").write_text("hi")
    (tmp_path / "secret").write_text("no")
    (root / "link").symlink_to(tmp_path / "secret")
    context = FunctionContext(str(root), str(root), lambda template, variables: template)
    assert call("file", ("a.txt",), context) == "hi"
    assert isinstance(call("file", ("../secret",), context), Unknown)
    assert isinstance(call("file", ("link",), context), Unknown)
    assert call("fileset", (".", "*.txt"), context) == Set(("a.txt",))
    with pytest.raises(EvaluationError):
        call("file", ("b.txt",), context)


def test_functions_of_providers_and_none() -> None:
    assert isinstance(function("provider::aws::arn_parse", "x"), Unknown)
    with pytest.raises(EvaluationError, match="There is no function"):
        function("nosuch")
