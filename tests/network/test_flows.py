"""Sets of traffic, ACLs and groups against a model that looks at every packet of a small universe."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecsnet.network import Network
from ecsnet.network import flows as f
from ecsnet.network.acls import Line, evaluate
from ecsnet.network.groups import GroupRules, wanted
from ecsnet.network.model import IngressRule, Link, Links, SecurityGroup
from ecsnet.network.passage import Reach
from ecsnet.resources import Configuration, Hop, Resource
from ecsnet.values import Span, Tri, Unknown, Value

Ports = tuple[int, int]
HERE = Span("main.tf", 1, 1, 1, 2)
HOP = Hop("acl", "", HERE)
UNIVERSE = [(protocol, port, place) for protocol in (6, 17) for port in range(4) for place in range(4)]
WHOLE = (f.Box((6, 7), (0, 4), (0, 4)), f.Box((17, 18), (0, 4), (0, 4)))


def holds(boxes: f.Traffic, packet: tuple[int, int, int]) -> bool:
    return any(all(first <= at < end for (first, end), at in zip(box, packet)) for box in boxes)


ranges = st.tuples(st.integers(0, 3), st.integers(1, 4)).map(lambda pair: (min(pair[0], pair[1] - 1), pair[1]))
protocols = st.sampled_from([(6, 7), (17, 18), (0, 256)])
boxes = st.builds(f.Box, protocols, ranges, ranges)
traffic = st.lists(boxes, max_size=4).map(tuple)


@given(traffic, traffic)
def test_meet_and_without_are_intersection_and_difference(one: f.Traffic, other: f.Traffic) -> None:
    for packet in UNIVERSE:
        assert holds(f.meet(one, other), packet) == (holds(one, packet) and holds(other, packet))
        assert holds(f.without(one, other), packet) == (holds(one, packet) and not holds(other, packet))


@given(boxes, traffic)
def test_what_is_left_of_a_box_is_disjoint(box: f.Box, taken: f.Traffic) -> None:
    left = f.without((box,), taken)
    assert all(not f.meet((a,), (b,)) for a, b in itertools.combinations(left, 2))


@st.composite
def lines(draw: st.DrawFn, known: bool) -> Line:
    certain = draw(traffic)
    if known:
        return Line(f.Flows(certain, certain), draw(st.sampled_from([Tri.TRUE, Tri.FALSE])), True, HOP)
    more = draw(traffic)
    return Line(f.Flows(certain, (*certain, *more)), draw(st.sampled_from(list(Tri))), draw(st.booleans()), HOP)


def allowed(entries: list[tuple[f.Traffic, bool]], packet: tuple[int, int, int]) -> bool:
    """AWS's rule: the first entry that matches decides; none denies."""
    return next((allows for match, allows in entries if holds(match, packet)), False)


@settings(max_examples=150)
@given(st.lists(lines(known=True), max_size=5))
def test_known_entries_decide_exactly(entries: list[Line]) -> None:
    found = evaluate(entries, WHOLE).flows
    plain = [(line.flows.certain, line.allows is Tri.TRUE) for line in entries]
    for packet in UNIVERSE:
        assert holds(found.certain, packet) == holds(found.possible, packet) == allowed(plain, packet)


def outcomes(line: Line) -> list[tuple[f.Traffic, bool]]:
    """Everything that an entry may turn out to be."""
    matches = [line.flows.certain, line.flows.possible] + ([] if line.sure else [()])
    verdicts = [True, False] if line.allows is Tri.UNKNOWN else [line.allows is Tri.TRUE]
    return list(itertools.product(matches, verdicts))


@settings(max_examples=100, deadline=None)
@given(st.lists(lines(known=False), max_size=3))
def test_unknown_entries_are_bounded_by_every_outcome(entries: list[Line]) -> None:
    found = evaluate(entries, WHOLE).flows
    worlds = list(itertools.product(*map(outcomes, entries)))
    for packet in UNIVERSE:
        verdicts = {allowed(list(world), packet) for world in worlds}
        assert not holds(found.certain, packet) or verdicts == {True}
        assert holds(found.possible, packet) or verdicts == {False}


PROBES = {(6, 9), (6, 22), (6, 443), (17, 443), (47, 9), (1, 0), (1, 8), (58, 8)}


@pytest.mark.parametrize(
    ("protocol", "first", "last", "certain", "perhaps"),
    [
        ("tcp", 10, 23, {(6, 22)}, set()),
        ("TCP", "22", "22", {(6, 22)}, set()),
        (6, 22, 22, {(6, 22)}, set()),
        ("-1", 22, 22, PROBES, set()),
        ("all", None, None, PROBES, set()),
        ("47", 22, 22, {(47, 9)}, set()),
        ("icmp", 8, 0, {(1, 8)}, set()),
        ("icmp", -1, -1, {(1, 0), (1, 8)}, set()),
        ("icmpv6", Unknown(""), -1, set(), {(58, 8)}),
        ("tcp", None, None, set(), set()),
        ("tcp", -1, -1, {(6, 9), (6, 22), (6, 443)}, set()),
        ("tcp", Unknown(""), 443, set(), {(6, 9), (6, 22), (6, 443)}),
        ("tcp", 22, Unknown(""), set(), {(6, 22), (6, 443)}),
        (Unknown(""), 443, 443, set(), PROBES),
        (Unknown("", candidates=("tcp", "udp")), 443, 443, set(), {(6, 443), (17, 443)}),
        ("tcp", Unknown("", candidates=(0, 22)), 443, {(6, 22), (6, 443)}, {(6, 9)}),
        ("no such protocol", 22, 22, set(), PROBES),
    ],
)
def test_services(
    protocol: Value, first: Value, last: Value, certain: set[tuple[int, int]], perhaps: set[tuple[int, int]]
) -> None:
    flows = f.services(protocol, first, last)
    assert {probe for probe in PROBES if holds(flows.certain, (*probe, 7))} == certain
    assert {probe for probe in PROBES if holds(flows.possible, (*probe, 7))} == certain | perhaps


def test_addresses_of_both_families_are_apart() -> None:
    four, six = f.addresses("0.0.0.0/0").certain, f.addresses("::/0").certain
    assert four == (f.FAMILIES[4],)
    assert six == (f.FAMILIES[6],)
    assert f.addresses(Unknown(""), 6).possible == six
    assert f.addresses(("10.0.0.0/8", Unknown(""))).possible == ((10 << 24, 11 << 24), f.ALL_ADDRESSES)


def resource(name: str, kind: str) -> Resource:
    return Resource(kind, name, {}, HERE, HERE, "terraform", lambda path: HERE)


rules = st.tuples(st.sampled_from(["tcp", "udp", "-1"]), ranges, st.integers(0, 3), st.booleans())


@settings(max_examples=100, deadline=None)
@given(st.lists(rules, max_size=4), st.lists(rules, max_size=2), ranges, ranges)
def test_groups_are_a_union_of_their_rules(
    one: list[tuple[str, Ports, int, bool]],
    other: list[tuple[str, Ports, int, bool]],
    ports: Ports,
    places: Ports,
) -> None:
    elements: list[IngressRule | SecurityGroup] = []
    for name, given_rules in (("a", one), ("b", other)):
        group = resource(name, "aws_security_group")
        elements.append(SecurityGroup(group, {}, vpc=Link(), open_egress=Tri.FALSE, default_of=Link()))
        for protocol, (first, end), place, certain in given_rules:
            elements.append(
                IngressRule(
                    group, {}, group=Link(None, (name,)), protocol=protocol, from_port=first, to_port=end - 1,
                    cidrs4=(f"0.0.0.{place}/32",), cidrs6=None, cidrs_listed=None, of_aws=False, peers=Links(),
                    certain=certain,
                )
            )  # fmt: skip
    network = Network(Configuration("", "terraform", {}), tuple(elements))
    groups = Links((Link(None, ("a",)), Link(None, ("b",))))
    passage = GroupRules(network).inbound(groups, Link(), HERE).admits(wanted("tcp", ports, (places,)), "it").passage()

    def admits(packet: tuple[int, int], certainly: bool) -> bool:
        return any(
            protocol in ("tcp", "-1")
            and (protocol == "-1" or first <= packet[0] < end)
            and packet[1] == place
            and (certain or not certainly)
            for protocol, (first, end), place, certain in (*one, *other)
        )

    packets = list(itertools.product(range(*ports), range(*places)))
    expected = Reach.UNKNOWN
    if all(admits(packet, certainly=True) for packet in packets):
        expected = Reach.REACHED
    elif not any(admits(packet, certainly=False) for packet in packets):
        expected = Reach.BLOCKED
    assert passage.reach is expected
