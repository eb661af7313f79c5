"""Where the pages beside the Dagster UI are read; they are written and served by `cli.docs_site`, or by a proxy."""

from __future__ import annotations

import os

PORT = int(os.environ.get("SANGAM_DOCS_PORT", "3001"))


def url(page: str) -> str:
    """The address of a page: below SANGAM_DOCS_URL where a proxy serves the home's `docs/`, else on 127.0.0.1."""
    return f"{os.environ.get('SANGAM_DOCS_URL', f'http://127.0.0.1:{PORT}').rstrip('/')}/{page}"
