"""SAM: what ``Globals`` give, events of state machines, applications of the repository."""

from __future__ import annotations

import pytest

from ecsnet.network import read
from ecsnet.network.model import Workload
from ecsnet.resources import Configuration
from ecsnet.values import Reference, Unknown, Value
from tests.cloudformation.build import template

HEAD = "Transform: AWS::Serverless-2016-10-31\n"
GROUPS = """
Resources:
  Shared: {Type: AWS::EC2::SecurityGroup}
  Own: {Type: AWS::EC2::SecurityGroup}
  It: {Type: AWS::Serverless::Function%s}
"""
GLOBALS = "Globals: {Function: {Timeout: 3, VpcConfig: {SecurityGroupIds: [!Ref Shared], SubnetIds: [subnet-1]}}}\n"
SHARED, OWN = Reference("Shared", "Ref"), Reference("Own", "Ref")


@pytest.mark.parametrize(("written", "groups"), [
    ("", (SHARED,)),
    (", Properties: {Timeout: 5}", (SHARED,)),
    (", Properties: {VpcConfig: {SecurityGroupIds: [!Ref Own]}}", (SHARED, OWN)),
    (", Properties: {VpcConfig: {SecurityGroupIds: !Split [',', sg-1]}}", ("sg-1",)),
    (", Properties: {VpcConfig: !Ref AWS::NoValue}", None),
    (", IgnoreGlobals: '*', Properties: {Timeout: 5}", None),
    (", IgnoreGlobals: [VpcConfig], Properties: {VpcConfig: {SecurityGroupIds: [!Ref Own]}}", (OWN,)),
])  # fmt: skip
def test_globals_are_added_to_what_a_resource_has(written: str, groups: Value) -> None:
    found = template(HEAD + GLOBALS + GROUPS % written)
    assert found.problems == ()
    assert found.resources["It"].get("VpcConfig", "SecurityGroupIds") == groups


def test_a_value_of_its_own_goes_before_globals() -> None:
    it = template(HEAD + GLOBALS + GROUPS % ", Properties: {Timeout: 5}").resources["It"]
    assert (it.get("Timeout"), it.get("VpcConfig", "SubnetIds")) == (5, ("subnet-1",))
    assert it.locate("VpcConfig").path == ("Globals", "Function", "VpcConfig")
    assert it.locate("Timeout").path == ("Resources", "It", "Properties", "Timeout")


def test_globals_without_the_transform_are_nothing() -> None:
    assert template(GLOBALS + GROUPS % "").resources["It"].get("VpcConfig") is None


def test_globals_of_a_macro_are_unknown() -> None:
    found = template(HEAD + "Globals: {Function: {'Fn::Transform': {Name: Mine}}}\n" + GROUPS % "")
    assert [hole.reason for hole in found.holes] == ["made by the macro Mine"]


MACHINE = """
Resources:
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: vpc-1}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      %s
      Definition:
        StartAt: Run
        States:
          Run:
            Type: Task
            Resource: arn:aws:states:::ecs:runTask.sync
            Parameters:
              LaunchType: EC2
              TaskDefinition: task
              NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-1]}}
"""
EVENTS = [
    "Events: {Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day), Input: '{}'}}}",
    "Events: {Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day), RoleArn: !GetAtt X.Arn}}}",
    "Events: {Ended: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.ecs]}, RuleName: ended}}}",
    "Events: {Called: {Type: Api, Properties: {Path: /run, Method: post}}}",
]  # fmt: skip


def elements(found: Configuration) -> list[tuple[str, str]]:
    return [(type(element).__name__, element.address) for element in read(found).elements]


@pytest.mark.parametrize("events", ["", *EVENTS])
def test_events_start_a_state_machine_and_place_no_tasks(events: str) -> None:
    found = template(HEAD + MACHINE % events)
    assert (found.problems, found.holes) == ((), ())
    [workload] = read(found).all(Workload)
    assert workload.name == "Run"
    assert [link.value for link in workload.subnets.items] == ["subnet-1"]


@pytest.mark.parametrize("section", [
    "Api: {Cors: \"'*'\", Auth: {DefaultAuthorizer: AWS_IAM}}", "HttpApi: {FailOnWarnings: true}",
    "WebSocketApi: {DisableExecuteApiEndpoint: true}", "SimpleTable: {SSESpecification: {SSEEnabled: true}}",
    "StateMachine: {PropagateTags: true}", "LayerVersion: {PublishLambdaVersion: true}",
    "Function: {Tags: {a: b}, Environment: {Variables: {A: !Ref Own}}}", "Function: !Ref AWS::NoValue", "[]",
])  # fmt: skip
def test_other_globals_leave_the_network_as_it_is(section: str) -> None:
    body = GROUPS % "" + MACHINE.partition("Resources:\n")[2] % "Tags: {a: b}"
    plain, given = (
        template(HEAD + text + body) for text in ("", f"Globals: {section if section == '[]' else f'{{{section}}}'}\n")
    )
    assert (given.problems, given.holes) == ((), ())
    assert elements(given) == elements(plain)
    [one], [other] = read(plain).all(Workload), read(given).all(Workload)
    assert (one.subnets, one.launch_type, one.tags) == (other.subnets, other.launch_type, other.tags)


APPLICATION = """
Resources:
  Vpc: {Type: AWS::EC2::VPC}
  App: {Type: AWS::Serverless::Application, Properties: {Location: %s, Parameters: {VpcId: !Ref Vpc}}}
  It: {Type: A::B::C, Properties: {V: !GetAtt App.Outputs.Id}}
"""


@pytest.mark.parametrize("location", [
    "{ApplicationId: 'arn:aws:serverlessrepo:eu-west-1:111111111111:applications/made-up', SemanticVersion: 1.0.0}",
    "{ApplicationId: !Sub '${AWS::Partition}:made-up', SemanticVersion: !Ref 'AWS::NoValue'}",
])  # fmt: skip
def test_an_application_of_the_repository_is_not_seen(location: str) -> None:
    found = template(HEAD + APPLICATION % location)
    assert found.problems == ()
    [hole] = found.holes
    assert (hole.address, hole.inputs) == ("App", (Reference("Vpc", "Ref"),))
    assert hole.reason == "an application of the Serverless Application Repository, which is not here"
    output = found.resources["It"].get("V")
    assert isinstance(output, Unknown)
    assert output.symbol == "App.Outputs.Id"
