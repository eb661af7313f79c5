"""Sample drops: the same bytes each time, and an expected outcome that the files themselves bear out."""

import csv
import json
import re
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SangamError
from ingest.readers import read
from ingest.samples import make
from ingest.samples.arrays import NO_DAY, Dice, dates, day, last_day
from ingest.samples.files import mess
from ingest.samples.files.mysqldump import Column, DumpWriter, columns, tuples
from ingest.samples.sindh.survey import choose
from ingest.samples.sindh.world import make_world
from ingest.samples.truth import defects
from ingest.samples.truth.defects import Bad, Children, Spoil
from ingest.samples.truth.estimates import Design, change, survey_share

SCALE = 0.003
SINDH = ["success_sindh"]
EXPECTED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "drops" / "expected"
PRINTED = {
    "2019Q2": {
        "EU-01": 88,
        "EU-02": 92,
        "EU-03": 52,
        "EU-04": 93,
        "EU-06": 76,
        "EU-07": 56,
        "EU-08": 21,
        "EU-09": 42,
    },
    "2021Q2": {
        "EU-01": 81,
        "EU-02": 91,
        "EU-03": 64,
        "EU-04": 75,
        "EU-06": 69,
        "EU-07": 58,
        "EU-08": 19,
        "EU-09": 58,
    },
}


@pytest.fixture(scope="module")
def drops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("samples")
    make(out, scale=SCALE, programmes=SINDH)
    return out


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def dump_tables(path: Path) -> dict[str, pd.DataFrame]:
    batches: dict[str, list[pa.RecordBatch]] = {}
    for chunk in read(path):
        batches.setdefault(chunk.table, []).append(chunk.cells)
    return {
        name: pd.DataFrame(pa.Table.from_batches(parts).to_pydict(), dtype=object)
        for name, parts in batches.items()
    }


def sheets(path: Path) -> dict[str, pd.DataFrame]:
    """The workbook's sheets with plain headers and cleaned text, by a reader that is not the project's."""
    found = pd.read_excel(path, sheet_name=None, dtype=object, keep_default_na=False, engine="openpyxl")
    return {
        name: frame.rename(columns=lambda c: c.strip().lower()).map(
            lambda v: plain(v) if isinstance(v, str) else v
        )
        for name, frame in found.items()
    }


def plain(text: str) -> str:
    digits = {ord(c): str(i) for i, c in enumerate("۰۱۲۳۴۵۶۷۸۹")}
    return " ".join(re.sub("[\u200b-\u200d]", "", text).translate(digits).replace("\u00a0", " ").split())


def quarantined(out: Path, source: str, quarter: str, table: str) -> dict[int, str]:
    return {
        int(r["row"]): r["reasons"]
        for r in rows_of(out / "expected" / "quarantine.csv")
        if (r["source"], r["quarter"], r["table"]) == (source, quarter, table)
    }


def accepted(out: Path, frame: pd.DataFrame, source: str, quarter: str, table: str) -> pd.DataFrame:
    return frame.drop(index=[row - 1 for row in quarantined(out, source, quarter, table)])


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def test_same_seed_same_bytes_other_seed_other_bytes(drops: Path, tmp_path: Path) -> None:
    make(tmp_path / "again", scale=SCALE, programmes=SINDH)
    make(tmp_path / "other", scale=SCALE, seed=2, programmes=SINDH)
    first, again, other = files(drops), files(tmp_path / "again"), files(tmp_path / "other")
    assert again == first
    assert other.keys() == first.keys()
    constant = {"success_results_2021.xlsx", "exchange_rates.csv", "targets.csv", "reported.csv"}
    assert {Path(p).name for p in first if first[p] == other[p]} == constant


def test_a_quarter_is_the_same_whatever_else_is_asked_for(drops: Path, tmp_path: Path) -> None:
    make(tmp_path, scale=SCALE, quarters=["2021Q2"], programmes=SINDH)
    path = "landing/sindh/mis/2021Q2/mis_sindh_2021Q2.sql.gz"
    assert (tmp_path / path).read_bytes() == (drops / path).read_bytes()


def test_every_file_is_logged_in_order_with_its_hash(drops: Path) -> None:
    log = rows_of(drops / "landing" / "_received.csv")
    landed = {str(p.relative_to(drops / "landing")) for p in (drops / "landing").rglob("*") if p.is_file()}
    assert {r["path"] for r in log} == landed - {"_received.csv"}
    assert all(a["received_at"] <= b["received_at"] for a, b in pairwise(log))
    assert all(len(r["sha256"]) == 64 for r in log)


def test_counts_add_up_and_match_the_lists(drops: Path) -> None:
    listed = Counter((r["file"], r["table"]) for r in rows_of(drops / "expected" / "quarantine.csv"))
    for entry in json.loads((drops / "expected" / "records.json").read_text(encoding="utf-8")):
        for name, table in entry["tables"].items():
            assert table["read"] == table["accepted"] + table["quarantined"]
            assert table["quarantined"] == listed[entry["file"], name]
            assert table["accepted"] > 0


@pytest.mark.parametrize("quarter", ["2021Q1", "2021Q2"])
def test_the_dump_holds_the_records_that_are_expected(drops: Path, quarter: str) -> None:
    tables = dump_tables(drops / f"landing/sindh/mis/{quarter}/mis_sindh_{quarter}.sql.gz")
    records = json.loads((drops / "expected" / "records.json").read_text(encoding="utf-8"))
    expected = next(e["tables"] for e in records if (e["source"], e["quarter"]) == ("mis", quarter))
    assert {name: len(frame) for name, frame in tables.items()} == {n: t["read"] for n, t in expected.items()}
    for finding in rows_of(drops / "expected" / "quarantine.csv"):
        if (finding["source"], finding["quarter"]) == ("mis", quarter) and not finding["key"].startswith(
            "row:"
        ):
            assert finding["key"].split("|")[0] in set(tables[finding["table"]].iloc[int(finding["row"]) - 1])


@pytest.mark.parametrize("quarter", ["2021Q1", "2021Q2"])
def test_children_of_quarantined_parents_and_only_faulty_references_are_orphans(
    drops: Path, quarter: str
) -> None:
    tables = dump_tables(drops / f"landing/sindh/mis/{quarter}/mis_sindh_{quarter}.sql.gz")
    references = [
        ("union_council", "district_id", "district"),
        ("lso", "uc_id", "union_council"),
        ("vo", "lso_id", "lso"),
        ("co", "vo_id", "vo"),
        ("household", "uc_id", "union_council"),
        ("member", "household_id", "household"),
        ("co_membership", "co_id", "co"),
        ("co_membership", "household_id", "household"),
        ("co_membership", "member_id", "member"),
        ("mip", "household_id", "household"),
        ("cif_loan", "household_id", "household"),
        ("cif_loan", "lso_id", "lso"),
        ("igg_grant", "household_id", "household"),
        ("training_attendance", "training_id", "training"),
        ("training_attendance", "member_id", "member"),
    ]
    orphans: dict[str, set[int]] = {}
    for child, column, parent in references:
        keys = set(accepted(drops, tables[parent], "mis", quarter, parent)["id"])
        values = tables[child][column].map(plain, na_action="ignore")
        lost = values.notna() & ~values.isin(["NA", "-", "N/A", *keys])
        orphans.setdefault(child, set()).update(np.flatnonzero(lost) + 1)
    for child, rows in orphans.items():
        reasons = quarantined(drops, "mis", quarter, child)
        assert rows == {row for row, codes in reasons.items() if "orphan_reference" in codes.split("|")}


def test_accepted_records_bear_out_the_counts(drops: Path) -> None:
    quarter = "2021Q2"
    tables = dump_tables(drops / f"landing/sindh/mis/{quarter}/mis_sindh_{quarter}.sql.gz")
    sound = {name: accepted(drops, frame, "mis", quarter, name) for name, frame in tables.items()}
    values = {
        (r["indicator"], r["dimension"], r["category"], r["currency"]): r["value"]
        for r in rows_of(drops / "expected" / "indicators.csv")
        if r["quarter"] == quarter
    }
    assert (
        int(values["EU-10", "", "", ""])
        == sound["co_membership"]["household_id"].nunique()
        == 606_000 * SCALE
    )
    open_women = sound["co"][(sound["co"]["gender"] == "W") & (sound["co"]["status"] != "closed")]
    assert int(values["EU-11", "", "", ""]) == len(open_women)
    came = sound["training_attendance"][sound["training_attendance"]["days_attended"] != "0"]
    assert int(values["EU-17", "", "", ""]) == came["member_id"].nunique()
    sex = came["member_id"].drop_duplicates().map(sound["member"].set_index("id")["sex"].map(plain))
    assert int(values["EU-17", "sex", "F", ""]) == int((sex == "F").sum())
    assert int(values["EU-16", "", "", ""]) == sound["igg_grant"]["household_id"].nunique()


@pytest.mark.parametrize("quarter", ["2019Q2", "2021Q2"])
def test_the_printed_table_comes_out_of_the_interviews(drops: Path, quarter: str) -> None:
    found = sheets(drops / f"landing/sindh/imi/{quarter}/imi_{quarter[:4]}.xlsx")
    sound = {name: accepted(drops, frame, "imi", quarter, name) for name, frame in found.items()}
    people = sound["IMI"].set_index("_index")
    assert len(people) == {"2019Q2": 317, "2021Q2": 628}[quarter]
    weight = people["design/weight"].astype(float)

    def share(frame: pd.DataFrame, yes: pd.Series) -> float:
        weights = frame["_parent_index"].map(weight)
        return 100 * float((weights * yes).sum() / weights.sum())

    births = sound["deliveries"][sound["deliveries"]["delivery/months_ago"].astype(int) < 12]
    skilled = births["delivery/place"].str.endswith("facility") | births["delivery/attendant"].isin(
        ["doctor", "nurse", "lady_health_visitor", "trained_midwife"]
    )
    age = sound["children"]["child/age_months"].astype(int)
    infants, pupils = sound["children"][age < 24], sound["children"][age.between(60, 155)]
    carded = infants["child/vaccination_card"].str.startswith("yes").groupby(infants["_parent_index"]).all()
    rights = people["rights/aware"].str.split().str.len()
    values = {
        "EU-01": share(births, skilled),
        "EU-02": share(pd.DataFrame({"_parent_index": carded.index}, index=carded.index), carded),
        "EU-03": 100 * float(weight[people["wash/latrine_at_home"] == "yes"].sum() / weight.sum()),
        "EU-04": share(sound["adults"], sound["adults"]["adult/has_cnic"] == "yes"),
        "EU-06": share(pupils, pupils["child/enrolled"] == "yes"),
        "EU-07": 100 * float(weight[rights >= 4].sum() / weight.sum()),
        "EU-08": share(sound["children"], sound["children"]["child/birth_registered"] == "yes"),
        "EU-09": people["trees/planted"].astype(int).sum() / people["design/co_id"].nunique(),
    }
    assert {code: round(value) for code, value in values.items()} == PRINTED[quarter]
    totals = {
        r["indicator"]: float(r["value"])
        for r in rows_of(drops / "expected" / "indicators.csv")
        if r["quarter"] == quarter and r["over_time"] == "round" and not r["dimension"]
    }
    assert totals == pytest.approx(values)


def test_every_reason_and_warning_of_the_sources_is_planted(drops: Path) -> None:
    reasons: dict[str, set[str]] = {}
    for row in rows_of(drops / "expected" / "quarantine.csv"):
        reasons.setdefault(row["source"], set()).update(row["reasons"].split("|"))
    common = {
        "missing_required",
        "bad_number",
        "ambiguous_grouping",
        "unknown_code",
        "exact_duplicate",
        "duplicate_key",
    }
    survey = common | {"bad_date", "future_date", "out_of_range", "bad_identifier", "orphan_reference"}
    assert reasons == {
        "mis": survey | {"date_order"},
        "imi": survey,
        "births": common | {"rule:parts_sum"},
        "results": {"conflicting_label", "ambiguous_grouping"},
    }
    warned = {
        code for row in rows_of(drops / "expected" / "warnings.csv") for code in row["warnings"].split("|")
    }
    assert warned == {
        "group_size",
        "ineligible_recipient",
        "loan_before_plan",
        "sex_id_mismatch",
        "total_mismatch",
    }


def test_births_of_the_page_without_the_faulty_rows_are_the_indicator(drops: Path) -> None:
    page = (drops / "landing/sindh/births/2021Q2/UC_birth_registration_2021Q2.xls").read_text(
        encoding="utf-8"
    )
    lines = [re.findall(r"<td align=right>(.*?)</td>", tr) for tr in re.findall(r"<tr>(.*?)</tr>", page)]
    faulty = quarantined(drops, "births", "2021Q2", "births")
    numbers = [
        int(re.sub(r"&nbsp;|,", "", cell).replace("-", "0"))
        for row, cells in enumerate((cells for cells in lines if len(cells) == 3), start=1)
        if row not in faulty
        for cell in cells[:2]
    ]
    total = next(
        r["value"]
        for r in rows_of(drops / "expected" / "indicators.csv")
        if (r["indicator"], r["quarter"], r["dimension"]) == ("EU-18", "2021Q2", "")
    )
    assert int(total) == sum(numbers)


def test_euros_are_not_reported_without_a_rate(drops: Path) -> None:
    euros = {
        r["quarter"]: r
        for r in rows_of(drops / "expected" / "indicators.csv")
        if (r["indicator"], r["currency"]) == ("EU-15", "EUR")
    }
    assert (euros["2021Q1"]["state"], euros["2021Q1"]["value"]) == ("not_reported", "")
    rates = {r["quarter"]: float(r["rate"]) for r in rows_of(drops / "landing/_reference/exchange_rates.csv")}
    assert float(euros["2021Q2"]["value"]) == float(euros["2021Q2"]["numerator"]) * rates["2021Q2"]


def test_at_several_times_full_size_every_group_has_households() -> None:
    world = make_world(seed=1, scale=3)
    assert (np.bincount(world.hh_co[world.hh_co >= 0], minlength=len(world.co_status)) > 0).all()
    assert len(world.hh_co) > 3 * 606_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"programmes": ["success_punjab"]}, "success_sindh"),
        ({"quarters": ["2021-Q1"]}, "2021Q2"),
        ({"quarters": []}, "none was given"),
        ({"scale": 0.0}, "above 0"),
    ],
)
def test_impossible_wishes_are_answered_plainly(
    tmp_path: Path, arguments: dict[str, object], words: str
) -> None:
    with pytest.raises(SangamError, match=words):
        make(tmp_path, **arguments)  # type: ignore[arg-type]


@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), min_size=1, max_size=30))
def test_a_dump_gives_back_any_text(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str | None]
) -> None:
    # A lone surrogate is no text that can be written.
    texts = [t if t is None else t.encode("utf-8", "ignore").decode() for t in texts]
    path = tmp_path_factory.mktemp("dump") / "x.sql.gz"
    layout = columns("id:int name:150!")
    cells = {"id": pa.array([str(i) for i in range(len(texts))]), "name": pa.array(texts, pa.string())}
    with DumpWriter(path, "d", "2021-01-01 00:00:00") as dump:
        dump.table("t", layout, ("id",), [tuples(layout, cells)])
    assert list(dump_tables(path)["t"]["name"]) == texts


def test_columns_of_a_dump() -> None:
    assert columns("id note:20! n:int") == (
        Column("id", "varchar(20)"),
        Column("note", "varchar(20)", free=True),
        Column("n", "int"),
    )


@given(
    st.lists(st.tuples(st.floats(0.5, 2), st.integers(0, 3)), min_size=30, max_size=200),
    st.floats(0.2, 0.8),
    st.integers(0, 99),
)
def test_choosing_comes_within_half_a_weight(units: list[tuple[float, int]], share: float, seed: int) -> None:
    weight, stratum = np.array([u[0] for u in units]), np.array([u[1] for u in units])
    yes = choose(weight, np.random.default_rng(seed).normal(size=len(units)), stratum, share)
    assert abs(weight[yes].sum() - share * weight.sum()) <= weight.max() / 2 + 1e-9


@pytest.mark.parametrize(
    ("number", "western", "indian"),
    [(7, "7", "7"), (999, "999", "999"), (1234, "1,234", "1,234"), (100_000, "100,000", "1,00,000"),
     (12_345_678, "12,345,678", "1,23,45,678")],
)  # fmt: skip
def test_grouping(number: int, western: str, indian: str) -> None:
    assert (mess.western(number), mess.indian(number)) == (western, indian)


def test_dates_in_four_spellings() -> None:
    days = np.array([day("2021-03-05"), NO_DAY, day("2021-03-05"), day("2021-03-05"), day("2020-02-29")])
    spelled = dates(days, np.array([0, 0, 1, 2, 3])).to_pylist()
    assert spelled == ["2021-03-05", None, "05/03/2021", "05-03-2021", "29-Feb-2020"]


@pytest.mark.parametrize(("quarter", "last"), [("2021Q1", "2021-03-31"), ("2020Q4", "2020-12-31")])
def test_last_day(quarter: str, last: str) -> None:
    assert last_day(quarter) == day(last)


def test_mess_leaves_the_value() -> None:
    rows = np.arange(2000)
    texts = pa.array([f"Tando Allahyar {i}" for i in rows])
    messy = mess.inside(mess.around(texts, rows, Dice(1), "x", 0.5), rows, Dice(1), "x", 0.5)
    assert messy != texts
    assert [plain(t) for t in messy.to_pylist()] == texts.to_pylist()
    assert unicodedata.normalize("NFC", mess.rupees(12_500)[0]) == "12500"


def test_planting_records_reasons_and_the_first_copy_is_accepted() -> None:
    def fresh(n: int) -> pd.DataFrame:
        return pd.DataFrame({"id": [f"X{i}" for i in range(n)], "parent": "P1"}, dtype=object)

    spoils = [
        Spoil("missing_required", {"id": [None]}),
        Spoil("orphan_reference", {"parent": Children("parents")}),
        Spoil("duplicate_key", twin={"parent": ["P2"]}, twin_reasons="bad_date|duplicate_key"),
    ]
    rows, reasons = defects.plant(spoils, 1, fresh, {"parents": ["lost"]})
    assert list(rows["parent"]) == ["P1", "lost", "P1", "P2"]
    assert list(reasons) == [
        "missing_required",
        "orphan_reference",
        "duplicate_key",
        "bad_date|duplicate_key",
    ]
    assert defects.lost_keys(rows, reasons, ["id"]) == ["X1", "X2"]
    # A copy that stands before what it repeats is the accepted one.
    layout = defects.Layout(np.array([True, False]), np.array([0]), np.array([1]))
    bad = Bad(pd.DataFrame({"id": ["A"]}), pd.Series(["exact_duplicate"]), np.array([0]))
    assert [f.row for f in defects.findings(bad, layout, ["id"])] == [2]
    assert list(defects.accepted_at(bad, layout)) == [0]


def test_survey_share_against_values_worked_out_elsewhere() -> None:
    """The programme's first round as delivered in the shared drops, weights 1."""
    if not EXPECTED.exists():
        pytest.skip("the shared drops (../shared/data/drops) are not here")
    rounds: dict[str, dict[str, float]] = {}
    for quarter, file in (("2019Q2", "imi_2019.xlsx"), ("2021Q2", "imi_2021.xlsx")):
        people = sheets(EXPECTED.parent / f"landing/sindh/imi/{quarter}/{file}")["IMI"]
        people = accepted(EXPECTED.parent, people, "imi", quarter, "IMI")
        groups = people.groupby("design/co_id")["design/district"].first()
        stratum = np.unique(groups, return_inverse=True)[1]
        psu = groups.index.get_indexer(people["design/co_id"])
        yes = (people["wash/latrine_at_home"] == "yes").to_numpy()
        rounds[quarter] = survey_share(yes, np.ones(len(yes)), psu, Design(stratum))
        expected = next(
            r
            for r in rows_of(EXPECTED / "indicators.csv")
            if (r["indicator"], r["quarter"], r["dimension"]) == ("EU-03", quarter, "")
        )
        for name in ("value", "n", "se", "ci_low", "ci_high", "deff", "df", "df_domain", "ci_low_domain"):
            assert rounds[quarter][name] == pytest.approx(float(expected[name]), rel=1e-9), name
    tested = change(rounds["2021Q2"], rounds["2019Q2"])
    wanted = next(
        r
        for r in rows_of(EXPECTED / "changes.csv")
        if (r["indicator"], r["quarter"], r["dimension"]) == ("EU-03", "2021Q2", "")
    )
    for name in ("difference", "se", "t", "df", "p"):
        assert tested[name] == pytest.approx(float(wanted[name]), rel=1e-9), name
