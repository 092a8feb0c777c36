"""The examples of docs/outputs.md, from the commands they name: ``python -m scripts.output_examples`` writes them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "outputs.md"
SCANNED = "examples/cloudformation"
_BLOCK = re.compile(r"(<!-- ([a-z]+) -->\n(`{3,})[a-z]+\n).*?(\n\3\n<!-- end -->)", re.DOTALL)
_SECONDS = re.compile(r"\b\d+\.\d\d s\b")


def filled(page: str) -> str:
    """The page, with each block between ``<!-- FORMAT -->`` and ``<!-- end -->`` as that format is written now."""
    return _BLOCK.sub(lambda match: match[1] + example(match[2]) + match[4], page)


def example(format: str) -> str:  # noqa: A002
    command = [sys.executable, "-m", "ecsnet", "scan", "--no-config", "--no-cache", f"--format={format}", SCANNED]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)  # noqa: S603
    if made.returncode != 1:
        raise RuntimeError(made.stderr)
    return _EXCERPTS[format](made.stdout).strip()


def _of_json(text: str) -> str:
    return json.dumps(json.loads(text)["findings"][0], indent=2)


def _of_sarif(text: str) -> str:
    result = json.loads(text)["runs"][0]["results"][0]
    shown = ("ruleId", "kind", "level", "message", "locations", "partialFingerprints")
    return json.dumps({key: result[key] for key in shown}, indent=2)


def _of_junit(text: str) -> str:
    cases: list[str] = re.findall(r"<testcase [^>]*[^/]>.*?</testcase>", text, re.DOTALL)
    return next(case for case in cases if "<failure" in case)


def _whole(text: str) -> str:
    return _SECONDS.sub("0.02 s", text)


_EXCERPTS: Mapping[str, Callable[[str], str]] = {
    "text": _whole,
    "json": _of_json,
    "sarif": _of_sarif,
    "github": _whole,
    "gitlab": _whole,
    "junit": _of_junit,
    "markdown": _whole,
}


def main() -> None:
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
