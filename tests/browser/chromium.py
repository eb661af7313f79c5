"""What Chromium makes of pages: which cells of their tables it shows, with which text, where.

Debian's chromium or chromium-headless-shell; `SANGAM_CHROMIUM` names another one.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Fields of forms, raised and struck-out text are read otherwise than shown: they are made what we make of them.
_SCRIPT = """
const raised = text => text.replace(/[0-9]/g, d => '⁰¹²³⁴⁵⁶⁷⁸⁹'[d]);
const hides = e => !e.getClientRects().length || getComputedStyle(e).visibility !== 'visible';
// innerText has what is visible within a collapsed row, but nothing of it is painted.
const isCollapsed = c => [c.parentElement, c.parentElement.parentElement].some(
  e => getComputedStyle(e).visibility == 'collapse');
function prepare(page) {
  const style = page.createElement('style');
  style.textContent = 'table{border-collapse:separate!important;border-spacing:2px!important}' +
    'td,th{padding:3px!important;min-width:9px;height:9px}';
  page.documentElement.append(style);
  for (const e of page.querySelectorAll('s,strike,del')) e.remove();
  for (const e of page.querySelectorAll('sup')) {
    const walk = page.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    while (walk.nextNode())
      if (walk.currentNode.parentElement.closest('sup,td,th') == e)
        walk.currentNode.data = raised(walk.currentNode.data);
  }
  // An invisible block still parts what stands around it, though not in innerText.
  for (const e of page.querySelectorAll('td *,th *'))
    if (hides(e) && /^(block|list-item|table)$/.test(getComputedStyle(e).display)) {
      e.before(page.createElement('br'));
      e.after(page.createElement('br'));
    }
  for (const e of page.querySelectorAll('input,select,textarea')) {
    if (hides(e)) continue;
    const said = e.tagName == 'SELECT' ? [...e.selectedOptions].map(o => o.text).join(' ') : e.value;
    e.replaceWith(' ' + said + ' ');
  }
}
function told(page) {
  prepare(page);
  const all = [...page.querySelectorAll('table')];
  const own = new Set();
  const walk = page.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const cell = walk.currentNode.parentElement.closest('td,th,table');
    if (!cell || cell.tagName == 'TABLE' || isCollapsed(cell)) continue;
    if (!/[^ \\t\\r\\n\\f]/.test(walk.currentNode.data)) continue;
    const range = page.createRange();
    range.selectNodeContents(walk.currentNode);
    if (range.getClientRects().length && !hides(walk.currentNode.parentElement)) own.add(cell.closest('table'));
  }
  return all.map(table => {
    const cells = [...table.querySelectorAll('td,th')].filter(c => c.closest('table') == table);
    const around = table.parentElement.closest('table');
    return {
      around: around ? all.indexOf(around) : null, own: own.has(table),
      cells: cells.filter(c => c.getClientRects().length && !isCollapsed(c)).map(c => {
        const box = c.getBoundingClientRect();
        return [c.innerText, box.top, box.left];
      }),
    };
  });
}
(async () => {
  const out = [];
  for (const name of NAMES) {
    const frame = document.createElement('iframe');
    frame.width = 1200; frame.height = 800;
    frame.src = name;
    const loaded = new Promise(done => frame.onload = done);
    document.body.append(frame);
    await loaded;
    out.push(told(frame.contentDocument));
    frame.remove();
  }
  const pre = document.createElement('pre');
  pre.id = 'told';
  pre.textContent = JSON.stringify(out);
  document.body.append(pre);
})();
"""


def program() -> str | None:
    """The program to run; None where there is none."""
    named = os.environ.get("SANGAM_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-headless-shell"))), None)


def shown(pages: Sequence[str], folder: Path) -> list[list[dict[str, Any]]]:
    """For each page its tables, with what Chromium shows of them. Raises RuntimeError where it does not answer."""
    names = [f"page{number}.html" for number in range(len(pages))]
    for name, page in zip(names, pages, strict=True):
        (folder / name).write_text(page, encoding="utf-8")
    harness = folder / "harness.html"
    script = _SCRIPT.replace("NAMES", json.dumps(names))
    harness.write_text(
        f"<!doctype html><meta charset=utf-8><body><script>{script}</script>", encoding="utf-8"
    )
    done = subprocess.run(
        [
            program() or "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
            f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=600000", "--timeout=300000",
            "--dump-dom", harness.as_uri(),
        ],
        capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    found = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    if not found:
        raise RuntimeError(f"Chromium says nothing: {done.stderr[-1000:]}")
    return json.loads(html.unescape(found.group(1)))
