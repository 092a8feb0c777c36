"""For the site, which has the pages of ``docs`` alone: links to what else is in the repository lead there."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_LINK = re.compile(r"(?<=\]\()(\.\./[^)#\s]+)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: object) -> str:
    """A hook of MkDocs. A link to what is not there is left for its own check to find."""
    folder = posixpath.join("docs", posixpath.dirname(page.file.src_uri))

    def placed(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, match[1]))
        outside = not target.startswith("docs/") and (ROOT / target).exists()
        return f"{config['repo_url']}/blob/main/{target}" if outside else match[1]

    return _LINK.sub(placed, markdown)
