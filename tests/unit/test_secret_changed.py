"""What another SANGAM_SECRET does to a home, as docs/operations.md says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.boundary.pseudonyms import key_id
from ingest.deliveries import elsewhere
from ingest.deliveries.elsewhere import Bytes
from ingest.errors import SangamError
from ingest.store.archive import delivery_place, lay_delivery
from tests.conftest import TEST_SECRET
from tests.unit.test_lake_feeds import GOOD, deliver, landing, take_in

__all__ = ["landing"]  # the fixture
BEFORE, NOW = TEST_SECRET.encode(), b"another secret that is long enough"
OTHER = GOOD.replace("1,", "3,", 1)


def _change(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("SANGAM_SECRET", NOW.decode())


def test_deliveries_kept_before_stay_under_the_secret_of_before(
    home: Path, landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(landing, GOOD)
    first = take_in(home, landing)["person.csv"].sha256
    kept = delivery_place(home, first).read_bytes()
    _change(monkeypatch)
    deliver(landing, OTHER, quarter="2021Q3")
    both = take_in(home, landing)
    assert all(receipt.read_now and not receipt.refused for receipt in both.values())
    assert delivery_place(home, first).read_bytes() == kept
    lay_delivery(home, first, BEFORE, tmp_path / "first")
    with pytest.raises(SangamError, match=f"another secret.*key id {key_id(BEFORE)}, now {key_id(NOW)}"):
        lay_delivery(home, first, NOW, tmp_path / "refused")
    second = both["person.csv"].sha256
    lay_delivery(home, second, NOW, tmp_path / "second")


def test_what_the_archive_alone_has_is_not_read_under_another_secret(
    home: Path, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = deliver(landing, GOOD)
    receipt = take_in(home, landing)["person.csv"]
    # As a landing in S3 is once it was taken in.
    arrived = path.stat().st_mtime
    relative = path.relative_to(landing).as_posix()
    path.unlink()
    elsewhere.put_in_place(path, arrived)
    elsewhere.write(landing, {relative: Bytes(receipt.sha256, receipt.size)})
    assert not take_in(home, landing)["person.csv"].read_now
    _change(monkeypatch)
    with pytest.raises(SangamError, match="kept under another secret"):
        take_in(home, landing)


def test_with_the_archive_put_aside_everything_is_kept_anew(
    home: Path, landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(landing, GOOD)
    sha256 = take_in(home, landing)["person.csv"].sha256
    aside = tmp_path / "before"
    (aside / "archive").mkdir(parents=True)
    (home / "archive" / "deliveries").rename(aside / "archive" / "deliveries")
    _change(monkeypatch)
    assert take_in(home, landing)["person.csv"].read_now
    lay_delivery(home, sha256, NOW, tmp_path / "now")
    lay_delivery(aside, sha256, BEFORE, tmp_path / "then")
    assert (tmp_path / "now").read_bytes() == (tmp_path / "then").read_bytes()
