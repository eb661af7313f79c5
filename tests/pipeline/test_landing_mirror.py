"""A landing in a real S3 server: downloaded once, with the time of arrival, and again when it changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest.boundary.pseudonyms import SECRET_VARIABLE
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.landing import scan
from ingest.deliveries.receipt import Receipt
from ingest.errors import SangamError
from ingest.run import ingest_source
from ingest.store import archive
from orchestration.s3 import object_store, patience, seaweed
from orchestration.s3.landing_mirror import mirror, mirrored
from tests.faulty_s3 import REFUSED, client_of, way_to

KEY = b"a secret of sixteen bytes and more"
BODY = b"donor,indicator,quarter,target,baseline,baseline_period,note\neu_success,EU-03,2021Q2,70,52,2014,\n"


def test_a_landing_in_s3_is_mirrored_once(tmp_path: Path) -> None:
    with seaweed.serve(tmp_path) as endpoint:
        client = object_store.connect(endpoint)
        client.create_bucket(Bucket="drops")
        client.put_object(Bucket="drops", Key="in/_reference/targets.csv", Body=BODY)
        folder = mirror(client, "s3://drops/in", tmp_path)
        arrived = client.head_object(Bucket="drops", Key="in/_reference/targets.csv")["LastModified"]
        delivery = scan(folder)[0]
        assert delivery.path.read_bytes() == BODY
        assert delivery.received_at == arrived

        delivery.path.write_bytes(b"kept: nothing changed in S3")
        mirror(client, "s3://drops/in", tmp_path)
        assert delivery.path.read_bytes() == b"kept: nothing changed in S3"

        delivery.path.unlink()
        mirror(client, "s3://drops/in", tmp_path)
        assert delivery.path.read_bytes() == BODY, "what was lost here is brought again"
        assert scan(folder) == [delivery]

        client.put_object(Bucket="drops", Key="in/_reference/targets.csv", Body=BODY + b"\n")
        mirror(client, "s3://drops/in", tmp_path)
        assert delivery.path.read_bytes() == BODY + b"\n"

        with pytest.raises(SangamError, match="Nothing lies under s3://drops/elsewhere"):
            mirrored("s3://drops/elsewhere", tmp_path)


def test_what_was_taken_in_is_not_downloaded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(patience.VARIABLE, "0")
    names = ("_reference/targets.csv", "_reference/exchange_rates.csv")
    with seaweed.serve(tmp_path) as endpoint, way_to(endpoint) as way:
        client = client_of(way.url, endpoint)
        client.create_bucket(Bucket="drops")
        for number, name in enumerate(names):
            client.put_object(Bucket="drops", Key=f"in/{name}", Body=BODY * (number + 1))

        def fetched() -> list[str]:
            """The objects that were asked for to have the landing here, which is the same each time."""
            way.seen.clear()
            folder = mirror(client, "s3://drops/in", tmp_path, KEY)
            assert [(d.relative, d.sha256, d.received_at) for d in scan(folder)] == arrived
            return sorted({path for verb, path in way.seen if verb == "GET" and path.endswith(".csv")})

        folder = mirror(client, "s3://drops/in", tmp_path)
        arrived = [(d.relative, d.sha256, d.received_at) for d in scan(folder)]
        taken_in = scan(folder)[0]
        archive.keep_delivery(tmp_path, taken_in.path, taken_in.sha256, KEY)
        [other] = {f"/drops/in/{name}" for name in names} - {f"/drops/in/{taken_in.relative}"}
        assert fetched() == []
        shutil.rmtree(tmp_path / "mirror")
        assert fetched() == [other]
        shutil.rmtree(tmp_path / "mirror")
        kept = archive.delivery_place(tmp_path, taken_in.sha256)
        kept.chmod(0o600)
        kept.write_bytes(b"damaged")
        assert fetched() == sorted([other, f"/drops/in/{taken_in.relative}"])
        shutil.rmtree(tmp_path / "mirror")
        way.first(100, REFUSED, "GET")
        with pytest.raises(SangamError, match=r"does not answer as it should for s3://drops/in/"):
            mirror(client, "s3://drops/in", tmp_path)


def test_of_what_was_taken_in_there_is_no_second_copy(
    tmp_path: Path, sample_drops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = next((sample_drops / "landing" / "sindh" / "births" / "2021Q2").iterdir())
    name = f"sindh/births/2021Q2/{drop.name}"
    with seaweed.serve(tmp_path) as endpoint, way_to(endpoint) as way:
        client = client_of(way.url, endpoint)
        client.create_bucket(Bucket="drops")
        client.put_object(Bucket="drops", Key=f"in/{name}", Body=drop.read_bytes())

        def taken_in() -> tuple[Delivery, Receipt]:
            """The one delivery of the landing as it is mirrored now, and what becomes of it."""
            [delivery] = scan(mirror(client, "s3://drops/in", tmp_path, KEY))
            [receipt] = ingest_source(tmp_path, delivery.path.parents[3], "sindh", "births")
            return delivery, receipt

        monkeypatch.setenv(SECRET_VARIABLE, KEY.decode())
        first, read = taken_in()
        assert (read.read_now, read.refused) == (True, None) and first.path.stat().st_size == first.size > 0
        accepted = read.accepted_file(tmp_path, "births").read_bytes()
        way.seen.clear()
        again, known = taken_in()
        assert (again, known.read_now) == (first, False)
        assert first.path.stat().st_size == 0
        shutil.rmtree(tmp_path / "lake")  # everything is read again, from the archive
        _, anew = taken_in()
        assert anew.read_now and anew.tables == read.tables and first.path.stat().st_size == 0
        assert anew.accepted_file(tmp_path, "births").read_bytes() == accepted
        shutil.rmtree(tmp_path / "mirror")
        assert taken_in()[0] == first
        assert not [path for verb, path in way.seen if verb == "GET" and path.endswith(drop.name)]
        # Who lacks the secret cannot open the archive, and has it downloaded.
        [open_again] = scan(mirror(client, "s3://drops/in", tmp_path))
        assert open_again == first and first.path.read_bytes() == drop.read_bytes()


def test_another_secret_reads_a_landing_anew_once_the_archive_is_put_aside(
    sample_drops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = next((sample_drops / "landing" / "sindh" / "births" / "2021Q2").iterdir())
    home, another = tmp_path / "home", b"another secret that is long enough"
    with seaweed.serve(tmp_path / "s3") as endpoint:
        client = object_store.connect(endpoint)
        client.create_bucket(Bucket="drops")
        client.put_object(Bucket="drops", Key=f"sindh/births/2021Q2/{drop.name}", Body=drop.read_bytes())

        def taken_in(key: bytes) -> Receipt:
            monkeypatch.setenv(SECRET_VARIABLE, key.decode())
            [receipt] = ingest_source(home, mirror(client, "s3://drops", home, key), "sindh", "births")
            return receipt

        assert taken_in(KEY).read_now
        assert not taken_in(KEY).read_now  # from now on the archive alone has the bytes
        with pytest.raises(SangamError, match="kept under another secret"):
            taken_in(another)
        (home / "archive" / "deliveries").rename(tmp_path / "before")
        shutil.rmtree(home / "mirror")
        anew = taken_in(another)
        assert anew.read_now and not anew.refused
        assert not taken_in(another).read_now


def test_an_address_without_a_bucket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SangamError, match="names no bucket"):
        mirror(None, "s3://", tmp_path)  # type: ignore[arg-type]
