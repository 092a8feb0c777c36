"""The ``ecsnet`` command: flags in ``parser``, and a module for each command.

argparse, not click: importing it takes 8 ms where click takes 25 ms, and a whole scan may take 200 ms.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from ecsnet.cli.common import CLEAN, INTERRUPTED, UNREADABLE, USAGE
from ecsnet.cli.parser import parser

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    _have_streams()
    _never_fail_to_encode()
    try:
        options = parser().parse_args(arguments)
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader has seen enough ("ecsnet scan | head").
        _drop(sys.stdout)
        return CLEAN
    except KeyboardInterrupt:
        _tell("ecsnet: interrupted\n")
        return INTERRUPTED
    except Exception as error:
        # Files have their own message where they are written: what has no name here is a stream of the process.
        if isinstance(error, OSError) and error.errno in _NO_ROOM and error.filename is None:
            _drop(sys.stdout)
            _tell(f"ecsnet: the output cannot be written: {error.strerror}\n")
            return USAGE
        # Python's own exit status for this is 1, which would say that there are findings.
        import traceback

        _tell(traceback.format_exc())
        return UNREADABLE


def _have_streams() -> None:
    """Those that the caller has closed (``>&-``) lead nowhere, where Python has none and ``print`` takes the other."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for the life of the process


def _never_fail_to_encode() -> None:
    """What a terminal's encoding lacks is written out (``\\u65e5``)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _tell(text: str) -> None:
    """Standard error may be full too."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)


def _drop(stream: object) -> None:
    """What Python still writes when it ends goes nowhere, and makes no exit status of its own."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]
