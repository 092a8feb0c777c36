"""The kinds of inputs, each made from chance alone."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from ecsnet.rules import CATALOGUE
from tests.fuzz import configurations, templates
from tests.fuzz.inputs import Input, plans, sources, terraform
from tests.fuzz.inputs import templates as template_sources
from tests.fuzz.large import large
from tests.fuzz.mutations import copied, mutated, odd, rearranged

OPEN = b"""\
resource "aws_security_group" "a" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""


def _hcl(chance: random.Random) -> Input:
    files = {"main.tf": configurations.text(chance)}
    if chance.random() < 0.15:
        files["j.tf.json"] = configurations.json_text(chance)
        if chance.random() < 0.5:
            files["j.tf.json"] = mutated(chance, files["j.tf.json"], [files["j.tf.json"]])
    if chance.random() < 0.1:
        files["x_override.tf"] = configurations.text(chance)
    return Input("hcl", files)


def _template(chance: random.Random) -> Input:
    suffix, data = templates.text(chance)
    files = {f"template{suffix}": data}
    if chance.random() < 0.2:
        nested, inner = templates.text(chance)
        files[f"nested{nested}"] = inner
    return Input("template", files)


def _expression(chance: random.Random) -> Input:
    return Input("expression", {"main.tf": configurations.expressions(chance)})


@cache
def _plans() -> tuple[Any, ...]:
    return tuple(map(json.loads, plans()))


def _plan(chance: random.Random) -> Input:
    document = rearranged(chance, copied(chance.choice(_plans())), _plans())
    data = json.dumps(document, indent=chance.choice([None, 2])).encode()
    if chance.random() < 0.2:
        data = mutated(chance, data, plans())
    return Input("plan", {"plan.json": data})


_SETTINGS = [
    b'ignore = ["ECSNET602"]\nfail-on = "error"\nzones = 2\nshow-unknown = true\n',
    b'select = ["ECSNET2", "nat-shared-across-azs"]\nextend-select = ["ECSNET501"]\nenv-vars = false\n',
    b'[levels]\nECSNET401 = "error"\nECSNET2 = "info"\n[per-path-ignores]\n"m/**" = ["ECSNET402"]\n"*.tf" = []\n',
    b'[[roots]]\npath = "."\nvar-files = ["a.tfvars"]\nworkspace = "prod"\nvariables = { a = ["x"], b = 1 }\n',
    b'[[stacks]]\ntemplate = "t.yaml"\nname = "n"\nregion = "x"\naccount = "1"\nparameters = ["p.json"]\n',
    b'baseline = ".ecsnet-baseline.json"\nadmin-ports = [3389, "2375-2376"]\nallowed-sources = ["10.0.0.0/8"]\n',
    b'sensitive-tags = { keys = ["data-tier"], values = ["gold"], flags = ["gdpr"] }\nstubs = ["stubs"]\n',
    b'[tool.ecsnet]\nignore = ["ECSNET1"]\n[tool.ecsnet.levels]\nECSNET401 = "error"\n[tool.other]\nx = 1\n',
]
_BASELINE = (
    b'{\n  "version": "1",\n  "fingerprints": "ecsnet/v1",\n  "findings": [\n    {"root": ".", "rule": "ECSNET201", '
    b'"resource": "aws_security_group.a", "fingerprint": "' + b"0" * 64 + b'"}\n  ]\n}\n'
)
_INPUTS = {
    "a.tfvars": b'a = ["x"]\nb = 1\n',
    "terraform.tfvars": b'cidr = "10.0.0.0/16"\nlist = [1, 2]\n',
    "x.auto.tfvars.json": b'{"cidr": "10.0.0.0/16", "map": {"a": [null]}}',
    "p.json": b'[{"ParameterKey": "S", "ParameterValue": "x"}]',
    "samconfig.toml": b'version = 0.1\n[default.deploy.parameters]\nparameter_overrides = "S=x T=y"\nregion = "x"\n',
    ".gitignore": b"*.tmp\n!keep/**\n/a[b-c]\\*?\n**/x/\n",
    "manifest.json": b'{"version": "36.0.0", "artifacts": {"S": {"type": "aws:cloudformation:stack", '
    b'"environment": "aws://unknown-account/unknown-region", "properties": {"templateFile": "t.yaml"}}}}',
    ".terraform/modules/modules.json": b'{"Modules": [{"Key": "", "Source": "", "Dir": "."}, '
    b'{"Key": "a", "Source": "registry.terraform.io/x/y/z", "Version": "1.0.0", "Dir": "m"}]}',
}


def _settings(chance: random.Random) -> Input:
    name = chance.choice([".ecsnet.toml", ".ecsnet.toml", "pyproject.toml"])
    config = b"".join(chance.sample(_SETTINGS, chance.randint(1, 3)))
    if chance.random() < 0.7:
        config = mutated(chance, config, _SETTINGS)
    files = {name: config, "main.tf": OPEN, "t.yaml": chance.choice(template_sources())}
    baseline = json.loads(_BASELINE)
    kept = [
        _BASELINE,
        mutated(chance, _BASELINE, _SETTINGS),
        json.dumps(rearranged(chance, baseline, [json.loads(_BASELINE)])).encode(),
    ]
    files[".ecsnet-baseline.json"] = chance.choice(kept)
    for other, data in _INPUTS.items():
        if chance.random() < 0.3:
            files[other] = mutated(chance, data, list(_INPUTS.values())) if chance.random() < 0.7 else data
    return Input("settings", files)


def _suppression(chance: random.Random) -> Input:
    """Comments and metadata that accept findings, in places where they mean something and where they do not."""
    if chance.random() < 0.6:
        name, data = "main.tf", chance.choice(terraform())
    else:
        name, data = "template.yaml", chance.choice(template_sources())
    lines = data.splitlines(keepends=True)
    for _ in range(chance.choice((1, 3, 10, 200))):
        at = chance.randrange(len(lines) + 1)
        comment = _comment(chance)
        if chance.random() < 0.4 and at < len(lines):
            lines[at] = lines[at].rstrip(b"\r\n") + b" " + comment
        else:
            lines[at:at] = [comment]
    data = b"".join(lines)
    return Input("suppression", {name: mutated(chance, data, terraform()) if chance.random() < 0.3 else data})


def _comment(chance: random.Random) -> bytes:
    ids = [one for rule in CATALOGUE for one in (rule.id, rule.name, rule.cfn_lint_id)] + [
        "ECSNET",
        "ECSNET2",
        "x",
        "",
        "*",
    ]
    rules = chance.choice([", ", ",", " ", ",,"]).join(chance.choices(ids, k=chance.randint(0, 4)))
    form = chance.choice(
        ["ecsnet:ignore {}", "ecsnet:ignore-file {}", "ecsnet:ignore{} why", "checkov:skip={}:why",
         "checkov:skip=CKV2_{}",          "bridgecrew:skip={}", "cfn-lint: disable={}",
         "ecsnet:ignore {} \u202e\x1b[31m", "ecsnet:ignore " + "," * 2000]
    )  # fmt: skip
    start = chance.choice(["# ", "// ", "/* ", "#", "   # ", "# x # ", "*/ # "])
    return (start + form.format(rules) + chance.choice(["\n", " */\n", "\r\n", ""])).encode()


_PATCHES = [
    b"diff --git a/a.tf b/a.tf\nindex 1..2 100644\n--- a/a.tf\n+++ b/a.tf\n@@ -1,2 +1,3 @@ x\n-a\n-b\n+c\n+d\n+e\n",
    b'diff --git "a/\\303\\251" "b/\\303\\251"\n--- "a/\\303\\251"\n+++ "b/\\303\\251"\n@@ -0,0 +1 @@\n+a\n',
    b"diff --git a/x y.tf b/x y.tf\n--- /dev/null\n+++ b/x y.tf\t\n@@ -0,0 +1,2 @@\n+++ b/no.tf\n+@@ -1 +1 @@\n",
    b"diff --git a/d.tf b/d.tf\ndeleted file mode 100644\n--- a/d.tf\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n--- b\n",
    b"diff --git a/n.tf b/n.tf\n--- a/n.tf\n+++ b/n.tf\n@@ -5 +4,0 @@\n-a\n\\ No newline\n@@ -9,0 +9 @@\n+b\n",
]


def _diff(chance: random.Random) -> Input:
    data = b"".join(chance.choices(_PATCHES, k=chance.randint(1, 5)))
    return Input("diff", {"changes.patch": mutated(chance, data, _PATCHES) if chance.random() < 0.9 else data})


_NAMES = [
    "main.tf",
    "a.tf",
    "b.tofu",
    "m/main.tf",
    "m/m/main.tf",
    "x/y.tf",
    "envs/prod/main.tf",
    "o_override.tf",
    "c.tf.json",
]
_SPARE = ["t.yaml", "nested.yaml", "u.json", "v.template", "m/t.yml", "cdk.out/S.template.json", "plan.json"]
_CALLS = [
    'module "{0}" {{\n  source = "./m"\n  a = {1}\n}}\n',
    'module "{0}" {{\n  source = "../"\n  for_each = {1}\n}}\n',
    'module "{0}" {{\n  source = "."\n  count = 3\n}}\n',
    'module "{0}" {{\n  source = "./loop"\n}}\n',
    'module "{0}" {{\n  source = "registry.terraform.io/x/y/z"\n  a = {1}\n}}\n',
    'locals {{\n  {0} = templatefile("${{path.module}}/f.tftpl", {{ a = {1} }})\n}}\n',
    'locals {{\n  {0} = jsondecode(file("u.json"))\n}}\n',
    'locals {{\n  {0} = [for f in fileset(path.root, "**") : file(f)]\n}}\n',
]
_LINKS = {
    "loop": ".", "m/up": "..", "self.tf": "self.tf", "away.tf": "/etc/hostname", "away": "/etc", "n": "m",
    "l.tf": "main.tf",
    "dead.yaml": "nowhere", "f.tftpl": "t.yaml", "k.tf": "m", ".ecsnet.toml": "main.tf",
}  # fmt: skip


def _folder(chance: random.Random) -> Input:
    files: dict[str, bytes] = {}
    for name in chance.sample(_NAMES, chance.randint(1, 4)):
        data = configurations.json_text(chance) if name.endswith(".json") else configurations.text(chance)[:20_000]
        if not name.endswith(".json") and chance.random() < 0.7:
            made = configurations.Made(chance)
            data += "".join(["\n", chance.choice(_CALLS).format(made.name(), made.value(1))]).encode("utf-8", "replace")
        files[name] = data
    for name in chance.sample(_SPARE, chance.randint(0, 3)):
        files[name] = templates.text(chance)[1][:20_000] if name != "plan.json" else chance.choice(plans())
    for name in chance.sample(sorted(_INPUTS), chance.randint(0, 3)):
        place = chance.choice(["", "", "m/", "cdk.out/"]) + name
        files[place] = (
            mutated(chance, _INPUTS[name], list(_INPUTS.values())) if chance.random() < 0.5 else _INPUTS[name]
        )
    if chance.random() < 0.3:
        files["f.tftpl"] = chance.choice(
            [b"%{ for x in a }${x}%{ endfor }", b"${a", mutated(chance, b"${a.b}", [b"%{ if"])]
        )
    if chance.random() < 0.2:
        files["odd.json"] = json.dumps(odd(chance)).encode()
    links = {name: _LINKS[name] for name in chance.sample(sorted(_LINKS), chance.randint(0, 3)) if name not in files}
    return Input("folder", files, links)


def _sample(chance: random.Random) -> Input:
    """A whole file with one injury to its structure alone: the deep part of the rules is reached."""
    data = chance.choice(sources(".tf"))
    lines = data.splitlines(keepends=True)
    values = [number for number, line in enumerate(lines) if b" = " in line]
    made = configurations.Made(chance)
    for number in chance.sample(values, min(len(values), chance.randint(1, 5))):
        head = lines[number].split(b" = ")[0]
        if b"{" not in lines[number] and not lines[number].rstrip().endswith((b"[", b"(", b"EOF")):
            lines[number] = head + b" = " + made.value().encode("utf-8", "replace") + b"\n"
    return Input("value", {"main.tf": b"".join(lines)})


KINDS: dict[str, Callable[[random.Random], Input]] = {
    "hcl": _hcl,
    "value": _sample,
    "template": _template,
    "expression": _expression,
    "plan": _plan,
    "settings": _settings,
    "suppression": _suppression,
    "diff": _diff,
    "folder": _folder,
    "large": large,
}


def made(kind: str, seed: int, number: int) -> Input:
    """The input of that number: the same in every run, whatever else runs."""
    return KINDS[kind](random.Random(f"{seed}/{kind}/{number}"))
