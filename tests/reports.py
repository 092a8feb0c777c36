"""Reports to write in every format, with names that nobody would give in good faith."""

from __future__ import annotations

from hypothesis import strategies

from ecsnet.findings import Edit, Finding, Level, Passed, Report, Rule, Suppressed, Undecided
from ecsnet.resources import Hole, Hop, Problem, Resource
from ecsnet.rules import CATALOGUE
from ecsnet.values import Span

SSH = next(rule for rule in CATALOGUE if rule.id == "ECSNET201")
NAT = next(rule for rule in CATALOGUE if rule.id == "ECSNET401")

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "a\r\nb",
    "a\n::error file=x::gone",
    "::add-mask::secret",
    "::stop-commands::token",
    "  ::error::x",
    "##[error]x",
    "###[group]x",
    "##vso[task.setvariable variable=x]y",
    "##teamcity[blockOpened name='x']",
    "a:b,c%0Ad",
    "x%",
    "|a|b|",
    "`code`",
    "```\nfence\n```",
    "~~~",
    "<script>alert(1)</script>",
    "</details><h1>out</h1>",
    "<!-- comment",
    "--> n99",
    "![image](https://evil.example/x.png)",
    "[link](https://evil.example)",
    "[a\\](https://evil.example)",
    "[0]",
    "https://evil.example/",
    "www.evil.example",
    "mail@evil.example",
    "@everyone",
    "#1",
    "**bold** _it_ ~~no~~",
    "$x^2$",
    ":smile:",
    '"]; click n0 "javascript:alert(1)"',
    "end",
    "%%{init: {}}%%",
    "&lt;b&gt;&#124;",
    "]]>",
    "{0} {{1}}",
    "\u202eright to left",
    "\u200bzero width",
    "\ufeff\ufffe\uffff",
    "\x00\x01\x08\x0b\x7f\x85\u2028",
    "\ud800",
    "\udcff",
    "\U0001f600 \u65e5\u672c",
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\x\\y",
    "a b/%20/c#d?e",
    "-rf",
    "\\",
    "'",
)

names = strategies.one_of(
    strategies.sampled_from(HOSTILE),
    strategies.lists(strategies.sampled_from(HOSTILE), min_size=2, max_size=4).map("".join),
    strategies.text(
        strategies.characters() | strategies.sampled_from("[](){}<>|`*_#:%@&\\\"'\n\r\x1b!~$"), min_size=1, max_size=40
    ),
)
"""What may stand in names, tags, descriptions and file names."""


def resource(
    address: str = "aws_nat_gateway.this", file: str = "main.tf", line: int = 3, construct: str = ""
) -> Resource:
    span = Span(file, line, 1, line + 4, 2)
    header = Span(file, line, 1, line, 20)
    kind = "aws_nat_gateway"
    return Resource(kind, address, {}, span, header, "terraform", lambda _: header, construct=construct)


def finding(
    address: str = "aws_nat_gateway.this",
    file: str = "main.tf",
    line: int = 3,
    *,
    rule: Rule = NAT,
    level: Level | None = None,
    message: str = "",
    hops: tuple[tuple[str, str], ...] = (("aws_subnet.b", "is in zone b"), ("aws_route_table.b", "leads there")),
    fingerprint: str = "",
    scenario: dict[str, str] | None = None,
    edits: tuple[Edit, ...] = (),
    construct: str = "",
) -> Finding:
    made = resource(address, file, line, construct)
    path = tuple(Hop(name, text, Span(file, n, 3, n, 9)) for n, (name, text) in enumerate(hops, start=line + 10))
    said = message or f"{address} is the only way to the internet for aws_subnet.b"
    fix = rule.fix["terraform"]
    return Finding(
        rule,
        level or rule.level,
        made,
        said,
        made.span,
        path,
        fix,
        scenario or {},
        edits=edits,
        fingerprint=fingerprint,
    )


def report(*findings: Finding, base: str = "", **others: object) -> Report:
    given: dict[str, object] = {
        "findings": findings,
        "passed": (),
        "undecided": (),
        "problems": (),
        "files": ("main.tf",),
        "resources": 7,
        "seconds": 0.25,
        "base": base,
    }
    return Report(**{**given, **others})  # type: ignore[arg-type]


def hostile(name: str, other: str) -> Report:
    """A report in which every text that comes from the input is one of two."""
    made = finding(name, other, message=f"{name} leads to {other}", hops=((name, other), (other, name), ("", name)))
    own = resource(other, name, construct=name)
    place = Span(name, 2, 1, 2, 5)
    return report(
        made,
        finding(other, name, message=name, scenario={name: other}, construct=other),
        passed=(Passed(SSH, own),),
        undecided=(Undecided(SSH, resource(name, other), f"{other} is unknown", place),),
        problems=(Problem(name, 2, 1, other),),
        files=(name, other),
        unseen=(Hole(name, place, other),),
        suppressed=(Suppressed(finding("aws_nat_gateway.known"), "ecsnet", name, place),),
    )
