"""No name, identifier, phone number or birth date is anywhere beyond the ingest boundary, in any file of a run."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.conftest import TEST_SECRET
from tests.personal import Personal, Search, personal_values
from tests.runs import Run

pytestmark = pytest.mark.xdist_group("runs")


@pytest.fixture(scope="module")
def personal(sample_drops: Path) -> Personal:
    return personal_values(sample_drops / "landing", "sindh")


@pytest.fixture(scope="module")
def looked_for(personal: Personal) -> Search:
    return Search(personal, TEST_SECRET)


@pytest.fixture
def search(looked_for: Search) -> Search:
    return looked_for.afresh()


def test_there_is_something_to_look_for(personal: Personal) -> None:
    assert sum(map(len, personal.phrases().values())) > 500
    assert len(personal.cells()) > 500
    assert min(len(personal.identifiers), len(personal.phones), len(personal.birth_dates)) > 500


def test_nothing_personal_leaves_the_boundary(released_run: Run, search: Search) -> None:
    home = released_run.settings.home
    # Outside the search: the vault, which is encrypted, and the slips with the partner's own rows, which go back to it:
    # in the home and in the partner's own bucket, whose volumes are files of their own.
    slips = [home / "return", *(home / "s3" / "data").glob("partner-*")]
    search.folder(home, without=[home / "vault", *slips])
    for part in ("lake", "dagster", "build", "releases", "s3"):
        assert any((home / part).rglob("*")), f"{part} is not there to be searched"
    for suffix in (".parquet", ".duckdb", ".json", ".xlsx", ".csv", ".db", ".log"):
        assert search.searched[suffix], f"no {suffix} was searched"
    assert search.found == []


def test_slips_for_the_partner_are_readable_by_the_owner_only(released_run: Run) -> None:
    slips = list((released_run.settings.home / "return").rglob("*.xlsx"))
    assert slips
    assert [path.name for path in slips if path.stat().st_mode & 0o077] == []


def test_the_vault_holds_nothing_in_clear(released_run: Run, personal: Personal) -> None:
    files = [path for path in (released_run.settings.home / "vault").rglob("*") if path.is_file()]
    assert files
    words = {word for name in personal.names for word in name.split() if len(word) >= 6}
    for path in files:
        assert path.stat().st_mode & 0o077 == 0
        content = path.read_bytes()
        for value in (*personal.names, *words, *personal.identifiers, *personal.phones, TEST_SECRET):
            assert len(value) < 6 or value.encode() not in content


@pytest.mark.parametrize("kind", ["name", "cell", "identifier", "phone", "birth date", "secret"])
@pytest.mark.parametrize("place", ["parquet", "map", "duckdb", "log"])
def test_the_search_finds_what_is_planted(search: Search, tmp_path: Path, kind: str, place: str) -> None:
    personal = search.personal
    phrase = min(search.phrases[2])
    identifier = next(d for d in sorted(personal.identifiers) if len(d) == 13)
    planted = {
        "name": f"Seen: {' '.join(phrase)}, again",
        "cell": max(sorted(search.cells), key=len),
        "identifier": f"{identifier[:5]}-{identifier[5:12]}-{identifier[12:]}",
        "phone": "0" + min(personal.phones),
        "birth date": f"born {min(personal.birth_dates)}.",
        "secret": TEST_SECRET,
    }[kind]
    if place == "parquet":
        duckdb.sql(f"COPY (SELECT '{planted}' AS x) TO '{tmp_path}/x.parquet' (FORMAT parquet)")
    elif place == "map":
        duckdb.sql(
            f"COPY (SELECT MAP {{'k': '{planted}'}} AS x) TO '{tmp_path}/x.parquet' (COMPRESSION zstd)"
        )
    elif place == "duckdb":
        with duckdb.connect(f"{tmp_path}/x.duckdb") as connection:
            connection.execute(f"CREATE SCHEMA s; CREATE TABLE s.t AS SELECT '{planted}' AS x")
    else:
        (tmp_path / "run.log").write_text(f"ERROR row 3: {planted}\n", encoding="utf-8")
    search.folder(tmp_path)
    assert search.found
