"""Each form in which Terraform declares an element of the network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecsnet.network import Network, exists
from ecsnet.network import model as m
from ecsnet.values import Reference, Text, Tri, Unknown
from tests.network import reading
from tests.network.reading import names, only, open_link

Read = Callable[[str], Network]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return lambda text: reading.terraform(tmp_path, text)


# --- VPCs, subnets, gateways ---


@pytest.mark.parametrize(
    ("arguments", "dns"),
    [
        ("", Tri.FALSE),
        ("enable_dns_hostnames = true", Tri.TRUE),
        ("enable_dns_hostnames = true\nenable_dns_support = false", Tri.FALSE),
        ("enable_dns_hostnames = var.unset", Tri.UNKNOWN),
    ],
)
def test_vpc_resolves_private_names(read: Read, arguments: str, dns: Tri) -> None:
    network = read(f'variable "unset" {{}}\nresource "aws_vpc" "v" {{\ncidr_block = "10.0.0.0/16"\n{arguments}\n}}')
    assert only(network, m.Vpc).dns is dns


def test_a_vpc_has_all_its_cidr_blocks(read: Read) -> None:
    network = read("""
variable "more" {}
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc_ipv4_cidr_block_association" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.1.0.0/16"
}
resource "aws_vpc_ipv4_cidr_block_association" "b" {
  count      = var.more ? 1 : 0
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.2.0.0/16"
}
resource "aws_vpc" "pool" {
  ipv4_ipam_pool_id   = "ipam-pool-0"
  ipv4_netmask_length = 20
}
resource "aws_default_vpc" "d" {}
""")
    first, second, third = network.all(m.Vpc)
    assert first.cidrs4[:2] == ("10.0.0.0/16", "10.1.0.0/16")
    assert isinstance(first.cidrs4[2], Unknown)
    assert isinstance(second.cidrs4[0], Unknown)
    assert third.cidrs4 == ("172.31.0.0/16",)
    assert third.dns is Tri.TRUE


def test_subnet(read: Read) -> None:
    network = read("""
resource "aws_subnet" "s" {
  vpc_id                          = "vpc-1"
  cidr_block                      = "10.0.1.0/24"
  ipv6_cidr_block                 = "2001:db8::/64"
  assign_ipv6_address_on_creation = true
  enable_dns64                    = true
}
resource "aws_default_subnet" "d" {
  availability_zone = "eu-west-1a"
}
""")
    subnet, default = network.all(m.Subnet)
    assert (subnet.cidr4, subnet.cidr6) == ("10.0.1.0/24", "2001:db8::/64")
    assert (subnet.assigns_ipv6, subnet.dns64) == (Tri.TRUE, Tri.TRUE)
    assert isinstance(default.cidr4, Unknown)
    assert (default.cidr6, default.assigns_ipv6, default.dns64) == (None, Tri.FALSE, Tri.FALSE)


@pytest.mark.parametrize(
    ("arguments", "addressed"),
    [
        ("allocation_id = aws_eip.e.id", Tri.TRUE),
        ("", Tri.FALSE),
        ("allocation_id = var.unset", Tri.UNKNOWN),
        ('availability_zone_address {\nallocation_ids = ["eipalloc-1"]\navailability_zone = "x"\n}', Tri.TRUE),
        ('availability_mode = "regional"\nvpc_id = aws_vpc.v.id', Tri.FALSE),
    ],
)
def test_nat_gateway_has_an_address(read: Read, arguments: str, addressed: Tri) -> None:
    network = read(f"""
variable "unset" {{}}
resource "aws_eip" "e" {{}}
resource "aws_vpc" "v" {{
  cidr_block = "10.0.0.0/16"
}}
resource "aws_nat_gateway" "n" {{
{arguments}
}}
""")
    gateway = only(network, m.NatGateway)
    assert gateway.addressed is addressed
    assert gateway.vpc.only == ("aws_vpc.v" if "vpc_id" in arguments else None)


def test_public_access_block(read: Read) -> None:
    network = read("""
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_vpc_block_public_access_options" "o" {
  internet_gateway_block_mode = "block-ingress"
}
resource "aws_vpc_block_public_access_exclusion" "x" {
  vpc_id                          = aws_vpc.v.id
  internet_gateway_exclusion_mode = "allow-egress"
}
""")
    assert only(network, m.PublicAccessBlock).mode == "block-ingress"
    exclusion = only(network, m.PublicAccessExclusion)
    assert (exclusion.vpc.only, exclusion.subnet.is_set, exclusion.mode) == ("aws_vpc.v", False, "allow-egress")


def test_egress_only_gateway_is_a_target_of_its_own(read: Read) -> None:
    network = read("""
resource "aws_egress_only_internet_gateway" "g" {
  vpc_id = "vpc-1"
}
resource "aws_route" "r" {
  route_table_id              = "rtb-1"
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.g.id
}
""")
    assert only(network, m.Route).kind is m.TargetKind.EGRESS_ONLY_GATEWAY


# --- network ACLs ---

ACLS = """
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
"""


def test_network_acl_with_inline_entries(read: Read) -> None:
    network = read(
        ACLS
        + """
resource "aws_network_acl" "n" {
  vpc_id     = aws_vpc.v.id
  subnet_ids = [aws_subnet.s.id]
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 444
    cidr_block = "0.0.0.0/0"
  }
  egress = [{ rule_no = 200, action = "deny", protocol = "-1", from_port = 0, to_port = 0, ipv6_cidr_block = "::/0" }]
}
"""
    )
    acl = only(network, m.NetworkAcl)
    assert (acl.vpc.only, acl.default_of.is_set, names(acl.subnets)) == ("aws_vpc.v", False, ["aws_subnet.s"])
    into, out = network.all(m.AclEntry)
    assert into.acl.only == out.acl.only == acl.address
    assert (into.number, into.egress, into.allows, into.protocol) == (100, Tri.FALSE, Tri.TRUE, "tcp")
    assert (into.from_port, into.to_port, into.cidr4, into.cidr6) == (443, 444, "0.0.0.0/0", None)
    assert (out.number, out.egress, out.allows, out.cidr4, out.cidr6) == (200, Tri.TRUE, Tri.FALSE, None, "::/0")


def test_network_acl_with_separate_entries_and_associations(read: Read) -> None:
    network = read(
        ACLS
        + """
resource "aws_network_acl" "n" {
  vpc_id = aws_vpc.v.id
}
resource "aws_network_acl_rule" "r" {
  network_acl_id = aws_network_acl.n.id
  rule_number    = 10
  egress         = true
  protocol       = "-1"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
}
resource "aws_network_acl_association" "a" {
  network_acl_id = aws_network_acl.n.id
  subnet_id      = aws_subnet.s.id
}
"""
    )
    entry = only(network, m.AclEntry)
    assert (entry.acl.only, entry.number, entry.egress) == ("aws_network_acl.n", 10, Tri.TRUE)
    assert entry.allows is Tri.TRUE
    association = only(network, m.AclAssociation)
    assert (association.acl.only, association.subnet.only) == ("aws_network_acl.n", "aws_subnet.s")


def test_default_network_acl_is_also_meant_by_its_vpcs_attribute(read: Read) -> None:
    network = read(
        ACLS
        + """
resource "aws_default_network_acl" "d" {
  default_network_acl_id = aws_vpc.v.default_network_acl_id
}
resource "aws_network_acl_rule" "r" {
  network_acl_id = aws_vpc.v.default_network_acl_id
  rule_number    = 10
  protocol       = "-1"
  rule_action    = "deny"
}
"""
    )
    acl = only(network, m.NetworkAcl)
    assert acl.vpc.only == acl.default_of.only == "aws_vpc.v"
    entry = only(network, m.AclEntry)
    assert (entry.acl.only, entry.egress, entry.allows) == (acl.address, Tri.FALSE, Tri.FALSE)


# --- endpoints ---

ENDPOINTS = """
resource "aws_subnet" "s" {
  vpc_id     = "vpc-1"
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "g" {}
resource "aws_route_table" "t" {
  vpc_id = "vpc-1"
}
"""


def test_interface_endpoint(read: Read) -> None:
    network = read(
        ENDPOINTS
        + """
resource "aws_vpc_endpoint" "e" {
  vpc_id              = "vpc-1"
  service_name        = "com.amazonaws.eu-west-1.ecr.dkr"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [aws_subnet.s.id]
  security_group_ids  = [aws_security_group.g.id]
  private_dns_enabled = true
}
"""
    )
    endpoint = only(network, m.Endpoint)
    assert (endpoint.kind, endpoint.private_dns) == (m.EndpointKind.INTERFACE, Tri.TRUE)
    assert endpoint.service == "com.amazonaws.eu-west-1.ecr.dkr"
    assert (names(endpoint.subnets), names(endpoint.groups)) == (["aws_subnet.s"], ["aws_security_group.g"])
    assert endpoint.tables == m.Links()


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ("", m.EndpointKind.GATEWAY),
        ('vpc_endpoint_type = "GatewayLoadBalancer"', m.EndpointKind.OTHER),
        ("vpc_endpoint_type = var.unset", m.EndpointKind.UNKNOWN),
    ],
)
def test_kind_of_an_endpoint(read: Read, arguments: str, kind: m.EndpointKind) -> None:
    network = read(
        ENDPOINTS
        + f"""
variable "unset" {{}}
resource "aws_vpc_endpoint" "e" {{
  service_name    = "com.amazonaws.eu-west-1.s3"
  route_table_ids = [aws_route_table.t.id]
  {arguments}
}}
"""
    )
    endpoint = only(network, m.Endpoint)
    assert (endpoint.kind, endpoint.private_dns) == (kind, Tri.FALSE)
    assert names(endpoint.tables) == ["aws_route_table.t"]


def test_endpoint_associations(read: Read) -> None:
    network = read(
        ENDPOINTS
        + """
resource "aws_vpc_endpoint" "e" {
  service_name      = "com.amazonaws.eu-west-1.logs"
  vpc_endpoint_type = "Interface"
}
resource "aws_vpc_endpoint_route_table_association" "t" {
  vpc_endpoint_id = aws_vpc_endpoint.e.id
  route_table_id  = aws_route_table.t.id
}
resource "aws_vpc_endpoint_subnet_association" "s" {
  vpc_endpoint_id = aws_vpc_endpoint.e.id
  subnet_id       = aws_subnet.s.id
}
resource "aws_vpc_endpoint_security_group_association" "g" {
  vpc_endpoint_id   = aws_vpc_endpoint.e.id
  security_group_id = aws_security_group.g.id
}
resource "aws_vpc_endpoint_private_dns" "d" {
  vpc_endpoint_id     = aws_vpc_endpoint.e.id
  private_dns_enabled = true
}
"""
    )
    assert only(network, m.Endpoint).private_dns is Tri.TRUE
    found = network.all(m.EndpointAssociation)
    assert [(each.endpoint.only, each.table.only, each.subnet.only, each.group.only) for each in found] == [
        ("aws_vpc_endpoint.e", "aws_route_table.t", None, None),
        ("aws_vpc_endpoint.e", None, "aws_subnet.s", None),
        ("aws_vpc_endpoint.e", None, None, "aws_security_group.g"),
    ]
    assert [each.address for each in network.all(m.Guarded)] == [
        "aws_vpc_endpoint.e", "aws_vpc_endpoint_security_group_association.g"
    ]  # fmt: skip


# --- security groups ---


def test_security_group_rules_of_every_form(read: Read) -> None:
    network = read("""
resource "aws_security_group" "a" {
  ingress {
    protocol        = "tcp"
    from_port       = 80
    to_port         = 80
    security_groups = [aws_security_group.b.id]
    self            = true
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "b" {}
resource "aws_security_group_rule" "r" {
  type                     = "egress"
  security_group_id        = aws_security_group.b.id
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  source_security_group_id = aws_security_group.a.id
}
resource "aws_vpc_security_group_egress_rule" "e" {
  security_group_id            = aws_security_group.b.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.a.id
}
""")
    assert [group.open_egress for group in network.all(m.SecurityGroup)] == [Tri.FALSE, Tri.FALSE]
    a, b = "aws_security_group.a", "aws_security_group.b"
    ingress = only(network, m.IngressRule)
    assert (ingress.group.only, names(ingress.peers), ingress.peers.complete) == (a, [b, a], True)
    found = [(rule.group.only, rule.from_port, rule.cidrs4, names(rule.peers)) for rule in network.all(m.EgressRule)]
    assert found == [(a, 0, ("0.0.0.0/0",), []), (b, 443, None, [a]), (b, 5432, None, [a])]
    assert all(exists(rule, frozenset()) is Tri.TRUE for rule in network.all(m.EgressRule))


def test_unknown_egress_is_not_none(read: Read) -> None:
    network = read("""
variable "rules" {
  type = list(any)
}
variable "kind" {}
resource "aws_security_group" "a" {
  dynamic "egress" {
    for_each = var.rules
    content {
      protocol    = "tcp"
      from_port   = egress.value
      to_port     = egress.value
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
resource "aws_security_group" "b" {
  egress = var.rules
}
resource "aws_security_group_rule" "c" {
  type              = var.kind
  security_group_id = aws_security_group.b.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
}
""")
    rules = network.all(m.EgressRule)
    assert [rule.group.only for rule in rules] == [
        "aws_security_group.a", "aws_security_group.b", "aws_security_group.b"
    ]  # fmt: skip
    assert all(exists(rule, frozenset()) is Tri.UNKNOWN for rule in rules)
    assert exists(only(network, m.IngressRule), frozenset()) is Tri.UNKNOWN


def test_default_security_group_is_also_meant_by_its_vpcs_attribute(read: Read) -> None:
    network = read("""
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_default_security_group" "d" {
  vpc_id = aws_vpc.v.id
}
resource "aws_lb" "l" {
  security_groups = [aws_vpc.v.default_security_group_id]
}
""")
    group = only(network, m.SecurityGroup)
    assert (group.vpc.only, group.default_of.only, group.open_egress) == ("aws_vpc.v", "aws_vpc.v", Tri.FALSE)
    assert names(only(network, m.LoadBalancer).groups) == [group.address]


def test_default_security_group_of_nobodys_vpc(read: Read) -> None:
    group = only(read('resource "aws_default_security_group" "d" {}'), m.SecurityGroup)
    assert group.default_of.elsewhere
    assert not group.default_of.anything


def test_groups_of_fleets_and_clusters(read: Read) -> None:
    network = read("""
resource "aws_security_group" "a" {}
resource "aws_security_group" "b" {}
resource "aws_spot_fleet_request" "f" {
  launch_specification {
    vpc_security_group_ids = [aws_security_group.a.id]
  }
  launch_specification {
    vpc_security_group_ids = [aws_security_group.b.id]
  }
}
resource "aws_emr_cluster" "e" {
  ec2_attributes {
    emr_managed_master_security_group = aws_security_group.a.id
    additional_slave_security_groups  = "${aws_security_group.a.id},${aws_security_group.b.id}"
  }
}
""")
    a, b = "aws_security_group.a", "aws_security_group.b"
    found = network.all(m.Guarded)
    assert [names(each.groups) for each in found] == [[a], [b], [a], [a, b]]
    assert {each.kind for each in found} == {m.AttachmentKind.HOST}


# --- instances ---


def test_instance_with_an_interface_of_its_own(read: Read) -> None:
    network = read("""
resource "aws_subnet" "s" {
  vpc_id     = "vpc-1"
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "g" {
  name = "bastion"
}
resource "aws_instance" "i" {
  subnet_id         = aws_subnet.s.id
  source_dest_check = false
  security_groups   = ["bastion", "other"]
}
resource "aws_eip" "e" {
  instance = aws_instance.i.id
}
resource "aws_eip" "unused" {}
""")
    interface = only(network, m.Interface)
    assert (interface.subnet.only, interface.checks_source) == ("aws_subnet.s", Tri.FALSE)
    groups = only(network, m.LaunchSettings).groups
    assert names(groups) == ["aws_security_group.g", None]
    address = only(network, m.ElasticAddress)
    assert (address.address, address.holder.only) == ("aws_eip.e", "aws_instance.i")


@pytest.mark.parametrize("block", ["network_interface", "primary_network_interface"])
def test_instance_with_an_interface_it_is_given(read: Read, block: str) -> None:
    index = "device_index = 0" if block == "network_interface" else ""
    network = read(f"""
resource "aws_subnet" "s" {{
  vpc_id     = "vpc-1"
  cidr_block = "10.0.1.0/24"
}}
resource "aws_security_group" "g" {{}}
resource "aws_network_interface" "n" {{
  subnet_id         = aws_subnet.s.id
  source_dest_check = false
  security_groups   = [aws_security_group.g.id]
}}
resource "aws_instance" "i" {{
  {block} {{
    network_interface_id = aws_network_interface.n.id
    {index}
  }}
}}
resource "aws_eip_association" "e" {{
  network_interface_id = aws_network_interface.n.id
}}
""")
    for address in ("aws_network_interface.n", "aws_instance.i"):
        interface = network.get(m.Interface, address)
        assert interface is not None
        assert (interface.subnet.only, interface.checks_source) == ("aws_subnet.s", Tri.FALSE)
    assert names(only(network, m.Hosts).subnets) == ["aws_subnet.s"]
    assert names(only(network, m.LaunchSettings).groups) == ["aws_security_group.g"]
    assert only(network, m.ElasticAddress).holder.only == "aws_network_interface.n"


def test_instance_with_an_interface_from_elsewhere(read: Read) -> None:
    network = read("""
resource "aws_instance" "i" {
  network_interface {
    network_interface_id = "eni-1"
    device_index         = 0
  }
}
""")
    interface = only(network, m.Interface)
    assert open_link(interface.subnet)
    assert interface.checks_source is Tri.UNKNOWN


def test_roles_and_their_policies(read: Read) -> None:
    network = read("""
resource "aws_iam_role" "r" {
  name                = "host"
  managed_policy_arns = ["arn:aws:iam::aws:policy/A"]
}
resource "aws_iam_instance_profile" "p" {
  name = "host"
  role = aws_iam_role.r.name
}
resource "aws_iam_role_policy_attachment" "a" {
  role       = "host"
  policy_arn = "arn:aws:iam::aws:policy/B"
}
resource "aws_iam_policy_attachment" "b" {
  name       = "b"
  roles      = [aws_iam_role.r.name, "other"]
  policy_arn = "arn:aws:iam::aws:policy/C"
}
resource "aws_iam_role_policy_attachments_exclusive" "c" {
  role_name   = aws_iam_role.r.name
  policy_arns = ["arn:aws:iam::aws:policy/D", "arn:aws:iam::aws:policy/E"]
}
""")
    profile = only(network, m.InstanceProfile)
    assert (profile.name, profile.role.only) == ("host", "aws_iam_role.r")
    given = [(each.role.only, [str(policy)[-1] for policy in each.policies]) for each in network.all(m.RolePolicies)]
    role = "aws_iam_role.r"
    assert given == [(role, ["A"]), (role, ["B"]), (role, ["C"]), (None, ["C"]), (role, ["D", "E"])]


# --- load balancers ---


def test_load_balancers(read: Read) -> None:
    network = read("""
resource "aws_security_group" "g" {}
resource "aws_lb" "a" {
  security_groups = [aws_security_group.g.id]
}
resource "aws_lb" "n" {
  load_balancer_type = "network"
}
resource "aws_elb" "c" {
  listener {
    lb_port       = 8443
    lb_protocol   = "tcp"
    instance_port = 80
  }
}
resource "aws_lb_target_group" "t" {
  port = 8080
}
resource "aws_alb_target_group" "u" {
  port        = 8081
  target_type = "ip"
}
resource "aws_lb_listener" "plain" {
  load_balancer_arn = aws_lb.a.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_alb_listener" "weighted" {
  load_balancer_arn = aws_lb.a.arn
  port              = 80
  default_action {
    type = "forward"
    forward {
      target_group {
        arn = aws_lb_target_group.t.arn
      }
      target_group {
        arn = aws_alb_target_group.u.arn
      }
    }
  }
}
resource "aws_lb_listener_rule" "r" {
  listener_arn = aws_alb_listener.weighted.arn
  action {
    type = "redirect"
  }
  action {
    type             = "forward"
    target_group_arn = aws_alb_target_group.u.arn
  }
}
""")
    assert [balancer.kind for balancer in network.all(m.LoadBalancer)] == ["application", "network", "classic"]
    assert names(network.all(m.LoadBalancer)[0].groups) == ["aws_security_group.g"]
    assert [(each.port, each.by) for each in network.all(m.TargetGroup)] == [(8080, "instance"), (8081, "ip")]
    classic, plain, weighted = network.all(m.Listener)
    assert (classic.balancer.only, classic.port, classic.protocol) == ("aws_elb.c", 8443, "tcp")
    assert (plain.balancer.only, plain.port, plain.protocol) == ("aws_lb.a", 443, "HTTPS")
    assert names(plain.forwards) == ["aws_lb_target_group.t"]
    assert names(weighted.forwards) == ["aws_lb_target_group.t", "aws_alb_target_group.u"]
    assert weighted.forwards.complete
    rule = only(network, m.ListenerRule)
    assert (rule.listener.only, names(rule.forwards)) == ("aws_alb_listener.weighted", ["aws_alb_target_group.u"])


def test_actions_of_unknown_number_may_forward_anywhere(read: Read) -> None:
    network = read("""
variable "targets" {}
resource "aws_lb_listener" "l" {
  load_balancer_arn = "arn"
  dynamic "default_action" {
    for_each = var.targets
    content {
      type             = "forward"
      target_group_arn = default_action.value
    }
  }
}
""")
    forwards = only(network, m.Listener).forwards
    assert not forwards.complete
    assert all(open_link(link) for link in forwards.items)


# --- ECS ---


def test_service(read: Read) -> None:
    network = read("""
resource "aws_lb_target_group" "t" {
  port = 80
}
resource "aws_lb_target_group" "green" {
  port = 80
}
resource "aws_elb" "c" {
  name = "old"
}
resource "aws_ecs_service" "s" {
  name                   = "web"
  enable_execute_command = true
  tags                   = { team = "a" }
  load_balancer {
    target_group_arn = aws_lb_target_group.t.arn
    container_name   = "app"
    container_port   = 8080
    advanced_configuration {
      alternate_target_group_arn = aws_lb_target_group.green.arn
    }
  }
  load_balancer {
    elb_name       = "old"
    container_name = "app"
    container_port = 8081
  }
}
""")
    workload = only(network, m.Workload)
    assert (workload.name, workload.tags, workload.express) == ("web", {"team": "a"}, False)
    assert workload.executes_commands is Tri.TRUE
    found = [(each.target_group.only, each.balancer.only, each.container, each.port) for each in workload.registrations]
    assert found == [
        ("aws_lb_target_group.t", None, "app", 8080),
        ("aws_lb_target_group.green", None, "app", 8080),
        (None, "aws_elb.c", "app", 8081),
    ]


def test_a_registration_that_may_be_left_out(read: Read) -> None:
    network = read("""
variable "balanced" {}
resource "aws_lb_target_group" "t" {
  port = 80
}
resource "aws_ecs_service" "s" {
  dynamic "load_balancer" {
    for_each = var.balanced
    content {
      target_group_arn = aws_lb_target_group.t.arn
      container_name   = "app"
      container_port   = 80
    }
  }
}
""")
    (registration,) = only(network, m.Workload).registrations
    assert registration.target_group.only is None
    assert registration.target_group.may_be("aws_lb_target_group.t")
    assert not registration.balancer.is_set


def test_task_set(read: Read) -> None:
    network = read("""
resource "aws_lb_target_group" "t" {
  port = 80
}
resource "aws_ecs_service" "s" {
  name                   = "s"
  enable_execute_command = true
}
resource "aws_ecs_task_set" "s" {
  service = aws_ecs_service.s.id
  load_balancer {
    target_group_arn = aws_lb_target_group.t.arn
    container_name   = "app"
  }
}
""")
    _, workload = network.all(m.Workload)
    assert (workload.name, workload.executes_commands) == (None, Tri.TRUE)
    (registration,) = workload.registrations
    assert (registration.target_group.only, registration.port) == ("aws_lb_target_group.t", None)


def test_express_service(read: Read) -> None:
    network = read("""
resource "aws_subnet" "s" {
  vpc_id     = "vpc-1"
  cidr_block = "10.0.1.0/24"
}
resource "aws_ecs_express_gateway_service" "e" {
  service_name = "web"
  primary_container {
    image          = "nginx"
    container_port = 8080
    secret {
      name       = "k"
      value_from = "arn:a"
    }
  }
  network_configuration {
    subnets = [aws_subnet.s.id]
  }
}
resource "aws_ecs_express_gateway_service" "d" {
  service_name = "other"
}
""")
    given, default = network.all(m.Workload)
    assert given.express
    assert (given.name, given.launch_type, given.public_ip) == ("web", "FARGATE", Tri.UNKNOWN)
    assert names(given.subnets) == ["aws_subnet.s"]
    assert default.subnets == m.Links()
    task = network.get(m.TaskDefinition, given.task_definition.only)
    assert task is not None
    assert task.containers is not None
    (container,) = task.containers
    assert (container.image, container.ports[0].container_port, container.secrets) == ("nginx", 8080, ("arn:a",))
    assert [each.address for each in network.all(m.Guarded)] == [given.address, default.address]


def test_managed_instances(read: Read) -> None:
    network = read("""
resource "aws_subnet" "s" {
  vpc_id     = "vpc-1"
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "g" {}
resource "aws_ecs_capacity_provider" "p" {
  name = "managed"
  managed_instances_provider {
    instance_launch_template {
      network_configuration {
        subnets         = [aws_subnet.s.id]
        security_groups = [aws_security_group.g.id]
      }
    }
  }
}
""")
    provider = only(network, m.CapacityProvider)
    assert provider.capacity is m.Capacity.MANAGED_INSTANCES
    assert (names(provider.subnets), names(provider.groups)) == (["aws_subnet.s"], ["aws_security_group.g"])


@pytest.mark.parametrize(
    "definitions",
    [
        """jsonencode([{
  name         = "app"
  image        = "${aws_ecr_repository.r.repository_url}:1"
  portMappings = [{ containerPort = 80 }]
}])""",
        """<<JSON
[{"name": "app", "image": "${aws_ecr_repository.r.repository_url}:1", "portMappings": [{"containerPort": 80}]}]
JSON
""",
    ],
)
def test_containers_of_a_task_definition(read: Read, definitions: str) -> None:
    network = read(f"""
resource "aws_ecr_repository" "r" {{
  name = "r"
}}
resource "aws_ecs_task_definition" "t" {{
  family                = "t"
  container_definitions = {definitions}
}}
""")
    task = only(network, m.TaskDefinition)
    assert task.containers is not None
    (container,) = task.containers
    assert container.name == "app"
    assert container.image == Text((Reference("aws_ecr_repository.r", "repository_url"), ":1"))
    assert [port.container_port for port in container.ports] == [80]
    assert container.place == ("container_definitions", 0)


def test_containers_that_are_not_there(read: Read) -> None:
    network = read("""
variable "definitions" {}
resource "aws_ecs_task_definition" "t" {
  family                = "t"
  container_definitions = var.definitions
}
""")
    task = only(network, m.TaskDefinition)
    assert task.containers is None
    assert "variable definitions has no default" in task.reason
