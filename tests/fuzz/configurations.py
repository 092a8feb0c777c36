"""Terraform made up by its grammar: types and arguments as fixtures have them, with values of any kind."""

from __future__ import annotations

import json
import random

from tests.fuzz.inputs import terraform, vocabulary
from tests.fuzz.mutations import mutated
from tests.terraform.forms import FORMS, LEAVES
from tests.terraform.generated import Writer

_NAMES = ["a", "b", "c", "this", "x-1"]
_KINDS = sorted(FORMS)
_EVERYTHING = sorted({*FORMS, *LEAVES})
_META = ["count", "for_each", "depends_on", "provider", "lifecycle"]
_FUNCTIONS = ["tolist", "toset", "jsondecode", "templatefile", "file", "regexall", "range", "repeat", "replace", "try"]


class Made:
    """Writes blocks. Names are few, so that they meet, also in circles."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.writer = Writer(chance.getrandbits(64))
        self.arguments = vocabulary()[0]
        self.types = list(self.arguments)

    def name(self) -> str:
        return self.chance.choice(_NAMES)

    def value(self, depth: int = 3) -> str:
        """An expression, at times of names that stand for something."""
        pick = self.chance.choice
        match self.chance.randrange(16):
            case 0 | 1 | 2:
                return self.writer.write(pick(_EVERYTHING), min(depth, 3))
            case 3 | 4 | 5:
                kind = pick(self.types)
                form = pick(
                    ["{}.{}", "{}.{}.id", "{}.{}[0].id", "{}.{}[*].id", "{}.{}.arn", 'data.{}.{}["k"].cidr_block']
                )
                return form.format(kind, self.name())
            case 6:
                return f"var.{self.name()}"
            case 7:
                return f"local.{self.name()}"
            case 8:
                return f"module.{self.name()}.{self.name()}"
            case 9:
                return pick(
                    ["each.key", "each.value", "count.index", "self.id", "path.module", "terraform.workspace", "i"]
                )
            case 10 if depth:
                return f"{pick(_FUNCTIONS)}({self.value(depth - 1)}, {self.value(depth - 1)})"
            case 11 if depth:
                return f"[for i in {self.value(depth - 1)} : {self.value(depth - 1)} if {self.value(depth - 1)}]"
            case 12 if depth:
                return f"{{ for k, i in {self.value(depth - 1)} : {self.value(depth - 1)} => i }}"
            case 13 if depth:
                return f"{self.value(depth - 1)} ? {self.value(depth - 1)} : {self.value(depth - 1)}"
            case 14 if depth:
                return f"[{self.value(depth - 1)}, {self.value(depth - 1)}]"
            case _:
                return pick(
                    ['"0.0.0.0/0"', '["::/0"]', "22", "0", '"tcp"', '"-1"', "true", "null", '"${var.a}/${local.b}"']
                )

    def body(self, names: tuple[str, ...], depth: int, indent: str) -> list[str]:
        lines = []
        for argument in self.chance.sample(names, min(len(names), self.chance.randint(1, 7))):
            if depth and self.chance.random() < 0.2:
                lines += self.block(argument, names, depth - 1, indent)
            else:
                lines.append(f"{indent}{argument} = {self.value()}")
        return lines

    def block(self, name: str, names: tuple[str, ...], depth: int, indent: str) -> list[str]:
        inner = self.body(names, depth, indent + "  ")
        if self.chance.random() < 0.3:
            each = f"{indent}  for_each = {self.value()}"
            return [
                f'{indent}dynamic "{name}" {{',
                each,
                f"{indent}  content {{",
                *inner,
                f"{indent}  }}",
                f"{indent}}}",
            ]
        return [f"{indent}{name} {{", *inner, f"{indent}}}"]

    def declaration(self) -> str:
        kind = self.chance.choice(self.types)
        match self.chance.randrange(12):
            case 0:
                type_ = self.chance.choice(
                    ["string", "list(any)", "map(object({ a = optional(number, 1) }))", "any", "x"]
                )
                return f'variable "{self.name()}" {{\n  type = {type_}\n  default = {self.writer.write("any", 2)}\n}}'
            case 1:
                return f"locals {{\n  {self.name()} = {self.value()}\n  {self.name()} = {self.value()}\n}}"
            case 2:
                source = self.chance.choice(["./m", ".", "../x", "terraform-aws-modules/vpc/aws", "./m/../m", "git::x"])
                given = f"  {self.name()} = {self.value()}\n  count = {self.value(1)}"
                return f'module "{self.name()}" {{\n  source = "{source}"\n{given}\n}}'
            case 3:
                return f'output "{self.name()}" {{\n  value = {self.value()}\n}}'
            case _:
                word = self.chance.choice(["resource"] * 5 + ["data", "check", "moved", "import", "removed"])
                meta = [f"  {name} = {self.value(2)}" for name in _META[:4] if self.chance.random() < 0.15]
                body = self.body(self.arguments[kind], 2, "  ")
                return "\n".join([f'{word} "{kind}" "{self.name()}" {{', *meta, *body, "}"])

    def text(self) -> bytes:
        blocks = [self.declaration() for _ in range(self.chance.randint(1, 12))]
        return ("\n\n".join(blocks) + "\n").encode("utf-8", "replace")


def text(chance: random.Random) -> bytes:
    """A file of HCL: made up, or of the fixtures, and mostly injured."""
    made = Made(chance).text() if chance.random() < 0.4 else chance.choice(terraform())
    return mutated(chance, made, terraform()) if chance.random() < 0.8 else made


_EXPRESSIONS = """\
locals {{ v = {0} }}
variable "n" {{ default = {1} }}
resource "aws_security_group" "a" {{
  count = try(length({2}), 1)
  ingress {{
    from_port   = {3}
    to_port     = {4}
    protocol    = {5}
    cidr_blocks = {6}
  }}
}}
resource "aws_subnet" "s" {{
  for_each   = try({7}, {{}})
  vpc_id     = local.v
  cidr_block = {8}
  tags       = {{ Name = each.key, v = var.n }}
}}
resource "aws_ecs_service" "e" {{
  network_configuration {{
    subnets          = [for s in aws_subnet.s : s.id if {9}]
    assign_public_ip = {10}
  }}
  task_definition = {11}
}}
"""
_WANTED = ["any", "any", "list", "number", "small", "string", "list", "map", "cidr", "bool", "bool", "string"]


def expressions(chance: random.Random) -> bytes:
    """Expressions of the kinds that are wanted where they stand, or of any; some with injuries."""
    writer = Writer(chance.getrandbits(64))
    made = []
    for kind in _WANTED:
        text = writer.write(kind if chance.random() < 0.8 else chance.choice(_KINDS), chance.randint(1, 6))
        if chance.random() < 0.08:
            text = mutated(chance, text.encode(), [b'"${a}" [for x in y : z] f(1...)']).decode(
                "utf-8", "surrogateescape"
            )
        made.append(text.rstrip("\n") if not text.startswith("<<") else f"({text})")
    return _EXPRESSIONS.format(*made).encode("utf-8", "surrogateescape")


def json_text(chance: random.Random) -> bytes:
    """The JSON of Terraform, with expressions in its strings."""
    made = Made(chance)
    resources: dict[str, dict[str, object]] = {}
    for _ in range(chance.randint(1, 6)):
        kind = chance.choice(made.types)
        names = made.arguments[kind]
        body: dict[str, object] = {
            name: chance.choice([f"${{{made.value()}}}", [{"from_port": 0}], 22, None, ["0.0.0.0/0"], {"a": "%{if"}])
            for name in chance.sample(names, min(len(names), 4))
        }
        resources.setdefault(kind, {})[made.name()] = body if chance.random() < 0.8 else [body, body]
    return json.dumps({"resource": resources, "//": "x", "locals": {"a": f"${{{made.value()}}}"}}).encode()
