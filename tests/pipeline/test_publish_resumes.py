"""A release broken off by S3 is finished by the same command: same number, nothing put twice, and it says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.errors import SangamError
from orchestration.releases import approvals, donor_page, publish, shelf, verify
from orchestration.s3 import object_store, patience, retention, seaweed
from tests import small_home
from tests.faulty_s3 import HANDED_ON, LOST_ANSWER, REFUSED, Way, client_of, way_to
from tests.small_home import QUARTER, release, set_value

DONORS = [f"donor_{letter}" for letter in "abcdefghi"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with small_home.made(tmp_path_factory.mktemp("home"), DONORS) as folder:
        yield folder


@pytest.fixture(scope="module")
def endpoint(home: Path) -> Iterator[seaweed.S3Endpoint]:
    with seaweed.serve(home, DONORS) as running:
        yield running


@pytest.fixture
def way(endpoint: seaweed.S3Endpoint) -> Iterator[Way]:
    with way_to(endpoint) as before:
        yield before


@pytest.fixture(scope="module")
def unused_donors() -> Iterator[str]:
    return iter(DONORS)


@pytest.fixture
def donor(unused_donors: Iterator[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(patience.VARIABLE, "0")
    return next(unused_donors)


def spoil_put(way: Way, name: str, fault: Any) -> None:
    """Spoil all puts of a file, and those of whatever comes after it."""
    gone = False

    def spoil(verb: str, path: str) -> Any:
        nonlocal gone
        gone = gone or (verb == "PUT" and path.endswith(f"/{name}"))
        return fault if gone else HANDED_ON

    way.spoil = spoil


def versions(endpoint: seaweed.S3Endpoint, donor: str) -> dict[str, list[str]]:
    """Each key of a donor's bucket with the versions there are of it."""
    listed = object_store.connect(endpoint).list_object_versions(Bucket=seaweed.bucket_name(donor))
    found: dict[str, list[str]] = {}
    for one in listed.get("Versions", []):
        found.setdefault(one["Key"], []).append(one["VersionId"])
    return found


@pytest.mark.parametrize(
    "name, fault", [("indicators.xlsx", REFUSED), ("manifest.json", (503, "ServiceUnavailable")),
                    ("manifest.json", LOST_ANSWER)],
)  # fmt: skip
def test_what_s3_broke_off_is_finished(
    home: Path, endpoint: seaweed.S3Endpoint, way: Way, donor: str, name: str, fault: Any
) -> None:
    approvals.approve(home, donor, QUARTER, "Amina Soomro")
    spoil_put(way, name, fault)
    with pytest.raises(SangamError, match=rf"{donor}/2021Q2/r001/{name}.* finished by the same command"):
        publish.publish(home, client_of(way.url, endpoint), donor, QUARTER)
    before = versions(endpoint, donor)
    assert len(before) > 1
    as_donor = object_store.connect(endpoint, donor)
    is_out = fault == LOST_ANSWER  # S3 had it, and could not say so
    assert shelf.finished(as_donor, donor) == ([(QUARTER, "r001")] if is_out else [])
    done = publish.publish(home, object_store.connect(endpoint), donor, QUARTER)
    assert (done.release, done.is_new) == ("r001", not is_out)
    after = versions(endpoint, donor)
    assert before.items() <= after.items(), "what was there was put again"
    assert {len(one) for one in after.values()} == {1}
    assert verify.verify(as_donor, donor, QUARTER, home=home).is_whole


def test_a_page_that_could_not_be_put_is_put_by_the_next_run(
    home: Path, endpoint: seaweed.S3Endpoint, way: Way, donor: str
) -> None:
    approvals.approve(home, donor, QUARTER, "Amina Soomro")
    spoil_put(way, donor_page.NAME, REFUSED)
    with pytest.raises(SangamError, match=donor_page.NAME):
        publish.publish(home, client_of(way.url, endpoint), donor, QUARTER)
    client = object_store.connect(endpoint)
    assert publish.publish(home, client, donor, QUARTER).is_new is False
    assert b"r001" in (object_store.get(client, seaweed.bucket_name(donor), donor_page.NAME) or b"")


def test_marts_that_a_crash_left_behind_are_told(
    home: Path, endpoint: seaweed.S3Endpoint, donor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = object_store.connect(endpoint)
    with monkeypatch.context() as patch:
        patch.setattr(publish, "note_release", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            release(home, client, donor)
    publish.publish(home, client, donor, QUARTER)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as db:
        sql = "select distinct release from marts.indicator_values where donor = ?"
        assert db.execute(sql, [donor]).fetchall() == [("r001",)]


NOTE_IN_LITTLE_SPACE = """
import pathlib, resource, sys
from orchestration.releases.puts import space_asked_for
from orchestration.warehouse.released import note_release
home = pathlib.Path(sys.argv[1])
size = (home / "warehouse.duckdb").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + int(sys.argv[2]), resource.RLIM_INFINITY))
with space_asked_for(home):
    note_release(home / "warehouse.duckdb", home / "releases")
"""


@pytest.mark.parametrize("more", [-1, 0])  # no room for a copy; for a copy, and not for what changes in it
def test_marts_are_not_replaced_by_a_copy_that_lacks_what_it_should_say(
    home: Path, endpoint: seaweed.S3Endpoint, donor: str, more: int, tmp_path: Path
) -> None:
    """DuckDB says nothing where there is no room as a database is closed."""
    release(home, object_store.connect(endpoint), donor)
    shutil.copytree(home / "releases" / donor, tmp_path / "releases" / donor)
    small_home.make(tmp_path, [donor])  # anew: of older ones DuckDB uses again what lies free within
    before = (tmp_path / "warehouse.duckdb").read_bytes()
    words = [sys.executable, "-c", NOTE_IN_LITTLE_SPACE, str(tmp_path), str(more)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert f"The disk of {tmp_path} is full" in done.stderr
    assert (tmp_path / "warehouse.duckdb").read_bytes() == before
    assert list(tmp_path.glob(".warehouse*")) == []


def test_what_was_left_half_written_long_ago_is_gone(
    home: Path, endpoint: seaweed.S3Endpoint, donor: str
) -> None:
    left = [home / "archive" / "objects" / "ab" / name for name in (".old.part", ".new.part", "whole.part")]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    for path in left[::2]:
        os.utime(path, (0, 0))
    release(home, object_store.connect(endpoint), donor)
    assert [path.exists() for path in left] == [False, True, True], "one at work may be writing the new one"


def test_a_release_is_locked_where_that_is_asked_for(
    home: Path, endpoint: seaweed.S3Endpoint, donor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, bucket = object_store.connect(endpoint), seaweed.bucket_name(donor)
    release(home, client, donor)  # before anybody asked for it
    set_value(home, donor, 71.5)
    monkeypatch.setenv(retention.DAYS, "30")
    monkeypatch.setenv(retention.MODE, "compliance")
    release(home, client, donor)
    locked = {
        key: client.head_object(Bucket=bucket, Key=key).get("ObjectLockMode")
        for key in object_store.list_keys(client, bucket)
    }
    assert {mode for key, mode in locked.items() if "/r002/" in key} == {"COMPLIANCE"}
    assert {mode for key, mode in locked.items() if "/r002/" not in key} == {None}  # the page is replaced
    assert verify.verify(object_store.connect(endpoint, donor), donor, QUARTER, home=home).is_whole
