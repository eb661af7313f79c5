"""A donor's report and page in Chromium: nothing sticks out of the window, on a telephone and on a screen."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.releases.build import build
from orchestration.releases.donor_page import OnShelf, Place, to_page
from tests.browser import chromium
from tests.release_content import HEADER, made_up, restated

# The page may run no script: it is measured from outside, in a frame of that width.
_SCRIPT = """
(async () => {
  const told = {};
  for (const width of WIDTHS) {
    const frame = document.createElement('iframe');
    Object.assign(frame.style, {width: width + 'px', height: '900px', border: 0});
    const loaded = new Promise(done => frame.onload = done);
    frame.src = 'page.html';
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


def report() -> bytes:
    return build(made_up(), HEADER)["report.html"]


def donor_page() -> bytes:
    """With long names, a release that replaces another, and a provisional one."""
    place = Place(
        f"https://s3.{'far-away-' * 4}1.example.org", "eu-central-1", f"{'programme-' * 5}donor", "a_donor"
    )
    releases = [
        OnShelf(json.loads(build(content, header)["manifest.json"]) | {"status": "provisional"}, "ab" * 32)
        for content, header in ((made_up(), HEADER), restated())
    ]
    return to_page(place, releases)


@pytest.mark.skipif(chromium.program() is None, reason="Chromium is not installed")
@pytest.mark.parametrize("page", [report, donor_page], ids=lambda page: page.__name__)
def test_nothing_sticks_out(tmp_path: Path, page: Callable[[], bytes]) -> None:
    (tmp_path / "page.html").write_bytes(page())
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
