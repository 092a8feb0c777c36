"""Edits put into files: byte for byte, each file as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Sequence

from ecsnet.cloudformation.document import encoding_of
from ecsnet.findings import Edit, Finding
from ecsnet.fixes.resolve import is_own
from ecsnet.records import dataclass
from ecsnet.resources import Problem

Spot = tuple[int, int, str]
"""An edit without its file: start, end and text."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A file as it was scanned, and what becomes of it; ``spots`` in order."""

    file: str
    before: bytes
    spots: tuple[Spot, ...]

    @property
    def after(self) -> bytes:
        encoding, _ = encoding_of(self.before)
        pieces: list[bytes] = []
        at = 0
        for start, end, new in self.spots:
            pieces += (self.before[at:start], new.encode(encoding))
            at = end
        return b"".join((*pieces, self.before[at:]))


@dataclass(frozen=True, slots=True)
class Plan:
    """``fixed``: findings whose edits are in ``rewrites``. ``put_off``: those whose edits overlap with them.
    ``unsafe``: those that were not asked for.
    """

    rewrites: tuple[Rewrite, ...]
    fixed: tuple[Finding, ...]
    put_off: tuple[Finding, ...]
    unsafe: tuple[Finding, ...]


def plan(findings: Iterable[Finding], unsafe: bool) -> Plan:
    """What to write. Of edits that overlap, those of the first finding are made, and the rest is for another time."""
    taken: dict[str, dict[Spot, None]] = {}
    texts: dict[str, tuple[str, bytes]] = {}
    fixed: list[Finding] = []
    put_off: list[Finding] = []
    held: list[Finding] = []
    for finding in findings:
        # A link and the file it leads to are one file.
        edits = [(os.path.realpath(edit.span.file), edit) for edit in finding.edits]
        if not edits:
            continue
        if not unsafe and not all(edit.safe for _, edit in edits):
            held.append(finding)
        elif any(_overlaps(edit, taken.get(real, ()), texts.get(real, ("", edit.before))[1]) for real, edit in edits):
            put_off.append(finding)
        else:
            for real, edit in edits:
                texts.setdefault(real, (edit.span.file, edit.before))
                taken.setdefault(real, {})[edit.start, edit.end, edit.text] = None
            fixed.append(finding)
    rewrites = (Rewrite(*texts[real], tuple(sorted(spots))) for real, spots in sorted(taken.items()))
    return Plan(tuple(rewrites), tuple(fixed), tuple(put_off), tuple(held))


def _overlaps(edit: Edit, taken: Iterable[Spot], text: bytes) -> bool:
    """Whether an edit is about a piece of another one, or counts in another text of the file."""
    if text != edit.before:
        return True
    spot = start, end, _ = edit.start, edit.end, edit.text
    for other in taken:
        first, last, _ = other
        if spot != other and ((start < last and first < end) or start == end == first == last):
            return True
    return False


def write(rewrite: Rewrite, paths: Sequence[str]) -> Problem | None:
    """Puts the new text into the place of the old one in one step, with the same permissions.

    ``paths``: what was scanned. What has changed since, or is elsewhere by now, is left alone: the problem says so.
    """
    import tempfile

    real = os.path.realpath(rewrite.file)
    if not is_own(real, paths):
        return _refused(rewrite, "it is not in what was scanned")
    temporary = ""
    try:
        with open(real, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or stream.read() != rewrite.before:
                return _refused(rewrite, "it has changed since it was scanned")
        if not os.access(real, os.W_OK):
            return _refused(rewrite, "it is not writable")
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(real), prefix=".ecsnet-")
        with open(handle, "wb") as stream:
            stream.write(rewrite.after)
            stream.flush()
            os.fsync(stream.fileno())
        _take_over(temporary, status)
        os.replace(temporary, real)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        return _refused(rewrite, error.strerror or str(error))
    return None


def _take_over(file: str, status: os.stat_result) -> None:
    """Owner, group and permissions of another file, as far as they may be given."""
    chown = getattr(os, "chown", None)
    own = os.stat(file)
    if chown is not None and (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
        with contextlib.suppress(PermissionError):
            chown(file, status.st_uid, status.st_gid)
    os.chmod(file, stat.S_IMODE(status.st_mode))


def _refused(rewrite: Rewrite, why: str) -> Problem:
    return Problem(rewrite.file, 1, 1, f"not fixed: {why}")
