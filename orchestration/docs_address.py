"""Where the pages beside the Dagster UI are read; they are written and served by `cli.docs_site`.

What a run stores keeps the address of its day, so the page's place within SANGAM_HOME stands beside each link; what
the code location says of an asset has the present one.
"""

from __future__ import annotations

import os

PORT = int(os.environ.get("SANGAM_DOCS_PORT", "3001"))


def url(page: str) -> str:
    """The address of a page: under SANGAM_DOCS_URL, else on SANGAM_DOCS_PORT of this machine.

    Where one server answers for the Dagster UI and these pages, SANGAM_DOCS_URL may be a path such as `/docs`: then
    links work whatever the server's name and port are.
    """
    base = os.environ.get("SANGAM_DOCS_URL", "").strip() or f"http://127.0.0.1:{PORT}"
    return f"{base.rstrip('/')}/{page}"


def link(words: str, page: str) -> str:
    """A page as a link in Markdown, so that its long address breaks no table."""
    return f"[{words}]({url(page)})"


def anchor(region: str, source: str) -> str:
    """Where the first page has a source's latest delivery."""
    return f"{region}-{source}"
