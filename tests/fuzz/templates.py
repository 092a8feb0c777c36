"""CloudFormation made up by its grammar: types and properties as fixtures have them, intrinsics long and short."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from tests.fuzz.inputs import templates, vocabulary
from tests.fuzz.mutations import copied, mutated, odd, rearranged

_NAMES = ["A", "B", "C", "Vpc", "Subnet"]
_PSEUDO = ["AWS::Region", "AWS::NoValue", "AWS::StackName", "AWS::AccountId", "AWS::Partition", "AWS::URLSuffix"]
_TEXTS = [
    "",
    "${A}",
    "${A.Arn}-${AWS::Region}",
    "${!x}",
    "${",
    "${A.B.C}",
    "10.0.0.0/16",
    "0.0.0.0/0",
    "tcp",
    "${&C}",
    "-1",
]
_INTRINSICS = {
    "Ref", "Condition", "Fn::GetAtt", "Fn::Sub", "Fn::If", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Cidr",
    "Fn::FindInMap", "Fn::ImportValue", "Fn::GetAZs", "Fn::Base64", "Fn::Length", "Fn::ToJsonString", "Fn::Transform",
    "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals",
}  # fmt: skip
_TOP = ["Parameters", "Mappings", "Conditions", "Outputs", "Transform", "Metadata", "Rules", "Globals"]


class Made:
    """Writes templates. Names are few, so that they meet, also in circles."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.properties = vocabulary()[1]
        self.types = list(self.properties)
        self.anchors = 0

    def name(self) -> str:
        return self.chance.choice(_NAMES + _PSEUDO[:2])

    def value(self, depth: int = 3) -> Any:
        pick, value = self.chance.choice, self.value
        if not depth or self.chance.random() < 0.35:
            return pick(
                [pick(_TEXTS), pick(_TEXTS), {"Ref": self.name()}, {"Ref": self.name()}, odd(self.chance), 22, True]
            )
        less = depth - 1
        makers: list[Callable[[], Any]] = [
            lambda: {"Fn::GetAtt": pick([[self.name(), "Arn"], f"{self.name()}.Id", value(less)])},
            lambda: {"Fn::Sub": pick([pick(_TEXTS), [pick(_TEXTS), {"A": value(less)}], value(less)])},
            lambda: {"Fn::If": [pick(_NAMES), value(less), value(less)]},
            lambda: {"Fn::Join": [pick(["", ",", "-"]), [value(less), value(less)]]},
            lambda: {"Fn::Select": [pick([0, "1", -1, 10**30, value(less)]), value(less)]},
            lambda: {"Fn::Split": [pick([",", "", value(less)]), value(less)]},
            lambda: {"Fn::Cidr": [value(less), pick([1, 6, 256, 10**9, "x"]), pick([8, 5, 200, value(less)])]},
            lambda: {
                "Fn::FindInMap": [pick(_NAMES), value(less), value(less), *pick([[], [{"DefaultValue": value(less)}]])]
            },
            lambda: {"Fn::ImportValue": value(less)},
            lambda: {"Fn::GetAZs": pick(["", {"Ref": "AWS::Region"}, value(less)])},
            lambda: {"Fn::Base64": value(less)},
            lambda: {"Fn::Length": value(less)},
            lambda: {"Fn::ToJsonString": value(less)},
            lambda: {"Fn::Transform": {"Name": pick(["AWS::Include", "X"]), "Parameters": {"Location": value(less)}}},
            lambda: {f"Fn::ForEach::{pick(_NAMES)}": ["I", value(less), {"${I}": value(less)}]},
            lambda: {pick(sorted(_INTRINSICS)): value(less)},
            lambda: {"Ref": value(less), "Fn::Sub": value(less)},
            lambda: [value(less) for _ in range(self.chance.randrange(4))],
            lambda: self.fields(pick(self.types), less),
            lambda: self.fields(pick(self.types), less),
        ]
        return pick(makers)()

    def fields(self, kind: str, depth: int) -> dict[str, Any]:
        names = self.properties[kind]
        return {
            name: self.value(depth) for name in self.chance.sample(names, min(len(names), self.chance.randint(0, 6)))
        }

    def condition(self, depth: int = 2) -> Any:
        pick = self.chance.choice
        if not depth or self.chance.random() < 0.4:
            return pick([{"Condition": pick(_NAMES)}, {"Fn::Equals": [self.value(1), self.value(1)]}, odd(self.chance)])
        return {
            pick(["Fn::And", "Fn::Or", "Fn::Not"]): [
                self.condition(depth - 1) for _ in range(self.chance.randint(1, 3))
            ]
        }

    def resource(self) -> Any:
        kind = self.chance.choice(self.types)
        made: dict[str, Any] = {"Type": kind, "Properties": self.fields(kind, 3)}
        for key in ("Condition", "DependsOn", "DeletionPolicy", "Metadata", "Fn::Transform", "CreationPolicy"):
            if self.chance.random() < 0.08:
                made[key] = self.chance.choice([self.name(), [self.name()], self.value(2)])
        if kind == "AWS::CloudFormation::Stack":
            made["Properties"]["TemplateURL"] = self.chance.choice(["./nested.yaml", "template.yaml", self.value(1)])
        return made

    def document(self) -> Any:
        chance = self.chance
        made: dict[str, Any] = {}
        if chance.random() < 0.5:
            made["Conditions"] = {chance.choice(_NAMES): self.condition() for _ in range(4)}
        if chance.random() < 0.5:
            given = {
                "Type": chance.choice(["String", "CommaDelimitedList", "Number", "List<AWS::EC2::Subnet::Id>", "x"])
            }
            made["Parameters"] = {chance.choice(_NAMES): {**given, "Default": odd(chance)}, "P": {**given}}
        if chance.random() < 0.3:
            made["Mappings"] = {chance.choice(_NAMES): {"a": {"b": odd(chance)}, "us-east-1": {"c": self.value(1)}}}
        if chance.random() < 0.3:
            made["Transform"] = chance.choice(
                ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31", ["AWS::LanguageExtensions", "X"], odd(chance)]
            )
        resources = {chance.choice([*_NAMES, f"R{i}"]): self.resource() for i in range(chance.randint(1, 10))}
        if chance.random() < 0.3:
            key = f"Fn::ForEach::{chance.choice(_NAMES)}"
            resources[key] = ["I", chance.choice([["a", "b"], self.value(2)]), {"R${I}": self.resource()}]
        made["Resources"] = resources
        if chance.random() < 0.3:
            made["Outputs"] = {"O": {"Value": self.value(), "Export": {"Name": self.value(1)}}}
        if chance.random() < 0.1:
            made[chance.choice(_TOP)] = odd(chance)
        return made

    def flow(self, value: Any) -> str:
        """As YAML on one line, intrinsics short at times, with anchors and aliases."""
        if self.anchors and self.chance.random() < 0.02:
            return f"*a{self.chance.randint(1, self.anchors)} "
        if self.chance.random() < 0.02:
            self.anchors += 1
            return f"&a{self.anchors} {self.flow(value)}"
        if isinstance(value, dict):
            if len(value) == 1 and self.chance.random() < 0.5:
                ((name, inner),) = value.items()
                if name in _INTRINSICS and not (isinstance(inner, dict) and len(inner) == 1):
                    return f"!{name.removeprefix('Fn::')} {self.flow(inner)}"
            return "{" + ", ".join(f"{json.dumps(key)}: {self.flow(item)}" for key, item in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.flow, value)) + "]"
        return json.dumps(value)

    def yaml(self, document: dict[str, Any]) -> str:
        lines = []
        for key, section in document.items():
            if isinstance(section, dict) and section:
                lines += [f"{key}:", *(f"  {json.dumps(name)}: {self.flow(item)}" for name, item in section.items())]
            else:
                lines.append(f"{key}: {self.flow(section)}")
        return "\n".join(lines) + "\n"


@cache
def _documents() -> tuple[Any, ...]:
    return tuple(json.loads(data) for data in templates() if data.lstrip().startswith(b"{"))


def text(chance: random.Random) -> tuple[str, bytes]:
    """How its name ends, and a template: made up, or of the fixtures, and mostly injured."""
    draw = chance.random()
    if draw < 0.5:
        made = Made(chance)
        document = made.document()
        if chance.random() < 0.4:
            document = rearranged(chance, document, _documents())
        as_json = not isinstance(document, dict) or chance.random() < 0.4
        suffix, data = (".json", json.dumps(document)) if as_json else (".yaml", made.yaml(document))
        return suffix, mutated(chance, data.encode(), templates()) if chance.random() < 0.3 else data.encode()
    if draw < 0.6:
        document = rearranged(chance, copied(chance.choice(_documents())), _documents())
        return ".json", json.dumps(document, indent=chance.choice([None, 2])).encode()
    source = chance.choice(templates())
    return ".json" if source.lstrip().startswith(b"{") else ".yaml", mutated(chance, source, templates())
