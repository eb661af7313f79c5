"""Releases through the real S3: published whole or not at all, provable, and the same when built again."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.cells import cell_len

from ingest.errors import SangamError
from orchestration.disclosure import choose, protection
from orchestration.releases import approvals, publish, shelf, verify
from orchestration.releases.build import read_parquet
from orchestration.releases.rebuild import rebuild
from orchestration.s3 import object_store, seaweed
from orchestration.warehouse.released import note_release
from tests import marts, small_home
from tests.small_home import QUARTER, release, set_value
from tests.terminal import sangam, without_colours

DONORS = [f"donor_{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
NO_RECIPE = (
    "It names no recipe, so it is built from the warehouse as it is today."  # nobody ran anything here
)
FILES = {
    "indicators.csv",
    "indicators.parquet",
    "indicators.xlsx",
    "iati.xml",
    "sdmx.csv",
    "structure.xml",
    "README.txt",
    "report.html",
    "manifest.json",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A warehouse with one quarter for each of several donors, so that each test has a donor of its own."""
    with small_home.made(tmp_path_factory.mktemp("home"), DONORS) as folder:
        yield folder


@pytest.fixture(scope="module")
def endpoint(home: Path) -> Iterator[seaweed.S3Endpoint]:
    with seaweed.serve(home, DONORS) as running:
        yield running


@pytest.fixture(scope="module")
def client(endpoint: seaweed.S3Endpoint) -> Any:
    return object_store.connect(endpoint)


@pytest.fixture(scope="module")
def unused_donors() -> Iterator[str]:
    return iter(DONORS)


@pytest.fixture
def donor(unused_donors: Iterator[str]) -> str:
    return next(unused_donors)


class CrashError(Exception):
    pass


class Failing:
    """An S3 client that dies before, or right after, its n-th upload."""

    def __init__(self, client: Any, upload: int, is_after: bool) -> None:
        self.client, self.left, self.is_after = client, upload, is_after

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def put_object(self, **given: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            if self.is_after:
                self.client.put_object(**given)
            raise CrashError
        return self.client.put_object(**given)


def test_nothing_leaves_without_a_sign_off(home: Path, client, donor: str) -> None:
    with pytest.raises(SangamError, match="nobody has signed it off"):
        publish.publish(home, client, donor, QUARTER)
    assert object_store.list_keys(client, seaweed.bucket_name(donor)) == []
    assert not (home / "releases" / donor).exists()


def test_a_release_stands_in_s3_and_here(home: Path, endpoint, client, donor: str) -> None:
    done = release(home, client, donor, donor_names={donor: "A Donor, Some Programme"})
    assert (done.release, done.is_new, done.predecessor) == ("r001", True, None)
    assert (done.bucket, done.prefix) == (seaweed.bucket_name(donor), f"{donor}/2021Q2/r001/")
    as_donor = object_store.connect(endpoint, donor)
    for name in FILES:
        body = object_store.get(as_donor, done.bucket, done.prefix + name)
        assert body == (done.folder / name).read_bytes()
    assert {path.name for path in done.folder.iterdir()} == FILES
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert manifest["donor_name"] == "A Donor, Some Programme"
    assert manifest["drops"][0]["sha256"] == "ab12"
    [listed] = verify.list_releases(as_donor, donor)
    assert (listed.release, listed.approved_by, listed.files) == ("r001", "Amina Soomro", len(FILES) - 1)
    proof = verify.verify(as_donor, donor, QUARTER, home=home)
    assert proof.is_whole
    assert {file.name for file in proof.files} >= FILES


def test_releases_of_before_anything_was_withheld_are_known(home: Path, client: Any, donor: str) -> None:
    """Their manifests say nothing of what adds up, nor whether somebody attacked them."""
    manifest = release(home, client, donor).folder / "manifest.json"
    words = json.loads(manifest.read_text(encoding="utf-8"))
    del words["disclosure"], words["certificate"]
    manifest.chmod(0o644)
    manifest.write_text(json.dumps(words), encoding="utf-8")
    set_value(home, donor, 55.5)
    assert release(home, client, donor).release == "r002"


def test_the_marts_know_what_is_out(home: Path, client: Any, donor: str) -> None:
    def known() -> list[tuple[str, str, str | None]]:
        with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as db:
            return db.execute(
                "select category, status, release from marts.indicator_values where donor = ? and indicator = 'AA-01' "
                "order by all",
                [donor],
            ).fetchall()

    assert known() == [("F", "provisional", None), ("all", "provisional", None)]
    release(home, client, donor)
    assert known() == [("F", "final", "r001"), ("all", "final", "r001")]
    set_value(home, donor, 55.5)
    release(home, client, donor)
    assert known() == [("F", "restated", "r002"), ("all", "final", "r002")]
    set_value(home, donor, 60.0)
    note_release(home / "warehouse.duckdb", home / "releases")  # as after a run
    assert known() == [("F", "provisional", None), ("all", "final", "r002")]


def test_the_same_content_is_not_released_again(home: Path, client, donor: str) -> None:
    first = release(home, client, donor)
    keys = object_store.list_keys(client, first.bucket)
    again = release(home, client, donor, by="Somebody Else")
    assert (again.release, again.is_new) == ("r001", False)
    assert object_store.list_keys(client, first.bucket) == keys


def test_a_change_makes_the_next_release(home: Path, client, donor: str) -> None:
    first = release(home, client, donor)
    before = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    set_value(home, donor, 71.5)
    with pytest.raises(SangamError, match="have changed since"):
        publish.publish(home, client, donor, QUARTER)
    second = release(home, client, donor, reason="late forms from Dadu")
    assert (second.release, second.predecessor, second.changes) == ("r002", "r001", 1)
    assert {path.name: path.read_bytes() for path in first.folder.iterdir()} == before
    manifest = shelf.manifest(client, donor, QUARTER, "r002")
    [change] = manifest["changes"]
    assert (change["indicator"], change["dimension"], change["category"]) == ("AA-01", "sex", "F")
    assert (change["old_value"], change["new_value"]) == (70.1, 71.5)
    assert change["reason"] == manifest["reason"] == "late forms from Dadu"
    [found] = verify.diff(client, donor, QUARTER, "r001", "r002")
    assert (found.old_value, found.new_value, found.reason) == (70.1, 71.5, "late forms from Dadu")
    assert verify.verify(client, donor, QUARTER, "r001").is_whole
    assert verify.verify(client, donor, QUARTER, "r002").is_whole
    set_value(home, donor, 72.5)
    third = release(home, client, donor)
    assert shelf.manifest(client, donor, QUARTER, third.release)["changes"][0]["reason"] == "recomputed"


@pytest.mark.parametrize("upload, is_after", [(1, False), (2, True), (len(FILES), False), (len(FILES), True)])
def test_a_crash_leaves_the_old_release_or_the_new_one(
    home: Path, client, donor: str, upload: int, is_after: bool
) -> None:
    release(home, client, donor)
    set_value(home, donor, 90.0)
    approvals.approve(home, donor, QUARTER, "Amina Soomro")
    with pytest.raises(CrashError):
        publish.publish(home, Failing(client, upload, is_after), donor, QUARTER)  # type: ignore[arg-type]
    is_out = upload == len(FILES) and is_after
    assert [r for _, r in shelf.finished(client, donor)] == (["r001", "r002"] if is_out else ["r001"])
    assert verify.verify(client, donor, QUARTER).is_whole
    done = publish.publish(home, client, donor, QUARTER)  # finishes what was begun
    assert (done.release, done.is_new) == ("r002", not is_out)
    assert verify.verify(client, donor, QUARTER, "r002", home).is_whole
    assert not list((home / "releases" / "_staging").glob("*"))


def test_an_unfinished_release_of_other_content_is_passed_over(home: Path, client, donor: str) -> None:
    approvals.approve(home, donor, QUARTER, "Amina Soomro")
    with pytest.raises(CrashError):
        publish.publish(home, Failing(client, 3, False), donor, QUARTER)  # type: ignore[arg-type]
    set_value(home, donor, 33.0)
    done = release(home, client, donor)
    assert (done.release, done.predecessor) == ("r002", None)
    assert [r for _, r in shelf.finished(client, donor)] == ["r002"]
    with pytest.raises(SangamError, match="has no release 'r001'; it has: r002"):
        verify.verify(client, donor, QUARTER, "r001")


def test_a_crash_between_s3_and_the_local_copy_is_mended(home: Path, client, donor: str, monkeypatch) -> None:
    approvals.approve(home, donor, QUARTER, "Amina Soomro")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(CrashError))
        with pytest.raises(CrashError):
            publish.publish(home, client, donor, QUARTER)
    assert not publish.local_folder(home, donor, QUARTER, "r001").exists()
    assert not verify.verify(client, donor, QUARTER, home=home).is_whole
    assert publish.publish(home, client, donor, QUARTER).is_new is False
    assert verify.verify(client, donor, QUARTER, home=home).is_whole


def test_verify_finds_what_is_wrong(home: Path, client, donor: str) -> None:
    done = release(home, client, donor)
    key = done.prefix + "indicators.csv"
    good = object_store.get(client, done.bucket, key)
    assert good is not None
    client.put_object(Bucket=done.bucket, Key=key, Body=good.replace(b"70.1", b"70.2"))
    client.put_object(Bucket=done.bucket, Key=done.prefix + "extra.txt", Body=b"x")
    client.delete_object(Bucket=done.bucket, Key=done.prefix + "indicators.xlsx")
    problems = {file.name: file.problem for file in verify.verify(client, donor, QUARTER, home=home).files}
    assert "SHA-256" in str(problems["indicators.csv"])
    assert problems["indicators.xlsx"] == "missing"
    assert problems["extra.txt"] == "not named in the manifest"
    assert problems["indicators.parquet"] is None
    assert problems["r001/indicators.csv"] == "the local copy differs from S3"


def test_a_release_comes_out_the_same_again(home: Path, client, donor: str, tmp_path: Path) -> None:
    done = release(home, client, donor)
    proof = rebuild(home, client, donor, QUARTER, out=tmp_path / "again")
    assert proof.is_whole
    assert proof.notes == (NO_RECIPE,)
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (done.folder / name).read_bytes()
    set_value(home, donor, 71.0)
    other = rebuild(home, client, donor, QUARTER)
    assert not other.is_whole
    same = {"README.txt", "structure.xml"}  # they state no value
    assert {file.name for file in other.files if file.problem} == FILES - same
    assert "not those that were released" in other.notes[1]


def test_a_restated_release_comes_out_the_same_too(home: Path, client, donor: str) -> None:
    release(home, client, donor)
    set_value(home, donor, 71.0)
    release(home, client, donor, reason="late")
    assert rebuild(home, client, donor, QUARTER, "r002").is_whole


def test_other_drops_are_named(home: Path, client, donor: str) -> None:
    release(home, client, donor)
    with duckdb.connect(str(home / "warehouse.duckdb")) as db:
        db.execute("update marts.indicator_evidence set _sha256 = 'cd34' where donor = ?", [donor])
    proof = rebuild(home, client, donor, QUARTER)
    assert {f.name for f in proof.files if f.problem} == {"indicators.xlsx", "report.html", "manifest.json"}
    assert proof.notes == (
        NO_RECIPE,
        "Delivered since, or replaced: mis_2021Q2.sql (cd34)",
        "No longer current: mis_2021Q2.sql (ab12)",
    )


def test_the_commands(
    home: Path, endpoint, donor: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SANGAM_HOME", str(home))

    def run(*words: str, status: int = 0) -> str:
        said = sangam(*words)
        assert said.status == status, said.text
        return said.text

    assert "needs the name" in run("approve", donor, QUARTER, "--by", " ", "--yes", status=2)
    assert "--no-publish" in run("approve", donor, QUARTER, "--by", "Amina", "--yes", "--no-publish")
    assert "There are no releases" in run("release", "list", donor)
    assert f"s3://{seaweed.bucket_name(donor)}/{donor}/2021Q2/r001/" in run(
        "approve", donor, QUARTER, "--by", "B", "--yes"
    )
    assert "nothing was released anew" in run("approve", donor, QUARTER, "--by", "B", "--yes")
    assert f"{donor} 2021Q2 r001 final 0" in run("release", "list", donor)
    assert "Amina" in run("release", "list", donor, "2021Q2")
    assert "r001 is whole" in run("release", "verify", donor, QUARTER)
    assert "comes out the same" in run("release", "rebuild", donor, QUARTER)
    run("release", "fetch", donor, QUARTER, "--to", str(tmp_path / "got"))
    assert {path.name for path in (tmp_path / "got").iterdir()} == FILES
    set_value(home, donor, 55.5)
    waits = run("release", "pending")
    assert re.search(
        rf"{donor} 2021Q2 2021-07-09 [0-9,]+ days overdue 3 of 3 numbers changed after Amina", waits
    )
    run("approve", donor, QUARTER, "--by", "Amina", "--yes", "--reason", "late forms")
    changed = run("release", "diff", donor, QUARTER, "r001", "r002")
    assert "AA-01 sindh round sex=F 70.1 55.5 value late forms" in changed
    assert "comes out different" in run("release", "rebuild", donor, QUARTER, "-r", "r001", status=1)
    assert "has no release 'r009'" in run("release", "verify", donor, QUARTER, "-r", "r009", status=2)
    assert seaweed.is_running(home)  # it ran before, so the commands leave it alone


@pytest.mark.parametrize("width", [60, 80, 200, None])
def test_what_is_said_of_releases_is_whole(
    home: Path, client, endpoint, donor: str, monkeypatch: pytest.MonkeyPatch, width: int | None
) -> None:
    monkeypatch.setenv("SANGAM_HOME", str(home))
    officer = "Begum Rokeya Sakhawat Hossain, monitoring and evaluation"
    reason = "forms of Union Parishad 7 came late and were [not] in r001"
    release(home, client, donor, by=officer)
    set_value(home, donor, 12345.678)
    release(home, client, donor, by=officer, reason=reason)
    listed = sangam("release", "list", donor, width=width)
    for datum in (donor, "r001", "r002", "2021Q2", officer):
        assert listed.has(datum), listed.out
    changed = sangam("release", "diff", donor, QUARTER, "r001", "r002", width=width)
    for datum in ("AA-01", "sindh", "sex=F", "70.1", "12,345.68", reason):
        assert changed.has(datum), changed.out
    (home / "releases" / donor / QUARTER / "r002" / "indicators.csv").chmod(0o644)
    (home / "releases" / donor / QUARTER / "r002" / "indicators.csv").write_bytes(b"")
    proof = sangam("release", "verify", donor, QUARTER, width=width)
    assert proof.status == 1
    assert proof.has("the local copy differs from S3")
    for said in (listed, changed, proof):
        lines = without_colours(said.out).splitlines()
        assert width is None or max(map(cell_len, lines)) <= width
        assert width is not None or "\x1b" not in said.out


def _texts(name: str, body: bytes) -> str:
    """All that a file says: a workbook's parts, or the values of a Parquet file."""
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return "\n".join(parts.read(part).decode(errors="replace") for part in parts.namelist())
    if name.endswith(".parquet"):
        values = read_parquet(body)
        return f"{values.schema}{values.to_pylist()}"
    return body.decode()


def test_what_could_be_worked_out_is_not_published(
    home: Path, client: Any, donor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three women one can be told apart where the men and all together are published."""
    at = home / "logframes" / f"{donor}.yml"
    marts.write_logframe(home / "logframes", donor, ["AA-01", "AA-02"], threshold=10)
    with duckdb.connect(str(home / "warehouse.duckdb")) as db:
        db.execute("delete from marts.indicator_values where donor = ? and indicator = 'AA-01'", [donor])
        db.execute(
            """
            insert into marts.indicator_values by name
            select $donor as donor, 'AA-01' as indicator, '2021Q2' as quarter, 'sindh' as region, 'round' as over_time,
                   dimension, category, 100 * above / below as "value", 'percent' as unit, above as numerator,
                   below as denominator, below as n, 'reported' as state, 'provisional' as status,
                   1 as definition_version, '2021 Q2' as fiscal_label, '2021Q2' as period
            from (values ('all', 'all', 60, 100), ('sex', 'F', 3, 20), ('sex', 'M', 57, 80))
                 as v(dimension, category, above, below)
            """,
            {"donor": donor},
        )

    def small_ones_alone(system: Any) -> Any:
        chosen = choose.choose(system)
        return replace(chosen, is_withheld=chosen.is_small)

    with monkeypatch.context() as patch:
        patch.setattr(protection, "choose", small_ones_alone)
        for _ in range(2):  # and still not at the next try
            with pytest.raises(
                SangamError, match=r"what it withholds could be worked out.*F: between 3 and 3"
            ):
                release(home, client, donor)
            assert shelf.finished(client, donor) == []
    for kept in (home / "releases" / "_withheld").glob("*"):
        kept.unlink()
    protection._withheld.cache_clear()
    done = release(home, client, donor)
    manifest = shelf.manifest(client, donor, QUARTER, done.release)
    assert manifest["certificate"]["withheld"] == 2
    assert manifest["certificate"]["narrowest"] > 10
    values = read_parquet(shelf.fetch(client, donor, QUARTER, done.release, "indicators.parquet")).to_pylist()
    withheld = [row for row in values if row["state"] == "suppressed"]
    assert [row["category"] for row in withheld] == ["F", "M"]
    for name in ("value", "numerator", "denominator", "n", "se", "ci_low", "ci_high", "achievement", "light"):
        assert [row[name] for row in withheld] == [None, None], name
    # Nothing that is known in-house is in any file of the donor's: why, which are the small ones, their numbers.
    assert (
        "a small number"
        in protection.why_withheld(home, (donor, "AA-01", QUARTER), "sex", "F")["sindh", "round", ""]
    )
    keys = object_store.list_keys(client, done.bucket)
    assert {Path(key).name for key in keys} == FILES | {"README.html"}
    said = "\n".join(
        _texts(Path(key).name, object_store.get(client, done.bucket, key) or b"") for key in keys
    )
    assert "Withheld, since it could point to individual people" in said
    for secret in (
        "Withheld from the donor",
        "a small number",
        "for the sake of others",
        "is_small",
        "71.25",
    ):
        assert secret not in said, secret
    assert rebuild(home, client, donor, QUARTER).is_whole
    at.unlink()
