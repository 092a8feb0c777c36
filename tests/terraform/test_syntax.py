"""Files, blocks, places and problems of native and JSON syntax; templates and expressions as trees."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ecsnet.terraform.ast import (
    Binary,
    Block,
    Body,
    Conditional,
    GetAttr,
    Index,
    Invalid,
    Literal,
    Splat,
    Unary,
    Variable,
)
from ecsnet.terraform.json_syntax import parse_json
from ecsnet.terraform.parser import SyntaxProblem
from ecsnet.terraform.source import Source
from ecsnet.terraform.syntax import ParsedFile, parse, parse_expression, parse_template
from ecsnet.values import Span


def read(text: str) -> ParsedFile:
    return parse(Source("main.tf", text.encode()))


def read_json(text: str) -> ParsedFile:
    return parse_json(Source("main.tf.json", text.encode()))


def expression(text: str) -> object:
    return parse_expression(Source("e", text.encode()))


def every_block(body: Body) -> Iterator[Block]:
    for block in body.blocks:
        yield block
        yield from every_block(block.body)


def test_blocks_labels_and_attributes() -> None:
    parsed = read('resource "aws_subnet" a {\n  cidr_block = "10.0.0.0/24" # first\n  timeouts { create = "1m" }\n}\n')
    assert parsed.problems == ()
    (block,) = parsed.body.blocks
    assert (block.type, block.labels) == ("resource", ("aws_subnet", "a"))
    assert parsed.source.text[block.start : block.header_end] == b'resource "aws_subnet" a'
    assert list(block.body.attributes) == ["cidr_block"]
    assert block.body.blocks[0].type == "timeouts"
    assert block.body.blocks[0].body.attributes["create"].expression == Literal(85, 89, "1m")


def test_spans_count_characters_and_leave_the_byte_order_mark_out() -> None:
    source = Source("f.tf", '\ufeffä = "ö" # x\r\nb = 2\r\n'.encode())
    body = parse(source).body
    first, second = body.attributes["ä"], body.attributes["b"]
    assert source.span(first.start, first.end) == Span("f.tf", 1, 1, 1, 8)
    assert source.span(second.start, second.end) == Span("f.tf", 2, 1, 2, 6)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a = 1 b = 2\n", 1, 7, "a new line expected"),
        ("a = [1 2]\n", 1, 8, "',' or ']' expected"),
        ("a =\n 1\n", 1, 4, "an expression expected"),
        ("a = 1\na = 2\n", 2, 1, "already set on line 1"),
        ("blk {\n a = 1 }\n", 2, 8, "a new line expected"),
        ('blk "${a}" {}\n', 1, 5, "a label holds no interpolation"),
        ('a = "x\n', 1, 7, "close the quote"),
        ("a = <<EOT\nx\n", 2, 1, "heredoc without its end"),
        ('a = "\\q"\n', 1, 6, "invalid escape"),
        ("blk {\n", 2, 1, "before the end"),
        ('a = "%{ if a }x"\n', 1, 17, "endif"),
        ("a = 1\x00\n", 1, 6, "a new line expected"),
    ],
)
def test_problems_say_what_and_where(text: str, line: int, column: int, words: str) -> None:
    (found,) = read(text).problems
    assert (found.line, found.column) == (line, column)
    assert words in found.message


def test_text_that_is_not_utf8() -> None:
    (found,) = parse(Source("f.tf", b"a = 1\nb = \xff\n")).problems
    assert (found.line, found.message) == (2, "not UTF-8 text")


def test_after_an_error_the_other_blocks_are_read() -> None:
    parsed = read('locals {\n  a = [1 2]\n}\n\nresource "x" "y" {\n  b = 1\n}\n')
    assert [found.line for found in parsed.problems] == [2]
    assert [block.labels for block in parsed.body.blocks] == [("x", "y")]


def test_what_terraform_takes_and_the_grammar_does_not() -> None:
    parsed = read("a = {\n  b = c\n  (d) = 2\n}\n")
    assert parsed.problems == ()
    assert not isinstance(parsed.body.attributes["a"].expression, Invalid)


def test_an_expression_over_two_lines_is_invalid_when_it_is_read() -> None:
    assert isinstance(read("a = 1\n  + 2\n").body.attributes["a"].expression, Invalid)


def test_conditionals_lean_right_and_operators_left() -> None:
    nested = expression("a ? b : c ? d : e")
    assert isinstance(nested, Conditional)
    assert isinstance(nested.false, Conditional)
    difference = expression("1 - 2 - 3 * 4")
    assert isinstance(difference, Binary)
    assert isinstance(difference.left, Binary)
    assert isinstance(difference.right, Binary)
    assert (difference.left.op, difference.right.op) == ("-", "*")
    negated = expression("-a.b")
    assert isinstance(negated, Unary)
    assert isinstance(negated.operand, GetAttr)


def test_an_index_after_an_attribute_splat_is_of_its_result() -> None:
    legacy, full = expression("a.*.b[0]"), expression("a[*].b[0]")
    assert isinstance(legacy, Index)
    assert isinstance(legacy.source, Splat)
    assert isinstance(full, Splat)
    assert isinstance(full.each, Index)
    assert isinstance(legacy.source.source, Variable)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000, "[" * 5000, "-" * 5000 + "1", "a ? b : " * 5000 + "c", "1" + " + 1" * 5000, "a" + ".b" * 5000,
        "a" + "[*]" * 5000, '"${' * 5000, "{a=" * 5000, "9" * 5000, "1e99999999", "f(" * 5000, "/*" * 5000,
        "<<A\n" * 5000,
        '"' + "%{ if a }" * 5000 + '"', "a" * 100_000 + "?",
    ],
)  # fmt: skip
def test_nothing_is_too_deep_or_too_long_to_say_so(text: str) -> None:
    started = time.monotonic()
    with pytest.raises(SyntaxProblem):
        parse_expression(Source("e", text.encode()))
    for file in (text, f"a = {text}\n", "b {\n" * 3000, "x" * 100_000 + "\n" + "y " * 50_000):
        parsed = read(file)
        attribute = parsed.body.attributes.get("a")
        assert parsed.problems or (attribute is not None and isinstance(attribute.expression, Invalid))
    assert time.monotonic() - started < 10


def test_template_files_keep_their_quotes() -> None:
    template = parse_template(Source("t", b'say "${x}"\n'))
    literals = [part.value for part in template.parts if isinstance(part, Literal)]
    assert literals == ['say "', '"\n']


def test_json_for_each_is_an_argument() -> None:
    text = """{"resource": {"aws_subnet": {"a": {
        "for_each": {"x": {"n": 1}},
        "dynamic": {"timeouts": {"for_each": {"y": {"n": 2}}, "content": {}}}}}}}"""
    (subnet,) = read_json(text).body.blocks
    assert list(subnet.body.attributes) == ["for_each"]
    assert list(subnet.body.blocks[0].body.attributes) == ["for_each"]


def test_json_blocks_labels_arguments_and_places() -> None:
    text = """{
  "//": "a comment",
  "resource": {"aws_subnet": {"a": {
    "tags": {"Name": "${var.x}-é"},
    "timeouts": {"create": "1m"},
    "ingress": [{"from_port": 1}, {"from_port": 2}],
    "dynamic": {"egress": {"for_each": "${var.l}", "content": {"from_port": 3}}}
  }}},
  "variable": {"l": {"type": "list(string)", "default": {"a": [1]}}},
  "locals": [{"a": {"b": 1}}, {"c": 2}]
}"""
    parsed = read_json(text)
    assert parsed.problems == ()
    subnet = next(block for block in parsed.body.blocks if block.type == "resource")
    assert subnet.labels == ("aws_subnet", "a")
    assert parsed.source.span(subnet.start, subnet.header_end) == Span("main.tf.json", 3, 31, 3, 34)
    assert list(subnet.body.attributes) == ["tags"]
    nested = [(block.type, block.labels) for block in every_block(subnet.body)]
    assert nested == [("timeouts", ()), ("ingress", ()), ("ingress", ()), ("dynamic", ("egress",)), ("content", ())]
    tags = subnet.body.attributes["tags"]
    assert parsed.source.span(tags.start, tags.end) == Span("main.tf.json", 4, 5, 4, 35)
    variable = next(block for block in parsed.body.blocks if block.type == "variable")
    assert list(variable.body.attributes) == ["type", "default"]
    assert sum(block.type == "locals" for block in parsed.body.blocks) == 2


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{"resource": \n{', 2, "a key in double quotes expected"),
        ('{"resources": {}}', 1, "no block that Terraform has"),
        ('{"locals": {"a": 1,\n"a": 2}}', 2, "already set on line 1"),
        ('{"locals": 5}', 1, "is no object"),
        ("[" * 100_000, 1, "nested more than"),
        ('{"a": tru}', 1, "a value expected"),
        ("{} {}", 1, "the end of the file expected"),
    ],
)
def test_json_problems(text: str, line: int, words: str) -> None:
    (found,) = read_json(text).problems
    assert found.line == line
    assert words in found.message
