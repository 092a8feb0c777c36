"""Trees of the sizes that are measured, from the stack beside this file and the shapes of the other benchmarks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks import templates

STACK = Path(__file__).resolve().parent / "stack"
_ROOTS_OF_A_TEAM = 10
_VERSIONS = 'terraform {\n  required_version = ">= 1.5"\n}\n'


def platform(folder: Path, environments: int = 5) -> int:
    """An ECS platform: modules, and environments that share them; the number of files."""
    shutil.copytree(STACK / "modules", folder / "modules")
    for number in range(environments):
        _environment(folder / "environments" / f"stage{number}", f"stage{number}")
    # As in a checkout: it is up to its top that modules are read.
    (folder / ".git").mkdir()
    return _count(folder)


def monorepo(folder: Path, roots: int) -> int:
    """Teams of ten root modules each, with modules of their own; the number of files: ten for every root."""
    for team in range(-(-roots // _ROOTS_OF_A_TEAM)):
        top = folder / f"team{team}"
        shutil.copytree(STACK / "modules", top / "modules")
        for name in ("network", "cluster"):
            (top / "modules" / name / "versions.tf").write_text(_VERSIONS, "utf-8")
        for number in range(min(_ROOTS_OF_A_TEAM, roots - team * _ROOTS_OF_A_TEAM)):
            _environment(top / "environments" / f"stage{number}", f"team{team}-stage{number}")
    (folder / ".git").mkdir()
    return _count(folder)


def _environment(target: Path, name: str) -> None:
    target.mkdir(parents=True)
    for source in (STACK / "environments" / "production").iterdir():
        text = source.read_text("utf-8").replace('"production"', f'"{name}"')
        (target / source.name).write_text(text, "utf-8")


def assembly(folder: Path, stacks: int) -> int:
    """A cloud assembly as ``cdk synth`` writes it: stacks of about 120 resources each; the number of files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cdk.out").write_text('{"version": "36.0.0"}', "utf-8")
    artifacts: dict[str, object] = {}
    for number in range(stacks):
        name = f"Stack{number}"
        (folder / f"{name}.template.json").write_text(templates.template(2, 14, 4), "utf-8")
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://111111111111/eu-west-1",
            "properties": {"templateFile": f"{name}.template.json"},
        }
    manifest = {"version": "36.0.0", "artifacts": artifacts}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    return stacks + 2


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.rglob("*.tf"))
