"""Three-valued logic, and what is provably equal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecsnet.values import Encoded, Reference, Several, Text, Tri, Unknown, equal, is_known, leaves, text

TRIS = st.sampled_from(Tri)
WORLDS = {Tri.TRUE: {True}, Tri.FALSE: {False}, Tri.UNKNOWN: {True, False}}


def known(results):
    return Tri.of(results.pop()) if len(results) == 1 else Tri.UNKNOWN


@given(TRIS, TRIS)
def test_kleene(a, b):
    assert a & b is known({x and y for x in WORLDS[a] for y in WORLDS[b]})
    assert a | b is known({x or y for x in WORLDS[a] for y in WORLDS[b]})
    assert ~a is known({not x for x in WORLDS[a]})


def test_a_tri_has_no_truth_value():
    with pytest.raises(TypeError):
        bool(Tri.UNKNOWN)
    with pytest.raises(TypeError):
        bool(Tri.TRUE)


REGION = Unknown("no default", symbol="var.region")
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3))
OPAQUE = st.sampled_from(
    [
        REGION,
        Unknown("anything"),
        Reference("aws_vpc.a"),
        Reference("aws_vpc.b"),
        Text((REGION, "a")),
        Text(("x", REGION)),
    ]
)
VALUES = st.recursive(SCALARS | OPAQUE, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=5)


@given(VALUES, VALUES)
def test_equality_is_symmetric(a, b):
    assert equal(a, b) is equal(b, a)


@given(st.text(max_size=4), st.text(max_size=4), st.text(max_size=4))
def test_texts_that_some_value_makes_equal_are_never_called_different(prefix, suffix, inner):
    assert equal(text((prefix, REGION, suffix)), prefix + inner + suffix) is not Tri.FALSE


@given(st.text(max_size=3), st.text(max_size=3), st.text(max_size=3), st.text(max_size=3), st.text(max_size=3))
def test_two_texts_are_told_apart_only_where_no_value_makes_them_one(a, b, c, d, region):
    left, right = text((a, REGION, b)), text((c, REGION, d))
    if a + region + b == c + region + d:
        assert equal(left, right) is not Tri.FALSE
    elif equal(left, right) is Tri.TRUE:
        raise AssertionError("called equal, but a region tells them apart")


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (Unknown("x"), Unknown("x"), Tri.UNKNOWN),
        (REGION, REGION, Tri.TRUE),
        (Unknown("", symbol="a", series="s"), Unknown("", symbol="b", series="s"), Tri.FALSE),
        (Unknown("", symbol="a"), Unknown("", symbol="b"), Tri.UNKNOWN),
        (Unknown("", candidates=("a", "b")), "c", Tri.FALSE),
        (Unknown("", candidates=("a", "b")), "a", Tri.UNKNOWN),
        (Reference("aws_vpc.a"), None, Tri.FALSE),
        (Reference("aws_vpc.a"), Reference("aws_vpc.b"), Tri.FALSE),
        (Reference("aws_vpc.a", "cidr_block"), Reference("aws_vpc.b", "cidr_block"), Tri.UNKNOWN),
        (Reference("aws_subnet.a", "id", 0), Reference("aws_subnet.a", "id", 1), Tri.FALSE),
        (Reference("data.aws_subnets.a", "ids[*]"), Reference("data.aws_subnets.a", "ids[*]"), Tri.UNKNOWN),
        (Reference("aws_subnet.a", "id", Unknown("count.index")), Reference("aws_subnet.a", "id", 1), Tri.UNKNOWN),
        (Encoded("json", (REGION,)), Encoded("json", (REGION,)), Tri.TRUE),
        ((Several("a"),), ("a",), Tri.UNKNOWN),
        ((), (), Tri.TRUE),
        (True, 1, Tri.FALSE),
        ({"a": REGION}, {"a": REGION}, Tri.TRUE),
        ({"a": 1}, {"b": 1}, Tri.FALSE),
    ],
)
def test_equal(a, b, verdict):
    assert equal(a, b) is verdict
    assert equal(b, a) is verdict


def test_text_joins_what_it_can():
    assert text(("a", "", "b")) == "ab"
    assert text((REGION,)) is REGION
    assert text((text((REGION, "a")), "b")) == Text((REGION, "ab"))
    assert text(()) == ""


def test_leaves_look_inside_everything():
    value = (Several({"k": Encoded("json", (Text(("a", REGION)),))}), Unknown("", candidates=(Reference("aws_vpc.a"),)))
    assert REGION in list(leaves(value))
    assert Reference("aws_vpc.a") in list(leaves(value))
    assert not is_known(value)


def test_one_of_many_instances_is_the_same_only_under_the_same_key():
    anyone = Unknown("not said which")
    own = Unknown("for_each is unknown", symbol="each.key in var.zones")
    subnets = [Reference("aws_subnet.a", "id", index) for index in (anyone, own, "x", "y")]
    assert equal(subnets[0], subnets[0]) is Tri.UNKNOWN
    assert equal(subnets[1], subnets[1]) is Tri.TRUE
    assert equal(subnets[2], subnets[3]) is Tri.FALSE
    assert all(equal(subnets[0], other) is Tri.UNKNOWN for other in subnets[1:])
    assert equal(subnets[0], Reference("aws_subnet.b", "id", anyone)) is Tri.FALSE
