"""Comments are told from what only looks like one, whatever the text around them; no text is too much."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecsnet.resources import Language
from ecsnet.rules import CATALOGUE
from ecsnet.suppressions import read
from ecsnet.suppressions.directives import MAX_DIRECTIVES
from ecsnet.suppressions.regions import Regions

SAID = "ecsnet:ignore ECSNET201 reason {}"
Piece = tuple[str, bool]
"""A text with a mark in it, and whether it is a comment."""

HCL: list[Piece] = [
    ("# {}\n", True),
    ("// {}\n", True),
    ("/* {} */\n", True),
    ("/* x\n   # {}\n*/\n", True),
    ('resource "a" "n{n}" {{ # {}\n}}\n', True),
    ('resource "a" "n{n}" {{\n  x = 1 // {}\n}}\n', True),
    ('resource "a" "n{n}" {{\n  x = [ # {}\n    1,\n  ]\n}}\n', True),
    ('resource "a" "n{n}" {{\n  x = "y" /* {} */\n}}\n', True),
    ('resource "a" "n{n}" {{\n  b {{\n    # {}\n  }}\n}}\n', True),
    ('resource "a" "n{n}" {{\n  x = "# {}"\n}}\n', False),
    ('resource "a" "n{n}" {{\n  x = "\\" # {}"\n}}\n', False),
    ('resource "a" "n{n}" {{\n  x = "${{"# {}"}} // {}"\n}}\n', False),
    ('resource "a" "n{n}" {{\n  x = <<EOT\n# {}\nEOT\n}}\n', False),
    ('resource "a" "n{n}" {{\n  x = <<-EOT\n    ${{1}} # {}\n  EOT\n}}\n', False),
    ('resource "a" "n{n}" {{\n  x = "/*"\n  y = "{} */"\n}}\n', False),
]
YAML: list[Piece] = [
    ("# {}\n", True),
    ("k{n}: 1\n  # {}\n", True),
    ("k{n}: 1 # {}\n", True),
    ("k{n}: # {}\n  x: 1\n", True),
    ("k{n}: | # {}\n  text\n", True),
    ("k{n}: 'it''s' # {}\n", True),
    ('k{n}: "\\"" # {}\n', True),
    ("k{n}: [1, # {}\n  2]\n", True),
    ("k{n}: !Ref x # {}\n", True),
    ("k{n}:\n  - a: 1\n    # {}\n", True),
    ("k{n}: '# {}'\n", False),
    ('k{n}: "x # {}"\n', False),
    ('k{n}: "x\n  # {}\n  y"\n', False),
    ("k{n}: a#{}\n", False),
    ("k{n}: |\n  # {}\n", False),
    ("k{n}: >-\n  x\n\n  # {}\n", False),
]


def found(path: str, language: Language, text: str) -> list[str]:
    return [directive.reason for directive in read(path, language, CATALOGUE, text.encode())]


def check(path: str, language: Language, pieces: list[Piece]) -> None:
    texts = [text.replace("{}", SAID.replace("{}", "r{n}")).format(n=number) for number, (text, _) in enumerate(pieces)]
    expected = [f"r{number}" for number, (_, comment) in enumerate(pieces) if comment]
    said = [reason.removeprefix("reason ") for reason in found(path, language, "".join(texts))]
    assert said == expected, "".join(texts)


@pytest.mark.parametrize("piece", HCL)
def test_each_piece_of_hcl(piece: Piece) -> None:
    check("main.tf", "terraform", [piece])


@pytest.mark.parametrize("piece", YAML)
def test_each_piece_of_yaml(piece: Piece) -> None:
    check("template.yaml", "cloudformation", [piece])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(HCL), min_size=1, max_size=8))
def test_hcl(pieces: list[Piece]) -> None:
    check("main.tf", "terraform", pieces)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(YAML), min_size=1, max_size=8))
def test_yaml(pieces: list[Piece]) -> None:
    check("template.yaml", "cloudformation", pieces)


WORDS = [
    "ecsnet:ignore", "ecsnet:ignore-file", "ECSNET201", "checkov:skip=", "CKV_AWS_1", ",", ":", "#", "//", "/*", "*/",
    '"', "'", "${", "{", "}", "[", "]", "<<EOT", "EOT", "\n", " ", "  ", "- ", "|", ">", "&a", "*a", "!Ref", "k:", "=",
    "Metadata:", "ecsnet:", "ignore:", "rule:", "Resources:", "\r\n", "\t", "\0", "é", "\ufeff",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=5)), max_size=30), st.sampled_from(range(3)))
def test_no_text_is_too_much(words: list[str], kind: int) -> None:
    content = "".join(words).encode("utf-8", "surrogatepass")
    files: list[tuple[str, Language]] = [
        ("main.tf", "terraform"),
        ("main.tf.json", "terraform"),
        ("template.yaml", "cloudformation"),
    ]
    for directive in read(*files[kind], CATALOGUE, content):
        assert directive.span.start_line >= 1
        assert directive.wrong or directive.choices


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=12), st.integers(0, 30), st.integers(0, 5))
def test_regions_are_what_looking_at_each_answers(pairs: list[tuple[int, int]], start: int, length: int) -> None:
    extents: set[tuple[int, int]] = set()
    for low, high in ((min(pair), max(pair)) for pair in pairs):
        crossing = (low < a < high < b or a < low < b < high or low == b or a == high for a, b in extents)
        if low < high and not any(crossing):
            extents.add((low, high))
    regions = Regions(extents)
    holding = [(a, b) for a, b in extents if a <= start and start + length <= b]
    assert regions.around(start, start + length) == sorted(holding, key=lambda extent: extent[1] - extent[0])
    assert regions.at(start) == max((extent for extent in extents if extent[0] == start), default=None)


def test_many_comments_among_many_blocks_are_read_in_time() -> None:
    """Each is about its own block; of more than anybody writes, one more is read than counts."""
    block = 'resource "a" "b%d" {\n  # ecsnet:ignore ECSNET201 x\n  b {\n  }\n}\n'
    text = "".join(block % number for number in range(3_000))
    directives = read("main.tf", "terraform", CATALOGUE, text.encode())
    assert len(directives) == MAX_DIRECTIVES + 1
    lines = [directive.scope.start[0] for directive in directives if directive.scope]
    assert [after - before for before, after in itertools.pairwise(lines)] == [5] * MAX_DIRECTIVES
