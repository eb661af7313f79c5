"""The Dagster UI as data engineers use it, in Chromium: the graph, a quarter, a failed check, Timeline, a backfill."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium, dagster_ui
from tests.browser.dagster_ui import Ui, ask

pytestmark = [
    pytest.mark.xdist_group("dagster_ui"),
    pytest.mark.skipif(
        chromium.program() is None, reason="Neither chromium nor chromium-headless-shell is here."
    ),
]

DROPS = Path(__file__).resolve().parents[1] / "drops" / "landing"
TABLE = "/assets/sindh/births/births"
FAULTY = "UC_birth_registration_2021Q3.xls"
LAYERS = ("landing", "feeds", "staging", "conformed", "evidence", "marts", "release", "reference")
REGIONS = ("sindh", "khulna", "pune", "jharkhand", "karnataka", "maharashtra", "rajasthan")
WIDTH, HEIGHT = 1440, 900
WAIT = 150_000  # milliseconds: of other things the machine does meanwhile


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    """A UI over a home whose landing has a delivery for a quarter, and for the next a page without a table."""
    folder = tmp_path_factory.mktemp("ui")
    landing = folder / "landing"
    shutil.copytree(DROPS / "sindh" / "births", landing / "sindh" / "births")
    shutil.copytree(DROPS / "_reference", landing / "_reference")
    faulty = landing / "sindh" / "births" / "2021Q3" / FAULTY
    faulty.parent.mkdir()
    faulty.write_text("<html><body><p>Session expired</p></body></html>")
    with dagster_ui.running(folder, folder / "home", landing) as running:
        yield running


@pytest.fixture(scope="module")
def command_line(ui: Ui) -> Iterator[subprocess.Popen[bytes]]:
    """A run of a quarter by the command line, beside what the UI starts meanwhile."""
    with ui.running("sangam", "run", "--quarter", "2021Q2", "--region", "sindh") as process:
        yield process


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.program(), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
    context.set_default_timeout(WAIT)
    expect.set_options(timeout=WAIT)
    yield context.new_page()
    context.close()


def launch(page: Page, ui: Ui, partitions: str) -> None:
    """Materialise the table's partitions from its page, by clicking."""
    page.goto(f"{ui.url}{TABLE}")
    page.get_by_role("button", name="Materialize").first.click()
    page.get_by_role("button", name="Show all partitions").click()
    selection = page.get_by_role("dialog").get_by_role("textbox").first
    selection.fill(partitions)
    selection.press("Enter")
    page.get_by_role("button", name=re.compile("^Launch (1 run|backfill)$")).click()
    page.get_by_text("View", exact=True).click()


def check(page: Page, ui: Ui, name: str) -> None:
    """Open a check of the table."""
    page.goto(f"{ui.url}{TABLE}?view=checks&checkDetail={name}")
    expect(page.get_by_text("Latest execution")).to_be_visible()


def test_the_first_view_of_the_graph_is_a_group_for_each_region_and_layer(
    ui: Ui, page: Page, command_line: object
) -> None:
    page.goto(f"{ui.url}/asset-groups")
    groups = page.locator("foreignObject")
    for name in (*LAYERS, *REGIONS):
        expect(groups.filter(has_text=re.compile(f"^{name}$"))).to_be_visible()
    assert groups.count() == len(LAYERS) + len(REGIONS)
    boxes = [box for one in groups.all() if (box := one.bounding_box())]
    for number, one in enumerate(boxes):
        assert one["x"] >= 0 and one["x"] + one["width"] <= WIDTH, f"{one} is not in the window"
        assert one["y"] >= 0 and one["y"] + one["height"] <= HEIGHT, f"{one} is not in the window"
        assert one["width"] > 80, f"{one} is too small to be read"
        for other in boxes[number + 1 :]:
            is_beside = abs(one["x"] - other["x"]) >= one["width"]
            assert is_beside or abs(one["y"] - other["y"]) > 20, f"{one} lies on {other}"


def test_a_quarter_is_materialised_by_clicking(ui: Ui, page: Page) -> None:
    launch(page, ui, "2021-04-01")
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()
    page.goto(f"{ui.url}{TABLE}?view=partitions&partition=2021-04-01")
    expect(page.get_by_text("Materialized", exact=True)).to_be_visible()
    for words in ("quarantined", "rule:parts_sum", "UC_birth_registration_2021Q2.xls"):
        expect(page.get_by_text(words).first).to_be_visible()


def test_a_table_s_page_says_what_its_columns_are(ui: Ui, page: Page) -> None:
    page.goto(f"{ui.url}{TABLE}")
    expect(page.get_by_text("Delivered as Births registered/Boys")).to_be_visible()


def test_a_refused_file_fails_its_check_with_what_to_do(ui: Ui, page: Page) -> None:
    launch(page, ui, "2021-07-01")
    expect(
        page.get_by_text("Success", exact=True).first
    ).to_be_visible()  # what a partner has to mend stops nothing
    check(page, ui, "findings")
    expect(page.get_by_text("Failed", exact=True).first).to_be_visible()
    told = f"{FAULTY}: table 'births' not found."
    expect(page.get_by_text(told).first).to_contain_text("Export it again")
    expect(page.get_by_text("2021Q3", exact=True).first).to_be_visible()


@pytest.mark.parametrize(("name", "word"), [("contract", "blocking"), ("findings", "non-blocking")])
def test_checks_that_block_are_told_from_those_that_do_not(ui: Ui, page: Page, name: str, word: str) -> None:
    check(page, ui, name)
    expect(page.get_by_text(f"This is a {word} asset check.")).to_be_visible()


def test_a_run_of_the_command_line_is_on_the_timeline(
    ui: Ui, page: Page, command_line: subprocess.Popen[bytes]
) -> None:
    assert command_line.wait(WAIT / 1000) in (0, 3), ui.log("sangam").read_text()
    page.goto(f"{ui.url}/timeline")
    expect(page.get_by_text("sangam", exact=True).first).to_be_visible()
    page.get_by_role("link", name="quarter quarter").click()
    page.get_by_role("tab", name="Runs").click()
    expect(page.get_by_text("sangam/by: command line")).to_be_visible()
    expect(page.get_by_text("Success", exact=True)).to_be_visible()


def test_a_backfill_of_several_quarters(ui: Ui, page: Page) -> None:
    launch(page, ui, "[2020-10-01...2021-01-01]")
    expect(page.get_by_text("100% completed")).to_be_visible()
    for partition in ("2020-10-01", "2021-01-01"):
        page.goto(f"{ui.url}{TABLE}?view=partitions&partition={partition}")
        expect(page.get_by_text("Materialized", exact=True)).to_be_visible()


def test_a_webserver_that_only_reads_starts_nothing(ui: Ui, page: Page) -> None:
    with ui.webserver("--read-only") as url:
        page.goto(f"{url}{TABLE}")
        expect(page.get_by_role("button", name="Materialize").first).to_be_disabled()
        words = """mutation ($run: ExecutionParams!) { launchRun(executionParams: $run) { __typename } }"""
        selector = {
            "repositoryName": "__repository__",
            "repositoryLocationName": "sangam",
            "pipelineName": "quarter",
        }
        tried = ask(url, words, run={"selector": selector, "runConfigData": "{}", "mode": "default"})
    assert tried["launchRun"]["__typename"] == "UnauthorizedError"
