# mypy: ignore-errors
"""Runs Terraform on a copy of a configuration against the mock providers."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from tests.oracle.copies import LEFT_OUT, block_end, copy_trees
from tests.oracle.downloads import Downloads
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


NAMED = [  # what the name of a variable says: a value, and several
    (r"cidr", "10.0.0.0/16", ["10.0.1.0/24", "10.0.2.0/24"]),
    (r"region", "eu-west-1", ["eu-west-1"]),
    (r"(^|_)(azs?|(availability_)?zones?)$", "eu-west-1a", ["eu-west-1a", "eu-west-1b"]),
]


def made_up_value(kind, name):
    """A value of a variable's type, and of what its name says it is."""
    outer, _, inner = re.sub(r"#[^\n]*", "", kind or "string").strip().partition("(")
    inner = inner.strip().removesuffix(")").strip()
    several = outer in ("list", "set") and inner in ("", "any", "string")
    if outer == "string" or several:
        for words, one, more in NAMED:
            if re.search(words, name):
                return more if several else one
    if outer in ("list", "set"):
        return ["mock-a", "mock-b"] if several else [made_up_value(inner, name)]
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


def without_item(text, at):
    """text without the argument or block that starts at ``at``; of a ``dynamic`` block that is its label."""
    start = text.rfind("\n", 0, at) + 1
    if text[start:at].strip() == "dynamic":
        at = start + text[start:].index("dynamic")
    brace = re.compile(r'[\w-]+(\s+"[^"]*")*\s*\{').match(text, at)
    if brace:
        return text[:at] + text[block_end(text, brace.end() - 1) :]
    depth, end = 0, at
    while end < len(text) and (depth or text[end] not in "\n}"):
        depth += (text[end] in "({[") - (text[end] in ")}]")
        end += 1
    return text[:at] + text[end:]


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

    def take_out_unsupported(self):
        """Arguments and blocks of AWS resources that this version of the provider does not have."""
        for _ in range(5):
            found = []
            for one in json.loads(self.call("validate", "-json").stdout).get("diagnostics", []):
                context = (one.get("snippet") or {}).get("context") or ""
                if one["summary"].startswith("Unsupported ") and re.match(r'(resource|data) "aws_', context):
                    found.append((one["range"]["filename"], one["range"]["start"]["byte"]))
            if not found:
                return
            for name, at in sorted(set(found), reverse=True):
                path = self.folder / name
                text = path.read_bytes()
                # Latin 1: the offsets are in bytes.
                path.write_bytes(without_item(text.decode("latin-1"), at).encode("latin-1"))

    def give_files(self, folders):
        """A text in place of files that are read and that the repository does not hold, in each of ``folders`` too."""
        for _ in range(5):
            complaint = self.call("plan", "-no-color", "-input=false", *self.arguments).stderr
            complaint = re.sub(r"\s+", " ", complaint.replace("│", " "))
            missing = [self.folder / name for name in re.findall(r'no file exists at "([^"]+)"', complaint)]
            missing = [path for path in missing if not path.exists()]
            if not missing:
                return
            for path in missing:
                for folder in (self.folder, *folders):
                    place = folder / os.path.relpath(path, self.folder)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_text("mock")

    def apply_previews(self):
        """Counts that depend on previewed addresses can be planned only once the preview is applied."""
        text = "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.tf")))
        for name in re.findall(r'(?m)^resource\s+"(aws_vpc_ipam_preview_next_cidr"\s+"[\w-]+)"', text):
            target = re.sub(r'"\s+"', ".", name)
            self.run("apply", "-no-color", "-auto-approve", "-input=false", f"-target={target}", *self.arguments)

    def plan(self):
        self.run("plan", "-no-color", "-input=false", "-out=saved.tfplan", *self.arguments)
        return json.loads(self.run("show", "-no-color", "-json", "saved.tfplan"))

    def apply(self):
        self.run("apply", "-no-color", "-auto-approve", "-input=false", *self.arguments)
        out = []

        def walk(module):
            out.extend({k: r[k] for k in ("address", "mode", "type", "values")} for r in module.get("resources", []))
            for child in module.get("child_modules", []):
                walk(child)

        walk((json.loads(self.run("show", "-no-color", "-json")).get("values") or {}).get("root_module", {}))
        return out


@contextlib.contextmanager
def copied(folder, tree, region, *, arguments=(), checkouts=None, plain=None):
    """Terraform in a copy of ``folder``, with values for variables without one.

    ``checkouts``: where to take modules from that are called from a registry. ``plain``: an empty folder for a second
    copy, which has those modules where ``terraform init`` puts them, and is not changed otherwise.
    """
    prepare()
    tree = pathlib.Path(tree).resolve()
    below = pathlib.Path(folder).resolve().relative_to(tree)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        downloads = Downloads(checkouts, plain / "modules", scratch / "modules") if checkouts else None
        copy_trees(tree, scratch, downloads)
        copy = scratch / "tree" / below
        servers = serve_all(scratch, copy, region)
        try:
            terraform = Terraform(copy, servers, arguments)
            terraform.run("init", "-no-color", "-input=false")
            if plain:
                shutil.copytree(tree, plain / "tree", ignore=LEFT_OUT, ignore_dangling_symlinks=True)
            if downloads:
                downloads.install(copy, plain / "tree" / below)
            terraform.take_out_unsupported()
            terraform.set_missing()
            terraform.give_files([plain / "tree" / below] if plain else [])
            terraform.apply_previews()
            yield terraform
        finally:
            for server, _ in servers.values():
                server.stop(None)


def apply(folder, tree, *, region="eu-west-1", arguments=(), checkouts=None, plain=None):
    """What Terraform has after applying a copy of ``folder``, and the values it made up for variables without one.

    Every resource and data instance, by address: ``{"mode", "type", "values"}``. ``tree``: the folder to copy, which
    holds all modules that are called, but for those of ``checkouts``.
    """
    with copied(folder, tree, region, arguments=arguments, checkouts=checkouts, plain=plain) as terraform:
        return {instance.pop("address"): instance for instance in terraform.apply()}, terraform.made_up


def plan(folder, tree, *, region="eu-west-1", applied=False):
    """A plan of a copy of ``folder``, as ``terraform show -json`` prints it, and the values made up for it.

    ``applied``: one that is made after all has been applied.
    """
    with copied(folder, tree, region) as terraform:
        if applied:
            terraform.apply()
        return terraform.plan(), terraform.made_up
