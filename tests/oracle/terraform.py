# mypy: ignore-errors
"""Runs Terraform on a copy of a configuration against the mock providers."""

import json
import os
import pathlib
import re
import subprocess
import tempfile

from tests.oracle.copies import block_end, copy_trees
from tests.oracle.providers import serve_all
from tests.oracle.schemas import prepare


def parts(text):
    """text cut at the commas and line ends outside brackets."""
    out, depth = [""], 0
    for c in text:
        depth += (c in "({[") - (c in ")}]")
        if not depth and c in ",\n":
            out.append("")
        else:
            out[-1] += c
    return [p.strip() for p in out if p.strip()]


def made_up_value(kind, name):
    """A value of a variable's type."""
    outer, _, inner = re.sub(r"#[^\n]*", "", kind or "string").strip().partition("(")
    inner = inner.strip().removesuffix(")").strip()
    if outer in ("list", "set"):
        return ["mock-a", "mock-b"] if inner in ("", "any", "string") else [made_up_value(inner, name)]
    if outer == "tuple":
        return [made_up_value(p, name) for p in parts(inner.strip("[]"))]
    if outer == "object":
        fields = [p.partition("=") for p in parts(inner.removeprefix("{").removesuffix("}"))]
        return {
            f.strip(): made_up_value(of, f.strip()) for f, _, of in fields if not of.strip().startswith("optional(")
        }
    return {"number": 1, "bool": True, "map": {}}.get(outer, f"mock-{name}")


def variable_type(folder, name):
    for path in folder.glob("*.tf"):
        text = path.read_text(errors="replace")
        for m in re.finditer(rf'^\s*"?variable"?\s+"?{name}"?\s*\{{', text, re.M):
            body = text[m.end() - 1 : block_end(text, m.end() - 1)]
            if found := re.search(r"\btype\s*=\s*", body):
                depth, at = 0, found.end()
                while at < len(body) and (depth or body[at] not in "\n}"):
                    depth += (body[at] in "({[") - (body[at] in ")}]")
                    at += 1
                return body[found.end() : at]
    return None


class TerraformError(Exception):
    pass


class Terraform:
    def __init__(self, folder, servers, arguments):
        reattach = {
            f"registry.terraform.io/hashicorp/{name}": {
                "Protocol": "grpc",
                "ProtocolVersion": 5,
                "Pid": os.getpid(),
                "Test": True,
                "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
            }
            for name, (_, port) in servers.items()
        }
        self.env = dict(
            os.environ,
            TF_REATTACH_PROVIDERS=json.dumps(reattach),
            CHECKPOINT_DISABLE="1",
            TF_CLI_CONFIG_FILE="/dev/null",
            TF_IN_AUTOMATION="1",
        )
        self.folder, self.arguments = folder, list(arguments)
        self.made_up = {}

    def call(self, *args):
        return subprocess.run(
            ["terraform", *args], cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )

    def run(self, *args):
        p = self.call(*args)
        if p.returncode:
            raise TerraformError(f"terraform {args[0]} failed:\n{(p.stderr or p.stdout)[-4000:]}")
        return p.stdout

    def set_missing(self):
        """A made-up value for every root variable that Terraform itself finds unset."""
        complaint = " ".join(
            self.call("plan", "-no-color", "-input=false", *self.arguments).stderr.replace("│", " ").split()
        )
        for name in dict.fromkeys(re.findall(r'The root module input variable "([\w-]+)" is not set', complaint)):
            value = made_up_value(variable_type(self.folder, name), name)
            text = value if isinstance(value, str) else json.dumps(value)
            self.arguments.append(f"-var={name}={text}")
            self.made_up[name] = text

    def apply(self):
        self.run("apply", "-no-color", "-auto-approve", "-input=false", *self.arguments)
        out = []

        def walk(module):
            out.extend({k: r[k] for k in ("address", "mode", "type", "values")} for r in module.get("resources", []))
            for child in module.get("child_modules", []):
                walk(child)

        walk((json.loads(self.run("show", "-no-color", "-json")).get("values") or {}).get("root_module", {}))
        return out


def apply(folder, tree, *, region="eu-west-1"):
    """What Terraform has after applying a copy of ``folder``, and the values it made up for variables without one.

    Every resource and data instance, by address: ``{"mode", "type", "values"}``. ``tree``: the folder to copy, which
    holds all modules that are called.
    """
    prepare()
    tree = pathlib.Path(tree).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        copy_trees(tree, scratch)
        copy = scratch / "tree" / pathlib.Path(folder).resolve().relative_to(tree)
        servers = serve_all(scratch, copy, region)
        try:
            terraform = Terraform(copy, servers, [])
            terraform.run("init", "-no-color", "-input=false")
            terraform.set_missing()
            return {instance.pop("address"): instance for instance in terraform.apply()}, terraform.made_up
        finally:
            for server, _ in servers.values():
                server.stop(None)
