"""Files that are written whole."""

from __future__ import annotations

import os
import stat


def unusable(path: str) -> str:
    """Why no file can be written at ``path``; "" where nothing is known to be in the way."""
    real = os.path.realpath(path)
    folder = os.path.dirname(real)
    if os.path.isdir(real):
        return "it is a folder"
    if not os.path.isdir(folder):
        return "there is no such folder"
    if os.path.exists(real):
        return "" if os.access(real, os.W_OK) else "it is not writable"
    return "" if os.access(folder, os.W_OK | os.X_OK) else "its folder is not writable"


def write_whole(path: str, text: str) -> None:
    """In one step: whoever reads it has the old one or the new one. A link stays one; so do a pipe and a device.

    :raises OSError: it cannot be written
    """
    import tempfile

    real = os.path.realpath(path)
    content = text.encode("utf-8", "backslashreplace")
    if os.path.exists(real) and not stat.S_ISREG(os.stat(real).st_mode):
        with open(real, "wb") as stream:
            stream.write(content)
        return
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(real), prefix=".ecsnet-")
    try:
        with open(handle, "wb") as stream:
            stream.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, os.stat(real).st_mode & 0o777 if os.path.exists(real) else 0o666 & ~mask)
        os.replace(temporary, real)
    except BaseException:
        os.unlink(temporary)
        raise


def append(path: str, text: str) -> None:
    """:raises OSError: it cannot be written"""
    with open(path, "ab") as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))
