"""``ecsnet policies-dir`` and ``ecsnet cfn-rules-dir``: where the entries for other tools are."""

from __future__ import annotations

import argparse
import os

import ecsnet
from ecsnet.cli.common import CLEAN, write


def run(options: argparse.Namespace) -> int:
    write([packaged_folder(options.folder)])
    return CLEAN


def packaged_folder(name: str) -> str:
    """Where ``policies`` or ``cfn_rules`` is: in the installed package, or beside it in a checkout."""
    package = os.path.dirname(os.path.abspath(ecsnet.__file__))
    installed = os.path.join(package, "_entries", name)
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), name)
