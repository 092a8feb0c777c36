"""Address and port sets against the standard library, over small numbers where every member can be listed."""

import ipaddress
import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecsnet.network.addresses import admits_tcp, is_internet, may_be_internet, size, subtract, union
from ecsnet.values import Tri, Unknown

RANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


def members(ranges):
    return {number for first, end in ranges for number in range(first, end)}


@given(RANGES, RANGES)
def test_sets_of_ranges_are_sets(left, right):
    assert members(union(left)) == members(left)
    assert members(subtract(left, right)) == members(left) - members(right)
    assert size(left) == len(members(left))


@given(RANGES)
def test_union_is_sorted_and_disjoint(ranges):
    result = union(ranges)
    assert all(first < end for first, end in result)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(result))


@pytest.mark.parametrize(
    ("cidrs", "internet"),
    [
        (["0.0.0.0/0"], True),
        (["::/0"], True),
        (["0.0.0.0/1"], True),
        (["0.0.0.0/2"], True),
        (["0.0.0.0/3", "32.0.0.0/3"], True),
        (["192.168.1.0/0"], True),  # AWS masks the host bits off: this is 0.0.0.0/0
        (["2000::/3"], True),
        (["2000::/5"], True),
        (["2000::/6"], False),
        (["8.0.0.0/8"], False),
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], False),
        (["224.0.0.0/3"], False),
        (["203.0.113.7"], False),
        (["not an address"], False),
        ([], False),
    ],
)
def test_a_quarter_of_the_public_addresses_is_the_internet(cidrs, internet):
    assert is_internet(cidrs) is internet


@given(
    st.lists(
        st.integers(0, 2**32 - 1).flatmap(lambda a: st.integers(0, 32).map(lambda p: f"{ipaddress.ip_address(a)}/{p}")),
        max_size=4,
    )
)
def test_more_sources_never_admit_less(cidrs):
    if is_internet(cidrs[:-1]):
        assert is_internet(cidrs)


@pytest.mark.parametrize(
    ("protocol", "first", "last", "verdict"),
    [
        ("tcp", 22, 22, Tri.TRUE),
        ("TCP", "22", "22", Tri.TRUE),
        ("6", 0, 65535, Tri.TRUE),
        (6, 20, 25, Tri.TRUE),
        ("-1", 0, 0, Tri.TRUE),
        (-1, None, None, Tri.TRUE),
        ("tcp", Decimal(22), Decimal("22.0"), Tri.TRUE),
        ("tcp", "--5", "22", Tri.UNKNOWN),
        ("tcp", Decimal("Infinity"), 22, Tri.UNKNOWN),
        ("all", None, None, Tri.TRUE),
        ("tcp", 0, 0, Tri.FALSE),
        ("tcp", 23, 80, Tri.FALSE),
        ("udp", 22, 22, Tri.FALSE),
        ("50", 22, 22, Tri.FALSE),
        ("tcp", Unknown("port"), 21, Tri.FALSE),
        ("tcp", Unknown("port"), 22, Tri.UNKNOWN),
        (Unknown("protocol"), 22, 22, Tri.UNKNOWN),
        (Unknown("protocol", candidates=("tcp", "-1")), 22, 22, Tri.TRUE),
        (Unknown("protocol", candidates=("tcp", "udp")), 22, 22, Tri.UNKNOWN),
    ],
)
def test_which_rules_are_about_port_22(protocol, first, last, verdict):
    assert admits_tcp(protocol, first, last, 22) is verdict


def test_an_unknown_source_may_be_the_internet_unless_none_of_its_candidates_is():
    assert may_be_internet(Unknown("x")) is Tri.UNKNOWN
    assert may_be_internet(Unknown("x", candidates=("10.0.0.0/8", None))) is Tri.FALSE
    assert may_be_internet(Unknown("x", candidates=("0.0.0.0/0", "::/0"))) is Tri.TRUE
    assert may_be_internet(Unknown("x", candidates=("0.0.0.0/0", "10.0.0.0/8"))) is Tri.UNKNOWN
