"""A finding as the one line of text that Checkov and cfn-lint have room for."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ecsnet.findings import Finding, Level, Rule, Verdict
from ecsnet.harness import BlockName, describe, is_crash, one_line
from ecsnet.resources import Hop, Problem, Resource
from ecsnet.values import Span

if TYPE_CHECKING:
    from ecsnet.network import Network
    from ecsnet.options import Options


def _check(network: Network, options: Options) -> Iterator[Verdict]:
    yield from ()


RULE = Rule("ECSNET101", "made-up", Level.ERROR, "", "", {}, (), _check)
SPAN = Span("main.tf", 3, 1, 3, 9)
RESOURCE = Resource("aws_subnet", "aws_subnet.a", {}, SPAN, SPAN, "terraform", lambda path: SPAN)


def _finding(message: str, path: tuple[Hop, ...], fix: str) -> Finding:
    return Finding(RULE, Level.ERROR, RESOURCE, message, SPAN, path, fix)


def test_message_path_and_fix_on_one_line() -> None:
    hops = (Hop("aws_vpc.a", "is its network", SPAN), Hop("", "ends here", SPAN))
    fix = "Give it a route\nto the gateway:\n\n    resource {\n    }\n"
    assert describe(_finding("it is cut off", hops, fix)) == (
        "it is cut off [main.tf:3 aws_vpc.a: is its network; main.tf:3 ends here] Give it a route to the gateway."
    )


def test_what_there_is_not_leaves_no_trace() -> None:
    assert describe(_finding("it is cut off", (), "")) == "it is cut off"
    assert describe(_finding("it is cut off", (), "Pick one:")) == "it is cut off Pick one:"


def test_nothing_steers_a_terminal() -> None:
    assert one_line("a\x1b[31m\r\nb\x07\u202ec") == "a[31m bc"


@pytest.mark.parametrize(
    ("message", "crash"),
    [
        ("internal error in ECSNET101: KeyError: 'x'", True),
        ("internal error in ECSNET201: KeyError: 'x'", False),
        ("internal error in the network model: KeyError: 'x'", True),
        ("not a CloudFormation template", False),
    ],
)
def test_a_rule_that_could_not_be_asked(message: str, crash: bool) -> None:
    assert is_crash(Problem("main.tf", 1, 1, message), RULE) is crash


def test_the_name_of_a_block_keeps_the_dots_of_its_key() -> None:
    name = pickle.loads(pickle.dumps(BlockName('aws_subnet.a["10.0.0.0/24"]')))
    assert name.split(".") == ["aws_subnet", 'a["10.0.0.0/24"]']
    assert name == 'aws_subnet.a["10.0.0.0/24"]'
