"""Writes functions.json anew from the ``terraform`` on the path: ``python -m tests.terraform.refresh_functions``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

PLACE = Path(__file__).with_name("functions.json")


def signatures() -> dict[str, dict[str, object]]:
    """What Terraform's functions take and return, without the second name ``core::…`` of each."""
    done = subprocess.run(["terraform", "metadata", "functions", "-json"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["function_signatures"]
    return {
        name: {
            "parameters": [_parameter(parameter) for parameter in signature.get("parameters", [])],
            "variadic": _parameter(signature["variadic_parameter"]) if "variadic_parameter" in signature else None,
            "returns": signature["return_type"],
        }
        for name, signature in sorted(found.items())
        if "::" not in name
    }


def _parameter(parameter: dict[str, Any]) -> dict[str, object]:
    return {"name": parameter["name"], "type": parameter["type"], "nullable": parameter.get("is_nullable", False)}


if __name__ == "__main__":
    PLACE.write_text(json.dumps(signatures(), indent=1) + "\n")
