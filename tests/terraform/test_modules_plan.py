"""Generated configurations over ``terraform_data``: instances and values are those of ``terraform plan``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.terraform.configurations import differences

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="needs terraform")


@pytest.mark.parametrize("seed", range(4))
def test_generated_configurations_are_what_terraform_plans(tmp_path: Path, seed: int) -> None:
    assert differences(tmp_path, seed) == []
