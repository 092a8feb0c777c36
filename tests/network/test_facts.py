"""The tables of AWS's names, held against the schemas that cfn-lint carries: a property AWS adds is noticed here."""

import pytest

from ecsnet.network import cloudformation, terraform

specs = pytest.importorskip("cfnlint.schema.manager", reason="cfn-lint holds the schemas")


def properties(resource_type):
    schema = specs.PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type)
    return schema.schema["properties"]


def test_every_target_of_a_cloudformation_route_is_known():
    other = {"CidrBlock", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId", "RouteTableId"}
    assert set(properties("AWS::EC2::Route")) - other == {"GatewayId", *cloudformation.ROUTE_TARGETS}


def test_both_languages_know_the_same_targets():
    def words(name):
        return name.lower().replace("_", "").removesuffix("id").removesuffix("arn").replace("internet", "")

    ours = {words(name) for name in terraform.ROUTE_TARGETS}
    theirs = {words(name) for name in cloudformation.ROUTE_TARGETS}
    assert ours == theirs


WITH_SCHEMA = sorted(name for name in cloudformation.GROUPS if not name.startswith("AWS::Serverless::"))


@pytest.mark.parametrize("resource_type", WITH_SCHEMA)
def test_security_groups_are_where_the_schema_has_them(resource_type):
    _, path = cloudformation.GROUPS[resource_type]
    assert path[0] in properties(resource_type)
