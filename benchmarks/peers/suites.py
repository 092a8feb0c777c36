"""Readers of the suites: each yields the labelled inputs that a tool tests one of its rules with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from benchmarks.peers.cases import Case, Suite, SuiteError, read, template
from benchmarks.peers.literals import constants, parametrized

_CHECKOV = "tests/{}/checks/resource/aws"
_TRIVY = Path("checks/cloud/aws/ec2")
_CFN_LINT = Path("test/unit/rules/resources/ecs")
_GUARD = Path("rules/aws/amazon_ec2/tests/restricted_ssh_tests.yml")


def checkov_terraform(check: str, checkout: Path) -> Iterator[Case]:
    """The resources that the test expects to pass and to fail."""
    folder = checkout / _CHECKOV.format("terraform")
    text = read(folder / f"example_{check}" / "main.tf")
    expected = constants(ast.parse(read(folder / f"test_{check}.py")))
    for key, bad in (("failing_resources", True), ("passing_resources", False)):
        for resource in sorted(expected[key]):
            yield Case(resource, {"main.tf": text}, bad, resource)


def checkov_cloudformation(check: str, checkout: Path) -> Iterator[Case]:
    """The file's name says what is expected; of an UNKNOWN one, nothing is reported."""
    for file in sorted((checkout / _CHECKOV.format("cloudformation") / f"example_{check}").glob("*.yaml")):
        yield Case(file.name, {file.name: read(file)}, "FAILED" in file.name)


def trivy_examples(checkout: Path) -> Iterator[Case]:
    """The good and the bad examples of the check's page."""
    document = yaml.safe_load(read(checkout / _TRIVY / "no_public_ingress_sgr.yaml"))
    for language, name in (("terraform", "main.tf"), ("cloudformation", "template.yaml")):
        for label, bad in (("good", False), ("bad", True)):
            for number, text in enumerate(document[language][label], 1):
                yield Case(f"{language} {label} {number}", {name: text}, bad)


_REGO_TEST = re.compile(r"^test_(deny|allow)_(\w+) if \{(.*?)^\}", re.MULTILINE | re.DOTALL)
_REGO_FIELD = re.compile(r'"(protocol|fromport|toport)": \{"value": ([^}]+)\}')
_REGO_CIDR = re.compile(r'"cidrs": \[\{"value": "([^"]+)"\}\]')
_REGO_PORTS = {"net.ssh_port": 22, "net.rdp_port": 3389}


def trivy_tests(checkout: Path) -> Iterator[Case]:
    """The rules that the check's own tests build, as security groups of a template."""
    found = list(_REGO_TEST.finditer(read(checkout / _TRIVY / "no_public_ingress_sgr_test.rego")))
    if not found:
        raise SuiteError("no tests in no_public_ingress_sgr_test.rego")
    for test in found:
        label, name, body = test.groups()
        fields = {key: text.strip().strip('"') for key, text in _REGO_FIELD.findall(body)}
        [cidr] = _REGO_CIDR.findall(body)
        ports = [_REGO_PORTS.get(fields[key]) or int(fields[key]) for key in ("fromport", "toport")]
        rule = {"IpProtocol": fields["protocol"], "FromPort": ports[0], "ToPort": ports[1], "CidrIp": cidr}
        group = {"GroupDescription": "made of a test", "SecurityGroupIngress": [rule]}
        resources = {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": group}}
        yield Case(name, template({"Resources": resources}), label == "deny")


def cfn_lint(test: str, checkout: Path) -> Iterator[Case]:
    """The templates of a test's parameters, with the errors expected of them."""
    for line, row in parametrized(ast.parse(read(checkout / _CFN_LINT / f"test_{test}.py"))):
        document, _, errors = row
        yield Case(f"{test}, line {line}", template(document), bool(errors))


def guard(checkout: Path) -> Iterator[Case]:
    """The input documents of a test; what is not FAIL is PASS or SKIP, and not reported."""
    tests: list[Any] = yaml.safe_load(read(checkout / _GUARD))
    for test in tests:
        [expected] = test["expectations"]["rules"].values()
        yield Case(test["name"], template({"Resources": {}, **test["input"]}), expected == "FAIL")


_SSH, _RDP, _MODE = frozenset({"ECSNET201"}), frozenset({"ECSNET202"}), frozenset({"ECSNET305"})

SUITES = (
    Suite(
        "Checkov CKV_AWS_24, Terraform",
        "checkov",
        _SSH,
        partial(checkov_terraform, "SecurityGroupUnrestrictedIngress22"),
    ),
    Suite(
        "Checkov CKV_AWS_24, CloudFormation",
        "checkov",
        _SSH,
        partial(checkov_cloudformation, "SecurityGroupUnrestrictedIngress22"),
    ),
    Suite(
        "Checkov CKV_AWS_25, Terraform",
        "checkov",
        _SSH | _RDP,
        partial(checkov_terraform, "SecurityGroupUnrestrictedIngress3389"),
    ),
    Suite(
        "Checkov CKV_AWS_25, CloudFormation",
        "checkov",
        _SSH | _RDP,
        partial(checkov_cloudformation, "SecurityGroupUnrestrictedIngress3389"),
    ),
    Suite("Trivy AWS-0107, examples", "trivy_checks", _SSH | _RDP, trivy_examples),
    Suite("Trivy AWS-0107, tests", "trivy_checks", _SSH | _RDP, trivy_tests),
    Suite("cfn-lint E3052", "cfn_lint", _MODE, partial(cfn_lint, "service_network_configuration")),
    Suite("cfn-lint E3054", "cfn_lint", _MODE, partial(cfn_lint, "service_fargate")),
    Suite("Guard INCOMING_SSH_DISABLED", "guard", _SSH, guard),
)
