"""The page at the top of a donor's bucket: what it prints runs as printed, and it says what is in the bucket."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from orchestration.releases import donor_page, shelf
from orchestration.s3 import keys, object_store, seaweed
from tests import small_home
from tests.small_home import QUARTER, release, set_value

DONOR, OTHER = "eu_success", "a_donor"


class Page(HTMLParser):
    """The text of each element that has an id, all text, and what the page would fetch."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.blocks: dict[str, str] = {}
        self.text = ""
        self.fetched: list[str] = []
        self.inside = ""
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        self.fetched += [str(words[name]) for name in ("src", "href") if name in words]
        if tag in ("pre", "style"):
            self.inside = words.get("id") or tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("pre", "style"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        self.blocks[self.inside] = self.blocks.get(self.inside, "") + data
        self.text += data if self.inside != "style" else ""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with small_home.made(tmp_path_factory.mktemp("home"), [DONOR, OTHER]) as folder:
        yield folder


@pytest.fixture(scope="module")
def endpoint(home: Path) -> Iterator[seaweed.S3Endpoint]:
    with seaweed.serve(home, [DONOR, OTHER]) as running:
        yield running


@pytest.fixture(scope="module")
def page(home: Path, endpoint: seaweed.S3Endpoint) -> Page:
    """As the donor finds it after a release that replaces another."""
    client = object_store.connect(endpoint)
    named = {DONOR: "A Donor <b>& Others"}
    release(home, client, DONOR, donor_names=named)
    set_value(home, DONOR, 71.5)
    release(home, client, DONOR, reason="late forms", donor_names=named)
    return Page(_page(endpoint))


@pytest.fixture(scope="module")
def donors_environment(home: Path, endpoint: Any, tmp_path_factory: Any) -> Mapping[str, str]:
    """A donor's machine: its key as it was handed over, and nothing else of AWS."""
    handed = tmp_path_factory.mktemp("donor") / "credentials"
    keys.give(home, keys.donor(DONOR), handed)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "AWS_SHARED_CREDENTIALS_FILE": str(handed), "AWS_CONFIG_FILE": os.devnull}


def _page(endpoint: seaweed.S3Endpoint) -> bytes:
    bucket = seaweed.bucket_name(DONOR)
    return object_store.get(object_store.connect(endpoint, DONOR), bucket, donor_page.NAME) or b""


def test_the_python_runs_as_printed(page: Page, home: Path, donors_environment: Any, tmp_path: Path) -> None:
    lines = page.blocks["python"]
    assert len(lines.splitlines()) == 3  # the import, and two
    subprocess.run([sys.executable, "-c", lines], cwd=tmp_path, env=donors_environment, check=True)
    copy = home / "releases" / DONOR / QUARTER / "r002" / "report.html"
    assert (tmp_path / "report.html").read_bytes() == copy.read_bytes()


@pytest.mark.skipif(shutil.which("aws") is None, reason="The AWS command line is not installed")
def test_the_command_line_runs_as_printed(
    page: Page, home: Path, donors_environment: Any, tmp_path: Path
) -> None:
    run: Any = {
        "cwd": tmp_path,
        "env": donors_environment,
        "check": True,
        "capture_output": True,
        "text": True,
    }
    done = subprocess.run(["bash", "-ec", page.blocks["command-line"]], **run)
    copy = home / "releases" / DONOR / QUARTER / "r002"
    assert {path.name for path in (tmp_path / "r002").iterdir()} == {path.name for path in copy.iterdir()}
    assert donor_page.NAME in done.stdout
    assert f"{DONOR}/{QUARTER}/r001/manifest.json" in done.stdout


def test_the_sums_are_those_of_the_release(page: Page, home: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(home / "releases" / DONOR / QUARTER / "r002", tmp_path / "r002")
    check: Any = {
        "args": ["sha256sum", "--strict", "-c", "-"],
        "cwd": copy,
        "text": True,
        "capture_output": True,
    }
    done = subprocess.run(**check, input=page.blocks["sums"], check=True)
    assert {line.removesuffix(": OK") for line in done.stdout.splitlines()} == {
        p.name for p in copy.iterdir()
    }
    (copy / "indicators.csv").chmod(0o644)
    (copy / "indicators.csv").write_bytes(b"other")
    done = subprocess.run(**check, input=page.blocks["sums"], check=False)
    assert done.returncode == 1
    assert "indicators.csv: FAILED" in done.stdout


def test_it_says_which_releases_there_are(page: Page) -> None:
    text = " ".join(page.text.split())
    for words in (f"{DONOR}/{QUARTER}/r002/", "r001 (late forms)", "A Donor <b>& Others", "Amina Soomro"):
        assert words in text
    assert f"{DONOR}/{QUARTER}/r001/" not in text  # a donor should not take the one that was replaced
    assert page.fetched == []


def test_it_is_replaced_with_each_release_and_only_then(
    home: Path, endpoint: seaweed.S3Endpoint, page: Page
) -> None:
    client, bucket = object_store.connect(endpoint), seaweed.bucket_name(DONOR)

    def versions() -> int:
        return len(client.list_object_versions(Bucket=bucket, Prefix=donor_page.NAME)["Versions"])

    before, there = versions(), _page(endpoint)
    release(home, client, DONOR)  # nothing new
    assert (versions(), _page(endpoint)) == (before, there)
    set_value(home, DONOR, 72.5)
    release(home, client, DONOR)
    assert versions() == before + 1
    assert "r003" in Page(_page(endpoint)).text
    client.delete_object(Bucket=bucket, Key=donor_page.NAME)
    release(home, client, DONOR)  # nothing new, but the page was lost
    assert "r003" in Page(_page(endpoint)).text
    assert [r for _, r in shelf.finished(client, DONOR)] == ["r001", "r002", "r003"]


def test_it_names_nothing_of_another_donor(home: Path, endpoint: seaweed.S3Endpoint, page: Page) -> None:
    release(home, object_store.connect(endpoint), OTHER)
    assert OTHER not in _page(endpoint).decode()


def test_same_releases_same_bytes_and_any_provider(page: Page) -> None:
    manifest = {
        "donor_name": "D", "quarter": "2021Q2", "release": "r001", "status": "provisional", "reason": None,
        "approved_at": "2021-07-20T09:15:00Z", "approved_by": "A", "iati": {"contact": "data@example.org"},
        "files": [{"name": "report.html", "size": 3_000_000, "sha256": "ab"}],
    }  # fmt: skip
    old = {key: value for key, value in manifest.items() if key not in ("status", "iati")} | {
        "quarter": "2019Q4"
    }
    place = donor_page.Place("https://s3.example.org", "eu-central-1", "bucket", "d")
    shelves = [donor_page.OnShelf(words, "cd") for words in (old, manifest)]
    made = donor_page.to_page(place, shelves)
    assert made == donor_page.to_page(place, shelves)
    text = " ".join(Page(made).text.split())
    assert re.search(r"2021Q2.*provisional.*3\.0 MB.*2019Q4", text)
    assert "data@example.org" in text
    assert "'eu-central-1', endpoint_url='https://s3.example.org'" in text
