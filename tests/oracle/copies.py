# mypy: ignore-errors
"""The copy of a configuration that Terraform gets to see: what would stop an offline run is taken out."""

import json
import re
import shutil

TOKEN = re.compile(r'<<-?(\w+)[ \t]*\n.*?^[ \t]*\1\b|"(?:\\.|[^"\\])*"|#[^\n]*|//[^\n]*|/\*.*?\*/|[{}]', re.S | re.M)


def block_end(text, brace):
    """Where the block that opens at text[brace] ends; braces in strings, comments and heredocs do not count."""
    depth = 0
    for token in TOKEN.finditer(text, brace):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if not depth:
            return token.end()
    return len(text)


def edit_blocks(text, header, edit):
    """text with every block whose header matches replaced by edit(block)."""
    out, at = [], 0
    for m in re.finditer(r"^[ \t]*" + header + r"[ \t]*\{", text, re.M):
        if m.start() >= at:
            end = block_end(text, m.end() - 1)
            out += [text[at : m.start()], edit(text[m.start() : end])]
            at = end
    return "".join(out) + text[at:]


def relax(text, remote_outputs, empty_state):
    def settings(block):
        block = edit_blocks(block, r'(?:backend\s+"[^"]*"|cloud)', lambda _: "")
        return re.sub(r'\b((?:required_)?version\s*=\s*)"[^"]*"', r'\1">= 0"', block)

    def remote_state(block):
        name = re.search(r'"terraform_remote_state"?\s+"?([\w-]+)', block)[1]
        defaults = {o: ["mock-a", "mock-b"] if o.endswith("s") else f"mock-{o}" for n, o in remote_outputs if n == name}
        return (
            f'data "terraform_remote_state" "{name}" {{\n'
            + "".join(re.findall(r"^\s*(?:count|for_each)\s*=.*\n", block, re.M))
            + f'backend = "local"\nconfig = {{ path = "{empty_state}" }}\ndefaults = {json.dumps(defaults)}\n}}\n'
        )

    text = edit_blocks(text, r"terraform", settings)
    text = edit_blocks(
        text,
        r'"?provider"?\s+"?\w+"?',
        lambda block: re.sub(r'^(\s*version\s*=\s*)"[^"]*"', r'\1">= 0"', block, flags=re.M),
    )
    text = edit_blocks(text, r'provisioner\s+"[^"]*"', lambda _: "")
    text = edit_blocks(text, r'"?data"?\s+"?terraform_remote_state"?\s+"?[\w-]+"?', remote_state)
    text = re.sub(r"^(\s*(?:tags|vars))\s*\{", r"\1 = {", text, flags=re.M)
    return edit_blocks(
        text,
        r'"?variable"?\s+"?[\w-]+"?',
        lambda block: re.sub(
            r'\b(type\s*=\s*)"(string|list|map)"',
            lambda m: m[1] + {"string": "string"}.get(m[2], m[2] + "(any)"),
            edit_blocks(block, "validation", lambda _: ""),
        ),
    )


def relax_json(document):
    for settings in (
        document.get("terraform", [])
        if isinstance(document.get("terraform"), list)
        else [document.get("terraform") or {}]
    ):
        for name in ("backend", "cloud", "required_version"):
            settings.pop(name, None)

    def drop_provisioners(value):
        for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            drop_provisioners(child)
        if isinstance(value, dict):
            value.pop("provisioner", None)

    drop_provisioners(document.get("resource"))
    return document


LEFT_OUT = shutil.ignore_patterns(".git", ".terraform", "*.tfstate*", ".terraform.lock.hcl")


def copy_trees(tree, scratch, downloads=None):
    """scratch/tree and what ``downloads`` adds to it, a relaxed copy."""
    shutil.copytree(tree, scratch / "tree", ignore=LEFT_OUT, ignore_dangling_symlinks=True)
    if downloads:
        downloads.lead_calls(scratch / "tree")
    empty_state = scratch / "empty.json"
    empty_state.write_text(
        json.dumps(
            {"version": 4, "terraform_version": "1.0.0", "serial": 1, "lineage": "mock", "outputs": {}, "resources": []}
        )
    )
    paths = [p for p in scratch.rglob("*.tf") if p.is_file()]
    outputs = {
        m
        for p in paths
        for m in re.findall(
            r"terraform_remote_state\.([\w-]+)(?:\[[^\]]*\])?\.outputs\.([\w-]+)", p.read_text(errors="replace")
        )
    }
    for path in paths:
        path.write_text(relax(path.read_text(errors="replace"), outputs, empty_state))
    for path in scratch.rglob("*.tf.json"):
        path.write_text(json.dumps(relax_json(json.loads(path.read_text()))))


def used_types(tree):
    """AWS resource and data source types named anywhere in the tree, and those most configurations need."""
    resources, data = set(), {"aws_region", "aws_availability_zones", "aws_partition", "aws_caller_identity"}
    for path in [p for pattern in ("*.tf", "*.tf.json") for p in tree.rglob(pattern) if p.is_file()]:
        text = path.read_text(errors="replace")
        resources.update(re.findall(r'resource\s+"?(aws_\w+)"?', text))
        data.update(re.findall(r'data\s+"?(aws_\w+)"?', text))
        if path.name.endswith(".json"):
            named = set(re.findall(r'"(aws_\w+)"\s*:', text))
            resources |= named
            data |= named
    return resources, data
