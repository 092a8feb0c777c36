"""``ecsnet cache``: where results are kept, how much there is, and how it goes."""

from __future__ import annotations

import argparse

from ecsnet.cli.common import CLEAN, usage_error, write


def run(options: argparse.Namespace) -> int:
    from ecsnet.cache import MAX_BYTES, opened
    from ecsnet.scanning import place

    folder = place()
    cache = opened(folder) if folder else None
    if cache is None:
        return usage_error(
            f"{folder}: not a folder that only you can write to" if folder else "there is no home folder"
        )
    if options.action == "clear":
        write([f"{cache.clear()} results removed from {folder}"])
    else:
        count, size = cache.size()
        write([f"{folder}: {count} results, {size / 1e6:.1f} MB of at most {MAX_BYTES / 1e6:.0f}"])
    return CLEAN
