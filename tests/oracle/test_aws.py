"""Every Terraform fixture: its instances and their links are those that Terraform makes."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from ecsnet.inputs import Assignment, Given
from ecsnet.terraform import find_roots, load
from tests.expectations import FIXTURES, case_id, cases
from tests.oracle.compare import compare

MISSING = [name for name in ("grpc", "grpc_tools", "msgpack") if importlib.util.find_spec(name) is None]
MISSING += [name for name in ("terraform", "npm") if shutil.which(name) is None]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")


def terraform_cases() -> list[Path]:
    """Those that Terraform reads: ``.tofu`` files are OpenTofu's."""
    found = [case for case in cases() if case.parent.parent == FIXTURES and case.name.startswith("tf-")]
    return [case for case in found if not any(case.rglob("*.tofu"))]


@pytest.mark.parametrize("case", terraform_cases(), ids=case_id)
def test_terraform_makes_the_same_instances(case: Path) -> None:
    from tests.oracle.terraform import TerraformError, apply

    files = [str(path) for path in sorted(case.rglob("*.tf*"))]
    for root in find_roots(files):
        try:
            state, made_up = apply(Path(root), case)
        except TerraformError as error:
            if any(host in str(error) for host in ("registry", "github.com")):
                pytest.skip("it calls a module that is not there")
            raise
        given = Given(tuple(Assignment(*pair) for pair in made_up.items()))
        result = compare(load(root, given=given, boundary=str(case)), state)
        assert result.instances or (case / "plan.json").exists()
        assert not result.differences
