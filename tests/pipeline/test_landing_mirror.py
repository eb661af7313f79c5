"""A landing in a real S3 server: downloaded once, with the time of arrival, and again when it changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.deliveries.landing import scan
from ingest.errors import SangamError
from orchestration.s3 import object_store, seaweed
from orchestration.s3.landing_mirror import mirror, mirrored

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


def test_an_address_without_a_bucket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SangamError, match="names no bucket"):
        mirror(None, "s3://", tmp_path)  # type: ignore[arg-type]
