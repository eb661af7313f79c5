"""What the keys of donors and partners open, by the real server: their own place, in their own way, nothing else."""

from __future__ import annotations

import configparser
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ingest.errors import SangamError
from orchestration.s3 import keys, object_store, seaweed
from orchestration.s3.partner_buckets import partner_bucket
from tests.terminal import sangam

DONORS = ("eu_success", "eu")  # one name begins like the other: rights must not go by prefix
REGIONS = ("sindh", "sind")
IN_HOUSE = ("landing", partner_bucket("sindh"), "in-house")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module", autouse=True)
def embedded() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "SANGAM_S3", "SANGAM_LANDING", "AWS_PROFILE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="module")
def endpoint(
    home: Path, embedded: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[seaweed.S3Endpoint]:
    """The server with keys for all, and an object in each bucket and each partner's folder."""
    files = tmp_path_factory.mktemp("files")
    for region in REGIONS:
        keys.give(home, keys.partner(region), files / region)
    with seaweed.serve(home, DONORS) as running:
        admin = object_store.connect(running)
        for bucket in (*map(seaweed.bucket_name, DONORS), *IN_HOUSE):
            object_store.ensure_bucket(admin, bucket)
            object_store.put_once(admin, bucket, "k", b"v")
        for region in REGIONS:
            object_store.put_once(admin, "landing", f"{region}/mis/2021Q2/there.csv", b"v")
        yield running


def client_with(endpoint: seaweed.S3Endpoint, pair: keys.Keys) -> Any:
    return boto3.client(
        "s3", endpoint_url=endpoint.url, region_name="us-east-1",
        aws_access_key_id=pair.access_key, aws_secret_access_key=pair.secret_key,
    )  # fmt: skip


def refused(*asked: Callable[[], Any]) -> None:
    for ask in asked:
        with pytest.raises(ClientError) as error:
            ask()
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error.value


def opens_nothing_of(client: Any, bucket: str, key: str = "k") -> None:
    """Neither to see, nor to read, nor to write, nor to have read by the server."""
    refused(
        lambda: client.head_bucket(Bucket=bucket),
        lambda: client.list_objects_v2(Bucket=bucket),
        lambda: client.list_objects_v2(Bucket=bucket, Prefix=key),
        lambda: client.list_object_versions(Bucket=bucket),
        lambda: client.list_multipart_uploads(Bucket=bucket),
        lambda: client.get_object(Bucket=bucket, Key=key),
        lambda: client.head_object(Bucket=bucket, Key=key),
        lambda: client.get_object_tagging(Bucket=bucket, Key=key),
        lambda: client.get_bucket_versioning(Bucket=bucket),
        lambda: client.get_bucket_policy(Bucket=bucket),
    )
    changes_nothing_of(client, bucket, key)


def changes_nothing_of(client: Any, bucket: str, key: str = "k") -> None:
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    off: Any = {"Status": "Suspended"}
    refused(
        lambda: client.put_object(Bucket=bucket, Key="new", Body=b""),
        lambda: client.put_object(Bucket=bucket, Key=key, Body=b""),
        lambda: client.copy_object(Bucket=bucket, Key="new", CopySource={"Bucket": bucket, "Key": key}),
        lambda: client.create_multipart_upload(Bucket=bucket, Key="new"),
        lambda: client.delete_object(Bucket=bucket, Key=key),
        lambda: client.put_object_acl(Bucket=bucket, Key=key, ACL="public-read"),
        lambda: client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=off),
        lambda: client.put_bucket_policy(
            Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
        ),
        lambda: client.delete_bucket(Bucket=bucket),
        lambda: client.create_bucket(Bucket="another"),
    )
    many = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})
    assert [one["Code"] for one in many["Errors"]] == ["AccessDenied"]


@pytest.mark.parametrize("donor, other", [DONORS, DONORS[::-1]])
def test_a_donor_reads_its_own_bucket_and_nothing_else(endpoint: Any, donor: str, other: str) -> None:
    own = seaweed.bucket_name(donor)
    client = object_store.connect(endpoint, donor)
    assert object_store.get(client, own, "k") == b"v"
    assert object_store.list_keys(client, own) == ["k"]
    assert [bucket["Name"] for bucket in client.list_buckets()["Buckets"]] == [own]
    changes_nothing_of(client, own)
    for bucket in (seaweed.bucket_name(other), *IN_HOUSE):
        opens_nothing_of(client, bucket)
        with pytest.raises(SangamError, match="own bucket only"):
            object_store.get(client, bucket, "k")
    opens_nothing_of(client, "landing", "sindh/mis/2021Q2/there.csv")


@pytest.mark.parametrize("region, other", [REGIONS, REGIONS[::-1]])
def test_a_partner_puts_into_its_own_folder_and_nothing_else(endpoint: Any, region: str, other: str) -> None:
    admin, client = object_store.connect(endpoint), client_with(endpoint, endpoint.partners[region])
    key = f"{region}/mis/2021Q2/new.csv"
    client.put_object(Bucket="landing", Key=key, Body=b"mine", IfNoneMatch="*")
    assert object_store.get(admin, "landing", key) == b"mine"
    with pytest.raises(ClientError, match="PreconditionFailed"):
        client.put_object(Bucket="landing", Key=key, Body=b"again", IfNoneMatch="*")
    there = f"{region}/mis/2021Q2/there.csv"
    refused(
        lambda: client.get_object(Bucket="landing", Key=there),
        lambda: client.head_object(Bucket="landing", Key=there),
        lambda: client.list_objects_v2(Bucket="landing", Prefix=f"{region}/"),
        lambda: client.delete_object(Bucket="landing", Key=there),
        lambda: client.put_object_acl(Bucket="landing", Key=there, ACL="public-read"),
        # The server would read for it what it may not read itself.
        lambda: client.copy_object(
            Bucket="landing", Key=f"{region}/got.csv",
            CopySource={"Bucket": "landing", "Key": f"{other}/mis/2021Q2/there.csv"},
        ),
        lambda: client.put_object(Bucket="landing", Key=f"{region}.csv", Body=b""),
        lambda: client.put_object(Bucket="landing", Key="_received.csv", Body=b""),
        lambda: client.put_object(Bucket="landing", Key=f"_reference/{region}.csv", Body=b""),
    )  # fmt: skip
    with pytest.raises(ClientError):
        client.put_object(Bucket="landing", Key=f"{region}/../{other}/x.csv", Body=b"")
    opens_nothing_of(client, "landing", f"{other}/mis/2021Q2/there.csv")
    for bucket in (*map(seaweed.bucket_name, DONORS), *IN_HOUSE[1:]):
        opens_nothing_of(client, bucket)
    assert client.list_buckets()["Buckets"] == []


def test_what_a_partner_overwrites_is_kept(endpoint: Any) -> None:
    """The embedded server cannot tell a partner not to; the bucket has versions."""
    admin, client = object_store.connect(endpoint), client_with(endpoint, endpoint.partners["sindh"])
    for body in (b"first", b"second"):
        client.put_object(Bucket="landing", Key="sindh/mis/2021Q1/twice.csv", Body=body)
    found = admin.list_object_versions(Bucket="landing", Prefix="sindh/mis/2021Q1/twice.csv")["Versions"]
    bodies = [
        admin.get_object(Bucket="landing", Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
        for one in found
    ]
    assert bodies == [b"second", b"first"]


def test_policies_for_others_say_the_same_and_forbid_to_overwrite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAM_LANDING", "s3://programme-drops/in/here/")
    policy = keys.policy(keys.partner("sindh"))
    places = {statement["Resource"] for statement in policy["Statement"]}
    assert places == {"arn:aws:s3:::programme-drops/in/here/sindh/*"}
    assert {action for statement in policy["Statement"] for action in statement["Action"]} == {"s3:PutObject"}
    conditions = [statement["Condition"] for statement in policy["Statement"]]
    assert {"Null": {"s3:if-none-match": "false"}} in conditions
    assert all(
        statement["Effect"] == "Allow" and "Condition" in statement for statement in policy["Statement"]
    )
    read = keys.policy(keys.donor("eu_success"))["Statement"]
    assert [(one["Action"], one["Resource"]) for one in read] == [
        (["s3:ListBucket", "s3:GetBucketLocation"], "arn:aws:s3:::donor-eu-success"),
        (["s3:GetObject"], "arn:aws:s3:::donor-eu-success/*"),
    ]


def send_as_the_file_says(handed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the lines of the file that a partner gets."""
    lines = [line for line in handed.read_text().splitlines() if line.startswith("#")][3:]
    assert lines[0].startswith("# boto3.Session")
    monkeypatch.chdir(handed.parent)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(handed))
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    (handed.parent / "FILE").write_bytes(b"sent")
    exec("\n".join(line.removeprefix("# ") for line in lines), {"boto3": boto3})  # noqa: S102


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the line for partners closes no file
def test_keys_are_handed_over_in_a_file_and_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAM_HOME", str(tmp_path))
    files = [tmp_path / "over" / name for name in ("first", "again", "new", "partner")]
    assert "no keys" in sangam("keys", "rotate", "eu_success", "--to", str(files[0])).text
    assert sangam("keys", "list").status == 2

    def given(*words: str, to: Path) -> Any:
        said = sangam("keys", *words, "--to", str(to))
        assert said.status == 0, said.text
        profile = configparser.ConfigParser()
        profile.read(to)
        pair = profile[words[1]]
        assert stat.S_IMODE(to.stat().st_mode) == 0o600
        assert pair["aws_secret_access_key"] not in said.text
        return keys.Keys(pair["aws_access_key_id"], pair["aws_secret_access_key"])

    with seaweed.serve(tmp_path, ["eu"]) as endpoint:  # the donor is new to a server that runs
        bucket = seaweed.bucket_name("eu_success")
        object_store.ensure_bucket(object_store.connect(endpoint), bucket)
        first, again = (given("hand-over", "eu_success", to=to) for to in files[:2])
        assert first == again
        client_with(endpoint, first).list_objects_v2(Bucket=bucket)
        new = given("rotate", "eu_success", to=files[2])
        refused(lambda: client_with(endpoint, first).list_objects_v2(Bucket=bucket))
        client_with(endpoint, new).list_objects_v2(Bucket=bucket)
        given("hand-over", "sindh", to=files[3])
        send_as_the_file_says(files[3], monkeypatch)
        assert (
            object_store.get(object_store.connect(endpoint), "landing", "sindh/SOURCE/QUARTER/FILE")
            == b"sent"
        )
    listed = sangam("keys", "list")
    assert listed.has(new.access_key) and listed.has("reads and lists s3://donor-eu-success, nothing else")
    assert first.access_key not in listed.text
    assert new.secret_key not in listed.text
    assert "exists already" in sangam("keys", "hand-over", "eu_success", "--to", str(files[0])).text
    assert "Did you mean 'sindh'?" in sangam("keys", "policy", "sind").text
    assert json.loads(sangam("keys", "policy", "eu_success").out) == keys.policy(keys.donor("eu_success"))


def test_keys_of_another_s3_are_not_ours_to_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAM_S3", "aws")
    with pytest.raises(SangamError, match="by whoever runs it"):
        keys.give(tmp_path, keys.donor("eu"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []
