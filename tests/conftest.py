"""What the tests share: the sibling folder with independent expectations, a secret, homes, sample drops.

Nothing slow is done twice: drops are made once, and once taken into a lake, for the whole session.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from ingest import samples
from ingest.boundary.pseudonyms import SECRET_VARIABLE
from ingest.contracts.loading import REGIONS
from ingest.deliveries.receipt import Receipt
from ingest.run import ingest_source
from tests.shipped import without_corrections

# pytest-xdist hands its window's width to its workers, and the terminal library keeps what it finds when imported.
os.environ.pop("COLUMNS", None)

# What a test takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

TEST_SECRET = "known to the tests alone, and long enough"
# Small, and yet with every kind of defect and household the indicators ask for.
SAMPLE_SCALE = 0.002
SINDH = ("births", "imi", "mis", "results")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist puts the group into the name
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a module stay in one process: they share what is slow to make."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests measured, whether they passed or not."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    lines = [value for report in reports for name, value in report.user_properties if name == "measured"]
    if lines:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(sorted(set(lines))))


@pytest.fixture(scope="session", autouse=True)
def secret_in_environment() -> Iterator[None]:
    """The pseudonyms' secret; a test that is about the secret sets its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET_VARIABLE, TEST_SECRET)
        patch.delenv("SANGAM_DEMO", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_corrections_of_partners_records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where the shipped contracts correct partners' records, the made-up ones are read without that."""
    with pytest.MonkeyPatch.context() as patch:
        if copy := without_corrections(REGIONS, tmp_path_factory.mktemp("contracts") / "regions"):
            patch.setenv("SANGAM_REGIONS", str(copy))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the repository, with deliveries and what others expect of them."""
    folder = Path(__file__).resolve().parents[1] / ".." / "shared"
    if not (folder / "data" / "drops" / "expected" / "records.json").exists():
        pytest.skip("The folder 'shared' is not beside the repository; its deliveries are not compared.")
    return folder.resolve()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty SANGAM_HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def sample_drops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own sample drops of Sindh: `landing/` and, worked out when they were made, `expected/`."""
    folder = tmp_path_factory.mktemp("drops")
    samples.make(folder, scale=SAMPLE_SCALE, seed=7, programmes=["success_sindh"])
    return folder


@pytest.fixture(scope="session")
def sindh_lake(
    sample_drops: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, list[Receipt]]]:
    """The sample drops of Sindh taken into a lake: the home, and the receipts of each source."""
    folder = tmp_path_factory.mktemp("sindh_lake")
    receipts = {source: ingest_source(folder, sample_drops / "landing", "sindh", source) for source in SINDH}
    return folder, receipts
