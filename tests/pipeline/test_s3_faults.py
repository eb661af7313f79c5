"""What becomes of a put, a get and a bucket when S3 fails: a real server, behind a way that spoils requests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from ingest.errors import SangamError
from orchestration.s3 import object_store, patience, retention, seaweed
from tests.faulty_s3 import CUT, LOST_ANSWER, REFUSED, Way, client_of, way_to

BUCKET = "donor-eu"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweed.S3Endpoint]:
    with seaweed.serve(tmp_path_factory.mktemp("home"), ["eu"]) as running:
        object_store.ensure_bucket(object_store.connect(running), BUCKET)
        yield running


@pytest.fixture
def way(endpoint: seaweed.S3Endpoint) -> Iterator[Way]:
    with way_to(endpoint) as before:
        yield before


@pytest.fixture
def client(way: Way, endpoint: seaweed.S3Endpoint) -> Any:
    return client_of(way.url, endpoint)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits are noted and not waited; botocore's own are short."""
    waited: list[float] = []
    monkeypatch.setattr(patience, "sleep", waited.append)
    monkeypatch.setenv(patience.VARIABLE, "20")
    return waited


PASSES = [(500, "InternalError"), (503, "SlowDown"), (503, "ServiceUnavailable"), REFUSED]


@pytest.mark.parametrize("fault", [*PASSES, (409, "ConditionalRequestConflict")], ids=str)
def test_what_can_pass_is_tried_again(way: Way, client: Any, fault: Any, short_waits: list[float]) -> None:
    way.first(5, fault)
    assert object_store.put_once(client, BUCKET, f"passes/{fault}", b"bytes") is True
    assert way.count() == 6
    assert short_waits == sorted(short_waits) != []  # longer and longer
    assert object_store.get(client, BUCKET, f"passes/{fault}") == b"bytes"


@pytest.mark.parametrize("fault", PASSES, ids=str)
def test_what_stays_away_is_told_and_finished_later(way: Way, client: Any, fault: Any) -> None:
    way.first(1000, fault)
    with pytest.raises(
        SangamError, match=r"s3://donor-eu/away/.* after 20 seconds .* finished by the same command"
    ):
        object_store.put_once(client, BUCKET, f"away/{fault}", b"bytes")
    way.first(0, fault)
    assert object_store.put_once(client, BUCKET, f"away/{fault}", b"bytes") is True


@pytest.mark.parametrize(
    "fault, message",
    [
        ((403, "AccessDenied"), "These keys may not do that with s3://donor-eu/never"),
        ((403, "SignatureDoesNotMatch"), "does not know these keys"),
        ((403, "RequestTimeTooSkewed"), "clock is wrong"),
        ((400, "BadDigest"), "S3 refuses s3://donor-eu/never.*BadDigest"),
        ((501, "NotImplemented"), "NotImplemented"),
    ],
)
def test_what_cannot_pass_is_not_tried_again(way: Way, client: Any, fault: Any, message: str) -> None:
    way.first(1000, fault)
    with pytest.raises(SangamError, match=message):
        object_store.put_once(client, BUCKET, "never", b"bytes")
    assert way.count() == 1


def test_a_put_whose_answer_was_lost_is_known_by_its_bytes(way: Way, client: Any) -> None:
    way.first(1, LOST_ANSWER)
    assert object_store.put_once(client, BUCKET, "lost", b"bytes") is False
    assert way.count() == 2
    way.first(1, LOST_ANSWER)
    with pytest.raises(SangamError, match="holds other content already"):
        object_store.put_once(client, BUCKET, "lost", b"other bytes")
    assert object_store.get(client, BUCKET, "lost") == b"bytes"


def test_all_answers_lost_and_yet_put_once(way: Way, client: Any, endpoint: seaweed.S3Endpoint) -> None:
    way.first(1000, LOST_ANSWER)
    with pytest.raises(SangamError, match="the same command"):
        object_store.put_once(client, BUCKET, "all-lost", b"bytes")
    way.first(0, LOST_ANSWER)
    assert object_store.put_once(client, BUCKET, "all-lost", b"bytes") is False
    versions = object_store.connect(endpoint).list_object_versions(Bucket=BUCKET, Prefix="all-lost")
    assert len(versions["Versions"]) == 1


def test_an_object_cut_short_on_its_way_is_fetched_again(way: Way, client: Any) -> None:
    object_store.put_once(client, BUCKET, "long", b"0123456789" * 1000)
    way.first(1, CUT, "GET")
    assert object_store.get(client, BUCKET, "long") == b"0123456789" * 1000


def test_nobody_there_is_told_with_the_address(
    endpoint: seaweed.S3Endpoint, monkeypatch: pytest.MonkeyPatch, short_waits: list[float]
) -> None:
    client = client_of("http://127.0.0.1:1", endpoint)
    for ask in (
        lambda: object_store.ensure_bucket(client, BUCKET),
        lambda: object_store.put_once(client, BUCKET, "k", b""),
        lambda: object_store.get(client, BUCKET, "k"),
        lambda: object_store.list_keys(client, BUCKET),
    ):
        with pytest.raises(SangamError, match=r"S3 at http://127\.0\.0\.1:1 does not answer"):
            ask()
    assert 15 <= sum(short_waits) / 4 <= 35
    monkeypatch.setenv(patience.VARIABLE, "a while")
    with pytest.raises(SangamError, match="has to be a number of seconds"):
        object_store.get(client, BUCKET, "k")


def test_what_is_asked_to_be_locked_cannot_be_deleted(
    endpoint: seaweed.S3Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = object_store.connect(endpoint)
    monkeypatch.delenv(retention.DAYS, raising=False)
    assert retention.lock_asked_for() is None
    monkeypatch.setenv(retention.DAYS, "30")
    monkeypatch.setenv(retention.MODE, "compliance")
    lock = retention.lock_asked_for()
    for bucket in ("made-with-lock", BUCKET):  # a new one, and one that was made without
        object_store.ensure_bucket(client, bucket, lock)
        object_store.put_once(client, bucket, "locked", b"v", lock)
        head = client.head_object(Bucket=bucket, Key="locked")
        assert head["ObjectLockMode"] == "COMPLIANCE"
        assert (
            dt.timedelta(29) < head["ObjectLockRetainUntilDate"] - dt.datetime.now(dt.UTC) <= dt.timedelta(30)
        )
        with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
            client.delete_object(Bucket=bucket, Key="locked", VersionId=head["VersionId"])
        assert object_store.put_once(client, bucket, "locked", b"v", lock) is False


def test_a_bucket_that_cannot_lock_is_told(way: Way, client: Any) -> None:
    def no_lock(verb: str, path: str) -> Any:
        return (409, "InvalidBucketState") if verb == "PUT" else "handed on"

    object_store.ensure_bucket(client, "plain")
    way.spoil = no_lock
    with pytest.raises(SangamError, match=r"'plain' cannot lock objects \(InvalidBucketState\)"):
        object_store.ensure_bucket(client, "plain", retention.Lock("governance", 1))


@pytest.mark.parametrize(
    "days, mode, message", [("soon", "", "number of days"), ("9", "for ever", "governance or")]
)
def test_a_lock_that_nobody_can_mean(
    days: str, mode: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(retention.DAYS, days)
    monkeypatch.setenv(retention.MODE, mode)
    with pytest.raises(SangamError, match=message):
        retention.lock_asked_for()
