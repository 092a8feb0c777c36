"""The ``ecsnet`` command: flags in ``parser``, and a module for each command.

argparse, not click: importing it takes 8 ms where click takes 25 ms, and a whole scan may take 200 ms.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ecsnet.cli.common import CLEAN, INTERRUPTED, UNREADABLE
from ecsnet.cli.parser import parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    _never_fail_to_encode()
    try:
        options = parser().parse_args(arguments)
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader has seen enough ("ecsnet scan | head"). Keep Python from flushing into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except KeyboardInterrupt:
        print("ecsnet: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        # Python's own exit status for this is 1, which would say that there are findings.
        import traceback

        traceback.print_exc()
        return UNREADABLE


def _never_fail_to_encode() -> None:
    """What a terminal's encoding lacks is written out (``\\u65e5``)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
