"""What places tasks besides services: each form gives a workload, with what is known of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.network import read
from ecsnet.network.model import Workload
from ecsnet.resources import Configuration
from ecsnet.terraform import load
from ecsnet.values import Tri
from tests.cloudformation.build import template

NETWORK = 'network_configuration {\n subnets = ["subnet-1"]\n}'


@pytest.mark.parametrize(("block", "launch_type"), [
    (f'data "aws_ecs_task_execution" "it" {{\nlaunch_type = "EC2"\n{NETWORK}\n}}', "EC2"),
    (f'resource "aws_ecs_express_gateway_service" "it" {{\n{NETWORK}\n}}', "FARGATE"),
])  # fmt: skip
def test_terraform(tmp_path: Path, block: str, launch_type: str) -> None:
    (tmp_path / "main.tf").write_text(block)
    [workload] = read(load(str(tmp_path))).all(Workload)
    assert workload.launch_type == launch_type
    assert [link.value for link in workload.subnets.items] == ["subnet-1"]
    assert workload.network is Tri.TRUE


PARAMETERS = """{"LaunchType": "EC2", "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": %s}}}"""
STATE = """{"States": {"Run": {"Type": "Task", "Resource": "arn:aws:states:::ecs:%s", "Parameters": %s}}}"""


@pytest.mark.parametrize(("call", "subnets"), [
    ("runTask", '["subnet-1"]'), ("runTask.sync", '["${One}"]'), ("${Call}", "${Both}"), ("runTask", '["${Prefix}1"]'),
])  # fmt: skip
def test_substitutions(call: str, subnets: str) -> None:
    definition = STATE % (call, PARAMETERS % subnets)
    found = template(f"""
    Resources:
      It:
        Type: AWS::StepFunctions::StateMachine
        Properties:
          DefinitionSubstitutions: {{One: subnet-1, Call: runTask, Both: '["subnet-1"]', Prefix: subnet-}}
          DefinitionString: '{definition}'
    """)
    [workload] = read(found).all(Workload)
    assert workload.launch_type == "EC2"
    assert [link.value for link in workload.subnets.items] == ["subnet-1"]


@pytest.mark.parametrize(("properties", "reason"), [
    ("{DefinitionS3Location: {Bucket: b, Key: k}}", "the definition of the state machine is in a bucket"),
    ("{DefinitionUri: 's3://b/k'}", "the definition of the state machine is in a bucket"),
    ("{DefinitionUri: absent.json}", "the definition of the state machine is a file that is not here"),
    ("{DefinitionString: !Ref Text}", "parameter Text has no default"),
    ("{DefinitionString: '{'}", "it is not JSON, or is put together from values known only after deployment"),
])  # fmt: skip
def test_a_definition_that_is_not_to_be_read(properties: str, reason: str) -> None:
    found = template(f"""
    Parameters: {{Text: {{Type: String}}}}
    Resources: {{It: {{Type: AWS::StepFunctions::StateMachine, Properties: {properties}}}}}
    """)
    [workload] = read(found).all(Workload)
    assert (workload.subnets.complete, workload.subnets.reason) == (False, reason)
    assert workload.public_ip is workload.network is Tri.UNKNOWN


STATES = """
Parameters: {Call: {Type: String}, Given: {Type: String}, Sync: {Type: String, AllowedValues: ['', .sync]}}
Resources:
  It:
    Type: AWS::StepFunctions::StateMachine
    Properties: {Definition: {States: %s}}
"""
TASK = "{TaskDefinition: task, LaunchType: EC2, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-1]}}}"


def machine(states: str) -> Configuration:
    return template(STATES % states.replace("TASK", TASK))


@pytest.mark.parametrize("states", [
    "{Run: {Type: Task, Resource: !Ref Call, Parameters: TASK}}",
    "{Run: {Type: Task, Resource: !Sub 'arn:aws:states:::${Call}', Parameters: TASK}}",
    "{Run: {Type: Task, Resource: !Ref Call, Arguments: {'TaskDefinition.$': $.task}}}",
    "{Run: {Type: Task, Resource: !Ref Call, Parameters: !Ref Given}}",
    "{Run: !Ref Given}", "!Ref Given",
    "{All: {Type: Map, ItemProcessor: !Ref Given}}",
    "{Both: {Type: Parallel, Branches: [{States: {Run: {Resource: !Ref Call, Parameters: TASK}}}]}}",
])  # fmt: skip
def test_a_state_that_may_run_a_task(states: str) -> None:
    [workload] = read(machine(states)).all(Workload)
    assert not workload.subnets.complete
    assert workload.network is Tri.UNKNOWN


@pytest.mark.parametrize("states", [
    "{Run: {Type: Task, Resource: !Ref Call}}",
    "{Run: {Type: Task, Resource: !Ref Call, Parameters: {FunctionName: f}}}",
    "{Run: {Type: Task, Resource: !Sub 'arn:aws:lambda:${Call}', Parameters: TASK}}",
    "{Run: {Type: Choice, Resource: !Ref Call, Parameters: !Ref Given}}",
    "{Run: {Type: Wait, Seconds: !Ref Given}}",
    "{QueryLanguage: JSONata, Run: {Type: Pass}}",
])  # fmt: skip
def test_a_state_that_runs_no_task(states: str) -> None:
    assert read(machine(states)).all(Workload) == ()


def test_each_form_of_a_call_that_may_be() -> None:
    found = machine("{Run: {Resource: !Sub 'arn:aws:states:::ecs:runTask${Sync}', Parameters: TASK}}")
    [workload] = read(found).all(Workload)
    assert (workload.name, workload.launch_type) == ("Run", "EC2")


@pytest.mark.parametrize(("given", "named"), [
    ('"web"', True), ('"web:3"', True), ('"web:${var.revision}"', True), ('"${var.revision}"', False),
    ('"arn:aws:ecs:eu-west-1:${var.revision}:task-definition/web"', True),
    ('"arn:aws:ecs:eu-west-1:${var.revision}:task-definition/web:2"', True),
    ('"arn:aws:ecs:eu-west-1:${var.revision}:task-definition/webhook"', False),
    ('"${aws_ecs_task_definition.web.family}:${max(aws_ecs_task_definition.web.revision, var.revision)}"', True),
    ('"webhook:${var.revision}"', False),
])  # fmt: skip
def test_a_task_definition_by_its_family(tmp_path: Path, given: str, named: bool) -> None:
    (tmp_path / "main.tf").write_text(
        'variable "revision" {}\nresource "aws_ecs_task_definition" "web" {\nfamily = "web"\n}\n'
        f'resource "aws_ecs_service" "web" {{\ntask_definition = {given}\n}}\n'
    )
    [workload] = read(load(str(tmp_path))).all(Workload)
    assert (workload.task_definition.only == "aws_ecs_task_definition.web") is named
