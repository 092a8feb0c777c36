"""Blocks that change no instance, and texts in odd encodings: tolerated, and everything else is as without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.terraform import load
from ecsnet.terraform.errors import EvaluationError
from ecsnet.terraform.evaluate import evaluate
from ecsnet.terraform.functions import FunctionContext
from ecsnet.terraform.parser import SyntaxProblem
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import parse_expression
from tests.terraform.console import EmptyScope, ours, plain

MAIN = 'resource "aws_eip" "a" {\n  count = 2\n  tags = { n = count.index }\n}\n'
BLOCKS = {
    "moved": "moved {\n  from = aws_eip.b\n  to = aws_eip.a[0]\n}",
    "removed": "removed {\n  from = aws_eip.gone\n  lifecycle {\n    destroy = false\n  }\n}",
    "import": 'import {\n  to = aws_eip.a[1]\n  id = "eipalloc-1"\n}',
    "import of each": 'import {\n  for_each = toset(["1"])\n  to = aws_eip.a[each.key]\n  id = each.value\n}',
    "check": 'check "c" {\n  assert {\n    condition = length(aws_eip.a) == 2\n    error_message = "x"\n  }\n}',
    "check with data": 'check "c" {\n  data "http" "d" {\n    url = "u"\n  }\n  assert {\n    condition = false\n    '
    'error_message = "x"\n  }\n}',
    "ephemeral": 'ephemeral "random_password" "p" {\n  length = 8\n}',
}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_changes_no_instance(tmp_path: Path, name: str) -> None:
    (tmp_path / "main.tf").write_text(f"{MAIN}\n{BLOCKS[name]}\n")
    found = load(str(tmp_path), boundary=str(tmp_path), wanted={"aws_eip"})
    assert not found.problems
    assert {key: plain(one.get("tags")) for key, one in found.resources.items() if one.type == "aws_eip"} == {
        "aws_eip.a[0]": {"n": 0},
        "aws_eip.a[1]": {"n": 1},
    }


def test_a_lifecycle_changes_no_instance(tmp_path: Path) -> None:
    inner = "lifecycle {\n    create_before_destroy = true\n    ignore_changes = all\n    precondition {\n"
    (tmp_path / "main.tf").write_text(
        f'resource "aws_eip" "a" {{\n  {inner}      condition = false\n      error_message = "x"\n    }}\n  }}\n}}\n'
    )
    found = load(str(tmp_path), boundary=str(tmp_path))
    assert (list(found.resources), found.problems) == (["aws_eip.a"], ())


def test_override_files_and_json_are_merged(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(MAIN)
    (tmp_path / "more.tf.json").write_text('{"resource": {"aws_eip": {"j": {"tags": {"n": "${1 + 1}"}}}}}')
    (tmp_path / "a_override.tf").write_text('resource "aws_eip" "a" {\n  count = 1\n}\n')
    (tmp_path / "b_override.tf.json").write_text('{"resource": {"aws_eip": {"j": {"tags": {"n": 3}}}}}')
    found = load(str(tmp_path), boundary=str(tmp_path))
    values = {key: plain(one.get("tags")) for key, one in found.resources.items()}
    assert values == {"aws_eip.a[0]": {"n": 0}, "aws_eip.j": {"n": 3}}


@pytest.fixture
def folder(tmp_path: Path) -> EmptyScope:
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    (tmp_path / "surrogate.txt").write_bytes(b"\xed\xa0\x80")
    (tmp_path / "utf8.txt").write_bytes("cafe\u0301 ${x}".encode())
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.txt").write_text("b")
    context = FunctionContext(str(tmp_path), str(tmp_path), lambda template, names: f"<{template}>")
    return EmptyScope(context)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('file("latin.txt")', "ERROR"),
        ('file("surrogate.txt")', "ERROR"),
        ('filebase64("latin.txt")', "Y2Fm6Q=="),
        ('length(filemd5("surrogate.txt"))', 32),
        ('length(file("utf8.txt"))', 9),
        ('file("utf8.txt") == "caf\\u00e9 $${x}"', True),
        ('fileset(".", "**/*.txt")', ["latin.txt", "sub/b.txt", "surrogate.txt", "utf8.txt"]),
        ('fileset("sub", "*")', ["b.txt"]),
        ('fileexists("none.txt")', False),
        ('{ "e\\u0301" = 1 }["\\u00e9"]', 1),
        ('length("e\\u0301")', 1),
        ('"e\\u0301" == "\\u00e9"', True),
    ],
)
def test_texts_are_normal_and_files_are_utf8(folder: EmptyScope, expression: str, value: object) -> None:
    assert ours(expression, folder) == value


@pytest.mark.parametrize(
    "text", [b'"\\ud800"', b'"\\udfff x"', b'"\xed\xa0\x80"', b'"\xff"', b'jsondecode("\\"\\\\ud800\\"")']
)
def test_surrogates_and_bytes_that_are_no_text_never_crash(folder: EmptyScope, text: bytes) -> None:
    try:
        value = evaluate(parse_expression(Source("e", text)), folder)
    except (EvaluationError, SyntaxProblem):
        return
    assert str(value).encode("utf-8")
