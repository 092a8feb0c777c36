"""The way to the internet and back, over small VPCs: each setting that decides, changed one at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecsnet.network import Network
from ecsnet.network.hosts import container_hosts
from ecsnet.network.interfaces import Placement, of_hosts, of_workload
from ecsnet.network.model import Workload
from ecsnet.network.passage import Reach
from ecsnet.network.reachability import egress, ingress, reaches
from ecsnet.values import Tri
from tests.network import reading

Read = Callable[..., Network]

VPC = """
resource "aws_vpc" "v" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}
resource "aws_internet_gateway" "g" {
  vpc_id = aws_vpc.v.id
}
resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.n.id
  }
}
resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}
resource "aws_eip" "n" {}
resource "aws_nat_gateway" "n" {
  subnet_id     = aws_subnet.public.id
  allocation_id = aws_eip.n.id
}
resource "aws_security_group" "task" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 90
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_service" "s" {
  launch_type     = "FARGATE"
  cluster         = "c"
  task_definition = "t"
  network_configuration {
    subnets          = [aws_subnet.private.id]
    security_groups  = [aws_security_group.task.id]
    assign_public_ip = false
  }
}
"""
PUBLIC = ("[aws_subnet.private.id]", "[aws_subnet.public.id]")
ASSIGNED = ("assign_public_ip = false", "assign_public_ip = true")


def acl(*entries: str) -> str:
    return f"""
resource "aws_network_acl" "a" {{
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.public.id]
  {"".join(entries)}
}}
"""


def entry(
    direction: str, number: str, action: str, first: int, last: int, cidr: str = "0.0.0.0/0", protocol: str = "tcp"
) -> str:
    return f"""
  {direction} {{
    rule_no    = {number}
    action     = "{action}"
    protocol   = "{protocol}"
    from_port  = {first}
    to_port    = {last}
    cidr_block = "{cidr}"
  }}
"""


OUT = entry("egress", "100", "allow", 0, 65535)
IN = entry("ingress", "100", "allow", 0, 65535)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(*changes: tuple[str, str], more: str = "", base: str = VPC) -> Network:
        text = base
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        return reading.terraform(tmp_path, text + more)

    return of


def task(network: Network) -> Placement:
    (placement,) = of_workload(network, reading.only(network, Workload))
    return placement


def obstacles(network: Network) -> list[str]:
    found = egress(network, task(network))
    assert found.reach is Reach.BLOCKED
    return [hop.resource for hop in found.obstacles]


def test_out_through_nat_names_the_whole_way(read: Read) -> None:
    network = read()
    found = egress(network, task(network))
    assert found.reach is Reach.REACHED
    assert [hop.resource for hop in found.hops] == [
        "aws_ecs_service.s", "aws_security_group.task", "aws_route_table_association.private",
        "aws_route_table.private", "aws_nat_gateway.n", "aws_route_table_association.public",
        "aws_route_table.public",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "blocked_by"),
    [
        ([PUBLIC], ["aws_ecs_service.s"]),
        ([('allocation_id = aws_eip.n.id', 'connectivity_type = "private"')], ["aws_nat_gateway.n"]),
        ([("allocation_id = aws_eip.n.id", "")], ["aws_nat_gateway.n"]),
        ([("subnet_id     = aws_subnet.public.id", "subnet_id     = aws_subnet.private.id")], ["aws_nat_gateway.n"]),
        ([("  egress {", "  ingress {")], ["aws_security_group.task"]),
        ([("  egress {", "  ingress {"), PUBLIC], ["aws_security_group.task", "aws_ecs_service.s"]),
        ([("  vpc_id = aws_vpc.v.id\n}\nresource \"aws_subnet\" \"public\"", "}\nresource \"aws_subnet\" \"public\"")],
         ["aws_route_table.public"]),
    ],
)  # fmt: skip
def test_every_obstacle_is_named(read: Read, changes: list[tuple[str, str]], blocked_by: list[str]) -> None:
    assert obstacles(read(*changes)) == blocked_by


def test_a_public_address_is_enough_in_a_public_subnet(read: Read) -> None:
    network = read(PUBLIC, ASSIGNED)
    assert egress(network, task(network)).reach is Reach.REACHED


@pytest.mark.parametrize(
    ("entries", "reach"),
    [
        ([OUT, IN], Reach.REACHED),
        ([OUT], Reach.BLOCKED),
        ([IN], Reach.BLOCKED),
        ([OUT, entry("ingress", "100", "allow", 1024, 65535)], Reach.REACHED),
        ([OUT, entry("ingress", "100", "allow", 443, 443)], Reach.BLOCKED),
        ([OUT, entry("ingress", "100", "allow", 32768, 65535)], Reach.UNKNOWN),
        ([OUT, IN, entry("egress", "50", "deny", 443, 443)], Reach.BLOCKED),
        ([OUT, IN, entry("egress", "150", "deny", 443, 443)], Reach.REACHED),
        ([OUT, IN, entry("egress", "var.n", "deny", 443, 443)], Reach.UNKNOWN),
        ([OUT, IN, entry("egress", "50", "deny", 443, 443, "8.0.0.0/8")], Reach.UNKNOWN),
        ([OUT, IN, entry("egress", "50", "deny", 443, 443, "10.9.0.0/16")], Reach.REACHED),
    ],
)
def test_the_network_acl_out_and_for_answers(read: Read, entries: list[str], reach: Reach) -> None:
    network = read(PUBLIC, ASSIGNED, more=acl(*entries) + 'variable "n" {}\n')
    assert egress(network, task(network)).reach is reach


def test_the_acl_of_the_nat_gateways_subnet_counts(read: Read) -> None:
    assert obstacles(read(more=acl(OUT))) == ["aws_network_acl.a", "aws_network_acl.a"]
    network = read(more=acl(OUT, IN))
    assert egress(network, task(network)).reach is Reach.REACHED


@pytest.mark.parametrize(
    ("mode", "private", "public"),
    [
        ("block-bidirectional", Reach.BLOCKED, Reach.BLOCKED),
        ("block-ingress", Reach.REACHED, Reach.BLOCKED),
        ("off", Reach.REACHED, Reach.REACHED),
    ],
)
def test_block_public_access(read: Read, mode: str, private: Reach, public: Reach) -> None:
    more = f"""
resource "aws_vpc_block_public_access_options" "o" {{
  internet_gateway_block_mode = "{mode}"
}}
"""
    network = read(more=more)
    assert egress(network, task(network)).reach is private
    network = read(PUBLIC, ASSIGNED, more=more)
    assert egress(network, task(network)).reach is public
    exclusion = """
resource "aws_vpc_block_public_access_exclusion" "e" {
  vpc_id                          = aws_vpc.v.id
  internet_gateway_exclusion_mode = "allow-bidirectional"
}
"""
    network = read(PUBLIC, ASSIGNED, more=more + exclusion)
    assert egress(network, task(network)).reach is Reach.REACHED


@pytest.mark.parametrize(
    "change",
    [
        ("[aws_security_group.task.id]", "[var.group]"),
        ("[aws_security_group.task.id]", "[]"),
        ("[aws_subnet.private.id]", "[var.subnet]"),
        ("nat_gateway_id = aws_nat_gateway.n.id", "transit_gateway_id = var.subnet"),
        ("nat_gateway_id = aws_nat_gateway.n.id", "nat_gateway_id = var.subnet"),
        ('cidr_blocks = ["0.0.0.0/0"]\n  }\n}', "cidr_blocks = [var.cidr]\n  }\n}"),
        ('cidr_blocks = ["0.0.0.0/0"]\n  }\n}', 'cidr_blocks = ["52.0.0.0/8"]\n  }\n}'),
        ("assign_public_ip = false", "assign_public_ip = var.on"),
    ],
)
def test_what_is_not_in_the_configuration_is_unknown(read: Read, change: tuple[str, str]) -> None:
    changes = [PUBLIC, change] if "assign" in change[0] else [change]
    variables = "".join(f'variable "{name}" {{}}\n' for name in ("group", "subnet", "cidr", "on"))
    network = read(*changes, more=variables)
    found = egress(network, task(network))
    assert found.reach is Reach.UNKNOWN
    assert found.reason
    assert found.span is not None


IPV6 = [
    ('cidr_block = "10.0.1.0/24"', 'cidr_block = "10.0.1.0/24"\n  ipv6_cidr_block = "2600:1f18::/64"'),
    (
        "    nat_gateway_id = aws_nat_gateway.n.id\n  }",
        (
            '    nat_gateway_id = aws_nat_gateway.n.id\n  }\n  route {\n    ipv6_cidr_block = "::/0"\n'
            "    egress_only_gateway_id = aws_egress_only_internet_gateway.e.id\n  }"
        ),
    ),
    (
        'cidr_blocks = ["0.0.0.0/0"]\n  }\n}',
        'cidr_blocks = ["0.0.0.0/0"]\n    ipv6_cidr_blocks = ["::/0"]\n  }\n}',
    ),
]
EGRESS_ONLY = """
resource "aws_egress_only_internet_gateway" "e" {
  vpc_id = aws_vpc.v.id
}
"""


def test_ipv6_by_an_egress_only_gateway_hangs_on_the_account(read: Read) -> None:
    network = read(*IPV6, more=EGRESS_ONLY)
    assert egress(network, task(network)).reach is Reach.REACHED
    assert egress(network, task(network), family=6).reach is Reach.UNKNOWN


def test_an_ipv6_only_subnet_reaches_ipv4_hosts_by_nat64(read: Read) -> None:
    native = (
        'cidr_block = "10.0.1.0/24"',
        'ipv6_native = true\n  ipv6_cidr_block = "2600:1f18::/64"\n  enable_dns64 = true',
    )
    route = (
        "    nat_gateway_id = aws_nat_gateway.n.id\n  }",
        (
            '    nat_gateway_id = aws_nat_gateway.n.id\n  }\n  route {\n    ipv6_cidr_block = "64:ff9b::/96"\n'
            "    nat_gateway_id = aws_nat_gateway.n.id\n  }"
        ),
    )
    network = read(native, route, IPV6[2])
    assert egress(network, task(network)).reach is Reach.REACHED
    assert egress(network, task(network), family=6).reach is Reach.BLOCKED
    network = read(native, IPV6[2])
    found = egress(network, task(network))
    assert [hop.resource for hop in found.obstacles] == ["aws_route_table.private"]
    network = read(native, ("enable_dns64 = true", "enable_dns64 = false"), route, IPV6[2])
    assert [hop.resource for hop in egress(network, task(network)).obstacles] == ["aws_subnet.private"]


# --- in ---


def opened(network: Network) -> list[tuple[str, tuple[tuple[int, int], ...], Reach]]:
    return [(found.protocol, found.ports, found.passage.reach) for found in ingress(network, task(network))]


def test_the_internet_reaches_a_public_task(read: Read) -> None:
    network = read(PUBLIC, ASSIGNED)
    assert opened(network) == [("tcp", ((80, 91),), Reach.REACHED)]
    assert reaches(network, task(network), 80).reach is Reach.REACHED
    assert reaches(network, task(network), 91).reach is Reach.BLOCKED


def test_it_does_not_reach_one_without_an_address_or_behind_nat(read: Read) -> None:
    assert opened(read(PUBLIC)) == []
    assert opened(read(ASSIGNED)) == []


@pytest.mark.parametrize(
    ("entries", "ports"),
    [
        ([OUT, IN], [("tcp", ((80, 91),), Reach.REACHED)]),
        ([OUT, IN, entry("ingress", "90", "deny", 85, 85)], [("tcp", ((80, 85), (86, 91)), Reach.REACHED)]),
        ([OUT, entry("ingress", "90", "allow", 443, 443)], []),
        ([IN], []),
        (
            [OUT, IN, entry("ingress", "var.n", "deny", 85, 85)],
            [("tcp", ((80, 85), (86, 91)), Reach.REACHED), ("tcp", ((85, 86),), Reach.UNKNOWN)],
        ),
    ],
)
def test_the_acl_cuts_ports_off(
    read: Read, entries: list[str], ports: list[tuple[str, tuple[tuple[int, int], ...], Reach]]
) -> None:
    assert opened(read(PUBLIC, ASSIGNED, more=acl(*entries) + 'variable "n" {}\n')) == ports


def test_rules_that_only_together_are_the_internet(read: Read) -> None:
    """All of it by sixteenths: three on 80 to 90, two more on 85 to 100, which share 85 to 90 with them."""
    sixteenths = ['["16.0.0.0/4"]', '["32.0.0.0/4"]', '["64.0.0.0/4"]', '["80.0.0.0/4"]', '["96.0.0.0/4"]']
    rules = "".join(
        f"""
resource "aws_security_group_rule" "part_{number}" {{
  type              = "ingress"
  security_group_id = aws_security_group.task.id
  protocol          = "{"tcp" if number else "-1"}"
  from_port         = {80 if number < 3 else 85}
  to_port           = {90 if number < 3 else 100}
  cidr_blocks       = {cidrs}
}}
"""
        for number, cidrs in enumerate(sixteenths)
    )
    network = read(PUBLIC, ASSIGNED, ('["0.0.0.0/0"]\n  }\n  egress', '["10.0.0.0/8"]\n  }\n  egress'), more=rules)
    assert opened(network) == [("tcp", ((85, 91),), Reach.REACHED)]
    (found,) = ingress(network, task(network))
    assert found.rule is not None
    assert found.rule.address == "aws_security_group_rule.part_0"
    parts = [hop.resource for hop in found.passage.hops if "part" in hop.resource]
    assert parts == [f"aws_security_group_rule.part_{number}" for number in range(5)]


def test_groups_that_are_not_there_may_let_anything_in(read: Read) -> None:
    network = read(PUBLIC, ASSIGNED, ("[aws_security_group.task.id]", "[var.group]"), more='variable "group" {}')
    assert opened(network) == [("all", ((0, 65536),), Reach.UNKNOWN)]
    assert ingress(network, task(network))[0].rule is None


# --- interfaces ---

HOSTS = """
resource "aws_instance" "i" {
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.task.id]
  user_data              = "echo ECS_CLUSTER=c >> /etc/ecs/ecs.config"
}
"""


@pytest.mark.parametrize(
    ("change", "more", "public"),
    [
        (("", ""), "", Tri.FALSE),
        (("user_data", "associate_public_ip_address = true\nuser_data"), "", Tri.TRUE),
        (("", ""), 'resource "aws_eip" "i" {\ninstance = aws_instance.i.id\n}', Tri.TRUE),
        (("", ""), 'variable "i" {}\nresource "aws_eip" "i" {\ninstance = var.i\n}', Tri.UNKNOWN),
    ],
)
def test_public_addresses_of_instances(read: Read, change: tuple[str, str], more: str, public: Tri) -> None:
    network = read(more=HOSTS.replace(*change, 1) + more)
    (found,) = container_hosts(network)
    (placement,) = of_hosts(network, found)
    assert placement.ipv4.given is public


def test_an_image_and_a_policy_together_make_a_container_instance(read: Read) -> None:
    text = """
data "aws_ssm_parameter" "ami" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.r.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}
resource "aws_iam_instance_profile" "p" {
  role = aws_iam_role.r.name
}
resource "aws_instance" "i" {
  ami                  = data.aws_ssm_parameter.ami.value
  subnet_id            = aws_subnet.public.id
  iam_instance_profile = aws_iam_instance_profile.p.name
}
"""
    (found,) = container_hosts(read(more=text))
    assert [hop.resource for hop in found.evidence] == ["aws_instance.i", "aws_iam_role_policy_attachment.a"]
    assert not list(container_hosts(read(more=text.replace("ContainerServiceforEC2Role", "ReadOnlyAccess"))))
    assert not list(container_hosts(read(more=text.replace("data.aws_ssm_parameter.ami.value", '"ami-1"'))))
