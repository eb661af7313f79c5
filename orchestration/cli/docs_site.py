"""The pages beside the Dagster UI: SANGAM_HOME/docs on 127.0.0.1, with Data Docs and dbt docs.

Only the site: Data Docs are written by `expectations`, dbt writes its own. Return slips are named, not served.
"""

from __future__ import annotations

import contextlib
import html
import os
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from expectations.results import VERDICTS, BatchResult, all_results
from ingest.files import atomic
from orchestration.docs_address import PORT, anchor
from orchestration.settings import Settings, settings
from orchestration.warehouse import dbt

_STYLE = """
body { margin: 0; background: #f5f7f8; color: #1f2933; font: 15px/1.5 system-ui, "Noto Sans", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
a { color: #0b5cad; } ul { padding-left: 1.2rem; }
table { border-collapse: collapse; width: 100%; background: #fff; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #dde3e8; }
th { font-size: .85rem; color: #5b6875; }
.error { color: #b3261e; font-weight: 700; } .warning { color: #9a6700; font-weight: 700; }
tr:target { background: #fff6d6; } .fine { color: #1f7a4d; } .nothing { color: #6b7782; }
"""


def write_index(home: Path, ui_port: str) -> Path:
    """Write the first page: what there is to read, and every delivery's batch checks."""
    docs = home / "docs"
    ui = os.environ.get("SANGAM_UI_URL", "").strip() or f"http://127.0.0.1:{ui_port}"
    parts = [f'<li><a href="{html.escape(ui)}">Dagster</a>: sources, checks, runs</li>']
    if (docs / "dbt" / "static_index.html").exists():
        parts.append(
            '<li><a href="dbt/static_index.html">dbt docs</a>: models, columns, tests, where numbers come from</li>'
        )
    else:
        parts.append("<li>dbt docs: being written; load this page again in a moment</li>")
    results = sorted(all_results(home), key=lambda result: (result.quarter, result.title), reverse=True)
    page = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>sangam</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>sangam</h1><ul>{''.join(parts)}</ul>"
        f"<h2>Deliveries as a whole</h2>{_deliveries(results)}{_data_docs(docs)}"
        f"<h2>Returned to partners</h2>{_slips(home)}</main></body></html>\n"
    )
    with atomic(docs / "index.html") as temporary:
        temporary.write_text(page, encoding="utf-8")
    return docs / "index.html"


def _deliveries(results: list[BatchResult]) -> str:
    if not results:
        return "<p>None yet; <code>sangam run</code> checks them.</p>"
    rows, named = [], set()
    for result in results:
        name = anchor(result.region.lstrip("_"), result.source)
        place = "" if name in named else f' id="{html.escape(name)}"'  # of the latest
        named.add(name)
        counts = "".join(
            f'<td class="{verdict if result.count(verdict) else ""}">{result.count(verdict) or "–"}</td>'
            for verdict in VERDICTS
        )
        link = f'<a href="data_docs/{html.escape(result.page)}">{html.escape(result.title)}</a>'
        rows.append(f"<tr{place}><td>{link}</td><td>{result.previous or '–'}</td>{counts}</tr>")
    head = "".join(f"<th>{words}</th>" for words in ("Delivery", "beside", *VERDICTS.values()))
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _data_docs(docs: Path) -> str:
    """The first page of Data Docs, where there is one."""
    if not (docs / "data_docs" / "index.html").exists():
        return ""
    return (
        '<p><a href="data_docs/index.html">Data Docs</a>: all checks so far, and what the suites expect</p>'
    )


def _slips(home: Path) -> str:
    """Where return slips lie. They hold partners' own rows, names and numbers: they are listed here and not served."""
    slips = sorted(path.relative_to(home).as_posix() for path in (home / "return").rglob("*.xlsx"))
    if not slips:
        return "<p>No return slips yet.</p>"
    names = "".join(f"<li><code>{html.escape(name)}</code></li>" for name in slips)
    return f"<p>In <code>{html.escape(str(home))}</code>, for the partner alone:</p><ul>{names}</ul>"


class _Pages(SimpleHTTPRequestHandler):
    """Files of `docs`; the first page is made anew whenever it is asked for."""

    def __init__(self, *words: Any, home: Path, ui_port: str, **named: Any) -> None:
        self.home, self.ui_port = home, ui_port
        super().__init__(*words, directory=str(home / "docs"), **named)

    def do_GET(self) -> None:
        if self.path.partition("?")[0] in ("/", "/index.html"):
            write_index(self.home, self.ui_port)
        super().do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


def serve(where: Settings, ui_port: str, port: int = PORT) -> ThreadingHTTPServer:
    """A server of the site on 127.0.0.1, answering from a thread of its own."""
    (where.home / "docs").mkdir(parents=True, exist_ok=True)
    handler = partial(_Pages, home=where.home, ui_port=ui_port)
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main(ui_port: str) -> None:
    """Serve until the process that started this one (the UI) ends."""
    parent = os.getppid()
    where = settings()
    server = serve(where, ui_port)
    with contextlib.suppress(KeyboardInterrupt):
        dbt.write_documentation(where)
        while os.getppid() == parent:
            time.sleep(1)
    server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
