"""What is read from a warehouse for a release, and the sign-off that is for exactly that."""

import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest

from ingest.errors import SangamError
from orchestration.releases import approvals
from orchestration.releases.content import donor_quarters, read_content
from tests import marts

AT = dt.datetime(2021, 7, 20, 14, 15, tzinfo=dt.timezone(dt.timedelta(hours=5)))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SANGAM_LOGFRAMES", str(tmp_path / "logframes"))
    marts.write_logframe(tmp_path / "logframes", "a_donor", ["AA-01"])
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as db:
        marts.create(db)
    change(
        tmp_path,
        """
        insert into marts.indicator_values by name
        select 'a_donor' as donor, 'AA-01' as indicator, column0 as quarter, column1 as region,
               'round' as over_time, column2 as dimension, column3 as category, column4::double as "value",
               'percent' as unit, null::varchar as currency, 17 as numerator,
               21.0::decimal(18, 3) as denominator,
               'reported' as state, 'provisional' as status, null::varchar as release, 1 as definition_version
        from (values ('2021Q2', 'sindh', 'all', 'all', 80.95), ('2021Q2', 'sindh', 'sex', 'F', 70.1),
                     ('2021Q1', 'sindh', 'all', 'all', 60.0))
             as v(column0, column1, column2, column3, column4);
        insert into marts.indicator_definitions by name
        select 'a_donor' as donor, 'AA-01' as indicator, 'Share' as name, 'outcome' as level,
               1 as definition_version;
        insert into marts.indicator_evidence by name
        select 'a_donor' as donor, 'AA-01' as indicator, '2021Q2' as quarter, 'x.sql' as _file,
               'ab' as _sha256;
        """,
    )
    return tmp_path


def change(home: Path, sql: str) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as db:
        db.execute(sql)


def drops(home: Path, *rows: tuple[str, ...]) -> None:
    for region, source, quarter, file, sha256, status in rows:
        folder = (
            home / "lake/feeds/feed=drop" / f"region={region}" / f"source={source}" / f"quarter={quarter}"
        )
        folder.mkdir(parents=True, exist_ok=True)
        duckdb.sql(
            f"copy (select '{file}' as file, '{sha256}' as sha256, now() as received_at, "
            f"'{status}' as status) to '{folder / sha256}.parquet' (format parquet)"
        )


def test_content_is_the_donors_quarter(home: Path) -> None:
    content = read_content(home, "a_donor", "2021Q2")
    assert content.values["value"].to_pylist() == [80.95, 70.1]
    assert content.values["definition_version"].to_pylist() == ["1", "1"]
    assert content.definitions.num_rows == 1
    assert content.drops.to_pylist()[0]["file"] == "x.sql"
    assert donor_quarters(home) == [("a_donor", "2021Q1"), ("a_donor", "2021Q2")]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("alter table marts.indicator_values drop column se", "marts.indicator_values lacks the column se;"),
        (
            "alter table marts.indicator_definitions drop column numerator_definition",
            "marts.indicator_definitions lacks the column numerator_definition;",
        ),
        (
            "alter table marts.indicator_definitions drop column donor_name",
            "marts.indicator_definitions lacks the column donor_name;",
        ),
        ("drop table marts.indicator_changes", "marts.indicator_changes is not in the warehouse;"),
        (
            "alter table marts.indicator_evidence drop column _file",
            "marts.indicator_evidence lacks the column _file;",
        ),
    ],
)
def test_what_a_mart_lacks_is_named(home: Path, sql: str, said: str) -> None:
    change(home, sql)
    with pytest.raises(SangamError, match=said):
        read_content(home, "a_donor", "2021Q2")


def test_the_hash_knows_no_order_of_rows(home: Path) -> None:
    before = read_content(home, "a_donor", "2021Q2").sha256
    change(
        home, "create or replace table marts.indicator_values as from marts.indicator_values order by value"
    )
    assert read_content(home, "a_donor", "2021Q2").sha256 == before
    change(home, "update marts.indicator_values set value = value + 1e-15 where value = 80.95")
    assert read_content(home, "a_donor", "2021Q2").sha256 == before
    change(home, "update marts.indicator_values set status = 'final', release = 'r001'")
    assert read_content(home, "a_donor", "2021Q2").sha256 == before
    change(home, "update marts.indicator_definitions set name = 'Other'")
    assert read_content(home, "a_donor", "2021Q2").sha256 != before


def test_the_drops_are_the_regions_current_ones_up_to_the_quarter(home: Path) -> None:
    drops(
        home,
        ("sindh", "mis", "2021Q2", "mis2.sql", "m2", "current"),
        ("sindh", "mis", "2021Q1", "mis1.sql", "m1", "current"),
        ("sindh", "mis", "2021Q2", "mis2_old.sql", "m0", "superseded"),
        ("sindh", "imi", "2021Q2", "imi.xlsx", "i", "refused"),
        ("sindh", "mis", "2021Q3", "mis3.sql", "m3", "current"),
        ("pune", "cases", "2021Q2", "cases.csv", "c", "current"),
        ("_reference", "targets", "_", "targets.csv", "t", "current"),
    )
    found = read_content(home, "a_donor", "2021Q2").drops.to_pylist()
    assert [drop["file"] for drop in found] == ["targets.csv", "mis1.sql", "mis2.sql"]
    assert found[1] == {
        "region": "sindh",
        "source": "mis",
        "quarter": "2021Q1",
        "file": "mis1.sql",
        "sha256": "m1",
    }


@pytest.mark.parametrize(
    "donor, quarter, said",
    [
        ("nobody", "2021Q2", "no values for donor 'nobody'; it has: a_donor"),
        ("a_donor", "2020Q4", "there are for: 2021Q1, 2021Q2"),
        ("../a_donor", "2021Q2", "is no donor code"),
        ("a_donor", "2021-2", "is no quarter"),
    ],
)
def test_what_is_not_there_is_said(home: Path, donor: str, quarter: str, said: str) -> None:
    with pytest.raises(SangamError, match=said):
        approvals.approve(home, donor, quarter, "Amina Soomro")


def test_without_a_warehouse(tmp_path: Path) -> None:
    with pytest.raises(SangamError, match="no warehouse"):
        approvals.pending(tmp_path)


def test_a_value_given_twice_is_refused(home: Path) -> None:
    change(home, "insert into marts.indicator_values from marts.indicator_values where dimension = 'sex'")
    with pytest.raises(SangamError, match=r"more than one value for indicator AA-01.*category F"):
        read_content(home, "a_donor", "2021Q2")


@pytest.mark.parametrize("by", ["", "  ", "\n\t"])
def test_a_sign_off_needs_a_name(home: Path, by: str) -> None:
    with pytest.raises(SangamError, match="needs the name"):
        approvals.approve(home, "a_donor", "2021Q2", by)
    assert not (home / "releases").exists()


def test_a_sign_off_is_recorded_once_and_for_all(home: Path) -> None:
    given = approvals.approve(home, "a_donor", "2021Q2", " Amina  Soomro ", AT)
    assert (given.approved_by, given.approved_at) == ("Amina Soomro", "2021-07-20T09:15:00Z")
    [file] = (home / "releases/_approvals/a_donor/2021Q2").iterdir()
    assert json.loads(file.read_text())["content_sha256"] == read_content(home, "a_donor", "2021Q2").sha256
    assert file.stat().st_mode & 0o222 == 0
    assert approvals.approve(home, "a_donor", "2021Q2", "Somebody Else") == given
    assert len(approvals.approvals(home, "a_donor", "2021Q2")) == 1


def test_a_time_needs_its_zone(home: Path) -> None:
    with pytest.raises(SangamError, match="time zone"):
        approvals.approve(home, "a_donor", "2021Q2", "Amina", dt.datetime(2021, 7, 20))


def test_a_sign_off_is_void_when_numbers_change(home: Path) -> None:
    approvals.approve(home, "a_donor", "2021Q2", "Amina", AT)
    approvals.require_approval(home, read_content(home, "a_donor", "2021Q2"))
    change(home, "update marts.indicator_values set value = 71 where dimension = 'sex'")
    with pytest.raises(SangamError, match="Amina signed it off on 2021-07-20T09:15:00Z, but"):
        approvals.require_approval(home, read_content(home, "a_donor", "2021Q2"))
    approvals.approve(home, "a_donor", "2021Q2", "Bilal", AT)
    change(home, "update marts.indicator_values set value = 70.1 where dimension = 'sex'")
    with pytest.raises(SangamError, match="Bilal signed it off"):  # what came back is to be looked at again
        approvals.require_approval(home, read_content(home, "a_donor", "2021Q2"))


def test_a_sign_off_is_for_its_quarter_alone(home: Path) -> None:
    approvals.approve(home, "a_donor", "2021Q2", "Amina", AT)
    with pytest.raises(SangamError, match="2021Q1 cannot be released: nobody has signed it off"):
        approvals.require_approval(home, read_content(home, "a_donor", "2021Q1"))


def test_without_a_definition_nobody_knows_what_is_small(home: Path) -> None:
    at = marts.write_logframe(home / "logframes", "a_donor", ["AA-02"])
    with pytest.raises(SangamError, match=r"a_donor\.yml does not define AA-01 any more"):
        approvals.approve(home, "a_donor", "2021Q2", "Amina", AT)
    at.rename(at.with_name("another.yml"))
    with pytest.raises(SangamError, match="it has no sound logframe"):
        approvals.approve(home, "a_donor", "2021Q2", "Amina", AT)
    assert approvals.approvals(home, "a_donor", "2021Q2") == []


def test_pending(home: Path) -> None:
    assert [(one.quarter, one.void) for one in approvals.pending(home)] == [
        ("2021Q1", None),
        ("2021Q2", None),
    ]
    given = approvals.approve(home, "a_donor", "2021Q2", "Amina", AT)
    assert [one.quarter for one in approvals.pending(home)] == ["2021Q1"]
    change(home, "update marts.indicator_values set value = 71 where dimension = 'sex'")
    assert [(one.quarter, one.void) for one in approvals.pending(home)] == [
        ("2021Q1", None),
        ("2021Q2", given),
    ]
