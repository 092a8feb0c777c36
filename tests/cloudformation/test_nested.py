from __future__ import annotations

from pathlib import Path

import pytest

from ecsnet.cloudformation import called_templates, load
from ecsnet.resources import Configuration
from ecsnet.values import Reference, Tri, Unknown
from tests.cloudformation.build import HEAD

PARENT = """
Parameters: {Environment: {Type: String}}
Conditions: {Prod: !Equals [!Ref Environment, prod]}
Resources:
  Service:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./service.yaml
      Parameters: {Subnets: !Join [",", [!GetAtt Network.Outputs.A, !GetAtt Network.Outputs.B]], Size: 2}
  Network: {Type: AWS::CloudFormation::Stack, Condition: Prod, Properties: {TemplateURL: network.yaml}}
"""
NETWORK = """
Resources:
  A: {Type: AWS::EC2::Subnet}
  B: {Type: AWS::EC2::Subnet}
Outputs:
  A: {Value: !Ref A}
  B: {Value: !GetAtt B.SubnetId}
"""
SERVICE = """
Parameters: {Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}, Size: {Type: Number}, Own: {Type: String}}
Resources:
  It: {Type: AWS::ECS::Service, Properties: {Subnets: !Ref Subnets, Count: !Ref Size, Own: !Ref Own}}
"""


def read(folder: Path, **files: str) -> Configuration:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(HEAD + text)
    found = load(str(folder / "parent.yaml"))
    assert found is not None
    return found


def test_parameters_go_down_and_outputs_come_up(tmp_path: Path) -> None:
    found = read(tmp_path, parent=PARENT, network=NETWORK, service=SERVICE)
    assert found.problems == ()
    assert found.holes == ()
    assert list(found.resources) == ["Service.It", "Network.A", "Network.B"]
    service = found.resources["Service.It"]
    assert service.get("Subnets") == (Reference("Network.A", "Ref"), Reference("Network.B", "SubnetId"))
    assert service.get("Count") == 2
    own = service.get("Own")
    assert isinstance(own, Unknown)
    assert own.symbol == "Service.Own"
    assert [call.address for call in service.calls] == ["Service"]
    assert service.span.file == str(tmp_path / "service.yaml")
    assert service.calls[0].span.file == str(tmp_path / "parent.yaml")
    network = found.resources["Network.A"]
    assert (network.exists, network.guard) == (Tri.UNKNOWN, "Prod")
    assert set(called_templates(found)) == {str(tmp_path / "service.yaml"), str(tmp_path / "network.yaml")}


def test_a_stack_that_nests_itself(tmp_path: Path) -> None:
    nest = "Resources:\n  Again: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: parent.yaml}}\n"
    found = read(tmp_path, parent=nest)
    assert [problem.message for problem in found.problems] == ["the nested stack Again nests itself"]
    assert [hole.address for hole in found.holes] == ["Again"]


def test_a_template_outside_the_boundary_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text(HEAD + NETWORK)
    folder = tmp_path / "stacks"
    folder.mkdir()
    nest = "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../network.yaml}}\n"
    (folder / "parent.yaml").write_text(HEAD + nest)
    outside, inside = (load(str(folder / "parent.yaml"), boundary=str(limit)) for limit in (folder, tmp_path))
    assert outside is not None
    assert inside is not None
    assert [hole.address for hole in outside.holes] == ["N"]
    assert list(inside.resources) == ["N.A", "N.B"]


def test_a_nested_template_that_cannot_be_read(tmp_path: Path) -> None:
    found = read(tmp_path, parent=PARENT, network="Resources: {", service=SERVICE)
    assert [problem.file for problem in found.problems] == [str(tmp_path / "network.yaml")]
    assert [hole.address for hole in found.holes] == ["Network"]
    assert list(found.resources) == ["Service.It"]


def test_the_asset_of_a_nested_cdk_stack(tmp_path: Path) -> None:
    (tmp_path / "network.nested.template.json").write_text('{"Resources": {"A": {"Type": "AWS::EC2::Subnet"}}}')
    found = read(
        tmp_path,
        parent="""
Resources:
  N:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: !Sub "https://s3.${AWS::Region}.${AWS::URLSuffix}/x/y.json"}
    Metadata: {"aws:asset:path": network.nested.template.json, "aws:asset:property": TemplateURL}
""",
    )
    assert list(found.resources) == ["N.A"]


def published(folder: Path, url: str, *files: str) -> Configuration:
    """A template that nests what is published at ``url``, with files that may be it."""
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        resources = f"Resources:\n  {Path(name).parent.name or 'Top'}: {{Type: AWS::EC2::Subnet}}\n"
        (folder / name).write_text(HEAD + resources)
    nest = f"Resources:\n  N: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {url}}}}}\n"
    found = read(folder, parent="Parameters: {Bucket: {Type: String}, Prefix: {Type: String}}\n" + nest)
    assert found.problems == ()
    return found


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.amazonaws.com/bucket/v1/b/network.yaml?versionId=3",
        "!Sub 'https://${Bucket}.s3.${AWS::Region}.amazonaws.com/${Prefix}b/network.yaml'",
        "!Join ['/', ['https://s3.amazonaws.com', !Ref Bucket, b, network.yaml]]",
        "s3://bucket/b/network.yaml",
    ],
)
def test_the_longest_end_of_an_address_says_which_file_is_meant(tmp_path: Path, url: str) -> None:
    found = published(
        tmp_path, f'"{url}"' if url.startswith(("https", "s3")) else url, "a/network.yaml", "b/network.yaml"
    )
    assert list(found.resources) == ["N.b"]
    assert called_templates(found) == (str(tmp_path / "b/network.yaml"),)


def test_an_address_that_two_files_may_be(tmp_path: Path) -> None:
    found = published(tmp_path, "https://s3.amazonaws.com/bucket/network.yaml", "a/network.yaml", "b/network.yaml")
    assert found.resources == {}
    [hole] = found.holes
    assert hole.reason.startswith("a nested stack whose template may be ")
    assert "a/network.yaml or " in hole.reason


@pytest.mark.parametrize(
    "url", ["https://example.com/x/other.yaml", "!Ref Bucket", "https://example.com/network.yaml/"]
)
def test_an_address_of_no_file_here(tmp_path: Path, url: str) -> None:
    [hole] = published(tmp_path, url, "a/network.yaml").holes
    assert hole.reason == "a nested stack that is not here"


def test_a_template_is_not_its_own_nested_stack_by_name(tmp_path: Path) -> None:
    [hole] = published(tmp_path, "https://example.com/parent.yaml").holes
    assert hole.reason == "a nested stack that is not here"


EXPORTING = """
Parameters: {Prefix: {Type: String}}
Resources:
  A: {Type: AWS::EC2::Subnet}
Outputs:
  Name: {Value: !Ref AWS::StackName}
  Id: {Value: !Ref A, Export: {Name: !Sub '${AWS::StackName}-A'}}
  Prefixed: {Value: !Ref A, Export: {Name: !Sub '${Prefix}-A'}}
"""


@pytest.mark.parametrize("given", ["!GetAtt Network.Outputs.Name", "!Ref Prefix"])
def test_a_nested_stack_imports_what_one_beside_it_exports(tmp_path: Path, given: str) -> None:
    parent = f"""
Parameters: {{Prefix: {{Type: String}}}}
Resources:
  Network:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: network.yaml, Parameters: {{Prefix: !Ref Prefix}}}}
  Service:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: service.yaml, Parameters: {{Name: {given}}}}}
"""
    service = """
Parameters: {Name: {Type: String}}
Resources:
  It:
    Type: A::B::C
    Properties: {V: !ImportValue {'Fn::Sub': '${Name}-A'}, Other: !ImportValue {'Fn::Sub': '${Name}-B'}}
"""
    found = read(tmp_path, parent=parent, network=EXPORTING, service=service)
    assert found.problems == ()
    assert found.resources["Service.It"].get("V") == Reference("Network.A", "Ref")
    assert isinstance(found.resources["Service.It"].get("Other"), Unknown)


def test_a_stack_does_not_import_its_own_exports(tmp_path: Path) -> None:
    importing = "A: {Type: X::Y::Z, Properties: {V: !ImportValue {'Fn::Sub': '${Prefix}-A'}}}"
    own = EXPORTING.replace("A: {Type: AWS::EC2::Subnet}", importing)
    found = read(tmp_path, parent=own)
    assert isinstance(found.resources["A"].get("V"), Unknown)


def test_the_name_of_an_export_that_is_imported(tmp_path: Path) -> None:
    named = EXPORTING.replace("!Sub '${Prefix}-A'", "!ImportValue name")
    parent = """
Resources:
  Network: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: network.yaml}}
  It: {Type: A::B::C, Properties: {V: !ImportValue other}}
"""
    found = read(tmp_path, parent=parent, network=named)
    assert isinstance(found.resources["It"].get("V"), Unknown)
