import pytest

from ecsnet.network.zones import same_zone
from ecsnet.values import Reference, Text, Tri, Unknown

REGION = Unknown("no default", symbol="var.region")


def name(index):
    return Unknown("zones", symbol=f"data.aws_availability_zones.all.names[{index}]", series="zones")


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ("eu-west-1a", "eu-west-1a", Tri.TRUE),
        ("eu-west-1a", "eu-west-1b", Tri.FALSE),
        (name(0), name(0), Tri.TRUE),
        (name(0), name(1), Tri.FALSE),
        (name(0), "eu-west-1a", Tri.UNKNOWN),
        (Text((REGION, "a")), Text((REGION, "a")), Tri.TRUE),
        (Text((REGION, "a")), Text((REGION, "b")), Tri.FALSE),
        (Text((REGION, "a")), "eu-west-1b", Tri.FALSE),
        (Text((REGION, "a")), Text((Unknown("other", symbol="var.other"), "a")), Tri.UNKNOWN),
        (Unknown("", symbol="var.azs[0]"), Unknown("", symbol="var.azs[1]"), Tri.FALSE),
        (Unknown("", symbol="var.azs[0]"), Unknown("", symbol="var.zones[1]"), Tri.UNKNOWN),
        (Unknown("", symbol="var.azs[count.index]"), Unknown("", symbol="var.azs[0]"), Tri.UNKNOWN),
        (Unknown("", symbol="ZoneA"), Unknown("", symbol="ZoneB"), Tri.UNKNOWN),
        (None, None, Tri.UNKNOWN),
        (None, "eu-west-1a", Tri.UNKNOWN),
        (Unknown("", candidates=("eu-west-1b", None)), "eu-west-1a", Tri.UNKNOWN),
        (Unknown("", candidates=("eu-west-1b", "eu-west-1c")), "eu-west-1a", Tri.FALSE),
        ("euw1-az1", "euw1-az2", Tri.FALSE),
        ("euw1-az1", "eu-west-1a", Tri.UNKNOWN),
        ("eu-west-1a", Unknown("", candidates=("euw1-az1", "euw1-az2")), Tri.UNKNOWN),
        (Reference("aws_subnet.a", "availability_zone"), Reference("aws_subnet.a", "availability_zone"), Tri.TRUE),
        (Reference("aws_subnet.a", "availability_zone"), Reference("aws_subnet.b", "availability_zone"), Tri.UNKNOWN),
    ],
)
def test_same_zone(a, b, verdict):
    assert same_zone(a, b) is verdict
    assert same_zone(b, a) is verdict
