"""The sign-off before a release: what must be there, what is shown, how many names, and what an officer adds."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from rich.cells import cell_len

from ingest.errors import SangamError
from orchestration.releases import approvals, publish, shelf
from orchestration.releases.build import read_parquet
from orchestration.releases.content import read_content
from orchestration.releases.notes import write_note
from orchestration.releases.rebuild import rebuild
from orchestration.s3 import object_store, seaweed
from tests import marts
from tests.terminal import sangam, without_colours

DONORS = [f"donor_{letter}" for letter in "abcdefghijklmn"]
QUARTER = "2021Q2"
LACKS = "No accepted delivery of sindh/births for 2021Q2. The delivery of sindh/mis for 2021Q2 was not taken in: m.sql."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A warehouse with a quarter of two indicators for each of several donors, and one before it."""
    folder = tmp_path_factory.mktemp("home")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as db:
        marts.create(db)
        db.execute(
            """
            insert into marts.indicator_values by name
            select donor, indicator, '2021Q2' as quarter, 'sindh' as region, 'round' as over_time, dimension,
                   category, number::double as "value", 'percent' as unit, '' as currency, 17 as numerator,
                   21 as denominator, 21 as n, 80::double as target, 'reported' as state, 'provisional' as status,
                   null::varchar as release, 1 as definition_version, 'FY2020-21 Q4' as fiscal_label
            from unnest($donors) as d(donor),
                 (values ('AA-01', 'all', 'all', 66.6), ('AA-01', 'sex', 'F', 70.1),
                         ('AA-02', 'all', 'all', 12.5)) as v(indicator, dimension, category, number)
            """,
            {"donors": DONORS},
        )
        db.execute(
            """
            insert into marts.indicator_definitions by name
            select distinct donor, indicator, 'Share' as name, 'outcome' as level, 1 as definition_version
            from marts.indicator_values;
            insert into marts.indicator_evidence by name
            select donor, indicator, quarter, 'mis_2021Q2.sql' as _file, 'ab12' as _sha256
            from marts.indicator_values
            """
        )
    for donor in DONORS:
        marts.write_logframe(folder / "logframes", donor, ["AA-01", "AA-02"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANGAM_LOGFRAMES", str(folder / "logframes"))
        patch.setenv("SANGAM_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[Any]:
    with seaweed.serve(home, DONORS) as running:
        yield object_store.connect(running)


@pytest.fixture(scope="module")
def unused_donors() -> Iterator[str]:
    return iter(DONORS)


@pytest.fixture
def donor(unused_donors: Iterator[str]) -> str:
    return next(unused_donors)


def change(home: Path, donor: str, words: str, where: str = "true") -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as db:
        db.execute(f"update marts.indicator_values set {words} where donor = ? and {where}", [donor])


def take_away(home: Path, donor: str, where: str = "true") -> None:
    change(home, donor, f"value = null, state = 'not_reported', reason = '{LACKS}'", where)


def statuses(client: Any, donor: str, release: str) -> list[str]:
    body = shelf.fetch(client, donor, QUARTER, release, "indicators.parquet")
    return [str(row["status"]) for row in read_parquet(body).to_pylist()]


def test_a_quarter_without_a_value_does_not_go(home: Path, client: Any, donor: str) -> None:
    approvals.approve(home, donor, QUARTER, "Amina Soomro")  # of what there was before
    take_away(home, donor)
    for provisional in (False, True, True):  # and still not at the next try
        with pytest.raises(SangamError, match="not one of its 3 values is reported") as told:
            approvals.approve(home, donor, QUARTER, "Amina Soomro", provisional=provisional)
        assert "sindh/births 2021Q2: No accepted delivery" in str(told.value)
        with pytest.raises(SangamError, match="not one of its 3 values is reported"):
            publish.publish(home, client, donor, QUARTER)
    assert shelf.finished(client, donor) == []


def test_an_incomplete_quarter_goes_as_provisional_only(home: Path, client: Any, donor: str) -> None:
    take_away(home, donor, "indicator = 'AA-02'")
    for _ in range(2):  # and still not at the next try
        with pytest.raises(SangamError, match="as provisional only") as told:
            approvals.approve(home, donor, QUARTER, "Amina Soomro")
        assert "sindh/mis 2021Q2: The delivery of sindh/mis for 2021Q2 was not taken in: m.sql." in str(
            told.value
        )
        with pytest.raises(SangamError, match="nobody has signed it off"):
            publish.publish(home, client, donor, QUARTER)
    approvals.approve(home, donor, QUARTER, "Amina Soomro", provisional=True)
    done = publish.publish(home, client, donor, QUARTER)
    manifest = shelf.manifest(client, donor, QUARTER, done.release)
    assert manifest["status"] == "provisional"
    assert [(one["region"], one["source"], one["quarter"]) for one in manifest["missing"]] == [
        ("sindh", "births", QUARTER),
        ("sindh", "mis", QUARTER),
    ]
    assert statuses(client, donor, done.release) == ["provisional"] * 3
    readme = " ".join((done.folder / "README.txt").read_text().split())
    assert "PROVISIONAL" in readme and "sindh/births 2021Q2: No accepted delivery" in readme
    assert rebuild(home, client, donor, QUARTER).is_whole

    change(home, donor, "value = 12.5, state = 'reported', reason = null", "indicator = 'AA-02'")
    with pytest.raises(SangamError, match="have changed since"):
        publish.publish(home, client, donor, QUARTER)
    with pytest.raises(SangamError, match="Sign it off without --provisional"):
        approvals.approve(home, donor, QUARTER, "Amina Soomro", provisional=True)
    approvals.approve(home, donor, QUARTER, "Amina Soomro")
    done = publish.publish(home, client, donor, QUARTER)
    manifest = shelf.manifest(client, donor, QUARTER, done.release)
    assert (done.release, manifest["status"], manifest["missing"]) == ("r002", "final", [])
    assert sorted(statuses(client, donor, "r002")) == ["final", "final", "restated"]


def test_a_sign_off_of_before_is_none_for_what_is_incomplete(home: Path, client: Any, donor: str) -> None:
    """A file that does not say `provisional` was written when nobody asked."""
    take_away(home, donor, "indicator = 'AA-02'")
    approvals.approve(home, donor, QUARTER, "Amina Soomro", provisional=True)
    [file] = (home / "releases" / "_approvals" / donor / QUARTER).iterdir()
    words = json.loads(file.read_text())
    words.pop("provisional")
    file.chmod(0o644)
    file.write_text(json.dumps(words))
    for _ in range(2):
        with pytest.raises(SangamError, match="provisional only"):
            publish.publish(home, client, donor, QUARTER)
    assert shelf.finished(client, donor) == []


def test_a_rate_that_is_missing_is_named(home: Path, donor: str) -> None:
    why = "No exchange rate PKR to EUR for 2021Q2; add it to the exchange rates of the reference folder."
    change(home, donor, f"value = null, state = 'not_reported', reason = '{why}'", "indicator = 'AA-02'")
    said = sangam("approve", donor, QUARTER, "--by", "Amina")
    assert said.status == 2
    assert "_reference/exchange_rates 2021Q2: No exchange rate PKR to EUR" in said.text


class Person(io.StringIO):
    """Somebody who answers at a keyboard."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [60, 80, 200, None])
def test_what_is_signed_off_is_shown_before_it_is_asked(
    home: Path, client: Any, shown_donor: str, monkeypatch: pytest.MonkeyPatch, width: int | None
) -> None:
    monkeypatch.setattr("sys.stdin", Person("n\n"))
    said = sangam("approve", shown_donor, QUARTER, "--by", "Amina", "--provisional", width=width)
    assert said.status == 1
    for datum in (
        "2 of 3 values are reported",
        "AA-01", "66.6", "80", "not reported",  # value, target
        "The largest of 2 changes since 2021Q2 r001", "sex=F", "70.1", "99.5",
        "Missing or late: 2", "sindh/births 2021Q2: No accepted delivery",
        "Due 2021-07-09:", "days overdue", "Sign off? [y/N]", "Not signed off.",
    ):  # fmt: skip
        assert said.has(datum), (datum, said.out)
    lines = without_colours(said.out).splitlines()
    assert width is None or max(map(cell_len, lines)) <= width
    changes = said.out[said.out.index("The largest") :]
    assert changes.index("AA-02") < changes.index("AA-01")  # what is gone leads
    assert approvals.approvals(home, shown_donor, QUARTER)[-1].provisional is False  # that of r001


@pytest.fixture(scope="module")
def shown_donor(home: Path, client: Any, unused_donors: Iterator[str]) -> str:
    """One whose r001 is out, and of which a number is gone and another one changed."""
    donor = next(unused_donors)
    approvals.approve(home, donor, QUARTER, "Amina Soomro")
    publish.publish(home, client, donor, QUARTER)
    take_away(home, donor, "indicator = 'AA-02'")
    change(home, donor, "value = 99.5", "category = 'F'")
    return donor


def test_in_a_pipe_nobody_is_asked(home: Path, donor: str) -> None:
    for _ in range(2):
        said = sangam("approve", donor, QUARTER, "--by", "Amina", "--no-publish")
        assert said.status == 2
        assert "run the same with --yes" in said.text
        assert approvals.approvals(home, donor, QUARTER) == []
    assert (
        "is signed off by Amina"
        in sangam("approve", donor, QUARTER, "--by", "Amina", "--no-publish", "--yes").text
    )
    assert len(approvals.approvals(home, donor, QUARTER)) == 1


def test_a_person_says_yes(home: Path, donor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Person("y\n"))
    said = sangam("approve", donor, QUARTER, "--by", "Amina", "--no-publish")
    assert said.status == 0
    assert "is signed off by Amina" in said.text


def test_what_changed_while_it_was_looked_at_is_not_signed(home: Path, donor: str) -> None:
    for _ in range(2):
        with pytest.raises(SangamError, match="changed while you looked"):
            approvals.approve(home, donor, QUARTER, "Amina", seen="of another content")
        assert approvals.approvals(home, donor, QUARTER) == []


def test_pending_says_when_how_much_and_what_is_missing(
    home: Path, donor: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SANGAM_LANDING", str(tmp_path))
    why = "No round of sindh/imi was accepted up to 2021Q2."
    change(home, donor, f"value = null, state = 'not_reported', reason = '{why}'", "indicator = 'AA-02'")
    waits = sangam("release", "pending", donor, QUARTER)
    assert f"{donor} 2021Q2 2021-07-09" in waits.text
    assert waits.has("2 of 3 not signed off sindh/imi no delivery")
    round_file = tmp_path / "sindh" / "imi" / QUARTER / "imi.xlsx"
    round_file.parent.mkdir(parents=True)
    round_file.write_bytes(b"nobody has read it")
    assert sangam("release", "pending", donor).has("2 of 3 not signed off sindh/imi not read yet")
    round_file.parent.rename(tmp_path / "sindh" / "imi" / "2020Q4")  # a round serves later quarters, too
    assert sangam("release", "pending", donor).has("sindh/imi not read yet")
    assert "Nothing waits" in sangam("release", "pending", donor, "2019Q1").text
    assert "There is no donor" in sangam("release", "pending", "nobody").text


def test_two_names_where_the_donor_asks_for_them(home: Path, client: Any, donor: str) -> None:
    at = home / "logframes" / f"{donor}.yml"
    at.write_text(at.read_text().replace("due_days: 9", "due_days: 9, signatures: 2"))
    for name in ("Amina Soomro", " amina  SOOMRO "):  # the same person twice is one
        said = sangam("approve", donor, QUARTER, "--by", name, "--yes")
        assert said.status == 0
        assert "2 different people sign off for this donor" in said.text
        assert "asks for another person's name" in said.text
        with pytest.raises(SangamError, match="only Amina Soomro did"):
            publish.publish(home, client, donor, QUARTER)
    assert shelf.finished(client, donor) == []
    assert "signed off by Amina Soomro; another name is needed" in sangam("release", "pending", donor).text
    assert "Released as r001" in sangam("approve", donor, QUARTER, "--by", "Bilal Khan", "--yes").text
    manifest = shelf.manifest(client, donor, QUARTER, "r001")
    assert manifest["approved_by"] == "Amina Soomro, Bilal Khan"
    held = approvals.approvals(home, donor, QUARTER)
    assert [one.approved_by for one in held] == ["Amina Soomro", "Bilal Khan"]
    assert manifest["approved_at"] == held[-1].approved_at
    approvals.approve(home, donor, QUARTER, "A third one")
    assert publish.publish(home, client, donor, QUARTER).is_new is False
    assert rebuild(home, client, donor, QUARTER).is_whole

    change(home, donor, "value = 71", "category = 'F'")  # both look again
    approvals.approve(home, donor, QUARTER, "Bilal Khan")
    for _ in range(2):
        with pytest.raises(SangamError, match="only Bilal Khan did"):
            publish.publish(home, client, donor, QUARTER)


def test_a_note_is_signed_off_and_goes_out_with_the_release(home: Path, client: Any, donor: str) -> None:
    approvals.approve(home, donor, QUARTER, "Amina Soomro")
    before = read_content(home, donor, QUARTER).sha256
    text = '=1+1 "The floods" of June\nclosed 12 centres; दादू'
    assert sangam("note", donor, "AA-01", QUARTER, "--text", text, "--by", "Amina").status == 0
    for _ in range(2):  # the sign-off is void, and still at the next try
        with pytest.raises(SangamError, match="have changed since"):
            publish.publish(home, client, donor, QUARTER)
    one_line = " ".join(text.split())
    shown = sangam("note", donor, "AA-01", QUARTER)
    assert shown.has("AA-01 2021Q2 (Amina, 2")
    assert shown.has(one_line)
    said = sangam("approve", donor, QUARTER, "--by", "Amina Soomro", "--yes")
    assert said.has(f"Note on AA-01: {one_line}")
    done = publish.local_folder(home, donor, QUARTER, "r001")
    assert shelf.manifest(client, donor, QUARTER, "r001")["comments"] == {"AA-01": one_line}
    book = openpyxl.load_workbook(done / "indicators.xlsx")
    cells = [cell for row in book["Outcome"] for cell in row if cell.value == one_line]
    assert [cell.data_type for cell in cells] == ["s"]  # text, beside the total alone
    table = read_parquet((done / "indicators.parquet").read_bytes()).to_pylist()
    said_of = [(row["indicator"], row["dimension"]) for row in table if row["comment"] == one_line]
    assert said_of == [("AA-01", "all")]
    [file] = (home / "releases" / "_notes" / donor / QUARTER).iterdir()
    assert file.stat().st_mode & 0o222 == 0

    assert "There is no note" in sangam("note", donor, "AA-01", QUARTER, "--text", "").text
    assert read_content(home, donor, QUARTER).sha256 == before
    with pytest.raises(SangamError, match="have changed since"):
        publish.publish(home, client, donor, QUARTER)
    assert rebuild(home, client, donor, QUARTER).is_whole  # with the comment it went out with
    assert len(list((home / "releases" / "_notes" / donor / QUARTER).iterdir())) == 2


def test_a_note_is_on_what_there_is(home: Path, donor: str) -> None:
    assert "There is no indicator 'AA-09'" in sangam("note", donor, "AA-09", QUARTER, "--text", "x").text
    with pytest.raises(SangamError, match="no indicator"):
        write_note(home, donor, "AA-09", QUARTER, "x")
    assert "is no quarter" in sangam("note", donor, "AA-01", "2021", "--text", "x").text
    assert not (home / "releases" / "_notes" / donor).exists()
