"""Survey shares of few cases: what leaves for a donor of them, and that the marts keep their numbers."""

from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pytest

from orchestration.releases.build import build
from orchestration.releases.changes import compare
from orchestration.releases.content import CHANGE, COLUMNS, OWN, read_content
from orchestration.releases.reliability import judge_changes, judge_values
from orchestration.warehouse.logframe_words import Reliability
from tests import marts
from tests.releases import HEADER, table, value

NUMBERS = {
    "numerator": 20.0, "denominator": 40.0, "se": 7.0, "ci_low": 30.0, "ci_high": 70.0, "deff": 1.2, "df": 9.0,
    "achievement": 0.5, "light": "amber",
}  # fmt: skip
KINDS = pa.table({"indicator": ["A-01", "A-02"], "kind": ["survey_share", "ratio"]})


def judged(rule: Reliability | None = None, **given: Any) -> dict[str, Any]:
    columns = {name: number for name, number in COLUMNS.items() if name not in OWN}
    row = {name: one for name, one in value(**{**NUMBERS, **given}).items() if name in columns}
    (found,) = judge_values(table([row], columns), KINDS, rule or Reliability()).to_pylist()
    assert list(found) == list(COLUMNS)
    return found


@pytest.mark.parametrize(
    ("n", "reliability"),
    [(0, "unreliable"), (24, "unreliable"), (25, "bracketed"), (49, "bracketed"), (50, None), (None, None)],
)
@pytest.mark.parametrize("dimension", ["all", "district"])
def test_the_bounds_of_dhs(dimension: str, n: int | None, reliability: str | None) -> None:
    assert judged(n=n, dimension=dimension)["reliability"] == reliability


def test_an_unreliable_value_has_no_number_but_n() -> None:
    found = judged(n=24, target=80, baseline=40)
    assert [found[name] for name in ("value", *NUMBERS)] == [None] * (1 + len(NUMBERS))
    assert (found["state"], found["n"], found["target"], found["baseline"]) == ("unreliable", 24, 80, 40)
    assert found["reason"] == "Unreliable: based on fewer than 25 unweighted cases."


def test_a_bracketed_value_keeps_its_numbers_and_has_a_note() -> None:
    found = judged(n=25, note="1 record is left out.")
    assert {name: found[name] for name in NUMBERS} == NUMBERS
    assert (found["value"], found["state"], found["reason"]) == (80.95238095238095, "reported", None)
    assert found["note"] == "Based on 25-49 unweighted cases: to be read with caution. 1 record is left out."
    assert judged(n=30)["note"] == "Based on 25-49 unweighted cases: to be read with caution."
    assert judged(n=50)["note"] is None


def test_no_other_kind_and_no_other_state_is_judged() -> None:
    assert judged(n=3, indicator="A-02")["reliability"] is None
    found = judged(n=0, value=None, state="not_applicable")
    assert (found["reliability"], found["state"]) == (None, "not_applicable")


def test_a_donor_s_own_bounds() -> None:
    rule = Reliability(withheld_below=0, bracketed_below=30)
    assert [judged(rule, n=n)["reliability"] for n in (1, 29, 30)] == ["bracketed", "bracketed", None]
    with pytest.raises(ValueError, match="'bracketed_below' must not be less than 'withheld_below'"):
        Reliability(withheld_below=60)


def test_a_change_rests_on_both_rounds() -> None:
    columns = {name: number for name, number in CHANGE.items() if name not in OWN}
    pairs = [(24, 400), (400, 24), (30, 400), (400, 49), (50, 50)]
    rows = [{"indicator": "A-01", "previous_n": before, "n": now} for before, now in pairs]
    found = judge_changes(table(rows, columns), Reliability()).to_pylist()
    assert [(row["previous_n"], row["n"], row["reliability"]) for row in found] == [
        (30, 400, "bracketed"), (400, 49, "bracketed"), (50, 50, None),
    ]  # fmt: skip
    assert list(found[0]) == list(CHANGE)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Shares of a survey by sex: one on 20 cases, one on 30, 50 in all."""
    monkeypatch.setenv("SANGAM_LOGFRAMES", str(tmp_path / "logframes"))
    file = marts.write_logframe(tmp_path / "logframes", "a_donor", ["AA-01"], threshold=10)
    file.write_text(
        file.read_text()
        .replace("kind: ratio", "kind: survey_share")
        .replace(", denominator: units", "")
        .replace("due_days: 9,", "due_days: 9, reliability: {withheld_below: 21, bracketed_below: 31},")
    )
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as db:
        marts.create(db)
        db.execute("""
            insert into marts.indicator_values by name
            select 'a_donor' as donor, 'AA-01' as indicator, '2021Q2' as quarter, 'sindh' as region,
                   'round' as over_time, dimension, category, 100 * yes / n as "value", 'percent' as unit,
                   100 * yes as numerator, 100 * n as denominator, n, 4.5 as se, 'reported' as state,
                   'provisional' as status, '2021Q2' as period, 1 as definition_version
            from (values ('all', 'all', 25.0, 50), ('sex', 'F', 10.0, 20), ('sex', 'M', 15.0, 30))
                as v (dimension, category, yes, n);
            insert into marts.indicator_definitions by name
            select 'a_donor' as donor, 'AA-01' as indicator, 'Share' as name, 'outcome' as level,
                   'survey_share' as kind, 'round' as over_time, 1 as definition_version;
            insert into marts.indicator_changes by name
            select 'a_donor' as donor, 'AA-01' as indicator, '2021Q2' as quarter, 'sindh' as region, 'sex' as dimension,
                   category, '2019Q2' as previous_round, 40.0 as previous, 50.0 as current, 10.0 as difference,
                   400 as previous_n, n
            from (values ('F', 20), ('M', 30)) as v (category, n);
            insert into marts.indicator_evidence by name
            select 'a_donor' as donor, 'AA-01' as indicator, '2021Q2' as quarter, 'x.sql' as _file, 'ab' as _sha256;
        """)
    return tmp_path


def test_what_leaves_for_a_donor_follows_its_logframe(home: Path, tmp_path: Path) -> None:
    content = read_content(home, "a_donor", "2021Q2")
    found = {row["category"]: row for row in content.values.to_pylist()}
    assert {
        name: (row["value"], row["n"], row["state"], row["reliability"]) for name, row in found.items()
    } == {
        "all": (50, 50, "reported", None),
        "F": (None, 20, "unreliable", "unreliable"),
        "M": (50, 30, "reported", "bracketed"),
    }
    assert content.round_changes["category"].to_pylist() == ["M"]
    assert set(content.disclosure["indicators"]["AA-01"]["dimensions"]["sex"]["sum"].values()) == {"equal"}
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as db:
        assert db.execute('select count("value") from marts.indicator_values').fetchone() == (3,)
    files = build(content, HEADER)
    (tmp_path / "x.xlsx").write_bytes(files["indicators.xlsx"])
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    headings = [cell.value for cell in book["Outcome"][4]]
    at = headings.index("Indicator, category"), headings.index("Value")
    shown = {row[at[0]].value: row[at[1]] for row in book["Outcome"].iter_rows(min_row=5)}
    assert (shown["F"].value, shown["M"].value, shown["M"].number_format) == (
        "unreliable",
        50,
        "(#,##0.0);(-#,##0.0)",
    )
    (total,) = (cell for name, cell in shown.items() if name not in ("F", "M"))
    assert total.number_format == "#,##0.0"
    heads = [cell.value for cell in book["Since last round"][4]]
    assert book["Since last round"][5][heads.index("Now")].number_format.startswith("(")
    lines = files["indicators.csv"].decode().splitlines()
    of_m = dict(
        zip(lines[0].split(","), next(line for line in lines if ",M," in line).split(","), strict=True)
    )
    assert (of_m["value"], of_m["reliability"]) == ("50.0", "bracketed")


def test_an_older_release_that_stated_it_is_no_hint() -> None:
    before = table([value(n=20)], COLUMNS)
    after = table([value(n=20, value=None, state="unreliable", reliability="unreliable")], COLUMNS)
    (change,) = compare(before, after, "bounds")
    assert (change.old_value, change.new_value, change.new_state) == (None, None, "unreliable")
