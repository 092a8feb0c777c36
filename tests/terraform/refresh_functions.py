"""Writes functions.json anew from the ``terraform`` on the path: ``python -m tests.terraform.refresh_functions``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

PLACE = Path(__file__).with_name("functions.json")


def signatures() -> dict[str, dict[str, object]]:
    """What Terraform's functions take, without the second name ``core::…`` of each."""
    done = subprocess.run(["terraform", "metadata", "functions", "-json"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["function_signatures"]
    return {
        name: {
            "parameters": [parameter["name"] for parameter in signature.get("parameters", [])],
            "variadic": "variadic_parameter" in signature,
        }
        for name, signature in sorted(found.items())
        if "::" not in name
    }


if __name__ == "__main__":
    PLACE.write_text(json.dumps(signatures(), indent=1) + "\n")
