"""The format of expectations, and that each kind of disagreement is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ecsnet.findings import Finding, Level, Passed, Report, Rule, Undecided, Verdict
from ecsnet.resources import Hop, Resource
from ecsnet.values import Span
from tests.expectations import Expectation, differences, expectations, parse_file

if TYPE_CHECKING:
    from ecsnet.network import Network
    from ecsnet.options import Options


def _check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from ()


RULE = Rule("ECSNET101", "made-up", Level.ERROR, "", "", {}, (), _check)


def test_a_comment_is_about_its_line_or_the_next() -> None:
    text = (
        'resource "aws_subnet" "a" { # expect: ECSNET101 aws_subnet.a; hop: ECSNET401 aws_nat_gateway.n["x y"]\n'
        "# an ordinary comment\n"
        "  // expect: unknown ECSNET101 aws_subnet.b\n"
        "  # expect: pass ECSNET201 warning.b; ECSNET201 warning aws_subnet.c\n"
        "  cidr = 1\n"
        "}\n"
    )
    assert list(parse_file(text, "main.tf")) == [
        Expectation("main.tf", 1, "finding", "ECSNET101", "aws_subnet.a"),
        Expectation("main.tf", 1, "hop", "ECSNET401", 'aws_nat_gateway.n["x y"]'),
        Expectation("main.tf", 5, "unknown", "ECSNET101", "aws_subnet.b"),
        Expectation("main.tf", 5, "pass", "ECSNET201", "warning.b"),
        Expectation("main.tf", 5, "finding", "ECSNET201", "aws_subnet.c", Level.WARNING),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a = 1 # expect ECSNET101 aws_subnet.a",
        "a = 1 # expect: 101 aws_subnet.a",
        "a = 1 # expect: ECSNET101",
        "a = 1 # expect: ECSNET101 aws_subnet.a;",
        "a = 1 # hop: unknown ECSNET101 aws_subnet.a",
        "# expect: ECSNET101 aws_subnet.a",
    ],
)
def test_a_malformed_expectation_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"main\.tf:1: "):
        list(parse_file(text, "main.tf"))


def test_json_has_its_expectations_beside_it(tmp_path: Path) -> None:
    (tmp_path / "template.json").write_text("{\n}\n")
    notes = tmp_path / "expectations.txt"
    notes.write_text("template.json:2: expect: ECSNET101 Public\n\n")
    assert expectations(tmp_path) == (Expectation("template.json", 2, "finding", "ECSNET101", "Public"),)
    notes.write_text("template.json:3: expect: ECSNET101 Public\n")
    with pytest.raises(ValueError, match="no such line"):
        expectations(tmp_path)


def _report(case: Path, *verdicts: Verdict) -> Report:
    return Report(
        tuple(item for item in verdicts if isinstance(item, Finding)),
        tuple(item for item in verdicts if isinstance(item, Passed)),
        tuple(item for item in verdicts if isinstance(item, Undecided)),
        (),
        (),
        0,
        0.0,
    )


def test_both_ways(tmp_path: Path) -> None:
    case = tmp_path / "ECSNET101" / "tf-fail-x"
    case.mkdir(parents=True)

    def span(line: int) -> Span:
        return Span(str(case / "main.tf"), line, 1, line, 2)

    resource = Resource("aws_subnet", "aws_subnet.a", {}, span(1), span(1), "terraform", lambda path: span(1))

    def finding(line: int, level: Level = Level.ERROR, *hops: int) -> Finding:
        return Finding(RULE, level, resource, "broken", span(line), tuple(Hop("x", "hop", span(h)) for h in hops), "")

    def compare(text: str, *verdicts: Verdict) -> list[str]:
        (case / "main.tf").write_text(text)
        return differences(case, _report(case, *verdicts), [RULE])

    expected = "a = 1 # expect: ECSNET101 aws_subnet.a\n"
    assert compare(expected, finding(1)) == []
    assert compare(expected) == ["not found      main.tf:1  error ECSNET101 aws_subnet.a"]
    assert compare("a = 1\n", finding(1)) == ["not expected   main.tf:1  error ECSNET101 aws_subnet.a: broken"]
    assert len(compare(expected, finding(2))) == 2
    assert len(compare(expected, finding(1, Level.WARNING))) == 2
    assert len(compare(expected, finding(1), finding(1))) == 1

    with_hop = "a = 1 # expect: ECSNET101 aws_subnet.a; hop: ECSNET101 aws_subnet.a\nb = 2\n"
    assert compare(with_hop, finding(1, Level.ERROR, 1)) == []
    assert compare(with_hop, finding(1, Level.ERROR, 1, 2)) == [
        "not expected   main.tf:2  hop ECSNET101 aws_subnet.a: hop"
    ]
    assert compare(with_hop, finding(1)) == ["not found      main.tf:1  hop ECSNET101 aws_subnet.a"]

    undecided = Undecided(RULE, resource, "why", span(1))
    unknown = "a = 1 # expect: unknown ECSNET101 aws_subnet.a\n"
    assert compare(unknown, undecided) == []
    assert compare(unknown) == ["not found      main.tf:1  unknown ECSNET101 aws_subnet.a"]
    assert compare("a = 1\n", undecided) == ["not expected   main.tf:1  unknown ECSNET101 aws_subnet.a: why"]

    clean = "a = 1 # expect: pass ECSNET101 aws_subnet.a\n"
    assert compare(clean, Passed(RULE, resource)) == []
    assert compare("a = 1\n", Passed(RULE, resource)) == []
    assert compare(clean) == ["not found      main.tf:1  pass ECSNET101 aws_subnet.a"]
