"""``ecsnet graph``: the network as a Mermaid flowchart or in Graphviz's language, with findings marked.

https://mermaid.js.org/syntax/flowchart.html and https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence

from ecsnet.findings import Finding, Level
from ecsnet.network.topology import Edge, Node, Topology
from ecsnet.records import dataclass, field
from ecsnet.report.source import printable


@dataclass(frozen=True, slots=True)
class Picture:
    """One root: its folder or template, what is in it, and the findings about it."""

    name: str
    topology: Topology
    findings: tuple[Finding, ...]


_FILLS = {
    "public": "#d5f0d5",
    "nat": "#d6e6f7",
    "other": "#e6e0f2",
    "isolated": "#eceff1",
    "detached": "#fbdcd7",
    "unknown": "#fff6cc",
}
"""By class of subnet; the colours stay apart for the colour-blind, and every node says its class in words."""
_OTHER_FILLS = {"workloads": "#ffffff", "instances": "#ffffff", "internet": "#f5f5f5"}
_PLAIN = "#fafafa"
_STROKES = {Level.ERROR: "#c62828", Level.WARNING: "#e08600", Level.INFO: "#1565c0"}
_LINE = "#78909c"


@dataclass(slots=True)
class _Box:
    """A subgraph: its own nodes, and the boxes in it by name."""

    nodes: list[tuple[Node, list[str], Level | None]] = field(default_factory=list)
    boxes: dict[str, _Box] = field(default_factory=dict)


def _boxes(picture: Picture) -> _Box:
    top = _Box()
    for drawn in _nodes(picture):
        box = top
        for name in drawn[0].within:
            box = box.boxes.setdefault(name, _Box())
        box.nodes.append(drawn)
    return top


def _marked(picture: Picture) -> Mapping[str, list[Finding]]:
    """Findings by the key of the node that shows them: of the resource, else what suffers by their path; else one for
    the rest.
    """
    nodes = {address: node for node in picture.topology.nodes for address in node.addresses}
    found: dict[str, list[Finding]] = {}
    for finding in picture.findings:
        own = nodes.get(finding.resource.address)
        named = [nodes[hop.resource] for hop in finding.path if hop.resource in nodes]
        suffer = [node for node in named if node.kind in ("workloads", "instances", "balancer")]
        for node in [own] if own else dict.fromkeys(suffer):
            found.setdefault(node.key, []).append(finding)
        if own is None and not suffer:
            found.setdefault(_REST, []).append(finding)
    return found


_REST = "findings"


def _nodes(picture: Picture) -> Iterator[tuple[Node, list[str], Level | None]]:
    """Every node with its lines, and the gravest level of what is found about it."""
    marked = _marked(picture)
    rest = tuple(dict.fromkeys(one.resource.address for one in marked.get(_REST, ())))
    extra = [Node(_REST, "elsewhere", ("findings about other resources", *rest), (), ())] if rest else []
    for node in (*picture.topology.nodes, *extra):
        found = marked.get(node.key, [])
        rules = dict.fromkeys(f"\u26a0 {one.rule.id} {one.rule.name}" for one in found)
        gravest = max((one.level for one in found), key=lambda level: level.rank, default=None)
        yield node, [printable(line) for line in (*node.lines, *rules)], gravest


# --- Mermaid ---


def mermaid(pictures: Sequence[Picture]) -> Iterator[str]:
    yield "flowchart LR"
    styles: list[str] = []
    names = _Names()
    for number, picture in enumerate(pictures):
        indent = "  "
        if len(pictures) > 1:
            yield f'  subgraph r{number}["{entity(printable(picture.name))}"]'
            indent = "    "
        yield from _mermaid_box(_boxes(picture), indent, names.of(number), styles)
        if len(pictures) > 1:
            yield "  end"
        for edge in picture.topology.edges:
            yield f"  {_mermaid_edge(edge, names.of(number))}"
    yield from styles


class _Names:
    """Short ids, since addresses have characters that end an id."""

    def __init__(self) -> None:
        self._given: dict[tuple[int, str], str] = {}

    def of(self, root: int) -> Callable[[str], str]:
        return lambda key: self._given.setdefault((root, key), f"n{len(self._given)}")


def _mermaid_box(box: _Box, indent: str, name: Callable[[str], str], styles: list[str]) -> Iterator[str]:
    for node, lines, level in box.nodes:
        opening, closing = _SHAPES.get(node.kind, ('["', '"]'))
        yield f"{indent}{name(node.key)}{opening}{'<br/>'.join(map(entity, lines))}{closing}"
        stroke, width = (_STROKES[level], 3) if level else (_LINE, 1)
        style = f"fill:{_fill(node)},stroke:{stroke},stroke-width:{width}px,color:#212121"
        styles.append(f"  style {name(node.key)} {style}")
    for title, inner in box.boxes.items():
        own = name("box:" + indent + title)
        styles.append(f"  style {own} fill:#ffffff,stroke:#b0bec5,color:#212121")
        yield f'{indent}subgraph {own}["{entity(printable(title))}"]'
        yield from _mermaid_box(inner, indent + "  ", name, styles)
        yield f"{indent}end"


_SHAPES = {"internet": ('(("', '"))'), "gateway": ('{{"', '"}}'), "nat": ('(["', '"])'), "table": ('[("', '")]')}


def _mermaid_edge(edge: Edge, name: Callable[[str], str]) -> str:
    arrow = "-.-" if edge.sits else "-->" if edge.certain else "-.->"
    label = edge.label if edge.certain else f"{edge.label} ?".lstrip()
    said = f'|"{entity(printable(label))}"|' if label else ""
    return f"{name(edge.start)} {arrow}{said} {name(edge.end)}"


def entity(text: str) -> str:
    """Everything that Mermaid, or the HTML it makes, could take for syntax as a numbered entity."""
    return "".join(c if c.isalnum() or c in " .,-/:[]()_\u26a0+=*'?" else f"#{ord(c)};" for c in text)


def _fill(node: Node) -> str:
    return _FILLS.get(node.look) or _OTHER_FILLS.get(node.kind, _PLAIN)


# --- Graphviz ---


def dot(pictures: Sequence[Picture]) -> Iterator[str]:
    yield "digraph ecsnet {"
    yield '  graph [rankdir=LR, fontname="Helvetica", fontsize=11, style="rounded", color="#b0bec5", nodesep=0.25];'
    yield '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=10];'
    yield f'  edge [fontname="Helvetica", fontsize=9, color="{_LINE}"];'
    names = _Names()
    for number, picture in enumerate(pictures):
        indent = "  "
        if len(pictures) > 1:
            yield f"  subgraph cluster_r{number} {{"
            yield f"    label={_quoted(picture.name)};"
            indent = "    "
        yield from _dot_box(_boxes(picture), indent, names.of(number))
        if len(pictures) > 1:
            yield "  }"
        for edge in picture.topology.edges:
            yield f"  {_dot_edge(edge, names.of(number))}"
    yield "}"


_DOT_SHAPES: Mapping[str, str] = {"internet": "ellipse", "gateway": "hexagon", "table": "cylinder"}


def _dot_box(box: _Box, indent: str, name: Callable[[str], str]) -> Iterator[str]:
    for node, lines, level in box.nodes:
        label = "\\n".join(map(_escaped, lines))
        shape = f", shape={_DOT_SHAPES[node.kind]}, style=filled" if node.kind in _DOT_SHAPES else ""
        stroke, width = (_STROKES[level], 2.5) if level else (_LINE, 1)
        style = f'fillcolor="{_fill(node)}", color="{stroke}", penwidth={width}{shape}'
        yield f'{indent}{name(node.key)} [label="{label}", {style}];'
    for title, inner in box.boxes.items():
        yield f"{indent}subgraph cluster_{name('box:' + indent + title)} {{"
        yield f"{indent}  label={_quoted(title)};"
        yield from _dot_box(inner, indent + "  ", name)
        yield f"{indent}}}"


def _dot_edge(edge: Edge, name: Callable[[str], str]) -> str:
    label = edge.label if edge.certain else f"{edge.label} ?".lstrip()
    told = [f"label={_quoted(label)}"] if label else []
    if edge.sits:
        told.append("style=dotted, arrowhead=none")
    elif not edge.certain:
        told.append("style=dashed")
    attributes = f" [{', '.join(told)}]" if told else ""
    return f"{name(edge.start)} -> {name(edge.end)}{attributes};"


def _quoted(text: str) -> str:
    return f'"{_escaped(printable(text))}"'


def _escaped(text: str) -> str:
    """Quotes and backslashes written out, and what Graphviz takes for an HTML entity."""
    return html.escape(text, quote=False).replace("\\", "\\\\").replace('"', '\\"')
