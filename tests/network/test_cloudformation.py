"""What the CloudFormation reader makes of resources, form by form."""

from __future__ import annotations

from textwrap import indent
from typing import TypeVar

import pytest

from ecsnet.network import Network, read
from ecsnet.network import model as m
from ecsnet.network.hosts import container_hosts
from ecsnet.values import Reference, Tri, Unknown
from tests.cloudformation.build import template

E = TypeVar("E", bound=m.Element)

VPC = "Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}"
SUBNET = "Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}"
GROUP = "Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref Vpc}}"
MAYBE = "Parameters: {Stage: {Type: String}}\nConditions: {Maybe: !Equals [!Ref Stage, prod]}\n"


def network(*resources: str) -> Network:
    """Of resources in YAML, the condition ``Maybe`` open."""
    configuration = template(f"{MAYBE}Resources:\n" + indent("\n".join(resources), "  "))
    assert configuration.problems == ()
    return read(configuration)


def only(kind: type[E], *resources: str) -> E:
    [element] = network(*resources).all(kind)
    return element


def resource(kind: str, properties: str) -> str:
    return f"It: {{Type: {kind}, Properties: {{{properties}}}}}"


@pytest.mark.parametrize(
    ("properties", "dns"),
    [
        ("", Tri.FALSE),
        ("EnableDnsHostnames: true", Tri.TRUE),
        ("EnableDnsHostnames: true, EnableDnsSupport: false", Tri.FALSE),
        ("EnableDnsHostnames: !Ref Stage", Tri.UNKNOWN),
    ],
)
def test_dns_of_a_vpc(properties, dns):
    assert only(m.Vpc, resource("AWS::EC2::VPC", properties)).dns is dns


def test_address_blocks_of_a_vpc():
    more = resource("AWS::EC2::VPCCidrBlock", "VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/16")
    six = "Six: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true}}"
    assert only(m.Vpc, VPC, more, six).cidrs4 == ("10.0.0.0/16", "10.1.0.0/16")
    perhaps = (
        "Some: {Type: AWS::EC2::VPCCidrBlock, Condition: Maybe, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/16}}"
    )
    assert isinstance(only(m.Vpc, VPC, perhaps).cidrs4[1], Unknown)
    pooled = only(m.Vpc, resource("AWS::EC2::VPC", "Ipv4IpamPoolId: pool, Ipv4NetmaskLength: 16"))
    assert isinstance(pooled.cidrs4[0], Unknown)


def test_addresses_of_a_subnet():
    subnet = only(
        m.Subnet,
        resource("AWS::EC2::Subnet", "CidrBlock: 10.0.0.0/24, AssignIpv6AddressOnCreation: true, EnableDns64: true"),
    )
    assert (subnet.cidr4, subnet.cidr6, subnet.assigns_ipv6, subnet.dns64) == ("10.0.0.0/24", None, Tri.TRUE, Tri.TRUE)
    added = resource("AWS::EC2::SubnetCidrBlock", "SubnetId: !Ref Subnet, Ipv6CidrBlock: 2001:db8::/64")
    assert only(m.Subnet, VPC, SUBNET, added).cidr6 == "2001:db8::/64"


@pytest.mark.parametrize(
    ("properties", "addressed"),
    [
        ("SubnetId: s", Tri.FALSE),
        ("AllocationId: eipalloc-1", Tri.TRUE),
        ("AllocationId: !If [Maybe, eipalloc-1, !Ref AWS::NoValue]", Tri.UNKNOWN),
        ("SecondaryAllocationIds: [eipalloc-1]", Tri.TRUE),
        ("AvailabilityZoneAddresses: [{AvailabilityZone: a, AllocationIds: [eipalloc-1]}]", Tri.TRUE),
    ],
)
def test_addresses_of_a_nat_gateway(properties, addressed):
    assert only(m.NatGateway, resource("AWS::EC2::NatGateway", properties)).addressed is addressed


def test_a_regional_nat_gateway():
    nat = only(m.NatGateway, VPC, resource("AWS::EC2::NatGateway", "AvailabilityMode: regional, VpcId: !Ref Vpc"))
    assert nat.regional is Tri.TRUE
    assert nat.vpc.only == "Vpc"


def test_a_route_to_an_egress_only_gateway():
    gateway = "Out: {Type: AWS::EC2::EgressOnlyInternetGateway, Properties: {VpcId: !Ref Vpc}}"
    route = resource("AWS::EC2::Route", "DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: !Ref Out")
    assert only(m.Route, VPC, gateway, route).kind is m.TargetKind.EGRESS_ONLY_GATEWAY


def test_block_public_access():
    found = network(
        VPC,
        "Block: {Type: AWS::EC2::VPCBlockPublicAccessOptions, Properties: {InternetGatewayBlockMode: block-ingress}}",
        resource(
            "AWS::EC2::VPCBlockPublicAccessExclusion", "VpcId: !Ref Vpc, InternetGatewayExclusionMode: allow-egress"
        ),
    )
    assert [block.mode for block in found.all(m.PublicAccessBlock)] == ["block-ingress"]
    [exclusion] = found.all(m.PublicAccessExclusion)
    assert (exclusion.vpc.only, exclusion.subnet.is_set, exclusion.mode) == ("Vpc", False, "allow-egress")


def test_a_network_acl_and_its_entries():
    found = network(
        VPC,
        SUBNET,
        "Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}",
        "Use: {Type: AWS::EC2::SubnetNetworkAclAssociation, "
        "Properties: {NetworkAclId: !Ref Acl, SubnetId: !Ref Subnet}}",
        resource(
            "AWS::EC2::NetworkAclEntry",
            "NetworkAclId: !Ref Acl, RuleNumber: 90, Protocol: 6, RuleAction: deny, Egress: true, "
            "CidrBlock: 0.0.0.0/0, PortRange: {From: 443, To: 444}",
        ),
    )
    [acl] = found.all(m.NetworkAcl)
    assert (acl.vpc.only, acl.default_of.is_set) == ("Vpc", False)
    [use] = found.all(m.AclAssociation)
    assert (use.acl.only, use.subnet.only) == ("Acl", "Subnet")
    [entry] = found.all(m.AclEntry)
    assert (entry.acl.only, entry.number, entry.egress, entry.allows) == ("Acl", 90, Tri.TRUE, Tri.FALSE)
    assert (entry.protocol, entry.from_port, entry.to_port) == (6, 443, 444)
    assert (entry.cidr4, entry.cidr6) == ("0.0.0.0/0", None)


def test_an_entry_of_a_vpcs_default_acl():
    found = network(
        VPC, resource("AWS::EC2::NetworkAclEntry", "NetworkAclId: !GetAtt Vpc.DefaultNetworkAcl, RuleNumber: 1")
    )
    [acl] = found.all(m.NetworkAcl)
    assert acl.default_of.only == "Vpc"
    assert {entry.acl.only for entry in found.all(m.AclEntry)} == {acl.address}
    assert sorted(str(entry.number) for entry in found.all(m.AclEntry)) == ["1", "100", "100", "101", "101"]
    assert network(VPC).all(m.NetworkAcl) == ()


def test_endpoints():
    gateway = only(m.Endpoint, resource("AWS::EC2::VPCEndpoint", "VpcId: v, ServiceName: s3, RouteTableIds: [rtb-1]"))
    assert (gateway.kind, gateway.private_dns) == (m.EndpointKind.GATEWAY, Tri.FALSE)
    assert [link.value for link in gateway.tables.items] == ["rtb-1"]
    properties = (
        "VpcEndpointType: Interface, SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref Group], PrivateDnsEnabled: true"
    )
    found = network(VPC, SUBNET, GROUP, resource("AWS::EC2::VPCEndpoint", properties))
    [interface] = found.all(m.Endpoint)
    assert (interface.kind, interface.private_dns) == (m.EndpointKind.INTERFACE, Tri.TRUE)
    assert interface.subnets.items[0].only == "Subnet"
    assert interface.groups.items[0].only == "Group"
    assert [guarded.kind for guarded in found.all(m.Guarded)] == [m.AttachmentKind.NO_SSH]
    other = only(m.Endpoint, resource("AWS::EC2::VPCEndpoint", "VpcEndpointType: GatewayLoadBalancer"))
    assert other.kind is m.EndpointKind.OTHER
    unknown = only(m.Endpoint, resource("AWS::EC2::VPCEndpoint", "VpcEndpointType: !Ref Stage"))
    assert unknown.kind is m.EndpointKind.UNKNOWN


ENTRY = "{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}"


@pytest.mark.parametrize(
    ("egress", "open_egress"),
    [
        ("", Tri.TRUE),
        ("SecurityGroupEgress: []", Tri.TRUE),
        (f"SecurityGroupEgress: [{ENTRY}]", Tri.FALSE),
        (f"SecurityGroupEgress: {ENTRY}", Tri.FALSE),
        (f"SecurityGroupEgress: [!If [Maybe, {ENTRY}, !Ref AWS::NoValue]]", Tri.UNKNOWN),
        (f"SecurityGroupEgress: !If [Maybe, [{ENTRY}], !Ref AWS::NoValue]", Tri.UNKNOWN),
        (f"SecurityGroupEgress: !If [Maybe, [{ENTRY}], [{ENTRY}]]", Tri.FALSE),
    ],
)
def test_aws_own_egress_rule(egress, open_egress):
    assert only(m.SecurityGroup, resource("AWS::EC2::SecurityGroup", egress)).open_egress is open_egress


def test_egress_rules_in_a_group_and_beside_it():
    found = network(
        VPC,
        GROUP,
        resource("AWS::EC2::SecurityGroup", f"SecurityGroupEgress: [{ENTRY}]"),
        "Rule: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref Group, IpProtocol: '-1', "
        "DestinationSecurityGroupId: !GetAtt It.GroupId}}",
    )
    inline, separate = found.all(m.EgressRule)
    assert (inline.group.only, inline.cidrs4, inline.from_port) == ("It", "10.0.0.0/8", 443)
    assert inline.span("cidrs4") != inline.span()
    assert (separate.group.only, [peer.only for peer in separate.peers.items]) == ("Group", ["It"])
    assert [group.open_egress for group in found.all(m.SecurityGroup) if group.address == "Group"] == [Tri.TRUE]


@pytest.mark.parametrize("peer", ["SourceSecurityGroupId: !Ref Group", "SourceSecurityGroupName: !Ref Group"])
def test_ingress_from_another_group(peer):
    rule = resource("AWS::EC2::SecurityGroupIngress", f"GroupId: sg-1, IpProtocol: tcp, {peer}")
    separate = network(VPC, GROUP, rule).all(m.IngressRule)[-1]
    assert [link.only for link in separate.peers.items] == ["Group"]
    assert separate.peers.complete


def test_a_vpcs_default_group():
    found = network(
        VPC,
        resource("AWS::EC2::SecurityGroupIngress", "GroupId: !GetAtt Vpc.DefaultSecurityGroup, IpProtocol: tcp"),
        "Service: {Type: AWS::ECS::Service, Properties: {NetworkConfiguration: {AwsvpcConfiguration: "
        "{SecurityGroups: [!GetAtt Vpc.DefaultSecurityGroup]}}}}",
    )
    [workload] = found.all(m.Workload)
    group = found.get(m.SecurityGroup, workload.groups.items[0].only)
    assert group is not None
    assert (group.default_of.only, group.open_egress) == ("Vpc", Tri.TRUE)
    own, separate = found.all(m.IngressRule)
    assert own.group.only == separate.group.only == own.peers.items[0].only == group.address


def test_listeners_and_rules_forward_to_target_groups():
    found = network(
        resource("AWS::ElasticLoadBalancingV2::LoadBalancer", "Type: network, SecurityGroups: [sg-1]"),
        "A: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Port: 80, TargetType: ip}}",
        "B: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Port: 81}}",
        "Listener: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref It, Port: 443, "
        "Protocol: TLS, DefaultActions: [{Type: forward, TargetGroupArn: !Ref A}]}}",
        "Rule: {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref Listener, Actions: "
        "[{Type: forward, ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref A}, "
        "!If [Maybe, {TargetGroupArn: !Ref B}, !Ref AWS::NoValue]]}}]}}",
    )
    [balancer] = found.all(m.LoadBalancer)
    assert (balancer.kind, balancer.groups.items[0].value) == ("network", "sg-1")
    assert [(group.port, group.by) for group in found.all(m.TargetGroup)] == [(80, "ip"), (81, "instance")]
    [listener] = found.all(m.Listener)
    assert (listener.balancer.only, listener.port, listener.protocol) == ("It", 443, "TLS")
    assert [link.only for link in listener.forwards.items] == ["A"]
    assert listener.forwards.complete
    [rule] = found.all(m.ListenerRule)
    assert rule.listener.only == "Listener"
    assert rule.forwards.items[0].only == "A"
    assert rule.forwards.items[1].may_be("B")
    assert not rule.forwards.complete


def test_a_classic_load_balancer():
    found = network(
        resource(
            "AWS::ElasticLoadBalancing::LoadBalancer",
            "LoadBalancerName: front, Listeners: [{LoadBalancerPort: '80', InstancePort: '8080', Protocol: http}]",
        ),
        "Service: {Type: AWS::ECS::Service, Properties: {LoadBalancers: "
        "[{LoadBalancerName: front, ContainerName: web, ContainerPort: 8080}]}}",
    )
    assert [balancer.kind for balancer in found.all(m.LoadBalancer)] == ["classic"]
    assert [(listener.balancer.only, listener.port) for listener in found.all(m.Listener)] == [("It", "80")]
    [registration] = only_workload(found).registrations
    assert (registration.balancer.only, registration.target_group.is_set) == ("It", False)


def only_workload(found: Network) -> m.Workload:
    [workload] = found.all(m.Workload)
    return workload


def test_a_service():
    workload = only(
        m.Workload,
        "Target: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Port: 80}}",
        resource(
            "AWS::ECS::Service",
            "ServiceName: web, EnableExecuteCommand: true, Tags: [{Key: team, Value: !Ref Stage}, {Key: a, Value: b}], "
            "LoadBalancers: [{TargetGroupArn: !Ref Target, ContainerName: web, ContainerPort: 80}, "
            "!If [Maybe, {TargetGroupArn: !Ref Target, ContainerName: web, ContainerPort: 81}, !Ref AWS::NoValue]]",
        ),
    )
    assert (workload.name, workload.express, workload.executes_commands) == ("web", False, Tri.TRUE)
    assert isinstance(workload.tags, dict)
    assert workload.tags["a"] == "b"
    assert isinstance(workload.tags["team"], Unknown)
    certain, perhaps = workload.registrations
    assert (certain.target_group.only, certain.container, certain.port) == ("Target", "web", 80)
    assert perhaps.target_group.only is None
    assert perhaps.target_group.may_be("Target")
    assert perhaps.port == 81


def test_a_task_set_runs_commands_where_its_service_does():
    service = "Service: {Type: AWS::ECS::Service, Properties: {EnableExecuteCommand: true}}"
    found = network(
        service, resource("AWS::ECS::TaskSet", "Service: !Ref Service, LoadBalancers: [{TargetGroupArn: arn}]")
    )
    task_set = found.all(m.Workload)[1]
    assert task_set.executes_commands is Tri.TRUE
    assert task_set.registrations[0].target_group.value == "arn"
    assert only(m.Workload, resource("AWS::ECS::TaskSet", "Service: other")).executes_commands is Tri.UNKNOWN


def test_tags_of_an_events_target():
    parameters = "TaskDefinitionArn: t, TagList: [{Key: a, Value: b}], EnableExecuteCommand: true"
    target = f"Id: t, Arn: c, EcsParameters: {{{parameters}}}"
    workload = only(m.Workload, resource("AWS::Events::Rule", f"Name: nightly, Targets: [{{{target}}}]"))
    assert (workload.name, workload.tags, workload.executes_commands) == ("nightly", {"a": "b"}, Tri.TRUE)


def test_an_express_service():
    found = network(
        VPC,
        SUBNET,
        resource(
            "AWS::ECS::ExpressGatewayService",
            "ServiceName: web, NetworkConfiguration: {Subnets: [!Ref Subnet]}, PrimaryContainer: {Image: nginx, "
            "ContainerPort: 8080, Secrets: [{Name: A, ValueFrom: arn:a}], "
            "RepositoryCredentials: {CredentialsParameter: arn:b}}",
        ),
    )
    workload = only_workload(found)
    assert (workload.express, workload.launch_type, workload.network) == (True, "FARGATE", Tri.TRUE)
    assert (workload.public_ip, workload.subnets.items[0].only) == (Tri.UNKNOWN, "Subnet")
    task = found.get(m.TaskDefinition, workload.task_definition.only)
    assert task is not None
    assert task.network_mode == "awsvpc"
    assert task.containers is not None
    [container] = task.containers
    assert (container.image, container.log_driver, container.secrets) == ("nginx", "awslogs", ("arn:a", "arn:b"))
    assert container.ports[0].container_port == 8080


def test_capacity_of_managed_instances():
    provider = only(
        m.CapacityProvider,
        VPC,
        SUBNET,
        GROUP,
        resource(
            "AWS::ECS::CapacityProvider",
            "ManagedInstancesProvider: {InstanceLaunchTemplate: {NetworkConfiguration: "
            "{Subnets: [!Ref Subnet], SecurityGroups: [!Ref Group]}}}",
        ),
    )
    assert provider.capacity is m.Capacity.MANAGED_INSTANCES
    assert [link.only for link in (*provider.subnets.items, *provider.groups.items)] == ["Subnet", "Group"]


def test_containers_of_a_task_definition():
    web = "{Name: web, Image: nginx, PortMappings: [{ContainerPort: 80}], LogConfiguration: {LogDriver: awslogs}}"
    task = only(m.TaskDefinition, resource("AWS::ECS::TaskDefinition", f"ContainerDefinitions: [{web}]"))
    assert task.containers is not None
    [container] = task.containers
    assert (container.name, container.ports[0].container_port, container.log_driver) == ("web", 80, "awslogs")
    maybe = f"ContainerDefinitions: [!If [Maybe, {web}, !Ref AWS::NoValue]]"
    unknown = only(m.TaskDefinition, resource("AWS::ECS::TaskDefinition", maybe))
    assert unknown.containers is None
    assert unknown.reason


def test_roles_of_instances():
    found = network(
        "Role: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: ['arn:aws:iam::aws:policy/A']}}",
        "Profile: {Type: AWS::IAM::InstanceProfile, Properties: {InstanceProfileName: p, Roles: [!Ref Role]}}",
        "Policy: {Type: AWS::IAM::ManagedPolicy, Properties: {Roles: [!Ref Role]}}",
    )
    [profile] = found.all(m.InstanceProfile)
    assert (profile.name, profile.role.only) == ("p", "Role")
    own, attached = found.all(m.RolePolicies)
    assert (own.role.only, own.policies) == ("Role", ("arn:aws:iam::aws:policy/A",))
    assert (attached.role.only, attached.policies) == ("Role", (Reference("Policy", "Ref"),))


INTERFACE = (
    "Card: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref Subnet, SourceDestCheck: false, "
    "GroupSet: [!Ref Group]}}"
)


def test_source_checks():
    assert only(m.Interface, resource("AWS::EC2::Instance", "SubnetId: s")).checks_source is Tri.TRUE
    assert only(m.Interface, resource("AWS::EC2::Instance", "SourceDestCheck: false")).checks_source is Tri.FALSE
    assert only(m.Interface, VPC, SUBNET, GROUP, INTERFACE).checks_source is Tri.FALSE


def test_an_instance_with_an_interface_of_its_own():
    found = network(
        VPC,
        SUBNET,
        GROUP,
        INTERFACE,
        resource("AWS::EC2::Instance", "NetworkInterfaces: [{DeviceIndex: '0', NetworkInterfaceId: !Ref Card}]"),
        "Ip: {Type: AWS::EC2::EIPAssociation, Properties: {AllocationId: a, NetworkInterfaceId: !Ref Card}}",
    )
    [hosts] = found.all(m.Hosts)
    assert [link.only for link in hosts.subnets.items] == ["Subnet"]
    interface = found.get(m.Interface, "It")
    assert interface is not None
    assert interface.checks_source is Tri.FALSE
    [settings] = found.all(m.LaunchSettings)
    assert [link.only for link in settings.groups.items] == ["Group"]
    assert [address.holder.only for address in found.all(m.ElasticAddress)] == ["Card", "It"]


def test_an_elastic_ip_of_an_instance():
    found = network(resource("AWS::EC2::Instance", ""), "Ip: {Type: AWS::EC2::EIP, Properties: {InstanceId: !Ref It}}",
                    "Free: {Type: AWS::EC2::EIP}")  # fmt: skip
    assert [address.holder.only for address in found.all(m.ElasticAddress)] == ["It"]


JOINS = "/etc/ecs/ecs.config: {content: !Sub 'ECS_CLUSTER=${Stage}'}"


@pytest.mark.parametrize(
    "data", ["UserData: !Base64 'cfn-init'", "UserData: !Base64 {'Fn::Sub': 'cfn-init ${Stage}'}", ""]
)
def test_metadata_of_cfn_init_joins_a_cluster(data):
    metadata = f"Metadata: {{AWS::CloudFormation::Init: {{config: {{files: {{{JOINS}}}}}}}}}"
    found = network(f"It: {{Type: AWS::EC2::Instance, {metadata}, Properties: {{{data}}}}}")
    assert [hosts.hosts.address for hosts in container_hosts(found)] == ["It"]
    other = network(f"It: {{Type: AWS::EC2::Instance, Properties: {{{data}}}}}")
    assert list(container_hosts(other)) == []
