"""Files of parameters, in every form that tools of AWS take them in.

- the AWS CLI: ``[{"ParameterKey": "A", "ParameterValue": "1"}]``, or ``["A=1"]`` as ``deploy`` takes it too
- template configuration files, of CodePipeline: ``{"Parameters": {"A": "1"}}``, and of Git sync: ``parameters:``
- a plain mapping, ``{"A": "1"}``
- ``samconfig.toml``, and ``samconfig.yaml``: ``[default.deploy.parameters] parameter_overrides``, with the name and
  region of the stack

https://docs.aws.amazon.com/cli/latest/reference/cloudformation/create-stack.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html

Values may be secret: none of them is part of a message.
"""

from __future__ import annotations

import importlib
import os
import re
import sys

from ecsnet.cloudformation.deployment import Supplied
from ecsnet.cloudformation.document import decode, read_file
from ecsnet.cloudformation.json_syntax import read_json
from ecsnet.cloudformation.nodes import Items, Node, Pair, Scalar, Table, UnreadableError, line_starts, position
from ecsnet.cloudformation.yaml_syntax import read_yaml
from ecsnet.inputs import ParameterFile
from ecsnet.records import dataclass, field
from ecsnet.resources import Problem
from ecsnet.values import Unknown, Value

_COMMANDS = ("global", "deploy")
"""Later ones win: what is global holds for ``sam deploy`` too."""

_OVERRIDES = "parameter_overrides"
_SETTINGS = frozenset({_OVERRIDES, "stack_name", "region", "template_file"})
_TEMPLATES = ("template.yaml", "template.yml", "template.json")
"""What ``sam deploy`` deploys where nothing says what."""

_NAME = r"[A-Za-z0-9]+"
_VALUE = r"\"(?:\\.|[^\"\\])*\"|'[^']*'|(?:\\.|[^\"'\s\\])+"
# What SAM takes: a name and a value, each pair after white space; a value may be pieces with quotes around them.
_PAIR = re.compile(rf"\s*(?:ParameterKey=({_NAME}),ParameterValue=|({_NAME})=)((?:{_VALUE})*)(?=\s|\Z)")
_PIECE = re.compile(_VALUE)
_ESCAPE = re.compile(r"\\([ \"])")


@dataclass(slots=True)
class ParameterValues:
    """What a file gives. ``unread``: why it may give more than is here; "" where it was read in full.

    ``stack`` and ``region``: as what it has the template deployed that is one of the files ``templates``.
    """

    file: str
    values: dict[str, Supplied] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: str = ""
    lines: tuple[int, ...] = (0,)
    stack: str = ""
    region: str = ""
    templates: tuple[str, ...] = ()

    def complain(self, message: str, offset: int) -> None:
        self.problems.append(Problem(self.file, *position(self.lines, offset), message, secret=True))

    def fail(self, message: str, offset: int = 0) -> None:
        """Of what may have held more parameters."""
        self.complain(message, offset)
        self.unread = f"the parameters of {self.file} could not all be read"

    def set(self, name: str, value: Value, offset: int, resolved: Value = None) -> None:
        line = position(self.lines, offset)[0]
        self.values[name] = Supplied(value, f"{self.file}:{line}", self.file, line, resolved)


def read(source: ParameterFile) -> ParameterValues:
    """No content raises: what cannot be read is among the problems."""
    found = ParameterValues(source.path)
    content = read_file(source.path)
    if isinstance(content, str):
        found.fail(f"the file of parameters cannot be read: {content}")
        return found
    text, wrong = decode(content)
    if wrong:
        found.fail(wrong)
        return found
    found.lines = line_starts(text)
    try:
        root = _toml(text) if source.path.endswith(".toml") else _json_or_yaml(found, text)
    except UnreadableError as error:
        found.fail(error.message, min(error.offset, len(text)))
        return found
    _document(found, root, source.environment)
    return found


def _json_or_yaml(found: ParameterValues, text: str) -> Node:
    is_json = found.file.endswith(".json") or text.lstrip()[:1] in ("{", "[")
    try:
        root, problems = read_json(text) if is_json else read_yaml(text)
    except UnreadableError:
        if not is_json or found.file.endswith(".json"):
            raise
        root, problems = read_yaml(text)  # in its flow style
    for offset, message in problems:
        found.complain(message, offset)
    return root


def _toml(text: str) -> Node:
    """As nodes, whose places are those of keys as they are commonly written: the reader of TOML does not say."""
    try:
        toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    except ImportError:
        raise UnreadableError("to read TOML on this Python, install the package tomli", 0) from None
    try:
        document = toml.loads(text)
    except (ValueError, RecursionError, ArithmeticError) as error:
        line = re.search(r"line (\d+)", str(error))
        starts = line_starts(text)
        raise UnreadableError("not TOML", starts[min(int(line[1]), len(starts)) - 1] if line else 0) from None
    return _node(document, text, 0, 0)


def _node(value: object, text: str, at: int, depth: int) -> Node:
    if depth > 50:
        raise UnreadableError("nested more than 50 levels deep", at)
    if isinstance(value, dict):
        pairs: dict[str, Pair] = {}
        for key, item in value.items():
            place = re.compile(rf"""(?:^|[\s.\[{{,]|["'])({re.escape(key)})["']?\s*[\].=]""", re.MULTILINE)
            match = place.search(text, at)
            start = match.start(1) if match else at
            pairs[key] = Pair(Scalar(key, key, start, start + len(key)), _node(item, text, start, depth + 1))
        return Table(pairs, at, at)
    if isinstance(value, list):
        return Items(tuple(_node(item, text, at, depth + 1) for item in value), at, at)
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return Scalar(value if isinstance(value, (str, bool, int)) else written, written, at, at)


def _document(found: ParameterValues, root: Node, environment: str) -> None:
    if isinstance(root, Items):
        _list(found, root)
        return
    if not isinstance(root, Table):
        found.fail("a file of parameters is a list or a mapping", root.start)
        return
    environments = [name for name, pair in root.pairs.items() if _settings(pair.value)]
    if environment or environments:
        _samconfig(found, root, environment or "default", environments)
        return
    for key in ("Parameters", "parameters"):
        inner = root.get(key)
        if isinstance(inner, Table):
            _mapping(found, inner)
            return
        if isinstance(inner, Items):
            _list(found, inner)
            return
    _mapping(found, root)


def _settings(node: Node | None) -> list[tuple[str, Pair]]:
    """What an environment of a ``samconfig.toml`` says of the stack, where it says anything; later ones win."""
    if not isinstance(node, Table):
        return []
    tables = [command.get("parameters") for name in _COMMANDS if isinstance(command := node.get(name), Table)]
    return [(name, pair) for table in tables if isinstance(table, Table)
            for name, pair in table.pairs.items() if name in _SETTINGS]  # fmt: skip


def _samconfig(found: ParameterValues, root: Table, environment: str, environments: list[str]) -> None:
    settings = _settings(root.get(environment))
    if not settings:
        known = f"; it has them in {', '.join(environments)}" if environments else ""
        found.fail(f"no {_OVERRIDES} in the environment {environment!r}{known}", root.start)
    texts = {name: pair.value.value for name, pair in settings if isinstance(pair.value, Scalar)}
    found.stack, found.region = (
        text if isinstance(text := texts.get(key), str) else "" for key in ("stack_name", "region")
    )
    template = texts.get("template_file")
    names = (template,) if isinstance(template, str) else _TEMPLATES
    found.templates = tuple(os.path.join(os.path.dirname(found.file), name) for name in names)
    for pair in (pair for name, pair in settings if name == _OVERRIDES):
        if isinstance(pair.value, Table):
            _mapping(found, pair.value)
        elif isinstance(pair.value, Items):
            _list(found, pair.value)
        else:
            _text(found, pair.value.text, pair.key.start)


def _text(found: ParameterValues, text: str, offset: int) -> None:
    """``A=1 B="two words"``, or ``ParameterKey=A,ParameterValue=1``, in the spelling of ``sam deploy``."""
    at = 0
    while text[at:].strip():
        match = _PAIR.match(text, at)
        if match is None:
            found.fail("a parameter is written NAME=VALUE or ParameterKey=NAME,ParameterValue=VALUE", offset)
            return
        pieces = (_unquoted(piece[0]) for piece in _PIECE.finditer(match[3]))
        found.set(match[1] or match[2], "".join(pieces), offset)
        at = match.end()


def _unquoted(piece: str) -> str:
    if piece[0] == "'":
        return piece[1:-1]
    return _ESCAPE.sub(r"\1", piece[1:-1] if piece[0] == '"' else piece)


def _list(found: ParameterValues, items: Items) -> None:
    for item in items.items:
        if isinstance(item, Scalar):
            name, equals, value = item.text.partition("=")
            if item.text.startswith("ParameterKey="):
                _text(found, item.text, item.start)
            elif equals and name.strip():
                found.set(name.strip(), value, item.start)
            else:
                found.fail("a parameter in a list is written NAME=VALUE", item.start)
            continue
        key = item.get("ParameterKey") if isinstance(item, Table) else None
        if not isinstance(item, Table) or not isinstance(key, Scalar):
            found.fail("a parameter in a list has a ParameterKey", item.start)
            continue
        previous = item.get("UsePreviousValue")
        given = item.pairs.get("ParameterValue")
        if isinstance(previous, Scalar) and previous.text.lower() == "true":
            found.set(key.text, Unknown(f"parameter {key.text} keeps the value that the stack has"), item.start)
        elif given is None:
            found.complain(f"parameter {key.text[:100]} has neither ParameterValue nor UsePreviousValue", item.start)
            found.set(key.text, Unknown(f"the value given for parameter {key.text} is missing"), item.start)
        else:
            resolved = item.get("ResolvedValue")
            own = resolved.text if isinstance(resolved, Scalar) else None
            found.set(key.text, _value(found, key.text, given.value), given.key.start, own)


def _mapping(found: ParameterValues, table: Table) -> None:
    for name, pair in table.pairs.items():
        found.set(name, _value(found, name, pair.value), pair.key.start)


def _value(found: ParameterValues, name: str, node: Node) -> Value:
    """Parameters are strings: a number as it is written, a list with commas. What a pipeline fills in is unknown."""
    if isinstance(node, Scalar) and node.value is not None:
        return _plain(node)
    if isinstance(node, Items) and all(isinstance(item, Scalar) and item.value is not None for item in node.items):
        return ",".join(map(_plain, (item for item in node.items if isinstance(item, Scalar))))
    if isinstance(node, Table) and len(node.pairs) == 1 and next(iter(node.pairs)).startswith("Fn::Get"):
        return Unknown(f"the pipeline that deploys it gives parameter {name} its value")
    found.complain(f"the value of parameter {name[:100]} has to be a string", node.start)
    return Unknown(f"the value given for parameter {name} is no string")


def _plain(node: Scalar) -> str:
    return str(node.value).lower() if isinstance(node.value, bool) else node.text
