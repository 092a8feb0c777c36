"""``python -m ecsnet``."""

from __future__ import annotations

import sys

from ecsnet.cli import main

if __name__ == "__main__":
    sys.exit(main())
