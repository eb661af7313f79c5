"""The embedded S3 and what is done with it, against the real server; no mocks."""

import base64
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from ingest.errors import SangamError
from orchestration.s3 import object_store, seaweed

DONORS = ("eu_success", "eu")
ANOTHERS = ("SOMEBODYSKEYELSEWHERE", "somebody's secret elsewhere")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    yield folder
    seaweed.stop(folder)


@pytest.fixture(scope="module")
def endpoint(home: Path) -> seaweed.S3Endpoint:
    """Started where keys to another S3 stand in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", ANOTHERS[0])
        patch.setenv("AWS_SECRET_ACCESS_KEY", ANOTHERS[1])
        return seaweed.start(home, DONORS)


@pytest.fixture(scope="module")
def admin(endpoint: seaweed.S3Endpoint):
    client = object_store.connect(endpoint)
    for donor in DONORS:
        object_store.ensure_bucket(client, seaweed.bucket_name(donor))
    return client


def test_bucket_names_have_dashes() -> None:
    assert seaweed.bucket_name("eu_success") == "donor-eu-success"


def test_an_object_is_put_once(admin) -> None:
    bucket = "donor-eu-success"
    assert object_store.put_once(admin, bucket, "a/b.txt", b"first") is True
    assert object_store.put_once(admin, bucket, "a/b.txt", b"first") is False
    with pytest.raises(SangamError, match=r"a/b\.txt holds other content"):
        object_store.put_once(admin, bucket, "a/b.txt", b"second")
    assert object_store.get(admin, bucket, "a/b.txt") == b"first"
    assert object_store.get(admin, bucket, "a/none.txt") is None
    assert object_store.list_keys(admin, bucket, "a/") == ["a/b.txt"]
    assert object_store.list_keys(admin, "donor-nobody") == []
    head = admin.head_object(Bucket=bucket, Key="a/b.txt", ChecksumMode="ENABLED")
    assert base64.b64decode(head["ChecksumSHA256"]) == hashlib.sha256(b"first").digest()


def test_the_server_refuses_damaged_bytes(admin) -> None:
    with pytest.raises(ClientError, match="BadDigest"):
        admin.put_object(Bucket="donor-eu", Key="x", Body=b"one", ChecksumSHA256="A" * 43 + "=")


def test_buckets_are_versioned_and_made_once(admin) -> None:
    object_store.ensure_bucket(admin, "donor-eu")
    assert admin.get_bucket_versioning(Bucket="donor-eu")["Status"] == "Enabled"


def test_nobody_reads_without_keys(endpoint, admin) -> None:
    object_store.put_once(admin, "donor-eu", "k", b"v")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{endpoint.url}/donor-eu/k", timeout=5)  # noqa: S310


def test_an_unknown_donor_has_no_keys(endpoint) -> None:
    with pytest.raises(SangamError, match="'nobody' has no keys"):
        object_store.connect(endpoint, "nobody")


def test_keys_are_private_and_stay(home: Path, endpoint) -> None:
    for name in ("credentials.json", "identities.json"):
        assert stat.S_IMODE((home / "s3" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "s3").stat().st_mode) == 0o700
    stored = json.loads((home / "s3" / "credentials.json").read_text())
    assert len({keys["secret_key"] for keys in [stored["admin"], *stored["donors"].values()]}) == 3
    again = seaweed.start(home, DONORS)
    assert (again.pid, again.admin, again.donors) == (endpoint.pid, endpoint.admin, endpoint.donors)


def test_only_this_machine_is_served(home: Path, endpoint) -> None:
    command = Path(f"/proc/{endpoint.pid}/cmdline").read_bytes()
    assert b"-ip.bind=127.0.0.1" in command
    assert b"-master.telemetry=false" in command


def test_what_was_acknowledged_survives_sigkill(tmp_path: Path) -> None:
    try:
        first = seaweed.start(tmp_path, ["eu"])
        client = object_store.connect(first)
        object_store.ensure_bucket(client, "donor-eu")
        bodies = {f"k{i}": os.urandom(200_000) for i in range(20)}
        for key, body in bodies.items():
            object_store.put_once(client, "donor-eu", key, body)
        os.killpg(first.pid, signal.SIGKILL)
        second = seaweed.start(tmp_path, ["eu"])  # the pid file is stale now
        assert second.pid != first.pid
        assert second.url == first.url
        reader = object_store.connect(second, "eu")
        assert {key: object_store.get(reader, "donor-eu", key) for key in bodies} == bodies
        writer = object_store.connect(second)
        with pytest.raises(SangamError, match="never overwritten"):
            object_store.put_once(writer, "donor-eu", "k0", b"other")
        assert object_store.put_once(writer, "donor-eu", "new", b"new") is True
    finally:
        assert seaweed.stop(tmp_path) is True
    assert seaweed.stop(tmp_path) is False
    assert not seaweed.is_running(tmp_path)


def test_a_new_donor_gets_keys_from_a_running_server(tmp_path: Path) -> None:
    with seaweed.serve(tmp_path, ["eu"]) as before:
        after = seaweed.start(tmp_path, ["mord_nrlm"])
        assert after.donors.keys() == {"eu", "mord_nrlm"}
        assert after.donors["eu"] == before.donors["eu"]
        object_store.ensure_bucket(object_store.connect(after), "donor-mord-nrlm")
        assert object_store.list_keys(object_store.connect(after, "mord_nrlm"), "donor-mord-nrlm") == []
    assert not seaweed.is_running(tmp_path)


def test_keys_for_another_s3_open_nothing_here(endpoint: seaweed.S3Endpoint) -> None:
    """The server would take those of its environment for an administrator's."""
    client = boto3.client(
        "s3", endpoint_url=endpoint.url, region_name="us-east-1",
        aws_access_key_id=ANOTHERS[0], aws_secret_access_key=ANOTHERS[1],
    )  # fmt: skip
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        client.list_buckets()


def test_a_foreign_process_is_never_taken_for_the_server(tmp_path: Path) -> None:
    (tmp_path / "s3").mkdir()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        (tmp_path / "s3" / "server.json").write_text(json.dumps({"pid": other.pid, "ports": {}}))
        assert not seaweed.is_running(tmp_path)
        assert seaweed.stop(tmp_path) is False
        assert other.poll() is None
        other.kill()


def test_the_usual_variables_lead_to_any_s3(endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", endpoint.admin.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", endpoint.admin.secret_key)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    client = object_store.connect()
    object_store.ensure_bucket(client, "by-variables")
    assert object_store.put_once(client, "by-variables", "k", b"v") is True
    assert object_store.get(client, "by-variables", "k") == b"v"


def test_it_is_up_in_seconds_and_down_within_the_deadline(tmp_path: Path) -> None:
    started = time.monotonic()
    seaweed.start(tmp_path, ["eu"])
    up = time.monotonic() - started
    seaweed.stop(tmp_path)
    print(f"up in {up:.1f} s, down in {time.monotonic() - started - up:.1f} s")
    assert time.monotonic() - started < 40


def test_any_other_s3_is_used_when_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "SANGAM_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")  # alone it must not send the demo's data to a cloud
    assert object_store.is_embedded()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    assert not object_store.is_embedded()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert object_store.connect().meta.endpoint_url == "http://127.0.0.1:1"
