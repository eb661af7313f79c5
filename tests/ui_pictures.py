"""The pictures of the Dagster UI: `SANGAM_HOME=… SANGAM_LANDING=… python -m tests.ui_pictures`.

    docs/dagster_graph.png     all assets, a group for each region and layer
    docs/dagster_quarter.png   a quarter of one table, with the reasons for quarantine
    docs/dagster_check.png     the check of a table whose file was refused
    docs/dagster_timeline.png  the runs of the last hour

Needs Chromium. The home is one of the tests' drops after `sangam run` for 2021Q2, with a page without a table that came
as Sindh's births of 2021Q3: it is read here. No test: whoever changes what is shown makes the pictures again and looks
at them.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from orchestration.settings import settings
from tests.browser import chromium, dagster_ui
from tests.browser.test_ui import launch
from tests.pictures import DOCS

WIDTH = 1440
WAIT = 120_000  # milliseconds
TABLE = "assets/sindh/births/births"
# Each with the page, its height, and a text that is there once all is.
SHOWN = {
    "dagster_graph": ("asset-groups", 830, "maharashtra"),
    "dagster_quarter": (f"{TABLE}?view=partitions&partition=2021-04-01", 1000, "rule:parts_sum"),
    "dagster_check": (f"{TABLE}?view=checks&checkDetail=findings", 660, "Latest execution"),
    "dagster_timeline": ("timeline", 420, "sangam"),
}


def main() -> None:
    """Make all pictures anew."""
    where = settings()
    with tempfile.TemporaryDirectory(prefix="sangam_pictures_") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.program(), args=["--no-sandbox"])
        with dagster_ui.running(Path(folder), where.home, where.landing) as ui:
            page = browser.new_page(reduced_motion="reduce")
            page.set_default_timeout(WAIT)
            launch(page, ui, "2021-07-01")
            expect(page.get_by_text("Success", exact=True).first).to_be_visible(timeout=WAIT)
            for name, (path, height, text) in SHOWN.items():
                page.set_viewport_size({"width": WIDTH, "height": height})
                page.goto(f"{ui.url}/{path}")
                picture(page, text, DOCS / f"{name}.png")
        browser.close()


def picture(page: Page, text: str, out: Path) -> None:
    """The page as it is once it shows a text and asks for nothing more."""
    expect(page.get_by_text(text, exact=True).first).to_be_visible(timeout=WAIT)
    if (hour := page.get_by_role("button", name="1hr")).is_visible():
        hour.click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=out)


if __name__ == "__main__":
    main()
