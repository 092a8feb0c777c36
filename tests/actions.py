"""Runs the steps of a composite action as a runner of GitHub Actions does, as far as they are shell."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(r"'(?:[^']|'')*'|&&|\|\||==|!=|!|[()]|[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*|\S")
_OPERATORS = {"&&": "and", "||": "or", "!": "not", "==": "==", "!=": "!=", "(": "(", ")": ")"}
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell"""


def value_of(expression: str, contexts: Mapping[str, Any]) -> Any:
    """Of an expression with names, strings, ``==``, ``!=``, ``!``, ``&&``, ``||`` and parentheses; no functions.

    A name that nothing has is ``""``, as null is in all that is asked of it here.
    """
    written = []
    for token in _TOKEN.findall(expression):
        if token.startswith("'"):
            written.append(repr(token[1:-1].replace("''", "'")))
        elif token in _OPERATORS:
            written.append(_OPERATORS[token])
        else:
            found: Any = contexts
            for name in token.split("."):
                found = found.get(name, "") if isinstance(found, Mapping) else ""
            written.append(repr(found))
    return eval(" ".join(written), {"__builtins__": {}})


def resolved(text: str, contexts: Mapping[str, Any]) -> str:
    """A text with its expressions replaced."""
    return _EXPRESSION.sub(lambda found: str(value_of(found[1], contexts)), text)


@dataclass
class Ran:
    """``status``: of the last step that ran. ``output``: of all of them. ``used``: other actions, with their inputs."""

    status: int = 0
    output: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    used: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Runner:
    """``given``: outputs of steps that are not run but stand for themselves, by their ids."""

    action: Path
    workspace: Path
    temporary: Path
    given: Mapping[str, Mapping[str, str]]

    def run(self, github: Mapping[str, Any], inputs: Mapping[str, str]) -> Ran:
        document = yaml.safe_load(self.action.read_text())
        contexts: dict[str, Any] = {
            "github": {**github, "workspace": str(self.workspace), "action_path": str(self.action.parent)},
            "steps": {name: {"outputs": dict(outputs)} for name, outputs in self.given.items()},
        }
        defaults = {name: resolved(str(one.get("default", "")), contexts) for name, one in document["inputs"].items()}
        assert set(inputs) <= set(defaults)
        contexts["inputs"] = {**defaults, **inputs}
        ran = Ran()
        summary = self.temporary / "summary.md"
        summary.write_text("")
        for step in document["runs"]["steps"]:
            if "if" in step and not value_of(step["if"], contexts):
                continue
            if "uses" in step:
                ran.used[step["uses"]] = {name: resolved(str(one), contexts) for name, one in step["with"].items()}
            elif step.get("id") not in self.given:
                ran.status = self._shell(step, contexts, ran, summary)
                if ran.status:
                    break
        ran.summary = summary.read_text()
        outputs = document["outputs"].items()
        ran.outputs = {name: resolved(one["value"], contexts) for name, one in outputs}
        return ran

    def _shell(self, step: Mapping[str, Any], contexts: dict[str, Any], ran: Ran, summary: Path) -> int:
        assert step["shell"] == "bash"
        script, output = self.temporary / "step.sh", self.temporary / "output.txt"
        script.write_text(resolved(step["run"], contexts))
        output.write_text("")
        environment = {name: text for name, text in os.environ.items() if name not in ("PYTHONPATH", "COV_CORE_SOURCE")}
        environment |= {name: resolved(str(text), contexts) for name, text in step.get("env", {}).items()}
        environment |= {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self.action.parent),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
        }
        done = subprocess.run(
            [*SHELL, str(script)], cwd=self.workspace, env=environment, capture_output=True, text=True, check=False
        )
        ran.output += done.stdout + done.stderr
        if "id" in step:
            pairs = (line.partition("=") for line in output.read_text().splitlines())
            contexts["steps"][step["id"]] = {"outputs": {name: text for name, _, text in pairs}}
        return done.returncode
