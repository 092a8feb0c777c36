"""Workloads of state machines, in both languages' ways of writing a definition."""

from __future__ import annotations

import json

from ecsnet.network import model as m
from ecsnet.network import read
from ecsnet.resources import Configuration
from ecsnet.values import Reference, Tri, Unknown
from tests.cloudformation.build import template

RUN = "arn:aws:states:::ecs:runTask.sync"


HEAD = """
Parameters: {Group: {Type: String}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc}}
  Cluster: {Type: AWS::ECS::Cluster}
"""


def machine(properties: str) -> Configuration:
    return template(f"{HEAD}  Machine: {{Type: AWS::StepFunctions::StateMachine, Properties: {{{properties}}}}}\n")


def workload(properties: str) -> m.Workload:
    configuration = machine(properties)
    assert configuration.problems == ()
    [found] = read(configuration).all(m.Workload)
    return found


def definition(parameters: str, key: str = "Parameters") -> str:
    return f"{{StartAt: Report, States: {{Report: {{Type: Task, Resource: '{RUN}', {key}: {{{parameters}}}}}}}}}"


def test_a_task_is_named_as_its_state():
    found = workload(f"Definition: {definition('LaunchType: FARGATE, EnableExecuteCommand: true')}")
    assert (found.name, found.tags, found.express, found.registrations) == ("Report", None, False, ())
    assert found.executes_commands is Tri.TRUE


def test_tags_that_a_task_is_given():
    assert workload(f"Definition: {definition('Tags: [{Key: team, Value: web}]')}").tags == {"team": "web"}
    unknown = workload(f"Definition: {definition('Tags.$: $.tags')}")
    assert isinstance(unknown.tags, Unknown)
    assert isinstance(workload(f"Definition: {definition('Tags: [{Key: !Ref Group}]')}").tags, Unknown)


def test_what_is_taken_from_the_input_is_unknown():
    parameters = "Cluster: '{% $c %}'"
    found = workload(f"Definition: {definition(parameters, 'Arguments')}")
    assert found.cluster.anything


def test_a_definition_that_is_in_a_bucket():
    found = workload("DefinitionS3Location: {Bucket: b, Key: k}")
    assert (found.network, found.subnets.complete) == (Tri.UNKNOWN, False)
    assert isinstance(found.name, Unknown)


def test_a_definition_that_is_not_json():
    found = workload("DefinitionString: 'not JSON'")
    assert (found.network, found.cluster.anything, found.subnets.complete) == (Tri.UNKNOWN, True, False)


def written(parameters: str) -> str:
    """A definition as JSON text, its parameters as they are."""
    text = json.dumps({"States": {"Report": {"Resource": RUN, "Parameters": "#"}}}).replace('"#"', parameters)
    return "DefinitionString: '" + text.replace("'", "''") + "'"


NETWORK = '{"NetworkConfiguration": {"AwsvpcConfiguration": %s}, "Cluster": "${Cluster}"}'
SUBSTITUTIONS = (
    "DefinitionSubstitutions: {Cluster: !GetAtt Cluster.Arn, Subnet: !Ref Subnet, On: ENABLED, Prefix: prod}"
)


def test_substitutions_within_strings():
    found = workload(written(NETWORK % '{"Subnets": ["${Subnet}"], "AssignPublicIp": "${On}"}') + f", {SUBSTITUTIONS}")
    assert (found.cluster.only, found.public_ip) == ("Cluster", Tri.TRUE)
    assert [link.only for link in found.subnets.items] == ["Subnet"]


def test_a_substitution_as_a_part_of_a_string():
    found = workload(written('{"Cluster": "${Prefix}-x", "TaskDefinition": "${Other}"}') + f", {SUBSTITUTIONS}")
    assert found.cluster.value == "prod-x"
    assert found.task_definition.value == "${Other}"


def test_a_list_that_is_substituted_without_quotes():
    given = 'DefinitionSubstitutions: {Subnets: "[\\"subnet-1\\"]", Cluster: c}'
    found = workload(written(NETWORK % '{"Subnets": ${Subnets}}') + f", {given}")
    assert [link.value for link in found.subnets.items] == ["subnet-1"]


def test_substitutions_of_a_definition_as_an_object():
    parameters = "Cluster: '${Cluster}', LaunchType: '${Prefix}-${Prefix}'"
    found = workload(f"Definition: {definition(parameters)}, {SUBSTITUTIONS}")
    assert found.cluster.value == Reference("Cluster", "Arn")
    assert found.launch_type == "prod-prod"


def test_substitutions_that_add_too_much_are_unknown():
    many = '{"Cluster": "' + "${Long}" * 2_000 + '"}'
    found = workload(written(many) + f", DefinitionSubstitutions: {{Long: {'x' * 1_000}}}")
    assert found.network is Tri.UNKNOWN
