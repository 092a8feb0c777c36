"""Build a release: ``python -m scripts.release DIR`` puts wheel, source distribution and ``SHA256SUMS`` into a folder.

Both are built twice from the last commit, in two folders, with another time zone and another umask, and have to come
out the same to the byte. Their times are that of the commit, so that anybody who builds it again with the hatchling of
``constraints.txt`` gets the same files.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_SURROUNDINGS = (("UTC", 0o022), ("Asia/Kathmandu", 0o077))


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python -m scripts.release DIR", file=sys.stderr)
        return 2
    epoch = _git("log", "-1", "--format=%ct").decode().strip()
    with tempfile.TemporaryDirectory() as place:
        for number in range(len(_SURROUNDINGS)):
            with tarfile.open(fileobj=BytesIO(_git("archive", "HEAD"))) as archive:
                archive.extractall(Path(place, str(number), "source"))  # noqa: S202 - of our own commit
        made = twice(Path(place, "0"), Path(place, "1"), epoch)
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (target / name).write_bytes(content)
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(made.items()))
    (target / "SHA256SUMS").write_text(sums)
    print(sums, end="")
    return 0


def twice(first: Path, second: Path, epoch: str) -> dict[str, bytes]:
    """What both folders' ``source`` are built to, by name.

    :raises SystemExit: the two are not the same
    """
    one, other = (
        _built(folder, epoch, zone, mask) for folder, (zone, mask) in zip((first, second), _SURROUNDINGS, strict=True)
    )
    different = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    if different:
        raise SystemExit(f"built twice, and not the same: {', '.join(different)}")
    return one


def _built(folder: Path, epoch: str, zone: str, mask: int) -> dict[str, bytes]:
    target = folder / "built"
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "hatchling", "build", "-d", str(target)],
        cwd=folder / "source",
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch, "TZ": zone, "PYTHONDONTWRITEBYTECODE": "1"},
        umask=mask,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return {path.name: path.read_bytes() for path in target.iterdir()}


def _git(*arguments: str) -> bytes:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603 - our own


if __name__ == "__main__":
    sys.exit(main())
