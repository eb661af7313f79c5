"""The donor's report in Chromium: nothing sticks out of the window, on a telephone and on a screen."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path

import pytest

from orchestration.releases.build import build
from tests.browser import chromium
from tests.release_content import HEADER, made_up

# The page may run no script: it is measured from outside, in a frame of that width.
_SCRIPT = """
(async () => {
  const told = {};
  for (const width of WIDTHS) {
    const frame = document.createElement('iframe');
    Object.assign(frame.style, {width: width + 'px', height: '900px', border: 0});
    const loaded = new Promise(done => frame.onload = done);
    frame.src = 'report.html';
    document.body.append(frame);
    await loaded;
    const page = frame.contentDocument;
    const wide = [...page.body.querySelectorAll('*')].filter(one =>
      !one.closest('.scroll, thead, svg') && one.getBoundingClientRect().right > width + 1);
    told[width] = [page.documentElement.scrollWidth, wide.map(one => one.outerHTML.slice(0, 80))];
    frame.remove();
  }
  const pre = document.createElement('pre');
  pre.id = 'told';
  pre.textContent = JSON.stringify(told);
  document.body.append(pre);
})();
"""
WIDTHS = [390, 768, 1440]


@pytest.mark.skipif(chromium.program() is None, reason="Chromium is not installed")
def test_nothing_sticks_out(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_bytes(build(made_up(), HEADER)["report.html"])
    harness = tmp_path / "harness.html"
    script = _SCRIPT.replace("WIDTHS", json.dumps(WIDTHS))
    harness.write_text(
        f"<!doctype html><meta charset=utf-8><body><script>{script}</script>", encoding="utf-8"
    )
    done = subprocess.run(
        [
            chromium.program() or "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--allow-file-access-from-files", "--window-size=1600,1000", f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=60000", "--dump-dom", harness.as_uri(),
        ],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    found = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-1000:]
    assert json.loads(html.unescape(found.group(1))) == {str(width): [width, []] for width in WIDTHS}
